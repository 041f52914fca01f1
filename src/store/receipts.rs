//! Table `receipt`: where each message lay, and what became of it.

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use tracing::warn;

use crate::domain::digest::Digest;
use crate::domain::{Time, arrival};
use crate::store::{named, stored, time, unreadable};

/// Row id of a receipt; people know it as the number of a held mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ReceiptId(pub i64);

/// Row id of a received message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct MessageId(pub i64);

/// What became of a message at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Durable here, not understood yet.
    Received,
    /// On a ticket.
    Taken,
    /// Another delivery of a message that is already here.
    Duplicate,
    /// Kept without a ticket; the reason says why.
    Ignored,
    /// Older than the first start: kept, never answered.
    Archived,
    /// Put aside for a person; the reason says why.
    Held,
}

impl State {
    const ALL: &[State] =
        &[State::Received, State::Taken, State::Duplicate, State::Ignored, State::Archived, State::Held];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Received => "received",
            State::Taken => "taken",
            State::Duplicate => "duplicate",
            State::Ignored => "ignored",
            State::Archived => "archived",
            State::Held => "held",
        }
    }
}

/// A message that has become durable here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Name of the mailbox it lay in.
    pub mailbox: String,
    /// Where it lay.
    pub place: String,
    /// Digest of its raw file.
    pub raw: Digest,
    /// Its size as the server states it.
    pub size_bytes: u64,
    /// Whether all of it was fetched, not only its header block.
    pub whole: bool,
    /// When it arrived at the server, as the server states it; in a receipt, as it counts
    /// ([`arrival::counted`]).
    pub arrived_at: Time,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Row id.
    pub id: ReceiptId,
    /// What arrived.
    pub arrival: Arrival,
    /// When it became durable here.
    pub received_at: Time,
    /// Readings begun, this one included.
    pub attempts: u32,
    /// What became of it.
    pub state: State,
    /// Why, for held and ignored mail.
    pub reason: String,
    /// The message it is a delivery of, once read.
    pub message: Option<MessageId>,
}

const COLUMNS: &str =
    "id, mailbox, place, raw, size_bytes, whole, arrived_at, received_at, attempts, state, reason, message_id";
/// The condition of the index over receipts that wait for something, as SQLite must find it in a statement.
const UNFINISHED: &str = "state IN ('received', 'held')";

/// Records an arrival and counts its first reading; an arrival at a known place changes nothing.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, arrival: &Arrival, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO receipt (mailbox, place, raw, size_bytes, whole, arrived_at, received_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (mailbox, place) DO NOTHING",
    )?
    .execute((
        &arrival.mailbox,
        &arrival.place,
        arrival.raw.to_string(),
        i64::try_from(arrival.size_bytes)?,
        arrival.whole,
        stored(arrival.arrived_at),
        stored(now),
    ))?;
    Ok(())
}

/// Records an arrival and gives its receipt. Where another message has lain at the same place before,
/// the receipt is of a place of its own. So it is where the arrival that the server states does not
/// count: the name of that place keeps what the server stated, by which it is known again.
///
/// # Errors
/// If the database refuses.
pub fn record(db: &Connection, arrival: &Arrival, now: Time) -> Result<Receipt> {
    let again = reused(&arrival.place, arrival.size_bytes, arrival.arrived_at);
    let last = format!("{again}#{}", arrival.raw);
    let counted = arrival::counted(arrival.arrived_at, now);
    let own = (counted == arrival.arrived_at).then(|| arrival.place.clone());
    if own.is_none() {
        warn!(
            place = arrival.place,
            "The mail server dates a message {}: it counts as arrived at {counted}", arrival.arrived_at
        );
    }
    for place in own.into_iter().chain([again, last]) {
        let arrival = Arrival { place, arrived_at: counted, ..arrival.clone() };
        insert(db, &arrival, now)?;
        let receipt = at_place(db, &arrival.mailbox, &arrival.place)?.context("a receipt vanished")?;
        if receipt.arrival.raw == arrival.raw {
            return Ok(receipt);
        }
    }
    bail!("the place {} is taken by another message", arrival.place)
}

/// The receipt of a message that lies at `place`: that of the place itself, or of the place as it was
/// used another time. Size and whole seconds of the arrival, as the server states it, tell one message
/// from another; where the server does not say when it arrived, no message is known by its place.
///
/// # Errors
/// If the database refuses.
pub fn of_message(
    db: &Connection,
    mailbox: &str,
    place: &str,
    size_bytes: u64,
    arrived_at: Option<Time>,
) -> Result<Option<Receipt>> {
    let Some(arrived_at) = arrived_at else { return Ok(None) };
    let same = |receipt: &Receipt| {
        let Arrival { size_bytes: size, arrived_at: arrival, .. } = &receipt.arrival;
        *size == size_bytes && arrival.timestamp() == arrived_at.timestamp()
    };
    match at_place(db, mailbox, place)?.filter(same) {
        // The name of the place says size and arrival itself.
        None => at_place(db, mailbox, &reused(place, size_bytes, arrived_at)),
        found => Ok(found),
    }
}

/// The name of a place that another message had before, or whose stated arrival does not count.
fn reused(place: &str, size_bytes: u64, arrived_at: Time) -> String {
    format!("{place}@{}.{size_bytes}", arrived_at.timestamp())
}

/// The receipt of a place.
///
/// # Errors
/// If the database refuses.
pub fn at_place(db: &Connection, mailbox: &str, place: &str) -> Result<Option<Receipt>> {
    let sql = format!("SELECT {COLUMNS} FROM receipt WHERE mailbox = ?1 AND place = ?2");
    Ok(db.prepare_cached(&sql)?.query_row([mailbox, place], read).optional()?)
}

/// The receipt with that id.
///
/// # Errors
/// If the database refuses.
pub fn get(db: &Connection, id: ReceiptId) -> Result<Option<Receipt>> {
    let sql = format!("SELECT {COLUMNS} FROM receipt WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.0], read).optional()?)
}

/// Receipts in one of `states`, oldest first: of those that wait for something, received or held. Of
/// the others there is one for every mail that ever came.
///
/// # Errors
/// If the database refuses, or another state is asked for.
pub fn in_states(db: &Connection, states: &[State]) -> Result<Vec<Receipt>> {
    let sql = format!("SELECT {COLUMNS} FROM receipt WHERE state = ?1 AND {UNFINISHED} ORDER BY id");
    let mut statement = db.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for state in states {
        ensure!(matches!(state, State::Received | State::Held), "nothing waits in the state {}", state.as_str());
        let rows = statement.query_map([state.as_str()], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        found.extend(rows);
    }
    found.sort_by_key(|receipt| receipt.id);
    Ok(found)
}

/// Counts another reading, before it begins: a reading that kills the process counts too.
///
/// # Errors
/// If the database refuses.
pub fn count_attempt(db: &Connection, id: ReceiptId) -> Result<()> {
    db.prepare_cached("UPDATE receipt SET attempts = attempts + 1 WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

/// Takes back the count of a reading that says nothing about the message.
///
/// # Errors
/// If the database refuses.
pub fn uncount_attempt(db: &Connection, id: ReceiptId) -> Result<()> {
    db.prepare_cached("UPDATE receipt SET attempts = max(attempts - 1, 0) WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

/// Remembers why a message that waits could not be taken in.
///
/// # Errors
/// If the database refuses.
pub fn note_failure(db: &Connection, id: ReceiptId, reason: &str) -> Result<()> {
    db.prepare_cached("UPDATE receipt SET reason = ?2 WHERE id = ?1 AND state = 'received'")?
        .execute((id.0, reason))?;
    Ok(())
}

/// Puts a held mail back among those to be read, with its count of readings at one.
///
/// # Errors
/// If the database refuses.
pub fn release(db: &Connection, id: ReceiptId) -> Result<bool> {
    let changed = db.execute(
        "UPDATE receipt SET state = 'received', attempts = 1, reason = '' WHERE id = ?1 AND state = 'held'",
        [id.0],
    )?;
    Ok(changed == 1)
}

/// Records what became of a message.
///
/// # Errors
/// If the database refuses.
pub fn finish(db: &Connection, id: ReceiptId, state: State, reason: &str, message: Option<MessageId>) -> Result<()> {
    db.prepare_cached("UPDATE receipt SET state = ?2, reason = ?3, message_id = ?4 WHERE id = ?1")?.execute((
        id.0,
        state.as_str(),
        reason,
        message.map(|message| message.0),
    ))?;
    Ok(())
}

/// The number of the ticket a message is on, if it is on one.
///
/// # Errors
/// If the database refuses.
pub fn ticket_of(db: &Connection, id: ReceiptId) -> Result<Option<String>> {
    let found = db
        .prepare_cached(
            "SELECT prefix || '-' || year || '-' || printf('%04d', serial) FROM receipt \
             JOIN message ON message.id = receipt.message_id JOIN ticket ON ticket.id = message.ticket_id \
             WHERE receipt.id = ?1",
        )?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The receipt of that delivery of a message, as long as its raw file is kept.
///
/// # Errors
/// If the database refuses.
pub fn of_raw(db: &Connection, message: MessageId, raw: &Digest) -> Result<Option<Receipt>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM receipt WHERE message_id = ?1 AND raw = ?2 AND removed_at IS NULL ORDER BY id LIMIT 1"
    );
    Ok(db.prepare_cached(&sql)?.query_row((message.0, raw.to_string()), read).optional()?)
}

/// Whether any receipt needs the raw file of that digest.
///
/// # Errors
/// If the database refuses.
pub fn knows_raw(db: &Connection, raw: &Digest) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM receipt WHERE raw = ?1")?.exists([raw.to_string()])?)
}

/// How many receipts there are in each state: the sums that must match the mailbox.
///
/// # Errors
/// If the database refuses.
pub fn count_by_state(db: &Connection) -> Result<Vec<(State, u64)>> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM receipt WHERE state = ?1")?;
    State::ALL.iter().map(|state| Ok((*state, statement.query_row([state.as_str()], |row| row.get(0))?))).collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let state: String = row.get(9)?;
    Ok(Receipt {
        id: ReceiptId(row.get(0)?),
        arrival: Arrival {
            mailbox: row.get(1)?,
            place: row.get(2)?,
            raw: row.get::<_, String>(3)?.parse().map_err(unreadable)?,
            size_bytes: row.get(4)?,
            whole: row.get(5)?,
            arrived_at: time(&row.get::<_, String>(6)?)?,
        },
        received_at: time(&row.get::<_, String>(7)?)?,
        attempts: row.get(8)?,
        state: named("state of a receipt", &state, |name| {
            State::ALL.iter().copied().find(|state| state.as_str() == name)
        })?,
        reason: row.get(10)?,
        message: row.get::<_, Option<i64>>(11)?.map(MessageId),
    })
}
