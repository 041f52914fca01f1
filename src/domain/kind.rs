//! Kinds of incident (domain 2.2): code, names, usual level, and what is special about each.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::severity::Severity;

/// What a report is about; the code is what an analyst types and what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table below names each of them in two languages")]
pub enum IncidentKind {
    Gambling,
    Defacement,
    DataLeak,
    Access,
    Webshell,
    Malware,
    Ransomware,
    Phishing,
    Ddos,
    MailAbuse,
    SqlInjection,
    CrossSiteScripting,
    RemoteCode,
    BrokenAccess,
    Upload,
    Misconfiguration,
    Outdated,
    Credentials,
    Network,
    Fraud,
    Other,
}

/// Whether something has happened or could happen (`sifat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Insiden: it has happened.
    Incident,
    /// Kerentanan, celah: a hole without a sign of use.
    Vulnerability,
}

impl Finding {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Finding::Incident => "incident",
            Finding::Vulnerability => "vulnerability",
        }
    }

    /// The finding of that name.
    pub fn named(name: &str) -> Option<Finding> {
        [Finding::Incident, Finding::Vulnerability].into_iter().find(|finding| finding.as_str() == name)
    }

    /// The finding somebody means who types this word.
    pub fn spoken(word: &str) -> Option<Finding> {
        match word {
            "insiden" | "incident" => Some(Finding::Incident),
            "celah" | "kerentanan" | "vulnerability" => Some(Finding::Vulnerability),
            _ => None,
        }
    }
}

/// One row of the table.
struct Row {
    kind: IncidentKind,
    code: &'static str,
    indonesian: &'static str,
    english: &'static str,
    usual: Severity,
    finding: Finding,
}

use Finding::{Incident, Vulnerability};
use IncidentKind as K;
use Severity::{Critical, High, Low, Medium};

const fn row(
    kind: IncidentKind,
    code: &'static str,
    indonesian: &'static str,
    english: &'static str,
    usual: Severity,
    finding: Finding,
) -> Row {
    Row { kind, code, indonesian, english, usual, finding }
}

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row(K::Gambling,           "judol",      "penyusupan konten judi online",                "gambling injection",         High,     Incident),
    row(K::Defacement,         "deface",     "perubahan tampilan situs (web defacement)",    "web defacement",             High,     Incident),
    row(K::DataLeak,           "bocor",      "kebocoran data",                               "data leak",                  Critical, Incident),
    row(K::Access,             "akses",      "akses tidak sah atau pengambilalihan akun",    "unauthorised access",        High,     Incident),
    row(K::Webshell,           "webshell",   "backdoor atau webshell",                       "web shell",                  Critical, Incident),
    row(K::Malware,            "malware",    "malware",                                      "malware",                    High,     Incident),
    row(K::Ransomware,         "ransom",     "ransomware",                                   "ransomware",                 Critical, Incident),
    row(K::Phishing,           "phishing",   "phishing atau situs tiruan",                   "phishing",                   Medium,   Incident),
    row(K::Ddos,               "ddos",       "DDoS atau layanan tidak tersedia",             "denial of service",          High,     Incident),
    row(K::MailAbuse,          "spam",       "penyalahgunaan surel",                         "mail abuse",                 Medium,   Incident),
    row(K::SqlInjection,       "sqli",       "kerentanan SQL injection",                     "SQL injection",              High,     Vulnerability),
    row(K::CrossSiteScripting, "xss",        "kerentanan XSS",                               "cross-site scripting",       Medium,   Vulnerability),
    row(K::RemoteCode,         "rce",        "kerentanan eksekusi kode jarak jauh",          "remote code execution",      Critical, Vulnerability),
    row(K::BrokenAccess,       "idor",       "kerentanan kendali akses (IDOR)",              "broken access control",      High,     Vulnerability),
    row(K::Upload,             "upload",     "kerentanan unggah berkas",                     "unsafe file upload",         High,     Vulnerability),
    row(K::Misconfiguration,   "konfig",     "salah konfigurasi atau paparan informasi",     "misconfiguration",           Medium,   Vulnerability),
    row(K::Outdated,           "usang",      "perangkat lunak usang atau belum ditambal",    "outdated software",          Medium,   Vulnerability),
    row(K::Credentials,        "kredensial", "kredensial bocor",                             "leaked credentials",         High,     Incident),
    row(K::Network,            "jaringan",   "insiden jaringan atau infrastruktur",          "network incident",           High,     Incident),
    row(K::Fraud,              "hoaks",      "konten, hoaks atau penipuan daring",           "content or fraud",           Low,      Incident),
    row(K::Other,              "lain",       "insiden atau celah lainnya",                   "other security issue",       Low,      Incident),
];

impl IncidentKind {
    /// Every kind, in the table's order.
    pub fn all() -> impl Iterator<Item = IncidentKind> {
        TABLE.iter().map(|row| row.kind)
    }

    /// The code: typed, stored, shown.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The kind of that code.
    pub fn coded(code: &str) -> Option<IncidentKind> {
        TABLE.iter().find(|row| row.code == code).map(|row| row.kind)
    }

    /// The Indonesian name.
    pub fn indonesian(self) -> &'static str {
        self.row().indonesian
    }

    /// The English name.
    pub fn english(self) -> &'static str {
        self.row().english
    }

    /// The level it usually has.
    pub fn usual_severity(self) -> Severity {
        self.row().usual
    }

    /// What it usually is.
    pub fn usual_finding(self) -> Finding {
        self.row().finding
    }

    /// Whether the whole domain may be suspended for it, so that it must be gone within a day
    /// (`judol_24j`, domain 1.5).
    pub fn endangers_domain(self) -> bool {
        matches!(self, K::Gambling | K::Defacement)
    }

    /// Whether the owner is warned before there is a report, whatever the level (domain 5.2 row 3).
    pub fn wants_early_warning(self) -> bool {
        self.endangers_domain() || self == K::Webshell
    }

    /// Whether somebody must ask if personal data was seen.
    pub fn may_reveal_personal_data(self) -> bool {
        matches!(self, K::DataLeak | K::Ransomware | K::BrokenAccess)
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.kind == self).expect("the table has a row for each kind: a test counts them")
    }
}

impl Serialize for IncidentKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for IncidentKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<IncidentKind, D::Error> {
        let code = String::deserialize(deserializer)?;
        IncidentKind::coded(&code).ok_or_else(|| serde::de::Error::custom(format!("`{code}` is no kind of incident")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_one_row_for_each_kind_in_order() {
        // `Other` is the last variant: their number is its place plus one.
        assert_eq!(TABLE.len(), IncidentKind::Other as usize + 1);
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.kind as usize, place, "{}", row.code);
            assert_eq!(IncidentKind::coded(row.code), Some(row.kind));
        }
    }

    #[test]
    fn no_code_is_also_a_level_or_a_finding() {
        // `#valid judol tinggi dinkes` takes its words in any order.
        for kind in IncidentKind::all() {
            assert_eq!(Severity::spoken(kind.code()), None);
            assert_eq!(Finding::spoken(kind.code()), None);
        }
    }
}
