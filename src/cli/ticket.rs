//! `siaga ticket`: the tickets, and one of them whole.

use std::io::Write;

use anyhow::{Context as _, Result};
use chrono::Datelike;
use clap::Subcommand;
use serde::Serialize;

use crate::cli::setup::Home;
use crate::cli::{Format, table};
use crate::clock::{Clock, SystemClock};
use crate::domain::Time;
use crate::domain::notice::team::Related;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::store::{Store, indicators, links, logbook, messages, outbox, suppressed, tickets, timers};

/// Mails not written about one ticket that are shown.
const SUPPRESSED_MAX: u32 = 100;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List all tickets, oldest first.
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Show one ticket with its messages, events, timers and outgoing mails.
    Show {
        /// CIAMIS-2026-0007, or 7 for this year's.
        number: String,
        #[command(flatten)]
        format: Format,
    },
}

/// A ticket as machines read it.
#[derive(Debug, Serialize)]
struct Row {
    number: TicketNumber,
    subject: String,
    reporter: Option<String>,
    stage: Option<&'static str>,
    status: &'static str,
    language: &'static str,
    opened_at: Time,
    due_at: Option<Time>,
    due_calendar_at: Option<Time>,
    overdue: bool,
    messages: u64,
    attachments: u64,
}

/// One ticket whole.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    #[serde(rename = "messages")]
    written: Vec<messages::Message>,
    events: Vec<logbook::StoredEntry>,
    timers: Vec<timers::StoredTimer>,
    outgoing: Vec<outbox::Entry>,
    suppressed: Vec<suppressed::Unsent>,
    indicators: Vec<indicators::Stored>,
    related: Vec<Related>,
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let store = home.store()?;
        let now = SystemClock.now();
        let mut out = std::io::stdout().lock();
        match self {
            Verb::List { format } => {
                let all = tickets::all(store.db())?;
                let rows = all.iter().map(|ticket| row(&store, ticket, now)).collect::<Result<Vec<_>>>()?;
                if format.json {
                    writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
                    return Ok(());
                }
                list(home, &rows, &mut out)
            }
            Verb::Show { number, format } => {
                let number = number_of(home, number, now)?;
                let ticket =
                    tickets::find(store.db(), &number)?.with_context(|| format!("there is no ticket {number}"))?;
                let whole = Whole {
                    row: row(&store, &ticket, now)?,
                    written: messages::of_ticket(store.db(), ticket.id)?,
                    events: logbook::entries(store.db(), Some(ticket.id))?,
                    timers: timers::of_ticket(store.db(), ticket.id)?,
                    outgoing: outbox::all(store.db(), Some(ticket.id))?,
                    suppressed: suppressed::latest(store.db(), Some(ticket.id), SUPPRESSED_MAX)?,
                    indicators: indicators::of_ticket(store.db(), ticket.id)?,
                    related: links::of_ticket(store.db(), ticket.id)?,
                };
                if format.json {
                    let mut value = serde_json::to_value(&whole)?;
                    // The list counts messages; here they are.
                    value["attachments"] = whole.row.attachments.into();
                    writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
                    return Ok(());
                }
                show(home, &whole, &mut out)
            }
        }
    }
}

fn row(store: &Store, ticket: &Ticket, now: Time) -> Result<Row> {
    let (messages, attachments) = messages::count(store.db(), ticket.id)?;
    Ok(Row {
        number: ticket.number.clone(),
        subject: ticket.subject.clone(),
        reporter: ticket.reporter.as_ref().map(|person| person.address.to_string()),
        stage: ticket.status.stage().map(|stage| stage.as_str()),
        status: ticket.status.as_str(),
        language: ticket.language.as_str(),
        opened_at: ticket.opened_at,
        due_at: ticket.due_at,
        due_calendar_at: ticket.due_calendar_at,
        overdue: ticket.due_at.is_some_and(|due_at| due_at < now),
        messages,
        attachments,
    })
}

/// A number as people write it: whole, or this year's serial.
fn number_of(home: &Home, text: &str, now: Time) -> Result<TicketNumber> {
    if let Ok(serial) = text.parse::<u32>() {
        let year = home.config.calendar.local(now).year();
        return Ok(TicketNumber { prefix: home.config.settings.desk.ticket_prefix.clone(), year, serial });
    }
    Ok(text.parse::<TicketNumber>()?)
}

fn list(home: &Home, rows: &[Row], out: &mut impl Write) -> Result<()> {
    if rows.is_empty() {
        writeln!(out, "No tickets yet.")?;
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let due = row.due_at.map(|at| local(home, at)).unwrap_or_default();
            vec![
                row.number.to_string(),
                row.status.to_owned(),
                if row.overdue { format!("{due} !") } else { due },
                row.reporter.clone().unwrap_or_default(),
                row.subject.clone(),
            ]
        })
        .collect();
    table::write(out, &["NUMBER", "STATUS", "DUE", "REPORTER", "SUBJECT"], &cells)?;
    Ok(())
}

fn show(home: &Home, whole: &Whole, out: &mut impl Write) -> Result<()> {
    let row = &whole.row;
    writeln!(out, "{}  {}", row.number, table::plain(&row.subject))?;
    writeln!(out, "status    {}{}", row.status, if row.overdue { " (overdue)" } else { "" })?;
    writeln!(out, "reporter  {}", row.reporter.as_deref().unwrap_or("unknown"))?;
    writeln!(out, "opened    {}", local(home, row.opened_at))?;
    if let Some(due_at) = row.due_at {
        writeln!(out, "due       {}", local(home, due_at))?;
    }
    for message in &whole.written {
        writeln!(out, "\nMessage {} ({})", message.id.0, message.meaning.as_str())?;
        writeln!(out, "  from     {} <{}>", table::plain(&message.sender_name), table::plain(&message.sender_address))?;
        writeln!(out, "  arrived  {}", local(home, message.arrived_at))?;
        writeln!(out, "  raw      {}", message.raw)?;
        for file in &message.attachments {
            writeln!(out, "  file     {} ({} bytes) {}", table::plain(&file.filename), file.size_bytes, file.digest)?;
        }
        for line in table::plain_lines(message.new_text.trim()).lines() {
            writeln!(out, "  | {line}")?;
        }
    }
    writeln!(out, "\nTimers")?;
    for timer in &whole.timers {
        let fired = timer.fired_at.map(|at| format!("fired {}", local(home, at))).unwrap_or("waiting".to_owned());
        writeln!(out, "  {}  {}  {fired}", local(home, timer.due_at), timer.kind)?;
    }
    writeln!(out, "\nOutgoing mails")?;
    for mail in &whole.outgoing {
        let state = mail.state.as_str();
        writeln!(out, "  {:>4}  {state:<8}  {}  {}", mail.id.0, mail.recipient, table::plain(&mail.subject))?;
    }
    write_understood(whole, out)?;
    writeln!(out, "\nEvents")?;
    for event in &whole.events {
        writeln!(out, "  {}  {}  {}", local(home, event.at), event.kind, table::plain(&event.actor))?;
    }
    Ok(())
}

/// What the ticket names, what it has to do with, and what was not said about it.
fn write_understood(whole: &Whole, out: &mut impl Write) -> Result<()> {
    for unsent in &whole.suppressed {
        writeln!(out, "  not sent  {}  {}: {}", unsent.recipient, unsent.notice, unsent.reason)?;
    }
    for related in &whole.related {
        writeln!(out, "\nRelated  {} ({})", related.number, related.why.as_str())?;
    }
    if !whole.indicators.is_empty() {
        writeln!(out, "\nIndicators")?;
    }
    for stored in &whole.indicators {
        writeln!(out, "  {:<8}  {}", stored.indicator.kind.as_str(), table::plain(&stored.indicator.value))?;
    }
    Ok(())
}

/// An instant as the office reads it.
pub(super) fn local(home: &Home, at: Time) -> String {
    home.config.calendar.local(at).format("%Y-%m-%d %H:%M %Z").to_string()
}
