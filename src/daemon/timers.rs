//! The round that fires what is due, and the sleep until the next.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;
use tracing::{error, info};

use crate::clock::Clock;
use crate::daemon::Shared;

/// Longest sleep without a look at the clock on the wall: it may have been set, or the machine may
/// have slept. The table is asked only when something is due or was changed.
const CLOCK_LOOK: Duration = Duration::from_secs(60);
/// Pause after the database refused.
const PAUSE: Duration = Duration::from_secs(60);

/// Fires every timer that is due.
///
/// # Errors
/// If the database refuses or a template fails; what is left is due still.
pub fn round<C: Clock>(shared: &Shared<C>) -> Result<()> {
    let decided = shared.with_engine(|engine, now| engine.tick(now));
    // Also what was decided before another ticket failed is to be sent.
    shared.outbox.notify_one();
    let decided = decided?;
    if decided > 0 {
        info!(notices = decided, "Deadlines: {decided} reminders and escalations decided");
    }
    Ok(())
}

/// Fires timers when they are due, until asked to stop.
pub(super) async fn run<C: Clock>(shared: &Shared<C>) {
    while !shared.stop.is_asked() {
        let next = match round(shared).and_then(|()| shared.engine.borrow().next_timer()) {
            Ok(next) => next,
            Err(error) => {
                error!("Deadlines could not be dealt with, trying again in a minute: {error:#}");
                pause(shared, PAUSE).await;
                continue;
            }
        };
        loop {
            let now = shared.clock.now();
            if shared.stop.is_asked() || next.is_some_and(|next| next <= now) {
                break;
            }
            let left = next.and_then(|next| (next - now).to_std().ok()).unwrap_or(CLOCK_LOOK);
            tokio::select! {
                () = shared.timers.notified() => break,
                () = pause(shared, left.min(CLOCK_LOOK)) => {}
            }
        }
    }
}

async fn pause<C: Clock>(shared: &Shared<C>, length: Duration) {
    tokio::select! {
        () = shared.stop.asked() => {}
        () = sleep(length) => {}
    }
}
