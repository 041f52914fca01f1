//! Samples of what analysts are told.

use crate::domain::calendar::Counting;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::notice::Notice;
use crate::domain::notice::team::{
    About, Clock, CommandWithdrawn, DeadlineNear, DeadlinesNear, ForwardFailed, NotForwarded, OpdSaid, OpdWord,
    RecheckRequested, ReportApproved, ReportReturned, TicketAssigned,
};
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::stage::{Stage, Status};
use crate::templates::samples::at;

pub(super) fn all() -> Vec<Notice> {
    let mut samples = Vec::new();
    for (minutes_left, escalation) in [(90, false), (-15, false), (0, true)] {
        samples.extend(Stage::ALL.iter().map(|stage| Notice::Deadline(deadline(*stage, minutes_left, escalation))));
    }
    samples.extend([Audience::Kabid, Audience::Assignee].map(|audience| {
        let item = |stage, minutes_left, taken| DeadlineNear { audience, ..deadline(stage, minutes_left, taken) };
        let items = vec![item(Stage::Verification, 90, false), item(Stage::Analysis, -15, true)];
        Notice::Deadlines(DeadlinesNear { audience, items })
    }));
    samples.push(Notice::ReportReturned(ReportReturned {
        about: about(),
        version: 1,
        by: "Kepala Bidang".to_owned(),
        notes: "Kronologi belum lengkap.".to_owned(),
        clock: Some(clock(Stage::Analysis)),
    }));
    samples.extend([true, false].map(|offline| {
        Notice::RecheckRequested(RecheckRequested {
            about: about(),
            account: "Berkas dihapus, CMS diperbarui.".to_owned(),
            offline,
            recommendations: "1. Hapus berkas.\n2. Perbarui CMS.".to_owned(),
            clock: Some(clock(Stage::Recheck)),
        })
    }));
    samples.extend([OpdWord::Acknowledged, OpdWord::NeedsHelp, OpdWord::NotOurs, OpdWord::FixedEarly].map(|what| {
        Notice::OpdSaid(OpdSaid {
            about: about(),
            what,
            by: "Pengelola Sistem Dinas Kesehatan".to_owned(),
            text: "Mohon dipandu memulihkan dari cadangan.".to_owned(),
            clock: None,
        })
    }));
    samples.extend([(true, None), (false, Some(at(24, 15, 20)))].map(|(signed, leaves_at)| {
        Notice::ReportApproved(ReportApproved {
            about: about(),
            version: 2,
            by: "Kepala Bidang".to_owned(),
            acting: signed,
            signed,
            leaves_at,
        })
    }));
    samples.extend([about(), half_known()].map(|about| {
        Notice::TicketAssigned(TicketAssigned {
            about,
            by: "Kepala Bidang".to_owned(),
            note: "Mohon didahulukan.".to_owned(),
            status: Status::Verification,
            clock: Some(clock(Stage::Verification)),
        })
    }));
    samples.push(withdrawn());
    samples.extend(not_forwarded());
    samples
}

fn not_forwarded() -> Vec<Notice> {
    let undelivered = NotForwarded::Undelivered { reason: "550 5.1.1 user unknown".to_owned() };
    let mut samples = Vec::new();
    for why in [undelivered, NotForwarded::Withdrawn] {
        samples.extend([true, false].map(|partly| {
            let why = why.clone();
            Notice::ForwardFailed(ForwardFailed { about: about(), audience: Audience::Kabid, partly, why })
        }));
    }
    samples
}

fn withdrawn() -> Notice {
    Notice::CommandWithdrawn(CommandWithdrawn {
        about: about(),
        by: "Kepala Bidang".to_owned(),
        ordered_at: at(24, 9, 0),
        status: Status::Review,
        clock: Some(clock(Stage::Review)),
    })
}

/// A ticket of which only the owner and the severity are known.
fn half_known() -> About {
    About { system: None, kind: None, finding: None, ..about() }
}

pub(super) fn about() -> About {
    About {
        number: "CIAMIS-2026-0007".to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        opd: Some("Dinas Kesehatan".to_owned()),
        system: Some("dinkes.ciamiskab.go.id".to_owned()),
        kind: Some(IncidentKind::Gambling),
        finding: Some(Finding::Incident),
        severity: Some(Severity::High),
        urgent: false,
        personal_data: false,
    }
}

pub(super) fn clock(stage: Stage) -> Clock {
    Clock {
        stage,
        started_at: at(23, 10, 30),
        due_at: at(23, 14, 30),
        counting: if stage.is_legal() { Counting::Calendar } else { Counting::Working },
        minutes_left: 90,
        paused: false,
    }
}

fn deadline(stage: Stage, minutes_left: i64, escalation: bool) -> DeadlineNear {
    DeadlineNear {
        about: about(),
        audience: if escalation { Audience::Kabid } else { Audience::Assignee },
        stage,
        owner: Audience::Assignee,
        assignee: escalation.then(|| "Ani Analis".to_owned()),
        started_at: at(23, 10, 30),
        due_at: at(23, 14, 30),
        counting: Counting::Working,
        minutes_left,
        escalation,
    }
}
