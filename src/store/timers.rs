//! Table `timer`: stored wake-ups.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::deadline::Deadline;
use crate::domain::stage::Stage;
use crate::domain::ticket::TicketId;
use crate::domain::timer::{Timer, TimerKind};
use crate::store::{named, optional_time, stored, time};

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredTimer {
    /// Row id.
    #[serde(skip)]
    pub id: i64,
    /// Its ticket.
    #[serde(skip)]
    pub ticket: TicketId,
    /// The stage it watches over.
    pub stage: Stage,
    /// What it causes.
    #[serde(serialize_with = "serialize_kind")]
    pub kind: TimerKind,
    /// When.
    pub due_at: Time,
    /// When it fired, if it has.
    pub fired_at: Option<Time>,
}

fn serialize_kind<S: serde::Serializer>(kind: &TimerKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

/// Replaces a ticket's waiting timers. One that has fired for the same deadline stays as it is.
///
/// # Errors
/// If the database refuses.
pub fn replace(db: &Connection, ticket: TicketId, timers: &[(&Deadline, Timer)]) -> Result<()> {
    db.prepare_cached("DELETE FROM timer WHERE ticket_id = ?1 AND fired_at IS NULL")?.execute([ticket.0])?;
    let mut statement = db.prepare_cached(
        "INSERT INTO timer (ticket_id, stage, kind, due_at, deadline) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    for (deadline, timer) in timers {
        statement.execute((
            ticket.0,
            deadline.stage.as_str(),
            timer.kind.to_string(),
            stored(timer.due_at),
            stored(deadline.due_at),
        ))?;
    }
    Ok(())
}

/// The tickets with a waiting timer that is due at `now`, the one due longest first.
///
/// # Errors
/// If the database refuses.
pub fn tickets_due(db: &Connection, now: Time) -> Result<Vec<TicketId>> {
    let found = db
        .prepare_cached(
            "SELECT ticket_id FROM timer WHERE fired_at IS NULL AND due_at <= ?1 GROUP BY +ticket_id \
             ORDER BY min(due_at)",
        )?
        .query_map([stored(now)], |row| row.get(0).map(TicketId))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// The waiting timers of a ticket that are due at `now`, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn due(db: &Connection, ticket: TicketId, now: Time) -> Result<Vec<StoredTimer>> {
    let condition = "WHERE ticket_id = ?1 AND fired_at IS NULL AND due_at <= ?2 ORDER BY due_at, id";
    select(db, condition, (ticket.0, stored(now)))
}

/// All timers of a ticket, in the order in which they are due.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<StoredTimer>> {
    select(db, "WHERE ticket_id = ?1 ORDER BY due_at, id", [ticket.0])
}

/// When the next waiting timer is due.
///
/// # Errors
/// If the database refuses.
pub fn next_due(db: &Connection) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT due_at FROM timer WHERE fired_at IS NULL ORDER BY due_at LIMIT 1")?
        .query_row([], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

/// Records that a timer has fired: it never fires again.
///
/// # Errors
/// If the database refuses.
pub fn fire(db: &Connection, timer: &StoredTimer, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE timer SET fired_at = ?2 WHERE id = ?1")?.execute((timer.id, stored(now)))?;
    Ok(())
}

/// Moves a waiting timer to a later instant.
///
/// # Errors
/// If the database refuses.
pub fn postpone(db: &Connection, timer: &StoredTimer, until: Time) -> Result<()> {
    db.prepare_cached("UPDATE timer SET due_at = ?2 WHERE id = ?1")?.execute((timer.id, stored(until)))?;
    Ok(())
}

fn select(db: &Connection, condition: &str, parameters: impl rusqlite::Params) -> Result<Vec<StoredTimer>> {
    let sql = format!("SELECT id, ticket_id, stage, kind, due_at, fired_at FROM timer {condition}");
    let timers = db
        .prepare_cached(&sql)?
        .query_map(parameters, |row| {
            let (stage, kind): (String, String) = (row.get(2)?, row.get(3)?);
            Ok(StoredTimer {
                id: row.get(0)?,
                ticket: TicketId(row.get(1)?),
                stage: named("stage", &stage, Stage::named)?,
                kind: named("timer", &kind, TimerKind::named)?,
                due_at: time(&row.get::<_, String>(4)?)?,
                fired_at: optional_time(row.get(5)?)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(timers)
}
