//! Timers that are due become reminders and escalations, each exactly once. What one person is
//! reminded of at one moment is one mail.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::notice::Notice;
use crate::domain::notice::opd::{FollowUpReminder, FollowUpReminders};
use crate::domain::notice::team::{DeadlineNear, DeadlinesNear};
use crate::domain::person::Person;
use crate::domain::role::Actor;
use crate::domain::stage::Stage;
use crate::domain::ticket::TicketId;
use crate::domain::timer::{TimerKind, fire_or_wait};
use crate::domain::workflow::{Event, Saying, decide};
use crate::engine::catching_up::is_ready;
use crate::engine::commit::Posting;
use crate::engine::effects::Origin;
use crate::engine::{Context, Engine};
use crate::store::catching_up::{self, CatchUp};
use crate::store::timers::StoredTimer;
use crate::store::{self, cases, timers};

/// Tickets dealt with in one transaction.
const TOGETHER_MAX: usize = 50;

/// What somebody is reminded of.
struct Reminder {
    to: Person,
    ticket: TicketId,
    cause: String,
    of: Of,
}

/// What it is about: somebody of the team is told of a step, an OPD of its system.
enum Of {
    Step(DeadlineNear),
    System(FollowUpReminder),
}

impl Of {
    /// Whether the later word makes the earlier one needless, to the same person about one ticket.
    fn is_overtaken_by(&self, later: &Of) -> bool {
        match (self, later) {
            (Of::Step(earlier), Of::Step(later)) => earlier.stage == later.stage,
            (Of::System(_), Of::System(_)) => true,
            (Of::Step(_), Of::System(_)) | (Of::System(_), Of::Step(_)) => false,
        }
    }
}

/// What a run of the timers came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Mails that were decided.
    pub mails: usize,
    /// Timers that are due and were held back.
    pub held: usize,
    /// Timers of the time the desk was away, until the one mail that tells of them; and a destruction
    /// that waits until the clock is believed.
    pub waiting: usize,
}

/// The escalations of one run. There is no limit a day: each escalation exists once for a ticket, a
/// deadline and a level, whoever of the team is told of many at one moment gets one mail, and a run comes once
/// a minute. So no number of overdue tickets makes more than a mail a minute for one person, while
/// an escalation that waited for the next day would be the deadline nobody saw.
struct Allowance {
    most: usize,
    left: usize,
    held: usize,
    waiting: usize,
    /// What was due while the desk was away fires without a word: one mail tells of all of it.
    past: Option<CatchUp>,
    /// Not everything that mail is to tell is known yet.
    waits: bool,
}

impl Engine {
    /// Does every errand, fires every timer and sends every digest that is due. Returns how many
    /// mails were decided. A ticket that fails holds no other up: its timers stay due.
    ///
    /// # Errors
    /// The first ticket's failure, once all the others have been dealt with; what was committed
    /// stays.
    pub fn tick(&mut self, now: Time) -> Result<usize> {
        Ok(self.tick_within(usize::MAX, now)?.mails)
    }

    /// The same with no more than `escalations_max` escalations; the others stay due.
    ///
    /// # Errors
    /// As [`Engine::tick`].
    pub fn tick_within(&mut self, escalations_max: usize, now: Time) -> Result<Ticked> {
        let (errands, mut failed) = self.do_errands(now)?;
        if let Err(error) = self.wipe_codes(now) {
            failed.get_or_insert(error.context("strike out dead codes"));
        }
        self.tell_of_refused(now)?;
        let mut mails = errands + self.tell_gathered(now)?;
        let past = catching_up::get(self.store.db())?;
        let mut allowance = Allowance { past, ..Allowance::of(escalations_max) };
        if let Some(past) = allowance.past {
            allowance.waits = !is_ready(&past, now) || escalations_max == 0;
        }
        for due in timers::tickets_due(self.store.db(), now)?.chunks(TOGETHER_MAX) {
            let Engine { store, context, .. } = self;
            match store.write(|tx| context.fire_together(tx, due, &mut allowance, &mut failed, now)) {
                Ok(decided) => mails += decided,
                Err(error) => {
                    failed.get_or_insert(error.context("fire the timers of several tickets"));
                }
            }
        }
        if let Some(past) = allowance.past.filter(|_| !allowance.waits) {
            mails += self.be_back(&past, now)?;
        }
        match self.send_digests(now) {
            Ok(sent) => mails += sent,
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
        // What is destroyed does not come back: it waits for a clock that is believed, and for the mailbox.
        let sure = escalations_max > 0 && allowance.past.is_none();
        match self.retain(sure, now) {
            Ok(true) => {}
            Ok(false) => allowance.waiting += 1,
            Err(error) => {
                failed.get_or_insert(error.context("destroy data whose time is over"));
            }
        }
        failed.map_or(Ok(Ticked { mails, held: allowance.held, waiting: allowance.waiting }), Err)
    }
}

impl Context {
    /// Fires what is due of several tickets, the one that is due longest first.
    fn fire_together(
        &self,
        db: &Connection,
        due: &[TicketId],
        allowance: &mut Allowance,
        failed: &mut Option<anyhow::Error>,
        now: Time,
    ) -> Result<usize> {
        let mut reminders = Vec::new();
        let mut decided = 0;
        for ticket in due {
            let fired = store::attempt(db, || {
                let mut of_this = Vec::new();
                let mails = self.fire(db, &timers::due(db, *ticket, now)?, allowance, &mut of_this, now)?;
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

    fn fire(
        &self,
        db: &Connection,
        due: &[StoredTimer],
        allowance: &mut Allowance,
        reminders: &mut Vec<Reminder>,
        now: Time,
    ) -> Result<usize> {
        let Some(ticket) = due.first().map(|timer| timer.ticket) else { return Ok(0) };
        let case = cases::get(db, ticket)?;
        let mut ripe: Vec<&StoredTimer> = Vec::new();
        let (past, due): (Vec<_>, Vec<_>) = due.iter().partition(|timer| allowance.is_past(timer.due_at));
        if !past.is_empty() {
            return self.fire_silently(db, &case, &past, (allowance, reminders), now);
        }
        for timer in due {
            let rule = self.rules.sop.rule(timer.stage);
            let counting = case.deadline(timer.stage).map_or(rule.counting, |deadline| deadline.counting);
            match fire_or_wait(timer.due_at, counting, &self.rules.calendar, now) {
                Ok(()) if allowance.allows(timer.kind) => ripe.push(timer),
                Ok(()) => {}
                // No escalation may leave, so the clock may be wrong: it plans nothing either.
                Err(_) if allowance.most == 0 => allowance.held += 1,
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

    /// Fires what was due while the desk was away. The team hears all of it in one mail; others hear
    /// what they would have heard, and of one step its last word.
    fn fire_silently(
        &self,
        db: &Connection,
        case: &Case,
        past: &[&StoredTimer],
        (allowance, reminders): (&mut Allowance, &mut Vec<Reminder>),
        now: Time,
    ) -> Result<usize> {
        let Some(first) = past.first().filter(|_| !allowance.waits) else {
            allowance.waiting += past.len();
            return Ok(0);
        };
        let fired: Vec<(Stage, TimerKind)> = past.iter().map(|timer| (timer.stage, timer.kind)).collect();
        let mut decision = decide(case, &Event::TimersFired(fired), &self.rules, now)?;
        for timer in past {
            timers::fire(db, timer, now)?;
        }
        decision.sayings.retain(|saying| saying.asks.is_some() || saying.notice.audience().is_outside());
        let cause = format!("timer:{}", first.id);
        let (near, others) = decision.sayings.into_iter().partition(is_near);
        decision.sayings = others;
        self.gather(near, case, &cause, reminders, now);
        let origin = Origin { cause, by: Actor::Siaga, hold: None, mail: None };
        Ok(self.carry_out(db, &decision, &origin, now)?.mails)
    }

    /// Notes who is to be told of a deadline. The same step of the same ticket is told once, the last
    /// word of it.
    fn gather(&self, near: Vec<Saying>, case: &Case, cause: &str, reminders: &mut Vec<Reminder>, now: Time) {
        let ticket = case.ticket.id;
        for saying in near {
            let audience = saying.notice.audience();
            for to in self.people_of(audience, Some(&case.ticket), now) {
                let of = if let Notice::Deadline(near) = &saying.notice {
                    Of::Step(near.clone())
                } else if let Notice::FollowUpReminder(reminder) = &saying.notice {
                    Of::System(reminder.clone())
                } else {
                    continue;
                };
                reminders.retain(|told: &Reminder| {
                    !(told.ticket == ticket && told.to.address == to.address && told.of.is_overtaken_by(&of))
                });
                reminders.push(Reminder { to, ticket, cause: cause.to_owned(), of });
            }
        }
    }

    /// One mail for each person, whatever number of steps he is told of; one of its own for what he
    /// is told as a contact of an OPD, which has another salutation.
    fn remind(&self, db: &Connection, reminders: Vec<Reminder>, now: Time) -> Result<usize> {
        let (steps, systems): (Vec<_>, Vec<_>) =
            reminders.into_iter().partition(|reminder| matches!(reminder.of, Of::Step(_)));
        Ok(self.remind_each(db, steps, "near", now)? + self.remind_each(db, systems, "opd", now)?)
    }

    fn remind_each(&self, db: &Connection, mut reminders: Vec<Reminder>, kind: &str, now: Time) -> Result<usize> {
        let mut mails = 0;
        while let Some(first) = reminders.first() {
            let to = first.to.clone();
            let (his, others): (Vec<_>, Vec<_>) = reminders.into_iter().partition(|one| one.to.address == to.address);
            reminders = others;
            mails += 1;
            let cause = format!("{}:{kind}", his[0].cause);
            let ticket = (his.len() == 1).then_some(his[0].ticket);
            if let Some(notice) = in_one(his) {
                self.post(db, &Posting::new(&notice, &to, ticket, cause), now)?;
            }
        }
        Ok(mails)
    }
}

impl Allowance {
    fn of(most: usize) -> Allowance {
        Allowance { most, left: most, held: 0, waiting: 0, past: None, waits: false }
    }

    /// Whether something was due while the desk was away.
    fn is_past(&self, due_at: Time) -> bool {
        self.past.is_some_and(|past| due_at <= past.from)
    }

    /// Whether a timer may fire; if so, it is counted.
    fn allows(&mut self, kind: TimerKind) -> bool {
        match kind {
            TimerKind::Reminder(_) => true,
            TimerKind::Rung { .. } if self.left > 0 => {
                self.left -= 1;
                true
            }
            TimerKind::Rung { .. } => {
                self.held += 1;
                false
            }
        }
    }
}

/// Reminders of one person and one kind as one notice.
fn in_one(reminders: Vec<Reminder>) -> Option<Notice> {
    let (mut steps, mut systems) = (Vec::new(), Vec::new());
    for reminder in reminders {
        match reminder.of {
            Of::Step(near) => steps.push(near),
            Of::System(reminder) => systems.push(reminder),
        }
    }
    match (steps.len(), systems.len()) {
        (1, 0) => steps.pop().map(Notice::Deadline),
        (0, 1) => systems.pop().map(Notice::FollowUpReminder),
        (0, _) => Some(Notice::FollowUpReminders(FollowUpReminders::of(systems))),
        (_, _) => {
            let audience = steps.first()?.audience;
            Some(Notice::Deadlines(DeadlinesNear { audience, items: steps }))
        }
    }
}

fn is_near(saying: &Saying) -> bool {
    matches!(saying.notice, Notice::Deadline(_) | Notice::FollowUpReminder(_))
}
