//! The SOP in numbers: owner, limit, reminders and escalation of each stage.

use crate::domain::calendar::{Counting, Limit};
use crate::domain::role::Role;
use crate::domain::stage::Stage;

/// The rules of every stage, as read from `sop.toml`.
#[derive(Debug, Clone)]
pub struct Sop {
    /// SOP 3.
    pub verification: Rule,
}

impl Sop {
    /// The rule of a stage.
    pub fn rule(&self, stage: Stage) -> &Rule {
        match stage {
            Stage::Verification => &self.verification,
        }
    }
}

/// The rule of one stage.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Whose turn it is.
    pub owner: Role,
    /// How long it may take.
    pub limit: Limit,
    /// Which time counts.
    pub counting: Counting,
    /// Shares of the time, in per cent, at which the owner is reminded.
    pub remind_at: Vec<u32>,
    /// Share of the time, in per cent, at which the next role is told; 100 is the deadline.
    pub escalate_at: u32,
    /// Who is told then.
    pub escalate_to: Role,
}
