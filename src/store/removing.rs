//! Files that are removed: what nobody needs, what a crash left, and old copies of the database.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use crate::domain::digest::Digest;
use crate::store::blobs::{Blobs, Kind};

/// How the names of the copies end that are made before the database is upgraded.
const BACKUP: &str = ".backup";

impl Blobs {
    /// Removes the bytes of a digest, if they are there.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn remove(&self, kind: Kind, digest: &Digest) -> Result<()> {
        let path = self.path(kind, digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("remove {}", path.display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes copies of the database that were made before it was upgraded, if they are older than
    /// that by their own clock. Returns how many.
    ///
    /// # Errors
    /// If the folder cannot be read or a file not removed.
    pub fn remove_backups(&self, before: SystemTime) -> Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(self.root())? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_backup = name.starts_with("siaga.schema-") && name.ends_with(BACKUP);
            let old = is_backup && entry.metadata()?.modified().is_ok_and(|written| written <= before);
            if old {
                fs::remove_file(entry.path()).with_context(|| format!("remove {}", entry.path().display()))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes raw files that no row knows and that are older than `age` by their own clock: what a
    /// crash between file and row left. Returns how many.
    ///
    /// # Errors
    /// If a folder cannot be read or a file not removed.
    pub fn sweep(&self, now: SystemTime, age: Duration, known: impl FnMut(&Digest) -> Result<bool>) -> Result<usize> {
        let mut strays = self.strays(known)?;
        strays.retain(|(_, written)| now.duration_since(*written).is_ok_and(|since| since > age));
        strays.iter().try_for_each(|(path, _)| fs::remove_file(path))?;
        Ok(strays.len())
    }

    /// Raw files that no row knows, and when each was written by its own clock.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn strays(&self, mut known: impl FnMut(&Digest) -> Result<bool>) -> Result<Vec<(PathBuf, SystemTime)>> {
        let mut strays = Vec::new();
        for folder in fs::read_dir(self.root().join(Kind::Raw.folder()))? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(folder.path())? {
                let entry = entry?;
                let Some(digest) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
                if !entry.file_type()?.is_dir() && !known(&digest)? {
                    strays.push((entry.path(), entry.metadata()?.modified()?));
                }
            }
        }
        Ok(strays)
    }
}
