//! What a message means, and what follows from it: one message, one transaction.

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::command::command_lines;
use crate::domain::digest::Digest;
use crate::domain::incoming::{Bounce, BounceKind, IncomingMail, Nature};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::{MailHeld, Notice};
use crate::domain::role::{Actor, Role};
use crate::domain::ticket::{TicketId, TicketNumber};
use crate::engine::commit::Posting;
use crate::engine::thread::{Finder, Thread};
use crate::engine::{Context, Engine};
use crate::fail_point::{Step, reached};
use crate::store::messages::{self, Filing, Meaning};
use crate::store::receipts::{self, Arrival, MessageId, Receipt, ReceiptId, State};
use crate::store::{logbook, outbox, tickets};

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

/// A message that is to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What it says.
    pub mail: &'a IncomingMail,
    /// When it reached our mail server.
    pub arrived_at: Time,
    /// Whether its sender's domain sent it.
    pub evidence: Evidence,
}

impl Engine {
    /// Records messages that are durable here, all in one transaction, each with its first reading
    /// counted. Returns their receipts; a place that was known keeps the receipt it has.
    ///
    /// # Errors
    /// If the database refuses; then nothing is recorded.
    pub fn receive(&mut self, arrivals: &[Arrival], now: Time) -> Result<Vec<Receipt>> {
        let received = self.store.write(|tx| {
            arrivals.iter().try_for_each(|arrival| receipts::insert(tx, arrival, now))?;
            reached(Step::ReceiptWritten);
            arrivals
                .iter()
                .map(|arrival| receipts::at_place(tx, &arrival.mailbox, &arrival.place)?.context("a receipt vanished"))
                .collect()
        })?;
        reached(Step::ReceiptCommitted);
        Ok(received)
    }

    /// The receipt of a place, if the message there has been recorded.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn receipt_at(&self, mailbox: &str, place: &str) -> Result<Option<Receipt>> {
        receipts::at_place(self.store.db(), mailbox, place)
    }

    /// Receipts that were recorded and not understood yet: an earlier process ended in between, or
    /// a person released them.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn unfinished(&self) -> Result<Vec<Receipt>> {
        receipts::in_states(self.store.db(), &[State::Received])
    }

    /// Counts another reading of a message before it begins. `false` if it has had its readings:
    /// then it is put aside.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn read_again(&mut self, receipt: &Receipt, now: Time) -> Result<bool> {
        if receipt.attempts >= self.context.attempts_max {
            let reason = format!("crash: {} readings were begun and none ended", receipt.attempts);
            self.hold(receipt.id, &reason, now)?;
            return Ok(false);
        }
        self.store.write(|tx| receipts::count_attempt(tx, receipt.id))?;
        Ok(true)
    }

    /// Takes a message in: everything that follows from it, or nothing.
    ///
    /// # Errors
    /// If the database refuses or a template fails; then the receipt stays as it was.
    pub fn take_in(
        &mut self,
        receipt: ReceiptId,
        mail: &IncomingMail,
        evidence: Evidence,
        now: Time,
    ) -> Result<Verdict> {
        let Engine { store, context } = self;
        let verdict = store.write(|tx| {
            let receipt = receipts::get(tx, receipt)?.context("take in a message without receipt")?;
            ensure!(receipt.state == State::Received, "receipt {} is {} already", receipt.id.0, receipt.state.as_str());
            let incoming = Incoming { mail, arrived_at: receipt.arrival.arrived_at, evidence };
            let verdict = context.understand(tx, incoming, now)?;
            receipts::finish(tx, receipt.id, verdict.state, &verdict.reason, verdict.message)?;
            reached(Step::IntakeWritten);
            Ok(verdict)
        })?;
        reached(Step::IntakeCommitted);
        Ok(verdict)
    }

    /// Puts a message aside for a person: its raw bytes stay, the team is told.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn hold(&mut self, receipt: ReceiptId, reason: &str, now: Time) -> Result<()> {
        let Engine { store, context } = self;
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
        let mail = incoming.mail;
        if let Some((message, ticket)) = messages::with_core(db, &mail.core)? {
            return self.duplicate(db, mail, message, ticket, now);
        }
        if self.cutoff.is_some_and(|cutoff| incoming.arrived_at < cutoff) {
            let message = messages::insert(db, mail, filing(None, Meaning::Archived, incoming))?;
            self.log(db, None, Kind::MessageArchived, Some(mail.raw), json!({ "message": message.0 }), now)?;
            let reason = "arrived before this desk began its work".to_owned();
            return Ok(Verdict {
                action: Action::Ignored,
                reason,
                ticket: None,
                state: State::Archived,
                message: Some(message),
            });
        }
        if mail.message_id.as_deref().is_some_and(|id| self.key.recognise(id).is_some()) {
            return self.ignore(db, incoming, Action::Ignored, "own mail that came back", now);
        }
        let role = mail.sender.as_ref().and_then(|person| self.role_of(&person.address, now));
        let staff = role.is_some_and(Role::is_staff);
        let finder = Finder { db, key: &self.key, prefix: &self.desk.ticket_prefix, staff };
        let thread = finder.find(mail)?;
        match &mail.nature {
            Nature::Bounce(bounce) => self.bounce(db, incoming, bounce, &thread, now),
            Nature::AutoReply | Nature::DispositionNotice => match thread.ticket() {
                Some(ticket) => self.file(db, incoming, ticket, Action::AutoReply, &thread, now),
                None => self.ignore(db, incoming, Action::AutoReply, "automatic answer to nothing of ours", now),
            },
            Nature::MachineReport => self.ignore(db, incoming, Action::Ignored, "periodic machine report", now),
            Nature::Person | Nature::AbuseReport(_) => match thread.ticket() {
                Some(ticket) if staff && commands(mail) => {
                    self.file(db, incoming, ticket, Action::Commands, &thread, now)
                }
                Some(ticket) => self.file(db, incoming, ticket, Action::FollowUp, &thread, now),
                None => self.open_ticket(db, incoming, &thread, now),
            },
        }
    }

    fn duplicate(
        &self,
        db: &Connection,
        mail: &IncomingMail,
        message: MessageId,
        ticket: Option<TicketId>,
        now: Time,
    ) -> Result<Verdict> {
        self.log(db, ticket, Kind::DuplicateReceived, Some(mail.raw), json!({ "message": message.0 }), now)?;
        Ok(Verdict {
            action: Action::Duplicate,
            reason: "another delivery of a message that is already here".to_owned(),
            ticket: number_of(db, ticket)?,
            state: State::Duplicate,
            message: Some(message),
        })
    }

    fn ignore(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        action: Action,
        reason: &str,
        now: Time,
    ) -> Result<Verdict> {
        let meaning = match action {
            Action::Bounce => Meaning::Bounce,
            Action::AutoReply => Meaning::AutoReply,
            Action::NewTicket
            | Action::FollowUp
            | Action::Commands
            | Action::Duplicate
            | Action::Ignored
            | Action::Held => Meaning::Ignored,
        };
        let message = messages::insert(db, incoming.mail, filing(None, meaning, incoming))?;
        let detail = json!({ "message": message.0, "reason": reason });
        self.log(db, None, Kind::MessageIgnored, Some(incoming.mail.raw), detail, now)?;
        Ok(Verdict { action, reason: reason.to_owned(), ticket: None, state: State::Ignored, message: Some(message) })
    }

    /// A bounce goes to the outgoing mail it is about; nothing it says is answered.
    fn bounce(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        bounce: &Bounce,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let mut about = None;
        for id in bounce.about.iter().chain(&incoming.mail.in_reply_to).chain(&incoming.mail.references) {
            if self.key.recognise(id).is_some() {
                about = outbox::with_header_id(db, &id.to_ascii_lowercase())?;
            }
            if about.is_some() {
                break;
            }
        }
        let Some((outgoing, ticket)) = about else {
            return match thread.ticket() {
                Some(ticket) => self.file(db, incoming, ticket, Action::Bounce, thread, now),
                None => self.ignore(db, incoming, Action::Bounce, "bounce of a mail that is not ours", now),
            };
        };
        let said = match bounce.kind {
            BounceKind::Failed => "failed",
            BounceKind::Delayed => "delayed",
            BounceKind::Delivered => "delivered",
        };
        let word = bounce.status.as_ref().map_or(said.to_owned(), |status| format!("{said} ({status})"));
        outbox::bounced(db, outgoing, &word)?;
        let message = messages::insert(db, incoming.mail, filing(ticket, Meaning::Bounce, incoming))?;
        let kind = match bounce.kind {
            BounceKind::Failed => Kind::DeliveryFailed,
            BounceKind::Delayed | BounceKind::Delivered => Kind::MessageFiled,
        };
        self.log(db, ticket, kind, Some(incoming.mail.raw), json!({ "outbox": outgoing.0, "bounce": word }), now)?;
        Ok(Verdict {
            action: Action::Bounce,
            reason: format!("says of our mail {}: {word}", outgoing.0),
            ticket: number_of(db, ticket)?,
            state: State::Taken,
            message: Some(message),
        })
    }

    /// Files a message on a ticket that exists.
    fn file(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        ticket: TicketId,
        action: Action,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let mail = incoming.mail;
        let ticket = tickets::get(db, ticket)?;
        let address = mail.sender.as_ref().map(|person| &person.address);
        let role = address.and_then(|address| self.role_of(address, now));
        let staff = role.is_some_and(Role::is_staff);
        let known = match address {
            Some(address) => staff || tickets::is_participant(db, ticket.id, address)?,
            None => false,
        };
        let from_person = matches!(action, Action::FollowUp | Action::Commands);
        let pending = from_person && !known;
        // decisions 18: whoever joins by reference is seen by the analyst and answered nothing.
        if let Some(address) = address.filter(|_| pending) {
            tickets::add_participant(db, ticket.id, address, true)?;
        }
        let meaning = match action {
            Action::Commands => Meaning::Commands,
            Action::AutoReply => Meaning::AutoReply,
            Action::Bounce => Meaning::Bounce,
            Action::NewTicket | Action::FollowUp | Action::Duplicate | Action::Ignored | Action::Held => {
                Meaning::FollowUp
            }
        };
        let message = messages::insert(db, mail, Filing { pending, ..filing(Some(ticket.id), meaning, incoming) })?;
        let actor = actor(mail, role);
        let detail = json!({ "message": message.0, "meaning": meaning.as_str(), "pending": pending });
        let entry = Entry { actor, kind: Kind::MessageFiled, message: Some(mail.raw), detail };
        logbook::append(db, Some(ticket.id), &entry, now)?;
        if action == Action::FollowUp || (from_person && !staff) {
            let notice = self.message_filed(&ticket, incoming, pending);
            self.post_to_role_but(db, &notice, Some(ticket.id), &format!("filed:{}", message.0), address, now)?;
        }
        let waits = if pending { "; its sender is not known to the ticket and waits to be let in" } else { "" };
        Ok(Verdict {
            action,
            reason: format!("{}{waits}", thread.reason()),
            ticket: Some(ticket.number),
            state: State::Taken,
            message: Some(message),
        })
    }

    /// Tells the team of a held message, ten times an hour at the most: a flood of broken mail is
    /// one fact, and `siaga held list` has it whole.
    fn tell_of_held(&self, db: &Connection, receipt: &Receipt, reason: &str, now: Time) -> Result<()> {
        let notice = Notice::MailHeld(MailHeld {
            held: receipt.id.0,
            arrived_at: receipt.arrival.arrived_at,
            size_bytes: receipt.arrival.size_bytes,
            reason: reason.to_owned(),
        });
        let hour_ago = now - chrono::TimeDelta::hours(1);
        for person in self.people_of(notice.audience(), now) {
            if outbox::count_since(db, notice.folder(), &person.address, hour_ago)? < HELD_NOTICES_PER_HOUR {
                let purpose = format!("held:{}:{}", receipt.id.0, now.timestamp());
                let posting =
                    Posting { notice: &notice, to: person, ticket: None, purpose, answers: None, evidence: None };
                self.post(db, &posting, now)?;
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
        logbook::append(db, ticket, &Entry { actor: Actor::Siaga, kind, message, detail }, now)
    }
}

/// Who wrote a mail: a registered role, or somebody on the reporter's side.
pub(super) fn actor(mail: &IncomingMail, role: Option<Role>) -> Actor {
    match &mail.sender {
        Some(person) => Actor::Person { role: role.unwrap_or(Role::Reporter), address: person.address.clone() },
        None => Actor::Unknown,
    }
}

/// Notices of held mail one person gets in an hour.
const HELD_NOTICES_PER_HOUR: u32 = 10;

/// Whether a mail begins with command lines.
fn commands(mail: &IncomingMail) -> bool {
    !command_lines(&mail.command_text).is_empty()
}

pub(super) fn filing(ticket: Option<TicketId>, meaning: Meaning, incoming: Incoming<'_>) -> Filing {
    Filing { ticket, meaning, pending: false, arrived_at: incoming.arrived_at }
}

fn number_of(db: &Connection, ticket: Option<TicketId>) -> Result<Option<TicketNumber>> {
    ticket.map(|ticket| Ok(tickets::get(db, ticket)?.number)).transpose()
}
