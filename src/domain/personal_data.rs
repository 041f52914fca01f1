//! What in a text looks like somebody's personal data: numbers of identity, tax and telephone, card
//! numbers, addresses, and the reporter himself in plain, split or encoded (trust-and-safety
//! 7.3).
//!
//! A finding is a question to a person and no verdict: a telephone number in a report may belong there.

use std::net::Ipv4Addr;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Serialize;

use crate::domain::person::{Address, Person};

/// What somebody's data look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The reporter's name or address.
    Reporter,
    /// The sixteen digits of a resident (NIK).
    Nik,
    /// A tax number (NPWP).
    Npwp,
    /// A telephone number as it is written in Indonesia.
    Telephone,
    /// A payment card, by its check digit (Luhn).
    Card,
    /// A mail address of nobody the desk knows.
    Address,
    /// A document that only a person can read.
    Unreadable,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Kind] =
        &[Kind::Reporter, Kind::Nik, Kind::Npwp, Kind::Telephone, Kind::Card, Kind::Address, Kind::Unreadable];
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What it looks like.
    pub kind: Kind,
    /// The words that do, as they stand there; of the reporter, in plain.
    pub words: String,
}

/// What there is in a text. `reporter` is whom nothing may point to; `known` says whose addresses may
/// stand there, of the desk and of officials.
pub fn find(text: &str, reporter: Option<&Person>, known: impl Fn(&Address) -> bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    if let Some(reporter) = reporter {
        found.extend(disguised(text, reporter).map(|words| Finding { kind: Kind::Reporter, words }));
    }
    for (kind, range) in numbers(text) {
        found.push(Finding { kind, words: text[range].to_owned() });
    }
    for address in addresses(text) {
        let his = reporter.is_some_and(|reporter| reporter.address.same_mailbox(&address));
        if !his && !known(&address) {
            found.push(Finding { kind: Kind::Address, words: address.to_string() });
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A text in which `mark` stands in the place of every number that looks like somebody's.
pub fn without_numbers(text: &str, mark: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for (_, range) in numbers(text) {
        left.push_str(&text[from..range.start]);
        left.push_str(mark);
        from = range.end;
    }
    left.push_str(&text[from..]);
    left
}

/// Runs of digits with single separators between them, and what each looks like.
fn numbers(text: &str) -> Vec<(Kind, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit() || (matches!(bytes[at], b'+' | b'(') && digit_at(bytes, at + 1));
        let inside_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || !bytes[at - 1].is_ascii());
        if !begins || inside_word {
            at += 1;
            continue;
        }
        let end = run_end(bytes, at);
        let after = bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if let Some(kind) = kind_of(&text[at..end]).filter(|_| !after) {
            found.push((kind, at..end));
        }
        at = end;
    }
    found
}

fn digit_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

/// Where a number ends that begins there: two separators are the end of it.
fn run_end(bytes: &[u8], begin: usize) -> usize {
    let mut end = begin + 1;
    while end < bytes.len() {
        let separated = |count: usize| {
            let between = &bytes[end..(end + count).min(bytes.len())];
            between.len() == count
                && between.iter().all(|byte| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')'))
                && digit_at(bytes, end + count)
        };
        if bytes[end].is_ascii_digit() {
            end += 1;
        } else if separated(1) {
            end += 2;
        } else if bytes[end] == b')' && separated(2) {
            end += 3;
        } else {
            break;
        }
    }
    end
}

fn kind_of(run: &str) -> Option<Kind> {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let plus = run.starts_with('+');
    if run.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    if digits.len() == 16 && !plus {
        // Whether it is a resident's, a payer's of taxes or a card's number: each is somebody's.
        return Some(if luhn(&digits) && !is_resident(&digits) { Kind::Card } else { Kind::Nik });
    }
    if digits.len() == 15 && run.matches('.').count() >= 3 && run.contains('-') {
        return Some(Kind::Npwp);
    }
    let national = digits.strip_prefix("62").filter(|rest| plus || rest.starts_with('8'));
    let national = national.or(digits.strip_prefix('0'));
    let mobile = |rest: &str| rest.starts_with('8') && (9..=12).contains(&rest.len());
    let fixed = |rest: &str| {
        let area = rest.starts_with(['2', '3', '4', '5', '6', '7', '9']) && (8..=11).contains(&rest.len());
        // Nothing but a telephone number is written with brackets, a plus or one dash.
        area && (plus || run.starts_with('(') || run.matches('-').count() == 1 || !run.contains(['.', '-', ' ']))
    };
    if national.is_some_and(|rest| mobile(rest) || fixed(rest)) {
        return Some(Kind::Telephone);
    }
    // Cards for payment begin with 3 to 6.
    let card = (13..=19).contains(&digits.len()) && digits.starts_with(['3', '4', '5', '6']) && luhn(&digits);
    (card && !plus && !run.contains('.')).then_some(Kind::Card)
}

/// Whether sixteen digits have the province and the day of birth of a resident in their places.
fn is_resident(digits: &str) -> bool {
    let two = |at: usize| digits.get(at..at + 2).and_then(|two| two.parse::<u8>().ok()).unwrap_or(0);
    let (province, day, month) = (two(0), two(6), two(8));
    // To a woman's day of birth 40 is added.
    (11..=96).contains(&province) && (1..=71).contains(&day) && (1..=12).contains(&month)
}

/// The check digit of payment cards (ISO/IEC 7812-1 annex B).
fn luhn(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let values = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    values.map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum::<u32>() % 10 == 0
}

/// The mail addresses that stand in a text.
fn addresses(text: &str) -> impl Iterator<Item = Address> + '_ {
    let boundary = |c: char| c.is_whitespace() || "<>()[]{}\"',;:|".contains(c);
    let words = text.split(boundary).filter(|word| word.contains('@'));
    words.filter_map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).parse().ok())
}

/// What of the reporter stands in a text, in plain, split or encoded: his address, his name, and each longer
/// word of it.
fn disguised<'a>(text: &'a str, reporter: &'a Person) -> impl Iterator<Item = String> + 'a {
    let plain = text.to_lowercase();
    let alone = format!(" {} ", plain.split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>().join(" "));
    let joined: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\0').collect();
    // A soft line break of quoted-printable ends in nothing but an equals sign.
    let joined = joined.replace("=\n", "").to_lowercase() + "\n" + &unfolded(text);
    let encoded: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let named = reporter.name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    let words = named.map(|word| (word.to_lowercase(), true));
    let whole = [reporter.address.as_str(), reporter.address.local(), reporter.name.trim()];
    let whole = whole.into_iter().filter(|word| word.chars().count() >= 4).map(|word| (word.to_lowercase(), false));
    let found = whole.chain(words).filter(move |(word, by_itself)| {
        let bare: String = word.chars().filter(|c| !c.is_whitespace()).collect();
        alone.contains(&format!(" {} ", word.split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>().join(" ")))
            || (!by_itself && bare.chars().count() >= 6 && spellings(&bare).iter().any(|spelt| joined.contains(spelt)))
            || bare.len() >= 6 && encodings(&bare, reporter).iter().any(|code| encoded.contains(code))
    });
    found.map(|(word, _)| word)
}

/// A text as quoted-printable means it, in one line of lower-case letters.
fn unfolded(text: &str) -> String {
    text.replace("=\r\n", "").replace("=\n", "").split_whitespace().collect::<String>().to_lowercase()
}

/// How a word is written where somebody hides its at sign.
fn spellings(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    if word.contains('@') {
        all.extend(["(at)", "[at]", "%40", "=40", "\\u0040", "&#64;"].map(|at| word.replace('@', at)));
    }
    all
}

/// How a word is encoded: base64 at each of three places, and hexadecimal digits.
fn encodings(word: &str, reporter: &Person) -> Vec<String> {
    let original = [reporter.address.as_str(), reporter.name.trim()];
    let forms = original.into_iter().filter(|form| form.to_lowercase().replace(' ', "") == word);
    let mut all = Vec::new();
    for form in forms.map(str::to_owned).chain([word.to_owned()]) {
        let wide: Vec<u8> = form.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [form.as_bytes(), &wide] {
            all.extend((0..3).map(|place| {
                let padded = [&vec![0; place], bytes].concat();
                let code = STANDARD_NO_PAD.encode(padded);
                // The first and the last letters depend on their neighbours.
                let (first, last) = ([0, 2, 3][place], (place + bytes.len()) / 3 * 4);
                code[first..last].to_owned()
            }));
            all.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budi() -> Person {
        Person { name: "Budi Santoso".to_owned(), address: "budi.santoso@warga.example".parse().expect("valid") }
    }

    fn kinds(text: &str) -> Vec<Kind> {
        let known = |address: &Address| address.domain() == "csirt.example";
        find(text, Some(&budi()), known).into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn numbers_that_are_somebodys() {
        let check = |text: &str, expected: &[Kind]| assert_eq!(kinds(text), expected, "{text}");
        check("NIK 3207011204900001.", &[Kind::Nik]);
        check("NIK 3207 0112 0490 0001", &[Kind::Nik]);
        check("NPWP 09.254.294.3-407.000", &[Kind::Npwp]);
        check("HP 0812-3456-7890", &[Kind::Telephone]);
        check("HP 081234567890", &[Kind::Telephone]);
        check("WA +62 812 3456 7890", &[Kind::Telephone]);
        check("6281234567890", &[Kind::Telephone]);
        check("telepon (0265) 771234", &[Kind::Telephone]);
        check("telepon 0265-771234", &[Kind::Telephone]);
        check("kartu 5500 0000 0000 0004", &[Kind::Card]);
        check("kartu 378282246310005", &[Kind::Card]);
        check("korban: siti@surel.example", &[Kind::Address]);
        check("hubungi ani@csirt.example", &[]);
    }

    #[test]
    fn numbers_that_are_nobodys() {
        for text in [
            "23/11/2026 07.00 berkas diunggah",
            "07.00-08.00 WIB",
            "2026-11-23 07:30:00",
            "103.28.112.45 dan 62.82.101.120",
            "SHA-256 4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
            "CVE-2026-1234567, versi 4.1.2, 1.000.000 baris",
            "CIAMIS-2026-0007",
            "port 443 dan 8080",
            "1763884800009 milidetik",
            "37828224631000 baris",
            "",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn the_reporter_is_found_in_plain_split_and_encoded() {
        let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let wide: Vec<u8> = "budi.santoso@warga.example".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [
            "dilaporkan oleh Budi Santoso".to_owned(),
            "dilaporkan oleh Pak SANTOSO kemarin".to_owned(),
            "budi.santoso@warga.example".to_owned(),
            "BUDI.SANTOSO@WARGA.EXAMPLE".to_owned(),
            "budi.santoso(at)warga.example".to_owned(),
            "budi.santoso=40warga.example".to_owned(),
            "budi.san=\ntoso@warga.exa=\nmple".to_owned(),
            "b u d i . s a n t o s o @ w a r g a . e x a m p l e".to_owned(),
            "b\0u\0d\0i\0.\0s\0a\0n\0t\0o\0s\0o\0@\0w\0a\0r\0g\0a\0.\0e\0x\0a\0m\0p\0l\0e\0".to_owned(),
            base64("budi.santoso@warga.example"),
            base64("x budi.santoso@warga.example"),
            base64("xx Budi Santoso menulis"),
            base64::engine::general_purpose::STANDARD.encode(wide),
            "627564692e73616e746f736f4077617267612e6578616d706c65".to_owned(),
        ] {
            assert!(kinds(&text).contains(&Kind::Reporter), "{text}");
        }
        assert_eq!(kinds("situs warga dan budidaya ikan"), []);
    }

    #[test]
    fn numbers_are_taken_out_and_the_rest_stays() {
        assert_eq!(without_numbers("HP 0812-3456-7890, port 443", "…"), "HP …, port 443");
        assert_eq!(without_numbers("tidak ada — apa pun", "…"), "tidak ada — apa pun");
    }
}
