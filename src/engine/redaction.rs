//! A person taken out of a ticket: by the rule of retention, or because he asks for it (UU PDP Pasal 43);
//! and the legal hold that keeps everything.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::gate::carried::OF_THE_OFFICE;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::person::{Address, Person};
use crate::domain::redaction::{Identity, REMOVED, is_pseudonym, pseudonym};
use crate::domain::retention::{Destroyed, Rule};
use crate::domain::role::Actor;
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::engine::retention::Ground;
use crate::engine::{Context, Engine};
use crate::store::logbook::StoredEntry;
use crate::store::redaction::{Cut, redact};
use crate::store::retention::Hold;
use crate::store::{self, doomed, letters, logbook, outbox, persons, reports, retention, tickets};

/// What is to be removed from a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Its letters, and who its reporter is.
    Everything,
    /// Its letters with their files and what quotes them.
    Letters,
    /// These files alone, by their digests.
    Files(Vec<Digest>),
}

/// Why nothing is removed, or held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRemoved {
    /// There is no such ticket.
    #[error("there is no ticket {0}")]
    NoTicket(TicketNumber),
    /// It is held.
    #[error("ticket {number} is held since {}: {}; end that first with `siaga ticket hold {number} --release`", hold.since.format("%Y-%m-%d"), hold.reason)]
    Held {
        /// The ticket.
        number: TicketNumber,
        /// The hold.
        hold: Hold,
    },
    /// None of its letters brought that file.
    #[error("no letter of the ticket brought the file {0}; `siaga ticket show` lists them")]
    NoFile(Digest),
    /// It is a submitted report or a signed approval: a record of the office, which outlives the mail
    /// that brought it.
    #[error("the file {0} is a submitted or signed report, a record of the office that is not removed by order")]
    OfTheOffice(Digest),
}

impl Engine {
    /// Removes what a person ordered to be removed, at once and for good.
    ///
    /// # Errors
    /// If the database or the disk refuses.
    pub fn remove_from_ticket(
        &mut self,
        number: &TicketNumber,
        removal: &Removal,
        reason: &str,
        now: Time,
    ) -> Result<Result<Destroyed, NotRemoved>> {
        let Engine { store, context, .. } = self;
        let removed = store.write(|tx| {
            let Some(ticket) = tickets::find(tx, number)? else {
                return Ok(Err(NotRemoved::NoTicket(number.clone())));
            };
            if let Some(hold) = retention::held(tx, ticket.id)? {
                return Ok(Err(NotRemoved::Held { number: number.clone(), hold }));
            }
            context.remove_by_order(tx, &ticket, removal, reason, now)
        })?;
        if removed.is_ok() {
            self.unfolded = true;
            self.remove_doomed()?;
        }
        Ok(removed)
    }

    /// Whether nothing of what was removed lies in a file any more: not while another process reads the
    /// database or takes a mail in. Then the desk that serves finishes it.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn is_all_removed(&mut self) -> Result<bool> {
        self.remove_doomed()?;
        Ok(!self.unfolded && !doomed::are_any(self.store.db())?)
    }

    /// Keeps everything of a ticket, whatever the rules of retention say.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn hold_ticket(&mut self, number: &TicketNumber, reason: &str, now: Time) -> Result<Result<(), NotRemoved>> {
        self.store.write(|tx| {
            let Some(ticket) = tickets::find(tx, number)? else {
                return Ok(Err(NotRemoved::NoTicket(number.clone())));
            };
            retention::hold(tx, ticket.id, reason, now)?;
            note(tx, ticket.id, Kind::HoldBegan, json!({ "reason": reason }), now)?;
            Ok(Ok(()))
        })
    }

    /// Ends that. Returns whether it was held.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn release_ticket(&mut self, number: &TicketNumber, now: Time) -> Result<Result<bool, NotRemoved>> {
        self.store.write(|tx| {
            let Some(ticket) = tickets::find(tx, number)? else {
                return Ok(Err(NotRemoved::NoTicket(number.clone())));
            };
            let Some(hold) = retention::held(tx, ticket.id)? else { return Ok(Ok(false)) };
            retention::release(tx, ticket.id)?;
            note(tx, ticket.id, Kind::HoldEnded, json!({ "reason": hold.reason, "since": hold.since }), now)?;
            Ok(Ok(true))
        })
    }
}

fn note(db: &Connection, ticket: TicketId, kind: Kind, detail: Value, now: Time) -> Result<()> {
    logbook::append(db, Some(ticket), &Entry { actor: Actor::Operator, kind, message: None, detail }, now)?;
    Ok(())
}

impl Context {
    fn remove_by_order(
        &self,
        db: &Connection,
        ticket: &Ticket,
        removal: &Removal,
        reason: &str,
        now: Time,
    ) -> Result<Result<Destroyed, NotRemoved>> {
        let ground = Ground { rule: Rule::Order, by: Actor::Operator, detail: json!({ "reason": reason }) };
        match removal {
            Removal::Everything => Ok(Ok(self.remove_reporter(db, ticket, &ground, now)?)),
            Removal::Letters => {
                let destroyed = self.remove_letters(db, ticket, now)?;
                self.note_destroyed(db, Some(ticket.id), destroyed, &ground, now)?;
                Ok(Ok(destroyed))
            }
            Removal::Files(files) => {
                let removed = store::attempt(db, || {
                    let mut mails = 0;
                    for file in files {
                        if reports::holds_file(db, file)? {
                            return Ok((Err(NotRemoved::OfTheOffice(*file)), false));
                        }
                        match self.remove_file(db, ticket, file, now)? {
                            Some(copies) => mails += copies,
                            None => return Ok((Err(NotRemoved::NoFile(*file)), false)),
                        }
                    }
                    Ok((Ok(mails), true))
                })?;
                let mails = match removed {
                    Ok(mails) => mails,
                    Err(refused) => return Ok(Err(refused)),
                };
                let destroyed = Destroyed { files: files.len() as u64, mails, ..Destroyed::default() };
                self.note_destroyed(db, Some(ticket.id), destroyed, &ground, now)?;
                Ok(Ok(destroyed))
            }
        }
    }

    /// Puts a pseudonym in the place of a ticket's reporter, and of everybody on his side, after the
    /// letters in which they show themselves. One entry of the logbook says so, and what is left of the
    /// entries that named them.
    pub(super) fn remove_reporter(
        &self,
        db: &Connection,
        ticket: &Ticket,
        ground: &Ground,
        now: Time,
    ) -> Result<Destroyed> {
        let mut destroyed = self.remove_letters(db, ticket, now)?;
        let (known, stand_ins) = self.strangers(db, ticket, now)?;
        // Whoever is no more is not written to: what waits for him is not sent. What his OPD gets through
        // him does not go to the reporter in him, and is sent.
        let mut gone = Vec::new();
        for copy in letters::copies(db, ticket.id)? {
            if copy.waits && self.is_for(db, &copy, &known, now)? {
                gone.push(copy);
            }
        }
        destroyed.mails += self.withdraw(db, &gone, now)?;
        for (person, stand_in) in known.iter().zip(&stand_ins) {
            let kept = if self.role_of(&person.address, now).is_some() { OF_THE_OFFICE } else { &[] };
            persons::replace(db, ticket.id, (&person.address, stand_in), kept)?;
        }
        destroyed.reporters =
            u64::from(ticket.reporter.as_ref().is_some_and(|reporter| !is_pseudonym(&reporter.address)));
        retention::reporter_removed(db, ticket.id, now)?;
        let cut = cuts(logbook::entries(db, Some(ticket.id))?, &known, &stand_ins);
        let mut detail = ground.detail.clone();
        detail["rule"] = json!(ground.rule.as_str());
        detail["kept_days"] = json!(self.retention.of(ground.rule).map(|kept| kept.num_days()));
        detail["destroyed"] = json!(destroyed);
        redact(db, Some(ticket.id), &cut, (&ground.by, &detail), now)?;
        self.remove_elsewhere(db, ticket, (&known, &stand_ins), ground, now)?;
        Ok(destroyed)
    }

    /// Takes persons out of the logbooks of tickets on which nothing else of them is left: a mail that was
    /// taken off one, a letter that ended before. Where something is left of them their data end with it;
    /// what is held for the law stays. Of what is about no ticket a person goes when he is on none.
    fn remove_elsewhere(
        &self,
        db: &Connection,
        ticket: &Ticket,
        (known, stand_ins): (&[Person], &[Person]),
        ground: &Ground,
        now: Time,
    ) -> Result<()> {
        // Who of the team did what stays.
        let strangers = known.iter().zip(stand_ins).filter(|(person, _)| self.role_of(&person.address, now).is_none());
        for (person, stand_in) in strangers {
            let his: Vec<TicketId> = persons::tickets_of(db, &person.address)?.into_iter().map(|(id, _)| id).collect();
            for place in persons::logbooks_naming(db, &person.address)? {
                let names = |entry: &StoredEntry| names(entry, &person.address);
                let entries: Vec<StoredEntry> = match place {
                    Some(other) if his.contains(&other) || retention::held(db, other)?.is_some() => continue,
                    Some(other) => logbook::entries(db, Some(other))?,
                    None if !his.is_empty() => continue,
                    None => logbook::without_ticket(db)?.into_iter().filter(names).collect(),
                };
                if !entries.iter().any(names) {
                    continue;
                }
                let cut = cuts(entries, std::slice::from_ref(person), std::slice::from_ref(stand_in));
                if !cut.is_empty() {
                    let detail = json!({ "rule": ground.rule.as_str(), "removed_with": ticket.number });
                    redact(db, place, &cut, (&ground.by, &detail), now)?;
                }
            }
        }
        Ok(())
    }

    /// Everybody on a ticket who has no role, the reporter first whatever his, and who takes his place.
    pub(super) fn strangers(&self, db: &Connection, ticket: &Ticket, now: Time) -> Result<(Vec<Person>, Vec<Person>)> {
        let mut known: Vec<Person> = ticket.reporter.iter().cloned().collect();
        for person in persons::of_ticket(db, ticket.id)? {
            let has_role = self.role_of(&person.address, now).is_some()
                || self.rules.people.bssn.iter().any(|other| other.address.same_mailbox(&person.address));
            let reports = ticket.reporter.as_ref().is_some_and(|one| one.address.same_mailbox(&person.address));
            if reports || !has_role {
                known.push(person);
            }
        }
        known.retain(|person| !is_pseudonym(&person.address));
        let mut addresses: Vec<String> = Vec::new();
        let mut stand_ins = Vec::new();
        for person in &known {
            let address = person.address.as_str().to_ascii_lowercase();
            let place = addresses.iter().position(|known| *known == address).unwrap_or(addresses.len());
            if place == addresses.len() {
                addresses.push(address);
            }
            // The reporter's place is the first; where there is none, it stays empty.
            let place = place + usize::from(ticket.reporter.is_none());
            stand_ins.push(pseudonym(&ticket.number, place, &person.name));
        }
        Ok((known, stand_ins))
    }

    fn is_for(&self, db: &Connection, copy: &letters::Copy, known: &[Person], now: Time) -> Result<bool> {
        let Some(row) = outbox::get(db, copy.id)? else { return Ok(false) };
        let of_the_office =
            |address: &Address| OF_THE_OFFICE.contains(&copy.notice.as_str()) && self.role_of(address, now).is_some();
        let mut his = known.iter().filter(|person| person.address.as_str().eq_ignore_ascii_case(&row.recipient));
        Ok(his.any(|person| !of_the_office(&person.address)))
    }
}

/// What of entries is to be cut out, so that none of these persons can be recognised; `stand_ins` take
/// their places, or nobody does.
pub(super) fn cuts(entries: Vec<StoredEntry>, persons: &[Person], stand_ins: &[Person]) -> Vec<Cut> {
    let identity = Identity::of(persons);
    let mut cuts = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.kind != Kind::Redacted.as_str()) {
        let actor = actor_without(&entry.actor, persons, stand_ins);
        let detail = identity.out_of_value(&entry.detail);
        if actor != entry.actor || detail != entry.detail {
            cuts.push(Cut { id: entry.id, actor, detail });
        }
    }
    cuts
}

/// Whether an entry names an address.
pub(super) fn names(entry: &StoredEntry, address: &Address) -> bool {
    let address = address.as_str().to_ascii_lowercase();
    [&entry.actor, &entry.detail.to_string()].iter().any(|text| stands_in(&address, &text.to_ascii_lowercase()))
}

/// Whether an address stands in a text by itself and is no part of a longer one.
fn stands_in(address: &str, text: &str) -> bool {
    text.match_indices(address).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + address.len()..].chars();
        let next = after.next();
        let goes_on = match next {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            Some(c) => c.is_alphanumeric() || c == '-',
            None => false,
        };
        !before.is_some_and(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)) && !goes_on
    })
}

fn actor_without(actor: &str, persons: &[Person], stand_ins: &[Person]) -> String {
    let Some((role, address)) = actor.split_once(':') else { return actor.to_owned() };
    match persons.iter().position(|person| person.address.as_str().eq_ignore_ascii_case(address)) {
        Some(place) => {
            let instead = stand_ins.get(place).map_or(REMOVED, |stand_in| stand_in.address.as_str());
            format!("{role}:{instead}")
        }
        None => actor.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_part_of_a_longer_one() {
        let check = |text: &str, stands: bool| assert_eq!(stands_in("i@kampus.example", text), stands, "{text}");
        check("reporter:i@kampus.example", true);
        check("{\"address\":\"i@kampus.example\"}", true);
        check("menulis kepada i@kampus.example.", true);
        check("reporter:siti@kampus.example", false);
        check("a+i@kampus.example", false);
        check("i@kampus.example.org", false);
        check("i@kampus.examples", false);
        check("siti@kampus.example dan i@kampus.example", true);
    }
}
