//! A whole desk on a simulated clock: the real engine, store, templates and rounds; only the mail
//! servers are in memory.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use mail_parser::{MessageParser, MimeHeaders};
use siaga::cli::keys::Keys;
use siaga::clock::{Clock, SetClock};
use siaga::config::{self, Config};
use siaga::daemon::dns::Dns;
use siaga::daemon::inbox::Inbox;
use siaga::daemon::intake::Intake;
use siaga::daemon::outbox::{Ended, Sender};
use siaga::daemon::scanner::Scanner;
use siaga::daemon::{Shared, scanning, timers};
use siaga::domain::Time;
use siaga::domain::message_id::MessageIdKey;
use siaga::domain::outgoing::OutgoingMail;
use siaga::domain::schedule::Schedules;
use siaga::domain::ticket::Ticket;
use siaga::engine::{Context, Engine, Retries};
use siaga::mail::reader::Reader;
use siaga::mail::transport::Trouble;
use siaga::store::blobs::Blobs;
use siaga::store::logbook::StoredEntry;
use siaga::store::{Store, logbook, outbox, tickets};
use siaga::templates::Templates;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::fakes::{FakeMailbox, FakeMailer, Provider, Server};
use super::keys;
use super::letters::Letter;

/// The simulated world.
pub struct World {
    pub shared: Shared<SetClock>,
    pub server: Rc<RefCell<Server>>,
    pub provider: Rc<RefCell<Provider>>,
    inbox: Inbox<FakeMailbox>,
    sender: Sender<FakeMailer>,
    runtime: Runtime,
    folder: TempDir,
    config: Config,
}

impl Received {
    /// The one-time code in it.
    pub fn code(&self) -> String {
        let is_code = |word: &&str| {
            word.len() == 9 && word.find('-') == Some(4) && siaga::domain::approval::Code::typed(word).is_some()
        };
        let words = self.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        words.into_iter().find(is_code).expect("a code").to_owned()
    }

    /// The text as one line, wherever it was wrapped.
    pub fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A mail of ours as its recipient sees it.
#[derive(Debug, Clone)]
pub struct Received {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub message_id: String,
    pub mail: OutgoingMail,
}

impl World {
    /// A desk with the shipped configuration that starts on Monday 23 November 2026 at 07.30 WIB.
    pub fn new() -> World {
        World::with(|_| {})
    }

    /// The same with a changed configuration.
    pub fn with(change: impl FnOnce(&mut Config)) -> World {
        let mut config = config::embedded();
        // Stories are told without the mails of the calendar, unless they are about them.
        config.settings.schedules = Schedules::default();
        // Its letters bear no mark of their origin; what evidence changes has tests of its own.
        config.settings.command.require_evidence = false;
        change(&mut config);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Rc::new(RefCell::new(Server::new()));
        let provider = Rc::default();
        let (shared, inbox, sender) = start(&config, &folder, &server, &provider, wib("2026-11-23 07:30"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        World { shared, server, provider, inbox, sender, runtime, folder, config }
    }

    /// The process ends and begins anew on the same database; the servers stay as they are.
    pub fn restart(&mut self) {
        let now = self.now();
        let (shared, inbox, sender) = start(&self.config, &self.folder, &self.server, &self.provider, now);
        (self.shared, self.inbox, self.sender) = (shared, inbox, sender);
        self.shared.engine.borrow_mut().recover_sending(now).expect("recover");
    }

    /// The process ends and begins anew with a changed configuration.
    pub fn reconfigure(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
        self.restart();
    }

    /// The configuration it runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn now(&self) -> Time {
        self.shared.clock.now()
    }

    /// Delivers a letter at this moment and lets the desk deal with it.
    pub fn writes(&mut self, letter: &Letter) {
        self.deliver(letter);
        self.take_in();
    }

    /// Puts a letter into the mailbox; the desk does not look yet.
    pub fn deliver(&mut self, letter: &Letter) {
        self.deliver_raw(letter.raw());
    }

    pub fn deliver_raw(&mut self, raw: Vec<u8>) {
        let now = self.now();
        self.server.borrow_mut().deliver(raw, now);
    }

    /// The desk takes in what is in the mailbox and sends what follows.
    pub fn take_in(&mut self) {
        self.inbox_round().expect("the inbox round");
        self.send();
    }

    pub fn inbox_round(&mut self) -> Result<(), Trouble> {
        self.runtime.block_on(self.inbox.round(&self.shared))
    }

    /// The desk sends what is due.
    pub fn send(&mut self) -> Ended {
        self.runtime.block_on(self.sender.round(&self.shared)).expect("the outbox round")
    }

    /// Lets time pass until a moment in local time, and everything happen that is due on the way.
    pub fn until(&mut self, moment: &str) {
        let target = wib(moment);
        loop {
            let due = self.shared.engine.borrow().next_due().expect("next due");
            let Some(due) = due.filter(|due| *due <= target) else { break };
            let now = self.now().max(due);
            self.shared.clock.set(now);
            timers::round(&self.shared).expect("the timers round");
            self.send();
        }
        self.shared.clock.set(target);
        if self.server.borrow().failures == 0 {
            // The daemon looks at the mailbox all the while, and nothing has come.
            self.shared.engine.borrow_mut().mailbox_seen(target).expect("noted");
        }
    }

    /// Lets minutes pass.
    pub fn minutes(&mut self, minutes: i64) {
        let target = self.now() + TimeDelta::minutes(minutes);
        self.until(&local(target));
    }

    /// Sets the clock without anybody noticing, as while the machine is off.
    pub fn sleep_until(&mut self, moment: &str) {
        self.shared.clock.set(wib(moment));
    }

    /// Messages are taken in otherwise than usual.
    pub fn change_intake(&mut self, change: impl FnOnce(Intake) -> Intake) {
        let blobs = Blobs::open(self.folder.path()).expect("the blobs");
        let settings = &self.config.settings.intake;
        let intake = change(Intake::new(blobs, settings.parse_max).expect("a reader"));
        self.inbox = Inbox::new(FakeMailbox(Rc::clone(&self.server)), intake, settings.spool_max);
    }

    /// The scanner looks at what waits for it; returns how much waits no longer.
    pub fn scan_later(&mut self, scanner: &Scanner) -> usize {
        let blobs = Blobs::open(self.folder.path()).expect("the blobs");
        let round = scanning::round(&self.shared, scanner, &blobs);
        let done = self.runtime.block_on(round).expect("the scanning round");
        self.send();
        done
    }

    /// The daemon itself serves until the provider has what is waited for.
    pub fn serve_until(&mut self, done: impl Fn(&Provider) -> bool) {
        let (shared, inbox, sender) =
            start(&self.config, &self.folder, &self.server, &self.provider, self.shared.clock.now());
        let shutdown = async {
            while !done(&self.provider.borrow()) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let serving = async {
            let serving = siaga::daemon::run(&shared, inbox, vec![sender], shutdown);
            tokio::time::timeout(Duration::from_secs(120), serving).await.expect("the daemon hangs")
        };
        self.runtime.block_on(serving).expect("a safe end");
    }

    pub fn timers_round(&mut self) {
        timers::round(&self.shared).expect("the timers round");
        self.send();
    }

    pub fn tickets(&self) -> Vec<Ticket> {
        tickets::all(self.shared.engine.borrow().store().db()).expect("tickets")
    }

    pub fn events(&self) -> Vec<StoredEntry> {
        logbook::entries(self.shared.engine.borrow().store().db(), None).expect("the logbook")
    }

    pub fn outbox(&self) -> Vec<outbox::Entry> {
        outbox::all(self.shared.engine.borrow().store().db(), None).expect("the outbox")
    }

    /// Every mail the provider has taken, in order.
    pub fn sent(&self) -> Vec<Received> {
        self.provider.borrow().taken.iter().map(received).collect()
    }

    /// What one address has received.
    pub fn mailbox_of(&self, address: &str) -> Vec<Received> {
        self.sent().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// The latest mail an address has received whose subject holds these words.
    pub fn latest(&self, address: &str, about: &str) -> Received {
        let mails = self.mailbox_of(address);
        let found = mails.iter().rev().find(|mail| mail.subject.contains(about));
        found.cloned().unwrap_or_else(|| {
            let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
            panic!("{address} has no mail about `{about}`, but {subjects:#?}")
        })
    }

    /// A reply to that mail as a mail program writes it, with the mail quoted below.
    pub fn reply(&self, address: &str, about: &str, text: &str) -> Letter {
        self.reply_to(address, &self.latest(address, about), text)
    }

    /// A reply to a certain mail.
    pub fn reply_to(&self, address: &str, answered: &Received, text: &str) -> Letter {
        let quoted: Vec<_> = answered.text.lines().map(|line| format!("> {line}")).collect();
        let text = format!(
            "{text}\n\nPada Sen, 23 Nov 2026 pukul 10.31 Ciamiskab-CSIRT <csirt@ciamiskab.go.id> menulis:\n\n{}",
            quoted.join("\n")
        );
        Letter::from(address)
            .subject(&format!("Re: {}", answered.subject))
            .answers(&answered.message_id)
            .id(&format!("{}.{}@{address}", self.outbox().len(), self.now().timestamp()))
            .text(&text)
    }

    /// Somebody replies to his latest mail with these words in its subject.
    pub fn replies(&mut self, address: &str, about: &str, text: &str) {
        let reply = self.reply(address, about, text);
        self.writes(&reply);
    }

    /// The latest transcript somebody got.
    pub fn transcript(&self, address: &str) -> Received {
        let ids: Vec<_> = self.outbox().into_iter().filter(|mail| mail.notice == "transcript").collect();
        let is = |mail: &&Received| ids.iter().any(|row| row.message_id == mail.message_id);
        self.mailbox_of(address).iter().rev().find(is).cloned().expect("a transcript")
    }

    /// The evidence folder, raw folder and database.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The story so far as its readers tell it: when, to whom, what.
    pub fn story(&self) -> String {
        let line =
            |mail: &outbox::Entry| format!("{}  {:<24} {}", local(mail.created_at), mail.recipient, mail.subject);
        self.outbox().iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn start(
    config: &Config,
    folder: &TempDir,
    server: &Rc<RefCell<Server>>,
    provider: &Rc<RefCell<Provider>>,
    now: Time,
) -> (Shared<SetClock>, Inbox<FakeMailbox>, Sender<FakeMailer>) {
    let settings = &config.settings;
    let templates = Templates::embedded(settings.desk.clone(), config.calendar.zone()).expect("the shipped templates");
    let context = Context {
        desk: settings.desk.clone(),
        rules: config.rules(),
        caps: settings.caps,
        limits: settings.limits,
        form_senders: settings.intake.form_senders.clone(),
        images_max: settings.images_max,
        command: settings.command,
        schedules: settings.schedules.clone(),
        retention: settings.retention,
        templates,
        key: MessageIdKey::new([7; 32]),
        entropy: counted,
        files: Some(Blobs::open(folder.path()).expect("the blobs")),
        retries: Retries { pauses: settings.outbox.retry.clone(), give_up_after: settings.outbox.give_up_after },
        cutoff: settings.intake.cutoff,
        attempts_max: settings.intake.attempts_max,
    };
    let store = Store::open(&folder.path().join("siaga.db")).expect("the database");
    let engine = Engine::start(store, context, now).expect("the engine");
    let blobs = Blobs::open(folder.path()).expect("the blobs");
    blobs.clear_spool().expect("an empty spool");
    let (opener, protecting) = Keys::read(config).expect("the keys").split();
    let reader = Reader::start_opening(opener).expect("a thread");
    let intake = Intake::new(blobs, settings.intake.parse_max).expect("a reader").with_reader(reader);
    let intake = intake.trusting(settings.trust.clone(), Dns::answering(keys::look_up));
    let inbox = Inbox::new(FakeMailbox(Rc::clone(server)), intake, settings.intake.spool_max);
    let mut shared = Shared::new(engine, SetClock::new(now));
    shared.protecting = Arc::new(protecting);
    (shared, inbox, Sender::new(FakeMailer(Rc::clone(provider))))
}

/// Bits for one-time codes that are different each time.
pub fn counted() -> anyhow::Result<[u8; 5]> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let [a, b, c, d] = NEXT.fetch_add(2_654_435, Ordering::Relaxed).to_be_bytes();
    Ok([a, b, c, d, 0x5A])
}

fn received(mail: &OutgoingMail) -> Received {
    let message = MessageParser::default().parse(&mail.bytes).expect("a message");
    let plain =
        message.text_bodies().find(|part| part.content_type().is_some_and(|kind| kind.subtype() == Some("plain")));
    Received {
        to: mail.recipient.to_string(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: plain.and_then(|part| part.text_contents()).unwrap_or_default().replace("\r\n", "\n"),
        message_id: mail.message_id.clone(),
        mail: mail.clone(),
    }
}

/// A moment in local time, `2026-11-23 07:30`.
pub fn wib(moment: &str) -> Time {
    let seconds = if moment.len() == 16 { ":00" } else { "" };
    format!("{}{seconds}+07:00", moment.replace(' ', "T")).parse().expect("a moment")
}

fn local(at: Time) -> String {
    at.with_timezone(&chrono_tz::Asia::Jakarta).format("%Y-%m-%d %H:%M:%S").to_string()
}
