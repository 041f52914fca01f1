//! Tables `message`, `attachment`, `receipt` and `reference`, as far as letters are removed from them:
//! their words, their files and what quotes them. That there was a letter, when, and the digests of
//! what it was stay: the proof that it was destroyed, and that it is known if it comes again.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::Time;
use crate::domain::authority::Standing;
use crate::domain::digest::Digest;
use crate::domain::outgoing::OutboxId;
use crate::domain::retention::Destroyed;
use crate::domain::ticket::TicketId;
use crate::store::blobs::Kind;
use crate::store::receipts::{MessageId, ReceiptId};
use crate::store::{doomed, outbox_files, stored, unreadable};

/// The letters of a ticket that have not been removed.
///
/// # Errors
/// If the database refuses.
pub fn kept(db: &Connection, ticket: TicketId) -> Result<Vec<MessageId>> {
    let mut statement =
        db.prepare_cached("SELECT id FROM message WHERE ticket_id = ?1 AND removed_at IS NULL ORDER BY id")?;
    Ok(statement.query_map([ticket.0], |row| row.get(0).map(MessageId))?.collect::<rusqlite::Result<_>>()?)
}

/// The letters that lie on the tickets which letters of a ticket were taken off, each with its sender and its
/// words; none of a ticket that is held.
///
/// # Errors
/// If the database refuses.
pub fn where_they_lay(db: &Connection, ticket: TicketId) -> Result<Vec<(MessageId, String, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT message.id, sender_address, text FROM link JOIN message ON message.ticket_id = link.other_id \
         WHERE link.ticket_id = ?1 AND why = 'separated' AND removed_at IS NULL AND sender_address <> '' \
         AND link.other_id NOT IN (SELECT ticket_id FROM retention WHERE held_at IS NOT NULL) ORDER BY message.id",
    )?;
    let found = statement.query_map([ticket.0], |row| Ok((MessageId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Removes the words of a letter, its files and every raw delivery of it.
///
/// # Errors
/// If the database refuses.
pub fn remove(db: &Connection, letter: MessageId, now: Time) -> Result<Destroyed> {
    give_up_raw(db, letter, now)?;
    let files = files_of(db, letter)?;
    files.iter().try_for_each(|(_, digest)| doomed::insert(db, Kind::Evidence, digest))?;
    db.prepare_cached("UPDATE attachment SET filename = '', content_type = '', scan = '' WHERE message_id = ?1")?
        .execute([letter.0])?;
    db.prepare_cached(
        "UPDATE message SET subject = '', text = '', new_text = '', header_id = '', protection = '', removed_at = ?2 \
         WHERE id = ?1",
    )?
    .execute((letter.0, stored(now)))?;
    Ok(Destroyed { letters: 1, files: files.len() as u64, ..Destroyed::default() })
}

/// Removes one file of a ticket wherever it came, with the raw deliveries that hold it. Returns whether
/// it was there.
///
/// # Errors
/// If the database refuses.
pub fn remove_file(db: &Connection, ticket: TicketId, file: &Digest, now: Time) -> Result<bool> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT message_id FROM attachment JOIN message ON message.id = attachment.message_id \
         WHERE message.ticket_id = ?1 AND digest = ?2 AND filename <> ''",
    )?;
    let letters = statement.query_map((ticket.0, file.to_string()), |row| row.get(0).map(MessageId))?;
    let letters = letters.collect::<rusqlite::Result<Vec<_>>>()?;
    for letter in &letters {
        give_up_raw(db, *letter, now)?;
        db.prepare_cached(
            "UPDATE attachment SET filename = '', content_type = '', scan = '' WHERE message_id = ?1 AND digest = ?2",
        )?
        .execute((letter.0, file.to_string()))?;
    }
    doomed::insert(db, Kind::Evidence, file)?;
    Ok(!letters.is_empty())
}

/// Gives up the raw files of every delivery of a letter.
fn give_up_raw(db: &Connection, letter: MessageId, now: Time) -> Result<()> {
    let mut statement =
        db.prepare_cached("SELECT raw FROM message WHERE id = ?1 UNION SELECT raw FROM receipt WHERE message_id = ?1")?;
    let raws = statement.query_map([letter.0], |row| row.get::<_, String>(0)?.parse().map_err(unreadable))?;
    for raw in raws.collect::<rusqlite::Result<Vec<Digest>>>()? {
        doomed::insert(db, Kind::Raw, &raw)?;
    }
    let sql = "UPDATE receipt SET removed_at = ?2 WHERE message_id = ?1 AND removed_at IS NULL";
    db.prepare_cached(sql)?.execute((letter.0, stored(now)))?;
    Ok(())
}

fn files_of(db: &Connection, letter: MessageId) -> Result<Vec<(i64, Digest)>> {
    let mut statement =
        db.prepare_cached("SELECT position, digest FROM attachment WHERE message_id = ?1 AND filename <> ''")?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?.parse().map_err(unreadable)?));
    Ok(statement.query_map([letter.0], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Letters that were removed and of which another delivery has come since. Returns how many deliveries
/// were given up.
///
/// # Errors
/// If the database refuses.
pub fn give_up_stragglers(db: &Connection, now: Time) -> Result<usize> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT message_id FROM receipt JOIN message ON message.id = receipt.message_id \
         WHERE message.removed_at IS NOT NULL AND receipt.removed_at IS NULL",
    )?;
    let letters = statement.query_map([], |row| row.get(0).map(MessageId))?.collect::<rusqlite::Result<Vec<_>>>()?;
    letters.iter().try_for_each(|letter| give_up_raw(db, *letter, now))?;
    Ok(letters.len())
}

/// Gives up a held mail: nobody has looked at it in all that time.
///
/// # Errors
/// If the database refuses.
pub fn remove_held(db: &Connection, receipt: ReceiptId, now: Time) -> Result<()> {
    let raw: Option<String> = db
        .prepare_cached(
            "UPDATE receipt SET state = 'ignored', reason = 'destroyed by the rule of retention', removed_at = ?2 \
             WHERE id = ?1 AND state = 'held' RETURNING raw",
        )?
        .query_row((receipt.0, stored(now)), |row| row.get(0))
        .optional()?;
    raw.map_or(Ok(()), |raw| doomed::insert(db, Kind::Raw, &raw.parse()?))
}

/// The digest of a letter's raw file, and its sender as it is stored.
///
/// # Errors
/// If the database refuses.
pub fn raw_and_sender(db: &Connection, letter: MessageId) -> Result<(Digest, String, String)> {
    let mut statement = db.prepare_cached("SELECT raw, sender_name, sender_address FROM message WHERE id = ?1")?;
    Ok(statement.query_row([letter.0], |row| {
        Ok((row.get::<_, String>(0)?.parse().map_err(unreadable)?, row.get(1)?, row.get(2)?))
    })?)
}

/// Removes the sender of a letter.
///
/// # Errors
/// If the database refuses.
pub fn remove_sender(db: &Connection, letter: MessageId) -> Result<()> {
    let sql = "UPDATE message SET sender_name = '', sender_address = '' WHERE id = ?1";
    db.prepare_cached(sql)?.execute([letter.0])?;
    Ok(())
}

/// Removes what else of a ticket quotes its letters: its subject, the Message-IDs of others, addresses
/// and links that were named, and what an undone command would bring back. Hosts, digests and numbers of
/// vulnerabilities stay: they are nobody's, and the next case may show them again.
///
/// # Errors
/// If the database refuses.
pub fn remove_quotes(db: &Connection, ticket: TicketId, mark: &str) -> Result<()> {
    db.prepare_cached("UPDATE ticket SET subject = ?2 WHERE id = ?1 AND subject <> ''")?.execute((ticket.0, mark))?;
    db.prepare_cached(
        "DELETE FROM reference WHERE ticket_id = ?1 AND header_id NOT IN (SELECT header_id FROM outbox)",
    )?
    .execute([ticket.0])?;
    db.prepare_cached("DELETE FROM indicator WHERE ticket_id = ?1 AND kind IN ('url', 'address')")?
        .execute([ticket.0])?;
    db.prepare_cached("UPDATE run SET before = '' WHERE ticket_id = ?1")?.execute([ticket.0])?;
    Ok(())
}

/// Whether letters of its ticket were removed after a mail was decided, which has left or never will.
///
/// # Errors
/// If the database refuses.
pub fn were_removed_since(db: &Connection, mail: OutboxId) -> Result<bool> {
    let sql = "SELECT 1 FROM outbox JOIN message ON message.ticket_id = outbox.ticket_id WHERE outbox.id = ?1 \
               AND outbox.state NOT IN ('queued', 'sending') AND removed = '' AND removed_at >= created_at LIMIT 1";
    Ok(db.prepare_cached(sql)?.exists([mail.0])?)
}

/// How the purposes begin of mail that answers a letter with its words, or shows them.
const ANSWERS: &[&str] = &["transcript:", "refused:", "bad_code:", "code:"];

/// The copies of what answered a letter or showed it, once they have left.
///
/// # Errors
/// If the database refuses.
pub fn answers_to(db: &Connection, letter: MessageId) -> Result<Vec<OutboxId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM outbox WHERE purpose > ?1 || ':' AND purpose < ?1 || ';' \
         AND state NOT IN ('queued', 'sending') AND (text <> '' OR length(bytes) > 0)",
    )?;
    let answers =
        Standing::ALL.iter().flat_map(|standing| ANSWERS.iter().map(|why| format!("{}{why}", standing.mark())));
    let mut found = Vec::new();
    for why in answers.chain(["filed:".to_owned()]) {
        for id in statement.query_map([format!("{why}{}", letter.0)], |row| row.get(0))? {
            found.push(OutboxId(id?));
        }
    }
    Ok(found)
}

/// A copy of a mail of ours that could be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The row.
    pub id: OutboxId,
    /// Its notice.
    pub notice: String,
    /// Whether it is yet to be sent.
    pub waits: bool,
    /// Files that go with it and are kept once.
    pub files: Vec<Digest>,
}

/// The copies of the mails about a ticket, and of those that show one of its letters where it was filed
/// before, but on no ticket that is held.
///
/// # Errors
/// If the database refuses.
pub fn copies(db: &Connection, ticket: TicketId) -> Result<Vec<Copy>> {
    let mut statement = db.prepare_cached(
        "SELECT id, notice, state IN ('queued', 'sending') FROM outbox \
         WHERE (ticket_id = ?1 OR id IN (SELECT outbox.id FROM message JOIN outbox \
         ON outbox.purpose > 'filed:' || message.id || ':' AND outbox.purpose < 'filed:' || message.id || ';' \
         WHERE message.ticket_id = ?1 AND coalesce(outbox.ticket_id, 0) NOT IN \
         (SELECT ticket_id FROM retention WHERE held_at IS NOT NULL))) \
         AND (text <> '' OR length(bytes) > 0) ORDER BY id",
    )?;
    let read = |row: &Row<'_>| {
        Ok(Copy { id: OutboxId(row.get(0)?), notice: row.get(1)?, waits: row.get(2)?, files: Vec::new() })
    };
    let mut found = statement.query_map([ticket.0], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for copy in &mut found {
        copy.files = outbox_files::of(db, copy.id)?.into_iter().map(|(_, digest)| digest).collect();
    }
    Ok(found)
}

/// Removes the copy of a mail of ours: its subject, its words and its bytes, whose digest stays.
///
/// # Errors
/// If the database refuses.
pub fn remove_copy(db: &Connection, mail: OutboxId, mark: &str) -> Result<()> {
    for (_, digest) in outbox_files::of(db, mail)? {
        doomed::insert(db, Kind::Evidence, &digest)?;
    }
    db.prepare_cached("DELETE FROM outbox_file WHERE outbox_id = ?1")?.execute([mail.0])?;
    let bytes: Vec<u8> = db.query_row("SELECT bytes FROM outbox WHERE id = ?1", [mail.0], |row| row.get(0))?;
    let digest = (!bytes.is_empty()).then(|| Digest::of(&bytes).to_string());
    db.prepare_cached(
        "UPDATE outbox SET subject = ?2, text = '', bytes = x'', removed = coalesce(?3, removed) WHERE id = ?1",
    )?
    .execute((mail.0, mark, digest))?;
    Ok(())
}

/// Takes a mail that waits out of the queue.
///
/// # Errors
/// If the database refuses.
pub fn withdraw(db: &Connection, mail: OutboxId) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET state = 'withdrawn' WHERE id = ?1 AND state = 'queued'")?.execute([mail.0])?;
    Ok(())
}
