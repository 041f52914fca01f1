//! Samples of what the reporter is told.

use crate::domain::incoming::Language;
use crate::domain::kind::IncidentKind;
use crate::domain::notice::Notice;
use crate::domain::notice::reporter::{News, ToReporter};
use crate::domain::stage::Status;
use crate::templates::samples::at;

pub(super) fn all() -> Vec<Notice> {
    let both = [Language::Id, Language::En];
    both.into_iter().flat_map(|language| news().into_iter().map(move |news| notice(language, news))).collect()
}

fn notice(language: Language, news: News) -> Notice {
    Notice::ToReporter(ToReporter {
        number: "CIAMIS-2026-0007".to_owned(),
        language,
        name: "Budi Warga".to_owned(),
        subject: "Situs Dinas Kesehatan berisi judi online".to_owned(),
        news,
    })
}

fn news() -> Vec<News> {
    let text = || "Di halaman mana konten itu terlihat?\nKapan pertama kali terlihat?".to_owned();
    vec![
        News::ReportVerified { kind: Some(IncidentKind::Gambling) },
        News::ReportVerified { kind: None },
        News::QuestionAsked { text: text(), due_at: at(30, 10, 30) },
        News::QuestionReminder { due_at: at(30, 10, 30) },
        News::ClosedUnanswered {},
        News::ReportRejected { reason: "Temuan tidak dapat kami ulangi.".to_owned() },
        News::ReportDuplicate {},
        News::ReportReferred { body: "Polri, patrolisiber.id".to_owned() },
        News::OwnerInformed {},
        News::WorkGoesOn { next_at: Some(at(27, 16, 0)) },
        News::WorkGoesOn { next_at: None },
        News::TicketResolved { checked_at: at(26, 14, 0), anonymous: false },
        News::TicketResolved { checked_at: at(26, 14, 0), anonymous: true },
        News::TicketMitigated { offline: true },
        News::TicketMitigated { offline: false },
        News::TicketReopened { next_at: Some(at(27, 14, 0)) },
        News::SecondLookTaken { looked_at: at(27, 14, 0), result: "Hasil semula tetap.".to_owned() },
        News::PublicStatus { status: Status::FollowUp, updated_at: at(25, 9, 0) },
        News::ReplyWritten { text: "Terima kasih, berkas tambahan telah kami terima.".to_owned() },
        News::NoBounty {},
    ]
}
