//! Other tickets a notice names beside its own.

use serde::Serialize;

use crate::domain::indicator::Kind;

/// A ticket a report has to do with, without being part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Its number.
    pub number: String,
    /// What they have in common.
    pub why: Relation,
}

/// What two tickets have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The subject names the number, and the sender has nothing to do with that ticket.
    Mentioned,
    /// The mail answers a ticket that was closed too long ago to be opened again.
    AfterClosing,
    /// The mail was filed on that ticket by mistake, and an analyst took it off.
    Separated,
}

impl Relation {
    const ALL: &[Relation] = &[Relation::Mentioned, Relation::AfterClosing, Relation::Separated];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Mentioned => "mentioned",
            Relation::AfterClosing => "after_closing",
            Relation::Separated => "separated",
        }
    }

    /// The relation of that name.
    pub fn named(name: &str) -> Option<Relation> {
        Relation::ALL.iter().copied().find(|relation| relation.as_str() == name)
    }
}

/// Another ticket that names the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenIn {
    /// Its number.
    pub number: String,
    /// The most telling thing both name.
    pub shared: Kind,
    /// How many more things both name.
    pub more: usize,
}

/// Reports of one day about one host of ours: they may be one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameDay {
    /// The host.
    pub host: String,
    /// How many others there are.
    pub others: u32,
    /// The first of them.
    pub first: String,
}
