//! The outbox as a table: one mail for one purpose, the oldest first, and what became of each.

#[path = "support/tickets.rs"]
mod support;

use chrono::{TimeDelta, TimeZone, Utc};

use siaga::domain::Time;
use siaga::domain::answer::Evidence;
use siaga::domain::directory::Directory;
use siaga::domain::gate::{Cleared, Gate};
use siaga::domain::notice::Notice;
use siaga::domain::notice::reporter::ReportReceived;
use siaga::domain::outgoing::OutboxId;
use siaga::domain::person::{Address, Person};
use siaga::domain::ticket::{Ticket, TicketId};
use siaga::store::outbox::{Draft, Frozen, Retry};
use siaga::store::{Store, letters, outbox, said, tickets};

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
    Ticket { due_at: Some(at(180)), ..support::ticket(serial, at(0)) }
}

fn store_with_ticket() -> (Store, TicketId) {
    let mut store = store();
    let id = store.write(|tx| tickets::insert(tx, &ticket(1))).expect("a ticket");
    (store, id)
}

/// Does something with a mail to the reporter of a ticket, as the gate lets it through.
fn cleared<T>(recipient: &str, work: impl FnOnce(&Cleared<'_>) -> T) -> T {
    let (recipient, people) = (address(recipient), Directory::default());
    let reporter = Person { name: String::new(), address: recipient.clone() };
    let ticket = Ticket { reporter: Some(reporter), ..ticket(1) };
    let today = at(0).date_naive();
    let gate = Gate { ticket: Some(&ticket), office: None, admitted: false, people: &people, today };
    let notice = Notice::ReportReceived(ReportReceived {
        number: ticket.number.to_string(),
        language: ticket.language,
        arrived_at: at(0),
        files: Vec::new(),
        missing: Vec::new(),
        due_at: at(180),
        begins_at: None,
        too_large: false,
        encrypted: false,
        own_words: None,
    });
    work(&gate.let_through(&notice, &recipient).expect("his own report"))
}

fn post(store: &mut Store, purpose: &str, recipient: &str, minute: i64) -> Option<OutboxId> {
    cleared(recipient, |cleared| post_cleared(store, purpose, cleared, minute))
}

fn post_cleared(store: &mut Store, purpose: &str, cleared: &Cleared<'_>, minute: i64) -> Option<OutboxId> {
    let draft =
        Draft { cleared, purpose, ticket: None, evidence: Some(Evidence::None), envelope_from: None, held: None };
    let posted = store.write(|tx| {
        let Some(id) = outbox::reserve(tx, &draft, at(minute))? else { return Ok(None) };
        let frozen = Frozen {
            header_id: format!("{purpose}@desk.example"),
            subject: "x".to_owned(),
            text: String::new(),
            bytes: purpose.into(),
        };
        outbox::freeze(tx, id, &frozen)?;
        Ok(Some(id))
    });
    posted.expect("post")
}

fn claim(store: &mut Store, minute: i64) -> Option<String> {
    let claimed = store.write(|tx| outbox::claim(tx, at(minute))).expect("claim");
    claimed.map(|mail| String::from_utf8(mail.bytes).expect("text"))
}

fn state_of(store: &Store, id: OutboxId) -> outbox::Entry {
    outbox::get(store.db(), id).expect("a lookup").expect("a row")
}

#[test]
fn a_purpose_makes_one_mail() {
    let mut store = store();
    let first = post(&mut store, "acknowledgement:1", "budi@warga.example", 0);
    assert!(first.is_some());
    assert_eq!(post(&mut store, "acknowledgement:1", "siti@warga.example", 5), None);
    assert_eq!(outbox::all(store.db(), None).expect("rows").len(), 1);
    assert_eq!(state_of(&store, first.expect("a row")).recipient, "budi@warga.example");
}

#[test]
fn what_waited_longest_is_claimed_first_and_nothing_twice() {
    let mut store = store();
    for (purpose, minute) in [("c", 20), ("a", 10), ("b", 10), ("later", 500)] {
        post(&mut store, purpose, "budi@warga.example", minute);
    }
    assert_eq!(claim(&mut store, 9), None, "nothing is due");
    assert_eq!(outbox::next_attempt(store.db()).expect("a time"), Some(at(10)));
    let order: Vec<_> = (0..4).map(|_| claim(&mut store, 30)).collect();
    assert_eq!(order, [Some("a".to_owned()), Some("b".to_owned()), Some("c".to_owned()), None]);
    assert_eq!(outbox::interrupted(store.db()).expect("rows").len(), 3, "claimed and not settled");
    assert_eq!(outbox::next_attempt(store.db()).expect("a time"), Some(at(500)));
}

#[test]
fn a_refused_mail_waits_and_keeps_what_is_known_about_it() {
    let mut store = store();
    let id = post(&mut store, "a", "budi@warga.example", 0).expect("a row");
    let retry = |store: &mut Store, minute, counted, doubtful| {
        let retry = Retry { at: at(minute), reply: "450 later", counted, doubtful, for_key: false };
        store.write(|tx| outbox::requeue(tx, id, &retry)).expect("requeue");
    };
    claim(&mut store, 0);
    retry(&mut store, 5, true, true);
    let row = state_of(&store, id);
    assert_eq!(
        (row.state, row.attempts, row.doubtful, row.reply.as_str()),
        (outbox::State::Queued, 1, true, "450 later")
    );
    assert_eq!(claim(&mut store, 4), None);
    assert_eq!(claim(&mut store, 5).as_deref(), Some("a"));
    // The fault of the connection is no attempt of the mail's own; doubt stays doubt.
    retry(&mut store, 6, false, false);
    let row = state_of(&store, id);
    assert_eq!((row.attempts, row.doubtful), (1, true));
    claim(&mut store, 6);
    store.write(|tx| outbox::sent(tx, id, "250 OK", at(7))).expect("sent");
    let row = state_of(&store, id);
    assert_eq!((row.state, row.sent_at, row.attempts), (outbox::State::Sent, Some(at(7)), 2));
    store.write(|tx| outbox::bounced(tx, id, "failed (5.1.1)")).expect("bounced");
    let row = state_of(&store, id);
    assert_eq!((row.state, row.bounced.as_str()), (outbox::State::Sent, "failed (5.1.1)"));
    assert_eq!(claim(&mut store, 999), None, "what is sent stays sent");
    assert_eq!(outbox::bytes(store.db(), id).expect("bytes"), Some(b"a".to_vec()), "the frozen bytes never change");
}

#[test]
fn an_end_in_doubt_says_so() {
    let mut store = store();
    let id = post(&mut store, "a", "budi@warga.example", 0).expect("a row");
    claim(&mut store, 0);
    store.write(|tx| outbox::ended(tx, id, outbox::State::InDoubt, "no reply")).expect("ended");
    let row = state_of(&store, id);
    assert_eq!((row.state, row.doubtful, row.reply.as_str()), (outbox::State::InDoubt, true, "no reply"));
    assert_eq!(claim(&mut store, 999), None);
}

/// The windows of the caps: the hour is open at its beginning and closed at its end.
#[test]
fn acknowledgements_are_counted_by_address_evidence_and_hour() {
    let mut store = store();
    post(&mut store, "1", "budi@warga.example", 0);
    post(&mut store, "2", "BUDI@warga.example", 1);
    post(&mut store, "3", "siti@warga.example", 2);
    let counted = |minute| {
        let counts = said::acknowledged_since(store.db(), &address("Budi@Warga.example"), at(minute)).expect("counts");
        (counts.to_address, counts.without_evidence, counts.in_all)
    };
    assert_eq!(counted(-1), (2, 3, 3));
    assert_eq!(counted(0), (1, 2, 2), "exactly an hour ago is over");
    assert_eq!(counted(2), (0, 0, 0));
    let notices = outbox::count_since(store.db(), "report_received", &address("budi@warga.example"), at(-1));
    assert_eq!(notices.expect("a count"), 2);
}

#[test]
fn a_thread_has_the_head_each_reader_got() {
    let (mut store, ticket) = store_with_ticket();
    let post = |store: &mut Store, purpose: &str, recipient: &str| {
        let frozen = Frozen {
            header_id: format!("{purpose}@desk.example"),
            subject: String::new(),
            text: String::new(),
            bytes: vec![1],
        };
        let reserve = |tx: &rusqlite::Connection, cleared: &Cleared<'_>| {
            let (ticket, from) = (Some(ticket), Some(cleared.to()));
            let draft = Draft { cleared, purpose, ticket, evidence: None, envelope_from: from, held: None };
            outbox::reserve(tx, &draft, at(0))
        };
        let id = store.write(|tx| {
            let id = cleared(recipient, |cleared| reserve(tx, cleared))?.expect("a new purpose");
            outbox::freeze(tx, id, &frozen)?;
            Ok(id)
        });
        id.expect("post")
    };
    post(&mut store, "1", "ani@csirt.example");
    post(&mut store, "2", "dedi@csirt.example");
    let last = post(&mut store, "3", "Ani@csirt.example");
    let head = |recipient: &str| outbox::thread_head(store.db(), ticket, &address(recipient)).expect("a lookup");
    assert_eq!(head("ANI@csirt.example").as_deref(), Some("1@desk.example"));
    assert_eq!(head("dedi@csirt.example").as_deref(), Some("2@desk.example"));
    assert_eq!(head("kabid@csirt.example"), None);
    assert_eq!(outbox::with_header_id(store.db(), "3@desk.example").expect("a lookup"), Some((last, Some(ticket))));
    let row = state_of(&store, last);
    assert_eq!((row.ticket.as_deref(), row.recipient.as_str()), (Some("CIAMIS-2026-0001"), "ani@csirt.example"));
}

#[test]
fn a_mail_whose_words_were_removed_while_it_was_sent_never_leaves_empty() {
    let mut store = store();
    let id = post(&mut store, "one", "ani@csirt.example", 0).expect("posted");
    store.write(|tx| outbox::claim(tx, at(0))).expect("claimed").expect("a mail");
    store.write(|tx| letters::remove_copy(tx, id, "(dihapus)")).expect("removed");
    let retry = Retry { at: at(1), reply: "451 later", counted: true, doubtful: false, for_key: false };
    store.write(|tx| outbox::requeue(tx, id, &retry)).expect("put back");
    assert!(store.write(|tx| outbox::claim(tx, at(9))).expect("asked").is_none());
    let row = outbox::get(store.db(), id).expect("read").expect("the row");
    assert_eq!(row.state, outbox::State::Withdrawn);
}
