//! Data end when their time is over: by the rules of `[retention]`, in small transactions, each with
//! its entry in the logbook; and by a person's order.
//!
//! Rows go first, files afterwards, the write-ahead log last. What is destroyed leaves its digest, its
//! number and its times behind: statistics, deadlines and the logbook stay true.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::gate::carried::OF_THE_OFFICE;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Person;
use crate::domain::redaction::{Identity, REMOVED};
use crate::domain::retention::{Destroyed, Rule};
use crate::domain::role::Actor;
use crate::domain::schedule::Job;
use crate::domain::ticket::{Ticket, TicketId};
use crate::engine::redaction::cuts;
use crate::engine::withdrawing::EVIDENCE;
use crate::engine::{Context, Engine};
use crate::store::receipts::{MessageId, ReceiptId};
use crate::store::retention::Left;
use crate::store::{doomed, letters, logbook, meta, redaction, retention, tickets};

/// Tickets dealt with before other work has its turn.
const TICKETS_MAX: usize = 20;
/// Rows of other lists dealt with in one transaction.
const ROWS_MAX: usize = 500;
/// Files removed in one transaction.
const FILES_MAX: usize = 100;

/// What one transaction destroys.
enum Work {
    Letters(TicketId, Rule),
    Reporter(TicketId, Rule),
    Loose(Vec<MessageId>),
    HeldMail(Vec<ReceiptId>),
    Copies(Vec<OutboxId>),
    Unsent(Time),
}

/// Whose order or which rule something is destroyed by.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) rule: Rule,
    pub(super) by: Actor,
    /// What else the logbook says of it.
    pub(super) detail: Value,
}

impl Engine {
    /// When data are looked through next.
    pub(super) fn next_retention(&self) -> Result<Option<Time>> {
        if !self.context.retention.is_any() {
            return Ok(None);
        }
        self.context.next_run(self.store.db(), Job::Retention)
    }

    /// Destroys a part of what is due, if it is time and the clock is `sure`; the run is over when nothing
    /// is left. However many runs were missed, one makes up for all of them. Returns whether nothing
    /// waits for a surer clock.
    ///
    /// # Errors
    /// If the database refuses; what was committed stays.
    pub(super) fn retain(&mut self, sure: bool, now: Time) -> Result<bool> {
        self.heed_astray(Job::Retention, now)?;
        let is_due = self.next_retention()?.is_some_and(|due_at| due_at <= now);
        if is_due && sure {
            let work = self.context.due_to_end(self.store.db(), now)?;
            let Engine { store, context, .. } = self;
            if work.is_empty() {
                store.write(|tx| meta::ran(tx, Job::Retention, now))?;
            }
            for part in work {
                store.write(|tx| context.end(tx, part, now))?;
                self.unfolded = true;
            }
            self.remove_backups(now)?;
        }
        self.remove_doomed()?;
        Ok(sure || !is_due)
    }

    /// Removes the files nobody needs, and what the write-ahead log still holds of their rows.
    pub(super) fn remove_doomed(&mut self) -> Result<()> {
        let Engine { store, context, unfolded, .. } = self;
        if let Some(files) = &context.files {
            while doomed::is_time(store.db())? {
                store.write(|tx| doomed::remove(tx, files, FILES_MAX))?;
                *unfolded = true;
            }
        }
        if *unfolded {
            *unfolded = !store.checkpoint()?;
        }
        Ok(())
    }

    /// Copies of the database that were made before an upgrade hold all that was destroyed since.
    fn remove_backups(&self, now: Time) -> Result<()> {
        let before = self.context.retention.letters.and_then(|kept| now.checked_sub_signed(kept));
        if let (Some(files), Some(before)) = (&self.context.files, before) {
            files.remove_backups(before.into())?;
        }
        Ok(())
    }
}

impl Context {
    /// What has come to its end, a part of it: what everything else rests on first.
    fn due_to_end(&self, db: &Connection, now: Time) -> Result<Vec<Work>> {
        let before = |rule| self.retention.due_before(rule, now);
        let mut work = Vec::new();
        if let Some(before) = before(Rule::Spam) {
            let spam = self.ended(db, before, (true, Left::Reporter))?;
            work.extend(spam.into_iter().map(|ticket| Work::Reporter(ticket, Rule::Spam)));
            work.extend(some(retention::loose_before(db, before, ROWS_MAX)?).map(Work::Loose));
            work.extend(some(retention::held_mail_before(db, before, ROWS_MAX)?).map(Work::HeldMail));
        }
        if let Some(before) = before(Rule::Letters) {
            let tickets = self.ended(db, before, (false, Left::Letters))?;
            work.extend(tickets.into_iter().map(|ticket| Work::Letters(ticket, Rule::Letters)));
        }
        if let Some(before) = before(Rule::Reporter) {
            let tickets = self.ended(db, before, (false, Left::Reporter))?;
            work.extend(tickets.into_iter().map(|ticket| Work::Reporter(ticket, Rule::Reporter)));
        }
        if let Some(before) = before(Rule::Outgoing) {
            work.extend(some(retention::copies_before(db, before, ROWS_MAX)?).map(Work::Copies));
        }
        if let Some(before) = before(Rule::Unsent) {
            work.extend((retention::unsent_before(db, before)? > 0).then_some(Work::Unsent(before)));
        }
        Ok(work)
    }

    /// Tickets whose time was over at that moment, with all that belong to them: a duplicate's reporter
    /// is told when its parent ends, and a part rests on the letters of the whole.
    fn ended(&self, db: &Connection, before: Time, of: (bool, Left)) -> Result<Vec<TicketId>> {
        let mut ended = Vec::new();
        for ticket in retention::ended_before(db, before, of)? {
            if self.relatives_ended(db, ticket, before)? {
                ended.push(ticket);
            }
            if ended.len() == TICKETS_MAX {
                break;
            }
        }
        Ok(ended)
    }

    fn relatives_ended(&self, db: &Connection, ticket: TicketId, before: Time) -> Result<bool> {
        let ticket = tickets::get(db, ticket)?;
        let over = |relative: &Ticket| -> Result<bool> {
            let ended = relative.closed_at.is_some_and(|closed_at| closed_at <= before);
            Ok(ended && retention::held(db, relative.id)?.is_none())
        };
        if let Some(parent) = ticket.parent.as_ref().map(|parent| tickets::find(db, parent)).transpose()?.flatten()
            && !over(&parent)?
        {
            return Ok(false);
        }
        for child in tickets::children(db, &ticket.number)? {
            if !over(&tickets::get(db, child)?)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn end(&self, db: &Connection, work: Work, now: Time) -> Result<()> {
        let ground = |rule| Ground { rule, by: Actor::Siaga, detail: json!({}) };
        match work {
            Work::Letters(ticket, rule) => {
                let ticket = tickets::get(db, ticket)?;
                let destroyed = self.remove_letters(db, &ticket, now)?;
                self.note_destroyed(db, Some(ticket.id), destroyed, &ground(rule), now)
            }
            Work::Reporter(ticket, rule) => {
                let ticket = tickets::get(db, ticket)?;
                self.remove_reporter(db, &ticket, &ground(rule), now)?;
                Ok(())
            }
            Work::Loose(found) => self.remove_loose(db, &found, now),
            Work::HeldMail(found) => {
                found.iter().try_for_each(|receipt| letters::remove_held(db, *receipt, now))?;
                let destroyed = Destroyed { letters: found.len() as u64, ..Destroyed::default() };
                self.note_destroyed(db, None, destroyed, &ground(Rule::Spam), now)
            }
            Work::Copies(found) => {
                found.iter().try_for_each(|mail| letters::remove_copy(db, *mail, REMOVED))?;
                let destroyed = Destroyed { mails: found.len() as u64, ..Destroyed::default() };
                self.note_destroyed(db, None, destroyed, &ground(Rule::Outgoing), now)
            }
            Work::Unsent(before) => {
                let destroyed = Destroyed { rows: retention::forget_unsent(db, before)?, ..Destroyed::default() };
                self.note_destroyed(db, None, destroyed, &ground(Rule::Unsent), now)
            }
        }
    }

    /// Removes the letters of a ticket, with everything that quotes them: notices to the team and to the
    /// reporter above all. What went to the OPD and its superiors quotes nobody and is kept by its own
    /// rule; the approved report is a document of the office and stays.
    pub(super) fn remove_letters(&self, db: &Connection, ticket: &Ticket, now: Time) -> Result<Destroyed> {
        let mut destroyed = Destroyed::default();
        self.remove_traces(db, ticket, &mut destroyed, now)?;
        for letter in letters::kept(db, ticket.id)? {
            destroyed.add(letters::remove(db, letter, now)?);
        }
        letters::give_up_stragglers(db, now)?;
        letters::remove_quotes(db, ticket.id, REMOVED)?;
        let quotes = |copy: &letters::Copy| !copy.waits && !OF_THE_OFFICE.contains(&copy.notice.as_str());
        for copy in letters::copies(db, ticket.id)?.into_iter().filter(quotes) {
            letters::remove_copy(db, copy.id, REMOVED)?;
            destroyed.mails += 1;
        }
        Ok(destroyed)
    }

    /// Removes what one of the team wrote where a letter of this ticket was filed before, if it names who wrote
    /// that letter: he answered the notice of it, which his mail program has quoted.
    fn remove_traces(&self, db: &Connection, ticket: &Ticket, destroyed: &mut Destroyed, now: Time) -> Result<()> {
        let near = letters::where_they_lay(db, ticket.id)?;
        if near.is_empty() {
            return Ok(());
        }
        let identity = Identity::of(&self.strangers(db, ticket, now)?.0);
        for (letter, sender, words) in near {
            let of_team = sender.parse().is_ok_and(|sender| self.role_of(&sender, now).is_some());
            if of_team && identity.is_in(&words) {
                destroyed.add(letters::remove(db, letter, now)?);
                for copy in letters::answers_to(db, letter)? {
                    letters::remove_copy(db, copy, REMOVED)?;
                    destroyed.mails += 1;
                }
            }
        }
        Ok(())
    }

    /// Removes one file of a ticket wherever it is kept. Returns how many copies of mails went with it;
    /// `None` if it was not there.
    pub(super) fn remove_file(
        &self,
        db: &Connection,
        ticket: &Ticket,
        file: &Digest,
        now: Time,
    ) -> Result<Option<u64>> {
        if !letters::remove_file(db, ticket.id, file, now)? {
            return Ok(None);
        }
        // The archive of `#bukti` holds every file of its ticket.
        let holds = |copy: &letters::Copy| copy.files.contains(file) || copy.notice == EVIDENCE;
        let copies: Vec<_> = letters::copies(db, ticket.id)?.into_iter().filter(holds).collect();
        self.withdraw(db, &copies, now).map(Some)
    }

    /// Removes mail that is on no ticket, and its senders' names from the logbook.
    fn remove_loose(&self, db: &Connection, found: &[MessageId], now: Time) -> Result<()> {
        let mut destroyed = Destroyed::default();
        let mut cut = Vec::new();
        for letter in found {
            let (raw, name, address) = letters::raw_and_sender(db, *letter)?;
            destroyed.add(letters::remove(db, *letter, now)?);
            let Ok(address) = address.parse() else { continue };
            if self.role_of(&address, now).is_none() {
                cut.extend(cuts(logbook::about_loose(db, &raw)?, &[Person { name, address }], &[]));
                letters::remove_sender(db, *letter)?;
            }
        }
        letters::give_up_stragglers(db, now)?;
        let ground = Ground { rule: Rule::Spam, by: Actor::Siaga, detail: json!({}) };
        if !cut.is_empty() {
            redaction::redact(db, None, &cut, (&ground.by, &json!({ "rule": ground.rule.as_str() })), now)?;
        }
        self.note_destroyed(db, None, destroyed, &ground, now)
    }

    /// The record of a destruction (berita acara pemusnahan): what, how much, by which rule.
    pub(super) fn note_destroyed(
        &self,
        db: &Connection,
        ticket: Option<TicketId>,
        destroyed: Destroyed,
        ground: &Ground,
        now: Time,
    ) -> Result<()> {
        if destroyed.is_nothing() {
            return Ok(());
        }
        let mut detail = ground.detail.clone();
        detail["rule"] = json!(ground.rule.as_str());
        detail["kept_days"] = json!(self.retention.of(ground.rule).map(|kept| kept.num_days()));
        detail["destroyed"] = json!(destroyed);
        let entry = Entry { actor: ground.by.clone(), kind: Kind::Destroyed, message: None, detail };
        logbook::append(db, ticket, &entry, now)?;
        Ok(())
    }
}

fn some<T>(found: Vec<T>) -> Option<Vec<T>> {
    (!found.is_empty()).then_some(found)
}
