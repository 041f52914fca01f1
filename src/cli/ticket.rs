//! `siaga ticket`: the tickets, and one of them whole.

use std::io::Write;

use anyhow::{Context as _, Result};
use chrono::Datelike;
use clap::Subcommand;
use serde::Serialize;

use crate::cli::redact::{Holding, Redact};
use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::terminal::{plain, plain_lines, prose};
use crate::cli::{Format, table, terminal};
use crate::clock::{Clock, SystemClock};
use crate::domain::Time;
use crate::domain::notice::related::Related;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::store::retention::Hold;
use crate::store::{Store, indicators, links, logbook, messages, outbox, retention, suppressed, tickets, timers};

/// Mails not written about one ticket that are shown.
const SUPPRESSED_MAX: u32 = 100;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List all tickets, oldest first; `!` marks the overdue ones.
    #[command(
        after_help = "Examples:\n  siaga ticket list\n  siaga ticket list --json | jq '.[] | select(.overdue) | .number'"
    )]
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Show one ticket: who wrote what, what is due when, what was sent, what happened.
    #[command(after_help = "Examples:\n  siaga ticket show CIAMIS-2026-0007\n  siaga ticket show 7")]
    Show {
        /// The ticket's number; the last part alone means this year's.
        number: String,
        #[command(flatten)]
        format: Format,
    },
    /// Remove personal data of a ticket for good: its letters, files and reporter, or a part of them.
    ///
    /// The ticket itself, its times, what was decided and the logbook stay true. Works while the desk
    /// serves.
    #[command(
        after_help = "Examples:\n  siaga ticket redact 7 --reason \"permintaan pelapor 24/11/2026\"\n  siaga ticket redact 7 --file SHA256 --reason \"KTP tidak diminta\" --yes"
    )]
    Redact(Redact),
    /// Keep everything of a ticket, whatever the rules of retention say.
    Hold(Holding),
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
    hold: Option<Hold>,
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        match self {
            Verb::Redact(redact) => return redact.run(home),
            Verb::Hold(hold) => return hold.run(home),
            Verb::List { .. } | Verb::Show { .. } => {}
        }
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
                    hold: retention::held(store.db(), ticket.id)?,
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
            Verb::Redact(_) | Verb::Hold(_) => Ok(()),
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
pub(super) fn number_of(home: &Home, text: &str, now: Time) -> Result<TicketNumber> {
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
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(home, row)).collect();
    table::write(out, terminal::columns(), COLUMNS, &cells)?;
    let overdue = rows.iter().filter(|row| row.overdue).count();
    if overdue > 0 {
        writeln!(out, "\n! {overdue} of {} tickets overdue; `siaga ticket show NUMBER` shows one whole.", rows.len())?;
    }
    Ok(())
}

/// The list of tickets.
const COLUMNS: &[Column] = &[
    Column::whole(""),
    Column::whole("NUMBER"),
    Column::whole("STATUS"),
    Column::whole("DUE"),
    Column::spare("REPORTER", 14),
    Column::cut("SUBJECT", 12),
];

fn cells(home: &Home, row: &Row) -> Vec<String> {
    let due = row.due_at.map(|at| local_short(home, at)).unwrap_or_default();
    vec![
        if row.overdue { "!" } else { "" }.to_owned(),
        row.number.to_string(),
        row.status.replace('_', " "),
        if row.overdue { format!("{due} overdue") } else { due },
        row.reporter.clone().unwrap_or_default(),
        row.subject.clone(),
    ]
}

fn show(home: &Home, whole: &Whole, out: &mut impl Write) -> Result<()> {
    let (row, columns) = (&whole.row, terminal::columns());
    writeln!(out, "{}", prose(&format!("{}  ", row.number), &plain(&row.subject), columns))?;
    writeln!(out, "status    {}", row.status.replace('_', " "))?;
    writeln!(out, "reporter  {}", row.reporter.as_deref().unwrap_or("unknown"))?;
    writeln!(out, "opened    {}", local(home, row.opened_at))?;
    if let Some(due_at) = row.due_at {
        writeln!(out, "due       {}{}", local(home, due_at), if row.overdue { "  ! overdue" } else { "" })?;
    }
    if let Some(hold) = &whole.hold {
        writeln!(out, "held      since {}: {}", local(home, hold.since), plain(&hold.reason))?;
    }
    for message in &whole.written {
        show_message(home, message, out)?;
    }
    writeln!(out, "\nReminders and escalations")?;
    if whole.timers.is_empty() {
        writeln!(out, "  none")?;
    }
    for timer in &whole.timers {
        let fired = if timer.fired_at.is_some() { "done" } else { "waits" };
        writeln!(out, "  {}  {fired:<5}  {} {}", local(home, timer.due_at), timer.stage.as_str(), timer.kind)?;
    }
    writeln!(out, "\nMails sent or to be sent (`siaga outbox show ID` shows one)")?;
    let mails: Vec<Vec<String>> = whole
        .outgoing
        .iter()
        .map(|mail| {
            let state = mail.state.as_str().replace('_', " ");
            vec![String::new(), mail.id.0.to_string(), state, mail.recipient.clone(), mail.subject.clone()]
        })
        .collect();
    let fields = [
        Column::whole(""),
        Column::whole("ID"),
        Column::whole("STATE"),
        Column::cut("RECIPIENT", 12),
        Column::cut("SUBJECT", 24),
    ];
    table::write(out, columns, &fields, &mails)?;
    writeln!(out, "\nWhat happened")?;
    let events: Vec<Vec<String>> = whole
        .events
        .iter()
        .map(|event| {
            let happened = event.kind.replace('_', " ");
            vec![String::new(), local(home, event.at), happened, event.actor.clone()]
        })
        .collect();
    let fields = [Column::whole(""), Column::whole("AT"), Column::cut("EVENT", 12), Column::cut("BY", 12)];
    table::write(out, columns, &fields, &events)?;
    write_understood(whole, out)
}

fn show_message(home: &Home, message: &messages::Message, out: &mut impl Write) -> Result<()> {
    writeln!(out, "\nMessage {} ({})", message.id.0, message.meaning.as_str().replace('_', " "))?;
    writeln!(out, "  from     {} <{}>", plain(&message.sender_name), plain(&message.sender_address))?;
    writeln!(out, "  arrived  {}", local(home, message.arrived_at))?;
    writeln!(out, "  raw      {}", message.raw)?;
    if let Some(protection) = &message.protection {
        writeln!(out, "{}", prose("  secured  ", &plain(&protection.to_string()), terminal::columns()))?;
    }
    for file in &message.attachments {
        writeln!(out, "  file     {} ({} bytes)", plain(&file.filename), file.size_bytes)?;
        writeln!(out, "           {}", file.digest)?;
        if let Some(scan) = &file.scan {
            let verdict = scan.as_str().replace('_', " ");
            writeln!(out, "           scanner: {}", plain(format!("{verdict} {}", scan.finding()).trim()))?;
        }
    }
    for line in plain_lines(message.new_text.trim()).lines() {
        // Each line of a long paragraph carries the mark, so that nothing a stranger wrote can stand
        // where our own words do.
        let wrapped = prose("    ", line, terminal::columns());
        for part in wrapped.lines() {
            writeln!(out, "  | {}", part.trim_start_matches("    "))?;
        }
    }
    Ok(())
}

/// What the ticket names, what it has to do with, and what was not said about it.
fn write_understood(whole: &Whole, out: &mut impl Write) -> Result<()> {
    if !whole.suppressed.is_empty() {
        writeln!(out, "\nNot said")?;
    }
    for unsent in &whole.suppressed {
        writeln!(out, "  {}  {}: {}", plain(&unsent.recipient), unsent.notice, unsent.reason)?;
    }
    for related in &whole.related {
        writeln!(out, "\nRelated  {} ({})", related.number, related.why.as_str())?;
    }
    if !whole.indicators.is_empty() {
        writeln!(out, "\nIndicators")?;
    }
    for stored in &whole.indicators {
        writeln!(out, "  {:<8}  {}", stored.indicator.kind.as_str(), plain(&stored.indicator.value))?;
    }
    Ok(())
}

/// An instant as the office reads it.
pub(super) fn local(home: &Home, at: Time) -> String {
    home.config.calendar.local(at).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// The same where there is little room.
pub(super) fn local_short(home: &Home, at: Time) -> String {
    home.config.calendar.local(at).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(columns: usize, overdue: bool) -> String {
        let at: Time = "2026-11-23T04:12:00Z".parse().expect("a time");
        let row = Row {
            number: "CIAMIS-2026-0001".parse().expect("a number"),
            subject: "Situs Dinas Kesehatan \u{1b}[31mdisusupi judi online".to_owned(),
            reporter: Some("budi.santoso@warga.example".to_owned()),
            stage: None,
            status: "awaiting_reporter",
            language: "id",
            opened_at: at,
            due_at: Some(at),
            due_calendar_at: None,
            overdue,
            messages: 1,
            attachments: 0,
        };
        let mut out = Vec::new();
        table::write(&mut out, Some(columns), COLUMNS, &[cells(&Home::embedded(), &row)]).expect("write");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn an_overdue_ticket_is_seen_at_80_columns_and_at_200() {
        assert_eq!(
            listed(80, true),
            "   NUMBER            STATUS             DUE                       SUBJECT\n\
             !  CIAMIS-2026-0001  awaiting reporter  2026-11-23 11:12 overdue  Situs Dinas K…\n"
        );
        let wide = listed(200, true);
        assert!(wide.contains("budi.santoso@warga.example  Situs Dinas Kesehatan \u{FFFD}[31mdisusupi"), "{wide}");
        assert!(!listed(80, false).contains(['!', '\u{1b}']) && !listed(80, false).contains("overdue"));
    }
}
