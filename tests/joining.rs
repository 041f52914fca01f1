//! Who joins a ticket, and what an answer to a closed one leads to.

mod support;

use siaga::domain::ticket::TicketId;
use siaga::store::links;

use support::letters::Letter;
use support::world::World;

const BUDI: &str = "budi@warga.example";
const ANI: &str = "ani@csirt.example";

fn desk_with_a_report() -> World {
    let mut world = World::new();
    let letter = Letter::from("Budi <budi@warga.example>").subject("Situs diretas").id("awal@warga.example");
    world.writes(&letter.text("Halaman https://dinkes.ciamiskab.go.id/agenda berubah."));
    world
}

/// The report is refused, and its reporter knows.
fn closed() -> World {
    let mut world = desk_with_a_report();
    world.replies(ANI, "Baru", "#tolak halaman itu memang demikian");
    world.minutes(10);
    assert!(!world.tickets()[0].status.is_open());
    world
}

fn answers(world: &mut World, text: &str) {
    let told = world.mailbox_of(BUDI).pop().expect("the end");
    let reply = world.reply_to(BUDI, &told, text);
    world.writes(&reply);
}

#[test]
fn two_people_who_answer_a_mail_we_never_got_land_on_one_ticket() {
    let mut world = World::new();
    for (sender, number) in [("budi@warga.example", 1), ("siti@kampus.example", 2)] {
        let letter = Letter::from(sender).subject("Re: situs").text(&format!("Pendapat nomor {number}."));
        world.writes(&letter.answers("milis@luar.example"));
    }
    assert_eq!(world.tickets().len(), 1);
}

#[test]
fn whoever_joins_waits_until_an_analyst_lets_him_in() {
    let mut world = desk_with_a_report();
    let siti = |text: &str| Letter::from("siti@kampus.example").subject("Re: Situs").text(text);
    world.writes(&siti("Saya juga melihatnya.").answers("awal@warga.example"));
    assert!(world.mailbox_of("siti@kampus.example").is_empty());
    let asked = world.latest(ANI, "Pesan dari pengirim lain");
    assert!(asked.words().contains("balas dengan \"#izinkan\""), "{}", asked.text);
    world.replies(ANI, "Pesan dari pengirim lain", "#izinkan");
    assert!(world.transcript(ANI).words().contains("izinkan"), "{}", world.transcript(ANI).text);
    world.writes(&siti("Masih tampak pagi ini.").answers("awal@warga.example"));
    assert!(world.latest(ANI, "Balasan masuk").text.contains("Masih tampak pagi ini."));
    assert!(world.events().iter().any(|event| event.kind == "izinkan"));
}

#[test]
fn letting_in_somebody_who_does_not_wait_is_refused_in_words() {
    let mut world = desk_with_a_report();
    world.replies(ANI, "Baru", "#izinkan");
    assert!(world.transcript(ANI).words().contains("tidak ada pengirim yang menunggu izin"));
}

#[test]
fn a_thanks_after_the_end_is_filed_and_starts_no_clock() {
    let mut world = closed();
    answers(&mut world, "Baik, terima kasih banyak.");
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.tickets()[0].due_at, None);
    assert!(world.events().iter().all(|event| event.kind != "reporter_wrote"));
}

#[test]
fn substance_soon_after_the_end_is_looked_at_again() {
    let mut world = closed();
    answers(&mut world, "Terima kasih, tetapi halaman itu masih berubah.");
    assert_eq!(world.tickets().len(), 1);
    assert!(world.events().iter().any(|event| event.kind == "reporter_wrote"));
    assert!(world.latest(ANI, "Balasan masuk").text.contains("masih berubah"));
}

#[test]
fn substance_long_after_the_end_is_a_linked_ticket() {
    let mut world = closed();
    world.until("2026-12-28 09:00");
    answers(&mut world, "Halaman itu berubah lagi sejak tadi pagi.");
    assert_eq!(world.tickets().len(), 2);
    assert!(world.latest(ANI, "Baru").words().contains("membalas tiket CIAMIS-2026-0001 yang sudah lama ditutup"));
    let engine = world.shared.engine.borrow();
    let linked = links::of_ticket(engine.store().db(), TicketId(2)).expect("links");
    assert_eq!(linked[0].number, "CIAMIS-2026-0001");
}

#[test]
fn a_stranger_with_a_number_gets_a_linked_ticket_of_his_own() {
    let mut world = desk_with_a_report();
    world.writes(&Letter::from("eve@lain.example").subject("[CIAMIS-2026-0001] kabar?").text("Apa isinya?"));
    assert_eq!(world.tickets().len(), 2);
    let engine = world.shared.engine.borrow();
    let linked = links::of_ticket(engine.store().db(), TicketId(1)).expect("links");
    assert_eq!(linked[0].number, "CIAMIS-2026-0002");
}
