//! What a mail is wrapped in, looked at before its content is read: encryption is taken off with the
//! desk's key, a signature is checked against the key pinned for the sender.
//!
//! Only a wrapping around the whole message counts. An encrypted part beside others is never opened:
//! what lies before and behind it could be anybody's, and joined with it could carry its words away
//! (EFAIL). So nothing of this looks into multiparts but the one that is the message.

use std::sync::Arc;

use memchr::memmem;

use crate::domain::digest::Digest;
use crate::domain::person::Address;
use crate::domain::protection::{Closed, MailSignature, MailSignatureFault, Protection, Sealing, Standard};
use crate::mail::addresses::one_line;
use crate::mail::signed_part;
use crate::mail::structure::{Part, Shape, Structure};
use crate::mail::transfer::Encoding;
use crate::mail::{charset, smime, words};
use crate::openpgp::{DeskKey, Opened, PublicKey};

/// Octets of opened content; ordinary mail of more is not read either.
const CONTENT_MAX: usize = 25 << 20;
const BEGIN_MESSAGE: &str = "-----BEGIN PGP MESSAGE-----";
const END_MESSAGE: &str = "-----END PGP MESSAGE-----";
const BEGIN_SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";

/// The keys a mail is looked at with.
#[derive(Debug, Clone, Default)]
pub struct Opener {
    desk: Option<Arc<DeskKey>>,
    pins: Vec<Pin>,
}

/// What is pinned for one person.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Whose it is.
    pub address: Address,
    /// His PGP key.
    pub pgp: Option<PublicKey>,
    /// SHA-256 of his S/MIME certificate.
    pub smime: Option<Digest>,
}

impl Opener {
    /// The desk's key, if it has one, and what is pinned.
    pub fn new(desk: Option<Arc<DeskKey>>, pins: Vec<Pin>) -> Opener {
        Opener { desk, pins }
    }

    /// What is wrapped around a message. Where that was encryption, the content comes with it: a
    /// message without the fields of the one around it.
    pub(super) fn looked_at(
        &self,
        raw: &[u8],
        structure: &Structure,
        sender: Option<&Address>,
    ) -> (Option<Vec<u8>>, Protection) {
        let pin = sender.and_then(|sender| self.pins.iter().find(|pin| pin.address.same_mailbox(sender)));
        match sealed(raw, structure) {
            Some(Sealed::Pgp(armoured)) => self.opened(&armoured, Form::Mime, pin),
            Some(Sealed::InText(armoured)) => self.opened(&armoured, Form::Text, pin),
            Some(Sealed::Not(standard, why)) => {
                let sealing = Sealing::Closed { standard, why };
                (None, Protection { sealing, ..Protection::default() })
            }
            None => {
                let signature = signed_part::signature(raw, structure, pin);
                let inside = signature == MailSignature::None && says(raw, structure, BEGIN_SIGNED);
                let signature = if inside { in_text(pin) } else { signature };
                (None, Protection { signature, ..Protection::default() })
            }
        }
    }

    fn opened(&self, armoured: &[u8], form: Form, pin: Option<&Pin>) -> (Option<Vec<u8>>, Protection) {
        let standard = Standard::Pgp;
        let key = pin.and_then(|pin| pin.pgp.as_ref());
        let opened = match &self.desk {
            Some(desk) => desk.open(armoured, key, CONTENT_MAX),
            None => Err(Closed::NoKey),
        };
        let Opened { content, signature } = match opened {
            Ok(opened) => opened,
            Err(why) => {
                let sealing = Sealing::Closed { standard, why };
                return (None, Protection { sealing, ..Protection::default() });
            }
        };
        let content = match form {
            Form::Mime => content,
            Form::Text => [b"Content-Type: text/plain; charset=utf-8\r\n\r\n", content.as_slice()].concat(),
        };
        let structure = Structure::of(&content);
        let signature = match signature {
            MailSignature::None => signed_part::signature(&content, &structure, pin),
            // The key pinned for him is one for S/MIME.
            MailSignature::Unknown { .. } if pin.is_some() => foreign(),
            found @ (MailSignature::Pinned { .. } | MailSignature::Unknown { .. } | MailSignature::Faulty { .. }) => {
                found
            }
        };
        let subject = structure.root().headers.get("subject").map(|subject| one_line(&words::decoded(subject)));
        let subject = subject.filter(|subject| !subject.trim().is_empty());
        (Some(content), Protection { sealing: Sealing::Opened { standard }, signature, subject })
    }
}

/// How the content of an opened message is to be read.
#[derive(Clone, Copy)]
enum Form {
    /// As a message.
    Mime,
    /// As text.
    Text,
}

/// Something encrypted.
enum Sealed {
    /// The whole message (RFC 3156 section 4).
    Pgp(Vec<u8>),
    /// The whole text of a message that is nothing else.
    InText(Vec<u8>),
    /// It cannot be opened.
    Not(Standard, Closed),
}

/// What is encrypted in a message.
fn sealed(raw: &[u8], structure: &Structure) -> Option<Sealed> {
    let root = structure.root();
    match (&root.shape, root.content.main.as_str()) {
        (Shape::Multipart(children), "multipart/encrypted") => {
            let parts: Vec<&Part> = children.iter().map(|child| &structure.parts[*child]).collect();
            let [version, octets] = parts.as_slice() else { return Some(Sealed::Not(Standard::Pgp, Closed::Damaged)) };
            let whole = version.content.main == "application/pgp-encrypted" && octets.shape == Shape::Leaf;
            Some(if whole { Sealed::Pgp(decoded(raw, octets)) } else { Sealed::Not(Standard::Pgp, Closed::Damaged) })
        }
        (Shape::Leaf, "application/pkcs7-mime" | "application/x-pkcs7-mime") => {
            let readable = smime::signed_content(&decoded(raw, root)).is_some();
            (!readable).then_some(Sealed::Not(Standard::Smime, Closed::Unsupported))
        }
        (Shape::Leaf, "text/plain") => {
            if !holds(raw, root, BEGIN_MESSAGE) {
                return None;
            }
            let text = charset::decode(&decoded(raw, root), root.content.get("charset").as_deref());
            let text = text.trim();
            let whole = text.starts_with(BEGIN_MESSAGE)
                && text.ends_with(END_MESSAGE)
                && text.matches("-----BEGIN").count() == 1;
            Some(if whole {
                Sealed::InText(text.as_bytes().to_vec())
            } else {
                Sealed::Not(Standard::Pgp, Closed::NotWhole)
            })
        }
        _ => own_parts(structure).find_map(|part| match part.content.main.as_str() {
            "multipart/encrypted" | "application/pgp-encrypted" => Some(Sealed::Not(Standard::Pgp, Closed::NotWhole)),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                let readable = smime::signed_content(&decoded(raw, part)).is_some();
                (!readable).then_some(Sealed::Not(Standard::Smime, Closed::NotWhole))
            }
            "text/plain" if part.shape == Shape::Leaf && holds(raw, part, BEGIN_MESSAGE) => {
                Some(Sealed::Not(Standard::Pgp, Closed::NotWhole))
            }
            _ => None,
        }),
    }
}

/// The parts of a message, without those of the messages in it.
pub(super) fn own_parts(structure: &Structure) -> impl Iterator<Item = &Part> {
    let mut waiting = vec![0];
    std::iter::from_fn(move || {
        let part = &structure.parts[waiting.pop()?];
        if let Shape::Multipart(children) = &part.shape {
            waiting.extend(children.iter().rev());
        }
        Some(part)
    })
}

/// Whether one of the texts of a message holds that line.
fn says(raw: &[u8], structure: &Structure, line: &str) -> bool {
    let texts = own_parts(structure).filter(|part| part.shape == Shape::Leaf && part.content.main == "text/plain");
    texts.into_iter().any(|part| holds(raw, part, line))
}

/// Whether the octets of a part hold that line.
fn holds(raw: &[u8], part: &Part, line: &str) -> bool {
    let body = &raw[part.body.clone()];
    match part.encoding {
        Encoding::Identity => memmem::find(body, line.as_bytes()).is_some(),
        Encoding::Base64 | Encoding::QuotedPrintable | Encoding::Uuencode => {
            memmem::find(&part.encoding.decode(body).bytes, line.as_bytes()).is_some()
        }
    }
}

pub(super) fn decoded(raw: &[u8], part: &Part) -> Vec<u8> {
    part.encoding.decode(&raw[part.body.clone()]).bytes
}

/// A signature in the text itself: what stands around it is anybody's (case 35).
fn in_text(pin: Option<&Pin>) -> MailSignature {
    MailSignature::Faulty { standard: Standard::Pgp, fault: MailSignatureFault::InText, pinned: pin.is_some() }
}

fn foreign() -> MailSignature {
    MailSignature::Faulty { standard: Standard::Pgp, fault: MailSignatureFault::OtherKey, pinned: true }
}
