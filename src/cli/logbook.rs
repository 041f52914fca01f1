//! `siaga logbook`: what happened, and whether its chain is whole.

use std::io::Write;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::ticket::local;
use crate::cli::{Format, table, terminal};
use crate::store::logbook::{self, StoredEntry};

#[derive(Debug, Args)]
pub(super) struct Logbook {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check that every entry follows from the one before; name the first that does not.
    Verify,
}

impl Logbook {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let store = home.store()?;
        let mut out = std::io::stdout().lock();
        let entries = logbook::entries(store.db(), None)?;
        match self.verb {
            Some(Verb::Verify) => match (logbook::first_broken(store.db())?, entries.last()) {
                (Some(id), _) => bail!("the chain is broken at entry {id}: it was changed, removed or added by hand"),
                (None, Some(last)) => {
                    writeln!(out, "{} entries, the chain is whole. Head: {}", entries.len(), last.digest)?;
                }
                (None, None) => writeln!(out, "The logbook is empty.")?,
            },
            None if self.format.json => writeln!(out, "{}", serde_json::to_string_pretty(&entries)?)?,
            None => list(home, &entries, &mut out)?,
        }
        Ok(())
    }
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
