//! Table `dead_address`: addresses a mail of ours could not be delivered to for good; and where the word
//! of that must come to.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::store::{stored, time};

/// The envelope sender of a mail, to which its bounces come; `None` for the null sender.
///
/// # Errors
/// If the database refuses.
pub fn envelope_from(db: &Connection, id: OutboxId) -> Result<Option<Address>> {
    let mut statement = db.prepare_cached("SELECT envelope_from FROM outbox WHERE id = ?1")?;
    let found: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?.flatten();
    Ok(found.map(|address| address.parse()).transpose()?)
}

/// Notes that an address cannot be reached; the first word about it stays.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, address: &str, reason: &str, outgoing: OutboxId, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO dead_address (address, since, reason, outbox_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute((address.to_ascii_lowercase(), stored(now), reason, outgoing.0))?;
    Ok(())
}

/// An address that cannot be reached.
#[derive(Debug, Clone, Serialize)]
pub struct DeadAddress {
    /// It, lower-case.
    pub address: String,
    /// Since when.
    pub since: Time,
    /// What was said of it.
    pub reason: String,
    /// The mail of ours that showed it.
    pub outbox: Option<i64>,
}

/// All addresses that cannot be reached, the latest first.
///
/// # Errors
/// If the database refuses.
pub fn all(db: &Connection) -> Result<Vec<DeadAddress>> {
    let mut statement =
        db.prepare_cached("SELECT address, since, reason, outbox_id FROM dead_address ORDER BY since DESC, address")?;
    let rows = statement.query_map([], |row| {
        let since = time(&row.get::<_, String>(1)?)?;
        Ok(DeadAddress { address: row.get(0)?, since, reason: row.get(2)?, outbox: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Lets an address be written to again. Returns whether it was among them.
///
/// # Errors
/// If the database refuses.
pub fn remove(db: &Connection, address: &Address) -> Result<bool> {
    let removed = db
        .prepare_cached("DELETE FROM dead_address WHERE address = ?1")?
        .execute([address.as_str().to_ascii_lowercase()])?;
    Ok(removed > 0)
}

/// Whether an address cannot be reached.
///
/// # Errors
/// If the database refuses.
pub fn contains(db: &Connection, address: &Address) -> Result<bool> {
    let found = db
        .prepare_cached("SELECT 1 FROM dead_address WHERE address = ?1")?
        .exists([address.as_str().to_ascii_lowercase()])?;
    Ok(found)
}
