//! Floor 1: words → the frozen bytes of a mail. Pure: the same letter gives the same bytes.
//!
//! **Invariant:** no value can add a header or a line of SMTP: whatever the values hold, the result
//! has exactly our headers, CRLF line ends and nothing bare between them.

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::incoming::Language;
use crate::domain::outgoing::framing_fault;
use crate::domain::person::{Address, Person};

/// Ids a References header names at most; more of them break the header limits of some systems.
const REFERENCES_MAX: usize = 20;
/// Characters of a word in a header: a longer one could not be folded.
const WORD_MAX: usize = 200;
/// Octets of an id that is repeated.
const ID_BYTES_MAX: usize = 250;

/// A mail before it is frozen.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The desk.
    pub from: Person,
    /// The one recipient. The bare address: a display name would be the sender's own words.
    pub to: Address,
    /// Where the answer shall go, if not to the desk's plain address.
    pub reply_to: Option<Address>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same words as a page.
    pub html: String,
    /// Our Message-ID without brackets.
    pub message_id: String,
    /// The id it answers.
    pub in_reply_to: Option<String>,
    /// The ids before it, oldest first.
    pub references: Vec<String>,
    /// When it was decided.
    pub date: Time,
    /// What kind of automatic mail it is.
    pub auto: AutoSubmitted,
    /// Its language.
    pub language: Language,
    /// Files that go with it.
    pub attachments: Vec<Attached>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its safe name.
    pub name: String,
    /// Its type, e.g. `application/pdf`.
    pub content_type: &'static str,
    /// The file.
    pub content: FileContent,
}

/// What a file that goes with a mail holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// These bytes, frozen with the mail.
    Here(Vec<u8>),
    /// Evidence that is kept under its digest and never changes: frozen is the digest, and the bytes
    /// are put in when the mail is sent, so that each of ten recipients does not cost the database
    /// another copy.
    Kept(Digest),
}

/// A composed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Its bytes, without those of kept files.
    pub bytes: Vec<u8>,
    /// Where those of kept files belong, from the first to the last.
    pub slots: Vec<Slot>,
}

/// Where the bytes of a kept file belong in a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Offset in the bytes of the mail.
    pub offset: usize,
    /// Digest of the file.
    pub digest: Digest,
}

/// RFC 3834 section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// An answer to one mail.
    Replied,
    /// Sent of our own accord.
    Generated,
}

/// Freezes a letter.
///
/// # Errors
/// If the result is not what it must be; nothing in a letter's values should be able to cause that.
pub fn compose(letter: &Letter) -> Result<Composed> {
    let mailbox = |name: &str, address: &Address| -> Result<Mailbox> {
        let address = address.as_str().parse().with_context(|| format!("write to {}", address.masked()))?;
        Ok(Mailbox::new((!name.is_empty()).then(|| one_line(name)), address))
    };
    let auto = match letter.auto {
        AutoSubmitted::Replied => "auto-replied",
        AutoSubmitted::Generated => "auto-generated",
    };
    let mut builder = Message::builder()
        .from(mailbox(&letter.from.name, &letter.from.address)?)
        .to(mailbox("", &letter.to)?)
        .subject(one_line(&letter.subject))
        .date(letter.date.into())
        .message_id(Some(format!("<{}>", letter.message_id)))
        .raw_header(plain("Auto-Submitted", auto))
        .raw_header(plain("X-Auto-Response-Suppress", "All"))
        .raw_header(plain("Content-Language", letter.language.as_str()));
    if let Some(address) = &letter.reply_to {
        builder = builder.reply_to(mailbox(&letter.from.name, address)?);
    }
    if letter.auto == AutoSubmitted::Replied {
        builder = builder.raw_header(plain("Precedence", "bulk"));
    }
    if let Some(id) = letter.in_reply_to.as_deref().filter(|id| is_repeatable(id)) {
        builder = builder.in_reply_to(format!("<{id}>"));
    }
    let references: Vec<_> =
        letter.references.iter().filter(|id| is_repeatable(id)).map(|id| format!("<{id}>")).collect();
    if !references.is_empty() {
        let recent = &references[references.len().saturating_sub(REFERENCES_MAX)..];
        // The first id is the head of the thread; mail programs gather by it.
        let head = (recent.len() < references.len()).then(|| references[0].clone());
        let named: Vec<_> = head.into_iter().chain(recent.iter().cloned()).collect();
        builder = builder.references(named.join(" "));
    }
    let boundary = format!("=_{}", &Digest::of(letter.message_id.as_bytes()).to_string()[..32]);
    let body = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(without_files(&readable(&letter.text))))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(readable(&letter.html)));
    let body = if letter.attachments.is_empty() { body } else { with_files(body, letter)? };
    let bytes = builder.multipart(body).context("put the parts of a mail together")?.formatted();
    let composed = with_kept_files(bytes, letter)?;
    let bytes = &composed.bytes;
    if let Some(fault) = framing_fault(bytes) {
        anyhow::bail!("a composed mail {fault}");
    }
    ensure!(bytes.is_ascii(), "a composed mail is not 7-bit clean");
    Ok(composed)
}

/// A mail whose kept files are in their places.
pub fn filled(bytes: &[u8], files: &[(Slot, Vec<u8>)]) -> Vec<u8> {
    let room: usize = files.iter().map(|(_, file)| file.len().div_ceil(3) * 4 / LINE * (LINE + 2) + LINE + 6).sum();
    let mut whole = Vec::with_capacity(bytes.len() + room);
    let mut done = 0;
    for (slot, file) in files {
        let offset = slot.offset.clamp(done, bytes.len());
        whole.extend_from_slice(&bytes[done..offset]);
        let encoded = STANDARD.encode(file);
        for (index, line) in encoded.as_bytes().chunks(LINE).enumerate() {
            if index > 0 {
                whole.extend_from_slice(b"\r\n");
            }
            whole.extend_from_slice(line);
        }
        done = offset;
    }
    whole.extend_from_slice(&bytes[done..]);
    whole
}

/// Characters of a line of base64 (RFC 2045 section 6.8).
const LINE: usize = 76;

/// What stands between the parts of a letter with files.
fn between_files(letter: &Letter) -> String {
    format!("=+{}", &Digest::of(letter.message_id.as_bytes()).to_string()[..32])
}

/// The words and, beside them, the files whose bytes are here.
fn with_files(words: MultiPart, letter: &Letter) -> Result<MultiPart> {
    let mut whole = MultiPart::mixed().boundary(between_files(letter)).multipart(words);
    for file in &letter.attachments {
        if let FileContent::Here(bytes) = &file.content {
            whole = whole.singlepart(part(file, bytes.clone())?);
        }
    }
    Ok(whole)
}

/// The mail with a part for each kept file, in front of what ends its last part.
fn with_kept_files(mut bytes: Vec<u8>, letter: &Letter) -> Result<Composed> {
    let mut slots = Vec::new();
    let end = format!("--{}--\r\n", between_files(letter)).into_bytes();
    for file in &letter.attachments {
        let FileContent::Kept(digest) = file.content else { continue };
        ensure!(bytes.ends_with(&end), "a composed mail with files does not end where it should");
        bytes.truncate(bytes.len() - end.len());
        bytes.extend_from_slice(format!("--{}\r\n", between_files(letter)).as_bytes());
        let headers = part(file, Vec::new())?.headers().to_string();
        bytes.extend_from_slice(headers.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        slots.push(Slot { offset: bytes.len(), digest });
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&end);
    }
    Ok(Composed { bytes, slots })
}

/// A file as a part. It is never bent to fit: base64 carries any byte, and a signature covers every
/// one.
fn part(file: &Attached, bytes: Vec<u8>) -> Result<SinglePart> {
    let kind: ContentType = file.content_type.parse().context("name the type of a file")?;
    let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64);
    let body = body.map_err(|_| anyhow::anyhow!("a file cannot be encoded"))?;
    Ok(Attachment::new(one_line(&file.name)).body(body, kind))
}

/// Words with one blank between them, none too long for a line: what a header carries unharmed. What
/// looks like an encoded word (RFC 2047) is none: decoded by its reader, it would be words nobody
/// here has seen.
fn one_line(text: &str) -> String {
    let text = text.replace("=?", "= ?");
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let pieces = words.flat_map(|word| {
        let letters: Vec<char> = word.chars().collect();
        letters.chunks(WORD_MAX).map(|piece| piece.iter().collect::<String>()).collect::<Vec<_>>()
    });
    pieces.collect::<Vec<_>>().join(" ")
}

/// A text without control characters other than its line breaks: a NUL or a lone CR in a mail could
/// be read by some server as its end.
fn readable(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

/// A text in which no line begins a file: mail programs still decode what stands between `begin 644 name`
/// and `end`, and would show an attachment that nobody attached. A blank before the word ends that.
fn without_files(text: &str) -> String {
    let begins =
        |line: &str| line.strip_prefix("begin ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let line = |line: &str| if begins(line) { format!(" {line}") } else { line.to_owned() };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Whether an id from a stranger's mail can stand in a header of ours as it is.
fn is_repeatable(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'<' && byte != b'>';
    !id.is_empty() && id.len() <= ID_BYTES_MAX && id.bytes().all(plain)
}

/// A header whose value is ours and plain.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
