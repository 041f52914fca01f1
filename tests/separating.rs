//! `#pisah` of a mail that was filed on the wrong ticket: the ticket it becomes is what it would have been, and
//! the one it leaves is what it would be without it.

mod support;

use siaga::domain::stage::Status;
use siaga::store::{cases, logbook};

use support::letters::Letter;
use support::reported::{ANI, BUDI};
use support::world::World;

const SITI: &str = "siti@kampus.example";

const FORWARDED: &[u8] =
    b"From: Rudi <rudi@luar.example>\r\nTo: siti@kampus.example\r\nSubject: Panel admin terbuka\r\n\
    Date: Mon, 23 Nov 2026 06:00:00 +0700\r\nMessage-ID: <asal@luar.example>\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\nPanel https://lelang.ciamiskab.go.id/admin terbuka untuk umum.\r\n";

/// A report of Budi, and half an hour later a mail of Siti, which answers it or comes by itself.
fn two(answers: bool) -> World {
    let mut world = World::new();
    let first = Letter::from("Budi <budi@warga.example>").subject("Situs diretas").id("awal@warga.example");
    world.writes(&first.text("Halaman https://dinkes.ciamiskab.go.id/agenda berubah sejak 23/11/2026 pukul 07.00."));
    world.minutes(30);
    let siti = Letter::from("Siti <siti@kampus.example>").subject("Fwd: Panel admin").id("lain@kampus.example");
    let siti = siti.header("Reply-To", "Humas <humas@kampus.example>").text("Tolong periksa yang terlampir.");
    let siti = siti.file("asal.eml", "message/rfc822", FORWARDED);
    world.writes(&if answers { siti.answers("awal@warga.example") } else { siti });
    world
}

/// What the team is told of a ticket, without what is said of another.
fn told(world: &World) -> String {
    let words = world.latest(ANI, "[CIAMIS-2026-0002] Baru").words();
    words.replace("- dipisahkan dari tiket CIAMIS-2026-0001, tempat surel ini semula tercatat ", "")
}

#[test]
fn a_separated_mail_lost_its_reply_to_and_what_was_enclosed() {
    let (alone, mut world) = (two(false), two(true));
    assert_eq!((alone.tickets().len(), world.tickets().len()), (2, 1));
    world.replies(ANI, "Pesan dari pengirim lain", "#pisah");
    let expected = told(&alone);
    assert!(expected.contains("humas[@]kampus[.]example"), "{expected}");
    assert_eq!(told(&world), expected);
    let (own, other) = (world.tickets().remove(1), alone.tickets().remove(1));
    assert_eq!((own.subject, own.due_at, own.stage_started_at), (other.subject, other.due_at, other.stage_started_at));
    let acknowledged = |world: &World| world.mailbox_of(SITI).pop().map(|mail| mail.words());
    assert_eq!(acknowledged(&world), acknowledged(&alone));
}

/// Budi was asked something, and answers about something else.
fn asked() -> World {
    let mut world = World::new();
    let letter = Letter::from("Budi <budi@warga.example>").subject("Situs diretas").id("awal@warga.example");
    world.writes(&letter.text("Halaman https://dinkes.ciamiskab.go.id/agenda berubah."));
    world.replies(ANI, "Baru", "#tanya Sejak kapan?");
    world.minutes(10);
    assert_eq!(world.tickets()[0].status, Status::AwaitingReporter);
    world
}

fn case(world: &World) -> siaga::domain::case::Case {
    let id = world.tickets()[0].id;
    let mut case = cases::get(world.shared.engine.borrow().store().db(), id).expect("a case");
    case.ticket.revision = 0;
    case
}

fn writes_of_something_else(world: &mut World) {
    let asked = world.mailbox_of(BUDI).pop().expect("a question");
    let reply = world.reply_to(BUDI, &asked, "Hal lain: https://lelang.ciamiskab.go.id menampilkan iklan judi.");
    world.writes(&reply);
    assert_eq!(world.tickets()[0].status, Status::Verification, "his clock went on");
}

#[test]
fn the_clocks_that_a_separated_mail_had_started_went_on() {
    let mut world = asked();
    let before = case(&world);
    world.minutes(45);
    writes_of_something_else(&mut world);
    world.minutes(30);
    world.replies(ANI, "Balasan masuk", "#pisah");
    assert_eq!(world.tickets().len(), 2, "{}", world.transcript(ANI).text);
    assert_eq!(case(&world), before, "the question is open still, and its deadline the same");
    let told = world.transcript(ANI).words();
    assert!(told.contains("menjadi tiket CIAMIS-2026-0002"), "{told}");
    assert!(told.contains("kembali seperti sebelum surel itu datang"), "{told}");
    assert!(world.events().iter().any(|event| event.kind == "undone" && event.detail["to"] == "awaiting_reporter"));
    assert_eq!(logbook::first_broken(world.shared.engine.borrow().store().db()).expect("a check"), None);
    // He is reminded of the question as if he had not written.
    world.until("2026-12-02 09:00");
    assert_ne!(world.tickets()[0].status, Status::Verification);
}

#[test]
fn clocks_that_something_else_has_moved_since_stay_and_the_analyst_is_told_to_look() {
    let mut world = asked();
    writes_of_something_else(&mut world);
    world.replies(ANI, "Baru", "#tlp red");
    let before = case(&world);
    world.replies(ANI, "Balasan masuk", "#pisah");
    assert_eq!(world.tickets().len(), 2, "{}", world.transcript(ANI).text);
    assert_eq!(case(&world), before);
    assert!(world.transcript(ANI).words().contains("PERIKSA tiket asalnya"), "{}", world.transcript(ANI).text);
}

#[test]
fn a_mail_that_moved_nothing_is_separated_without_a_word_of_clocks() {
    let mut world = two(true);
    let before = case(&world);
    world.replies(ANI, "Pesan dari pengirim lain", "#pisah");
    assert_eq!(case(&world), before);
    let told = world.transcript(ANI).words();
    assert!(told.contains("menjadi tiket CIAMIS-2026-0002") && !told.contains("asalnya"), "{told}");
}
