//! A due time with its reckoning: what was counted, which days were passed over, and why.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::Time;
use crate::domain::calendar::{Calendar, Counting, Due, Limit};

/// How a due time comes about. Holds no words: whoever shows it, puts it into his own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// When the step began.
    pub start: Time,
    /// Where counting begins: the start, or the next opening if the office does not work then.
    pub counted_from: Time,
    /// What was counted, in order. What lies between two of them on one day is a rest.
    pub spans: Vec<Counted>,
    /// Whole days on which nothing counts.
    pub skipped: Vec<Skipped>,
    /// Where a limit in working days ends on its last day; `None` for any other limit.
    pub landing: Option<Landing>,
    /// The result.
    pub due: Due,
}

/// A span of time that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// First instant.
    pub from: Time,
    /// First instant after it.
    pub to: Time,
    /// Its minutes: all together they are the whole time that counts.
    pub minutes: i64,
    /// The period whose own hours hold on that day, such as Ramadan.
    pub period: Option<String>,
}

/// A day on which nothing counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The day.
    pub day: NaiveDate,
    /// Why.
    pub why: WhySkipped,
}

/// Why nothing counts on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhySkipped {
    /// A holiday of that name.
    Holiday(String),
    /// The office does not work on that day of the week.
    DayOff,
}

/// Where a limit in working days ends (decisions 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Landing {
    /// At the clock time at which counting began.
    SameClockTime,
    /// At closing time: that clock time is later.
    ClosingTime,
    /// At the opening: that clock time is earlier.
    Opening,
    /// At the end of the rest into which that clock time falls.
    EndOfRest,
}

impl Calendar {
    /// When a step that starts at `start` is due, and how that comes about. The due time is that of
    /// [`Calendar::due`]; nothing is reckoned twice.
    pub fn explain_due(&self, start: Time, limit: Limit, counting: Counting) -> Explained {
        let due = self.due(start, limit, counting);
        match counting {
            Counting::Calendar => Explained {
                start,
                counted_from: start,
                spans: vec![Counted { from: start, to: due.at, minutes: (due.at - start).num_minutes(), period: None }],
                skipped: Vec::new(),
                landing: None,
                due,
            },
            Counting::Working => Explained {
                start,
                counted_from: self.next_open(start),
                spans: self.counted(start, due.at),
                skipped: self.skipped(start, due.at),
                landing: match limit {
                    Limit::Days(_) => Some(self.landing(start, due.at)),
                    Limit::Minutes(_) => None,
                },
                due,
            },
        }
    }

    fn counted(&self, start: Time, due: Time) -> Vec<Counted> {
        let end = self.local(due).naive_local();
        let spans = self.spans_from(self.local(start).naive_local()).take_while(|(from, _)| *from < end);
        let mut before = 0;
        spans
            .map(|(from, to)| {
                let (from, to) = (self.instant(from), self.instant(to.min(end)));
                // Of the whole so far, so that seconds cut off here and there are not lost in the sum.
                let minutes = self.working_minutes(start, to) - before;
                before += minutes;
                let period = self.period_on(self.local(from).date_naive()).map(|period| period.name.clone());
                Counted { from, to, minutes, period }
            })
            .collect()
    }

    fn skipped(&self, start: Time, due: Time) -> Vec<Skipped> {
        let last = self.local(due).date_naive();
        let days = self.local(start).date_naive().iter_days().take_while(|day| *day <= last);
        days.filter(|day| self.spans(*day).is_empty())
            .map(|day| Skipped {
                day,
                why: match self.holiday(day) {
                    Some(name) => WhySkipped::Holiday(name.to_owned()),
                    None => WhySkipped::DayOff,
                },
            })
            .collect()
    }

    fn landing(&self, start: Time, due: Time) -> Landing {
        let began_at = self.local(self.next_open(start)).time();
        let due = self.local(due);
        if due.time() == began_at {
            Landing::SameClockTime
        } else if due.time() < began_at {
            Landing::ClosingTime
        } else if self.spans(due.date_naive()).first().is_some_and(|span| span.from == due.time()) {
            Landing::Opening
        } else {
            Landing::EndOfRest
        }
    }
}
