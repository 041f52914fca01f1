//! Where a message goes: the decision that taking it in and `siaga explain` have in common.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::evidence::SenderEvidence;
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::logbook::Kind;
use crate::domain::role::Role;
use crate::engine::Context;
use crate::engine::filing::filing;
use crate::engine::intake::{Action, Incoming, Verdict, orders};
use crate::engine::thread::{Finder, Thread};
use crate::store::messages::{self, Meaning};
use crate::store::receipts::State;

/// Where a message goes.
#[derive(Debug)]
pub(super) enum Course {
    /// It opens a ticket, of which nothing is written yet.
    Opens(Box<Report>),
    /// It is kept without a ticket, which is not written yet; and why.
    Kept(Action, &'static str),
    /// It is where it belongs, with everything that follows from it.
    Settled(Verdict),
}

/// A message that opens a ticket.
#[derive(Debug)]
pub(super) struct Report {
    /// The report itself, where a robot passed it on, and what is known of its sender.
    behind: Option<(IncomingMail, SenderEvidence)>,
    /// What it has to do with other tickets.
    pub(super) thread: Thread,
    /// Whether a person sent it by mail.
    pub(super) by_hand: bool,
}

impl Report {
    /// The report as it came with `incoming`.
    pub(super) fn of<'a>(&'a self, incoming: Incoming<'a>) -> Incoming<'a> {
        match &self.behind {
            Some((mail, evidence)) => Incoming { mail, evidence: *evidence, ..incoming },
            None => incoming,
        }
    }
}

impl Context {
    /// Where a message goes. Whatever goes elsewhere than to a ticket of its own is there when this
    /// returns; of a report nothing has been written.
    pub(super) fn course(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<Course> {
        let mail = incoming.mail;
        let known = match messages::with_core(db, &mail.core)? {
            None if orders(mail) => self.same_order(db, incoming, now)?,
            known => known,
        };
        if let Some((message, ticket)) = known {
            return self.duplicate(db, incoming, message, ticket, now).map(Course::Settled);
        }
        if self.cutoff.is_some_and(|cutoff| incoming.arrived_at < cutoff) {
            let message = messages::insert(db, mail, filing(None, Meaning::Archived, incoming))?;
            self.log(db, None, Kind::MessageArchived, Some(mail.raw), json!({ "message": message.0 }), now)?;
            let reason = "arrived before this desk began its work".to_owned();
            return Ok(Course::Settled(Verdict {
                action: Action::Ignored,
                reason,
                ticket: None,
                state: State::Archived,
                message: Some(message),
            }));
        }
        self.heed_lost_numbers(db, mail, now)?;
        if mail.message_id.as_deref().is_some_and(|id| self.key.recognise(id).is_some()) {
            return Ok(Course::Kept(Action::Ignored, "own mail that came back"));
        }
        if let Some(behind) = self.behind_the_form(incoming) {
            return Ok(Course::Opens(Box::new(Report { behind: Some(behind), thread: Thread::Form, by_hand: false })));
        }
        let thread = self.thread_of(db, mail, now)?;
        match &mail.nature {
            Nature::Bounce(bounce) => self.bounce(db, incoming, bounce, &thread, now),
            Nature::AutoReply | Nature::DispositionNotice => match thread.ticket() {
                Some(ticket) => self.file(db, incoming, ticket, Action::AutoReply, &thread, now).map(Course::Settled),
                None => Ok(Course::Kept(Action::AutoReply, "automatic answer to nothing of ours")),
            },
            Nature::MachineReport => Ok(Course::Kept(Action::Ignored, "periodic machine report")),
            Nature::Person | Nature::AbuseReport(_) => self.of_person(db, incoming, thread, now),
        }
    }

    /// The ticket a mail belongs to.
    pub(super) fn thread_of(&self, db: &Connection, mail: &IncomingMail, now: Time) -> Result<Thread> {
        let role = mail.sender.as_ref().and_then(|person| self.role_of(&person.address, now));
        let staff = role.is_some_and(Role::is_staff);
        let finder = Finder { db, key: &self.key, prefix: &self.desk.ticket_prefix, staff, people: &self.rules.people };
        let found = finder.find(mail)?;
        let by_token = if found.ticket().is_none() { self.ticket_of_token(db, mail, now)? } else { None };
        Ok(by_token.map_or(found, Thread::Ours))
    }

    /// A mail by hand: commands of somebody with a role, a question of the reporter, another word on
    /// a ticket, or a report.
    fn of_person(&self, db: &Connection, incoming: Incoming<'_>, thread: Thread, now: Time) -> Result<Course> {
        let mail = incoming.mail;
        let orders = orders(mail);
        let speaker = self.speaker(mail, now).filter(|speaker| speaker.role != Role::Leader);
        let opens = |thread| Ok(Course::Opens(Box::new(Report { behind: None, thread, by_hand: true })));
        let verdict = match (thread.ticket(), speaker) {
            (_, Some(speaker)) if orders => self.commands(db, incoming, &speaker, &thread, now),
            (Some(ticket), _) if orders && self.asks_status(db, incoming, ticket)? => {
                self.tell_status(db, incoming, ticket, &thread, now)
            }
            (Some(ticket), _) => match self.too_late(db, incoming, ticket, now)? {
                Some(number) => return opens(Thread::AfterClosing(number)),
                None => self.file(db, incoming, ticket, Action::FollowUp, &thread, now),
            },
            (None, _) => match thread.several().first() {
                // Nothing is said of any of them: the team reads it on the first.
                Some(first) => self.file(db, incoming, first.id, Action::FollowUp, &thread, now),
                None => return opens(thread),
            },
        }?;
        self.tell_of_imitation(db, mail, verdict.ticket.as_ref(), now)?;
        Ok(Course::Settled(verdict))
    }
}
