//! Reports of machines: those a CSIRT must act on (ARF, X-ARF, abuse desks), and those nobody has
//! to read (DMARC aggregates, TLS-RPT).

use super::said::Phrases;
use super::{Evidence, head};
use crate::domain::incoming::Feedback;

/// Values of one field that are kept.
const VALUES_MAX: usize = 50;
/// Characters of a value that are kept.
const VALUE_MAX: usize = 500;

impl Evidence<'_> {
    /// RFC 5965, RFC 6591, X-ARF and its JSON successor.
    pub(super) fn is_feedback_report(&self) -> bool {
        let forwarded = self.is_answer_or_forward();
        self.report_type().as_deref() == Some("feedback-report")
            || self.contents.has_type("message/feedback-report")
            || ["x-arf", "x-xarf", "x-abuse-report", "feedback-type"].iter().any(|name| self.headers.has(name))
            || (!forwarded && self.contents.names.iter().any(|name| name.to_ascii_lowercase().ends_with("xarf.json")))
            || self.is_plain_feedback()
    }

    /// A feedback loop that sends its report as plain text above the reported mail.
    fn is_plain_feedback(&self) -> bool {
        let lines = head(self.text).lines().map(|line| line.trim().to_ascii_lowercase());
        let fields =
            ["feedback-type:", "user-agent:", "source-ip:", "original-mail-from:", "reported-domain:", "version:"];
        let mut found = [false; 6];
        for line in lines {
            for (index, field) in fields.iter().enumerate() {
                found[index] |= line.starts_with(field);
            }
        }
        found[0] && found.iter().filter(|found| **found).count() >= 3
    }

    /// Mail of an abuse desk, and automatic mail that reports abuse: whatever it looks like, somebody
    /// asks for something.
    pub(super) fn is_from_abuse_desk(&self) -> bool {
        self.local_part().contains("abuse") || (self.looks_sent_by_machine() && self.reports_abuse())
    }

    /// Whether the subject or first lines report what a CSIRT is there for.
    pub(super) fn reports_abuse(&self) -> bool {
        self.titled.has(&ABUSE_SUBJECTS) || self.said.has_two(&ABUSE_WORDS)
    }

    fn looks_sent_by_machine(&self) -> bool {
        self.auto_submitted().is_some() || self.is_robot() || self.root_type() == "multipart/report"
    }

    /// DMARC aggregates and TLS-RPT (RFC 7489 section 7.2.1.1, RFC 8460 section 5.3). What somebody
    /// forwards is not among them: he wants something.
    pub(super) fn is_machine_report(&self) -> bool {
        if self.is_answer_or_forward() {
            return false;
        }
        let subject = self.subject.to_lowercase();
        let subject = subject.trim_start_matches("[preview]").trim_start();
        let titled = ["report domain:", "report-domain:", "dmarc aggregate report", "dmarc report"]
            .iter()
            .any(|beginning| subject.starts_with(beginning));
        let packed = self.contents.names.iter().any(|name| is_aggregate_name(name));
        let few_words = self.text.split_whitespace().count() <= AGGREGATE_WORDS;
        self.headers.has("tls-report-domain")
            || self.report_type().as_deref() == Some("tlsrpt")
            || self.contents.has_type("application/tlsrpt+gzip")
            || self.contents.has_type("application/tlsrpt+json")
            || (few_words && (packed || titled && !self.contents.names.is_empty()))
    }

    /// The fields of a feedback report.
    pub(super) fn feedback(&self) -> Feedback {
        let fields = if self.contents.feedback.is_empty() { head(self.text) } else { &self.contents.feedback };
        let fields = Fields::of(fields);
        let kind = ["feedback-type", "report-type", "category"].iter().find_map(|name| fields.first(name));
        Feedback {
            kind: kind.map(|kind| kind.to_ascii_lowercase()),
            source_ip: fields.first("source-ip").or_else(|| fields.first("source")),
            arrived: fields.first("arrival-date").or_else(|| fields.first("received-date")),
            original_from: fields.first("original-mail-from"),
            original_to: fields.all("original-rcpt-to"),
            domains: fields.all("reported-domain"),
            uris: fields.all("reported-uri"),
            reporter: ["reporting-mta", "reported-from", "user-agent"].iter().find_map(|name| fields.first(name)),
            incidents: fields.first("incidents").and_then(|count| count.parse().ok()),
        }
    }
}

/// Words of the text that accompanies an aggregate report.
const AGGREGATE_WORDS: usize = 150;

/// `receiver!policy-domain!begin!end[!id].xml.gz`.
fn is_aggregate_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts: Vec<&str> = name.split('!').collect();
    let time = |part: &str| {
        let digits = part.split('.').next().unwrap_or("");
        digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.len() >= 4
        && time(parts[2])
        && time(parts[3])
        && [".xml", ".xml.gz", ".zip", ".json.gz", ".json", ".gz"].iter().any(|end| name.ends_with(end))
}

/// `Name: value` lines, folded ones joined.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(text: &str) -> Fields {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
                (true, Some((_, value)), _) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (_, _, Some((name, value))) => fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
                (_, _, None) => {}
            }
        }
        Fields(fields)
    }

    fn all(&self, name: &str) -> Vec<String> {
        let mine = self.0.iter().filter(|(other, value)| other == name && !value.is_empty());
        mine.map(|(_, value)| value.trim_matches(['<', '>']).chars().take(VALUE_MAX).collect())
            .take(VALUES_MAX)
            .collect()
    }

    fn first(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }
}

#[rustfmt::skip]
static ABUSE_SUBJECTS: Phrases = Phrases::of(&[
    "abuse report", "report of abuse", "abuse complaint", "[abuse", "abuse:", "abuse from", "abuse alert", "spam report",
    "spam complaint", "phishing", "malware", "botnet", "ddos", "brute force", "brute-force", "bruteforce", "port scan",
    "portscan", "intrusion", "hacked", "hacking", "defacement", "compromised", "vulnerab", "infring", "dmca",
    "unauthorized", "unauthorised", "attack", "incident report", "security incident", "fail2ban", "blocklist",
    "blacklist", "exploit", "ransom", "leak", "laporan insiden", "insiden siber", "diretas", "peretasan", "kerentanan",
    "judi online", "judol", "kebocoran", "penyalahgunaan", "serangan",
]);

#[rustfmt::skip]
static ABUSE_WORDS: Phrases = Phrases::of(&[
    "abuse", "phishing", "malware", "botnet", "spam", "attack", "brute force", "port scan", "compromised", "infected",
    "vulnerab", "unauthorized", "infringement", "source ip", "your network", "your customer", "ip address", "logs",
    "fraudulent", "malicious", "blocklist", "takedown", "hacked", "incident", "diretas", "serangan", "kerentanan",
]);
