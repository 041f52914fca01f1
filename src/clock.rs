//! The only place that asks what time it is.

use std::cell::Cell;

use chrono::Utc;

use crate::domain::Time;

/// Tells the time. Only the top floor has one; everybody below is told.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Utc::now()
    }
}

/// A clock that stands still until it is set: the demo and the tests live hours in milliseconds.
#[derive(Debug)]
pub struct SetClock(Cell<Time>);

impl SetClock {
    /// A clock that shows `now`.
    pub fn new(now: Time) -> SetClock {
        SetClock(Cell::new(now))
    }

    /// Sets the clock.
    pub fn set(&self, now: Time) {
        self.0.set(now);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Time {
        self.0.get()
    }
}
