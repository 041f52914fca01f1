//! Who may act on a ticket, who acted, and whom a mail is for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::person::Address;

/// A party of the SOP ("Pelaksana"), and the leadership it may turn to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// Pimpinan: Kepala Dinas and Sekda. Told of what stays undone; commands nothing by mail.
    Leader,
}

impl Role {
    /// Every role.
    pub const ALL: &[Role] = &[Role::Reporter, Role::Analyst, Role::Kabid, Role::Opd, Role::Leader];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Reporter => "reporter",
            Role::Analyst => "analyst",
            Role::Kabid => "kabid",
            Role::Opd => "opd",
            Role::Leader => "leader",
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

impl Actor {
    /// The role somebody acts in. An administrator stands in for an analyst: he may do at the
    /// command line what the team may do by mail.
    pub fn role(&self) -> Option<Role> {
        match self {
            Actor::Person { role, .. } => Some(*role),
            Actor::Operator => Some(Role::Analyst),
            Actor::Siaga | Actor::Unknown => None,
        }
    }

    /// The address, if it is a person.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Actor::Person { address, .. } => Some(address),
            Actor::Siaga | Actor::Operator | Actor::Unknown => None,
        }
    }
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

/// Whom a mail is for: people are looked up when it is sent
/// ([`Directory::recipients`](crate::domain::directory::Directory::recipients)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Whoever reported.
    Reporter,
    /// Every analyst.
    Analysts,
    /// The analyst who has taken the ticket; every analyst if nobody has.
    Assignee,
    /// The head of section, and who acts for him.
    Kabid,
    /// The technical contacts of the ticket's OPD, and its secretary.
    Opd,
    /// The head of the ticket's OPD.
    OpdHead,
    /// Kepala Dinas Kominfo.
    OfficeHead,
    /// Sekda, as Koordinator SPBE.
    Sekda,
    /// The sectoral team that is told of grave incidents, and its copies (`[bssn]`).
    Bssn,
    /// Whoever wrote the mail that is answered.
    Sender,
}

impl Audience {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Reporter => "reporter",
            Audience::Analysts => "analysts",
            Audience::Assignee => "assignee",
            Audience::Kabid => "kabid",
            Audience::Opd => "opd",
            Audience::OpdHead => "opd_head",
            Audience::OfficeHead => "office_head",
            Audience::Sekda => "sekda",
            Audience::Bssn => "bssn",
            Audience::Sender => "sender",
        }
    }

    /// Whether a text for them leaves the team, so that it waits for `command.hold` (decisions 5).
    pub fn is_outside(self) -> bool {
        match self {
            Audience::Reporter
            | Audience::Opd
            | Audience::OpdHead
            | Audience::OfficeHead
            | Audience::Sekda
            | Audience::Bssn => true,
            Audience::Analysts | Audience::Assignee | Audience::Kabid | Audience::Sender => false,
        }
    }
}
