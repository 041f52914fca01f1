//! The message inside an opaque S/MIME signature (RFC 8551 section 3.5.2), so that it can be read, and
//! the same value in DER, so that it can be verified.
//!
//! Nothing is verified here: the wrapping is taken off and no more. Walks DER and BER by hand, within
//! its input and to a fixed depth.

/// Elements inside each other.
const DEPTH_MAX: usize = 24;
/// `1.2.840.113549.1.7.2`, signed data.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PIECES: u8 = 0x24;
const EXPLICIT_0: u8 = 0xa0;

/// The signed message; `None` if there is none, above all if it is encrypted.
pub(super) fn signed_content(cms: &[u8]) -> Option<Vec<u8>> {
    let (content_info, _) = element(cms, 0)?;
    let mut content_info = content_info.expect(SEQUENCE)?;
    let kind = next(&mut content_info)?.expect(OBJECT_IDENTIFIER)?;
    if kind != SIGNED_DATA {
        return None;
    }
    let mut explicit = next(&mut content_info)?.expect(EXPLICIT_0)?;
    let mut signed = next(&mut explicit)?.expect(SEQUENCE)?;
    next(&mut signed)?;
    next(&mut signed)?.expect(SET)?;
    let mut encapsulated = next(&mut signed)?.expect(SEQUENCE)?;
    next(&mut encapsulated)?.expect(OBJECT_IDENTIFIER)?;
    let mut explicit = next(&mut encapsulated)?.expect(EXPLICIT_0)?;
    octets(&next(&mut explicit)?, 0)
}

/// The value at the beginning of `ber` in DER: every length definite, every string in one piece.
pub(super) fn der_of(ber: &[u8]) -> Option<Vec<u8>> {
    let (first, _) = element(ber, 0)?;
    let mut der = Vec::with_capacity(ber.len());
    encode(&first, 0, &mut der)?;
    Some(der)
}

fn encode(value: &Element<'_>, depth: usize, der: &mut Vec<u8>) -> Option<()> {
    const CONSTRUCTED: u8 = 0x20;
    const LONG_TAG: u8 = 0x1f;
    if depth > DEPTH_MAX || value.tag & LONG_TAG == LONG_TAG {
        return None;
    }
    let (tag, content) = if value.tag == OCTETS_IN_PIECES {
        (OCTETS, octets(value, 0)?)
    } else if value.tag & CONSTRUCTED != 0 {
        let (mut rest, mut inner) = (value.content, Vec::new());
        while !rest.is_empty() {
            encode(&next(&mut rest)?, depth + 1, &mut inner)?;
        }
        (value.tag, inner)
    } else {
        (value.tag, value.content.to_vec())
    };
    der.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => der.push(short),
        Ok(_) | Err(_) => {
            let length = content.len().to_be_bytes();
            let digits = &length[length.iter().take_while(|byte| **byte == 0).count()..];
            der.push(0x80 | u8::try_from(digits.len()).ok()?);
            der.extend_from_slice(digits);
        }
    }
    der.extend_from_slice(&content);
    Some(())
}

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

impl<'a> Element<'a> {
    fn expect(&self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<Element<'a>> {
    let (found, length) = element(rest, 0)?;
    *rest = &rest[length..];
    Some(found)
}

/// The element at the beginning of `bytes`, and its length with its head and end.
fn element(bytes: &[u8], depth: usize) -> Option<(Element<'_>, usize)> {
    let (&tag, &first) = (bytes.first()?, bytes.get(1)?);
    if first == 0x80 {
        // Indefinite: elements up to one that is nothing but an end.
        let mut at = 2;
        while bytes.get(at..at + 2)? != [0, 0] {
            if depth >= DEPTH_MAX {
                return None;
            }
            at += element(&bytes[at..], depth + 1)?.1;
        }
        return Some((Element { tag, content: &bytes[2..at] }, at + 2));
    }
    let (length, head) = match first {
        0..=0x7f => (usize::from(first), 2),
        _ => {
            let count = usize::from(first & 0x7f);
            let digits = bytes.get(2..2 + count).filter(|_| count <= 4)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + count)
        }
    };
    let content = bytes.get(head..head.checked_add(length)?)?;
    Some((Element { tag, content }, head + length))
}

/// The octets of a string, whole or in pieces.
fn octets(string: &Element<'_>, depth: usize) -> Option<Vec<u8>> {
    match string.tag {
        OCTETS => Some(string.content.to_vec()),
        OCTETS_IN_PIECES if depth < DEPTH_MAX => {
            let (mut rest, mut joined) = (string.content, Vec::new());
            while !rest.is_empty() {
                joined.extend(octets(&next(&mut rest)?, depth + 1)?);
            }
            Some(joined)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x82][..], &length, content].concat()
    }

    fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80][..], content, &[0, 0]].concat()
    }

    fn signed(wrap: fn(u8, &[u8]) -> Vec<u8>, string: Vec<u8>) -> Vec<u8> {
        let data = der(OBJECT_IDENTIFIER, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]);
        let encapsulated = wrap(SEQUENCE, &[data, wrap(EXPLICIT_0, &string)].concat());
        let signed = wrap(SEQUENCE, &[der(0x02, &[1]), der(SET, &[]), encapsulated, der(SET, &[])].concat());
        wrap(SEQUENCE, &[der(OBJECT_IDENTIFIER, SIGNED_DATA), wrap(EXPLICIT_0, &signed)].concat())
    }

    #[test]
    fn the_message_comes_out_of_its_signature() {
        let whole = signed(der, der(OCTETS, b"Subject: x\r\n\r\nisi"));
        assert_eq!(signed_content(&whole).as_deref(), Some(&b"Subject: x\r\n\r\nisi"[..]));
        let pieces = ber(OCTETS_IN_PIECES, &[der(OCTETS, b"is"), der(OCTETS, b"i")].concat());
        assert_eq!(signed_content(&signed(ber, pieces)).as_deref(), Some(&b"isi"[..]));
    }

    #[test]
    fn what_came_in_pieces_becomes_der() {
        let pieces = ber(OCTETS_IN_PIECES, &[der(OCTETS, b"is"), der(OCTETS, b"i")].concat());
        let whole = signed_content(&der_of(&signed(ber, pieces)).expect("readable"));
        assert_eq!(whole.as_deref(), Some(&b"isi"[..]));
        let long = der(OCTETS, &[7; 300]);
        assert_eq!(der_of(&ber(SEQUENCE, &long)), der_of(&der(SEQUENCE, &long)));
        assert_eq!(der_of(&long).as_deref(), Some(&long[..]), "DER stays as it is");
        assert_eq!(der_of(&[SEQUENCE, 0x80].repeat(100_000)), None);
        assert_eq!(der_of(&[0x3f, 0x01, 0x00]), None);
    }

    #[test]
    fn torn_hostile_and_other_bytes_give_nothing() {
        let whole = signed(der, der(OCTETS, b"isi"));
        for length in 0..whole.len() {
            assert_eq!(signed_content(&whole[..length]), None, "{length}");
        }
        assert_eq!(signed_content(&[SEQUENCE, 0x80].repeat(100_000)), None);
        assert_eq!(signed_content(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(signed_content(&der(SEQUENCE, &der(OBJECT_IDENTIFIER, &[1, 2, 3]))), None);
    }
}
