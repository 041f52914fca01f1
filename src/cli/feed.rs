//! `siaga feed`: takes a mail in from a file, by the very way a mail from the mailbox takes.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, FixedOffset, Utc};
use clap::Args;

use crate::cli::access;
use crate::cli::keys::Keys;
use crate::cli::setup::Home;
use crate::clock::{Clock, SystemClock};
use crate::daemon::Shared;
use crate::daemon::disk::{Disk, Shortage};
use crate::daemon::intake::{Fetched, Intake};
use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::mail::reader::Reader;
use crate::mail::transport::{Listed, Place};
use crate::store::blobs::Kind;
use crate::store::receipts::{self, State};

/// The name of the mailbox that fed messages come from.
const MAILBOX: &str = "feed";

#[derive(Debug, Args)]
pub(super) struct Feed {
    /// Mail messages as files.
    #[arg(required = true, value_name = "FILE.eml")]
    files: Vec<PathBuf>,
    /// When they arrived, e.g. 2026-11-23T10:30:00+07:00; without it, this moment.
    #[arg(long, value_name = "TIME")]
    arrived_at: Option<DateTime<FixedOffset>>,
}

impl Feed {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let clock = SystemClock;
        let arrived_at = self.arrived_at.map_or_else(|| clock.now(), |at| at.with_timezone(&Utc));
        if home.data().exists() {
            access::ensure_owner(home.data(), rustix::process::geteuid().as_raw())?;
        }
        let shared = Shared::new(home.engine()?, clock);
        let settings = &home.config.settings.intake;
        let blobs = home.blobs()?;
        let disk = blobs.clone();
        let disk = Disk::new(settings.disk_reserve(), move || disk.free_bytes());
        let (opener, _) = Keys::read(&home.config)?.split();
        let reader = Reader::start_opening(opener).context("start the reading thread")?;
        let intake = Intake::new(blobs, settings.parse_max)?.with_disk(disk).with_reader(reader);
        let trust = home.trust(shared.engine.borrow().store())?;
        let intake = intake.trusting(trust, home.dns()?).scanning(home.scanner());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut out = std::io::stdout().lock();
        let mut failed = 0;
        for path in &self.files {
            match runtime.block_on(feed(&shared, &intake, path, arrived_at)) {
                Ok(became) => writeln!(out, "{}: {became}", path.display())?,
                Err(error) => {
                    failed += 1;
                    writeln!(std::io::stderr(), "siaga: {}: {error:#}", path.display())?;
                }
            }
        }
        if failed > 0 {
            bail!("{failed} of {} files were not taken in", self.files.len());
        }
        Ok(())
    }
}

async fn feed<C: Clock>(shared: &Shared<C>, intake: &Intake, path: &Path, arrived_at: Time) -> Result<String> {
    if let Some(Shortage { free, reserve }) = intake.shortage() {
        bail!("the disk has too little room: {free} bytes are free, {reserve} must stay free ([intake] disk_reserve)");
    }
    let bytes = std::fs::read(path).context("read the file")?;
    // The same file fed twice is the same place: it is known and nothing happens.
    let place = Place(Digest::of(&bytes).to_string());
    let mut spooled = intake.blobs().spool(Kind::Raw)?;
    spooled.write_all(&bytes)?;
    let listed = Listed { place: place.clone(), size_bytes: bytes.len() as u64, arrived_at: Some(arrived_at) };
    let receipts = intake.receive(shared, MAILBOX, vec![Fetched { listed, whole: true, spooled }]).await?;
    if receipts.iter().all(|receipt| receipt.state == State::Received) {
        intake.take_in(shared, receipts).await;
    }
    let engine = shared.engine.borrow();
    let receipt = engine.receipt_at(MAILBOX, &place.0)?.context("the message left no receipt")?;
    if receipt.state == State::Received {
        bail!("the message is kept and was not taken in; `siaga serve` will try again");
    }
    let ticket = receipts::ticket_of(engine.store().db(), receipt.id)?;
    let number = ticket.map(|number| format!(", {number}")).unwrap_or_default();
    Ok(format!("{}{number} ({})", receipt.state.as_str(), receipt.reason))
}
