//! Table `outbox_file`: evidence that goes with a mail and is kept once, under its digest, however
//! many people get it.

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::domain::digest::Digest;
use crate::domain::outgoing::OutboxId;
use crate::store::unreadable;

/// Notes that the file with that digest belongs at that offset of a mail's bytes.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, mail: OutboxId, offset: usize, digest: &Digest) -> Result<()> {
    let offset = i64::try_from(offset).context("a mail of that length cannot be")?;
    db.prepare_cached("INSERT INTO outbox_file (outbox_id, offset, digest) VALUES (?1, ?2, ?3)")?.execute((
        mail.0,
        offset,
        digest.to_string(),
    ))?;
    Ok(())
}

/// The files of a mail and where they belong, from the first to the last.
///
/// # Errors
/// If the database refuses.
pub fn of(db: &Connection, mail: OutboxId) -> Result<Vec<(usize, Digest)>> {
    let mut statement =
        db.prepare_cached("SELECT offset, digest FROM outbox_file WHERE outbox_id = ?1 ORDER BY offset")?;
    let read =
        |row: &rusqlite::Row<'_>| Ok((row.get::<_, usize>(0)?, row.get::<_, String>(1)?.parse().map_err(unreadable)?));
    Ok(statement.query_map([mail.0], read)?.collect::<rusqlite::Result<_>>()?)
}
