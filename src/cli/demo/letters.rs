//! The letters of the demo, written by us: what a desk gets in an ordinary week.

use crate::domain::Time;

/// One delivery into the demo's mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    /// When it reaches the mail server, RFC 3339.
    at: &'static str,
    /// What is remarkable about it.
    pub(super) what: &'static str,
    /// The message; `<ACKNOWLEDGEMENT>` stands for the id of the last acknowledgement.
    pub(super) raw: &'static str,
}

impl Letter {
    /// When it reaches the mail server.
    pub(super) fn arrives_at(&self) -> Time {
        self.at.parse().expect("the demo's letters have valid times")
    }
}

/// Every letter, in the order of arrival.
pub(super) const LETTERS: &[Letter] = &[
    Letter {
        at: "2026-11-23T08:12:04+07:00",
        what: "an HTML mail with a screenshot",
        raw: include_str!("letters/judol_html_screenshot.eml"),
    },
    Letter {
        at: "2026-11-23T08:19:31+07:00",
        what: "the same mail, delivered once more by a backup server",
        raw: include_str!("letters/judol_delivered_again.eml"),
    },
    Letter {
        at: "2026-11-23T09:05:10+07:00",
        what: "two lines of plain text",
        raw: include_str!("letters/data_exposed_plain.eml"),
    },
    Letter {
        at: "2026-11-23T09:06:30+07:00",
        what: "a vacation notice, in answer to our acknowledgement",
        raw: include_str!("letters/vacation_auto_reply.eml"),
    },
    Letter { at: "2026-11-23T10:40:22+07:00", what: "a report with a PDF", raw: include_str!("letters/sqli_pdf.eml") },
    Letter {
        at: "2026-11-23T13:10:48+07:00",
        what: "a researcher who writes English",
        raw: include_str!("letters/xss_english.eml"),
    },
    Letter {
        at: "2026-11-27T17:20:15+07:00",
        what: "Friday evening, after hours",
        raw: include_str!("letters/deface_friday_evening.eml"),
    },
];
