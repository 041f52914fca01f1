//! Table `logbook`: append-only, chained.
//!
//! The chain covers a random salt, so that what was taken out of an entry for good
//! ([`redaction`]) cannot be found again by trying.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::logbook::{Entry, chain};
use crate::domain::ticket::TicketId;
use crate::store::redaction::{self, Left};
use crate::store::{stored, time, unreadable};

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredEntry {
    /// Position in the chain.
    pub id: i64,
    /// When it was written.
    pub at: Time,
    /// The ticket's number, if it is about one.
    pub ticket: Option<String>,
    /// Who caused it.
    pub actor: String,
    /// What happened.
    pub kind: String,
    /// Digest of the raw mail behind it; empty if there is none.
    pub message: String,
    /// Particulars.
    pub detail: serde_json::Value,
    /// Digest of this entry and the one before.
    pub digest: Digest,
    /// The entry by which personal data were taken out of it.
    pub redacted_by: Option<i64>,
}

/// Appends an entry and returns its position.
///
/// # Errors
/// If the database refuses.
pub fn append(db: &Connection, ticket: Option<TicketId>, entry: &Entry, now: Time) -> Result<i64> {
    let last = db
        .prepare_cached("SELECT digest FROM logbook ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| row.get::<_, String>(0)?.parse::<Digest>().map_err(unreadable))
        .optional()?;
    let at = stored(now);
    let message = entry.message.map(|digest| digest.to_string()).unwrap_or_default();
    let actor = entry.actor.to_string();
    let detail = entry.detail.to_string();
    let number = ticket.map(|ticket| ticket.0);
    let salt: String =
        db.prepare_cached("SELECT lower(hex(randomblob(16)))")?.query_row([], |row| row.get::<_, String>(0))?;
    let of_ticket = number.unwrap_or(0).to_string();
    let digest = chain(last, &[&at, &of_ticket, &actor, entry.kind.as_str(), &message, &detail, &salt]);
    db.prepare_cached(
        "INSERT INTO logbook (at, ticket_id, actor, kind, message, detail, digest, salt) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((at, number, actor, entry.kind.as_str(), message, detail, digest.to_string(), salt))?;
    Ok(db.last_insert_rowid())
}

/// All entries, or those of one ticket, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn entries(db: &Connection, ticket: Option<TicketId>) -> Result<Vec<StoredEntry>> {
    let mut statement =
        db.prepare_cached(&format!("{SELECT} WHERE ?1 IS NULL OR ticket_id = ?1 ORDER BY logbook.id"))?;
    let entries = statement.query_map([ticket.map(|ticket| ticket.0)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(entries)
}

/// The entries about a message that is on no ticket, by the digest of its raw file.
///
/// # Errors
/// If the database refuses.
pub fn about_loose(db: &Connection, raw: &Digest) -> Result<Vec<StoredEntry>> {
    let sql = format!("{SELECT} WHERE ticket_id IS NULL AND message = ?1 ORDER BY logbook.id");
    let entries = db.prepare_cached(&sql)?.query_map([raw.to_string()], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(entries)
}

/// The entries about no ticket, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn without_ticket(db: &Connection) -> Result<Vec<StoredEntry>> {
    let sql = format!("{SELECT} WHERE ticket_id IS NULL ORDER BY logbook.id");
    Ok(db.prepare_cached(&sql)?.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

const SELECT: &str = "SELECT logbook.id, at, prefix || '-' || year || '-' || printf('%04d', serial), actor, \
    logbook.kind, message, detail, digest, redacted_by FROM logbook LEFT JOIN ticket ON ticket.id = logbook.ticket_id";

fn read(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    Ok(StoredEntry {
        id: row.get(0)?,
        at: time(&row.get::<_, String>(1)?)?,
        ticket: row.get(2)?,
        actor: row.get(3)?,
        kind: row.get(4)?,
        message: row.get(5)?,
        detail: serde_json::from_str(&row.get::<_, String>(6)?).map_err(unreadable)?,
        digest: row.get::<_, String>(7)?.parse().map_err(unreadable)?,
        redacted_by: row.get(8)?,
    })
}

/// How many entries there are, and the digest of the last: what a witness outside must know to
/// notice that the end was cut off.
///
/// # Errors
/// If the database refuses.
pub fn head(db: &Connection) -> Result<Option<(i64, Digest)>> {
    let found = db
        .prepare_cached("SELECT id, digest FROM logbook ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?.parse().map_err(unreadable)?)))
        .optional()?;
    Ok(found)
}

/// The digest of an entry.
///
/// # Errors
/// If the database refuses.
pub fn digest_of(db: &Connection, id: i64) -> Result<Option<Digest>> {
    let found = db
        .prepare_cached("SELECT digest FROM logbook WHERE id = ?1")?
        .query_row([id], |row| row.get::<_, String>(0)?.parse().map_err(unreadable))
        .optional()?;
    Ok(found)
}

/// The entries written after an instant, the latest first.
///
/// # Errors
/// If the database refuses.
pub fn since(db: &Connection, after: Time) -> Result<Vec<StoredEntry>> {
    let mut statement = db.prepare_cached(&format!("{SELECT} ORDER BY logbook.id DESC"))?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = read(row)?;
        if entry.at <= after {
            break;
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The first entry that is not as it was written: its digest does not follow from its content and
/// the entry before it, or it is missing, at the end too. An entry from which something was taken out
/// is whole if a later entry of the chain says what was left of it.
///
/// Whoever may write the file can write a whole new chain, and nothing in the file could tell; only
/// a digest that was noted elsewhere does.
///
/// # Errors
/// If the database refuses.
pub fn first_broken(db: &Connection) -> Result<Option<i64>> {
    let mut statement = db.prepare(
        "SELECT id, at, coalesce(ticket_id, 0), actor, kind, message, detail, digest, salt, redacted_by \
         FROM logbook ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let (mut last, mut expected_id) = (None, 1);
    while let Some(row) = rows.next()? {
        let (id, ticket, by): (i64, i64, Option<i64>) = (row.get(0)?, row.get(2)?, row.get(9)?);
        let (at, actor, kind): (String, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
        let (message, detail, stated): (String, String, String) = (row.get(5)?, row.get(6)?, row.get(7)?);
        let (salt, ticket): (String, String) = (row.get(8)?, ticket.to_string());
        let mut fields = vec![at.as_str(), &ticket, &actor, &kind, &message, &detail];
        let whole = match by {
            Some(by) => {
                let left = Left { id, at: &at, ticket: &ticket, actor: &actor, kind: &kind, detail: &detail };
                redaction::noted(db, by, id)? == Some(left.digest(&message, &stated))
            }
            None => {
                fields.extend((!salt.is_empty()).then_some(salt.as_str()));
                chain(last, &fields).to_string() == stated
            }
        };
        if id != expected_id || !whole {
            return Ok(Some(expected_id));
        }
        (last, expected_id) = (Some(stated.parse().map_err(unreadable)?), id + 1);
    }
    let highest: Option<i64> =
        db.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'logbook'", [], |row| row.get(0)).optional()?;
    Ok((highest.unwrap_or(0) >= expected_id).then_some(expected_id))
}
