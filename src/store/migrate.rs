//! Brings a database to the present schema: append-only steps, each in its own transaction.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, TransactionBehavior};

const STEPS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_whole_sop.sql"),
    include_str!("migrations/0003_dead_codes.sql"),
    include_str!("migrations/0004_understanding.sql"),
    include_str!("migrations/0005_sender_evidence.sql"),
    include_str!("migrations/0006_kept_files.sql"),
    include_str!("migrations/0007_retention.sql"),
    include_str!("migrations/0008_separated.sql"),
    include_str!("migrations/0009_scans.sql"),
    include_str!("migrations/0010_clear.sql"),
    include_str!("migrations/0011_protection.sql"),
    include_str!("migrations/0012_moved_by_letters.sql"),
    include_str!("migrations/0013_unvouched_tries.sql"),
];

/// Applies the steps that are missing, after a backup beside the file if there is anything to lose.
pub(super) fn run(db: &mut Connection, path: &Path) -> Result<()> {
    let version = version(db)?;
    ensure!(
        version <= STEPS.len(),
        "the database has schema {version}, this Siaga knows {}; use the newer Siaga that wrote it",
        STEPS.len()
    );
    if version > 0 && version < STEPS.len() {
        let copy = path.with_extension(format!("schema-{version}.backup"));
        db.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)
            .with_context(|| format!("back up to {}", copy.display()))?;
    }
    for (index, step) in STEPS.iter().enumerate().skip(version) {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(step).with_context(|| format!("apply schema {}", index + 1))?;
        tx.pragma_update(None, "user_version", i64::try_from(index + 1)?)?;
        tx.commit()?;
    }
    Ok(())
}

/// Makes the present schema in an empty database at once.
pub(super) fn make(db: &mut Connection) -> Result<()> {
    let tx = db.transaction()?;
    tx.execute_batch(include_str!("schema.sql")).context("make the present schema")?;
    tx.pragma_update(None, "user_version", i64::try_from(STEPS.len())?)?;
    tx.commit()?;
    Ok(())
}

/// Refuses a database of another schema.
pub(super) fn require_current(db: &Connection) -> Result<()> {
    let version = version(db)?;
    if version != STEPS.len() {
        bail!("the database has schema {version}, this Siaga needs {}; start `siaga serve` once", STEPS.len());
    }
    Ok(())
}

fn version(db: &Connection) -> Result<usize> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    usize::try_from(version).context("the database has a negative schema version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_siaga_is_refused() {
        let mut db = Connection::open_in_memory().expect("memory");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("siaga.db");
        run(&mut db, &path).expect("fresh");
        require_current(&db).expect("current");
        db.pragma_update(None, "user_version", 99).expect("set");
        let error = run(&mut db, &path).expect_err("refused").to_string();
        assert!(error.contains("newer Siaga"), "{error}");
        assert!(require_current(&db).is_err());
    }
}
