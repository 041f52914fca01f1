//! `calendar.toml`: hours, rests, periods with hours of their own, holidays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::values::{self, clock, weekday};
use crate::domain::calendar::{Calendar, Period, Span, Week};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
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
    #[serde(deserialize_with = "values::day")]
    from: NaiveDate,
    #[serde(deserialize_with = "values::day")]
    to: NaiveDate,
    hours: Vec<Hours>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    #[serde(deserialize_with = "values::day")]
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

/// Reads the calendar of the office.
pub(super) fn read(document: &Document, faults: &mut Vec<Fault>) -> Option<Calendar> {
    let file: CalendarFile = document.read(faults)?;
    let before = faults.len();
    let mut reader = Reader { document, faults };
    let zone = reader.zone(&file.time_zone);
    let ordinary = reader.week(&file.hours, "hours");
    let periods = reader.periods(&file.period);
    let (holidays, listed_years) = reader.holidays(file.holiday);
    let zone = zone.filter(|_| faults.len() == before)?;
    match Calendar::new(zone, ordinary, periods, holidays, listed_years) {
        Ok(calendar) => Some(calendar),
        Err(error) => {
            faults.push(document.fault("hours", error.to_string(), "name at least one day with its hours"));
            None
        }
    }
}

struct Reader<'a> {
    document: &'a Document,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn zone(&mut self, name: &str) -> Option<Tz> {
        let zone = name.parse().ok();
        if zone.is_none() {
            let remedy = "write \"Asia/Jakarta\", \"Asia/Makassar\" or \"Asia/Jayapura\"";
            self.refuse("time_zone", format!("`{name}` is no time zone"), remedy);
        }
        zone
    }

    fn periods(&mut self, tables: &[PeriodTable]) -> Vec<Period> {
        let mut periods: Vec<Period> = Vec::new();
        for (index, table) in tables.iter().enumerate() {
            let place = format!("period.{index}");
            if table.to < table.from {
                let message = format!("the period `{}` ends before it begins", table.name);
                self.refuse(&format!("{place}.to"), message, "write its last day, not before its first");
            }
            if let Some(other) = periods.iter().find(|other| other.from <= table.to && table.from <= other.to) {
                let message = format!("the period `{}` overlaps `{}`", table.name, other.name);
                self.refuse(&format!("{place}.from"), message, "let each day lie in one period at most");
            }
            let week = self.week(&table.hours, &format!("{place}.hours"));
            periods.push(Period { name: table.name.clone(), from: table.from, to: table.to, week });
        }
        periods
    }

    fn holidays(&mut self, list: Vec<Holiday>) -> (BTreeMap<NaiveDate, String>, BTreeSet<i32>) {
        let mut holidays = BTreeMap::new();
        let mut listed_years = BTreeSet::new();
        for (index, holiday) in list.into_iter().enumerate() {
            listed_years.insert(holiday.date.year());
            if let Some(other) = holidays.insert(holiday.date, holiday.name) {
                let message = format!("{} is listed twice, also as `{other}`", holiday.date);
                self.refuse(&format!("holiday.{index}"), message, "keep one of the two");
            }
        }
        (holidays, listed_years)
    }

    fn week(&mut self, hours: &[Hours], place: &str) -> Week {
        let mut week = Week::default();
        for (index, entry) in hours.iter().enumerate() {
            let place = format!("{place}.{index}");
            let Some(spans) = self.spans(entry, &place) else { continue };
            for name in &entry.days {
                let Some(day) = weekday(name) else {
                    let message = format!("`{name}` is no day of the week");
                    self.refuse(&format!("{place}.days"), message, "write it like \"monday\", \"mon\" or \"senin\"");
                    continue;
                };
                let day = &mut week[day.num_days_from_monday() as usize];
                if day.is_empty() {
                    day.clone_from(&spans);
                } else {
                    let message = format!("`{name}` has hours twice");
                    self.refuse(&format!("{place}.days"), message, "keep one of the two");
                }
            }
        }
        week
    }

    fn spans(&mut self, entry: &Hours, place: &str) -> Option<Vec<Span>> {
        let opening = self.clock(&entry.from, place, "from");
        let closing = self.clock(&entry.to, place, "to");
        let rest =
            entry.rest.as_ref().map(|[from, to]| (self.clock(from, place, "rest"), self.clock(to, place, "rest")));
        let (from, to) = (opening?, closing?);
        if from >= to {
            let message = format!("the hours {} to {} are out of order", entry.from, entry.to);
            self.refuse(&format!("{place}.to"), message, "write the closing time after the opening");
            return None;
        }
        let Some((rest_from, rest_to)) = rest else {
            return Some(vec![Span { from, to }]);
        };
        let (rest_from, rest_to) = (rest_from?, rest_to?);
        if !(from < rest_from && rest_from < rest_to && rest_to < to) {
            let message = format!("the rest does not lie within {} to {}", entry.from, entry.to);
            let remedy = "write its beginning and its end, both between opening and closing time";
            self.refuse(&format!("{place}.rest"), message, remedy);
            return None;
        }
        Some(vec![Span { from, to: rest_from }, Span { from: rest_to, to }])
    }

    fn clock(&mut self, text: &str, place: &str, key: &str) -> Option<NaiveTime> {
        let time = clock(text);
        if time.is_none() {
            let message = format!("`{text}` is no time of day");
            self.refuse(&format!("{place}.{key}"), message, "write it like \"07.30\"");
        }
        time
    }

    fn refuse(&mut self, place: &str, message: String, remedy: &str) {
        self.faults.push(self.document.fault(place, message, remedy));
    }
}
