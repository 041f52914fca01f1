//! Floor 2: the only path that changes a ticket.
//!
//! **Invariant:** nothing here waits, opens a socket or asks for the time; every public method that
//! changes something is one transaction, and whatever it says to anybody lies in the outbox when
//! that transaction commits.
//!
//! The bytes of outgoing mail are made here, inside the transaction, by the pure `compose` of the
//! floor below: so a mail exists if and only if the change that caused it exists (decisions 20).

pub mod intake;
mod receiving;
mod refused;
mod course;
mod thread;
mod opening;
mod filing;
mod joining;
mod separating;
mod junk;
mod form;
mod findings;
mod pictures;
mod limits;
mod gathering;
mod wrote;
mod forwarding;
mod commands;
mod proof;
mod signed;
mod document;
mod wiping;
mod retention;
mod withdrawing;
pub mod redaction;
mod gate;
pub mod person;
mod token;
mod transcript;
mod queries;
mod evidence;
mod effects;
mod commit;
mod release;
pub mod deadlines;
mod digests;
mod scanning;
mod catching_up;
pub mod sending;
mod alerts;
pub mod explain;

use std::time::Duration;

use anyhow::Result;

use crate::domain::Time;
use crate::domain::answer::Caps;
use crate::domain::authority::CommandPolicy;
use crate::domain::desk::Desk;
use crate::domain::directory::Directory;
use crate::domain::limits::Limits;
use crate::domain::message_id::MessageIdKey;
use crate::domain::person::Address;
use crate::domain::retention::Retention;
use crate::domain::schedule::Schedules;
use crate::domain::workflow::Rules;
use crate::store::blobs::Blobs;
use crate::store::{Store, delegations, doomed, errands, meta, outbox, timers, tokens};
use crate::templates::Templates;

/// Everything a decision needs besides the database.
#[derive(Debug)]
pub struct Context {
    /// Who we are.
    pub desk: Desk,
    /// The SOP, the working time, who is who.
    pub rules: Rules,
    /// Whom we may acknowledge, and how often.
    pub caps: Caps,
    /// How much is said of our own accord.
    pub limits: Limits,
    /// Octets of pictures that go with a notice to the team (decisions 13).
    pub images_max: u64,
    /// Robots of the own website whose mail carries the reporter in Reply-To (decisions 16).
    pub form_senders: Vec<Address>,
    /// How commands in replies are taken.
    pub command: CommandPolicy,
    /// When the mails of the calendar come.
    pub schedules: Schedules,
    /// How long each kind of data is kept.
    pub retention: Retention,
    /// What our mails say.
    pub templates: Templates,
    /// The key of our Message-IDs.
    pub key: MessageIdKey,
    /// Where the bits of one-time codes come from.
    pub entropy: fn() -> Result<[u8; 5]>,
    /// Files that were received, for those that go out again; `None` where things are only tried out:
    /// there nothing is sent, and nothing worded either.
    pub files: Option<Blobs>,
    /// How outgoing mail is retried.
    pub retries: Retries,
    /// Mail that arrived before is filed and never answered; the first start, if not configured.
    pub cutoff: Option<Time>,
    /// Readings of one message before it is put aside.
    pub attempts_max: u32,
}

/// How outgoing mail is retried (decisions 22).
#[derive(Debug, Clone)]
pub struct Retries {
    /// Pauses after the first, second, … refused attempt; the last one repeats.
    pub pauses: Vec<Duration>,
    /// Age at which a mail is given up.
    pub give_up_after: Duration,
}

/// The desk at work.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    context: Context,
    /// Who is who by `people.toml`, before any `#delegasi`.
    people: Directory,
    /// Whether the write-ahead log may hold what was destroyed.
    unfolded: bool,
}

impl Engine {
    /// Starts the desk that serves. The first time ever fixes the moment of the first start, which
    /// nothing but serving may: mail that arrived before is never answered (decisions 14).
    ///
    /// # Errors
    /// If the database refuses.
    pub fn start(mut store: Store, mut context: Context, now: Time) -> Result<Engine> {
        // INTERNALDATE has whole seconds: mail of this very second is not older than the start.
        let this_second = now - chrono::TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()));
        let first_start = store.write(|tx| meta::first_start(tx, this_second))?;
        context.cutoff.get_or_insert(first_start);
        let people = context.rules.people.clone();
        let mut engine = Engine { store, context, people, unfolded: false };
        engine.heed_delegations()?;
        let today = engine.context.rules.calendar.local(now).date_naive();
        let people = &engine.context.rules.people;
        engine.store.write(|tx| tokens::revoke(tx, |address| people.role_of(address, today).is_some(), now))?;
        Ok(engine)
    }

    /// Lets the deputies act whom the Kabid has named by mail.
    fn heed_delegations(&mut self) -> Result<()> {
        let mut people = self.people.clone();
        for (deputy, term) in delegations::all(self.store.db())? {
            people.delegate(&deputy, term);
        }
        self.context.rules.people = people;
        Ok(())
    }

    /// Opens the desk beside the one that serves, or to try something out.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn open(store: Store, mut context: Context) -> Result<Engine> {
        context.cutoff = match context.cutoff {
            None => meta::known_first_start(store.db())?,
            configured => configured,
        };
        let people = context.rules.people.clone();
        let mut engine = Engine { store, context, people, unfolded: false };
        engine.heed_delegations()?;
        Ok(engine)
    }

    /// When the next timer or the next retry is due, whichever comes first.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn next_due(&self) -> Result<Option<Time>> {
        let (timer, mail) = (self.next_timer()?, self.next_sending()?);
        Ok(timer.into_iter().chain(mail).min())
    }

    /// When the next timer, errand or mail of the calendar is due.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn next_timer(&self) -> Result<Option<Time>> {
        let (timer, errand) = (timers::next_due(self.store.db())?, errands::next_due(self.store.db())?);
        let (digest, gathered) = (self.next_digest()?, self.next_gathered()?);
        // What another process gave up is removed at once, as a run of retention that is due.
        let given_up = self.context.files.is_some() && doomed::is_time(self.store.db())?;
        let doomed = given_up.then_some(Time::UNIX_EPOCH);
        let retention = self.next_retention()?.into_iter().chain(doomed).chain(self.next_refused()?).min();
        Ok(timer.into_iter().chain(errand).chain(digest).chain(gathered).chain(retention).min())
    }

    /// When the next outgoing mail is due.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn next_sending(&self) -> Result<Option<Time>> {
        outbox::next_attempt(self.store.db())
    }

    /// A number that differs from an earlier one if another process has changed the database.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn changes_of_others(&self) -> Result<i64> {
        self.store.changes_of_others()
    }

    /// The database, for looking.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Everything a decision needs besides the database.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Folds the write-ahead log into the database, as at an orderly end.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn close(self) -> Result<()> {
        self.store.checkpoint()?;
        Ok(())
    }
}
