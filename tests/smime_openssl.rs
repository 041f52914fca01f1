//! S/MIME made by OpenSSL and checked here against a pinned certificate.

mod support;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use siaga::domain::authority::SignatureProof;
use siaga::domain::digest::Digest;
use siaga::domain::protection::{Closed, MailSignature, MailSignatureFault, Protection, Sealing, Standard};
use siaga::mail::opener::{Opener, Pin};
use siaga::mail::parse::parse_opening;

use support::letters::Letter;
use support::smime::Certificate;

const KABID: &str = "kabid@csirt.example";

fn pinning(certificate: &Certificate) -> Opener {
    let der = CertificateDer::from_pem_file(certificate.pem()).expect("a certificate");
    let smime = Some(Digest::of(&der));
    Opener::new(None, vec![Pin { address: KABID.parse().expect("an address"), pgp: None, smime }])
}

fn read(raw: &[u8], opener: &Opener) -> (Protection, String) {
    let parsed = parse_opening(raw, Digest::of(raw), opener).expect("readable");
    (parsed.mail.protection, parsed.mail.command_text)
}

fn order() -> Vec<u8> {
    Letter::from(KABID).subject("Re: Mohon reviu").text("#setuju 7Q4K-9M2X").raw()
}

fn fault(protection: &Protection) -> Option<MailSignatureFault> {
    match &protection.signature {
        MailSignature::Faulty { fault, .. } => Some(*fault),
        MailSignature::None | MailSignature::Pinned { .. } | MailSignature::Unknown { .. } => None,
    }
}

#[test]
fn the_pinned_certificate_counts_in_every_form_openssl_writes() {
    let certificate = Certificate::of(KABID, "3000");
    let opener = pinning(&certificate);
    let forms = [certificate.signed(&order()), certificate.opaque(&order(), false), certificate.opaque(&order(), true)];
    for (form, raw) in forms.into_iter().enumerate() {
        let (protection, text) = read(&raw, &opener);
        let MailSignature::Pinned { standard, signed_at, .. } = protection.signature else {
            panic!("form {form}: {:?}", protection.signature)
        };
        assert_eq!(standard, Standard::Smime);
        assert_eq!(protection.proof(signed_at), SignatureProof::Good);
        assert_eq!(text.trim(), "#setuju 7Q4K-9M2X", "form {form}: commands are read in the signed part");
    }
}

#[test]
fn a_mail_kept_with_other_line_ends_is_the_same_mail() {
    let certificate = Certificate::of(KABID, "3000");
    let raw = String::from_utf8(certificate.signed(&order())).expect("text").replace("\r\n", "\n");
    let (protection, _) = read(raw.as_bytes(), &pinning(&certificate));
    assert!(matches!(protection.signature, MailSignature::Pinned { .. }), "{:?}", protection.signature);
}

#[test]
fn case_37_another_or_an_unpinned_certificate_is_not_his() {
    let (his, other) = (Certificate::of(KABID, "3000"), Certificate::of("lain@csirt.example", "3000"));
    let raw = other.signed(&order());
    assert_eq!(fault(&read(&raw, &pinning(&his)).0), Some(MailSignatureFault::OtherKey));
    let (unpinned, _) = read(&raw, &Opener::default());
    let MailSignature::Unknown { name, .. } = &unpinned.signature else { panic!("{:?}", unpinned.signature) };
    assert_eq!(name, "lain@csirt.example");
    assert_eq!(unpinned.proof("2026-11-24T00:00:00Z".parse().expect("a time")), SignatureProof::None);
}

#[test]
fn a_word_changed_inside_the_signed_part_is_seen() {
    let certificate = Certificate::of(KABID, "3000");
    let raw = String::from_utf8(certificate.signed(&order())).expect("text").replace("7Q4K", "8Q4K");
    assert_eq!(fault(&read(raw.as_bytes(), &pinning(&certificate)).0), Some(MailSignatureFault::Altered));
}

#[test]
fn encrypted_smime_is_reported_and_not_opened() {
    let certificate = Certificate::of(KABID, "3000");
    let (protection, text) = read(&certificate.encrypted(&order()), &pinning(&certificate));
    assert_eq!(protection.sealing, Sealing::Closed { standard: Standard::Smime, why: Closed::Unsupported });
    assert!(text.is_empty(), "{text}");
}
