//! Raw messages and evidence as files named by their SHA-256.
//!
//! A file under its digest is complete and synced; whatever is in `spool/` is neither. A crash can
//! leave orphans, never a torn file under a name.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use crate::domain::digest::{Digest, DigestBuilder};
use crate::fail_point::{Step, reached};

/// The two kinds of bytes that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Messages as they lay in the mailbox.
    Raw,
    /// Decoded attachments.
    Evidence,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Kind::Raw => "raw",
            Kind::Evidence => "evidence",
        }
    }
}

/// The folders with raw messages and evidence.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
    /// Number of the next spool file of this process.
    next: Arc<AtomicU64>,
}

impl Blobs {
    /// Opens the folders below `root`, creating them for their owner alone.
    ///
    /// # Errors
    /// If a folder cannot be made or read.
    pub fn open(root: &Path) -> Result<Blobs> {
        for folder in [Kind::Raw.folder(), Kind::Evidence.folder(), "spool"] {
            make_folder(&root.join(folder))?;
        }
        sync_dir(root)?;
        Ok(Blobs { root: root.to_owned(), next: Arc::default() })
    }

    /// Empties the spool of what an earlier process left there. Only for the one process that holds
    /// the lock of the data folder: others may be writing.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn clear_spool(&self) -> Result<()> {
        let spool = self.root.join("spool");
        for entry in fs::read_dir(&spool).with_context(|| format!("read {}", spool.display()))? {
            let entry = entry?;
            let path = entry.path();
            // A folder is none of ours, and no reason not to start.
            if entry.file_type()?.is_dir() {
                continue;
            }
            fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
        Ok(())
    }

    /// A new file in the spool.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn spool(&self, kind: Kind) -> Result<Spooled> {
        self.unfinished(kind, Name::Computed(DigestBuilder::default()))
    }

    fn unfinished(&self, kind: Kind, name: Name) -> Result<Spooled> {
        loop {
            let path = self.root.join("spool").join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Spooled { file, path, kind, name, size_bytes: 0, named: false });
                }
                // Another process shares the folder and has taken that number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("create {}", path.display())),
            }
        }
    }

    /// Makes spooled files durable under their digests. On return every one of them survives a
    /// power loss. Meant for a thread that may block: each file costs the disk a sync.
    ///
    /// # Errors
    /// If the disk refuses; files that have no name yet stay in the spool.
    pub fn seal(&self, spooled: Vec<Spooled>) -> Result<Vec<Sealed>> {
        let sync = |file: &Spooled| file.file.sync_data().with_context(|| format!("sync {}", file.path.display()));
        // Several files wait for the disk's journal together instead of one after the other.
        std::thread::scope(|scope| {
            let share = spooled.len().div_ceil(SYNC_THREADS).max(1);
            let syncing: Vec<_> = spooled
                .chunks(share)
                .skip(1)
                .map(|files| scope.spawn(move || files.iter().try_for_each(sync)))
                .collect();
            spooled.chunks(share).take(1).flatten().try_for_each(sync)?;
            syncing
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a sync thread panicked")))
        })?;
        reached(Step::RawSynced);
        let mut folders = BTreeSet::new();
        let mut sealed = Vec::with_capacity(spooled.len());
        for mut file in spooled {
            let digest = file.name.digest();
            let path = self.path(file.kind, &digest);
            let folder = path.parent().unwrap_or(&self.root);
            if !folder.exists() {
                make_folder(folder)?;
                folders.insert(self.root.join(file.kind.folder()));
            }
            fs::rename(&file.path, &path).with_context(|| format!("name {}", path.display()))?;
            file.named = true;
            folders.insert(folder.to_owned());
            sealed.push(Sealed { digest, size_bytes: file.size_bytes });
        }
        reached(Step::RawRenamed);
        folders.iter().try_for_each(|folder| sync_dir(folder))?;
        Ok(sealed)
    }

    /// Keeps decoded attachments under the digests they have; those already there are not written
    /// again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep_evidence<'files>(&self, files: impl IntoIterator<Item = (&'files Digest, &'files [u8])>) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut spooled = Vec::new();
        for (digest, bytes) in files {
            if !seen.insert(digest) || self.path(Kind::Evidence, digest).exists() {
                continue;
            }
            let mut file = self.unfinished(Kind::Evidence, Name::Known(*digest))?;
            file.write_all(bytes).with_context(|| format!("write {}", file.path.display()))?;
            spooled.push(file);
        }
        self.seal(spooled)?;
        Ok(())
    }

    /// The bytes kept under a digest.
    ///
    /// # Errors
    /// If there are none, or they do not have that digest any more.
    pub fn read(&self, kind: Kind, digest: &Digest) -> Result<Vec<u8>> {
        let path = self.path(kind, digest);
        let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        anyhow::ensure!(
            Digest::of(&bytes) == *digest,
            "{} is damaged: its digest differs from its name",
            path.display()
        );
        Ok(bytes)
    }

    /// At most the first `limit` bytes kept under a digest.
    ///
    /// # Errors
    /// If there are none.
    pub fn read_head(&self, kind: Kind, digest: &Digest, limit: u64) -> Result<Vec<u8>> {
        let path = self.path(kind, digest);
        let file = File::open(&path).with_context(|| format!("read {}", path.display()))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes).with_context(|| format!("read {}", path.display()))?;
        Ok(bytes)
    }

    /// Bytes that are free for us on the disk all this lies on.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn free_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&*self.root)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Where the bytes of a digest lie.
    pub fn path(&self, kind: Kind, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(kind.folder()).join(&name[..2]).join(name)
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
        for folder in fs::read_dir(self.root.join(Kind::Raw.folder()))? {
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

/// Files synced at the same time.
const SYNC_THREADS: usize = 4;

/// A file on its way: not synced, not named.
#[derive(Debug)]
pub struct Spooled {
    file: File,
    path: PathBuf,
    kind: Kind,
    name: Name,
    size_bytes: u64,
    named: bool,
}

/// Where a file's digest comes from.
#[derive(Debug)]
enum Name {
    /// From the bytes as they are written.
    Computed(DigestBuilder),
    /// From whoever had all the bytes before.
    Known(Digest),
}

impl Name {
    fn digest(&self) -> Digest {
        match self {
            Name::Computed(digest) => digest.clone().finish(),
            Name::Known(digest) => *digest,
        }
    }
}

impl Drop for Spooled {
    /// What is not sealed is not wanted: the message lies on the server still.
    fn drop(&mut self) {
        if !self.named {
            // A file that stays is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Write for Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        if let Name::Computed(digest) = &mut self.name {
            digest.update(&bytes[..written]);
        }
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file that survives a power loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Its name.
    pub digest: Digest,
    /// Its size.
    pub size_bytes: u64,
}

fn make_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("create {}", path.display()))
}

fn sync_dir(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).with_context(|| format!("sync {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blobs = Blobs::open(folder.path()).expect("open");
        (folder, blobs)
    }

    #[test]
    fn sealed_bytes_are_found_under_their_digest() {
        let (_folder, blobs) = blobs();
        let spooled = (0..9)
            .map(|at| {
                let mut file = blobs.spool(Kind::Raw).expect("spool");
                file.write_all(format!("surat {at}").as_bytes()).expect("write");
                file
            })
            .collect();
        let sealed = blobs.seal(spooled).expect("seal");
        assert_eq!(sealed.len(), 9);
        assert_eq!(sealed[8], Sealed { digest: Digest::of(b"surat 8"), size_bytes: 7 });
        assert_eq!(blobs.read(Kind::Raw, &sealed[8].digest).expect("read"), b"surat 8");
        assert_eq!(blobs.read_head(Kind::Raw, &sealed[8].digest, 5).expect("read"), b"surat");
    }

    #[test]
    fn a_damaged_file_is_not_handed_out() {
        let (_folder, blobs) = blobs();
        let digest = Digest::of(b"bukti");
        blobs.keep_evidence([(&digest, b"bukti".as_slice())]).expect("keep");
        fs::write(blobs.path(Kind::Evidence, &digest), b"palsu").expect("damage");
        let error = blobs.read(Kind::Evidence, &digest).expect_err("refused").to_string();
        assert!(error.contains("damaged"), "{error}");
    }

    #[test]
    fn an_interrupted_spool_is_empty_after_a_restart() {
        let (folder, blobs) = blobs();
        let mut file = blobs.spool(Kind::Raw).expect("spool");
        file.write_all(b"half").expect("write");
        std::mem::forget(file);
        Blobs::open(folder.path()).expect("reopen").clear_spool().expect("clear");
        assert_eq!(fs::read_dir(folder.path().join("spool")).expect("list").count(), 0);
    }

    #[test]
    fn folders_and_files_of_others_are_left_alone() {
        let (folder, blobs) = blobs();
        for stray in ["spool/lost+found", "raw/ab/lost+found"] {
            fs::create_dir_all(folder.path().join(stray)).expect("a stray folder");
        }
        fs::write(folder.path().join("raw/README"), "stray").expect("a stray file");
        blobs.clear_spool().expect("clear");
        let swept =
            blobs.sweep(SystemTime::UNIX_EPOCH + Duration::from_secs(9_000_000_000), Duration::ZERO, |_| Ok(false));
        assert_eq!(swept.expect("sweep"), 0);
        assert!(folder.path().join("spool/lost+found").is_dir());
    }

    #[test]
    fn only_old_files_without_a_row_are_swept() {
        let (_folder, blobs) = blobs();
        for text in ["known", "orphan"] {
            let mut file = blobs.spool(Kind::Raw).expect("spool");
            file.write_all(text.as_bytes()).expect("write");
            blobs.seal(vec![file]).expect("seal");
        }
        let known = |digest: &Digest| Ok(*digest == Digest::of(b"known"));
        let hour = Duration::from_secs(3600);
        let now =
            fs::metadata(blobs.path(Kind::Raw, &Digest::of(b"orphan"))).and_then(|data| data.modified()).expect("time");
        assert_eq!(blobs.sweep(now, hour, known).expect("sweep"), 0);
        assert_eq!(blobs.sweep(now + 2 * hour, hour, known).expect("sweep"), 1);
        assert!(blobs.path(Kind::Raw, &Digest::of(b"known")).exists());
    }
}
