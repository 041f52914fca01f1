//! A mail whose server states an arrival that cannot be true.

mod support;

use siaga::domain::Time;
use siaga::store::receipts::{self, Receipt, ReceiptId, State};

use support::letters::Letter;
use support::world::{World, wib};

fn report() -> Letter {
    Letter::from("Budi <budi@warga.example>").subject("Situs dinas disusupi").text("Halaman agenda memuat iklan judi.")
}

fn receipts(world: &World) -> Vec<Receipt> {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    let mut ids = db.prepare("SELECT id FROM receipt ORDER BY id").expect("a statement");
    let ids: Vec<i64> = ids.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("ids");
    ids.into_iter().map(|id| receipts::get(db, ReceiptId(id)).expect("the database").expect("a receipt")).collect()
}

/// A report comes at 08.00 and is listed with that arrival.
fn arrives(dated: &str) -> World {
    let mut world = World::new();
    world.until("2026-11-23 08:00");
    let dated = dated.parse::<Time>().expect("a moment");
    world.server.borrow_mut().deliver(report().raw(), dated);
    world.take_in();
    world
}

fn is_due_as_if_dated_now(world: &World) {
    let tickets = world.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:#?}") };
    assert_eq!(ticket.number.to_string(), "CIAMIS-2026-0001");
    assert_eq!(ticket.due_at, arrives("2026-11-23T01:00:00Z").tickets()[0].due_at);
    assert!(ticket.due_at.is_some_and(|due_at| due_at <= wib("2026-11-23 12:00")), "{:?}", ticket.due_at);
    let told = world.mailbox_of("budi@warga.example").remove(0).words();
    assert!(told.contains("23 November 2026") && !told.contains("2030"), "{told}");
}

#[test]
fn a_report_dated_2030_was_due_in_2030() {
    is_due_as_if_dated_now(&arrives("2030-02-01T03:00:00Z"));
}

#[test]
fn a_report_dated_9999_was_held() {
    let world = arrives("+10000-01-01T04:59:59Z");
    is_due_as_if_dated_now(&world);
    assert_eq!(receipts(&world)[0].state, State::Taken);
    is_due_as_if_dated_now(&arrives("-0001-12-31T20:00:00Z"));
}

#[test]
fn a_mail_dated_in_the_future_is_known_when_it_is_listed_again() {
    let mut world = arrives("2030-02-01T03:00:00Z");
    // It lies there still, as if it could not be moved, and time goes on.
    world.server.borrow_mut().deliver(report().raw(), "2030-02-01T03:00:00Z".parse().expect("a moment"));
    world.server.borrow_mut().archive_shut = true;
    let mut first = None;
    for hour in 9..12 {
        world.sleep_until(&format!("2026-11-23 {hour:02}:00"));
        world.server.borrow_mut().asked = 0;
        let _ = world.inbox_round();
        let known = receipts(&world);
        assert_eq!(first.get_or_insert(known.clone()), &known, "it was fetched again");
    }
    assert_eq!(world.tickets().len(), 1);
    // A server that counts anew puts another mail there, dated as madly and as long.
    world.server.borrow_mut().inbox.clear();
    world.server.borrow_mut().reuse_numbers();
    let other = report().subject("Situs dinas tersusupi").raw();
    world.server.borrow_mut().deliver(other, "2031-02-01T03:00:00Z".parse().expect("a moment"));
    let _ = world.inbox_round();
    assert_eq!(world.tickets().len(), 2, "the other mail was taken for the first");
}
