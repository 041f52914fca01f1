//! Table `storm`: times in which so much mail came that strangers were not acknowledged, and the
//! counts that begin and end them.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::Time;
use crate::domain::limits::StormCause;
use crate::domain::person::Address;
use crate::store::{stored, time};

/// Since when there is a storm, if there is one.
///
/// # Errors
/// If the database refuses.
pub fn since(db: &Connection) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT began_at FROM storm WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

/// A storm begins.
///
/// # Errors
/// If the database refuses.
pub fn begin(db: &Connection, cause: StormCause, now: Time) -> Result<()> {
    db.execute("INSERT INTO storm (began_at, cause) VALUES (?1, ?2)", (stored(now), cause.as_str()))?;
    Ok(())
}

/// The storm is over.
///
/// # Errors
/// If the database refuses.
pub fn end(db: &Connection, now: Time) -> Result<()> {
    db.execute("UPDATE storm SET ended_at = ?1 WHERE ended_at IS NULL", [stored(now)])?;
    Ok(())
}

/// Reports that arrived since an instant, counted up to `most`.
///
/// # Errors
/// If the database refuses.
pub fn reports_since(db: &Connection, since: Time, most: u32) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM message WHERE meaning = 'report' AND arrived_at > ?1 LIMIT ?2)",
        )?
        .query_row((stored(since), most), |row| row.get(0))?;
    Ok(count)
}

/// Messages of one sender that arrived since an instant, counted up to `most`.
///
/// # Errors
/// If the database refuses.
pub fn of_sender_since(db: &Connection, sender: &Address, since: Time, most: u32) -> Result<u32> {
    let count = db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM message WHERE sender_address = ?1 AND sender_address <> '' \
             AND arrived_at > ?2 LIMIT ?3)",
        )?
        .query_row((sender.as_str(), stored(since), most), |row| row.get(0))?;
    Ok(count)
}
