//! Mail addresses and the people behind them, checked once at the door.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A mail address that is safe to write to: one `@`, no white space or control characters, ASCII
/// domain, at most 254 octets (RFC 5321 section 4.5.3.1). The domain is lower-cased.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a mail address we can write to")]
pub struct NotAnAddress(String);

impl Address {
    /// The address as text, `local@domain`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the last `@`, lower-cased.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether both name the same mailbox: like every provider in use, local parts are compared
    /// without regard to case.
    pub fn same_mailbox(&self, other: &Address) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The address for logs: `b***@e***.id` names nobody and is still recognisable to its owner.
    pub fn masked(&self) -> String {
        let first = |text: &str| text.chars().next().map_or(String::new(), |c| c.to_string());
        let domain = self.domain();
        let tail = domain.rsplit_once('.').map_or("", |(_, tail)| tail);
        format!("{}***@{}***.{tail}", first(self.local()), first(domain))
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Address, NotAnAddress> {
        let refused = || NotAnAddress(text.chars().filter(|c| !c.is_control()).take(80).collect());
        let (local, domain) = text.rsplit_once('@').ok_or_else(refused)?;
        let local_allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let domain_allowed = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let local_right = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with(['-', '|', '.'])
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(local_allowed);
        let domain_right = !domain.is_empty()
            && domain.split('.').all(|label| !label.is_empty() && label.len() <= 63)
            && domain.chars().all(domain_allowed);
        if !local_right || !domain_right || text.len() > 254 {
            return Err(refused());
        }
        Ok(Address(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.0)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error: NotAnAddress| {
            serde::de::Error::custom(format!("{error}; write it like \"nama@kantor.example\""))
        })
    }
}

/// Somebody with an address; `name` is what they call themselves and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Display name, one line, at most 120 characters; empty if none was given.
    pub name: String,
    /// Where they can be written to.
    pub address: Address,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_taken_and_refused() {
        let check = |text: &str, taken: bool| {
            assert_eq!(text.parse::<Address>().is_ok(), taken, "{text}");
        };
        check("budi@warga.example", true);
        check("budi+lapor@warga.example", true);
        check("o'neil_x@a-b.example", true);
        check("root@localhost", true);
        check("", false);
        check("budi", false);
        check("@warga.example", false);
        check("budi@", false);
        check("budi@warga..example", false);
        check("bu di@warga.example", false);
        check("\"a\r\nRCPT TO:<x@y>\"@warga.example", false);
        check("budi@warga.example\r\nBcc: x@y.example", false);
        check("|cmd@warga.example", false);
        check("-oQ/x@warga.example", false);
        check("budi@wаrga.example", false);
        check(&format!("{}@warga.example", "a".repeat(65)), false);
    }

    #[test]
    fn domains_fold_case_and_mailboxes_compare_without_it() {
        let left: Address = "Budi@Warga.Example".parse().expect("valid");
        let right: Address = "budi@warga.example".parse().expect("valid");
        assert_eq!(left.as_str(), "Budi@warga.example");
        assert!(left.same_mailbox(&right));
        assert_eq!(right.masked(), "b***@w***.example");
    }
}
