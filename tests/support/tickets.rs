//! A ticket as a report opens it, for tests of what lies below the engine.

#![allow(unreachable_pub, reason = "a test file that needs nothing else takes it alone")]

use siaga::domain::Time;
use siaga::domain::incoming::Language;
use siaga::domain::stage::Status;
use siaga::domain::ticket::{Classification, Flags, Tally, Ticket, TicketId, TicketNumber};

/// A ticket of 2026 without reporter that is opened at `at`; no clock runs.
pub fn ticket(serial: u32, at: Time) -> Ticket {
    Ticket {
        id: TicketId(0),
        number: TicketNumber { prefix: "CIAMIS".to_owned(), year: 2026, serial },
        subject: "Situs diretas".to_owned(),
        reporter: None,
        language: Language::Id,
        status: Status::New,
        opened_at: at,
        stage_started_at: at,
        due_at: None,
        due_calendar_at: None,
        revision: 0,
        assignee: None,
        class: Classification::default(),
        flags: Flags::default(),
        tally: Tally::default(),
        parent: None,
        closed_by: None,
        closed_at: None,
    }
}
