//! The only place that asks what time it is.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::domain::Time;

/// Tells the time. Only the top floor has one; everybody below is told.
pub trait Clock {
    /// The present instant, by the clock on the wall: somebody may set it.
    fn now(&self) -> Time;

    /// How long it has been running, whatever happens to the clock on the wall.
    fn steady(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// When this process first asked.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Utc::now()
    }

    fn steady(&self) -> Duration {
        BEGINNING.elapsed()
    }
}

/// A clock that stands still until it is set: the demo and the tests live hours in milliseconds.
#[derive(Debug)]
pub struct SetClock {
    now: Cell<Time>,
    steady: Cell<Duration>,
}

impl SetClock {
    /// A clock that shows `now`.
    pub fn new(now: Time) -> SetClock {
        SetClock { now: Cell::new(now), steady: Cell::default() }
    }

    /// Lets time pass until `now`.
    pub fn set(&self, now: Time) {
        let passed = (now - self.now.get()).to_std().unwrap_or_default();
        self.steady.set(self.steady.get() + passed);
        self.now.set(now);
    }

    /// Sets the clock on the wall, while no time passes.
    pub fn leap(&self, now: Time) {
        self.now.set(now);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Time {
        self.now.get()
    }

    fn steady(&self) -> Duration {
        self.steady.get()
    }
}
