//! What one contact of an OPD is reminded of.

#[path = "support/mod.rs"]
mod support;

use support::letters::Letter;
use support::reported::{ANI, DINKES, KABID, REPORT, count, forwarded};
use support::world::World;

/// A second ticket of the same OPD, forwarded a little after the first.
fn two_forwarded() -> World {
    let mut world = forwarded();
    world.writes(&Letter::from("Siti <siti@warga.example>").subject("Lagi").text("dinkes.ciamiskab.go.id/promo judi"));
    world.replies(ANI, "0002", "#valid xss sedang dinkes");
    world.replies(ANI, "0002", REPORT);
    let asked = world.latest(KABID, "Mohon reviu");
    world.replies(KABID, "Mohon reviu", &format!("#setuju {}", asked.code()));
    world.minutes(11);
    world
}

#[test]
fn several_tickets_of_one_contact_are_one_reminder() {
    let mut world = two_forwarded();
    let before = world.mailbox_of(DINKES).len();
    world.sleep_until("2026-11-25 11:00");
    world.timers_round();
    let his = &world.mailbox_of(DINKES)[before..];
    let [reminder] = his else { panic!("{:#?}", his.iter().map(|mail| &mail.subject).collect::<Vec<_>>()) };
    let words = reminder.words();
    assert!(words.contains("CIAMIS-2026-0001") && words.contains("CIAMIS-2026-0002"), "{words}");
    assert!(words.contains("Mohon membalas surel masing-masing tiket"), "{words}");
    assert_eq!(count(&world, "follow_up_reminder"), 0);
}

#[test]
fn one_ticket_is_reminded_of_in_its_own_thread() {
    let mut world = forwarded();
    world.sleep_until("2026-11-25 11:00");
    world.timers_round();
    let row = world.outbox().into_iter().find(|mail| mail.notice == "follow_up_reminder").expect("a reminder");
    assert_eq!(row.ticket.as_deref(), Some("CIAMIS-2026-0001"));
}

/// Domain O2: who is reminded may ask for more time. The reminder of several tickets did not say how.
#[test]
fn an_opd_with_several_tickets_was_not_told_how_to_ask_for_more_time() {
    let mut world = two_forwarded();
    world.sleep_until("2026-11-25 11:00");
    world.timers_round();
    let words = world.mailbox_of(DINKES).pop().expect("a reminder").words();
    assert!(words.contains("CIAMIS-2026-0002") && words.contains("\"#perpanjang\", tanggal dan alasan"), "{words}");
    // As it says: in answer to the mail of the ticket.
    world.replies(DINKES, "[CIAMIS-2026-0002]", "#perpanjang 04/12/2026 menunggu vendor");
    let asked = world.outbox().into_iter().rev().find(|mail| mail.notice == "decision_requested").expect("asked");
    assert_eq!((asked.recipient.as_str(), asked.ticket.as_deref()), (KABID, Some("CIAMIS-2026-0002")));
}
