//! The round that takes in everything in the mailbox, and moves it out once it is durable here.

use std::time::Duration;

use anyhow::Result;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::archiving::Archiving;
use crate::daemon::backoff::{Backoff, jitter};
use crate::daemon::disk::Shortage;
use crate::daemon::intake::{Fetched, Intake};
use crate::daemon::lane::team_first;
use crate::daemon::loads::{batches, fetch};
use crate::daemon::rests::{Rest, Rests};
use crate::daemon::{Shared, backoff};
use crate::domain::arrival;
use crate::domain::notice::alert::{DeskAlert, Side};
use crate::engine::Engine;
use crate::mail::transport::{Extent, JunkFolder, Listed, Mailbox, Place, Trouble};
use crate::store::receipts::{Receipt, State};

/// Loads in a row of which nothing came: then the server is away.
const BARREN_MAX: u32 = 3;
/// Rests of a message that did not come: the first time it may have been the company it was in.
const WITHHELD_REST: &[Duration] = &[
    Duration::ZERO,
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(4 * 60),
    Duration::from_secs(8 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
];
/// Attempts after which the team is told of a message that does not come: a few minutes.
const WITHHELD_TOLD: usize = 4;
/// How often a full disk is looked at.
const DISK_LOOK: Duration = Duration::from_secs(60);
/// Between two looks at the provider's junk folder.
const JUNK_LOOK: Duration = Duration::from_secs(5 * 60);
/// Longest wait for new mail; the mailbox itself looks more often where it must.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Between two questions to a DNS that does not answer, while a command waits for it.
const DNS_RETRY: Duration = Duration::from_secs(60);
/// How long a command may take to end when the daemon is asked to stop.
const STOP_MAX: Duration = Duration::from_secs(10);

/// The mailbox and what is done with what lies there.
#[derive(Debug)]
pub struct Inbox<B> {
    mailbox: B,
    intake: Intake,
    /// Larger messages are not fetched whole.
    spool_max: u64,
    /// Messages that were asked for and did not come, though they lie there still.
    withheld: Rests<Place>,
    archiving: Archiving,
    /// Whether the disk was too full when it was last asked.
    short: bool,
    /// Steady time of the next look at the junk folder.
    next_junk: Duration,
}

/// Messages that are here, and where they lie on the server still.
type Known = Vec<(Place, Receipt)>;

/// How a look at the mailbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// Everything that is there has been dealt with, or rests.
    Done,
    /// Something did not come, and the list may be another one.
    Again,
}

impl<B: Mailbox> Inbox<B> {
    /// A mailbox that is to be taken in.
    pub fn new(mailbox: B, intake: Intake, spool_max: u64) -> Inbox<B> {
        Inbox {
            mailbox,
            intake,
            spool_max,
            withheld: Rests::new(WITHHELD_REST),
            archiving: Archiving::new(),
            short: false,
            next_junk: Duration::ZERO,
        }
    }

    /// The mailbox, to look at or to change in a test.
    pub fn mailbox_mut(&mut self) -> &mut B {
        &mut self.mailbox
    }

    /// What takes its messages in.
    pub(super) fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Takes in everything in the mailbox.
    ///
    /// # Errors
    /// [`Trouble`] with the server, the disk or the database; the round is begun anew after a pause.
    pub async fn round<C: Clock>(&mut self, shared: &Shared<C>) -> Result<(), Trouble> {
        // It ends: a message that does not come a second time rests, and is not asked for.
        while self.look(shared).await? == Looked::Again && !shared.stop.is_asked() {}
        if shared.engine.borrow_mut().mail_is_taken()? {
            shared.timers.notify_one();
        }
        self.look_at_junk(shared).await
    }

    /// Counts what the provider has put into its junk folder, now and then.
    async fn look_at_junk<C: Clock>(&mut self, shared: &Shared<C>) -> Result<(), Trouble> {
        let steady = shared.clock.steady();
        if steady < self.next_junk {
            return Ok(());
        }
        let found = self.mailbox.junk().await?;
        self.next_junk = steady + JUNK_LOOK;
        if let Some(JunkFolder { messages, uid_next, uid_validity }) = found {
            let mut engine = shared.engine.borrow_mut();
            let came = engine.note_junk_folder(messages, uid_next, uid_validity)?;
            if came > 0 {
                info!(came, messages, "{came} mails have come into the provider's junk folder");
            }
        }
        Ok(())
    }

    async fn look<C: Clock>(&mut self, shared: &Shared<C>) -> Result<Looked, Trouble> {
        let mut complete = self.intake.finish(shared).await?;
        let listed = self.mailbox.list().await?;
        let name = self.mailbox.name();
        let (known, wanted) = self.sort(shared, &name, listed)?;
        if !wanted.is_empty() {
            info!(count = wanted.len(), "{} messages to take in", wanted.len());
        }
        if !wanted.is_empty() && !self.is_short(shared) {
            shared.with_engine(Engine::mailbox_returns)?;
        }
        let wanted = team_first(shared, &mut self.mailbox, wanted).await;
        let mut fetched = Vec::new();
        // Said last: what cannot be moved away keeps nothing from being taken in.
        let mut jammed = None;
        let mut looked = Looked::Done;
        let (mut barren, mut seen) = (0, true);
        for batch in self.loads(wanted, shared.clock.steady()) {
            if self.is_short(shared) {
                seen = false;
                break;
            }
            // The next batch is fetched while the one before it is synced and read.
            let (arrived, taken) = tokio::join!(fetch(&mut self.mailbox, &self.intake, &batch), async {
                take_in(&self.intake, shared, &name, std::mem::take(&mut fetched)).await
            });
            let (receipts, all) = taken?;
            complete &= all;
            jammed = self.archive(shared, reread(shared, receipts)?).await.err().or(jammed);
            fetched = arrived.0;
            let stubborn = self.note_missing(shared, &batch.1, &fetched);
            barren = if fetched.is_empty() { barren + 1 } else { 0 };
            if fetched.len() < batch.1.len() {
                looked = Looked::Again;
            }
            if let Err(broken) = arrived.1 {
                warn!("Some messages did not come and are asked for again, last and alone: {broken}");
                self.mailbox.disconnect();
                let hopeless = broken.needs_person || barren >= BARREN_MAX;
                // What fails again and again alone says nothing about the server.
                if hopeless || !stubborn {
                    jammed = Some(Trouble::passing(broken.reason));
                }
                if hopeless {
                    seen = false;
                    break;
                }
            }
            if shared.stop.is_asked() {
                seen = false;
                break;
            }
        }
        let (receipts, all) = take_in(&self.intake, shared, &name, fetched).await?;
        complete &= all;
        jammed = self.archive(shared, reread(shared, receipts)?).await.err().or(jammed);
        if seen {
            shared.with_engine(Engine::mailbox_seen)?;
        }
        jammed = self.archive(shared, known).await.err().or(jammed);
        if let Some(trouble) = jammed {
            return Err(trouble);
        }
        if complete { Ok(looked) } else { Err(Trouble::passing("some messages wait to be taken in".to_owned())) }
    }

    /// What lies in the mailbox: what is known here already, and what is to be fetched.
    fn sort<C: Clock>(
        &mut self,
        shared: &Shared<C>,
        mailbox: &str,
        listed: Vec<Listed>,
    ) -> Result<(Known, Vec<Listed>)> {
        let is_there = |place: &Place| listed.iter().any(|message| message.place == *place);
        self.withheld.retain(is_there);
        self.archiving.retain(is_there);
        let (mut known, mut wanted) = (Vec::new(), Vec::new());
        let engine = shared.engine.borrow();
        for message in listed {
            match engine.receipt_of(mailbox, &message.place.0, message.size_bytes, message.arrived_at)? {
                Some(receipt) => known.push((message.place, receipt)),
                None => wanted.push(message),
            }
        }
        drop(engine);
        shared.compare_clocks(wanted.iter().filter_map(|message| message.arrived_at));
        Ok((known, wanted))
    }

    /// What is fetched together; what did not come before is fetched last and alone, once it has rested.
    fn loads(&self, wanted: Vec<Listed>, steady: Duration) -> Vec<(Extent, Vec<Listed>)> {
        let times = |listed: &Listed| self.withheld.times(&listed.place);
        let (mut late, prompt): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|listed| times(listed) > 0);
        late.retain(|listed| !self.withheld.rests(&listed.place, steady));
        late.sort_by_key(times);
        let mut loads = batches(prompt, self.spool_max);
        for listed in late {
            loads.extend(batches(vec![listed], self.spool_max));
        }
        loads
    }

    /// Notes what came of a load. Returns whether it was a single message that has not come before.
    fn note_missing<C: Clock>(&mut self, shared: &Shared<C>, asked: &[Listed], came: &[Fetched]) -> bool {
        let mut stubborn = false;
        for listed in asked {
            let place = &listed.place;
            if came.iter().any(|message| message.listed.place == *place) {
                self.withheld.forget(place);
                continue;
            }
            let Rest { times, length, .. } = self.withheld.failed(place.clone(), shared.clock.steady());
            stubborn = asked.len() == 1 && times > 1;
            if times > 1 {
                let (Place(place), seconds) = (place, length.as_secs());
                warn!(
                    place,
                    "Message {place} was asked for {times} times and did not come; it is asked for again in {seconds} s"
                );
            }
            if times == WITHHELD_TOLD {
                let now = shared.clock.now();
                let arrived_at = listed.arrived_at.filter(|stated| arrival::counted(*stated, now) == *stated);
                let alert = DeskAlert::MailWithheld { arrived_at, size_bytes: listed.size_bytes };
                shared.raise(&alert, &format!("withheld:{}:{}", self.mailbox.name(), place.0));
            }
        }
        stubborn
    }

    /// Whether the disk has no room for more mail: it stays in INBOX until there is some.
    fn is_short<C: Clock>(&mut self, shared: &Shared<C>) -> bool {
        let shortage = self.intake.shortage();
        match shortage {
            Some(Shortage { free, reserve }) if !self.short => {
                error!(
                    free,
                    reserve, "No mail is fetched: {free} bytes are free on the disk, {reserve} must stay free"
                );
                let alert = DeskAlert::DiskShort { free_bytes: free, reserve_bytes: reserve };
                shared.raise(&alert, &format!("disk:{}", shared.clock.now().timestamp()));
            }
            None if self.short => info!("There is room on the disk again: mail is fetched"),
            Some(_) | None => {}
        }
        self.short = shortage.is_some();
        self.short
    }

    async fn archive<C: Clock>(&mut self, shared: &Shared<C>, receipts: Vec<(Place, Receipt)>) -> Result<(), Trouble> {
        self.archiving.archive(&mut self.mailbox, receipts, shared.clock.steady()).await
    }

    /// How long nothing has to be looked at unless new mail comes.
    fn patience(&self, steady: Duration) -> Duration {
        let disk = self.short.then_some(DISK_LOOK);
        let rested =
            self.withheld.shortest(steady).into_iter().chain(self.archiving.shortest(steady)).chain(disk).min();
        rested.map_or(PATIENCE, |rested| rested.min(PATIENCE))
    }
}

/// Fetched messages become durable, received and taken in.
async fn take_in<C: Clock>(
    intake: &Intake,
    shared: &Shared<C>,
    mailbox: &str,
    fetched: Vec<Fetched>,
) -> Result<(Vec<(Place, Receipt)>, bool)> {
    if fetched.is_empty() {
        return Ok((Vec::new(), true));
    }
    let places: Vec<Place> = fetched.iter().map(|message| message.listed.place.clone()).collect();
    let receipts = intake.receive(shared, mailbox, fetched).await?;
    let unfinished = receipts.iter().filter(|receipt| receipt.state == State::Received).cloned().collect();
    let complete = intake.take_in(shared, unfinished).await;
    // A receipt may bear another name than the place, where that was used before.
    Ok((places.into_iter().zip(receipts).collect(), complete))
}

/// The receipts as they are after the messages were taken in.
fn reread<C: Clock>(shared: &Shared<C>, receipts: Vec<(Place, Receipt)>) -> Result<Vec<(Place, Receipt)>> {
    let engine = shared.engine.borrow();
    let again = |(place, receipt): (Place, Receipt)| {
        let found = engine.receipt_at(&receipt.arrival.mailbox, &receipt.arrival.place);
        found.map(|found| found.map(|receipt| (place, receipt))).transpose()
    };
    receipts.into_iter().filter_map(again).collect()
}

/// Takes mail in whenever there is some, until asked to stop.
pub(super) async fn run<C: Clock, B: Mailbox>(shared: &Shared<C>, mut inbox: Inbox<B>) {
    let mut pauses = Backoff::default();
    let mut steady_since = shared.clock.steady();
    while !shared.stop.is_asked() {
        let ended = {
            let round = async {
                inbox.round(shared).await?;
                shared.note_way(Side::Mailbox, None);
                wait(shared, &mut inbox).await
            };
            tokio::pin!(round);
            tokio::select! {
                ended = &mut round => ended,
                () = shared.stop.asked() => timeout(STOP_MAX, round).await.unwrap_or(Ok(())),
            }
        };
        let now = shared.clock.steady();
        let Err(trouble) = ended else { continue };
        inbox.mailbox.disconnect();
        shared.note_way(Side::Mailbox, Some(&trouble));
        if now.saturating_sub(steady_since) >= backoff::STEADY {
            pauses.reset();
        }
        let pause = pauses.pause(trouble.needs_person, jitter());
        steady_since = now + pause;
        let seconds = pause.as_secs();
        if trouble.needs_person {
            error!("Mail cannot be fetched until somebody mends this; next attempt in {seconds} s: {trouble}");
        } else {
            warn!("Mail cannot be fetched at the moment; next attempt in {seconds} s: {trouble}");
        }
        tokio::select! {
            () = shared.stop.asked() => {}
            () = sleep(pause) => {}
        }
    }
    inbox.mailbox.close().await;
}

/// Waits for new mail. What a person released meanwhile is taken in without a look at the server.
async fn wait<C: Clock, B: Mailbox>(shared: &Shared<C>, inbox: &mut Inbox<B>) -> Result<(), Trouble> {
    let patience = inbox.patience(shared.clock.steady());
    let waiting = inbox.mailbox.wait(patience);
    tokio::pin!(waiting);
    loop {
        tokio::select! {
            woken = &mut waiting => return woken,
            () = shared.stop.asked() => return Ok(()),
            () = shared.intake.notified() => {
                inbox.intake.finish(shared).await?;
            }
            () = sleep(DNS_RETRY), if inbox.intake.is_waiting() => {
                inbox.intake.finish(shared).await?;
            }
        }
    }
}
