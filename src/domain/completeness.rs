//! What a report should hold by BSSN's list, and what one report seems to lack (SOP 2, domain 2.1).

use serde::Serialize;

use crate::domain::hosts::hosts_in;
use crate::domain::incoming::{Defect, IncomingMail};

/// Something a report should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The affected address (URL or host).
    Target,
    /// When it was noticed.
    When,
    /// What was seen and how it was found.
    Steps,
    /// A screenshot, log or proof of concept.
    Evidence,
}

/// What a report does not seem to hold. Errs on the side of not asking: whoever is asked for what he
/// sent feels unread. Of a report that could not be read, nothing is asked.
pub fn missing(mail: &IncomingMail) -> Vec<Missing> {
    if mail.defects.iter().any(|defect| matches!(defect, Defect::TooLarge | Defect::Encrypted)) {
        return Vec::new();
    }
    let text = format!("{}\n{}", mail.subject, mail.text).to_lowercase();
    let own_host = mail.sender.as_ref().map(|person| person.address.domain());
    // A signature names the sender's own host; that is not the affected one.
    let target = hosts_in(&text).any(|host| Some(host.as_str()) != own_host);
    let words = mail.new_text.split_whitespace().count();
    let evidence = !mail.attachments.is_empty() || text.contains("http://drive") || text.contains("https://drive");
    [
        (target, Missing::Target),
        (names_a_time(&text), Missing::When),
        (words >= STEPS_WORDS_MIN || mail.attachments.len() > 1, Missing::Steps),
        (evidence, Missing::Evidence),
    ]
    .into_iter()
    .filter_map(|(present, what)| (!present).then_some(what))
    .collect()
}

/// Fewer words than this describe no finding.
const STEPS_WORDS_MIN: usize = 25;

#[rustfmt::skip]
const TIME_WORDS: &[&str] = &[
    "pukul", "jam", "tadi", "kemarin", "pagi", "siang", "sore", "malam", "sejak", "tanggal", "today", "yesterday",
    "tonight", "since", "utc", "wib", "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus",
    "september", "oktober", "november", "desember", "january", "february", "march", "may", "june", "july", "august", "october",
    "december",
];

const TIME_PAIRS: &[[&str; 2]] = &[["hari", "ini"], ["this", "morning"]];

fn names_a_time(text: &str) -> bool {
    let mut previous = "";
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.into_iter().any(|word| {
        let pair = [std::mem::replace(&mut previous, word), word];
        TIME_WORDS.contains(&word) || TIME_PAIRS.contains(&pair)
    }) || has_clock_or_date(text)
}

/// Two numbers joined as in a clock time or a date: `10.30`, `10:30`, `23/11`, `23-11`.
fn has_clock_or_date(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let mut parts = word.splitn(2, ['.', ':', '/', '-']);
        let short = |part: Option<&str>| {
            part.is_some_and(|part| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_digit()))
        };
        word.len() <= 19 && short(parts.next()) && short(parts.next())
    })
}
