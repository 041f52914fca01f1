//! The day's state of things (K7): what is open, what is late, and who waits for whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::Time;
use crate::domain::calendar::Counting;
use crate::domain::case::Case;
use crate::domain::recap::{TicketLine, line};
use crate::domain::role::{Audience, Role};
use crate::domain::stage::Status;
use crate::domain::workflow::Rules;

/// Tickets of one group that are named: more than a person reads on a telephone.
const NAMED_MAX: usize = 25;

/// The day's state of things, each open ticket in one group of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Day {
    /// Open tickets.
    pub open: u32,
    /// Of them waiting for the Kabid, late or not.
    pub waiting_for_kabid: u32,
    /// Of them forwarded without a word of the OPD, late or not.
    pub unanswered_by_opd: u32,
    /// Past a deadline.
    pub overdue: Group,
    /// Waiting for the Kabid, and not late.
    pub with_kabid: Group,
    /// Forwarded, and the OPD has said nothing, and not late.
    pub opd_silent: Group,
    /// All the others that are open.
    pub others: Group,
}

/// Tickets that have something in common, the most urgent first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Group {
    /// All of them.
    pub total: u32,
    /// Those that are named.
    pub lines: Vec<DayLine>,
    /// Those that are not.
    pub unnamed: u32,
}

/// A ticket in the state of things.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayLine {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketLine,
    /// Whether it is marked DARURAT.
    pub urgent: bool,
    /// Whose turn it is.
    pub waits_for: Option<Audience>,
    /// Who has taken it.
    pub assignee: Option<String>,
    /// Which time counts for the deadline.
    pub counting: Counting,
    /// Minutes left by that counting; negative when it has passed.
    pub minutes_left: Option<i64>,
}

/// What went wrong since the last digest, and what still waits for a person's hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Mishaps {
    /// Mails that are put aside at present.
    pub held: u32,
    /// Mails of ours that were given up.
    pub given_up: Vec<GivenUp>,
    /// Given up and not named.
    pub given_up_unnamed: u32,
    /// Reports whose sender was not told that they arrived, by why.
    pub unacknowledged: Vec<(String, u32)>,
    /// Mails that became no ticket: kept, and answered nothing.
    pub ignored: u32,
    /// What was taken for spam.
    pub junk: Junk,
}

/// What the provider took for spam: a report may be among it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Junk {
    /// Reports that were filed as spam since the last digest.
    pub lines: Vec<JunkLine>,
    /// Filed and not named.
    pub unnamed: u32,
    /// Mails that have come into the provider's junk folder since.
    pub folder_arrived: u32,
    /// All that lie there.
    pub folder_messages: u32,
}

/// A report that was filed as spam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JunkLine {
    /// Ticket number.
    pub number: String,
    /// Address of its sender; empty if there is no usable one.
    pub from: String,
    /// Its subject.
    pub subject: String,
}

impl Junk {
    /// Notes a report that was filed as spam.
    pub fn add(&mut self, line: JunkLine) {
        if self.lines.len() < NAMED_MAX { self.lines.push(line) } else { self.unnamed += 1 }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.folder_arrived == 0
    }
}

/// A mail of ours that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenUp {
    /// Its number, for `siaga outbox show`.
    pub outbox: i64,
    /// The ticket it was about.
    pub ticket: Option<String>,
    /// Whom it was for.
    pub recipient: String,
}

impl Mishaps {
    /// Whether nothing went wrong. What was rightly ignored is no mishap.
    pub fn is_empty(&self) -> bool {
        self.held == 0 && self.given_up.is_empty() && self.unacknowledged.is_empty() && self.junk.is_empty()
    }

    /// Notes a mail that was given up.
    pub fn gave_up(&mut self, mail: GivenUp) {
        if self.given_up.len() < NAMED_MAX { self.given_up.push(mail) } else { self.given_up_unnamed += 1 }
    }

    /// Notes reports whose sender was told nothing, by why.
    pub fn left_unacknowledged(&mut self, reasons: BTreeMap<String, u32>) {
        self.unacknowledged.extend(reasons);
        self.unacknowledged.sort_by_key(|(_, count)| Reverse(*count));
    }
}

/// The state of things; `cases` are the open tickets.
pub fn day(cases: &[Case], rules: &Rules, now: Time) -> Day {
    let mut day = Day::default();
    let mut lines: Vec<(&Case, DayLine)> = cases
        .iter()
        .filter(|case| case.ticket.status.is_open())
        .map(|case| (case, day_line(case, rules, now)))
        .collect();
    lines.sort_by_key(|(case, line)| {
        let critical = case.ticket.gravity().is_critical();
        (Reverse(line.urgent), Reverse(critical), line.ticket.due_at.is_none(), line.ticket.due_at)
    });
    for (case, line) in lines {
        let silent = case.ticket.status == Status::Forwarded;
        let with_kabid = waits_for_kabid(case);
        day.open += 1;
        day.waiting_for_kabid += u32::from(with_kabid);
        day.unanswered_by_opd += u32::from(silent);
        match (line.ticket.overdue, with_kabid, silent) {
            (true, ..) => day.overdue.add(line),
            (false, true, _) => day.with_kabid.add(line),
            (false, false, true) => day.opd_silent.add(line),
            (false, false, false) => day.others.add(line),
        }
    }
    day
}

impl Group {
    fn add(&mut self, line: DayLine) {
        self.total += 1;
        if self.lines.len() < NAMED_MAX { self.lines.push(line) } else { self.unnamed += 1 }
    }
}

fn waits_for_kabid(case: &Case) -> bool {
    matches!(case.ticket.status, Status::Review | Status::Approved)
        || case.questions.iter().any(|asked| asked.question.answered_by() == Role::Kabid)
}

/// A ticket with the clock that matters: the one that has run out longest, or that of its turn.
fn day_line(case: &Case, rules: &Rules, now: Time) -> DayLine {
    let late = case.deadlines.iter().filter(|deadline| deadline.is_running() && deadline.due_at < now);
    let clock = late.min_by_key(|deadline| deadline.due_at).or(case.turn());
    let assignee = case.ticket.assignee.as_ref();
    DayLine {
        ticket: TicketLine { due_at: clock.map(|clock| clock.due_at), ..line(case, now) },
        urgent: case.ticket.flags.urgent,
        waits_for: clock.map(|clock| rules.sop.rule(clock.stage).owner),
        assignee: assignee.map(|address| rules.people.name_of(address).unwrap_or(address.as_str()).to_owned()),
        counting: clock.map_or(Counting::Calendar, |clock| clock.counting),
        minutes_left: clock.map(|clock| clock.left(now, &rules.calendar).num_minutes()),
    }
}
