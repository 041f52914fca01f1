//! Table `outbox`, counted: what was said to whom of our own accord, for the limits.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::outgoing::Class;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::store::stored;

/// Acknowledgements to all addresses of a domain since an instant.
///
/// # Errors
/// If the database refuses.
pub fn acknowledged_in_domain(db: &Connection, domain: &str, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT count(*) FROM outbox WHERE class = 'acknowledgement' AND notice = 'report_received' \
             AND created_at > ?2 AND substr(recipient, instr(recipient, '@') + 1) = ?1",
        )?
        .query_row((domain.to_ascii_lowercase(), stored(since)), |row| row.get(0))?;
    Ok(count)
}

/// The subjects of the reports one address was acknowledged for since an instant.
///
/// # Errors
/// If the database refuses.
pub fn acknowledged_subjects(db: &Connection, address: &Address, since: Time) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT ticket.subject FROM outbox JOIN ticket ON ticket.id = outbox.ticket_id \
         WHERE recipient = ?1 AND created_at > ?2 AND notice = 'report_received'",
    )?;
    let found = statement.query_map((address.as_str().to_ascii_lowercase(), stored(since)), |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Mails to one address since an instant that answered something by themselves, about one ticket or
/// in all.
///
/// # Errors
/// If the database refuses.
pub fn automatic_since(db: &Connection, ticket: Option<TicketId>, recipient: &Address, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT count(*) FROM outbox WHERE recipient = ?1 AND created_at > ?2 AND class = 'acknowledgement' \
             AND (?3 IS NULL OR ticket_id = ?3)",
        )?
        .query_row((recipient.as_str().to_ascii_lowercase(), stored(since), ticket.map(|ticket| ticket.0)), |row| {
            row.get(0)
        })?;
    Ok(count)
}

/// Answers to one address since an instant whose purpose begins with that word.
///
/// # Errors
/// If the database refuses.
pub fn with_purpose_since(db: &Connection, recipient: &Address, purpose: &str, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT count(*) FROM outbox WHERE recipient = ?1 AND created_at > ?2 AND substr(purpose, 1, length(?3)) = ?3",
        )?
        .query_row((recipient.as_str().to_ascii_lowercase(), stored(since), purpose), |row| row.get(0))?;
    Ok(count)
}

/// The most that anybody was told about a ticket since an instant with purposes that begin with that word.
///
/// # Errors
/// If the database refuses.
pub fn most_about_since(db: &Connection, ticket: TicketId, purpose: &str, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT coalesce(max(told), 0) FROM (SELECT count(*) AS told FROM outbox WHERE ticket_id = ?1 \
             AND created_at > ?2 AND substr(purpose, 1, length(?3)) = ?3 GROUP BY recipient)",
        )?
        .query_row((ticket.0, stored(since), purpose), |row| row.get(0))?;
    Ok(count)
}

/// Mails of a class to one address since an instant.
///
/// # Errors
/// If the database refuses.
pub fn to_since(db: &Connection, recipient: &Address, class: Class, since: Time) -> Result<u32> {
    let count = db
        .prepare_cached("SELECT count(*) FROM outbox WHERE recipient = ?1 AND created_at > ?2 AND class = ?3")?
        .query_row((recipient.as_str().to_ascii_lowercase(), stored(since), class.as_str()), |row| row.get(0))?;
    Ok(count)
}

/// Acknowledgements decided since an instant: to one address, without evidence, in all.
///
/// # Errors
/// If the database refuses.
pub fn acknowledged_since(db: &Connection, address: &Address, since: Time) -> Result<Acknowledged> {
    let counts = db
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE recipient = ?1), count(*) FILTER (WHERE evidence = 'none'), count(*) \
             FROM outbox WHERE class = 'acknowledgement' AND notice = 'report_received' AND created_at > ?2",
        )?
        .query_row((address.as_str().to_ascii_lowercase(), stored(since)), |row| {
            Ok(Acknowledged { to_address: row.get(0)?, without_evidence: row.get(1)?, in_all: row.get(2)? })
        })?;
    Ok(counts)
}

/// Acknowledgements of some span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// To the address in question.
    pub to_address: u32,
    /// To senders without evidence either way.
    pub without_evidence: u32,
    /// To anybody.
    pub in_all: u32,
}
