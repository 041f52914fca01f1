//! Table `delegation`: who acts for the Kabid on which days, as he has ordered by mail.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::directory::Term;
use crate::domain::person::Address;
use crate::domain::role::Actor;
use crate::store::{stored, unreadable};

/// Notes that a deputy acts for a while.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, to: &Address, term: Term, by: &Actor, now: Time) -> Result<()> {
    db.prepare_cached("INSERT INTO delegation (person, from_day, until_day, by, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((to.as_str(), term.from.to_string(), term.until.to_string(), by.to_string(), stored(now)))?;
    Ok(())
}

/// Every delegation, in the order in which they were given.
///
/// # Errors
/// If the database refuses.
pub fn all(db: &Connection) -> Result<Vec<(Address, Term)>> {
    let mut statement = db.prepare_cached("SELECT person, from_day, until_day FROM delegation ORDER BY id")?;
    let found = statement
        .query_map([], |row| {
            let day = |column: usize| row.get::<_, String>(column)?.parse().map_err(unreadable);
            let person = row.get::<_, String>(0)?.parse().map_err(unreadable)?;
            Ok((person, Term { from: day(1)?, until: day(2)? }))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found)
}
