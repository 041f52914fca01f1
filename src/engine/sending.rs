//! The outbox: what is sent next, and what became of what was sent.

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::compose::{Slot, filled};
use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::team::NotForwarded;
use crate::domain::outgoing::{Class, OutboxId, OutgoingMail, SendOutcome};
use crate::domain::role::Actor;
use crate::domain::ticket::TicketId;
use crate::engine::{Context, Engine};
use crate::fail_point::{Step, reached};
use crate::store::blobs::{Blobs, Kind as Blob};
use crate::store::outbox::{self, Retry, State};
use crate::store::{logbook, outbox_files, tickets, wiping};

/// Pause of a mail that waits for a key. A new key is read at a start: this is how long after it the mail
/// leaves at the latest, and how often the log says that it waits.
const KEY_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// The outcome of one attempt.
pub type Settled = (OutboxId, SendOutcome);

impl Engine {
    /// Records what became of the mail sent before and claims the next one, in one transaction: a
    /// mail costs one commit, and nothing is sent that could not be recorded.
    ///
    /// # Errors
    /// If the database refuses; then the outcome is not recorded and must be handed in again.
    pub fn settle_and_claim(&mut self, settled: Option<&Settled>, now: Time) -> Result<Option<OutgoingMail>> {
        let Engine { store, context, unfolded, .. } = self;
        let claimed = store.write(|tx| {
            if let Some((id, outcome)) = settled {
                *unfolded |= context.settle(tx, *id, outcome, now)?;
                reached(Step::OutcomeWritten);
            }
            let Some(mail) = outbox::claim(tx, now)? else { return Ok(None) };
            reached(Step::ClaimWritten);
            Ok(Some((outbox_files::of(tx, mail.id)?, mail)))
        })?;
        if settled.is_some() {
            reached(Step::OutcomeCommitted);
        }
        if claimed.is_some() {
            reached(Step::ClaimCommitted);
        }
        Ok(claimed.map(|(files, mail)| {
            let (bytes, missing) = with_files(mail.bytes, &files, context.files.as_ref());
            OutgoingMail { bytes, missing, ..mail }
        }))
    }

    /// Records what became of a mail and claims nothing further, as before an orderly end.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn settle(&mut self, (id, outcome): &Settled, now: Time) -> Result<()> {
        let Engine { store, context, unfolded, .. } = self;
        *unfolded |= store.write(|tx| context.settle(tx, *id, outcome, now))?;
        Ok(())
    }

    /// Whether a mail has been given up.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn is_given_up(&self, id: OutboxId) -> Result<bool> {
        Ok(outbox::get(self.store.db(), id)?.is_some_and(|mail| mail.state == State::Failed))
    }

    /// Deals with mails that were being sent when an earlier process ended: nobody can know whether
    /// they arrived. What asks somebody to act is sent again under the same Message-ID,
    /// acknowledgements are not; the row says so either way (decisions 12). Returns how many.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn recover_sending(&mut self, now: Time) -> Result<usize> {
        let Engine { store, context, .. } = self;
        store.write(|tx| {
            let interrupted = outbox::interrupted(tx)?;
            for row in &interrupted {
                context.in_doubt(tx, row, "Siaga was stopped while this mail was being handed over", now)?;
            }
            Ok(interrupted.len())
        })
    }

    /// Queues a mail once more on a person's word, whatever became of it. Returns whether there is
    /// such a mail that is not on its way already.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn retry_sending(&mut self, id: OutboxId, now: Time) -> Result<bool> {
        self.store.write(|tx| {
            let Some(row) = outbox::get(tx, id)? else { return Ok(false) };
            // What held a dead code is no mail any more.
            let gone = wiping::removed(tx, id)?.is_some();
            if gone || matches!(row.state, State::Sending | State::Withdrawn) {
                return Ok(false);
            }
            let doubtful = row.state == State::InDoubt || row.state == State::Sent;
            outbox::requeue(tx, id, &Retry { at: now, reply: &row.reply, counted: true, doubtful, for_key: false })?;
            let entry = Entry {
                actor: Actor::Operator,
                kind: Kind::SendingRetried,
                message: None,
                detail: json!({ "outbox": id.0, "was": row.state }),
            };
            logbook::append(tx, ticket_of(tx, row.ticket.as_deref())?, &entry, now)?;
            Ok(true)
        })
    }
}

/// The bytes of a mail as they are sent; `None` if there is no such mail.
///
/// # Errors
/// If the database refuses.
pub fn bytes(db: &Connection, store: &Blobs, id: OutboxId) -> Result<Option<Vec<u8>>> {
    let Some(bytes) = outbox::bytes(db, id)? else { return Ok(None) };
    Ok(Some(with_files(bytes, &outbox_files::of(db, id)?, Some(store)).0))
}

/// A mail with its files, which were durable before it was decided; and which of them cannot be read.
fn with_files(bytes: Vec<u8>, files: &[(usize, Digest)], store: Option<&Blobs>) -> (Vec<u8>, Vec<Digest>) {
    // A mail whose bytes were removed has no place for files.
    if files.is_empty() || bytes.is_empty() {
        return (bytes, Vec::new());
    }
    let mut missing = Vec::new();
    let mut found = Vec::with_capacity(files.len());
    for (offset, digest) in files {
        let read = store.and_then(|store| store.read(Blob::Evidence, digest).ok());
        if read.is_none() {
            missing.push(*digest);
        }
        found.push((Slot { offset: *offset, digest: *digest }, read.unwrap_or_default()));
    }
    (filled(&bytes, &found), missing)
}

impl Context {
    /// Records an outcome. Returns whether a copy was removed with it.
    fn settle(&self, db: &Connection, id: OutboxId, outcome: &SendOutcome, now: Time) -> Result<bool> {
        self.record(db, id, outcome, now)?;
        self.forget_quotes(db, id)
    }

    fn record(&self, db: &Connection, id: OutboxId, outcome: &SendOutcome, now: Time) -> Result<()> {
        let row = outbox::get(db, id)?.with_context(|| format!("outgoing mail {} is not in the outbox", id.0))?;
        match outcome {
            SendOutcome::Sent { reply } => {
                outbox::sent(db, id, reply, now)?;
                self.forward_sent(db, &row, now)
            }
            SendOutcome::Permanent { reply } => self.give_up(db, &row, reply, now),
            SendOutcome::Transient { reply } => self.try_again(db, &row, reply, false, now),
            // Nothing is wrong with the mail, and no server has judged it: it waits for as long as
            // the connection is away. The sender itself pauses and says so in the log.
            SendOutcome::Unavailable { reason, .. } => {
                let retry = Retry { at: now, reply: reason, counted: false, doubtful: false, for_key: false };
                self.wait_again(db, &row, &retry, now)
            }
            // As little is wrong with a mail that waits for a key: it costs none of its attempts and is never
            // given up, or a report would be lost with the key.
            SendOutcome::Unprotected { reason } => {
                let retry =
                    Retry { at: now + KEY_PAUSE, reply: reason, counted: false, doubtful: false, for_key: true };
                self.wait_again(db, &row, &retry, now)
            }
            SendOutcome::InDoubt { reason } => self.in_doubt(db, &row, reason, now),
        }
    }

    /// Queues a mail again after an attempt of its own, or gives it up. Only attempts that reached a
    /// server end a mail: as many as the pauses of `give_up_after` have room for, however long it
    /// waited before for a connection.
    fn try_again(&self, db: &Connection, row: &outbox::Entry, reply: &str, doubtful: bool, now: Time) -> Result<()> {
        let tried: TimeDelta = (1..=row.attempts).map(|attempt| self.pause(attempt)).sum();
        let limit = delta(self.retries.give_up_after);
        let at = now + self.pause(row.attempts);
        if at - row.created_at > limit && tried > limit {
            let reply = format!("given up after {} attempts: {reply}", row.attempts);
            return self.give_up(db, row, &reply, now);
        }
        self.wait_again(db, row, &Retry { at, reply, counted: true, doubtful, for_key: false }, now)
    }

    /// Puts a mail back into the queue. If what it carried was removed meanwhile there is none to send.
    fn wait_again(&self, db: &Connection, row: &outbox::Entry, retry: &Retry<'_>, now: Time) -> Result<()> {
        if outbox::requeue(db, row.id, retry)? {
            return Ok(());
        }
        self.tell_of_withdrawn(db, std::slice::from_ref(row), now)
    }

    /// What follows from a mail that may or may not have arrived (decisions 12).
    fn in_doubt(&self, db: &Connection, row: &outbox::Entry, reason: &str, now: Time) -> Result<()> {
        match row.class {
            Class::Acknowledgement => outbox::ended(db, row.id, State::InDoubt, reason),
            Class::Request => self.try_again(db, row, reason, true, now),
        }
    }

    fn give_up(&self, db: &Connection, row: &outbox::Entry, reply: &str, now: Time) -> Result<()> {
        outbox::ended(db, row.id, State::Failed, reply)?;
        let entry = Entry {
            actor: Actor::Siaga,
            kind: Kind::DeliveryFailed,
            message: None,
            detail: json!({ "outbox": row.id.0, "notice": row.notice, "recipient": row.recipient, "reply": reply }),
        };
        logbook::append(db, ticket_of(db, row.ticket.as_deref())?, &entry, now)?;
        self.note_unreachable(db, &row.recipient, (reply, row.id), now)?;
        self.forward_failed(db, row, NotForwarded::Undelivered { reason: reply.to_owned() }, now)?;
        self.tell_of_undelivered(db, row, reply, now)
    }

    /// The pause after so many attempts.
    fn pause(&self, attempts: u32) -> TimeDelta {
        let pauses = &self.retries.pauses;
        let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        delta(pauses.get(index).or(pauses.last()).copied().unwrap_or_default())
    }
}

fn ticket_of(db: &Connection, number: Option<&str>) -> Result<Option<TicketId>> {
    let Some(number) = number.and_then(|number| number.parse().ok()) else { return Ok(None) };
    Ok(tickets::find(db, &number)?.map(|ticket| ticket.id))
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
