//! A one-time code that is dead can be read nowhere in the database.

#[path = "support/mod.rs"]
mod support;

use siaga::domain::stage::Status;
use siaga::store::wiping::{STRUCK_OUT, removed};
use siaga::store::{messages, outbox};
use support::reported::{ANI, KABID, in_review, status};
use support::world::World;

/// Everything in the database that somebody could read.
fn readable(world: &World) -> String {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    let mut all = String::new();
    for mail in outbox::all(db, None).expect("the outbox") {
        let (_, words) = outbox::words(db, mail.id).expect("words").expect("a row");
        let bytes = outbox::bytes(db, mail.id).expect("bytes").expect("a row");
        all += &format!("{words}\n{}\n{}\n", mail.subject, String::from_utf8_lossy(&bytes));
    }
    for ticket in world.tickets() {
        for message in messages::of_ticket(db, ticket.id).expect("messages") {
            all += &format!("{message:?}\n");
        }
    }
    all
}

#[test]
fn a_used_code_is_struck_out_of_all_that_was_sent_and_received() {
    let mut world = in_review();
    let asked = world.latest(KABID, "Mohon reviu");
    let code = asked.code();
    world.minutes(1);
    world.timers_round();
    assert!(readable(&world).contains(&code), "as long as it can be used it is there");
    world.replies(KABID, "Mohon reviu", &format!("#setuju {}", code.to_lowercase()));
    assert_eq!(status(&world), Status::Approved);
    world.minutes(11);
    world.timers_round();
    let left = readable(&world);
    assert!(!left.to_uppercase().contains(&code), "{left}");
    assert!(left.contains(STRUCK_OUT) && left.contains("Mohon reviu"), "the words around it stay");
    let engine = world.shared.engine.borrow();
    let row = outbox::all(engine.store().db(), None).expect("the outbox");
    let row = row.iter().find(|row| row.message_id == asked.message_id).expect("the request");
    let expected = siaga::domain::digest::Digest::of(&asked.mail.bytes).to_string();
    assert_eq!(removed(engine.store().db(), row.id).expect("a row"), Some(expected), "what was sent stays provable");
}

#[test]
fn a_mail_that_held_a_dead_code_is_never_sent_again() {
    let mut world = in_review();
    let asked = world.latest(KABID, "Mohon reviu");
    world.replies(KABID, "Mohon reviu", &format!("#perbaiki {}\nLengkapi.", asked.code()));
    world.minutes(1);
    world.timers_round();
    let row = world.outbox().into_iter().find(|row| row.message_id == asked.message_id).expect("the request");
    let now = world.now();
    assert!(!world.shared.engine.borrow_mut().retry_sending(row.id, now).expect("asked"));
    world.replies(ANI, "Baru", support::reported::REPORT);
    let next = world.latest(KABID, "Mohon reviu").code();
    world.minutes(1);
    world.timers_round();
    assert!(readable(&world).contains(&next), "the next one lives");
}

#[test]
fn an_expired_code_is_struck_out_a_working_day_after_its_question() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    // The question is closed without the code: the analyst takes another way.
    world.replies(KABID, "Mohon reviu", "#perbaiki\nLengkapi.");
    world.minutes(5);
    world.timers_round();
    assert!(readable(&world).contains(&code));
    world.until("2026-11-25 08:00");
    world.timers_round();
    assert!(!readable(&world).contains(&code));
}
