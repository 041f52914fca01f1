//! Table `token`: the secret reply addresses people were told, of which only a digest is kept.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::domain::token::StoredToken;
use crate::store::{optional_time, stored, unreadable};

/// A token that is about to be told.
#[derive(Debug)]
pub struct Told<'a> {
    /// Whom.
    pub person: &'a Address,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// Whether he has a role at present; the token goes with it.
    pub has_role: bool,
    /// The random bits it was made of: worthless without the key.
    pub salt: &'a str,
    /// What it is found by.
    pub digest: &'a Digest,
}

/// The bits the living token of a person for a ticket was made of.
///
/// # Errors
/// If the database refuses.
pub fn salt_of(db: &Connection, person: &Address, ticket: Option<TicketId>) -> Result<Option<String>> {
    let mut statement = db.prepare_cached(
        "SELECT salt FROM token WHERE person = ?1 AND ticket_id IS ?2 AND revoked_at IS NULL ORDER BY id DESC LIMIT 1",
    )?;
    let row = (person.as_str().to_ascii_lowercase(), ticket.map(|ticket| ticket.0));
    Ok(statement.query_row(row, |row| row.get(0)).optional()?)
}

/// Keeps what is needed to recognise a token.
///
/// # Errors
/// If the database refuses.
pub fn insert(db: &Connection, token: &Told<'_>, now: Time) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO token (person, ticket_id, has_role, salt, digest, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        token.person.as_str().to_ascii_lowercase(),
        token.ticket.map(|ticket| ticket.0),
        token.has_role,
        token.salt,
        token.digest.to_string(),
        stored(now),
    ))?;
    Ok(())
}

/// The token with that digest.
///
/// # Errors
/// If the database refuses.
pub fn find(db: &Connection, digest: &Digest) -> Result<Option<StoredToken>> {
    let mut statement = db.prepare_cached(
        "SELECT person, ticket_id, revoked_at, closed_at FROM token LEFT JOIN ticket ON ticket.id = ticket_id \
         WHERE digest = ?1",
    )?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(StoredToken {
            person: row.get::<_, String>(0)?.parse().map_err(unreadable)?,
            ticket: row.get::<_, Option<i64>>(1)?.map(TicketId),
            revoked_at: optional_time(row.get(2)?)?,
            closed_at: optional_time(row.get(3)?)?,
        })
    };
    Ok(statement.query_row([digest.to_string()], read).optional()?)
}

/// Takes back the token of one person for one ticket.
///
/// # Errors
/// If the database refuses.
pub fn revoke_for(db: &Connection, person: &Address, ticket: TicketId, now: Time) -> Result<()> {
    db.prepare_cached("UPDATE token SET revoked_at = ?3 WHERE person = ?1 AND ticket_id = ?2 AND revoked_at IS NULL")?
        .execute((person.as_str().to_ascii_lowercase(), ticket.0, stored(now)))?;
    Ok(())
}

/// Takes back the tokens of everybody who had a role when he was told one and has none any more.
///
/// # Errors
/// If the database refuses.
pub fn revoke(db: &Connection, has_role: impl Fn(&Address) -> bool, now: Time) -> Result<usize> {
    let mut statement = db.prepare("SELECT DISTINCT person FROM token WHERE has_role = 1 AND revoked_at IS NULL")?;
    let people = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut revoked = 0;
    for person in people {
        if person.parse().is_ok_and(|address| has_role(&address)) {
            continue;
        }
        revoked += db.execute(
            "UPDATE token SET revoked_at = ?2 WHERE person = ?1 AND has_role = 1 AND revoked_at IS NULL",
            (&person, stored(now)),
        )?;
    }
    Ok(revoked)
}
