//! Mails that come by the calendar, each run exactly once: it is recorded in the transaction that
//! decides its mails.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use chrono::{Datelike, Months, TimeDelta};
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::answer::Silence;
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{DailyDigest, PeriodRecap};
use crate::domain::person::Person;
use crate::domain::recap::day::{GivenUp, Mishaps, day};
use crate::domain::recap::recap;
use crate::domain::retention::Destroyed;
use crate::domain::role::{Audience, Role};
use crate::domain::schedule::Job;
use crate::domain::ticket::TicketNumber;
use crate::engine::commit::Posting;
use crate::engine::junk::{junk_of, told_of_junk};
use crate::engine::{Context, Engine};
use crate::store::logbook::StoredEntry;
use crate::store::receipts::{self, State};
use crate::store::{cases, logbook, meta, tickets};

/// A last run that lies further ahead than this was noted by a clock that had gone astray.
const ASTRAY: TimeDelta = TimeDelta::days(2);

impl Engine {
    /// When the next mail of the calendar is due.
    pub(super) fn next_digest(&self) -> Result<Option<Time>> {
        let due = Job::MAILS.iter().map(|job| self.context.next_run(self.store.db(), *job));
        Ok(due.collect::<Result<Vec<_>>>()?.into_iter().flatten().min())
    }

    /// Forgets a last run that lies ahead: the next would wait for its date.
    pub(super) fn heed_astray(&mut self, job: Job, now: Time) -> Result<()> {
        if meta::last_run(self.store.db(), job)?.is_some_and(|last| last - now > ASTRAY) {
            self.store.write(|tx| meta::ran(tx, job, now))?;
        }
        Ok(())
    }

    /// Makes every mail of the calendar that is due. However many runs were missed, one makes up for
    /// all of them. Returns how many mails were decided.
    pub(super) fn send_digests(&mut self, now: Time) -> Result<usize> {
        let mut decided = 0;
        for job in Job::MAILS.iter().copied() {
            self.heed_astray(job, now)?;
            let Engine { store, context, .. } = self;
            let Some(due_at) = context.next_run(store.db(), job)?.filter(|due_at| *due_at <= now) else { continue };
            let mails = store.write(|tx| {
                let mails = context.run_job(tx, job, due_at, now)?;
                meta::ran(tx, job, now)?;
                Ok(mails)
            });
            decided += mails.with_context(|| format!("make the {} digest", job.as_str()))?;
        }
        Ok(decided)
    }
}

impl Context {
    /// The first run after the last one. A desk that has never served has none.
    pub(super) fn next_run(&self, db: &Connection, job: Job) -> Result<Option<Time>> {
        let Some(schedule) = self.schedules.of(job) else { return Ok(None) };
        let Some(last) = self.last_run(db, job)? else { return Ok(None) };
        Ok(schedule.next(last, &self.rules.calendar))
    }

    fn last_run(&self, db: &Connection, job: Job) -> Result<Option<Time>> {
        match meta::last_run(db, job)? {
            Some(last) => Ok(Some(last)),
            None => meta::known_first_start(db),
        }
    }

    fn run_job(&self, db: &Connection, job: Job, due_at: Time, now: Time) -> Result<usize> {
        let notices = match job {
            Job::Daily => self.daily(db, now)?,
            Job::Weekly | Job::Monthly => self.period(db, job, now)?,
            Job::Retention => Vec::new(),
        };
        // By the time on the wall: an hour that is repeated has its digest already.
        let cause = format!("digest:{}:{}", job.as_str(), self.rules.calendar.local(due_at).naive_local());
        let mut mails = 0;
        for (to, notice) in &notices {
            mails += usize::from(self.post(db, &Posting::new(notice, to, None, cause.clone()), now)?.is_some());
        }
        Ok(mails)
    }

    /// Everybody of the team, once: who is Kabid or acts for him is told as the Kabid.
    pub(super) fn team(&self, now: Time) -> Vec<(Person, Audience)> {
        let today = self.rules.calendar.local(now).date_naive();
        let mut team: Vec<(Person, Audience)> = Vec::new();
        for (role, audience) in [(Role::Kabid, Audience::Kabid), (Role::Analyst, Audience::Analysts)] {
            for person in self.rules.people.people(role, today) {
                if !team.iter().any(|(other, _)| other.address.same_mailbox(&person.address)) {
                    team.push((person.clone(), audience));
                }
            }
        }
        team
    }

    /// K7, for each of the team; none if nothing is open, nothing went wrong and nothing happened.
    fn daily(&self, db: &Connection, now: Time) -> Result<Vec<(Person, Notice)>> {
        let open = tickets::open(db)?.into_iter().map(|ticket| cases::get(db, ticket.id));
        let day = day(&open.collect::<Result<Vec<_>>>()?, &self.rules, now);
        let since = self.last_run(db, Job::Daily)?.unwrap_or(now);
        let happened = logbook::since(db, since)?;
        let mishaps = mishaps(db, &happened)?;
        if day.open == 0 && mishaps.is_empty() && happened.is_empty() {
            return Ok(Vec::new());
        }
        told_of_junk(db)?;
        let head = logbook::head(db)?;
        let digest = |audience| DailyDigest {
            audience,
            at: now,
            day: day.clone(),
            mishaps: mishaps.clone(),
            destroyed: destroyed(&happened),
            logbook_entries: head.map_or(0, |(entries, _)| entries.unsigned_abs()),
            logbook_head: head.map(|(_, digest)| digest),
        };
        let notice = |(person, audience)| (person, Notice::DailyDigest(digest(audience)));
        Ok(self.team(now).into_iter().map(notice).collect())
    }

    /// The whole week or month before, for each of the team; none if nothing happened in it.
    fn period(&self, db: &Connection, job: Job, now: Time) -> Result<Vec<(Person, Notice)>> {
        let calendar = &self.rules.calendar;
        let today = calendar.local(now).date_naive();
        let monday = today - TimeDelta::days(today.weekday().num_days_from_monday().into());
        let first = today.with_day(1).unwrap_or(today);
        let (from, until) = match job {
            Job::Daily | Job::Weekly | Job::Retention => (monday - TimeDelta::days(7), monday),
            Job::Monthly => (first - Months::new(1), first),
        };
        let all = tickets::all(db)?.into_iter().map(|ticket| cases::get(db, ticket.id)).collect::<Result<Vec<_>>>()?;
        let recap = recap(&all, calendar.midnight(from), calendar.midnight(until), calendar, now);
        if recap.is_empty() {
            return Ok(Vec::new());
        }
        let last_day = calendar.midnight(until - TimeDelta::days(1));
        let notice = |(person, audience)| {
            let period = PeriodRecap { audience, last_day, recap: Box::new(recap.clone()) };
            let notice = match job {
                Job::Daily | Job::Weekly | Job::Retention => Notice::WeeklyRecap(period),
                Job::Monthly => Notice::MonthlyRecap(period),
            };
            (person, notice)
        };
        Ok(self.team(now).into_iter().map(notice).collect())
    }
}

/// What went wrong, by the logbook; and what is put aside at present.
fn mishaps(db: &Connection, happened: &[StoredEntry]) -> Result<Mishaps> {
    let mut mishaps = Mishaps { held: held(db)?, ..Mishaps::default() };
    let mut reasons = BTreeMap::new();
    let mut junk: Vec<TicketNumber> = Vec::new();
    for entry in happened.iter().rev() {
        if entry.kind == Kind::DeliveryFailed.as_str() {
            mishaps.gave_up(GivenUp {
                outbox: entry.detail["outbox"].as_i64().unwrap_or_default(),
                ticket: entry.ticket.clone(),
                recipient: entry.detail["recipient"].as_str().unwrap_or_default().to_owned(),
            });
        } else if entry.kind == Kind::AnswerSuppressed.as_str() {
            let reason = entry.detail["reason"].as_str().unwrap_or_default();
            match entry.ticket.as_deref().map(str::parse) {
                Some(Ok(number)) if reason == Silence::Junk.as_str() => junk.push(number),
                Some(_) | None => *reasons.entry(reason.to_owned()).or_default() += 1,
            }
        } else if entry.kind == Kind::MessageIgnored.as_str() {
            mishaps.ignored += 1;
        }
    }
    mishaps.left_unacknowledged(reasons);
    mishaps.junk = junk_of(db, &junk)?;
    Ok(mishaps)
}

/// What was destroyed, by its records in the logbook.
fn destroyed(happened: &[StoredEntry]) -> Option<Destroyed> {
    let records = [Kind::Destroyed, Kind::Redacted].map(Kind::as_str);
    let mut all = Destroyed::default();
    for entry in happened.iter().filter(|entry| records.contains(&entry.kind.as_str())) {
        all.add(serde_json::from_value(entry.detail["destroyed"].clone()).unwrap_or_default());
    }
    (!all.is_nothing()).then_some(all)
}

/// Mails that wait for a person's hand.
fn held(db: &Connection) -> Result<u32> {
    Ok(u32::try_from(receipts::in_states(db, &[State::Held])?.len())?)
}
