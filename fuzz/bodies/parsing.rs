//! Any bytes are a message or a clear refusal, within the limits, and twice the same.

use siaga::domain::digest::Digest;
use siaga::domain::incoming::IncomingMail;
use siaga::mail::parse::{Parsed, parse, parse_header};

pub(crate) fn body(data: &[u8]) {
    let Ok(Parsed { mail, files, .. }) = parse(data) else { return };
    hold(&mail);
    assert_eq!(mail.raw, Digest::of(data));
    assert_eq!(mail.size_bytes, data.len() as u64);
    assert_eq!(mail.attachments.len(), files.len());
    for (attachment, bytes) in mail.attachments.iter().zip(&files) {
        assert_eq!((attachment.digest, attachment.size_bytes), (Digest::of(bytes), bytes.len() as u64));
    }
    let again = parse(data).expect("read a moment ago").mail;
    assert_eq!(mail, again);
    // Of a message too large to be read, the headers say the same.
    let head = parse_header(data, mail.raw, mail.core, mail.size_bytes).expect("not empty").mail;
    assert_eq!((head.message_id, head.subject, head.sender), (mail.message_id, mail.subject, mail.sender));
}

/// What is true of every mail that was read.
fn hold(mail: &IncomingMail) {
    let is_line = |text: &str| !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    let is_text = |text: &str| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert!(is_line(&mail.subject) && is_line(&mail.from_text));
    assert!(is_text(&mail.text) && is_text(&mail.new_text) && is_text(&mail.reported));
    assert!(is_text(&mail.command_text) && mail.html_text.as_deref().is_none_or(is_text));
    assert!(mail.text.chars().count() <= 2_000_000 && mail.hops <= 100);
    assert!(mail.in_reply_to.len() <= 200 && mail.references.len() <= 200 && mail.recipients.len() <= 500);
    for id in mail.message_id.iter().chain(&mail.in_reply_to).chain(&mail.references) {
        assert!(!id.is_empty() && id.len() <= 998 && is_line(id), "{id:?}");
    }
    for person in mail.sender.iter().chain(&mail.reply_to) {
        assert!(is_line(&person.name) && person.name.chars().count() <= 120);
        assert_eq!(person.address.as_str().parse().as_ref(), Ok(&person.address));
    }
    for file in &mail.attachments {
        let name = &file.filename;
        assert!(is_line(name) && !name.is_empty() && name.chars().count() <= 120, "{name:?}");
        assert!(!name.contains(['/', '\\']) && name != "." && name != "..", "{name:?}");
    }
}
