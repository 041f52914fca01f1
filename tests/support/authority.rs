//! A throw-away certificate authority and the certificate of a server on this machine.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Files in PEM.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The authority, as `ca_file` names it.
    pub ca: PathBuf,
    /// The server's certificate, valid for `localhost` and `127.0.0.1`.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

impl Authority {
    /// Makes an authority of its own, and its files in `folder`.
    pub fn make(folder: &Path) -> Authority {
        let ca_key = KeyPair::generate().expect("a key");
        let mut ca = CertificateParams::new(Vec::new()).expect("no names at all are valid");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "Siaga test authority");
        let ca_certificate = ca.self_signed(&ca_key).expect("an authority signs itself");
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let server = CertificateParams::new(names).expect("both names are valid");
        let certificate = server.signed_by(&key, &issuer).expect("an authority signs a server");

        let file = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("a temporary folder takes files");
            path
        };
        Authority {
            ca: file("ca.pem", ca_certificate.pem()),
            certificate: file("server.pem", certificate.pem()),
            key: file("server.key", key.serialize_pem()),
        }
    }
}
