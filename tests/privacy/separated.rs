//! Somebody whose mail was taken off the wrong ticket: what that ticket still holds of her.

use siaga::domain::ticket::TicketId;
use siaga::engine::redaction::Removal;
use siaga::store::logbook;

use crate::canaries::{desk, left_in};
use crate::person::siaga;
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI};
use crate::support::world::World;

const SITI: &str = "kanarina.s@kampusrahasia.example";
const HERS: &[&str] = &["Kanarina", "Sitiwati", "kanarina.s", "kampusrahasia", "ISISITI"];

/// Siti answers a mail that she shares with Budi; an analyst lets her in, and then takes her mail off.
fn separated() -> World {
    let mut world = desk(|_| ());
    let first = Letter::from("Budi <budi@warga.example>").subject("Situs diretas").id("awal@warga.example");
    world.writes(&first.text("Halaman https://dinkes.ciamiskab.go.id/agenda berubah."));
    let siti =
        Letter::from(&format!("Kanarina Sitiwati <{SITI}>")).subject("Re: Situs").id("lain@kampusrahasia.example");
    world.writes(&siti.text("ISISITI: panel lelang.ciamiskab.go.id terbuka.").answers("awal@warga.example"));
    world.replies(ANI, "Pesan dari pengirim lain", "#izinkan");
    world.replies(ANI, "Baru", "#catat Bu Sitiwati menelepon");
    world.replies(ANI, "Pesan dari pengirim lain", &format!("#pisah {SITI}"));
    assert_eq!(world.tickets().len(), 2, "{}", world.transcript(ANI).text);
    world
}

fn removes(world: &World, serial: usize) {
    let (number, now) = (world.tickets()[serial - 1].number.clone(), world.now());
    let mut engine = world.shared.engine.borrow_mut();
    let removed = engine.remove_from_ticket(&number, &Removal::Everything, "permintaan pelapor", now);
    removed.expect("the database").expect("removed");
}

fn logbook_of(world: &World, ticket: i64) -> String {
    let engine = world.shared.engine.borrow();
    assert_eq!(logbook::first_broken(engine.store().db()).expect("a check"), None, "the chain is whole");
    format!("{:?}", logbook::entries(engine.store().db(), Some(TicketId(ticket))).expect("entries"))
}

#[test]
fn the_export_left_out_the_ticket_that_a_mail_was_taken_off() {
    let world = separated();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let to = folder.path().join("keluar");
    siaga(&world, &["person", "export", SITI, "--to", to.to_str().expect("a path"), "--reason", "uji"]);
    let text = std::fs::read_to_string(to.join("data.json")).expect("JSON");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let tickets = json["tickets"].as_array().expect("a list");
    let numbers: Vec<_> = tickets.iter().map(|ticket| ticket["number"].as_str().expect("a number")).collect();
    assert_eq!(numbers, ["CIAMIS-2026-0001", "CIAMIS-2026-0002"]);
    let kinds: Vec<_> = tickets[0]["events"].as_array().expect("a list").iter().map(|event| &event["kind"]).collect();
    assert!(
        kinds.contains(&&serde_json::json!("message_filed")) && kinds.contains(&&serde_json::json!("izinkan")),
        "{kinds:?}"
    );
    assert_eq!((&tickets[0]["reported"], &tickets[0]["subject"]), (&serde_json::json!(false), &serde_json::json!("")));
    assert!(!text.contains(BUDI), "nothing of whoever reported it");
}

#[test]
fn an_entry_about_no_ticket_was_left_out_of_the_export_and_of_the_redaction() {
    let mut world = separated();
    world.replies(ANI, "Baru", "#tanya\nSejak kapan?");
    world.minutes(11);
    let reply = world.mailbox_of(SITI).pop().expect("asked").message_id;
    let bounce = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nSubject: Undelivered\r\nMessage-ID: <b@mail.example>\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
         Final-Recipient: rfc822; {SITI}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{reply}>\r\n\r\n--b--\r\n"
    );
    world.deliver_raw(bounce.into_bytes());
    world.take_in();
    siaga(&world, &["undeliverable", "clear", SITI]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let to = folder.path().join("keluar");
    siaga(&world, &["person", "export", SITI, "--to", to.to_str().expect("a path"), "--reason", "uji"]);
    let text = std::fs::read_to_string(to.join("data.json")).expect("JSON");
    assert!(text.contains("address_cleared"), "{text}");
    removes(&world, 2);
    let cleared = world.events().into_iter().find(|entry| entry.kind == "address_cleared").expect("the entry");
    assert_eq!(cleared.detail["address"], "[dihapus]");
    logbook_of(&world, 1);
}

#[test]
fn whoever_was_removed_stood_in_the_logbook_of_the_ticket_her_mail_was_taken_off() {
    let world = separated();
    assert!(logbook_of(&world, 1).contains(SITI));
    removes(&world, 2);
    let left = logbook_of(&world, 1);
    assert!(!left.contains("kanarina") && !left.contains("Sitiwati"), "{left}");
    assert!(left.contains(BUDI), "whose ticket it is stays");
    assert_eq!(left_in(world.folder(), HERS), Vec::<String>::new());
}

#[test]
fn a_ticket_that_was_removed_named_her_whose_mail_it_had_lost() {
    let world = separated();
    removes(&world, 1);
    let left = logbook_of(&world, 1);
    assert!(!left.contains("kanarina") && !left.contains("Sitiwati") && !left.contains(BUDI), "{left}");
    assert!(logbook_of(&world, 2).contains(SITI), "her own ticket goes on");
    assert_eq!(world.tickets()[1].reporter.as_ref().expect("a reporter").address.as_str(), SITI);
}

#[test]
fn what_is_held_for_the_law_keeps_the_name_of_whoever_left_it() {
    let world = separated();
    let (number, now) = (world.tickets()[0].number.clone(), world.now());
    let held = world.shared.engine.borrow_mut().hold_ticket(&number, "diminta penyidik", now);
    held.expect("the database").expect("a ticket");
    removes(&world, 2);
    assert!(logbook_of(&world, 1).contains(SITI));
}
