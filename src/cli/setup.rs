//! Configuration → the parts of a desk at work: the only place where they are put together.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cli::keys::Keys;
use crate::cli::template_fault;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Fault, Probe, Protection, SecretSource, read_secret};
use crate::daemon::dns::Dns;
use crate::daemon::scanner::Scanner;
use crate::domain::Time;
use crate::domain::evidence::TrustRules;
use crate::domain::message_id::MessageIdKey;
use crate::engine::{self, Engine, Retries};
use crate::mail::connect::{Endpoint, Login, Secret, Security};
use crate::mail::imap::ImapSettings;
use crate::mail::opener::Opener;
use crate::mail::smtp::SmtpSettings;
use crate::store::blobs::Blobs;
use crate::store::{Store, meta};
use crate::templates::Templates;

/// A desk's configuration, and where its templates lie.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) config: Config,
    /// `None` for the templates inside the program.
    templates: Option<PathBuf>,
}

impl Home {
    /// Reads the configuration in `folder`.
    pub(super) fn load(folder: &Path, templates: PathBuf) -> Result<Home> {
        let config = config::load(folder).map_err(|faults| refuse(&faults))?;
        Ok(Home { config, templates: Some(templates) })
    }

    /// The shipped configuration and templates.
    pub(super) fn embedded() -> Home {
        Home { config: config::embedded(), templates: None }
    }

    /// The templates.
    pub(super) fn load_templates(&self) -> Result<Templates> {
        let (desk, zone) = (self.config.settings.desk.clone(), self.config.calendar.zone());
        let loaded = match &self.templates {
            Some(folder) => Templates::load(folder, desk, zone),
            None => Templates::embedded(desk, zone),
        };
        loaded.map_err(|faults| {
            let said: Vec<String> = faults.iter().flat_map(|fault| template_fault::sentences(fault)).collect();
            anyhow::anyhow!("the templates are faulty:\n{}", said.join("\n"))
        })
    }

    /// The file an administrator changes a mail text in, by its name below `mail/`; where there is
    /// none, the text inside the program is used.
    pub(super) fn template_file(&self, name: &str) -> Option<PathBuf> {
        self.templates.as_ref().map(|folder| folder.join("mail").join(name))
    }

    /// Where everything is kept.
    pub(super) fn data(&self) -> &Path {
        &self.config.settings.data
    }

    /// The database, for looking.
    pub(super) fn store(&self) -> Result<Store> {
        let path = self.database();
        let folder = std::path::absolute(self.data()).unwrap_or(self.data().to_owned());
        ensure!(path.exists(), "there is no desk in {} yet; start `siaga serve` once", folder.display());
        Store::open_to_read(&path)
    }

    /// The desk that serves, made on the first start.
    pub(super) fn start(&self, now: Time) -> Result<Engine> {
        let key = self.key()?;
        let files = Some(self.blobs()?);
        Engine::start(
            Store::open(&self.database())?,
            engine::Context { files, ..self.context(key, self.load_templates()?) },
            now,
        )
    }

    /// The desk beside the one that serves. There must be one: a second desk made by mistake in
    /// another folder would take mail in that nobody ever answers.
    pub(super) fn engine(&self) -> Result<Engine> {
        let path = self.database();
        if !path.exists() {
            let folder = std::path::absolute(self.data()).unwrap_or(self.data().to_owned());
            bail!(
                "there is no desk in {}; start `siaga serve` once, or name its folder in [data] dir or SIAGA__DATA__DIR",
                folder.display()
            );
        }
        let key = self.key()?;
        let files = Some(self.blobs()?);
        Engine::open(Store::open(&path)?, engine::Context { files, ..self.context(key, self.load_templates()?) })
    }

    /// The key of our Message-IDs, made where there is none.
    pub(super) fn key(&self) -> Result<MessageIdKey> {
        make_data_folder(self.data())?;
        read_or_make_key(&self.data().join("message-id.key"))
    }

    /// A desk on a copy in memory: what is tried there leaves no trace.
    pub(super) fn engine_to_try_on(&self) -> Result<(Engine, Time)> {
        let now = SystemClock.now();
        let path = self.database();
        let key_file = self.data().join("message-id.key");
        let (store, key) = if path.exists() && key_file.exists() {
            (Store::copy_of(&path)?, read_key(&key_file)?)
        } else {
            (Store::in_memory()?, MessageIdKey::new([0; 32]))
        };
        Ok((Engine::open(store, self.context(key, Templates::none(self.config.settings.desk.clone())))?, now))
    }

    /// Whom this desk believes about senders: its provider's results only once it was proved that
    /// the provider removes forged ones.
    pub(super) fn trust(&self, store: &Store) -> Result<TrustRules> {
        let mut rules = self.config.settings.trust.clone();
        rules.use_results &= meta::results_proved(store.db(), &rules.authserv_id)?;
        Ok(rules)
    }

    /// Who is asked for the keys of mail domains; nobody, where no signature is checked.
    pub(super) fn dns(&self) -> Result<Dns> {
        if self.config.settings.trust.dkim { Dns::of_system() } else { Ok(Dns::none()) }
    }

    /// What opens and checks mail, as far as whoever asks may read the keys.
    pub(super) fn opener_to_try_with(&self) -> Result<Opener> {
        let keys = match Keys::read(&self.config) {
            Ok(keys) => keys,
            Err(error) => {
                eprintln!("siaga: encrypted mail is not opened: {error:#}");
                Keys::pinned_only(&self.config)?
            }
        };
        Ok(keys.split().0)
    }

    /// Raw messages and evidence.
    pub(super) fn blobs(&self) -> Result<Blobs> {
        Blobs::open(self.data())
    }

    /// The right to be the one process that serves; held until the file is dropped.
    pub(super) fn lock(&self) -> Result<File> {
        make_data_folder(self.data())?;
        let path = self.data().join("siaga.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => {
                bail!("another Siaga serves {} already; stop it first", self.data().display())
            }
            Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", path.display())),
        }
    }

    /// Everything a decision needs besides the database.
    pub(super) fn context(&self, key: MessageIdKey, templates: Templates) -> engine::Context {
        let settings = &self.config.settings;
        engine::Context {
            desk: settings.desk.clone(),
            rules: self.config.rules(),
            caps: settings.caps,
            limits: settings.limits,
            form_senders: settings.intake.form_senders.clone(),
            images_max: settings.images_max,
            command: settings.command,
            schedules: settings.schedules.clone(),
            retention: settings.retention,
            templates,
            key,
            entropy: system_entropy,
            files: None,
            retries: Retries { pauses: settings.outbox.retry.clone(), give_up_after: settings.outbox.give_up_after },
            cutoff: settings.intake.cutoff,
            attempts_max: settings.intake.attempts_max,
        }
    }

    /// How the mailbox is reached.
    pub(super) fn imap(&self) -> Result<ImapSettings> {
        let imap = &self.config.settings.imap;
        Ok(ImapSettings {
            endpoint: Endpoint {
                host: imap.host.clone(),
                port: imap.port,
                security: security(imap.security),
                ca_file: imap.ca_file.clone(),
            },
            login: Login { user: imap.user.clone(), secret: secret(&imap.secret).context("[imap]")? },
            inbox: imap.inbox.clone(),
            processed: imap.processed.clone(),
            held: imap.held.clone(),
            oversize: imap.oversize.clone(),
            junk: Some(imap.junk_folder.clone()).filter(|folder| !folder.is_empty()),
            idle_wait: imap.idle_wait,
            poll_without_idle: imap.poll_without_idle,
            poll_with_idle: imap.poll_with_idle,
        })
    }

    /// How mail is handed over.
    pub(super) fn smtp(&self) -> Result<SmtpSettings> {
        let smtp = &self.config.settings.smtp;
        let login = match &smtp.secret {
            Some(source) if !smtp.user.is_empty() => {
                Some(Login { user: smtp.user.clone(), secret: secret(source).context("[smtp]")? })
            }
            Some(_) | None => None,
        };
        Ok(SmtpSettings {
            endpoint: Endpoint {
                host: smtp.host.clone(),
                port: smtp.port,
                security: security(smtp.security),
                ca_file: smtp.ca_file.clone(),
            },
            login,
            hello_name: None,
        })
    }

    /// Who looks for malware, if anybody does.
    pub(super) fn scanner(&self) -> Option<Scanner> {
        self.config.settings.scanner.clone().map(Scanner::new)
    }

    /// How the second account hands mail over.
    pub(super) fn probe(&self, probe: &Probe) -> Result<SmtpSettings> {
        let password = secret(&SecretSource::File(probe.password_file.clone())).context("[probe]")?;
        Ok(SmtpSettings {
            endpoint: Endpoint {
                host: probe.host.clone(),
                port: probe.port,
                security: security(probe.security),
                ca_file: self.config.settings.smtp.ca_file.clone(),
            },
            login: (!probe.user.is_empty()).then(|| Login { user: probe.user.clone(), secret: password }),
            hello_name: None,
        })
    }

    /// The database, for a note of the operator's beside the desk that serves.
    pub(super) fn store_to_note_in(&self) -> Result<Store> {
        self.store()?;
        Store::open(&self.database())
    }

    fn database(&self) -> PathBuf {
        self.data().join("siaga.db")
    }
}

/// Every fault of a configuration as one error.
fn refuse(faults: &[Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("the configuration is faulty:\n{}", lines.join("\n"))
}

fn security(protection: Protection) -> Security {
    match protection {
        Protection::Tls => Security::Tls,
        Protection::Starttls => Security::StartTls,
        Protection::Plain => Security::Plain,
    }
}

fn secret(source: &SecretSource) -> Result<Secret> {
    match source {
        SecretSource::TokenCommand(command) => Ok(Secret::TokenCommand(command.clone())),
        SecretSource::File(_) | SecretSource::Credential(_) => Ok(Secret::Password(read_secret(source)?)),
    }
}

/// Bits nobody can guess.
fn system_entropy() -> Result<[u8; 5]> {
    let mut bits = [0; 5];
    getrandom::fill(&mut bits).context("get random bits for a one-time code")?;
    Ok(bits)
}

fn make_data_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("make the data folder {}", path.display()))
}

/// The key of our Message-IDs, made on the first start. Without it, replies to earlier mails are
/// recognised only by the ids they name.
fn read_or_make_key(path: &Path) -> Result<MessageIdKey> {
    if !path.exists() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("get random bytes for the key of our Message-IDs")?;
        let shown = path.display();
        let unfinished = path.with_extension("unfinished");
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
        let mut file = file.with_context(|| format!("make {shown}"))?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).with_context(|| format!("write {shown}"))?;
        fs::rename(&unfinished, path).with_context(|| format!("name {shown}"))?;
    }
    read_key(path)
}

fn read_key(path: &Path) -> Result<MessageIdKey> {
    let shown = path.display();
    let mode = fs::metadata(path).with_context(|| format!("read {shown}"))?.permissions().mode();
    ensure!(mode & 0o077 == 0, "{shown} may be read by others (mode {:o}): run chmod 600 {shown}", mode & 0o777);
    let bytes = fs::read(path).with_context(|| format!("read {shown}"))?;
    let bytes = bytes.try_into().map_err(|_| anyhow::anyhow!("{shown} is damaged: restore it from a backup"))?;
    Ok(MessageIdKey::new(bytes))
}
