//! `sop.toml`: the SOP in numbers.

use serde::Deserialize;

use crate::config::fault::Fault;
use crate::domain::calendar::{Counting, Limit};
use crate::domain::role::Role;
use crate::domain::sop::{Rule, Sop};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SopFile {
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

impl SopFile {
    pub(super) fn build(self, file: &(String, String), faults: &mut Vec<Fault>) -> Option<Sop> {
        Some(Sop { verification: self.verification.build(file, faults)? })
    }
}

impl StageTable {
    fn build(self, (path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<Rule> {
        let limit = limit(&self.limit);
        if limit.is_none() {
            let message = format!("`{}` is no time limit", self.limit);
            faults.push(Fault::at(
                path,
                text,
                "limit",
                message,
                "write it like \"3h\", \"90m\" or \"1d\" (working days)",
            ));
        }
        let shares_right = self.remind_at.iter().all(|share| (1..=99).contains(share)) && self.remind_at.is_sorted();
        if !shares_right {
            let message = format!("{:?} are no shares of the time", self.remind_at);
            faults.push(Fault::at(
                path,
                text,
                "remind_at",
                message,
                "write rising per cents from 1 to 99, e.g. [50, 80]",
            ));
        }
        if self.escalate_at < 1 || self.escalate_at > 100 {
            let message = format!("{} is no share of the time", self.escalate_at);
            faults.push(Fault::at(path, text, "escalate_at", message, "write 100 for the deadline itself"));
        }
        limit.filter(|_| shares_right && (1..=100).contains(&self.escalate_at)).map(|limit| Rule {
            owner: self.owner,
            limit,
            counting: self.counting,
            remind_at: self.remind_at,
            escalate_at: self.escalate_at,
            escalate_to: self.escalate_to,
        })
    }
}

fn limit(text: &str) -> Option<Limit> {
    let number = |suffix: char| {
        text.strip_suffix(suffix).and_then(|number| number.parse::<u32>().ok()).filter(|n| (1..=10_000).contains(n))
    };
    let minutes = number('m').or_else(|| number('h').map(|hours| hours * 60)).map(Limit::Minutes);
    minutes.or_else(|| number('d').map(Limit::Days))
}
