//! Notice → frozen mail in the outbox, inside the transaction that decided it.

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::compose::{AutoSubmitted, Letter, compose};
use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::incoming::IncomingMail;
use crate::domain::notice::Notice;
use crate::domain::outgoing::Class;
use crate::domain::person::{Address, Person};
use crate::domain::role::Role;
use crate::domain::ticket::TicketId;
use crate::engine::Context;
use crate::store::{messages, outbox};
use crate::templates::Recipient;

/// One notice on its way to one person.
pub(super) struct Posting<'a> {
    pub(super) notice: &'a Notice,
    pub(super) to: &'a Person,
    pub(super) ticket: Option<TicketId>,
    /// Why this mail exists, without the recipient.
    pub(super) purpose: String,
    /// The mail it answers.
    pub(super) answers: Option<&'a IncomingMail>,
    /// For acknowledgements, the evidence for the sender.
    pub(super) evidence: Option<Evidence>,
}

impl Context {
    /// Freezes one mail. Does nothing if its purpose has been served.
    pub(super) fn post(&self, db: &Connection, posting: &Posting<'_>, now: Time) -> Result<()> {
        let Posting { notice, to, ticket, .. } = *posting;
        let class = notice.class();
        let (envelope_from, auto) = match class {
            // RFC 3834 section 3.3: nothing may bounce an automatic answer back to us.
            Class::Acknowledgement => (None, AutoSubmitted::Replied),
            Class::Request => (Some(&self.desk.address), AutoSubmitted::Generated),
        };
        let draft = outbox::Draft {
            purpose: &format!("{}:{}", posting.purpose, to.address),
            ticket,
            notice: notice.folder(),
            class,
            evidence: posting.evidence,
            recipient: &to.address,
            envelope_from,
        };
        let head = match ticket {
            Some(ticket) => outbox::thread_head(db, ticket, &to.address)?,
            None => None,
        };
        let Some(id) = outbox::reserve(db, &draft, now)? else {
            return Ok(());
        };
        let recipient = Recipient { name: (!to.name.is_empty()).then(|| to.name.clone()) };
        let rendered =
            self.templates.render(notice, &recipient).with_context(|| format!("render {}", notice.folder()))?;
        let (in_reply_to, references) = threading(posting.answers, head);
        let header_id = self.key.mint(id, ticket, self.desk.address.domain());
        let bytes = compose(&Letter {
            from: Person { name: self.desk.name.clone(), address: self.desk.address.clone() },
            to: to.address.clone(),
            subject: rendered.subject.clone(),
            text: rendered.text,
            html: rendered.html,
            message_id: header_id.clone(),
            in_reply_to,
            references,
            date: now,
            auto,
            language: notice.language(),
        })
        .with_context(|| format!("compose {}", notice.folder()))?;
        outbox::freeze(db, id, &outbox::Frozen { header_id: header_id.clone(), subject: rendered.subject, bytes })?;
        if let Some(ticket) = ticket {
            messages::remember_reference(db, ticket, &header_id)?;
        }
        Ok(())
    }

    /// Freezes one mail for everybody who has the notice's role.
    pub(super) fn post_to_role(
        &self,
        db: &Connection,
        notice: &Notice,
        ticket: Option<TicketId>,
        purpose: &str,
        now: Time,
    ) -> Result<()> {
        self.post_to_role_but(db, notice, ticket, purpose, None, now)
    }

    /// The same, leaving one address out: who wrote a message need not be told of it.
    pub(super) fn post_to_role_but(
        &self,
        db: &Connection,
        notice: &Notice,
        ticket: Option<TicketId>,
        purpose: &str,
        but: Option<&Address>,
        now: Time,
    ) -> Result<()> {
        let told = self.people_of(notice.audience(), now).into_iter();
        for person in told.filter(|person| but != Some(&person.address)) {
            let posting =
                Posting { notice, to: person, ticket, purpose: purpose.to_owned(), answers: None, evidence: None };
            self.post(db, &posting, now)?;
        }
        Ok(())
    }

    /// The people of a role at present. A role nobody has falls to the analysts, so that no
    /// deadline passes unseen.
    pub(super) fn people_of(&self, role: Role, now: Time) -> Vec<&Person> {
        let today = self.rules.calendar.local(now).date_naive();
        let people = self.people.people(role, today);
        if people.is_empty() { self.people.people(Role::Analyst, today) } else { people }
    }

    /// The role of an address at present.
    pub(super) fn role_of(&self, address: &Address, now: Time) -> Option<Role> {
        self.people.role_of(address, self.rules.calendar.local(now).date_naive())
    }
}

/// What a mail of ours stands below: the mail it answers, or the first mail its recipient got about
/// the ticket.
fn threading(answers: Option<&IncomingMail>, head: Option<String>) -> (Option<String>, Vec<String>) {
    match answers {
        Some(mail) => {
            let references = mail.references.iter().chain(&mail.message_id).cloned().collect();
            (mail.message_id.clone(), references)
        }
        None => (head.clone(), head.into_iter().collect()),
    }
}
