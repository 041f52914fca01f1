//! What the team is told together: in a storm, or to somebody who has had his share of an hour.

use serde::Serialize;

use crate::domain::Time;

/// Notices that are told together: in a storm, and to somebody who has had his share of an hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gathered {
    /// Since when there is a storm, if there is one.
    pub storm: Option<Time>,
    /// Notices that were not sent one by one.
    pub notices: u64,
    /// Tickets they are about.
    pub tickets: usize,
    /// The systems those are about, the most frequent first.
    pub hosts: Vec<Tallied>,
    /// The domains of their reporters.
    pub senders: Vec<Tallied>,
    /// The first of them.
    pub named: Vec<GatheredTicket>,
    /// How many more there are.
    pub more: usize,
    /// How often such a mail comes.
    pub every_minutes: i64,
}

/// How often something is among many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tallied {
    /// What.
    pub what: String,
    /// How often.
    pub count: usize,
}

/// A ticket among many.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GatheredTicket {
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// When its step is due.
    pub due_at: Option<Time>,
}
