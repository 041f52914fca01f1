//! The header block by itself: lines unfolded and nothing interpreted.
//!
//! Small on purpose: what decides about identity (how many From headers there are) and about
//! sameness (the core digest) rests on this splitter alone and not on a MIME parser.

use crate::domain::digest::{Digest, DigestBuilder};

/// Octets of header block that are looked at.
pub(super) const BLOCK_MAX: usize = 256 << 10;
/// Octets of one header that are looked at.
const HEADER_MAX: usize = 32 << 10;

/// The headers of a message, in order.
#[derive(Debug, Default)]
pub(super) struct Headers {
    list: Vec<(String, String)>,
}

impl Headers {
    /// Splits the header block of `raw`.
    pub(super) fn of(raw: &[u8]) -> Headers {
        let block = &raw[..body_start(raw).min(raw.len()).min(BLOCK_MAX)];
        let mut list: Vec<(String, String)> = Vec::new();
        for line in block.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                if let Some((_, value)) = list.last_mut().filter(|(_, value)| value.len() < HEADER_MAX) {
                    value.push(' ');
                    value.push_str(String::from_utf8_lossy(line).trim());
                }
                continue;
            }
            if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                let name = String::from_utf8_lossy(&line[..colon]).trim().to_ascii_lowercase();
                let value = &line[colon + 1..line.len().min(colon + 1 + HEADER_MAX)];
                list.push((name, String::from_utf8_lossy(value).trim().to_owned()));
            }
        }
        Headers { list }
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

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(name, _)| name.as_str())
    }
}

/// Where the body begins: behind the first empty line, or at the end.
pub(super) fn body_start(raw: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = raw[at..].iter().position(|byte| *byte == b'\n') {
        let line = &raw[at..at + length];
        at += length + 1;
        if line.is_empty() || line == b"\r" {
            return at;
        }
    }
    raw.len()
}

/// The digest of a message without what the way adds to it, so that every delivery of one message
/// has the same (trust-and-safety 3.1). Line ends do not count.
pub(super) fn core_digest(raw: &[u8]) -> Digest {
    let start = body_start(raw);
    let mut builder = DigestBuilder::default();
    let mut skipping = false;
    for line in raw[..start].split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            skipping = is_trace(line);
        }
        if !skipping {
            builder.update(line);
            builder.update(b"\n");
        }
    }
    let mut at = start;
    // Carriage returns are left out by runs, so that megabytes cost no call for each line.
    while let Some(length) = raw[at..].iter().position(|byte| *byte == b'\r') {
        builder.update(&raw[at..at + length]);
        at += length + 1;
    }
    builder.update(&raw[at..]);
    builder.finish()
}

fn is_trace(line: &[u8]) -> bool {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    let name = String::from_utf8_lossy(&line[..colon]).trim().to_ascii_lowercase();
    name.starts_with("x-")
        || name.starts_with("arc-")
        || matches!(
            name.as_str(),
            "return-path" | "received" | "delivered-to" | "authentication-results" | "received-spf" | "status"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_counted() {
        let headers = Headers::of(b"From: a\r\nX-Long: one\r\n two\r\nFROM: b\r\n\r\nFrom: body\r\n");
        assert_eq!(headers.all("from").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get("x-long"), Some("one two"));
    }

    #[test]
    fn every_delivery_has_the_same_core() {
        let direct = b"From: a\r\nSubject: s\r\n\r\nbody\r\n";
        let relayed = b"Received: by x;\r\n\tlater\r\nX-Spam: no\r\nFrom: a\nSubject: s\n\nbody\n";
        assert_eq!(core_digest(direct), core_digest(relayed));
        let other = b"From: a\r\nSubject: s\r\n\r\nbody!\r\n";
        assert_ne!(core_digest(direct), core_digest(other));
        assert_ne!(core_digest(direct), core_digest(b"From: b\r\nSubject: s\r\n\r\nbody\r\n"));
    }
}
