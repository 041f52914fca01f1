//! `#pisah`: a part of an incident that belongs to another OPD becomes a ticket of its own.

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::deadline::Deadline;
use crate::domain::logbook::Kind;
use crate::domain::role::Actor;
use crate::domain::stage::{Stage, Status};
use crate::domain::ticket::{Flags, Tally, Ticket, TicketId, TicketNumber};
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::{Decision, Rules};

/// The ticket of a part: verified like the whole, with an analysis of its own. The reporter knows one
/// number, so the part has no reporter; he is told by the whole.
pub fn part(whole: &Case, number: TicketNumber, opd: &str, by: &Actor, rules: &Rules, now: Time) -> Decision {
    let ticket = Ticket {
        id: TicketId(0),
        number,
        reporter: None,
        status: Status::Analysis,
        revision: 0,
        flags: Flags { risk_accepted: false, offline: false, vital: false, ..whole.ticket.flags },
        tally: Tally::default(),
        parent: Some(whole.ticket.number.clone()),
        closed_by: None,
        closed_at: None,
        ..whole.ticket.clone()
    };
    let mut case = Case::new(ticket);
    case.ticket.class.opd = Some(opd.to_owned());
    case.ticket.class.system = None;
    let shared = |deadline: &&Deadline| deadline.stage == Stage::Verification || deadline.stage.is_legal();
    case.deadlines = whole.deadlines.iter().filter(shared).cloned().collect();
    let mut draft = Draft::new(&case, by.clone(), None, rules, now);
    draft.start(Stage::Analysis);
    draft.note("parent", whole.ticket.number.to_string());
    draft.heed_class();
    draft.finish(Kind::PartOpened)
}
