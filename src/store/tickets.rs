//! Tables `ticket` and `participant`.

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::Time;
use crate::domain::incoming::Language;
use crate::domain::person::{Address, Person};
use crate::domain::stage::Status;
use crate::domain::ticket::{Classification, Flags, Tally, Ticket, TicketId, TicketNumber};
use crate::store::{named, optional_time, stored, time, unreadable};

const COLUMNS: &str = "id, prefix, year, serial, subject, reporter_name, reporter_address, language, status, \
                       opened_at, stage_started_at, due_at, due_calendar_at";

/// The number the next ticket of that year gets.
///
/// # Errors
/// If the database refuses, or the year has run out of numbers.
pub fn next_number(db: &Connection, prefix: &str, year: i32) -> Result<TicketNumber> {
    let last: i64 = db
        .prepare_cached("SELECT coalesce(max(serial), 0) FROM ticket WHERE prefix = ?1 AND year = ?2")?
        .query_row((prefix, year), |row| row.get(0))?;
    let serial = u32::try_from(last + 1).context("the year has run out of ticket numbers")?;
    Ok(TicketNumber { prefix: prefix.to_owned(), year, serial })
}

/// Inserts a ticket; its `id` is given by the database and returned.
///
/// # Errors
/// If the database refuses, above all a number that is taken.
pub fn insert(db: &Connection, ticket: &Ticket) -> Result<TicketId> {
    db.prepare_cached(
        "INSERT INTO ticket (prefix, year, serial, subject, reporter_name, reporter_address, language, status, \
         opened_at, stage_started_at, due_at, due_calendar_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute((
        &ticket.number.prefix,
        ticket.number.year,
        ticket.number.serial,
        &ticket.subject,
        ticket.reporter.as_ref().map_or("", |person| &person.name),
        ticket.reporter.as_ref().map(|person| person.address.as_str()),
        ticket.language.as_str(),
        ticket.status.as_str(),
        stored(ticket.opened_at),
        stored(ticket.stage_started_at),
        ticket.due_at.map(stored),
        ticket.due_calendar_at.map(stored),
    ))
    .with_context(|| format!("store ticket {}", ticket.number))?;
    Ok(TicketId(db.last_insert_rowid()))
}

/// The ticket with that id.
///
/// # Errors
/// If the database refuses or there is none.
pub fn get(db: &Connection, id: TicketId) -> Result<Ticket> {
    let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id.0], read).with_context(|| format!("read ticket row {}", id.0))
}

/// The ticket with that number.
///
/// # Errors
/// If the database refuses.
pub fn find(db: &Connection, number: &TicketNumber) -> Result<Option<Ticket>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket WHERE prefix = ?1 AND year = ?2 AND serial = ?3");
    let key = (&number.prefix, number.year, number.serial);
    Ok(db.prepare_cached(&sql)?.query_row(key, read).optional()?)
}

/// All tickets, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn all(db: &Connection) -> Result<Vec<Ticket>> {
    let sql = format!("SELECT {COLUMNS} FROM ticket ORDER BY id");
    let tickets = db.prepare_cached(&sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(tickets)
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
    let language: String = row.get(7)?;
    let status: String = row.get(8)?;
    let name: String = row.get(5)?;
    let address = row.get::<_, Option<String>>(6)?.map(|text| text.parse()).transpose().map_err(unreadable)?;
    Ok(Ticket {
        id: TicketId(row.get(0)?),
        number: TicketNumber { prefix: row.get(1)?, year: row.get(2)?, serial: row.get(3)? },
        subject: row.get(4)?,
        reporter: address.map(|address| Person { name, address }),
        language: named("language", &language, Language::named)?,
        status: named("status", &status, Status::named)?,
        opened_at: read_time(row, 9)?,
        stage_started_at: read_time(row, 10)?,
        due_at: optional_time(row.get(11)?)?,
        due_calendar_at: optional_time(row.get(12)?)?,
        revision: 0,
        assignee: None,
        class: Classification::default(),
        flags: Flags::default(),
        tally: Tally::default(),
        parent: None,
        closed_by: None,
        closed_at: None,
    })
}

fn read_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    time(&row.get::<_, String>(column)?)
}
