//! Bytes → text, by the charset they are labelled with, or by a sensible guess where the label is
//! missing, unknown or evidently wrong.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16LE, WINDOWS_1252};

/// The text that `bytes` hold. What cannot be decoded becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    match label.map_or(Charset::Unknown, Charset::named) {
        Charset::Unknown => guess(bytes),
        Charset::Web(encoding) => by_label(encoding, bytes),
        Charset::Dos(upper) if std::str::from_utf8(bytes).is_err() => dos(bytes, upper),
        Charset::Dos(_) => guess(bytes),
        Charset::Utf7 => utf_7(bytes),
        Charset::Utf32 => utf_32(bytes),
        Charset::Shifted => shifted(bytes),
        Charset::Hz => hz(bytes),
    }
}

/// The text that bytes without a usable label hold.
pub(super) fn guess(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(_) if is_japanese_escaped(bytes) => return japanese(bytes),
        Ok(text) => return text.to_owned(),
        Err(_) => {}
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    // UTF-8 in which a few characters are torn is still UTF-8.
    let lossy = String::from_utf8_lossy(bytes);
    let (damaged, whole) = (count_damage(&lossy), lossy.chars().filter(|c| !c.is_ascii()).count());
    if damaged * 10 <= whole && whole > damaged {
        return lossy.into_owned();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny).decode_without_bom_handling(bytes).0.into_owned()
}

/// Whether anybody knows a charset of that name.
pub(super) fn is_known(label: &str) -> bool {
    !matches!(Charset::named(label), Charset::Unknown)
}

enum Charset {
    /// One that browsers know.
    Web(&'static Encoding),
    /// One of DOS: ASCII, and these above it.
    Dos(&'static str),
    Utf7,
    Utf32,
    /// ISO-2022-KR and ISO-2022-CN: ASCII, and pairs between shift-out and shift-in.
    Shifted,
    Hz,
    Unknown,
}

impl Charset {
    fn named(label: &str) -> Charset {
        let label = label.trim().trim_matches(['"', '\'', ' ']).to_ascii_lowercase().replace('_', "-");
        // RFC 2231 section 5 allows a language behind the charset.
        let label = label.split(['*', ';', ' ']).next().unwrap_or("");
        let label = label.strip_prefix("charset=").unwrap_or(label);
        let bare = label.strip_prefix("x-").unwrap_or(label);
        match bare {
            // What stands for "no idea", and what so many programs write without thinking.
            "" | "us-ascii" | "ascii" | "ansi-x3.4-1968" | "unknown" | "unknown-8bit" | "8bit" | "binary"
            | "default" | "none" | "user-defined" => return Charset::Unknown,
            "utf-7" | "utf7" | "unicode-1-1-utf-7" | "unicode-2-0-utf-7" | "csunicode11utf7" | "csutf7" => {
                return Charset::Utf7;
            }
            "utf-32" | "utf32" | "utf-32le" | "utf-32be" | "ucs-4" => return Charset::Utf32,
            "iso-2022-kr" | "csiso2022kr" | "iso-2022-cn" | "iso-2022-cn-ext" => return Charset::Shifted,
            "hz-gb-2312" | "hz" => return Charset::Hz,
            "cp437" | "ibm437" | "437" | "cspc8codepage437" => return Charset::Dos(CP437),
            "cp850" | "ibm850" | "850" | "cspc850multilingual" | "cp858" | "ibm00858" => return Charset::Dos(CP850),
            "cp852" | "ibm852" | "852" | "cspcp852" => return Charset::Dos(CP852),
            _ => {}
        }
        Charset::aliased(bare).or_else(|| Charset::aliased(label)).map_or(Charset::Unknown, Charset::Web)
    }

    /// The names browsers know, and those that mail programs made of them.
    fn aliased(name: &str) -> Option<&'static Encoding> {
        match name {
            // The supersets in use: what is labelled with the old standard holds later characters.
            "gb2312" | "gbk" | "gb-2312-80" | "gb2312-80" | "cp936" | "ms936" | "windows-936" | "gb18030-2000"
            | "euc-cn" => Some(GB18030),
            "cp932" | "ms932" | "windows-932" | "sjis" | "shift-jis" | "mskanji" => Some(SHIFT_JIS),
            "cp949" | "ms949" | "uhc" | "ks-c-5601" | "ks-c-5601-1987" | "ks-c-5601-1989" | "ksc5601" | "euckr" => {
                Some(EUC_KR)
            }
            "cp950" | "ms950" | "windows-950" | "big5-hkscs" | "big5hkscs" | "big-5" | "big5-eten" => Some(BIG5),
            "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3"
            | "iso-2022-jp-ms" | "iso-2022-jp-2004" | "jis" => Some(ISO_2022_JP),
            "utf8" | "utf-8" | "utf8mb4" | "unicode" | "utf-8-mac" | "unicode-1-1-utf-8" | "cp65001" => Some(UTF_8),
            "utf-16" | "utf16" | "ucs-2" => Some(UTF_16LE),
            "latin-1" | "ansi" | "windows-ansi" | "cp819" | "iso-8859" | "windows-latin1" => Some(WINDOWS_1252),
            _ => Encoding::for_label_no_replacement(name.as_bytes())
                .or_else(|| Charset::with_standard_name(name))
                // The encoder's names use underscores in a few places.
                .or_else(|| Encoding::for_label_no_replacement(name.replace('-', "_").as_bytes())),
        }
    }

    /// `win-1251`, `cp1251`, `windows1251`, `iso88592`, `iso-88592`, `koi8` and the like.
    fn with_standard_name(name: &str) -> Option<&'static Encoding> {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        let standard = match (letters.as_str(), digits.as_str()) {
            ("win" | "windows" | "cp" | "ms" | "mscp", _) if digits == "874" || digits.starts_with("125") => {
                format!("windows-{digits}")
            }
            ("iso" | "isoir" | "isolatin" | "is" | "l", _) if digits.starts_with("8859") && digits.len() > 4 => {
                format!("iso-8859-{}", &digits[4..digits.len().min(6)])
            }
            ("cp" | "ibm", "866") => "ibm866".to_owned(),
            ("koir" | "koi", "8") => "koi8-r".to_owned(),
            ("koiu" | "koiru", "8") => "koi8-u".to_owned(),
            ("tis", _) => "windows-874".to_owned(),
            ("macroman" | "mac" | "applemacintosh" | "macintosh", _) => "macintosh".to_owned(),
            ("maccyrillic" | "macukraine", _) => "x-mac-cyrillic".to_owned(),
            _ => return None,
        };
        Encoding::for_label_no_replacement(standard.as_bytes())
    }
}

fn by_label(encoding: &'static Encoding, bytes: &[u8]) -> String {
    if encoding == ISO_2022_JP || is_japanese_escaped(bytes) {
        return japanese(bytes);
    }
    // Text in another charset is almost never valid UTF-8 by chance.
    if encoding.is_ascii_compatible()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return text.trim_start_matches('\u{FEFF}').to_owned();
    }
    let (text, _, damaged) = encoding.decode(bytes);
    // Cut at a length within its last character.
    if encoding == UTF_8 && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()) {
        return text.into_owned();
    }
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if damaged && count_damage(&text) * 20 > foreign {
        let guessed = guess(bytes);
        if count_damage(&guessed) < count_damage(&text) {
            return guessed;
        }
    }
    text.into_owned()
}

fn count_damage(text: &str) -> usize {
    text.matches('\u{FFFD}').count()
}

/// Seven-bit text with the escape sequences of ISO-2022-JP, whatever its label says.
fn is_japanese_escaped(bytes: &[u8]) -> bool {
    bytes.is_ascii()
        && bytes.contains(&0x1b)
        && bytes.windows(3).any(|window| window == b"\x1b$B" || window == b"\x1b$@")
}

/// ISO-2022-JP. The decoder of browsers takes a switch without text behind it for an attack; encoded
/// words that were put together are full of them.
fn japanese(bytes: &[u8]) -> String {
    if !bytes.is_ascii() {
        return guess(bytes);
    }
    let mut tidy = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        let empty = byte == 0x1b && behind.get(2) == Some(&0x1b);
        rest = if empty { &behind[2..] } else { behind };
        if !empty {
            tidy.push(byte);
        }
    }
    ISO_2022_JP.decode_without_bom_handling(&tidy).0.into_owned()
}

fn dos(bytes: &[u8], upper: &str) -> String {
    let upper: Vec<char> = upper.chars().collect();
    bytes.iter().map(|&byte| upper.get(usize::from(byte).wrapping_sub(128)).copied().unwrap_or(byte.into())).collect()
}

/// RFC 2152.
fn utf_7(bytes: &[u8]) -> String {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, lenient);
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(plus) = rest.iter().position(|byte| *byte == b'+') {
        out.push_str(&guess(&rest[..plus]));
        rest = &rest[plus + 1..];
        let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let length = rest.iter().position(|byte| !is_digit(byte)).unwrap_or(rest.len());
        // Digits that make no whole octet are padding of the shift.
        let whole = if length % 4 == 1 { length - 1 } else { length };
        let units = engine.decode(&rest[..whole]).unwrap_or_default();
        let units = units.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let closed = rest.get(length) == Some(&b'-');
        if length == 0 {
            out.push('+');
        }
        rest = &rest[length + usize::from(closed)..];
    }
    out.push_str(&guess(rest));
    out
}

fn utf_32(bytes: &[u8]) -> String {
    let little = bytes.starts_with(b"\xff\xfe\0\0") || (bytes.first() != Some(&0) && bytes.get(3) == Some(&0));
    let units = bytes.chunks_exact(4).map(|unit| {
        let unit = [unit[0], unit[1], unit[2], unit[3]];
        if little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) }
    });
    let text: String = units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.trim_start_matches('\u{FEFF}').to_owned()
}

/// RFC 1557 and RFC 1922: the pairs are those of EUC-KR or GB 2312 without their high bits.
fn shifted(bytes: &[u8]) -> String {
    let has = |escape: &[u8]| bytes.windows(escape.len()).any(|window| window == escape);
    let encoding = if has(b"\x1b$)A") { GBK } else { EUC_KR };
    let mut eight_bit = Vec::with_capacity(bytes.len());
    let (mut high, mut at) = (false, 0);
    while at < bytes.len() {
        match bytes[at] {
            0x0e => high = true,
            0x0f => high = false,
            0x1b if bytes.get(at + 1) == Some(&b'$') => at += 3,
            byte if high && byte > 0x20 => eight_bit.push(byte | 0x80),
            byte => eight_bit.push(byte),
        }
        at += 1;
    }
    encoding.decode_without_bom_handling(&eight_bit).0.into_owned()
}

/// RFC 1843.
fn hz(bytes: &[u8]) -> String {
    let mut eight_bit = Vec::with_capacity(bytes.len());
    let (mut high, mut at) = (false, 0);
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match (bytes[at], next) {
            (b'~', Some(b'{')) => high = true,
            (b'~', Some(b'}')) => high = false,
            (first, Some(second)) if high && first > b' ' => eight_bit.extend([first | 0x80, second | 0x80]),
            (b'~', Some(b'~')) => eight_bit.push(b'~'),
            (b'~', Some(b'\n')) => {}
            (byte, _) => {
                eight_bit.push(byte);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    GBK.decode_without_bom_handling(&eight_bit).0.into_owned()
}

const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const CP852: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_as_they_are_labelled() {
        let check = |label: &str, bytes: &[u8], expected: &str| {
            assert_eq!(decode(bytes, Some(label)), expected, "{label}");
        };
        check("ISO-8859-1", b"Andr\xe9", "André");
        check("\"windows-1252\"", b"\x93kutip\x94", "“kutip”");
        check("cp-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
        check("win-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
        check("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
        check("cp866", b"\x8f\xe0\xa8\xa2\xa5\xe2", "Привет");
        check("iso8859-2", b"\xb9afa\xf8", "šafař");
        check("iso88592", b"\xb9afa\xf8", "šafař");
        check("iso-2022-jp", b"\x1b$B%a!<%k\x1b(B ok", "メール ok");
        check("iso-2022-jp", b"\x1b$B%a!<\x1b(B\x1b$B%k\x1b(B\x1b$B\x1b(B", "メール");
        check("shift_jis", b"\x83\x81\x81[\x83\x8b", "メール");
        check("cp932", b"\x87\x40", "①");
        check("euc-jp", b"\xa5\xe1\xa1\xbc\xa5\xeb", "メール");
        check("gb2312", b"\xd3\xca\xbc\xfe", "邮件");
        check("GB18030", b"\x81\x30\x8a\x31", "ä");
        check("big5", b"\xb6l\xa5\xf3", "郵件");
        check("ks_c_5601-1987", b"\xb8\xde\xc0\xcf", "메일");
        check("iso-2022-kr", b"\x1b$)C\x0e8^@O\x0f ok", "메일 ok");
        check("hz-gb-2312", b"~{SJ<~~} ok ~~", "邮件 ok ~");
        check("utf-7", b"Andr+AOk-, 1 +- 1 +A9w", "André, 1 + 1 Ϝ");
        check("unicode-1-1-utf-7", b"+ZeVnLIqe", "日本語");
        check("utf-16", b"\xff\xfea\0b\0", "ab");
        check("utf-16be", b"\0a\0b", "ab");
        check("utf-32be", b"\0\0\0a\0\0\x20\xac", "a€");
        check("ibm850", b"\x84\x94\x81", "äöü");
        check("cp437", b"\x80\xe1", "Çß");
        check("tis-620", b"\xa1\xd2", "กา");
        check("macintosh", b"\x8e", "é");
        check("UTF-8", "Ciamis — aman".as_bytes(), "Ciamis — aman");
    }

    #[test]
    fn labels_that_are_missing_unknown_or_wrong() {
        let check = |label: Option<&str>, bytes: &[u8], expected: &str| {
            assert_eq!(decode(bytes, label), expected, "{label:?} {bytes:?}");
        };
        check(None, "halaman dinas – diretas".as_bytes(), "halaman dinas – diretas");
        check(Some("iso-8859-1"), "diretas – lagi".as_bytes(), "diretas – lagi");
        check(Some("us-ascii"), "Café".as_bytes(), "Café");
        check(Some("us-ascii"), b"\x1b$B%a!<%k\x1b(B", "メール");
        check(Some("utf-8"), b"\x1b$B%a!<%k\x1b(B", "メール");
        check(Some("utf-8"), b"Andr\xe9 et la for\xeat", "André et la forêt");
        check(Some("x-tidak-ada"), b"Andr\xe9 et la for\xeat", "André et la forêt");
        check(
            None,
            b"\xcf\xf0\xe8\xe2\xe5\xf2, \xfd\xf2\xee \xef\xe8\xf1\xfc\xec\xee \xe1\xe5\xe7 \xea\xee\xe4\xe8\xf0\xee\xe2\xea\xe8",
            "Привет, это письмо без кодировки",
        );
        check(Some("utf-8"), "terpotong é".as_bytes().split_last().expect("bytes").1, "terpotong \u{FFFD}");
        check(None, b"caf\xe9", "café");
        check(Some("utf-8"), b"", "");
        assert!(!is_known("x-tidak-ada") && is_known("KOI8-R"));
    }

    #[test]
    fn any_bytes_in_any_charset_are_some_text() {
        let every: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for label in ["utf-7", "utf-32", "iso-2022-kr", "hz", "cp437", "gb18030", "iso-2022-jp", "utf-16", "x"] {
            assert!(!decode(&every, Some(label)).is_empty(), "{label}");
        }
    }
}
