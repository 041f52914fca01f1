//! The round that hands queued mails to the provider, one after the other over one connection.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::sleep;
use tracing::{debug, error, info, warn};

use crate::clock::Clock;
use crate::daemon::backoff::{Backoff, jitter};
use crate::daemon::protecting::{How, Leaving};
use crate::daemon::{PATIENCE, Shared};
use crate::domain::notice::alert::{DeskAlert, Side};
use crate::domain::outgoing::{OutgoingMail, SendOutcome};
use crate::engine::sending::Settled;
use crate::fail_point::{Step, reached};
use crate::mail::transport::{Mailer, Trouble};
use crate::openpgp::outgoing::Unprotected;

/// How long a connection is kept without a mail to send.
const IDLE_MAX: Duration = PATIENCE;
/// Pause after the database refused.
const DATABASE_PAUSE: Duration = Duration::from_secs(5);

/// One connection to the provider and what it has not yet been able to record.
#[derive(Debug)]
pub struct Sender<M> {
    mailer: M,
    /// An outcome the database would not take: it is handed in again before anything else is sent.
    unsettled: Option<Settled>,
}

/// How a round ended.
#[derive(Debug)]
pub enum Ended {
    /// Nothing more is due.
    Empty,
    /// The provider cannot be reached.
    Trouble(Trouble),
}

impl<M: Mailer> Sender<M> {
    /// A sender over `mailer`.
    pub fn new(mailer: M) -> Sender<M> {
        Sender { mailer, unsettled: None }
    }

    /// The mailer, to look at.
    pub fn mailer(&self) -> &M {
        &self.mailer
    }

    /// Sends everything that is due. Each mail is claimed durably before, and its outcome recorded
    /// together with the claim of the next.
    ///
    /// # Errors
    /// If the database refuses; then nothing further is sent, because it could not be recorded.
    pub async fn round<C: Clock>(&mut self, shared: &Shared<C>) -> Result<Ended> {
        self.settle(shared)?;
        let mut claimed = self.claim(shared)?;
        while let Some(mail) = claimed {
            let (mail, waits) = protect(shared, mail).await?;
            let outcome = match waits {
                None => self.mailer.send(&mail).await,
                Some(why @ (Unprotected::Recipient | Unprotected::Library(_))) => {
                    SendOutcome::Unprotected { reason: why.to_string() }
                }
                Some(why) => SendOutcome::Transient { reply: why.to_string() },
            };
            if matches!(outcome, SendOutcome::Sent { .. }) {
                reached(Step::Sent);
            }
            report(&mail, &outcome);
            let trouble = trouble(&outcome);
            shared.note_way(Side::Outgoing, trouble.as_ref());
            self.unsettled = Some((mail.id, outcome));
            if let Some(trouble) = trouble {
                self.settle(shared)?;
                return Ok(Ended::Trouble(trouble));
            }
            claimed = self.claim(shared)?;
        }
        Ok(Ended::Empty)
    }

    /// Records the last outcome and claims the next mail; nothing more once asked to stop.
    fn claim<C: Clock>(&mut self, shared: &Shared<C>) -> Result<Option<OutgoingMail>> {
        if shared.stop.is_asked() {
            self.settle(shared)?;
            return Ok(None);
        }
        let claimed = shared.with_engine(|engine, now| engine.settle_and_claim(self.unsettled.as_ref(), now))?;
        self.recorded(shared);
        for mail in claimed.iter().filter(|mail| !mail.missing.is_empty()) {
            let (id, missing) = (mail.id.0, &mail.missing);
            error!(outbox = id, ?missing, "Mail {id} goes without files whose evidence cannot be read");
        }
        if claimed.is_some() && until_next(shared).is_zero() {
            // There is more: another connection may be idle.
            shared.outbox.notify_one();
        }
        Ok(claimed)
    }

    fn settle<C: Clock>(&mut self, shared: &Shared<C>) -> Result<()> {
        if let Some(settled) = &self.unsettled {
            shared.with_engine(|engine, now| engine.settle(settled, now))?;
            self.recorded(shared);
        }
        Ok(())
    }

    /// The outcome is in the database; whoever reads the log learns of a mail that waited in vain.
    fn recorded<C: Clock>(&mut self, shared: &Shared<C>) {
        let Some((id, SendOutcome::Transient { .. } | SendOutcome::InDoubt { .. })) = self.unsettled.take() else {
            return;
        };
        if shared.engine.borrow().is_given_up(id).unwrap_or(false) {
            let id = id.0;
            error!(outbox = id, "Mail {id} will not be tried again; see `siaga outbox show {id}`");
        }
    }
}

/// The mail as it leaves, or why it must wait: what should be encrypted never goes in clear. Work for
/// a thread of its own: the loops must not wait for it.
async fn protect<C: Clock>(shared: &Shared<C>, mail: OutgoingMail) -> Result<(OutgoingMail, Option<Unprotected>)> {
    if !shared.protecting.concerns(&mail.recipient) {
        return Ok((mail, None));
    }
    let (protecting, now) = (Arc::clone(&shared.protecting), shared.clock.now());
    let leaving = tokio::task::spawn_blocking(move || protecting.leaving(mail, now));
    let Leaving { mail, how } = leaving.await.context("protect a mail")?;
    let day = now.date_naive();
    match how {
        How::Protected => Ok((mail, None)),
        How::Unsigned => {
            error!(outbox = mail.id.0, "Mail {} leaves unsigned: {}", mail.id.0, Unprotected::Signer);
            shared.raise(&DeskAlert::KeyUnusable { addressee: None }, &format!("key:desk:{day}"));
            Ok((mail, None))
        }
        How::InClear(why) => {
            warn!(outbox = mail.id.0, "Mail {} says nothing secret and leaves in clear: {why}", mail.id.0);
            tell_of_key(shared, &mail, day);
            Ok((mail, None))
        }
        How::Waits(why) => {
            error!(outbox = mail.id.0, "Mail {} waits, because it cannot be encrypted: {why}", mail.id.0);
            tell_of_key(shared, &mail, day);
            Ok((mail, Some(why)))
        }
    }
}

/// Tells the team once a day that nothing can be encrypted to a reader's key.
fn tell_of_key<C: Clock>(shared: &Shared<C>, mail: &OutgoingMail, day: chrono::NaiveDate) {
    let addressee = mail.recipient.to_string();
    let purpose = format!("key:{addressee}:{day}");
    shared.raise(&DeskAlert::KeyUnusable { addressee: Some(addressee) }, &purpose);
}

/// Sends what is due when it is due, until asked to stop.
pub(super) async fn run<C: Clock, M: Mailer>(shared: &Shared<C>, mut sender: Sender<M>) {
    let mut backoff = Backoff::default();
    while !shared.stop.is_asked() {
        let wait = match sender.round(shared).await {
            Ok(Ended::Empty) => {
                backoff.reset();
                until_next(shared)
            }
            Ok(Ended::Trouble(trouble)) => {
                let pause = backoff.pause(trouble.needs_person, jitter());
                warn_or_error(&trouble, pause);
                // The others fare no better: a nudge must not drive them against the same wall.
                rest(shared, pause).await;
                continue;
            }
            Err(error) => {
                error!("The outbox could not be dealt with, trying again soon: {error:#}");
                rest(shared, DATABASE_PAUSE).await;
                continue;
            }
        };
        tokio::select! {
            () = shared.outbox.notified() => {}
            () = rest(shared, wait.min(IDLE_MAX)) => sender.mailer.rest().await,
        }
    }
    sender.mailer.rest().await;
}

/// How long nothing is due.
fn until_next<C: Clock>(shared: &Shared<C>) -> Duration {
    match shared.engine.borrow().next_sending() {
        Ok(Some(next)) => (next - shared.clock.now()).to_std().unwrap_or_default().min(PATIENCE),
        Ok(None) => PATIENCE,
        Err(error) => {
            error!("Cannot read when the next mail is due: {error:#}");
            DATABASE_PAUSE
        }
    }
}

async fn rest<C: Clock>(shared: &Shared<C>, length: Duration) {
    tokio::select! {
        () = shared.stop.asked() => {}
        () = sleep(length) => {}
    }
}

fn trouble(outcome: &SendOutcome) -> Option<Trouble> {
    match outcome {
        SendOutcome::Unavailable { reason, needs_person } => {
            Some(Trouble { reason: reason.clone(), needs_person: *needs_person })
        }
        SendOutcome::Sent { .. }
        | SendOutcome::Transient { .. }
        | SendOutcome::Permanent { .. }
        | SendOutcome::Unprotected { .. }
        | SendOutcome::InDoubt { .. } => None,
    }
}

fn warn_or_error(trouble: &Trouble, pause: Duration) {
    let seconds = pause.as_secs();
    if trouble.needs_person {
        error!("Mail cannot be sent until somebody mends this; next attempt in {seconds} s: {trouble}");
    } else {
        warn!("Mail cannot be sent at the moment; next attempt in {seconds} s: {trouble}");
    }
}

fn report(mail: &OutgoingMail, outcome: &SendOutcome) {
    let (id, to) = (mail.id.0, mail.recipient.masked());
    match outcome {
        SendOutcome::Sent { reply } => info!(outbox = id, %reply, "Sent mail {id} to {to}"),
        SendOutcome::Transient { reply } => warn!(outbox = id, %reply, "The server put mail {id} to {to} off"),
        SendOutcome::Permanent { reply } => {
            error!(outbox = id, %reply, "The server refused mail {id} to {to} for good")
        }
        SendOutcome::InDoubt { reason } => {
            warn!(outbox = id, %reason, "Nobody knows whether mail {id} to {to} arrived")
        }
        SendOutcome::Unprotected { reason } => debug!(outbox = id, %reason, "Mail {id} to {to} waits for a key"),
        SendOutcome::Unavailable { reason, .. } => debug!(outbox = id, %reason, "Mail {id} was not handed over"),
    }
}
