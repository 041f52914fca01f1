//! What one contact of an OPD is reminded of.

#[path = "support/mod.rs"]
mod support;

use support::letters::Letter;
use support::reported::{ANI, DINKES, KABID, REPORT, count, forwarded};
use support::world::{Received, World};

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

fn reminded() -> (World, Received) {
    let mut world = two_forwarded();
    world.sleep_until("2026-11-25 11:00");
    world.timers_round();
    let reminder = world.mailbox_of(DINKES).pop().expect("a reminder");
    (world, reminder)
}

/// What the Kabid is asked about, by ticket.
fn asked(world: &World) -> Vec<String> {
    let asked = world.outbox().into_iter().filter(|mail| mail.notice == "decision_requested");
    asked.filter_map(|mail| mail.ticket).collect()
}

#[test]
fn an_answer_to_the_reminder_of_several_tickets_was_carried_out_on_the_first() {
    let (mut world, reminder) = reminded();
    let words = reminder.words();
    assert!(words.contains("diganti dengan satu nomor tiket (misalnya \"[CIAMIS-2026-0001]\")"), "{words}");
    let order = "#perpanjang 04/12/2026 menunggu vendor";
    world.writes(&world.reply_to(DINKES, &reminder, order));
    assert!(asked(&world).is_empty(), "{:?}", asked(&world));
    let told = world.transcript(DINKES).words();
    for part in ["belum dijalankan", "beberapa tiket", "satu nomor", "- CIAMIS-2026-0001 - CIAMIS-2026-0002"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // With the number alone, in brackets before the rest, or in place of it.
    world.writes(&world.reply_to(DINKES, &reminder, order).subject("CIAMIS-2026-0002"));
    assert_eq!(asked(&world), ["CIAMIS-2026-0002"]);
    let subject = format!("[CIAMIS-2026-0001] Re: {}", reminder.subject);
    world.writes(&world.reply_to(DINKES, &reminder, "#perpanjang 07/12/2026 menunggu vendor").subject(&subject));
    assert_eq!(asked(&world), ["CIAMIS-2026-0002", "CIAMIS-2026-0001"]);
}

#[test]
fn words_in_answer_to_the_reminder_of_several_tickets_moved_the_first() {
    let (mut world, reminder) = reminded();
    let before: Vec<_> = world.tickets().iter().map(|ticket| ticket.revision).collect();
    world.writes(&world.reply_to(DINKES, &reminder, "Yang satu sudah kami perbaiki."));
    assert_eq!(world.tickets().iter().map(|ticket| ticket.revision).collect::<Vec<_>>(), before);
    let told = world.latest(ANI, "Balasan masuk").words();
    assert!(told.contains("Yang satu sudah kami perbaiki.") && told.contains("tidak menyebut tiket mana"), "{told}");
    assert!(!world.mailbox_of(DINKES).iter().any(|mail| mail.subject.contains("0003")), "it opened a ticket");
}

#[test]
fn an_order_in_answer_to_a_team_reminder_of_several_tickets_was_carried_out_on_the_first() {
    let mut world = World::new();
    for name in ["budi", "siti"] {
        world.writes(&Letter::from(&format!("{name}@warga.example")).subject("Situs disusupi").text("Halaman judi."));
    }
    world.until("2026-11-23 11:00");
    let reminder = world.latest(ANI, "Tenggat 2 tiket");
    assert!(reminder.words().contains("satu nomor tiket"), "{}", reminder.text);
    world.writes(&world.reply_to(ANI, &reminder, "#ambil"));
    let assigned = |world: &World| world.tickets().iter().map(|ticket| ticket.assignee.is_some()).collect::<Vec<_>>();
    assert_eq!(assigned(&world), [false, false]);
    assert!(world.transcript(ANI).words().contains("- CIAMIS-2026-0001 - CIAMIS-2026-0002"));
    world.writes(&world.reply_to(ANI, &reminder, "#ambil").subject("Re: CIAMIS-2026-0002"));
    assert_eq!(assigned(&world), [false, true]);
}
