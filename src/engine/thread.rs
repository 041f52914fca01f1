//! Which ticket a message belongs to.
//!
//! First the ids it answers: ours, recognised by their key, then any id ever named in a ticket's
//! mails. The number in the subject counts for people who are known to the ticket only: a number is
//! no secret, and a stranger who writes it gets a ticket of his own.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::directory::Directory;
use crate::domain::incoming::IncomingMail;
use crate::domain::message_id::MessageIdKey;
use crate::domain::notice::related::{Related, Relation};
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::store::{messages, outbox, tickets};

/// Where a message belongs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Thread {
    /// It answers a mail of ours.
    Ours(TicketId),
    /// It names an id that was named on that ticket before.
    Named(TicketId),
    /// Its subject holds the number, and its sender is known to the ticket.
    Numbered(TicketId),
    /// Its subject holds the number of a ticket its sender has nothing to do with.
    Mentioned(TicketNumber),
    /// It answers a mail about several tickets of its sender, and names none of them alone.
    Several(Vec<Ticket>),
    /// It answers a ticket that was closed too long ago to be opened again.
    AfterClosing(TicketNumber),
    /// It was filed on that ticket, and an analyst took it off.
    SeparatedFrom(TicketNumber),
    /// The form of the own website wrote it: each is a report of its own.
    Form,
    /// Nothing.
    Nowhere,
}

impl Thread {
    pub(super) fn ticket(&self) -> Option<TicketId> {
        match self {
            Thread::Ours(ticket) | Thread::Named(ticket) | Thread::Numbered(ticket) => Some(*ticket),
            Thread::Mentioned(_)
            | Thread::Several(_)
            | Thread::AfterClosing(_)
            | Thread::SeparatedFrom(_)
            | Thread::Form
            | Thread::Nowhere => None,
        }
    }

    /// A ticket the message has to do with, without being part of it.
    pub(super) fn related(&self) -> Option<Related> {
        match self {
            Thread::Mentioned(number) => Some(Related { number: number.to_string(), why: Relation::Mentioned }),
            Thread::AfterClosing(number) => Some(Related { number: number.to_string(), why: Relation::AfterClosing }),
            Thread::SeparatedFrom(number) => Some(Related { number: number.to_string(), why: Relation::Separated }),
            Thread::Ours(_)
            | Thread::Named(_)
            | Thread::Numbered(_)
            | Thread::Several(_)
            | Thread::Form
            | Thread::Nowhere => None,
        }
    }

    /// The tickets of which it does not say which it means.
    pub(super) fn several(&self) -> &[Ticket] {
        if let Thread::Several(tickets) = self { tickets } else { &[] }
    }

    /// How the ticket was found, for `explain`.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Thread::Ours(_) => "answers a mail of ours",
            Thread::Named(_) => "names a message of the ticket",
            Thread::Numbered(_) => "carries the ticket number and its sender is known to the ticket",
            Thread::Mentioned(_) => "carries a ticket number its sender has nothing to do with",
            Thread::Several(_) => "answers a mail about several tickets and says not which it means",
            Thread::AfterClosing(_) => "answers a ticket that was closed long ago",
            Thread::SeparatedFrom(_) => "was filed on another ticket by mistake",
            Thread::Form => "came through the form of the website",
            Thread::Nowhere => "belongs to no ticket",
        }
    }
}

/// What is needed to find a thread.
pub(super) struct Finder<'a> {
    pub(super) db: &'a Connection,
    pub(super) key: &'a MessageIdKey,
    pub(super) prefix: &'a str,
    /// Whether the sender is one of the team.
    pub(super) staff: bool,
    /// Who speaks for which office.
    pub(super) people: &'a Directory,
}

impl Finder<'_> {
    pub(super) fn find(&self, mail: &IncomingMail) -> Result<Thread> {
        // What is answered directly tells more than what was answered before it.
        let named = || mail.in_reply_to.iter().chain(mail.references.iter().rev());
        let mut of_no_ticket = Vec::new();
        for id in named() {
            let Some(minted) = self.key.recognise(id) else { continue };
            match outbox::with_header_id(self.db, &minted.header_id)? {
                Some((_, Some(ticket))) => return Ok(Thread::Ours(ticket)),
                // A mail of ours about several tickets does not join what was said in answer to it.
                Some((_, None)) => of_no_ticket.push(id),
                None => {}
            }
        }
        for id in named().filter(|id| !of_no_ticket.contains(id)) {
            if let Some(ticket) = messages::ticket_naming(self.db, id)? {
                return Ok(Thread::Named(ticket));
            }
        }
        self.by_number(mail)
    }

    fn by_number(&self, mail: &IncomingMail) -> Result<Thread> {
        let numbers = TicketNumber::find(&mail.subject, self.prefix);
        let found = numbers.iter().map(|number| tickets::find(self.db, number)).collect::<Result<Vec<_>>>()?;
        let found: Vec<Ticket> = found.into_iter().flatten().collect();
        let Some(first) = found.first().map(|ticket| ticket.number.clone()) else { return Ok(Thread::Nowhere) };
        let Some(sender) = mail.sender.as_ref().map(|person| &person.address) else {
            return Ok(Thread::Mentioned(first));
        };
        let speaks = |ticket: &Ticket| {
            self.staff || ticket.class.opd.as_deref().is_some_and(|opd| self.people.speaks_for(sender, opd))
        };
        let (mut his, others): (Vec<_>, Vec<_>) = found.into_iter().partition(speaks);
        if his.len() > 1 {
            return Ok(Thread::Several(his));
        }
        if let Some(ticket) = his.pop() {
            return Ok(Thread::Numbered(ticket.id));
        }
        for ticket in others {
            if tickets::is_participant(self.db, ticket.id, sender)? {
                return Ok(Thread::Numbered(ticket.id));
            }
        }
        Ok(Thread::Mentioned(first))
    }
}
