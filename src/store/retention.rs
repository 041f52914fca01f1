//! Table `retention`: legal holds, and whose reporter a pseudonym has taken the place of; and what the
//! rules of retention find due.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::outgoing::OutboxId;
use crate::domain::ticket::TicketId;
use crate::store::receipts::{MessageId, ReceiptId};
use crate::store::{stored, time};

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Since when.
    pub since: Time,
    /// Why.
    pub reason: String,
}

/// Keeps everything of a ticket from here on.
///
/// # Errors
/// If the database refuses.
pub fn hold(db: &Connection, ticket: TicketId, reason: &str, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO retention (ticket_id, held_at, hold_reason) VALUES (?1, ?2, ?3) \
         ON CONFLICT (ticket_id) DO UPDATE SET held_at = ?2, hold_reason = ?3",
    )?
    .execute((ticket.0, stored(now), reason))?;
    Ok(())
}

/// Ends a legal hold.
///
/// # Errors
/// If the database refuses.
pub fn release(db: &Connection, ticket: TicketId) -> Result<()> {
    db.prepare_cached("UPDATE retention SET held_at = NULL, hold_reason = '' WHERE ticket_id = ?1")?
        .execute([ticket.0])?;
    Ok(())
}

/// The legal hold of a ticket.
///
/// # Errors
/// If the database refuses.
pub fn held(db: &Connection, ticket: TicketId) -> Result<Option<Hold>> {
    let found = db
        .prepare_cached("SELECT held_at, hold_reason FROM retention WHERE ticket_id = ?1 AND held_at IS NOT NULL")?
        .query_row([ticket.0], |row| Ok(Hold { since: time(&row.get::<_, String>(0)?)?, reason: row.get(1)? }))
        .optional()?;
    Ok(found)
}

/// Notes that a pseudonym has taken the place of a ticket's reporter.
///
/// # Errors
/// If the database refuses.
pub fn reporter_removed(db: &Connection, ticket: TicketId, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO retention (ticket_id, reporter_removed_at) VALUES (?1, ?2) \
         ON CONFLICT (ticket_id) DO UPDATE SET reporter_removed_at = ?2",
    )?
    .execute((ticket.0, stored(now)))?;
    Ok(())
}

/// Tickets that ended at that moment or before, may be touched, and have something left to be removed:
/// of their letters or of their reporter. With `spam` those that ended as spam, otherwise all others.
///
/// # Errors
/// If the database refuses.
pub fn ended_before(db: &Connection, before: Time, (spam, left): (bool, Left)) -> Result<Vec<TicketId>> {
    let mut statement = db.prepare_cached(match left {
        Left::Letters => {
            "SELECT id FROM ticket WHERE closed_at <= ?1 AND (status = 'spam') = ?2 \
             AND id NOT IN (SELECT ticket_id FROM retention WHERE held_at IS NOT NULL) \
             AND id IN (SELECT ticket_id FROM message WHERE removed_at IS NULL) ORDER BY id"
        }
        Left::Reporter => {
            "SELECT id FROM ticket LEFT JOIN retention ON retention.ticket_id = ticket.id \
             WHERE closed_at <= ?1 AND (status = 'spam') = ?2 AND held_at IS NULL \
             AND (reporter_removed_at IS NULL OR EXISTS (SELECT 1 FROM message \
             WHERE message.ticket_id = ticket.id AND removed_at IS NULL)) ORDER BY id"
        }
    })?;
    let found = statement.query_map((stored(before), spam), |row| row.get(0).map(TicketId))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// What is left of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Letters.
    Letters,
    /// Who reported.
    Reporter,
}

/// Messages on no ticket that arrived before, and have not been removed.
///
/// # Errors
/// If the database refuses.
pub fn loose_before(db: &Connection, before: Time, most: usize) -> Result<Vec<MessageId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM message WHERE ticket_id IS NULL AND removed_at IS NULL AND arrived_at <= ?1 ORDER BY id LIMIT ?2",
    )?;
    let found = statement.query_map((stored(before), most), |row| row.get(0).map(MessageId))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Held mail that was received before.
///
/// # Errors
/// If the database refuses.
pub fn held_mail_before(db: &Connection, before: Time, most: usize) -> Result<Vec<ReceiptId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM receipt WHERE state = 'held' AND state IN ('received', 'held') AND removed_at IS NULL \
         AND received_at <= ?1 ORDER BY id LIMIT ?2",
    )?;
    let found = statement.query_map((stored(before), most), |row| row.get(0).map(ReceiptId))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Copies of what was sent that were decided before; never one that still is to be sent, nor one of a
/// ticket that is held.
///
/// # Errors
/// If the database refuses.
pub fn copies_before(db: &Connection, before: Time, most: usize) -> Result<Vec<OutboxId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM outbox WHERE created_at <= ?1 AND state NOT IN ('queued', 'sending') \
         AND (text <> '' OR length(bytes) > 0) AND coalesce(ticket_id, 0) NOT IN \
         (SELECT ticket_id FROM retention WHERE held_at IS NOT NULL) ORDER BY id LIMIT ?2",
    )?;
    let found = statement.query_map((stored(before), most), |row| row.get(0).map(OutboxId))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// How much of what was not sent lies before; without what is yet to be told.
///
/// # Errors
/// If the database refuses.
pub fn unsent_before(db: &Connection, before: Time) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM suppressed WHERE {UNSENT}");
    Ok(db.prepare_cached(&sql)?.query_row([stored(before)], |row| row.get(0))?)
}

/// Forgets it. Returns how much.
///
/// # Errors
/// If the database refuses.
pub fn forget_unsent(db: &Connection, before: Time) -> Result<u64> {
    let sql = format!("DELETE FROM suppressed WHERE {UNSENT}");
    Ok(db.prepare_cached(&sql)?.execute([stored(before)])? as u64)
}

const UNSENT: &str = "at <= ?1 AND (gathered = 0 OR told_at IS NOT NULL) AND coalesce(ticket_id, 0) NOT IN \
    (SELECT ticket_id FROM retention WHERE held_at IS NOT NULL)";
