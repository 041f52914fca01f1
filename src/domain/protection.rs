//! How a mail was protected on its way: whether it came encrypted and could be opened, and what its
//! signature proves (trust-and-safety 5.1 L5 and 5.5).
//!
//! A signature counts only over the whole message and by the key that is pinned in `people.toml` for
//! the very address in From. No key that a stranger brings along is believed.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::authority::SignatureProof;
use crate::domain::person::Address;

/// How much older than its arrival a signature may be.
const AGE_MAX: TimeDelta = TimeDelta::days(7);
/// How far the clock of whoever signs may be ahead of ours.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(15);

/// How a mail was protected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Whether it was encrypted.
    pub sealing: Sealing,
    /// Its signature.
    pub signature: MailSignature,
    /// The subject inside the encryption, where only its reader sees it (RFC 9788). It is shown to the
    /// team and stands in no mail to anybody else.
    pub subject: Option<String>,
}

/// The keys pinned for one person in `people.toml`, as they were read from their files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedKeys {
    /// Whose they are.
    pub address: Address,
    /// His public PGP key.
    pub pgp: Option<KeyFile>,
    /// Whether what the desk writes to him is encrypted to that key.
    pub encrypts: bool,
    /// His S/MIME certificate, as DER.
    pub smime: Option<KeyFile>,
}

/// What a file held when the configuration was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// Its path, for people.
    pub path: String,
    /// What it held.
    pub bytes: Vec<u8>,
}

/// Which of the two ways of protecting mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// PGP (RFC 3156, RFC 9580).
    Pgp,
    /// S/MIME (RFC 8551).
    Smime,
}

impl Standard {
    /// Both.
    pub const ALL: &[Standard] = &[Standard::Pgp, Standard::Smime];
}

/// Whether a mail was encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Sealing {
    /// It came in clear.
    #[default]
    None,
    /// It was opened with the desk's key.
    Opened {
        /// How it was encrypted.
        standard: Standard,
    },
    /// It, or a part of it, stays as it came.
    Closed {
        /// How it was encrypted.
        standard: Standard,
        /// Why it was not opened.
        why: Closed,
    },
}

/// Why something encrypted was not opened; nothing of its content is known then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// The desk has no key.
    NoKey,
    /// It is for another key.
    OtherKey,
    /// Nothing protects it against changes (EFAIL).
    NoIntegrity,
    /// It was changed or damaged on its way, or is not what it should be.
    Damaged,
    /// Its content is too large.
    TooLarge,
    /// It is for more recipients than are looked at, or for more hidden ones.
    TooManyRecipients,
    /// It is a part of the mail beside others, with which it must not be joined.
    NotWhole,
    /// Siaga does not open mail of that kind.
    Unsupported,
}

impl Closed {
    /// All of them.
    pub const ALL: &[Closed] = &[
        Closed::NoKey,
        Closed::OtherKey,
        Closed::NoIntegrity,
        Closed::Damaged,
        Closed::TooLarge,
        Closed::NotWhole,
        Closed::Unsupported,
        Closed::TooManyRecipients,
    ];
}

/// What the signature of a mail proves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum MailSignature {
    /// There is none.
    #[default]
    None,
    /// It is good, over the whole message, and by the key pinned for the sender.
    Pinned {
        /// Its kind.
        standard: Standard,
        /// When it was made, as the signer's machine says.
        signed_at: Time,
        /// Fingerprint of the key or certificate, in hexadecimal digits.
        key: String,
    },
    /// No key is pinned for the sender, so nobody knows whose it is.
    Unknown {
        /// Its kind.
        standard: Standard,
        /// The name in the certificate that came with it; empty for PGP, which brings none.
        name: String,
    },
    /// It proves nothing, or that somebody is at work.
    Faulty {
        /// Its kind.
        standard: Standard,
        /// Why.
        fault: MailSignatureFault,
        /// Whether a key is pinned for the sender: then one that is not good is refused.
        pinned: bool,
    },
}

/// Why the signature of a mail does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSignatureFault {
    /// The message is not what was signed.
    Altered,
    /// It cannot be read.
    Unreadable,
    /// It uses a method or a key that can be forged.
    Weak,
    /// The key or certificate was not valid when it was used.
    KeyExpired,
    /// The key was revoked.
    KeyRevoked,
    /// It is by another key than the one pinned for the sender.
    OtherKey,
    /// It covers a part of the message only.
    NotWhole,
    /// It stands in the text itself, where anything can be written around it.
    InText,
    /// It says of no time when it was made.
    NoTime,
    /// It was made more than seven days before the mail arrived: a copy somebody kept.
    TooOld,
    /// It was made after the mail arrived: the clock of whoever signed is ahead.
    Ahead,
}

impl MailSignatureFault {
    /// All of them.
    pub const ALL: &[MailSignatureFault] = &[
        MailSignatureFault::Altered,
        MailSignatureFault::Unreadable,
        MailSignatureFault::Weak,
        MailSignatureFault::KeyExpired,
        MailSignatureFault::KeyRevoked,
        MailSignatureFault::OtherKey,
        MailSignatureFault::NotWhole,
        MailSignatureFault::InText,
        MailSignatureFault::NoTime,
        MailSignatureFault::TooOld,
        MailSignatureFault::Ahead,
    ];
}

impl Protection {
    /// Whether it came encrypted and was read.
    pub fn is_opened(&self) -> bool {
        matches!(self.sealing, Sealing::Opened { .. })
    }

    /// What the team is told of it.
    pub fn told(&self) -> Option<Box<Protection>> {
        (!self.is_none()).then(|| Box::new(self.clone()))
    }

    /// What the logbook has of it: no word of the letter, which ends before the logbook does.
    pub fn noted(&self) -> Protection {
        Protection { subject: None, ..self.clone() }
    }

    /// Whether there is nothing to say of it.
    pub fn is_none(&self) -> bool {
        self.sealing == Sealing::None && self.signature == MailSignature::None
    }

    /// What the signature proves of a command in a mail that arrived at that instant
    /// (trust-and-safety 5.5: signed within 7 days before and 15 minutes after).
    pub fn proof(&self, arrived_at: Time) -> SignatureProof {
        match &self.signature {
            MailSignature::None | MailSignature::Unknown { .. } => SignatureProof::None,
            MailSignature::Pinned { signed_at, .. } => match untimely(*signed_at, arrived_at) {
                None => SignatureProof::Good,
                Some(_) => SignatureProof::Bad,
            },
            MailSignature::Faulty { fault, pinned, .. } => {
                // What was changed is nobody's, as with a domain's signature.
                let bad = *pinned || *fault == MailSignatureFault::Altered;
                if bad { SignatureProof::Bad } else { SignatureProof::None }
            }
        }
    }

    /// Why the signature of a mail that arrived at that instant does not count; `None` where there is
    /// none or nothing is wrong with it.
    pub fn fault(&self, arrived_at: Time) -> Option<MailSignatureFault> {
        match &self.signature {
            MailSignature::None | MailSignature::Unknown { .. } => None,
            MailSignature::Pinned { signed_at, .. } => untimely(*signed_at, arrived_at),
            MailSignature::Faulty { fault, .. } => Some(*fault),
        }
    }
}

/// Whether a signature is too old or too new for a mail that arrived at that instant.
fn untimely(signed_at: Time, arrived_at: Time) -> Option<MailSignatureFault> {
    if signed_at < arrived_at - AGE_MAX {
        return Some(MailSignatureFault::TooOld);
    }
    (signed_at > arrived_at + AHEAD_MAX).then_some(MailSignatureFault::Ahead)
}

impl fmt::Display for Protection {
    /// One line for the operator; empty, if there is nothing to say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sealing = match self.sealing {
            Sealing::None => None,
            Sealing::Opened { standard } => Some(format!("encrypted ({standard}), opened with the desk's key")),
            Sealing::Closed { standard, why } => Some(format!("encrypted ({standard}), not opened: {}", why.said())),
        };
        let signature = match &self.signature {
            MailSignature::None if self.is_opened() => Some("not signed".to_owned()),
            MailSignature::None => None,
            MailSignature::Pinned { standard, signed_at, key } => {
                Some(format!("signed ({standard}) at {signed_at} by the sender's pinned key {key}"))
            }
            MailSignature::Unknown { standard, name } if name.is_empty() => {
                Some(format!("signed ({standard}), unchecked: no key is pinned for the sender"))
            }
            MailSignature::Unknown { standard, name } => {
                let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                Some(format!("signed ({standard}) by the certificate of \"{name}\", which is not pinned"))
            }
            MailSignature::Faulty { standard, fault, .. } => {
                Some(format!("signature ({standard}) does not count: {}", fault.said()))
            }
        };
        let said: Vec<String> = sealing.into_iter().chain(signature).collect();
        f.write_str(&said.join("; "))
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standard::Pgp => "PGP",
            Standard::Smime => "S/MIME",
        })
    }
}

impl Closed {
    fn said(self) -> &'static str {
        match self {
            Closed::NoKey => "the desk has no key",
            Closed::OtherKey => "it is for another key",
            Closed::NoIntegrity => "nothing protects it against changes",
            Closed::Damaged => "it is damaged",
            Closed::TooLarge => "its content is too large",
            Closed::TooManyRecipients => "it is for too many recipients",
            Closed::NotWhole => "it is only a part of the mail",
            Closed::Unsupported => "mail of that kind is not opened",
        }
    }
}

impl MailSignatureFault {
    fn said(self) -> &'static str {
        match self {
            MailSignatureFault::Altered => "the message is not what was signed",
            MailSignatureFault::Unreadable => "it cannot be read",
            MailSignatureFault::Weak => "it uses a weak method or key",
            MailSignatureFault::KeyExpired => "the key was not valid at the time",
            MailSignatureFault::KeyRevoked => "the key was revoked",
            MailSignatureFault::OtherKey => "it is not by the sender's pinned key",
            MailSignatureFault::NotWhole => "it covers a part of the message only",
            MailSignatureFault::InText => "it stands in the text and not around the message",
            MailSignatureFault::NoTime => "it names no time",
            MailSignatureFault::TooOld => "it was made more than seven days before the mail arrived",
            MailSignatureFault::Ahead => "it was made after the mail arrived",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().expect("a time")
    }

    #[test]
    fn a_pinned_signature_counts_for_a_week_and_not_from_the_future() {
        let check = |signed_at: &str, expected: SignatureProof| {
            let signature =
                MailSignature::Pinned { standard: Standard::Pgp, signed_at: at(signed_at), key: "AB".to_owned() };
            let protection = Protection { signature, ..Protection::default() };
            assert_eq!(protection.proof(at("2026-11-24T03:00:00Z")), expected, "{signed_at}");
        };
        check("2026-11-24T02:59:00Z", SignatureProof::Good);
        check("2026-11-24T03:15:00Z", SignatureProof::Good);
        check("2026-11-24T03:15:01Z", SignatureProof::Bad);
        check("2026-11-17T03:00:00Z", SignatureProof::Good);
        check("2026-11-17T02:59:59Z", SignatureProof::Bad);
    }

    #[test]
    fn a_fault_is_held_against_whoever_has_a_pinned_key_or_was_altered() {
        let check = |fault, pinned, expected: SignatureProof| {
            let signature = MailSignature::Faulty { standard: Standard::Smime, fault, pinned };
            let protection = Protection { signature, ..Protection::default() };
            assert_eq!(protection.proof(at("2026-11-24T03:00:00Z")), expected, "{fault:?} {pinned}");
        };
        for fault in MailSignatureFault::ALL {
            check(*fault, true, SignatureProof::Bad);
            let altered = *fault == MailSignatureFault::Altered;
            check(*fault, false, if altered { SignatureProof::Bad } else { SignatureProof::None });
        }
    }

    #[test]
    fn a_name_from_a_certificate_stays_on_its_line() {
        let signature = MailSignature::Unknown { standard: Standard::Smime, name: "A\n[GNUPG:] GOODSIG".to_owned() };
        let said = Protection { signature, ..Protection::default() }.to_string();
        assert!(!said.contains('\n'), "{said}");
    }
}
