//! GnuPG as another program makes and reads mail: a private key ring in a temporary folder, at a time
//! of the test's own.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What protects the secret keys.
pub const PASSPHRASE: &str = "rahasia meja";

/// A key ring.
pub struct Gnupg {
    home: TempDir,
    /// The time GnuPG believes it is, e.g. `20261101T000000`.
    time: String,
}

/// What GnuPG says and gives.
pub struct Answer {
    pub good: bool,
    pub out: Vec<u8>,
    pub said: String,
}

impl Gnupg {
    pub fn new() -> Gnupg {
        let home = tempfile::tempdir().expect("a temporary folder");
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).expect("our own folder");
        // Enough for a test; the usual count takes the agent most of a second.
        std::fs::write(home.path().join("gpg-agent.conf"), "s2k-count 65536\n").expect("write");
        Gnupg { home, time: "20261101T000000".to_owned() }
    }

    /// It is another time.
    pub fn at(&mut self, time: &str) {
        time.clone_into(&mut self.time);
    }

    /// Runs GnuPG with something on its standard input.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Answer {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.home.path()).env("LC_ALL", "C");
        gpg.args(["--batch", "--yes", "--no-tty", "--trust-model", "always", "--pinentry-mode", "loopback"]);
        gpg.args(["--passphrase", PASSPHRASE, "--faked-system-time", &format!("{}!", self.time)]);
        gpg.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut gpg = gpg.spawn().expect("gpg; run ./test, which installs it");
        let mut stdin = gpg.stdin.take().expect("its input");
        let input = input.to_vec();
        let writing = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = gpg.wait_with_output().expect("gpg ends");
        writing.join().expect("written");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Answer { good: output.status.success(), out: output.stdout, said }
    }

    fn must(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let answer = self.run(arguments, input);
        assert!(answer.good, "gpg {arguments:?}: {}", answer.said);
        answer.out
    }

    /// Makes a key that signs, with a subkey for encryption; `expires` as GnuPG writes it, `never`.
    pub fn key(&self, address: &str, expires: &str) {
        self.key_of(address, ("ed25519", "cv25519"), expires);
    }

    /// The same of other kinds.
    pub fn key_of(&self, address: &str, (signs, encrypts): (&str, &str), expires: &str) {
        self.must(&["--quick-generate-key", address, signs, "sign,cert", expires], b"");
        let fingerprint = self.fingerprint(address);
        self.must(&["--quick-add-key", &fingerprint, encrypts, "encr", expires], b"");
    }

    /// Adds a subkey that signs.
    pub fn add_signing_subkey(&self, address: &str) {
        let fingerprint = self.fingerprint(address);
        self.must(&["--quick-add-key", &fingerprint, "ed25519", "sign", "never"], b"");
    }

    pub fn fingerprint(&self, address: &str) -> String {
        let listed = String::from_utf8(self.must(&["--with-colons", "--list-keys", address], b"")).expect("ASCII");
        let line = listed.lines().find(|line| line.starts_with("fpr:")).expect("a fingerprint");
        line.split(':').nth(9).expect("its tenth field").to_owned()
    }

    pub fn public(&self, address: &str) -> Vec<u8> {
        self.must(&["--armor", "--export", address], b"")
    }

    pub fn secret(&self, address: &str) -> Vec<u8> {
        self.must(&["--armor", "--export-secret-keys", address], b"")
    }

    pub fn import(&self, key: &[u8]) {
        self.must(&["--import"], key);
    }

    /// Revokes a key: `0` without a reason, `1` compromised, `2` replaced, `3` no longer used.
    pub fn revoke(&self, address: &str, reason: &str) {
        let fingerprint = self.fingerprint(address);
        let answers = format!("y\n{reason}\n\ny\n");
        let arguments = ["--no-batch", "--command-fd", "0", "--gen-revoke", &fingerprint];
        let revocation = self.must(&arguments, answers.as_bytes());
        assert!(!revocation.is_empty(), "a revocation");
        self.import(&revocation);
    }

    /// Encrypts, and signs if somebody is named.
    pub fn encrypt(&self, to: &str, by: Option<&str>, plain: &[u8]) -> Vec<u8> {
        self.encrypt_with(&[], to, by, plain)
    }

    pub fn encrypt_with(&self, options: &[&str], to: &str, by: Option<&str>, plain: &[u8]) -> Vec<u8> {
        let mut arguments = options.to_vec();
        arguments.extend(["--armor", "--encrypt", "--recipient", to]);
        if let Some(by) = by {
            arguments.extend(["--sign", "--local-user", by]);
        }
        self.must(&arguments, plain)
    }

    /// A detached signature.
    pub fn sign(&self, by: &str, signed: &[u8]) -> Vec<u8> {
        self.sign_with(&[], by, signed)
    }

    pub fn sign_with(&self, options: &[&str], by: &str, signed: &[u8]) -> Vec<u8> {
        let mut arguments = options.to_vec();
        arguments.extend(["--armor", "--detach-sign", "--local-user", by]);
        self.must(&arguments, signed)
    }

    pub fn decrypt(&self, message: &[u8]) -> Answer {
        self.run(&["--decrypt"], message)
    }

    /// Verifies a detached signature.
    pub fn verify(&self, signature: &[u8], signed: &[u8]) -> Answer {
        let (value, content) = (self.home.path().join("value.asc"), self.home.path().join("content"));
        std::fs::write(&value, signature).expect("write");
        std::fs::write(&content, signed).expect("write");
        let paths = [value.display().to_string(), content.display().to_string()];
        self.run(&["--verify", &paths[0], &paths[1]], b"")
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // Its agent would live on without a home.
        let _ = Command::new("gpgconf").env("GNUPGHOME", self.home.path()).args(["--kill", "all"]).status();
    }
}
