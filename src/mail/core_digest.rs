//! What makes two deliveries of one message the same message.

use memchr::memchr2;

use crate::domain::digest::{Digest, DigestBuilder};

/// The digest of a message without what the way adds to it, so that every delivery of one message
/// has the same (trust-and-safety 3.1). All line ends are equal. Computed piece by piece, because a
/// message may be too large to be held.
#[derive(Debug, Default)]
pub(super) struct CoreDigest {
    builder: DigestBuilder,
    in_body: bool,
    /// The beginning of the header line that is being read, as far as its name may reach.
    line: Vec<u8>,
    /// Whether the line's name has been judged.
    judged: bool,
    /// Whether the header is one the way adds.
    skipping: bool,
    after_return: bool,
}

/// Octets after which a header line without a colon has no name worth waiting for.
const NAME_MAX: usize = 256;
/// Octets of body lines that are digested together.
const TOGETHER: usize = 16 << 10;

impl CoreDigest {
    pub(super) fn of(raw: &[u8]) -> Digest {
        let mut core = CoreDigest::default();
        core.update(raw);
        core.finish()
    }

    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            if self.in_body {
                return self.body(bytes);
            }
            let end = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
            self.content(&bytes[..end]);
            if let Some(byte) = bytes.get(end) {
                self.after_return = *byte == b'\r';
                self.line_end();
            }
            bytes = bytes.get(end + 1..).unwrap_or(&[]);
        }
    }

    pub(super) fn finish(mut self) -> Digest {
        if !self.in_body && !self.line.is_empty() {
            self.line_end();
        }
        self.builder.finish()
    }

    /// The body has no names to judge: its lines are digested many at a time.
    fn body(&mut self, mut bytes: &[u8]) {
        let mut lines = Vec::with_capacity(bytes.len().min(TOGETHER));
        while let Some(end) = memchr2(b'\r', b'\n', bytes) {
            lines.extend_from_slice(&bytes[..end]);
            lines.push(b'\n');
            let pair = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
            self.after_return = bytes[end] == b'\r' && end + 1 == bytes.len();
            bytes = &bytes[end + 1 + usize::from(pair)..];
            if lines.len() >= TOGETHER {
                self.builder.update(&lines);
                lines.clear();
            }
        }
        self.builder.update(&lines);
        self.builder.update(bytes);
    }

    fn content(&mut self, bytes: &[u8]) {
        if self.judged && !self.skipping {
            self.builder.update(bytes);
        } else if !self.judged {
            self.line.extend_from_slice(bytes);
            if self.line.len() > NAME_MAX {
                self.judge();
            }
        }
    }

    fn judge(&mut self) {
        if !self.line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            self.skipping = is_trace(&self.line);
        }
        self.judged = true;
        if !self.skipping {
            self.builder.update(&self.line);
        }
    }

    fn line_end(&mut self) {
        if self.line.is_empty() {
            self.in_body = true;
            self.skipping = false;
        } else if !self.judged {
            self.judge();
        }
        if !self.skipping {
            self.builder.update(b"\n");
        }
        self.line.clear();
        self.judged = false;
    }
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
    fn every_delivery_has_the_same_core() {
        let direct = b"From: a\r\nSubject: s\r\n\r\nbody\r\n";
        let relayed = b"Received: by x;\r\n\tlater\r\nX-Spam: no\r\nFrom: a\nSubject: s\n\nbody\n";
        assert_eq!(CoreDigest::of(direct), CoreDigest::of(relayed));
        for other in [
            b"From: a\r\nSubject: s\r\n\r\nbody!\r\n".as_slice(),
            b"From: b\r\nSubject: s\r\n\r\nbody\r\n",
            b"From: a\r\nSubject: s\r\n\r\nbody\r\n\r\nX-More: x\r\n",
            b"From: a\r\nSubject: s\r\nX-More",
        ] {
            assert_ne!(CoreDigest::of(direct), CoreDigest::of(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn mail_with_carriage_returns_alone_is_not_all_the_same_mail() {
        let mail = |body: &str| format!("Return-Path: <a@b.example>\rFrom: a\r\r{body}\r");
        assert_ne!(CoreDigest::of(mail("satu").as_bytes()), CoreDigest::of(mail("dua").as_bytes()));
        assert_eq!(CoreDigest::of(mail("satu").as_bytes()), CoreDigest::of(b"From: a\r\n\r\nsatu\r\n"));
    }

    #[test]
    fn pieces_have_the_core_of_the_whole() {
        let long =
            format!("X-Long: {}\r\nSubject: {}\r\n folded\r\n\r\nbody\r\nmore", "x".repeat(600), "s".repeat(600));
        let whole = CoreDigest::of(long.as_bytes());
        for size in [1, 2, 3, 7, 300] {
            let mut core = CoreDigest::default();
            long.as_bytes().chunks(size).for_each(|piece| core.update(piece));
            assert_eq!(core.finish(), whole, "pieces of {size}");
        }
    }
}
