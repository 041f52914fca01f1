//! The bare cost of keeping mail: what no desk can undercut on this disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

/// Each mail written, synced, named, its folder synced, and a row committed. The folder stays until
/// the caller drops it: a file system is slow to reuse what was just removed.
pub fn floor(letters: &[Vec<u8>]) -> (Duration, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Connection::open(folder.path().join("floor.db")).expect("a database");
    db.execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE mail (name TEXT) STRICT")
        .expect("a table");
    let begun = Instant::now();
    for (number, raw) in letters.iter().enumerate() {
        write_durably(folder.path(), &number.to_string(), raw);
        db.execute("INSERT INTO mail (name) VALUES (?1)", [number.to_string()]).expect("a row");
    }
    (begun.elapsed(), folder)
}

fn write_durably(folder: &Path, name: &str, bytes: &[u8]) {
    let unfinished = folder.join("unfinished");
    let mut file = File::create(&unfinished).expect("create");
    file.write_all(bytes).expect("write");
    file.sync_data().expect("sync");
    fs::rename(&unfinished, folder.join(name)).expect("rename");
    File::open(folder).and_then(|folder| folder.sync_all()).expect("sync the folder");
}

/// A picture nothing below can compress, different for each seed.
pub fn picture(seed: usize, size: usize) -> Vec<u8> {
    let mut state = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..size).map(|_| noise())).collect()
}
