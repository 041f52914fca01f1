//! A mail that `#pisah` takes off the wrong ticket is told of as when it came: how it was protected, where
//! its answers go.

use std::path::Path;
use std::process::Command;

use crate::office::{answers, arrives, delivered, desk_with, pass};
use crate::signed_mail::{DESK, give_key, ring};
use crate::support::gnupg::Gnupg;
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI};
use crate::support::sealed::encrypted;
use crate::support::world::World;

const SITI: &str = "siti@kampus.example";

/// Siti answers a mail she shares with Budi, encrypted and about something else; an analyst takes it off.
fn a_sealed_mail_on_the_wrong_ticket(gpg: &Gnupg) -> (World, tempfile::TempDir) {
    let mut folder = None;
    let mut world = desk_with(|config| folder = Some(give_key(config, gpg)));
    let first = Letter::from(BUDI).subject("Situs diretas").id("awal@warga.example");
    arrives(&mut world, &first.text("Halaman https://dinkes.ciamiskab.go.id/ berubah."), None);
    let letter = Letter::from("Siti <siti@kampus.example>").subject("...").id("lain@kampus.example");
    let raw = letter.answers("awal@warga.example").text("Celah pada https://lelang.ciamiskab.go.id/admin.").raw();
    let with_subject = |content: &[u8]| [b"Subject: Celah rahasia lelang\r\n", content].concat();
    let raw = encrypted(&raw, |content| gpg.encrypt(DESK, None, &with_subject(content)));
    world.deliver_raw(delivered(&raw, Some(&pass("kampus.example"))));
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    (world, folder.expect("its folder"))
}

fn shown(world: &World, arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut siaga = Command::new(env!("CARGO_BIN_EXE_siaga"));
    siaga.arg("--config").arg(root.join("config")).args(["ticket", "show"]).args(arguments);
    let output = siaga.env("SIAGA__DATA__DIR", world.folder()).output().expect("run siaga");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_notice_of_a_separated_mail_has_forgotten_how_it_was_protected() {
    let gpg = ring(&[DESK]);
    let (mut world, _folder) = a_sealed_mail_on_the_wrong_ticket(&gpg);
    answers(&mut world, ANI, "Pesan dari pengirim lain", "#pisah");
    assert_eq!(world.tickets().len(), 2, "{}", world.transcript(ANI).text);
    let told = world.latest(ANI, "Baru").words();
    assert!(told.contains("diterima terenkripsi (PGP), dibuka dengan kunci PGP tim"), "{told}");
    assert!(told.contains("subjek di dalamnya: Celah rahasia lelang"), "{told}");
    // Its reporter is not sent in clear what she has encrypted.
    let answer = world.mailbox_of(SITI).pop().expect("acknowledged");
    assert!(!answer.text.contains("lelang"), "{}", answer.text);
}

#[test]
fn ticket_show_says_how_a_mail_was_protected() {
    let gpg = ring(&[DESK]);
    let (world, _folder) = a_sealed_mail_on_the_wrong_ticket(&gpg);
    let text = shown(&world, &["CIAMIS-2026-0001"]);
    assert_eq!(text.matches("  secured  encrypted (PGP), opened with the desk's key; not signed").count(), 1, "{text}");
    let json: serde_json::Value = serde_json::from_str(&shown(&world, &["CIAMIS-2026-0001", "--json"])).expect("JSON");
    let messages = json["messages"].as_array().expect("a list");
    assert_eq!(messages[0]["protection"], serde_json::Value::Null);
    assert_eq!(messages[1]["protection"]["sealing"]["state"], "opened");
    assert_eq!(messages[1]["protection"]["subject"], "Celah rahasia lelang");
}

#[test]
fn the_subject_inside_an_encrypted_report_outlived_its_letter() {
    let gpg = ring(&[DESK]);
    let mut folder = None;
    let mut world = desk_with(|config| folder = Some(give_key(config, &gpg)));
    let with_subject = |content: &[u8]| [b"Subject: Celahkenari\r\n", content].concat();
    let raw = Letter::from(BUDI).subject("...").text("Celah pada https://lelang.ciamiskab.go.id/admin.").raw();
    world.deliver_raw(delivered(&encrypted(&raw, |content| gpg.encrypt(DESK, None, &with_subject(content))), None));
    world.take_in();
    let (number, now) = (world.tickets()[0].number.clone(), world.now());
    let removal = siaga::engine::redaction::Removal::Everything;
    let removed = world.shared.engine.borrow_mut().remove_from_ticket(&number, &removal, "uji", now);
    removed.expect("the database").expect("removed");
    let database = std::fs::read(world.folder().join("siaga.db")).expect("the database");
    assert!(memchr::memmem::find(&database, b"Celahkenari").is_none());
}
