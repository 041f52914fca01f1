//! The round that takes in everything in the mailbox, and moves it out once it is durable here.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use anyhow::Result;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::backoff::{Backoff, jitter};
use crate::daemon::intake::{Fetched, Intake};
use crate::daemon::{Shared, backoff};
use crate::fail_point::{Step, reached};
use crate::mail::transport::{Extent, Folder, Listed, Mailbox, Piece, Place, Trouble};
use crate::store::blobs::{Kind, Spooled};
use crate::store::receipts::{Receipt, State};

/// Messages that become durable together.
const BATCH_MESSAGES: usize = 32;
/// Bytes that become durable together, unless one message alone is larger.
const BATCH_BYTES: u64 = 8 << 20;
/// Loads in a row of which nothing came: then the server is away.
const BARREN_MAX: u32 = 3;
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
    /// How often each message was asked for and did not come, though it lies there still.
    setbacks: HashMap<Place, u32>,
}

impl<B: Mailbox> Inbox<B> {
    /// A mailbox that is to be taken in.
    pub fn new(mailbox: B, intake: Intake, spool_max: u64) -> Inbox<B> {
        Inbox { mailbox, intake, spool_max, setbacks: HashMap::new() }
    }

    /// The mailbox, to look at or to change in a test.
    pub fn mailbox_mut(&mut self) -> &mut B {
        &mut self.mailbox
    }

    /// Takes in everything in the mailbox.
    ///
    /// # Errors
    /// [`Trouble`] with the server, the disk or the database; the round is begun anew after a pause.
    pub async fn round<C: Clock>(&mut self, shared: &Shared<C>) -> Result<(), Trouble> {
        let mut complete = self.intake.finish(shared).await?;
        let listed = self.mailbox.list().await?;
        let name = self.mailbox.name();
        let (mut known, mut wanted) = (Vec::new(), Vec::new());
        for message in listed {
            match shared.engine.borrow().receipt_of(&name, &message.place.0, message.size_bytes, message.arrived_at)? {
                Some(receipt) => known.push((message.place, receipt)),
                None => wanted.push(message),
            }
        }
        if !wanted.is_empty() {
            info!(count = wanted.len(), "{} messages to take in", wanted.len());
        }
        let mut fetched = Vec::new();
        // Said last: what cannot be moved away keeps nothing from being taken in.
        let mut jammed = None;
        let mut barren = 0;
        for batch in self.loads(wanted) {
            // The next batch is fetched while the one before it is synced and read.
            let (arrived, taken) = tokio::join!(fetch(&mut self.mailbox, &self.intake, &batch), async {
                take_in(&self.intake, shared, &name, std::mem::take(&mut fetched)).await
            });
            let (receipts, all) = taken?;
            complete &= all;
            jammed = self.archive(reread(shared, receipts)?).await.err().or(jammed);
            fetched = arrived.0;
            self.note_setbacks(&batch.1, &fetched);
            barren = if fetched.is_empty() { barren + 1 } else { 0 };
            if let Err(broken) = arrived.1 {
                warn!("Some messages did not come and are asked for again, last and alone: {broken}");
                self.mailbox.disconnect();
                let hopeless = broken.needs_person || barren >= BARREN_MAX;
                jammed = Some(Trouble::passing(broken.reason));
                if hopeless {
                    break;
                }
            }
            if shared.stop.is_asked() {
                break;
            }
        }
        let (receipts, all) = take_in(&self.intake, shared, &name, fetched).await?;
        complete &= all;
        jammed = self.archive(reread(shared, receipts)?).await.err().or(jammed);
        jammed = self.archive(known).await.err().or(jammed);
        if let Some(trouble) = jammed {
            return Err(trouble);
        }
        if complete { Ok(()) } else { Err(Trouble::passing("some messages wait to be taken in".to_owned())) }
    }

    /// What is fetched together; what did not come before is fetched last and alone.
    fn loads(&mut self, wanted: Vec<Listed>) -> Vec<(Extent, Vec<Listed>)> {
        self.setbacks.retain(|place, _| wanted.iter().any(|listed| listed.place == *place));
        let (mut late, prompt): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|listed| self.setbacks.contains_key(&listed.place));
        late.sort_by_key(|listed| self.setbacks.get(&listed.place).copied());
        let mut loads = batches(prompt, self.spool_max);
        for listed in late {
            let times = self.setbacks.get(&listed.place).copied().unwrap_or_default();
            warn!(place = listed.place.0, "Message {} was asked for {times} times and did not come", listed.place.0);
            loads.extend(batches(vec![listed], self.spool_max));
        }
        loads
    }

    fn note_setbacks(&mut self, asked: &[Listed], came: &[Fetched]) {
        for Listed { place, .. } in asked {
            if came.iter().any(|message| message.listed.place == *place) {
                self.setbacks.remove(place);
            } else {
                *self.setbacks.entry(place.clone()).or_default() += 1;
            }
        }
    }

    /// Moves what has been dealt with out of the work list.
    async fn archive(&mut self, receipts: Vec<(Place, Receipt)>) -> Result<(), Trouble> {
        let mut folders: HashMap<Folder, Vec<Place>> = HashMap::new();
        for (place, receipt) in receipts {
            if let Some(folder) = folder_of(&receipt) {
                folders.entry(folder).or_default().push(place);
            }
        }
        for (folder, places) in folders {
            self.mailbox.archive(&places, folder).await?;
            reached(Step::Archived);
        }
        Ok(())
    }
}

/// Where a message goes once it has been dealt with; `None` while it has not.
fn folder_of(receipt: &Receipt) -> Option<Folder> {
    match receipt.state {
        State::Received => None,
        State::Held => Some(Folder::Held),
        State::Taken | State::Duplicate | State::Ignored | State::Archived if !receipt.arrival.whole => {
            Some(Folder::Oversize)
        }
        State::Taken | State::Duplicate | State::Ignored | State::Archived => Some(Folder::Processed),
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

/// Messages in the order of the list, in batches that become durable together; a message too large
/// to be fetched whole has a batch of its own.
fn batches(wanted: Vec<Listed>, spool_max: u64) -> Vec<(Extent, Vec<Listed>)> {
    let mut batches: Vec<(Extent, Vec<Listed>)> = Vec::new();
    let mut bytes = 0;
    for message in wanted {
        let extent = if message.size_bytes > spool_max { Extent::Header } else { Extent::Whole };
        bytes += message.size_bytes;
        match batches.last_mut() {
            Some((last, batch))
                if *last == extent
                    && extent == Extent::Whole
                    && batch.len() < BATCH_MESSAGES
                    && bytes <= BATCH_BYTES =>
            {
                batch.push(message);
            }
            Some(_) | None => {
                bytes = message.size_bytes;
                batches.push((extent, vec![message]));
            }
        }
    }
    batches
}

/// Brings messages into the spool: those that came whole, and how it ended. What vanished from the
/// server meanwhile is left out.
async fn fetch<B: Mailbox>(
    mailbox: &mut B,
    intake: &Intake,
    (extent, batch): &(Extent, Vec<Listed>),
) -> (Vec<Fetched>, Result<(), Trouble>) {
    let mut open: Option<(Place, Spooled)> = None;
    let mut fetched = Vec::with_capacity(batch.len());
    let mut spool = |piece: Piece<'_>| {
        match piece {
            Piece::Bytes(place, bytes) => {
                if open.as_ref().is_none_or(|(current, _)| current != place) {
                    open = Some((place.clone(), intake.blobs().spool(Kind::Raw)?));
                }
                if let Some((_, file)) = &mut open {
                    file.write_all(bytes)?;
                    reached(Step::SpoolWritten);
                }
            }
            Piece::End(place) => {
                // An empty message has no bytes and is a message all the same.
                let file = match open.take() {
                    Some((current, file)) if current == *place => file,
                    Some(_) | None => intake.blobs().spool(Kind::Raw)?,
                };
                if let Some(listed) = batch.iter().find(|listed| listed.place == *place) {
                    fetched.push(Fetched { listed: listed.clone(), whole: *extent == Extent::Whole, spooled: file });
                }
            }
        }
        Ok(())
    };
    let ended = mailbox.fetch(batch, *extent, &mut spool).await;
    (fetched, ended)
}

/// Takes mail in whenever there is some, until asked to stop.
pub(super) async fn run<C: Clock, B: Mailbox>(shared: &Shared<C>, mut inbox: Inbox<B>) {
    let mut pauses = Backoff::default();
    let mut steady_since = shared.clock.now();
    while !shared.stop.is_asked() {
        let ended = {
            let round = async {
                inbox.round(shared).await?;
                wait(shared, &mut inbox).await
            };
            tokio::pin!(round);
            tokio::select! {
                ended = &mut round => ended,
                () = shared.stop.asked() => timeout(STOP_MAX, round).await.unwrap_or(Ok(())),
            }
        };
        let now = shared.clock.now();
        let Err(trouble) = ended else { continue };
        inbox.mailbox.disconnect();
        if (now - steady_since).to_std().is_ok_and(|held| held >= backoff::STEADY) {
            pauses.reset();
        }
        let pause = pauses.pause(trouble.needs_person, jitter());
        steady_since = now + chrono::TimeDelta::from_std(pause).unwrap_or_default();
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
    let waiting = inbox.mailbox.wait(PATIENCE);
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
