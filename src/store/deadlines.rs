//! Table `deadline`: the clocks of a ticket.

use anyhow::Result;
use rusqlite::{Connection, Row};

use crate::domain::Time;
use crate::domain::calendar::Counting;
use crate::domain::deadline::{Deadline, Elapsed, Outcome, Run};
use crate::domain::stage::Stage;
use crate::domain::ticket::TicketId;
use crate::store::{named, stored, time};

/// Replaces the clocks of a ticket by these.
///
/// # Errors
/// If the database refuses.
pub fn replace(db: &Connection, ticket: TicketId, deadlines: &[Deadline]) -> Result<()> {
    db.prepare_cached("DELETE FROM deadline WHERE ticket_id = ?1")?.execute([ticket.0])?;
    let mut statement = db.prepare_cached(
        "INSERT INTO deadline (ticket_id, position, stage, round, started_at, due_at, due_calendar_at, counting, state, \
         since, idle_working_seconds, idle_calendar_seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (position, deadline) in deadlines.iter().enumerate() {
        let (state, since) = state(deadline.run);
        statement.execute((
            ticket.0,
            i64::try_from(position)?,
            deadline.stage.as_str(),
            deadline.round,
            stored(deadline.started_at),
            stored(deadline.due_at),
            stored(deadline.due_calendar_at),
            counting_name(deadline.counting),
            state,
            stored(since),
            deadline.idle.working_seconds,
            deadline.idle.calendar_seconds,
        ))?;
    }
    Ok(())
}

/// The clocks of a ticket, in the order in which they began.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Deadline>> {
    let mut statement = db.prepare_cached(
        "SELECT stage, round, started_at, due_at, due_calendar_at, counting, state, since, idle_working_seconds, \
         idle_calendar_seconds FROM deadline WHERE ticket_id = ?1 ORDER BY position",
    )?;
    Ok(statement.query_map([ticket.0], read)?.collect::<rusqlite::Result<Vec<_>>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Deadline> {
    let at = |column: usize| time(&row.get::<_, String>(column)?);
    let since = at(7)?;
    Ok(Deadline {
        stage: named("stage", &row.get::<_, String>(0)?, Stage::named)?,
        round: row.get(1)?,
        started_at: at(2)?,
        due_at: at(3)?,
        due_calendar_at: at(4)?,
        counting: named("counting", &row.get::<_, String>(5)?, |name| {
            [Counting::Working, Counting::Calendar].into_iter().find(|counting| counting_name(*counting) == name)
        })?,
        run: named("state of a deadline", &row.get::<_, String>(6)?, |name| match name {
            "running" => Some(Run::Running { since }),
            "paused" => Some(Run::Paused { since }),
            _ => Outcome::named(name).map(|outcome| Run::Ended { at: since, outcome }),
        })?,
        idle: Elapsed { working_seconds: row.get(8)?, calendar_seconds: row.get(9)? },
    })
}

fn state(run: Run) -> (&'static str, Time) {
    match run {
        Run::Running { since } => ("running", since),
        Run::Paused { since } => ("paused", since),
        Run::Ended { at, outcome } => (outcome.as_str(), at),
    }
}

fn counting_name(counting: Counting) -> &'static str {
    match counting {
        Counting::Working => "working",
        Counting::Calendar => "calendar",
    }
}
