//! `#pisah` on a mail that was filed on the wrong ticket: it becomes a report of its own, as if it had
//! been one from the beginning.
//!
//! What the mail has done on the ticket it leaves, a clock that went on for example, stays done: the
//! team sees both tickets and says what else is to be changed.

use anyhow::Result;
use chrono::Datelike;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::Word;
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::related::Relation;
use crate::domain::person::{Address, Person};
use crate::domain::protection::Protection;
use crate::domain::role::Actor;
use crate::domain::ticket::TicketNumber;
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::{Report, open};
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::engine::intake::{Incoming, actor};
use crate::engine::thread::Thread;
use crate::store::messages::{self, Meaning, Message};
use crate::store::{cases, links, logbook, retention, separating, storms, tickets, tokens};

impl Context {
    /// Makes a mail of `case` a ticket of its own: the one whose notice is answered, or the latest of
    /// `sender`. Returns the new number.
    pub(super) fn separate(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        sender: Option<&Address>,
        now: Time,
    ) -> Result<Result<TicketNumber, Refusal>> {
        let Some(message) = self.misfiled(db, letter.incoming.mail, case, sender)? else {
            return Ok(Err(Refusal::WhichMail));
        };
        let evidence = separating::evidence(db, message.id)?;
        let mail = as_mail(&message);
        let incoming = Incoming { mail: &mail, arrived_at: message.arrived_at, evidence: evidence.into() };
        let year = self.rules.calendar.local(message.arrived_at).year();
        let number = tickets::next_number(db, &self.desk.ticket_prefix, year)?;
        let report = Report { number: number.clone(), mail: &mail, arrived_at: message.arrived_at };
        let mut own = open(report, &self.rules);
        cases::insert(db, &mut own, &self.rules, now)?;
        let (left, ticket) = (case.ticket.id, own.ticket.clone());
        separating::make_report(db, message.id, ticket.id)?;
        separating::follow(db, message.id, left, ticket.id)?;
        if let Some(person) = &mail.sender {
            tickets::add_participant(db, ticket.id, &person.address, false)?;
            self.leave(db, case, &person.address, now)?;
        }
        links::insert(db, ticket.id, left, Relation::Separated, now)?;
        // What is kept for the law stays kept, whatever ticket it lies on.
        let held = retention::held(db, left)?;
        if let Some(hold) = &held {
            retention::hold(db, ticket.id, &hold.reason, now)?;
        }
        let moved = Entry {
            actor: letter.speaker.actor(),
            kind: Kind::Command(Word::Split),
            message: Some(letter.incoming.mail.raw),
            detail: json!({ "message": message.id.0, "to": number }),
        };
        logbook::append(db, Some(left), &moved, now)?;
        let opened = self.opened_entry(&ticket, incoming, &actor(&mail, None));
        let mut detail = opened.detail.clone();
        detail["separated_from"] = json!(case.ticket.number);
        logbook::append(db, Some(ticket.id), &Entry { detail, ..opened }, now)?;
        if let Some(hold) = held {
            let detail = json!({ "reason": hold.reason, "separated_from": case.ticket.number });
            let entry = Entry { actor: Actor::Siaga, kind: Kind::HoldBegan, message: None, detail };
            logbook::append(db, Some(ticket.id), &entry, now)?;
        }
        let thread = Thread::SeparatedFrom(case.ticket.number.clone());
        let answered = self.may_answer(db, incoming, storms::since(db)?.is_some(), now)?;
        self.announce(db, &ticket, incoming, (&thread, &answered, &self.named_in(incoming.mail)), now)?;
        Ok(Ok(number))
    }

    /// The mail that is meant: somebody's word on the ticket that did not open it.
    fn misfiled(
        &self,
        db: &Connection,
        order: &IncomingMail,
        case: &Case,
        sender: Option<&Address>,
    ) -> Result<Option<Message>> {
        let mut filed = messages::of_ticket(db, case.ticket.id)?;
        filed.retain(|message| message.meaning == Meaning::FollowUp && !message.sender_address.is_empty());
        if let Some(sender) = sender {
            let is_his = |message: &Message| message.sender_address.eq_ignore_ascii_case(sender.as_str());
            return Ok(filed.into_iter().rfind(is_his));
        }
        for id in order.in_reply_to.iter().filter_map(|id| self.key.recognise(id)) {
            let Some(shown) = separating::message_shown(db, &id.header_id)? else { continue };
            return Ok(filed.into_iter().find(|message| message.id == shown));
        }
        Ok(None)
    }

    /// Takes somebody off a ticket he has nothing more to do with.
    fn leave(&self, db: &Connection, case: &Case, address: &Address, now: Time) -> Result<()> {
        let reports = case.ticket.reporter.as_ref().is_some_and(|reporter| reporter.address.same_mailbox(address));
        if !reports && !separating::has_written(db, case.ticket.id, address)? {
            separating::remove_participant(db, case.ticket.id, address)?;
            tokens::revoke_for(db, address, case.ticket.id, now)?;
        }
        Ok(())
    }
}

/// A stored mail as it was read.
fn as_mail(message: &Message) -> IncomingMail {
    let address = message.sender_address.parse::<Address>().ok();
    let sender = address.map(|address| Person { name: message.sender_name.clone(), address });
    let from_text = match message.sender_name.as_str() {
        "" => message.sender_address.clone(),
        name => format!("{name} <{}>", message.sender_address),
    };
    IncomingMail {
        raw: message.raw,
        // The row keeps both; neither is written anew.
        core: message.raw,
        size_bytes: 0,
        message_id: Some(message.message_id.clone()).filter(|id| !id.is_empty()),
        in_reply_to: Vec::new(),
        references: Vec::new(),
        sender,
        from_text,
        reply_to: None,
        recipients: Vec::new(),
        subject: message.subject.clone(),
        date: message.dated_at,
        text: message.text.clone(),
        new_text: message.new_text.clone(),
        command_text: String::new(),
        html_text: None,
        reported: String::new(),
        language: message.language,
        attachments: message.attachments.clone(),
        nature: Nature::Person,
        protection: Protection::default(),
        automatic: word(&message.automatic),
        junk: false,
        hops: 0,
        defects: message.defects.iter().filter_map(|defect| word(defect)).collect(),
    }
}

/// The value that is stored as that word.
fn word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(json!(word)).ok()
}
