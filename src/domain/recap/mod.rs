//! Numbers for the Kabid and the leadership (domain 7), over plain rows.

pub mod day;
mod figures;

use serde::Serialize;

use crate::domain::Time;
use crate::domain::calendar::Calendar;
use crate::domain::case::Case;
use crate::domain::deadline::Elapsed;
use crate::domain::kind::IncidentKind;
use crate::domain::recap::figures::{compliant, intake, is_hasty, kinds, legal, middle, offices, rungs, step};
use crate::domain::severity::Severity;
use crate::domain::stage::{Disposition, Stage, Status};

/// A count out of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// How many.
    pub count: u32,
    /// Out of how many.
    pub of: u32,
    /// In per cent, rounded down: 99.9 % on time is not 100.
    pub percent: Option<u32>,
}

impl Share {
    /// The share of those that are so.
    pub fn of(flags: impl IntoIterator<Item = bool>) -> Share {
        let (mut count, mut of) = (0, 0);
        for flag in flags {
            of += 1;
            count += u32::from(flag);
        }
        Share { count, of, percent: (of > 0).then(|| count * 100 / of.max(1)) }
    }
}

/// A week or a month in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recap {
    /// First instant.
    pub from: Time,
    /// First instant after it.
    pub until: Time,
    /// What came in, and what became of it.
    pub intake: Intake,
    /// The timed steps that ended in the time.
    pub steps: Vec<StepFigures>,
    /// Tickets whose verification, analysis and reviews were all in time.
    pub compliant: Share,
    /// Reports approved at their first submission.
    pub first_time: Share,
    /// By owning OPD.
    pub offices: Vec<OfficeFigures>,
    /// By kind and severity.
    pub kinds: Vec<KindFigures>,
    /// Open for more than 30 days.
    pub long_open: Vec<TicketLine>,
    /// Personal data, BSSN, vital infrastructure, the domain.
    pub legal: LegalFigures,
    /// Tickets that reached each rung of the ladder, from the first.
    pub rungs: Vec<(u8, u32)>,
    /// Closed tickets whose reporter was told.
    pub reporter_told: Share,
    /// Times a ticket was reopened.
    pub reopened: u32,
    /// Median time from report to end of resolved tickets.
    pub until_resolved: Option<Elapsed>,
    /// Tickets rejected within five minutes: shown, so that nobody is tempted.
    pub hasty: Vec<String>,
    /// Questions to reporters, by ticket; shown for the same reason.
    pub questions: Vec<(String, u32)>,
}

impl Recap {
    /// Whether there is nothing to say about that time.
    pub fn is_empty(&self) -> bool {
        let anything_ended = self.steps.iter().any(|step| step.on_time.of > 0) || self.reporter_told.of > 0;
        self.intake.received == 0 && !anything_ended && self.long_open.is_empty() && self.until_resolved.is_none()
    }
}

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "each counts the tickets of that name")]
pub struct Intake {
    pub received: u32,
    pub open: u32,
    pub valid: u32,
    pub not_valid: u32,
    pub duplicate: u32,
    pub referred: u32,
    pub spam: u32,
}

/// One step of the SOP.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepFigures {
    /// The step.
    pub stage: Stage,
    /// Finished in time, of all that were finished.
    pub on_time: Share,
    /// The middle one.
    pub median: Option<Elapsed>,
    /// Nine of ten took no longer.
    pub ninetieth: Option<Elapsed>,
    /// Time that was not counted, together.
    pub paused: Elapsed,
}

/// One OPD.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfficeFigures {
    /// Its code.
    pub opd: String,
    /// Tickets of the time.
    pub tickets: u32,
    /// Of them open.
    pub open: u32,
    /// Acknowledged in time.
    pub acknowledged: Share,
    /// Repaired in time.
    pub repaired: Share,
    /// Repairs that did not hold.
    pub false_fixes: u32,
    /// Tickets about a system that had one before.
    pub repeated: u32,
}

/// One kind of incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindFigures {
    /// The kind.
    pub kind: IncidentKind,
    /// Tickets by severity, the mildest first.
    pub by_severity: Vec<(Severity, u32)>,
    /// All of them, those without a severity too.
    pub total: u32,
}

/// What the law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LegalFigures {
    /// Notices under Pasal 46 given within 72 hours.
    pub personal_data: Share,
    /// Reports to BSSN.
    pub bssn: u32,
    /// Vital infrastructure reported within 24 hours.
    pub vital: Share,
    /// Gambling and defacement gone within 24 hours.
    pub domain: Share,
}

/// A ticket on one line of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketLine {
    /// Ticket number.
    pub number: String,
    /// Subject of the ticket.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// Code of the owning OPD.
    pub opd: Option<String>,
    /// How grave.
    pub severity: Option<Severity>,
    /// When the step of whoever's turn it is, is due.
    pub due_at: Option<Time>,
    /// Whether that has passed.
    pub overdue: bool,
    /// Whole days since the report.
    pub days_open: i64,
}

/// Days after which an open ticket is named.
const LONG_OPEN_DAYS: i64 = 30;
/// The steps that are measured.
const MEASURED: [Stage; 7] = [
    Stage::Verification,
    Stage::Analysis,
    Stage::Review,
    Stage::Forwarding,
    Stage::Acknowledgement,
    Stage::FollowUp,
    Stage::Recheck,
];

/// The numbers of the time from `from` to before `until`. `cases` are all tickets ever, oldest
/// first: what repeats an older one is seen only so.
pub fn recap(cases: &[Case], from: Time, until: Time, calendar: &Calendar, now: Time) -> Recap {
    let within = |at: Time| from <= at && at < until;
    let of_time: Vec<&Case> = cases.iter().filter(|case| within(case.ticket.opened_at)).collect();
    let closed: Vec<&Case> = cases.iter().filter(|case| case.ticket.closed_at.is_some_and(within)).collect();
    let resolved = closed.iter().filter(|case| case.ticket.status == Status::Closed(Disposition::Resolved));
    let times =
        resolved.filter_map(|case| Some(Elapsed::between(case.ticket.opened_at, case.ticket.closed_at?, calendar)));
    let approved = of_time.iter().filter_map(|case| case.approval.as_ref());
    let asked = of_time.iter().map(|case| (case.ticket.number.to_string(), case.ticket.tally.questions));
    let lines = cases.iter().filter(|case| case.ticket.status.is_open()).map(|case| line(case, now));
    let with_reporter = closed.iter().filter(|case| case.ticket.reporter.is_some());
    Recap {
        from,
        until,
        intake: intake(&of_time),
        steps: MEASURED.iter().map(|stage| step(*stage, cases, within, calendar)).collect(),
        compliant: Share::of(of_time.iter().filter_map(|case| compliant(case))),
        first_time: Share::of(approved.map(|approval| approval.version == 1)),
        offices: offices(cases, &of_time),
        kinds: kinds(&of_time),
        long_open: lines.filter(|line| line.days_open > LONG_OPEN_DAYS).collect(),
        legal: legal(cases, within),
        rungs: rungs(&of_time),
        reporter_told: Share::of(with_reporter.map(|case| case.reporter_told_at.is_some())),
        reopened: of_time.iter().map(|case| case.ticket.tally.reopened).sum(),
        until_resolved: middle(times.collect(), 50),
        hasty: of_time.iter().filter(|case| is_hasty(case)).map(|case| case.ticket.number.to_string()).collect(),
        questions: asked.filter(|(_, questions)| *questions > 0).collect(),
    }
}

/// A ticket on one line of a list.
pub fn line(case: &Case, now: Time) -> TicketLine {
    let ticket = &case.ticket;
    let due_at = case.turn().map(|turn| turn.due_at);
    TicketLine {
        number: ticket.number.to_string(),
        subject: ticket.subject.clone(),
        status: ticket.status,
        opd: ticket.class.opd.clone(),
        severity: ticket.class.severity,
        due_at,
        overdue: case.deadlines.iter().any(|deadline| deadline.is_running() && deadline.due_at < now),
        days_open: (ticket.closed_at.unwrap_or(now) - ticket.opened_at).num_days(),
    }
}
