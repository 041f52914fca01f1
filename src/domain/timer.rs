//! The reminders and escalations a stage should have.

use std::fmt;

use crate::domain::Time;
use crate::domain::calendar::Calendar;
use crate::domain::sop::Rule;

/// A wake-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// What it causes.
    pub kind: TimerKind,
    /// When.
    pub due_at: Time,
}

/// What a wake-up causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// Whoever's turn it is, is reminded.
    Reminder {
        /// Share of the time that has gone.
        percent: u32,
    },
    /// The next role is told.
    Escalation {
        /// Share of the time that has gone.
        percent: u32,
    },
}

impl TimerKind {
    /// The kind of that name, as [`Display`](fmt::Display) writes it: `reminder-50`.
    pub fn named(name: &str) -> Option<TimerKind> {
        let (kind, percent) = name.split_once('-')?;
        let percent = percent.parse().ok()?;
        match kind {
            "reminder" => Some(TimerKind::Reminder { percent }),
            "escalation" => Some(TimerKind::Escalation { percent }),
            _ => None,
        }
    }

    /// Share of the time that has gone, in per cent.
    pub fn percent(self) -> u32 {
        match self {
            TimerKind::Reminder { percent } | TimerKind::Escalation { percent } => percent,
        }
    }

    /// The share, if it is a reminder.
    pub fn reminder_percent(self) -> Option<u32> {
        match self {
            TimerKind::Reminder { percent } => Some(percent),
            TimerKind::Escalation { .. } => None,
        }
    }
}

impl fmt::Display for TimerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimerKind::Reminder { percent } => write!(f, "reminder-{percent}"),
            TimerKind::Escalation { percent } => write!(f, "escalation-{percent}"),
        }
    }
}

/// The timers of a stage that runs from `started_at` to `due_at`. A share that falls on closing
/// time fires at closing time; nothing is planned for a night.
pub fn plan(rule: &Rule, calendar: &Calendar, started_at: Time, due_at: Time) -> Vec<Timer> {
    let at = |percent| calendar.share(started_at, due_at, percent, rule.counting);
    let reminders = rule.remind_at.iter().map(|&percent| TimerKind::Reminder { percent });
    let escalation = TimerKind::Escalation { percent: rule.escalate_at };
    reminders.chain([escalation]).map(|kind| Timer { kind, due_at: at(kind.percent()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for kind in [TimerKind::Reminder { percent: 50 }, TimerKind::Escalation { percent: 100 }] {
            assert_eq!(TimerKind::named(&kind.to_string()), Some(kind));
        }
        assert_eq!(TimerKind::named("reminder"), None);
        assert_eq!(TimerKind::named("alarm-5"), None);
    }
}
