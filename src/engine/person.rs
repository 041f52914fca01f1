//! All that is held about a person, for himself (UU PDP Pasal 7 and 32), with the note in the logbook
//! that he was shown it: the one way in which an identity leaves the team.

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::domain::Time;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::person::Address;
use crate::domain::role::Actor;
use crate::engine::Engine;
use crate::engine::redaction::names;
use crate::store::person_record::{self, Letter, Mail, Unsent};
use crate::store::{logbook, persons, tickets};

/// All that is held about a person. Of everybody else it says nothing: no names of the team, no words of
/// theirs but those that were sent to him, and of a case that another reported only its number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// Whose it is.
    pub address: Address,
    /// When it was made.
    pub at: Time,
    /// The cases he has to do with.
    pub tickets: Vec<Part>,
    /// What he wrote.
    pub letters: Vec<Letter>,
    /// What was written to him.
    pub mails: Vec<Mail>,
    /// What was not written to him, and why.
    pub unsent: Vec<Unsent>,
    /// Since when his address cannot be reached, and why.
    pub unreachable: Option<(Time, String)>,
    /// What the logbook has of him that is about no case.
    pub events: Vec<Event>,
}

/// A case, as far as it is his.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its number.
    pub number: String,
    /// Whether he reported it.
    pub reported: bool,
    /// What he called himself, if he reported it.
    pub name: String,
    /// His subject, if he reported it.
    pub subject: String,
    /// Where it stands.
    pub status: &'static str,
    /// When it began.
    pub opened_at: Time,
    /// When it ended.
    pub closed_at: Option<Time>,
    /// What the logbook has of him.
    pub events: Vec<Event>,
}

/// An entry of the logbook that he caused, or that names him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: Time,
    /// What happened.
    pub kind: String,
    /// Whether he caused it.
    pub by_him: bool,
}

impl Engine {
    /// Gathers all that is held about a person; `None` if nothing is.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn record_of(&mut self, address: &Address, now: Time) -> Result<Option<Record>> {
        self.store.write(|tx| {
            let mut his = persons::tickets_of(tx, address)?;
            // A case that his mail was taken off has nothing of him but its logbook.
            for ticket in persons::logbooks_naming(tx, address)?.into_iter().flatten() {
                let named = || {
                    Ok::<_, anyhow::Error>(
                        logbook::entries(tx, Some(ticket))?.iter().any(|entry| names(entry, address)),
                    )
                };
                if his.iter().all(|(known, _)| *known != ticket) && named()? {
                    his.push((ticket, tickets::get(tx, ticket)?.number));
                }
            }
            his.sort_by_key(|(id, _)| *id);
            let mut record = Record {
                address: address.clone(),
                at: now,
                tickets: Vec::new(),
                letters: person_record::letters(tx, address)?,
                mails: person_record::mails(tx, address)?,
                unsent: person_record::unsent(tx, address)?,
                unreachable: person_record::unreachable(tx, address)?,
                events: logbook::without_ticket(tx)?.iter().filter_map(|entry| event(entry, address)).collect(),
            };
            for (id, number) in &his {
                let ticket = tickets::get(tx, *id)?;
                let reporter = ticket.reporter.filter(|reporter| reporter.address.same_mailbox(address));
                let events = logbook::entries(tx, Some(*id))?;
                record.tickets.push(Part {
                    number: number.to_string(),
                    reported: reporter.is_some(),
                    subject: if reporter.is_some() { ticket.subject } else { String::new() },
                    name: reporter.map(|reporter| reporter.name).unwrap_or_default(),
                    status: ticket.status.as_str(),
                    opened_at: ticket.opened_at,
                    closed_at: ticket.closed_at,
                    events: events.iter().filter_map(|entry| event(entry, address)).collect(),
                });
            }
            let nothing = his.is_empty() && record.letters.is_empty() && record.mails.is_empty();
            if nothing && record.unsent.is_empty() && record.unreachable.is_none() && record.events.is_empty() {
                return Ok(None);
            }
            Ok(Some(record))
        })
    }

    /// Notes in the logbook of each of a person's cases that his record is handed out, and why.
    ///
    /// # Errors
    /// If the database refuses; then nothing may be handed out.
    pub fn note_shown(&mut self, address: &Address, reason: &str, now: Time) -> Result<()> {
        self.store.write(|tx| {
            let note = |ticket, detail| {
                let entry = Entry { actor: Actor::Operator, kind: Kind::IdentityShown, message: None, detail };
                logbook::append(tx, ticket, &entry, now)
            };
            let his = persons::tickets_of(tx, address)?;
            for (id, _) in &his {
                note(Some(*id), json!({ "whose": address, "to": "himself", "reason": reason }))?;
            }
            if his.is_empty() {
                // No rule takes an address out of an entry about no ticket: it names him to nobody.
                note(None, json!({ "whose": address.masked(), "to": "himself", "reason": reason }))?;
            }
            Ok(())
        })
    }
}

/// What an entry says of him.
fn event(entry: &logbook::StoredEntry, address: &Address) -> Option<Event> {
    let by_him = entry.actor.split_once(':').is_some_and(|(_, by)| by.eq_ignore_ascii_case(address.as_str()));
    names(entry, address).then(|| Event { at: entry.at, kind: entry.kind.clone(), by_him })
}
