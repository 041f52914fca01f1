//! Intake of 200 mails of 150 KB into durable tickets with queued acknowledgements, against the
//! bare cost of the same bytes written durably on the same disk in the same run.
//!
//! `cargo bench --bench intake`. The ratio is the figure; absolute times say what the disk is.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use support::floor::{floor, picture};
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
        let (floor, folder) = floor(&letters);
        folders.push(folder);
        let intake = intake(&letters, &mut worlds);
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
    Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
        .subject(&format!("Laporan nomor {number}"))
        .text(&format!("Situs dinkes.ciamiskab.go.id halaman {number} menampilkan iklan judi sejak pukul 07.00 tadi."))
        .file("layar.png", "image/png", &picture(number, 110_000))
        .raw()
}

fn intake(letters: &[Vec<u8>], worlds: &mut Vec<World>) -> Duration {
    let mut world = World::with(|config| {
        config.settings.caps.without_evidence_hour = 1_000;
        config.settings.caps.all_hour = 1_000;
        config.settings.limits.domain_hour = 1_000;
        config.settings.limits.subject_day = 1_000;
        config.settings.limits.outsider_day = 1_000;
        config.settings.limits.analyst_hour = 10_000;
        config.settings.limits.storm_ten_minutes = 10_000;
        config.settings.limits.storm_one_sender = 10_000;
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
