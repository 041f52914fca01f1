//! Whether the clock on the wall may be believed (trust-and-safety 3.3).
//!
//! A clock that leaps forward by more than an hour, measured against the time that has really gone
//! by, would escalate every ticket at once. So it is doubted until a second source agrees: the mail
//! server, when a mail it dates within an hour of our clock is seen for the first time; or real time,
//! when the clock has stood by its word for an hour, in which time synchronisation or a person
//! corrects it. A machine that was suspended looks the same and is believed in the same way. A clock
//! that goes back is believed at once: what has fired never fires again. What happened while the
//! process did not run leaves no trace here: a start believes the clock.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::Time;

/// The longest leap that is believed at once.
const LEAP_MAX: TimeDelta = TimeDelta::hours(1);
/// A clock that has stood by its word so long is believed.
const CONSTANT: Duration = Duration::from_secs(3600);

/// What is known about the clock on the wall.
#[derive(Debug, Default)]
pub(super) struct ClockWatch {
    /// What it showed when it was last believed, and the steady time of that moment.
    believed: Option<(Time, Duration)>,
    /// Since when it is doubted.
    doubted_since: Option<Duration>,
}

/// What a look at the clock tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// Right.
    Right,
    /// It has leapt since the last look.
    Leapt {
        /// What it would show.
        expected: Time,
    },
    /// It has leapt before, and nobody has agreed yet.
    Doubtful,
}

impl ClockWatch {
    /// Compares the clock on the wall with the time gone by.
    pub(super) fn look(&mut self, wall: Time, steady: Duration) -> Looks {
        let (then, when) = *self.believed.get_or_insert((wall, steady));
        let expected = then + TimeDelta::from_std(steady.saturating_sub(when)).unwrap_or_default();
        if wall - expected <= LEAP_MAX {
            self.believe(wall, steady);
            return Looks::Right;
        }
        match self.doubted_since {
            None => {
                self.doubted_since = Some(steady);
                Looks::Leapt { expected }
            }
            Some(since) if steady.saturating_sub(since) >= CONSTANT => {
                self.believe(wall, steady);
                Looks::Right
            }
            Some(_) => Looks::Doubtful,
        }
    }

    /// The mail server has dated a mail that is seen for the first time. Returns whether that ends a
    /// doubt.
    pub(super) fn heard(&mut self, server: Time, wall: Time, steady: Duration) -> bool {
        let agreed = self.doubted_since.is_some() && (wall - server).abs() <= LEAP_MAX;
        if agreed {
            self.believe(wall, steady);
        }
        agreed
    }

    fn believe(&mut self, wall: Time, steady: Duration) {
        self.believed = Some((wall, steady));
        self.doubted_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(minutes: i64) -> Time {
        "2026-11-23T00:30:00Z".parse::<Time>().expect("a moment") + TimeDelta::minutes(minutes)
    }

    fn leapt() -> ClockWatch {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.look(at(0), MINUTE), Looks::Right);
        assert_eq!(watch.look(at(1), 2 * MINUTE), Looks::Right);
        assert_eq!(watch.look(at(100), 3 * MINUTE), Looks::Leapt { expected: at(2) });
        watch
    }

    #[test]
    fn a_leap_is_told_once_and_believed_after_an_hour() {
        let mut watch = leapt();
        assert_eq!(watch.look(at(101), 4 * MINUTE), Looks::Doubtful);
        assert_eq!(watch.look(at(159), 62 * MINUTE), Looks::Doubtful);
        assert_eq!(watch.look(at(160), 63 * MINUTE), Looks::Right);
        assert_eq!(watch.look(at(161), 64 * MINUTE), Looks::Right);
    }

    #[test]
    fn an_old_mail_in_the_inbox_does_not_confirm_a_wrong_clock() {
        let mut watch = leapt();
        assert!(!watch.heard(at(2), at(100), 3 * MINUTE));
        assert_eq!(watch.look(at(101), 4 * MINUTE), Looks::Doubtful);
        assert!(watch.heard(at(102), at(102), 5 * MINUTE), "the server shows the same");
        assert_eq!(watch.look(at(103), 6 * MINUTE), Looks::Right);
    }

    #[test]
    fn a_clock_that_is_put_right_is_believed_at_once() {
        let mut watch = leapt();
        assert_eq!(watch.look(at(3), 4 * MINUTE), Looks::Right);
        assert_eq!(watch.look(at(-600), 5 * MINUTE), Looks::Right, "and so is one that goes back");
    }

    #[test]
    fn less_than_an_hour_is_no_leap() {
        let mut watch = ClockWatch::default();
        watch.look(at(0), MINUTE);
        assert_eq!(watch.look(at(60), MINUTE), Looks::Right);
    }
}
