//! The reminders and rungs a running deadline should have.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::Time;
use crate::domain::calendar::{Calendar, Counting};
use crate::domain::deadline::{Deadline, Run};
use crate::domain::sop::{Moment, Rule};

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
    Reminder(Moment),
    /// The next rung of the ladder is climbed.
    Rung {
        /// Its level in `sop.toml`.
        level: u8,
    },
}

impl TimerKind {
    /// The kind of that name, as [`Display`](fmt::Display) writes it: `reminder-50%`, `rung-2`.
    pub fn named(name: &str) -> Option<TimerKind> {
        match name.split_once('-')? {
            ("reminder", moment) => moment.parse().ok().map(TimerKind::Reminder),
            ("rung", level) => level.parse().ok().map(|level| TimerKind::Rung { level }),
            _ => None,
        }
    }
}

impl fmt::Display for TimerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimerKind::Reminder(moment) => write!(f, "reminder-{moment}"),
            TimerKind::Rung { level } => write!(f, "rung-{level}"),
        }
    }
}

/// The timers of a deadline as it runs; none while it stands still. A moment before the deadline
/// that had gone by when the clock took its present course is not planned again; the deadline
/// itself and what comes after it always are.
pub fn plan(deadline: &Deadline, rule: &Rule, critical: bool, calendar: &Calendar) -> Vec<Timer> {
    let Run::Running { since } = deadline.run else { return Vec::new() };
    let at = |moment| instant(deadline, since, moment, calendar);
    let reminders = rule.remind_at.iter().map(|&moment| (TimerKind::Reminder(moment), moment));
    let rungs = rule.ladder.iter().map(|rung| {
        let moment = rung.critical_at.filter(|_| critical).unwrap_or(rung.at);
        (TimerKind::Rung { level: rung.level }, moment)
    });
    reminders.chain(rungs).filter_map(|(kind, moment)| Some(Timer { kind, due_at: at(moment)? })).collect()
}

/// When a moment of a deadline comes; `None` if it had gone by at `since`.
fn instant(deadline: &Deadline, since: Time, moment: Moment, calendar: &Calendar) -> Option<Time> {
    let counting = deadline.counting;
    match moment {
        Moment::Share(100..) => Some(deadline.due_at),
        Moment::Past(limit) => Some(calendar.due(deadline.due_at, limit, counting).at),
        Moment::Share(percent) => {
            let whole =
                calendar.time_between(deadline.started_at, deadline.due_at, counting) - deadline.idle.by(counting);
            let gone = whole - calendar.time_between(since, deadline.due_at, counting);
            let wanted = TimeDelta::seconds(whole.num_seconds() * i64::from(percent) / 100);
            (wanted > gone).then(|| calendar.after(since, wanted - gone, counting))
        }
        Moment::Into(limit) => {
            let at = calendar.after(
                calendar.due(deadline.started_at, limit, counting).at,
                deadline.idle.by(counting),
                counting,
            );
            (at > since).then_some(at)
        }
    }
}

/// Whether a timer may fire at `now`, or until when it waits: what counts working time disturbs
/// nobody at night, unless it was planned for this very moment, such as the deadline at closing time.
pub fn fire_or_wait(timer_due_at: Time, counting: Counting, calendar: &Calendar, now: Time) -> Result<(), Time> {
    let on_time = now - timer_due_at <= PUNCTUAL;
    match counting {
        Counting::Working if !on_time && !calendar.is_open(now) => Err(calendar.next_open(now)),
        Counting::Working | Counting::Calendar => Ok(()),
    }
}

/// How late a timer may fire outside working hours: what a busy or restarting machine needs.
const PUNCTUAL: TimeDelta = TimeDelta::minutes(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for kind in [TimerKind::Reminder(Moment::Share(50)), TimerKind::Rung { level: 2 }] {
            assert_eq!(TimerKind::named(&kind.to_string()), Some(kind));
        }
        assert_eq!(TimerKind::named("reminder"), None);
        assert_eq!(TimerKind::named("alarm-5"), None);
    }
}
