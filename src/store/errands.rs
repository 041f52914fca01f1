//! Table `errand`: what must be done later, outside a ticket's own clocks.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::Time;
use crate::domain::ticket::TicketId;
use crate::store::runs::RunId;
use crate::store::{named, stored, time};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The approved report leaves.
    Forward,
    /// The duplicates of the ticket are told of its end.
    TellDuplicates,
}

impl Kind {
    const ALL: &[Kind] = &[Kind::Forward, Kind::TellDuplicates];

    /// The name used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Forward => "forward",
            Kind::TellDuplicates => "tell_duplicates",
        }
    }
}

/// An errand that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errand {
    /// Row id.
    pub id: i64,
    /// For which ticket.
    pub ticket: TicketId,
    /// What.
    pub kind: Kind,
}

/// Notes what must be done at `due_at`.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, ticket: TicketId, kind: Kind, due_at: Time, run: Option<RunId>) -> Result<()> {
    db.prepare_cached("INSERT INTO errand (ticket_id, kind, due_at, run_id) VALUES (?1, ?2, ?3, ?4)")?.execute((
        ticket.0,
        kind.as_str(),
        stored(due_at),
        run.map(|run| run.0),
    ))?;
    Ok(())
}

/// The errands that are due at `now`, the one due longest first.
///
/// # Errors
/// If the database refuses.
pub fn due(db: &Connection, now: Time) -> Result<Vec<Errand>> {
    let mut statement = db.prepare_cached(
        "SELECT id, ticket_id, kind FROM errand WHERE done_at IS NULL AND due_at <= ?1 ORDER BY due_at, id",
    )?;
    let found = statement.query_map([stored(now)], |row| {
        let kind: String = row.get(2)?;
        let named_kind = |name: &str| Kind::ALL.iter().copied().find(|kind| kind.as_str() == name);
        Ok(Errand { id: row.get(0)?, ticket: TicketId(row.get(1)?), kind: named("errand", &kind, named_kind)? })
    })?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// When the next errand is due.
///
/// # Errors
/// If the database refuses.
pub fn next_due(db: &Connection) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT due_at FROM errand WHERE done_at IS NULL ORDER BY due_at LIMIT 1")?
        .query_row([], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

/// Notes that an errand was done.
///
/// # Errors
/// If the database refuses.
pub fn done(db: &Connection, errand: Errand, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE errand SET done_at = ?2 WHERE id = ?1")?.execute((errand.id, stored(now)))?;
    Ok(())
}

/// When the last errand of a run is due.
///
/// # Errors
/// If the database refuses.
pub fn last_of_run(db: &Connection, run: RunId) -> Result<Option<Time>> {
    let last: Option<String> = db
        .prepare_cached("SELECT max(due_at) FROM errand WHERE run_id = ?1 AND done_at IS NULL")?
        .query_row([run.0], |row| row.get(0))?;
    Ok(last.as_deref().map(time).transpose()?)
}

/// Takes the errands of a run back.
///
/// # Errors
/// If the database refuses.
pub fn take_back(db: &Connection, run: RunId, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE errand SET done_at = ?2 WHERE run_id = ?1 AND done_at IS NULL")?
        .execute((run.0, stored(now)))?;
    Ok(())
}
