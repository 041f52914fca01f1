//! Facts about this desk's database itself.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::Time;
use crate::store::{stored, time};

/// The moment of the first start: mail older than this is not answered (decisions 14). Set once.
///
/// # Errors
/// If the database refuses.
pub fn first_start(db: &Connection, now: Time) -> Result<Time> {
    db.execute("INSERT INTO meta (key, value) VALUES ('first_start', ?1) ON CONFLICT (key) DO NOTHING", [stored(now)])?;
    known_first_start(db)?.ok_or_else(|| anyhow::anyhow!("the moment of the first start was not stored"))
}

/// The moment of the first start, if there was one.
///
/// # Errors
/// If the database refuses.
pub fn known_first_start(db: &Connection) -> Result<Option<Time>> {
    let found = db
        .query_row("SELECT value FROM meta WHERE key = 'first_start'", [], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}
