//! Samples of what the Kabid is told and asked.

use crate::domain::approval::Mode;
use crate::domain::digest::Digest;
use crate::domain::incoming::Content;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{
    DailyDigest, DecisionRequested, IsolationOrdered, MonthlyRecap, ReportForwarded, ReportSection, ReviewRequested,
    TicketClosed, UrgentRaised, Warning,
};
use crate::domain::question::Question;
use crate::domain::recap::{self, Recap, TicketLine};
use crate::domain::report::ReportFile;
use crate::domain::role::Audience;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::templates::samples::team::{about, clock};
use crate::templates::samples::{at, months};

pub(super) fn all() -> Vec<Notice> {
    let mut samples = vec![review(Mode::Reply), review(Mode::SignedPdf)];
    samples.extend([true, false].map(|signed| {
        Notice::ReportForwarded(ReportForwarded {
            about: about(),
            recipients: recipients(),
            at: at(24, 15, 20),
            signed,
        })
    }));
    samples.push(Notice::TicketClosed(TicketClosed {
        about: about(),
        status: Status::Closed(Disposition::Resolved),
        by: "Ani Analis".to_owned(),
        reason: "Seluruh rekomendasi terpenuhi.".to_owned(),
        risk_accepted: true,
    }));
    samples.extend(questions().into_iter().map(|(question, to)| decision(question, to)));
    for (warning, audience) in
        [(Warning::Waiting, Audience::Kabid), (Warning::Sent, Audience::Analysts), (Warning::TooEarly, Audience::Kabid)]
    {
        samples.push(Notice::UrgentRaised(UrgentRaised {
            about: about(),
            audience,
            by: "Ani Analis".to_owned(),
            reason: "Serangan masih berjalan.".to_owned(),
            warning,
            clocks: vec![clock(Stage::Judol)],
        }));
    }
    samples.push(Notice::IsolationOrdered(IsolationOrdered {
        about: about(),
        by: "Kepala Bidang".to_owned(),
        reason: "Konten terus muncul kembali.".to_owned(),
        at: at(24, 9, 0),
    }));
    samples.push(daily());
    samples.extend([months::busy(), months::quiet()].map(monthly));
    samples
}

fn review(mode: Mode) -> Notice {
    let file = ReportFile {
        name: "laporan.pdf".to_owned(),
        content: Content::Pdf,
        size_bytes: 250_000,
        digest: Digest::of(b"laporan"),
    };
    Notice::ReviewRequested(ReviewRequested {
        about: about(),
        version: 2,
        digest: Digest::of(b"ajuan"),
        file: (mode == Mode::SignedPdf).then_some(file),
        sections: sections(),
        analyst: "Ani Analis".to_owned(),
        recipients: recipients(),
        suggest_bssn: mode == Mode::Reply,
        mode,
        clock: Some(clock(Stage::Review)),
    })
}

pub(super) fn sections() -> Vec<ReportSection> {
    vec![
        ReportSection { section: "summary", text: "Situs memuat konten judi online.".to_owned() },
        ReportSection { section: "recommendations", text: "1. Hapus berkas.\n2. Perbarui CMS.".to_owned() },
    ]
}

fn recipients() -> Vec<String> {
    vec!["Pengelola Sistem Dinas Kesehatan <admin@dinkes.example>".to_owned()]
}

fn questions() -> Vec<(Question, Option<Audience>)> {
    vec![
        (Question::Escalation { level: 4 }, Some(Audience::Sekda)),
        (Question::Escalation { level: 3 }, Some(Audience::OfficeHead)),
        (Question::Extension { until: at(30, 16, 0) }, None),
        (Question::AcceptRisk, None),
        (Question::Bssn, Some(Audience::Bssn)),
    ]
}

fn decision(question: Question, to: Option<Audience>) -> Notice {
    Notice::DecisionRequested(DecisionRequested {
        about: about(),
        audience: Audience::Kabid,
        question,
        to,
        by: if to.is_some() { String::new() } else { "Pengelola Sistem Dinas Kesehatan".to_owned() },
        reason: "Menunggu pengadaan.".to_owned(),
        due_at: Some(at(25, 14, 0)),
        draft: if question == Question::Bssn { sections() } else { Vec::new() },
    })
}

fn daily() -> Notice {
    let line = |number: &str, overdue| TicketLine {
        number: number.to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        status: Status::FollowUp,
        opd: Some("dinkes".to_owned()),
        severity: None,
        due_at: Some(at(25, 14, 0)),
        overdue,
        days_open: 3,
    };
    Notice::DailyDigest(DailyDigest {
        audience: Audience::Kabid,
        at: at(26, 7, 30),
        day: recap::Day {
            open: 4,
            with_kabid: vec![line("CIAMIS-2026-0009", false)],
            overdue: vec![line("CIAMIS-2026-0007", true)],
            opd_silent: vec![line("CIAMIS-2026-0008", false)],
            others: vec![line("CIAMIS-2026-0010", false)],
        },
        remarks: vec!["12 pelapor tidak dikirimi tanda terima".to_owned()],
        logbook_entries: 120,
        logbook_head: Some(Digest::of(b"rantai")),
    })
}

fn monthly(recap: Recap) -> Notice {
    Notice::MonthlyRecap(MonthlyRecap { audience: Audience::Kabid, recap: Box::new(recap) })
}
