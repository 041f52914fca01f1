//! Proof that somebody got our mail (trust-and-safety 5.3): an address of the desk that only he was
//! told, `csirt+k1…@kantor.example`, one for each person and ticket.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::person::Address;

/// Octets of a token: 128 bits nobody can guess.
pub const TOKEN_BYTES: usize = 16;
/// How long a token lives after its ticket was closed (decisions 7), in days.
const REST_DAYS: i64 = 30;
/// The only version there is. Another one is no token; there is no way to fall back.
const VERSION: &str = "k1";
/// The mark of an address to which mail comes back; it is another than that of an answer.
const RETURNS: &str = "b1";
/// RFC 4648 base 32, in lower case because some systems fold local parts.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 26;
/// RFC 5321 section 4.5.3.1.1.
const LOCAL_MAX: usize = 64;

/// A token in clear. Only its digest is ever stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; TOKEN_BYTES]);

impl Token {
    /// The token made of those bytes.
    pub fn new(bytes: [u8; TOKEN_BYTES]) -> Token {
        Token(bytes)
    }

    /// What is stored of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The desk's address with the token in it; `None` where that would be too long to write to.
    pub fn address(&self, desk: &Address) -> Option<Address> {
        let local = format!("{}+{VERSION}{self}", desk.local());
        (local.len() <= LOCAL_MAX).then(|| format!("{local}@{}", desk.domain()).parse().ok()).flatten()
    }

    /// The desk's address to which a mail of ours comes back with the token in it: no answer is proved
    /// by it. `None` where that would be too long to write to.
    pub fn return_address(&self, desk: &Address) -> Option<Address> {
        let local = format!("{}+{RETURNS}{self}", desk.local());
        (local.len() <= LOCAL_MAX).then(|| format!("{local}@{}", desk.domain()).parse().ok()).flatten()
    }

    /// The token in an address of the desk; `None` for every other address and version.
    pub fn in_address(address: &Address, desk: &Address) -> Option<Token> {
        let (local, detail) = address.local().split_once('+')?;
        let ours = local.eq_ignore_ascii_case(desk.local()) && address.domain().eq_ignore_ascii_case(desk.domain());
        let detail = detail.to_ascii_lowercase();
        let letters = detail.strip_prefix(VERSION).filter(|_| ours)?;
        Token::typed(letters)
    }

    /// Exactly one spelling of each token is read: what is read twice could be revoked once.
    fn typed(letters: &str) -> Option<Token> {
        if letters.len() != LENGTH {
            return None;
        }
        let mut bits = 0_u128;
        for (at, letter) in letters.bytes().enumerate() {
            let value = u128::try_from(ALPHABET.iter().position(|known| *known == letter)?).ok()?;
            // The last letter holds three bits: 128 is no multiple of five.
            bits = match at + 1 == LENGTH {
                true if value & 0b11 != 0 => return None,
                true => bits << 3 | value >> 2,
                false => bits << 5 | value,
            };
        }
        Some(Token(bits.to_be_bytes()))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        for at in 0..LENGTH {
            let value = if at + 1 == LENGTH { bits << 2 & 0b11111 } else { bits >> (123 - 5 * at) & 0b11111 };
            let letter = ALPHABET[usize::try_from(value).unwrap_or(0)];
            write!(f, "{}", char::from(letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a token proves nothing, in the order in which it is asked (trust-and-safety 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFault {
    /// The mail goes to no address with a token, or to one of another version.
    Missing,
    /// Nobody was ever told it.
    Unknown,
    /// Somebody else was told it.
    Foreign,
    /// It was taken back with its holder's role.
    Revoked,
    /// Its ticket was closed too long ago.
    Expired,
    /// It is for another ticket.
    OtherTicket,
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Who was told it.
    pub person: Address,
    /// For which ticket; `None` for none.
    pub ticket: Option<crate::domain::ticket::TicketId>,
    /// When it was taken back.
    pub revoked_at: Option<Time>,
    /// When its ticket was closed.
    pub closed_at: Option<Time>,
}

impl StoredToken {
    /// Whether it proves that `sender` got our mail.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self, sender: &Address, now: Time) -> Result<(), TokenFault> {
        if !self.person.same_mailbox(sender) {
            Err(TokenFault::Foreign)
        } else if self.revoked_at.is_some() {
            Err(TokenFault::Revoked)
        } else if self.closed_at.is_some_and(|closed| now > closed + TimeDelta::days(REST_DAYS)) {
            Err(TokenFault::Expired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Address {
        "csirt@kantor.example".parse().expect("valid")
    }

    #[test]
    fn a_token_stands_in_an_address_of_the_desk() {
        let token = Token::new(*b"0123456789abcdef");
        let address = token.address(&desk()).expect("short enough");
        assert_eq!(address.local().len(), "csirt+k1".len() + LENGTH);
        assert_eq!(Token::in_address(&address, &desk()), Some(token.clone()));
        let folded = address.as_str().to_uppercase().parse().expect("valid");
        assert_eq!(Token::in_address(&folded, &desk()), Some(token.clone()), "some systems fold case");
        let long = format!("{}@kantor.example", "a".repeat(40)).parse().expect("valid");
        assert_eq!(token.address(&long), None);
    }

    #[test]
    fn fs_2026_47123_any_bit_flipped_is_another_token_or_none() {
        let token = Token::new(*b"0123456789abcdef");
        let address = token.address(&desk()).expect("short enough");
        for at in 0..address.local().len() {
            for bit in 0..8 {
                let mut forged = address.as_str().as_bytes().to_vec();
                forged[at] ^= 1 << bit;
                let Ok(forged) = String::from_utf8(forged) else { continue };
                // A letter in the other case is the same letter.
                if forged.eq_ignore_ascii_case(address.as_str()) {
                    continue;
                }
                let found = forged.parse().ok().and_then(|forged| Token::in_address(&forged, &desk()));
                assert!(found.is_none_or(|found| found.digest() != token.digest()), "{forged}");
            }
        }
    }

    /// What is compared is a digest: a token that is nearly right has a digest that is wholly wrong, so
    /// the time a comparison takes says nothing of the token. That is shown here by construction; a
    /// statistic of times would fail on a busy machine without cause.
    #[test]
    fn case_92_a_guess_that_is_nearly_right_is_compared_as_one_that_is_wholly_wrong() {
        let right = Token::new(*b"0123456789abcdef").digest();
        let alike = |other: Digest| right.as_bytes().iter().zip(other.as_bytes()).take_while(|(a, b)| a == b).count();
        for last in (0..=u8::MAX).filter(|last| *last != b'f') {
            let mut bytes = *b"0123456789abcdef";
            bytes[TOKEN_BYTES - 1] = last;
            assert!(alike(Token::new(bytes).digest()) < 4, "{last}");
        }
    }

    #[test]
    fn a_return_address_proves_no_answer() {
        let address = Token::new(*b"0123456789abcdef").return_address(&desk()).expect("short enough");
        assert!(address.local().starts_with("csirt+b1"), "{address}");
        assert_eq!(Token::in_address(&address, &desk()), None);
    }

    #[test]
    fn a_token_of_another_version_or_desk_is_none() {
        let address = Token::new([7; TOKEN_BYTES]).address(&desk()).expect("short enough").to_string();
        for strange in [
            address.replace("+k1", "+k0"),
            address.replace("+k1", "+"),
            address.replace("csirt+", "lapor+"),
            address.replace("@kantor", "@evil"),
            "csirt@kantor.example".to_owned(),
            "csirt+k1@kantor.example".to_owned(),
        ] {
            let strange = strange.parse().expect("an address");
            assert_eq!(Token::in_address(&strange, &desk()), None, "{strange}");
        }
    }
}
