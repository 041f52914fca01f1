//! What makes a report look urgent before anybody has judged it (domain 5.4): words of judi online,
//! and hosts the office has registered as critical.

use serde::Serialize;

use crate::domain::directory::Directory;
use crate::domain::incoming::IncomingMail;

/// Octets of a text that are looked at.
const TEXT_MAX: usize = 200_000;

/// Why a report looks urgent. It changes no clock: an analyst decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Alarm {
    /// A host that is registered as critical is named.
    CriticalHost {
        /// It.
        host: String,
    },
    /// Words of judi online.
    Gambling,
}

/// Words that stand in hardly anything else. Those of one word are read as whole words.
const GAMBLING: &[&str] = &[
    "judi",
    "judol",
    "gacor",
    "togel",
    "maxwin",
    "sbobet",
    "slot88",
    "toto4d",
    "kasino",
    "casino",
    "slot online",
    "situs slot",
    "iklan slot",
    "halaman slot",
    "rtp slot",
    "link slot",
    "slot demo",
    "poker online",
    "pragmatic play",
    "scatter hitam",
    "online gambling",
    "gambling",
];

/// Why a report looks urgent, the gravest reason first.
pub fn alarms(mail: &IncomingMail, hosts: &[String], people: &Directory) -> Vec<Alarm> {
    let critical = hosts.iter().find(|host| people.is_critical(host));
    let critical = critical.map(|host| Alarm::CriticalHost { host: host.clone() });
    let texts = [&mail.subject, &mail.text, &mail.reported];
    let gambling = texts.into_iter().any(|text| speaks_of_gambling(text)).then_some(Alarm::Gambling);
    critical.into_iter().chain(gambling).collect()
}

fn speaks_of_gambling(text: &str) -> bool {
    let lower = text[..text.floor_char_boundary(TEXT_MAX)].to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let stands = |wanted: &&str| match wanted.split_once(' ') {
        Some((first, second)) => words.windows(2).any(|pair| pair == [first, second]),
        None => words.contains(wanted),
    };
    GAMBLING.iter().any(stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_judi_online_and_words_that_only_look_like_them() {
        let check = |text: &str, expected: bool| assert_eq!(speaks_of_gambling(text), expected, "{text}");
        check("Halaman berisi JUDI ONLINE", true);
        check("https://dinkes.ciamiskab.go.id/slot-gacor/", true);
        check("ada iklan slot pada berita", true);
        check("the page shows online gambling ads", true);
        check("slot waktu rapat", false);
        check("Judika akan konser", false);
        check("keadilan yudisial", false);
        check("", false);
    }
}
