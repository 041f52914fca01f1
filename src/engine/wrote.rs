//! What follows when somebody of a ticket writes by hand, without commanding, or asks how it stands.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::authority::{Subject, Verdict as Judgement, judge};
use crate::domain::case::Case;
use crate::domain::command::grammar::{below_commands, command_lines};
use crate::domain::command::vocabulary::{Class, Found, Word, find};
use crate::domain::evidence::Unmoved;
use crate::domain::leaving::leaving;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::person::Person;
use crate::domain::role::Role;
use crate::domain::thanks::is_mere_thanks;
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::domain::workflow::Event;
use crate::domain::workflow::facts::public_status;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::filing::filing;
use crate::engine::intake::{Action, Incoming, Verdict, actor};
use crate::engine::limits::leave_unsaid;
use crate::engine::thread::Thread;
use crate::store::messages::{self, Meaning};
use crate::store::receipts::{MessageId, State};
use crate::store::{cases, logbook, outbox, runs, tickets};

impl Context {
    /// What follows when somebody of the ticket writes without commanding. Who is only said to write
    /// changes nothing: then the reason is returned, if it is the reporter's name.
    pub(super) fn wrote(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        (case, role, message): (&Case, Option<Role>, MessageId),
        now: Time,
    ) -> Result<Option<Unmoved>> {
        let mail = incoming.mail;
        let Some(sender) = &mail.sender else { return Ok(None) };
        let reported = |ticket: &Ticket| {
            ticket.reporter.as_ref().is_some_and(|reporter| reporter.address.same_mailbox(&sender.address))
        };
        let mere_thanks = !case.ticket.status.is_open() && is_mere_thanks(mail);
        let event = if mere_thanks {
            return Ok(None);
        } else if reported(&case.ticket) {
            if !self.is_reporters(db, incoming, case.ticket.id, now)? {
                return Ok(Some(Unmoved::UnprovenReporter));
            }
            Event::ReporterWrote { message: mail.raw }
        } else if role == Some(Role::Opd)
            && incoming.evidence.verdict() != Evidence::Fail
            && self.answered_words(db, mail)?.is_some()
        {
            Event::OpdWrote { by: sender.address.clone(), message: mail.raw }
        } else {
            return Ok(None);
        };
        self.happen(db, case, &event, format!("message:{}", message.0), now)?;
        // An analyst may find that it belongs elsewhere: then the ticket is what it was.
        let revision = tickets::get(db, case.ticket.id)?.revision;
        if revision != case.ticket.revision {
            runs::moved_by(db, message, case, revision, now)?;
        }
        Ok(None)
    }

    /// Whether a mail from the reporter's address may move a clock (class C0): his domain vouches for
    /// it, or it shows that he got a mail of ours, by its keyed id or by his secret address. Many
    /// reporters have no domain that vouches for them; an ordinary reply names our mail.
    fn is_reporters(&self, db: &Connection, incoming: Incoming<'_>, ticket: TicketId, now: Time) -> Result<bool> {
        Ok(match incoming.evidence.verdict() {
            Evidence::Fail => false,
            Evidence::Pass => true,
            Evidence::None => {
                self.answered_words(db, incoming.mail)?.is_some()
                    || self.check_token(db, incoming.mail, Some(ticket), now)?.is_ok()
            }
        })
    }

    /// The number of a ticket whose reporter answers with substance when its time is over: that is
    /// another report. Within that time it is looked at again, thanks are filed.
    pub(super) fn too_late(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        ticket: TicketId,
        now: Time,
    ) -> Result<Option<TicketNumber>> {
        let ticket = tickets::get(db, ticket)?;
        let (Some(closed_at), Some(sender)) = (ticket.closed_at, &incoming.mail.sender) else { return Ok(None) };
        let staff = self.role_of(&sender.address, now).is_some_and(Role::is_staff);
        let grace = TimeDelta::days(self.rules.policy.objection_days.into());
        let in_time = incoming.arrived_at <= closed_at + grace;
        let known = tickets::is_participant(db, ticket.id, &sender.address)?;
        Ok((known && !staff && !in_time && !is_mere_thanks(incoming.mail)).then_some(ticket.number))
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
        let answers_ours = self.answers_ours(db, mail, (Some(&case), words.is_some()), now)?;
        let proof = self.proof(incoming, answers_ours);
        let verdict = judge(Class::C0, Subject::Ticket, proof, &self.command, 0);
        let detail = json!({ "message": message.0, "meaning": Meaning::Commands.as_str(), "verdict": verdict });
        let entry = Entry { actor: actor(mail, None), kind: Kind::MessageFiled, message: Some(mail.raw), detail };
        logbook::append(db, Some(ticket), &entry, now)?;
        if let Some(sender) = mail.sender.as_ref().filter(|_| verdict == Judgement::Act) {
            let notice = public_status(&case);
            let hour_ago = now - TimeDelta::hours(1);
            if outbox::count_since(db, notice.folder(), &sender.address, hour_ago)? < self.command.proofs_hour {
                let purpose = format!("status:{}", message.0);
                let posting = Posting { answers: Some(mail), ..Posting::new(&notice, sender, Some(ticket), purpose) };
                self.post(db, &posting, now)?;
            } else {
                leave_unsaid(db, notice.folder(), (&sender.address, Some(ticket)), "proofs_hour", now)?;
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
        let reporter = case.ticket.reporter.as_ref();
        let his = |sender: &Person| reporter.is_some_and(|person| person.address.same_mailbox(&sender.address));
        let his = incoming.mail.sender.as_ref().is_some_and(his);
        let proven = self.is_reporters(db, incoming, ticket, now)?;
        let case = if his && proven {
            self.happen(db, &case, &event, cause.clone(), now)?;
            cases::get(db, ticket)?
        } else {
            case
        };
        let unmoved = (his && !proven).then_some(Unmoved::UnprovenReporter);
        let notice = self.message_filed(&case.ticket, incoming, (false, Vec::new(), unmoved));
        let purpose = format!("filed:{}", incoming.mail.raw);
        self.show_team(db, &notice, &case.ticket, (&purpose, None), incoming.mail, now)
    }
}
