//! The round that scans what could not be scanned when it came in.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;
use tracing::{error, info};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::daemon::scanner::Scanner;
use crate::store::blobs::{Blobs, Kind};

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(60);

/// Scans files that wait, one at a time, until there is none or the scanner is away. Returns how many
/// wait no longer.
///
/// # Errors
/// If the database refuses. A file that cannot be read waits, and the others do not.
pub async fn round<C: Clock>(shared: &Shared<C>, scanner: &Scanner, blobs: &Blobs) -> Result<usize> {
    let mut done = 0;
    let waiting = shared.engine.borrow().unscanned()?;
    for digest in waiting {
        if shared.stop.is_asked() {
            break;
        }
        let store = blobs.clone();
        let reading = tokio::task::spawn_blocking(move || store.read(Kind::Evidence, &digest)).await?;
        let bytes = match reading {
            Ok(bytes) => bytes,
            Err(error) => {
                error!("A file that waits for the malware scanner cannot be read: {error:#}");
                continue;
            }
        };
        let scan = scanner.scan_alone(&bytes).await;
        if scan.is_pending() {
            break;
        }
        shared.with_engine(|engine, now| engine.scanned(&digest, &scan, now))?;
        shared.outbox.notify_one();
        done += 1;
    }
    if done > 0 {
        info!(count = done, "{done} files were scanned that had waited for the malware scanner");
    }
    Ok(done)
}

/// Scans what waits until asked to stop; without a scanner there is nothing to do.
pub(super) async fn run<C: Clock>(shared: &Shared<C>, scanner: Option<Scanner>, blobs: Blobs) {
    let Some(scanner) = scanner else { return };
    while !shared.stop.is_asked() {
        if let Err(error) = round(shared, &scanner, &blobs).await {
            error!("Files wait for the malware scanner: {error:#}");
        }
        tokio::select! {
            () = shared.stop.asked() => {}
            () = sleep(EVERY) => {}
        }
    }
}
