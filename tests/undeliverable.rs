//! `siaga undeliverable`: an address that bounced for good is listed, cleared and written to again;
//! through the program itself, beside the desk that serves.

mod support;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use support::letters::Letter;
use support::world::World;

const BUDI: &str = "budi@warga.example";

fn run(world: &World, arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut siaga = Command::new(env!("CARGO_BIN_EXE_siaga"));
    siaga.arg("--config").arg(root.join("config")).arg("undeliverable").args(arguments);
    siaga.env("SIAGA__DATA__DIR", world.folder()).output().expect("run siaga")
}

fn said(world: &World, arguments: &[&str]) -> String {
    let output = run(world, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn listed(world: &World) -> Vec<Value> {
    serde_json::from_str(&said(world, &["list", "--json"])).expect("JSON")
}

fn report(world: &mut World, subject: &str) {
    let letter = Letter::from("Budi <Budi@warga.example>").subject(subject);
    world.writes(&letter.text(&format!("Halaman {subject} pada dinkes.ciamiskab.go.id berubah.")));
}

/// The word of a mail server about a question to the reporter: what merely acknowledges cannot come back.
fn bounces(world: &mut World, status: &str) {
    world.replies("ani@csirt.example", "Baru", "#tanya\nSejak kapan?");
    world.minutes(11);
    let ours = world.mailbox_of(BUDI).pop().expect("a question").message_id;
    let raw = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nSubject: Undelivered\r\n\
         Message-ID: <{status}@mail.example>\r\nContent-Type: multipart/report; report-type=delivery-status; \
         boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; {BUDI}\r\n\
         Action: failed\r\nStatus: {status}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: <{ours}>\r\n\r\n--b--\r\n"
    );
    world.deliver_raw(raw.into_bytes());
    world.take_in();
}

#[test]
fn an_address_that_bounced_for_good_is_listed_cleared_and_written_to_again() {
    let mut world = World::new();
    assert_eq!(said(&world, &["list"]), "Every address can be written to.\n");
    assert!(listed(&world).is_empty());
    report(&mut world, "satu");
    bounces(&mut world, "5.1.1");
    report(&mut world, "dua");
    assert_eq!(world.mailbox_of(BUDI).len(), 2, "nothing more is written to an address that does not exist");

    let rows = listed(&world);
    let question = world.outbox().into_iter().rfind(|mail| mail.recipient == BUDI).expect("a row").id.0;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["address"].as_str(), rows[0]["outbox"].as_i64()), (Some(BUDI), Some(question)));
    assert!(rows[0]["reason"].as_str().expect("words").contains("5.1.1"), "{}", rows[0]);
    assert_eq!(rows[0]["since"], serde_json::json!(world.now()));
    let table = said(&world, &["list"]);
    assert!(table.contains(BUDI) && table.contains("2026-11-23 07:41") && table.contains("5.1.1"), "{table}");

    assert!(said(&world, &["clear", "BUDI@warga.example"]).contains("is written to again"));
    assert!(listed(&world).is_empty());
    report(&mut world, "tiga");
    assert_eq!(world.mailbox_of(BUDI).len(), 3, "mail flows again");
    let cleared = world.events().into_iter().find(|entry| entry.kind == "address_cleared").expect("an entry");
    assert_eq!(
        (cleared.actor.as_str(), &cleared.detail["address"]),
        ("operator", &serde_json::json!("BUDI@warga.example"))
    );
}

#[test]
fn what_is_not_listed_cannot_be_cleared_and_a_full_mailbox_is_not_listed() {
    let mut world = World::new();
    report(&mut world, "satu");
    bounces(&mut world, "5.2.2");
    assert!(listed(&world).is_empty(), "a full mailbox is emptied some day");
    let output = run(&world, &["clear", BUDI]);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && words.contains("siaga undeliverable list"), "{words}");
    assert!(world.events().iter().all(|entry| entry.kind != "address_cleared"));
}
