//! A finished mail → the same mail signed with the desk's key, or encrypted to its reader (RFC 3156).
//!
//! This happens when a mail is sent and not when it is decided: what lies frozen in the outbox is the
//! plain truth of what was said, evidence is put into it only then, and a retry signs and encrypts
//! anew under the same Message-ID. So the time and the random numbers of the system belong here.
//!
//! An encrypted mail says outside no more than its ticket number: the whole subject and the addresses
//! stand inside once more, where the reader's program shows them (RFC 9788).

use pgp::composed::{ArmorOptions, DetachedSignature, MessageBuilder, SubpacketConfig};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Subpacket, SubpacketData};
use pgp::types::{Password, SigningKey, Timestamp};
use rand::rngs::OsRng;

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::openpgp::desk::{DeskKey, SecretPart};
use crate::openpgp::keys::PublicKey;

/// Fields of the head that stand inside an encrypted mail once more.
const PROTECTED: &[&str] = &["from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"];

/// Why a mail cannot be protected as it should be; it must not go without.
#[derive(Debug, thiserror::Error)]
pub enum Unprotected {
    /// The desk's key cannot sign.
    #[error("the desk's OpenPGP key has expired, was revoked or has no part that signs; see `siaga check`")]
    Signer,
    /// The recipient's key cannot be encrypted to.
    #[error(
        "the OpenPGP key pinned for the recipient has expired, was revoked or has no part for encryption; see `siaga check`"
    )]
    Recipient,
    /// The mail is not what was composed.
    #[error("the mail has no head")]
    NoHead,
    /// The library refuses.
    #[error("OpenPGP: {0}")]
    Library(#[from] pgp::errors::Error),
}

/// Signs a mail, encrypts it, or both. With neither it stays as it is.
///
/// # Errors
/// Why it cannot be done; then the mail must wait.
pub fn protected(
    mail: &[u8],
    signer: Option<&DeskKey>,
    reader: Option<&PublicKey>,
    at: Time,
) -> Result<Vec<u8>, Unprotected> {
    let (head, body) = split(mail).ok_or(Unprotected::NoHead)?;
    let signer = match signer {
        Some(key) => Some(key.signer(at).ok_or(Unprotected::Signer)?),
        None => None,
    };
    match (reader, signer) {
        (None, None) => Ok(mail.to_vec()),
        (None, Some(secret)) => signed(&head, body, &secret, at),
        (Some(reader), signer) => encrypted(&head, body, (signer.as_ref(), reader), at),
    }
}

/// One field of the head, with its line ends.
struct Field<'a> {
    name: String,
    whole: &'a str,
}

impl Field<'_> {
    /// Whether it describes the body.
    fn is_of_body(&self) -> bool {
        self.name.starts_with("content-") && self.name != "content-language"
    }
}

fn split(mail: &[u8]) -> Option<(Vec<Field<'_>>, &[u8])> {
    let end = mail.windows(4).position(|window| window == b"\r\n\r\n")? + 2;
    let head = std::str::from_utf8(&mail[..end]).ok()?;
    let mut fields: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in head.split_inclusive("\r\n") {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.1 += line.len(),
            _ => fields.push((at, at + line.len())),
        }
        at += line.len();
    }
    let field = |(start, end): (usize, usize)| {
        let whole = &head[start..end];
        let name = whole.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        Field { name, whole }
    };
    Some((fields.into_iter().map(field).collect(), &mail[end + 2..]))
}

/// The body with the fields that describe it: what is signed.
fn part(head: &[Field<'_>], body: &[u8]) -> Vec<u8> {
    let mut part: Vec<u8> =
        head.iter().filter(|field| field.is_of_body()).flat_map(|field| field.whole.bytes()).collect();
    part.extend_from_slice(b"\r\n");
    part.extend_from_slice(body);
    part
}

/// RFC 3156 section 5.
fn signed(head: &[Field<'_>], body: &[u8], secret: &SecretPart<'_>, at: Time) -> Result<Vec<u8>, Unprotected> {
    let part = part(head, body);
    let detached = match secret {
        SecretPart::Primary(secret) => detached(*secret, &part, at),
        SecretPart::Subkey(secret) => detached(*secret, &part, at),
    }?;
    let armored = crlf(&detached.to_armored_string(ArmorOptions::default())?);
    let boundary = boundary(head, "=s");
    let outer: String = head.iter().filter(|field| !field.is_of_body()).map(|field| field.whole).collect();
    let kind = "multipart/signed; micalg=pgp-sha512;\r\n protocol=\"application/pgp-signature\";\r\n";
    let mut mail = format!("{outer}Content-Type: {kind} boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n").into_bytes();
    mail.extend_from_slice(&part);
    let description = "Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n";
    mail.extend_from_slice(format!("\r\n--{boundary}\r\n{description}\r\n{armored}\r\n--{boundary}--\r\n").as_bytes());
    Ok(mail)
}

fn detached<K: SigningKey>(secret: &K, part: &[u8], at: Time) -> Result<DetachedSignature, Unprotected> {
    let packets = subpackets(secret, at)?;
    let made = DetachedSignature::sign_binary_data_with_subpackets(
        OsRng,
        secret,
        &Password::empty(),
        HashAlgorithm::Sha512,
        part,
        packets,
    );
    Ok(made?)
}

/// RFC 3156 sections 4 and 6.2.
fn encrypted(
    head: &[Field<'_>],
    body: &[u8],
    (signer, reader): (Option<&SecretPart<'_>>, &PublicKey),
    at: Time,
) -> Result<Vec<u8>, Unprotected> {
    let keys = reader.encryption_keys(at);
    if keys.is_empty() {
        return Err(Unprotected::Recipient);
    }
    let subject = bare_subject(head);
    let inner = sealed_part(head, body, &subject);
    let mut builder = MessageBuilder::from_bytes("", inner).seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    for key in keys {
        builder.encrypt_to_key(OsRng, key)?;
    }
    match signer {
        Some(SecretPart::Primary(secret)) => {
            let packets = subpackets(*secret, at)?;
            builder.sign_with_subpackets(*secret, Password::empty(), HashAlgorithm::Sha512, packets);
        }
        Some(SecretPart::Subkey(secret)) => {
            let packets = subpackets(*secret, at)?;
            builder.sign_with_subpackets(*secret, Password::empty(), HashAlgorithm::Sha512, packets);
        }
        None => {}
    }
    let armored = crlf(&builder.to_armored_string(OsRng, ArmorOptions::default())?);
    let boundary = boundary(head, "=e");
    let outer = head.iter().filter(|field| !field.is_of_body()).map(|field| outer_field(field, &subject));
    let outer: String = outer.collect();
    let kind = "multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n";
    let version = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
    let octets = "Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n";
    Ok(format!(
        "{outer}Content-Type: {kind} boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{version}\r\n--{boundary}\r\n\
         {octets}\r\n{armored}\r\n--{boundary}--\r\n"
    )
    .into_bytes())
}

/// What is encrypted: the body and, protected with it, the fields a reader is shown (RFC 9788).
fn sealed_part(head: &[Field<'_>], body: &[u8], subject: &str) -> Vec<u8> {
    let mut inner = String::new();
    for field in head.iter().filter(|field| PROTECTED.contains(&field.name.as_str())) {
        inner.push_str(field.whole);
        inner.push_str("HP-Outer: ");
        inner.push_str(&outer_field(field, subject));
    }
    for field in head.iter().filter(|field| field.is_of_body()) {
        match field.whole.strip_suffix("\r\n") {
            Some(kind) if field.name == "content-type" => inner.push_str(&format!("{kind};\r\n hp=\"cipher\"\r\n")),
            _ => inner.push_str(field.whole),
        }
    }
    let mut inner = inner.into_bytes();
    inner.extend_from_slice(b"\r\n");
    inner.extend_from_slice(body);
    inner
}

/// A field as it stands outside an encrypted mail.
fn outer_field(field: &Field<'_>, subject: &str) -> String {
    if field.name == "subject" { format!("Subject: {subject}\r\n") } else { field.whole.to_owned() }
}

/// The ticket number in a subject, and no more; three dots where there is none.
fn bare_subject(head: &[Field<'_>]) -> String {
    let subject = head.iter().find(|field| field.name == "subject").map_or("", |field| field.whole);
    let words = subject.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let number = words.into_iter().find(|word| word.parse::<crate::domain::ticket::TicketNumber>().is_ok());
    number.map_or("...".to_owned(), |number| format!("[{number}] ..."))
}

/// A line between parts that stands in none of them: it depends on the Message-ID alone.
fn boundary(head: &[Field<'_>], kind: &str) -> String {
    let id = head.iter().find(|field| field.name == "message-id").map_or("", |field| field.whole);
    format!("{kind}{}", &Digest::of(id.as_bytes()).to_string()[..32])
}

fn subpackets(signer: &impl SigningKey, at: Time) -> Result<SubpacketConfig, Unprotected> {
    let seconds = u32::try_from(at.timestamp()).unwrap_or(u32::MAX);
    Ok(SubpacketConfig::UserDefined {
        hashed: vec![
            Subpacket::regular(SubpacketData::IssuerFingerprint(signer.fingerprint()))?,
            Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(seconds)))?,
        ],
        unhashed: vec![Subpacket::regular(SubpacketData::IssuerKeyId(signer.legacy_key_id()))?],
    })
}

fn crlf(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n").replace('\n', "\r\n")
}
