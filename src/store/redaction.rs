//! Table `logbook`, as far as something is taken out of it: who caused an entry, what it says, and the
//! salt that its digest covers. What is left of it is noted in a later entry of the chain, so that the
//! chain stays whole and nobody can change anything else on that occasion.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value, json};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::logbook::{Entry, Kind, chain};
use crate::domain::role::Actor;
use crate::domain::ticket::TicketId;
use crate::store::logbook;

/// Under which name a redaction lists the entries and what was left of each.
const ENTRIES: &str = "entries";

/// An entry as it is without what was taken out.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    /// Position in the chain.
    pub id: i64,
    /// When it was written, as stored.
    pub at: &'a str,
    /// Row of its ticket; 0 for none.
    pub ticket: &'a str,
    /// Who caused it.
    pub actor: &'a str,
    /// What happened.
    pub kind: &'a str,
    /// Particulars, as stored.
    pub detail: &'a str,
}

impl Left<'_> {
    /// The digest of what is left: over all of it and the digest the entry was written with.
    pub fn digest(&self, message: &str, written: &str) -> Digest {
        let id = self.id.to_string();
        chain(None, &[&id, self.at, self.ticket, self.actor, self.kind, message, self.detail, written])
    }
}

/// An entry, and what is to be left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// Position in the chain.
    pub id: i64,
    /// Who caused it, as it will read.
    pub actor: String,
    /// Particulars, as they will read.
    pub detail: Value,
}

/// Takes something out of entries and appends the one that says so, with `detail` beside the list.
///
/// # Errors
/// If the database refuses, above all an entry that is itself a redaction.
pub fn redact(
    db: &Connection,
    ticket: Option<TicketId>,
    cuts: &[Cut],
    (by, detail): (&Actor, &Value),
    now: Time,
) -> Result<()> {
    let mut entries = Map::new();
    for cut in cuts {
        let (at, ticket, kind, message, written): (String, i64, String, String, String) = db
            .prepare_cached("SELECT at, coalesce(ticket_id, 0), kind, message, digest FROM logbook WHERE id = ?1")?
            .query_row([cut.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let (ticket, detail) = (ticket.to_string(), cut.detail.to_string());
        let left = Left { id: cut.id, at: &at, ticket: &ticket, actor: &cut.actor, kind: &kind, detail: &detail };
        entries.insert(cut.id.to_string(), json!(left.digest(&message, &written)));
    }
    let mut detail = detail.clone();
    detail[ENTRIES] = Value::Object(entries);
    let entry = Entry { actor: by.clone(), kind: Kind::Redacted, message: None, detail };
    let id = logbook::append(db, ticket, &entry, now)?;
    let mut statement =
        db.prepare_cached("UPDATE logbook SET actor = ?2, detail = ?3, salt = '', redacted_by = ?4 WHERE id = ?1")?;
    for cut in cuts {
        statement.execute((cut.id, &cut.actor, cut.detail.to_string(), id))?;
    }
    Ok(())
}

/// What a redaction says was left of an entry.
pub(super) fn noted(db: &Connection, by: i64, id: i64) -> Result<Option<Digest>> {
    let detail: Option<String> = db
        .prepare_cached("SELECT detail FROM logbook WHERE id = ?1 AND kind = ?2")?
        .query_row((by, Kind::Redacted.as_str()), |row| row.get(0))
        .optional()?;
    let detail: Option<Value> = detail.and_then(|detail| serde_json::from_str(&detail).ok());
    Ok(detail.and_then(|detail| detail[ENTRIES][id.to_string()].as_str()?.parse().ok()))
}
