//! Mails that wait and carry what an order has removed: they do not leave, and those who count on them
//! are told so. A mail that is silently missing is a report that only looks forwarded.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::gate::carried::OF_THE_OFFICE;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::{DeskAlert, WithdrawnMail};
use crate::domain::notice::team::NotForwarded;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::domain::redaction::REMOVED;
use crate::domain::role::Audience;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::forwarding::DELIVERY;
use crate::store::{letters, outbox, tickets};

/// The notice that brings what `#bukti` asks for.
pub(super) const EVIDENCE: &str = "evidence_sent";

impl Context {
    /// Takes mails out of the queue and removes their copies. One that is being handed over at this
    /// moment ends as withdrawn when the server puts it off. Returns how many copies went.
    pub(super) fn withdraw(&self, db: &Connection, copies: &[letters::Copy], now: Time) -> Result<u64> {
        let mut withdrawn = Vec::new();
        for copy in copies {
            let row = outbox::get(db, copy.id)?;
            withdrawn.extend(row.filter(|row| row.state == outbox::State::Queued));
            letters::withdraw(db, copy.id)?;
            letters::remove_copy(db, copy.id, REMOVED)?;
        }
        self.tell_of_withdrawn(db, &withdrawn, now)?;
        Ok(copies.len() as u64)
    }

    /// Removes the copy of a mail that waited while the letters it quotes were removed: it left, for no mail
    /// is lost, and nothing may be left of it here. Returns whether it did.
    pub(super) fn forget_quotes(&self, db: &Connection, mail: OutboxId) -> Result<bool> {
        let Some(row) = outbox::get(db, mail)? else { return Ok(false) };
        let quotes = !OF_THE_OFFICE.contains(&row.notice.as_str()) && letters::were_removed_since(db, mail)?;
        if quotes {
            letters::remove_copy(db, mail, REMOVED)?;
        }
        Ok(quotes)
    }

    /// Tells of mails that were taken out of the queue: of the report that its OPD does not have, as of
    /// any that does not arrive; of all others, the analysts, in one mail. Not of those to somebody
    /// without a role: it is at his wish that nobody writes to him any more.
    pub(super) fn tell_of_withdrawn(&self, db: &Connection, rows: &[outbox::Entry], now: Time) -> Result<()> {
        for row in rows.iter().filter(|row| row.notice == DELIVERY) {
            if !self.forward_failed(db, row, NotForwarded::Withdrawn, now)? {
                break;
            }
        }
        let has_role = |row: &&outbox::Entry| {
            row.recipient.parse::<Address>().is_ok_and(|address| self.role_of(&address, now).is_some())
        };
        let told: Vec<_> = rows.iter().filter(|row| row.notice != DELIVERY).filter(has_role).collect();
        let Some(first) = told.first() else { return Ok(()) };
        let mails = told
            .iter()
            .map(|row| WithdrawnMail { addressee: row.recipient.clone(), evidence: row.notice == EVIDENCE })
            .collect();
        let number = first.ticket.clone().unwrap_or_default();
        let ticket = number.parse().ok().map(|number| tickets::find(db, &number)).transpose()?.flatten();
        let notice = Notice::DeskAlert(DeskAlert::MailWithdrawn { number, mails });
        for person in &self.people_of(Audience::Analysts, None, now) {
            let purpose = format!("withdrawn:{}", first.id.0);
            self.post(db, &Posting::new(&notice, person, ticket.as_ref().map(|ticket| ticket.id), purpose), now)?;
        }
        Ok(())
    }
}
