//! Table `indicator`: what a ticket's mails name, and which other tickets name the same.

use anyhow::Result;
use rusqlite::Connection;
use serde::Serialize;

use crate::domain::Time;
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::ticket::TicketId;
use crate::store::receipts::MessageId;
use crate::store::{named, stored};

/// An indicator of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// It.
    #[serde(flatten)]
    pub indicator: Indicator,
    /// The message that named it first.
    pub message: Option<MessageId>,
}

/// Notes what a message of a ticket names. What the ticket has already keeps its first message.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, ticket: TicketId, message: MessageId, found: &[Indicator]) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO indicator (ticket_id, kind, value, message_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    for indicator in found {
        statement.execute((ticket.0, indicator.kind.as_str(), &indicator.value, message.0))?;
    }
    Ok(())
}

/// What a ticket's mails name, the most telling kind first.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Stored>> {
    let mut statement = db.prepare_cached("SELECT kind, value, message_id FROM indicator WHERE ticket_id = ?1")?;
    let rows = statement.query_map([ticket.0], |row| {
        let kind: String = row.get(0)?;
        let indicator = Indicator { kind: named("kind of indicator", &kind, Kind::named)?, value: row.get(1)? };
        Ok(Stored { indicator, message: row.get::<_, Option<i64>>(2)?.map(MessageId) })
    })?;
    let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_by_key(|stored| stored.indicator.kind);
    Ok(found)
}

/// The latest other tickets that name the same, at most so many.
///
/// # Errors
/// If the database refuses.
pub fn elsewhere(db: &Connection, ticket: TicketId, indicator: &Indicator, most: usize) -> Result<Vec<TicketId>> {
    let mut statement = db.prepare_cached(
        "SELECT ticket_id FROM indicator WHERE kind = ?1 AND value = ?2 AND ticket_id <> ?3 \
         ORDER BY ticket_id DESC LIMIT ?4",
    )?;
    let key = (indicator.kind.as_str(), &indicator.value, ticket.0, i64::try_from(most)?);
    let found = statement.query_map(key, |row| row.get(0).map(TicketId))?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Open tickets since a time that name a host: the first of them, and how many there are; of a flood
/// the latest 50. Only the thousand tickets before `ticket` are looked at: a host may be named in each
/// of a desk's tickets, and this is asked for every report.
///
/// # Errors
/// If the database refuses.
pub fn same_day(db: &Connection, ticket: TicketId, host: &str, since: Time) -> Result<Option<(TicketId, u32)>> {
    let found = db
        .prepare_cached(
            "SELECT min(id), count(*) FROM (\
             SELECT indicator.ticket_id AS id FROM indicator CROSS JOIN ticket ON ticket.id = indicator.ticket_id \
             WHERE indicator.kind = 'host' AND indicator.value = ?1 AND indicator.ticket_id > ?2 - 1000 \
             AND indicator.ticket_id <> ?2 AND ticket.opened_at >= ?3 \
             AND ticket.closed_at IS NULL AND ticket.parent IS NULL ORDER BY indicator.ticket_id DESC LIMIT 50)",
        )?
        .query_row((host, ticket.0, stored(since)), |row| {
            Ok(row.get::<_, Option<i64>>(0)?.map(TicketId).zip(row.get(1)?))
        })?;
    Ok(found)
}
