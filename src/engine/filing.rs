//! Messages on tickets that exist: another word of somebody, an automatic answer, a bounce.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::authority::{PROOFS_PER_HOUR, Subject, Verdict as Judgement, judge};
use crate::domain::case::Case;
use crate::domain::command::grammar::{below_commands, command_lines};
use crate::domain::command::vocabulary::{Class, Found, Word, find};
use crate::domain::incoming::{Bounce, BounceKind};
use crate::domain::leaving::leaving;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::role::Role;
use crate::domain::ticket::{Ticket, TicketId};
use crate::domain::workflow::Event;
use crate::domain::workflow::facts::public_status;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::intake::{Action, Incoming, Verdict, actor, filing, number_of};
use crate::engine::thread::Thread;
use crate::store::messages::{self, Filing, Meaning};
use crate::store::receipts::{MessageId, State};
use crate::store::{cases, logbook, outbox, tickets};

impl Context {
    /// A bounce goes to the outgoing mail it is about; nothing it says is answered.
    pub(super) fn bounce(
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
        if bounce.kind == BounceKind::Failed
            && let Some(outgoing) = outbox::get(db, outgoing)?
        {
            self.forward_failed(db, &outgoing, &word, now)?;
        }
        Ok(Verdict {
            action: Action::Bounce,
            reason: format!("says of our mail {}: {word}", outgoing.0),
            ticket: number_of(db, ticket)?,
            state: State::Taken,
            message: Some(message),
        })
    }

    /// Files a message on a ticket that exists.
    pub(super) fn file(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        ticket: TicketId,
        action: Action,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let mail = incoming.mail;
        let case = cases::get(db, ticket)?;
        let ticket = &case.ticket;
        let address = mail.sender.as_ref().map(|person| &person.address);
        let role = address.and_then(|address| self.role_of(address, now));
        let staff = role.is_some_and(Role::is_staff);
        let known = match address {
            Some(address) => {
                let speaks = ticket.class.opd.as_deref().is_some_and(|opd| self.rules.people.speaks_for(address, opd));
                staff || speaks || tickets::is_participant(db, ticket.id, address)?
            }
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
        if from_person && !staff {
            if !pending {
                self.wrote(db, incoming, (&case, role, message), now)?;
            }
            let ticket = tickets::get(db, ticket.id)?;
            let notice = self.message_filed(&ticket, incoming, pending);
            self.post_to_audience(db, &notice, Some(&ticket), &format!("filed:{}", message.0), now)?;
        }
        let waits = if pending { "; its sender is not known to the ticket and waits to be let in" } else { "" };
        Ok(Verdict {
            action,
            reason: format!("{}{waits}", thread.reason()),
            ticket: Some(ticket.number.clone()),
            state: State::Taken,
            message: Some(message),
        })
    }

    /// What follows when somebody of the ticket writes without commanding. Who is only said to write
    /// changes nothing.
    fn wrote(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        (case, role, message): (&Case, Option<Role>, MessageId),
        now: Time,
    ) -> Result<()> {
        let mail = incoming.mail;
        let Some(sender) = mail.sender.as_ref().filter(|_| incoming.evidence != Evidence::Fail) else { return Ok(()) };
        let reported = |ticket: &Ticket| {
            ticket.reporter.as_ref().is_some_and(|reporter| reporter.address.same_mailbox(&sender.address))
        };
        let event = if reported(&case.ticket) {
            Event::ReporterWrote { message: mail.raw }
        } else if role == Some(Role::Opd) && self.answered_words(db, mail)?.is_some() {
            Event::OpdWrote { by: sender.address.clone(), message: mail.raw }
        } else {
            return Ok(());
        };
        self.happen(db, case, &event, format!("message:{}", message.0), now)?;
        Ok(())
    }

    /// Whether somebody known to a ticket, without a role, asks how it stands.
    pub(super) fn asks_status(&self, db: &Connection, incoming: Incoming<'_>, ticket: TicketId) -> Result<bool> {
        let mail = incoming.mail;
        let asks = command_lines(&mail.command_text)
            .first()
            .is_some_and(|line| find(&line.word) == Found::Command(Word::Status));
        match &mail.sender {
            Some(sender) if asks => tickets::is_participant(db, ticket, &sender.address),
            Some(_) | None => Ok(false),
        }
    }

    /// Answers a reporter with the public fields of his ticket, a few times an hour.
    pub(super) fn tell_status(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        ticket: TicketId,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let mail = incoming.mail;
        let words = self.answered_words(db, mail)?;
        let own_words = leaving(below_commands(&mail.command_text), &mail.new_text, words.as_deref().unwrap_or(""));
        if !own_words.text.is_empty() {
            self.told_more(db, incoming, ticket, now)?;
        }
        let case = cases::get(db, ticket)?;
        let message = messages::insert(db, mail, filing(Some(ticket), Meaning::Commands, incoming))?;
        let proof = self.proof(incoming, words.is_some());
        let verdict = judge(Class::C0, Subject::Ticket, proof, &self.command, 0);
        let detail = json!({ "message": message.0, "meaning": Meaning::Commands.as_str(), "verdict": verdict });
        let entry = Entry { actor: actor(mail, None), kind: Kind::MessageFiled, message: Some(mail.raw), detail };
        logbook::append(db, Some(ticket), &entry, now)?;
        if let Some(sender) = mail.sender.as_ref().filter(|_| verdict == Judgement::Act) {
            let notice = public_status(&case);
            let hour_ago = now - TimeDelta::hours(1);
            if outbox::count_since(db, notice.folder(), &sender.address, hour_ago)? < PROOFS_PER_HOUR {
                let purpose = format!("status:{}", message.0);
                let posting = Posting { answers: Some(mail), ..Posting::new(&notice, sender, Some(ticket), purpose) };
                self.post(db, &posting, now)?;
            }
        }
        Ok(Verdict {
            action: Action::Commands,
            reason: format!("{}; asks how it stands", thread.reason()),
            ticket: Some(case.ticket.number),
            state: State::Taken,
            message: Some(message),
        })
    }

    /// Who asks how it stands may tell something beside it.
    fn told_more(&self, db: &Connection, incoming: Incoming<'_>, ticket: TicketId, now: Time) -> Result<()> {
        let case = cases::get(db, ticket)?;
        let event = Event::ReporterWrote { message: incoming.mail.raw };
        let cause = format!("message:{}", incoming.mail.raw);
        let case = if case.ticket.reporter.is_some() && incoming.evidence != Evidence::Fail {
            self.happen(db, &case, &event, cause.clone(), now)?;
            cases::get(db, ticket)?
        } else {
            case
        };
        let notice = self.message_filed(&case.ticket, incoming, false);
        self.post_to_audience(db, &notice, Some(&case.ticket), &format!("filed:{}", incoming.mail.raw), now)
    }

    /// The report has reached an OPD: its clocks begin.
    pub(super) fn forward_sent(&self, db: &Connection, outgoing: &outbox::Entry, now: Time) -> Result<()> {
        if let Some(case) = self.forwarded_by(db, outgoing)? {
            self.happen(db, &case, &Event::ForwardSent, format!("sent:{}", outgoing.id.0), now)?;
        }
        Ok(())
    }

    /// The report has not reached somebody of an OPD. As long as it has reached or may reach another,
    /// the OPD has it.
    pub(super) fn forward_failed(
        &self,
        db: &Connection,
        outgoing: &outbox::Entry,
        reason: &str,
        now: Time,
    ) -> Result<()> {
        let Some(case) = self.forwarded_by(db, outgoing)? else { return Ok(()) };
        let arrives = |other: &outbox::Entry| {
            let alive = matches!(other.state, outbox::State::Queued | outbox::State::Sending | outbox::State::Sent);
            let of_this = case.forwarded_at.is_some_and(|at| other.created_at >= at);
            other.id != outgoing.id
                && other.notice == DELIVERY
                && alive
                && of_this
                && !other.bounced.starts_with("failed")
        };
        if outbox::all(db, Some(case.ticket.id))?.iter().any(arrives) {
            return Ok(());
        }
        let event = Event::ForwardFailed { reason: reason.to_owned() };
        self.happen(db, &case, &event, format!("failed:{}", outgoing.id.0), now)?;
        Ok(())
    }

    /// The case whose report an outgoing mail brings to its OPD.
    fn forwarded_by(&self, db: &Connection, outgoing: &outbox::Entry) -> Result<Option<Case>> {
        let number = outgoing.ticket.as_deref().filter(|_| outgoing.notice == DELIVERY);
        let Some(number) = number.and_then(|number| number.parse().ok()) else { return Ok(None) };
        tickets::find(db, &number)?.map(|ticket| cases::get(db, ticket.id)).transpose()
    }
}

/// The notice that brings the report.
const DELIVERY: &str = "report_delivered";
