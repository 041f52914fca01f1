//! What the provider has marked as spam (decisions 17): kept and numbered, with no clock and no word to
//! anybody, until `#valid` or `#buka` makes it a report. What it has put into a folder of its own is
//! counted. The daily digest tells of both.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::incoming::Nature;
use crate::domain::recap::day::{Junk, JunkLine};
use crate::domain::stage::{Disposition, Status};
use crate::domain::ticket::TicketNumber;
use crate::engine::intake::Incoming;
use crate::engine::{Context, Engine};
use crate::store::meta::{self, JunkCount};
use crate::store::tickets;

impl Context {
    /// Whether a report is taken for junk: never that of somebody with a role.
    pub(super) fn is_junk(&self, incoming: Incoming<'_>, now: Time) -> bool {
        let mail = incoming.mail;
        let known = mail.sender.as_ref().is_some_and(|sender| self.role_of(&sender.address, now).is_some());
        mail.junk && !known && mail.nature == Nature::Person
    }
}

impl Engine {
    /// Notes what lies in the provider's junk folder: `messages` of them, numbered up to `uid_next`
    /// within `uid_validity`. Returns how many have come since the last look.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn note_junk_folder(&mut self, messages: u32, uid_next: u32, uid_validity: u32) -> Result<u32> {
        let before = meta::junk_count(self.store().db())?;
        let came = match before {
            Some(before) if before.uid_validity == uid_validity => uid_next.saturating_sub(before.uid_next),
            // Numbers that begin anew say nothing about when the messages came; of a folder that was
            // never seen, everything in it is news.
            Some(_) => 0,
            None => messages,
        };
        let arrived = before.map_or(0, |before| before.arrived).saturating_add(came);
        let seen = JunkCount { uid_validity, uid_next, messages, arrived };
        if before != Some(seen) {
            self.store.write(|tx| meta::set_junk_count(tx, &seen))?;
        }
        Ok(came)
    }
}

/// What the daily digest says of junk: the reports filed as such among `tickets`, by their numbers,
/// and what has come into the provider's folder.
pub(super) fn junk_of(db: &Connection, tickets: &[TicketNumber]) -> Result<Junk> {
    let mut junk = Junk::default();
    for number in tickets {
        let Some(ticket) = tickets::find(db, number)? else { continue };
        // Whoever was made a report meanwhile is none any more.
        if ticket.status == Status::Closed(Disposition::Spam) {
            let from = ticket.reporter.map(|person| person.address.to_string()).unwrap_or_default();
            junk.add(JunkLine { number: number.to_string(), from, subject: ticket.subject });
        }
    }
    if let Some(count) = meta::junk_count(db)? {
        (junk.folder_arrived, junk.folder_messages) = (count.arrived, count.messages);
    }
    Ok(junk)
}

/// The digest has told of it: from here on it is counted anew.
pub(super) fn told_of_junk(db: &Connection) -> Result<()> {
    match meta::junk_count(db)? {
        Some(count) if count.arrived > 0 => meta::set_junk_count(db, &JunkCount { arrived: 0, ..count }),
        Some(_) | None => Ok(()),
    }
}

/// The case of a report that is junk until somebody says otherwise.
pub(super) fn as_junk(mut case: Case, now: Time) -> Case {
    case.deadlines.clear();
    case.ticket.status = Status::Closed(Disposition::Spam);
    case.ticket.closed_at = Some(now);
    case.refresh();
    case
}
