//! Table `suppressed`: mails that were not written, each with its reason, and those that are told
//! together.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::ticket::TicketId;
use crate::store::{optional_time, stored, time};

/// A mail that is not written.
#[derive(Debug, Clone, Copy)]
pub struct Withheld<'a> {
    /// Folder of its template.
    pub notice: &'a str,
    /// Who would have got it; `None` if nobody could be written to.
    pub recipient: Option<&'a str>,
    /// Why not.
    pub reason: &'a str,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// Whether its recipient is told in one mail with others.
    pub gathered: bool,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unsent {
    /// Row id.
    pub id: i64,
    /// When it would have been written.
    pub at: Time,
    /// Folder of its template.
    pub notice: String,
    /// Who would have got it; empty if nobody could be written to.
    pub recipient: String,
    /// Why not.
    pub reason: String,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// Whether its recipient is told in one mail with others.
    pub gathered: bool,
    /// When he was.
    pub told_at: Option<Time>,
}

/// How often something was not written for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Folder of the template.
    pub notice: String,
    /// Why not.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// Notes a mail that is not written.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, withheld: &Withheld<'_>, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO suppressed (at, notice, recipient, reason, ticket_id, gathered) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        stored(now),
        withheld.notice,
        withheld.recipient.unwrap_or_default().to_ascii_lowercase(),
        withheld.reason,
        withheld.ticket.map(|ticket| ticket.0),
        withheld.gathered,
    ))?;
    Ok(())
}

/// The latest mails that were not written, those of one ticket or of all; the latest first.
///
/// # Errors
/// If the database refuses.
pub fn latest(db: &Connection, ticket: Option<TicketId>, most: u32) -> Result<Vec<Unsent>> {
    let mut statement = db.prepare_cached(
        "SELECT suppressed.id, at, notice, recipient, reason, \
         prefix || '-' || year || '-' || printf('%04d', serial), gathered, told_at \
         FROM suppressed LEFT JOIN ticket ON ticket.id = suppressed.ticket_id \
         WHERE ?1 IS NULL OR ticket_id = ?1 ORDER BY suppressed.id DESC LIMIT ?2",
    )?;
    let found = statement.query_map((ticket.map(|ticket| ticket.0), most), read)?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// How often each kind of mail was not written since an instant, by reason.
///
/// # Errors
/// If the database refuses.
pub fn counts(db: &Connection, since: Time) -> Result<Vec<Count>> {
    let mut statement = db.prepare_cached(
        "SELECT notice, reason, count(*) FROM suppressed WHERE at >= ?1 GROUP BY notice, reason ORDER BY count(*) DESC",
    )?;
    let found = statement
        .query_map([stored(since)], |row| Ok(Count { notice: row.get(0)?, reason: row.get(1)?, count: row.get(2)? }))?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Whether a kind of mail was not written to somebody since an instant.
///
/// # Errors
/// If the database refuses.
pub fn any_since(db: &Connection, notice: &str, recipient: &str, since: Time) -> Result<bool> {
    // From the latest on: whoever is refused again and again was refused a moment ago.
    let sql = "SELECT 1 FROM suppressed WHERE notice = ?1 AND recipient = ?2 AND at > ?3 ORDER BY id DESC LIMIT 1";
    Ok(db.prepare_cached(sql)?.exists((notice, recipient.to_ascii_lowercase(), stored(since)))?)
}

/// Who waits to be told of several things in one mail, since when, and when he was told so last.
///
/// # Errors
/// If the database refuses.
pub fn waiting(db: &Connection) -> Result<Vec<(String, Time, Option<Time>)>> {
    let mut statement = db.prepare_cached(
        "SELECT recipient, min(at) FROM suppressed WHERE gathered = 1 AND told_at IS NULL GROUP BY recipient",
    )?;
    let found = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, time(&row.get::<_, String>(1)?)?)))?;
    let mut waiting = Vec::new();
    for (recipient, since) in found.collect::<rusqlite::Result<Vec<_>>>()? {
        let told = db
            .prepare_cached(
                "SELECT created_at FROM outbox WHERE recipient = ?1 AND notice = 'gathered' \
                 ORDER BY created_at DESC LIMIT 1",
            )?
            .query_row([&recipient], |row| time(&row.get::<_, String>(0)?))
            .optional()?;
        waiting.push((recipient, since, told));
    }
    Ok(waiting)
}

/// The tickets somebody waits to be told of, oldest first, each once; and how many notices there are.
///
/// # Errors
/// If the database refuses.
pub fn gathered(db: &Connection, recipient: &str) -> Result<(Vec<TicketId>, u64)> {
    let mut statement = db.prepare_cached(
        "SELECT ticket_id FROM suppressed WHERE gathered = 1 AND told_at IS NULL AND recipient = ?1 ORDER BY id",
    )?;
    let found = statement.query_map([recipient], |row| row.get::<_, Option<i64>>(0))?;
    let all = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let count = all.len() as u64;
    let mut known = std::collections::HashSet::new();
    let tickets = all.into_iter().flatten().filter(|ticket| known.insert(*ticket)).map(TicketId).collect();
    Ok((tickets, count))
}

/// Notes that somebody was told of everything he waited for.
///
/// # Errors
/// If the database refuses.
pub fn told(db: &Connection, recipient: &str, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE suppressed SET told_at = ?2 WHERE gathered = 1 AND told_at IS NULL AND recipient = ?1")?
        .execute((recipient, stored(now)))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Unsent> {
    Ok(Unsent {
        id: row.get(0)?,
        at: time(&row.get::<_, String>(1)?)?,
        notice: row.get(2)?,
        recipient: row.get(3)?,
        reason: row.get(4)?,
        ticket: row.get(5)?,
        gathered: row.get(6)?,
        told_at: optional_time(row.get(7)?)?,
    })
}
