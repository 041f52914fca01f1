//! `siaga suppressed`: what was not said of our own accord, and why.

use std::io::Write;

use anyhow::Result;
use chrono::TimeDelta;
use clap::Subcommand;
use serde::Serialize;

use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::ticket::local;
use crate::cli::{Format, table, terminal};
use crate::clock::{Clock, SystemClock};
use crate::domain::Time;
use crate::store::storms;
use crate::store::suppressed::{self, Count, Unsent};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the latest mails that were not written, the latest first, and count those of a day.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[command(flatten)]
        format: Format,
    },
}

/// All of it as machines read it.
#[derive(Debug, Serialize)]
struct Whole {
    storm_since: Option<Time>,
    last_24_hours: Vec<Count>,
    latest: Vec<Unsent>,
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let Verb::List { limit, format } = self;
        let store = home.store()?;
        let whole = Whole {
            storm_since: storms::since(store.db())?,
            last_24_hours: suppressed::counts(store.db(), SystemClock.now() - TimeDelta::hours(24))?,
            latest: suppressed::latest(store.db(), None, *limit)?,
        };
        let mut out = std::io::stdout().lock();
        if format.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&whole)?)?;
            return Ok(());
        }
        if let Some(since) = whole.storm_since {
            writeln!(out, "A storm lasts since {}.\n", local(home, since))?;
        }
        if whole.latest.is_empty() {
            writeln!(out, "Nothing was left unsaid.")?;
            return Ok(());
        }
        for count in &whole.last_24_hours {
            writeln!(out, "{:>6}  {}: {} within a day", count.count, count.notice, count.reason)?;
        }
        writeln!(out)?;
        let cells: Vec<Vec<String>> = whole
            .latest
            .iter()
            .map(|row| {
                let ticket = row.ticket.clone().unwrap_or_default();
                vec![local(home, row.at), row.notice.clone(), row.reason.clone(), row.recipient.clone(), ticket]
            })
            .collect();
        let columns = [
            Column::whole("AT"),
            Column::cut("MAIL", 10),
            Column::cut("REASON", 10),
            Column::cut("TO", 10),
            Column::whole("TICKET"),
        ];
        table::write(&mut out, terminal::columns(), &columns, &cells)?;
        Ok(())
    }
}
