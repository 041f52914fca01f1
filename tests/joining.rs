//! Who joins a ticket, and what an answer to a closed one leads to.

mod support;

use siaga::domain::ticket::TicketId;
use siaga::store::{indicators, links, messages, retention};

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

const SITI: &str = "siti@kampus.example";

/// Siti answers a mail she shares with Budi, about something else altogether.
fn a_mail_on_the_wrong_ticket(world: &mut World) {
    let siti = Letter::from("Siti <siti@kampus.example>").subject("Re: Situs").id("lain@kampus.example");
    let siti = siti.text("Ini hal lain: https://lelang.ciamiskab.go.id menampilkan iklan judi. Lihat foto.");
    world.minutes(30);
    world.writes(&siti.file("layar.png", "image/png", &[0x89, b'P', b'N', b'G', 1]).answers("awal@warga.example"));
    assert_eq!(world.tickets().len(), 1);
}

#[test]
fn a_mail_on_the_wrong_ticket_becomes_one_of_its_own_with_all_it_holds() {
    let mut world = desk_with_a_report();
    a_mail_on_the_wrong_ticket(&mut world);
    let arrived_at = world.now();
    world.minutes(20);
    world.replies(ANI, "Pesan dari pengirim lain", "#pisah");
    let tickets = world.tickets();
    assert_eq!(tickets.len(), 2, "{}", world.transcript(ANI).text);
    assert_eq!(tickets[1].reporter.as_ref().expect("a reporter").address.to_string(), SITI);
    assert_eq!((tickets[1].opened_at, tickets[1].stage_started_at), (arrived_at, arrived_at), "its clock");
    assert!(world.mailbox_of(SITI)[0].text.contains("CIAMIS-2026-0002"), "{}", world.mailbox_of(SITI)[0].text);
    let told = world.latest(ANI, "Baru");
    assert!(told.words().contains("dipisahkan dari tiket CIAMIS-2026-0001"), "{}", told.text);
    {
        let engine = world.shared.engine.borrow();
        let db = engine.store().db();
        let (left, own) = (TicketId(1), TicketId(2));
        let number = |ticket| links::of_ticket(db, ticket).expect("links")[0].number.clone();
        assert_eq!((number(left).as_str(), number(own).as_str()), ("CIAMIS-2026-0002", "CIAMIS-2026-0001"));
        let files = |ticket| messages::count(db, ticket).expect("counts");
        assert_eq!((files(own), messages::of_ticket(db, own).expect("messages").len()), ((1, 1), 1));
        let named = |ticket| {
            let named = indicators::of_ticket(db, ticket).expect("indicators");
            named.iter().any(|stored| stored.indicator.value.contains("lelang.ciamiskab.go.id"))
        };
        assert!(named(own) && !named(left));
    }
    // What either writes goes where it belongs.
    world.writes(&Letter::from(SITI).subject("Re: Situs").text("Sudah hilang?").answers("lain@kampus.example"));
    world.writes(&Letter::from(BUDI).subject("Re: Situs").text("Masih berubah.").answers("awal@warga.example"));
    let engine = world.shared.engine.borrow();
    let last = |ticket| messages::of_ticket(engine.store().db(), TicketId(ticket)).expect("messages").pop();
    assert_eq!(last(2).expect("a message").sender_address, SITI);
    assert_eq!(last(1).expect("a message").sender_address, BUDI);
}

#[test]
fn the_sender_of_a_separated_mail_knows_nothing_more_of_the_ticket_it_left() {
    let mut world = desk_with_a_report();
    a_mail_on_the_wrong_ticket(&mut world);
    world.replies(ANI, "Baru", "#pisah siti@kampus.example");
    assert_eq!(world.tickets().len(), 2, "{}", world.transcript(ANI).text);
    world.writes(&Letter::from(SITI).subject("[CIAMIS-2026-0001] kabar?").text("Bagaimana?"));
    assert_eq!(world.tickets().len(), 3, "she is a stranger to it");
}

#[test]
fn a_mail_that_must_be_kept_is_kept_on_the_ticket_it_moves_to() {
    let mut world = desk_with_a_report();
    a_mail_on_the_wrong_ticket(&mut world);
    let (number, now) = (world.tickets()[0].number.clone(), world.now());
    let held = world.shared.engine.borrow_mut().hold_ticket(&number, "diminta penyidik", now);
    held.expect("the database").expect("a ticket");
    world.replies(ANI, "Baru", "#pisah siti@kampus.example");
    let engine = world.shared.engine.borrow();
    let hold = retention::held(engine.store().db(), TicketId(2)).expect("read").expect("held");
    assert_eq!(hold.reason, "diminta penyidik");
}

#[test]
fn the_report_itself_cannot_leave_its_ticket() {
    let mut world = desk_with_a_report();
    world.replies(ANI, "Baru", "#pisah");
    assert!(
        world.transcript(ANI).words().contains("balas pemberitahuan tentang surel"),
        "{}",
        world.transcript(ANI).text
    );
    world.replies(ANI, "Baru", "#pisah budi@warga.example");
    assert_eq!(world.tickets().len(), 1);
}

#[test]
fn a_ticket_joined_by_mistake_goes_on_by_itself() {
    let mut world = desk_with_a_report();
    world.writes(&Letter::from("Siti <siti@kampus.example>").subject("Lelang").text("Iklan judi di halaman lelang."));
    world.replies(ANI, "CIAMIS-2026-0002", "#gabung 0001");
    world.minutes(10);
    assert_eq!(world.tickets()[1].parent.as_ref().map(ToString::to_string).as_deref(), Some("CIAMIS-2026-0001"));
    world.replies(ANI, "CIAMIS-2026-0002", "#pisah");
    world.minutes(10);
    let ticket = world.tickets().remove(1);
    assert!(ticket.status.is_open() && ticket.due_at.is_some() && ticket.parent.is_none(), "{ticket:?}");
    assert_eq!(ticket.tally.reopened, 0, "it was never the other's");
    let told = world.mailbox_of(SITI).pop().expect("a mail");
    assert!(told.words().contains("kami buka kembali"), "{}", told.text);
}
