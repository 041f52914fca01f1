//! A whole case: its ticket with everything a decision about it depends on, read and written at once.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::ticket::TicketId;
use crate::domain::workflow::Rules;
use crate::store::{codes, deadlines, optional_time, questions, reports, stored, tickets, timers};

/// The case of a ticket.
///
/// # Errors
/// If the database refuses or there is no such ticket.
pub fn get(db: &Connection, id: TicketId) -> Result<Case> {
    let mut case = Case::new(tickets::get(db, id)?);
    case.deadlines = deadlines::of_ticket(db, id)?;
    case.report = reports::latest(db, id)?;
    case.approval = reports::approval(db, id)?;
    case.questions = questions::of_ticket(db, id)?;
    db.prepare_cached(
        "SELECT warned_at, forwarded_at, claim, objected_at, bssn_at, reporter_told_at FROM ticket WHERE id = ?1",
    )?
    .query_row([id.0], |row| {
        case.warned_at = optional_time(row.get(0)?)?;
        case.forwarded_at = optional_time(row.get(1)?)?;
        case.claim = row.get(2)?;
        case.objected_at = optional_time(row.get(3)?)?;
        case.bssn_at = optional_time(row.get(4)?)?;
        case.reporter_told_at = optional_time(row.get(5)?)?;
        Ok(())
    })?;
    Ok(case)
}

/// Inserts a case; its ticket's `id` is given by the database.
///
/// # Errors
/// If the database refuses, above all a number that is taken.
pub fn insert(db: &Connection, case: &mut Case, rules: &Rules, now: Time) -> Result<()> {
    case.ticket.id = tickets::insert(db, &case.ticket)?;
    save(db, case, rules, now)
}

/// Writes a case as it is: what was there before is replaced, so that nothing is half-updated.
///
/// # Errors
/// If the database refuses.
pub fn save(db: &Connection, case: &Case, rules: &Rules, now: Time) -> Result<()> {
    let id = case.ticket.id;
    tickets::update(db, &case.ticket)?;
    db.prepare_cached(
        "UPDATE ticket SET warned_at = ?2, forwarded_at = ?3, claim = ?4, objected_at = ?5, bssn_at = ?6, \
         reporter_told_at = ?7 WHERE id = ?1",
    )?
    .execute((
        id.0,
        case.warned_at.map(stored),
        case.forwarded_at.map(stored),
        &case.claim,
        case.objected_at.map(stored),
        case.bssn_at.map(stored),
        case.reporter_told_at.map(stored),
    ))?;
    deadlines::replace(db, id, &case.deadlines)?;
    timers::replace(db, id, &case.timers(rules))?;
    match &case.report {
        Some(report) => {
            reports::forget_after(db, id, report.version)?;
            reports::keep(db, id, report)?;
        }
        None => reports::forget_after(db, id, 0)?,
    }
    reports::set_approval(db, id, case.approval.as_ref())?;
    questions::replace(db, id, &case.questions)?;
    codes::follow(db, id, &case.open_questions().collect::<Vec<_>>(), now)
}
