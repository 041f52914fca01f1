//! Table `doomed_file`: files no row needs any more. They are noted in the transaction that decides it
//! and removed afterwards, so that a crash in between leaves a note and no forgotten file.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::digest::Digest;
use crate::store::blobs::{Blobs, Kind};
use crate::store::unreadable;

/// Notes that nothing is left to keep a file for. Whoever still needs it keeps it.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, kind: Kind, digest: &Digest) -> Result<()> {
    db.prepare_cached("INSERT INTO doomed_file (kind, digest) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((kind.folder(), digest.to_string()))?;
    Ok(())
}

/// Whether there are any, and no mail is being taken in at this moment: it could need the very file.
///
/// A message is noted as received before its files are kept, so that whoever sees no such note inside
/// a transaction sees no reading that has begun.
///
/// # Errors
/// If the database refuses.
pub fn is_time(db: &Connection) -> Result<bool> {
    // The last condition is the one of the index.
    let sql = "SELECT 1 FROM doomed_file WHERE NOT EXISTS (SELECT 1 FROM receipt WHERE state = 'received' \
               AND state IN ('received', 'held')) LIMIT 1";
    Ok(db.prepare_cached(sql)?.exists([])?)
}

/// Whether any file is still to be removed.
///
/// # Errors
/// If the database refuses.
pub fn are_any(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM doomed_file LIMIT 1")?.exists([])?)
}

/// Removes the files of a batch that nobody needs. Returns how many notes were dealt with. To be called
/// inside a transaction, which keeps others from beginning to need them.
///
/// # Errors
/// If the database refuses or a file cannot be removed.
pub fn remove(db: &Connection, files: &Blobs, most: usize) -> Result<usize> {
    if !is_time(db)? {
        return Ok(0);
    }
    let mut statement = db.prepare_cached("SELECT kind, digest FROM doomed_file ORDER BY kind, digest LIMIT ?1")?;
    let notes = statement.query_map([most], |row| {
        let kind = if row.get::<_, String>(0)? == Kind::Raw.folder() { Kind::Raw } else { Kind::Evidence };
        Ok((kind, row.get::<_, String>(1)?.parse::<Digest>().map_err(unreadable)?))
    })?;
    let notes = notes.collect::<rusqlite::Result<Vec<_>>>()?;
    for (kind, digest) in &notes {
        if !is_needed(db, *kind, digest)? {
            files.remove(*kind, digest)?;
        }
        db.prepare_cached("DELETE FROM doomed_file WHERE kind = ?1 AND digest = ?2")?
            .execute((kind.folder(), digest.to_string()))?;
    }
    Ok(notes.len())
}

/// Whether a row needs a file: several messages may have brought the same, and a report outlives the
/// mail that brought it.
fn is_needed(db: &Connection, kind: Kind, digest: &Digest) -> Result<bool> {
    let mut statement = db.prepare_cached(match kind {
        Kind::Raw => "SELECT 1 FROM receipt WHERE raw = ?1 AND removed_at IS NULL",
        Kind::Evidence => {
            "SELECT 1 FROM attachment JOIN message ON message.id = attachment.message_id \
             WHERE digest = ?1 AND removed_at IS NULL AND filename <> '' \
             UNION ALL SELECT 1 FROM report WHERE file_digest = ?1 \
             UNION ALL SELECT 1 FROM approval WHERE instr(means, ?1) > 0 \
             UNION ALL SELECT 1 FROM outbox_file WHERE digest = ?1"
        }
    })?;
    Ok(statement.exists([digest.to_string()])?)
}
