//! The SOP in numbers: owner, limit, reminders and ladder of each stage.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Counting, Limit};
use crate::domain::deadline::Timing;
use crate::domain::kind::IncidentKind;
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::stage::Stage;

/// The rules of every stage, as read from `sop.toml`.
#[derive(Debug, Clone)]
pub struct Sop {
    rules: BTreeMap<Stage, Rule>,
}

/// A stage without a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no rule for the stage `{}`", .0.as_str())]
pub struct NoRule(pub Stage);

impl Sop {
    /// The rules, complete.
    ///
    /// # Errors
    /// The first stage that has none.
    pub fn new(rules: BTreeMap<Stage, Rule>) -> Result<Sop, NoRule> {
        match Stage::ALL.iter().find(|stage| !rules.contains_key(stage)) {
            Some(stage) => Err(NoRule(*stage)),
            None => Ok(Sop { rules }),
        }
    }

    /// The rule of a stage.
    pub fn rule(&self, stage: Stage) -> &Rule {
        &self.rules[&stage]
    }
}

/// The rule of one stage.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Whose turn it is, and who is reminded.
    pub owner: Audience,
    /// How long it may take.
    pub limit: Limits,
    /// Which time counts.
    pub counting: Counting,
    /// Which time counts when the incident is Kritis or the ticket is marked DARURAT.
    pub critical: Counting,
    /// When the owner is reminded.
    pub remind_at: Vec<Moment>,
    /// Who is told next, the lowest rung first.
    pub ladder: Vec<Rung>,
    /// For a step that is done again because it did not hold: the least time for another try.
    pub retry: Option<Limit>,
}

/// How long a step may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// Always the same.
    Same(Limit),
    /// By severity; and a limit of its own, by the running clock, for what endangers the domain.
    BySeverity {
        /// Rendah, also where the severity is not known.
        low: Limit,
        /// Sedang.
        medium: Limit,
        /// Tinggi.
        high: Limit,
        /// Kritis.
        critical: Limit,
        /// Gambling and defacement.
        domain: Limit,
    },
}

/// What the timing of a step depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gravity {
    /// The severity, if it is known.
    pub severity: Option<Severity>,
    /// The kind, if it is known.
    pub kind: Option<IncidentKind>,
    /// Whether the ticket is marked DARURAT.
    pub urgent: bool,
}

impl Gravity {
    /// Whether the office works at it round the clock.
    pub fn is_critical(self) -> bool {
        self.urgent || self.severity == Some(Severity::Critical)
    }
}

impl Rule {
    /// How long the step may take for a ticket of that gravity, and by which time.
    pub fn timing(&self, gravity: Gravity) -> Timing {
        let counting = if gravity.is_critical() { self.critical } else { self.counting };
        match self.limit {
            Limits::Same(limit) => Timing { limit, counting },
            Limits::BySeverity { low, medium, high, critical, domain } => {
                let usual = match gravity.severity {
                    Some(Severity::Critical) => critical,
                    Some(Severity::High) => high,
                    Some(Severity::Medium) => medium,
                    Some(Severity::Low) | None => low,
                };
                match gravity.kind {
                    Some(kind) if kind.endangers_domain() && gravity.severity != Some(Severity::Critical) => {
                        Timing { limit: domain, counting: Counting::Calendar }
                    }
                    Some(_) | None => Timing { limit: usual, counting },
                }
            }
        }
    }

    /// The rung with that level; after a change of `sop.toml` the highest one below it, so that no
    /// deadline passes unseen.
    pub fn rung(&self, level: u8) -> Option<&Rung> {
        self.ladder.iter().rev().find(|rung| rung.level <= level).or(self.ladder.first())
    }
}

/// One rung of the ladder (domain 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Its level: 1 is the first.
    pub level: u8,
    /// When.
    pub at: Moment,
    /// When, if the incident is Kritis.
    pub critical_at: Option<Moment>,
    /// Who is told.
    pub to: Audience,
    /// Who says so.
    pub by: Teller,
    /// Whether it is always climbed.
    pub only_if: Condition,
}

/// Who tells somebody that a step is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teller {
    /// The daemon, of its own accord.
    Daemon,
    /// The Kabid: the daemon drafts and asks him. Writing above the head of an OPD is an act of the
    /// office, not of a machine.
    Kabid,
}

/// When a rung is climbed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Always.
    #[default]
    Always,
    /// If nobody has taken the ticket.
    Untaken,
}

/// An instant in the life of a deadline: `50%` of its time, `24h` after its beginning, `+3d` after
/// it has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A share of the time that counts, in per cent; 100 is the deadline.
    Share(u32),
    /// So long after the beginning.
    Into(Limit),
    /// So long after the deadline.
    Past(Limit),
}

impl Moment {
    /// Whether the deadline has been reached by then.
    pub fn is_overdue(self) -> bool {
        match self {
            Moment::Share(percent) => percent >= 100,
            Moment::Into(_) => false,
            Moment::Past(_) => true,
        }
    }
}

/// A text that is no [`Moment`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no moment of a deadline")]
pub struct NotAMoment(String);

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Moment, NotAMoment> {
        let refused = || NotAMoment(text.to_owned());
        if let Some(percent) = text.strip_suffix('%') {
            let percent = percent.parse().ok().filter(|percent| (1..=100).contains(percent));
            return percent.map(Moment::Share).ok_or_else(refused);
        }
        match text.strip_prefix('+') {
            Some(limit) => limit.parse().map(Moment::Past).map_err(|_| refused()),
            None => text.parse().map(Moment::Into).map_err(|_| refused()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Share(percent) => write!(f, "{percent}%"),
            Moment::Into(limit) => write!(f, "{limit}"),
            Moment::Past(limit) => write!(f, "+{limit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        for text in ["50%", "100%", "24h", "2d", "90m", "+3d", "+8d"] {
            assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "0%", "101%", "50", "+", "3", "-3d", "d", "99999999h"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
