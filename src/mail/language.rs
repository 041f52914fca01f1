//! Indonesian or English, by the small words every text has.

use crate::domain::incoming::Language;

const INDONESIAN: &[&str] = &[
    "yang", "dan", "di", "ke", "dari", "ini", "itu", "untuk", "dengan", "tidak", "saya", "kami", "ada", "pada",
    "telah", "sudah", "dapat", "bisa", "mohon", "terima", "kasih", "selamat", "pagi", "siang", "sore", "situs",
    "laporan", "tersebut", "adalah", "akan", "karena", "oleh", "juga", "atau", "bapak", "ibu", "kepada", "saat",
    "tadi", "kemarin", "halaman", "judi", "diretas", "tolong", "yth",
];
const ENGLISH: &[&str] = &[
    "the",
    "and",
    "of",
    "to",
    "in",
    "is",
    "that",
    "for",
    "with",
    "not",
    "you",
    "we",
    "are",
    "have",
    "this",
    "from",
    "your",
    "can",
    "was",
    "been",
    "please",
    "report",
    "dear",
    "hello",
    "found",
    "vulnerability",
    "site",
    "it",
    "be",
    "by",
    "would",
    "thank",
    "thanks",
    "an",
    "or",
    "on",
    "will",
    "my",
    "our",
    "regards",
    "team",
    "which",
    "there",
];

/// The language of a text; Indonesian when nothing tells.
pub(super) fn language_of(text: &str) -> Language {
    let (mut indonesian, mut english, mut words) = (0_usize, 0_usize, 0_usize);
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(2_000) {
        let word = word.to_lowercase();
        words += 1;
        indonesian += usize::from(INDONESIAN.contains(&word.as_str()));
        english += usize::from(ENGLISH.contains(&word.as_str()));
    }
    // Somebody who writes neither reads English sooner than Indonesian.
    let foreign = words >= 12 && indonesian == 0 && english == 0;
    if english > indonesian || foreign { Language::En } else { Language::Id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let check = |text: &str, expected: Language| assert_eq!(language_of(text), expected, "{text}");
        check("Selamat pagi, situs dinas diretas", Language::Id);
        check("Hello, I found a vulnerability in your site", Language::En);
        check("", Language::Id);
        check("https://dinkes.ciamiskab.go.id", Language::Id);
        check("XSS di halaman login, the payload is attached. Mohon dicek ya, terima kasih", Language::Id);
        check(
            "Bonjour, votre serveur permet une injection SQL. Voici comment la reproduire facilement chez vous",
            Language::En,
        );
    }
}
