//! Any mail to a desk with a ticket: whoever names no id of that ticket and is a stranger to it never
//! gets onto it, and an id or address nobody was told is never ours.

use std::cell::RefCell;

use chrono::TimeDelta;
use siaga::config::embedded;
use siaga::domain::Time;
use siaga::domain::answer::Evidence;
use siaga::domain::digest::Digest;
use siaga::domain::incoming::Nature;
use siaga::domain::message_id::MessageIdKey;
use siaga::domain::ticket::TicketNumber;
use siaga::domain::token::Token;
use siaga::engine::intake::{Action, Incoming};
use siaga::engine::{Context, Engine, Retries};
use siaga::mail::parse::parse;
use siaga::store::blobs::{Blobs, Kind};
use siaga::store::receipts::Arrival;
use siaga::store::{Store, outbox};
use siaga::templates::Templates;

const REPORTER: &str = "budi@warga.example";
const REPORT: &str = "From: Budi <budi@warga.example>\r\nTo: csirt@ciamiskab.go.id\r\nSubject: Situs diretas\r\n\
                      Message-ID: <awal@warga.example>\r\nReferences: <milis@warga.example>\r\n\r\n\
                      Halaman dinkes.ciamiskab.go.id berubah.\r\n";

pub(crate) fn body(data: &[u8]) {
    names(&String::from_utf8_lossy(data));
    let Ok(parsed) = parse(data) else { return };
    let mail = parsed.mail;
    DESK.with_borrow_mut(|desk| {
        let incoming = Incoming { mail: &mail, arrived_at: desk.now, evidence: Evidence::None.into(), again: &[] };
        let explained = desk.engine.explain(incoming, desk.now).expect("any mail can be explained");
        let ids: Vec<&String> = mail.in_reply_to.iter().chain(&mail.references).chain(&mail.message_id).collect();
        let about = if let Nature::Bounce(bounce) = &mail.nature { bounce.about.clone() } else { Vec::new() };
        let named = ids.into_iter().chain(&about).any(|id| {
            ["awal@warga.example", "milis@warga.example"].contains(&id.as_str()) || id.eq_ignore_ascii_case(&desk.ours)
        });
        let known = mail.sender.as_ref().is_some_and(|person| {
            let address = &person.address;
            address.as_str().eq_ignore_ascii_case(REPORTER)
                || desk.engine.context().rules.people.role_of(address, desk.today()).is_some()
        });
        let token = mail.recipients.iter().any(|address| address.local().contains('+'));
        let onto = explained.action == Action::FollowUp || explained.action == Action::Commands;
        assert!(!onto || named || known || token, "a stranger got onto a ticket: {}", explained.reason);
        if let Action::NewTicket = explained.action {
            assert_eq!(explained.ticket.as_deref(), Some("CIAMIS-2026-0002"));
        }
    });
}

/// What names a ticket, a mail or a person of ours, if any text does.
fn names(text: &str) {
    for number in TicketNumber::find(text, "CIAMIS") {
        assert_eq!(TicketNumber::find(&format!("Re: [{number}] x"), "ciamis"), std::slice::from_ref(&number));
        assert_eq!(number.to_string().parse().as_ref(), Ok(&number));
    }
    let key = MessageIdKey::new([7; 32]);
    if let Some(minted) = key.recognise(text) {
        let domain = minted.header_id.split_once('@').expect("a domain").1;
        assert_eq!(key.mint(minted.outbox, minted.ticket, domain), minted.header_id);
    }
    let desk = "csirt@ciamiskab.go.id".parse().expect("an address");
    if let Ok(address) = text.trim().parse()
        && let Some(token) = Token::in_address(&address, &desk)
    {
        let spelled = token.address(&desk).expect("short enough");
        assert!(spelled.as_str().eq_ignore_ascii_case(address.as_str()), "a second spelling of a token");
    }
}

/// A desk in memory with one ticket, whose reporter was answered.
struct Desk {
    engine: Engine,
    now: Time,
    /// The Message-ID of its acknowledgement.
    ours: String,
}

impl Desk {
    fn today(&self) -> chrono::NaiveDate {
        self.engine.context().rules.calendar.local(self.now).date_naive()
    }
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::new(desk());
}

fn desk() -> Desk {
    let config = embedded();
    let settings = &config.settings;
    let now: Time = "2026-11-23T00:30:00Z".parse().expect("a moment");
    let folder = tempfile::tempdir().expect("a folder");
    let context = |files| Context {
        desk: settings.desk.clone(),
        rules: config.rules(),
        caps: settings.caps,
        limits: settings.limits,
        form_senders: Vec::new(),
        images_max: settings.images_max,
        command: settings.command,
        schedules: settings.schedules.clone(),
        templates: Templates::embedded(settings.desk.clone(), config.calendar.zone()).expect("the shipped templates"),
        key: MessageIdKey::new([7; 32]),
        entropy: || Ok([1; 5]),
        files,
        retention: settings.retention,
        retries: Retries { pauses: settings.outbox.retry.clone(), give_up_after: settings.outbox.give_up_after },
        cutoff: Some(now - TimeDelta::days(1)),
        attempts_max: settings.intake.attempts_max,
    };
    let (path, files) = (folder.path().join("siaga.db"), Blobs::open(folder.path()).expect("the files"));
    let raw = REPORT.as_bytes();
    let mut spooled = files.spool(Kind::Raw).expect("a file");
    std::io::Write::write_all(&mut spooled, raw).expect("written");
    files.seal(vec![spooled]).expect("sealed");
    let store = Store::open(&path).expect("a database");
    let mut engine = Engine::start(store, context(Some(files)), now).expect("a desk");
    let arrival = Arrival {
        mailbox: "fuzz".to_owned(),
        place: "1/1".to_owned(),
        raw: Digest::of(raw),
        size_bytes: raw.len() as u64,
        whole: true,
        arrived_at: now,
    };
    let receipts = engine.receive(&[arrival], now).expect("received");
    let mail = parse(raw).expect("a report").mail;
    engine.take_in(receipts[0].id, &mail, Evidence::None, now).expect("taken in");
    let ours = outbox::all(engine.store().db(), None).expect("the outbox");
    let ours = ours.iter().find(|mail| mail.recipient == REPORTER).expect("an acknowledgement").message_id.clone();
    engine.close().expect("closed");
    // Where things are only tried out nothing is worded, and nothing has to be.
    let engine = Engine::open(Store::copy_of(&path).expect("a copy"), context(None)).expect("a desk");
    Desk { engine, now, ours }
}
