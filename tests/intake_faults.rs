//! Faults of disk and server on the way in: nothing is lost, nothing is held under a false reason.

mod support;

use std::cell::Cell;
use std::fs;
use std::rc::Rc;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use siaga::daemon::disk::Disk;
use siaga::mail::parse;
use siaga::mail::reader::{Reader, Unread};
use siaga::mail::transport::{Folder, Place};
use siaga::store::blobs::{Blobs, Kind};
use siaga::store::receipts::{self, State};

use support::letters::Letter;
use support::world::World;

fn report(number: u32) -> Letter {
    let text = format!("Halaman agenda nomor {number} menampilkan iklan judi sejak pukul 07.00 tadi pagi.");
    Letter::from("Budi <budi@warga.example>").subject("Situs dinas disusupi judi online").text(&text).file(
        "layar.png",
        "image/png",
        b"\x89PNG\r\n\x1a\nisi",
    )
}

fn held(world: &World) -> usize {
    let engine = world.shared.engine.borrow();
    receipts::in_states(engine.store().db(), &[State::Held]).expect("receipts").len()
}

#[test]
fn a_number_that_is_used_twice_is_two_messages() {
    let mut world = World::new();
    world.writes(&report(1));
    world.server.borrow_mut().reuse_numbers();
    world.minutes(5);
    world.writes(&report(2));
    assert_eq!(world.tickets().len(), 2, "the second message is read before it is moved away");
    let server = world.server.borrow();
    assert!(server.inbox.is_empty());
    let processed = (Place("1/1".to_owned()), Folder::Processed);
    assert_eq!(server.archived, [processed.clone(), processed]);
}

#[test]
fn a_message_at_a_used_number_is_known_too_when_it_could_not_be_moved_away() {
    let mut world = World::new();
    world.writes(&report(1));
    world.server.borrow_mut().reuse_numbers();
    world.minutes(5);
    world.deliver(&report(2));
    world.server.borrow_mut().archive_fails = true;
    for _ in 0..3 {
        assert!(world.inbox_round().is_err());
    }
    world.server.borrow_mut().archive_fails = false;
    world.take_in();
    assert_eq!(world.tickets().len(), 2);
    let duplicates = world.events().iter().filter(|event| event.kind == "duplicate_received").count();
    assert_eq!(duplicates, 0, "it is not fetched again");
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_disk_that_refuses_evidence_for_a_while_holds_no_report() {
    let mut world = World::new();
    let evidence = world.folder().join("evidence");
    fs::remove_dir_all(&evidence).expect("an empty folder");
    fs::write(&evidence, b"").expect("a file in its place");
    world.deliver(&report(1));
    for _ in 0..12 {
        assert!(world.inbox_round().is_err());
    }
    assert_eq!((world.tickets().len(), held(&world)), (0, 0));
    fs::remove_file(&evidence).expect("the file");
    fs::create_dir(&evidence).expect("the folder");
    world.take_in();
    assert_eq!((world.tickets().len(), held(&world)), (1, 0));
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_refused_move_keeps_no_report_out() {
    let mut world = World::new();
    world.server.borrow_mut().archive_fails = true;
    for number in 1..4 {
        world.deliver(&report(number));
        assert!(world.inbox_round().is_err(), "it is told all the same");
    }
    assert_eq!(world.tickets().len(), 3);
    world.server.borrow_mut().archive_fails = false;
    world.take_in();
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_message_that_breaks_the_session_holds_up_no_other() {
    let mut world = World::new();
    for number in 0..40 {
        world.deliver(&report(number));
    }
    world.server.borrow_mut().breaks = Some(Place("1/2".to_owned()));
    assert!(world.inbox_round().is_err());
    world.inbox_round().expect("it is asked for alone, and the others have come");
    assert_eq!(world.tickets().len(), 39);
    world.server.borrow_mut().breaks = None;
    world.minutes(1);
    world.take_in();
    assert_eq!(world.tickets().len(), 40);
}

#[test]
fn a_message_that_takes_for_ever_to_read_is_put_aside_and_the_next_is_read() {
    let mut world = World::new();
    let (release, stuck) = mpsc::channel::<()>();
    let stuck = Mutex::new(stuck);
    let reading = move |message: &Unread| {
        let (Unread::Whole(raw) | Unread::Named(raw, _)) = message else { panic!("all of these messages are small") };
        if raw.windows(5).any(|word| word == b"hantu") {
            let _ = stuck.lock().expect("read once").recv();
        }
        parse::parse(raw)
    };
    // Long enough for the ordinary report on a busy machine.
    let reader = Reader::start_with(Duration::from_secs(2), reading).expect("a thread");
    world.change_intake(|intake| intake.with_reader(reader));
    world.deliver(&Letter::from("hantu@warga.example").subject("Surel tanpa akhir").text("Mohon dibaca."));
    world.deliver(&report(1));
    world.take_in();
    assert_eq!((world.tickets().len(), held(&world)), (1, 1));
    let notice = world.latest("ani@csirt.example", "Surel ditahan");
    assert!(notice.words().contains("terlalu lama"), "{}", notice.text);
    let engine = world.shared.engine.borrow();
    let aside = receipts::in_states(engine.store().db(), &[State::Held]).expect("receipts").remove(0);
    assert!(aside.reason.contains("took too long"), "{}", aside.reason);
    let blobs = Blobs::open(world.folder()).expect("the blobs");
    blobs.read(Kind::Raw, &aside.arrival.raw).expect("its bytes are kept");
    drop(release);
}

/// Alerts of that subject to one analyst.
fn alerts(world: &World, about: &str) -> usize {
    world.mailbox_of("ani@csirt.example").iter().filter(|mail| mail.subject.contains(about)).count()
}

#[test]
fn a_message_that_never_comes_rests_while_other_mail_keeps_its_rhythm() {
    let mut world = World::new();
    let place = Place("1/1".to_owned());
    world.server.borrow_mut().withheld = Some(place.clone());
    world.deliver(&report(1));
    for number in 2..5 {
        world.writes(&report(number));
    }
    assert_eq!(world.tickets().len(), 3, "every round ends well, and so the next begins at once");
    assert_eq!(world.server.borrow().asked, 2, "in company and alone");
    for (minutes, asked) in [(1, 3), (1, 3), (1, 4), (4, 5), (8, 6)] {
        world.minutes(minutes);
        world.take_in();
        assert_eq!(world.server.borrow().asked, asked);
    }
    assert_eq!(alerts(&world, "tidak diserahkan"), 1);
    world.server.borrow_mut().withheld = None;
    world.minutes(15);
    world.take_in();
    assert_eq!(world.tickets().len(), 4);
}

#[test]
fn a_message_that_always_breaks_the_connection_does_not_lengthen_the_pauses_of_the_others() {
    let mut world = World::new();
    world.server.borrow_mut().breaks = Some(Place("1/1".to_owned()));
    world.deliver(&report(1));
    assert!(world.inbox_round().is_err(), "once it may have been the connection");
    for number in 2..5 {
        world.writes(&report(number));
    }
    assert_eq!((world.tickets().len(), world.server.borrow().asked), (3, 2));
}

#[test]
fn one_mail_that_cannot_be_moved_keeps_no_other_in_the_inbox_and_is_not_fetched_again() {
    let mut world = World::new();
    let place = Place("1/1".to_owned());
    world.server.borrow_mut().immovable = vec![place.clone()];
    world.deliver(&report(1));
    world.writes(&report(2));
    world.take_in();
    assert_eq!(world.tickets().len(), 2);
    {
        let server = world.server.borrow();
        assert!(server.inbox.iter().map(|stored| &stored.place).eq([&place]));
        assert_eq!(server.moves, 1, "it rests");
    }
    assert!(world.events().iter().all(|event| event.kind != "duplicate_received"), "it is not fetched again");
    world.server.borrow_mut().immovable.clear();
    world.minutes(5);
    world.take_in();
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_full_archive_folder_rests_and_stops_no_new_mail() {
    let mut world = World::new();
    world.server.borrow_mut().archive_shut = true;
    world.writes(&report(1));
    world.writes(&report(2));
    assert_eq!((world.tickets().len(), world.server.borrow().moves), (2, 1));
    for (minutes, moves) in [(5, 2), (5, 2), (5, 3), (20, 4), (40, 5), (59, 5), (1, 6)] {
        world.minutes(minutes);
        world.take_in();
        assert_eq!(world.server.borrow().moves, moves);
    }
    world.server.borrow_mut().archive_shut = false;
    world.minutes(60);
    world.take_in();
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_nearly_full_disk_leaves_mail_in_the_inbox_and_goes_on_by_itself() {
    let mut world = World::new();
    let free = Rc::new(Cell::new(1000));
    let told = Rc::clone(&free);
    world.change_intake(|intake| intake.with_disk(Disk::new(1000, move || Ok(told.get()))));
    world.writes(&report(1));
    free.set(999);
    for number in 2..4 {
        world.writes(&report(number));
    }
    assert_eq!((world.tickets().len(), world.server.borrow().inbox.len()), (1, 2));
    assert_eq!(alerts(&world, "ruang disk"), 1);
    free.set(1000);
    world.take_in();
    assert_eq!((world.tickets().len(), world.server.borrow().inbox.len()), (3, 0));
}

#[test]
fn case_74b_a_failure_that_is_the_same_each_time_ends_in_held_after_the_allowed_readings() {
    let mut world = World::new();
    let database = rusqlite::Connection::open(world.folder().join("siaga.db")).expect("the database");
    let trigger = "CREATE TRIGGER never BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'never a ticket'); END";
    database.execute_batch(trigger).expect("a trigger");
    world.deliver(&report(1));
    for reading in 1..=3 {
        assert!(world.inbox_round().is_err(), "reading {reading} fails");
        assert_eq!(held(&world), 0);
    }
    world.inbox_round().expect("put aside");
    let engine = world.shared.engine.borrow();
    let aside = receipts::in_states(engine.store().db(), &[State::Held]).expect("receipts").remove(0);
    assert!(
        aside.reason.starts_with("failed: 3 readings") && aside.reason.contains("never a ticket"),
        "{}",
        aside.reason
    );
    assert_eq!(world.server.borrow().archived, [(Place("1/1".to_owned()), Folder::Held)]);
}

#[test]
fn a_table_of_timers_that_cannot_be_read_stops_neither_intake_nor_answers() {
    let mut world = World::new();
    let database = rusqlite::Connection::open(world.folder().join("siaga.db")).expect("the database");
    database.execute_batch("ALTER TABLE errand RENAME TO elsewhere").expect("renamed");
    assert!(world.shared.engine.borrow().next_timer().is_err());
    world.deliver(&report(1));
    world.serve_until(|provider| provider.taken.iter().any(|mail| mail.recipient.to_string() == "budi@warga.example"));
    assert_eq!(world.tickets().len(), 1);
}
