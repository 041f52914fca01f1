//! The desk's own secret key: unlocked once, when it is read, and kept so in memory alone. gpg makes
//! unlocking slow on purpose, and every mail would wait for it.

use std::fmt;

use pgp::composed::{PublicOrSecret, SignedSecretKey};
use pgp::types::{KeyDetails, Password};

use crate::domain::Time;
use crate::openpgp::keys::{PublicKey, one_key};
use crate::openpgp::{KeyFault, lifetimes};

/// The key.
pub struct DeskKey {
    pub(super) secret: SignedSecretKey,
    public: PublicKey,
}

impl fmt::Debug for DeskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeskKey({})", self.public.fingerprint())
    }
}

/// A part of the secret key.
pub(super) enum SecretPart<'a> {
    Primary(&'a pgp::packet::SecretKey),
    Subkey(&'a pgp::packet::SecretSubkey),
}

impl DeskKey {
    /// Reads the one secret key in a file and unlocks it; an empty passphrase for one without.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8], passphrase: &str) -> Result<DeskKey, KeyFault> {
        let mut secret = match one_key(bytes)? {
            PublicOrSecret::Secret(secret) => secret,
            PublicOrSecret::Public(_) => return Err(KeyFault::NotSecret),
        };
        let public = PublicKey::of(secret.to_public_key())?;
        let password = Password::from(passphrase);
        // The primary key may lie elsewhere, locked away; whatever else is here must open.
        let primary = secret.primary_key.remove_password(&password).is_ok();
        let subkeys = secret.secret_subkeys.iter_mut().map(|subkey| subkey.key.remove_password(&password).is_ok());
        let subkeys: Vec<bool> = subkeys.collect();
        if subkeys.contains(&false) || (subkeys.is_empty() && !primary) {
            return Err(KeyFault::Locked);
        }
        Ok(DeskKey { secret, public })
    }

    /// Its public part.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The part that signs at that instant: a subkey before the primary key.
    pub(super) fn signer(&self, at: Time) -> Option<SecretPart<'_>> {
        self.public.alive_at(at).ok()?;
        let may = |fingerprint: String| {
            let life: Option<lifetimes::Life> = self.public.has_part(&fingerprint).map(|(_, life)| life);
            life.is_some_and(|life| life.signs && life.at(at).is_ok())
        };
        let mut subkeys = self.secret.secret_subkeys.iter();
        let subkey = subkeys.find(|subkey| may(subkey.key.fingerprint().to_string()));
        let is_open = || !self.secret.primary_key.secret_params().is_encrypted();
        subkey.map(|subkey| SecretPart::Subkey(&subkey.key)).or_else(|| {
            let primary = &self.secret.primary_key;
            (may(primary.fingerprint().to_string()) && is_open()).then_some(SecretPart::Primary(primary))
        })
    }

    /// Whether it can sign at that instant.
    pub fn can_sign(&self, at: Time) -> bool {
        self.signer(at).is_some()
    }
}
