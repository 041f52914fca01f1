//! How long to wait before a server is tried again (decisions 22).

use std::time::Duration;

const PASSING: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5 * 60));
// A wrong password tried too often locks the account: minutes, not seconds.
const LASTING: (Duration, Duration) = (Duration::from_secs(5 * 60), Duration::from_secs(60 * 60));
/// A connection that held this long starts the pauses over.
pub const STEADY: Duration = Duration::from_secs(60);

/// The pauses between attempts: doubling, jittered, in minutes once a person must mend something.
#[derive(Debug, Default)]
pub struct Backoff {
    passing: u32,
    lasting: u32,
}

impl Backoff {
    /// The pause after another failure. `jitter` is a random number from 0 to 1: clients that
    /// failed together must not return together.
    pub fn pause(&mut self, needs_person: bool, jitter: f64) -> Duration {
        // Each kind counts by itself: a night without a network says nothing about the password.
        let (failures, (shortest, longest)) =
            if needs_person { (&mut self.lasting, LASTING) } else { (&mut self.passing, PASSING) };
        let doubled = shortest.saturating_mul(1_u32.checked_shl(*failures).unwrap_or(u32::MAX)).min(longest);
        *failures = failures.saturating_add(1).min(16);
        // At least half of it, so that the growth is real.
        doubled.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// The server works.
    pub fn reset(&mut self) {
        *self = Backoff::default();
    }
}

/// A random number from 0 to 1; the middle if the system has none to give.
pub fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_five_minutes() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..12).map(|_| backoff.pause(false, 1.0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        backoff.reset();
        assert_eq!(backoff.pause(false, 0.0), Duration::from_millis(500));
    }

    #[test]
    fn an_hour_without_network_does_not_make_a_refused_login_wait_an_hour() {
        let mut backoff = Backoff::default();
        for _ in 0..12 {
            backoff.pause(false, 1.0);
        }
        assert_eq!(backoff.pause(true, 1.0), Duration::from_secs(5 * 60));
        assert_eq!(backoff.pause(false, 1.0), Duration::from_secs(5 * 60));
        assert_eq!(backoff.pause(true, 1.0), Duration::from_secs(10 * 60));
    }

    #[test]
    fn a_wrong_password_waits_for_minutes() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..6).map(|_| backoff.pause(true, 1.0).as_secs() / 60).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        let mut backoff = Backoff::default();
        assert!((0..100).all(|_| backoff.pause(true, 0.0) >= Duration::from_secs(150)));
    }
}
