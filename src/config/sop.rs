//! `sop.toml`: the SOP in numbers.

use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::domain::calendar::{Counting, Limit};
use crate::domain::role::Role;
use crate::domain::sop::{Rule, Sop};
use crate::domain::stage::Stage;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SopFile {
    verification: StageTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageTable {
    owner: Role,
    limit: String,
    counting: Counting,
    remind_at: Vec<u32>,
    escalate_at: u32,
    escalate_to: Role,
}

/// Reads the rules of every stage.
pub(super) fn read(document: &Document, faults: &mut Vec<Fault>) -> Option<Sop> {
    let file: SopFile = document.read(faults)?;
    Some(Sop { verification: file.verification.rule(Stage::Verification, document, faults)? })
}

impl StageTable {
    fn rule(self, stage: Stage, document: &Document, faults: &mut Vec<Fault>) -> Option<Rule> {
        let before = faults.len();
        let mut refuse = |key: &str, message: String, remedy: &str| {
            faults.push(document.fault(&format!("{}.{key}", stage.as_str()), message, remedy));
        };
        let limit = limit(&self.limit);
        if limit.is_none() {
            let message = format!("`{}` is no time limit", self.limit);
            refuse("limit", message, "write it like \"3h\", \"90m\" or \"1d\" (working days)");
        }
        let shares_right =
            self.remind_at.iter().all(|share| (1..=99).contains(share)) && self.remind_at.is_sorted_by(|a, b| a < b);
        if !shares_right {
            let message = format!("{:?} are no shares of the time", self.remind_at);
            refuse("remind_at", message, "write rising per cents from 1 to 99, e.g. [50, 80]");
        }
        if !(1..=100).contains(&self.escalate_at) {
            let message = format!("{} is no share of the time", self.escalate_at);
            refuse("escalate_at", message, "write 100 for the deadline itself, less for an earlier moment");
        }
        for (key, role) in [("owner", self.owner), ("escalate_to", self.escalate_to)] {
            // A reporter sets nobody's pace, and a role of OPD would tell every OPD of the ticket.
            if !role.is_staff() {
                let message = format!("{} is not of the team", role.as_str());
                refuse(key, message, "write \"analyst\" or \"kabid\"");
            }
        }
        let limit = limit.filter(|_| faults.len() == before)?;
        let StageTable { owner, counting, remind_at, escalate_at, escalate_to, .. } = self;
        Some(Rule { owner, limit, counting, remind_at, escalate_at, escalate_to })
    }
}

fn limit(text: &str) -> Option<Limit> {
    let number = |suffix: char, most: u32| {
        text.strip_suffix(suffix).and_then(|number| number.parse::<u32>().ok()).filter(|n| (1..=most).contains(n))
    };
    let minutes = number('m', 60 * HOURS_MAX).or_else(|| number('h', HOURS_MAX).map(|hours| hours * 60));
    minutes.map(Limit::Minutes).or_else(|| number('d', DAYS_MAX).map(Limit::Days))
}

/// A year of working days: nothing in the SOP takes longer, and the calendar knows no more.
const DAYS_MAX: u32 = 250;
const HOURS_MAX: u32 = DAYS_MAX * 8;
