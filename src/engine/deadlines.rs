//! Timers that are due become reminders and escalations, each exactly once.

use anyhow::Result;

use crate::domain::Time;
use crate::domain::notice::{Deadline, Notice};
use crate::domain::timer::TimerKind;
use crate::domain::workflow::{fire_or_wait, timers_fired};
use crate::engine::{Context, Engine};
use crate::store::timers::StoredTimer;
use crate::store::{logbook, tickets, timers};

impl Engine {
    /// Fires every timer that is due, one ticket in one transaction. Returns how many mails were
    /// decided. A ticket that fails holds no other up: its timers stay due.
    ///
    /// # Errors
    /// The first ticket's failure, once all the others have been dealt with; what was committed
    /// stays.
    pub fn tick(&mut self, now: Time) -> Result<usize> {
        let (mut decided, mut failed) = (0, None);
        for ticket in timers::tickets_due(self.store.db(), now)? {
            let Engine { store, context } = self;
            match store.write(|tx| context.fire(tx, &timers::due(tx, ticket, now)?, now)) {
                Ok(mails) => decided += mails,
                Err(error) => {
                    failed.get_or_insert(error.context(format!("fire the timers of ticket row {}", ticket.0)));
                }
            }
        }
        failed.map_or(Ok(decided), Err)
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
            // A reminder and an escalation may go to the same role.
            let kind = match notice {
                Notice::Deadline(Deadline { escalation: true, .. }) => "escalation",
                Notice::Deadline(_)
                | Notice::ReportReceived(_)
                | Notice::TicketOpened(_)
                | Notice::MessageFiled(_)
                | Notice::MailHeld(_) => "reminder",
            };
            let purpose = format!("timer:{}:{kind}:{}", first.id, notice.audience().as_str());
            self.post_to_role(db, notice, Some(ticket.id), &purpose, now)?;
        }
        for timer in ripe {
            timers::fire(db, timer, now)?;
        }
        Ok(fired.notices.len())
    }
}
