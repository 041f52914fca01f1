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
use crate::domain::person::Address;
use crate::domain::ticket::{TicketId, TicketNumber};
use crate::store::{messages, outbox, tickets};

/// Where a message belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thread {
    /// It answers a mail of ours.
    Ours(TicketId),
    /// It names an id that was named on that ticket before.
    Named(TicketId),
    /// Its subject holds the number, and its sender is known to the ticket.
    Numbered(TicketId),
    /// Its subject holds the number of a ticket its sender has nothing to do with.
    Mentioned(TicketNumber),
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
            Thread::Ours(_) | Thread::Named(_) | Thread::Numbered(_) | Thread::Form | Thread::Nowhere => None,
        }
    }

    /// How the ticket was found, for `explain`.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Thread::Ours(_) => "answers a mail of ours",
            Thread::Named(_) => "names a message of the ticket",
            Thread::Numbered(_) => "carries the ticket number and its sender is known to the ticket",
            Thread::Mentioned(_) => "carries a ticket number its sender has nothing to do with",
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
        for id in named() {
            if let Some(minted) = self.key.recognise(id)
                && let Some((_, Some(ticket))) = outbox::with_header_id(self.db, &minted.header_id)?
            {
                return Ok(Thread::Ours(ticket));
            }
        }
        for id in named() {
            if let Some(ticket) = messages::ticket_naming(self.db, id)? {
                return Ok(Thread::Named(ticket));
            }
        }
        self.by_number(mail)
    }

    fn by_number(&self, mail: &IncomingMail) -> Result<Thread> {
        let Some(number) = TicketNumber::find(&mail.subject, self.prefix) else {
            return Ok(Thread::Nowhere);
        };
        let Some(ticket) = tickets::find(self.db, &number)? else {
            return Ok(Thread::Nowhere);
        };
        let sender = mail.sender.as_ref().map(|person| &person.address);
        let known = |address: &Address| {
            let speaks = ticket.class.opd.as_deref().is_some_and(|opd| self.people.speaks_for(address, opd));
            Ok::<_, anyhow::Error>(self.staff || speaks || tickets::is_participant(self.db, ticket.id, address)?)
        };
        match sender {
            Some(address) if known(address)? => Ok(Thread::Numbered(ticket.id)),
            Some(_) | None => Ok(Thread::Mentioned(number)),
        }
    }
}
