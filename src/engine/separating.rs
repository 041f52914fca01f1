//! `#pisah` on a mail that was filed on the wrong ticket: it becomes a report of its own, as if it had
//! been one from the beginning.
//!
//! It is read again from its raw bytes, since the tables keep only a part of it; what they keep, and
//! what was known of its sender when it came, stands. Whatever the provider's spam filter said, an analyst has
//! looked: it is no junk.
//!
//! If it moved a clock of the ticket it leaves, that ticket is again what it was before, unless something
//! else has changed it since: then it stays, and the analyst is told to look.

use anyhow::Result;
use chrono::Datelike;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::grammar::{CommandLine, command_lines};
use crate::domain::command::vocabulary::{Found, Word, find};
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::answer::{Answer, MovedClocks};
use crate::domain::notice::related::Relation;
use crate::domain::person::{Address, Person};
use crate::domain::role::Actor;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::undo::undo;
use crate::domain::workflow::{Report, open};
use crate::engine::commands::CommandMail;
use crate::engine::effects::Origin;
use crate::engine::intake::{Incoming, actor, orders};
use crate::engine::thread::Thread;
use crate::engine::{Context, Engine};
use crate::store::messages::{self, Meaning, Message};
use crate::store::receipts::{self, MessageId, Receipt};
use crate::store::{cases, links, logbook, retention, runs, separating, storms, tickets, tokens};

impl Engine {
    /// The mails that an order takes off their tickets, with a receipt of each: whoever takes the order in
    /// reads them again from their raw files. None where nothing is ordered, or nothing can be found.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn taken_off(&self, order: &IncomingMail, now: Time) -> Result<Vec<(MessageId, Receipt)>> {
        let (context, db) = (self.context(), self.store().db());
        let is_split = |line: &CommandLine| find(&line.word) == Found::Command(Word::Split);
        if !orders(order) || context.speaker(order, now).is_none() {
            return Ok(Vec::new());
        }
        let lines: Vec<_> = command_lines(&order.command_text).into_iter().filter(is_split).collect();
        let Some(ticket) = context.thread_of(db, order, now)?.ticket().filter(|_| !lines.is_empty()) else {
            return Ok(Vec::new());
        };
        let case = cases::get(db, ticket)?;
        let mut found = Vec::new();
        for line in &lines {
            let sender = line.arguments.split_whitespace().next().and_then(|word| word.parse().ok());
            let Some(message) = context.misfiled(db, order, &case, sender.as_ref())? else { continue };
            found.extend(receipts::of_raw(db, message.id, &message.raw)?.map(|receipt| (message.id, receipt)));
        }
        Ok(found)
    }
}

impl Context {
    /// Makes a mail of `case` a ticket of its own: the one whose notice is answered, or the latest of
    /// `sender`. Returns what the analyst is told, and the ticket it leaves as it is then.
    pub(super) fn separate(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        sender: Option<&Address>,
        now: Time,
    ) -> Result<Result<(Answer, Case), Refusal>> {
        let Some(message) = self.misfiled(db, letter.incoming.mail, case, sender)? else {
            return Ok(Err(Refusal::WhichMail));
        };
        let known = separating::evidence(db, message.id)?;
        let again = letter.incoming.again.iter().find(|again| again.message == message.id);
        let mail = again.map_or_else(|| as_mail(&message), |again| read_again(&again.mail, &message));
        // What was known when it came counts; how, only if it is found again.
        let evidence = again.map(|again| again.evidence).filter(|found| found.verdict() == known);
        let incoming = Incoming {
            mail: &mail,
            arrived_at: message.arrived_at,
            evidence: evidence.unwrap_or_else(|| known.into()),
            again: again.map_or(&[], std::slice::from_ref),
        };
        let (ticket, number) = self.own_ticket(db, incoming, now)?;
        let left = case.ticket.id;
        separating::make_report(db, message.id, ticket.id)?;
        separating::follow(db, message.id, left, ticket.id)?;
        let (clocks, rest) = self.take_back_moved(db, letter, case, message.id, now)?;
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
        detail["message"] = json!(message.id.0);
        if !mail.protection.is_none() {
            detail["protection"] = json!(mail.protection.noted());
        }
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
        Ok(Ok((Answer::Separated { number: number.to_string(), clocks }, rest)))
    }

    fn own_ticket(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<(Ticket, TicketNumber)> {
        let Incoming { mail, arrived_at, .. } = incoming;
        let year = self.rules.calendar.local(arrived_at).year();
        let number = tickets::next_number(db, &self.desk.ticket_prefix, year)?;
        let mut own = open(Report { number: number.clone(), mail, arrived_at }, &self.rules);
        cases::insert(db, &mut own, &self.rules, now)?;
        Ok((own.ticket, number))
    }

    /// The ticket a mail leaves is again what it was before it came, if the mail moved anything and nothing
    /// else has since.
    fn take_back_moved(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        message: MessageId,
        now: Time,
    ) -> Result<(MovedClocks, Case)> {
        let Some(moved) = runs::of_letter(db, message)? else { return Ok((MovedClocks::Untouched, case.clone())) };
        let (speaker, order) = (letter.speaker.actor(), Some(letter.incoming.mail.raw));
        let decision = match &moved.before {
            Some(before) => undo((before, moved.revision), case, &speaker, order, &self.rules, now).ok(),
            None => None,
        };
        let Some(decision) = decision else { return Ok((MovedClocks::Kept, case.clone())) };
        runs::undone(db, moved.run, now)?;
        let cause = format!("command:{}:moved", letter.message.0);
        let origin = Origin { cause, by: speaker, hold: None, mail: Some(letter.incoming) };
        self.carry_out(db, &decision, &origin, now)?;
        Ok((MovedClocks::Restored, cases::get(db, case.ticket.id)?))
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

/// A mail read again, in the words that are kept of it: the keys of today may open what stayed closed.
fn read_again(again: &IncomingMail, message: &Message) -> IncomingMail {
    IncomingMail {
        text: message.text.clone(),
        new_text: message.new_text.clone(),
        subject: message.subject.clone(),
        language: message.language,
        attachments: message.attachments.clone(),
        protection: message.protection.clone().unwrap_or_else(|| again.protection.clone()),
        ..again.clone()
    }
}

/// A stored mail whose raw bytes cannot be read, as far as it is kept.
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
        protection: message.protection.clone().unwrap_or_default(),
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
