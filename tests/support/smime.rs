//! S/MIME as OpenSSL makes it: certificates and signed or encrypted mail.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::sealed::taken_apart;

/// A person's certificate, signed by itself.
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// For that address, valid for so many days.
    pub fn of(address: &str, days: &str) -> Certificate {
        let certificate = Certificate { folder: tempfile::tempdir().expect("a temporary folder") };
        let (pem, key) = (certificate.pem(), certificate.path("key.pem"));
        let subject = format!("/CN={address}/emailAddress={address}");
        let name = format!("subjectAltName=email:{address}");
        let mut arguments = vec!["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", days, "-subj", &subject];
        let (pem, key) = (pem.display().to_string(), key.display().to_string());
        arguments.extend(["-addext", &name, "-out", &pem, "-keyout", &key]);
        openssl(&arguments);
        certificate
    }

    /// The certificate as a PEM file.
    pub fn pem(&self) -> PathBuf {
        self.path("certificate.pem")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A mail, with its content signed beside it.
    pub fn signed(&self, raw: &[u8]) -> Vec<u8> {
        self.wrapped(raw, &[])
    }

    /// A mail, with its content inside the signature; `-indef` writes it in pieces.
    pub fn opaque(&self, raw: &[u8], pieces: bool) -> Vec<u8> {
        self.wrapped(raw, if pieces { &["-nodetach", "-indef"] } else { &["-nodetach"] })
    }

    /// A mail, with its content encrypted to the certificate.
    pub fn encrypted(&self, raw: &[u8]) -> Vec<u8> {
        let (outer, content) = taken_apart(raw);
        let (source, pem) = (self.path("content"), self.pem().display().to_string());
        std::fs::write(&source, content).expect("write");
        let source = source.display().to_string();
        let made = openssl(&["cms", "-encrypt", "-aes256", "-in", &source, &pem]);
        [outer.as_bytes(), &made].concat()
    }

    fn wrapped(&self, raw: &[u8], options: &[&str]) -> Vec<u8> {
        let (outer, content) = taken_apart(raw);
        let source = self.path("content");
        std::fs::write(&source, content).expect("write");
        let paths = [source, self.pem(), self.path("key.pem")].map(|path| path.display().to_string());
        let mut arguments = vec!["cms", "-sign", "-md", "sha256", "-in", &paths[0], "-signer", &paths[1]];
        arguments.extend(["-inkey", &paths[2]]);
        arguments.extend(options);
        [outer.replace("MIME-Version: 1.0\r\n", "").as_bytes(), &openssl(&arguments)].concat()
    }
}

/// Runs OpenSSL. A mail it writes has the line ends of this machine.
fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("openssl; run ./test, which installs it");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}
