//! Faults of disk and server on the way in: nothing is lost, nothing is held under a false reason.

mod support;

use std::fs;

use siaga::mail::transport::{Folder, Place};
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
    assert!(world.inbox_round().is_err(), "it is told in each round");
    assert_eq!(world.tickets().len(), 39);
    world.server.borrow_mut().breaks = None;
    world.take_in();
    assert_eq!(world.tickets().len(), 40);
}
