//! Encrypted messages, opened as a whole or not at all.

use std::io::{Cursor, Read};

use pgp::composed::{DecryptionOptions, Edata, Message, TheRing};
use pgp::errors::Error;
use pgp::packet::Signature;
use pgp::types::Seipdv1ReadMode;

use crate::domain::protection::{Closed, MailSignature, Standard};
use crate::openpgp::desk::DeskKey;
use crate::openpgp::keys::{Part, PublicKey};

/// Layers of compression in each other that are taken off; ordinary programs make one.
const COMPRESSED_MAX: usize = 2;
/// What a message may weigh more than its content.
const PACKETS_BYTES: usize = 1 << 20;

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
        if message.is_signed() {
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
        match &message {
            Message::Encrypted { edata: Edata::SymEncryptedData { .. }, .. } => return Err(Closed::NoIntegrity),
            Message::Encrypted { .. } => {}
            Message::Literal { .. } | Message::Compressed { .. } | Message::Signed { .. } => {
                return Err(Closed::Damaged);
            }
        }
        // The whole is decrypted and checked before anything of it is read; GnuPG's own authenticated
        // packet proves the same, piece by piece, and a piece that fails fails the whole.
        let whole_first = Seipdv1ReadMode::CheckFirst { max_message_size: limit.saturating_add(PACKETS_BYTES) };
        let options = DecryptionOptions::new().enable_gnupg_aead().set_seipdv1_read_mode(whole_first);
        let ring = TheRing { secret_keys: vec![&self.secret], decrypt_options: options, ..TheRing::default() };
        let (message, _) = message
            .decrypt_the_ring(ring, true)
            .map_err(|error| if matches!(error, Error::MissingKey) { Closed::OtherKey } else { Closed::Damaged })?;
        // An encrypted message in an encrypted message is nobody's mail.
        if message.is_encrypted() { Err(Closed::Damaged) } else { Ok(message) }
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
