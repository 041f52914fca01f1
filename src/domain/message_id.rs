//! Our own Message-IDs, keyed: replies and bounces find their mail, outsiders cannot make one up.
//!
//! `k1.<outbox row>.<ticket row>.<HMAC-SHA-256, 128 bits in hex>@domain`. It stands in every reply
//! and quote, so it is no secret and authorises nothing; it proves that a thread is ours.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::domain::token::{TOKEN_BYTES, Token};

/// The key. Whoever has it can make ids that look like ours.
#[derive(Clone)]
pub struct MessageIdKey([u8; 32]);

/// An id of ours that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    /// The outgoing mail.
    pub outbox: OutboxId,
    /// Its ticket.
    pub ticket: Option<TicketId>,
    /// The id as it was minted: some systems fold its case on the way.
    pub header_id: String,
}

const VERSION: &str = "k1";
const TAG_BYTES: usize = 16;

impl MessageIdKey {
    /// The key made of 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> MessageIdKey {
        MessageIdKey(bytes)
    }

    /// The Message-ID of an outgoing mail, without brackets.
    pub fn mint(&self, outbox: OutboxId, ticket: Option<TicketId>, domain: &str) -> String {
        let domain = domain.to_ascii_lowercase();
        let body = format!("{VERSION}.{}.{}", outbox.0, ticket.map_or(0, |ticket| ticket.0));
        let tag = self.mac(&body, &domain).finalize().into_bytes();
        let tag: String = tag.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{body}.{tag}@{domain}")
    }

    /// Recognises an id of ours; `None` for any other, above all one whose tag is wrong.
    pub fn recognise(&self, id: &str) -> Option<Minted> {
        let header_id = id.trim().to_ascii_lowercase();
        let (local, domain) = header_id.split_once('@')?;
        let (body, tag) = local.rsplit_once('.')?;
        let tag = bytes_of(tag)?;
        self.mac(body, domain).verify_truncated_left(&tag).ok()?;
        let mut parts = body.split('.');
        let (version, outbox, ticket) = (parts.next()?, parts.next()?, parts.next()?);
        if version != VERSION || parts.next().is_some() {
            return None;
        }
        let ticket: i64 = ticket.parse().ok()?;
        Some(Minted {
            outbox: OutboxId(outbox.parse().ok()?),
            ticket: (ticket > 0).then_some(TicketId(ticket)),
            header_id: header_id.clone(),
        })
    }

    /// The secret reply address of a person for a ticket, made of random bits.
    pub fn token(&self, salt: &str, person: &Address, ticket: Option<TicketId>) -> Token {
        let person = person.as_str().to_ascii_lowercase();
        let ticket = ticket.map_or(0, |ticket| ticket.0).to_string();
        self.derived(&["reply address", salt, &person, &ticket])
    }

    fn derived(&self, parts: &[&str]) -> Token {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        // No Message-ID begins so: what is made for one purpose is worth nothing for the other.
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let mut bytes = [0; TOKEN_BYTES];
        bytes.copy_from_slice(&mac.finalize().into_bytes()[..TOKEN_BYTES]);
        Token::new(bytes)
    }

    /// What stands in the return address of one mail of ours, by its purpose, which no other has.
    pub fn return_token(&self, purpose: &str) -> Token {
        self.derived(&["return address", purpose])
    }

    fn mac(&self, body: &str, domain: &str) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(body.as_bytes());
        mac.update(b"@");
        mac.update(domain.as_bytes());
        mac
    }
}

impl std::fmt::Debug for MessageIdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MessageIdKey(…)")
    }
}

fn bytes_of(hex: &str) -> Option<[u8; TAG_BYTES]> {
    // A number may carry a sign, which would be a second spelling of the same tag.
    if hex.len() != 2 * TAG_BYTES || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; TAG_BYTES];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_are_recognised_whatever_became_of_their_case() {
        let key = MessageIdKey::new([7; 32]);
        let id = key.mint(OutboxId(42), Some(TicketId(7)), "Csirt.Example");
        let minted = key.recognise(&id.to_uppercase()).expect("ours");
        assert_eq!((minted.outbox, minted.ticket, minted.header_id), (OutboxId(42), Some(TicketId(7)), id));
        assert_eq!(key.recognise(&key.mint(OutboxId(1), None, "csirt.example")).expect("ours").ticket, None);
    }

    #[test]
    fn fs_2026_47123_an_id_with_any_character_changed_is_not_ours() {
        let key = MessageIdKey::new([7; 32]);
        let id = key.mint(OutboxId(42), Some(TicketId(7)), "csirt.example");
        for at in 0..id.len() {
            let mut forged = id.clone().into_bytes();
            forged[at] = if forged[at] == b'1' { b'2' } else { b'1' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert_eq!(key.recognise(&forged), None, "{forged}");
        }
        assert_eq!(MessageIdKey::new([8; 32]).recognise(&id), None);
        let zero = (1..).map(|row| key.mint(OutboxId(row), None, "csirt.example")).find(|id| id.contains(".0.0"));
        assert_eq!(key.recognise(&zero.expect("a tag that begins with a zero").replace(".0.0", ".0.+")), None);
        for strange in ["", "@", "a@b", "k1.1.1@csirt.example", "k1.42.7.é@csirt.example"] {
            assert_eq!(key.recognise(strange), None, "{strange}");
        }
    }
}
