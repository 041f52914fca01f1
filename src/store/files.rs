//! Table `attachment`, as the malware scanner sees it: what waits, and what was said of it.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::digest::Digest;
use crate::domain::scan::Scan;
use crate::domain::ticket::TicketId;
use crate::store::unreadable;

/// A file of which the scanner has said something.
#[derive(Debug)]
pub struct ScannedFile {
    /// The ticket it came to.
    pub ticket: Option<TicketId>,
    /// The raw message it came with.
    pub raw: Digest,
    /// Its safe name.
    pub filename: String,
}

/// Digests of files that wait to be scanned, those of the oldest message first.
///
/// # Errors
/// If the database refuses.
pub fn unscanned(db: &Connection, most: u32) -> Result<Vec<Digest>> {
    let mut statement = db.prepare_cached(
        "SELECT digest FROM attachment WHERE scan IN ('late', 'away') AND filename <> '' GROUP BY digest ORDER BY min(message_id) LIMIT ?1",
    )?;
    let read = |row: &rusqlite::Row<'_>| row.get::<_, String>(0)?.parse().map_err(unreadable);
    let found = statement.query_map([most], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Notes what the scanner says of a file, wherever it waits; returns the places.
///
/// # Errors
/// If the database refuses.
pub fn scanned(db: &Connection, digest: &Digest, scan: &Scan) -> Result<Vec<ScannedFile>> {
    let places = db
        .prepare_cached(
            "SELECT message.ticket_id, message.raw, attachment.filename FROM attachment \
             JOIN message ON message.id = attachment.message_id \
             WHERE attachment.digest = ?1 AND attachment.scan IN ('late', 'away') \
             ORDER BY attachment.message_id, attachment.position",
        )?
        .query_map([digest.to_string()], |row| {
            Ok(ScannedFile {
                ticket: row.get::<_, Option<i64>>(0)?.map(TicketId),
                raw: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
                filename: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    db.prepare_cached("UPDATE attachment SET scan = ?2, finding = ?3 WHERE digest = ?1 AND scan IN ('late', 'away')")?
        .execute((digest.to_string(), scan.as_str(), scan.finding()))?;
    Ok(places)
}
