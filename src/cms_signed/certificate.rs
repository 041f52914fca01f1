//! The certificates inside a signature: whose the signer's is, and whether a CA vouches for it.

use std::time::Duration;

use cms::cert::CertificateChoices;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert,
};
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{SubjectAltName, SubjectKeyIdentifier};

use crate::domain::Time;
use crate::domain::approval::SignatureFault;
use crate::domain::digest::Digest;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const MAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// An RSA key of 2048 bits has a modulus of this many bytes; with its frame it is longer.
const RSA_BYTES_MIN: usize = 256;

/// The signer's certificate, and the others that came with it.
#[derive(Debug)]
pub(super) struct Certificates {
    pub(super) signer: Certificate,
    der: Vec<u8>,
    others: Vec<Vec<u8>>,
}

impl Certificates {
    /// The certificates of a signature, if the signer's is among them.
    pub(super) fn of(signed: &SignedData, signer: &SignerInfo) -> Option<Certificates> {
        let mut own = None;
        let mut others = Vec::new();
        for choice in signed.certificates.as_ref()?.0.iter() {
            let CertificateChoices::Certificate(certificate) = choice else { continue };
            let der = certificate.to_der().ok()?;
            if own.is_none() && is_named(certificate, &signer.sid) {
                own = Some((certificate.clone(), der));
            } else {
                others.push(der);
            }
        }
        own.map(|(signer, der)| Certificates { signer, der, others })
    }

    /// The signer's certificate.
    pub(super) fn signer_der(&self) -> CertificateDer<'_> {
        CertificateDer::from(self.der.as_slice())
    }

    /// SHA-256 of the signer's certificate.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.der)
    }

    /// Whether it is an RSA key below 2048 bits.
    pub(super) fn has_short_key(&self) -> bool {
        let key = &self.signer.tbs_certificate.subject_public_key_info;
        key.algorithm.oid == RSA && key.subject_public_key.raw_bytes().len() <= RSA_BYTES_MIN
    }

    /// Whether the certificate was valid when it signed.
    pub(super) fn valid_at(&self, at: Time) -> Result<(), SignatureFault> {
        let validity = &self.signer.tbs_certificate.validity;
        let at = Duration::from_secs(u64::try_from(at.timestamp()).map_err(|_| SignatureFault::WrongTime)?);
        let valid = validity.not_before.to_unix_duration() <= at && at <= validity.not_after.to_unix_duration();
        if valid { Ok(()) } else { Err(SignatureFault::Expired) }
    }

    /// Whether a CA vouches for the certificate; `false` where none is configured.
    pub(super) fn traced(&self, authorities: &[Vec<u8>], at: Time) -> Result<bool, SignatureFault> {
        if authorities.is_empty() {
            return Ok(false);
        }
        let authorities: Vec<_> = authorities.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let anchors: Vec<_> = authorities.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        let others: Vec<_> = self.others.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let seconds = u64::try_from(at.timestamp()).map_err(|_| SignatureFault::WrongTime)?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let signer = self.signer_der();
        let signer = EndEntityCert::try_from(&signer).map_err(|_| SignatureFault::Broken)?;
        let path = signer.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &others, at, AnyUsage, None, None);
        path.map(|_| true).map_err(|_| SignatureFault::Untraced)
    }
}

/// Document signing has no key purpose of its own that every CA writes.
#[derive(Clone, Copy)]
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

fn is_named(certificate: &Certificate, sid: &SignerIdentifier) -> bool {
    let body = &certificate.tbs_certificate;
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == body.issuer && named.serial_number == body.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            body.get::<SubjectKeyIdentifier>().ok().flatten().is_some_and(|(_, own)| own == *named)
        }
    }
}

/// The instants between which a certificate in DER is valid.
pub(super) fn validity(der: &[u8]) -> Option<(Time, Time)> {
    let certificate = Certificate::from_der(der).ok()?;
    let validity = certificate.tbs_certificate.validity;
    let at =
        |time: x509_cert::time::Time| Time::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0);
    Some((at(validity.not_before)?, at(validity.not_after)?))
}

/// The common name in a certificate.
pub(super) fn name(certificate: &Certificate) -> String {
    subject(certificate, COMMON_NAME).pop().unwrap_or_default()
}

/// The addresses in a certificate.
pub(super) fn addresses(certificate: &Certificate) -> Vec<String> {
    let mut addresses = subject(certificate, MAIL_ADDRESS);
    if let Ok(Some((_, SubjectAltName(names)))) = certificate.tbs_certificate.get::<SubjectAltName>() {
        for name in names {
            if let GeneralName::Rfc822Name(address) = name {
                addresses.push(address.to_string());
            }
        }
    }
    addresses
}

fn subject(certificate: &Certificate, kind: ObjectIdentifier) -> Vec<String> {
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let of_kind = parts.filter(|part| part.oid == kind);
    of_kind.filter_map(|part| String::from_utf8(part.value.value().to_vec()).ok()).collect()
}
