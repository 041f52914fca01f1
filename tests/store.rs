//! What the store promises: all or nothing, one row for one thing, texts as they were.

#[path = "support/tickets.rs"]
mod support;

use chrono::{TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use rusqlite::Connection;

use siaga::domain::Time;
use siaga::domain::answer::Evidence;
use siaga::domain::calendar::Counting;
use siaga::domain::deadline::{Deadline, Elapsed, Run};
use siaga::domain::digest::Digest;
use siaga::domain::incoming::{Attachment, Content, Defect, IncomingMail, Language, Nature};
use siaga::domain::person::{Address, Person};
use siaga::domain::protection::Protection;
use siaga::domain::scan::Scan;
use siaga::domain::sop::Moment;
use siaga::domain::stage::Stage;
use siaga::domain::ticket::{Ticket, TicketId};
use siaga::domain::timer::{Timer, TimerKind};
use siaga::store::messages::{Filing, Meaning};
use siaga::store::receipts::{Arrival, ReceiptId, State};
use siaga::store::{Store, messages, meta, receipts, tickets, timers};

fn at(minute: i64) -> Time {
    Utc.with_ymd_and_hms(2026, 11, 23, 3, 0, 0).single().expect("an instant") + TimeDelta::minutes(minute)
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn store() -> Store {
    Store::in_memory().expect("in memory")
}

fn ticket(serial: u32) -> Ticket {
    let reporter = Person { name: "Budi".to_owned(), address: address("budi@warga.example") };
    Ticket { reporter: Some(reporter), due_at: Some(at(180)), ..support::ticket(serial, at(0)) }
}

fn store_with_ticket() -> (Store, TicketId) {
    let mut store = store();
    let id = store.write(|tx| tickets::insert(tx, &ticket(1))).expect("a ticket");
    (store, id)
}

// The database itself.

#[test]
fn a_write_is_everything_or_nothing() {
    let mut store = store();
    let failed: anyhow::Result<()> = store.write(|tx| {
        tickets::insert(tx, &ticket(1))?;
        anyhow::bail!("a later step fails")
    });
    assert!(failed.is_err());
    assert_eq!(tickets::all(store.db()).expect("tickets").len(), 0);
    store.write(|tx| tickets::insert(tx, &ticket(1))).expect("the number is free still");
}

#[test]
fn a_rehearsal_leaves_nothing() {
    let (mut store, _) = store_with_ticket();
    let number = store.rehearse(|tx| {
        tickets::insert(tx, &ticket(2))?;
        tickets::next_number(tx, "CIAMIS", 2026)
    });
    assert_eq!(number.expect("a number").serial, 3);
    assert_eq!(tickets::next_number(store.db(), "CIAMIS", 2026).expect("a number").serial, 2);
}

/// Durability and safety are settings; a changed default would be felt only with the power gone.
#[test]
fn the_database_is_set_up_to_lose_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(&folder.path().join("siaga.db")).expect("open");
    let text = |name: &str| {
        let value: rusqlite::Result<String> = store.db().query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        value.expect("a setting")
    };
    let number = |name: &str| {
        let value: rusqlite::Result<i64> = store.db().query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        value.expect("a setting")
    };
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(number("synchronous"), 2);
    assert_eq!(number("foreign_keys"), 1);
    assert_eq!(number("trusted_schema"), 0);
    assert_eq!(number("secure_delete"), 1);
    assert_eq!(number("busy_timeout"), 5000);
}

#[test]
fn looking_creates_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("siaga.db");
    assert!(Store::open_to_read(&path).is_err() && !path.exists(), "a database that is not there is not made");
    drop(Store::open(&path).expect("open"));
    let mut looking = Store::open_to_read(&path).expect("open");
    assert!(looking.write(|tx| tickets::insert(tx, &ticket(1))).is_err());
    let mut copy = Store::copy_of(&path).expect("a copy");
    copy.write(|tx| tickets::insert(tx, &ticket(1))).expect("a copy is our own");
    assert_eq!(tickets::all(looking.db()).expect("tickets").len(), 0);
}

#[test]
fn a_desk_of_another_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("siaga.db");
    drop(Store::open(&path).expect("open"));
    Connection::open(&path).expect("open").pragma_update(None, "user_version", 99).expect("set");
    let told = format!("{:#}", Store::open(&path).expect_err("refused"));
    assert!(told.contains("schema 99") && told.contains("newer Siaga"), "{told}");
    assert!(Store::open_to_read(&path).is_err() && Store::copy_of(&path).is_err());
}

#[test]
fn the_first_start_is_fixed_once() {
    let mut store = store();
    assert_eq!(meta::known_first_start(store.db()).expect("meta"), None);
    for minute in [0, 10, -10] {
        assert_eq!(store.write(|tx| meta::first_start(tx, at(minute))).expect("meta"), at(0));
    }
}

// Receipts.

fn arrival(place: &str) -> Arrival {
    Arrival {
        mailbox: "INBOX".to_owned(),
        place: place.to_owned(),
        raw: Digest::of(place.as_bytes()),
        size_bytes: 5_000_000_000,
        whole: true,
        arrived_at: at(0),
    }
}

fn store_with_receipts(places: &[&str]) -> Store {
    let mut store = store();
    let inserted = store.write(|tx| places.iter().try_for_each(|place| receipts::insert(tx, &arrival(place), at(1))));
    inserted.expect("receipts");
    store
}

#[test]
fn a_place_has_one_receipt_whoever_lists_it_again() {
    let mut store = store_with_receipts(&["1:1"]);
    let first = receipts::at_place(store.db(), "INBOX", "1:1").expect("a lookup").expect("a receipt");
    assert_eq!((first.arrival.clone(), first.attempts, first.state), (arrival("1:1"), 1, State::Received));
    store.write(|tx| receipts::finish(tx, first.id, State::Taken, "", None)).expect("finish");
    let again = Arrival { raw: Digest::of(b"other"), arrived_at: at(99), ..arrival("1:1") };
    store.write(|tx| receipts::insert(tx, &again, at(100))).expect("insert");
    let kept = receipts::at_place(store.db(), "INBOX", "1:1").expect("a lookup").expect("a receipt");
    assert_eq!(kept, siaga::store::receipts::Receipt { state: State::Taken, ..first });
    // The same place in another mailbox is another one.
    let elsewhere = Arrival { mailbox: "Junk".to_owned(), ..arrival("1:1") };
    store.write(|tx| receipts::insert(tx, &elsewhere, at(100))).expect("insert");
    assert_eq!(receipts::in_states(store.db(), &[State::Received]).expect("receipts").len(), 1);
}

#[test]
fn receipts_are_counted_in_every_state() {
    let mut store = store_with_receipts(&["1:1", "1:2", "1:3", "1:4"]);
    let end = |store: &mut Store, id, state| store.write(|tx| receipts::finish(tx, ReceiptId(id), state, "x", None));
    end(&mut store, 2, State::Held).expect("finish");
    end(&mut store, 3, State::Ignored).expect("finish");
    let counts = receipts::count_by_state(store.db()).expect("counts");
    let of = |wanted: State| counts.iter().find(|(state, _)| *state == wanted).map(|(_, count)| *count);
    assert_eq!(
        (of(State::Received), of(State::Held), of(State::Ignored), of(State::Taken)),
        (Some(2), Some(1), Some(1), Some(0))
    );
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 4, "each receipt is in one state");
    let waiting = receipts::in_states(store.db(), &[State::Held, State::Received]).expect("receipts");
    assert_eq!(waiting.iter().map(|receipt| receipt.id.0).collect::<Vec<_>>(), [1, 2, 4], "oldest first");
}

#[test]
fn only_held_mail_is_released_and_its_readings_begin_anew() {
    let mut store = store_with_receipts(&["1:1"]);
    let id = ReceiptId(1);
    let release = |store: &mut Store| store.write(|tx| receipts::release(tx, id)).expect("release");
    assert!(!release(&mut store), "it waits already");
    store.write(|tx| receipts::count_attempt(tx, id)).expect("count");
    store.write(|tx| receipts::finish(tx, id, State::Held, "crash", None)).expect("finish");
    assert!(release(&mut store));
    assert!(!release(&mut store), "once");
    let receipt = receipts::get(store.db(), id).expect("a lookup").expect("a receipt");
    assert_eq!((receipt.state, receipt.attempts, receipt.reason.as_str()), (State::Received, 1, ""));
    assert_eq!(receipts::get(store.db(), ReceiptId(2)).expect("a lookup"), None);
}

#[test]
fn a_raw_file_is_needed_as_long_as_a_receipt_names_it() {
    let store = store_with_receipts(&["1:1"]);
    assert!(receipts::knows_raw(store.db(), &Digest::of(b"1:1")).expect("a lookup"));
    assert!(!receipts::knows_raw(store.db(), &Digest::of(b"1:2")).expect("a lookup"));
}

// Tickets, timers, messages.

#[test]
fn numbers_count_in_each_year_and_no_two_tickets_share_one() {
    let (mut store, _) = store_with_ticket();
    let next =
        |store: &Store, prefix: &str, year| tickets::next_number(store.db(), prefix, year).expect("a number").serial;
    assert_eq!((next(&store, "CIAMIS", 2026), next(&store, "CIAMIS", 2027), next(&store, "BANJAR", 2026)), (2, 1, 1));
    assert!(store.write(|tx| tickets::insert(tx, &ticket(1))).is_err());
    store.write(|tx| tickets::insert(tx, &ticket(9_999))).expect("a ticket");
    assert_eq!(next(&store, "CIAMIS", 2026), 10_000);
    let found = tickets::find(store.db(), &ticket(9_999).number).expect("a lookup").expect("a ticket");
    assert_eq!(Ticket { id: TicketId(0), ..found }, ticket(9_999));
}

#[test]
fn whoever_was_let_in_stays_in() {
    let (mut store, ticket) = store_with_ticket();
    let mut add = |who: &str, pending: bool| {
        store.write(|tx| tickets::add_participant(tx, ticket, &address(who), pending)).expect("add");
        tickets::is_participant(store.db(), ticket, &address("siti@warga.example")).expect("a lookup")
    };
    assert!(!add("siti@warga.example", true), "she waits");
    assert!(add("Siti@warga.example", false), "she is let in");
    assert!(add("siti@warga.example", true), "writing again does not put her out");
}

/// A verification that began at minute 0.
fn deadline(due: i64) -> Deadline {
    Deadline {
        stage: Stage::Verification,
        round: 1,
        started_at: at(0),
        due_at: at(due),
        due_calendar_at: at(due),
        counting: Counting::Working,
        run: Run::Running { since: at(0) },
        idle: Elapsed::default(),
    }
}

#[test]
fn timers_that_fired_stay_and_waiting_ones_are_replaced() {
    let (mut store, ticket) = store_with_ticket();
    let timer = |percent, minute| Timer { kind: TimerKind::Reminder(Moment::Share(percent)), due_at: at(minute) };
    let plan = |store: &mut Store, due: i64, planned: &[Timer]| {
        let deadline = deadline(due);
        let planned: Vec<_> = planned.iter().map(|timer| (&deadline, *timer)).collect();
        store.write(|tx| timers::replace(tx, ticket, &planned)).expect("plan");
    };
    plan(&mut store, 180, &[timer(80, 144), timer(50, 90)]);
    assert_eq!(timers::next_due(store.db()).expect("a time"), Some(at(90)));
    assert_eq!(timers::tickets_due(store.db(), at(90)).expect("tickets"), [ticket]);
    assert!(timers::due(store.db(), ticket, at(89)).expect("timers").is_empty());
    let due = timers::due(store.db(), ticket, at(200)).expect("timers");
    assert_eq!(
        due.iter().map(|timer| timer.kind.to_string()).collect::<Vec<_>>(),
        ["reminder-50%", "reminder-80%"],
        "the oldest first"
    );
    store.write(|tx| timers::fire(tx, &due[0], at(91))).expect("fire");
    store.write(|tx| timers::postpone(tx, &due[1], at(300))).expect("postpone");
    assert_eq!(timers::next_due(store.db()).expect("a time"), Some(at(300)));
    // The same stage with the same deadline is not planned twice; a later one is.
    plan(&mut store, 180, &[timer(50, 90)]);
    assert_eq!(timers::next_due(store.db()).expect("a time"), None);
    plan(&mut store, 400, &[timer(50, 250)]);
    let all = timers::of_ticket(store.db(), ticket).expect("timers");
    assert_eq!(
        all.iter().map(|timer| (timer.due_at, timer.fired_at)).collect::<Vec<_>>(),
        [(at(90), Some(at(91))), (at(250), None)]
    );
}

fn mail(text: &str, core: &[u8]) -> IncomingMail {
    IncomingMail {
        raw: Digest::of(core),
        core: Digest::of(core),
        size_bytes: 10,
        message_id: Some(format!("{}@warga.example", Digest::of(core))),
        in_reply_to: vec!["awal@warga.example".to_owned()],
        references: Vec::new(),
        sender: Some(Person { name: text.to_owned(), address: address("budi@warga.example") }),
        from_text: text.to_owned(),
        reply_to: None,
        recipients: Vec::new(),
        subject: text.to_owned(),
        date: Some(at(-1)),
        text: text.to_owned(),
        new_text: text.to_owned(),
        command_text: text.to_owned(),
        html_text: None,
        reported: String::new(),
        language: Language::En,
        attachments: vec![Attachment {
            filename: text.to_owned(),
            content_type: "image/png".to_owned(),
            content: Content::Image,
            size_bytes: 5_000_000_000,
            digest: Digest::of(text.as_bytes()),
            inline: true,
            scan: Some(Scan::Found("Win.Test.EICAR_HDB-1".to_owned())),
        }],
        nature: Nature::Person,
        automatic: None,
        junk: false,
        hops: 3,
        defects: vec![Defect::NoMessageId],
        protection: Protection::default(),
    }
}

fn file(store: &mut Store, mail: &IncomingMail, ticket: Option<TicketId>) -> anyhow::Result<()> {
    let filing =
        Filing { ticket, meaning: Meaning::Report, pending: false, arrived_at: at(0), evidence: Evidence::None };
    store.write(|tx| messages::insert(tx, mail, filing).map(|_| ()))
}

#[test]
fn a_message_is_kept_once_whatever_number_of_times_it_comes() {
    let (mut store, ticket) = store_with_ticket();
    file(&mut store, &mail("satu", b"core"), Some(ticket)).expect("file");
    assert!(file(&mut store, &mail("dua", b"core"), Some(ticket)).is_err());
    let (_, on) = messages::with_core(store.db(), &Digest::of(b"core")).expect("a lookup").expect("a message");
    assert_eq!(on, Some(ticket));
    assert_eq!(messages::count(store.db(), ticket).expect("counts"), (1, 1));
    for id in ["awal@warga.example", &format!("{}@warga.example", Digest::of(b"core"))] {
        assert_eq!(messages::ticket_naming(store.db(), id).expect("a lookup"), Some(ticket), "{id}");
    }
    assert_eq!(messages::ticket_naming(store.db(), "asing@warga.example").expect("a lookup"), None);
    assert!(!messages::has_header_id(store.db(), "").expect("a lookup"), "no id is no id");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// SQL in a text, four-byte letters, NULs: what goes in comes out.
    #[test]
    fn texts_come_back_as_they_were(text in prop_oneof![any::<String>(), Just("'; DROP TABLE ticket; -- \0 🔥".to_owned())]) {
        let (mut store, id) = store_with_ticket();
        let mail = mail(&text, b"core");
        file(&mut store, &mail, Some(id)).expect("file");
        let kept = messages::of_ticket(store.db(), id).expect("messages").pop().expect("one");
        prop_assert_eq!((&kept.subject, &kept.text, &kept.new_text, &kept.sender_name), (&text, &text, &text, &text));
        prop_assert_eq!(&kept.attachments, &mail.attachments);
        let other = Ticket { subject: text.clone(), ..ticket(2) };
        let id = store.write(|tx| tickets::insert(tx, &other)).expect("a ticket");
        prop_assert_eq!(tickets::get(store.db(), id).expect("a ticket").subject, text);
    }
}
