//! Table `link`: tickets that have to do with each other without being one.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::notice::related::{Related, Relation};
use crate::domain::ticket::TicketId;
use crate::store::{named, stored};

/// Links a ticket with an earlier one.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, ticket: TicketId, other: TicketId, why: Relation, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO link (ticket_id, other_id, why, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute((ticket.0, other.0, why.as_str(), stored(now)))?;
    Ok(())
}

/// The tickets one has to do with, earlier and later ones, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Related>> {
    let mut statement = db.prepare_cached(
        "SELECT prefix || '-' || year || '-' || printf('%04d', serial), why FROM link \
         JOIN ticket ON ticket.id = iif(link.ticket_id = ?1, link.other_id, link.ticket_id) \
         WHERE link.ticket_id = ?1 OR link.other_id = ?1 ORDER BY ticket.id",
    )?;
    let found = statement.query_map([ticket.0], |row| {
        let why: String = row.get(1)?;
        Ok(Related { number: row.get(0)?, why: named("relation of tickets", &why, Relation::named)? })
    })?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}
