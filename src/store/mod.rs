//! Floor 1: what must not be lost. One SQLite database for facts, plain files for bytes.
//!
//! **Invariant:** nothing here decides, waits or asks for the time; every write is one IMMEDIATE
//! transaction through [`Store::write`], and nothing is on the network inside it.
//!
//! Raw messages and evidence are files named by their SHA-256, not rows: a 5 MB file costs a third
//! of the same blob to write and a seventh to read, and the database stays so small that a backup
//! or an integrity check is a matter of milliseconds. Frozen outgoing mails are rows, because they
//! are small and must commit together with the change that caused them.

pub mod blobs;
mod removing;
mod migrate;
pub mod receipts;
pub mod messages;
pub mod files;
pub mod tickets;
pub mod deadlines;
pub mod reports;
pub mod questions;
pub mod codes;
pub mod outbox_files;
pub mod wiping;
pub mod tokens;
pub mod trouble;
pub mod cases;
pub mod timers;
pub mod runs;
pub mod errands;
pub mod delegations;
pub mod indicators;
pub mod links;
pub mod separating;
pub mod suppressed;
pub mod dead_addresses;
pub mod storms;
pub mod outbox;
pub mod said;
pub mod logbook;
pub mod redaction;
pub mod retention;
pub mod letters;
pub mod persons;
pub mod person_record;
pub mod doomed;
pub mod meta;
pub mod catching_up;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::domain::Time;

/// SQLite before this version may corrupt a WAL that is reset while it is read.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// The database: one writer, this one.
#[derive(Debug)]
pub struct Store {
    db: Connection,
}

impl Store {
    /// Opens the database at `path`, creating or migrating it.
    ///
    /// # Errors
    /// If the file cannot be opened, belongs to a newer Siaga, or fails its quick check.
    pub fn open(path: &Path) -> Result<Store> {
        // SQLite gives its log files the mode of the database: reports are for their owner alone.
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        made.with_context(|| format!("make {}", path.display()))?;
        let db = Connection::open(path).with_context(|| format!("open {}", path.display()))?;
        Store::prepare(db, Some(path)).with_context(|| format!("prepare {}", path.display()))
    }

    /// Opens an existing database for looking only.
    ///
    /// # Errors
    /// If there is no database at `path`, or it belongs to another version of Siaga.
    pub fn open_to_read(path: &Path) -> Result<Store> {
        // Reading a write-ahead log needs its shared memory file, so the file itself is opened for
        // writing and the connection is not.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).with_context(|| format!("open {}", path.display()))?;
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        db.pragma_update(None, "query_only", true)?;
        migrate::require_current(&db).with_context(|| format!("read {}", path.display()))?;
        Ok(Store { db })
    }

    /// A copy in memory of the database at `path`, to try things out on.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub fn copy_of(path: &Path) -> Result<Store> {
        let source = Store::open_to_read(path)?;
        let mut copy = Connection::open_in_memory()?;
        rusqlite::backup::Backup::new(&source.db, &mut copy)?
            .run_to_completion(1_000, std::time::Duration::ZERO, None)
            .with_context(|| format!("copy {}", path.display()))?;
        Ok(Store { db: copy })
    }

    /// A database that lives as long as the value: for tests, the demo's dry runs and `explain`.
    ///
    /// # Errors
    /// If SQLite cannot be used at all.
    pub fn in_memory() -> Result<Store> {
        Store::prepare(Connection::open_in_memory()?, None)
    }

    fn prepare(mut db: Connection, path: Option<&Path>) -> Result<Store> {
        ensure!(
            rusqlite::version_number() >= SQLITE_VERSION_MIN,
            "SQLite {} is too old and may corrupt its write-ahead log; build Siaga with the bundled SQLite",
            rusqlite::version()
        );
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        let journal: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        ensure!(path.is_none() || journal == "wal", "the file system does not carry SQLite's write-ahead log");
        // FULL: a commit that was reported is on the disk; NORMAL would lose it with the power.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.pragma_update(None, "trusted_schema", false)?;
        db.pragma_update(None, "secure_delete", true)?;
        // Plans that do not look at the values: otherwise statements whose index has a condition are
        // prepared anew for every value.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(128);
        let Some(path) = path else {
            migrate::make(&mut db)?;
            return Ok(Store { db });
        };
        migrate::run(&mut db, path)?;
        let verdict: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        ensure!(verdict == "ok", "the database is damaged: {verdict}; restore a backup");
        Ok(Store { db })
    }

    /// Runs `work` in one IMMEDIATE transaction: all of it is committed, or nothing.
    ///
    /// # Errors
    /// Whatever `work` returns, or the failure to begin or commit.
    pub fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).context("begin a transaction")?;
        let result = work(&tx)?;
        tx.commit().context("commit")?;
        Ok(result)
    }

    /// Runs `work` in one transaction and takes everything back: what would happen, and nothing of it.
    ///
    /// # Errors
    /// Whatever `work` returns.
    pub fn rehearse<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate).context("begin a rehearsal")?;
        let result = work(&tx)?;
        tx.rollback().context("take the rehearsal back")?;
        Ok(result)
    }

    /// A number that differs from an earlier one if another connection has changed the database.
    ///
    /// # Errors
    /// If SQLite cannot tell.
    pub fn changes_of_others(&self) -> Result<i64> {
        Ok(self.db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// The connection, for reading.
    pub fn db(&self) -> &Connection {
        &self.db
    }

    /// Folds the write-ahead log into the database and empties it, as at an orderly end. Returns whether
    /// that was possible: it is not while another process reads.
    ///
    /// # Errors
    /// If SQLite cannot.
    pub fn checkpoint(&self) -> Result<bool> {
        let busy: bool = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(!busy)
    }
}

/// Runs `work` inside a transaction so that what it wrote is kept only if it says so: all of it, or
/// nothing.
///
/// # Errors
/// Whatever `work` returns; then nothing of it is kept.
pub fn attempt<T>(db: &Connection, work: impl FnOnce() -> Result<(T, bool)>) -> Result<T> {
    db.execute_batch("SAVEPOINT attempt")?;
    let done = work();
    let keep = done.as_ref().is_ok_and(|(_, keep)| *keep);
    db.execute_batch(if keep { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" })?;
    done.map(|(result, _)| result)
}

/// A time as it is stored: RFC 3339 in UTC with milliseconds, so that text order is time order.
fn stored(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A stored time read back.
fn time(text: &str) -> rusqlite::Result<Time> {
    DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).map_err(unreadable)
}

/// A stored time that may be missing.
fn optional_time(text: Option<String>) -> rusqlite::Result<Option<Time>> {
    text.as_deref().map(time).transpose()
}

/// A ticket's number as an expression over its row; NULL where there is none.
fn stored_number() -> &'static str {
    "prefix || '-' || year || '-' || printf('%04d', serial)"
}

/// A value in the database that its type does not know.
fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}

/// A name in the database that its enum does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown {kind} `{name}` in the database")]
struct UnknownName {
    kind: &'static str,
    name: String,
}

/// Looks a stored name up in its enum.
fn named<T>(kind: &'static str, name: &str, find: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
    find(name).ok_or_else(|| unreadable(UnknownName { kind, name: name.to_owned() }))
}
