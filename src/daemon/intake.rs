//! From bytes in the spool to tickets: durable, received, read, evidence kept, taken in.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::daemon::disk::{Disk, Shortage};
use crate::domain::answer::Evidence;
use crate::domain::incoming::Unreadable;
use crate::engine::intake::{Action, Verdict};
use crate::fail_point::{Step, reached};
use crate::mail::parse::Parsed;
use crate::mail::reader::{Reader, Unread};
use crate::mail::transport::Listed;
use crate::store::blobs::{Blobs, Kind, Sealed, Spooled};
use crate::store::receipts::{Arrival, Receipt, ReceiptId};

/// What takes messages in once their bytes are on this machine.
#[derive(Debug)]
pub struct Intake {
    blobs: Blobs,
    reader: Arc<Reader>,
    /// Of larger messages only the headers are read.
    parse_max: u64,
    /// Where there must be room; `None` where it is nobody's concern.
    disk: Option<Disk>,
}

/// A message whose bytes are in the spool.
#[derive(Debug)]
pub struct Fetched {
    /// Where it lay.
    pub listed: Listed,
    /// Whether all of it was fetched.
    pub whole: bool,
    /// Its bytes.
    pub spooled: Spooled,
}

/// A message that was read, or could not be.
type Read = (Receipt, Result<Parsed, Unreadable>);

impl Intake {
    /// What takes messages in, with a reader of its own.
    ///
    /// # Errors
    /// If the reader's thread cannot be started.
    pub fn new(blobs: Blobs, parse_max: u64) -> Result<Intake> {
        Ok(Intake { blobs, reader: Arc::new(Reader::start()?), parse_max, disk: None })
    }

    /// The same with another reader.
    #[must_use]
    pub fn with_reader(self, reader: Reader) -> Intake {
        Intake { reader: Arc::new(reader), ..self }
    }

    /// The same, with no more mail fetched than the disk has room for.
    #[must_use]
    pub fn with_disk(self, disk: Disk) -> Intake {
        Intake { disk: Some(disk), ..self }
    }

    /// Whether there is too little room for another message.
    pub fn shortage(&self) -> Option<Shortage> {
        self.disk.as_ref().and_then(Disk::shortage)
    }

    /// Where bytes are kept.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Makes fetched messages durable and records their receipts.
    ///
    /// # Errors
    /// If the disk or the database refuses; the messages are on the server still.
    pub async fn receive<C: Clock>(
        &self,
        shared: &Shared<C>,
        mailbox: &str,
        fetched: Vec<Fetched>,
    ) -> Result<Vec<Receipt>> {
        let (described, spooled): (Vec<_>, Vec<_>) =
            fetched.into_iter().map(|message| ((message.listed, message.whole), message.spooled)).unzip();
        let blobs = self.blobs.clone();
        let sealed = tokio::task::spawn_blocking(move || blobs.seal(spooled)).await.context("sync raw messages")??;
        reached(Step::RawDurable);
        let messages = described.into_iter().zip(sealed);
        let arrivals = |now| -> Vec<Arrival> {
            let arrival = |((listed, whole), sealed): ((Listed, bool), Sealed)| Arrival {
                mailbox: mailbox.to_owned(),
                place: listed.place.0,
                raw: sealed.digest,
                size_bytes: listed.size_bytes,
                whole,
                arrived_at: listed.arrived_at.unwrap_or(now),
            };
            messages.map(arrival).collect()
        };
        shared.with_engine(|engine, now| engine.receive(&arrivals(now), now))
    }

    /// Takes received messages in, each in a transaction of its own. One that fails leaves the
    /// others alone. Returns whether every one was dealt with.
    pub async fn take_in<C: Clock>(&self, shared: &Shared<C>, receipts: Vec<Receipt>) -> bool {
        let (read, failed) = self.read(receipts).await;
        let mut complete = failed.is_empty();
        for (receipt, error) in failed {
            error!(receipt = receipt.0, "A raw message cannot be read back and waits: {error:#}");
            note_failure(shared, receipt, &error);
        }
        let waiting: Vec<ReceiptId> = read.iter().map(|(receipt, _)| receipt.id).collect();
        let read = match self.keep_evidence(read).await {
            Ok(read) => read,
            Err(error) => {
                error!("Evidence could not be kept, the messages wait: {error:#}");
                waiting.iter().for_each(|receipt| note_failure(shared, *receipt, &error));
                return false;
            }
        };
        for (receipt, parsed) in read {
            let taken = shared.with_engine(|engine, now| match parsed {
                Ok(Parsed { mail, .. }) => engine.take_in(receipt.id, &mail, Evidence::None, now).map(Some),
                Err(unreadable) => engine.hold(receipt.id, &unreadable.to_string(), now).map(|()| None),
            });
            match taken {
                Ok(verdict) => report(&receipt, verdict.as_ref()),
                Err(error) => {
                    complete = false;
                    error!(receipt = receipt.id.0, "A message could not be taken in and waits: {error:#}");
                    note_failure(shared, receipt.id, &error);
                }
            }
        }
        shared.outbox.notify_one();
        shared.timers.notify_one();
        complete
    }

    /// Takes in what was received and not dealt with: an earlier process ended, or a person
    /// released it. Returns whether every one was dealt with.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn finish<C: Clock>(&self, shared: &Shared<C>) -> Result<bool> {
        let mut complete = true;
        let unfinished = shared.engine.borrow().unfinished()?;
        for receipt in unfinished {
            if shared.with_engine(|engine, now| engine.read_again(&receipt, now))? {
                complete &= self.take_in(shared, vec![receipt]).await;
            }
        }
        Ok(complete)
    }

    /// Reads messages: those that could be got from the disk, and why the others could not.
    async fn read(&self, receipts: Vec<Receipt>) -> (Vec<Read>, Vec<(ReceiptId, anyhow::Error)>) {
        let (mut read, mut failed) = (Vec::with_capacity(receipts.len()), Vec::new());
        for receipt in receipts {
            match self.read_one(&receipt).await {
                Ok(parsed) => read.push((receipt, parsed)),
                Err(error) => failed.push((receipt.id, error)),
            }
        }
        (read, failed)
    }

    async fn read_one(&self, receipt: &Receipt) -> Result<Result<Parsed, Unreadable>> {
        let Arrival { raw, size_bytes, whole, .. } = receipt.arrival;
        let (blobs, reader, parse_max) = (self.blobs.clone(), Arc::clone(&self.reader), self.parse_max);
        let reading = tokio::task::spawn_blocking(move || {
            let unread = if whole {
                Unread::from_file(&blobs.path(Kind::Raw, &raw), parse_max)?
            } else {
                Unread::from_head(blobs.read(Kind::Raw, &raw)?, raw, size_bytes)
            };
            Ok(reader.read(unread))
        });
        reading.await.context("wait for the reading thread")?
    }

    async fn keep_evidence(&self, read: Vec<Read>) -> Result<Vec<Read>> {
        let blobs = self.blobs.clone();
        let keeping = tokio::task::spawn_blocking(move || {
            let parsed = read.iter().filter_map(|(_, parsed)| parsed.as_ref().ok());
            let files = parsed.flat_map(|parsed| parsed.mail.attachments.iter().zip(&parsed.files));
            blobs.keep_evidence(files.map(|(file, bytes)| (&file.digest, bytes.as_slice())))?;
            Ok(read)
        });
        let read = keeping.await.context("keep evidence")?;
        reached(Step::EvidenceDurable);
        read
    }
}

/// Tells the engine why a message waits. Where even that fails the attempt counts, and that is all.
fn note_failure<C: Clock>(shared: &Shared<C>, receipt: ReceiptId, error: &anyhow::Error) {
    if let Err(refusal) = shared.with_engine(|engine, _| engine.failed(receipt, error)) {
        warn!(receipt = receipt.0, "Why message {} waits could not be noted: {refusal:#}", receipt.0);
    }
}

fn report(receipt: &Receipt, verdict: Option<&Verdict>) {
    let id = receipt.id.0;
    match verdict {
        Some(Verdict { action: Action::NewTicket, ticket: Some(number), .. }) => {
            info!(ticket = %number, receipt = id, "Opened {number}");
        }
        Some(Verdict { action, ticket, reason, .. }) => {
            let number = ticket.as_ref().map(ToString::to_string).unwrap_or_default();
            info!(ticket = number, receipt = id, ?action, "Message {id}: {reason}");
        }
        None => warn!(receipt = id, "Message {id} cannot be read and was put aside; see `siaga held show {id}`"),
    }
}
