//! What keeps a mail server from being used until a person mends it, and since when: facts in table `meta`.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::notice::alert::Side;

/// Such a trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// Since when it stands.
    pub since: Time,
    /// What is in the way, as it was last said.
    pub reason: String,
    /// Whether the team was told.
    pub told: bool,
}

/// What stands between the desk and a server.
///
/// # Errors
/// If the database refuses.
pub fn get(db: &Connection, side: Side) -> Result<Option<Obstacle>> {
    let found: Option<String> = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'trouble_' || ?1")?
        .query_row([side.as_str()], |row| row.get(0))
        .optional()?;
    found.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
}

/// Notes it; `None` says that it is mended.
///
/// # Errors
/// If the database refuses.
pub fn set(db: &Connection, side: Side, obstacle: Option<&Obstacle>) -> Result<()> {
    match obstacle {
        Some(obstacle) => db
            .prepare_cached(
                "INSERT INTO meta (key, value) VALUES ('trouble_' || ?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
            )?
            .execute((side.as_str(), serde_json::to_string(obstacle)?))?,
        None => db.prepare_cached("DELETE FROM meta WHERE key = 'trouble_' || ?1")?.execute([side.as_str()])?,
    };
    Ok(())
}
