//! A desk that was away for days, or whose database is an older one than the mails it has sent
//! (trust-and-safety case 86).

mod support;

use std::collections::HashSet;

use rusqlite::Connection;
use siaga::domain::Time;

use support::letters::Letter;
use support::world::{World, wib};

const ANI: &str = "ani@csirt.example";
const KABID: &str = "kabid@csirt.example";

fn report(name: &str) -> Letter {
    Letter::from(&format!("{name} <{name}@warga.example>"))
        .subject(&format!("Laporan {name}"))
        .text("Situs dinkes.ciamiskab.go.id menampilkan iklan judi.")
}

fn arrives(world: &World, letter: &Letter, at: &str) {
    world.server.borrow_mut().deliver(letter.raw(), wib(at));
}

fn path(world: &World) -> std::path::PathBuf {
    world.folder().join("siaga.db")
}

/// A backup of the database as it is.
fn backup(world: &World) -> tempfile::NamedTempFile {
    let copy = tempfile::NamedTempFile::new().expect("a file");
    let db = Connection::open(path(world)).expect("the database");
    db.backup("main", copy.path(), None::<fn(rusqlite::backup::Progress)>).expect("a backup");
    copy
}

/// Puts a backup in place of the database and starts the desk on it; `unknown` raw mails lie there.
fn restore(world: &mut World, copy: &tempfile::NamedTempFile, unknown: usize) {
    let mut db = Connection::open(path(world)).expect("the database");
    db.restore("main", copy.path(), None::<fn(rusqlite::backup::Progress)>).expect("restored");
    drop(db);
    starts(world, unknown);
}

fn starts(world: &mut World, unknown: usize) {
    world.restart();
    let now = world.now();
    world.shared.engine.borrow_mut().resume(unknown, now).expect("resumed");
}

/// What was sent to somebody since so many mails had been sent to him.
fn since(world: &World, address: &str, before: usize) -> Vec<String> {
    world.mailbox_of(address).iter().skip(before).map(|mail| mail.subject.clone()).collect()
}

/// On Monday morning the database is saved with one ticket; two more come before it is lost.
fn a_backup_of_monday() -> (World, tempfile::NamedTempFile) {
    let mut world = World::new();
    world.until("2026-11-23 08:00");
    world.writes(&report("amir"));
    world.until("2026-11-23 09:00");
    let copy = backup(&world);
    world.until("2026-11-23 10:00");
    world.writes(&report("budi"));
    world.until("2026-11-25 10:00");
    world.writes(&report("cici"));
    world.until("2026-11-26 09:00");
    (world, copy)
}

#[test]
fn case_86_an_old_database_answers_nobody_twice_and_tells_what_has_passed_in_one_mail() {
    let (mut world, copy) = a_backup_of_monday();
    let told: Vec<usize> = [ANI, KABID].map(|address| world.mailbox_of(address).len()).to_vec();
    restore(&mut world, &copy, 2);
    // Budi's mail was moved back from the archive; Dewi's has just come.
    arrives(&world, &report("budi"), "2026-11-23 10:00");
    arrives(&world, &report("dewi"), "2026-11-26 08:30");
    world.timers_round();
    assert!(since(&world, ANI, told[0]).is_empty(), "what lies in the mailbox is not known yet");
    world.take_in();
    world.timers_round();
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "he was answered on Monday");
    assert_eq!(world.mailbox_of("dewi@warga.example").len(), 1, "she was not");
    let numbers: Vec<_> = world.tickets().iter().map(|ticket| ticket.number.to_string()).collect();
    assert_eq!(numbers, ["CIAMIS-2026-0001", "CIAMIS-2026-0004", "CIAMIS-2026-0005"], "two numbers are gone");
    for (address, before) in [(ANI, told[0]), (KABID, told[1])] {
        let subjects = since(&world, address, before);
        let back = subjects.iter().filter(|subject| subject.contains("Sistem kembali bekerja"));
        assert_eq!(back.count(), 1, "{address}: {subjects:#?}");
        assert!(!subjects.iter().any(|subject| subject.contains("Tenggat")), "{address}: {subjects:#?}");
    }
    let words = world.latest(KABID, "Sistem kembali").words();
    for part in ["CIAMIS-2026-0001", "CIAMIS-2026-0004", "Ada 1 laporan", "Senin, 23 November 2026"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    // It ended by itself: what falls due from here on is told as always.
    let before = world.mailbox_of(ANI).len();
    world.until("2026-11-27 09:00");
    assert!(since(&world, ANI, before).iter().any(|subject| subject.contains("CIAMIS-2026-0005")));
    assert_eq!(since(&world, ANI, 0).iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1);
}

#[test]
fn case_86_a_number_that_a_reply_proves_given_is_never_given_again() {
    let (mut world, copy) = a_backup_of_monday();
    let lost = world.mailbox_of("cici@warga.example").remove(0);
    restore(&mut world, &copy, 0);
    world.writes(&world.reply_to("cici@warga.example", &lost, "Halaman itu masih berubah."));
    let numbers: Vec<_> = world.tickets().iter().map(|ticket| ticket.number.to_string()).collect();
    assert_eq!(numbers, ["CIAMIS-2026-0001", "CIAMIS-2026-0004"], "{}", lost.subject);
    assert!(world.latest(ANI, "Basis data lebih tua").words().contains("tidak pernah dikirim"));
    world.writes(&report("dewi"));
    let alerts = since(&world, ANI, 0).into_iter().filter(|subject| subject.contains("Basis data lebih tua"));
    assert_eq!(alerts.count(), 1);
    let ids: Vec<_> = world.sent().into_iter().map(|mail| mail.message_id).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a Message-ID went out twice");
}

#[test]
fn case_86_no_deadline_waits_for_a_mailbox_that_cannot_be_reached() {
    let (mut world, copy) = a_backup_of_monday();
    restore(&mut world, &copy, 0);
    world.server.borrow_mut().failures = u32::MAX;
    assert!(world.inbox_round().is_err());
    world.timers_round();
    assert!(!since(&world, ANI, 0).iter().any(|subject| subject.contains("Sistem kembali")));
    world.shared.clock.set(wib("2026-11-26 10:01"));
    world.timers_round();
    assert!(world.latest(ANI, "Sistem kembali").words().contains("CIAMIS-2026-0001"));
}

#[test]
fn case_86_a_start_in_the_middle_of_catching_up_forgets_nothing() {
    let (mut world, copy) = a_backup_of_monday();
    restore(&mut world, &copy, 0);
    world.shared.clock.set(wib("2026-11-26 09:20"));
    starts(&mut world, 0);
    arrives(&world, &report("budi"), "2026-11-23 10:00");
    world.take_in();
    world.timers_round();
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert_eq!(since(&world, ANI, 0).iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1);
}

#[test]
fn a_desk_that_was_only_idle_was_not_away() {
    let mut world = World::new();
    world.writes(&report("amir"));
    world.until("2026-11-30 08:00");
    let alive: Time = world.now();
    world.shared.engine.borrow_mut().is_alive(alive).expect("noted");
    world.minutes(2);
    starts(&mut world, 0);
    world.take_in();
    world.timers_round();
    assert!(!since(&world, ANI, 0).iter().any(|subject| subject.contains("Sistem kembali")));
}

/// What lies in a mailbox that was away for three days.
fn lies_in_the_mailbox(world: &World) {
    arrives(world, &report("budi"), "2026-11-23 10:00");
    arrives(world, &report("dewi"), "2026-11-26 08:30");
}

#[test]
fn case_86_old_mail_was_acknowledged_when_the_mailbox_came_back_an_hour_after_the_start() {
    let (mut world, copy) = a_backup_of_monday();
    restore(&mut world, &copy, 0);
    world.server.borrow_mut().failures = u32::MAX;
    assert!(world.inbox_round().is_err());
    world.shared.clock.set(wib("2026-11-26 10:01"));
    world.timers_round();
    assert_eq!(since(&world, ANI, 0).iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1);
    world.until("2026-11-26 12:00");
    world.server.borrow_mut().failures = 0;
    let before = world.mailbox_of(ANI).len();
    lies_in_the_mailbox(&world);
    world.take_in();
    world.timers_round();
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "he was answered on Monday");
    assert_eq!(world.mailbox_of("dewi@warga.example").len(), 1);
    let told = since(&world, ANI, before);
    assert_eq!(told.iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1, "{told:#?}");
    let words = world.latest(ANI, "Sistem kembali").words();
    assert!(words.contains("dapat dibaca lagi") && words.contains("Ada 1 laporan"), "{words}");
}

#[test]
fn case_86_an_outage_of_the_mailbox_alone_never_began_a_catching_up() {
    let mut world = World::new();
    world.until("2026-11-23 08:00");
    world.writes(&report("amir"));
    world.server.borrow_mut().failures = u32::MAX;
    world.until("2026-11-26 09:00");
    assert!(world.inbox_round().is_err());
    let now = world.now();
    world.shared.engine.borrow_mut().is_alive(now).expect("noted");
    world.timers_round();
    assert!(!since(&world, ANI, 0).iter().any(|subject| subject.contains("Sistem kembali")), "nothing is back yet");
    let before = [world.mailbox_of(ANI).len(), world.mailbox_of(KABID).len()];
    world.server.borrow_mut().failures = 0;
    lies_in_the_mailbox(&world);
    world.take_in();
    world.timers_round();
    assert!(world.mailbox_of("budi@warga.example").is_empty(), "his mail is older than a day");
    assert_eq!(world.mailbox_of("dewi@warga.example").len(), 1);
    for (address, before) in [ANI, KABID].into_iter().zip(before) {
        let told = since(&world, address, before);
        assert_eq!(told.iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1, "{address}: {told:#?}");
        assert!(!told.iter().any(|subject| subject.contains("Tenggat")), "{address}: {told:#?}");
    }
    let words = world.latest(KABID, "Sistem kembali").words();
    assert!(words.contains("CIAMIS-2026-0002") && words.contains("Ada 1 laporan"), "{words}");
    // It is over: what comes now is answered, and nobody is told twice.
    world.until("2026-11-26 09:30");
    world.writes(&report("edi"));
    world.timers_round();
    assert_eq!(world.mailbox_of("edi@warga.example").len(), 1);
    assert_eq!(since(&world, ANI, 0).iter().filter(|subject| subject.contains("Sistem kembali")).count(), 1);
}

#[test]
fn case_86_a_process_that_ends_while_the_mailbox_comes_back_acknowledges_nothing_old() {
    let mut world = World::new();
    world.until("2026-11-23 08:00");
    world.writes(&report("amir"));
    world.server.borrow_mut().failures = u32::MAX;
    world.until("2026-11-26 09:00");
    world.server.borrow_mut().failures = 0;
    let now = world.now();
    world.shared.engine.borrow_mut().is_alive(now).expect("noted");
    // The list is read, then the connection breaks, and the process ends.
    arrives(&world, &report("cici"), "2026-11-24 10:00");
    let place = world.server.borrow().inbox[0].place.clone();
    world.server.borrow_mut().breaks = Some(place);
    let _ = world.inbox_round();
    world.timers_round();
    starts(&mut world, 0);
    world.server.borrow_mut().breaks = None;
    lies_in_the_mailbox(&world);
    world.take_in();
    assert!(world.mailbox_of("cici@warga.example").is_empty() && world.mailbox_of("budi@warga.example").is_empty());
}

#[test]
fn a_mailbox_into_which_nothing_came_for_days_was_not_away() {
    let mut world = World::new();
    world.writes(&report("amir"));
    for day in 24..28 {
        world.until(&format!("2026-11-{day} 08:00"));
        world.inbox_round().expect("a look");
    }
    world.until("2026-11-27 08:03");
    world.writes(&report("budi"));
    world.timers_round();
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert!(!since(&world, ANI, 0).iter().any(|subject| subject.contains("Sistem kembali")));
}
