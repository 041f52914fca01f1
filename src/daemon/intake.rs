//! From bytes in the spool to tickets: durable, received, read, evidence kept, taken in.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::domain::answer::Evidence;
use crate::domain::incoming::Unreadable;
use crate::engine::intake::{Action, Verdict};
use crate::fail_point::{Step, reached};
use crate::mail::parse::Parsed;
use crate::mail::reader::{Reader, Unread};
use crate::mail::transport::Listed;
use crate::store::blobs::{Blobs, Kind, Spooled};
use crate::store::receipts::{Arrival, Receipt};

/// What takes messages in once their bytes are on this machine.
#[derive(Debug)]
pub struct Intake {
    blobs: Blobs,
    reader: Arc<Reader>,
    /// Of larger messages only the headers are read.
    parse_max: u64,
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
        Ok(Intake { blobs, reader: Arc::new(Reader::start()?), parse_max })
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
        let arrivals: Vec<Arrival> = described
            .into_iter()
            .zip(sealed)
            .map(|((listed, whole), sealed)| Arrival {
                mailbox: mailbox.to_owned(),
                place: listed.place.0,
                raw: sealed.digest,
                size_bytes: listed.size_bytes.max(sealed.size_bytes),
                whole,
                arrived_at: listed.arrived_at,
            })
            .collect();
        shared.with_engine(|engine, now| engine.receive(&arrivals, now))
    }

    /// Takes received messages in, each in a transaction of its own. One that fails leaves the
    /// others alone. Returns whether every one was dealt with.
    pub async fn take_in<C: Clock>(&self, shared: &Shared<C>, receipts: Vec<Receipt>) -> bool {
        let (read, failed) = self.read(receipts).await;
        let mut complete = !failed;
        let read = match self.keep_evidence(read).await {
            Ok(read) => read,
            Err(error) => {
                error!("Evidence could not be kept, the messages wait: {error:#}");
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

    /// Reads messages; whether some could not be got from the disk.
    async fn read(&self, receipts: Vec<Receipt>) -> (Vec<Read>, bool) {
        let (mut read, mut failed) = (Vec::with_capacity(receipts.len()), false);
        for receipt in receipts {
            match self.read_one(&receipt).await {
                Ok(parsed) => read.push((receipt, parsed)),
                Err(error) => {
                    failed = true;
                    error!(receipt = receipt.id.0, "A raw message cannot be read back and waits: {error:#}");
                }
            }
        }
        (read, failed)
    }

    async fn read_one(&self, receipt: &Receipt) -> Result<Result<Parsed, Unreadable>> {
        let arrival = &receipt.arrival;
        let path = self.blobs.path(Kind::Raw, &arrival.raw);
        let unread = if arrival.whole {
            Unread::from_file(&path, self.parse_max)?
        } else {
            Unread::from_head(self.blobs.read(Kind::Raw, &arrival.raw)?, arrival.raw, arrival.size_bytes)
        };
        let reader = Arc::clone(&self.reader);
        tokio::task::spawn_blocking(move || reader.read(unread)).await.context("wait for the reading thread")
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
