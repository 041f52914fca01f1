//! Notice → frozen mail in the outbox, inside the transaction that decided it.

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::compose::{Attached, AutoSubmitted, Letter, compose};
use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::evidence::Origin;
use crate::domain::incoming::IncomingMail;
use crate::domain::notice::Notice;
use crate::domain::outgoing::Class;
use crate::domain::person::{Address, Person};
use crate::domain::role::{Audience, Role};
use crate::domain::ticket::{Ticket, TicketId};
use crate::engine::Context;
use crate::store::runs::RunId;
use crate::store::{messages, outbox, outbox_files};
use crate::templates::{Recipient, Rendered};

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
    /// The recipient's one-time code, if the notice asks something.
    pub(super) code: Option<String>,
    /// The run that can be taken back, and until when the mail waits for that.
    pub(super) held: Option<(RunId, Time)>,
    /// What is known of the sender of the mail that prompted it.
    pub(super) prompted: Option<Origin>,
    /// Files that go with it.
    pub(super) files: &'a [Attached],
    /// Code of the OPD it is for, if that is not the ticket's.
    pub(super) office: Option<&'a str>,
}

impl<'a> Posting<'a> {
    /// A notice that leaves at once, on its own.
    pub(super) fn new(notice: &'a Notice, to: &'a Person, ticket: Option<TicketId>, purpose: String) -> Posting<'a> {
        Posting {
            notice,
            to,
            ticket,
            purpose,
            answers: None,
            evidence: None,
            code: None,
            held: None,
            prompted: None,
            files: &[],
            office: None,
        }
    }
}

impl Context {
    /// Freezes one mail, and says what it says. Does nothing if its purpose has been served, or if the
    /// gate does not let it through.
    pub(super) fn post(&self, db: &Connection, posting: &Posting<'_>, now: Time) -> Result<Option<Rendered>> {
        let Posting { notice, to, ticket, .. } = *posting;
        if self.withholds(db, notice, (&to.address, ticket), now)? {
            return Ok(None);
        }
        let Some(cleared) = self.let_through(db, posting, now)? else {
            return Ok(None);
        };
        let notice = cleared.notice();
        let purpose = format!("{}:{}", posting.purpose, to.address);
        let (envelope_from, auto) = self.envelope(cleared.class(), &purpose);
        let draft = outbox::Draft {
            cleared: &cleared,
            purpose: &purpose,
            ticket,
            evidence: posting.evidence,
            envelope_from: envelope_from.as_ref(),
            held: posting.held,
        };
        let head = ticket.map(|ticket| outbox::thread_head(db, ticket, &to.address)).transpose()?.flatten();
        let Some(id) = outbox::reserve(db, &draft, now)? else {
            return Ok(None);
        };
        if self.files.is_none() {
            // A desk without files only tries things out: nobody reads what it would say.
            return Ok(Some(Rendered::default()));
        }
        let header_id = self.key.mint(id, ticket, self.desk.address.domain());
        // A secret address is none where anybody may read it.
        let reply_to = if notice.may_go_in_clear() { None } else { self.reply_address(db, &to.address, ticket, now)? };
        let recipient = Recipient {
            name: (!to.name.is_empty()).then(|| to.name.clone()),
            code: posting.code.clone(),
            message_id: header_id.clone(),
            reply_to: reply_to.as_ref().unwrap_or(&self.desk.address).to_string(),
            prompted: posting.prompted,
        };
        let rendered =
            self.templates.render(notice, &recipient).with_context(|| format!("render {}", notice.folder()))?;
        let (in_reply_to, references) = threading(posting.answers, head);
        let composed = compose(&Letter {
            from: Person { name: self.desk.name.clone(), address: self.desk.address.clone() },
            to: to.address.clone(),
            reply_to,
            subject: rendered.subject.clone(),
            text: rendered.text.clone(),
            html: rendered.html.clone(),
            message_id: header_id.clone(),
            in_reply_to,
            references,
            date: now,
            auto,
            language: notice.language(),
            attachments: posting.files.to_vec(),
        })
        .with_context(|| format!("compose {}", notice.folder()))?;
        let frozen = outbox::Frozen {
            header_id: header_id.clone(),
            subject: rendered.subject.clone(),
            text: rendered.text.clone(),
            bytes: composed.bytes,
        };
        outbox::freeze(db, id, &frozen)?;
        composed.slots.iter().try_for_each(|slot| outbox_files::insert(db, id, slot.offset, &slot.digest))?;
        if let Some(ticket) = ticket {
            messages::remember_reference(db, ticket, &header_id)?;
        }
        Ok(Some(rendered))
    }

    /// The envelope sender of a mail, and how it is marked as automatic.
    fn envelope(&self, class: Class, purpose: &str) -> (Option<Address>, AutoSubmitted) {
        match class {
            // RFC 3834 section 3.3: nothing may bounce an automatic answer back to us.
            Class::Acknowledgement => (None, AutoSubmitted::Replied),
            Class::Request => (Some(self.return_address(purpose)), AutoSubmitted::Generated),
        }
    }

    /// Where a mail comes back that cannot be delivered: an address of its own where the provider has
    /// sub-addresses, so that a bounce proves which mail it is about (case 55).
    fn return_address(&self, purpose: &str) -> Address {
        let own = self.command.subaddress.then(|| self.key.return_token(purpose).return_address(&self.desk.address));
        own.flatten().unwrap_or_else(|| self.desk.address.clone())
    }

    /// Freezes one mail for everybody the notice is for.
    pub(super) fn post_to_audience(
        &self,
        db: &Connection,
        notice: &Notice,
        ticket: Option<&Ticket>,
        purpose: &str,
        now: Time,
    ) -> Result<()> {
        self.post_to_audience_but(db, notice, ticket, purpose, None, now)
    }

    /// The same, leaving one address out: who wrote a message need not be told of it.
    pub(super) fn post_to_audience_but(
        &self,
        db: &Connection,
        notice: &Notice,
        ticket: Option<&Ticket>,
        purpose: &str,
        but: Option<&Address>,
        now: Time,
    ) -> Result<()> {
        let told = self.people_of(notice.audience(), ticket, now);
        for person in told.iter().filter(|person| but != Some(&person.address)) {
            let posting = Posting::new(notice, person, ticket.map(|ticket| ticket.id), purpose.to_owned());
            self.post(db, &posting, now)?;
        }
        Ok(())
    }

    /// The people a notice is for at present. An audience nobody belongs to falls to the analysts,
    /// so that no deadline passes unseen; what is for the reporter alone is for nobody else.
    pub(super) fn people_of(&self, audience: Audience, ticket: Option<&Ticket>, now: Time) -> Vec<Person> {
        let today = self.rules.calendar.local(now).date_naive();
        let people = &self.rules.people;
        let found = ticket.map(|ticket| people.recipients(audience, ticket, today)).unwrap_or_default();
        let personal = matches!(audience, Audience::Reporter | Audience::Sender);
        if found.is_empty() && !personal { people.analysts.clone() } else { found }
    }

    /// The role of an address at present.
    pub(super) fn role_of(&self, address: &Address, now: Time) -> Option<Role> {
        self.rules.people.role_of(address, self.rules.calendar.local(now).date_naive())
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
