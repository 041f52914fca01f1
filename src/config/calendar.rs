//! `calendar.toml`: hours, rests, periods with hours of their own, holidays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::config::fault::Fault;
use crate::config::values::{clock, weekday};
use crate::domain::calendar::{Calendar, Period, Span, Week};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarFile {
    time_zone: String,
    hours: Vec<Hours>,
    #[serde(default)]
    period: Vec<PeriodTable>,
    #[serde(default)]
    holiday: Vec<Holiday>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    days: Vec<String>,
    from: String,
    to: String,
    rest: Option<[String; 2]>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodTable {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
    hours: Vec<Hours>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    date: NaiveDate,
    #[serde(rename = "kind")]
    _kind: HolidayKind,
    name: String,
}

/// By which decree a day is free; both stop the clock.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HolidayKind {
    National,
    JointLeave,
}

impl CalendarFile {
    pub(super) fn build(self, (path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<Calendar> {
        let before = faults.len();
        let mut fault =
            |needle: &str, message: String, remedy: &str| faults.push(Fault::at(path, text, needle, message, remedy));
        let zone = self.time_zone.parse::<Tz>();
        if zone.is_err() {
            fault(
                "time_zone",
                format!("`{}` is no time zone", self.time_zone),
                "write \"Asia/Jakarta\", \"Asia/Makassar\" or \"Asia/Jayapura\"",
            );
        }
        let ordinary = week(&self.hours, &mut fault);
        let mut periods: Vec<Period> = Vec::new();
        for table in self.period {
            if table.to < table.from || periods.iter().any(|other| other.from <= table.to && table.from <= other.to) {
                fault(
                    &table.name,
                    format!("the period `{}` ends before it begins or overlaps another", table.name),
                    "correct its dates",
                );
            }
            periods.push(Period {
                week: week(&table.hours, &mut fault),
                name: table.name,
                from: table.from,
                to: table.to,
            });
        }
        let mut holidays = BTreeMap::new();
        let mut listed_years = BTreeSet::new();
        for holiday in self.holiday {
            listed_years.insert(holiday.date.year());
            if let Some(other) = holidays.insert(holiday.date, holiday.name) {
                fault(
                    &holiday.date.to_string(),
                    format!("{} is listed twice, also as `{other}`", holiday.date),
                    "keep one of the two",
                );
            }
        }
        if faults.len() > before {
            return None;
        }
        match Calendar::new(zone.ok()?, ordinary, periods, holidays, listed_years) {
            Ok(calendar) => Some(calendar),
            Err(error) => {
                faults.push(Fault::at(path, text, "hours", error.to_string(), "add [[hours]] with days, from and to"));
                None
            }
        }
    }
}

fn week(hours: &[Hours], fault: &mut impl FnMut(&str, String, &str)) -> Week {
    let mut week = Week::default();
    for entry in hours {
        let spans = match spans(entry) {
            Ok(spans) => spans,
            Err((needle, message)) => {
                fault(&needle, message, "write opening before closing time, and the rest between them");
                continue;
            }
        };
        for day in &entry.days {
            match weekday(day) {
                Ok(day) if week[day.num_days_from_monday() as usize].is_empty() => {
                    week[day.num_days_from_monday() as usize].clone_from(&spans);
                }
                Ok(_) => fault(day, format!("`{day}` has hours twice"), "keep one of the two"),
                Err(message) => fault(day, message, "use English names"),
            }
        }
    }
    week
}

fn spans(entry: &Hours) -> Result<Vec<Span>, (String, String)> {
    let at = |text: &String| clock(text).map_err(|message| (text.clone(), message));
    let (from, to) = (at(&entry.from)?, at(&entry.to)?);
    let disorder =
        |text: &String| Err((text.clone(), format!("the hours {} to {} are out of order", entry.from, entry.to)));
    if from >= to {
        return disorder(&entry.to);
    }
    let Some([rest_from, rest_to]) = &entry.rest else {
        return Ok(vec![Span { from, to }]);
    };
    let (rest_from_at, rest_to_at) = (at(rest_from)?, at(rest_to)?);
    if !(from < rest_from_at && rest_from_at < rest_to_at && rest_to_at < to) {
        return disorder(rest_from);
    }
    Ok(vec![Span { from, to: rest_from_at }, Span { from: rest_to_at, to }])
}
