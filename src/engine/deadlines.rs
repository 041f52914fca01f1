//! Timers that are due become reminders and escalations, each exactly once.

use anyhow::Result;

use crate::domain::Time;
use crate::domain::timer::TimerKind;
use crate::domain::workflow::{fire_or_wait, timers_fired};
use crate::engine::{Context, Engine};
use crate::store::timers::StoredTimer;
use crate::store::{logbook, tickets, timers};

impl Engine {
    /// Fires every timer that is due, one ticket in one transaction. Returns how many mails were
    /// decided.
    ///
    /// # Errors
    /// If the database refuses or a template fails; what was committed before stays.
    pub fn tick(&mut self, now: Time) -> Result<usize> {
        let mut decided = 0;
        // Each round deals with the ticket whose timer is due longest, and with all of its timers.
        while let Some(ticket) = timers::first_due(self.store.db(), now)? {
            let Engine { store, context } = self;
            decided += store.write(|tx| context.fire(tx, &timers::due(tx, ticket, now)?, now))?;
        }
        Ok(decided)
    }
}

impl Context {
    fn fire(&self, db: &rusqlite::Connection, due: &[StoredTimer], now: Time) -> Result<usize> {
        let mut ripe: Vec<&StoredTimer> = Vec::new();
        for timer in due {
            let counting = self.rules.sop.rule(timer.stage).counting;
            match fire_or_wait(timer.due_at, counting, &self.rules.calendar, now) {
                Ok(()) => ripe.push(timer),
                Err(until) => timers::postpone(db, timer, until)?,
            }
        }
        let Some(first) = ripe.first() else {
            return Ok(0);
        };
        let ticket = tickets::get(db, first.ticket)?;
        let kinds: Vec<TimerKind> = ripe.iter().map(|timer| timer.kind).collect();
        let fired = timers_fired(&ticket, &kinds, &self.rules, now);
        for entry in &fired.log {
            logbook::append(db, Some(ticket.id), entry, now)?;
        }
        for notice in &fired.notices {
            let purpose = format!("timer:{}:{}", first.id, notice.audience().as_str());
            self.post_to_role(db, notice, Some(ticket.id), &purpose, now)?;
        }
        for timer in ripe {
            timers::fire(db, timer, now)?;
        }
        Ok(fired.notices.len())
    }
}
