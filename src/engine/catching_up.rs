//! After an outage, or after an older database was put in place of a lost one (case 86): what is past
//! is told in one mail and not in a hundred, what is old is answered nobody, and no number is given a
//! second time.
//!
//! It ends by itself. Nothing waits for a person: the one mail names every deadline that has passed,
//! and goes to the analysts and the Kabid as soon as the mailbox has been looked through, or after an
//! hour if it cannot be.
//!
//! A mailbox that could not be read for longer than a day is the same outage, whether the desk ran
//! meanwhile or gave up waiting for it: what counts is when its whole list was last here, which the
//! database keeps. As long as it is not here again, nothing older than a day is acknowledged; the first
//! mail that can be fetched begins the catching up, which is told once for each such outage.

use anyhow::Result;
use chrono::{Datelike, TimeDelta};
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Silence;
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::DeskAlert;
use crate::domain::notice::kabid::DeskBack;
use crate::domain::outgoing::OutboxId;
use crate::domain::recap::day::day;
use crate::engine::commit::Posting;
use crate::engine::{Context, Engine};
use crate::store::catching_up::{self, CatchUp};
use crate::store::{cases, logbook, tickets};

/// A shorter silence of the database is none: the desk was started anew.
const AWAY_MIN: TimeDelta = TimeDelta::minutes(10);
/// After a longer one the desk catches up, and older mail is answered nobody.
const PAST: TimeDelta = TimeDelta::hours(24);
/// Between two notes that the mailbox was seen whole.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);
/// The longest wait for the mailbox.
const MAILBOX_WAIT_MAX: TimeDelta = TimeDelta::hours(1);
/// Mails in a second that no desk exceeds for long, so that no more can have been sent in a gap.
const MAILS_PER_SECOND: i64 = 1;
/// Numbers that are left out beyond one that proves to have been given.
const MARGIN: i64 = 1_000;

impl Engine {
    /// What the database knows last, if it knows anything.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn last_activity(&self) -> Result<Option<Time>> {
        catching_up::last_activity(self.store().db())
    }

    /// Notes that the desk is at work.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn is_alive(&mut self, now: Time) -> Result<()> {
        self.store.write(|tx| catching_up::is_alive(tx, now))
    }

    /// Looks, at the start of serving, how long ago the last thing happened that the database knows
    /// of. `unknown` is the number of raw mails kept since that no row knows: each may have been a
    /// ticket of a database that was lost. Returns for how long the desk was away, if it was.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn resume(&mut self, unknown: usize, now: Time) -> Result<Option<TimeDelta>> {
        let Engine { store, context, .. } = self;
        let Some(last) = catching_up::last_activity(store.db())? else { return Ok(None) };
        let away = now - last;
        if away < AWAY_MIN {
            return Ok(None);
        }
        store.write(|tx| {
            let given = catching_up::last_mail(tx)?.0 + away.num_seconds() * MAILS_PER_SECOND;
            catching_up::skip_mails(tx, OutboxId(given))?;
            if unknown > 0 {
                context.skip_tickets(tx, i64::try_from(unknown)?, now)?;
            }
            if away > PAST && catching_up::get(tx)?.is_none() {
                catching_up::set(tx, Some(&CatchUp { since: last, from: now, mail_taken: false, mailbox: false }))?;
            }
            let detail = json!({ "last": last, "unknown_mails": unknown });
            context.log(tx, None, Kind::DeskResumed, None, detail, now)
        })?;
        Ok(Some(away))
    }

    /// The mailbox can be read, and mail of it is about to be fetched: if that was not so for long, the desk
    /// catches up.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn mailbox_returns(&mut self, now: Time) -> Result<()> {
        let db = self.store.db();
        let Some(since) = catching_up::mailbox_seen(db)?.filter(|seen| now - *seen > PAST) else { return Ok(()) };
        if catching_up::get(db)?.is_some() || catching_up::mailbox_told(db)? == Some(since) {
            return Ok(());
        }
        let Engine { store, context, .. } = self;
        store.write(|tx| {
            catching_up::set(tx, Some(&CatchUp { since, from: now, mail_taken: false, mailbox: true }))?;
            context.log(tx, None, Kind::DeskResumed, None, json!({ "last": since, "mailbox": true }), now)
        })
    }

    /// The whole list of the mailbox was read, and all that could be had is here.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn mailbox_seen(&mut self, now: Time) -> Result<()> {
        let seen = catching_up::mailbox_seen(self.store.db())?;
        // Once in a while is enough: it tells days.
        if seen.is_some_and(|seen| (now - seen).abs() < SEEN_EVERY) {
            return Ok(());
        }
        self.store.write(|tx| catching_up::see_mailbox(tx, now))
    }

    /// Notes that everything in the mailbox was looked at. Returns whether a catching up waited for it.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn mail_is_taken(&mut self) -> Result<bool> {
        match catching_up::get(self.store().db())? {
            Some(catch_up) if !catch_up.mail_taken => {
                self.store.write(|tx| catching_up::set(tx, Some(&CatchUp { mail_taken: true, ..catch_up })))?;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Tells the team once of everything that has passed, and is back. Returns the mails decided.
    pub(super) fn be_back(&mut self, catch_up: &CatchUp, now: Time) -> Result<usize> {
        let Engine { store, context, .. } = self;
        store.write(|tx| {
            let notice = context.back(tx, catch_up, now)?;
            let mut mails = 0;
            for (person, audience) in context.team(now) {
                let notice = Notice::DeskBack(Box::new(DeskBack { audience, ..notice.clone() }));
                let purpose = format!("back:{}", catch_up.from.timestamp());
                mails += usize::from(context.post(tx, &Posting::new(&notice, &person, None, purpose), now)?.is_some());
            }
            if catch_up.mailbox {
                catching_up::tell_of_mailbox(tx, catch_up.since)?;
            }
            catching_up::set(tx, None)?;
            Ok(mails)
        })
    }
}

/// Whether everything that can be told of the past is known.
pub(super) fn is_ready(catch_up: &CatchUp, now: Time) -> bool {
    catch_up.mail_taken || now - catch_up.from >= MAILBOX_WAIT_MAX
}

impl Context {
    /// Why a report is not acknowledged that came while the desk or its mailbox was away.
    pub(super) fn is_past(&self, db: &Connection, arrived_at: Time, now: Time) -> Result<Option<Silence>> {
        let missed = catching_up::get(db)?.is_some_and(|catch_up| arrived_at < catch_up.from - PAST);
        let unseen = catching_up::mailbox_seen(db)?.is_some_and(|seen| now - seen > PAST);
        Ok((missed || (unseen && arrived_at < now - PAST)).then_some(Silence::CatchUp))
    }

    fn back(&self, db: &Connection, catch_up: &CatchUp, now: Time) -> Result<DeskBack> {
        let open = tickets::open(db)?.into_iter().map(|ticket| cases::get(db, ticket.id));
        let overdue = day(&open.collect::<Result<Vec<_>>>()?, &self.rules, now).overdue;
        let unanswered = logbook::since(db, catch_up.from - TimeDelta::seconds(1))?;
        let unanswered = unanswered.iter().filter(|entry| {
            entry.kind == Kind::AnswerSuppressed.as_str() && entry.detail["reason"] == Silence::CatchUp.as_str()
        });
        Ok(DeskBack {
            audience: crate::domain::role::Audience::Analysts,
            since: catch_up.since,
            from: catch_up.from,
            mailbox: catch_up.mailbox,
            unanswered: u32::try_from(unanswered.count())?,
            overdue,
        })
    }

    /// So many tickets were opened that this database does not know.
    fn skip_tickets(&self, db: &Connection, lost: i64, now: Time) -> Result<()> {
        let year = self.rules.calendar.local(now).year();
        catching_up::skip_tickets(db, (&self.desk.ticket_prefix, year), lost)
    }

    /// A mail that names one of ours which this database never sent: it is older than what was sent. The
    /// key vouches for the numbers in it, so that they are not given again; the team is told once a
    /// day.
    pub(super) fn heed_lost_numbers(&self, db: &Connection, mail: &IncomingMail, now: Time) -> Result<()> {
        let none = Vec::new();
        let about = if let Nature::Bounce(bounce) = &mail.nature { &bounce.about } else { &none };
        let ids = mail.in_reply_to.iter().chain(&mail.references).chain(&mail.message_id).chain(about);
        let mut told = false;
        for minted in ids.filter_map(|id| self.key.recognise(id)) {
            let sent = minted.outbox.0 > catching_up::last_mail(db)?.0;
            let lost = minted.ticket.map_or(0, |ticket| ticket.0) - catching_up::last_ticket(db)?.0;
            if !sent && lost <= 0 {
                continue;
            }
            if sent {
                catching_up::skip_mails(db, OutboxId(minted.outbox.0.saturating_add(MARGIN)))?;
            }
            if lost > 0 {
                self.skip_tickets(db, lost, now)?;
            }
            told = true;
        }
        if told {
            let today = self.rules.calendar.local(now).date_naive();
            let notice = Notice::DeskAlert(DeskAlert::DatabaseOlder { last: catching_up::last_activity(db)? });
            self.post_to_audience(db, &notice, None, &format!("older:{today}"), now)?;
        }
        Ok(())
    }
}
