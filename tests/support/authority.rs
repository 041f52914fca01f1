//! A certificate authority of the test's own, and the certificates it signs.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

/// The authority. Its CA file lies in a temporary folder and goes with it.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({})", self.folder.path().display())
    }
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "Test Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("the authority's certificate").pem();
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), pem).expect("write the CA file");
        Authority { issuer: Issuer::new(params, key), folder }
    }

    /// The CA file, valid as long as the authority.
    pub fn ca_pem_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server on this machine that everybody who trusts the authority accepts.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        self.signed(&["localhost", "127.0.0.1"], 2090)
    }

    /// A server that bears another name.
    pub fn server_config_named(&self, name: &str) -> Arc<ServerConfig> {
        self.signed(&[name], 2090)
    }

    /// A server whose certificate has run out.
    pub fn expired_server_config(&self) -> Arc<ServerConfig> {
        self.signed(&["localhost", "127.0.0.1"], 2021)
    }

    /// Certificate and key of such a server as PEM files, for a server that is a process of its own.
    pub fn server_files(&self) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.certificate(&["localhost", "127.0.0.1"], 2090);
        let (certificate_file, key_file) =
            (self.folder.path().join("server.pem"), self.folder.path().join("server.key"));
        std::fs::write(&certificate_file, certificate.pem()).expect("write the certificate");
        std::fs::write(&key_file, key.serialize_pem()).expect("write the key");
        (certificate_file, key_file)
    }

    fn certificate(&self, names: &[&str], until_year: i32) -> (Certificate, KeyPair) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until_year, 1, 1);
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    fn signed(&self, names: &[&str], until_year: i32) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate(names, until_year);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("key and certificate fit");
        Arc::new(config)
    }
}
