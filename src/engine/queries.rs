//! What is asked by mail is answered, and orders about no ticket are carried out.

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::permitted;
use crate::domain::command::{Command, Month};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::answer::Answer;
use crate::domain::recap::{line, recap};
use crate::domain::ticket::TicketNumber;
use crate::domain::workflow::facts::{help, state};
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::{may_look, possible};
use crate::engine::Context;
use crate::engine::effects::{Carried, Origin};
use crate::engine::proof::Speaker;
use crate::store::{cases, delegations, logbook, tickets};

impl Context {
    /// Answers a query; nothing changes.
    pub(super) fn answer(
        &self,
        db: &Connection,
        speaker: &Speaker,
        case: Option<&Case>,
        command: &Command,
        now: Time,
    ) -> Result<Result<Option<Answer>, Refusal>> {
        if let Some(refusal) = not_his(speaker, command) {
            return Ok(Err(refusal));
        }
        if let Command::Status { number } = command {
            return self.status(db, speaker, case, number.as_ref(), now);
        }
        let answer = if let Command::List = command {
            let open = tickets::open(db)?.into_iter().map(|ticket| cases::get(db, ticket.id));
            let open = open.collect::<Result<Vec<_>>>()?;
            Answer::List { tickets: open.iter().map(|case| line(case, now)).collect() }
        } else if let Command::Recap { month } = command {
            Answer::Recap { recap: Box::new(self.recap_of(db, *month, now)?) }
        } else {
            let possible = case.map(|case| possible::possible(case, &speaker.actor(), &self.rules, now));
            let (possible, others) = help(speaker.role)
                .into_iter()
                .partition(|offer| possible.as_ref().is_some_and(|possible| possible.contains(&offer.word)));
            Answer::Help { possible, others }
        };
        Ok(Ok(Some(answer)))
    }

    /// Where a ticket stands.
    fn status(
        &self,
        db: &Connection,
        speaker: &Speaker,
        case: Option<&Case>,
        number: Option<&TicketNumber>,
        now: Time,
    ) -> Result<Result<Option<Answer>, Refusal>> {
        let other = match number {
            Some(number) => match tickets::find(db, number)? {
                Some(ticket) => Some(cases::get(db, ticket.id)?),
                None => return Ok(Err(Refusal::NoSuchTicket { number: number.clone() })),
            },
            None => None,
        };
        let Some(case) = other.as_ref().or(case) else { return Ok(Err(Refusal::NoTicket)) };
        if !may_look(case, &speaker.actor(), &self.rules) {
            return Ok(Err(Refusal::OtherOffice));
        }
        let number = case.ticket.number.to_string();
        Ok(Ok(Some(Answer::Status { number, state: state(case, &self.rules, now) })))
    }

    /// A month in numbers; the present one, if none is named.
    fn recap_of(&self, db: &Connection, month: Option<Month>, now: Time) -> Result<crate::domain::recap::Recap> {
        let calendar = &self.rules.calendar;
        let today = calendar.local(now).date_naive();
        let month = month.unwrap_or(Month { year: today.year(), month: today.month() });
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(today);
        let next = if month.month == 12 { first(month.year + 1, 1) } else { first(month.year, month.month + 1) };
        let all = tickets::all(db)?.into_iter().map(|ticket| cases::get(db, ticket.id)).collect::<Result<Vec<_>>>()?;
        let (from, until) = (calendar.midnight(first(month.year, month.month)), calendar.midnight(next));
        Ok(recap(&all, from, until, calendar, now))
    }

    /// Carries out an order about no ticket.
    pub(super) fn order_at_desk(
        &self,
        db: &Connection,
        speaker: &Speaker,
        command: &Command,
        origin: &Origin<'_>,
        carried: &mut Carried,
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        if let Some(refusal) = not_his(speaker, command) {
            return Ok(Err(refusal));
        }
        let detail = if let Command::Delegate { to, term } = command {
            delegations::insert(db, to, *term, &origin.by, now)?;
            json!({ "deputy": to.to_string(), "until": term.until.to_string() })
        } else if let Command::NewTicket { text } = command {
            self.open_reported(db, text, origin, carried, now)?;
            json!({ "number": carried.opened.last() })
        } else {
            return Ok(Err(Refusal::NoTicket));
        };
        let message = origin.mail.map(|incoming| incoming.mail.raw);
        let entry = Entry { actor: origin.by.clone(), kind: Kind::Command(command.word()), message, detail };
        logbook::append(db, None, &entry, now)?;
        Ok(Ok(()))
    }
}

/// The refusal of a command that is not somebody's at all.
fn not_his(speaker: &Speaker, command: &Command) -> Option<Refusal> {
    let word = command.word();
    let allowed = possible::allowed(word);
    permitted(speaker.role, word).is_none().then_some(Refusal::NotYours { word, role: Some(speaker.role), allowed })
}
