//! How grave an incident is (domain 2.3): the pemda's own four levels.

use serde::{Deserialize, Serialize};

/// A level. "High" is what Peraturan BSSN 1/2024 Pasal 15(3) calls "risiko tinggi".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Rendah: advice only.
    Low,
    /// Sedang: a weakness, no data seen.
    Medium,
    /// Tinggi: a public host altered, access shown, limited personal data.
    High,
    /// Kritis: an active attack, many people's data, a core service down.
    Critical,
}

impl Severity {
    /// Every level, the mildest first.
    pub const ALL: &[Severity] = &[Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The name used in the database, in `sop.toml` and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The level of that name.
    pub fn named(name: &str) -> Option<Severity> {
        Severity::ALL.iter().copied().find(|severity| severity.as_str() == name)
    }

    /// The Indonesian word.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Low => "rendah",
            Severity::Medium => "sedang",
            Severity::High => "tinggi",
            Severity::Critical => "kritis",
        }
    }

    /// The level somebody means who types this word in either language.
    pub fn spoken(word: &str) -> Option<Severity> {
        Severity::ALL.iter().copied().find(|severity| severity.word() == word || severity.as_str() == word)
    }

    /// Whether BSSN wants to know of it (Pasal 15(3)).
    pub fn concerns_bssn(self) -> bool {
        self >= Severity::High
    }
}
