//! Facts about this desk's database itself.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::schedule::Job;
use crate::store::{stored, time};

const RESULTS_PROVED: &str = "results_proved";

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

/// When a job of the calendar ran last.
///
/// # Errors
/// If the database refuses.
pub fn last_run(db: &Connection, job: Job) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'last_' || ?1")?
        .query_row([job.as_str()], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

/// Notes that a job of the calendar has run.
///
/// # Errors
/// If the database refuses.
pub fn ran(db: &Connection, job: Job, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO meta (key, value) VALUES ('last_' || ?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
    )?
    .execute((job.as_str(), stored(now)))?;
    Ok(())
}

/// Whether it was proved that the provider removes forged results under that name.
///
/// # Errors
/// If the database refuses.
pub fn results_proved(db: &Connection, authserv_id: &str) -> Result<bool> {
    let proved: Option<String> =
        db.query_row("SELECT value FROM meta WHERE key = ?1", [RESULTS_PROVED], |row| row.get(0)).optional()?;
    Ok(!authserv_id.is_empty() && proved.is_some_and(|proved| proved.eq_ignore_ascii_case(authserv_id)))
}

/// Notes under which name the provider was proved to remove forged results; `None` takes it back.
///
/// # Errors
/// If the database refuses.
pub fn set_results_proved(db: &Connection, authserv_id: Option<&str>) -> Result<()> {
    db.execute("DELETE FROM meta WHERE key = ?1", [RESULTS_PROVED])?;
    if let Some(id) = authserv_id {
        db.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (RESULTS_PROVED, id))?;
    }
    Ok(())
}

/// When the team was last told of something that is told now and then only.
///
/// # Errors
/// If the database refuses.
pub fn told_of(db: &Connection, what: &str) -> Result<Option<Time>> {
    let found = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'told_of_' || ?1")?
        .query_row([what], |row| time(&row.get::<_, String>(0)?))
        .optional()?;
    Ok(found)
}

/// Of how many things whose names begin so the team was told since an instant.
///
/// # Errors
/// If the database refuses.
pub fn told_of_since(db: &Connection, beginning: &str, since: Time) -> Result<u32> {
    let sql = "SELECT count(*) FROM meta WHERE substr(key, 1, 8 + length(?1)) = 'told_of_' || ?1 AND value > ?2";
    Ok(db.prepare_cached(sql)?.query_row((beginning, stored(since)), |row| row.get(0))?)
}

/// Notes that the team is told of it.
///
/// # Errors
/// If the database refuses.
pub fn tells_of(db: &Connection, what: &str, now: Time) -> Result<()> {
    let upsert =
        "INSERT INTO meta (key, value) VALUES ('told_of_' || ?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    db.prepare_cached(upsert)?.execute((what, stored(now)))?;
    Ok(())
}

/// What has come into the provider's junk folder since the last daily digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JunkCount {
    /// The numbering that was seen last.
    pub uid_validity: u32,
    /// The next number in it.
    pub uid_next: u32,
    /// Messages in the folder.
    pub messages: u32,
    /// Messages that have come since the digest.
    pub arrived: u32,
}

/// What was seen of the junk folder, if it ever was.
///
/// # Errors
/// If the database refuses.
pub fn junk_count(db: &Connection) -> Result<Option<JunkCount>> {
    let found: Option<String> =
        db.query_row("SELECT value FROM meta WHERE key = 'junk_folder'", [], |row| row.get(0)).optional()?;
    found.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
}

/// Notes what was seen of the junk folder.
///
/// # Errors
/// If the database refuses.
pub fn set_junk_count(db: &Connection, count: &JunkCount) -> Result<()> {
    let upsert = "INSERT INTO meta (key, value) VALUES ('junk_folder', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1";
    db.execute(upsert, [serde_json::to_string(count)?])?;
    Ok(())
}
