//! Attribution lines: `On 3 Mar 2025 at 10:12, Ani <ani@csirt.example> wrote:` and its relatives.
//!
//! Languages differ in the words and agree in the shape: a date, a time, a name, an address, a
//! colon. A sentence that merely ends in a colon has no such shape, and whoever tells what a
//! stranger wrote gives no address in angle brackets.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::is_quoted;
use crate::mail::lists::{Beginnings, Endings};

/// Lines an attribution may be wrapped over.
const LINES_MAX: usize = 5;
/// Octets of an attribution; longer ones are prose.
const LENGTH_MAX: usize = 500;
/// Words of an attribution.
const WORDS_MAX: usize = 45;

/// How many lines an attribution that begins here takes, if one does.
pub(super) fn attribution(lines: &[&str]) -> Option<usize> {
    let length = length_from(lines)?;
    // A sentence right above belongs to it only if it is needed for it.
    let later = (1..length).any(|start| opens(lines[start]) && length_from(&lines[start..]) == Some(length - start));
    (!later).then_some(length)
}

fn length_from(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    if first.trim().is_empty() || is_quoted(first) || !may_begin(first) {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().enumerate().take(LINES_MAX) {
        let line = line.trim();
        // `Ani <ani@csirt.example` may be broken before its bracket, which then looks like a quote.
        let closes = line.starts_with('>') && joined.rfind('<') > joined.rfind('>');
        if line.is_empty() || (index > 0 && is_quoted(line) && !closes) {
            return None;
        }
        if index > 0 && !joined.ends_with('<') && !closes {
            joined.push(' ');
        }
        joined.push_str(&line.to_lowercase());
        if joined.len() > LENGTH_MAX {
            return None;
        }
        let text = Text::of(&joined);
        let next = lines[index + 1..].iter().find(|line| !line.trim().is_empty());
        let quote_follows = next.is_some_and(|line| is_quoted(line));
        if text.ends() || (quote_follows && text.is_bare_date_and_address(first)) {
            return text.is_attribution(quote_follows, first).then_some(index + 1);
        }
    }
    None
}

/// Whether a line can be the first of an attribution.
fn may_begin(line: &str) -> bool {
    // Most lines of prose end here, at no cost.
    if line.is_ascii() && !line.ends_with(':') && !line.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '"'))
    {
        return false;
    }
    let lower = undecorated(line).to_lowercase();
    opens_lower(&lower) || lower.contains('@') || lower.starts_with('"') || holds_wrote(&lower)
}

/// Whether a line begins with what only an attribution begins with: a preposition of time or a date.
fn opens(line: &str) -> bool {
    opens_lower(&undecorated(line).to_lowercase())
}

fn opens_lower(lower: &str) -> bool {
    static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(OPENINGS));
    BEGINNINGS.begin(lower) || begins_with_date(lower)
}

fn undecorated(line: &str) -> &str {
    line.trim().trim_start_matches(['*', '_', '-', '=', ' ', '\u{a0}', '\u{feff}'])
}

fn begins_with_date(lower: &str) -> bool {
    static DAYS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(WEEKDAYS));
    lower.starts_with(|c: char| c.is_ascii_digit()) || DAYS.begin(lower) || lower.chars().take(6).any(|c| c == '年')
}

/// Whether a text in lower case says that somebody wrote.
fn holds_wrote(lower: &str) -> bool {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(WROTE).expect("a few short words"));
    WORDS.is_match(lower)
}

/// A candidate in lower case, without decoration.
struct Text<'a> {
    whole: &'a str,
    /// Without the colon at its end.
    said: &'a str,
    colon: bool,
}

impl Text<'_> {
    fn of(joined: &str) -> Text<'_> {
        let decoration = ['*', '_', '-', '=', ' ', '\u{a0}', '\u{202f}', '\u{feff}'];
        let whole = joined.trim_matches(decoration);
        let said = whole.trim_end_matches([':', '：']).trim_end_matches(decoration);
        Text { whole, said, colon: said.len() < whole.len() }
    }

    /// Whether an attribution may end here.
    fn ends(&self) -> bool {
        self.colon || self.ends_wrote()
    }

    /// `2025/3/3 Ani <ani@csirt.example>`, as Gmail had it once, right above a quote.
    fn is_bare_date_and_address(&self, first: &str) -> bool {
        begins_with_date(&undecorated(first).to_lowercase())
            && self.has_address()
            && self.whole.ends_with('>')
            && self.whole.bytes().filter(u8::is_ascii_digit).count() >= 6
    }

    fn is_attribution(&self, quote_follows: bool, first: &str) -> bool {
        let words = self.whole.split_whitespace().count();
        if words > WORDS_MAX {
            return false;
        }
        let wrote = self.has_wrote();
        let (address, time) = (self.has_address(), self.has_time());
        let digits = self.whole.bytes().filter(u8::is_ascii_digit).count();
        if quote_follows {
            return (wrote && (address || digits >= 3 || words <= 8))
                || (self.colon && address && digits >= 3)
                || self.is_bare_date_and_address(first)
                || (self.colon && time && digits >= 6 && opens(first));
        }
        let bracketed = self.said.ends_with(['>', ')', ']']) && address;
        let angled = address && self.whole.contains('<');
        (self.ends_wrote() && address && (digits >= 3 || angled))
            || (self.colon && wrote && bracketed)
            || (self.colon && bracketed && time && (opens(first) || self.begins_elsewhere()))
            || (self.ends_wrote() && time && digits >= 5 && opens(first) && self.names_somebody(first))
    }

    /// Whether it begins with no letter, or with one of a script whose words nobody here knows.
    fn begins_elsewhere(&self) -> bool {
        self.whole.starts_with(|c: char| !c.is_alphabetic() || c >= '\u{250}')
    }

    /// Whether what stands between the time and the word for writing is a name.
    fn names_somebody(&self, first: &str) -> bool {
        let named = first.split([',', ' ']).rev().skip(1).find(|word| !word.is_empty());
        named.is_some_and(|word| word.starts_with(|c: char| c.is_uppercase() || c == '"' || c == '('))
            || !first.ends_with(':')
    }

    fn has_wrote(&self) -> bool {
        holds_wrote(self.whole)
    }

    fn ends_wrote(&self) -> bool {
        let said = self.said.strip_suffix("(a)").unwrap_or(self.said);
        static WORDS: LazyLock<Endings> = LazyLock::new(|| Endings::of(WROTE));
        WORDS.stripped(said).any(|(before, wrote)| !before.ends_with(char::is_alphanumeric) || !wrote.is_ascii())
    }

    fn has_address(&self) -> bool {
        self.whole.match_indices('@').any(|(at, _)| {
            let before = self.whole[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let after = self.whole[at + 1..].trim_start().starts_with(char::is_alphanumeric);
            before && after
        })
    }

    /// A time of day: `10:12`, `10.12`, `10h12`.
    fn has_time(&self) -> bool {
        let bytes = self.whole.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        (1..bytes.len()).any(|at| {
            matches!(bytes[at], b':' | b'.' | b'h') && digit(at - 1) && digit(at + 1) && digit(at + 2) && !digit(at + 3)
        })
    }
}

/// How an attribution begins, in the languages of mail programs.
#[rustfmt::skip]
const OPENINGS: &[&str] = &[
    "on ", "on: ", "pada ", "tanggal ", "di ", "am ", "um ", "le ", "el ", "op ", "em ", "il ", "in data ", "den ", "dne ",
    "dňa ", "w dniu ", "dnia ", "в ", "на ", "на: ", "på ", "a ", "en ", "no dia ", "il giorno ", "at ", "in message ",
    "in article ", "quoting ", "par ", "kl. ", "ti ", "vào ", "lúc ", "เมื่อ ", "στις ", "la data ", "pe ", "u ", "dana ",
    "ngày ", "em qua", "em seg", "em ter", "em qui", "em sex", "em sáb", "em dom", "zitat von ", "citát ", "citando ",
    "from: ",
];

#[rustfmt::skip]
const WEEKDAYS: &[&str] = &[
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "sen,", "senin", "sel,", "selasa", "rab,", "rabu", "kam,", "kamis",
    "jum,", "jumat", "jum'at", "sab,", "sabtu", "min,", "minggu", "ahad", "isnin", "khamis", "mo.", "di.", "mi.", "do.",
    "fr.", "sa.", "so.", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "lun", "mar", "mer",
    "jeu", "ven", "sam", "dim", "mié", "mie", "jue", "vie", "sáb", "dom", "seg", "ter", "qua", "qui", "sex", "gio", "ma ",
    "wo ", "vr ", "zo ", "tir", "ons", "tor", "lør", "lör", "søn", "sön", "pon", "wt.", "śr.", "czw", "pt.", "sob", "niedz",
    "út ", "st ", "čt ", "pá ", "so ", "ne ", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "понедельник", "вторник", "среда",
    "четверг", "пятница", "суббота", "воскресенье", "pzt", "sal", "çar", "per", "cum", "cmt", "paz", "la ", "su ", "pe ",
    "to ", "ke ", "vas", "hét", "sze", "csü", "pén", "szo", "δευ", "τρί", "τετ", "πέμ", "παρ", "σάβ", "κυρ",
];

/// The word that says that somebody wrote.
#[rustfmt::skip]
const WROTE: &[&str] = &[
    "wrote", "writes", "wrote the following", "has written", "said", "menulis", "telah menulis", "tulis", "menyatakan",
    "mengirim", "schrieb", "geschrieben", "a écrit", "a ecrit", "écrivait", "escribió", "escribio", "ha escrito", "escreveu",
    "escreveram", "ha scritto", "scrisse", "scrive", "schreef", "heeft geschreven", "geschreven", "skrev", "skriver",
    "skrifaði", "kirjoitti", "napisał", "napisała", "pisze", "napsal", "napsala", "napísal", "napísala", "написал", "написала",
    "пишет", "писал", "писала", "написав", "пише", "написа", "je napisao", "napisao", "je napisal", "napisal", "yazdı",
    "şunları yazdı", "tarihinde", "írta", "ezt írta", "έγραψε", "a scris", "đã viết", "viết", "เขียนว่า", "เขียน", "كتب", "כתב",
    "写道", "寫道", "写到", "编写", "のメール", "書きました", "書いた", "のメッセージ", "のメール", "wrote ", "님이 작성", "가 작성",
    "작성:", "rašė", "kirjutas", "rakstīja", "escrigué", "va escriure", "idatzi du", "skrev följande",
];
