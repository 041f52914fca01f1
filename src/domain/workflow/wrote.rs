//! What follows when somebody writes without commanding.

use chrono::TimeDelta;

use crate::domain::notice::reporter::News;
use crate::domain::person::Address;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::domain::workflow::draft::Draft;

impl Draft<'_> {
    /// The reporter answers what he was asked, or objects to the end of his ticket. What he says is
    /// for a person to read: nothing is reopened by itself.
    pub(super) fn reporter_wrote(&mut self) {
        match self.status() {
            Status::AwaitingReporter => self.stop_waiting(),
            Status::Closed(Disposition::NotValid | Disposition::Resolved) => self.objected(),
            Status::New
            | Status::Verification
            | Status::Analysis
            | Status::Review
            | Status::Repair
            | Status::Approved
            | Status::Forwarded
            | Status::FollowUp
            | Status::Recheck
            | Status::Closed(Disposition::Duplicate | Disposition::Referred | Disposition::Spam) => {}
        }
    }

    /// One second look, by somebody else, if the objection comes in time (domain 5.4).
    fn objected(&mut self) {
        let days = TimeDelta::days(self.rules.policy.objection_days.into());
        let in_time = self.case.ticket.closed_at.is_some_and(|closed_at| self.now <= closed_at + days);
        let looked_at_twice = self.case.deadline(Stage::SecondLook).is_some_and(|look| {
            // A ticket that was opened again and closed again deserves another look.
            Some(look.started_at) > self.case.ticket.closed_at
        });
        if in_time && !looked_at_twice {
            self.case.objected_at = Some(self.now);
            self.start(Stage::SecondLook);
        }
    }

    /// Any reply of the OPD by hand says that it has the report (domain 5.2 row 16).
    pub(super) fn opd_wrote(&mut self, by: &Address) {
        let opd = self.case.ticket.class.opd.as_deref();
        let speaks_for_it = opd.is_some_and(|code| self.rules.people.speaks_for(by, code));
        if self.status() == Status::Forwarded && speaks_for_it {
            self.note_acknowledgement(String::new());
        }
    }

    /// The ticket this one is a duplicate of was resolved: its reporter gets the same news.
    pub(super) fn parent_resolved(&mut self) {
        if self.status() == Status::Closed(Disposition::Duplicate) && self.case.reporter_told_at.is_none() {
            let anonymous = self.case.ticket.flags.anonymous;
            self.tell_end(News::TicketResolved { checked_at: self.now, anonymous });
        }
    }
}
