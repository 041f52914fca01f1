//! Who is let in on a ticket (decisions 18): an unknown address that joins waits for an analyst.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::Word;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::person::Address;
use crate::domain::workflow::refusal::Refusal;
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::store::{logbook, messages, tickets};

impl Context {
    /// `#izinkan`: whoever waits is known to the ticket from here on.
    pub(super) fn admit(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        who: Option<&Address>,
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        let waiting = tickets::pending(db, case.ticket.id)?;
        let chosen = match (who, &waiting[..]) {
            (Some(who), _) => waiting.iter().find(|address| address.same_mailbox(who)),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let Some(address) = chosen else { return Ok(Err(Refusal::WhoIsAdmitted { waiting: waiting.len() })) };
        tickets::add_participant(db, case.ticket.id, address, false)?;
        messages::admit(db, case.ticket.id, address)?;
        let entry = Entry {
            actor: letter.speaker.actor(),
            kind: Kind::Command(Word::Admit),
            message: Some(letter.incoming.mail.raw),
            detail: json!({ "address": address }),
        };
        logbook::append(db, Some(case.ticket.id), &entry, now)?;
        Ok(Ok(()))
    }
}
