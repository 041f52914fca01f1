//! The header block by itself: lines unfolded, bytes made text, and nothing interpreted.
//!
//! Small on purpose: what decides about identity (how many From headers there are) rests on this
//! splitter and on no parser of anything else.

use memchr::memchr;

use crate::mail::charset;

/// Octets of header block that are looked at.
pub(super) const BLOCK_MAX: usize = 256 << 10;
/// Octets of one header that are looked at.
const HEADER_MAX: usize = 32 << 10;
/// Lines without a colon that may stand between headers.
const GARBAGE_LINES: usize = 10;

/// The headers of a message or part, in order.
#[derive(Debug, Default, Clone)]
pub(super) struct Headers {
    list: Vec<(String, String)>,
}

impl Headers {
    /// Splits the header block at the beginning of `raw`; also where the body begins.
    pub(super) fn split(raw: &[u8]) -> (Headers, usize) {
        let mut splitter = Splitter { list: Vec::new(), octets: 0 };
        let mut at = 0;
        while at < raw.len() {
            let (line, length) = line_at(&raw[at..]);
            if line.is_empty() {
                return (splitter.finish(), at + length);
            }
            if !splitter.takes(line) && !goes_on(&raw[at + length..]) {
                // The empty line was forgotten.
                return (splitter.finish(), at);
            }
            at += length;
        }
        (splitter.finish(), raw.len())
    }

    /// The headers at the beginning of `raw`.
    pub(super) fn of(raw: &[u8]) -> Headers {
        Headers::split(raw).0
    }

    /// The first value of a header, by lower-case name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.list.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a header of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Every header by lower-case name, from the top.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(name, _)| name.as_str())
    }
}

struct Splitter {
    list: Vec<(String, Vec<u8>)>,
    octets: usize,
}

impl Splitter {
    /// Takes a line if it can be one of a header block.
    fn takes(&mut self, line: &[u8]) -> bool {
        self.octets += line.len();
        let within = self.octets <= BLOCK_MAX;
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some((_, value)) = self.list.last_mut().filter(|(_, value)| within && value.len() < HEADER_MAX) {
                value.push(b' ');
                value.extend_from_slice(line[..line.len().min(HEADER_MAX)].trim_ascii());
            }
            return true;
        }
        let Some((name, value)) = named(line) else { return false };
        if within {
            self.list.push((name, value[..value.len().min(HEADER_MAX)].trim_ascii().to_vec()));
        }
        true
    }

    fn finish(self) -> Headers {
        let text = |(name, value): (String, Vec<u8>)| {
            let value = String::from_utf8(value).unwrap_or_else(|error| charset::guess(error.as_bytes()));
            (name, if value.contains('\u{1b}') { charset::guess(value.as_bytes()) } else { value })
        };
        Headers { list: self.list.into_iter().map(text).collect() }
    }
}

/// The line at the beginning of `raw` without its end, and its length with it.
pub(super) fn line_at(raw: &[u8]) -> (&[u8], usize) {
    match memchr(b'\n', raw) {
        Some(end) => (raw[..end].strip_suffix(b"\r").unwrap_or(&raw[..end]), end + 1),
        None => (raw.strip_suffix(b"\r").unwrap_or(raw), raw.len()),
    }
}

/// `Name: value`, the name in lower case.
fn named(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().take(200).position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let right = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    right.then_some((name, &line[colon + 1..]))
}

/// Whether a line is one that only a header block holds.
pub(super) fn is_mail_header(line: &[u8]) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "from", "to", "cc", "subject", "date", "sender", "reply-to", "message-id", "received", "return-path",
        "mime-version", "delivered-to", "references", "in-reply-to", "precedence", "errors-to", "envelope-to",
        "auto-submitted", "authentication-results", "user-agent", "organization", "importance", "status",
    ];
    const BEGINNINGS: &[&str] = &["content-", "x-", "list-", "resent-", "arc-", "dkim-", "received-"];
    named(line).is_some_and(|(name, _)| {
        NAMES.contains(&name.as_str()) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    })
}

/// Whether a header block goes on below a line that is no header: a line some program broke in two.
fn goes_on(mut rest: &[u8]) -> bool {
    for _ in 0..GARBAGE_LINES {
        let (line, length) = line_at(rest);
        if line.is_empty() {
            return false;
        }
        if is_mail_header(line) {
            return true;
        }
        rest = &rest[length..];
    }
    false
}

/// Where a message begins in `raw`: behind a byte order mark, empty lines and the `From ` line of a
/// mailbox file, if a header follows.
pub(super) fn message_start(raw: &[u8]) -> usize {
    let mut at = if raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let beginning = at;
    for _ in 0..GARBAGE_LINES {
        let (line, length) = line_at(&raw[at..]);
        let envelope = line.starts_with(b"From ") || line.starts_with(b">From ");
        if !(envelope || line.trim_ascii().is_empty()) || length == 0 {
            break;
        }
        at += length;
    }
    if named(line_at(&raw[at..]).0).is_some() { at } else { beginning }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_counted() {
        let headers = Headers::of(b"From: a\r\nX-Long: one\r\n two\r\nFROM : b\r\n\r\nFrom: body\r\n");
        assert_eq!(headers.all("from").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get("x-long"), Some("one two"));
    }

    #[test]
    fn where_the_body_begins() {
        let check = |raw: &str, body: &str| {
            assert_eq!(&raw[Headers::split(raw.as_bytes()).1..], body, "{raw:?}");
        };
        check("A: b\n\nisi", "isi");
        check("A: b\r\n\r\nisi", "isi");
        check("A: b\nTanpa baris kosong.\nLagi.\n\nisi", "Tanpa baris kosong.\nLagi.\n\nisi");
        check("A: b\nputus di sini\nSubject: c\n\nisi", "isi");
        check("Tanpa kepala surat sama sekali\n", "Tanpa kepala surat sama sekali\n");
        check("\nisi", "isi");
        check("A: b", "");
        check("", "");
    }

    #[test]
    fn where_the_message_begins() {
        let check = |raw: &str, start: usize| assert_eq!(message_start(raw.as_bytes()), start, "{raw:?}");
        check("From: a\n\n", 0);
        check("\u{FEFF}From: a\n\n", 3);
        check("\n \n\nFrom: a\n\n", 4);
        check("From ani@csirt.example Mon Mar  3 10:12:00 2025\nFrom: a\n\n", 48);
        check("\n\nHanya isi", 0);
        check("", 0);
    }

    #[test]
    fn bytes_that_are_no_ascii_are_text_all_the_same() {
        let value = |raw: &[u8]| Headers::of(raw).get("subject").unwrap_or("").to_owned();
        assert_eq!(value("Subject: Café\n\n".as_bytes()), "Café");
        assert_eq!(value(b"Subject: Andr\xe9 et la for\xeat\n\n"), "André et la forêt");
        assert_eq!(value(b"Subject: \x1b$B%a!<%k\x1b(B\n\n"), "メール");
    }
}
