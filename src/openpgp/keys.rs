//! A public key that somebody has pinned: whether it made a signature, and which part of it may be
//! encrypted to.

use std::io::Cursor;

use pgp::composed::{Deserializable, DetachedSignature, PublicOrSecret, SignedPublicKey};
use pgp::packet::{PublicSubkey, Signature, SignatureType};
use pgp::types::{KeyDetails, PublicParams, SignatureBytes, VerifyingKey};

use crate::domain::Time;
use crate::domain::protection::{MailSignature, MailSignatureFault, Standard};
use crate::openpgp::KeyFault;
use crate::openpgp::lifetimes::{self, Life, NotAlive, is_acceptable, is_strong, is_strong_key};

/// Signatures of one message that are looked at.
const SIGNATURES_MAX: usize = 8;

/// A pinned key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: SignedPublicKey,
    life: Life,
    subkeys: Vec<(PublicSubkey, Life)>,
}

impl PublicKey {
    /// Reads the one public key in a file, armoured or not.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<PublicKey, KeyFault> {
        match one_key(bytes)? {
            PublicOrSecret::Public(key) => PublicKey::of(key),
            PublicOrSecret::Secret(_) => Err(KeyFault::Secret),
        }
    }

    pub(super) fn of(key: SignedPublicKey) -> Result<PublicKey, KeyFault> {
        if !is_strong_key(key.primary_key.public_params()) {
            return Err(KeyFault::Weak);
        }
        let details = &key.details;
        let own: Vec<&Signature> = details.direct_signatures.iter().chain(&details.revocation_signatures).collect();
        let life = lifetimes::of_primary(&key.primary_key, &own, &details.users).ok_or(KeyFault::Unbound)?;
        let subkeys = key.public_subkeys.iter().filter_map(|subkey| {
            let life = lifetimes::of_subkey(&key.primary_key, &subkey.key, &subkey.signatures)?;
            is_strong_key(subkey.key.public_params()).then(|| (subkey.key.clone(), life))
        });
        let subkeys = subkeys.collect();
        Ok(PublicKey { key, life, subkeys })
    }

    /// Its fingerprint in capital hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.key.primary_key.fingerprint().to_string().to_ascii_uppercase()
    }

    /// Whether the key as a whole may be used at that instant.
    ///
    /// # Errors
    /// Why not.
    pub fn alive_at(&self, at: Time) -> Result<(), NotAlive> {
        self.life.at(at)
    }

    /// The parts that may be encrypted to at that instant; empty if there is none.
    pub(super) fn encryption_keys(&self, at: Time) -> Vec<&PublicSubkey> {
        if self.life.at(at).is_err() {
            return Vec::new();
        }
        let usable = self.subkeys.iter().filter(|(_, life)| life.encrypts && life.at(at).is_ok());
        usable.map(|(subkey, _)| subkey).collect()
    }

    /// Whether somebody can encrypt to it at that instant.
    pub fn can_encrypt(&self, at: Time) -> bool {
        !self.encryption_keys(at).is_empty()
    }

    /// Whether a part that is encrypted to is RSA: the library that decrypts it needs a time that tells
    /// something of the key (RUSTSEC-2023-0071).
    pub fn decrypts_by_rsa(&self) -> bool {
        let mut parts = self.subkeys.iter().filter(|(_, life)| life.encrypts);
        parts.any(|(subkey, _)| matches!(subkey.public_params(), PublicParams::RSA(_)))
    }

    /// Whether a signature it makes at that instant counts.
    pub fn can_sign(&self, at: Time) -> bool {
        self.life.at(at).is_ok() && self.signers().any(|(_, life)| life.signs && life.at(at).is_ok())
    }

    /// The first instant from which it can no longer be both signed with and encrypted to; `None` if
    /// that never comes by itself.
    pub fn ends_at(&self) -> Option<Time> {
        let last = |wanted: fn(&Life) -> bool| {
            let ends: Vec<Option<Time>> =
                self.signers().map(|(_, life)| life).filter(|life| wanted(life)).map(|life| life.until()).collect();
            // The latest of them; one without an end outlives all others.
            if ends.contains(&None) { None } else { ends.into_iter().flatten().max() }
        };
        [self.life.until(), last(|life| life.signs), last(|life| life.encrypts)].into_iter().flatten().min()
    }

    /// Whether a part of it has that fingerprint (in hexadecimal digits of any case).
    pub(super) fn has_part(&self, fingerprint: &str) -> Option<(bool, Life)> {
        let mut parts = self.signers();
        let found = parts.find(|(key, _)| key.fingerprint().eq_ignore_ascii_case(fingerprint));
        found.map(|(key, life)| (matches!(key, Part::Primary(_)), *life))
    }

    fn signers(&self) -> impl Iterator<Item = (Part<'_>, &Life)> {
        let primary = (Part::Primary(&self.key.primary_key), &self.life);
        std::iter::once(primary).chain(self.subkeys.iter().map(|(subkey, life)| (Part::Subkey(subkey), life)))
    }

    /// Checks a detached signature over these octets.
    pub fn check_detached(&self, armored: &[u8], signed: &[u8]) -> MailSignature {
        let signatures = match detached(armored) {
            Ok(signatures) => signatures,
            Err(fault) => return faulty(fault),
        };
        self.best(signatures.iter().map(|signature| {
            let verifies = |part: &Part<'_>| match part {
                Part::Primary(key) => signature.verify(*key, signed).is_ok(),
                Part::Subkey(key) => signature.verify(*key, signed).is_ok(),
            };
            (signature, verifies)
        }))
    }

    /// The best of several signatures: the good one, if there is one.
    pub(super) fn best<'a, V: Fn(&Part<'_>) -> bool>(
        &self,
        signatures: impl Iterator<Item = (&'a Signature, V)>,
    ) -> MailSignature {
        let mut first = None;
        for (signature, verifies) in signatures.take(SIGNATURES_MAX) {
            match self.judge(signature, verifies) {
                Ok(signed_at) => {
                    return MailSignature::Pinned { standard: Standard::Pgp, signed_at, key: self.fingerprint() };
                }
                Err(fault) => first = first.or(Some(fault)),
            }
        }
        faulty(first.unwrap_or(MailSignatureFault::Unreadable))
    }

    /// Whether one signature counts: made by a part of this key that may sign, while it could be used.
    fn judge(&self, signature: &Signature, verifies: impl Fn(&Part<'_>) -> bool) -> Result<Time, MailSignatureFault> {
        let ours = self.signers().any(|(part, _)| part.is_issuer(signature));
        if !ours {
            return Err(MailSignatureFault::OtherKey);
        }
        let of_data = matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text));
        let (true, Some(hash)) = (of_data, signature.hash_alg()) else { return Err(MailSignatureFault::Unreadable) };
        if !is_strong(hash) {
            return Err(MailSignatureFault::Weak);
        }
        let signed_at = signature.created().and_then(|at| Time::from_timestamp(i64::from(at.as_secs()), 0));
        let signed_at = signed_at.ok_or(MailSignatureFault::NoTime)?;
        let runs_out = signature.signature_expiration_time().is_some_and(|length| length.as_secs() > 0);
        if !is_acceptable(signature) || runs_out {
            return Err(MailSignatureFault::Unreadable);
        }
        let made_by = self.signers().find(|(part, _)| part.is_issuer(signature) && verifies(part));
        let Some((_, life)) = made_by else { return Err(MailSignatureFault::Altered) };
        if !life.signs {
            return Err(MailSignatureFault::OtherKey);
        }
        self.life.at(signed_at).and_then(|()| life.at(signed_at)).map_err(|reason| match reason {
            NotAlive::Expired => MailSignatureFault::KeyExpired,
            NotAlive::Revoked => MailSignatureFault::KeyRevoked,
        })?;
        Ok(signed_at)
    }
}

/// The primary key or one of its subkeys.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    Primary(&'a pgp::packet::PublicKey),
    Subkey(&'a PublicSubkey),
}

impl Part<'_> {
    fn fingerprint(&self) -> String {
        match self {
            Part::Primary(key) => key.fingerprint().to_string(),
            Part::Subkey(key) => key.fingerprint().to_string(),
        }
    }

    /// Whether a signature says that this key made it.
    fn is_issuer(&self, signature: &Signature) -> bool {
        let (id, fingerprint) = match self {
            Part::Primary(key) => (key.legacy_key_id(), key.fingerprint()),
            Part::Subkey(key) => (key.legacy_key_id(), key.fingerprint()),
        };
        signature.issuer_fingerprint().contains(&&fingerprint) || signature.issuer_key_id().contains(&&id)
    }

    /// Whether a digest was signed with it.
    pub(super) fn verifies(
        &self,
        hash: pgp::crypto::hash::HashAlgorithm,
        digest: &[u8],
        value: &SignatureBytes,
    ) -> bool {
        match self {
            Part::Primary(key) => key.verify(hash, digest, value).is_ok(),
            Part::Subkey(key) => key.verify(hash, digest, value).is_ok(),
        }
    }
}

/// The one key in a file.
pub(super) fn one_key(bytes: &[u8]) -> Result<PublicOrSecret, KeyFault> {
    let armored = bytes.trim_ascii_start().starts_with(b"-----BEGIN");
    let keys: Vec<_> = if armored {
        let (keys, _) =
            PublicOrSecret::from_armor_many(Cursor::new(bytes.to_vec())).map_err(|_| KeyFault::Unreadable)?;
        keys.take(2).collect()
    } else {
        let keys = PublicOrSecret::from_bytes_many(Cursor::new(bytes.to_vec())).map_err(|_| KeyFault::Unreadable)?;
        keys.take(2).collect()
    };
    let mut keys = keys.into_iter();
    match (keys.next(), keys.next()) {
        (Some(Ok(key)), None) => Ok(key),
        (Some(Ok(_)), Some(_)) => Err(KeyFault::Several),
        (Some(Err(_)) | None, _) => Err(KeyFault::Unreadable),
    }
}

/// Detached signatures in their armour.
pub(super) fn detached(armored: &[u8]) -> Result<Vec<Signature>, MailSignatureFault> {
    let read = DetachedSignature::from_armor_many(Cursor::new(armored.to_vec()));
    let (found, _) = read.map_err(|_| MailSignatureFault::Unreadable)?;
    let found: Vec<Signature> =
        found.take(SIGNATURES_MAX).filter_map(|one| one.ok().map(|one| one.signature)).collect();
    if found.is_empty() { Err(MailSignatureFault::Unreadable) } else { Ok(found) }
}

fn faulty(fault: MailSignatureFault) -> MailSignature {
    MailSignature::Faulty { standard: Standard::Pgp, fault, pinned: true }
}
