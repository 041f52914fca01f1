//! Timers that are due become reminders and escalations, each exactly once.

use anyhow::Result;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::deadline::{Deadline, Elapsed, Run};
use crate::domain::stage::Stage;
use crate::domain::ticket::Ticket;
use crate::domain::timer::{TimerKind, fire_or_wait};
use crate::domain::workflow::{Event, Rules, decide};
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
        let (stage, ticket) = (first.stage, tickets::get(db, first.ticket)?);
        ripe.retain(|timer| timer.stage == stage);
        let kinds: Vec<TimerKind> = ripe.iter().map(|timer| timer.kind).collect();
        let case = case_of(ticket, stage, &self.rules);
        let fired = kinds.into_iter().map(|kind| (stage, kind)).collect();
        let decision = decide(&case, &Event::TimersFired(fired), &self.rules, now)?;
        for entry in &decision.log {
            logbook::append(db, Some(case.ticket.id), entry, now)?;
        }
        for saying in &decision.sayings {
            let purpose = format!("timer:{}:{}", ripe[0].id, saying.notice.audience().as_str());
            self.post_to_audience(db, &saying.notice, Some(&case.ticket), &purpose, now)?;
        }
        for timer in ripe {
            timers::fire(db, timer, now)?;
        }
        Ok(decision.sayings.len())
    }
}

/// The case of a ticket whose only clock is the one its row repeats.
fn case_of(ticket: Ticket, stage: Stage, rules: &Rules) -> Case {
    let counting = rules.sop.rule(stage).timing(ticket.gravity()).counting;
    let clock = ticket.due_at.map(|due_at| Deadline {
        stage,
        round: 1,
        started_at: ticket.stage_started_at,
        due_at,
        due_calendar_at: ticket.due_calendar_at.unwrap_or(due_at),
        counting,
        run: Run::Running { since: ticket.stage_started_at },
        idle: Elapsed::default(),
    });
    let mut case = Case::new(ticket);
    case.deadlines.extend(clock);
    case
}
