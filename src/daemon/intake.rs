//! From bytes in the spool to tickets: durable, received, read, evidence kept, taken in.

use std::cell::Cell;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use futures_util::future::join_all;
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::daemon::disk::{Disk, Shortage};
use crate::daemon::dns::Dns;
use crate::daemon::scanner::Scanner;
use crate::domain::evidence::{SenderEvidence, TrustRules};
use crate::domain::incoming::Unreadable;
use crate::engine::intake::{Action, Again, Verdict};
use crate::fail_point::{Step, reached};
use crate::mail::parse::Parsed;
use crate::mail::reader::{Reader, Unread};
use crate::mail::transport::Listed;
use crate::store::blobs::{Blobs, Kind, Sealed, Spooled};
use crate::store::receipts::{Arrival, Receipt, ReceiptId};

/// How long a command waits for the DNS; then nobody vouches for it.
const DNS_PATIENCE: TimeDelta = TimeDelta::hours(24);

/// What takes messages in once their bytes are on this machine.
#[derive(Debug)]
pub struct Intake {
    blobs: Blobs,
    reader: Arc<Reader>,
    /// Of larger messages only the headers are read.
    parse_max: u64,
    /// Where there must be room; `None` where it is nobody's concern.
    disk: Option<Disk>,
    /// Whom we believe about senders.
    trust: TrustRules,
    /// Who is asked for the keys of their domains.
    dns: Dns,
    /// Who looks for malware, if anybody does.
    scanner: Option<Scanner>,
    /// Whether a command waits for the DNS.
    waiting: Cell<bool>,
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
        let reader = Arc::new(Reader::start()?);
        let (trust, waiting) = (TrustRules::default(), Cell::new(false));
        Ok(Intake { blobs, reader, parse_max, disk: None, trust, dns: Dns::none(), scanner: None, waiting })
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

    /// The same, which believes somebody about senders.
    pub fn trusting(self, trust: TrustRules, dns: Dns) -> Intake {
        Intake { trust, dns, ..self }
    }

    /// The same, with a malware scanner.
    #[must_use]
    pub fn scanning(self, scanner: Option<Scanner>) -> Intake {
        Intake { scanner, ..self }
    }

    /// Who looks for malware, if anybody does.
    pub(super) fn scanner(&self) -> Option<&Scanner> {
        self.scanner.as_ref()
    }

    /// Whether a command waits for the DNS.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.get()
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
        let read = self.scan(read).await;
        let evidence = join_all(read.iter().map(|(receipt, parsed)| self.evidence_of(receipt, parsed))).await;
        for ((receipt, parsed), evidence) in read.into_iter().zip(evidence) {
            if self.must_wait(shared, &receipt, &parsed, evidence) {
                continue;
            }
            let again = self.read_again(shared, &parsed).await;
            let taken = shared.with_engine(|engine, now| match parsed {
                Ok(Parsed { mail, .. }) => engine.take_in_with(receipt.id, &mail, (evidence, &again), now).map(Some),
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

    /// Lets the scanner look at the files of messages that are taken in together.
    async fn scan(&self, mut read: Vec<Read>) -> Vec<Read> {
        let Some(scanner) = &self.scanner else { return read };
        let parsed = read.iter().filter_map(|(_, parsed)| parsed.as_ref().ok());
        let files = parsed.flat_map(|parsed| parsed.mail.attachments.iter().zip(&parsed.files));
        let files: Vec<&[u8]> = files.map(|(_, bytes)| bytes.as_slice()).collect();
        let mut scans = scanner.scan_together(&files).await.into_iter();
        for parsed in read.iter_mut().filter_map(|(_, parsed)| parsed.as_mut().ok()) {
            for (file, _) in parsed.mail.attachments.iter_mut().zip(&parsed.files) {
                file.scan = scans.next();
            }
        }
        read
    }

    /// What is known of the sender of a message, once the DNS has said what it knows.
    async fn evidence_of(&self, receipt: &Receipt, parsed: &Result<Parsed, Unreadable>) -> SenderEvidence {
        let Ok(Parsed { claims, .. }) = parsed else { return SenderEvidence::NONE };
        let arrived_at = receipt.arrival.arrived_at;
        let keys = self.dns.keys(claims.keys_needed(&self.trust, arrived_at)).await;
        claims.judged(&self.trust, Some(&keys), arrived_at)
    }

    /// Reads the mails again that an order takes off their tickets. One that cannot be read is separated as
    /// far as the tables keep it.
    async fn read_again<C: Clock>(&self, shared: &Shared<C>, order: &Result<Parsed, Unreadable>) -> Vec<Again> {
        let Ok(Parsed { mail: order, .. }) = order else { return Vec::new() };
        let found = shared.with_engine(|engine, now| engine.taken_off(order, now)).unwrap_or_else(|error| {
            warn!("What an order takes off its ticket cannot be found beforehand: {error:#}");
            Vec::new()
        });
        let mut again = Vec::new();
        for (message, receipt) in found {
            match self.read_one(&receipt).await {
                Ok(Ok(parsed)) => {
                    let parsed = Ok(parsed);
                    let evidence = self.evidence_of(&receipt, &parsed).await;
                    again.extend(parsed.ok().map(|Parsed { mail, .. }| Again { message, mail, evidence }));
                }
                Ok(Err(unreadable)) => {
                    warn!(message = message.0, "Message {} cannot be read again: {unreadable}", message.0)
                }
                Err(error) => warn!(message = message.0, "Message {} cannot be read again: {error:#}", message.0),
            }
        }
        again
    }

    /// Whether a message is left for later: an order whose sender only the DNS can vouch for, while it
    /// does not answer. A report never waits: it is acknowledged as one nobody vouches for.
    fn must_wait<C: Clock>(
        &self,
        shared: &Shared<C>,
        receipt: &Receipt,
        parsed: &Result<Parsed, Unreadable>,
        evidence: SenderEvidence,
    ) -> bool {
        let Ok(Parsed { mail, .. }) = parsed else { return false };
        let waits = evidence.is_undecided()
            && shared.with_engine(|engine, now| {
                now - receipt.arrival.arrived_at < DNS_PATIENCE && engine.gives_orders(mail, now)
            });
        if waits {
            self.waiting.set(true);
            info!(receipt = receipt.id.0, "Message {} waits until the DNS answers", receipt.id.0);
            let away = std::io::Error::other("the DNS does not answer, and the sender's signature cannot be checked");
            note_failure(shared, receipt.id, &away.into());
        }
        waits
    }

    /// Takes in what was received and not dealt with: an earlier process ended, or a person
    /// released it. Returns whether every one was dealt with.
    ///
    /// # Errors
    /// If the database refuses.
    pub async fn finish<C: Clock>(&self, shared: &Shared<C>) -> Result<bool> {
        let mut complete = true;
        self.waiting.set(false);
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
                Unread::from_file(&blobs.path(Kind::Raw, &raw), parse_max)?.named(raw)
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
