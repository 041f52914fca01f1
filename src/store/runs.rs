//! Table `run`: command mails that can still be taken back, and letters that moved a clock of their ticket.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::store::receipts::MessageId;
use crate::store::{stored, time, unreadable};

/// Row id of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// A run that can still be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRun {
    /// Row id.
    pub id: RunId,
    /// Who ordered it.
    pub by: Address,
    /// Until when.
    pub released_at: Time,
    /// The ticket's revision after it.
    pub revision: u32,
    /// The case before it.
    pub before: Case,
}

/// Notes that a run began: what it makes of the ticket follows with [`finish`].
///
/// # Errors
/// If the database refuses.
pub fn begin(db: &Connection, before: &Case, by: &Address, now: Time) -> Result<RunId> {
    // An earlier run of this ticket is final: something has come after it.
    db.prepare_cached("UPDATE run SET before = '' WHERE ticket_id = ?1 AND before <> ''")?
        .execute([before.ticket.id.0])?;
    db.prepare_cached(
        "INSERT INTO run (ticket_id, by, at, released_at, revision, before) VALUES (?1, ?2, ?3, ?3, ?4, '')",
    )?
    .execute((before.ticket.id.0, by.as_str().to_ascii_lowercase(), stored(now), before.ticket.revision))?;
    Ok(RunId(db.last_insert_rowid()))
}

/// Notes until when a run can be taken back, and what that restores.
///
/// # Errors
/// If the database refuses.
pub fn finish(db: &Connection, run: RunId, before: &Case, revision: u32, released_at: Time) -> Result<()> {
    db.prepare_cached("UPDATE run SET before = ?2, revision = ?3, released_at = ?4 WHERE id = ?1")?.execute((
        run.0,
        serde_json::to_string(before)?,
        revision,
        stored(released_at),
    ))?;
    Ok(())
}

/// The last run of a ticket, if it can be taken back at `now`.
///
/// # Errors
/// If the database refuses.
pub fn open(db: &Connection, ticket: TicketId, now: Time) -> Result<Option<OpenRun>> {
    let found = db
        .prepare_cached(
            "SELECT id, by, released_at, revision, before FROM run WHERE ticket_id = ?1 AND before <> '' \
             AND undone_at IS NULL AND released_at > ?2 ORDER BY id DESC LIMIT 1",
        )?
        .query_row((ticket.0, stored(now)), |row| {
            Ok(OpenRun {
                id: RunId(row.get(0)?),
                by: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
                released_at: time(&row.get::<_, String>(2)?)?,
                revision: row.get(3)?,
                before: serde_json::from_str(&row.get::<_, String>(4)?).map_err(unreadable)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// When the last mail of a run leaves, if one waits.
///
/// # Errors
/// If the database refuses.
pub fn last_mail(db: &Connection, run: RunId) -> Result<Option<Time>> {
    let last: Option<String> = db
        .prepare_cached("SELECT max(next_attempt_at) FROM outbox WHERE run_id = ?1 AND state = 'queued'")?
        .query_row([run.0], |row| row.get(0))?;
    Ok(last.as_deref().map(time).transpose()?)
}

/// When a run was ordered, and who was told of it at once, by mails that did not wait.
///
/// # Errors
/// If the database refuses.
pub fn told_at_once(db: &Connection, run: RunId) -> Result<(Time, Vec<Address>)> {
    let (at, ticket): (String, i64) = db
        .prepare_cached("SELECT at, ticket_id FROM run WHERE id = ?1")?
        .query_row([run.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT recipient FROM outbox WHERE ticket_id = ?1 AND created_at = ?2 AND run_id IS NULL \
         AND purpose LIKE 'command:%' ORDER BY recipient",
    )?;
    let told = statement.query_map((ticket, &at), |row| row.get::<_, String>(0)?.parse().map_err(unreadable))?;
    Ok((time(&at)?, told.collect::<rusqlite::Result<_>>()?))
}

/// Takes the mails of a run back; `false`, and nothing is done, if one of them has left.
///
/// # Errors
/// If the database refuses.
pub fn withdraw_mails(db: &Connection, run: RunId) -> Result<bool> {
    let some_left = db
        .prepare_cached("SELECT 1 FROM outbox WHERE run_id = ?1 AND (state <> 'queued' OR attempts > 0)")?
        .exists([run.0])?;
    if !some_left {
        db.prepare_cached("UPDATE outbox SET state = 'withdrawn' WHERE run_id = ?1")?.execute([run.0])?;
    }
    Ok(!some_left)
}

/// Marks a run as taken back.
///
/// # Errors
/// If the database refuses.
pub fn undone(db: &Connection, run: RunId, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE run SET undone_at = ?2, before = '' WHERE id = ?1")?.execute((run.0, stored(now)))?;
    Ok(())
}

/// Notes that a letter moved a clock: what its ticket was before, and its revision after. `#batal` never
/// takes that back.
///
/// # Errors
/// If the database refuses.
pub fn moved_by(db: &Connection, letter: MessageId, before: &Case, revision: u32, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO run (ticket_id, by, at, released_at, revision, before, message_id) VALUES (?1, '', ?2, ?2, ?3, ?4, ?5)",
    )?
    .execute((before.ticket.id.0, stored(now), revision, serde_json::to_string(before)?, letter.0))?;
    Ok(())
}

/// What a letter moved and has not been taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Row id.
    pub run: RunId,
    /// The ticket's revision after it.
    pub revision: u32,
    /// The case before it; `None` once something has come after it.
    pub before: Option<Case>,
}

/// What a letter moved, if it did.
///
/// # Errors
/// If the database refuses.
pub fn of_letter(db: &Connection, letter: MessageId) -> Result<Option<Moved>> {
    let found = db
        .prepare_cached("SELECT id, revision, before FROM run WHERE message_id = ?1 AND undone_at IS NULL")?
        .query_row([letter.0], |row| {
            let before: String = row.get(2)?;
            let before = (!before.is_empty()).then(|| serde_json::from_str(&before).map_err(unreadable)).transpose()?;
            Ok(Moved { run: RunId(row.get(0)?), revision: row.get(1)?, before })
        })
        .optional()?;
    Ok(found)
}
