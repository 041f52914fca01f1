//! A CMS signature over a PDF: that it covers the whole file, and that nothing of it is broken.

use aws_lc_rs::digest::{Algorithm, Context, SHA256, SHA384, SHA512};
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedAttributes, SignedData, SignerInfo};
use webpki::{EndEntityCert, aws_lc_rs as algorithms};
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::time::Time as CertificateTime;

use rustls::pki_types::SignatureVerificationAlgorithm;

use crate::domain::Time;
use crate::domain::approval::SignatureFault;
use crate::domain::signed_pdf::{Pages, SignedPdf};
use crate::pdf::certificate::{self, Certificates};
use crate::pdf::document::Found;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

type Verifier = &'static dyn SignatureVerificationAlgorithm;

/// A digest that may be signed, and the ways to sign it. SHA-1 is none, and each RSA way refuses keys
/// below 2048 bits.
struct Strong {
    oid: ObjectIdentifier,
    digest: &'static Algorithm,
    ways: [Verifier; 4],
}

fn strong() -> [Strong; 3] {
    let oid = ObjectIdentifier::new_unwrap;
    [
        Strong {
            oid: oid("2.16.840.1.101.3.4.2.1"),
            digest: &SHA256,
            ways: [
                algorithms::RSA_PKCS1_2048_8192_SHA256,
                algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
                algorithms::ECDSA_P256_SHA256,
                algorithms::ECDSA_P384_SHA256,
            ],
        },
        Strong {
            oid: oid("2.16.840.1.101.3.4.2.2"),
            digest: &SHA384,
            ways: [
                algorithms::RSA_PKCS1_2048_8192_SHA384,
                algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
                algorithms::ECDSA_P256_SHA384,
                algorithms::ECDSA_P384_SHA384,
            ],
        },
        Strong {
            oid: oid("2.16.840.1.101.3.4.2.3"),
            digest: &SHA512,
            ways: [
                algorithms::RSA_PKCS1_2048_8192_SHA512,
                algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
                algorithms::ECDSA_P256_SHA512,
                algorithms::ECDSA_P384_SHA512,
            ],
        },
    ]
}

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
    let info = ContentInfo::from_der(contents).map_err(|_| SignatureFault::Broken)?;
    if info.content_type != SIGNED_DATA {
        return Err(SignatureFault::Broken);
    }
    let signed: SignedData = info.content.decode_as().map_err(|_| SignatureFault::Broken)?;
    // One signer, and what he signed stands outside: in the file.
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(SignatureFault::Broken) };
    if signed.encap_content_info.econtent.is_some() {
        return Err(SignatureFault::Broken);
    }
    let certificates = Certificates::of(&signed, signer).ok_or(SignatureFault::Broken)?;
    let signed_at = check_value(signer, &certificates, signature, bytes)?.ok_or(SignatureFault::WrongTime)?;
    certificates.valid_at(signed_at)?;
    let traced = certificates.traced(authorities, signed_at)?;
    Ok(SignedPdf {
        pages: pages()?,
        name: certificate::name(&certificates.signer),
        addresses: certificate::addresses(&certificates.signer),
        certificate: certificates.digest(),
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

/// Checks digest and value of a signature. Returns its time.
fn check_value(
    signer: &SignerInfo,
    certificates: &Certificates,
    signature: &Found,
    bytes: &[u8],
) -> Result<Option<Time>, SignatureFault> {
    let strong = strong().into_iter().find(|strong| strong.oid == signer.digest_alg.oid);
    let strong = strong.ok_or(SignatureFault::Weak)?;
    if certificates.has_short_key() {
        return Err(SignatureFault::Weak);
    }
    let attributes = signer.signed_attrs.as_ref().ok_or(SignatureFault::Broken)?;
    let kind: ObjectIdentifier = attribute(attributes, CONTENT_TYPE)?.ok_or(SignatureFault::Broken)?;
    let claimed: OctetString = attribute(attributes, MESSAGE_DIGEST)?.ok_or(SignatureFault::Broken)?;
    let [_, before, after, _] = signature.ranges;
    let mut digest = Context::new(strong.digest);
    digest.update(&bytes[..before]);
    digest.update(&bytes[after..]);
    if kind != DATA || claimed.as_bytes() != digest.finish().as_ref() {
        return Err(SignatureFault::Changed);
    }
    // Signed is the SET OF, whatever its tag is inside the signer's entry (RFC 5652 section 5.4).
    let message = attributes.to_der().map_err(|_| SignatureFault::Broken)?;
    let certificate = certificates.signer_der();
    let certificate = EndEntityCert::try_from(&certificate).map_err(|_| SignatureFault::Broken)?;
    let value = signer.signature.as_bytes();
    if !strong.ways.iter().any(|way| certificate.verify_signature(*way, &message, value).is_ok()) {
        return Err(SignatureFault::Broken);
    }
    let time: Option<CertificateTime> = attribute(attributes, SIGNING_TIME)?;
    let time = time.and_then(|time| Time::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0));
    Ok(time.or(signature.signed_at))
}

/// The one value of a signed attribute; two of one kind are none.
fn attribute<T: for<'a> Decode<'a>>(
    attributes: &SignedAttributes,
    kind: ObjectIdentifier,
) -> Result<Option<T>, SignatureFault> {
    let mut of_kind = attributes.iter().filter(|attribute| attribute.oid == kind);
    let Some(attribute) = of_kind.next() else { return Ok(None) };
    let ([value], None) = (attribute.values.as_slice(), of_kind.next()) else { return Err(SignatureFault::Broken) };
    let value = value.to_der().map_err(|_| SignatureFault::Broken)?;
    T::from_der(&value).map(Some).map_err(|_| SignatureFault::Broken)
}
