//! Notices that are told together: in a storm, and to somebody who has had his share of an hour.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::notice::Notice;
use crate::domain::notice::gathered::{Gathered, GatheredTicket, Tallied};
use crate::domain::outgoing::Class;
use crate::domain::person::{Address, Person};
use crate::domain::ticket::{Ticket, TicketId};
use crate::engine::commit::Posting;
use crate::engine::{Context, Engine};
use crate::store::suppressed::Withheld;
use crate::store::{said, storms, suppressed, tickets};

/// Tickets a gathered mail names.
const NAMED_MAX: usize = 20;
/// Groups a gathered mail names.
const GROUPS_MAX: usize = 8;
/// Tickets that are looked at for one mail.
const LOOKED_AT_MAX: usize = 5_000;

impl Engine {
    /// When somebody is told of what was gathered for him.
    pub(super) fn next_gathered(&self) -> Result<Option<Time>> {
        let waiting = suppressed::waiting(self.store.db())?;
        let every = self.context.limits.gather_every;
        Ok(waiting.into_iter().map(|(_, since, told)| due(since, told, every)).min())
    }

    /// Tells everybody who is due of what was gathered for him. Returns the mails decided.
    pub(super) fn tell_gathered(&mut self, now: Time) -> Result<usize> {
        let every = self.context.limits.gather_every;
        let waiting = suppressed::waiting(self.store.db())?;
        let ripe: Vec<_> = waiting.into_iter().filter(|(_, since, told)| due(*since, *told, every) <= now).collect();
        if ripe.is_empty() {
            return Ok(0);
        }
        let Engine { store, context, .. } = self;
        store.write(|tx| ripe.iter().try_for_each(|(recipient, _, _)| context.tell_of_many(tx, recipient, now)))?;
        Ok(ripe.len())
    }
}

/// The first of them is told at once, so that somebody knows; the others wait.
fn due(since: Time, told: Option<Time>, every: TimeDelta) -> Time {
    told.map_or(since, |told| since.max(told + every))
}

impl Context {
    /// Whether a notice is gathered instead of sent: then it is noted for the mail that tells of it.
    pub(super) fn gathers(
        &self,
        db: &Connection,
        notice: &Notice,
        (to, ticket): (&Address, TicketId),
        now: Time,
    ) -> Result<bool> {
        let opens = matches!(notice, Notice::TicketOpened(_));
        let reason = if opens && storms::since(db)?.is_some() {
            "storm"
        } else if said::to_since(db, to, Class::Request, now - TimeDelta::hours(1))? >= self.limits.analyst_hour {
            "analyst_hour"
        } else {
            return Ok(false);
        };
        let (recipient, ticket) = (Some(to.as_str()), Some(ticket));
        suppressed::insert(db, &Withheld { notice: notice.folder(), recipient, reason, ticket, gathered: true }, now)?;
        Ok(true)
    }

    fn tell_of_many(&self, db: &Connection, recipient: &str, now: Time) -> Result<()> {
        let (found, notices) = suppressed::gathered(db, recipient)?;
        suppressed::told(db, recipient, now)?;
        let Ok(address) = recipient.parse::<Address>() else { return Ok(()) };
        let name = self.rules.people.name_of(&address).unwrap_or_default().to_owned();
        let looked_at = found.iter().take(LOOKED_AT_MAX).map(|ticket| tickets::get(db, *ticket));
        let looked_at = looked_at.collect::<Result<Vec<Ticket>>>()?;
        let notice =
            Notice::Gathered(Gathered {
                storm: storms::since(db)?,
                notices,
                tickets: found.len(),
                hosts: tallied(looked_at.iter().filter_map(|ticket| ticket.class.system.clone())),
                senders: tallied(looked_at.iter().filter_map(|ticket| {
                    ticket.reporter.as_ref().map(|reporter| reporter.address.domain().to_owned())
                })),
                named: looked_at.iter().take(NAMED_MAX).map(named).collect(),
                more: found.len().saturating_sub(NAMED_MAX),
                every_minutes: self.limits.gather_every.num_minutes(),
            });
        let purpose = format!("gathered:{}", now.timestamp_millis());
        self.post(db, &Posting::new(&notice, &Person { name, address }, None, purpose), now)?;
        Ok(())
    }
}

fn named(ticket: &Ticket) -> GatheredTicket {
    GatheredTicket { number: ticket.number.to_string(), subject: ticket.subject.clone(), due_at: ticket.due_at }
}

/// What there is, the most frequent first.
fn tallied(all: impl Iterator<Item = String>) -> Vec<Tallied> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    all.for_each(|one| *counts.entry(one).or_default() += 1);
    let mut tallied: Vec<Tallied> = counts.into_iter().map(|(what, count)| Tallied { what, count }).collect();
    tallied.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.what.cmp(&other.what)));
    tallied.truncate(GROUPS_MAX);
    tallied
}
