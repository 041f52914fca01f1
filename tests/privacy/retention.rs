//! The rules of retention: what ends when, and what stays true.

use siaga::domain::case::Case;
use siaga::domain::recap::recap;
use siaga::domain::stage::{Disposition, Status};
use siaga::store::{Store, cases, letters, logbook, retention};

use crate::canaries::{ADDRESS, IDENTITY, WORDS, close, desk, forward, left_in, report};
use crate::person::siaga;
use crate::support::letters::Letter;
use crate::support::reported::ANI;
use crate::support::world::{World, wib};

fn all() -> Vec<&'static str> {
    [WORDS, IDENTITY].concat()
}

/// What everybody counts by: the recaps and the register, as they are printed.
fn statistics(world: &World) -> (String, String) {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    let cases: Vec<Case> = world.tickets().iter().map(|ticket| cases::get(db, ticket.id).expect("a case")).collect();
    let calendar = &engine.context().rules.calendar;
    // At one moment: what is measured up to the present would differ by itself.
    let at = wib("2026-12-20 08:00");
    let month = recap(&cases, wib("2026-11-01 00:00"), wib("2026-12-01 00:00"), calendar, at);
    (serde_json::to_string(&month).expect("JSON"), siaga(world, &["logbook", "--csv"]))
}

/// The logbook holds, and the head that was noted before is still in it.
fn holds(world: &World, noted: Option<(i64, siaga::domain::digest::Digest)>) {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    assert_eq!(logbook::first_broken(db).expect("a check"), None);
    if let Some((id, digest)) = noted {
        assert_eq!(logbook::digest_of(db, id).expect("a lookup"), Some(digest));
    }
}

fn head(world: &World) -> Option<(i64, siaga::domain::digest::Digest)> {
    logbook::head(world.shared.engine.borrow().store().db()).expect("a head")
}

#[test]
fn after_its_dates_no_canary_is_left_in_database_files_free_pages_or_wal() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    let (before, noted) = (statistics(&world), head(&world));
    assert!(!left_in(world.folder(), WORDS).is_empty(), "the letters are there");
    world.until("2027-02-20 08:00");
    assert!(!left_in(world.folder(), WORDS).is_empty(), "and stay for ninety days");
    // Ninety days after Monday 23 November is 21 February, a Sunday.
    world.until("2027-02-23 08:00");
    assert_eq!(left_in(world.folder(), WORDS), Vec::<String>::new());
    assert_eq!(world.tickets()[0].reporter.as_ref().expect("a reporter").address.as_str(), ADDRESS);
    world.until("2027-05-25 08:00");
    assert_eq!(left_in(world.folder(), &all()), Vec::<String>::new());
    assert_eq!(world.tickets()[0].reporter.as_ref().expect("a reporter").name, "K. B.");
    assert_eq!(statistics(&world), before, "statistics stay what they were");
    holds(&world, noted);
    let kinds: Vec<_> = world.events().into_iter().map(|entry| entry.kind).collect();
    assert!(kinds.iter().any(|kind| kind == "destroyed") && kinds.iter().any(|kind| kind == "redacted"));
    world.until("2027-12-01 08:00");
    let kept = world.outbox().iter().filter(|mail| !mail.subject.contains("dihapus")).count();
    assert_eq!(kept, 0, "copies of what was sent end after a year");
    holds(&world, noted);
}

#[test]
fn spam_held_mail_and_mail_without_a_ticket_end_after_thirty_days() {
    let mut world = desk(|_| ());
    world.writes(&report());
    world.replies(ANI, "Baru", "#spam");
    let bounce = Letter::from(ADDRESS).subject("SUBYEKKENARI otomatis").header("Auto-Submitted", "auto-replied");
    world.writes(&bounce.text("ISIKENARI cuti"));
    world.deliver_raw(b"\0\0\0".to_vec());
    world.take_in();
    assert_eq!(world.tickets()[0].status, Status::Closed(Disposition::Spam));
    world.until("2026-12-22 08:00");
    assert!(!left_in(world.folder(), WORDS).is_empty());
    world.until("2026-12-29 08:00");
    assert_eq!(left_in(world.folder(), &all()), Vec::<String>::new());
    holds(&world, None);
}

#[test]
fn a_run_that_was_missed_is_made_up_for() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    world.sleep_until("2027-06-07 08:00");
    world.restart();
    world.until("2027-06-07 08:01");
    assert_eq!(left_in(world.folder(), &all()), Vec::<String>::new());
    holds(&world, None);
}

#[test]
fn nothing_is_destroyed_on_a_clock_that_is_not_believed() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    world.sleep_until("2031-01-01 08:00");
    let now = world.now();
    // No escalation may leave: the clock is in doubt.
    let ticked = world.shared.engine.borrow_mut().tick_within(0, now).expect("a tick");
    assert!(ticked.waiting > 0, "it waits, and the loop looks again");
    assert!(!left_in(world.folder(), WORDS).is_empty());
    world.restart();
    world.until("2031-01-01 08:01");
    assert_eq!(left_in(world.folder(), &all()), Vec::<String>::new());
}

#[test]
fn what_is_held_for_the_law_stays_until_it_is_released() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    let number = world.tickets()[0].number.clone();
    let now = world.now();
    let held = world.shared.engine.borrow_mut().hold_ticket(&number, "diminta penyidik", now);
    held.expect("the database").expect("a ticket");
    world.until("2028-01-10 08:00");
    assert!(!left_in(world.folder(), WORDS).is_empty(), "nothing is removed");
    assert_eq!(world.tickets()[0].reporter.as_ref().expect("a reporter").address.as_str(), ADDRESS);
    let now = world.now();
    let released = world.shared.engine.borrow_mut().release_ticket(&number, now);
    assert!(released.expect("the database").expect("a ticket"));
    world.until("2028-01-12 08:00");
    assert_eq!(left_in(world.folder(), &all()), Vec::<String>::new());
    let id = world.tickets()[0].id;
    assert_eq!(retention::held(world.shared.engine.borrow().store().db(), id).expect("a lookup"), None);
}

#[test]
fn never_is_never() {
    let mut world = desk(|config| {
        config.settings.retention.letters = None;
        config.settings.retention.reporter = None;
    });
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    world.until("2029-01-10 08:00");
    assert!(!left_in(world.folder(), WORDS).is_empty());
    assert_eq!(world.tickets()[0].reporter.as_ref().expect("a reporter").address.as_str(), ADDRESS);
}

#[test]
fn a_file_that_two_reports_brought_stays_as_long_as_one_of_them() {
    let mut world = desk(|_| ());
    let picture = b"\x89PNG\r\n\x1a\n BERKASBERSAMA";
    for who in ["satu@warga.example", "dua@warga.example"] {
        let letter = Letter::from(who).subject(&format!("Laporan {who}")).text("Situs dinkes diretas, terlampir.");
        world.writes(&letter.file("layar.png", "image/png", picture));
    }
    let evidence = world.folder().join("evidence");
    world.replies(ANI, "Laporan satu", "#spam");
    world.until("2027-01-05 08:00");
    assert_eq!(left_in(&evidence, &["BERKASBERSAMA"]).len(), 1, "the other case is open");
    world.replies(ANI, "Laporan dua", "#spam");
    world.until("2027-02-10 08:00");
    assert_eq!(left_in(&evidence, &["BERKASBERSAMA"]), Vec::<String>::new());
}

#[test]
fn the_parts_of_one_incident_end_together() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let second =
        Letter::from("lain@warga.example").subject("Situs dinkes lagi").text("Judi di dinkes.ciamiskab.go.id.");
    world.writes(&second);
    world.replies(ANI, "Situs dinkes lagi", "#duplikat 0001");
    world.minutes(6);
    world.until("2027-09-01 08:00");
    let reporter = world.tickets()[1].reporter.clone().expect("a reporter");
    assert_eq!(reporter.address.as_str(), "lain@warga.example", "he is still to be told how it ends");
}

/// Pages of the database that are split, joined and given back hold nothing of what stood on them.
#[test]
fn many_letters_of_every_length_leave_nothing_on_any_page() {
    let mut world = desk(|_| ());
    for number in 0..60_usize {
        let kept = number % 3 == 0;
        let (who, word) = if kept { ("sisa", "TETAP") } else { ("kanarina.b", "ISIKENARI ") };
        let text = word.repeat(1 + number * number * 3 % 1700);
        let from = format!("{who}{number}@rahasiasekali.example");
        let letter = Letter::from(&from).subject(&format!("{word} {number}")).text(&text);
        world.deliver(&if kept { letter } else { letter.header("Auto-Submitted", "auto-replied") });
    }
    world.take_in();
    assert!(!left_in(world.folder(), &["ISIKENARI", "kanarina.b"]).is_empty());
    world.until("2027-01-05 08:00");
    assert_eq!(left_in(world.folder(), &["ISIKENARI", "kanarina.b"]), Vec::<String>::new());
    assert!(!left_in(world.folder(), &["TETAP"]).is_empty(), "the others are there");
    holds(&world, None);
}

/// Rows go first: a process that ends before the files have gone leaves a note and no forgotten file.
#[test]
fn files_given_up_before_a_crash_are_removed_at_the_next_look() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let (id, now) = (world.tickets()[0].id, world.now());
    let mut other = Store::open(&world.folder().join("siaga.db")).expect("open");
    let gone = other.write(|tx| {
        for letter in letters::kept(tx, id)? {
            letters::remove(tx, letter, now)?;
        }
        Ok(())
    });
    gone.expect("the rows go");
    drop(other);
    let raw = world.folder().join("raw");
    assert!(!left_in(&raw, &["BERKASKENARI"]).is_empty(), "the file is there");
    world.timers_round();
    assert_eq!(left_in(&raw, WORDS), Vec::<String>::new());
    // The picture still goes with a notice to the team, which keeps it.
    assert!(!left_in(&world.folder().join("evidence"), &["BERKASKENARI"]).is_empty());
}

/// The bytes of a second delivery become durable, those of the first are given up, and only then is the
/// receipt of the second written.
#[test]
fn a_raw_file_was_given_up_between_its_sealing_and_its_receipt() {
    use siaga::domain::digest::Digest;
    use siaga::engine::redaction::Removal;
    use siaga::store::blobs::{Blobs, Kind};
    use siaga::store::receipts::Arrival;
    use std::io::Write as _;

    let mut world = desk(|_| ());
    world.writes(&report());
    let (raw, now) = (report().raw(), world.now());
    let (digest, number) = (Digest::of(&raw), world.tickets()[0].number.clone());
    let blobs = Blobs::open(world.folder()).expect("the blobs");
    let mut spooled = blobs.spool(Kind::Raw).expect("spool");
    spooled.write_all(&raw).expect("write");
    blobs.seal(vec![spooled]).expect("durable");
    let arrival = Arrival {
        mailbox: "fake:inbox".to_owned(),
        place: "1/2".to_owned(),
        raw: digest,
        size_bytes: raw.len() as u64,
        whole: true,
        arrived_at: now,
    };
    {
        let mut engine = world.shared.engine.borrow_mut();
        engine.remove_from_ticket(&number, &Removal::Letters, "uji", now).expect("the database").expect("removed");
        assert!(!blobs.path(Kind::Raw, &digest).exists(), "given up in between");
        let refused = engine.receive(std::slice::from_ref(&arrival), now).expect_err("its file is gone").to_string();
        assert!(refused.contains("fetched again"), "{refused}");
        assert_eq!(engine.receipt_at("fake:inbox", "1/2").expect("read"), None, "a receipt without a file");
    }
    // It lies on the server still, and the next round has it.
    world.deliver_raw(raw.clone());
    world.take_in();
    assert_eq!(blobs.read(Kind::Raw, &digest).expect("kept"), raw);
    assert!(world.server.borrow().inbox.is_empty(), "only then it leaves the server");
}

/// The other order: what has a receipt is not given up before it was read.
#[test]
fn a_raw_file_with_a_receipt_stays_until_it_was_read() {
    use siaga::domain::digest::Digest;
    use siaga::engine::redaction::Removal;
    use siaga::store::blobs::{Blobs, Kind};
    use siaga::store::receipts::Arrival;

    let mut world = desk(|_| ());
    world.writes(&report());
    let (digest, number, now) = (Digest::of(&report().raw()), world.tickets()[0].number.clone(), world.now());
    let arrival = Arrival {
        mailbox: "fake:inbox".to_owned(),
        place: "1/2".to_owned(),
        raw: digest,
        size_bytes: report().raw().len() as u64,
        whole: true,
        arrived_at: now,
    };
    let mut engine = world.shared.engine.borrow_mut();
    engine.receive(&[arrival], now).expect("recorded");
    engine.remove_from_ticket(&number, &Removal::Letters, "uji", now).expect("the database").expect("removed");
    assert!(Blobs::open(world.folder()).expect("the blobs").path(Kind::Raw, &digest).exists());
}
