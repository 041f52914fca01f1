//! Table `question`: what somebody has yet to decide.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::person::Address;
use crate::domain::question::Asked;
use crate::domain::ticket::TicketId;
use crate::store::{stored, time, unreadable};

/// Replaces the open questions of a ticket by these.
///
/// # Errors
/// If the database refuses.
pub fn replace(db: &Connection, ticket: TicketId, questions: &[Asked]) -> Result<()> {
    db.prepare_cached("DELETE FROM question WHERE ticket_id = ?1")?.execute([ticket.0])?;
    let mut statement = db.prepare_cached(
        "INSERT INTO question (ticket_id, position, question, asked_at, by, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, asked) in questions.iter().enumerate() {
        statement.execute((
            ticket.0,
            i64::try_from(position)?,
            serde_json::to_string(&asked.question)?,
            stored(asked.asked_at),
            asked.by.as_ref().map(Address::as_str),
            &asked.reason,
        ))?;
    }
    Ok(())
}

/// The open questions of a ticket, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Asked>> {
    let mut statement = db
        .prepare_cached("SELECT question, asked_at, by, reason FROM question WHERE ticket_id = ?1 ORDER BY position")?;
    let questions = statement
        .query_map([ticket.0], |row| {
            let by: Option<String> = row.get(2)?;
            Ok(Asked {
                question: serde_json::from_str(&row.get::<_, String>(0)?).map_err(unreadable)?,
                asked_at: time(&row.get::<_, String>(1)?)?,
                by: by.map(|address| address.parse()).transpose().map_err(unreadable)?,
                reason: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(questions)
}
