//! A desk that was away, or whose database is an older one than the mails it has sent: what it missed,
//! and which numbers it must not give a second time.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::outgoing::OutboxId;
use crate::domain::ticket::TicketId;
use crate::store::{stored, time};

/// A desk that catches up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchUp {
    /// The last thing the database knows of.
    pub since: Time,
    /// When the desk came back.
    pub from: Time,
    /// Whether what lay in the mailbox has been taken in.
    pub mail_taken: bool,
    /// Whether it was the mailbox that was away, and not the desk.
    #[serde(default)]
    pub mailbox: bool,
}

/// When the mailbox was last seen whole: its list was read, and all that could be had was here.
///
/// # Errors
/// If the database refuses.
pub fn mailbox_seen(db: &Connection) -> Result<Option<Time>> {
    moment(db, "mailbox_seen")
}

/// Notes that it was.
///
/// # Errors
/// If the database refuses.
pub fn see_mailbox(db: &Connection, now: Time) -> Result<()> {
    set_moment(db, "mailbox_seen", now)
}

/// Since when the mailbox had been away when that was told last: it is told once.
///
/// # Errors
/// If the database refuses.
pub fn mailbox_told(db: &Connection) -> Result<Option<Time>> {
    moment(db, "mailbox_told")
}

/// Notes that it is told.
///
/// # Errors
/// If the database refuses.
pub fn tell_of_mailbox(db: &Connection, since: Time) -> Result<()> {
    set_moment(db, "mailbox_told", since)
}

fn moment(db: &Connection, key: &str) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

fn set_moment(db: &Connection, key: &str, at: Time) -> Result<()> {
    let upsert = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    db.prepare_cached(upsert)?.execute((key, stored(at)))?;
    Ok(())
}

/// The newest thing the database knows of.
///
/// # Errors
/// If the database refuses.
pub fn last_activity(db: &Connection) -> Result<Option<Time>> {
    let newest = "SELECT max(at) FROM (SELECT max(at) AS at FROM logbook UNION ALL SELECT max(created_at) FROM outbox \
                  UNION ALL SELECT max(received_at) FROM receipt \
                  UNION ALL SELECT value FROM meta WHERE key = 'last_alive')";
    let found: Option<String> = db.query_row(newest, [], |row| row.get(0))?;
    Ok(found.map(|text| time(&text)).transpose()?)
}

/// Notes that the desk is at work: a quiet one is not one that was away.
///
/// # Errors
/// If the database refuses.
pub fn is_alive(db: &Connection, now: Time) -> Result<()> {
    let upsert = "INSERT INTO meta (key, value) VALUES ('last_alive', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1";
    db.prepare_cached(upsert)?.execute([stored(now)])?;
    Ok(())
}

/// The catching up that goes on, if one does.
///
/// # Errors
/// If the database refuses.
pub fn get(db: &Connection) -> Result<Option<CatchUp>> {
    let found: Option<String> = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'catching_up'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    found.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
}

/// Notes that a desk catches up, or how far it has come; `None` ends it.
///
/// # Errors
/// If the database refuses.
pub fn set(db: &Connection, catch_up: Option<&CatchUp>) -> Result<()> {
    match catch_up {
        Some(catch_up) => db.execute(
            "INSERT INTO meta (key, value) VALUES ('catching_up', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
            [serde_json::to_string(catch_up)?],
        )?,
        None => db.execute("DELETE FROM meta WHERE key = 'catching_up'", [])?,
    };
    Ok(())
}

/// The last row number a table has given.
fn last_given(db: &Connection, table: &str) -> Result<i64> {
    let found = db
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
        .query_row([table], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The last number given to an outgoing mail.
///
/// # Errors
/// If the database refuses.
pub fn last_mail(db: &Connection) -> Result<OutboxId> {
    Ok(OutboxId(last_given(db, "outbox")?))
}

/// The last number given to a ticket's row.
///
/// # Errors
/// If the database refuses.
pub fn last_ticket(db: &Connection) -> Result<TicketId> {
    Ok(TicketId(last_given(db, "ticket")?))
}

/// No outgoing mail gets a number up to that one any more.
///
/// # Errors
/// If the database refuses.
pub fn skip_mails(db: &Connection, given: OutboxId) -> Result<()> {
    skip(db, "outbox", given.0)
}

/// So many more tickets were opened than the database knows: neither their rows nor their numbers in
/// that year are given again.
///
/// # Errors
/// If the database refuses.
pub fn skip_tickets(db: &Connection, (prefix, year): (&str, i32), lost: i64) -> Result<()> {
    skip(db, "ticket", last_given(db, "ticket")? + lost)?;
    db.prepare_cached(
        "INSERT INTO meta (key, value) SELECT 'serials_given_' || ?2, max(coalesce(max(serial), 0), \
         coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'serials_given_' || ?2), 0)) + ?3 \
         FROM ticket WHERE prefix = ?1 AND year = ?2 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute((prefix, year, lost))?;
    Ok(())
}

fn skip(db: &Connection, table: &str, given: i64) -> Result<()> {
    let known = db.execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", (table, given))?;
    if known == 0 {
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (table, given))?;
    }
    Ok(())
}
