//! Encoded words in headers (RFC 2047), in all the forms mail programs have given them.

use crate::mail::charset;
use crate::mail::transfer::{base64_word, hex_pair};

/// Characters of one encoded word that are looked at; the standard allows 75.
const WORD_MAX: usize = 4_000;

/// A header value in which every encoded word is decoded, wherever it stands.
pub(super) fn decoded(value: &str) -> String {
    let once = decoded_once(value);
    // Gateways have encoded what was encoded already.
    if once != value && once.trim_start().starts_with("=?") { decoded_once(&once) } else { once }
}

fn decoded_once(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    let mut out = String::new();
    let mut run: Option<Run> = None;
    let mut rest = value;
    while let Some(start) = rest.find("=?") {
        let (before, at_word) = rest.split_at(start);
        let Some((word, behind)) = Word::at(at_word) else {
            Run::end(&mut run, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = &at_word[2..];
            continue;
        };
        // White space between two encoded words is not part of the text (RFC 2047 section 6.2).
        if run.is_none() || !before.trim().is_empty() {
            Run::end(&mut run, &mut out);
            out.push_str(before);
        }
        match &mut run {
            Some(run) if run.continues(&word) => run.add(&word),
            _ => {
                Run::end(&mut run, &mut out);
                run = Some(Run::begin(&word));
            }
        }
        rest = behind;
    }
    Run::end(&mut run, &mut out);
    out.push_str(rest);
    out
}

/// One encoded word.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    payload: &'a str,
}

impl Word<'_> {
    /// The word at the beginning of `text`, and what stands behind it.
    fn at(text: &str) -> Option<(Word<'_>, &str)> {
        let (charset, behind) = text[2..].split_once('?')?;
        let (encoding, behind) = behind.split_once('?')?;
        let base64 = match encoding.trim() {
            "b" | "B" => true,
            "q" | "Q" => false,
            _ => return None,
        };
        let named = charset.len() <= 60 && charset.chars().all(|c| c.is_ascii_graphic());
        if !named || charset.is_empty() {
            return None;
        }
        let mut limit = behind.len().min(WORD_MAX);
        while !behind.is_char_boundary(limit) {
            limit -= 1;
        }
        let end = end_of_payload(&behind[..limit], base64);
        let (payload, behind) = match end {
            Some(end) => (&behind[..end], &behind[end + 2..]),
            // Cut off before its end: what is there is still readable.
            None => {
                let end = behind[..limit].find(char::is_whitespace).unwrap_or(limit);
                (behind[..end].trim_end_matches('?'), &behind[end..])
            }
        };
        Some((Word { charset, base64, payload }, behind))
    }
}

/// Where the `?=` stands that ends a payload.
fn end_of_payload(text: &str, base64: bool) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("?=") {
        let at = from + found;
        let behind = &text.as_bytes()[at + 2..];
        // `?=3D` is a question mark nobody encoded, if the word goes on to a proper end.
        let inside = !base64
            && hex_pair(behind).is_some()
            && text[at + 2..].split(char::is_whitespace).next().is_some_and(|word| word.contains("?="));
        if !inside {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// Words that follow each other and are decoded together, because programs have cut them within a
/// character.
struct Run {
    charset: String,
    base64: bool,
    bytes: Vec<u8>,
    /// Digits of base64 that make no whole quantum yet.
    digits: String,
}

impl Run {
    fn begin(word: &Word<'_>) -> Run {
        let mut run = Run {
            charset: word.charset.to_ascii_lowercase(),
            base64: word.base64,
            bytes: Vec::new(),
            digits: String::new(),
        };
        run.add(word);
        run
    }

    fn continues(&self, word: &Word<'_>) -> bool {
        self.base64 == word.base64 && self.charset.eq_ignore_ascii_case(word.charset)
    }

    fn add(&mut self, word: &Word<'_>) {
        if !self.base64 {
            self.bytes.extend(q_decoded(word.payload));
            return;
        }
        self.digits.extend(word.payload.chars().filter(|c| !c.is_whitespace()));
        if self.digits.len().is_multiple_of(4) || self.digits.ends_with('=') {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.bytes.extend(base64_word(&self.digits));
        self.digits.clear();
    }

    fn end(run: &mut Option<Run>, out: &mut String) {
        if let Some(mut run) = run.take() {
            run.flush();
            out.push_str(&charset::decode(&run.bytes, Some(&run.charset)));
        }
    }
}

fn q_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'=').then(|| hex_pair(&bytes[at + 1..])).flatten();
        decoded.push(match (hex, bytes[at]) {
            (Some(byte), _) => byte,
            (None, b'_') => b' ',
            (None, byte) => byte,
        });
        at += if hex.is_some() { 3 } else { 1 };
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_wherever_they_stand() {
        let check = |value: &str, expected: &str| assert_eq!(decoded(value), expected, "{value}");
        check("biasa", "biasa");
        check("=?utf-8?B?TGFwb3Jhbg==?=", "Laporan");
        check("=?utf-8?q?Situs_diretas?= =?utf-8?q?_lagi?=", "Situs diretas lagi");
        check("=?utf-8?q?Situs?=  ada =?utf-8?q?lagi?=", "Situs  ada lagi");
        check("\"=?iso-8859-1?Q?Andr=E9?=\"", "\"André\"");
        check("=?iso-8859-1*id?Q?Andr=E9?=", "André");
        check("Re: =?ISO-2022-JP?B?GyRCJWEhPCVrGyhC?= ok", "Re: メール ok");
        check("=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?= =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テストテスト");
        check("=?koi8-r?B?8NLJ18XU?=", "Привет");
    }

    #[test]
    fn broken_words_are_read_as_far_as_they_go() {
        let check = |value: &str, expected: &str| assert_eq!(decoded(value), expected, "{value}");
        check("=?utf-8?B?TGFwb3Jhbg?=", "Laporan");
        check("=?utf-8?B?TGFwb3Jhbg", "Laporan");
        check("=?utf-8?Q?situs diretas?=", "situs diretas");
        check("=?utf-8?Q?benarkah??= ya", "benarkah? ya");
        check("=?utf-8?Q?apa?=3F_ya?=", "apa?? ya");
        check("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é");
        check("=?utf-8?B?TGFwb3?= =?utf-8?B?Jhbg==?=", "Laporan");
        check("=?utf-8?Q?satu?==?utf-8?Q?dua?=", "satudua");
        check("=?x-tidak-ada?Q?Andr=E9_et_la_for=EAt?=", "André et la forêt");
        check("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fdua=3F=3D?=", "dua");
        check("=?rusak", "=?rusak");
        check("=?utf-8?X?a?=", "=?utf-8?X?a?=");
        check("=??Q?a?=", "=??Q?a?=");
        check("1 =? 2", "1 =? 2");
    }

    #[test]
    fn a_megabyte_of_beginnings_costs_no_time_worth_naming() {
        let _ = decoded(&"=?".repeat(500_000));
        let _ = decoded(&"=?utf-8?Q?".repeat(20_000));
        let _ = decoded(&"=?utf-8?Q?a?=41".repeat(20_000));
    }
}
