//! Filing a message without opening a ticket: on a ticket that exists, as a duplicate, as a bounce, or kept alone.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::evidence::Unmoved;
use crate::domain::incoming::{Bounce, BounceKind, IncomingMail};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::team::NotForwarded;
use crate::domain::outgoing::OutboxId;
use crate::domain::role::Role;
use crate::domain::ticket::{TicketId, TicketNumber};
use crate::engine::Context;
use crate::engine::course::Course;
use crate::engine::intake::{Action, Incoming, Verdict, actor};
use crate::engine::thread::Thread;
use crate::store::messages::{self, Filing, Meaning};
use crate::store::receipts::{MessageId, State};
use crate::store::suppressed::Withheld;
use crate::store::{cases, dead_addresses, logbook, outbox, said, suppressed, tickets};

/// How the purpose of a notice begins that tells of a bounce nothing proves.
const UNPROVEN: &str = "unproven_bounce:";

impl Context {
    pub(super) fn duplicate(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        message: MessageId,
        ticket: Option<TicketId>,
        now: Time,
    ) -> Result<Verdict> {
        let mail = incoming.mail;
        if self.is_proved_by(db, incoming, message)? {
            return self.commands_again(db, incoming, (ticket, message), now);
        }
        self.log(db, ticket, Kind::DuplicateReceived, Some(mail.raw), json!({ "message": message.0 }), now)?;
        Ok(Verdict {
            action: Action::Duplicate,
            reason: "another delivery of a message that is already here".to_owned(),
            ticket: number_of(db, ticket)?,
            state: State::Duplicate,
            message: Some(message),
        })
    }

    pub(super) fn ignore(
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
        Ok(Verdict { message: Some(message), ..Verdict::kept(action, reason) })
    }

    /// A bounce goes to the outgoing mail it is about; nothing it says is answered.
    pub(super) fn bounce(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        bounce: &Bounce,
        thread: &Thread,
        now: Time,
    ) -> Result<Course> {
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
                Some(ticket) => self.file(db, incoming, ticket, Action::Bounce, thread, now).map(Course::Settled),
                None => Ok(Course::Kept(Action::Bounce, "bounce of a mail that is not ours")),
            };
        };
        let said = match bounce.kind {
            BounceKind::Failed => "failed",
            BounceKind::Delayed => "delayed",
            BounceKind::Delivered => "delivered",
        };
        if !self.came_back(db, incoming.mail, outgoing)? {
            return self.unproven_bounce(db, incoming, (outgoing, ticket, said), now).map(Course::Settled);
        }
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
            self.note_unreachable(db, &outgoing.recipient, (&word, outgoing.id), now)?;
            self.forward_failed(db, &outgoing, NotForwarded::Undelivered { reason: word.clone() }, now)?;
            self.tell_of_undelivered(db, &outgoing, &word, now)?;
        }
        Ok(Course::Settled(Verdict {
            action: Action::Bounce,
            reason: format!("says of our mail {}: {word}", outgoing.0),
            ticket: number_of(db, ticket)?,
            state: State::Taken,
            message: Some(message),
        }))
    }

    /// Whether a bounce came to the return address of the mail it is about (case 55), which is the desk's
    /// own where the provider has no sub-addresses. A mail that left with the null sender has none: no
    /// server may bounce it (RFC 5321 section 6.1), and whoever says so has written it himself.
    fn came_back(&self, db: &Connection, mail: &IncomingMail, outgoing: OutboxId) -> Result<bool> {
        let Some(returns) = dead_addresses::envelope_from(db, outgoing)? else { return Ok(false) };
        let plain = returns.same_mailbox(&self.desk.address);
        Ok(plain || mail.recipients.iter().any(|to| to.same_mailbox(&returns)))
    }

    /// A bounce that anybody could have written who saw a Message-ID of ours: kept, shown, believed by
    /// nobody.
    fn unproven_bounce(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        (outgoing, ticket, said): (OutboxId, Option<TicketId>, &str),
        now: Time,
    ) -> Result<Verdict> {
        let message = messages::insert(db, incoming.mail, filing(ticket, Meaning::Bounce, incoming))?;
        let detail = json!({ "message": message.0, "outbox": outgoing.0, "bounce": said, "proven": false });
        self.log(db, ticket, Kind::MessageFiled, Some(incoming.mail.raw), detail, now)?;
        if let Some(id) = ticket {
            let ticket = tickets::get(db, id)?;
            let unmoved = Some(Unmoved::UnprovenBounce);
            let notice = self.message_filed(&ticket, incoming, (false, Vec::new(), unmoved));
            // Whoever knows one Message-ID of ours could bury the team in them.
            if said::most_about_since(db, id, UNPROVEN, now - TimeDelta::hours(1))? < self.limits.unproven_hour {
                self.show_team(db, &notice, &ticket, (&format!("{UNPROVEN}{}", message.0), None), incoming.mail, now)?;
            } else {
                let unsaid = Withheld {
                    notice: notice.folder(),
                    recipient: None,
                    reason: "unproven_hour",
                    ticket: Some(id),
                    gathered: false,
                };
                suppressed::insert(db, &unsaid, now)?;
            }
        }
        Ok(Verdict {
            action: Action::Bounce,
            reason: format!(
                "dsn_unproven: says of our mail {}: {said}, and did not come to its return address",
                outgoing.0
            ),
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
        let indicators = if from_person { self.name(db, ticket.id, message, mail)? } else { Vec::new() };
        let actor = actor(mail, role);
        let detail = json!({ "message": message.0, "meaning": meaning.as_str(), "pending": pending });
        let entry = Entry { actor, kind: Kind::MessageFiled, message: Some(mail.raw), detail };
        logbook::append(db, Some(ticket.id), &entry, now)?;
        if action == Action::FollowUp || (from_person && !staff) {
            let unmoved = match !pending && !staff {
                true if !thread.several().is_empty() => Some(Unmoved::SeveralTickets),
                true => self.wrote(db, incoming, (&case, role, message), now)?,
                false => None,
            };
            let ticket = tickets::get(db, ticket.id)?;
            let notice = self.message_filed(&ticket, incoming, (pending, indicators, unmoved));
            let purpose = format!("filed:{}", message.0);
            self.show_team(db, &notice, &ticket, (&purpose, address), mail, now)?;
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
}

pub(super) fn filing(ticket: Option<TicketId>, meaning: Meaning, incoming: Incoming<'_>) -> Filing {
    Filing { ticket, meaning, pending: false, arrived_at: incoming.arrived_at, evidence: incoming.evidence.verdict() }
}

fn number_of(db: &Connection, ticket: Option<TicketId>) -> Result<Option<TicketNumber>> {
    ticket.map(|ticket| Ok(tickets::get(db, ticket)?.number)).transpose()
}
