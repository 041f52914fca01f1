//! The round that fires what is due, and the sleep until the next.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::daemon::leap::Looks;
use crate::domain::Time;
use crate::domain::notice::alert::DeskAlert;
use crate::engine::deadlines::Ticked;

/// Longest sleep without a look at the clock on the wall: it may have been set, or the machine may
/// have slept. The table is asked only when something is due or was changed.
const CLOCK_LOOK: Duration = Duration::from_secs(60);
/// Pause after the database refused.
const PAUSE: Duration = Duration::from_secs(60);

/// Fires every timer that is due; escalations as far as they may leave. Returns whether none was
/// held back.
///
/// # Errors
/// If the database refuses or a template fails; what is left is due still.
pub fn round<C: Clock>(shared: &Shared<C>) -> Result<bool> {
    let allowed = shared.escalations_allowed();
    let ticked = shared.with_engine(|engine, now| engine.tick_within(allowed, now));
    // Also what was decided before another ticket failed is to be sent.
    shared.outbox.notify_one();
    let Ticked { mails, held, waiting } = ticked?;
    if mails > 0 {
        info!(notices = mails, "Deadlines: {mails} reminders and escalations decided");
    }
    if held > 0 && allowed > 0 {
        warn!(held, "{held} more escalations are due; they leave {allowed} at a time");
        shared.next_escalations.set(shared.clock.steady() + CLOCK_LOOK);
    }
    Ok(held + waiting == 0)
}

impl<C: Clock> Shared<C> {
    /// How many escalations may leave at this moment: none while the clock is in doubt.
    fn escalations_allowed(&self) -> usize {
        let (wall, steady) = (self.clock.now(), self.clock.steady());
        let looks = self.watch.borrow_mut().look(wall, steady);
        match looks {
            Looks::Right if steady >= self.next_escalations.get() => self.escalations_max,
            Looks::Right | Looks::Doubtful => 0,
            Looks::Leapt { expected } => {
                error!(%expected, "The clock has leapt from {expected} to {wall}: escalations wait until another agrees");
                let alert = DeskAlert::ClockLeapt { expected, shown: wall };
                self.raise(&alert, &format!("leap:{}", wall.timestamp()));
                0
            }
        }
    }

    /// Holds the clock against what the mail server says of mails that are seen for the first time.
    pub(super) fn compare_clocks(&self, arrived_at: impl IntoIterator<Item = Time>) {
        let (wall, steady) = (self.clock.now(), self.clock.steady());
        let mut watch = self.watch.borrow_mut();
        if arrived_at.into_iter().any(|server| watch.heard(server, wall, steady)) {
            info!("The mail server agrees with the clock: escalations leave");
            self.timers.notify_one();
        }
    }
}

/// Fires timers when they are due, until asked to stop.
pub(super) async fn run<C: Clock>(shared: &Shared<C>) {
    while !shared.stop.is_asked() {
        // What is due may be many parts; mail that comes in has its turn between them.
        tokio::task::yield_now().await;
        let next = match round(shared).and_then(|all| Ok((all, shared.engine.borrow().next_timer()?))) {
            Ok((true, next)) => next,
            Ok((false, _)) => {
                // What is held back is due all the while: only time or news changes anything.
                tokio::select! {
                    () = shared.timers.notified() => {}
                    () = pause(shared, CLOCK_LOOK) => {}
                }
                continue;
            }
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
