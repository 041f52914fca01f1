//! `siaga due`: when a step that begins at some moment must be finished, and how that is reckoned.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, NaiveDateTime};
use clap::Args;

use crate::cli::Format;
use crate::cli::setup::Home;
use crate::domain::Time;
use crate::domain::calendar::{Calendar, Counting, Limit};
use crate::domain::due_explained::{Explained, Landing, WhySkipped};
use crate::domain::kind::IncidentKind;
use crate::domain::severity::Severity;
use crate::domain::sop::Gravity;
use crate::domain::stage::Stage;

#[derive(Debug, Args)]
pub(super) struct Due {
    /// When the step begins, in local time: "2026-12-23 15:30".
    #[arg(value_name = "YYYY-MM-DD HH:MM")]
    start: String,
    /// The step, as sop.toml names it.
    #[arg(long, default_value = Stage::Verification.as_str(), value_parser = stage)]
    stage: Stage,
    /// How grave the incident is: low, medium, high or critical.
    #[arg(long, value_parser = severity)]
    severity: Option<Severity>,
    /// What kind of incident it is, as an analyst types it: judol, deface, …
    #[arg(long, value_parser = kind)]
    kind: Option<IncidentKind>,
    /// As if the ticket were marked DARURAT.
    #[arg(long)]
    urgent: bool,
    #[command(flatten)]
    format: Format,
}

fn stage(name: &str) -> Result<Stage, String> {
    let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    Stage::named(name).ok_or_else(|| format!("write one of {}", names.join(", ")))
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::spoken(name).ok_or_else(|| "write low, medium, high or critical".to_owned())
}

fn kind(code: &str) -> Result<IncidentKind, String> {
    IncidentKind::coded(code).ok_or_else(|| "write a kind as an analyst types it, like judol or deface".to_owned())
}

impl Due {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let calendar = &home.config.calendar;
        let gravity = Gravity { severity: self.severity, kind: self.kind, urgent: self.urgent };
        let timing = home.config.sop.rule(self.stage).timing(gravity);
        let start = start_of(calendar, &self.start)?;
        let explained = calendar.explain_due(start, timing.limit, timing.counting);
        let mut out = std::io::stdout().lock();
        if self.format.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&explained)?)?;
            return Ok(());
        }
        let counting = match timing.counting {
            Counting::Working => "working time",
            Counting::Calendar => "calendar time",
        };
        writeln!(
            out,
            "{}: {} of {counting}, from {}",
            self.stage.as_str(),
            span(timing.limit),
            moment(calendar, start)
        )?;
        tell(calendar, &explained, &mut out)?;
        let by_calendar = calendar.due(start, timing.limit, Counting::Calendar).at;
        writeln!(
            out,
            "due {} (by the calendar: {})",
            moment(calendar, explained.due.at),
            moment(calendar, by_calendar)
        )?;
        for year in &explained.due.unlisted_years {
            writeln!(out, "warning: calendar.toml has no holidays for {year}; the due time may be too early")?;
        }
        Ok(())
    }
}

fn start_of(calendar: &Calendar, text: &str) -> Result<Time> {
    let local = NaiveDateTime::parse_from_str(&format!("{}:00", text.replace('T', " ")), "%Y-%m-%d %H:%M:%S")
        .with_context(|| format!("`{text}` is no moment; write it like \"2026-12-23 15:30\""))?;
    let instant = local.and_local_timezone(calendar.zone()).earliest();
    instant.map(|at| at.to_utc()).with_context(|| format!("the clock skips {text} here; name another moment"))
}

/// Day by day, what was counted and what was passed over.
fn tell(calendar: &Calendar, explained: &Explained, out: &mut impl Write) -> Result<()> {
    let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for counted in &explained.spans {
        let (from, to) = (calendar.local(counted.from), calendar.local(counted.to));
        let period = counted.period.as_ref().map(|period| format!("  ({period})")).unwrap_or_default();
        let line = format!("{} - {}  {:>4} min{period}", from.format("%H:%M"), to.format("%H:%M"), counted.minutes);
        days.entry(from.date_naive()).or_default().push(line);
    }
    for skipped in &explained.skipped {
        let why = match &skipped.why {
            WhySkipped::Holiday(name) => name.clone(),
            WhySkipped::DayOff => "day off".to_owned(),
        };
        days.entry(skipped.day).or_default().push(why);
    }
    for (day, lines) in days {
        for line in lines {
            writeln!(out, "  {}  {line}", day.format("%a %d %b"))?;
        }
    }
    let landing = match explained.landing {
        Some(Landing::SameClockTime) => "  at the clock time at which counting began",
        Some(Landing::ClosingTime) => "  at closing time: the clock time at which counting began is later",
        Some(Landing::Opening) => "  at the opening: the clock time at which counting began is earlier",
        Some(Landing::EndOfRest) => "  at the end of the rest, into which that clock time falls",
        None => return Ok(()),
    };
    writeln!(out, "{landing}")?;
    Ok(())
}

fn span(limit: Limit) -> String {
    match limit {
        Limit::Minutes(60) => "1 hour".to_owned(),
        Limit::Minutes(minutes) if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        Limit::Minutes(minutes) => format!("{minutes} minutes"),
        Limit::Days(1) => "1 day".to_owned(),
        Limit::Days(days) => format!("{days} days"),
    }
}

fn moment(calendar: &Calendar, at: Time) -> String {
    calendar.local(at).format("%a %d %b %Y %H:%M %Z").to_string()
}
