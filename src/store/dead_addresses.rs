//! Table `dead_address`: addresses a mail of ours could not be delivered to for good; and where the word
//! of that must come to.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::Time;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::store::stored;

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
