//! Content-Transfer-Encoding undone (RFC 2045 section 6), as it comes and not only as it should be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memchr;

use crate::mail::uuencode;

/// Digits of base64 that are decoded together.
const TOGETHER: usize = 4 << 10;

/// How the bytes of a part are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// 7bit, 8bit, binary, and whatever nobody knows.
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
}

/// Decoded bytes, and whether the encoding was damaged.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    pub(super) damaged: bool,
}

impl Encoding {
    /// The encoding a header value names.
    pub(super) fn named(value: &str) -> Encoding {
        let name = value.split([';', '(']).next().unwrap_or("").trim().trim_matches(['"', '\'']);
        let name: String = name.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        match name.as_str() {
            "base64" | "base-64" | "b64" => Encoding::Base64,
            "quoted-printable" | "quotedprintable" | "quoted_printable" | "qp" => Encoding::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Encoding::Uuencode,
            _ => Encoding::Identity,
        }
    }

    /// The bytes of an encoded body.
    pub(super) fn decode(self, body: &[u8]) -> Decoded {
        match self {
            Encoding::Identity => Decoded { bytes: body.to_vec(), damaged: false },
            Encoding::Base64 => base64_body(body),
            Encoding::QuotedPrintable => Decoded { bytes: quoted_printable(body), damaged: false },
            Encoding::Uuencode => uuencoded(body),
        }
    }
}

fn uuencoded(body: &[u8]) -> Decoded {
    let found = uuencode::find(&String::from_utf8_lossy(body));
    match found.files.into_iter().next() {
        Some((_, bytes)) => Decoded { bytes, damaged: false },
        None => Decoded { bytes: body.to_vec(), damaged: true },
    }
}

/// Base64 whose lines may hold anything: what is no digit is passed over, and what stands in clear
/// below the end, as lists add it, is kept as it is.
fn base64_body(body: &[u8]) -> Decoded {
    // A text that merely calls itself base64 is left alone.
    let first = body.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    if is_prose(first) {
        return Decoded { bytes: body.to_vec(), damaged: true };
    }
    let mut decoded = Base64::default();
    decoded.bytes.reserve(body.len() / 4 * 3);
    let mut rest = body;
    while !rest.is_empty() {
        let orderly = decoded.lines(rest);
        if orderly > 0 {
            rest = &rest[orderly..];
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let (line, behind) = rest.split_at(end);
        if decoded.ended && is_prose(line) {
            decoded.flush();
            decoded.bytes.extend_from_slice(b"\n");
            decoded.bytes.extend_from_slice(rest);
            break;
        }
        decoded.line(line);
        rest = behind;
    }
    decoded.flush();
    Decoded { bytes: decoded.bytes, damaged: decoded.damaged }
}

/// Whether a line holds words with blanks between them, which base64 never does.
fn is_prose(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let digits = line.iter().filter(|byte| is_digit(**byte)).count();
    let padded = line.split(|byte| *byte == b' ').next().is_some_and(|word| word.len() > 3 && word.ends_with(b"="));
    !line.is_empty() && !padded && (line.contains(&b' ') || digits * 10 < line.len() * 8)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[derive(Default)]
struct Base64 {
    bytes: Vec<u8>,
    digits: Vec<u8>,
    /// Whether padding was the last thing seen.
    ended: bool,
    damaged: bool,
}

impl Base64 {
    /// Decodes lines at the beginning that are in good order, many at a time, as megabytes come.
    /// Returns their octets; nought if the first of them needs a closer look.
    fn lines(&mut self, rest: &[u8]) -> usize {
        let mut digits = [0; TOGETHER];
        let (mut gathered, mut read) = (0, 0);
        while let Some(end) = memchr(b'\n', &rest[read..]) {
            let line = rest[read..read + end].trim_ascii_end();
            if line.len() > TOGETHER - gathered || !line.len().is_multiple_of(4) {
                break;
            }
            digits[gathered..gathered + line.len()].copy_from_slice(line);
            gathered += line.len();
            read += end + 1;
        }
        let before = self.bytes.len();
        if !self.digits.is_empty() || STANDARD_NO_PAD.decode_vec(&digits[..gathered], &mut self.bytes).is_err() {
            self.bytes.truncate(before);
            return 0;
        }
        self.ended &= gathered == 0;
        read
    }

    fn line(&mut self, line: &[u8]) {
        let (whole, before) = (line.trim_ascii_end(), self.bytes.len());
        if self.digits.is_empty() && !whole.is_empty() && whole.len().is_multiple_of(4) {
            if STANDARD_NO_PAD.decode_vec(whole, &mut self.bytes).is_ok() {
                self.ended = false;
                return;
            }
            self.bytes.truncate(before);
        }
        for &byte in line {
            match byte {
                // Words behind the padding are no digits.
                byte if self.ended && is_digit(byte) && byte != b'=' && line.contains(&b' ') => {
                    self.damaged = true;
                    return;
                }
                b'=' => {
                    self.flush();
                    self.ended = true;
                }
                byte if is_digit(byte) => {
                    self.digits.push(byte);
                    self.ended = false;
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => self.damaged = true,
            }
        }
        if self.digits.len() >= 4096 {
            let whole = self.digits.len() / 4 * 4;
            let rest = self.digits.split_off(whole);
            self.flush();
            self.digits = rest;
        }
    }

    /// Decodes what is gathered; a single digit at the end is a torn one.
    fn flush(&mut self) {
        let torn = self.digits.len() % 4 == 1;
        self.damaged |= torn;
        let whole = self.digits.len() - usize::from(torn);
        let quads = whole / 4 * 4;
        for piece in [&self.digits[..quads], &self.digits[quads..whole]] {
            let before = self.bytes.len();
            if STANDARD_NO_PAD.decode_vec(piece, &mut self.bytes).is_err() {
                self.bytes.truncate(before);
                // Bits below the last octet that should be nought.
                self.bytes.extend(loose_tail(piece));
            }
        }
        self.digits.clear();
    }
}

/// Two or three digits, whatever their unused bits.
fn loose_tail(digits: &[u8]) -> Vec<u8> {
    let mut padded = digits.to_vec();
    padded.resize(4, b'A');
    let decoded = STANDARD_NO_PAD.decode(&padded).unwrap_or_default();
    decoded.into_iter().take(digits.len().saturating_sub(1)).collect()
}

/// Base64 on one line, as encoded words hold it.
pub(super) fn base64_word(text: &str) -> Vec<u8> {
    let mut decoded = Base64::default();
    decoded.line(text.as_bytes());
    decoded.flush();
    decoded.bytes
}

/// Quoted-printable with soft line ends that mail programs and relays have bent.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'=' {
            decoded.push(body[at]);
            at += 1;
            continue;
        }
        if let Some(byte) = hex_pair(&body[at + 1..]) {
            decoded.push(byte);
            at += 3;
            continue;
        }
        let blanks = body[at + 1..].iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match body.get(at + 1 + blanks) {
            None | Some(b'\n') => at += blanks + 2,
            Some(_) => {
                decoded.push(b'=');
                at += 1;
            }
        }
    }
    decoded
}

/// The octet that two hexadecimal digits at the beginning name.
pub(super) fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*bytes.first()?)?, digit(*bytes.get(1)?)?);
    u8::try_from(high << 4 | low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_by_the_names_they_get() {
        let check = |value: &str, expected: Encoding| assert_eq!(Encoding::named(value), expected, "{value}");
        check("BASE64", Encoding::Base64);
        check("quoted-printable;", Encoding::QuotedPrintable);
        check("\"quoted-printable\" (by us)", Encoding::QuotedPrintable);
        check("x-uuencode", Encoding::Uuencode);
        check("8bit", Encoding::Identity);
        check("7-bit", Encoding::Identity);
        check("", Encoding::Identity);
    }

    #[test]
    fn base64_as_it_comes() {
        let check = |body: &str, expected: &str, damaged: bool| {
            let decoded = Encoding::Base64.decode(body.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), expected, "{body}");
            assert_eq!(decoded.damaged, damaged, "{body}");
        };
        check("TGFwb3Jhbg==\r\n", "Laporan", false);
        check("TGFw\r\nb3Jh\r\nbg\r\n", "Laporan", false);
        check("TGFwb3Jhbh==", "Laporan", false);
        check("TGFwb3Jhbg==\r\nTGFwb3Jhbg==", "LaporanLaporan", false);
        check("TGF*wb3Jhbg==", "Laporan", true);
        check("TGFwb3Jhbg== dan lagi", "Laporan", true);
        check("TGFwb3JhbgX", "Laporan\u{5}", false);
        check("TGFwb3JhbgAAX", "Laporan\0\0", true);
        check("TGFwb3Jhbg==\n_______\nmailing list footer\n", "Laporan\n_______\nmailing list footer\n", false);
        check("Ini bukan base64 sama sekali.\n", "Ini bukan base64 sama sekali.\n", true);
        check("", "", false);
    }

    #[test]
    fn quoted_printable_as_it_comes() {
        let check = |body: &str, expected: &str| {
            let decoded = Encoding::QuotedPrintable.decode(body.as_bytes());
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), expected, "{body:?}");
        };
        check("Caf=C3=A9", "Café");
        check("Caf=c3=a9", "Café");
        check("sa=\r\ntu=  \r\n dua=\n tiga", "satu dua tiga");
        check("1 =3D 1, x=y, =", "1 = 1, x=y, ");
        check("=ZZ=4", "=ZZ=4");
        check("=é", "=é");
    }
}
