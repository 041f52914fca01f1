//! Telling the team that something is in the way of the desk itself, and of mails that reach nobody.

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::DeskAlert;
use crate::domain::outgoing::Class;
use crate::domain::person::Address;
use crate::domain::role::{Audience, Role};
use crate::engine::commit::Posting;
use crate::engine::forwarding::DELIVERY;
use crate::engine::{Context, Engine};
use crate::store::{outbox, tickets};

/// The notice this page is about: one that reaches nobody is told to nobody, or it would go on for ever.
const ALERT: &str = "desk_alert";

impl Engine {
    /// Tells every analyst what is in the way, once for each purpose.
    ///
    /// # Errors
    /// If the database refuses or a template fails.
    pub fn raise(&mut self, alert: &DeskAlert, purpose: &str, now: Time) -> Result<()> {
        let Engine { store, context, .. } = self;
        let notice = Notice::DeskAlert(alert.clone());
        store.write(|tx| context.post_to_audience(tx, &notice, None, purpose, now))
    }
}

impl Context {
    /// Tells of a mail that asked somebody to act and did not reach him: of one of the team, the
    /// others and the Kabid; of anybody else, whoever works on the ticket. Once a day for each ticket
    /// and recipient. What brings the report to its OPD has its own notice.
    pub(super) fn tell_of_undelivered(
        &self,
        db: &Connection,
        outgoing: &outbox::Entry,
        reason: &str,
        now: Time,
    ) -> Result<()> {
        if outgoing.class != Class::Request || [ALERT, DELIVERY].contains(&outgoing.notice.as_str()) {
            return Ok(());
        }
        let recipient: Address = outgoing.recipient.parse().context("the recipient of a mail of ours")?;
        let staff = self.role_of(&recipient, now).is_some_and(Role::is_staff);
        let notice = Notice::DeskAlert(DeskAlert::MailUndelivered {
            subject: outgoing.subject.clone(),
            addressee: outgoing.recipient.clone(),
            staff,
            reason: reason.to_owned(),
        });
        let number = outgoing.ticket.as_deref().and_then(|number| number.parse().ok());
        let ticket = number.map(|number| tickets::find(db, &number)).transpose()?.flatten();
        let today = self.rules.calendar.local(now).date_naive();
        let told = if staff {
            let people = &self.rules.people;
            people.analysts.iter().chain(people.people(Role::Kabid, today)).cloned().collect()
        } else {
            self.people_of(Audience::Assignee, ticket.as_ref(), now)
        };
        let purpose = format!("undelivered:{}:{recipient}:{today}", outgoing.ticket.as_deref().unwrap_or("-"));
        for person in told.iter().filter(|person| !person.address.same_mailbox(&recipient)) {
            let id = ticket.as_ref().map(|ticket| ticket.id);
            self.post(db, &Posting::new(&notice, person, id, purpose.clone()), now)?;
        }
        Ok(())
    }
}
