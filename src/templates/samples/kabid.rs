//! Samples of what the Kabid is told and asked.

use crate::domain::approval::Mode;
use crate::domain::digest::Digest;
use crate::domain::incoming::Content;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{
    DailyDigest, DecisionRequested, DeskBack, IsolationOrdered, PeriodRecap, ReportForwarded, ReportSection,
    ReviewRequested, TicketClosed, UrgentRaised, Warning,
};
use crate::domain::personal_data::{Finding, Kind};
use crate::domain::question::Question;
use crate::domain::recap::Recap;
use crate::domain::recap::day::{Day, GivenUp, Junk, JunkLine, Mishaps};
use crate::domain::report::ReportFile;
use crate::domain::retention::Destroyed;
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
    samples.extend([Audience::Kabid, Audience::Analysts].map(daily));
    samples.extend([Day::default(), months::calm_day()].map(quiet_daily));
    samples.push(back(Audience::Kabid, months::busy_day(), 3));
    samples.push(back(Audience::Analysts, Day::default(), 0));
    samples.push(Notice::WeeklyRecap(period(months::busy(), Audience::Analysts)));
    samples.push(Notice::WeeklyRecap(period(months::quiet(), Audience::Kabid)));
    samples.push(Notice::MonthlyRecap(period(months::busy(), Audience::Kabid)));
    samples.push(Notice::MonthlyRecap(period(months::quiet(), Audience::Analysts)));
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
        personal_data_in: if mode == Mode::Reply { findings() } else { Vec::new() },
        mode,
        must_sign: mode == Mode::SignedPdf,
        clock: Some(clock(Stage::Review)),
    })
}

pub(super) fn findings() -> Vec<Finding> {
    let finding = |kind, words: &str| Finding { kind, words: words.to_owned() };
    vec![
        finding(Kind::Reporter, "budi@warga.example"),
        finding(Kind::Nik, "3207011204900001"),
        finding(Kind::Npwp, "09.254.294.3-407.000"),
        finding(Kind::Telephone, "0812-3456-7890"),
        finding(Kind::Card, "5500 0000 0000 0004"),
        finding(Kind::Address, "siti@surel.example"),
        finding(Kind::Unreadable, ""),
    ]
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

fn back(audience: Audience, day: Day, unanswered: u32) -> Notice {
    let overdue = day.overdue;
    Notice::DeskBack(Box::new(DeskBack {
        audience,
        since: at(23, 10, 30),
        from: at(26, 7, 30),
        mailbox: unanswered == 0,
        unanswered,
        overdue,
    }))
}

fn daily(audience: Audience) -> Notice {
    Notice::DailyDigest(DailyDigest {
        audience,
        at: at(26, 7, 30),
        day: months::busy_day(),
        destroyed: Some(Destroyed { letters: 12, files: 5, mails: 31, reporters: 3, rows: 0 }),
        mishaps: Mishaps {
            held: 1,
            given_up: vec![GivenUp {
                outbox: 4711,
                ticket: Some("CIAMIS-2026-0007".to_owned()),
                recipient: "admin@dinkes.example".to_owned(),
            }],
            given_up_unnamed: 3,
            unacknowledged: vec![("all_hour".to_owned(), 12), ("evidence_fails".to_owned(), 2)],
            ignored: 5,
            junk: Junk {
                lines: vec![JunkLine {
                    number: "CIAMIS-2026-0099".to_owned(),
                    from: "promo@luar.example".to_owned(),
                    subject: "Menangkan hadiah di https://luar.example/hadiah".to_owned(),
                }],
                unnamed: 4,
                folder_arrived: 7,
                folder_messages: 31,
            },
        },
        logbook_entries: 120,
        logbook_head: Some(Digest::of(b"rantai")),
    })
}

fn quiet_daily(day: Day) -> Notice {
    Notice::DailyDigest(DailyDigest {
        audience: Audience::Analysts,
        at: at(26, 7, 30),
        day,
        destroyed: None,
        mishaps: Mishaps::default(),
        logbook_entries: 0,
        logbook_head: None,
    })
}

fn period(recap: Recap, audience: Audience) -> PeriodRecap {
    PeriodRecap { audience, last_day: at(29, 0, 0), recap: Box::new(recap) }
}
