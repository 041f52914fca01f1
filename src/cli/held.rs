//! `siaga held`: mail that was put aside, and having it read again.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use serde::Serialize;

use crate::cli::setup::Home;
use crate::cli::table::Column;
use crate::cli::terminal::{plain, plain_lines};
use crate::cli::ticket::{local, local_short};
use crate::cli::{Format, table, terminal};
use crate::clock::{Clock, SystemClock};
use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::store::blobs::Kind;
use crate::store::receipts::{self, Receipt, ReceiptId, State};

/// Bytes of a held message that are shown.
const HEAD_MAX: u64 = 2_000;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List messages that could not be read, oldest first.
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Show one held message: why it is held, where its raw file lies, how it begins.
    Show {
        /// Its ID in `siaga held list`.
        id: i64,
        #[command(flatten)]
        format: Format,
    },
    /// Put a held message back among those to be read.
    Retry {
        /// Its ID in `siaga held list`.
        id: i64,
    },
}

/// A held message as machines read it.
#[derive(Debug, Serialize)]
struct Row {
    id: ReceiptId,
    arrived_at: Time,
    received_at: Time,
    size_bytes: u64,
    attempts: u32,
    reason: String,
    raw: Digest,
    mailbox: String,
    place: String,
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match self {
            Verb::List { format } => {
                let rows: Vec<Row> =
                    receipts::in_states(home.store()?.db(), &[State::Held])?.into_iter().map(row).collect();
                if format.json {
                    writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
                    return Ok(());
                }
                list(home, &rows, &mut out)
            }
            Verb::Show { id, format } => {
                let receipt = receipts::get(home.store()?.db(), ReceiptId(*id))?;
                let receipt = receipt.filter(|receipt| receipt.state == State::Held);
                let row = row(receipt.with_context(|| format!("no message {id} is held"))?);
                if format.json {
                    writeln!(out, "{}", serde_json::to_string_pretty(&row)?)?;
                    return Ok(());
                }
                show(home, &row, &mut out)
            }
            Verb::Retry { id } => {
                let now = SystemClock.now();
                if !home.engine()?.release(ReceiptId(*id), now)? {
                    bail!("no message {id} is held");
                }
                writeln!(out, "Message {id} will be read again by `siaga serve`.")?;
                Ok(())
            }
        }
    }
}

fn row(receipt: Receipt) -> Row {
    Row {
        id: receipt.id,
        arrived_at: receipt.arrival.arrived_at,
        received_at: receipt.received_at,
        size_bytes: receipt.arrival.size_bytes,
        attempts: receipt.attempts,
        reason: receipt.reason,
        raw: receipt.arrival.raw,
        mailbox: receipt.arrival.mailbox,
        place: receipt.arrival.place,
    }
}

fn list(home: &Home, rows: &[Row], out: &mut impl Write) -> Result<()> {
    if rows.is_empty() {
        writeln!(out, "No message is held.")?;
        return Ok(());
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let arrived = local_short(home, row.arrived_at);
            vec![row.id.0.to_string(), arrived, row.size_bytes.to_string(), row.reason.clone()]
        })
        .collect();
    let columns = [Column::whole("ID"), Column::whole("ARRIVED"), Column::whole("BYTES"), Column::cut("REASON", 20)];
    table::write(out, terminal::columns(), &columns, &cells)?;
    Ok(())
}

fn show(home: &Home, row: &Row, out: &mut impl Write) -> Result<()> {
    let blobs = home.blobs()?;
    writeln!(out, "reason    {}", plain(&row.reason))?;
    writeln!(out, "arrived   {}", local(home, row.arrived_at))?;
    writeln!(out, "size      {} bytes", row.size_bytes)?;
    writeln!(out, "readings  {}", row.attempts)?;
    writeln!(out, "raw file  {}", blobs.path(Kind::Raw, &row.raw).display())?;
    writeln!(out, "lay at    {} {}", row.mailbox, row.place)?;
    let head = blobs.read_head(Kind::Raw, &row.raw, HEAD_MAX)?;
    writeln!(out, "\n{}", plain_lines(&String::from_utf8_lossy(&head)))?;
    Ok(())
}
