//! Dead one-time codes are struck out of every row that holds them: of the mails that brought them,
//! of the transcripts that repeat them, and of the letters in which they were typed.
//!
//! What is kept is the code's seal, the words around it, and the digest of the bytes that were
//! removed. `secure_delete` overwrites the pages; the write-ahead log and backups made before hold
//! what they held, and the raw letters below `raw/` are never changed.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::approval::{CodeId, StoredCode};
use crate::domain::digest::Digest;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::store::codes::{NO_TICKET, read};
use crate::store::stored;

/// What stands in the place of a code.
pub const STRUCK_OUT: &str = "****-****";

/// Codes that may be dead and have not been struck out.
///
/// # Errors
/// If the database refuses.
pub fn waiting(db: &Connection) -> Result<Vec<StoredCode>> {
    let mut statement = db.prepare_cached(
        "SELECT id, ticket_id, person, question, report, seal, closed_at, tries, used_at, unvouched_tries FROM code \
         WHERE wiped_at IS NULL AND (used_at IS NOT NULL OR closed_at IS NOT NULL OR tries > 0) ORDER BY id",
    )?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// The words of every mail to one person about one ticket; `None` if one of them has not left.
///
/// # Errors
/// If the database refuses.
pub fn words_to(db: &Connection, person: &Address, ticket: TicketId) -> Result<Option<Vec<(OutboxId, String)>>> {
    let mut statement = db.prepare_cached(
        "SELECT id, text, state IN ('queued', 'sending') FROM outbox WHERE recipient = ?1 AND ticket_id IS ?2",
    )?;
    let found = statement
        .query_map((person.as_str().to_ascii_lowercase(), of(ticket)), |row| {
            Ok((OutboxId(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let waits = found.iter().any(|(_, _, waits)| *waits);
    Ok((!waits).then(|| found.into_iter().map(|(id, words, _)| (id, words)).collect()))
}

/// Strikes a code out of a mail: of its words, and with all its bytes.
///
/// # Errors
/// If the database refuses.
pub fn strike_out(db: &Connection, mail: OutboxId, code: &str) -> Result<()> {
    let bytes: Vec<u8> = db.query_row("SELECT bytes FROM outbox WHERE id = ?1", [mail.0], |row| row.get(0))?;
    let digest = (!bytes.is_empty()).then(|| Digest::of(&bytes).to_string());
    db.prepare_cached(
        "UPDATE outbox SET text = replace(text, ?2, ?3), bytes = x'', removed = coalesce(?4, removed) WHERE id = ?1",
    )?
    .execute((mail.0, code, STRUCK_OUT, digest))?;
    Ok(())
}

/// Strikes a code out of the letters about a ticket, however it was typed there.
///
/// # Errors
/// If the database refuses.
pub fn strike_out_of_letters(db: &Connection, ticket: TicketId, code: &str) -> Result<()> {
    let lower = code.to_ascii_lowercase();
    let forms = [code.to_owned(), lower.clone(), code.replace('-', ""), lower.replace('-', "")];
    let mut statement = db.prepare_cached(
        "UPDATE message SET text = replace(text, ?2, ?3), new_text = replace(new_text, ?2, ?3) \
         WHERE ticket_id IS ?1 AND instr(text || new_text, ?2) > 0",
    )?;
    for form in forms {
        statement.execute((of(ticket), form, STRUCK_OUT))?;
    }
    Ok(())
}

/// Notes that a code is readable nowhere.
///
/// # Errors
/// If the database refuses.
pub fn done(db: &Connection, code: CodeId, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE code SET wiped_at = ?2 WHERE id = ?1")?.execute((code.0, stored(now)))?;
    Ok(())
}

/// The digest of the bytes of a mail that were removed, if they were.
///
/// # Errors
/// If the database refuses.
pub fn removed(db: &Connection, mail: OutboxId) -> Result<Option<String>> {
    let digest: String = db.query_row("SELECT removed FROM outbox WHERE id = ?1", [mail.0], |row| row.get(0))?;
    Ok((!digest.is_empty()).then_some(digest))
}

fn of(ticket: TicketId) -> Option<i64> {
    (ticket != NO_TICKET).then_some(ticket.0)
}
