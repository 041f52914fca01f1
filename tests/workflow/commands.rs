//! Command lines as people write them, read into orders.

use siaga::domain::command::grammar::command_lines;
use siaga::domain::command::parse::{Misread, Order, Reading, Wanted, parse, uses_text};
use siaga::domain::command::vocabulary::{Form, Word};
use siaga::domain::command::{Assessment, Breach, Command, Month, Reply};
use siaga::domain::directory::Term;
use siaga::domain::incoming::{Attachment, Content, Language};
use siaga::domain::kind::{Finding, IncidentKind};
use siaga::domain::report::{Section, Unfit};
use siaga::domain::severity::Severity;
use siaga::domain::tlp::Tlp;

use crate::support::{address, at, parse_time, rules, text};

/// Reads the lines of a mail with a text below them, on Monday 23 November 2026.
fn read(lines: &str, below: &str) -> Vec<Result<Order, Misread>> {
    read_with(lines, below, &[])
}

fn read_with(lines: &str, below: &str, files: &[Attachment]) -> Vec<Result<Order, Misread>> {
    let rules = rules();
    let reading = Reading {
        below,
        files,
        signature: None,
        pdf_only: false,
        people: &rules.people,
        calendar: &rules.calendar,
        prefix: "CIAMIS",
        now: at(23, 10, 30),
    };
    parse(&command_lines(lines), &reading)
}

fn one(line: &str) -> Result<Command, Misread> {
    let mut read = read(line, "");
    assert_eq!(read.len(), 1, "{line}");
    read.remove(0).map(|order| order.command)
}

fn check(line: &str, command: Command) {
    assert_eq!(one(line), Ok(command), "{line}");
}

fn wrong(line: &str, misread: Misread) {
    assert_eq!(one(line), Err(misread), "{line}");
}

fn not_a(wanted: Wanted, found: &str) -> Misread {
    Misread::NotA { wanted, found: text(found) }
}

#[test]
fn the_words_of_a_verification_come_in_any_order() {
    let full = Assessment {
        kind: Some(IncidentKind::Gambling),
        severity: Some(Severity::High),
        opd: Some(text("dinkes")),
        ..Assessment::default()
    };
    for line in [
        "#valid judol tinggi dinkes",
        "#VALID dinkes JUDOL Tinggi",
        "#accept tinggi judol dinkes",
        "#valid. “judol” tinggi, dinkes.",
    ] {
        check(line, Command::Verify(full.clone()));
    }
    check("#valid", Command::Verify(Assessment::default()));
    let host = Assessment {
        kind: Some(IncidentKind::Access),
        finding: Some(Finding::Incident),
        system: Some(text("simpus.dinkes.ciamiskab.go.id")),
        ..Assessment::default()
    };
    check("#valid akses insiden https://simpus.dinkes.ciamiskab.go.id/masuk", Command::Verify(host));
    wrong("#valid judol dinsos", not_a(Wanted::Assessment, "dinsos"));
    wrong("#valid judol deface", not_a(Wanted::Assessment, "deface"));
}

#[test]
fn one_argument() {
    check("#jenis deface", Command::SetKind(IncidentKind::Defacement));
    check("#type SQLI", Command::SetKind(IncidentKind::SqlInjection));
    check("#tingkat kritis", Command::SetSeverity(Severity::Critical));
    check("#sev high", Command::SetSeverity(Severity::High));
    check("#pemilik dinkes", Command::SetOwner(text("dinkes")));
    check("#tlp TLP:AMBER+STRICT", Command::SetTlp(Tlp::AmberStrict));
    check("#bahasa en", Command::SetLanguage(Language::En));
    check("#pdp ya", Command::PersonalData(Breach::Yes));
    check("#pdp selesai", Command::PersonalData(Breach::Notified));
    check("#pisah disdukcapil", Command::Split { opd: text("disdukcapil") });
    wrong("#jenis", Misread::Missing(Wanted::Kind));
    wrong("#jenis gawat", not_a(Wanted::Kind, "gawat"));
    wrong("#pemilik dinsos", not_a(Wanted::Opd, "dinsos"));
    wrong("#pdp mungkin", not_a(Wanted::YesNoDone, "mungkin"));
}

#[test]
fn ticket_numbers_whole_or_short() {
    let of = || "CIAMIS-2026-0087".parse().expect("a number");
    for line in ["#duplikat 0087", "#duplikat 87", "#dup CIAMIS-2026-0087", "#duplikat [ciamis-2026-0087]"] {
        check(line, Command::Duplicate { of: of() });
    }
    check("#status 87", Command::Status { number: Some(of()) });
    check("#status", Command::Status { number: None });
    wrong("#duplikat", Misread::Missing(Wanted::TicketNumber));
    wrong("#duplikat nol", not_a(Wanted::TicketNumber, "nol"));
    wrong("#gabung 0", not_a(Wanted::TicketNumber, "0"));
}

#[test]
fn people_by_name_or_address() {
    let dedi = || address("dedi@csirt.example");
    check("#serah dedi", Command::Assign { to: dedi(), note: String::new() });
    check("#serah Dedi lanjutkan besok", Command::Assign { to: dedi(), note: text("lanjutkan besok") });
    check("#disposisi dedi@csirt.example segera", Command::Dispose { to: dedi(), note: text("segera") });
    wrong("#serah", Misread::Missing(Wanted::Analyst));
    wrong("#serah tono", not_a(Wanted::Analyst, "tono"));
    // Two analysts are called that.
    wrong("#serah analis", not_a(Wanted::Analyst, "analis"));
}

#[test]
fn dates_as_they_are_written_here() {
    let until = |time: &str| Command::Extend { until: Some(parse_time(time)), reason: text("pengadaan") };
    check("#perpanjang 04/12 pengadaan", until("2026-12-04T16:30:00+07:00"));
    check("#perpanjang s.d. 4/12/2026 pengadaan", until("2026-12-04T16:30:00+07:00"));
    check("#perpanjang sampai 2026-12-04 pengadaan", until("2026-12-04T16:30:00+07:00"));
    // A Saturday ends with the next working day; a day that is over is next year's.
    check("#perpanjang 05/12 pengadaan", until("2026-12-07T16:00:00+07:00"));
    check("#perpanjang 04/01 pengadaan", until("2027-01-04T16:00:00+07:00"));
    check("#perpanjang", Command::Extend { until: None, reason: String::new() });
    wrong("#perpanjang besok", not_a(Wanted::Date, "besok"));
    wrong("#perpanjang 31/02", not_a(Wanted::Date, "31/02"));
    let day = |text: &str| text.parse().expect("a day");
    let term = Term { from: day("2026-11-23"), until: day("2026-11-30") };
    check("#delegasi plh s.d. 30/11", Command::Delegate { to: address("plh@csirt.example"), term });
    wrong("#delegasi ani s.d. 30/11", not_a(Wanted::Deputy, "ani"));
    wrong("#delegasi plh", Misread::Missing(Wanted::Date));
    let november = Some(Month { year: 2026, month: 11 });
    for line in ["#rekap 11/2026", "#rekap november", "#rekap nov 2026", "#report 11"] {
        check(line, Command::Recap { month: november });
    }
    check("#rekap", Command::Recap { month: None });
    wrong("#rekap 13/2026", not_a(Wanted::Month, "13/2026"));
}

#[test]
fn codes_stand_on_the_line_and_are_no_words() {
    let order = |line: &str| read(line, "").remove(0).expect("an order");
    let approve = |line: &str| {
        let Order { command, code, sure: _ } = order(line);
        let Command::Approve { withhold, .. } = command else { panic!("{line}") };
        (withhold, code)
    };
    assert_eq!(approve("#setuju 7Q4K-9M2X"), (false, Some(text("7Q4K-9M2X"))));
    assert_eq!(approve("#ACC 7q4k9m2x tahan"), (true, Some(text("7q4k9m2x"))));
    assert_eq!(approve("#setuju tahan ABCDEFGH"), (true, Some(text("ABCDEFGH"))));
    assert_eq!(approve("#ok"), (false, None));
    wrong("#setuju besok", not_a(Wanted::Nothing, "besok"));
    let revise = order("#perbaiki 7Q4K-9M2X lengkapi kronologi");
    assert_eq!(revise.command, Command::Revise { notes: text("lengkapi kronologi") });
    assert_eq!(revise.code.as_deref(), Some("7Q4K-9M2X"));
    // A word of eight letters is no code.
    let revise = order("#revisi lengkapi kronologi");
    assert_eq!((revise.command, revise.code), (Command::Revise { notes: text("lengkapi kronologi") }, None));
    let reject = order("#tolak 7Q4K-9M2X terlalu lama");
    assert_eq!(reject.command, Command::Reject { reason: text("terlalu lama") });
    assert_eq!(order("#catat kode 7Q4K-9M2X dikirim").code, None, "a note takes no code");
    assert_eq!(order("#spam 7Q4K-9M2X").code.as_deref(), Some("7Q4K-9M2X"), "where nobody vouches for an order");
    assert_eq!(order("#catat sejak 2025-2026").code, None, "years are no code");
}

#[test]
fn text_stands_on_the_line_or_below() {
    let text_of = |lines: &str, below: &str| read(lines, below).remove(0).expect("an order").command;
    assert_eq!(text_of("#tanya di mana?", ""), Command::Ask { text: text("di mana?") });
    assert_eq!(text_of("#tanya", "Di mana?\nSejak kapan?\n"), Command::Ask { text: text("Di mana?\nSejak kapan?") });
    assert_eq!(text_of("#tanya dua hal:", "Di mana?"), Command::Ask { text: text("dua hal:\nDi mana?") });
    assert_eq!(text_of("#terima Rina", ""), Command::Acknowledge { officer: text("Rina") });
    assert_eq!(text_of("#balas imbalan", ""), Command::Reply(Reply::Bounty));
    assert_eq!(text_of("#balas perkembangan", ""), Command::Reply(Reply::Progress));
    wrong("#tanya", Misread::Missing(Wanted::Text));
    wrong("#ambil sekarang", not_a(Wanted::Nothing, "sekarang"));
    // Each line has its own text, or one of them the text below; never two the same.
    let both = read("#catat ditelepon\n#tanya", "Di mana?");
    assert!(both.iter().all(Result::is_ok), "{both:?}");
    let both = read("#tanya\n#catat", "Di mana?");
    assert_eq!(both, [Err(Misread::WhoseText), Err(Misread::WhoseText)]);
    assert!(uses_text(&command_lines("#ambil\n#tanya")) && !uses_text(&command_lines("#ambil\n#valid judol")));
}

#[test]
fn near_misses_are_asked_back() {
    let unknown = |typed: &str, nearest| Misread::Unknown { typed: text(typed), nearest };
    wrong("#tolk tidak valid", unknown("tolk", Some(Word::Reject)));
    wrong("#stuju 7Q4K-9M2X", unknown("stuju", Some(Word::Approve)));
    wrong("#sudah", unknown("sudah", Some(Word::Fixed)));
    wrong("#xyzzy", unknown("xyzzy", None));
}

fn file(content: Content) -> Attachment {
    Attachment {
        filename: text("laporan.pdf"),
        content_type: text("application/pdf"),
        content,
        size_bytes: 10,
        digest: siaga::domain::digest::Digest::of(b"laporan"),
        inline: false,
        scan: None,
    }
}

#[test]
fn a_report_is_paragraphs_or_a_document_with_the_two_that_must_be_said() {
    let missing = |sections: &[Section]| Err(Misread::Unfit(Unfit::Missing(sections.to_vec())));
    let required = &Section::ALL[..7];
    assert_eq!(read("#ajukan", "")[0], missing(required));
    assert_eq!(
        read("#laporan", "Ringkasan: situs diretas.\nDampak: nama baik.")[0],
        missing(&[
            Section::Chronology,
            Section::Verification,
            Section::Cause,
            Section::Handling,
            Section::Recommendations,
        ])
    );
    let with = |below: &str, files: &[Attachment]| read_with("#ajukan", below, files).remove(0);
    let pdf = [file(Content::Pdf), file(Content::Image)];
    assert_eq!(with("", &pdf), missing(&[Section::Summary, Section::Recommendations]));
    let Ok(Order { command: Command::Submit(submission), .. }) = with("Ringkasan: a\nRekomendasi: b", &pdf) else {
        panic!("a document and the two paragraphs are a report");
    };
    assert_eq!(submission.file.as_ref().map(|file| file.content), Some(Content::Pdf));
    let two = [file(Content::Pdf), file(Content::Office)];
    assert_eq!(with("", &two), Err(Misread::Unfit(Unfit::SeveralDocuments(2))));
}

#[test]
fn every_example_of_the_help_mail_is_understood() {
    for word in Word::all().filter(|word| *word != Word::Submit) {
        // Whoever types an example puts the code of the mail where it shows the word for one.
        let line = format!("#{}", word.row().example.replace("KODE", "7Q4K-9M2X"));
        let order = read(&line, "").remove(0);
        assert_eq!(order.map(|order| order.command.word()), Ok(word), "{line}");
    }
}

#[test]
fn a_word_that_needs_a_text_says_so_in_the_table() {
    for word in Word::all().filter(|word| *word != Word::Submit) {
        let alone = read(&format!("#{}", word.as_str()), "").remove(0);
        let needs_text = alone == Err(Misread::Missing(Wanted::Text));
        assert_eq!(needs_text, word.row().form == Form::Text(true), "{word}");
    }
}
