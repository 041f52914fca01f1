//! Samples of what the OPD, its superiors and BSSN are told.

use crate::domain::digest::Digest;
use crate::domain::incoming::Content;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::notice::Notice;
use crate::domain::notice::opd::{
    AcknowledgementNoted, Affected, BssnReport, EarlyWarning, EscalationMemo, FixConfirmed, FixIncomplete,
    FollowUpOverdue, FollowUpReminder, FollowUpReminders, PersonalDataDuty, ReportDelivered, Request, RequestAnswered,
    SystemIsolated,
};
use crate::domain::report::ReportFile;
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::tlp::Tlp;
use crate::templates::samples::at;
use crate::templates::samples::kabid::sections;

pub(super) fn all() -> Vec<Notice> {
    let mut samples: Vec<_> =
        [true, false].into_iter().flat_map(|rich| [on_the_line(rich), beside(rich)]).flatten().collect();
    samples.extend([(false, false), (true, false), (false, true)].map(|(offline, risk_accepted)| {
        Notice::FixConfirmed(FixConfirmed {
            affected: affected(!risk_accepted),
            checked_at: at(26, 14, 0),
            offline,
            risk_accepted,
            note: if offline { String::new() } else { "Pembaruan CMS dijadwalkan.".to_owned() },
        })
    }));
    samples
}

/// From the report to the check of its repair.
fn on_the_line(rich: bool) -> Vec<Notice> {
    let mut samples = Vec::new();
    samples.push(Notice::ReportDelivered(report(rich)));
    samples.extend([300, -30].map(|minutes_left| {
        Notice::FollowUpReminder(FollowUpReminder {
            affected: affected(rich),
            acknowledged: rich,
            due_at: at(25, 14, 0),
            minutes_left,
        })
    }));
    let items = [(300, rich), (-30, false)].map(|(minutes_left, acknowledged)| FollowUpReminder {
        affected: affected(rich),
        acknowledged,
        due_at: at(25, 14, 0),
        minutes_left,
    });
    samples.push(Notice::FollowUpReminders(FollowUpReminders::of(items.to_vec())));
    samples.push(Notice::FollowUpOverdue(FollowUpOverdue {
        affected: affected(rich),
        forwarded_at: rich.then(|| at(24, 15, 20)),
        due_at: at(25, 15, 20),
        impact: if rich { "Nama baik pemerintah daerah.".to_owned() } else { String::new() },
        endangers_domain: rich,
    }));
    samples.push(Notice::FixIncomplete(FixIncomplete {
        affected: affected(rich),
        checked_at: at(26, 9, 0),
        findings: "Halaman /slot masih ada.".to_owned(),
        due_at: rich.then(|| at(27, 9, 0)),
        reopened: !rich,
    }));
    samples.push(Notice::AcknowledgementNoted(AcknowledgementNoted {
        affected: affected(rich),
        officer: if rich { "Rina".to_owned() } else { String::new() },
        due_at: Some(at(25, 15, 20)),
    }));
    for request in [Request::Extension, Request::Ownership] {
        samples.push(Notice::RequestAnswered(RequestAnswered {
            affected: affected(rich),
            request,
            granted: rich,
            reason: if rich { String::new() } else { "Masih dapat diselesaikan pekan ini.".to_owned() },
            due_at: rich.then(|| at(30, 16, 0)),
        }));
    }
    samples
}

/// Warnings, duties, escalation.
fn beside(rich: bool) -> Vec<Notice> {
    let mut samples = Vec::new();
    samples.push(Notice::EarlyWarning(EarlyWarning {
        affected: Affected { tlp: Tlp::AmberStrict, ..affected(rich) },
        verified_at: at(23, 11, 0),
        due_at: rich.then(|| at(24, 11, 0)),
        endangers_domain: rich,
    }));
    samples.push(Notice::PersonalDataDuty(PersonalDataDuty {
        affected: affected(rich),
        audience: if rich { Audience::Opd } else { Audience::Kabid },
        started_at: at(23, 11, 0),
        due_at: at(26, 11, 0),
        reminder: !rich,
    }));
    samples.push(Notice::SystemIsolated(SystemIsolated {
        affected: affected(rich),
        at: at(24, 9, 0),
        reason: if rich { "Konten terus muncul kembali.".to_owned() } else { String::new() },
    }));
    let above = if rich { [Audience::OfficeHead, Audience::OpdHead] } else { [Audience::Sekda, Audience::OfficeHead] };
    samples.extend(above.map(|audience| {
        Notice::EscalationMemo(EscalationMemo {
            affected: affected(rich),
            audience,
            level: if rich { 3 } else { 4 },
            forwarded_at: rich.then(|| at(20, 9, 0)),
            due_at: Some(at(21, 9, 0)),
            reminders: 2,
            impact: if rich { "Nama baik pemerintah daerah.".to_owned() } else { String::new() },
            endangers_domain: rich,
            by: "Kepala Bidang".to_owned(),
            note: if rich { String::new() } else { "Kepala Dinas menyetujui pada 24 November.".to_owned() },
        })
    }));
    samples.push(Notice::BssnReport(BssnReport {
        affected: affected(rich),
        verified_at: rich.then(|| at(23, 11, 0)),
        sections: sections(),
        support: if rich { "Analisis log.".to_owned() } else { String::new() },
        vital: rich,
    }));
    samples
}

fn affected(rich: bool) -> Affected {
    Affected {
        number: "CIAMIS-2026-0007".to_owned(),
        opd: "Dinas Kesehatan".to_owned(),
        system: rich.then(|| "dinkes.ciamiskab.go.id".to_owned()),
        kind: rich.then_some(IncidentKind::Gambling),
        finding: Some(if rich { Finding::Incident } else { Finding::Vulnerability }),
        severity: rich.then_some(Severity::High),
        tlp: Tlp::Amber,
    }
}

fn report(rich: bool) -> ReportDelivered {
    let file = ReportFile {
        name: "laporan.pdf".to_owned(),
        content: Content::Pdf,
        size_bytes: 250_000,
        digest: Digest::of(b"laporan"),
    };
    ReportDelivered {
        affected: affected(rich),
        version: 2,
        file: rich.then_some(file),
        sections: sections(),
        recommendations: vec!["Hapus berkas.".to_owned(), "Perbarui CMS.".to_owned()],
        approved_by: "Kepala Bidang".to_owned(),
        acting: !rich,
        approved_at: at(24, 15, 10),
        signed: rich,
        acknowledge_by: at(25, 15, 20),
        due_at: at(25, 15, 20),
        personal_data: rich,
    }
}
