//! Every table that names the persons of a ticket: who they are, and a pseudonym in their place.

use anyhow::Result;
use rusqlite::{Connection, Row};

use crate::domain::person::{Address, Person};
use crate::domain::ticket::{TicketId, TicketNumber};
use crate::store::unreadable;

/// Everybody who wrote on a ticket, is known to it or was written to about it, his names as he wrote
/// them; whoever has left it with his mail too, as long as its logbook names him.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Person>> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT sender_name, sender_address FROM message WHERE ticket_id = ?1 AND sender_address <> '' \
         UNION SELECT '', address FROM participant WHERE ticket_id = ?1 \
         UNION SELECT '', recipient FROM outbox WHERE ticket_id = ?1 \
         UNION SELECT sender_name, sender_address FROM logbook JOIN message ON message.raw = logbook.message \
         WHERE logbook.ticket_id = ?1 AND kind = 'message_filed' AND sender_address <> '' \
         UNION SELECT '', substr(actor, instr(actor, ':') + 1) FROM logbook \
         WHERE ticket_id = ?1 AND actor LIKE 'reporter:%' ORDER BY 2, 1",
    )?;
    let read = |row: &Row<'_>| {
        Ok(Person { name: row.get(0)?, address: row.get::<_, String>(1)?.parse().map_err(unreadable)? })
    };
    Ok(statement.query_map([ticket.0], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Puts a pseudonym in the place of a person in everything that is about a ticket. What a mail server
/// said about a mail to him goes: it may name him in any form. Mails with the notices `kept` stay his: he
/// gets them for his office.
///
/// # Errors
/// If the database refuses.
pub fn replace(db: &Connection, ticket: TicketId, (from, to): (&Address, &Person), kept: &[&str]) -> Result<()> {
    let (from, address) = (from.as_str().to_ascii_lowercase(), to.address.as_str());
    db.prepare_cached(
        "UPDATE ticket SET reporter_name = ?3, reporter_address = ?4 WHERE id = ?1 AND lower(reporter_address) = ?2",
    )?
    .execute((ticket.0, &from, &to.name, address))?;
    db.prepare_cached(
        "UPDATE message SET sender_name = '', sender_address = ?3 WHERE ticket_id = ?1 AND lower(sender_address) = ?2",
    )?
    .execute((ticket.0, &from, address))?;
    db.prepare_cached("DELETE FROM participant WHERE ticket_id = ?1 AND address = ?2")?.execute((ticket.0, &from))?;
    db.prepare_cached("DELETE FROM token WHERE ticket_id = ?1 AND person = ?2")?.execute((ticket.0, &from))?;
    db.prepare_cached(
        "UPDATE outbox SET recipient = ?3, purpose = replace(replace(purpose, ?2, ?3), ?4, ?3), reply = '' \
         WHERE ticket_id = ?1 AND recipient = ?2 AND notice NOT IN (SELECT value FROM json_each(?5))",
    )?
    .execute((ticket.0, &from, address, from_purpose(db, ticket, &from)?, serde_json::to_string(kept)?))?;
    db.prepare_cached("UPDATE suppressed SET recipient = ?3 WHERE ticket_id = ?1 AND recipient = ?2")?
        .execute((ticket.0, &from, address))?;
    forget_unreachable(db, &from)
}

/// How the address stands at the end of the purposes of mails to it: as it was written.
fn from_purpose(db: &Connection, ticket: TicketId, address: &str) -> Result<String> {
    let mut statement =
        db.prepare_cached("SELECT purpose FROM outbox WHERE ticket_id = ?1 AND recipient = ?2 LIMIT 1")?;
    let purpose = statement.query_map((ticket.0, address), |row| row.get::<_, String>(0))?.next().transpose()?;
    let tail = purpose.and_then(|purpose| {
        let at = purpose.len().checked_sub(address.len())?;
        purpose.get(at..).filter(|tail| tail.eq_ignore_ascii_case(address)).map(str::to_owned)
    });
    Ok(tail.unwrap_or_else(|| address.to_owned()))
}

/// Forgets that an address could not be reached, if no other ticket has a reporter there.
fn forget_unreachable(db: &Connection, address: &str) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM dead_address WHERE address = ?1 \
         AND NOT EXISTS (SELECT 1 FROM ticket WHERE lower(reporter_address) = ?1)",
    )?
    .execute([address])?;
    Ok(())
}

/// The numbers of the tickets a person reported, wrote on, is let in on, or was written to about.
///
/// # Errors
/// If the database refuses.
pub fn tickets_of(db: &Connection, person: &Address) -> Result<Vec<(TicketId, TicketNumber)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, prefix, year, serial FROM ticket WHERE lower(reporter_address) = ?1 \
         OR id IN (SELECT ticket_id FROM message WHERE lower(sender_address) = ?1) \
         OR id IN (SELECT ticket_id FROM participant WHERE address = ?1) \
         OR id IN (SELECT ticket_id FROM outbox WHERE recipient = ?1) ORDER BY id",
    )?;
    let read = |row: &Row<'_>| {
        let number = TicketNumber { prefix: row.get(1)?, year: row.get(2)?, serial: row.get(3)? };
        Ok((TicketId(row.get(0)?), number))
    };
    let found = statement.query_map([person.as_str().to_ascii_lowercase()], read)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The tickets whose logbook names an address, and `None` where an entry about no ticket does. What a
/// redaction says of itself names nobody.
///
/// # Errors
/// If the database refuses.
pub fn logbooks_naming(db: &Connection, person: &Address) -> Result<Vec<Option<TicketId>>> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT ticket_id FROM logbook WHERE (instr(lower(actor), ?1) > 0 OR instr(lower(detail), ?1) > 0) \
         AND kind <> 'redacted' ORDER BY ticket_id",
    )?;
    let found = statement.query_map([person.as_str().to_ascii_lowercase()], |row| {
        row.get::<_, Option<i64>>(0).map(|ticket| ticket.map(TicketId))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
