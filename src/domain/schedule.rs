//! What comes by the calendar and not by an event: when the next of each is due.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::domain::Time;
use crate::domain::calendar::Calendar;

/// Something that comes by the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// The state of things, for the team and the Kabid.
    Daily,
    /// The week before in numbers.
    Weekly,
    /// The month before in numbers.
    Monthly,
    /// Data are destroyed whose time is over.
    Retention,
}

impl Job {
    /// Every job that is a mail.
    pub const MAILS: &[Job] = &[Job::Daily, Job::Weekly, Job::Monthly];

    /// The name used in the database and in `siaga.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Job::Daily => "daily",
            Job::Weekly => "weekly",
            Job::Monthly => "monthly",
            Job::Retention => "retention",
        }
    }
}

/// When each job runs; one without a schedule never does.
#[derive(Debug, Clone, Default)]
pub struct Schedules {
    /// The state of things.
    pub daily: Option<Schedule>,
    /// The week before.
    pub weekly: Option<Schedule>,
    /// The month before.
    pub monthly: Option<Schedule>,
    /// What is destroyed.
    pub retention: Option<Schedule>,
}

impl Schedules {
    /// The schedule of a job.
    pub fn of(&self, job: Job) -> Option<&Schedule> {
        match job {
            Job::Daily => self.daily.as_ref(),
            Job::Weekly => self.weekly.as_ref(),
            Job::Monthly => self.monthly.as_ref(),
            Job::Retention => self.retention.as_ref(),
        }
    }
}

/// A cron expression of six fields: second, minute, hour, day of the month, month, day of the week.
#[derive(Debug, Clone)]
pub struct Schedule(cron::Schedule);

/// Why a text is no schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSchedule {
    /// It has fewer or more fields.
    #[error("has not the six fields second, minute, hour, day, month, day of the week")]
    Fields,
    /// A day of the week is a number: Sunday is 0, 1 or 7, depending on whom one asks.
    #[error("has a number for a day of the week")]
    NumberedDay,
    /// A field means nothing.
    #[error("cannot be read")]
    Unreadable,
    /// The 31st of February.
    #[error("never comes")]
    Never,
    /// A mail every few minutes is read by nobody.
    #[error("comes more often than once an hour")]
    TooOften,
}

/// Any moment: what is asked of it holds for every year.
const SOMEWHEN: i64 = 1_767_225_600;
/// Runs that are looked at for how close they lie together.
const LOOKED_AT: usize = 50;
/// Days looked ahead for one on which the office works.
const HORIZON_DAYS: usize = 366;

impl FromStr for Schedule {
    type Err = NoSchedule;

    fn from_str(text: &str) -> Result<Schedule, NoSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [.., days_of_week] = fields[..] else { return Err(NoSchedule::Fields) };
        if fields.len() != 6 {
            return Err(NoSchedule::Fields);
        }
        if days_of_week.contains(|c: char| c.is_ascii_digit()) {
            return Err(NoSchedule::NumberedDay);
        }
        let schedule = cron::Schedule::from_str(text).map_err(|_| NoSchedule::Unreadable)?;
        let somewhen = DateTime::<Utc>::from_timestamp(SOMEWHEN, 0).unwrap_or_default();
        let runs: Vec<_> = schedule.after(&somewhen).take(LOOKED_AT).collect();
        if runs.is_empty() {
            return Err(NoSchedule::Never);
        }
        if runs.windows(2).any(|pair| pair[1] - pair[0] < TimeDelta::hours(1)) {
            return Err(NoSchedule::TooOften);
        }
        Ok(Schedule(schedule))
    }
}

impl Schedule {
    /// The first run after `last`, in the office's own time. One that falls on a free day is made up
    /// for on the next working day at the same hour: nobody reads a digest of a holiday.
    pub fn next(&self, last: Time, calendar: &Calendar) -> Option<Time> {
        let run = self.0.after(&calendar.local(last)).next()?;
        let (planned, hour) = (run.date_naive(), run.time());
        let mut days = planned.iter_days().take(HORIZON_DAYS);
        let day: NaiveDate = days.find(|day| !calendar.spans(*day).is_empty()).unwrap_or(planned);
        Some(if day == planned { run.with_timezone(&Utc) } else { calendar.instant(day.and_time(hour)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_now_and_then_is_a_schedule() {
        let check = |text: &str, expected: Option<NoSchedule>| {
            assert_eq!(text.parse::<Schedule>().err(), expected, "{text}");
        };
        check("0 30 7 * * Mon-Fri", None);
        check("0 30 7 * * *", None);
        check("0 30 7 * * MON,thu", None);
        check("0 40 7 1 * *", None);
        check("0 0 8 29 2 *", None);
        check("30 7 * * Mon-Fri", Some(NoSchedule::Fields));
        check("0 30 7 * * Mon 2026", Some(NoSchedule::Fields));
        check("@daily", Some(NoSchedule::Fields));
        check("", Some(NoSchedule::Fields));
        check("0 30 7 * * 1-5", Some(NoSchedule::NumberedDay));
        check("0 30 7 * * 1", Some(NoSchedule::NumberedDay));
        check("0 30 7 * * */2", Some(NoSchedule::NumberedDay));
        check("0 30 7 * * Senin", Some(NoSchedule::Unreadable));
        check("0 30 24 * * *", Some(NoSchedule::Unreadable));
        check("0 30 7 L * *", Some(NoSchedule::Unreadable));
        check("0 0 8 31 2 *", Some(NoSchedule::Never));
        check("* 30 7 * * *", Some(NoSchedule::TooOften));
        check("0 0,30 7 * * *", Some(NoSchedule::TooOften));
    }
}
