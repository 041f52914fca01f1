//! Every table that holds something about one person, read for himself (UU PDP Pasal 7 and 32).

use anyhow::Result;
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::store::{optional_time, stored_number, time, unreadable};

/// A letter he wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Letter {
    /// The ticket it is on.
    pub ticket: Option<String>,
    /// When it arrived.
    pub arrived_at: Time,
    /// What he called himself.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// The names of its files.
    pub files: Vec<String>,
    /// The digest of its raw file.
    pub raw: Digest,
    /// When its words and files were removed.
    pub removed_at: Option<Time>,
}

/// A mail that was written to him.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mail {
    /// The row.
    pub id: OutboxId,
    /// The ticket it is about.
    pub ticket: Option<String>,
    /// When it was decided.
    pub created_at: Time,
    /// When the provider took it.
    pub sent_at: Option<Time>,
    /// Its subject.
    pub subject: String,
}

/// A mail that was not written to him.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unsent {
    /// When it would have been.
    pub at: Time,
    /// What it would have said, by its name.
    pub notice: String,
    /// Why not.
    pub reason: String,
    /// The ticket it would have been about.
    pub ticket: Option<String>,
}

/// The letters of a person, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn letters(db: &Connection, person: &Address) -> Result<Vec<Letter>> {
    let sql = format!(
        "SELECT message.id, {}, message.arrived_at, sender_name, message.subject, raw, removed_at FROM message \
         LEFT JOIN ticket ON ticket.id = message.ticket_id WHERE lower(sender_address) = ?1 ORDER BY message.id",
        stored_number()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| {
        let letter = Letter {
            ticket: row.get(1)?,
            arrived_at: time(&row.get::<_, String>(2)?)?,
            name: row.get(3)?,
            subject: row.get(4)?,
            files: Vec::new(),
            raw: row.get::<_, String>(5)?.parse().map_err(unreadable)?,
            removed_at: optional_time(row.get(6)?)?,
        };
        Ok((row.get::<_, i64>(0)?, letter))
    };
    let found = statement.query_map([lower(person)], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut files = db.prepare_cached("SELECT filename FROM attachment WHERE message_id = ?1 ORDER BY position")?;
    let with_files = found.into_iter().map(|(id, letter)| {
        let names = files.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Letter { files: names, ..letter })
    });
    with_files.collect()
}

/// The mails to a person, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn mails(db: &Connection, person: &Address) -> Result<Vec<Mail>> {
    let sql = format!(
        "SELECT outbox.id, {}, created_at, sent_at, outbox.subject FROM outbox \
         LEFT JOIN ticket ON ticket.id = outbox.ticket_id WHERE recipient = ?1 ORDER BY outbox.id",
        stored_number()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| {
        Ok(Mail {
            id: OutboxId(row.get(0)?),
            ticket: row.get(1)?,
            created_at: time(&row.get::<_, String>(2)?)?,
            sent_at: optional_time(row.get(3)?)?,
            subject: row.get(4)?,
        })
    };
    Ok(statement.query_map([lower(person)], read)?.collect::<rusqlite::Result<_>>()?)
}

/// What was not written to a person, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn unsent(db: &Connection, person: &Address) -> Result<Vec<Unsent>> {
    let sql = format!(
        "SELECT at, notice, reason, {} FROM suppressed LEFT JOIN ticket ON ticket.id = suppressed.ticket_id \
         WHERE recipient = ?1 ORDER BY suppressed.id",
        stored_number()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| {
        Ok(Unsent {
            at: time(&row.get::<_, String>(0)?)?,
            notice: row.get(1)?,
            reason: row.get(2)?,
            ticket: row.get(3)?,
        })
    };
    Ok(statement.query_map([lower(person)], read)?.collect::<rusqlite::Result<_>>()?)
}

/// What a mail server or a bounce said of his address, if it could not be reached.
///
/// # Errors
/// If the database refuses.
pub fn unreachable(db: &Connection, person: &Address) -> Result<Option<(Time, String)>> {
    let mut statement = db.prepare_cached("SELECT since, reason FROM dead_address WHERE address = ?1")?;
    let read = |row: &Row<'_>| Ok((time(&row.get::<_, String>(0)?)?, row.get(1)?));
    Ok(statement.query_map([lower(person)], read)?.next().transpose()?)
}

fn lower(person: &Address) -> String {
    person.as_str().to_ascii_lowercase()
}
