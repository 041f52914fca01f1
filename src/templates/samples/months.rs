//! Samples of a month in numbers.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::calendar::{Calendar, Span};
use crate::domain::deadline::Elapsed;
use crate::domain::kind::IncidentKind;
use crate::domain::recap::{Intake, KindFigures, OfficeFigures, Recap, Share, StepFigures, TicketLine, recap};
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
        hasty: vec!["CIAMIS-2026-0008".to_owned(), "CIAMIS-2026-0009".to_owned()],
        ..quiet()
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
