//! The signature around a whole message: PGP/MIME (RFC 3156 section 5) and S/MIME (RFC 8551 section
//! 3.5), checked against what is pinned for the sender.

use crate::cms_signed::Signed;
use crate::domain::approval::SignatureFault;
use crate::domain::protection::{MailSignature, MailSignatureFault, Standard};
use crate::mail::opener::{Pin, decoded, own_parts};
use crate::mail::smime;
use crate::mail::structure::{Part, Shape, Structure};

/// What the signature of a message proves.
pub(super) fn signature(raw: &[u8], structure: &Structure, pin: Option<&Pin>) -> MailSignature {
    let root = structure.root();
    match (&root.shape, root.content.main.as_str()) {
        (Shape::Multipart(children), "multipart/signed") => {
            let parts: Vec<&Part> = children.iter().map(|child| &structure.parts[*child]).collect();
            match parts.as_slice() {
                [content, value] if value.shape == Shape::Leaf => detached(raw, content, value, pin),
                // Anything beside the two is not covered.
                _ => part_of(root, pin),
            }
        }
        (Shape::Leaf, "application/pkcs7-mime" | "application/x-pkcs7-mime") => opaque(&decoded(raw, root), pin),
        _ => {
            let inside = own_parts(structure).find(|part| {
                let opaque =
                    matches!(part.content.main.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
                part.content.main == "multipart/signed" || opaque
            });
            inside.map_or(MailSignature::None, |part| part_of(part, pin))
        }
    }
}

/// A signature over a part of a message (case 34).
fn part_of(part: &Part, pin: Option<&Pin>) -> MailSignature {
    let protocol = part.content.get("protocol").unwrap_or_default().to_ascii_lowercase();
    let standard = if protocol.contains("pgp") { Standard::Pgp } else { Standard::Smime };
    MailSignature::Faulty { standard, fault: MailSignatureFault::NotWhole, pinned: pin.is_some() }
}

fn detached(raw: &[u8], content: &Part, value: &Part, pin: Option<&Pin>) -> MailSignature {
    let signed = canonical(&raw[content.whole.clone()]);
    let value_bytes = decoded(raw, value);
    match value.content.main.as_str() {
        "application/pgp-signature" => match pin {
            Some(Pin { pgp: Some(key), .. }) => key.check_detached(&value_bytes, &signed),
            Some(Pin { pgp: None, .. }) => faulty(Standard::Pgp, MailSignatureFault::OtherKey, true),
            None => MailSignature::Unknown { standard: Standard::Pgp, name: String::new() },
        },
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => checked(&value_bytes, &signed, pin),
        _ => part_of(content, pin),
    }
}

fn opaque(value: &[u8], pin: Option<&Pin>) -> MailSignature {
    // The very octets that are read as the message.
    match smime::signed_content(value) {
        Some(content) => checked(value, &content, pin),
        None => MailSignature::None,
    }
}

/// Checks an S/MIME signature over these octets.
fn checked(value: &[u8], signed: &[u8], pin: Option<&Pin>) -> MailSignature {
    let standard = Standard::Smime;
    let fault = |fault| faulty(standard, fault, pin.is_some());
    let Some(der) = smime::der_of(value) else { return fault(MailSignatureFault::Unreadable) };
    let verified = match Signed::from_der(&der).and_then(|value| value.verified(&[signed])) {
        Ok(verified) => verified,
        Err(found) => return fault(fault_of(found)),
    };
    let Some(signed_at) = verified.signed_at else { return fault(MailSignatureFault::NoTime) };
    if let Err(found) = verified.valid_at(signed_at) {
        return fault(fault_of(found));
    }
    let key = verified.certificate();
    match pin {
        Some(pin) if pin.smime == Some(key) => MailSignature::Pinned { standard, signed_at, key: key.to_string() },
        Some(_) => fault(MailSignatureFault::OtherKey),
        None => MailSignature::Unknown { standard, name: verified.name() },
    }
}

fn fault_of(fault: SignatureFault) -> MailSignatureFault {
    match fault {
        SignatureFault::Changed => MailSignatureFault::Altered,
        SignatureFault::Weak => MailSignatureFault::Weak,
        SignatureFault::Expired => MailSignatureFault::KeyExpired,
        SignatureFault::WrongTime | SignatureFault::TooEarly => MailSignatureFault::NoTime,
        SignatureFault::OtherSigner | SignatureFault::Untraced => MailSignatureFault::OtherKey,
        SignatureFault::Broken
        | SignatureFault::NoFile
        | SignatureFault::SeveralFiles
        | SignatureFault::Unreadable
        | SignatureFault::Acting
        | SignatureFault::NoSignature
        | SignatureFault::NoText
        | SignatureFault::OtherContent => MailSignatureFault::Unreadable,
    }
}

fn faulty(standard: Standard, fault: MailSignatureFault, pinned: bool) -> MailSignature {
    MailSignature::Faulty { standard, fault, pinned }
}

/// The octets with the line ends they were signed with (RFC 3156 section 5, RFC 8551 section 3.1.1).
fn canonical(part: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(part.len() + part.len() / 32);
    for (at, byte) in part.iter().enumerate() {
        if *byte == b'\n' && (at == 0 || part[at - 1] != b'\r') {
            lines.push(b'\r');
        }
        lines.push(*byte);
    }
    lines
}
