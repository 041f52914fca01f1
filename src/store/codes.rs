//! Table `code`: one-time codes, of which only a digest is kept. What was sent of a dead code is
//! struck out by `wiping`.

use anyhow::Result;
use rusqlite::{Connection, Row};

use crate::domain::Time;
use crate::domain::approval::{Binding, CodeId, StoredCode};
use crate::domain::authority::Standing;
use crate::domain::digest::Digest;
use crate::domain::question::Question;
use crate::domain::ticket::TicketId;
use crate::store::{optional_time, stored, unreadable};

/// A code that is about to be sent.
#[derive(Debug)]
pub struct Sealed<'a> {
    /// What it is bound to; [`NO_TICKET`] for an order about none.
    pub bound: &'a Binding,
    /// Its seal.
    pub seal: &'a Digest,
    /// Whether it is sent for an order that came without one.
    pub requested: bool,
}

/// The ticket of a code for an order about no ticket.
pub const NO_TICKET: TicketId = TicketId(0);

/// Keeps a code's seal. A code that was requested counts from the moment it was ordered.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, code: &Sealed<'_>, now: Time) -> Result<()> {
    let of_order = matches!(code.bound.question, Question::Order { .. });
    db.prepare_cached(
        "INSERT INTO code (ticket_id, person, question, report, seal, requested, created_at, closed_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        of(code.bound.ticket),
        code.bound.person.as_str().to_ascii_lowercase(),
        serde_json::to_string(&code.bound.question)?,
        code.bound.report.map(|digest| digest.to_string()).unwrap_or_default(),
        code.seal.to_string(),
        code.requested,
        stored(now),
        of_order.then(|| stored(now)),
    ))?;
    Ok(())
}

/// The codes of a ticket; of [`NO_TICKET`] those about none.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<StoredCode>> {
    let mut statement = db.prepare_cached(
        "SELECT id, ticket_id, person, question, report, seal, closed_at, tries, used_at, unvouched_tries FROM code \
         WHERE ticket_id IS ?1 ORDER BY id",
    )?;
    Ok(statement.query_map([of(ticket)], read)?.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Whether a code was sent for an order that had come without one.
///
/// # Errors
/// If the database refuses.
pub fn was_requested(db: &Connection, code: CodeId) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM code WHERE id = ?1 AND requested = 1")?.exists([code.0])?)
}

/// Notes which questions of a ticket are open: the codes of all others begin to expire, and those of
/// a question that was opened again live on.
///
/// # Errors
/// If the database refuses.
pub fn follow(db: &Connection, ticket: TicketId, open: &[Question], now: Time) -> Result<()> {
    let open: Vec<String> = open.iter().map(serde_json::to_string).collect::<serde_json::Result<_>>()?;
    let open = serde_json::to_string(&open)?;
    db.prepare_cached(
        "UPDATE code SET closed_at = ?3 WHERE ticket_id = ?1 AND closed_at IS NULL \
         AND question NOT IN (SELECT value FROM json_each(?2))",
    )?
    .execute((ticket.0, &open, stored(now)))?;
    db.prepare_cached(
        "UPDATE code SET closed_at = NULL WHERE ticket_id = ?1 AND closed_at IS NOT NULL \
         AND question IN (SELECT value FROM json_each(?2))",
    )?
    .execute((ticket.0, &open))?;
    Ok(())
}

/// Marks a code as used.
///
/// # Errors
/// If the database refuses.
pub fn used(db: &Connection, code: CodeId, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE code SET used_at = ?2 WHERE id = ?1")?.execute((code.0, stored(now)))?;
    Ok(())
}

/// Counts a wrong code on these, against mail of the standing in which it came.
///
/// # Errors
/// If the database refuses.
pub fn strike(db: &Connection, codes: &[CodeId], standing: Standing) -> Result<()> {
    let mut statement = db.prepare_cached(match standing {
        Standing::Vouched => "UPDATE code SET tries = tries + 1 WHERE id = ?1",
        Standing::Answering | Standing::Bare => "UPDATE code SET unvouched_tries = unvouched_tries + 1 WHERE id = ?1",
    })?;
    for code in codes {
        statement.execute([code.0])?;
    }
    Ok(())
}

fn of(ticket: TicketId) -> Option<i64> {
    (ticket != NO_TICKET).then_some(ticket.0)
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<StoredCode> {
    let report: String = row.get(4)?;
    Ok(StoredCode {
        id: CodeId(row.get(0)?),
        bound: Binding {
            person: row.get::<_, String>(2)?.parse().map_err(unreadable)?,
            ticket: row.get::<_, Option<i64>>(1)?.map_or(NO_TICKET, TicketId),
            question: serde_json::from_str(&row.get::<_, String>(3)?).map_err(unreadable)?,
            report: if report.is_empty() { None } else { Some(report.parse().map_err(unreadable)?) },
        },
        seal: row.get::<_, String>(5)?.parse().map_err(unreadable)?,
        closed_at: optional_time(row.get(6)?)?,
        tries: row.get(7)?,
        used_at: optional_time(row.get(8)?)?,
        unvouched_tries: row.get(9)?,
    })
}
