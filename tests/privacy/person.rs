//! All that is held about a person, for himself and about nobody else; through the program itself.

use std::path::Path;
use std::process::{Command, Output};

use crate::canaries::{ADDRESS, IDENTITY, close, desk, forward, found_in, left_in, report};
use crate::support::letters::Letter;
use crate::support::reported::ANI;
use crate::support::world::World;

/// What the program says about a world's desk.
pub(crate) fn siaga(world: &World, arguments: &[&str]) -> String {
    let output = run(world, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn run(world: &World, arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut siaga = Command::new(env!("CARGO_BIN_EXE_siaga"));
    siaga.arg("--config").arg(root.join("config")).args(arguments).env("SIAGA__DATA__DIR", world.folder());
    siaga.output().expect("run siaga")
}

#[test]
fn an_office_is_no_person_and_whoever_is_unknown_has_no_record() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("keluar");
    for (address, says) in [(ANI, "holds an office"), ("orang@lain.example", "nothing is held")] {
        let to = target.to_str().expect("a path");
        let output = run(&world, &["person", "export", address, "--to", to, "--reason", "uji"]);
        assert!(!output.status.success() && !target.exists(), "{address}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(says), "{address}: {said}");
    }
    assert!(world.events().iter().all(|entry| entry.kind != "identity_shown"));
}

#[test]
fn a_hold_is_set_shown_and_ended_at_the_command_line() {
    let mut world = desk(|_| ());
    world.writes(&report());
    siaga(&world, &["ticket", "hold", "CIAMIS-2026-0001", "--reason", "diminta penyidik"]);
    assert!(siaga(&world, &["ticket", "show", "CIAMIS-2026-0001"]).contains("diminta penyidik"));
    let redact = ["ticket", "redact", "CIAMIS-2026-0001", "--reason", "uji"];
    let unasked = run(&world, &redact);
    assert!(!unasked.status.success() && String::from_utf8_lossy(&unasked.stderr).contains("--yes"));
    assert!(!run(&world, &[&redact[..], &["--yes"]].concat()).status.success(), "it is held");
    siaga(&world, &["ticket", "hold", "CIAMIS-2026-0001", "--release"]);
    siaga(&world, &[&redact[..], &["--yes"]].concat());
}

#[test]
fn a_person_gets_all_that_is_held_about_him_and_nothing_of_others() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    let other = Letter::from("Elangwati <elang@lainlagi.example>").subject("ELANGSUBYEK").text("ELANGISI di jdih.");
    world.writes(&other);
    world.replies(ANI, "Baru", "#catat ELANGCATATAN tim");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let to = folder.path().join("keluar");
    let target = to.to_str().expect("a path");
    let said = siaga(&world, &["person", "export", ADDRESS, "--to", target, "--reason", "surat 24/11/2026"]);
    assert!(said.contains("BACA-INI.txt"), "{said}");
    let index = std::fs::read_to_string(to.join("BACA-INI.txt")).expect("the index");
    for expected in ["CIAMIS-2026-0001", "Saudara melaporkannya", "surat-masuk/0001.eml", "surat-keluar/0001.eml"] {
        assert!(index.contains(expected), "{expected}: {index}");
    }
    let raw = std::fs::read(to.join("surat-masuk/0001.eml")).expect("his letter");
    assert_eq!(found_in(&raw, &["ISIKENARI", "BERKASKENARI"]).len(), 2, "as he wrote it");
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(to.join("data.json")).expect("JSON")).expect("JSON");
    assert_eq!(json["tickets"].as_array().expect("a list").len(), 1);
    let others = ["elang@", "lainlagi", "ELANGSUBYEK", "ELANGISI", "ELANGCATATAN", "ani@csirt", "Ani ", "admin@dinkes"];
    assert_eq!(left_in(&to, &others), Vec::<String>::new());
    assert!(!left_in(&to, &IDENTITY[..1]).is_empty());
    // The logbook has who was shown what, and why.
    let shown = world.events().into_iter().find(|entry| entry.kind == "identity_shown").expect("the note");
    assert_eq!((shown.actor.as_str(), &shown.detail["reason"]), ("operator", &serde_json::json!("surat 24/11/2026")));
    assert_eq!(shown.ticket.as_deref(), Some("CIAMIS-2026-0001"));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The folder cannot be made, or the disk gives up half way: the logbook said that he was shown it.
#[test]
fn a_record_that_was_never_handed_out_was_noted_as_shown() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shown = |world: &World| world.events().iter().filter(|entry| entry.kind == "identity_shown").count();
    let export = |world: &World, to: &Path| {
        let to = to.to_str().expect("a path");
        run(world, &["person", "export", ADDRESS, "--to", to, "--reason", "surat 24/11/2026"])
    };
    let nowhere = folder.path().join("tidak-ada/keluar");
    assert!(!export(&world, &nowhere).status.success());
    assert_eq!(shown(&world), 0, "nothing was written");
    // A letter that lies there and cannot be read: the first files are written, then nothing more.
    let letters = files(&world.folder().join("raw"));
    let kept: Vec<_> = letters.iter().map(|path| (path, std::fs::read(path).expect("a letter"))).collect();
    for (path, _) in &kept {
        std::fs::remove_file(path).expect("removed");
        std::fs::create_dir(path).expect("a folder in its place");
    }
    let to = folder.path().join("keluar");
    let refused = export(&world, &to);
    assert!(!refused.status.success(), "{}", String::from_utf8_lossy(&refused.stdout));
    assert_eq!(shown(&world), 0, "half of it was written");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "and none of it is left");
    for (path, bytes) in &kept {
        std::fs::remove_dir(path).expect("removed");
        std::fs::write(path, bytes).expect("the letter again");
    }
    let said = export(&world, &to);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(shown(&world), 1);
    assert!(to.join("surat-masuk/0001.eml").exists());
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
}
