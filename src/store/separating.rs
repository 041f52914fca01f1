//! A mail that leaves a ticket for one of its own: what goes with it through the tables.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::answer::Evidence;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::store::named;
use crate::store::receipts::MessageId;

const EVIDENCE: [Evidence; 3] = [Evidence::Pass, Evidence::None, Evidence::Fail];

/// The message that a notice of ours shows, if it was written for one message of a ticket.
///
/// # Errors
/// If the database refuses.
pub fn message_shown(db: &Connection, header_id: &str) -> Result<Option<MessageId>> {
    let mut statement = db.prepare_cached("SELECT purpose FROM outbox WHERE header_id = ?1")?;
    let purpose: Option<String> = statement.query_row([header_id], |row| row.get(0)).optional()?;
    let shown = purpose.as_deref().and_then(|purpose| purpose.strip_prefix("filed:")?.split(':').next()?.parse().ok());
    Ok(shown.map(MessageId))
}

/// Makes a mail that was filed on a ticket the report of another. Whoever answers it, or an earlier
/// mail that only it named, finds that one.
///
/// # Errors
/// If the database refuses.
pub fn make_report(db: &Connection, id: MessageId, ticket: TicketId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO reference (header_id, ticket_id) SELECT header_id, ?2 FROM message WHERE id = ?1 \
         AND header_id <> '' ON CONFLICT DO NOTHING",
    )?
    .execute((id.0, ticket.0))?;
    db.prepare_cached(
        "DELETE FROM reference WHERE (header_id, ticket_id) IN (SELECT header_id, ticket_id FROM message WHERE id = ?1)",
    )?
    .execute([id.0])?;
    db.prepare_cached("UPDATE message SET ticket_id = ?2, meaning = 'report', pending = 0 WHERE id = ?1")?
        .execute((id.0, ticket.0))?;
    Ok(())
}

/// What was known of a message's sender when it came.
///
/// # Errors
/// If the database refuses.
pub fn evidence(db: &Connection, id: MessageId) -> Result<Evidence> {
    let read = |row: &Row<'_>| {
        let word: String = row.get(0)?;
        // Rows of before evidence was kept know nothing.
        if word.is_empty() {
            Ok(Evidence::None)
        } else {
            named("evidence", &word, |name| EVIDENCE.into_iter().find(|known| known.as_str() == name))
        }
    };
    Ok(db.prepare_cached("SELECT evidence FROM message WHERE id = ?1")?.query_row([id.0], read)?)
}

/// Whether a message of an address is on a ticket.
///
/// # Errors
/// If the database refuses.
pub fn has_written(db: &Connection, ticket: TicketId, address: &Address) -> Result<bool> {
    let found = db
        .prepare_cached("SELECT 1 FROM message WHERE ticket_id = ?1 AND lower(sender_address) = ?2")?
        .exists((ticket.0, address.as_str().to_ascii_lowercase()))?;
    Ok(found)
}

/// What a message named follows it to another ticket; what other mails of the ticket it leaves name
/// as well stays there too. An order names nothing: it only quotes.
///
/// # Errors
/// If the database refuses.
pub fn follow(db: &Connection, message: MessageId, left: TicketId, ticket: TicketId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO indicator (ticket_id, kind, value, message_id) SELECT ?3, kind, value, message_id FROM indicator \
         WHERE message_id = ?1 AND ticket_id = ?2 ON CONFLICT DO NOTHING",
    )?
    .execute((message.0, left.0, ticket.0))?;
    db.prepare_cached(
        "UPDATE indicator SET message_id = (SELECT min(id) FROM message WHERE message.ticket_id = ?2 \
         AND meaning <> 'commands' AND instr(lower(text), lower(indicator.value)) > 0) WHERE message_id = ?1 AND ticket_id = ?2",
    )?
    .execute((message.0, left.0))?;
    db.prepare_cached("DELETE FROM indicator WHERE message_id IS NULL AND ticket_id = ?1")?.execute([left.0])?;
    Ok(())
}

/// Takes an address off a ticket.
///
/// # Errors
/// If the database refuses.
pub fn remove_participant(db: &Connection, ticket: TicketId, address: &Address) -> Result<()> {
    db.prepare_cached("DELETE FROM participant WHERE ticket_id = ?1 AND address = ?2")?
        .execute((ticket.0, address.as_str().to_ascii_lowercase()))?;
    Ok(())
}
