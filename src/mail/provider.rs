//! What the provider's own filter says of a message in the headers it adds.

use crate::mail::headers::Headers;

/// Headers that say by themselves whether a message is spam, and how their values begin.
const VERDICTS: &[(&str, &str)] = &[
    ("x-spam-flag", "yes"),
    ("x-spam", "yes"),
    ("x-spam-status", "yes"),
    ("x-spam-bar", "++++++++++"),
    ("x-rspamd-action", "add header"),
    ("x-forefront-antispam-report", "sfv:spm"),
    ("x-zimbra-spam", "yes"),
];

/// Whether the provider has marked a message as spam. Whoever writes such a header himself harms
/// nobody but himself: a mail so marked is another mail than the one without.
pub(super) fn says_junk(headers: &Headers) -> bool {
    VERDICTS.iter().any(|(name, yes)| {
        headers.all(name).any(|value| {
            let value = value.trim().to_ascii_lowercase();
            value.starts_with(yes) || (*name == "x-forefront-antispam-report" && value.contains(yes))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_filters() {
        let check = |header: &str, expected: bool| {
            let headers = Headers::of(format!("From: a@b.example\r\n{header}\r\n\r\n").as_bytes());
            assert_eq!(says_junk(&headers), expected, "{header}");
        };
        check("X-Spam-Flag: YES", true);
        check("X-Spam-Status: Yes, score=15.0 required=6.0", true);
        check("X-Spam-Status: No, score=0.1", false);
        check("X-Forefront-Antispam-Report: CIP:203.0.113.7;SFV:SPM;", true);
        check("X-Forefront-Antispam-Report: CIP:203.0.113.7;SFV:NSPM;", false);
        check("Subject: X-Spam-Flag: YES", false);
    }
}
