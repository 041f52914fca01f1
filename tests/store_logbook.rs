//! The logbook: what the database refuses, and what is found when somebody got at the file.

#[path = "support/tickets.rs"]
mod support;

use std::path::Path;

use chrono::{TimeDelta, TimeZone, Utc};
use rusqlite::Connection;
use serde_json::json;

use siaga::domain::Time;
use siaga::domain::digest::Digest;
use siaga::domain::logbook::{Entry, Kind};
use siaga::domain::person::Address;
use siaga::domain::role::{Actor, Role};
use siaga::domain::ticket::{Ticket, TicketId};
use siaga::store::{Store, logbook, tickets};

fn at(minute: i64) -> Time {
    Utc.with_ymd_and_hms(2026, 11, 23, 3, 0, 0).single().expect("an instant") + TimeDelta::minutes(minute)
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn ticket(serial: u32) -> Ticket {
    Ticket { due_at: Some(at(180)), ..support::ticket(serial, at(0)) }
}

fn entry(kind: Kind, detail: serde_json::Value) -> Entry {
    let actor = Actor::Person { role: Role::Reporter, address: address("budi@warga.example") };
    Entry { actor, kind, message: Some(Digest::of(b"mail")), detail }
}

/// A logbook of five entries in a file.
fn written(path: &Path) -> Store {
    let mut store = Store::open(path).expect("open");
    let appended = store.write(|tx| {
        let ticket = tickets::insert(tx, &ticket(1))?;
        tickets::insert(tx, &crate::ticket(2))?;
        for (number, on) in [Some(ticket), None, Some(ticket), Some(ticket), None].into_iter().enumerate() {
            logbook::append(tx, on, &entry(Kind::MessageFiled, json!({ "number": number })), at(number as i64))?;
        }
        Ok(())
    });
    appended.expect("append");
    store
}

#[test]
fn a_logbook_nobody_touched_holds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = written(&folder.path().join("siaga.db"));
    assert_eq!(logbook::first_broken(store.db()).expect("a check"), None);
    let entries = logbook::entries(store.db(), None).expect("entries");
    assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(entries[0].ticket.as_deref(), Some("CIAMIS-2026-0001"));
    assert_eq!((entries[1].actor.as_str(), entries[1].kind.as_str()), ("reporter:budi@warga.example", "message_filed"));
    assert_eq!(logbook::entries(store.db(), Some(TicketId(1))).expect("entries").len(), 3);
    assert_eq!(
        logbook::first_broken(Store::in_memory().expect("in memory").db()).expect("a check"),
        None,
        "an empty one holds too"
    );
}

#[test]
fn the_database_refuses_to_change_the_logbook() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut store = written(&folder.path().join("siaga.db"));
    for sql in [
        "UPDATE logbook SET actor = 'siaga' WHERE id = 3",
        "DELETE FROM logbook WHERE id = 5",
        "DELETE FROM logbook",
        "INSERT OR REPLACE INTO logbook (id, at, actor, kind, digest) VALUES (3, '', '', '', '')",
        "REPLACE INTO logbook (id, at, actor, kind, digest) VALUES (5, '', '', '', '')",
    ] {
        let refused = store.write(|tx| Ok(tx.execute_batch(sql)?)).expect_err(sql);
        assert!(format!("{refused:#}").contains("append-only"), "{sql}: {refused:#}");
    }
    assert_eq!(logbook::first_broken(store.db()).expect("a check"), None);
    assert_eq!(logbook::entries(store.db(), None).expect("entries").len(), 5);
}

/// Whoever gets at the file and takes the triggers away is found out, entry by entry and field by
/// field.
#[test]
fn case_93_tampering_is_found_at_its_place() {
    let check = |sql: &str, broken: i64| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("siaga.db");
        drop(written(&path));
        let db = Connection::open(&path).expect("open");
        db.execute_batch(
            "DROP TRIGGER logbook_is_append_only_update; DROP TRIGGER logbook_is_append_only_delete; \
             DROP TRIGGER logbook_is_append_only_insert;",
        )
        .expect("without triggers");
        db.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(logbook::first_broken(&db).expect("a check"), Some(broken), "{sql}");
    };
    check("UPDATE logbook SET at = '2026-11-23T03:02:00.001Z' WHERE id = 3", 3);
    check("UPDATE logbook SET ticket_id = 2 WHERE id = 3", 3);
    check("UPDATE logbook SET ticket_id = NULL WHERE id = 3", 3);
    check("UPDATE logbook SET ticket_id = 1 WHERE id = 2", 2);
    check("UPDATE logbook SET actor = 'siaga' WHERE id = 1", 1);
    check("UPDATE logbook SET kind = 'message_held' WHERE id = 5", 5);
    check("UPDATE logbook SET message = '' WHERE id = 4", 4);
    check("UPDATE logbook SET detail = '{\"number\": 2}' WHERE id = 3", 3);
    check("UPDATE logbook SET digest = (SELECT digest FROM logbook WHERE id = 2) WHERE id = 3", 3);
    // Entries gone, from the middle, the beginning and the end.
    check("DELETE FROM logbook WHERE id = 3", 3);
    check("DELETE FROM logbook WHERE id = 1", 1);
    check("DELETE FROM logbook WHERE id = 5", 5);
    check("DELETE FROM logbook WHERE id > 2", 3);
    check("DELETE FROM logbook", 1);
    // One moved behind a gap: the chain holds, the numbers do not.
    check("UPDATE logbook SET id = 6 WHERE id = 5", 5);
    // Two exchanged, one moved up into a gap, one put in.
    check(
        "UPDATE logbook SET id = 99 WHERE id = 2; UPDATE logbook SET id = 2 WHERE id = 3; UPDATE logbook SET id = 3 WHERE id = 99",
        2,
    );
    check("DELETE FROM logbook WHERE id = 2; UPDATE logbook SET id = id - 1 WHERE id > 2", 2);
    check("INSERT INTO logbook (at, actor, kind, digest) SELECT at, actor, kind, digest FROM logbook WHERE id = 5", 6);
}

/// What the file alone cannot tell: that is why a digest belongs somewhere else as well.
#[test]
fn a_wholly_rewritten_end_is_not_found_in_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("siaga.db");
    drop(written(&path));
    let db = Connection::open(&path).expect("open");
    db.execute_batch(
        "DROP TRIGGER logbook_is_append_only_delete; DELETE FROM logbook WHERE id = 5; \
         UPDATE sqlite_sequence SET seq = 4 WHERE name = 'logbook';",
    )
    .expect("the end is gone");
    assert_eq!(logbook::first_broken(&db).expect("a check"), None);
}
