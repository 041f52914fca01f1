//! Bytes of a message → [`IncomingMail`]: pure, bounded, and never panicking on purpose.

use std::borrow::Cow;

use chrono::{TimeZone, Utc};
use mail_parser::{Addr, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::incoming::{Attachment, Content, Defect, IncomingMail, Unreadable};
use crate::domain::person::{Address, Person};
use crate::mail::headers::{BLOCK_MAX, CoreDigest, Headers, body_start};
use crate::mail::nature::Evidence;
use crate::mail::{decode, files, html, language, newly_written};

/// Messages inside each other, or digests, that are read. More of them have made the parser abort
/// the process, and no person sends them.
const NESTED_MAX: usize = 100;
/// Parts of one message.
const PARTS_MAX: usize = 1_000;
/// Enclosed messages whose own files are made reachable.
const ENCLOSED_DEPTH: usize = 4;
/// Files of one message.
const FILES_MAX: usize = 500;
/// Characters of body text that are kept; the raw message has all of it.
const TEXT_MAX: usize = 2_000_000;
/// Ids of one header.
const IDS_MAX: usize = 200;

/// A message that was read, with the decoded bytes of its attachments in the same order.
#[derive(Debug)]
pub struct Parsed {
    /// What it says.
    pub mail: IncomingMail,
    /// The bytes of `mail.attachments`.
    pub files: Vec<Vec<u8>>,
}

/// Reads a whole message.
///
/// # Errors
/// [`Unreadable`] if it is empty or beyond the limits. Call it on a thread with a large stack and
/// inside `catch_unwind`: hostile mail has made parsers abort.
pub fn parse(raw: &[u8]) -> Result<Parsed, Unreadable> {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    refuse_bombs(raw)?;
    let read = readable(raw);
    let headers = Headers::of(&read);
    let message = MessageParser::default().parse(read.as_ref()).ok_or(Unreadable::Empty)?;
    let mut reader = Reader::default();
    reader.message(&message, 0);
    Ok(reader.finish(raw, &headers, &message, None))
}

/// Reads a message of which only the header block is looked at because it is too large.
///
/// # Errors
/// As [`parse`].
pub fn parse_header(header: &[u8], raw: Digest, core: Digest, size_bytes: u64) -> Result<Parsed, Unreadable> {
    if header.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    let block = &header[..body_start(header)];
    let read = readable(block);
    let headers = Headers::of(&read);
    let message = MessageParser::default().parse_headers(read.as_ref()).ok_or(Unreadable::Empty)?;
    let mut parsed = Reader::default().finish(block, &headers, &message, Some(size_bytes));
    parsed.mail.raw = raw;
    parsed.mail.core = core;
    Ok(parsed)
}

/// Counts what would nest before anything is parsed.
fn refuse_bombs(raw: &[u8]) -> Result<(), Unreadable> {
    let (mut nested, mut multiparts, mut boundaries) = (0_usize, 0_usize, 0_usize);
    for line in raw.split(|byte| *byte == b'\n') {
        if line.len() > 2 && line.starts_with(b"--") && !line.starts_with(b"-- ") && !line.starts_with(b"---") {
            boundaries += 1;
        } else if line.first().is_some_and(|byte| matches!(byte, b'c' | b'C' | b' ' | b'\t'))
            && line.len() < 2_000
            && line.contains(&b'/')
        {
            let line = line.to_ascii_lowercase();
            let has = |needle: &[u8]| line.windows(needle.len()).any(|window| window == needle);
            nested += usize::from(has(b"message/") || has(b"multipart/digest"));
            multiparts += usize::from(has(b"multipart/"));
        }
    }
    if nested > NESTED_MAX || multiparts > NESTED_MAX {
        return Err(Unreadable::Limits(format!("more than {NESTED_MAX} messages or multiparts inside each other")));
    }
    if boundaries > 2 * PARTS_MAX {
        return Err(Unreadable::Limits(format!("more than {PARTS_MAX} parts")));
    }
    Ok(())
}

/// The bytes as the parser gets them: line ends that every parser knows, and no header block that
/// takes it minutes.
fn readable(raw: &[u8]) -> Cow<'_, [u8]> {
    let head = &raw[..raw.len().min(4096)];
    // Some systems end their lines with CR alone.
    let cr_only = head.contains(&b'\r') && !head.contains(&b'\n');
    let raw = if cr_only {
        Cow::Owned(raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
    } else {
        Cow::Borrowed(raw)
    };
    let start = body_start(&raw);
    if start <= BLOCK_MAX {
        return raw;
    }
    let mut cut = raw[..BLOCK_MAX].to_vec();
    cut.extend_from_slice(b"\n\n");
    cut.extend_from_slice(&raw[start..]);
    Cow::Owned(cut)
}

/// Collects what the parts of a message hold.
#[derive(Default)]
struct Reader {
    text: String,
    plain: Option<String>,
    html: Option<String>,
    status: String,
    types: Vec<String>,
    enclosed_ids: Vec<String>,
    names: Vec<String>,
    files: Vec<(Attachment, Vec<u8>)>,
    defects: Vec<Defect>,
    nested_text: String,
}

impl Reader {
    fn message(&mut self, message: &Message<'_>, depth: usize) {
        let shown: Vec<u32> = message.text_body.iter().chain(&message.html_body).copied().collect();
        let alternatives = !message.text_body.is_empty();
        for (index, part) in message.parts.iter().enumerate() {
            self.note(part);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            if depth == 0 && shown.contains(&index) && !is_attached(part) {
                let main = message.text_body.contains(&index) || !alternatives;
                self.body(part, main, message.html_body.contains(&index));
            } else if depth > 0 && message.text_body.contains(&index) && !is_attached(part) {
                self.nested_body(part);
            } else {
                self.file(message, part, depth);
            }
        }
    }

    fn note(&mut self, part: &MessagePart<'_>) {
        if let Some(content) = part.content_type() {
            let name = match content.subtype() {
                Some(subtype) => format!("{}/{subtype}", content.ctype()),
                None => content.ctype().to_owned(),
            };
            self.types.push(name.to_ascii_lowercase());
        }
        if part.is_encoding_problem {
            self.defect(Defect::DamagedEncoding);
        }
    }

    fn body(&mut self, part: &MessagePart<'_>, main: bool, in_html: bool) {
        match &part.body {
            PartType::Text(text) => {
                let text = decode::body(part, text);
                if self.plain.is_none() {
                    self.plain = Some(text.clone());
                }
                if main {
                    append(&mut self.text, &text);
                }
            }
            PartType::Html(page) => {
                let text = html::to_text(&decode::body(part, page));
                if main {
                    append(&mut self.text, &text);
                }
                if in_html && self.html.is_none() {
                    self.html = Some(text);
                }
            }
            // A picture shown between texts is a file.
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {}
        }
    }

    fn nested_body(&mut self, part: &MessagePart<'_>) {
        match &part.body {
            PartType::Text(text) => append(&mut self.nested_text, text),
            PartType::Html(page) => append(&mut self.nested_text, &html::to_text(page)),
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {}
        }
    }

    fn file(&mut self, message: &Message<'_>, part: &MessagePart<'_>, depth: usize) {
        let kind = content_type(part);
        if kind == "message/delivery-status" || kind == "message/global-delivery-status" {
            append(&mut self.status, &String::from_utf8_lossy(part.contents()));
        }
        if kind == "text/rfc822-headers" || kind == "message/rfc822-headers" {
            self.enclosed(&Headers::of(part.contents()));
        }
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Message(inner) => {
                self.enclosed(&Headers::of(inner.raw_message()));
                let start = (part.offset_body as usize).min(part.offset_end as usize);
                let bytes = message.raw_message().get(start..part.offset_end as usize).unwrap_or(inner.raw_message());
                let subject = inner.subject().unwrap_or("");
                let fallback =
                    if subject.is_empty() { "pesan.eml".to_owned() } else { format!("{}.eml", one_line(subject)) };
                self.keep(part, bytes.to_vec(), &fallback);
                if depth < ENCLOSED_DEPTH {
                    self.message(inner, depth + 1);
                }
            }
            PartType::Text(_) | PartType::Html(_) => {
                let bytes = decode::transfer(message.raw_message(), part);
                self.keep(part, bytes, "");
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                let bytes = bytes.to_vec();
                self.keep(part, bytes, "");
            }
        }
    }

    fn enclosed(&mut self, headers: &Headers) {
        for name in ["message-id", "in-reply-to", "references"] {
            let ids = headers.all(name).flat_map(ids_in).take(IDS_MAX);
            self.enclosed_ids.extend(ids);
        }
    }

    fn keep(&mut self, part: &MessagePart<'_>, bytes: Vec<u8>, fallback: &str) {
        if self.files.len() >= FILES_MAX || (bytes.is_empty() && part.attachment_name().is_none()) {
            return;
        }
        let kind = content_type(part);
        if kind == "message/delivery-status" && part.attachment_name().is_none() {
            return;
        }
        let name = part.attachment_name().map(decode::file_name).unwrap_or_else(|| fallback.to_owned());
        self.names.push(name.clone());
        let content = if kind == "message/rfc822" { Content::Message } else { files::content_of(&bytes) };
        let position = self.files.len();
        let attachment = Attachment {
            filename: files::safe_name(&name, position),
            content_type: kind,
            content,
            size_bytes: bytes.len() as u64,
            digest: Digest::of(&bytes),
            inline: part.content_id().is_some()
                && !part.content_disposition().is_some_and(|disposition| disposition.is_attachment()),
        };
        self.files.push((attachment, bytes));
    }

    fn defect(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    fn finish(mut self, raw: &[u8], headers: &Headers, message: &Message<'_>, too_large: Option<u64>) -> Parsed {
        let (sender, from_address) = self.sender(headers, message);
        let subject = one_line(&decode::header_text(message.subject().unwrap_or("")));
        if self.text.trim().is_empty() && !self.nested_text.is_empty() {
            self.text = std::mem::take(&mut self.nested_text);
        }
        let uuencoded = decode::uuencoded(&self.text);
        for (name, bytes) in uuencoded.files.into_iter().take(FILES_MAX.saturating_sub(self.files.len())) {
            self.names.push(name.clone());
            let attachment = Attachment {
                filename: files::safe_name(&name, self.files.len()),
                content_type: "application/octet-stream".to_owned(),
                content: files::content_of(&bytes),
                size_bytes: bytes.len() as u64,
                digest: Digest::of(&bytes),
                inline: false,
            };
            self.files.push((attachment, bytes));
        }
        let mut text = self.clean(&uuencoded.text);
        if let Some(cut) = text.char_indices().nth(TEXT_MAX).map(|(at, _)| at) {
            text.truncate(cut);
        }
        let new_text = newly_written::newly_written(&text);
        self.note_defects(headers, &text, too_large.is_some());
        let evidence = Evidence {
            headers,
            types: &self.types,
            subject: &subject,
            text: &text,
            status: &self.status,
            from: &from_address,
            filenames: &self.names,
            enclosed_ids: self.enclosed_ids.clone(),
        };
        let nature = evidence.nature();
        let automatic = evidence.automatic(&nature);
        let plain = self.plain.take().map(|plain| self.clean(&plain));
        let html_text = self.html.take().map(|page| self.clean(&page));
        let (attachments, files) = std::mem::take(&mut self.files).into_iter().unzip();
        let mail = IncomingMail {
            raw: Digest::of(raw),
            core: CoreDigest::of(raw),
            size_bytes: too_large.unwrap_or(raw.len() as u64),
            message_id: headers.get("message-id").and_then(|value| ids_in(value).next()),
            in_reply_to: headers.all("in-reply-to").flat_map(ids_in).take(IDS_MAX).collect(),
            references: headers.all("references").flat_map(ids_in).take(IDS_MAX).collect(),
            sender,
            from_text: from_text(message, headers),
            reply_to: single(message.reply_to()),
            recipients: recipients(message),
            language: language::language_of(&format!("{subject}\n{new_text}")),
            subject,
            date: message.date().and_then(|date| time(date.to_timestamp())),
            command_text: plain.clone().or_else(|| html_text.clone()).unwrap_or_default(),
            html_text: html_text.filter(|_| plain.is_some()),
            text,
            new_text,
            attachments,
            nature,
            automatic,
            hops: headers.all("received").count(),
            defects: self.defects,
        };
        Parsed { mail, files }
    }

    /// The sender, if there is exactly one; and the address From names, for the look of it.
    fn sender(&mut self, headers: &Headers, message: &Message<'_>) -> (Option<Person>, String) {
        let count = headers.all("from").count();
        let people: Vec<&Addr<'_>> = message.from().map(|from| from.iter().collect()).unwrap_or_default();
        let first = people.first().and_then(|person| person.address()).unwrap_or("").trim().to_ascii_lowercase();
        if count == 0 {
            self.defect(Defect::NoFrom);
            return (None, first);
        }
        let group = message.from().is_some_and(|from| from.as_group().is_some());
        if count > 1 || people.len() > 1 || group {
            self.defect(Defect::SeveralFrom);
            return (None, first);
        }
        let sender = people.first().and_then(|person| to_person(person));
        if sender.is_none() {
            self.defect(Defect::UnusableFrom);
        }
        (sender, first)
    }

    fn note_defects(&mut self, headers: &Headers, text: &str, too_large: bool) {
        if headers.get("message-id").and_then(|value| ids_in(value).next()).is_none() {
            self.defect(Defect::NoMessageId);
        }
        if too_large {
            self.defect(Defect::TooLarge);
        } else if text.trim().is_empty() {
            self.defect(Defect::EmptyBody);
        }
        let types = std::mem::take(&mut self.types);
        let has = |names: &[&str]| types.iter().any(|kind| names.contains(&kind.as_str()));
        let enveloped = has(&["application/pkcs7-mime", "application/x-pkcs7-mime"])
            && headers.get("content-type").is_some_and(|value| !value.to_ascii_lowercase().contains("signed-data"));
        if has(&["multipart/encrypted", "application/pgp-encrypted"])
            || enveloped
            || text.contains("-----BEGIN PGP MESSAGE-----")
        {
            self.defect(Defect::Encrypted);
        }
        if has(&["message/partial"]) {
            self.defect(Defect::Partial);
        }
        if text.contains('\u{FFFD}') {
            self.defect(Defect::UnknownCharset);
        }
        self.types = types;
    }

    /// Text without control characters; what was replaced is noted.
    fn clean(&mut self, text: &str) -> String {
        let mut replaced = false;
        let text = text.replace("\r\n", "\n");
        let clean = text
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
            self.defect(Defect::ControlCharacters);
        }
        clean
    }
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(more);
}

/// Whether a text part is a file and not part of what is read.
fn is_attached(part: &MessagePart<'_>) -> bool {
    part.content_disposition().is_some_and(|disposition| disposition.is_attachment())
        || (part.attachment_name().is_some() && !part.is_text())
}

fn content_type(part: &MessagePart<'_>) -> String {
    let Some(content) = part.content_type() else { return "text/plain".to_owned() };
    let subtype = content.subtype().unwrap_or("plain");
    let clean =
        |text: &str| text.chars().filter(|c| c.is_ascii_graphic()).take(100).collect::<String>().to_ascii_lowercase();
    format!("{}/{}", clean(content.ctype()), clean(subtype))
}

/// The ids in a header value, tolerant of what stands around them.
fn ids_in(value: &str) -> impl Iterator<Item = String> + '_ {
    let bracketed = value.contains('<');
    let parts: Vec<&str> = if bracketed {
        value.split('<').skip(1).filter_map(|part| part.split('>').next()).collect()
    } else {
        value.split_whitespace().filter(|word| word.contains('@')).collect()
    };
    parts
        .into_iter()
        .map(|id| id.split_whitespace().collect::<String>().trim_matches(['"', ',', ';']).to_owned())
        .filter(|id| !id.is_empty() && id.len() <= 998 && !id.chars().any(char::is_control))
}

fn to_person(person: &Addr<'_>) -> Option<Person> {
    let address: Address = person.address()?.trim().parse().ok()?;
    let name = one_line(&decode::header_text(person.name().unwrap_or("")));
    Some(Person { name: name.chars().take(120).collect(), address })
}

fn single(addresses: Option<&mail_parser::Address<'_>>) -> Option<Person> {
    let people: Vec<&Addr<'_>> = addresses?.iter().collect();
    match people.as_slice() {
        [person] => to_person(person),
        _ => None,
    }
}

fn recipients(message: &Message<'_>) -> Vec<Address> {
    let named = message.to().into_iter().chain(message.cc());
    named
        .flat_map(|addresses| addresses.iter())
        .filter_map(|person| person.address()?.trim().parse().ok())
        .take(500)
        .collect()
}

/// From as it reads, decoded, on one line.
fn from_text(message: &Message<'_>, headers: &Headers) -> String {
    let several = headers.all("from").count() > 1;
    let people: Vec<String> = message
        .from()
        .into_iter()
        .flat_map(|from| from.iter())
        .map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{} <{address}>", decode::header_text(name)),
            (name, address) => name.or(address).unwrap_or("").to_owned(),
        })
        .collect();
    let text = if several || people.is_empty() {
        headers.all("from").collect::<Vec<_>>().join(" | ")
    } else {
        people.join(", ")
    };
    one_line(&text).chars().take(300).collect()
}

/// One line without control or direction-changing characters.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') { ' ' } else { c })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let line = words.join(" ");
    if line.len() > 4_000 { line.chars().take(1_000).collect() } else { line }
}

/// A claimed time, if it is one a calendar can hold.
fn time(seconds: i64) -> Option<Time> {
    let in_range = (0..=253_402_300_799).contains(&seconds);
    in_range.then(|| Utc.timestamp_opt(seconds, 0).single()).flatten()
}
