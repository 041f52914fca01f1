//! PDFs and signatures under them, made by the tests themselves: good ones, and each kind of bad one.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use lopdf::{Dictionary, Document, Object};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, SanType, SigningKey, date_time_ymd,
};
use siaga::domain::Time;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec, UtcTime};
use x509_cert::der::{Decode, Encode, EncodeValue, Tagged};
use x509_cert::spki::AlgorithmIdentifierOwned;

const SHA1: &str = "1.3.14.3.2.26";
const SHA_256: &str = "2.16.840.1.101.3.4.2.1";
/// Places in the file for the value, in hexadecimal digits.
const PLACE: usize = 16_000;

/// Somebody with a certificate.
pub struct Signer {
    key: KeyPair,
    certificate: Vec<u8>,
}

/// A CA of the test's own.
pub struct SigningCa {
    issuer: Issuer<'static, KeyPair>,
    pub der: Vec<u8>,
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As a signing tool does (`PAdES`), whose time stands in the document.
    Usual,
    /// adbe.pkcs7.detached, with the time as a signed attribute.
    Adobe,
    /// RSA-PSS in place of PKCS #1.
    Pss,
    /// With SHA-1.
    Sha1,
    /// One bit of the value is turned.
    BrokenValue,
    /// The ranges leave out bytes behind the hole.
    Gap,
}

impl SigningCa {
    pub fn new() -> SigningCa {
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "Balai Uji Sertifikasi");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2090, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let der = params.self_signed(&key).expect("a certificate").der().to_vec();
        SigningCa { issuer: Issuer::new(params, key), der }
    }

    /// Somebody with an ECDSA key, whose certificate runs out at the beginning of that year.
    pub fn signer(&self, name: &str, address: &str, until_year: i32) -> Signer {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        self.certified(name, address, until_year, key)
    }

    /// Somebody with an RSA key.
    pub fn rsa_signer(&self, name: &str, address: &str) -> Signer {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("a key");
        self.certified(name, address, 2090, key)
    }

    fn certified(&self, name: &str, address: &str, until_year: i32, key: KeyPair) -> Signer {
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.subject_alt_names = vec![SanType::Rfc822Name(address.try_into().expect("ASCII"))];
        params.not_before = date_time_ymd(2021, 1, 1);
        params.not_after = date_time_ymd(until_year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").der().to_vec();
        Signer { key, certificate }
    }
}

impl Signer {
    /// The certificate as DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs a PDF by an incremental update, as signing tools do.
    pub fn sign(&self, pdf: &[u8], at: Time, way: Way) -> Vec<u8> {
        let (mut file, hole) = with_place(pdf, at, way);
        let [before, after] = hole;
        let rest = file.len() - after - if way == Way::Gap { 3 } else { 0 };
        let ranges = format!("[0 {before} {after} {rest}]");
        let place = find(&file, b"/ByteRange ").expect("its place") + "/ByteRange ".len();
        file[place..place + ranges.len()].copy_from_slice(ranges.as_bytes());
        let signed = [&file[..before], &file[after..after + rest]].concat();
        let value = self.cms(&signed, at, way);
        let digits: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        file[before + 1..before + 1 + digits.len()].copy_from_slice(digits.as_bytes());
        file
    }

    fn cms(&self, signed: &[u8], at: Time, way: Way) -> Vec<u8> {
        let (algorithm, oid) = if way == Way::Sha1 { (&SHA1_FOR_LEGACY_USE_ONLY, SHA1) } else { (&SHA256, SHA_256) };
        let message_digest = OctetString::new(digest(algorithm, signed).as_ref()).expect("a digest");
        let mut attributes = vec![
            attribute("1.2.840.113549.1.9.3", &ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1")),
            attribute("1.2.840.113549.1.9.4", &message_digest),
        ];
        if way == Way::Adobe {
            let seconds = std::time::Duration::from_secs(u64::try_from(at.timestamp()).expect("after 1970"));
            attributes.push(attribute("1.2.840.113549.1.9.5", &UtcTime::from_unix_duration(seconds).expect("a time")));
        }
        let attributes = SetOfVec::try_from(attributes).expect("different attributes");
        let mut value = self.value(&attributes.to_der().expect("DER"), way);
        if way == Way::BrokenValue {
            *value.last_mut().expect("a value") ^= 1;
        }
        let certificate = Certificate::from_der(&self.certificate).expect("our own certificate");
        let body = &certificate.tbs_certificate;
        let sid = IssuerAndSerialNumber { issuer: body.issuer.clone(), serial_number: body.serial_number.clone() };
        let algorithm = |oid| AlgorithmIdentifierOwned { oid: ObjectIdentifier::new_unwrap(oid), parameters: None };
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(sid),
            digest_alg: algorithm(oid),
            signed_attrs: Some(attributes),
            signature_algorithm: algorithm("1.2.840.10045.4.3.2"),
            signature: OctetString::new(value).expect("a value"),
            unsigned_attrs: None,
        };
        let data = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![algorithm(oid)]).expect("one"),
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1"),
                econtent: None,
            },
            certificates: Some(CertificateSet(
                SetOfVec::try_from(vec![CertificateChoices::Certificate(certificate)]).expect("one"),
            )),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![signer]).expect("one")),
        };
        let content = Any::encode_from(&data).expect("DER");
        let content_type = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
        ContentInfo { content_type, content }.to_der().expect("DER")
    }

    fn value(&self, message: &[u8], way: Way) -> Vec<u8> {
        if way != Way::Pss {
            return self.key.sign(message).expect("a signature");
        }
        let key = RsaKeyPair::from_pkcs8(&self.key.serialize_der()).expect("an RSA key");
        let mut value = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut value).expect("a signature");
        value
    }
}

fn attribute<T: Tagged + EncodeValue>(kind: &str, value: &T) -> Attribute {
    let value = Any::encode_from(value).expect("DER");
    Attribute { oid: ObjectIdentifier::new_unwrap(kind), values: SetOfVec::try_from(vec![value]).expect("one value") }
}

/// A PDF with these words on its pages.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (page, words) in pages.iter().enumerate() {
        let content = format!("BT /F1 11 Tf 72 720 Td ({words}) Tj ET");
        let resources = "/Resources << /Font << /F1 3 0 R >> >>";
        let own = 5 + 2 * page;
        objects
            .push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents {own} 0 R >>"));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    offsets.iter().for_each(|offset| file.extend(format!("{offset:010} 00000 n \n").bytes()));
    file.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", offsets.len() + 1).bytes());
    file
}

/// The file with a signature field whose value has a place, and where that place begins and ends.
fn with_place(pdf: &[u8], at: Time, way: Way) -> (Vec<u8>, [usize; 2]) {
    let size: usize = number_after(pdf, b"/Size ");
    let previous: usize = number_after(pdf, b"startxref\n");
    let kind = if way == Way::Adobe { "adbe.pkcs7.detached" } else { "ETSI.CAdES.detached" };
    let time = if way == Way::Adobe { String::new() } else { at.format("/M (D:%Y%m%d%H%M%SZ) ").to_string() };
    let mut file = pdf.to_vec();
    let field = file.len();
    file.extend(format!("{size} 0 obj\n<< /FT /Sig /T (TTE) /V {} 0 R >>\nendobj\n", size + 1).bytes());
    let value = file.len();
    let head = format!("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /{kind} {time}/ByteRange {:40} ", "");
    file.extend(format!("{} 0 obj\n{head}/Contents ", size + 1).bytes());
    let before = file.len();
    file.extend(format!("<{}>", "0".repeat(PLACE)).bytes());
    let after = file.len();
    file.extend(b" >>\nendobj\n");
    let table = file.len();
    file.extend(format!("xref\n{size} 2\n{field:010} 00000 n \n{value:010} 00000 n \n").bytes());
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R /Prev {previous} >>\n", size + 2);
    file.extend(format!("{trailer}startxref\n{table}\n%%EOF\n").bytes());
    (file, [before, after])
}

fn find(file: &[u8], words: &[u8]) -> Option<usize> {
    file.windows(words.len()).rposition(|window| window == words)
}

fn number_after(file: &[u8], words: &[u8]) -> usize {
    let digits = &file[find(file, words).expect("it is there") + words.len()..];
    let digits: String = digits.iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// The document with something that is done when it is opened.
pub fn with_opening(bytes: &[u8], action: Dictionary) -> Vec<u8> {
    let mut document = Document::load_mem(bytes).expect("a PDF");
    let catalog = document.trailer.get(b"Root").and_then(Object::as_reference).expect("a catalog");
    let catalog = document.get_object_mut(catalog).and_then(Object::as_dict_mut).expect("a dictionary");
    catalog.set("OpenAction", action);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a document");
    bytes
}
