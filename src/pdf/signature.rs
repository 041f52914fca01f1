//! A CMS signature over a PDF: that it covers the whole file, and that nothing of it is broken.

use x509_cert::der::{Reader, SliceReader};

use crate::cms_signed::Signed;
use crate::domain::approval::SignatureFault;
use crate::domain::signed_pdf::{Pages, SignedPdf};
use crate::pdf::document::Found;

/// The one signature that covers the whole file, checked.
pub(super) fn covering(
    found: &[Found],
    bytes: &[u8],
    authorities: &[Vec<u8>],
    pages: impl FnOnce() -> Result<Pages, SignatureFault>,
) -> Result<SignedPdf, SignatureFault> {
    let known: Vec<&Found> = found.iter().filter(|found| found.is_known).collect();
    if known.is_empty() {
        return Err(SignatureFault::NoSignature);
    }
    // Earlier signatures cover what was there before the last one.
    let signature = known.into_iter().find(|found| covers_all(found, bytes)).ok_or(SignatureFault::Changed)?;
    let contents = unpadded(&signature.contents)?;
    let signed = Signed::from_der(contents)?;
    // What was signed stands outside: in the file.
    if signed.has_content() {
        return Err(SignatureFault::Broken);
    }
    let [_, before, after, _] = signature.ranges;
    let verified = signed.verified(&[&bytes[..before], &bytes[after..]])?;
    let signed_at = verified.signed_at.or(signature.signed_at).ok_or(SignatureFault::WrongTime)?;
    verified.valid_at(signed_at)?;
    let traced = verified.traced(authorities, signed_at)?;
    Ok(SignedPdf {
        pages: pages()?,
        name: verified.name(),
        addresses: verified.addresses(),
        certificate: verified.certificate(),
        signed_at,
        traced,
    })
}

/// Whether a signature covers every byte but the hole of its own value, which holds nothing else.
fn covers_all(found: &Found, bytes: &[u8]) -> bool {
    let [start, before, after, rest] = found.ranges;
    let whole = start == 0 && before > 0 && after > before && after.checked_add(rest) == Some(bytes.len());
    let hole = bytes.get(before..after).and_then(|hole| hole.strip_prefix(b"<")?.strip_suffix(b">"));
    whole && hole.is_some_and(|hex| is_hex_of(hex, &found.contents))
}

fn is_hex_of(hex: &[u8], value: &[u8]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |(pair, byte): (&[u8], &u8)| {
        let [high, low] = pair else { return false };
        digit(*high).zip(digit(*low)).is_some_and(|(high, low)| high * 16 + low == u32::from(*byte))
    };
    hex.len() == value.len() * 2 && hex.chunks(2).zip(value).all(pair)
}

/// The CMS value without the zeros that fill its place.
fn unpadded(contents: &[u8]) -> Result<&[u8], SignatureFault> {
    let mut reader = SliceReader::new(contents).map_err(|_| SignatureFault::Broken)?;
    let value = reader.tlv_bytes().map_err(|_| SignatureFault::Broken)?;
    let padding = &contents[value.len()..];
    if padding.iter().all(|byte| *byte == 0) { Ok(value) } else { Err(SignatureFault::Changed) }
}
