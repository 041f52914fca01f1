//! What `siaga check` says of keys: each fault, each warning, and what a careful office should know.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use siaga::cli::keys::{Keys, faults, warnings, weaknesses};
use siaga::config::{self, Config, SecretSource};
use siaga::domain::Time;
use siaga::domain::protection::{KeyFile, PinnedKeys};
use tempfile::TempDir;

use support::gnupg::{Gnupg, PASSPHRASE};

const DESK: &str = "csirt@ciamiskab.go.id";
const KABID: &str = "kabid@csirt.example";

fn now() -> Time {
    "2026-11-24T03:00:00Z".parse().expect("a time")
}

/// A configuration, and the folder its keys lie in.
struct Office {
    config: Config,
    folder: TempDir,
}

impl Office {
    fn new() -> Office {
        Office { config: config::embedded(), folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn file(&self, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("write");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("our own file");
        path
    }

    /// With the desk's key in a file of that mode.
    fn with_key(mut self, secret: &[u8], mode: u32) -> Office {
        self.config.settings.pgp.key = Some(SecretSource::File(self.file("desk.asc", secret, mode)));
        let passphrase = self.file("passphrase", PASSPHRASE.as_bytes(), 0o600);
        self.config.settings.pgp.passphrase = Some(SecretSource::File(passphrase));
        self
    }

    fn pinning(mut self, address: &str, key: Vec<u8>) -> Office {
        let pgp = Some(KeyFile { path: format!("{address}.asc"), bytes: key });
        let address = address.parse().expect("an address");
        self.config.people.pinned.push(PinnedKeys { address, pgp, encrypts: true, smime: None });
        self
    }

    /// The one fault it has.
    fn fault(&self) -> String {
        let found = faults(&self.config, now());
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0].clone()
    }
}

#[test]
fn a_desk_without_keys_or_with_good_ones_has_no_fault() {
    assert_eq!(faults(&config::embedded(), now()), Vec::<String>::new());
    assert_eq!(weaknesses(&config::embedded()), Vec::<String>::new());
    let gpg = Gnupg::new();
    gpg.key(DESK, "never");
    gpg.key(KABID, "never");
    let mut office = Office::new().with_key(&gpg.secret(DESK), 0o600).pinning(KABID, gpg.public(KABID));
    office.config.settings.pgp.sign = true;
    office.config.settings.policy.approval.require_signature = true;
    assert_eq!(faults(&office.config, now()), Vec::<String>::new());
    assert_eq!(warnings(&office.config, now()), Vec::<String>::new());
    Keys::read(&office.config).expect("and it starts");
}

#[test]
fn a_key_that_cannot_be_used_is_a_fault_with_its_remedy() {
    let gpg = Gnupg::new();
    gpg.key(DESK, "never");
    let open = Office::new().with_key(&gpg.secret(DESK), 0o644);
    assert!(open.fault().contains("may be read by others (mode 644): run chmod 600"), "{}", open.fault());
    let public = Office::new().with_key(&gpg.public(DESK), 0o600);
    assert!(
        public.fault().contains("holds no secret key; export it with gpg --export-secret-keys"),
        "{}",
        public.fault()
    );
    assert!(Keys::read(&public.config).is_err(), "and nothing starts with it");
    let mut locked = Office::new().with_key(&gpg.secret(DESK), 0o600);
    locked.config.settings.pgp.passphrase = None;
    assert!(locked.fault().contains("cannot be unlocked; write its passphrase"), "{}", locked.fault());
    let damaged = Office::new().pinning(KABID, b"-----BEGIN PGP PUBLIC KEY BLOCK-----".to_vec());
    assert!(damaged.fault().contains("people.toml, kabid@csirt.example"), "{}", damaged.fault());
    gpg.key_of("lemah@csirt.example", ("rsa1024", "rsa1024"), "never");
    let weak = Office::new().pinning("lemah@csirt.example", gpg.public("lemah@csirt.example"));
    assert!(weak.fault().contains("is of a weak kind"), "{}", weak.fault());
    let mut keyless = Office::new();
    keyless.config.settings.policy.approval.require_signature = true;
    assert!(keyless.fault().contains("nobody can approve"), "{}", keyless.fault());
}

#[test]
fn a_key_that_has_ended_or_soon_will_is_said() {
    let gpg = Gnupg::new();
    gpg.key(DESK, "20261110T000000");
    gpg.key(KABID, "20261210T000000");
    let office = Office::new().with_key(&gpg.secret(DESK), 0o600).pinning(KABID, gpg.public(KABID));
    assert!(office.fault().contains("nobody can encrypt to it"), "{}", office.fault());
    let said = warnings(&office.config, now());
    assert!(said.iter().any(|warning| warning.contains("the desk's key ended on 2026-11-10")), "{said:#?}");
    assert!(
        said.iter().any(|warning| warning.contains("kabid@csirt.example: the OpenPGP key ends on 2026-12-10")),
        "{said:#?}"
    );
    // Long before, nothing is.
    let early = "2026-11-05T03:00:00Z".parse().expect("a time");
    assert!(warnings(&office.config, early).iter().all(|warning| warning.contains("the desk's key")));
}

#[test]
fn what_a_careful_office_should_know_is_among_the_weaknesses() {
    let gpg = Gnupg::new();
    gpg.key(DESK, "never");
    let mut office = Office::new().with_key(&gpg.secret(DESK), 0o600);
    let said = weaknesses(&office.config);
    assert!(said.iter().any(|weakness| weakness.contains("2 analysts without a pgp_key_file")), "{said:#?}");
    assert!(!said.iter().any(|weakness| weakness.contains("without a passphrase")), "{said:#?}");
    let rsa = Gnupg::new();
    rsa.key_of(DESK, ("rsa2048", "rsa2048"), "never");
    let measured = |office: &Office| weaknesses(&office.config).iter().any(|weakness| weakness.contains("by RSA"));
    assert!(!measured(&office) && measured(&Office::new().with_key(&rsa.secret(DESK), 0o600)));
    office.config.settings.pgp.passphrase = None;
    office.config.settings.policy.approval.require_signature = true;
    let said = weaknesses(&office.config);
    assert!(said.iter().any(|weakness| weakness.contains("without a passphrase")), "{said:#?}");
    assert!(
        said.iter().any(|weakness| weakness.contains("kabid@csirt.example, plh@csirt.example: they cannot")),
        "{said:#?}"
    );
}
