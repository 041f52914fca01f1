//! Encrypted messages, opened as a whole or not at all.

use std::io::{Cursor, Read};

use pgp::composed::{DecryptionOptions, Edata, Esk, Message, TheRing};
use pgp::errors::Error;
use pgp::packet::{PublicKeyEncryptedSessionKey, Signature};
use pgp::types::{KeyDetails, Seipdv1ReadMode};

use crate::domain::protection::{Closed, MailSignature, Standard};
use crate::openpgp::desk::DeskKey;
use crate::openpgp::keys::{Part, PublicKey};

/// Layers of compression in each other that are taken off; ordinary programs make one.
const COMPRESSED_MAX: usize = 2;
/// What a message may weigh more than its content.
const PACKETS_BYTES: usize = 1 << 20;

/// Packets that say to whom a message is encrypted; a list of that many people is none for secrets.
const RECIPIENTS_MAX: usize = 300;
/// Of these, the ones that name our key and are tried: each is work with the secret key, which takes
/// 20 ms with RSA of 4096 bits. Programs write one for each of its subkeys.
const NAMED_MAX: usize = 16;
/// Those that name no key and are tried: anybody's, ours too.
const ANONYMOUS_MAX: usize = 4;
/// Signatures in a message; for each of them all of it is read through.
const SIGNATURES_MAX: usize = 16;

/// An opened message.
#[derive(Debug)]
pub struct Opened {
    /// What it holds.
    pub content: Vec<u8>,
    /// What the signature inside proves, if there is one.
    pub signature: MailSignature,
}

impl DeskKey {
    /// Opens an armoured message whose content is no larger than `limit` octets. A signature inside is
    /// checked against the sender's pinned key.
    ///
    /// # Errors
    /// Why it stays closed; nothing of its content is known then.
    pub fn open(&self, armored: &[u8], sender: Option<&PublicKey>, limit: usize) -> Result<Opened, Closed> {
        let (message, _) = Message::from_armor(Cursor::new(armored)).map_err(|_| Closed::Damaged)?;
        let mut message = self.decrypted(message, limit)?;
        for _ in 0..COMPRESSED_MAX {
            if message.is_compressed() {
                message = message.decompress().map_err(|_| Closed::Damaged)?;
            }
        }
        if message.is_compressed() {
            return Err(Closed::Damaged);
        }
        if let Message::Signed { reader, .. } = &message {
            if reader.num_signatures() > SIGNATURES_MAX {
                return Err(Closed::Damaged);
            }
            message = message.decompress().map_err(|_| Closed::Damaged)?;
        }
        let mut content = Vec::new();
        let room = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        (&mut message).take(room).read_to_end(&mut content).map_err(|_| Closed::Damaged)?;
        if content.len() > limit {
            return Err(Closed::TooLarge);
        }
        let signature = if message.is_signed() { checked(&message, sender) } else { MailSignature::None };
        Ok(Opened { content, signature })
    }

    fn decrypted<'a>(&self, message: Message<'a>, limit: usize) -> Result<Message<'a>, Closed> {
        let (esk, edata, is_nested) = match message {
            Message::Encrypted { edata: Edata::SymEncryptedData { .. }, .. } => return Err(Closed::NoIntegrity),
            Message::Encrypted { esk, edata, is_nested } => (esk, edata, is_nested),
            Message::Literal { .. } | Message::Compressed { .. } | Message::Signed { .. } => {
                return Err(Closed::Damaged);
            }
        };
        if esk.len() > RECIPIENTS_MAX {
            return Err(Closed::TooManyRecipients);
        }
        let (esk, all) = self.worth_a_try(esk);
        let message = Message::Encrypted { esk, edata, is_nested };
        // The whole is decrypted and checked before anything of it is read; GnuPG's own authenticated
        // packet proves the same, piece by piece, and a piece that fails fails the whole.
        let whole_first = Seipdv1ReadMode::CheckFirst { max_message_size: limit.saturating_add(PACKETS_BYTES) };
        let options = DecryptionOptions::new().enable_gnupg_aead().set_seipdv1_read_mode(whole_first);
        let ring = TheRing { secret_keys: vec![&self.secret], decrypt_options: options, ..TheRing::default() };
        let (message, _) = message.decrypt_the_ring(ring, true).map_err(|error| match (error, all) {
            (Error::MissingKey, true) => Closed::OtherKey,
            (Error::MissingKey, false) => Closed::TooManyRecipients,
            (_, _) => Closed::Damaged,
        })?;
        // An encrypted message in an encrypted message is nobody's mail.
        if message.is_encrypted() { Err(Closed::Damaged) } else { Ok(message) }
    }

    /// The session keys that may be ours, as many as are tried, and whether these are all.
    fn worth_a_try(&self, sent: Vec<Esk>) -> (Vec<Esk>, bool) {
        let (mut named, mut anonymous, mut all) = (0, 0, true);
        let mut tried = Vec::new();
        for esk in sent {
            // The desk has no password of a message.
            let Esk::PublicKeyEncryptedSessionKey(key) = &esk else { continue };
            if !self.may_open(key) {
                continue;
            }
            let (count, most) =
                if is_anonymous(key) { (&mut anonymous, ANONYMOUS_MAX) } else { (&mut named, NAMED_MAX) };
            *count += 1;
            if *count <= most {
                tried.push(esk);
            } else {
                all = false;
            }
        }
        (tried, all)
    }

    /// Whether a session key is encrypted in a way and to a key that a part of ours could be.
    fn may_open(&self, sent: &PublicKeyEncryptedSessionKey) -> bool {
        let fits = |part: &dyn KeyDetails| sent.algorithm().is_ok_and(|algorithm| algorithm == part.algorithm());
        let primary = self.secret.primary_key.public_key();
        let mut subkeys = self.secret.secret_subkeys.iter().map(|subkey| subkey.key.public_key());
        (sent.match_identity(primary) && fits(primary))
            || subkeys.any(|subkey| sent.match_identity(subkey) && fits(subkey))
    }
}

/// Whether a session key does not say whose it is.
fn is_anonymous(sent: &PublicKeyEncryptedSessionKey) -> bool {
    match sent.id() {
        Ok(id) => id.is_wildcard(),
        Err(_) => matches!(sent.fingerprint(), Ok(None)),
    }
}

/// What the signatures in a message that was read to its end prove.
fn checked(message: &Message<'_>, sender: Option<&PublicKey>) -> MailSignature {
    let Some(sender) = sender else {
        return MailSignature::Unknown { standard: Standard::Pgp, name: String::new() };
    };
    let Message::Signed { reader, .. } = message else { return MailSignature::None };
    let signatures = (0..reader.num_signatures()).filter_map(|index| Some((index, reader.signature(index)?)));
    sender.best(signatures.map(|(index, signature): (usize, &Signature)| {
        let verifies = move |part: &Part<'_>| match (reader.hash(index), signature.hash_alg(), signature.signature()) {
            (Some(digest), Some(hash), Some(value)) => {
                let begins = signature.signed_hash_value();
                let fits = begins.is_some_and(|begins| digest.get(..2) == Some(begins.as_slice()));
                fits && part.verifies(hash, digest, value)
            }
            _ => false,
        };
        (signature, verifies)
    }))
}
