//! Rich Text Format as Outlook keeps a body in it: unpacked (MS-OXRTFCP) and made text, with the
//! HTML it was made from (MS-OXRTFEX) if there is some.

use crate::mail::{charset, html};

/// Octets that one body is unpacked to.
const UNPACKED_MAX: usize = 4 << 20;
/// Groups inside each other.
const DEPTH_MAX: usize = 200;

/// The dictionary every packed body begins with (MS-OXRTFCP 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks a packed body; `None` if it is none.
pub(super) fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let head = packed.get(..16)?;
    let body = &packed[16..];
    match &head[8..12] {
        b"MELA" => return Some(body[..body.len().min(UNPACKED_MAX)].to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut ring = [b' '; 4096];
    ring[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut write = DICTIONARY.len();
    let mut out = Vec::new();
    let mut bytes = body.iter().copied();
    'control: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if out.len() >= UNPACKED_MAX {
                break 'control;
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { break 'control };
                put(byte, &mut ring, &mut write, &mut out);
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { break 'control };
            let reference = usize::from(high) << 8 | usize::from(low);
            let (offset, length) = (reference >> 4, (reference & 0xF) + 2);
            if offset == write {
                break 'control;
            }
            for step in 0..length {
                put(ring[(offset + step) % ring.len()], &mut ring, &mut write, &mut out);
            }
        }
    }
    Some(out)
}

fn put(byte: u8, ring: &mut [u8; 4096], write: &mut usize, out: &mut Vec<u8>) {
    ring[*write] = byte;
    *write = (*write + 1) % ring.len();
    out.push(byte);
}

/// The text of an RTF document.
pub(super) fn to_text(rtf: &[u8]) -> String {
    let from_html = rtf.windows(9).take(4_000).any(|window| window == b"\\fromhtml");
    let mut reader = Reader { from_html, ..Reader::default() };
    reader.groups.push(Group { unicode_skip: 1, ..Group::default() });
    let mut rest = rtf;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = match byte {
            b'{' => {
                let group = *reader.group();
                if reader.groups.len() < DEPTH_MAX {
                    reader.groups.push(group);
                } else {
                    reader.deeper += 1;
                }
                behind
            }
            b'}' => {
                if reader.deeper > 0 {
                    reader.deeper -= 1;
                } else if reader.groups.len() > 1 {
                    reader.groups.pop();
                }
                behind
            }
            b'\\' => reader.control(behind),
            b'\r' | b'\n' => behind,
            byte => {
                reader.byte(byte);
                behind
            }
        };
    }
    reader.flush();
    if from_html { html::to_text(&reader.out) } else { reader.out }
}

#[derive(Default, Clone, Copy)]
struct Group {
    /// Whether what is in it is no text.
    hidden: bool,
    /// Whether what is in it stands in for HTML that is there as well.
    stand_in: bool,
    /// Characters that stand in for one of Unicode.
    unicode_skip: usize,
}

#[derive(Default)]
struct Reader {
    from_html: bool,
    out: String,
    /// Bytes in the document's charset that are not text yet.
    bytes: Vec<u8>,
    code_page: String,
    groups: Vec<Group>,
    deeper: usize,
    skip: usize,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Reader {
    fn group(&mut self) -> &mut Group {
        self.groups.last_mut().expect("the outermost group is never closed")
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if !self.group().hidden && !self.group().stand_in {
            self.bytes.push(byte);
        }
    }

    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if !bytes.is_empty() {
            self.out.push_str(&charset::decode(&bytes, Some(&self.code_page)));
        }
    }

    /// What a backslash begins, and what stands behind it.
    fn control<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let letters = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if letters == 0 {
            return self.symbol(rest);
        }
        let (word, behind) = rest.split_at(letters);
        let sign = usize::from(behind.first() == Some(&b'-'));
        let digits = behind[sign..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, behind) = behind.split_at(sign + digits);
        let number: Option<i64> = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        let behind = behind.strip_prefix(b" ").unwrap_or(behind);
        self.word(word, number);
        behind
    }

    fn symbol<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match rest.first() {
            Some(b'\'') => {
                let byte = crate::mail::transfer::hex_pair(&rest[1..]);
                self.byte(byte.unwrap_or(b'?'));
                rest.get(3..).unwrap_or_default()
            }
            // A destination that whoever does not know it may leave out.
            Some(b'*') => {
                let tag = rest[1..].starts_with(b"\\htmltag");
                self.group().hidden |= !tag;
                rest.get(1..).unwrap_or_default()
            }
            Some(b'~') => {
                self.byte(b' ');
                &rest[1..]
            }
            Some(byte @ (b'\\' | b'{' | b'}')) => {
                self.byte(*byte);
                &rest[1..]
            }
            Some(b'\r' | b'\n') => {
                self.byte(b'\n');
                &rest[1..]
            }
            Some(_) => &rest[1..],
            None => rest,
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        match word {
            // Line ends of the stand-in; the HTML has its own.
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.byte(b'\n'),
            b"tab" | b"cell" => self.byte(b'\t'),
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => self.group().unicode_skip = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
            b"ansicpg" => self.code_page = format!("cp{}", number.unwrap_or(1252)),
            b"lquote" | b"rquote" => self.byte(b'\''),
            b"ldblquote" | b"rdblquote" => self.byte(b'"'),
            b"bullet" => self.byte(b'*'),
            b"endash" | b"emdash" => self.byte(b'-'),
            b"htmlrtf" if self.from_html => self.group().stand_in = number != Some(0),
            b"htmltag" => {
                self.group().hidden = !self.from_html;
                self.group().stand_in = false;
            }
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"header" | b"footer"
            | b"headerl" | b"headerr" | b"footerl" | b"footerr" | b"listtable" | b"themedata" | b"fldinst"
            | b"mhtmltag" | b"pntext" | b"bin" => self.group().hidden = true,
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64) {
        let group = *self.group();
        if group.hidden || group.stand_in {
            return;
        }
        self.flush();
        let unit = u16::try_from(if number < 0 { number + 65_536 } else { number }).unwrap_or(0xFFFD);
        match (self.high.take(), unit) {
            (_, 0xD800..=0xDBFF) => self.high = Some(unit),
            (Some(high), low) => self.out.extend(String::from_utf16(&[high, low])),
            (None, unit) => self.out.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
        self.skip = group.unicode_skip;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_become_text() {
        let check = |rtf: &str, expected: &str| assert_eq!(to_text(rtf.as_bytes()), expected, "{rtf}");
        check(
            "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\\f0 Situs\\par diretas, Andr\\'e9\\par}",
            "Situs\ndiretas, André\n",
        );
        check("{\\rtf1 harga \\u8364? 5 \\{a\\}}", "harga € 5 {a}");
        check("{\\rtf1{\\*\\generator Riched20;}isi\r\n lagi}", "isi lagi");
        check(
            "{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf \\par\\htmlrtf0 Situs {\\*\\htmltag84 <b>}\\htmlrtf {\\b\\htmlrtf0 diretas\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </b>}{\\*\\htmltag72 </p>}}",
            "Situs diretas",
        );
        check("}}}}\\", "");
        check("", "");
    }

    #[test]
    fn packed_documents_unpack() {
        // The example of MS-OXRTFCP 3.1.1.
        let packed: &[u8] = &[
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72,
            0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
            0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        let rtf = unpacked(packed).expect("packed");
        assert_eq!(String::from_utf8_lossy(&rtf), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(to_text(&rtf), "hello world");
        for length in 0..packed.len() {
            let _ = unpacked(&packed[..length]);
        }
    }

    #[test]
    fn hostile_documents_end() {
        let _ = to_text(&b"{".repeat(1_000_000));
        let _ = to_text(&b"\\u".repeat(500_000));
        let mut packed = vec![0; 8];
        packed.extend(b"LZFu\0\0\0\0");
        packed.extend([0xFF].into_iter().chain([0x00, 0x0F].repeat(8)).cycle().take(2_000_000));
        assert!(unpacked(&packed).expect("packed").len() <= UNPACKED_MAX + 17);
    }
}
