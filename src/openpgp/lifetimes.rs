//! From when until when a key and each of its subkeys may be used, and for what (RFC 9580 sections
//! 5.2.3 and 10.1).
//!
//! Whoever pins a key pins its present state: of several self-signatures the latest one that counts
//! says what the key may do. A revocation because of a compromise, or without a reason, makes the key
//! worthless for all time; one because it was replaced or retired counts from then on.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PublicKey, PublicSubkey, RevocationCode, Signature, SignatureType, SubpacketData};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, PublicParams, SignedUser, Tag};

use crate::domain::Time;

/// RSA of 2048 bits: two numbers with two octets of length each, the exponent at least one octet.
const RSA_OCTETS_MIN: usize = 2 + 256 + 2 + 1;

/// What a key or subkey may be used for, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    from: Time,
    until: Option<Time>,
    revoked: Option<Revoked>,
    pub(super) signs: bool,
    pub(super) encrypts: bool,
}

/// From when a revocation counts.
#[derive(Debug, Clone, Copy)]
enum Revoked {
    Always,
    From(Time),
}

/// Why a key cannot be used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAlive {
    /// Not yet, or no longer.
    Expired,
    /// Its owner has taken it back.
    Revoked,
}

impl Life {
    /// Whether it may be used at that instant.
    pub(super) fn at(&self, at: Time) -> Result<(), NotAlive> {
        let revoked = match self.revoked {
            Some(Revoked::Always) => true,
            Some(Revoked::From(from)) => from <= at,
            None => false,
        };
        if revoked {
            Err(NotAlive::Revoked)
        } else if at < self.from || self.until.is_some_and(|until| until <= at) {
            Err(NotAlive::Expired)
        } else {
            Ok(())
        }
    }

    /// Its end, if it has one.
    pub(super) fn until(&self) -> Option<Time> {
        self.until
    }
}

/// The life of a primary key; `None` if no self-signature of it counts.
pub(super) fn of_primary(key: &PublicKey, own: &[&Signature], users: &[SignedUser]) -> Option<Life> {
    let direct = own.iter().copied().filter(|signature| signature.typ() == Some(SignatureType::Key));
    let direct = direct.filter(|signature| is_acceptable(signature) && signature.verify_key(key).is_ok());
    let named = users.iter().filter_map(|user| latest_naming(key, user));
    let latest = direct.chain(named).max_by_key(|signature| signature.created().map(|at| at.as_secs()))?;
    let revocations = own.iter().copied().filter(|signature| signature.typ() == Some(SignatureType::KeyRevocation));
    let revoked = strictest(revocations.filter(|signature| signature.verify_key(key).is_ok()));
    Some(life(key, latest, revoked))
}

/// The latest certification of a name by the key itself, unless the name was taken back since.
fn latest_naming<'a>(key: &PublicKey, user: &'a SignedUser) -> Option<&'a Signature> {
    let own = user.signatures.iter().filter(|signature| {
        is_acceptable(signature) && signature.verify_certification(key, Tag::UserId, &user.id).is_ok()
    });
    let latest = own.max_by_key(|signature| signature.created().map(|at| at.as_secs()))?;
    (latest.typ() != Some(SignatureType::CertRevocation)).then_some(latest)
}

/// The life of a subkey; `None` if no binding of it counts.
pub(super) fn of_subkey(primary: &PublicKey, key: &PublicSubkey, signatures: &[Signature]) -> Option<Life> {
    let of_type = |wanted| {
        let typed = signatures.iter().filter(move |signature| signature.typ() == Some(wanted));
        typed.filter(|signature| signature.verify_subkey_binding(primary, key).is_ok())
    };
    let bindings = of_type(SignatureType::SubkeyBinding).filter(|signature| is_acceptable(signature));
    let latest = bindings.max_by_key(|signature| signature.created().map(|at| at.as_secs()))?;
    let life = life(key, latest, strictest(of_type(SignatureType::SubkeyRevocation)));
    // A subkey that signs says itself whose it is, or anybody could claim it.
    let agrees = latest
        .embedded_signature()
        .is_some_and(|back| is_acceptable(back) && back.verify_primary_key_binding(key, primary).is_ok());
    Some(Life { signs: life.signs && agrees, ..life })
}

fn life(key: &impl KeyDetails, latest: &Signature, revoked: Option<Revoked>) -> Life {
    let created = i64::from(key.created_at().as_secs());
    let after = |start: i64, length: Option<pgp::types::Duration>| {
        length.map(|length| i64::from(length.as_secs())).filter(|length| *length > 0).map(|length| start + length)
    };
    let bound = latest.created().map_or(created, |at| i64::from(at.as_secs()));
    let ends = [after(created, latest.key_expiration_time()), after(bound, latest.signature_expiration_time())];
    let until = ends.into_iter().flatten().min().and_then(|seconds| Time::from_timestamp(seconds, 0));
    let flags = latest.key_flags();
    Life {
        from: Time::from_timestamp(created, 0).unwrap_or_default(),
        until,
        revoked,
        signs: flags.sign(),
        encrypts: flags.encrypt_comms() || flags.encrypt_storage(),
    }
}

fn strictest<'a>(revocations: impl Iterator<Item = &'a Signature>) -> Option<Revoked> {
    let one = |signature: &Signature| {
        let harmless = matches!(
            signature.revocation_reason_code(),
            Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired | RevocationCode::CertUserIdInvalid)
        );
        let at = signature.created().and_then(|at| Time::from_timestamp(i64::from(at.as_secs()), 0));
        at.filter(|_| harmless)
    };
    let times: Vec<Option<Time>> = revocations.map(one).collect();
    if times.contains(&None) {
        return Some(Revoked::Always);
    }
    times.into_iter().flatten().min().map(Revoked::From)
}

/// Whether a signature uses nothing that can be forged and says nothing that is not understood.
pub(super) fn is_acceptable(signature: &Signature) -> bool {
    let Some(config) = signature.config() else { return false };
    let unknown = config.hashed_subpackets().any(|packet| {
        let strange = matches!(
            packet.data,
            SubpacketData::Experimental(..) | SubpacketData::Other(..) | SubpacketData::Notation(_)
        );
        packet.is_critical && strange
    });
    is_strong(config.hash_alg) && signature.created().is_some() && !unknown
}

/// Whether a digest can still be relied upon.
pub(super) fn is_strong(hash: HashAlgorithm) -> bool {
    matches!(
        hash,
        HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    )
}

/// Whether a key is of a kind that cannot be forged.
pub(super) fn is_strong_key(key: &PublicParams) -> bool {
    let curve = matches!(
        key,
        PublicParams::ECDSA(_)
            | PublicParams::ECDH(_)
            | PublicParams::EdDSALegacy(_)
            | PublicParams::Ed25519(_)
            | PublicParams::X25519(_)
            | PublicParams::Ed448(_)
            | PublicParams::X448(_)
    );
    curve || (matches!(key, PublicParams::RSA(_)) && key.write_len() >= RSA_OCTETS_MIN)
}
