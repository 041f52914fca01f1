//! Timers that are due become reminders and escalations, each exactly once. What one person is
//! reminded of at one moment is one mail.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::notice::Notice;
use crate::domain::notice::team::{DeadlineNear, DeadlinesNear};
use crate::domain::person::Person;
use crate::domain::role::{Actor, Audience};
use crate::domain::stage::Stage;
use crate::domain::ticket::TicketId;
use crate::domain::timer::{TimerKind, fire_or_wait};
use crate::domain::workflow::{Event, Saying, decide};
use crate::engine::commit::Posting;
use crate::engine::effects::Origin;
use crate::engine::{Context, Engine};
use crate::store::timers::StoredTimer;
use crate::store::{self, cases, timers};

/// Tickets dealt with in one transaction.
const TOGETHER_MAX: usize = 50;

/// What somebody is reminded of.
struct Reminder {
    to: Person,
    ticket: TicketId,
    cause: String,
    near: DeadlineNear,
}

impl Engine {
    /// Does every errand and fires every timer that is due. Returns how many mails were decided. A
    /// ticket that fails holds no other up: its timers stay due.
    ///
    /// # Errors
    /// The first ticket's failure, once all the others have been dealt with; what was committed
    /// stays.
    pub fn tick(&mut self, now: Time) -> Result<usize> {
        let (errands, mut failed) = self.do_errands(now)?;
        let mut decided = errands + self.tell_gathered(now)?;
        for due in timers::tickets_due(self.store.db(), now)?.chunks(TOGETHER_MAX) {
            let Engine { store, context, .. } = self;
            match store.write(|tx| context.fire_together(tx, due, &mut failed, now)) {
                Ok(mails) => decided += mails,
                Err(error) => {
                    failed.get_or_insert(error.context("fire the timers of several tickets"));
                }
            }
        }
        failed.map_or(Ok(decided), Err)
    }
}

impl Context {
    /// Fires what is due of several tickets, the one that is due longest first.
    fn fire_together(
        &self,
        db: &Connection,
        due: &[TicketId],
        failed: &mut Option<anyhow::Error>,
        now: Time,
    ) -> Result<usize> {
        let mut reminders = Vec::new();
        let mut decided = 0;
        for ticket in due {
            let fired = store::attempt(db, || {
                let mut of_this = Vec::new();
                let mails = self.fire(db, &timers::due(db, *ticket, now)?, &mut of_this, now)?;
                Ok(((mails, of_this), true))
            });
            match fired {
                Ok((mails, of_this)) => {
                    decided += mails;
                    reminders.extend(of_this);
                }
                Err(error) => {
                    failed.get_or_insert(error.context(format!("fire the timers of ticket row {}", ticket.0)));
                }
            }
        }
        Ok(decided + self.remind(db, reminders, now)?)
    }

    fn fire(&self, db: &Connection, due: &[StoredTimer], reminders: &mut Vec<Reminder>, now: Time) -> Result<usize> {
        let Some(ticket) = due.first().map(|timer| timer.ticket) else { return Ok(0) };
        let case = cases::get(db, ticket)?;
        let mut ripe: Vec<&StoredTimer> = Vec::new();
        for timer in due {
            let rule = self.rules.sop.rule(timer.stage);
            let counting = case.deadline(timer.stage).map_or(rule.counting, |deadline| deadline.counting);
            match fire_or_wait(timer.due_at, counting, &self.rules.calendar, now) {
                Ok(()) => ripe.push(timer),
                Err(until) => timers::postpone(db, timer, until)?,
            }
        }
        let Some(first) = ripe.first() else { return Ok(0) };
        let cause = format!("timer:{}", first.id);
        let fired: Vec<(Stage, TimerKind)> = ripe.iter().map(|timer| (timer.stage, timer.kind)).collect();
        let mut decision = decide(&case, &Event::TimersFired(fired), &self.rules, now)?;
        // Before the timers are planned anew: what has fired does not fire again.
        for timer in ripe {
            timers::fire(db, timer, now)?;
        }
        let (near, others) = decision.sayings.into_iter().partition(is_near);
        decision.sayings = others;
        self.gather(near, &case, &cause, reminders, now);
        let origin = Origin { cause, by: Actor::Siaga, hold: None, mail: None };
        Ok(self.carry_out(db, &decision, &origin, now)?.mails)
    }

    /// Notes who is to be told of a deadline. The same step of the same ticket is told once, the last
    /// word of it.
    fn gather(&self, near: Vec<Saying>, case: &Case, cause: &str, reminders: &mut Vec<Reminder>, now: Time) {
        for saying in near {
            let Notice::Deadline(near) = saying.notice else { continue };
            for to in self.people_of(near.audience, Some(&case.ticket), now) {
                let ticket = case.ticket.id;
                reminders.retain(|told: &Reminder| {
                    !(told.ticket == ticket && told.near.stage == near.stage && told.to.address == to.address)
                });
                reminders.push(Reminder { to, ticket, cause: cause.to_owned(), near: near.clone() });
            }
        }
    }

    /// One mail for each person, whatever number of steps he is told of.
    fn remind(&self, db: &Connection, mut reminders: Vec<Reminder>, now: Time) -> Result<usize> {
        let mut mails = 0;
        while let Some(first) = reminders.first() {
            let to = first.to.clone();
            let (his, others): (Vec<_>, Vec<_>) = reminders.into_iter().partition(|one| one.to.address == to.address);
            reminders = others;
            mails += 1;
            let cause = format!("{}:near", his[0].cause);
            let (notice, ticket) = match &his[..] {
                [one] => (Notice::Deadline(one.near.clone()), Some(one.ticket)),
                several => {
                    let audience: Audience = several[0].near.audience;
                    let items = several.iter().map(|one| one.near.clone()).collect();
                    (Notice::Deadlines(DeadlinesNear { audience, items }), None)
                }
            };
            self.post(db, &Posting::new(&notice, &to, ticket, cause), now)?;
        }
        Ok(mails)
    }
}

fn is_near(saying: &Saying) -> bool {
    matches!(saying.notice, Notice::Deadline(_))
}
