//! Whether the forwarded report has reached its OPD: the OPD's clocks begin with that (SOP 6).

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::notice::Notice;
use crate::domain::notice::team::{ForwardFailed, NotForwarded};
use crate::domain::role::Audience;
use crate::domain::workflow::Event;
use crate::domain::workflow::facts::about;
use crate::engine::Context;
use crate::store::{cases, outbox, tickets};

impl Context {
    /// The report has reached an OPD: its clocks begin.
    pub(super) fn forward_sent(&self, db: &Connection, outgoing: &outbox::Entry, now: Time) -> Result<()> {
        if let Some(case) = self.forwarded_by(db, outgoing)? {
            self.happen(db, &case, &Event::ForwardSent, format!("sent:{}", outgoing.id.0), now)?;
        }
        Ok(())
    }

    /// The report has not reached somebody of an OPD. As long as it has reached or may reach another,
    /// the OPD has it. Returns whether it has.
    pub(super) fn forward_failed(
        &self,
        db: &Connection,
        outgoing: &outbox::Entry,
        why: NotForwarded,
        now: Time,
    ) -> Result<bool> {
        let Some(case) = self.forwarded_by(db, outgoing)? else { return Ok(false) };
        let arrives = |other: &outbox::Entry| {
            let alive = matches!(other.state, outbox::State::Queued | outbox::State::Sending | outbox::State::Sent);
            let of_this = case.forwarded_at.is_some_and(|at| other.created_at >= at);
            other.id != outgoing.id
                && other.notice == DELIVERY
                && alive
                && of_this
                && !other.bounced.starts_with("failed")
        };
        if outbox::all(db, Some(case.ticket.id))?.iter().any(arrives) {
            // Somebody else of the OPD has it; the team should still mend the address.
            let why = match why {
                NotForwarded::Undelivered { reason } => {
                    NotForwarded::Undelivered { reason: format!("{}: {reason}", outgoing.recipient) }
                }
                NotForwarded::Withdrawn => NotForwarded::Withdrawn,
            };
            let about = about(&case, &self.rules);
            let notice =
                Notice::ForwardFailed(ForwardFailed { about, audience: Audience::Assignee, partly: true, why });
            let purpose = format!("failed:{}", outgoing.id.0);
            self.post_to_audience(db, &notice, Some(&case.ticket), &purpose, now)?;
            return Ok(true);
        }
        self.happen(db, &case, &Event::ForwardFailed { why }, format!("failed:{}", outgoing.id.0), now)?;
        Ok(false)
    }

    /// The case whose report an outgoing mail brings to its OPD.
    fn forwarded_by(&self, db: &Connection, outgoing: &outbox::Entry) -> Result<Option<Case>> {
        let number = outgoing.ticket.as_deref().filter(|_| outgoing.notice == DELIVERY);
        let Some(number) = number.and_then(|number| number.parse().ok()) else { return Ok(None) };
        tickets::find(db, &number)?.map(|ticket| cases::get(db, ticket.id)).transpose()
    }
}

/// The notice that brings the report.
pub(super) const DELIVERY: &str = "report_delivered";
