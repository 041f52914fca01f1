//! Words → the frozen bytes of a mail: threads that hold together, and no value that could add a
//! header, end a mail early or keep it from being sent at all.

use chrono::{TimeZone, Utc};
use mail_parser::{HeaderValue, MessageParser, MimeHeaders, PartType};
use proptest::prelude::*;

use siaga::compose::{Attached, AutoSubmitted, FileContent, Letter, compose, filled};
use siaga::domain::digest::Digest;
use siaga::domain::incoming::Language;
use siaga::domain::person::Person;

fn letter() -> Letter {
    Letter {
        from: Person { name: "Ciamiskab-CSIRT".to_owned(), address: "csirt@desk.example".parse().expect("valid") },
        to: "budi@warga.example".parse().expect("valid"),
        reply_to: None,
        subject: "[CIAMIS-2026-0007] Laporan Saudara telah diterima".to_owned(),
        text: "Yth. Bapak/Ibu Pelapor,\n\nTerima kasih.\n".to_owned(),
        html: "<p>Yth. Bapak/Ibu Pelapor,</p>\n<p>Terima kasih.</p>\n".to_owned(),
        message_id: "k1.42.7.00112233445566778899aabbccddeeff@desk.example".to_owned(),
        in_reply_to: Some("laporan@warga.example".to_owned()),
        references: vec!["awal@warga.example".to_owned(), "laporan@warga.example".to_owned()],
        date: Utc.with_ymd_and_hms(2026, 11, 23, 3, 30, 0).single().expect("an instant"),
        auto: AutoSubmitted::Replied,
        language: Language::Id,
        attachments: Vec::new(),
    }
}

fn composed(letter: &Letter) -> String {
    String::from_utf8(compose(letter).expect("composed").bytes).expect("7-bit")
}

/// The value of a header, unfolded; panics unless it stands there once.
fn header(raw: &str, name: &str) -> String {
    let (head, _) = raw.split_once("\r\n\r\n").expect("a header block");
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines: Vec<&str> = unfolded.split("\r\n").filter(|line| line.starts_with(&format!("{name}: "))).collect();
    assert_eq!(lines.len(), 1, "{name} in {head}");
    lines[0][name.len() + 2..].to_owned()
}

fn names(raw: &str) -> Vec<String> {
    let (head, _) = raw.split_once("\r\n\r\n").expect("a header block");
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split(':').next().unwrap_or("").to_owned()).collect()
}

#[test]
fn a_whole_mail() {
    insta::assert_snapshot!(composed(&letter()).replace("\r\n", "\n"));
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    assert_eq!(compose(&letter()).expect("composed"), compose(&letter()).expect("composed"));
}

/// Mail programs decode it in any text, whoever wrote the line.
#[test]
fn a_line_of_a_stranger_became_an_attachment_of_ours() {
    let words = "Kutipan:\nbegin 644 tagihan.exe\n#0V%T\n`\nend\nbegin sekarang";
    let raw = compose(&Letter { text: words.to_owned(), ..letter() }).expect("composed").bytes;
    let mail = siaga::mail::parse::parse(&raw).expect("our own mail").mail;
    assert_eq!(mail.attachments, []);
    assert!(mail.text.contains("\n begin 644 tagihan.exe\n"), "{}", mail.text);
    assert!(mail.text.ends_with("\nbegin sekarang"), "{}", mail.text);
}

/// Evidence is kept once however many people get it: the mail is the same as if it held the bytes.
#[test]
fn a_kept_file_comes_out_as_if_it_had_been_frozen_with_the_mail() {
    let file =
        |name: &str, content: FileContent| Attached { name: name.to_owned(), content_type: "image/png", content };
    for sizes in [vec![0], vec![1, 57], vec![58, 56, 100_000], vec![114]] {
        let files: Vec<Vec<u8>> = sizes.iter().map(|size| (0..*size).map(|at| (at % 251) as u8).collect()).collect();
        let attach = |content: fn(&Vec<u8>) -> FileContent| -> Vec<Attached> {
            files.iter().enumerate().map(|(at, bytes)| file(&format!("layar {at}.png"), content(bytes))).collect()
        };
        let here = Letter { attachments: attach(|bytes| FileContent::Here(bytes.clone())), ..letter() };
        let kept = Letter { attachments: attach(|bytes| FileContent::Kept(Digest::of(bytes))), ..letter() };
        let (here, kept) = (compose(&here).expect("composed"), compose(&kept).expect("composed"));
        assert!(here.slots.is_empty() && kept.bytes.len() < 4_000, "{} bytes", kept.bytes.len());
        let found: Vec<_> = kept.slots.iter().copied().zip(files.iter().cloned()).collect();
        let digests: Vec<_> = files.iter().map(|bytes| Digest::of(bytes)).collect();
        assert_eq!(kept.slots.iter().map(|slot| slot.digest).collect::<Vec<_>>(), digests);
        let (here, filled) = (String::from_utf8_lossy(&here.bytes).into_owned(), filled(&kept.bytes, &found));
        assert_eq!(String::from_utf8_lossy(&filled), here, "{sizes:?}");
    }
}

/// RFC 3834: an answer says that it is one, so that nobody's robot answers it.
#[test]
fn automatic_mail_says_what_it_is() {
    let answer = composed(&letter());
    assert_eq!(header(&answer, "Auto-Submitted"), "auto-replied");
    assert_eq!(header(&answer, "X-Auto-Response-Suppress"), "All");
    assert_eq!(header(&answer, "Precedence"), "bulk");
    let notice = composed(&Letter { auto: AutoSubmitted::Generated, language: Language::En, ..letter() });
    assert_eq!(header(&notice, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&notice, "Content-Language"), "en");
    // A notice that asks somebody to act is no bulk mail; filters would bury it.
    assert!(!names(&notice).contains(&"Precedence".to_owned()));
}

#[test]
fn a_reply_stands_below_what_it_answers() {
    let raw = composed(&letter());
    assert_eq!(header(&raw, "Message-ID"), "<k1.42.7.00112233445566778899aabbccddeeff@desk.example>");
    assert_eq!(header(&raw, "In-Reply-To"), "<laporan@warga.example>");
    assert_eq!(header(&raw, "References"), "<awal@warga.example> <laporan@warga.example>");
    let first = composed(&Letter { in_reply_to: None, references: Vec::new(), ..letter() });
    assert!(!names(&first).iter().any(|name| name == "In-Reply-To" || name == "References"));
}

/// The head of a thread and its latest ids stay; what is between gives way.
#[test]
fn long_threads_keep_their_head_and_their_end() {
    let references: Vec<String> = (0..100).map(|number| format!("surat-{number}@warga.example")).collect();
    let raw = composed(&Letter { references, ..letter() });
    let value = header(&raw, "References");
    let kept: Vec<&str> = value.split(' ').collect();
    assert_eq!(kept.len(), 21);
    assert_eq!((kept[0], kept[1]), ("<surat-0@warga.example>", "<surat-80@warga.example>"));
    assert_eq!(kept[20], "<surat-99@warga.example>");
}

/// Ids as long as they may be, twenty-one of them: the header is folded, no line is too long.
#[test]
fn the_longest_references_are_sent() {
    let references: Vec<String> = (0..30).map(|number| format!("{number:0>230}@warga.example")).collect();
    let raw = composed(&Letter { references: references.clone(), in_reply_to: references.last().cloned(), ..letter() });
    assert_eq!(header(&raw, "References").split(' ').filter(|id| !id.is_empty()).count(), 21);
    assert!(raw.lines().all(|line| line.len() <= 998));
}

#[test]
fn ids_that_are_none_are_not_repeated() {
    for id in
        ["", "a b@x.example", "a@x.example>\r\nBcc: <x@y.example", "<a@x.example>", "é@x.example", &"a".repeat(251)]
    {
        let raw = composed(&Letter {
            in_reply_to: Some(id.to_owned()),
            references: vec!["baik@warga.example".to_owned(), id.to_owned()],
            ..letter()
        });
        assert!(!names(&raw).contains(&"In-Reply-To".to_owned()), "{id:?}");
        assert_eq!(header(&raw, "References"), "<baik@warga.example>", "{id:?}");
    }
}

const HOSTILE: &[&str] = &[
    "x\r\nBcc: korban@warga.example\r\n\r\ntubuh",
    "a\rb\nc\0d\u{85}e\u{2028}f\u{2029}g",
    "\r\n.\r\n",
    "\n.\n",
    "=?utf-8?Q?x=0D=0ABcc:_evil@evil.example?=",
    "\u{1b}[31m \u{7f} \u{fffe}",
    "🔥 Situs “diretas” — 網站 — сайт",
    "\"kutip\" <evil@evil.example>, (komentar",
    "",
    " ",
];

#[test]
fn a_hostile_value_adds_no_header_and_ends_no_mail() {
    let long = "a".repeat(10_000);
    let wide = "é".repeat(10_000);
    for value in HOSTILE.iter().copied().chain([long.as_str(), wide.as_str()]) {
        if let Err(error) = holds(&letter_with(value)) {
            panic!("{:?}: {error}", value.chars().take(60).collect::<String>());
        }
    }
}

/// A letter with a value wherever one can stand.
fn letter_with(value: &str) -> Letter {
    let mut letter = letter();
    letter.from.name = value.to_owned();
    letter.subject = value.to_owned();
    letter.text = value.to_owned();
    letter.html = value.to_owned();
    letter.in_reply_to = Some(value.to_owned());
    letter.references = vec![value.to_owned(), "baik@warga.example".to_owned()];
    letter
}

/// What every composed mail keeps: our headers once each, 7-bit lines with CRLF, both parts.
fn holds(letter: &Letter) -> Result<(), TestCaseError> {
    let bytes = compose(letter).map_err(|error| TestCaseError::fail(format!("{error:#}")))?.bytes;
    prop_assert!(bytes.is_ascii());
    let raw = String::from_utf8(bytes.clone()).expect("ASCII");
    prop_assert!(!raw.replace("\r\n", "").contains(['\r', '\n', '\0']), "a bare line break");
    prop_assert!(raw.split("\r\n").all(|line| line.len() <= 998), "a long line");
    prop_assert!(!raw.contains("\r\n.\r\n") || raw.find("\r\n.\r\n") > raw.find("\r\n\r\n"));
    let mut names = names(&raw);
    names.retain(|name| name != "In-Reply-To");
    names.sort_unstable();
    let ours = [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Precedence",
        "References",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ];
    prop_assert_eq!(names, ours);
    let message = MessageParser::default().parse(&bytes).expect("it can be read again");
    let parts: Vec<_> = message.parts.iter().map(|part| part.content_type().and_then(|kind| kind.subtype())).collect();
    prop_assert_eq!(parts, [Some("alternative"), Some("plain"), Some("html")]);
    let to: Vec<_> = message.to().expect("To").iter().filter_map(|to| to.address()).collect();
    prop_assert_eq!(to, ["budi@warga.example"]);
    let from: Vec<_> = message.from().expect("From").iter().filter_map(|from| from.address()).collect();
    prop_assert_eq!(from, ["csirt@desk.example"]);
    let PartType::Text(text) = &message.parts[1].body else { return Err(TestCaseError::fail("no text")) };
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    prop_assert_eq!(lines(text), lines(&readable(&letter.text)));
    let subject =
        message.header("Subject").map_or("", |value| if let HeaderValue::Text(text) = value { text } else { "" });
    // Blanks may be added: inside what is too long to be folded, or looks encoded.
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    prop_assert_eq!(letters(subject), letters(&readable(&letter.subject)));
    Ok(())
}

/// A value as it may be read: control characters are blanks.
fn readable(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

proptest! {
    #[test]
    fn no_value_changes_the_structure_of_a_mail(
        value in prop_oneof![
            any::<String>(),
            "[ -~\r\n\t\0]{0,300}",
            (prop::sample::select(HOSTILE), any::<String>()).prop_map(|(one, other)| format!("{other}{one}{other}")),
        ],
    ) {
        holds(&letter_with(&value))?;
    }

    #[test]
    fn words_come_out_as_they_went_in(subject in "[ -~é„“🔥]{0,200}", text in "([ -~é„“🔥]{0,100}\n){0,20}") {
        let letter = Letter { subject, text, ..letter() };
        holds(&letter)?;
        let raw = compose(&letter).expect("composed").bytes;
        let message = MessageParser::default().parse(&raw).expect("it can be read again");
        let words: Vec<&str> = letter.subject.split_whitespace().collect();
        prop_assert_eq!(message.subject().unwrap_or(""), words.join(" ").replace("=?", "= ?"));
    }
}
