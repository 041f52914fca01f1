//! Samples of a month in numbers.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::calendar::{Calendar, Counting, Span};
use crate::domain::deadline::Elapsed;
use crate::domain::kind::IncidentKind;
use crate::domain::recap::day::{Day, DayLine, Group};
use crate::domain::recap::{
    Intake, KindFigures, LegalFigures, OfficeFigures, Recap, Share, StepFigures, TicketLine, recap,
};
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::stage::{Stage, Status};
use crate::templates::samples::at;

/// A month in which nothing happened but its days.
pub(super) fn quiet() -> Recap {
    let from = chrono::NaiveTime::MIN;
    let day = Span { from, to: from + chrono::TimeDelta::hours(8) };
    let week = std::array::from_fn(|_| vec![day]);
    let calendar = Calendar::new(chrono_tz::Asia::Jakarta, week, Vec::new(), BTreeMap::new(), BTreeSet::new())
        .expect("every day has hours");
    recap(&[], at(1, 0, 0), at(30, 0, 0), &calendar, at(30, 0, 0))
}

/// A month in which something of everything happened.
pub(super) fn busy() -> Recap {
    let most = || Share::of([true, true, true, false]);
    let elapsed = Elapsed { working_seconds: 9_000, calendar_seconds: 12_600 };
    let step = |stage| StepFigures {
        stage,
        on_time: most(),
        median: Some(elapsed),
        ninetieth: Some(elapsed),
        paused: Elapsed::default(),
    };
    let office = OfficeFigures {
        opd: "dinkes".to_owned(),
        tickets: 3,
        open: 1,
        acknowledged: most(),
        repaired: most(),
        false_fixes: 1,
        repeated: 2,
    };
    Recap {
        intake: Intake { received: 9, open: 1, valid: 4, not_valid: 1, duplicate: 1, referred: 1, spam: 1 },
        steps: [Stage::Verification, Stage::Analysis, Stage::Review].map(step).to_vec(),
        compliant: most(),
        first_time: most(),
        offices: vec![office],
        kinds: vec![KindFigures { kind: IncidentKind::Gambling, by_severity: vec![(Severity::High, 3)], total: 3 }],
        long_open: vec![ticket()],
        reporter_told: most(),
        rungs: vec![(2, 1), (3, 1)],
        legal: LegalFigures { personal_data: most(), bssn: 1, vital: most(), domain: most() },
        until_resolved: Some(elapsed),
        questions: vec![("CIAMIS-2026-0007".to_owned(), 2)],
        hasty: vec!["CIAMIS-2026-0008".to_owned(), "CIAMIS-2026-0009".to_owned()],
        ..quiet()
    }
}

/// A day with something in every group.
pub(super) fn busy_day() -> Day {
    let group = |lines: Vec<DayLine>, unnamed| Group { total: lines.len() as u32 + unnamed, lines, unnamed };
    let late = DayLine { urgent: true, minutes_left: Some(-540), ..day_line() };
    let review = TicketLine { status: Status::Review, overdue: false, ..ticket() };
    let with_kabid = DayLine {
        ticket: review,
        waits_for: Some(Audience::Kabid),
        assignee: Some("Ani Analis".to_owned()),
        ..day_line()
    };
    let silent = DayLine { ticket: TicketLine { status: Status::Forwarded, overdue: false, ..ticket() }, ..day_line() };
    let analysis = TicketLine { status: Status::Analysis, overdue: false, opd: None, ..ticket() };
    let at_work = DayLine {
        ticket: analysis,
        waits_for: Some(Audience::Assignee),
        assignee: Some("Ani Analis".to_owned()),
        ..day_line()
    };
    Day {
        open: 11,
        waiting_for_kabid: 2,
        unanswered_by_opd: 3,
        overdue: group(vec![late], 1),
        with_kabid: group(vec![with_kabid], 1),
        opd_silent: group(vec![silent], 2),
        others: group(vec![at_work], 4),
    }
}

/// A day on which everything is at work.
pub(super) fn calm_day() -> Day {
    let line =
        DayLine { ticket: TicketLine { overdue: false, due_at: None, ..ticket() }, waits_for: None, ..day_line() };
    Day { open: 1, others: Group { total: 1, lines: vec![line], unnamed: 0 }, ..Day::default() }
}

fn day_line() -> DayLine {
    DayLine {
        ticket: ticket(),
        urgent: false,
        waits_for: Some(Audience::Opd),
        assignee: None,
        counting: Counting::Working,
        minutes_left: Some(135),
    }
}

/// A ticket on a line.
pub(super) fn ticket() -> TicketLine {
    TicketLine {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs diretas".to_owned(),
        status: Status::FollowUp,
        opd: Some("dinkes".to_owned()),
        severity: None,
        due_at: Some(at(25, 14, 0)),
        overdue: true,
        days_open: 32,
    }
}
