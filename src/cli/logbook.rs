//! `siaga logbook`: the security logbook, the events behind it, and whether their chain is whole.

use std::io::Write;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::cli::register::{self, Row};
use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::ticket::local;
use crate::cli::{table, terminal};
use crate::domain::digest::Digest;
use crate::store::Store;
use crate::store::logbook::{self, StoredEntry};

#[derive(Debug, Args)]
pub(super) struct Logbook {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Write every column as CSV, one row for each ticket.
    #[arg(long, conflicts_with_all = ["json", "events"])]
    csv: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
    /// The events behind the rows: who did what, when, by which mail.
    #[arg(long)]
    events: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check that every entry follows from the one before; name the first that does not.
    Verify {
        /// The head of the logbook as the daily digest has it: then a cut-off end is found as well.
        #[arg(long, value_name = "NUMBER:DIGEST")]
        head: Option<Head>,
    },
}

/// The number and the digest of an entry, noted outside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    number: i64,
    digest: Digest,
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Head, String> {
        let parts = text.trim().split_once(':').map(|(number, digest)| (number.parse(), digest.trim().parse()));
        match parts {
            Some((Ok(number), Ok(digest))) => Ok(Head { number, digest }),
            Some(_) | None => Err("copy the line of the daily digest: number, colon, 64 characters".to_owned()),
        }
    }
}

impl Logbook {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let store = home.store()?;
        let mut out = std::io::stdout().lock();
        match &self.verb {
            Some(Verb::Verify { head }) => verify(&store, *head, &mut out)?,
            None if self.events => {
                let entries = logbook::entries(store.db(), None)?;
                match self.json {
                    true => writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?,
                    false => list(home, &entries, &mut out)?,
                }
            }
            None => {
                let rows = register::rows(home, &store)?;
                match (self.csv, self.json) {
                    (true, _) => register::write_csv(&rows, &mut out)?,
                    (false, true) => writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?,
                    (false, false) => short_form(&rows, &mut out)?,
                }
            }
        }
        Ok(())
    }
}

fn verify(store: &Store, head: Option<Head>, out: &mut impl Write) -> Result<()> {
    if let Some(id) = logbook::first_broken(store.db())? {
        bail!("the chain is broken at entry {id}: it was changed, removed or added by hand");
    }
    let last = logbook::head(store.db())?;
    let entries = last.map_or(0, |(entries, _)| entries);
    if let Some(noted) = head {
        match logbook::digest_of(store.db(), noted.number)? {
            None => bail!(
                "the end was cut off: entry {} was there when its digest was mailed, the logbook ends at {entries}",
                noted.number
            ),
            Some(digest) if digest != noted.digest => bail!(
                "the chain was written anew: entry {} is not the one whose digest was mailed, so it or one before it \
                 was changed",
                noted.number
            ),
            Some(_) => writeln!(out, "Entry {} is the one whose digest was mailed.", noted.number)?,
        }
    }
    match last {
        Some((entries, digest)) => writeln!(out, "{entries} entries, the chain is whole. Head: {entries}:{digest}")?,
        None => writeln!(out, "The logbook is empty.")?,
    }
    Ok(())
}

/// The short printed form of the record.
fn short_form(rows: &[Row], out: &mut impl Write) -> Result<()> {
    let columns = [
        (Column::whole("NO"), "no"),
        (Column::cut("TANGGAL/WAKTU", 10), "tanggal_waktu_terima"),
        (Column::cut("PELAPOR", 4), "pelapor"),
        (Column::cut("SISTEM TERDAMPAK", 8), "sistem_terdampak"),
        (Column::cut("JENIS INSIDEN", 5), "jenis"),
        (Column::cut("TINDAKAN", 5), "tindakan"),
        (Column::cut("PETUGAS", 5), "petugas"),
        (Column::cut("STATUS", 5), "status"),
        (Column::cut("KETERANGAN", 5), "keterangan"),
    ];
    if rows.is_empty() {
        writeln!(out, "The logbook is empty.")?;
        return Ok(());
    }
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown = |row: &Row| {
        let value = |column: &str| row.get(column).filter(|value| !value.is_null());
        columns.iter().map(|(_, column)| value(column).map(cell).unwrap_or_default()).collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
    table::write(out, terminal::columns(), &columns.map(|(column, _)| column), &rows)?;
    Ok(())
}

fn list(home: &Home, entries: &[StoredEntry], out: &mut impl Write) -> Result<()> {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.id.to_string(),
                local(home, entry.at),
                entry.ticket.clone().unwrap_or_default(),
                entry.kind.clone(),
                entry.actor.clone(),
                entry.detail.to_string(),
            ]
        })
        .collect();
    let columns = [
        Column::whole("NO"),
        Column::whole("AT"),
        Column::whole("TICKET"),
        Column::cut("EVENT", 8),
        Column::cut("BY", 8),
        Column::spare("DETAIL", 10),
    ];
    table::write(out, terminal::columns(), &columns, &rows)?;
    Ok(())
}
