//! Intake of 200 mails of 150 KB into durable tickets with queued acknowledgements, against the
//! bare cost of the same bytes written durably on the same disk in the same run.
//!
//! `cargo bench --bench intake`. The ratio is the figure; absolute times say what the disk is.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use support::letters::Letter;
use support::world::World;

const MAILS: usize = 200;
const RUNS: usize = 5;

fn main() {
    // Test harness arguments such as --bench mean nothing here.
    let letters: Vec<Vec<u8>> = (0..MAILS).map(letter).collect();
    let bytes: usize = letters.iter().map(Vec::len).sum();
    println!("{MAILS} mails, {:.1} MB, {RUNS} runs, medians", bytes as f64 / 1e6);
    let (mut floors, mut intakes, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // Folders stay until the end: a file system is slow to reuse what was just removed.
    let mut folders = Vec::new();
    let mut worlds = Vec::new();
    for _ in 0..RUNS {
        let (floor, intake) = (floor(&letters, &mut folders), intake(&letters, &mut worlds));
        ratios.push(floor.as_secs_f64() / intake.as_secs_f64());
        floors.push(floor);
        intakes.push(intake);
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort();
        MAILS as f64 / times[RUNS / 2].as_secs_f64()
    };
    ratios.sort_by(f64::total_cmp);
    println!("floor   {:>8.0} mails/s   (write, sync, rename, sync folder, one commit for each)", rate(&mut floors));
    println!("intake  {:>8.0} mails/s   (ticket, evidence, timers, logbook, three frozen mails)", rate(&mut intakes));
    println!("ratio   {:>8.2}           intake over floor, pair by pair", ratios[RUNS / 2]);
}

fn letter(number: usize) -> Vec<u8> {
    // Different for each mail, and not compressible into nothing by any layer below.
    let mut state = number as u64 * 2_654_435_761 + 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let picture: Vec<u8> = b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..110_000).map(|_| noise())).collect();
    Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
        .subject(&format!("Laporan nomor {number}"))
        .text(&format!("Situs dinkes.ciamiskab.go.id halaman {number} menampilkan iklan judi sejak pukul 07.00 tadi."))
        .file("layar.png", "image/png", &picture)
        .raw()
}

/// Each mail written, synced, named, its folder synced, and a row committed.
fn floor(letters: &[Vec<u8>], folders: &mut Vec<TempDir>) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Connection::open(folder.path().join("floor.db")).expect("a database");
    db.execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE mail (name TEXT) STRICT")
        .expect("a table");
    let begun = Instant::now();
    for (number, raw) in letters.iter().enumerate() {
        write_durably(folder.path(), &number.to_string(), raw);
        db.execute("INSERT INTO mail (name) VALUES (?1)", [number.to_string()]).expect("a row");
    }
    let taken = begun.elapsed();
    folders.push(folder);
    taken
}

fn write_durably(folder: &Path, name: &str, bytes: &[u8]) {
    let unfinished = folder.join("unfinished");
    let mut file = File::create(&unfinished).expect("create");
    file.write_all(bytes).expect("write");
    file.sync_data().expect("sync");
    fs::rename(&unfinished, folder.join(name)).expect("rename");
    File::open(folder).and_then(|folder| folder.sync_all()).expect("sync the folder");
}

fn intake(letters: &[Vec<u8>], worlds: &mut Vec<World>) -> Duration {
    let mut world = World::with(|config| {
        config.settings.caps.without_evidence_hour = 1_000;
        config.settings.caps.all_hour = 1_000;
    });
    for raw in letters {
        world.deliver_raw(raw.clone());
    }
    let begun = Instant::now();
    world.inbox_round().expect("taken in");
    let taken = begun.elapsed();
    assert_eq!(world.tickets().len(), MAILS, "every mail is a ticket");
    assert_eq!(world.outbox().iter().filter(|mail| mail.notice == "report_received").count(), MAILS);
    worlds.push(world);
    taken
}
