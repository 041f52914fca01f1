//! A mail of ours: frozen when it is decided, sent later, never changed in between.

use serde::Serialize;

use crate::domain::digest::Digest;
use crate::domain::person::Address;

/// Octets of a line without its line break (RFC 5322 section 2.1.1).
const LINE_BYTES_MAX: usize = 998;

/// Row id of an outgoing mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct OutboxId(pub i64);

/// One frozen mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The outbox row.
    pub id: OutboxId,
    /// Its Message-ID without brackets.
    pub message_id: String,
    /// The envelope sender; `None` is the null sender `<>`.
    pub envelope_from: Option<Address>,
    /// The one recipient.
    pub recipient: Address,
    /// The complete message with CRLF line ends.
    pub bytes: Vec<u8>,
    /// Files that belong in it and could not be read: it goes without them rather than not at all.
    pub missing: Vec<Digest>,
    /// Whether it says nothing secret: where its reader's key cannot be used, it leaves in clear.
    pub clear: bool,
}

/// What became of an attempt to hand a mail to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// 250 after the final dot.
    Sent {
        /// The server's reply.
        reply: String,
    },
    /// The server refused this mail or recipient with 4xx: try again.
    Transient {
        /// The server's reply.
        reply: String,
    },
    /// The server refused this mail or recipient with 5xx: give up.
    Permanent {
        /// The server's reply.
        reply: String,
    },
    /// No server, no TLS, no login, or the connection broke before the final dot: nothing was sent
    /// and nothing is wrong with the mail.
    Unavailable {
        /// What went wrong, for people.
        reason: String,
        /// Whether trying soon is useless: wrong password, certificate refused.
        needs_person: bool,
    },
    /// Nothing can be encrypted to the recipient's key: it was shown to no server, and waits for a key.
    Unprotected {
        /// Why, for people.
        reason: String,
    },
    /// The final dot was written and no reply came: nobody can know (decisions 12).
    InDoubt {
        /// What went wrong, for people.
        reason: String,
    },
}

/// Why a mail is sent; decides what happens when its delivery is in doubt (decisions 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An acknowledgement or receipt: not repeated when in doubt.
    Acknowledgement,
    /// Asks somebody to act: repeated with the same Message-ID when in doubt.
    Request,
}

impl Class {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Acknowledgement => "acknowledgement",
            Class::Request => "request",
        }
    }

    /// The class of that name.
    pub fn named(name: &str) -> Option<Class> {
        [Class::Acknowledgement, Class::Request].into_iter().find(|class| class.as_str() == name)
    }
}

/// What is wrong with the line structure of a raw message, if anything: a bare CR or LF, a NUL, or a
/// line beyond the limit could be read by some server as the end of the mail (RUSTSEC-2026-0561).
pub fn framing_fault(bytes: &[u8]) -> Option<&'static str> {
    let mut line_length = 0;
    let mut previous = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            0 => return Some("holds a NUL"),
            b'\n' if previous != b'\r' => return Some("holds a bare LF"),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => return Some("holds a bare CR"),
            b'\n' | b'\r' => line_length = 0,
            _ => line_length += 1,
        }
        if line_length > LINE_BYTES_MAX {
            return Some("holds a line of more than 998 octets");
        }
        previous = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_that_could_end_a_mail_early() {
        let check = |bytes: &[u8], fault: Option<&str>| assert_eq!(framing_fault(bytes), fault, "{bytes:?}");
        check(b"Subject: x\r\n\r\n.\r\n", None);
        check(b"a\n", Some("holds a bare LF"));
        check(b"a\rb\r\n", Some("holds a bare CR"));
        check(b"a\r", Some("holds a bare CR"));
        check(b"a\0b\r\n", Some("holds a NUL"));
        check(&[b'a'; 999], Some("holds a line of more than 998 octets"));
        check(&[b'a'; 998], None);
    }
}
