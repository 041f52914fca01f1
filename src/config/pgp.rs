//! `[pgp]` of `siaga.toml`: the desk's own key.

use std::path::PathBuf;

use serde::Deserialize;

use crate::config::secret::SecretSource;
use crate::config::settings::Pgp;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PgpSection {
    #[serde(default)]
    key_file: Option<PathBuf>,
    #[serde(default)]
    key_credential: Option<String>,
    #[serde(default)]
    passphrase_file: Option<PathBuf>,
    #[serde(default)]
    passphrase_credential: Option<String>,
    #[serde(default)]
    sign: bool,
}

impl PgpSection {
    /// What cannot be meant: where, why, and what to write.
    pub(super) fn faults(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut faults = Vec::new();
        if self.key_file.is_some() && self.key_credential.is_some() {
            faults.push(("pgp.key_credential", "[pgp] has two keys", "name one of key_file and key_credential"));
        }
        if self.passphrase_file.is_some() && self.passphrase_credential.is_some() {
            let remedy = "name one of passphrase_file and passphrase_credential";
            faults.push(("pgp.passphrase_credential", "[pgp] has two passphrases", remedy));
        }
        let has_key = self.key_file.is_some() || self.key_credential.is_some();
        if !has_key && (self.passphrase_file.is_some() || self.passphrase_credential.is_some()) {
            let remedy = "name the key in key_file or key_credential";
            faults.push(("pgp", "[pgp] has a passphrase and no key", remedy));
        }
        if !has_key && self.sign {
            let remedy = "name the key in key_file or key_credential, or write sign = false";
            faults.push(("pgp.sign", "nothing can be signed without a key", remedy));
        }
        faults
    }

    pub(super) fn settled(self) -> Pgp {
        let source = |file: Option<PathBuf>, credential: Option<String>| {
            file.map(SecretSource::File).or(credential.map(SecretSource::Credential))
        };
        Pgp {
            key: source(self.key_file, self.key_credential),
            passphrase: source(self.passphrase_file, self.passphrase_credential),
            sign: self.sign,
        }
    }
}
