//! Working-time arithmetic: when a step is due and how much time is left (domain 3.3).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::Time;

/// How long a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// So many minutes.
    Minutes(u32),
    /// So many days: the same clock time on the n-th next working day (decisions 19).
    Days(u32),
}

/// A year of working days: nothing in the SOP takes longer, and the calendar knows no more.
const DAYS_MAX: u32 = 250;
const HOURS_MAX: u32 = DAYS_MAX * 8;

/// A text that is no [`Limit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time limit")]
pub struct NotALimit(String);

impl FromStr for Limit {
    type Err = NotALimit;

    /// `90m`, `3h`, `2d`.
    fn from_str(text: &str) -> Result<Limit, NotALimit> {
        let number = |suffix: char, most: u32| {
            text.strip_suffix(suffix).and_then(|number| number.parse::<u32>().ok()).filter(|n| (1..=most).contains(n))
        };
        let minutes = number('m', 60 * HOURS_MAX).or_else(|| number('h', HOURS_MAX).map(|hours| hours * 60));
        let limit = minutes.map(Limit::Minutes).or_else(|| number('d', DAYS_MAX).map(Limit::Days));
        limit.ok_or_else(|| NotALimit(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Limit::Minutes(minutes) => write!(f, "{minutes}m"),
            Limit::Days(days) => write!(f, "{days}d"),
        }
    }
}

/// Which time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Working time: nothing counts outside working hours, in rests and on holidays.
    Working,
    /// Calendar time: the running clock.
    Calendar,
}

/// A span of the day in which the office works, from its first minute to before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: NaiveTime,
    /// First instant after it.
    pub to: NaiveTime,
}

/// The spans of each weekday, Monday first, each day's in order and apart from each other.
pub type Week = [Vec<Span>; 7];

/// A dated block with hours of its own, such as Ramadan.
#[derive(Debug, Clone)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Its hours.
    pub week: Week,
}

/// Working hours, rests, holidays and the time zone of one office.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Tz,
    week: Week,
    periods: Vec<Period>,
    holidays: BTreeMap<NaiveDate, String>,
    listed_years: BTreeSet<i32>,
}

/// When a step is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The instant.
    pub at: Time,
    /// Years on the way for which there is no holiday list, so that the instant may be too early.
    pub unlisted_years: Vec<i32>,
}

/// A week without a single working span: no deadline could ever be computed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the office never works: at least one weekday needs hours")]
pub struct NeverOpen;

/// Days looked ahead before giving up: more than any closure, less than for ever.
const HORIZON_DAYS: u32 = 3_660;

impl Calendar {
    /// A calendar.
    ///
    /// # Errors
    /// [`NeverOpen`] if the ordinary week has no working time.
    pub fn new(
        zone: Tz,
        week: Week,
        periods: Vec<Period>,
        holidays: BTreeMap<NaiveDate, String>,
        listed_years: BTreeSet<i32>,
    ) -> Result<Calendar, NeverOpen> {
        if week.iter().all(Vec::is_empty) {
            return Err(NeverOpen);
        }
        Ok(Calendar { zone, week, periods, holidays, listed_years })
    }

    /// When a step that starts at `start` is due.
    pub fn due(&self, start: Time, limit: Limit, counting: Counting) -> Due {
        let at = match (limit, counting) {
            (Limit::Minutes(minutes), Counting::Calendar) => start + TimeDelta::minutes(minutes.into()),
            (Limit::Days(days), Counting::Calendar) => start + TimeDelta::days(days.into()),
            (Limit::Minutes(minutes), Counting::Working) => {
                self.after_working(start, TimeDelta::minutes(minutes.into()))
            }
            (Limit::Days(days), Counting::Working) => self.after_days(start, days),
        };
        let years = self.local(start).year()..=self.local(at).year();
        Due { at, unlisted_years: years.filter(|year| !self.listed_years.contains(year)).collect() }
    }

    /// The instant at which `percent` of the time between `start` and `due` has gone: of working
    /// time when that is what counts (decisions 19).
    pub fn share(&self, start: Time, due: Time, percent: u32, counting: Counting) -> Time {
        match counting {
            Counting::Calendar => start + (due - start) * i32::try_from(percent).unwrap_or(100) / 100,
            Counting::Working if percent >= 100 => due,
            Counting::Working => {
                let whole = self.working_time(start, due).num_seconds();
                self.after_working(start, TimeDelta::seconds(whole * i64::from(percent) / 100))
            }
        }
    }

    /// Working minutes between two instants; negative if `to` is before `from`.
    pub fn working_minutes(&self, from: Time, to: Time) -> i64 {
        if to < from { -self.working_time(to, from).num_minutes() } else { self.working_time(from, to).num_minutes() }
    }

    /// The time between two instants that counts; negative if `to` is before `from`.
    pub fn time_between(&self, from: Time, to: Time, counting: Counting) -> TimeDelta {
        match counting {
            Counting::Calendar => to - from,
            Counting::Working if to < from => -self.working_time(to, from),
            Counting::Working => self.working_time(from, to),
        }
    }

    /// The instant at which so much counting time has gone since `start`.
    pub fn after(&self, start: Time, span: TimeDelta, counting: Counting) -> Time {
        match counting {
            Counting::Calendar => start + span,
            Counting::Working => self.after_working(start, span),
        }
    }

    /// The end of a day's work: closing time on that day, or on the next day with working hours.
    pub fn closing(&self, day: NaiveDate) -> Time {
        let mut days = day.iter_days().take(HORIZON_DAYS as usize);
        let closing = days.find_map(|day| self.spans(day).last().map(|span| day.and_time(span.to)));
        self.instant(closing.unwrap_or(day.and_time(NaiveTime::MIN)))
    }

    /// The first instant of a day.
    pub fn midnight(&self, day: NaiveDate) -> Time {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// Whether the office works at that instant.
    pub fn is_open(&self, at: Time) -> bool {
        let local = self.local(at).naive_local();
        self.spans(local.date()).iter().any(|span| span.from <= local.time() && local.time() < span.to)
    }

    /// `at` itself if the office works then, else the next instant at which it does.
    pub fn next_open(&self, at: Time) -> Time {
        let local = self.local(at).naive_local();
        self.spans_from(local).next().map_or(at, |(from, _)| self.instant(from))
    }

    /// The instant in local time.
    pub fn local(&self, at: Time) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    /// The time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The holiday on a day, if it is one.
    pub fn holiday(&self, day: NaiveDate) -> Option<&str> {
        self.holidays.get(&day).map(String::as_str)
    }

    /// Years between two days for which there is no holiday list.
    pub fn years_without_holidays(&self, from: NaiveDate, to: NaiveDate) -> Vec<i32> {
        (from.year()..=to.year()).filter(|year| !self.listed_years.contains(year)).collect()
    }

    /// The instant at which so much working time has gone since `start`. A span that ends with the
    /// last of it is the end: three hours before closing time end at closing time.
    fn after_working(&self, start: Time, mut left: TimeDelta) -> Time {
        if left <= TimeDelta::zero() {
            return start;
        }
        for (from, to) in self.spans_from(self.local(start).naive_local()) {
            if left <= to - from {
                return self.instant(from + left);
            }
            left -= to - from;
        }
        start
    }

    /// The same clock time on the n-th next working day: its closing time if that is over, the end
    /// of the rest if that is a rest. A start outside working hours counts from the next opening.
    fn after_days(&self, start: Time, days: u32) -> Time {
        let start = self.local(self.next_open(start)).naive_local();
        let working_days =
            start.date().iter_days().skip(1).take(HORIZON_DAYS as usize).filter(|day| !self.spans(*day).is_empty());
        let Some(day) = working_days.take(days as usize).last() else {
            return self.instant(start);
        };
        let spans = self.spans(day);
        let in_or_before = spans.iter().find(|span| start.time() < span.to);
        let time = match (in_or_before, spans.last()) {
            (Some(span), _) => start.time().max(span.from),
            (None, Some(last)) => last.to,
            (None, None) => start.time(),
        };
        self.instant(day.and_time(time))
    }

    fn working_time(&self, from: Time, to: Time) -> TimeDelta {
        let end = self.local(to).naive_local();
        self.spans_from(self.local(from).naive_local())
            .take_while(|(span_from, _)| *span_from < end)
            .map(|(span_from, span_to)| span_to.min(end) - span_from)
            .sum()
    }

    /// The working spans from an instant on, the first one cut at it.
    pub(super) fn spans_from(&self, at: NaiveDateTime) -> impl Iterator<Item = (NaiveDateTime, NaiveDateTime)> + '_ {
        at.date().iter_days().take(HORIZON_DAYS as usize).flat_map(move |day| {
            let spans =
                self.spans(day).iter().map(move |span| (day.and_time(span.from).max(at), day.and_time(span.to)));
            spans.filter(|(from, to)| from < to).collect::<Vec<_>>()
        })
    }

    /// The working spans of a day.
    pub(super) fn spans(&self, day: NaiveDate) -> &[Span] {
        if self.holidays.contains_key(&day) {
            return &[];
        }
        &self.period_on(day).map_or(&self.week, |period| &period.week)[index(day.weekday())]
    }

    /// The period whose own hours hold on a day.
    pub(super) fn period_on(&self, day: NaiveDate) -> Option<&Period> {
        self.periods.iter().find(|period| period.from <= day && day <= period.to)
    }

    /// The instant of a local time.
    pub(super) fn instant(&self, local: NaiveDateTime) -> Time {
        // A local time that a clock change skips or repeats: Indonesia has none, others may.
        match self.zone.from_local_datetime(&local).earliest() {
            Some(at) => at.with_timezone(&Utc),
            None => (local + TimeDelta::hours(1))
                .and_local_timezone(self.zone)
                .earliest()
                .map_or(DateTime::from_naive_utc_and_offset(local, Utc), |at| at.with_timezone(&Utc)),
        }
    }
}

fn index(day: Weekday) -> usize {
    day.num_days_from_monday() as usize
}
