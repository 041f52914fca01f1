//! Tables `message`, `attachment` and `reference`: what was written on a ticket.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::digest::Digest;
use crate::domain::incoming::{Attachment, Content, IncomingMail, Language};
use crate::domain::person::Address;
use crate::domain::protection::Protection;
use crate::domain::scan::Scan;
use crate::domain::ticket::TicketId;
use crate::store::receipts::MessageId;
use crate::store::{named, optional_time, stored, time, unreadable};

/// What a message meant when it was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Opened a ticket.
    Report,
    /// Belongs to a ticket that existed.
    FollowUp,
    /// A reply of the team that begins with command lines.
    Commands,
    /// An automatic answer.
    AutoReply,
    /// About the delivery of a mail of ours, or of somebody else's.
    Bounce,
    /// Kept without a ticket.
    Ignored,
    /// Older than the first start.
    Archived,
}

impl Meaning {
    const ALL: &[Meaning] = &[
        Meaning::Report,
        Meaning::FollowUp,
        Meaning::Commands,
        Meaning::AutoReply,
        Meaning::Bounce,
        Meaning::Ignored,
        Meaning::Archived,
    ];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Meaning::Report => "report",
            Meaning::FollowUp => "follow_up",
            Meaning::Commands => "commands",
            Meaning::AutoReply => "auto_reply",
            Meaning::Bounce => "bounce",
            Meaning::Ignored => "ignored",
            Meaning::Archived => "archived",
        }
    }
}

/// How a message is filed.
#[derive(Debug, Clone, Copy)]
pub struct Filing {
    /// The ticket, if it belongs to one.
    pub ticket: Option<TicketId>,
    /// What it meant.
    pub meaning: Meaning,
    /// Whether its sender is unknown to the ticket.
    pub pending: bool,
    /// When it arrived at the server.
    pub arrived_at: Time,
    /// What is known of its sender.
    pub evidence: Evidence,
}

/// A stored message.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Row id.
    pub id: MessageId,
    /// Digest of its raw file.
    pub raw: Digest,
    /// Its Message-ID.
    pub message_id: String,
    /// What it meant.
    pub meaning: Meaning,
    /// Display name of the sender.
    pub sender_name: String,
    /// Address of the sender; empty if there is no usable one.
    pub sender_address: String,
    /// Subject.
    pub subject: String,
    /// Language.
    pub language: Language,
    /// Whether its sender waits to be let in.
    pub pending: bool,
    /// Why it may not be answered; empty for the mail of a person.
    pub automatic: String,
    /// What was odd about it.
    pub defects: Vec<String>,
    /// The whole body text.
    pub text: String,
    /// What the sender newly wrote.
    pub new_text: String,
    /// When it arrived at the server.
    pub arrived_at: Time,
    /// When the sender claims to have written it.
    pub dated_at: Option<Time>,
    /// How it was protected on its way; `None` where there is nothing to say of it.
    pub protection: Option<Protection>,
    /// Its files.
    pub attachments: Vec<Attachment>,
}

/// Stores a message with its files and every Message-ID it names.
///
/// # Errors
/// If the database refuses, above all a message that is already here.
pub fn insert(db: &Connection, mail: &IncomingMail, filing: Filing) -> Result<MessageId> {
    let defects: Vec<_> = mail.defects.iter().map(|defect| serde_json::json!(defect)).collect();
    db.prepare_cached(
        "INSERT INTO message (core, raw, size_bytes, ticket_id, header_id, meaning, sender_name, sender_address, subject, \
         language, pending, automatic, defects, text, new_text, arrived_at, dated_at, evidence, protection) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?
    .execute(rusqlite::params![
        mail.core.to_string(),
        mail.raw.to_string(),
        i64::try_from(mail.size_bytes)?,
        filing.ticket.map(|ticket| ticket.0),
        mail.message_id.as_deref().unwrap_or(""),
        filing.meaning.as_str(),
        mail.sender.as_ref().map_or("", |person| &person.name),
        mail.sender.as_ref().map_or("", |person| person.address.as_str()),
        mail.subject,
        mail.language.as_str(),
        filing.pending,
        mail.automatic.map_or("", |automatic| automatic.as_str()),
        serde_json::Value::from(defects).to_string(),
        mail.text,
        mail.new_text,
        stored(filing.arrived_at),
        mail.date.map(stored),
        filing.evidence.as_str(),
        mail.protection.told().map(|protection| serde_json::to_string(&protection)).transpose()?.unwrap_or_default(),
    ])?;
    let id = MessageId(db.last_insert_rowid());
    insert_attachments(db, id, &mail.attachments)?;
    if let Some(ticket) = filing.ticket {
        let named = mail.message_id.iter().chain(&mail.in_reply_to).chain(&mail.references);
        for header_id in named {
            remember_reference(db, ticket, header_id)?;
        }
    }
    Ok(id)
}

fn insert_attachments(db: &Connection, message: MessageId, attachments: &[Attachment]) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO attachment (message_id, position, filename, content_type, content, size_bytes, digest, inline, scan, finding) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (position, file) in attachments.iter().enumerate() {
        statement.execute((
            message.0,
            i64::try_from(position)?,
            &file.filename,
            &file.content_type,
            file.content.as_str(),
            i64::try_from(file.size_bytes)?,
            file.digest.to_string(),
            file.inline,
            file.scan.as_ref().map_or("", Scan::as_str),
            file.scan.as_ref().map_or("", Scan::finding),
        ))?;
    }
    Ok(())
}

/// The messages of an address that was let in on a ticket wait no longer.
///
/// # Errors
/// If the database refuses.
pub fn admit(db: &Connection, ticket: TicketId, sender: &Address) -> Result<()> {
    db.prepare_cached("UPDATE message SET pending = 0 WHERE ticket_id = ?1 AND lower(sender_address) = ?2")?
        .execute((ticket.0, sender.as_str().to_ascii_lowercase()))?;
    Ok(())
}

/// Notes that a Message-ID belongs to a ticket's mails.
///
/// # Errors
/// If the database refuses.
pub fn remember_reference(db: &Connection, ticket: TicketId, header_id: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO reference (header_id, ticket_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((header_id, ticket.0))?;
    Ok(())
}

/// The newest ticket in whose mails a Message-ID was named.
///
/// # Errors
/// If the database refuses.
pub fn ticket_naming(db: &Connection, header_id: &str) -> Result<Option<TicketId>> {
    let found = db
        .prepare_cached("SELECT max(ticket_id) FROM reference WHERE header_id = ?1")?
        .query_row([header_id], |row| row.get::<_, Option<i64>>(0))?;
    Ok(found.map(TicketId))
}

/// The message with that core digest.
///
/// # Errors
/// If the database refuses.
pub fn with_core(db: &Connection, core: &Digest) -> Result<Option<(MessageId, Option<TicketId>)>> {
    let found = db
        .prepare_cached("SELECT id, ticket_id FROM message WHERE core = ?1")?
        .query_row([core.to_string()], |row| Ok((MessageId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(TicketId))))
        .optional()?;
    Ok(found)
}

/// The raw file of the message with that Message-ID.
///
/// # Errors
/// If the database refuses.
pub fn raw_of_header_id(db: &Connection, header_id: &str) -> Result<Option<Digest>> {
    let mut statement = db.prepare_cached("SELECT raw FROM message WHERE header_id = ?1 AND header_id <> ''")?;
    let read = |row: &Row<'_>| row.get::<_, String>(0)?.parse().map_err(unreadable);
    Ok(statement.query_row([header_id], read).optional()?)
}

/// Whether a message was an order that nobody vouched for and nothing followed from, and came no
/// earlier than that.
///
/// # Errors
/// If the database refuses.
pub fn is_unproven_order(db: &Connection, id: MessageId, since: Time) -> Result<bool> {
    let mut statement = db.prepare_cached(
        "SELECT 1 FROM message WHERE id = ?1 AND meaning = 'commands' AND evidence IN ('none', 'fail') \
         AND arrived_at >= ?2 AND NOT EXISTS (SELECT 1 FROM logbook WHERE logbook.ticket_id IS message.ticket_id \
         AND logbook.message = message.raw AND kind NOT IN ('message_filed', 'command_refused', 'duplicate_received'))",
    )?;
    Ok(statement.exists((id.0, stored(since)))?)
}

/// Earlier orders of that sender that are the same one below other headers: with its text, and its
/// Message-ID or its date; oldest first.
///
/// # Errors
/// If the database refuses.
pub fn same_orders(db: &Connection, mail: &IncomingMail) -> Result<Vec<(MessageId, Option<TicketId>)>> {
    let Some(sender) = &mail.sender else { return Ok(Vec::new()) };
    let found = db
        .prepare_cached(
            "SELECT id, ticket_id FROM message WHERE meaning = 'commands' AND text = ?4 AND lower(sender_address) = ?1 \
             AND id IN (SELECT id FROM message WHERE header_id = ?2 AND header_id <> '' UNION ALL \
             SELECT id FROM message WHERE sender_address = ?5 AND sender_address <> '' AND dated_at = ?3) ORDER BY id",
        )?
        .query_map(
            (
                sender.address.as_str().to_ascii_lowercase(),
                mail.message_id.as_deref().unwrap_or(""),
                mail.date.map(stored),
                &mail.text,
                sender.address.as_str(),
            ),
            |row| Ok((MessageId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(TicketId))),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Notes better evidence of a message's sender.
///
/// # Errors
/// If the database refuses.
pub fn vouched(db: &Connection, id: MessageId, evidence: Evidence) -> Result<()> {
    db.prepare_cached("UPDATE message SET evidence = ?2 WHERE id = ?1")?.execute((id.0, evidence.as_str()))?;
    Ok(())
}

/// Whether a message with that Message-ID is already here.
///
/// # Errors
/// If the database refuses.
pub fn has_header_id(db: &Connection, header_id: &str) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM message WHERE header_id = ?1 AND header_id <> ''")?.exists([header_id])?)
}

/// A ticket's messages, oldest first.
///
/// # Errors
/// If the database refuses.
pub fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<Message>> {
    let mut statement = db.prepare_cached(
        "SELECT id, raw, header_id, meaning, sender_name, sender_address, subject, language, pending, automatic, defects, \
         text, new_text, arrived_at, dated_at, protection FROM message WHERE ticket_id = ?1 ORDER BY id",
    )?;
    let mut messages = statement.query_map([ticket.0], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for message in &mut messages {
        message.attachments = attachments(db, message.id)?;
    }
    Ok(messages)
}

/// How many messages and attachments a ticket has.
///
/// # Errors
/// If the database refuses.
pub fn count(db: &Connection, ticket: TicketId) -> Result<(u64, u64)> {
    let counts = db
        .prepare_cached(
            "SELECT (SELECT count(*) FROM message WHERE ticket_id = ?1), (SELECT count(*) FROM attachment \
             JOIN message ON message.id = attachment.message_id WHERE message.ticket_id = ?1)",
        )?
        .query_row([ticket.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(counts)
}

fn attachments(db: &Connection, message: MessageId) -> Result<Vec<Attachment>> {
    let mut statement = db.prepare_cached(
        "SELECT filename, content_type, content, size_bytes, digest, inline, scan, finding FROM attachment \
         WHERE message_id = ?1 ORDER BY position",
    )?;
    let files = statement
        .query_map([message.0], |row| {
            let content: String = row.get(2)?;
            Ok(Attachment {
                filename: row.get(0)?,
                content_type: row.get(1)?,
                content: named("kind of content", &content, Content::named)?,
                size_bytes: row.get(3)?,
                digest: row.get::<_, String>(4)?.parse().map_err(unreadable)?,
                inline: row.get(5)?,
                scan: scan(&row.get::<_, String>(6)?, &row.get::<_, String>(7)?)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(files)
}

fn scan(name: &str, finding: &str) -> rusqlite::Result<Option<Scan>> {
    if name.is_empty() {
        return Ok(None);
    }
    named("verdict of the malware scanner", name, |name| Scan::named(name, finding)).map(Some)
}

fn protection(text: &str) -> rusqlite::Result<Option<Protection>> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(unreadable)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let meaning: String = row.get(3)?;
    let language: String = row.get(7)?;
    let defects: String = row.get(10)?;
    Ok(Message {
        id: MessageId(row.get(0)?),
        raw: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
        message_id: row.get(2)?,
        meaning: named("meaning", &meaning, |name| {
            Meaning::ALL.iter().copied().find(|meaning| meaning.as_str() == name)
        })?,
        sender_name: row.get(4)?,
        sender_address: row.get(5)?,
        subject: row.get(6)?,
        language: named("language", &language, Language::named)?,
        pending: row.get(8)?,
        automatic: row.get(9)?,
        defects: serde_json::from_str(&defects).map_err(unreadable)?,
        text: row.get(11)?,
        new_text: row.get(12)?,
        arrived_at: time(&row.get::<_, String>(13)?)?,
        dated_at: optional_time(row.get(14)?)?,
        protection: protection(&row.get::<_, String>(15)?)?,
        attachments: Vec::new(),
    })
}
