//! Mail read from bytes: every `tests/mail/*.eml` against the `.expected` beside it, input that must
//! never stop anything, and properties of any bytes.
//!
//! `SIAGA_BLESS=1 cargo test --test parse` writes the expectations anew, to be looked at before they
//! are committed.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use siaga::domain::command::grammar::command_lines;
use siaga::domain::incoming::{Automatic, Content, Defect, IncomingMail, Nature, Unreadable};
use siaga::mail::parse::{Parsed, parse};
use siaga::mail::reader::{Reader, Unread};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail")
}

fn mails() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("tests/mail");
    let mut mails: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    mails.sort();
    mails
}

fn read(raw: &[u8]) -> Parsed {
    parse(raw).expect("readable")
}

/// A mail in words, as the expectations have it.
fn described(mail: &IncomingMail) -> String {
    let mut said = String::new();
    let mut line = |name: &str, value: &str| {
        writeln!(said, "{}", format!("{name}: {value}").trim_end()).expect("a string takes everything")
    };
    let sender = mail.sender.as_ref().map(|person| person.address.to_string());
    line("from", &mail.from_text);
    line("sender", sender.as_deref().unwrap_or("-"));
    line("subject", &mail.subject);
    line("message-id", mail.message_id.as_deref().unwrap_or("-"));
    line("answers", &mail.in_reply_to.join(" "));
    line("language", mail.language.as_str());
    line("nature", &nature(&mail.nature));
    line("automatic", mail.automatic.map_or("-", |automatic| automatic.as_str()));
    let defects: Vec<_> = mail.defects.iter().map(|defect| defect.as_str()).collect();
    line("defects", &defects.join(" "));
    for file in &mail.attachments {
        // Text keeps the line ends of its mail, so its size is no property of it.
        let size = match file.content {
            Content::Text | Content::Message => "as its mail has it".to_owned(),
            Content::Image
            | Content::Pdf
            | Content::Office
            | Content::Archive
            | Content::Media
            | Content::Program
            | Content::Other => format!("{} bytes", file.size_bytes),
        };
        let shown = if file.inline { ", shown in the text" } else { "" };
        line("file", &format!("{} ({}, {}, {size}{shown})", file.filename, file.content_type, file.content.as_str()));
    }
    for command in command_lines(&mail.command_text) {
        line("begins with", format!("#{} {}", command.word, command.arguments).trim_end());
    }
    if let Some(html) =
        mail.html_text.as_deref().filter(|html| command_lines(html) != command_lines(&mail.command_text))
    {
        line("but the HTML with", html.lines().next().unwrap_or(""));
    }
    block(&mut said, "new text", &mail.new_text);
    if mail.text.trim() != mail.new_text.trim() {
        block(&mut said, "whole text", mail.text.trim());
    }
    said
}

fn nature(nature: &Nature) -> String {
    match nature {
        Nature::Bounce(bounce) => format!(
            "bounce, {:?}, {}, {}, about {}",
            bounce.kind,
            bounce.failed.as_ref().map_or("-", |address| address.as_str()),
            bounce.status.as_deref().unwrap_or("-"),
            bounce.about.join(" "),
        ),
        Nature::AbuseReport(feedback) => format!(
            "abuse report, {}, {}, {} {}",
            feedback.kind.as_deref().unwrap_or("-"),
            feedback.source_ip.as_deref().unwrap_or("-"),
            feedback.domains.join(" "),
            feedback.uris.join(" "),
        ),
        Nature::Person | Nature::AutoReply | Nature::DispositionNotice | Nature::MachineReport => {
            nature.as_str().to_owned()
        }
    }
}

fn block(said: &mut String, name: &str, text: &str) {
    writeln!(said, "{name}:").expect("a string takes everything");
    for line in text.lines() {
        writeln!(said, "{}", format!("| {line}").trim_end()).expect("a string takes everything");
    }
}

#[test]
fn every_mail_reads_as_expected_with_any_line_ends() {
    let mails = mails();
    assert!(!mails.is_empty(), "there is no mail in {}", folder().display());
    let mut failures = Vec::new();
    for path in mails {
        let raw = std::fs::read(&path).expect("a mail");
        let described_now = described(&read(&raw).mail);
        let expected_path = path.with_extension("expected");
        if std::env::var_os("SIAGA_BLESS").is_some() {
            std::fs::write(&expected_path, &described_now).expect("written");
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if described_now != expected {
            failures.push(format!("{name} is read as\n{described_now}\ninstead of\n{expected}"));
        }
        for (ends, other) in other_line_ends(&raw) {
            let read = described(&read(&other).mail);
            if read != expected {
                failures.push(format!("{name} with {ends} is read as\n{read}\ninstead of\n{expected}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The same mail as other systems end its lines.
fn other_line_ends(raw: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut plain = Vec::with_capacity(raw.len());
    for (index, &byte) in raw.iter().enumerate() {
        match byte {
            b'\r' if raw.get(index + 1) == Some(&b'\n') => {}
            b'\r' => plain.push(b'\n'),
            byte => plain.push(byte),
        }
    }
    let with = |end: &[u8]| plain.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(end);
    vec![("LF", with(b"\n")), ("CRLF", with(b"\r\n")), ("CR", with(b"\r"))]
}

#[test]
fn nothing_that_is_empty_is_read() {
    for raw in [&b""[..], b" ", b"\r\n\r\n", b"\0\0\0", b"\n\t \n"] {
        assert_eq!(parse(raw).err(), Some(Unreadable::Empty), "{raw:?}");
    }
}

#[test]
fn case_74_mail_without_from_or_message_id_is_read() {
    let mail = read(b"Subject: Situs\n\nSitus diretas.\n").mail;
    assert_eq!((mail.sender, mail.message_id), (None, None));
    assert!(mail.defects.contains(&Defect::NoFrom) && mail.defects.contains(&Defect::NoMessageId));
    let mail = read(b"Hanya sebaris kalimat tanpa kepala surat.").mail;
    assert_eq!(mail.text, "Hanya sebaris kalimat tanpa kepala surat.");
}

#[test]
fn case_69_sixty_megabytes_are_known_by_their_head_alone() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab\r\n";
    let raw = format!("From: budi@warga.example\r\nSubject: besar\r\n\r\n{}", line.repeat(1_000_000));
    std::fs::write(file.path(), raw).expect("written");
    let reader = Reader::start().expect("a thread");
    let unread = Unread::from_file(file.path(), 25 << 20).expect("a file");
    let mail = reader.read(unread).expect("readable").mail;
    assert_eq!((mail.subject.as_str(), mail.size_bytes), ("besar", 62_000_044));
    assert!(mail.defects.contains(&Defect::TooLarge));
}

#[test]
fn a_large_attachment_is_decoded_whole() {
    let line = format!("{}\r\n", "QUJD".repeat(19));
    let raw = format!(
        "From: budi@warga.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nisi\r\n--b\r\nContent-Type: video/mp4; name=rekaman.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--b--\r\n",
        line.repeat(50_000)
    );
    let parsed = read(raw.as_bytes());
    assert_eq!((parsed.mail.attachments[0].size_bytes, parsed.files[0].len()), (57 * 50_000, 57 * 50_000));
    assert_eq!(parsed.mail.text.trim(), "isi");
}

#[test]
fn case_70_hostile_nesting_is_read_as_far_as_it_makes_sense() {
    let nested = |count: usize, kind: &str| {
        let mut raw = String::from("From: budi@warga.example\nSubject: bom\n");
        for level in 0..count {
            write!(raw, "Content-Type: {kind}; boundary=b{level}\n\n--b{level}\n").expect("a string takes everything");
        }
        raw + "\nisi\n"
    };
    let messages =
        format!("From: budi@warga.example\nSubject: bom\n{}\nisi\n", "Content-Type: message/rfc822\n\n".repeat(3_000));
    let parts = format!(
        "From: budi@warga.example\nSubject: bom\nContent-Type: multipart/mixed; boundary=b\n\n{}--b--\n",
        "--b\n\nisi\n".repeat(10_000)
    );
    for raw in [nested(3_000, "multipart/digest"), nested(10_000, "multipart/mixed"), messages, parts] {
        let mail = read(raw.as_bytes()).mail;
        assert_eq!(mail.subject, "bom");
        assert!(mail.defects.contains(&Defect::Limits), "{:?}", mail.defects);
    }
}

#[test]
fn hostile_pages_are_read() {
    let page = |body: &str| format!("From: budi@warga.example\nContent-Type: text/html\n\n{body}");
    for body in [
        "<div>".repeat(30_000) + "isi",
        "<blockquote>".repeat(30_000) + "isi",
        "<a href=\"".repeat(30_000),
        "&".repeat(300_000),
    ] {
        let mail = read(page(&body).as_bytes()).mail;
        assert!(mail.text.len() <= body.len() + 100);
    }
}

#[test]
fn hostile_headers_are_read() {
    let long = format!("From: budi@warga.example\nX-Long: {}\nSubject: x\n\nisi\n", "a".repeat(1 << 20));
    let folded = format!("From: budi@warga.example\nX-Long:{}\n\nisi\n", "\n a".repeat(200_000));
    let many = format!("From: budi@warga.example\n{}\nisi\n", "X: y\n".repeat(200_000));
    let brackets = format!("From: {}budi@warga.example\nSubject: x\n\nisi\n", "(".repeat(10_000));
    let references = format!("From: budi@warga.example\nReferences: {}\n\nisi\n", "<a@b> ".repeat(100_000));
    let subject = format!("From: budi@warga.example\nSubject: {}\n\nisi\n", "Re: [".repeat(200_000));
    for raw in [long, folded, many, brackets, references, subject] {
        let mail = read(raw.as_bytes()).mail;
        assert_eq!(mail.text.trim(), "isi");
        assert!(mail.subject.len() <= 4_000 && mail.references.len() <= 200);
    }
}

#[test]
fn case_85_a_message_that_goes_round_in_circles_is_put_aside() {
    let raw = |count: usize| format!("{}From: budi@warga.example\n\nisi\n", "Received: by x\n".repeat(count));
    assert!(matches!(parse(raw(101).as_bytes()), Err(Unreadable::Limits(_))));
    assert_eq!(read(raw(100).as_bytes()).mail.hops, 100);
}

#[test]
fn a_bounce_that_a_person_passes_on_is_the_person_s() {
    for path in mails().into_iter().filter(|path| path.to_string_lossy().contains("bounce_")) {
        let raw = std::fs::read_to_string(&path).expect("a mail in UTF-8");
        let bounce = read(raw.as_bytes()).mail;
        assert!(matches!(bounce.nature, Nature::Bounce(_)), "{}", path.display());
        let head = |subject: &str| format!("From: Budi <budi@warga.example>\nSubject: {subject}\nMIME-Version: 1.0\n");
        let attached = format!(
            "{}Content-Type: multipart/mixed; boundary=zz\n\n--zz\n\nMohon dicek.\n--zz\nContent-Type: message/rfc822\n\n{raw}\n--zz--\n",
            head("Surel kembali")
        );
        let above = format!(
            "{}\n---------- Forwarded message ---------\nFrom: {}\n\n{}",
            head(&format!("Fwd: {}", bounce.subject)),
            bounce.from_text,
            bounce.text
        );
        let pasted = format!("{}\nTolong, saya mendapat ini:\n\n{}", head(&bounce.subject), bounce.text);
        let quoted: String = bounce.text.lines().map(|line| format!("> {line}\n")).collect();
        let answered = format!("{}\nKenapa surel saya kembali?\n\n{quoted}", head(&format!("Re: {}", bounce.subject)));
        for passed_on in [attached, above, pasted, answered] {
            assert_eq!(read(passed_on.as_bytes()).mail.nature, Nature::Person, "{passed_on}");
        }
    }
}

#[test]
fn every_file_has_its_bytes_beside_it() {
    for path in mails() {
        let parsed = read(&std::fs::read(&path).expect("a mail"));
        assert_eq!(parsed.files.len(), parsed.mail.attachments.len(), "{}", path.display());
        for (file, bytes) in parsed.mail.attachments.iter().zip(&parsed.files) {
            assert_eq!(file.digest, siaga::domain::digest::Digest::of(bytes), "{}", path.display());
        }
    }
}

fn some_mail() -> impl Strategy<Value = Vec<u8>> {
    let mails = mails();
    let count = mails.len();
    (0..count).prop_map(move |index| std::fs::read(&mails[index]).expect("a mail"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = parse(&raw);
    }

    #[test]
    fn mutated_mails_never_panic(
        mail in some_mail(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..40),
    ) {
        let mut raw = mail;
        for (index, byte, kind) in changes {
            let at = index.index(raw.len().max(1)).min(raw.len().saturating_sub(1));
            match kind {
                _ if raw.is_empty() => raw.push(byte),
                0 => raw[at] = byte,
                1 => raw.insert(at, byte),
                2 => drop(raw.remove(at)),
                _ => raw.truncate(at),
            }
        }
        let _ = parse(&raw);
    }

    #[test]
    fn pieces_of_mails_put_together_never_panic(
        pieces in prop::collection::vec((some_mail(), any::<prop::sample::Index>(), 1_usize..400), 1..8),
    ) {
        let mut raw = Vec::new();
        for (mail, start, length) in pieces {
            let start = start.index(mail.len());
            raw.extend_from_slice(&mail[start..mail.len().min(start + length)]);
        }
        let _ = parse(&raw);
    }

    #[test]
    fn the_core_does_not_depend_on_the_way_a_mail_took(
        mail in some_mail(),
        hops in prop::collection::vec("(Received|Return-Path|Delivered-To|X-Spam-Score|Authentication-Results): [a-z0-9 <>@.]{0,40}", 0..6),
    ) {
        let direct = parse(&mail).expect("readable").mail;
        let newline = if mail.contains(&b'\n') { "\n" } else { "\r" };
        let mut relayed: Vec<u8> = hops.iter().flat_map(|hop| format!("{hop}{newline}").into_bytes()).collect();
        relayed.extend_from_slice(&mail);
        let relayed = parse(&relayed).expect("readable").mail;
        // Only what makes another kind of mail of it tells it from the one that came straight.
        let kind = |mail: &IncomingMail| {
            (mail.nature.as_str(), mail.automatic.is_some_and(|why| why != Automatic::Hops), mail.junk)
        };
        prop_assert_eq!(relayed.core == direct.core, kind(&relayed) == kind(&direct));
    }

    #[test]
    fn the_core_changes_with_any_other_byte(mail in some_mail(), at in any::<prop::sample::Index>()) {
        let parsed = parse(&mail).expect("readable").mail.core;
        let start = mail.windows(2).position(|pair| pair == b"\n\n" || pair == b"\r\r").expect("a body");
        let body = start + at.index(mail.len() - start);
        prop_assume!(mail[body].is_ascii_lowercase());
        let mut other = mail;
        other[body] = other[body].to_ascii_uppercase();
        prop_assert_ne!(parse(&other).expect("readable").mail.core, parsed);
    }
}
