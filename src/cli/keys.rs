//! Keys of configuration and `people.toml` → what opens, checks, signs and encrypts mail; and what is
//! wrong with them.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use crate::cms_signed;
use crate::config::{Config, Pgp, SecretSource, read_secret};
use crate::daemon::protecting::Protecting;
use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::protection::{KeyFile, PinnedKeys};
use crate::mail::opener::{Opener, Pin};
use crate::openpgp::{DeskKey, PublicKey};

/// How long before its end a key is warned of.
const SOON: TimeDelta = TimeDelta::days(30);

/// Every key of a desk, read.
#[derive(Debug, Default)]
pub struct Keys {
    desk: Option<Arc<DeskKey>>,
    pins: Vec<Pin>,
    readers: Vec<Pin>,
    sign: bool,
}

impl Keys {
    /// Reads the keys a configuration names.
    ///
    /// # Errors
    /// If one of them cannot be read or used at all.
    pub fn read(config: &Config) -> Result<Keys> {
        let desk = desk_key(&config.settings.pgp)?.map(Arc::new);
        Keys { desk, sign: config.settings.pgp.sign, ..Keys::default() }.with_pins(config)
    }

    /// The same without the desk's own key, which only the user that runs Siaga may read.
    ///
    /// # Errors
    /// If a pinned key cannot be read.
    pub fn pinned_only(config: &Config) -> Result<Keys> {
        Keys::default().with_pins(config)
    }

    fn with_pins(self, config: &Config) -> Result<Keys> {
        let pins = &config.people.pinned;
        let of = |keys: &PinnedKeys| pin(keys).with_context(|| format!("people.toml, {}", keys.address));
        let readers = pins.iter().filter(|keys| keys.encrypts && keys.pgp.is_some());
        Ok(Keys {
            pins: pins.iter().map(of).collect::<Result<_>>()?,
            readers: readers.map(of).collect::<Result<_>>()?,
            ..self
        })
    }

    /// What opens incoming mail, and what signs and encrypts outgoing mail.
    pub fn split(self) -> (Opener, Protecting) {
        let readers = self.readers.into_iter().filter_map(|pin| Some((pin.address, pin.pgp?)));
        let signer = self.desk.clone().filter(|_| self.sign);
        (Opener::new(self.desk, self.pins), Protecting::new(signer, readers.collect()))
    }
}

fn pin(keys: &PinnedKeys) -> Result<Pin> {
    let pgp = keys.pgp.as_ref().map(public_key).transpose()?;
    let smime = keys.smime.as_ref().map(|file| Digest::of(&file.bytes));
    Ok(Pin { address: keys.address.clone(), pgp, smime })
}

fn public_key(file: &KeyFile) -> Result<PublicKey> {
    PublicKey::read(&file.bytes).map_err(|fault| anyhow!("{} {fault}", file.path))
}

fn desk_key(pgp: &Pgp) -> Result<Option<DeskKey>> {
    let Some(source) = &pgp.key else { return Ok(None) };
    let secret = read_secret(source).context("[pgp]")?;
    let passphrase = match &pgp.passphrase {
        Some(source) => read_secret(source).context("[pgp]")?,
        None => SecretString::from(String::new()),
    };
    let key = DeskKey::read(secret.expose_secret().as_bytes(), passphrase.expose_secret());
    key.map(Some).map_err(|fault| anyhow!("[pgp] the key in {} {fault}", place(source)))
}

fn place(source: &SecretSource) -> String {
    match source {
        SecretSource::File(path) => path.display().to_string(),
        SecretSource::Credential(name) => format!("the credential {name}"),
        SecretSource::TokenCommand(_) => "a command".to_owned(),
    }
}

/// What is wrong with the keys: none of it works.
pub fn faults(config: &Config, now: Time) -> Vec<String> {
    let mut faults = Vec::new();
    match desk_key(&config.settings.pgp) {
        Ok(Some(key)) if !key.public().can_encrypt(now) => {
            faults.push(
                "[pgp] the desk's key has expired, was revoked or has no part for encryption: nobody can encrypt to it; \
                 renew it with gpg --quick-set-expire, or make a new one"
                    .to_owned(),
            );
        }
        Ok(Some(key)) if config.settings.pgp.sign && !key.can_sign(now) => {
            faults.push(
                "[pgp] sign = true, and the desk's key cannot sign: everything leaves unsigned; renew the key, or write \
                 sign = false"
                    .to_owned(),
            );
        }
        Ok(Some(_) | None) => {}
        Err(error) => faults.push(format!("{error:#}")),
    }
    for keys in &config.people.pinned {
        if let Err(error) = pin(keys) {
            faults.push(format!("people.toml, {}: {error:#}", keys.address));
        }
    }
    faults.extend(nobody_may_approve(config));
    faults.extend(nobody_can_read(config, now));
    faults
}

/// Analysts of whom none gets his mail, because nothing can be encrypted to any of them.
fn nobody_can_read(config: &Config, now: Time) -> Option<String> {
    let waits = |person: &crate::domain::person::Person| {
        let his = config.people.pinned.iter().find(|keys| keys.encrypts && keys.address.same_mailbox(&person.address));
        let key = his.and_then(|keys| keys.pgp.as_ref()).and_then(|file| PublicKey::read(&file.bytes).ok());
        key.is_some_and(|key| !key.can_encrypt(now))
    };
    let analysts = &config.people.analysts;
    (!analysts.is_empty() && analysts.iter().all(waits)).then(|| {
        "people.toml: no analyst gets any mail but the alarm about it: nothing can be encrypted to the OpenPGP key of \
         any of them; name renewed keys, or write pgp_encrypt = false"
            .to_owned()
    })
}

/// `approval.require_signature` where no signature could count.
fn nobody_may_approve(config: &Config) -> Option<String> {
    let has_key = |address: &crate::domain::person::Address| {
        config.people.pinned.iter().any(|keys| keys.address.same_mailbox(address))
    };
    let kabid = config.people.kabid.as_ref().is_some_and(|kabid| has_key(&kabid.address));
    let deputy = config.people.deputies.iter().any(|deputy| has_key(&deputy.person.address));
    (config.settings.policy.approval.require_signature && !kabid && !deputy).then(|| {
        "[approval] require_signature = true, and no key is pinned for the Kabid or a deputy: nobody can approve; name \
         pgp_key_file or smime_certificate_file in people.toml"
            .to_owned()
    })
}

/// Keys that do not do what was meant, or soon will not.
pub fn warnings(config: &Config, now: Time) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Ok(Some(key)) = desk_key(&config.settings.pgp) {
        warnings.extend(ending("[pgp] the desk's key", key.public().ends_at(), config, now));
    }
    for keys in &config.people.pinned {
        let address = &keys.address;
        if let Some(key) = keys.pgp.as_ref().and_then(|file| PublicKey::read(&file.bytes).ok()) {
            warnings.extend(ending(&format!("people.toml, {address}: the OpenPGP key"), key.ends_at(), config, now));
            if keys.encrypts && !key.can_encrypt(now) {
                warnings.push(format!(
                    "people.toml, {address}: nothing can be encrypted to the OpenPGP key, so mail to that address waits; \
                     name a key that can be, or write pgp_encrypt = false"
                ));
            }
        }
        if let Some(file) = &keys.smime {
            let until = cms_signed::validity(&file.bytes).map(|(_, until)| until);
            warnings.extend(ending(&format!("people.toml, {address}: the S/MIME certificate"), until, config, now));
        }
    }
    warnings
}

fn ending(whose: &str, until: Option<Time>, config: &Config, now: Time) -> Option<String> {
    let until = until.filter(|until| *until <= now + SOON)?;
    let day = config.calendar.local(until).format("%Y-%m-%d");
    let word = if until <= now { "ended on" } else { "ends on" };
    Some(format!("{whose} {word} {day}; put a renewed one in its place and start Siaga again"))
}

/// What present keys allow that stricter ones would not.
pub fn weaknesses(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    let settings = &config.settings;
    let encrypts = |address: &crate::domain::person::Address| {
        config
            .people
            .pinned
            .iter()
            .any(|keys| keys.encrypts && keys.pgp.is_some() && keys.address.same_mailbox(address))
    };
    let in_clear = config.people.analysts.iter().filter(|person| !encrypts(&person.address)).count();
    if settings.pgp.key.is_some() && in_clear > 0 {
        found.push(format!(
            "[pgp] opens what comes encrypted, and {in_clear} analysts without a pgp_key_file in people.toml get its \
             content by mail in clear. Pin their keys."
        ));
    }
    let named = config.people.kabid.iter().chain(config.people.deputies.iter().map(|deputy| &deputy.person));
    let keyless: Vec<String> = named
        .filter(|person| !config.people.pinned.iter().any(|keys| keys.address.same_mailbox(&person.address)))
        .map(|person| person.address.to_string())
        .collect();
    if settings.policy.approval.require_signature && !keyless.is_empty() {
        found.push(format!(
            "[approval] require_signature = true, and no key is pinned for {}: they cannot approve.",
            keyless.join(", ")
        ));
    }
    if desk_key(&settings.pgp).is_ok_and(|key| key.is_some_and(|key| key.public().decrypts_by_rsa())) {
        found.push(
            "[pgp] the desk's key decrypts by RSA, in a time from which somebody who sends very many mails and measures \
             each could learn of it (RUSTSEC-2023-0071). A key of Curve25519 does not; see the README."
                .to_owned(),
        );
    }
    if settings.pgp.key.as_ref().is_some_and(|key| matches!(key, SecretSource::File(_)))
        && settings.pgp.passphrase.is_none()
    {
        found.push(
            "[pgp] key_file without a passphrase: whoever gets hold of that file, in a backup for example, opens \
             everything that was ever encrypted to the desk."
                .to_owned(),
        );
    }
    found
}
