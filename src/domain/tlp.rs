//! Who may be shown what: the Traffic Light Protocol 2.0 of FIRST (domain 2.4).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A distribution code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tlp {
    /// Everybody.
    Clear,
    /// The community.
    Green,
    /// Those who need to know, and their clients: what a report has unless somebody says otherwise.
    #[default]
    Amber,
    /// Those who need to know in the organisation alone.
    AmberStrict,
    /// The named recipients alone.
    Red,
}

impl Tlp {
    /// Every code, the widest first.
    pub const ALL: &[Tlp] = &[Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Tlp::Clear => "clear",
            Tlp::Green => "green",
            Tlp::Amber => "amber",
            Tlp::AmberStrict => "amber_strict",
            Tlp::Red => "red",
        }
    }

    /// The code of that name.
    pub fn named(name: &str) -> Option<Tlp> {
        Tlp::ALL.iter().copied().find(|tlp| tlp.as_str() == name)
    }

    /// The code somebody means who types this word: `amber+strict`, `TLP:AMBER`.
    pub fn spoken(word: &str) -> Option<Tlp> {
        let word = word.to_ascii_lowercase();
        let word = word.strip_prefix("tlp:").unwrap_or(&word);
        Tlp::named(&word.replace(['+', '-'], "_"))
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self {
            Tlp::Clear => "CLEAR",
            Tlp::Green => "GREEN",
            Tlp::Amber => "AMBER",
            Tlp::AmberStrict => "AMBER+STRICT",
            Tlp::Red => "RED",
        };
        write!(f, "TLP:{code}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_understood_as_they_are_shown() {
        for tlp in Tlp::ALL {
            assert_eq!(Tlp::spoken(&tlp.to_string()), Some(*tlp));
            assert_eq!(Tlp::named(tlp.as_str()), Some(*tlp));
        }
        assert_eq!(Tlp::spoken("amber+strict"), Some(Tlp::AmberStrict));
        assert_eq!(Tlp::spoken("kuning"), None);
    }
}
