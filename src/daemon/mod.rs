//! Floor 3: waiting. A few loops on one task, each around a round that does everything that is due.
//!
//! **Invariant:** no rule of the SOP stands here, and nothing is remembered here that is not in the
//! database: a process that is killed at any moment loses nothing.
//!
//! A round takes no input: the database and the mailbox say what is to be done, a nudge only says
//! "look". So a round that is run once too often does nothing, and tests call the rounds and never
//! the loops. Everything runs on one task: commands never race, the engine needs no lock, and
//! `RefCell` says so in its type. Work that would hold the others up — parsing hostile mail, syncing
//! files — happens on threads of its own.

pub mod backoff;
mod rests;
pub mod disk;
mod leap;
pub mod dns;
pub mod inbox;
mod lane;
mod loads;
pub mod intake;
mod archiving;
pub mod scanner;
pub mod scanning;
pub mod outbox;
pub mod protecting;
pub mod timers;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::inbox::Inbox;
use crate::daemon::leap::ClockWatch;
use crate::daemon::outbox::Sender;
use crate::daemon::protecting::Protecting;
use crate::domain::Time;
use crate::domain::notice::alert::{DeskAlert, Side};
use crate::engine::Engine;
use crate::mail::transport::{Mailbox, Mailer, Trouble};

/// Longest sleep of a loop that waits for a moment in the database.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at whether another process has changed the database: one counter, no table.
const WATCH: Duration = Duration::from_secs(5);
/// Between two notes that the desk is at work: what is missing of them tells for how long it was away.
const ALIVE_EVERY: Duration = Duration::from_secs(5 * 60);
/// How long the loops may take to finish what they are doing when the daemon is asked to stop.
const STOP_MAX: Duration = Duration::from_secs(60);

/// Escalations of one run, unless configured: more at once are a fault and not so many late tickets.
const ESCALATIONS_MAX: usize = 20;

/// What the three loops share.
#[derive(Debug)]
pub struct Shared<C> {
    /// The desk at work.
    pub engine: RefCell<Engine>,
    /// What time it is.
    pub clock: C,
    /// "Look whether a mail is to be sent."
    pub outbox: Notify,
    /// "Look whether a timer is due."
    pub timers: Notify,
    /// "Look whether a message waits to be read."
    pub intake: Notify,
    /// "Stop as soon as nothing would be lost or done twice."
    pub stop: Stop,
    /// How many escalations may leave in one run.
    pub escalations_max: usize,
    /// What signs and encrypts outgoing mail.
    pub protecting: Arc<Protecting>,
    /// Steady time of the next run in which escalations leave.
    next_escalations: Cell<Duration>,
    /// Whether the clock may be believed.
    watch: RefCell<ClockWatch>,
}

impl<C: Clock> Shared<C> {
    /// The desk with its clock.
    pub fn new(engine: Engine, clock: C) -> Shared<C> {
        Shared {
            engine: RefCell::new(engine),
            clock,
            outbox: Notify::new(),
            timers: Notify::new(),
            intake: Notify::new(),
            stop: Stop::default(),
            escalations_max: ESCALATIONS_MAX,
            protecting: Arc::default(),
            next_escalations: Cell::default(),
            watch: RefCell::default(),
        }
    }

    /// Does something with the engine at the present instant. Never across an `.await`.
    pub fn with_engine<T>(&self, work: impl FnOnce(&mut Engine, Time) -> T) -> T {
        work(&mut self.engine.borrow_mut(), self.clock.now())
    }

    /// Tells the team of trouble with the desk itself, once for each purpose.
    fn raise(&self, alert: &DeskAlert, purpose: &str) {
        match self.with_engine(|engine, now| engine.raise(alert, purpose, now)) {
            Ok(()) => self.outbox.notify_one(),
            Err(error) => error!("The team cannot be told of it: {error:#}"),
        }
    }

    /// Notes how a way to the provider is: what only a person mends is told after a while.
    fn note_way(&self, side: Side, trouble: Option<&Trouble>) {
        let noted = match trouble {
            Some(trouble) if trouble.needs_person => {
                self.timers.notify_one();
                self.with_engine(|engine, now| engine.server_refused(side, &trouble.reason, now))
            }
            // What passes by itself says nothing of what does not.
            Some(_) => Ok(()),
            None => self.with_engine(|engine, _| engine.server_used(side)),
        };
        if let Err(error) = noted {
            error!("It cannot be noted how the mail server is: {error:#}");
        }
    }

    /// Tells every loop to look.
    fn nudge_all(&self) {
        self.outbox.notify_one();
        self.timers.notify_one();
        self.intake.notify_one();
    }
}

/// The wish to stop.
#[derive(Debug, Default)]
pub struct Stop {
    asked: Cell<bool>,
    told: Notify,
}

impl Stop {
    /// Asks the loops to stop.
    pub fn ask(&self) {
        self.asked.set(true);
        self.told.notify_waiters();
    }

    /// Whether the loops were asked to stop.
    pub fn is_asked(&self) -> bool {
        self.asked.get()
    }

    /// Returns when the loops are asked to stop.
    pub async fn asked(&self) {
        let told = self.told.notified();
        if !self.asked.get() {
            told.await;
        }
    }
}

/// Runs the desk until `shutdown` returns and everything begun has been brought to a safe end.
///
/// # Errors
/// If the loops do not come to an end in time; the next start finds everything in the database.
pub async fn run<C: Clock, B: Mailbox, M: Mailer>(
    shared: &Shared<C>,
    inbox: Inbox<B>,
    senders: Vec<Sender<M>>,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    let interrupted = shared.with_engine(|engine, now| engine.recover_sending(now))?;
    if interrupted > 0 {
        warn!(count = interrupted, "{interrupted} mails were being sent when Siaga ended; see `siaga outbox list`");
    }
    let sending = join_all(senders.into_iter().map(|sender| outbox::run(shared, sender)));
    let (scanner, blobs) = (inbox.intake().scanner().cloned(), inbox.intake().blobs().clone());
    let scanning = scanning::run(shared, scanner, blobs);
    let loops =
        async { tokio::join!(inbox::run(shared, inbox), timers::run(shared), sending, watch(shared), scanning) };
    tokio::pin!(loops);
    tokio::select! {
        _ = &mut loops => return Ok(()),
        () = shutdown => {}
    }
    info!("Stopping: finishing what has been begun");
    shared.stop.ask();
    if timeout(STOP_MAX, loops).await.is_err() {
        error!("Stopped in the middle of something: the next start will find it in the database");
        anyhow::bail!("the loops did not end within {} seconds", STOP_MAX.as_secs());
    }
    Ok(())
}

/// Notices that another process, such as `siaga held retry`, has changed the database.
async fn watch<C: Clock>(shared: &Shared<C>) {
    let mut seen = None;
    let mut next_alive = Duration::ZERO;
    while !shared.stop.is_asked() {
        match shared.engine.borrow().changes_of_others() {
            Ok(version) if seen.is_some_and(|seen| seen != version) => {
                seen = Some(version);
                shared.nudge_all();
            }
            Ok(version) => seen = Some(version),
            Err(error) => error!("Cannot read the database: {error:#}"),
        }
        let steady = shared.clock.steady();
        if steady >= next_alive {
            next_alive = steady + ALIVE_EVERY;
            if let Err(error) = shared.with_engine(Engine::is_alive) {
                error!("It cannot be noted that the desk is at work: {error:#}");
            }
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        tokio::select! {
            () = shared.stop.asked() => {}
            () = sleep(WATCH) => {}
        }
    }
}
