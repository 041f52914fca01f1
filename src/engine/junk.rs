//! What the provider has marked as spam (decisions 17): kept and numbered, with no clock and no word to
//! anybody, until `#valid` or `#buka` makes it a report.

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::incoming::Nature;
use crate::domain::stage::{Disposition, Status};
use crate::engine::Context;
use crate::engine::intake::Incoming;

impl Context {
    /// Whether a report is taken for junk: never that of somebody with a role.
    pub(super) fn is_junk(&self, incoming: Incoming<'_>, now: Time) -> bool {
        let mail = incoming.mail;
        let known = mail.sender.as_ref().is_some_and(|sender| self.role_of(&sender.address, now).is_some());
        mail.junk && !known && mail.nature == Nature::Person
    }
}

/// The case of a report that is junk until somebody says otherwise.
pub(super) fn as_junk(mut case: Case, now: Time) -> Case {
    case.deadlines.clear();
    case.ticket.status = Status::Closed(Disposition::Spam);
    case.ticket.closed_at = Some(now);
    case.refresh();
    case
}
