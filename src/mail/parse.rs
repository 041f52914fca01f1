//! Bytes of a message → [`IncomingMail`]: pure, bounded, and never panicking on purpose.

use std::borrow::Cow;

use crate::domain::digest::Digest;
use crate::domain::incoming::{Automatic, Defect, IncomingMail, Nature, Unreadable};
use crate::domain::protection::Protection;
use crate::mail::addresses::{self, Envelope, one_line};
use crate::mail::contents::Contents;
use crate::mail::core_digest::CoreDigest;
use crate::mail::evidence::Claims;
use crate::mail::headers::{Headers, message_start};
use crate::mail::nature::Evidence;
use crate::mail::opener::Opener;
use crate::mail::structure::Structure;
use crate::mail::{language, newly_written, provider, words};

/// Received headers of a message that is read.
const HOPS_MAX: usize = 100;
/// Characters of body text that are kept; the raw message has all of it.
const TEXT_MAX: usize = 2_000_000;
/// Octets of the text of enclosed messages that are looked at.
const REPORTED_MAX: usize = 200_000;

/// A message that was read, with the decoded bytes of its attachments in the same order.
#[derive(Debug)]
pub struct Parsed {
    /// What it says.
    pub mail: IncomingMail,
    /// The bytes of `mail.attachments`.
    pub files: Vec<Vec<u8>>,
    /// What it shows of its sender.
    pub claims: Claims,
}

/// Reads a whole message.
///
/// # Errors
/// [`Unreadable`] if it is empty or goes round in circles. Call it through [`crate::mail::reader::Reader`]: hostile mail has
/// made parsers abort.
pub fn parse(raw: &[u8]) -> Result<Parsed, Unreadable> {
    parse_named(raw, Digest::of(raw))
}

/// The same, for bytes whose digest is known.
///
/// # Errors
/// As [`parse`].
pub fn parse_named(raw: &[u8], digest: Digest) -> Result<Parsed, Unreadable> {
    parse_opening(raw, digest, &Opener::default())
}

/// The same with the keys that open what is encrypted and tell whose a signature is.
///
/// # Errors
/// As [`parse`].
pub fn parse_opening(raw: &[u8], digest: Digest, opener: &Opener) -> Result<Parsed, Unreadable> {
    if is_blank(raw) {
        return Err(Unreadable::Empty);
    }
    let read = with_line_ends(raw);
    let read = &read[message_start(&read)..];
    let structure = Structure::of(read);
    refuse_loop(&structure.root().headers)?;
    let headers = &structure.root().headers;
    let envelope = Envelope::of(headers);
    let sender = envelope.sender.as_ref().ok().map(|person| &person.address);
    let (content, protection) = opener.looked_at(read, &structure, sender);
    let contents = match content {
        Some(inner) => Contents::of(&inner, &Structure::of(&inner)),
        None => Contents::of(read, &structure),
    };
    let identity = Identity { raw: digest, core: CoreDigest::of(raw), size_bytes: raw.len() as u64 };
    let mut parsed = assemble((headers, envelope), contents, identity);
    parsed.mail.protection = protection;
    let sender = parsed.mail.sender.as_ref().map(|sender| &sender.address);
    // The bytes as they lay in the mailbox: a signature covers those.
    parsed.claims = Claims::of(raw, headers, sender);
    Ok(parsed)
}

/// Reads a message of which only the header block is looked at because it is too large.
///
/// # Errors
/// As [`parse`].
pub fn parse_header(head: &[u8], raw: Digest, core: Digest, size_bytes: u64) -> Result<Parsed, Unreadable> {
    if is_blank(head) {
        return Err(Unreadable::Empty);
    }
    let read = with_line_ends(head);
    let headers = Headers::of(&read[message_start(&read)..]);
    let mut contents = Contents::default();
    contents.defect(Defect::TooLarge);
    Ok(assemble((&headers, Envelope::of(&headers)), contents, Identity { raw, core, size_bytes }))
}

/// A mail that has been passed on so often goes round in circles (RFC 5321 section 6.3).
fn refuse_loop(headers: &Headers) -> Result<(), Unreadable> {
    let hops = headers.all("received").count();
    if hops > HOPS_MAX {
        return Err(Unreadable::Limits(format!("{hops} Received headers: the message goes round in circles")));
    }
    Ok(())
}

/// What a message is by its bytes.
struct Identity {
    raw: Digest,
    core: Digest,
    size_bytes: u64,
}

fn is_blank(raw: &[u8]) -> bool {
    raw.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

/// The bytes with line ends that can be read: some systems end their lines with CR alone.
fn with_line_ends(raw: &[u8]) -> Cow<'_, [u8]> {
    let head = &raw[..raw.len().min(4096)];
    if head.contains(&b'\r') && !head.contains(&b'\n') {
        Cow::Owned(raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
    } else {
        Cow::Borrowed(raw)
    }
}

fn assemble((headers, envelope): (&Headers, Envelope), mut contents: Contents, identity: Identity) -> Parsed {
    let subject = one_line(&words::decoded(headers.get("subject").unwrap_or("")));
    let text = std::mem::take(&mut contents.text);
    if text.contains('\u{FFFD}') {
        contents.defect(Defect::UnknownCharset);
    }
    let mut text = clean(text, &mut contents);
    // No text has more characters than octets.
    if text.len() > TEXT_MAX
        && let Some(cut) = text.char_indices().nth(TEXT_MAX).map(|(at, _)| at)
    {
        text.truncate(cut);
        contents.defect(Defect::Limits);
    }
    let new_text = newly_written::newly_written(&text);
    let message_id = addresses::ids(headers, "message-id").into_iter().next();
    let evidence = Evidence::of((headers, &contents), (&subject, &text), &envelope.from_address);
    let nature = evidence.nature();
    let automatic = evidence.automatic(&nature);
    note_defects(&mut contents, &text);
    if message_id.is_none() {
        contents.defect(Defect::NoMessageId);
    }
    if let Err(defect) = envelope.sender {
        contents.defect(defect);
    }
    let plain = contents.plain.take().map(|plain| clean(plain, &mut contents));
    let html_text = contents.html.take().map(|page| clean(page, &mut contents));
    let mut reported = std::mem::take(&mut contents.nested);
    reported.truncate(reported.floor_char_boundary(REPORTED_MAX));
    let reported = clean(reported, &mut contents);
    let (attachments, files) = contents.files.into_iter().unzip();
    let junk = provider::says_junk(headers);
    let mail = IncomingMail {
        raw: identity.raw,
        core: identity.core_of(&nature, automatic.is_some_and(|why| why != Automatic::Hops), junk),
        size_bytes: identity.size_bytes,
        message_id,
        in_reply_to: addresses::ids(headers, "in-reply-to"),
        references: addresses::ids(headers, "references"),
        sender: envelope.sender.ok(),
        from_text: envelope.from_text,
        reply_to: envelope.reply_to,
        recipients: envelope.recipients,
        language: language::language_of(&format!("{subject}\n{new_text}")),
        subject,
        date: envelope.date,
        command_text: plain.clone().or_else(|| html_text.clone()).unwrap_or_default(),
        html_text: html_text.filter(|_| plain.is_some()),
        text,
        new_text,
        reported,
        attachments,
        nature,
        automatic,
        junk,
        hops: headers.all("received").count(),
        defects: contents.defects,
        protection: Protection::default(),
    };
    let claims = Claims::of_head(headers, mail.sender.as_ref().map(|sender| &sender.address));
    Parsed { mail, files, claims }
}

impl Identity {
    /// What tells a message from others. A mark that decides what a mail is belongs to it, although the
    /// header that bears it may come from the way: or a copy that somebody marks and sends first would
    /// make the true mail a second delivery of spam or of a bounce. The number of hops is no such mark: a
    /// mail that goes round in circles is one mail.
    fn core_of(&self, nature: &Nature, automatic: bool, junk: bool) -> Digest {
        if *nature == Nature::Person && !automatic && !junk {
            return self.core;
        }
        let marks = format!("{}:{}:{automatic}:{junk}", self.core, nature.as_str());
        Digest::of(marks.as_bytes())
    }
}

fn note_defects(contents: &mut Contents, text: &str) {
    if !contents.defects.contains(&Defect::TooLarge) && text.trim().is_empty() {
        contents.defect(Defect::EmptyBody);
    }
    if contents.has_type("multipart/encrypted")
        || contents.has_type("application/pgp-encrypted")
        || text.contains("-----BEGIN PGP MESSAGE-----")
    {
        contents.defect(Defect::Encrypted);
    }
    if contents.has_type("message/partial") {
        contents.defect(Defect::Partial);
    }
}

/// Text without control characters; that some were replaced is noted.
fn clean(text: String, contents: &mut Contents) -> String {
    if !holds_control(text.as_bytes()) {
        return text;
    }
    let mut replaced = false;
    let clean = text
        .replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => '\n',
            '\u{0B}' | '\u{0C}' => ' ',
            c if c.is_control() => {
                replaced = true;
                '\u{FFFD}'
            }
            c => c,
        })
        .collect();
    if replaced {
        contents.defect(Defect::ControlCharacters);
    }
    clean
}

/// Whether a text in UTF-8 may hold a control character other than tabs and line ends.
fn holds_control(text: &[u8]) -> bool {
    // Those of Latin-1 begin with 0xC2, as do the signs behind them: those texts are looked at closely.
    text.iter().any(|byte| matches!(byte, 0..=8 | 0x0B..=0x1F | 0x7F | 0xC2))
}
