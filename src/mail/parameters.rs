//! Header values with parameters: RFC 2045 as it should be, RFC 2231 with its continuations, and
//! what mail programs wrote instead.

use crate::mail::charset;
use crate::mail::transfer::hex_pair;
use crate::mail::words;

/// Parameters of one header that are looked at.
const PARAMETERS_MAX: usize = 500;

/// A value such as `text/plain; charset="utf-8"`.
#[derive(Debug, Default, Clone)]
pub(super) struct Value {
    /// What stands before the first semicolon, lower-case.
    pub(super) main: String,
    pub(super) parameters: Vec<Parameter>,
}

#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Lower-case, without section number and star.
    name: String,
    section: Option<u32>,
    /// Whether the value is percent-encoded (RFC 2231 section 4).
    encoded: bool,
    value: String,
}

impl Value {
    /// Reads a header value.
    pub(super) fn of(text: &str) -> Value {
        let mut pieces = Pieces { rest: text };
        let first = pieces.next().unwrap_or_default();
        let (main, behind) = first.trim().split_once(char::is_whitespace).unwrap_or((first.trim(), ""));
        let mut value = Value { main: main.trim_matches(['"', '\'']).to_ascii_lowercase(), parameters: Vec::new() };
        // `text/plain charset=utf-8`, the semicolon forgotten.
        let forgotten = behind.contains('=').then_some(behind);
        for piece in forgotten.into_iter().chain(pieces).take(PARAMETERS_MAX) {
            value.parameters.extend(Parameter::of(piece));
        }
        value
    }

    /// The value of a parameter, decoded; the first one that can be read.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut mine: Vec<&Parameter> = self.parameters.iter().filter(|parameter| parameter.name == name).collect();
        let extended = mine.iter().any(|parameter| parameter.section.is_some() || parameter.encoded);
        if !extended {
            return mine.first().map(|parameter| plain(&parameter.value));
        }
        mine.retain(|parameter| parameter.section.is_some() || parameter.encoded);
        mine.sort_by_key(|parameter| parameter.section.unwrap_or(0));
        mine.dedup_by_key(|parameter| parameter.section.unwrap_or(0));
        Some(joined(&mine))
    }
}

/// The sections of an extended value, put together before they are decoded.
fn joined(sections: &[&Parameter]) -> String {
    if sections.iter().all(|section| !section.encoded) {
        return plain(&sections.iter().map(|section| section.value.as_str()).collect::<String>());
    }
    let mut bytes = Vec::new();
    let mut charset = None;
    for (index, section) in sections.iter().enumerate() {
        let mut value = section.value.as_str();
        if index == 0 && section.encoded {
            let mut parts = value.splitn(3, '\'');
            if let (Some(name), Some(_language), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                charset = Some(name).filter(|name| !name.is_empty());
                value = rest;
            }
        }
        if section.encoded {
            bytes.extend(percent_decoded(value));
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    words::decoded(&charset::decode(&bytes, charset))
}

/// A value that is not extended may hold encoded words all the same, or an extended value whose
/// star was forgotten.
fn plain(value: &str) -> String {
    let mut parts = value.splitn(3, '\'');
    if let (Some(name), Some(_language), Some(rest)) = (parts.next(), parts.next(), parts.next())
        && rest.contains('%')
        && charset::is_known(name)
    {
        return charset::decode(&percent_decoded(rest), Some(name));
    }
    words::decoded(value)
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| hex_pair(&bytes[at + 1..])).flatten();
        decoded.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    decoded
}

impl Parameter {
    fn of(piece: &str) -> Option<Parameter> {
        let (name, value) = piece.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let (name, encoded) = name.strip_suffix('*').map_or((name.as_str(), false), |name| (name, true));
        let (name, section) = match name.split_once('*') {
            Some((name, number)) => (name, Some(number.parse().ok()?)),
            None => (name, None),
        };
        Some(Parameter { name: name.trim().to_owned(), section, encoded, value: unquoted(value.trim()) })
    }
}

/// A quoted string without its quotes; whatever stands behind them is dropped. A backslash that
/// quotes nothing is one of a path.
fn unquoted(value: &str) -> String {
    let Some(inside) = value.strip_prefix('"') else {
        let comment = value.ends_with(')').then(|| value.rfind(" (")).flatten();
        return value[..comment.unwrap_or(value.len())].trim().trim_end_matches('"').to_owned();
    };
    let mut out = String::new();
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.push(chars.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            c => out.push(c),
        }
    }
    out
}

/// The pieces between semicolons outside quotes.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut quoted, mut escaped) = (false, false);
        let end = self.rest.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b';' if !quoted => return true,
                _ => {}
            }
            false
        });
        // A quote that nobody closed: the piece ends where it would without it.
        let end = end.or_else(|| self.rest.find(';').filter(|_| quoted)).unwrap_or(self.rest.len());
        let piece = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or("");
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_as_they_should_be() {
        let value = Value::of("Multipart/Mixed; boundary=\"a;b\\\"c\"; charset=utf-8 (plain)");
        assert_eq!(value.main, "multipart/mixed");
        assert_eq!(value.get("boundary").as_deref(), Some("a;b\"c"));
        assert_eq!(value.get("charset").as_deref(), Some("utf-8"));
        assert_eq!(value.get("name"), None);
    }

    #[test]
    fn file_names_in_every_form() {
        let check = |parameters: &str, expected: &str| {
            let value = Value::of(&format!("attachment; {parameters}"));
            assert_eq!(value.get("filename").as_deref(), Some(expected), "{parameters}");
        };
        check("filename=layar.png", "layar.png");
        check("filename = \"layar baru.png\"", "layar baru.png");
        check("filename=layar baru (1).png", "layar baru (1).png");
        check("filename=layar(1).png", "layar(1).png");
        check("filename*=UTF-8''bukti%20layar%C3%A9.png", "bukti layaré.png");
        check("filename*=iso-8859-1'fr'caf%E9.txt", "café.txt");
        check("filename*0=\"bukti \"; filename*1=\"layar.png\"", "bukti layar.png");
        check("filename*1=layar.png; filename*0=bukti-", "bukti-layar.png");
        check("filename*0*=utf-8''bukti%C3; filename*1*=%A9; filename*2=.png", "buktié.png");
        check("filename=lain.png; filename*=utf-8''bukti.png", "bukti.png");
        check("filename*=bukti%20layar.png", "bukti layar.png");
        check("filename=utf-8''bukti%20layar.png", "bukti layar.png");
        check("filename=\"=?utf-8?B?YnVrdGkucG5n?=\"", "bukti.png");
        check("filename=\"=?utf-8?Q?bukti?= =?utf-8?Q?_layar.png?=\"", "bukti layar.png");
        check("filename*0=\"=?utf-8?B?YnVrd\"; filename*1=\"GkucG5n?=\"", "bukti.png");
        check("filename=\"C:\\Users\\budi\\bukti.pdf\"", "C:\\Users\\budi\\bukti.pdf");
        check("filename=\"bukti.pdf; size=3", "bukti.pdf");
        check("filename=it's.png", "it's.png");
        check("filename=\"it''s 100%.png\"", "it''s 100%.png");
        check("filename=", "");
    }

    #[test]
    fn the_forgotten_semicolon() {
        let value = Value::of("text/plain charset=\"iso-8859-1\"");
        assert_eq!((value.main.as_str(), value.get("charset").as_deref()), ("text/plain", Some("iso-8859-1")));
        assert_eq!(Value::of("").main, "");
        assert_eq!(Value::of(";;;").main, "");
    }
}
