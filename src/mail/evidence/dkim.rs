//! DKIM signatures (RFC 6376), strictly: only one by the very domain of From counts, over From and
//! the whole text, with SHA-256 and a key of at least 1024 bits.

use mail_auth::AuthenticatedMessage;
use mail_auth::Error;
use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::{DomainKey, VerifySignature as _};
use mail_auth::dkim::{DkimError, Signature};

use crate::domain::Time;
use crate::domain::evidence::Dkim;
use crate::domain::person::Address;
use crate::mail::evidence::{KeyRecord, Keys};

/// Signatures of one mail whose keys are asked for: hostile mail has hundreds.
const SIGNATURES_MAX: usize = 3;
/// Headers one signature names: programs name some thirty, and each is looked for among all of them.
const NAMES_MAX: usize = 200;
/// Headers that stand in a mail once (RFC 5322 section 3.6, RFC 2045). A signature covers the lowest of
/// a name, a reader shows the highest.
#[rustfmt::skip]
const SINGLE: &[&str] = &[
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding",
];
/// Shorter keys can be broken by anybody with a week's time.
const KEY_BITS_MIN: usize = 1024;
/// `t=y` of a key record: its domain only tries signing out, and its mail counts as unsigned whatever is
/// found (RFC 6376 section 3.6.1).
const TESTING: u64 = 0x10;
/// `t=s` of a key record: the identity must be of the domain itself.
const SAME_DOMAIN: u64 = 0x20;

/// The signatures of a mail.
#[derive(Debug, Clone, Default)]
pub(super) struct Signatures {
    /// Those that would count if their key fits.
    promising: Vec<Promising>,
    /// The best that can be said of the others.
    others: Option<Dkim>,
}

/// A signature by the domain of From that wants nothing but its key.
#[derive(Debug, Clone)]
struct Promising {
    key: String,
    algorithm: Algorithm,
    /// The signed headers as they were signed.
    headers: Vec<u8>,
    signature: Vec<u8>,
    /// Whether the text is the one that was signed.
    text_fits: bool,
    /// Whether `i=` names the domain itself.
    of_domain: bool,
    /// `x=`, in seconds since 1970; 0: never.
    expires: u64,
}

impl Signatures {
    /// The signatures of a mail from that sender.
    pub(super) fn of(raw: &[u8], sender: &Address) -> Signatures {
        let Some(message) = AuthenticatedMessage::parse(raw) else { return Signatures::default() };
        let mut signatures = Signatures::default();
        // Whoever splits headers otherwise than we do has seen another mail.
        if message.from != [sender.as_str().to_lowercase()] {
            return signatures;
        }
        let shown_twice = SINGLE.iter().any(|name| times(&message, name) > 1);
        for header in &message.errors {
            if let Error::Dkim(fault) = &header.header {
                let aligned = Signature::parse(header.value).is_ok_and(|signature| is_of(&signature, sender));
                let weak = aligned && *fault == DkimError::SignatureLength;
                signatures.other(if weak { Dkim::Weak } else { Dkim::OtherDomain });
            }
        }
        for header in &message.dkim_headers {
            let signature = &header.header;
            if !is_of(signature, sender) {
                signatures.other(Dkim::OtherDomain);
            } else if proves_little(signature) || shown_twice {
                signatures.other(Dkim::Weak);
            } else if signatures.promising.len() < SIGNATURES_MAX {
                let unsigned = without_signature(header.value);
                let mut headers = Vec::new();
                let signed = message.signed_headers(&signature.h, header.name, &unsigned);
                signature.ch.canonicalize_headers(signed, &mut headers);
                signatures.promising.push(Promising::new(&message, signature, headers));
            }
        }
        signatures
    }

    fn other(&mut self, finding: Dkim) {
        self.others = self.others.into_iter().chain([finding]).max_by_key(|finding| weight(*finding));
    }

    /// The names of the keys to ask for.
    pub(super) fn keys_needed(&self, arrived_at: Time) -> Vec<String> {
        let alive = self.promising.iter().filter(|one| one.text_fits && !one.has_expired(arrived_at));
        let mut names: Vec<String> = alive.map(|one| one.key.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The best that can be said of any of them.
    pub(super) fn finding(&self, keys: &Keys, arrived_at: Time) -> Dkim {
        let found = self.promising.iter().map(|one| one.finding(keys, arrived_at));
        found.chain(self.others).max_by_key(|finding| weight(*finding)).unwrap_or(Dkim::None)
    }
}

impl Promising {
    fn new(message: &AuthenticatedMessage<'_>, signature: &Signature, headers: Vec<u8>) -> Promising {
        let hash = HashAlgorithm::from(signature.a);
        let same = |(canon, other, length, _): &&(_, HashAlgorithm, u64, Vec<u8>)| {
            *canon == signature.cb && *other == hash && *length == signature.l
        };
        let identity = signature.i.rsplit_once('@').map_or("", |(_, domain)| domain);
        Promising {
            key: signature.domain_key().to_ascii_lowercase(),
            algorithm: signature.a,
            headers,
            signature: signature.b.clone(),
            text_fits: message.body_hashes.iter().find(same).is_some_and(|(_, _, _, hash)| *hash == signature.bh),
            of_domain: signature.i.is_empty() || identity.eq_ignore_ascii_case(&signature.d),
            expires: signature.x,
        }
    }

    fn has_expired(&self, arrived_at: Time) -> bool {
        self.expires != 0 && u64::try_from(arrived_at.timestamp()).is_ok_and(|arrived| arrived >= self.expires)
    }

    fn finding(&self, keys: &Keys, arrived_at: Time) -> Dkim {
        if self.has_expired(arrived_at) {
            return Dkim::Expired;
        }
        if !self.text_fits {
            return Dkim::Altered;
        }
        let records = match keys.get(&self.key) {
            Some(KeyRecord::Found(records)) => records,
            Some(KeyRecord::Missing) => return Dkim::NoKey,
            Some(KeyRecord::Unavailable) | None => return Dkim::Unavailable,
        };
        // RFC 6376 section 3.6.2.2: several records at one name are undefined.
        let [record] = records.as_slice() else { return Dkim::NoKey };
        let Ok(key) = DomainKey::parse(record) else { return Dkim::NoKey };
        if key.f & TESTING != 0
            || key.p.public_key_bits() < KEY_BITS_MIN
            || (key.f & SAME_DOMAIN != 0 && !self.of_domain)
        {
            return Dkim::Weak;
        }
        match key.p.verify_bytes(&self.headers, &self.signature, self.algorithm) {
            Ok(()) => Dkim::Pass,
            Err(_) => Dkim::Altered,
        }
    }
}

fn is_of(signature: &Signature, sender: &Address) -> bool {
    signature.d.eq_ignore_ascii_case(sender.domain())
}

/// How often a header stands in a mail.
fn times(message: &AuthenticatedMessage<'_>, name: &str) -> usize {
    let is_it = |other: &[u8]| other.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    message.raw_parsed_headers().iter().filter(|(other, _)| is_it(other)).count()
}

fn proves_little(signature: &Signature) -> bool {
    !signs_from(signature) || signature.a == Algorithm::RsaSha1 || signature.l != 0 || signature.h.len() > NAMES_MAX
}

fn signs_from(signature: &Signature) -> bool {
    signature.h.iter().any(|name| name.trim().eq_ignore_ascii_case("from"))
}

/// The signature's own header as it was signed: the value of `b=` empty, no line end (RFC 6376
/// section 3.7).
fn without_signature(value: &[u8]) -> Vec<u8> {
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    let empty = |tag: &[u8]| match tag.iter().position(|byte| *byte == b'=') {
        Some(equals) if tag[..equals].trim_ascii().eq_ignore_ascii_case(b"b") => tag[..=equals].to_vec(),
        Some(_) | None => tag.to_vec(),
    };
    value.split(|byte| *byte == b';').map(empty).collect::<Vec<_>>().join(&b';')
}

/// Which finding says most, where there are several signatures.
fn weight(finding: Dkim) -> u8 {
    match finding {
        Dkim::NotUsed | Dkim::NotChecked | Dkim::None => 0,
        Dkim::OtherDomain => 1,
        Dkim::Weak => 2,
        Dkim::Expired => 3,
        Dkim::NoKey => 4,
        Dkim::Altered => 5,
        Dkim::Unavailable => 6,
        Dkim::Pass => 7,
    }
}
