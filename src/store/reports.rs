//! Tables `report` and `approval`: the versions of a ticket's analysis report, and who approved it.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::approval::Approval;
use crate::domain::digest::Digest;
use crate::domain::incoming::Content;
use crate::domain::report::{ReportFile, ReportVersion};
use crate::domain::ticket::TicketId;
use crate::store::{named, stored, time, unreadable};

/// Keeps a version; one that is there already stays as it is.
///
/// # Errors
/// If the database refuses.
pub fn keep(db: &Connection, ticket: TicketId, report: &ReportVersion) -> Result<()> {
    let file = report.file.as_ref();
    db.prepare_cached(
        "INSERT INTO report (ticket_id, version, digest, submitted_by, submitted_at, file_name, file_content, file_bytes, \
         file_digest, sections) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )?
    .execute((
        ticket.0,
        report.version,
        report.digest.to_string(),
        report.submitted_by.as_ref().map(|address| address.as_str()),
        stored(report.submitted_at),
        file.map(|file| &file.name),
        file.map(|file| file.content.as_str()),
        file.map(|file| i64::try_from(file.size_bytes)).transpose()?,
        file.map(|file| file.digest.to_string()),
        serde_json::to_string(&report.sections)?,
    ))?;
    Ok(())
}

/// Forgets the versions after `last`: their submission was taken back before anybody had seen them.
///
/// # Errors
/// If the database refuses.
pub fn forget_after(db: &Connection, ticket: TicketId, last: u32) -> Result<()> {
    db.prepare_cached("DELETE FROM report WHERE ticket_id = ?1 AND version > ?2")?.execute((ticket.0, last))?;
    Ok(())
}

/// The latest version.
///
/// # Errors
/// If the database refuses.
pub fn latest(db: &Connection, ticket: TicketId) -> Result<Option<ReportVersion>> {
    let sql = format!("SELECT {COLUMNS} FROM report WHERE ticket_id = ?1 ORDER BY version DESC LIMIT 1");
    Ok(db.prepare_cached(&sql)?.query_row([ticket.0], read).optional()?)
}

/// Whether a file is a submitted report, or one that was signed.
///
/// # Errors
/// If the database refuses.
pub fn holds_file(db: &Connection, file: &Digest) -> Result<bool> {
    let sql = "SELECT 1 FROM report WHERE file_digest = ?1 UNION ALL SELECT 1 FROM approval WHERE instr(means, ?1) > 0";
    Ok(db.prepare_cached(sql)?.exists([file.to_string()])?)
}

const COLUMNS: &str =
    "version, digest, submitted_by, submitted_at, file_name, file_content, file_bytes, file_digest, sections";

/// Writes the approval that holds at present, or that none does.
///
/// # Errors
/// If the database refuses.
pub fn set_approval(db: &Connection, ticket: TicketId, approval: Option<&Approval>) -> Result<()> {
    let Some(approval) = approval else {
        db.prepare_cached("DELETE FROM approval WHERE ticket_id = ?1")?.execute([ticket.0])?;
        return Ok(());
    };
    db.prepare_cached(
        "INSERT OR REPLACE INTO approval (ticket_id, version, digest, by, acting, at, means, withheld) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        ticket.0,
        approval.version,
        approval.digest.to_string(),
        approval.by.as_str(),
        approval.acting,
        stored(approval.at),
        serde_json::to_string(&approval.means)?,
        approval.withheld,
    ))?;
    Ok(())
}

/// The approval that holds at present.
///
/// # Errors
/// If the database refuses.
pub fn approval(db: &Connection, ticket: TicketId) -> Result<Option<Approval>> {
    let found = db
        .prepare_cached("SELECT version, digest, by, acting, at, means, withheld FROM approval WHERE ticket_id = ?1")?
        .query_row([ticket.0], |row| {
            Ok(Approval {
                version: row.get(0)?,
                digest: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
                by: row.get::<_, String>(2)?.parse().map_err(unreadable)?,
                acting: row.get(3)?,
                at: time(&row.get::<_, String>(4)?)?,
                means: serde_json::from_str(&row.get::<_, String>(5)?).map_err(unreadable)?,
                withheld: row.get(6)?,
            })
        })
        .optional()?;
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ReportVersion> {
    let file = match row.get::<_, Option<String>>(4)? {
        Some(name) => Some(ReportFile {
            name,
            content: named("kind of content", &row.get::<_, String>(5)?, Content::named)?,
            size_bytes: row.get(6)?,
            digest: row.get::<_, String>(7)?.parse().map_err(unreadable)?,
        }),
        None => None,
    };
    let submitted_by: Option<String> = row.get(2)?;
    Ok(ReportVersion {
        version: row.get(0)?,
        digest: row.get::<_, String>(1)?.parse().map_err(unreadable)?,
        submitted_by: submitted_by.map(|address| address.parse()).transpose().map_err(unreadable)?,
        submitted_at: time(&row.get::<_, String>(3)?)?,
        file,
        sections: serde_json::from_str(&row.get::<_, String>(8)?).map_err(unreadable)?,
    })
}
