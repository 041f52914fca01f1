//! Table `outbox`: mails decided and frozen, and what became of them.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::gate::Cleared;
use crate::domain::outgoing::{Class, OutboxId, OutgoingMail};
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::store::runs::RunId;
use crate::store::{named, optional_time, stored, time, unreadable};

/// What became of an outgoing mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its next attempt.
    Queued,
    /// Being handed over at this moment.
    Sending,
    /// The provider has taken it.
    Sent,
    /// It may have been taken; it is not repeated (decisions 12).
    InDoubt,
    /// Given up; a person must look.
    Failed,
    /// Taken back by a person before it left.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: &[State] =
        &[State::Queued, State::Sending, State::Sent, State::InDoubt, State::Failed, State::Withdrawn];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sending => "sending",
            State::Sent => "sent",
            State::InDoubt => "in_doubt",
            State::Failed => "failed",
            State::Withdrawn => "withdrawn",
        }
    }
}

/// A mail to be written into the outbox, before its bytes exist.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// What it says and to whom: the gate alone makes that.
    pub cleared: &'a Cleared<'a>,
    /// Why this mail exists: the same purpose never makes a second mail.
    pub purpose: &'a str,
    /// Its ticket.
    pub ticket: Option<TicketId>,
    /// For acknowledgements, the evidence for the sender.
    pub evidence: Option<Evidence>,
    /// The envelope sender; `None` is `<>`.
    pub envelope_from: Option<&'a Address>,
    /// The run that can be taken back, and until when the mail waits for that.
    pub held: Option<(RunId, Time)>,
}

/// What an outgoing mail is made of once it is composed.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// Message-ID without brackets.
    pub header_id: String,
    /// Subject.
    pub subject: String,
    /// Its words.
    pub text: String,
    /// The complete message.
    pub bytes: Vec<u8>,
}

/// A row of the table, without its bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Row id.
    pub id: OutboxId,
    /// Name of the notice.
    pub notice: String,
    /// What happens when its delivery is in doubt.
    pub class: Class,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// The one recipient.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// What became of it.
    pub state: State,
    /// Whether an earlier attempt may have arrived.
    pub doubtful: bool,
    /// Attempts begun.
    pub attempts: u32,
    /// When it was decided.
    pub created_at: Time,
    /// When it is tried next.
    pub next_attempt_at: Time,
    /// Whether it waits because nothing can be encrypted to its reader's key.
    pub waits_for_key: bool,
    /// When the provider took it.
    pub sent_at: Option<Time>,
    /// The last word about it.
    pub reply: String,
    /// What a bounce said about it.
    pub bounced: String,
}

/// Reserves a row for a draft; `None` if its purpose has been served already. The row is not sent
/// before [`freeze`] has given it its bytes, in the same transaction.
///
/// # Errors
/// If the database refuses.
pub fn reserve(db: &Connection, draft: &Draft<'_>, now: Time) -> Result<Option<OutboxId>> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO outbox (purpose, ticket_id, notice, class, evidence, recipient, envelope_from, created_at, \
             next_attempt_at, run_id, clear) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
             ON CONFLICT (purpose) DO NOTHING",
        )?
        .execute((
            draft.purpose,
            draft.ticket.map(|ticket| ticket.0),
            draft.cleared.folder(),
            draft.cleared.class().as_str(),
            draft.evidence.map_or("", Evidence::as_str),
            draft.cleared.to().as_str().to_ascii_lowercase(),
            draft.envelope_from.map(Address::as_str),
            stored(now),
            stored(draft.held.map_or(now, |(_, until)| until)),
            draft.held.map(|(run, _)| run.0),
            draft.cleared.notice().may_go_in_clear(),
        ))?;
    Ok((inserted == 1).then(|| OutboxId(db.last_insert_rowid())))
}

/// Gives a reserved row its bytes.
///
/// # Errors
/// If the database refuses.
pub fn freeze(db: &Connection, id: OutboxId, frozen: &Frozen) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET header_id = ?2, subject = ?3, bytes = ?4, text = ?5 WHERE id = ?1")?
        .execute((id.0, &frozen.header_id, &frozen.subject, &frozen.bytes, &frozen.text))?;
    Ok(())
}

/// Claims the queued mail that has waited longest, if one is due: its attempt is counted and its
/// state says that it is being sent.
///
/// # Errors
/// If the database refuses.
pub fn claim(db: &Connection, now: Time) -> Result<Option<OutgoingMail>> {
    let claimed = db
        .prepare_cached(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, waits_for_key = 0 WHERE id = (\
             SELECT id FROM outbox WHERE state = 'queued' AND removed = '' AND next_attempt_at <= ?1 \
             ORDER BY next_attempt_at, id LIMIT 1) \
             RETURNING id, header_id, envelope_from, recipient, bytes, clear",
        )?
        .query_row([stored(now)], |row| {
            let envelope_from: Option<String> = row.get(2)?;
            Ok(OutgoingMail {
                id: OutboxId(row.get(0)?),
                message_id: row.get(1)?,
                envelope_from: envelope_from.map(|address| address.parse()).transpose().map_err(unreadable)?,
                recipient: row.get::<_, String>(3)?.parse().map_err(unreadable)?,
                bytes: row.get(4)?,
                missing: Vec::new(),
                clear: row.get(5)?,
            })
        })
        .optional()?;
    Ok(claimed)
}

/// Rows that were being sent when an earlier process ended.
///
/// # Errors
/// If the database refuses.
pub fn interrupted(db: &Connection) -> Result<Vec<Entry>> {
    select(db, "WHERE outbox.state = 'sending' ORDER BY outbox.id", [])
}

/// Records that the provider has taken a mail.
///
/// # Errors
/// If the database refuses.
pub fn sent(db: &Connection, id: OutboxId, reply: &str, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET state = 'sent', sent_at = ?2, reply = ?3 WHERE id = ?1")?.execute((
        id.0,
        stored(now),
        reply,
    ))?;
    Ok(())
}

/// Records an end without proof of delivery: in doubt, or failed.
///
/// # Errors
/// If the database refuses.
pub fn ended(db: &Connection, id: OutboxId, state: State, reply: &str) -> Result<()> {
    db.prepare_cached(
        "UPDATE outbox SET state = ?2, reply = ?3, doubtful = doubtful OR ?2 = 'in_doubt' WHERE id = ?1",
    )?
    .execute((id.0, state.as_str(), reply))?;
    Ok(())
}

/// Puts a mail back into the queue, unless its words were removed meanwhile: then nothing is left to
/// send. `counted` says whether the attempt was one of this mail's own;
/// `doubtful`, whether it may have arrived. Returns whether it waits.
///
/// # Errors
/// If the database refuses.
pub fn requeue(db: &Connection, id: OutboxId, retry: &Retry<'_>) -> Result<bool> {
    let waits = db
        .prepare_cached(
            "UPDATE outbox SET state = iif(removed = '', 'queued', 'withdrawn'), next_attempt_at = ?2, reply = ?3, \
             doubtful = doubtful OR ?4, attempts = attempts - ?5, waits_for_key = ?6 WHERE id = ?1 \
             RETURNING state = 'queued'",
        )?
        .query_row(
            (id.0, stored(retry.at), retry.reply, retry.doubtful, i64::from(!retry.counted), retry.for_key),
            |row| row.get(0),
        )?;
    Ok(waits)
}

/// When and why a mail is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Retry<'a> {
    /// When.
    pub at: Time,
    /// The last word about it.
    pub reply: &'a str,
    /// Whether the attempt was one of this mail's own, and not the fault of the connection.
    pub counted: bool,
    /// Whether the attempt may have arrived.
    pub doubtful: bool,
    /// Whether it waits for a key of its reader's that can be encrypted to.
    pub for_key: bool,
}

/// Records what a bounce says about a mail; its state stays: it had been taken.
///
/// # Errors
/// If the database refuses.
pub fn bounced(db: &Connection, id: OutboxId, word: &str) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET bounced = ?2 WHERE id = ?1")?.execute((id.0, word))?;
    Ok(())
}

/// The mail with that Message-ID.
///
/// # Errors
/// If the database refuses.
pub fn with_header_id(db: &Connection, header_id: &str) -> Result<Option<(OutboxId, Option<TicketId>)>> {
    let found = db
        .prepare_cached("SELECT id, ticket_id FROM outbox WHERE header_id = ?1")?
        .query_row([header_id], |row| Ok((OutboxId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(TicketId))))
        .optional()?;
    Ok(found)
}

/// The mail with that id.
///
/// # Errors
/// If the database refuses.
pub fn get(db: &Connection, id: OutboxId) -> Result<Option<Entry>> {
    Ok(select(db, "WHERE outbox.id = ?1", [id.0])?.pop())
}

/// The words of a mail of ours and its recipient.
///
/// # Errors
/// If the database refuses.
pub fn words(db: &Connection, id: OutboxId) -> Result<Option<(String, String)>> {
    let found = db
        .prepare_cached("SELECT recipient, text FROM outbox WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// The frozen bytes of a mail, without those of kept files ([`crate::store::outbox_files`]).
///
/// # Errors
/// If the database refuses.
pub fn bytes(db: &Connection, id: OutboxId) -> Result<Option<Vec<u8>>> {
    Ok(db.prepare_cached("SELECT bytes FROM outbox WHERE id = ?1")?.query_row([id.0], |row| row.get(0)).optional()?)
}

/// All mails, or those of one ticket, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn all(db: &Connection, ticket: Option<TicketId>) -> Result<Vec<Entry>> {
    match ticket {
        Some(ticket) => select(db, "WHERE outbox.ticket_id = ?1 ORDER BY outbox.id", [ticket.0]),
        None => select(db, "WHERE TRUE ORDER BY outbox.id", []),
    }
}

/// The Message-ID of the first mail one recipient got about a ticket: the head of his thread.
///
/// # Errors
/// If the database refuses.
pub fn thread_head(db: &Connection, ticket: TicketId, recipient: &Address) -> Result<Option<String>> {
    let found = db
        .prepare_cached("SELECT header_id FROM outbox WHERE ticket_id = ?1 AND recipient = ?2 AND header_id <> '' ORDER BY id LIMIT 1")?
        .query_row((ticket.0, recipient.as_str().to_ascii_lowercase()), |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// How often a notice was decided for one recipient since an instant.
///
/// # Errors
/// If the database refuses.
pub fn count_since(db: &Connection, notice: &str, recipient: &Address, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached("SELECT count(*) FROM outbox WHERE notice = ?1 AND recipient = ?2 AND created_at > ?3")?
        .query_row((notice, recipient.as_str().to_ascii_lowercase(), stored(since)), |row| row.get(0))?;
    Ok(count)
}

/// When the next queued mail is due.
///
/// # Errors
/// If the database refuses.
pub fn next_attempt(db: &Connection) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT next_attempt_at FROM outbox WHERE state = 'queued' ORDER BY next_attempt_at LIMIT 1")?
        .query_row([], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

fn select(db: &Connection, condition: &str, parameters: impl rusqlite::Params) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT outbox.id, notice, class, prefix || '-' || year || '-' || printf('%04d', serial), recipient, outbox.subject, \
         header_id, state, doubtful, attempts, created_at, next_attempt_at, sent_at, reply, bounced, waits_for_key \
         FROM outbox LEFT JOIN ticket ON ticket.id = outbox.ticket_id {condition}"
    );
    let rows = db.prepare_cached(&sql)?.query_map(parameters, read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (class, state): (String, String) = (row.get(2)?, row.get(7)?);
    Ok(Entry {
        id: OutboxId(row.get(0)?),
        notice: row.get(1)?,
        class: named("class of a mail", &class, Class::named)?,
        ticket: row.get(3)?,
        recipient: row.get(4)?,
        subject: row.get(5)?,
        message_id: row.get(6)?,
        state: named("state of a mail", &state, |name| {
            State::ALL.iter().copied().find(|state| state.as_str() == name)
        })?,
        doubtful: row.get(8)?,
        attempts: row.get(9)?,
        created_at: time(&row.get::<_, String>(10)?)?,
        next_attempt_at: time(&row.get::<_, String>(11)?)?,
        sent_at: optional_time(row.get(12)?)?,
        reply: row.get(13)?,
        bounced: row.get(14)?,
        waits_for_key: row.get(15)?,
    })
}
