//! Decoding that the MIME parser leaves to us: charsets nobody declared, format=flowed, encoded
//! words in odd places, the bytes of text attachments, uuencode.

use base64::Engine as _;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use mail_parser::{MessagePart, MimeHeaders};

/// The text of a body part: `parsed`, unless its charset was missing, wrong or unknown.
pub(super) fn body(part: &MessagePart<'_>, parsed: &str) -> String {
    let text = repaired(parsed);
    let parameter =
        |name: &str| part.content_type().and_then(|content| content.attribute(name)).map(str::to_ascii_lowercase);
    if parameter("format").as_deref() == Some("flowed") {
        return flowed(&text, parameter("delsp").as_deref() == Some("yes"));
    }
    text
}

/// UTF-8 that was read as windows-1252 (`Ã©`), which a missing or wrong label causes.
fn repaired(text: &str) -> String {
    let suspicious = text.contains('Ã') || text.contains("â€") || text.contains('Â');
    if suspicious && !text.chars().any(|c| c > '\u{2122}') {
        let (bytes, _, lossy) = WINDOWS_1252.encode(text);
        if !lossy && let Ok(better) = std::str::from_utf8(&bytes) {
            return better.to_owned();
        }
    }
    text.to_owned()
}

/// RFC 3676: lines that end in a blank go on in the next one.
fn flowed(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth_before = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let goes_on = depth_before == Some(depth);
        if depth_before.is_some() && !goes_on {
            out.push('\n');
        }
        if depth > 0 && !goes_on {
            out.push_str(&">".repeat(depth));
            out.push(' ');
        }
        let soft = content.ends_with(' ') && content != "-- ";
        if soft {
            out.push_str(if delete_space { &content[..content.len() - 1] } else { content });
            depth_before = Some(depth);
        } else {
            out.push_str(content);
            out.push('\n');
            depth_before = None;
        }
    }
    out
}

/// A header value in which encoded words (RFC 2047) are left where the parser does not look, such as
/// inside quotes, or raw bytes of another charset.
pub(super) fn header_text(value: &str) -> String {
    if value.contains("=?") { encoded_words(value) } else { repaired(value) }
}

/// A file name by RFC 2231, RFC 2047 or neither.
pub(super) fn file_name(name: &str) -> String {
    let name = header_text(name);
    // A percent-encoded name without its RFC 2231 star.
    if let Some((charset, rest)) = name.split_once("''")
        && Encoding::for_label(charset.as_bytes()).is_some()
    {
        return percent_decoded(rest, charset);
    }
    name
}

fn percent_decoded(text: &str, charset: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        decoded.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8).decode(&decoded).0.into_owned()
}

fn encoded_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let Some((decoded, length)) = encoded_word(word) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text (RFC 2047 section 6.2).
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = &word[length..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

fn encoded_word(text: &str) -> Option<(String, usize)> {
    let inner = &text[2..];
    let (charset, behind) = inner.split_once('?')?;
    let (encoding, behind) = behind.split_once('?')?;
    let end = behind.find("?=")?;
    if charset.len() > 40 || encoding.len() != 1 || end > 2_000 {
        return None;
    }
    let payload = &behind[..end];
    let bytes = match encoding {
        "b" | "B" => lenient_base64(payload),
        "q" | "Q" => percent_like(payload),
        _ => return None,
    };
    // RFC 2231 section 5 allows a language behind the charset.
    let charset = charset.split('*').next().unwrap_or(charset);
    let decoder = Encoding::for_label(charset.as_bytes()).unwrap_or(UTF_8);
    let length = text.len() - behind.len() + end + 2;
    Some((decoder.decode(&bytes).0.into_owned(), length))
}

fn percent_like(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'=')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        match (hex, bytes[at]) {
            (Some(byte), _) => decoded.push(byte),
            (None, b'_') => decoded.push(b' '),
            (None, byte) => decoded.push(byte),
        }
        at += if hex.is_some() { 3 } else { 1 };
    }
    decoded
}

/// Base64 as it comes: whatever is no digit of it is passed over, a torn end is left out.
fn lenient_base64(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    let whole = digits.len() - if digits.len() % 4 == 1 { 1 } else { 0 };
    base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(&digits[..whole])
        .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(&digits[..digits.len() / 4 * 4]))
        .unwrap_or_default()
}

/// The bytes of a part as they were before its transfer encoding: a text attachment is evidence and
/// keeps its own charset.
pub(super) fn transfer(raw: &[u8], part: &MessagePart<'_>) -> Vec<u8> {
    let (start, end) = (part.offset_body as usize, part.offset_end as usize);
    let Some(body) = raw.get(start..end) else { return part.contents().to_vec() };
    match part.content_transfer_encoding().map(str::to_ascii_lowercase).as_deref() {
        Some("base64") => lenient_base64(&String::from_utf8_lossy(body)),
        Some("quoted-printable") => quoted_printable(body),
        _ => body.to_vec(),
    }
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'=' {
            decoded.push(body[at]);
            at += 1;
            continue;
        }
        match body.get(at + 1..at + 3) {
            Some(b"\r\n") => at += 3,
            Some([b'\n', _]) => at += 2,
            Some(hex) => match std::str::from_utf8(hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    decoded.push(byte);
                    at += 3;
                }
                None => {
                    decoded.push(b'=');
                    at += 1;
                }
            },
            None => at += if body.get(at + 1) == Some(&b'\n') { 2 } else { 1 },
        }
    }
    decoded
}

/// A text with its uuencoded files taken out.
pub(super) struct Uuencoded {
    pub(super) text: String,
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// Finds `begin 644 name` … `end` in a text.
pub(super) fn uuencoded(text: &str) -> Uuencoded {
    if !text.contains("begin ") {
        return Uuencoded { text: text.to_owned(), files: Vec::new() };
    }
    let lines: Vec<&str> = text.lines().collect();
    let (mut kept, mut files) = (Vec::new(), Vec::new());
    let mut at = 0;
    let mut searched_in_vain = false;
    while at < lines.len() {
        let name = beginning(lines[at]).filter(|_| !searched_in_vain);
        let end = name.and_then(|_| lines[at..].iter().position(|line| line.trim_end() == "end"));
        searched_in_vain = searched_in_vain || (name.is_some() && end.is_none());
        match name.zip(end).and_then(|(name, end)| Some((name, uudecoded(&lines[at + 1..at + end])?, end))) {
            Some((name, bytes, end)) => {
                files.push((name.to_owned(), bytes));
                at += end + 1;
            }
            None => {
                kept.push(lines[at]);
                at += 1;
            }
        }
    }
    Uuencoded { text: kept.join("\n"), files }
}

fn beginning(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.split_once(' ')?;
    let right = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    (right && !name.trim().is_empty()).then_some(name.trim())
}

fn uudecoded(lines: &[&str]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in lines {
        let digits = line.as_bytes();
        let Some((&first, digits)) = digits.split_first() else { continue };
        let length = usize::from(first.wrapping_sub(b' ') & 0x3f);
        if !(b' '..=b'`').contains(&first) || digits.len() + 3 < length.div_ceil(3) * 4 {
            return None;
        }
        let value = |at: usize| u32::from(digits.get(at).copied().unwrap_or(b' ').wrapping_sub(b' ') & 0x3f);
        let mut decoded = Vec::with_capacity(length + 3);
        for group in 0..length.div_ceil(3) {
            let at = group * 4;
            let word = value(at) << 18 | value(at + 1) << 12 | value(at + 2) << 6 | value(at + 3);
            decoded.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        bytes.extend_from_slice(&decoded[..length]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_wherever_they_stand() {
        let check = |value: &str, expected: &str| assert_eq!(header_text(value), expected, "{value}");
        check("biasa", "biasa");
        check("=?utf-8?B?TGFwb3Jhbg==?=", "Laporan");
        check("=?utf-8?q?Situs_diretas?= =?utf-8?q?_lagi?=", "Situs diretas lagi");
        check("\"=?iso-8859-1?Q?Andr=E9?=\"", "\"André\"");
        check("=?utf-8?B?TGFwb3Jhbg?=", "Laporan");
        check("=?rusak", "=?rusak");
        check("CafÃ©", "Café");
    }

    #[test]
    fn file_names_without_their_star() {
        assert_eq!(file_name("utf-8''bukti%20layar.png"), "bukti layar.png");
        assert_eq!(file_name("it''s.png"), "it''s.png");
    }

    #[test]
    fn flowed_lines_join_and_quotes_stay_apart() {
        assert_eq!(flowed("satu \ndua\n> tiga \n> empat\n-- \nkaki\n", false), "satu dua\n> tiga empat\n-- \nkaki\n");
        assert_eq!(flowed("sa \ntu\n", true), "satu\n");
    }

    #[test]
    fn uuencoded_files_leave_the_text() {
        let found = uuencoded("Terlampir\nbegin 644 cat.txt\n#0V%T\n`\nend\nSalam");
        assert_eq!(found.text, "Terlampir\nSalam");
        assert_eq!(found.files, [("cat.txt".to_owned(), b"Cat".to_vec())]);
        assert_eq!(uuencoded("begin the day").files, []);
    }
}
