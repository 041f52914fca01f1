//! What a message means, and what follows from it: one message, one transaction.

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;

use crate::domain::Time;
use crate::domain::command::grammar::command_lines;
use crate::domain::digest::Digest;
use crate::domain::evidence::SenderEvidence;
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::team::MailHeld;
use crate::domain::role::{Actor, Role};
use crate::domain::ticket::{TicketId, TicketNumber};
use crate::engine::commit::Posting;
use crate::engine::course::Course;
use crate::engine::limits::leave_unsaid;
use crate::engine::{Context, Engine};
use crate::fail_point::{Step, reached};
use crate::store::receipts::{self, MessageId, Receipt, ReceiptId, State};
use crate::store::{logbook, outbox};

/// What the desk does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens a ticket.
    NewTicket,
    /// Files it on a ticket.
    FollowUp,
    /// Files it on a ticket; it begins with command lines of one of the team.
    Commands,
    /// Notes what it says about a mail of ours.
    Bounce,
    /// Files an automatic answer.
    AutoReply,
    /// Knows it already.
    Duplicate,
    /// Keeps it without a ticket.
    Ignored,
    /// Puts it aside for a person.
    Held,
}

impl Action {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::NewTicket => "new_ticket",
            Action::FollowUp => "follow_up",
            Action::Commands => "commands",
            Action::Bounce => "bounce",
            Action::AutoReply => "auto_reply",
            Action::Duplicate => "duplicate",
            Action::Ignored => "ignored",
            Action::Held => "held",
        }
    }
}

/// What was decided about a message.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What the desk does.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// The ticket it is on.
    pub ticket: Option<TicketNumber>,
    /// What becomes of its receipt.
    pub state: State,
    /// Its row.
    pub message: Option<MessageId>,
}

impl Verdict {
    /// A message is kept without a ticket; its row is not written yet.
    pub(super) fn kept(action: Action, reason: &str) -> Verdict {
        Verdict { action, reason: reason.to_owned(), ticket: None, state: State::Ignored, message: None }
    }
}

/// A message that is to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What it says.
    pub mail: &'a IncomingMail,
    /// When it reached our mail server.
    pub arrived_at: Time,
    /// What is known of its sender.
    pub evidence: SenderEvidence,
    /// Earlier mails that it takes off their tickets, read again.
    pub again: &'a [Again],
}

/// A mail that is here already, read again from its raw bytes: tables keep only a part of what it says.
#[derive(Debug, Clone)]
pub struct Again {
    /// Its row.
    pub message: MessageId,
    /// What it says.
    pub mail: IncomingMail,
    /// What is known of its sender now.
    pub evidence: SenderEvidence,
}

impl Engine {
    /// Takes a message in: everything that follows from it, or nothing.
    ///
    /// # Errors
    /// If the database refuses or a template fails; then the receipt stays as it was.
    pub fn take_in(
        &mut self,
        receipt: ReceiptId,
        mail: &IncomingMail,
        evidence: impl Into<SenderEvidence>,
        now: Time,
    ) -> Result<Verdict> {
        self.take_in_with(receipt, mail, (evidence.into(), &[]), now)
    }

    /// The same of a mail that takes others off their tickets ([`Engine::taken_off`]), with those.
    ///
    /// # Errors
    /// As [`Engine::take_in`].
    pub fn take_in_with(
        &mut self,
        receipt: ReceiptId,
        mail: &IncomingMail,
        (evidence, again): (SenderEvidence, &[Again]),
        now: Time,
    ) -> Result<Verdict> {
        let Engine { store, context, .. } = self;
        let verdict = store.write(|tx| {
            let receipt = receipts::get(tx, receipt)?.context("take in a message without receipt")?;
            ensure!(receipt.state == State::Received, "receipt {} is {} already", receipt.id.0, receipt.state.as_str());
            let incoming = Incoming { mail, arrived_at: receipt.arrival.arrived_at, evidence, again };
            let verdict = context.understand(tx, incoming, now)?;
            receipts::finish(tx, receipt.id, verdict.state, &verdict.reason, verdict.message)?;
            reached(Step::IntakeWritten);
            Ok(verdict)
        })?;
        reached(Step::IntakeCommitted);
        if verdict.action == Action::Commands {
            self.heed_delegations()?;
        }
        Ok(verdict)
    }

    /// Whether a mail orders something in the name of somebody who may: then what is known of its
    /// sender must be known for certain.
    pub fn gives_orders(&self, mail: &IncomingMail, now: Time) -> bool {
        self.context.speaker(mail, now).is_some_and(|speaker| speaker.role != Role::Leader) && orders(mail)
    }

    /// Puts a message aside for a person: its raw bytes stay, the team is told.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn hold(&mut self, receipt: ReceiptId, reason: &str, now: Time) -> Result<()> {
        let Engine { store, context, .. } = self;
        store.write(|tx| {
            let receipt = receipts::get(tx, receipt)?.context("hold a message without receipt")?;
            receipts::finish(tx, receipt.id, State::Held, reason, None)?;
            let detail = json!({ "receipt": receipt.id.0, "reason": reason });
            context.log(tx, None, Kind::MessageHeld, Some(receipt.arrival.raw), detail, now)?;
            context.tell_of_held(tx, &receipt, reason, now)
        })
    }

    /// Puts a held message back among those to be read. Returns whether it was held.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn release(&mut self, receipt: ReceiptId, now: Time) -> Result<bool> {
        self.store.write(|tx| {
            let released = receipts::release(tx, receipt)?;
            if released {
                let detail = json!({ "receipt": receipt.0 });
                let entry = Entry { actor: Actor::Operator, kind: Kind::MessageReleased, message: None, detail };
                logbook::append(tx, None, &entry, now)?;
            }
            Ok(released)
        })
    }
}

impl Context {
    /// What a message means and what follows: writes all of it through `db`, decides about no
    /// receipt.
    pub(super) fn understand(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<Verdict> {
        match self.course(db, incoming, now)? {
            Course::Settled(verdict) => Ok(verdict),
            Course::Kept(action, reason) => self.ignore(db, incoming, action, reason, now),
            Course::Opens(report) => {
                let verdict = self.open_ticket(db, report.of(incoming), &report.thread, now)?;
                if report.by_hand {
                    self.tell_of_imitation(db, incoming.mail, verdict.ticket.as_ref(), now)?;
                }
                Ok(verdict)
            }
        }
    }

    /// Tells the team of a held message, a few times an hour: a flood of broken mail is one fact, and
    /// `siaga held list` has it whole.
    fn tell_of_held(&self, db: &Connection, receipt: &Receipt, reason: &str, now: Time) -> Result<()> {
        let notice = Notice::MailHeld(MailHeld {
            held: receipt.id.0,
            arrived_at: receipt.arrival.arrived_at,
            size_bytes: receipt.arrival.size_bytes,
            reason: reason.to_owned(),
        });
        let hour_ago = now - chrono::TimeDelta::hours(1);
        for person in &self.people_of(notice.audience(), None, now) {
            if outbox::count_since(db, notice.folder(), &person.address, hour_ago)? < self.limits.held_hour {
                let purpose = format!("held:{}:{}", receipt.id.0, now.timestamp());
                self.post(db, &Posting::new(&notice, person, None, purpose), now)?;
            } else {
                leave_unsaid(db, notice.folder(), (&person.address, None), "held_hour", now)?;
            }
        }
        Ok(())
    }

    /// Writes what the daemon itself did into the logbook.
    pub(super) fn log(
        &self,
        db: &Connection,
        ticket: Option<TicketId>,
        kind: Kind,
        message: Option<Digest>,
        detail: serde_json::Value,
        now: Time,
    ) -> Result<()> {
        logbook::append(db, ticket, &Entry { actor: Actor::Siaga, kind, message, detail }, now)?;
        Ok(())
    }
}

/// Who wrote a mail: a registered role, or somebody on the reporter's side.
pub(super) fn actor(mail: &IncomingMail, role: Option<Role>) -> Actor {
    match &mail.sender {
        Some(person) => Actor::Person { role: role.unwrap_or(Role::Reporter), address: person.address.clone() },
        None => Actor::Unknown,
    }
}

/// Whether a mail begins with command lines. An automatic mail orders nothing, whatever it quotes
/// (case 46c).
pub(super) fn orders(mail: &IncomingMail) -> bool {
    mail.nature == Nature::Person && mail.automatic.is_none() && !command_lines(&mail.command_text).is_empty()
}
