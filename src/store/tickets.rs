//! Tables `ticket` and `participant`.

use std::str::FromStr;

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use crate::domain::incoming::Language;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::{Address, Person};
use crate::domain::severity::Severity;
use crate::domain::stage::Status;
use crate::domain::ticket::{Classification, Flags, Tally, Ticket, TicketId, TicketNumber};
use crate::domain::tlp::Tlp;
use crate::store::{named, optional_time, stored, time, unreadable};

/// Every column of a ticket's own, in the order in which they are written.
const COLUMNS: &str = "prefix, year, serial, subject, reporter_name, reporter_address, language, status, opened_at, \
    stage_started_at, due_at, due_calendar_at, revision, assignee, kind, finding, severity, opd, system, tlp, urgent, \
    personal_data, vital, anonymous, risk_accepted, offline, reopened, false_fixes, questions, opd_reminders, \
    escalation, parent, closed_by, closed_at";

/// The number the next ticket of that year gets.
///
/// # Errors
/// If the database refuses, or the year has run out of numbers.
pub fn next_number(db: &Connection, prefix: &str, year: i32) -> Result<TicketNumber> {
    let last: i64 = db
        .prepare_cached(
            "SELECT max(coalesce(max(serial), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta \
             WHERE key = 'serials_given_' || ?2), 0)) FROM ticket WHERE prefix = ?1 AND year = ?2",
        )?
        .query_row((prefix, year), |row| row.get(0))?;
    let serial = u32::try_from(last + 1).context("the year has run out of ticket numbers")?;
    Ok(TicketNumber { prefix: prefix.to_owned(), year, serial })
}

/// Inserts a ticket; its `id` is given by the database and returned.
///
/// # Errors
/// If the database refuses, above all a number that is taken.
pub fn insert(db: &Connection, ticket: &Ticket) -> Result<TicketId> {
    let values = (1..=34).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO ticket ({COLUMNS}) VALUES ({values})");
    written(db, &sql, ticket, &[])?;
    Ok(TicketId(db.last_insert_rowid()))
}

/// Writes a ticket as it is.
///
/// # Errors
/// If the database refuses.
pub fn update(db: &Connection, ticket: &Ticket) -> Result<()> {
    let columns = COLUMNS.split(',').enumerate();
    let assignments: Vec<_> = columns.map(|(place, column)| format!("{} = ?{}", column.trim(), place + 1)).collect();
    let sql = format!("UPDATE ticket SET {} WHERE id = ?35", assignments.join(", "));
    written(db, &sql, ticket, &[&ticket.id.0])
}

fn written(db: &Connection, sql: &str, ticket: &Ticket, more: &[&dyn ToSql]) -> Result<()> {
    let Ticket { number, class, flags, tally, .. } = ticket;
    let values: &[&dyn ToSql] = &[
        &number.prefix,
        &number.year,
        &number.serial,
        &ticket.subject,
        &ticket.reporter.as_ref().map_or("", |person| &person.name),
        &ticket.reporter.as_ref().map(|person| person.address.as_str()),
        &ticket.language.as_str(),
        &ticket.status.as_str(),
        &stored(ticket.opened_at),
        &stored(ticket.stage_started_at),
        &ticket.due_at.map(stored),
        &ticket.due_calendar_at.map(stored),
        &ticket.revision,
        &ticket.assignee.as_ref().map(Address::as_str),
        &class.kind.map(IncidentKind::code),
        &class.finding.map(Finding::as_str),
        &class.severity.map(Severity::as_str),
        &class.opd,
        &class.system,
        &class.tlp.as_str(),
        &flags.urgent,
        &flags.personal_data,
        &flags.vital,
        &flags.anonymous,
        &flags.risk_accepted,
        &flags.offline,
        &tally.reopened,
        &tally.false_fixes,
        &tally.questions,
        &tally.opd_reminders,
        &tally.escalation,
        &ticket.parent.as_ref().map(ToString::to_string),
        &ticket.closed_by.as_ref().map(Address::as_str),
        &ticket.closed_at.map(stored),
    ];
    let values: Vec<&dyn ToSql> = values.iter().chain(more).copied().collect();
    let written = db.prepare_cached(sql)?.execute(values.as_slice());
    written.with_context(|| format!("store ticket {number}")).map(|_| ())
}

/// The ticket with that id.
///
/// # Errors
/// If the database refuses or there is none.
pub fn get(db: &Connection, id: TicketId) -> Result<Ticket> {
    let sql = format!("SELECT id, {COLUMNS} FROM ticket WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id.0], read).with_context(|| format!("read ticket row {}", id.0))
}

/// The ticket with that number.
///
/// # Errors
/// If the database refuses.
pub fn find(db: &Connection, number: &TicketNumber) -> Result<Option<Ticket>> {
    let sql = format!("SELECT id, {COLUMNS} FROM ticket WHERE prefix = ?1 AND year = ?2 AND serial = ?3");
    let key = (&number.prefix, number.year, number.serial);
    Ok(db.prepare_cached(&sql)?.query_row(key, read).optional()?)
}

/// All tickets, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn all(db: &Connection) -> Result<Vec<Ticket>> {
    let sql = format!("SELECT id, {COLUMNS} FROM ticket ORDER BY id");
    let tickets = db.prepare_cached(&sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(tickets)
}

/// The open tickets, the most urgent deadline first.
///
/// # Errors
/// If the database refuses.
pub fn open(db: &Connection) -> Result<Vec<Ticket>> {
    let sql = format!("SELECT id, {COLUMNS} FROM ticket WHERE closed_at IS NULL ORDER BY due_at IS NULL, due_at, id");
    let tickets = db.prepare_cached(&sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(tickets)
}

/// The tickets that name another as their parent: its duplicates and its parts.
///
/// # Errors
/// If the database refuses.
pub fn children(db: &Connection, parent: &TicketNumber) -> Result<Vec<TicketId>> {
    let mut statement = db.prepare_cached("SELECT id FROM ticket WHERE parent = ?1 ORDER BY id")?;
    let found = statement.query_map([parent.to_string()], |row| row.get(0).map(TicketId))?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Makes an address known to a ticket; one that is let in already stays so.
///
/// # Errors
/// If the database refuses.
pub fn add_participant(db: &Connection, ticket: TicketId, address: &Address, pending: bool) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO participant (ticket_id, address, pending) VALUES (?1, ?2, ?3) \
         ON CONFLICT (ticket_id, address) DO UPDATE SET pending = min(pending, excluded.pending)",
    )?
    .execute((ticket.0, address.as_str().to_ascii_lowercase(), pending))?;
    Ok(())
}

/// The addresses that wait to be let in on a ticket.
///
/// # Errors
/// If the database refuses.
pub fn pending(db: &Connection, ticket: TicketId) -> Result<Vec<Address>> {
    let mut statement =
        db.prepare_cached("SELECT address FROM participant WHERE ticket_id = ?1 AND pending = 1 ORDER BY address")?;
    let found = statement.query_map([ticket.0], |row| row.get::<_, String>(0)?.parse().map_err(unreadable))?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Whether an address has been let in on a ticket.
///
/// # Errors
/// If the database refuses.
pub fn is_participant(db: &Connection, ticket: TicketId, address: &Address) -> Result<bool> {
    let found = db
        .prepare_cached("SELECT 1 FROM participant WHERE ticket_id = ?1 AND address = ?2 AND pending = 0")?
        .exists((ticket.0, address.as_str().to_ascii_lowercase()))?;
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let name: String = row.get("reporter_name")?;
    Ok(Ticket {
        id: TicketId(row.get("id")?),
        number: TicketNumber { prefix: row.get("prefix")?, year: row.get("year")?, serial: row.get("serial")? },
        subject: row.get("subject")?,
        reporter: parsed(row, "reporter_address")?.map(|address| Person { name, address }),
        language: named("language", &row.get::<_, String>("language")?, Language::named)?,
        status: named("status", &row.get::<_, String>("status")?, Status::named)?,
        opened_at: time(&row.get::<_, String>("opened_at")?)?,
        stage_started_at: time(&row.get::<_, String>("stage_started_at")?)?,
        due_at: optional_time(row.get("due_at")?)?,
        due_calendar_at: optional_time(row.get("due_calendar_at")?)?,
        revision: row.get("revision")?,
        assignee: parsed(row, "assignee")?,
        class: Classification {
            kind: optional(row, "kind", IncidentKind::coded)?,
            finding: optional(row, "finding", Finding::named)?,
            severity: optional(row, "severity", Severity::named)?,
            opd: row.get("opd")?,
            system: row.get("system")?,
            tlp: named("tlp", &row.get::<_, String>("tlp")?, Tlp::named)?,
        },
        flags: Flags {
            urgent: row.get("urgent")?,
            personal_data: row.get("personal_data")?,
            vital: row.get("vital")?,
            anonymous: row.get("anonymous")?,
            risk_accepted: row.get("risk_accepted")?,
            offline: row.get("offline")?,
        },
        tally: Tally {
            reopened: row.get("reopened")?,
            false_fixes: row.get("false_fixes")?,
            questions: row.get("questions")?,
            opd_reminders: row.get("opd_reminders")?,
            escalation: row.get("escalation")?,
        },
        parent: parsed(row, "parent")?,
        closed_by: parsed(row, "closed_by")?,
        closed_at: optional_time(row.get("closed_at")?)?,
    })
}

fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.get::<_, Option<String>>(column)?.map(|text| text.parse().map_err(unreadable)).transpose()
}

fn optional<T>(row: &Row<'_>, column: &'static str, find: impl Fn(&str) -> Option<T>) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?.map(|name| named(column, &name, find)).transpose()
}
