//! What Siaga waits for a person to decide: each question is answered once, by one word.

use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::command::vocabulary::Word;
use crate::domain::person::Address;
use crate::domain::role::Role;

/// A question that is open on a ticket. `#setuju` can answer most of them, so each is asked with a
/// code of its own, and an answer binds to that question alone (domain 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum Question {
    /// Whether this version of the report is approved (SOP 5).
    Review {
        /// The version.
        version: u32,
    },
    /// Whether the OPD is warned before there is a report, where `early_warning = "kabid"`.
    EarlyWarning,
    /// Whether the next rung of the ladder is climbed.
    Escalation {
        /// Its level.
        level: u8,
    },
    /// Whether the OPD gets more time.
    Extension {
        /// Until when it asks.
        until: Time,
    },
    /// Whether the OPD is right that the system is not its own; for an analyst.
    Ownership,
    /// Whether the ticket is closed although the OPD has not repaired.
    AcceptRisk,
    /// Whether the draft goes to BSSN.
    Bssn,
    /// Whether an order that needs a code was really given; never stands on a ticket.
    Order {
        /// What was ordered.
        word: Word,
    },
}

impl Question {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Question::Review { .. } => "review",
            Question::EarlyWarning => "early_warning",
            Question::Escalation { .. } => "escalation",
            Question::Extension { .. } => "extension",
            Question::Ownership => "ownership",
            Question::AcceptRisk => "accept_risk",
            Question::Bssn => "bssn",
            Question::Order { .. } => "order",
        }
    }

    /// The version of the report, if it is about one.
    pub fn version(self) -> Option<u32> {
        if let Question::Review { version } = self { Some(version) } else { None }
    }

    /// The level of the rung, if it is about one.
    pub fn level(self) -> Option<u8> {
        if let Question::Escalation { level } = self { Some(level) } else { None }
    }

    /// Until when more time is asked for, if it is.
    pub fn until(self) -> Option<Time> {
        if let Question::Extension { until } = self { Some(until) } else { None }
    }

    /// What was ordered, if it is about an order.
    pub fn ordered(self) -> Option<Word> {
        if let Question::Order { word } = self { Some(word) } else { None }
    }

    /// Who answers it.
    pub fn answered_by(self) -> Role {
        match self {
            Question::Ownership => Role::Analyst,
            Question::Review { .. }
            | Question::EarlyWarning
            | Question::Escalation { .. }
            | Question::Extension { .. }
            | Question::AcceptRisk
            | Question::Bssn
            | Question::Order { .. } => Role::Kabid,
        }
    }
}

/// A question as it stands on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// Since when.
    pub asked_at: Time,
    /// Who wants it; nobody if a timer does.
    pub by: Option<Address>,
    /// Why, in the words of whoever wants it.
    pub reason: String,
}
