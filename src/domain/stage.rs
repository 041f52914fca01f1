//! Where a ticket stands: the timed steps of the SOP and the ways it can end.

use serde::{Deserialize, Serialize};

/// A step of the SOP that somebody must finish before a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// SOP 3: the analyst confirms that the report is real and answers the reporter.
    Verification,
}

impl Stage {
    /// Every stage, in the SOP's order.
    pub const ALL: &[Stage] = &[Stage::Verification];

    /// The name used in the database, in `sop.toml` and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Verification => "verification",
        }
    }

    /// The stage of that name.
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|stage| stage.as_str() == name)
    }
}

/// The state of a ticket (decisions 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Baru: reported, nobody has decided anything.
    New,
}

impl Status {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::New => "new",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Status> {
        match name {
            "new" => Some(Status::New),
            _ => None,
        }
    }

    /// The stage whose clock runs in this status.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Status::New => Some(Stage::Verification),
        }
    }
}
