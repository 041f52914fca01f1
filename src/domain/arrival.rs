//! Which moment counts as that of a mail's arrival.
//!
//! The mail server states it (IMAP INTERNALDATE), and whoever may put mail into the mailbox may make it
//! state anything. A moment still to come would give a number of that year and a deadline nobody lives
//! to see; so the earlier of the two counts, what the server states and when the mail came here.

use chrono::{DateTime, TimeDelta};

use crate::domain::Time;

/// A mail server's clock may be ahead of ours by so much.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);

/// The moment from which the deadlines of a mail run, which came here at `received_at`: the `stated` one,
/// unless it is more than five minutes later, or before 1970, when there was no such mail. Then it is
/// `received_at`. So its year always is one that RFC 3339 can write.
pub fn counted(stated: Time, received_at: Time) -> Time {
    // A clock that is set to the end of time leaves no room for a tolerance.
    let latest = received_at.checked_add_signed(AHEAD_MAX).unwrap_or(received_at);
    if stated < DateTime::UNIX_EPOCH || stated > latest { received_at } else { stated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_counts_unless_it_cannot_be_true() {
        let time = |text: &str| text.parse::<Time>().expect(text);
        let now = time("2026-11-23T03:00:00Z");
        for (stated, expected) in [
            ("2026-11-23T02:59:59Z", "2026-11-23T02:59:59Z"),
            ("2026-11-23T03:05:00Z", "2026-11-23T03:05:00Z"),
            ("2026-11-23T03:05:01Z", "2026-11-23T03:00:00Z"),
            ("2030-01-01T00:00:00Z", "2026-11-23T03:00:00Z"),
            ("+10000-01-01T04:59:59Z", "2026-11-23T03:00:00Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "2026-11-23T03:00:00Z"),
            ("-0001-12-31T10:00:00Z", "2026-11-23T03:00:00Z"),
        ] {
            assert_eq!(counted(time(stated), now), time(expected), "{stated}");
        }
    }
}
