//! How each number of a recap is counted.

use std::collections::BTreeMap;

use crate::domain::Time;
use crate::domain::calendar::Calendar;
use crate::domain::case::Case;
use crate::domain::deadline::{Deadline, Elapsed};
use crate::domain::kind::IncidentKind;
use crate::domain::recap::{Intake, KindFigures, LegalFigures, OfficeFigures, Share, StepFigures};
use crate::domain::severity::Severity;
use crate::domain::stage::{Disposition, Stage, Status};

/// How long a rejection must take not to look like a reflex.
const HASTY_SECONDS: i64 = 300;
/// The steps that make a ticket compliant with the SOP.
const SOP_STEPS: [Stage; 3] = [Stage::Verification, Stage::Analysis, Stage::Review];

pub(super) fn intake(cases: &[&Case]) -> Intake {
    let mut intake = Intake::default();
    for case in cases {
        intake.received += 1;
        let place = match case.ticket.status {
            Status::AwaitingReporter if case.asked_from() != Status::Verification => &mut intake.valid,
            Status::New | Status::Verification | Status::AwaitingReporter => &mut intake.open,
            Status::Closed(Disposition::NotValid) => &mut intake.not_valid,
            Status::Closed(Disposition::Duplicate) => &mut intake.duplicate,
            Status::Closed(Disposition::Referred) => &mut intake.referred,
            Status::Closed(Disposition::Spam) => &mut intake.spam,
            Status::Analysis
            | Status::Review
            | Status::Repair
            | Status::Approved
            | Status::Forwarded
            | Status::FollowUp
            | Status::Recheck
            | Status::Closed(Disposition::Resolved) => &mut intake.valid,
        };
        *place += 1;
    }
    intake
}

pub(super) fn step(stage: Stage, cases: &[Case], within: impl Fn(Time) -> bool, calendar: &Calendar) -> StepFigures {
    let ended: Vec<&Deadline> = cases
        .iter()
        .flat_map(|case| &case.deadlines)
        .filter(|deadline| {
            deadline.stage == stage && deadline.met().is_some() && deadline.ended_at().is_some_and(&within)
        })
        .collect();
    let taken = || ended.iter().map(|deadline| deadline.taken(deadline.due_at, calendar)).collect::<Vec<_>>();
    StepFigures {
        stage,
        on_time: Share::of(ended.iter().filter_map(|deadline| deadline.met())),
        median: middle(taken(), 50),
        ninetieth: middle(taken(), 90),
        paused: ended.iter().fold(Elapsed::default(), |sum, deadline| sum + deadline.idle),
    }
}

/// The value below which `percent` of a hundred lie, by the nearest rank; each of the two ways of
/// counting is ranked for itself.
pub(super) fn middle(spans: Vec<Elapsed>, percent: usize) -> Option<Elapsed> {
    let rank = |mut seconds: Vec<i64>| {
        seconds.sort_unstable();
        let place = (seconds.len() * percent).div_ceil(100).saturating_sub(1);
        seconds.get(place).copied()
    };
    Some(Elapsed {
        working_seconds: rank(spans.iter().map(|span| span.working_seconds).collect())?,
        calendar_seconds: rank(spans.iter().map(|span| span.calendar_seconds).collect())?,
    })
}

/// Whether every timed step of the SOP was in time; `None` if not all have been done.
pub(super) fn compliant(case: &Case) -> Option<bool> {
    let of = |stage| case.deadlines.iter().filter(move |deadline| deadline.stage == stage).filter_map(Deadline::met);
    let all_done = SOP_STEPS.iter().all(|stage| of(*stage).next().is_some());
    (all_done && case.approval.is_some()).then(|| SOP_STEPS.iter().all(|stage| of(*stage).all(|met| met)))
}

pub(super) fn offices(all: &[Case], of_time: &[&Case]) -> Vec<OfficeFigures> {
    let mut offices: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in of_time {
        if let Some(opd) = &case.ticket.class.opd {
            offices.entry(opd).or_default().push(case);
        }
    }
    offices.into_iter().map(|(opd, cases)| office(opd, &cases, all)).collect()
}

fn office(opd: &str, cases: &[&Case], all: &[Case]) -> OfficeFigures {
    let met = |stage: Stage| {
        let deadlines = cases.iter().flat_map(|case| &case.deadlines).filter(move |deadline| deadline.stage == stage);
        Share::of(deadlines.filter_map(Deadline::met))
    };
    OfficeFigures {
        opd: opd.to_owned(),
        tickets: count(cases.iter()),
        open: count(cases.iter().filter(|case| case.ticket.status.is_open())),
        acknowledged: met(Stage::Acknowledgement),
        repaired: met(Stage::FollowUp),
        false_fixes: cases.iter().map(|case| case.ticket.tally.false_fixes).sum(),
        repeated: count(cases.iter().filter(|case| is_repeated(case, all))),
    }
}

fn count(of: impl Iterator) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}

/// Whether the same system had a ticket before that was no mistake.
fn is_repeated(case: &Case, all: &[Case]) -> bool {
    let ticket = &case.ticket;
    ticket.class.system.is_some()
        && all.iter().map(|other| &other.ticket).any(|other| {
            other.class.system == ticket.class.system
                && other.opened_at < ticket.opened_at
                && other.status == Status::Closed(Disposition::Resolved)
        })
}

pub(super) fn kinds(cases: &[&Case]) -> Vec<KindFigures> {
    let mut kinds: BTreeMap<IncidentKind, (BTreeMap<Severity, u32>, u32)> = BTreeMap::new();
    for class in cases.iter().map(|case| &case.ticket.class) {
        if let Some(kind) = class.kind {
            let (by_severity, total) = kinds.entry(kind).or_default();
            *total += 1;
            if let Some(severity) = class.severity {
                *by_severity.entry(severity).or_default() += 1;
            }
        }
    }
    let figures = |(kind, (by_severity, total)): (_, (BTreeMap<_, _>, _))| KindFigures {
        kind,
        by_severity: by_severity.into_iter().collect(),
        total,
    };
    kinds.into_iter().map(figures).collect()
}

pub(super) fn legal(cases: &[Case], within: impl Fn(Time) -> bool) -> LegalFigures {
    let met = |stage| {
        let deadlines = cases.iter().flat_map(|case| &case.deadlines).filter(|deadline| deadline.stage == stage);
        let ended = deadlines.filter(|deadline| deadline.ended_at().is_some_and(&within));
        Share::of(ended.filter_map(Deadline::met).collect::<Vec<_>>())
    };
    LegalFigures {
        personal_data: met(Stage::Pdp),
        bssn: count(cases.iter().filter(|case| case.bssn_at.is_some_and(&within))),
        vital: met(Stage::Iiv),
        domain: met(Stage::Judol),
    }
}

pub(super) fn rungs(cases: &[&Case]) -> Vec<(u8, u32)> {
    let mut rungs: BTreeMap<u8, u32> = BTreeMap::new();
    for level in cases.iter().map(|case| case.ticket.tally.escalation).filter(|level| *level > 0) {
        *rungs.entry(level).or_default() += 1;
    }
    rungs.into_iter().collect()
}

/// Whether a ticket was rejected faster than a person can look at it.
pub(super) fn is_hasty(case: &Case) -> bool {
    let ticket = &case.ticket;
    ticket.status == Status::Closed(Disposition::NotValid)
        && ticket.closed_at.is_some_and(|closed| (closed - ticket.opened_at).num_seconds() < HASTY_SECONDS)
}
