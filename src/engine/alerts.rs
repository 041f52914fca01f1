//! Telling the team that something is in the way of the desk itself, and of mails that reach nobody.

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::incoming::IncomingMail;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::lookalike::lookalike;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::{DeskAlert, Misuse};
use crate::domain::outgoing::Class;
use crate::domain::person::Address;
use crate::domain::role::{Actor, Audience, Role};
use crate::domain::ticket::TicketNumber;
use crate::engine::commit::Posting;
use crate::engine::forwarding::DELIVERY;
use crate::engine::{Context, Engine};
use crate::store::suppressed::Withheld;
use crate::store::{dead_addresses, logbook, meta, outbox, suppressed, tickets};

/// The notice this page is about: one that reaches nobody is told to nobody, or it would go on for ever.
const ALERT: &str = "desk_alert";

impl Engine {
    /// Lets an address be written to again that a server said cannot be reached. Returns whether it
    /// was kept as such.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn clear_undeliverable(&mut self, address: &Address, now: Time) -> Result<bool> {
        self.store.write(|tx| {
            let cleared = dead_addresses::remove(tx, address)?;
            if cleared {
                let detail = json!({ "address": address });
                let entry = Entry { actor: Actor::Operator, kind: Kind::AddressCleared, message: None, detail };
                logbook::append(tx, None, &entry, now)?;
            }
            Ok(cleared)
        })
    }

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
    /// Tells the analysts that somebody may use another's name, once an hour for each name and way: a
    /// forger must not be able to bury them, nor hide one name behind another. Of names of OPDs there are
    /// many: a cap of their own stands over all of them together. Never whoever is named, who may be the
    /// forger's victim; where he is the only analyst, the Kabid. The logbook has every attempt.
    pub(super) fn tell_of_misuse(
        &self,
        db: &Connection,
        (misuse, claimed): (Misuse, &Address),
        case: Option<&Case>,
        now: Time,
    ) -> Result<()> {
        let staff = self.role_of(claimed, now).is_some_and(Role::is_staff);
        let of_all = if staff { "misuse_of_team_" } else { "misuse_of_others_" };
        let what = format!("{of_all}{}_{claimed}", misuse.as_str());
        let hour_ago = now - TimeDelta::hours(1);
        let again = meta::told_of(db, &what)?.is_some_and(|told| told > hour_ago);
        if again || (!staff && meta::told_of_since(db, of_all, hour_ago)? >= self.limits.misuse_hour) {
            let ticket = case.map(|case| case.ticket.id);
            let reason = if again { "name_hour" } else { "misuse_hour" };
            let unsaid = Withheld { notice: ALERT, recipient: None, reason, ticket, gathered: false };
            return suppressed::insert(db, &unsaid, now);
        }
        let number = case.map(|case| case.ticket.number.to_string());
        let notice = Notice::DeskAlert(DeskAlert::NameMisused { claimed: claimed.to_string(), misuse, number });
        let today = self.rules.calendar.local(now).date_naive();
        let others = |role| {
            let people = self.rules.people.people(role, today).into_iter();
            people.filter(|person| !person.address.same_mailbox(claimed)).collect::<Vec<_>>()
        };
        let analysts = others(Role::Analyst);
        let told = if analysts.is_empty() { others(Role::Kabid) } else { analysts };
        for person in told {
            let id = case.map(|case| case.ticket.id);
            self.post(db, &Posting::new(&notice, person, id, format!("{what}:{}", now.timestamp_millis())), now)?;
        }
        meta::tells_of(db, &what, now)
    }

    /// Tells the analysts that a sender's address looks like that of somebody with a role, once an hour
    /// for each who is imitated. A likeness of the domain alone stands in the notice of the ticket.
    pub(super) fn tell_of_imitation(
        &self,
        db: &Connection,
        mail: &IncomingMail,
        ticket: Option<&TicketNumber>,
        now: Time,
    ) -> Result<()> {
        let Some(lookalike) = lookalike(mail, &self.rules.people).filter(|found| found.whole) else { return Ok(()) };
        let what = format!("imitation_of_{}", lookalike.meant);
        if meta::told_of(db, &what)?.is_some_and(|told| now - told < TimeDelta::hours(1)) {
            return Ok(());
        }
        let id = ticket.map(|number| tickets::find(db, number)).transpose()?.flatten().map(|ticket| ticket.id);
        let number = ticket.map(ToString::to_string);
        let notice = Notice::DeskAlert(DeskAlert::NameImitated { lookalike, number });
        for person in &self.people_of(Audience::Analysts, None, now) {
            self.post(
                db,
                &Posting::new(&notice, person, id, format!("imitated:{what}:{}", now.timestamp_millis())),
                now,
            )?;
        }
        meta::tells_of(db, &what, now)
    }

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
