//! DKIM keys made for a test, the DNS that knows them, and mail signed with them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use siaga::mail::evidence::KeyRecord;

thread_local! {
    static RECORDS: RefCell<HashMap<String, KeyRecord>> = RefCell::default();
    static DOWN: Cell<bool> = const { Cell::new(false) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// What the DNS of this test answers.
pub fn look_up(name: &str) -> KeyRecord {
    ASKED.set(ASKED.get() + 1);
    if DOWN.get() {
        return KeyRecord::Unavailable;
    }
    RECORDS.with_borrow(|records| records.get(name).cloned().unwrap_or(KeyRecord::Missing))
}

/// How often it was asked.
pub fn asked() -> usize {
    ASKED.get()
}

/// Takes the DNS down, or brings it back.
pub fn dns_is_down(down: bool) {
    DOWN.set(down);
}

/// Writes a record.
pub fn publish(domain: &str, record: &str) {
    let record = KeyRecord::Found(vec![record.as_bytes().to_vec()]);
    RECORDS.with_borrow_mut(|records| records.insert(format!("s1._domainkey.{domain}."), record));
}

/// The record of a domain.
pub fn published(domain: &str) -> String {
    let KeyRecord::Found(records) = look_up(&format!("s1._domainkey.{domain}.")) else { panic!("{domain} has no key") };
    String::from_utf8(records[0].clone()).expect("text")
}

/// Somebody who signs for a domain.
pub struct Signer {
    domain: String,
    private: Vec<u8>,
}

impl Signer {
    /// A key of 2048 bits, known to the DNS.
    pub fn of(domain: &str) -> Signer {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private: Pkcs8V1Der<'_> = key.as_der().expect("its bytes");
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().expect("its public half");
        publish(domain, &format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())));
        Signer { domain: domain.to_owned(), private: private.as_ref().to_vec() }
    }

    /// The mail with this domain's signature above it.
    pub fn sign(&self, raw: &[u8]) -> Vec<u8> {
        self.sign_with(raw, &["From", "To", "Subject", "Message-ID", "In-Reply-To"], |signer| signer)
    }

    /// The same with other headers signed, or in another way.
    pub fn sign_with(
        &self,
        raw: &[u8],
        headers: &[&str],
        change: impl FnOnce(DkimSigner<RsaKey<Sha256>, Done>) -> DkimSigner<RsaKey<Sha256>, Done>,
    ) -> Vec<u8> {
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.private.clone()));
        let key = RsaKey::<Sha256>::from_key_der(private).expect("a key");
        let signer = DkimSigner::from_key(key).domain(&self.domain).selector("s1").headers(headers.iter().copied());
        let signature = change(signer).sign(raw).expect("signed").to_header();
        [signature.as_bytes(), raw].concat()
    }
}

impl Signer {
    /// A mail below a signature that somebody made up.
    pub fn header(domain: &str, raw: &[u8]) -> Vec<u8> {
        let header = format!("DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s1; h=From; bh=AAAA; b=AAAA\r\n");
        [header.as_bytes(), raw].concat()
    }
}
