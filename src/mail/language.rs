//! Indonesian or English, by the small words every text has.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::domain::incoming::Language;
use crate::mail::lists::Words;

#[rustfmt::skip]
const INDONESIAN: &[&str] = &[
    "yang", "dan", "di", "ke", "dari", "ini", "itu", "untuk", "dengan", "tidak", "saya", "kami", "ada", "pada", "telah",
    "sudah", "dapat", "bisa", "mohon", "terima", "kasih", "selamat", "pagi", "siang", "sore", "malam", "situs", "laporan",
    "tersebut", "adalah", "akan", "karena", "oleh", "juga", "atau", "bapak", "ibu", "kepada", "saat", "tadi", "kemarin",
    "halaman", "judi", "diretas", "tolong", "yth", "sedang", "belum", "bukan", "jika", "kalau", "agar", "supaya", "seperti",
    "dalam", "secara", "lebih", "sejak", "hari", "kita", "anda", "mereka", "apakah", "bagaimana", "dicek", "silakan",
    "lampiran", "terlampir", "hormat", "assalamualaikum", "gak", "ga", "nggak", "aja", "udah", "min", "pak", "bu",
];
#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "the", "and", "of", "to", "in", "is", "that", "for", "with", "not", "you", "we", "are", "have", "this", "from", "your",
    "can", "was", "been", "please", "report", "dear", "hello", "found", "vulnerability", "site", "it", "be", "by", "would",
    "thank", "thanks", "an", "or", "on", "will", "my", "our", "regards", "team", "which", "there", "has", "had", "but", "they",
    "what", "when", "who", "how", "if", "as", "at", "i",
];
/// Signs that make a text Indonesian: one of them alone may be a word of another language.
const SIGNS: usize = 2;
/// Words from which a text without any sign is foreign.
const FOREIGN_WORDS: usize = 12;

/// The language of a text; Indonesian when nothing tells.
pub(super) fn language_of(text: &str) -> Language {
    static OURS: LazyLock<Words> = LazyLock::new(|| Words::of(INDONESIAN));
    static THEIRS: LazyLock<Words> = LazyLock::new(|| Words::of(ENGLISH));
    let (mut indonesian, mut english, mut words, mut latin, mut other) = (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    let mut signs = BTreeSet::new();
    for word in text.split_whitespace().filter(|word| !is_address(word)).flat_map(letters).take(2_000) {
        let word = word.to_lowercase();
        words += 1;
        latin += word.chars().filter(|c| *c < '\u{250}').count();
        other += word.chars().filter(|c| *c >= '\u{250}').count();
        let known = OURS.hold(&word);
        indonesian += usize::from(known);
        english += usize::from(THEIRS.hold(&word));
        if known || is_shaped_indonesian(&word) {
            signs.insert(word);
        }
    }
    // Somebody who writes neither reads English sooner than Indonesian.
    let foreign = (words >= FOREIGN_WORDS && signs.len() < SIGNS) || other > latin;
    if english > indonesian || foreign { Language::En } else { Language::Id }
}

fn letters(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// Addresses of the web and of mail are written in no language.
fn is_address(word: &str) -> bool {
    word.contains("://") || word.contains('@') || word.starts_with("www.")
}

/// Whether a word is built as Indonesian builds words.
fn is_shaped_indonesian(word: &str) -> bool {
    const BEGINNINGS: &[&str] = &["meng", "memb", "memp", "meny", "mend", "menj", "peng", "pemb", "diper", "keber"];
    const ENDINGS: &[&str] = &["nya", "kannya", "kanlah", "kah", "lah"];
    word.len() >= 6
        && (BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
            || ENDINGS.iter().any(|ending| word.ends_with(ending)))
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
        check(
            "Buongiorno, il sito di un ufficio di Ciamis mostra pubblicità di giochi e di scommesse, di nuovo",
            Language::En,
        );
        check("貴サイトに脆弱性を見つけました。", Language::En);
        check(
            "Halamannya masih sama, alamat lengkapnya https://dinkes.ciamiskab.go.id/berita/index.php?id=1",
            Language::Id,
        );
        check("gan situs nya kena hack, udah dari kemarin", Language::Id);
    }
}
