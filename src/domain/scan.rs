//! What the malware scanner said of a file, in the words people get.

use serde::Serialize;

/// Characters of a finding's name that are kept.
const FINDING_MAX: usize = 100;
/// What stands for a name of which nothing can be kept.
const UNNAMED: &str = "UNNAMED";
/// How clamd calls what it did not look at to the end (`AlertExceedsMax`).
const LIMITS: &str = "Heuristics.Limits.Exceeded";

/// What the scanner said of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "finding", rename_all = "snake_case")]
pub enum Scan {
    /// It found nothing.
    Clean,
    /// It found something of that name.
    Found(String),
    /// Nobody looked: the file is larger than is scanned.
    TooLarge,
    /// The scanner looked at a part of it: nesting or size beyond its own limits, as in a bomb.
    Limits,
    /// The scanner did not come to an end with this file, also when it had the time to itself.
    TooSlow,
    /// The scanner refused the file.
    Refused,
    /// The time of its message was over; it is scanned later.
    Late,
    /// The scanner did not answer; it is scanned later.
    Away,
}

impl Scan {
    /// The name of the verdict in the database and in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Scan::Clean => "clean",
            Scan::Found(_) => "found",
            Scan::TooLarge => "too_large",
            Scan::Limits => "limits",
            Scan::TooSlow => "too_slow",
            Scan::Refused => "refused",
            Scan::Late => "late",
            Scan::Away => "away",
        }
    }

    /// The verdict of that name, with what was found.
    pub fn named(name: &str, finding: &str) -> Option<Scan> {
        Some(match name {
            "clean" => Scan::Clean,
            "found" => Scan::Found(finding.to_owned()),
            "too_large" => Scan::TooLarge,
            "limits" => Scan::Limits,
            "too_slow" => Scan::TooSlow,
            "refused" => Scan::Refused,
            "late" => Scan::Late,
            "away" => Scan::Away,
            _ => return None,
        })
    }

    /// What was found; empty for every other verdict.
    pub fn finding(&self) -> &str {
        if let Scan::Found(finding) = self { finding } else { "" }
    }

    /// Whether the file is to be scanned later.
    pub fn is_pending(&self) -> bool {
        matches!(self, Scan::Late | Scan::Away)
    }

    /// What clamd answered to INSTREAM; `None` if that is no answer. Nothing counts as clean but the
    /// exact word for it.
    pub fn answered(answer: &str) -> Option<Scan> {
        if answer == "stream: OK" {
            return Some(Scan::Clean);
        }
        if answer == "INSTREAM size limit exceeded. ERROR" {
            return Some(Scan::TooLarge);
        }
        if let Some(name) = answer.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND")) {
            // The name comes from a rule anybody may have written, and stands in mails: no order, link,
            // markup or control can be made of these.
            let plain = |c: &char| c.is_ascii_alphanumeric() || "._-+:(){}".contains(*c);
            let kept: String = name.chars().filter(plain).take(FINDING_MAX).collect();
            return Some(match kept.as_str() {
                "" => Scan::Found(UNNAMED.to_owned()),
                limits if limits.starts_with(LIMITS) => Scan::Limits,
                _ => Scan::Found(kept),
            });
        }
        answer.ends_with("ERROR").then_some(Scan::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_clean_but_the_exact_word_for_it() {
        let found = |name: &str| Some(Scan::Found(name.to_owned()));
        let cases = [
            ("stream: OK", Some(Scan::Clean)),
            ("stream: Win.Test.EICAR_HDB-1 FOUND", found("Win.Test.EICAR_HDB-1")),
            // A rule's name that says OK does not make the file clean.
            ("stream: All.OK FOUND", found("All.OK")),
            ("stream: A\u{1b}[2J\u{202e}B FOUND", found("A2JB")),
            ("stream: #batal FOUND", found("batal")),
            ("stream: <a>{{7*7}}http://evil.example/?a FOUND", found("a{{77}}http:evil.examplea")),
            ("stream: {HEX}php.cmdshell.1(a) FOUND", found("{HEX}php.cmdshell.1(a)")),
            ("stream:  FOUND", found("UNNAMED")),
            ("2: stream: OK", None),
            ("stream: OK\n", None),
            ("stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND", Some(Scan::Limits)),
            ("INSTREAM size limit exceeded. ERROR", Some(Scan::TooLarge)),
            ("stream: Can't allocate memory ERROR", Some(Scan::Refused)),
            ("stream: OK OK", None),
            ("OK", None),
            ("stream: O", None),
            ("", None),
        ];
        for (answer, scan) in cases {
            assert_eq!(Scan::answered(answer), scan, "{answer}");
        }
    }

    #[test]
    fn every_verdict_keeps_its_name() {
        let verdicts = [
            Scan::Clean,
            Scan::Found("X".to_owned()),
            Scan::TooLarge,
            Scan::Limits,
            Scan::TooSlow,
            Scan::Refused,
            Scan::Late,
            Scan::Away,
        ];
        for scan in verdicts {
            assert_eq!(Scan::named(scan.as_str(), scan.finding()), Some(scan));
        }
        assert_eq!(Scan::named("", ""), None);
    }
}
