//! Floor 1: signatures in the Cryptographic Message Syntax (RFC 5652), as signed PDFs and S/MIME mail
//! carry them: that the signer's key made them over these very bytes, with nothing weak.
//!
//! **Invariant:** nothing here decides whether a signature is accepted, nor asks the network: revocation
//! lists and time stamps are not fetched, and the signing time is the one inside the signature.

mod certificate;

use aws_lc_rs::digest::{Algorithm, Context, SHA256, SHA384, SHA512};
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedAttributes, SignedData, SignerInfo};
use rustls::pki_types::SignatureVerificationAlgorithm;
use webpki::{EndEntityCert, aws_lc_rs as algorithms};
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::der::{Decode, Encode};
use x509_cert::time::Time as CertificateTime;

use crate::cms_signed::certificate::Certificates;
use crate::domain::Time;
use crate::domain::approval::SignatureFault;
use crate::domain::digest::Digest;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

/// Signed data that was read and not checked.
#[derive(Debug)]
pub struct Signed(SignedData);

/// A signature that is unbroken and was made with the key of its certificate. Whose that is, and
/// whether it was valid, is asked of it.
#[derive(Debug)]
pub struct Verified {
    certificates: Certificates,
    /// When it was made, as the signature says.
    pub signed_at: Option<Time>,
}

impl Signed {
    /// Reads a value in DER.
    ///
    /// # Errors
    /// [`SignatureFault::Broken`] if it is no signed data.
    pub fn from_der(der: &[u8]) -> Result<Signed, SignatureFault> {
        let info = ContentInfo::from_der(der).map_err(|_| SignatureFault::Broken)?;
        if info.content_type != SIGNED_DATA {
            return Err(SignatureFault::Broken);
        }
        info.content.decode_as().map(Signed).map_err(|_| SignatureFault::Broken)
    }

    /// Whether anything stands where the signed content may stand inside.
    pub fn has_content(&self) -> bool {
        self.0.encap_content_info.econtent.is_some()
    }

    /// What was signed, if it stands inside.
    pub fn content(&self) -> Option<Vec<u8>> {
        let content = self.0.encap_content_info.econtent.as_ref()?;
        content.decode_as::<OctetString>().ok().map(OctetString::into_bytes)
    }

    /// Checks the one signature over these bytes, given in pieces.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verified(&self, content: &[&[u8]]) -> Result<Verified, SignatureFault> {
        let [signer] = self.0.signer_infos.0.as_slice() else { return Err(SignatureFault::Broken) };
        let certificates = Certificates::of(&self.0, signer).ok_or(SignatureFault::Broken)?;
        let signed_at = check_value(signer, &certificates, content)?;
        Ok(Verified { certificates, signed_at })
    }
}

impl Verified {
    /// The common name in the certificate.
    pub fn name(&self) -> String {
        certificate::name(&self.certificates.signer)
    }

    /// The addresses in the certificate.
    pub fn addresses(&self) -> Vec<String> {
        certificate::addresses(&self.certificates.signer)
    }

    /// SHA-256 of the certificate.
    pub fn certificate(&self) -> Digest {
        self.certificates.digest()
    }

    /// Whether the certificate was valid at that instant.
    ///
    /// # Errors
    /// [`SignatureFault::Expired`] if not.
    pub fn valid_at(&self, at: Time) -> Result<(), SignatureFault> {
        self.certificates.valid_at(at)
    }

    /// Whether a CA vouches for the certificate; `false` where none is given.
    ///
    /// # Errors
    /// [`SignatureFault::Untraced`] if none of them does.
    pub fn traced(&self, authorities: &[Vec<u8>], at: Time) -> Result<bool, SignatureFault> {
        self.certificates.traced(authorities, at)
    }
}

/// The instants between which a certificate in DER is valid; `None` if it cannot be read.
pub fn validity(certificate: &[u8]) -> Option<(Time, Time)> {
    certificate::validity(certificate)
}

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

/// Checks digest and value of a signature. Returns its time.
fn check_value(
    signer: &SignerInfo,
    certificates: &Certificates,
    content: &[&[u8]],
) -> Result<Option<Time>, SignatureFault> {
    let strong = strong().into_iter().find(|strong| strong.oid == signer.digest_alg.oid);
    let strong = strong.ok_or(SignatureFault::Weak)?;
    if certificates.has_short_key() {
        return Err(SignatureFault::Weak);
    }
    let attributes = signer.signed_attrs.as_ref().ok_or(SignatureFault::Broken)?;
    let kind: ObjectIdentifier = attribute(attributes, CONTENT_TYPE)?.ok_or(SignatureFault::Broken)?;
    let claimed: OctetString = attribute(attributes, MESSAGE_DIGEST)?.ok_or(SignatureFault::Broken)?;
    let mut digest = Context::new(strong.digest);
    content.iter().for_each(|piece| digest.update(piece));
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
    Ok(time.and_then(|time| Time::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0)))
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
