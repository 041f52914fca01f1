//! Hostile values in a mail of ours: our headers and nothing else, and read again it says what was
//! written.

use siaga::compose::{Attached, AutoSubmitted, FileContent, Letter, compose};
use siaga::domain::Time;
use siaga::domain::incoming::Language;
use siaga::domain::outgoing::framing_fault;
use siaga::domain::person::{Address, Person};
use siaga::mail::parse::parse;

use super::letters;

/// What may stand at the head of a mail of ours.
const OURS: &[&str] = &[
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "Reply-To",
    "Precedence",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
];

pub(crate) fn body(data: &[u8]) {
    let letter = letter(data);
    let composed = compose(&letter).expect("no value keeps a mail from being written");
    let bytes = &composed.bytes;
    assert_eq!(framing_fault(bytes), None);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an end of the headers");
    let head = std::str::from_utf8(&bytes[..end]).expect("7 bits");
    let mut names: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split_once(':').expect("a header").0)
        .collect();
    for name in &names {
        assert!(OURS.contains(name), "{name:?} is none of our headers");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a header stands there twice");
    read_again(&letter, bytes);
}

fn read_again(letter: &Letter, bytes: &[u8]) {
    let parsed = parse(bytes).expect("our own mail");
    let mail = parsed.mail;
    assert_eq!(mail.message_id.as_ref(), Some(&letter.message_id));
    assert_eq!(mail.sender.map(|person| person.address), Some(letter.from.address.clone()));
    assert_eq!(mail.recipients, std::slice::from_ref(&letter.to));
    assert_eq!(mail.reply_to.map(|person| person.address), letter.reply_to);
    // A file that stands in a page is found by us alone; in the text, where mail programs find one, is none.
    let uuencoded = letter.html.contains("begin ");
    assert!(uuencoded || mail.attachments.len() == letter.attachments.len(), "{:?}", mail.attachments);
    // What stands around an id is no part of it, whoever wrote it so.
    let bare = |id: &String| id.trim_matches(['"', ',', ';']).to_owned();
    let named: Vec<String> = letter.in_reply_to.iter().chain(&letter.references).map(bare).collect();
    for id in mail.in_reply_to.iter().chain(&mail.references) {
        assert!(named.contains(id), "{id:?} was never named");
    }
    let subject: String = letters(&letter.subject).take(300).collect();
    let read: String = letters(&mail.subject).take(300).collect();
    assert_eq!(read, subject, "the subject is not what was written");
    let read: String = letters(&mail.command_text).collect();
    assert!(uuencoded || letters(&letter.text).eq(read.chars()), "the text is not what was written: {read:?}");
}

/// The values of a letter: what stands between octets that no UTF-8 has.
fn letter(data: &[u8]) -> Letter {
    let values: Vec<String> =
        data.split(|byte| *byte == 0xFF).map(|value| String::from_utf8_lossy(value).into_owned()).collect();
    let value = |at: usize| values[at % values.len()].clone();
    let desk: Address = "csirt@ciamiskab.example".parse().expect("an address");
    let address = |text: String| text.trim().parse::<Address>().ok();
    let file = |name: String| Attached {
        name,
        content_type: "application/pdf",
        content: FileContent::Here([b"%PDF-1.7\n", data].concat()),
    };
    Letter {
        from: Person { name: value(1), address: desk },
        to: address(value(2)).unwrap_or_else(|| "budi@warga.example".parse().expect("an address")),
        reply_to: address(value(3)),
        subject: value(0),
        text: value(4),
        html: value(5),
        message_id: "k1.7.1.00@ciamiskab.example".to_owned(),
        in_reply_to: Some(value(6)),
        references: values.iter().skip(6).take(60).cloned().collect(),
        date: Time::UNIX_EPOCH,
        auto: if data.len().is_multiple_of(2) { AutoSubmitted::Replied } else { AutoSubmitted::Generated },
        language: Language::Id,
        attachments: if data.len().is_multiple_of(3) { vec![file(value(7))] } else { Vec::new() },
    }
}
