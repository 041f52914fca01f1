//! How long each kind of data is kept (UU PDP Pasal 42 to 44; the archive schedule, JRA, of the office
//! decides), and when a case's time is over.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::Time;

/// How long each kind is kept; `None` keeps it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Spam, held mail, and mail on no ticket, from its arrival or the end of its ticket.
    pub spam: Option<TimeDelta>,
    /// Letters of a case with their files and what quotes them, from its end.
    pub letters: Option<TimeDelta>,
    /// Who reported, from the end of his case.
    pub reporter: Option<TimeDelta>,
    /// Copies of what was sent, from the moment it was decided.
    pub outgoing: Option<TimeDelta>,
    /// The list of what was not sent, from the moment it would have been.
    pub unsent: Option<TimeDelta>,
}

/// By what something is destroyed: a key of `[retention]`, or a person's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// `spam`
    Spam,
    /// `letters`
    Letters,
    /// `reporter`
    Reporter,
    /// `outgoing`
    Outgoing,
    /// `unsent`
    Unsent,
    /// `siaga ticket redact`
    Order,
}

impl Rule {
    /// Every rule that works by the calendar, in the order in which it is applied.
    pub const ALL: &[Rule] = &[Rule::Spam, Rule::Letters, Rule::Reporter, Rule::Outgoing, Rule::Unsent];

    /// The name used in `siaga.toml` and in the logbook.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Spam => "spam",
            Rule::Letters => "letters",
            Rule::Reporter => "reporter",
            Rule::Outgoing => "outgoing",
            Rule::Unsent => "unsent",
            Rule::Order => "order",
        }
    }
}

impl Retention {
    /// How long a rule keeps its kind.
    pub fn of(&self, rule: Rule) -> Option<TimeDelta> {
        match rule {
            Rule::Spam => self.spam,
            Rule::Letters => self.letters,
            Rule::Reporter => self.reporter,
            Rule::Outgoing => self.outgoing,
            Rule::Unsent => self.unsent,
            Rule::Order => None,
        }
    }

    /// What is older than this is due by a rule.
    pub fn due_before(&self, rule: Rule, now: Time) -> Option<Time> {
        now.checked_sub_signed(self.of(rule)?)
    }

    /// Whether anything is ever destroyed.
    pub fn is_any(&self) -> bool {
        Rule::ALL.iter().any(|rule| self.of(*rule).is_some())
    }
}

/// What a destruction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Destroyed {
    /// Letters whose words and raw bytes went.
    pub letters: u64,
    /// Files that came with them.
    pub files: u64,
    /// Copies of mails of ours.
    pub mails: u64,
    /// Reporters a pseudonym took the place of.
    pub reporters: u64,
    /// Rows of other lists.
    pub rows: u64,
}

impl Destroyed {
    /// Whether nothing went.
    pub fn is_nothing(&self) -> bool {
        *self == Destroyed::default()
    }

    /// Both together.
    pub fn add(&mut self, other: Destroyed) {
        self.letters += other.letters;
        self.files += other.files;
        self.mails += other.mails;
        self.reporters += other.reporters;
        self.rows += other.rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_without_a_length_never_is_due() {
        let now: Time = "2027-06-01T02:15:00Z".parse().expect("a time");
        let rules = Retention { spam: Some(TimeDelta::days(30)), ..Retention::default() };
        assert_eq!(rules.due_before(Rule::Spam, now), "2027-05-02T02:15:00Z".parse().ok());
        assert_eq!(rules.due_before(Rule::Letters, now), None);
        assert_eq!(rules.due_before(Rule::Order, now), None);
        assert!(rules.is_any() && !Retention::default().is_any());
        let for_ever = Retention { letters: Some(TimeDelta::MAX), ..Retention::default() };
        assert_eq!(for_ever.due_before(Rule::Letters, now), None, "longer than time itself");
    }
}
