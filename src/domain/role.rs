//! Who may act on a ticket, and who acted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::person::Address;

/// A party of the SOP ("Pelaksana").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Pelapor: found the incident and reported it (SOP 1, 2).
    Reporter,
    /// Analyst of Ciamiskab-CSIRT: verifies, analyses, writes (SOP 3, 4).
    Analyst,
    /// Head of section: reviews, approves, forwards (SOP 5, 6).
    Kabid,
    /// The office that owns the affected system (SOP 6).
    Opd,
}

impl Role {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Reporter => "reporter",
            Role::Analyst => "analyst",
            Role::Kabid => "kabid",
            Role::Opd => "opd",
        }
    }

    /// Whether the role belongs to the team's own staff.
    pub fn is_staff(self) -> bool {
        matches!(self, Role::Analyst | Role::Kabid)
    }
}

/// Whoever caused an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The daemon itself: a timer, a bounce, a limit.
    Siaga,
    /// An administrator at the command line.
    Operator,
    /// Whoever wrote a mail that has no single usable sender.
    Unknown,
    /// A person by mail.
    Person {
        /// The role the address had at that moment.
        role: Role,
        /// The address of the mail's only From.
        address: Address,
    },
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Siaga => f.write_str("siaga"),
            Actor::Operator => f.write_str("operator"),
            Actor::Unknown => f.write_str("unknown"),
            Actor::Person { role, address } => write!(f, "{}:{address}", role.as_str()),
        }
    }
}
