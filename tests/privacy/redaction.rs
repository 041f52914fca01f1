//! A person taken out of a ticket because he asks for it, and a logbook that stays true.

use rusqlite::Connection;
use siaga::domain::digest::Digest;
use siaga::domain::redaction::is_pseudonym;
use siaga::engine::redaction::{NotRemoved, Removal};
use siaga::store::{Store, logbook};

use crate::canaries::{ADDRESS, IDENTITY, WORDS, close, desk, forward, left_in, report};
use crate::person::siaga;
use crate::support::reported::{ANI, count};
use crate::support::world::World;

fn remove(world: &World, removal: &Removal) -> Result<(), NotRemoved> {
    let number = world.tickets()[0].number.clone();
    let now = world.now();
    let mut engine = world.shared.engine.borrow_mut();
    engine.remove_from_ticket(&number, removal, "permintaan pelapor", now).expect("the database").map(|_| ())
}

#[test]
fn a_reporter_who_withdraws_is_gone_at_once_and_the_ticket_goes_on() {
    let mut world = desk(|_| ());
    world.writes(&report());
    world.replies(ANI, "Baru", "#catat Bu Kanarina menelepon dari 0813-9988-7766");
    remove(&world, &Removal::Everything).expect("removed");
    assert_eq!(left_in(world.folder(), &[WORDS, IDENTITY].concat()), Vec::<String>::new());
    assert_eq!(logbook::first_broken(world.shared.engine.borrow().store().db()).expect("a check"), None);
    let events = world.events();
    let note = events.iter().find(|entry| entry.kind == "catat").expect("the note");
    assert_eq!(note.detail["text"], "Bu [dihapus] menelepon dari [dihapus]");
    assert_eq!(note.actor, "analyst:ani@csirt.example", "who of the team did what stays");
    let opened = events.iter().find(|entry| entry.kind == "ticket_opened").expect("the first entry");
    assert_eq!(opened.actor, "reporter:pelapor-ciamis-2026-0001@dihapus.invalid");
    // The ticket goes on, and nobody writes to a pseudonym.
    let sent = world.sent().len();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    assert!(is_pseudonym(&world.tickets()[0].reporter.as_ref().expect("a stand-in").address));
    assert!(world.sent()[sent..].iter().all(|mail| !mail.to.ends_with(".invalid") && mail.to != ADDRESS));
    assert_eq!(count(&world, "report_verified"), 0, "it is not even written");
}

#[test]
fn letters_alone_or_one_file_alone() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let file = Digest::of(b"\x89PNG\r\n\x1a\n BERKASKENARI");
    remove(&world, &Removal::Files(vec![file])).expect("removed");
    assert_eq!(left_in(world.folder(), &["BERKASKENARI", "berkas_kenari"]), Vec::<String>::new());
    assert!(!left_in(world.folder(), &["ISIKENARI"]).is_empty(), "its words stay");
    assert_eq!(remove(&world, &Removal::Files(vec![file])), Err(NotRemoved::NoFile(file)));
    remove(&world, &Removal::Letters).expect("removed");
    assert_eq!(left_in(world.folder(), WORDS), Vec::<String>::new());
    assert_eq!(world.tickets()[0].reporter.as_ref().expect("a reporter").address.as_str(), ADDRESS);
}

#[test]
fn what_is_held_is_not_removed_by_order_either() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let (number, now) = (world.tickets()[0].number.clone(), world.now());
    let held = world.shared.engine.borrow_mut().hold_ticket(&number, "diminta penyidik", now);
    held.expect("the database").expect("a ticket");
    let refused = remove(&world, &Removal::Everything).expect_err("refused").to_string();
    assert!(refused.contains("diminta penyidik") && refused.contains("--release"), "{refused}");
    assert!(!left_in(world.folder(), WORDS).is_empty());
    world.minutes(1);
}

#[test]
fn the_command_line_removes_while_the_desk_serves() {
    let mut world = desk(|_| ());
    world.writes(&report());
    let said = siaga(&world, &["ticket", "redact", "CIAMIS-2026-0001", "--reason", "permintaan pelapor", "--yes"]);
    assert!(said.contains("replaced by a pseudonym") && said.contains("backups"), "{said}");
    // The desk folds its own log at its next look.
    world.minutes(2);
    world.timers_round();
    assert_eq!(left_in(world.folder(), &[WORDS, IDENTITY].concat()), Vec::<String>::new());
    assert!(siaga(&world, &["logbook", "verify"]).contains("the chain is whole"));
    assert!(siaga(&world, &["ticket", "show", "CIAMIS-2026-0001"]).contains("[dihapus]"));
}

/// Whatever somebody changes by hand on the occasion of a redaction is found at its place.
#[test]
fn tampering_with_what_a_redaction_left_is_found_at_its_place() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    remove(&world, &Removal::Everything).expect("removed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let entries = world.events();
    let redacted = entries.iter().find(|entry| entry.redacted_by.is_some()).expect("a redacted entry").id;
    let plain = entries.iter().find(|entry| entry.redacted_by.is_none()).expect("another").id;
    let last = entries.last().expect("the redaction").id;
    world.shared.engine.borrow().store().checkpoint().expect("fold");
    for (name, sql, broken) in [
        ("actor", format!("UPDATE logbook SET actor = 'siaga' WHERE id = {redacted}"), redacted),
        ("detail", format!("UPDATE logbook SET detail = '{{}}', salt = '' WHERE id = {redacted}"), redacted),
        ("time", format!("UPDATE logbook SET at = '2020-01-01T00:00:00.000Z' WHERE id = {redacted}"), redacted),
        ("digest", format!("UPDATE logbook SET digest = '{}' WHERE id = {redacted}", Digest::of(b"x")), redacted),
        ("mark", format!("UPDATE logbook SET redacted_by = NULL WHERE id = {redacted}"), redacted),
        ("claim", format!("UPDATE logbook SET detail = '{{}}', redacted_by = {last} WHERE id = {plain}"), plain),
        ("list", format!("UPDATE logbook SET detail = '{{\"entries\":{{}}}}' WHERE id = {last}"), redacted.min(last)),
    ] {
        let path = folder.path().join(format!("{name}.db"));
        std::fs::copy(world.folder().join("siaga.db"), &path).expect("a copy");
        let db = Connection::open(&path).expect("open");
        let refused = db.execute_batch(&sql).expect_err("the database refuses");
        assert!(refused.to_string().contains("append-only"), "{name}: {refused}");
        db.execute_batch("DROP TRIGGER logbook_is_append_only_update").expect("drop");
        db.execute_batch(&sql).expect("by hand");
        drop(db);
        let store = Store::open(&path).expect("open");
        assert_eq!(logbook::first_broken(store.db()).expect("a check"), Some(broken), "{name}");
    }
}
