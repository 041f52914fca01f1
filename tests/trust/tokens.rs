//! Cases 17 to 23 and 46e: the secret address each person's answers go to.

use siaga::domain::stage::{Disposition, Status};
use siaga::domain::token::Token;

use crate::office::{arrives, desk_with, pass, refusal, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, DEDI, status};
use crate::support::world::{Received, World};

const DESK: &str = "csirt@ciamiskab.go.id";

fn desk() -> World {
    let mut world = desk_with(|config| config.settings.command.subaddress = true);
    report(&mut world);
    world
}

/// The address a mail of ours wants its answer at.
fn reply_to(mail: &Received) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.mail.bytes).expect("a message");
    let address = message.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).expect("Reply-To");
    address.to_owned()
}

/// An order to that address, which names no mail of ours.
fn order_to(from: &str, to: &str) -> Letter {
    Letter::from(from).header("Cc", to).subject("Re: tiket").text("#spam")
}

fn is_spam(world: &World) -> bool {
    status(world) == Status::Closed(Disposition::Spam)
}

#[test]
fn a_link_in_a_mail_goes_to_the_secret_address_too() {
    let mut world = desk();
    let address = reply_to(&world.latest(ANI, "Baru"));
    let order = Letter::from(ANI).header("Cc", &address).subject("Re: tiket").text("#ambil");
    arrives(&mut world, &order, Some(&pass("csirt.example")));
    let told = world.transcript(ANI);
    let links: Vec<_> = told.text.split("mailto:").skip(1).map(|rest| rest.split('?').next().unwrap_or("")).collect();
    assert!(!links.is_empty(), "{}", told.text);
    assert!(links.iter().all(|to| *to == reply_to(&told)), "{links:?}");
}

#[test]
fn an_answer_to_the_secret_address_is_proved_and_finds_its_ticket() {
    let mut world = desk();
    let address = reply_to(&world.latest(ANI, "Baru"));
    arrives(&mut world, &order_to(ANI, &address), Some(&pass("csirt.example")));
    assert!(is_spam(&world));
}

#[test]
fn every_person_and_ticket_has_one_address_and_none_is_stored() {
    let mut world = desk();
    let (ani, dedi) = (reply_to(&world.latest(ANI, "Baru")), reply_to(&world.latest(DEDI, "Baru")));
    assert_ne!(ani, dedi);
    let letter = Letter::from(BUDI).subject("Laporan lain").text("Situs lain.");
    arrives(&mut world, &letter, None);
    assert_ne!(reply_to(&world.latest(ANI, "Laporan lain")), ani, "another ticket");
    let more = world.reply(BUDI, "0001", "Ini gambarnya.");
    arrives(&mut world, &more, None);
    assert_eq!(reply_to(&world.latest(ANI, "Balasan masuk")), ani, "the same ticket");
    let token = Token::in_address(&ani.parse().expect("valid"), &DESK.parse().expect("valid")).expect("a token");
    let clear = token.to_string();
    let engine = world.shared.engine.borrow();
    let stored: Vec<String> = engine
        .store()
        .db()
        .prepare("SELECT person || salt || digest FROM token")
        .expect("a table")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("text");
    assert!(!stored.is_empty() && stored.iter().all(|row| !row.contains(&clear)));
}

#[test]
fn case_17_the_address_of_a_colleague_proves_nothing() {
    let mut world = desk();
    let address = reply_to(&world.latest(DEDI, "Baru"));
    let answered = world.latest(ANI, "Baru").message_id;
    arrives(&mut world, &order_to(ANI, &address).answers(&answered), Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::New);
    assert_eq!(refusal(&world, "token"), "foreign");
}

#[test]
fn case_46e_an_answer_to_the_plain_address_brings_a_mail_to_answer() {
    let mut world = desk();
    let answered = world.latest(ANI, "Baru").message_id;
    let letter = Letter::from(ANI).answers(&answered).subject("Re: Baru").text("#spam");
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::New, "a button in a reporter's mail cannot know the address");
    assert_eq!(refusal(&world, "token"), "missing");
    let address = reply_to(&world.latest(ANI, "Perintah belum dijalankan"));
    arrives(&mut world, &order_to(ANI, &address), Some(&pass("csirt.example")));
    assert!(is_spam(&world));
}

#[test]
fn cases_20_and_21_a_changed_address_is_no_address() {
    let mut world = desk();
    let address = reply_to(&world.latest(ANI, "Baru"));
    let last = address.find('@').expect("an address") - 2;
    let other = if &address[last..=last] == "a" { "b" } else { "a" };
    let flipped = format!("{}{other}{}", &address[..last], &address[last + 1..]);
    for (forged, fault) in
        [(flipped, "unknown"), (address.replace("+k1", "+k0"), "missing"), (address.replace("+k1", "+"), "missing")]
    {
        let letter = order_to(ANI, &forged).subject("Re: [CIAMIS-2026-0001]");
        arrives(&mut world, &letter, Some(&pass("csirt.example")));
        assert_eq!(status(&world), Status::New);
        assert_eq!(refusal(&world, "token"), fault, "{forged}");
    }
}

#[test]
fn case_19_an_address_dies_thirty_days_after_its_ticket() {
    let mut world = desk();
    let address = reply_to(&world.latest(ANI, "Baru"));
    arrives(&mut world, &order_to(ANI, &address), Some(&pass("csirt.example")));
    assert!(is_spam(&world));
    world.sleep_until("2026-12-24 08:00");
    let letter = order_to(ANI, &address).subject("Re: [CIAMIS-2026-0001]").text("#catat terlambat");
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "token"), "expired");
}

#[test]
fn cases_22_and_23_an_address_goes_with_the_role() {
    let mut world = desk();
    let address = reply_to(&world.latest(ANI, "Baru"));
    world.reconfigure(|config| config.people.analysts.retain(|person| person.address.as_str() != ANI));
    arrives(&mut world, &order_to(ANI, &address), Some(&pass("csirt.example")));
    assert!(!is_spam(&world));
    // Whoever comes back gets another one.
    world.reconfigure(|config| config.people.analysts = siaga::config::embedded().people.analysts);
    let letter = order_to(ANI, &address).subject("Re: [CIAMIS-2026-0001] lagi");
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert!(!is_spam(&world));
    assert_eq!(refusal(&world, "token"), "revoked");
}
