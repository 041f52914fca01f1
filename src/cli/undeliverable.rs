//! `siaga undeliverable`: addresses a mail server said do not exist, so that nothing automatic is
//! written to them.

use std::io::Write;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::ticket::local;
use crate::cli::{Format, table, terminal};
use crate::clock::{Clock, SystemClock};
use crate::domain::person::Address;
use crate::store::dead_addresses;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the addresses, the latest first, and what was said of each.
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Let an address be written to again.
    Clear {
        /// The address.
        address: Address,
    },
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        match self {
            Verb::List { format } => list(home, format.json),
            Verb::Clear { address } => {
                let mut engine = home.engine()?;
                if !engine.clear_undeliverable(address, SystemClock.now())? {
                    bail!("{address} is not among the undeliverable ones; see `siaga undeliverable list`");
                }
                writeln!(std::io::stdout(), "{address} is written to again.")?;
                Ok(())
            }
        }
    }
}

fn list(home: &Home, json: bool) -> Result<()> {
    let all = dead_addresses::all(home.store()?.db())?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(());
    }
    if all.is_empty() {
        writeln!(out, "Every address can be written to.")?;
        return Ok(());
    }
    let cells: Vec<Vec<String>> = all
        .into_iter()
        .map(|row| {
            let outbox = row.outbox.map(|outbox| outbox.to_string()).unwrap_or_default();
            vec![local(home, row.since), row.address, outbox, row.reason]
        })
        .collect();
    let columns =
        [Column::whole("SINCE"), Column::cut("ADDRESS", 15), Column::whole("OUTBOX"), Column::cut("SAID", 10)];
    table::write(&mut out, terminal::columns(), &columns, &cells)?;
    Ok(())
}
