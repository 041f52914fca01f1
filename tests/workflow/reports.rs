//! Analysis reports: labelled paragraphs as analysts write them, and what a version is bound to.

use siaga::domain::approval::Mode;
use siaga::domain::command::Command;
use siaga::domain::notice::Notice;
use siaga::domain::report::{Section, Submission, Unfit};
use siaga::domain::role::Audience;
use siaga::domain::workflow::Event;

use crate::support::{Desk, ani, approve, kabid, signed, submission};

const WHOLE: &str = "\
Dengan hormat, berikut laporannya.

*Ringkasan*
Situs Dinas Kesehatan memuat konten judi online.

B. Kronologi: 23/11 08.00 konten terlihat.
23/11 09.00 dilaporkan.
3) Hasil Verifikasi: terlihat di /slot.
- Penyebab : CMS usang.
DAMPAK
Nama baik.

Penanganan yang sudah dilakukan: log diamankan.
Rekomendasi:
1. Hapus berkas.
2. Perbarui CMS.
3) Ganti kata sandi.
4. Pasang pemantauan.
Batasan: log hanya tujuh hari.
";

#[test]
fn paragraphs_are_found_however_they_are_headed() {
    let report = Submission::read(WHOLE, &[], false).expect("it is whole");
    let text = |section| report.sections[&section].as_str();
    assert_eq!(text(Section::Summary), "Situs Dinas Kesehatan memuat konten judi online.");
    assert_eq!(text(Section::Chronology), "23/11 08.00 konten terlihat.\n23/11 09.00 dilaporkan.");
    assert_eq!(text(Section::Verification), "terlihat di /slot.");
    assert_eq!(text(Section::Cause), "CMS usang.");
    assert_eq!(text(Section::Impact), "Nama baik.");
    assert_eq!(text(Section::Handling), "log diamankan.");
    assert_eq!(text(Section::Limits), "log hanya tujuh hari.");
    assert!(!report.sections.values().any(|text| text.contains("Dengan hormat")), "what stands before belongs to none");
}

#[test]
fn a_word_in_a_sentence_is_no_heading() {
    let text = format!("{WHOLE}\nPenyebab utama belum diketahui: mungkin kata sandi.\nDampak itu besar.");
    let report = Submission::read(&text, &[], false).expect("it is whole");
    assert_eq!(report.sections[&Section::Cause], "CMS usang.");
    assert!(report.sections[&Section::Limits].contains("Dampak itu besar."));
}

#[test]
fn an_empty_paragraph_is_missing() {
    let text = WHOLE.replace("Nama baik.", "");
    assert_eq!(Submission::read(&text, &[], false), Err(Unfit::Missing(vec![Section::Impact])));
    assert_eq!(Submission::read(WHOLE, &[], true), Err(Unfit::NotAPdf), "signed-pdf wants a PDF");
}

#[test]
fn every_change_makes_another_digest() {
    let report = Submission::read(WHOLE, &[], false).expect("it is whole");
    let changed =
        |from: &str, to: &str| Submission::read(&WHOLE.replace(from, to), &[], false).expect("whole").digest();
    assert_eq!(report.digest(), Submission::read(WHOLE, &[], false).expect("whole").digest());
    assert_ne!(report.digest(), changed("CMS usang", "CMS lama"));
    assert_ne!(report.digest(), changed("Nama baik.", "Nama  baik."));
}

#[test]
fn the_opd_mail_names_the_first_three_recommendations_without_their_numbers() {
    let report = Submission::read(WHOLE, &[], false).expect("it is whole");
    let desk = Desk::analysis().does(&ani(), Command::Submit(report)).does(&kabid(), approve()).event(Event::HoldEnded);
    let Some(Notice::ReportDelivered(delivered)) = desk.notice_for(Audience::Opd) else { panic!("O1") };
    assert_eq!(delivered.recommendations, ["Hapus berkas.", "Perbarui CMS.", "Ganti kata sandi."]);
    assert_eq!(delivered.sections.len(), 8, "without a file the mail is the report");
    assert!(!delivered.signed);
}

#[test]
fn ditandatangani_only_for_a_checked_pdf() {
    for (signature, mode, expected) in [
        (None, Mode::Reply, false),
        (signed(true), Mode::Reply, true),
        (signed(true), Mode::SignedPdf, true),
        (signed(false), Mode::SignedPdf, false),
    ] {
        let mut desk = Desk::analysis().does(&ani(), Command::Submit(submission()));
        desk.rules.policy.approval.mode = mode;
        let desk = desk.does(&kabid(), Command::Approve { withhold: false, signature }).event(Event::HoldEnded);
        let Some(Notice::ReportDelivered(delivered)) = desk.notice_for(Audience::Opd) else { panic!("O1") };
        assert_eq!(delivered.signed, expected, "{mode:?}");
    }
}
