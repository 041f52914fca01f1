//! `#batal`: a command is taken back as long as nothing of it has left the team (decisions 5).

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::digest::Digest;
use crate::domain::logbook::Kind;
use crate::domain::role::Actor;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::{Decision, Rules};

/// The case as it was before a command whose mails are still held. `before` is what it was, `at` is
/// the revision the command made of it; whoever calls this also stops the held mails and forgets the
/// errands.
///
/// # Errors
/// [`Refusal::OvertakenSince`] if anything else has changed the ticket since: then taking back would
/// take that back as well.
pub fn undo(
    (before, at): (&Case, u32),
    current: &Case,
    by: &Actor,
    message: Option<Digest>,
    rules: &Rules,
    now: Time,
) -> Result<Decision, Refusal> {
    if current.ticket.revision != at {
        return Err(Refusal::OvertakenSince);
    }
    let mut draft = Draft::new(current, by.clone(), message, rules, now);
    draft.case = before.clone();
    draft.case.ticket.revision = current.ticket.revision;
    draft.note("from", current.ticket.status.as_str());
    draft.note("to", before.ticket.status.as_str());
    Ok(draft.finish(Kind::Undone))
}
