//! `siaga.toml`: what stands in it.

mod checks;

use std::path::PathBuf;
use std::time::Duration;

use config::{File, FileFormat};
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::limits::{AnswerSection, LimitsSection, NoticeSection};
use crate::config::pgp::PgpSection;
use crate::config::policy::{ApprovalSection, CommandSection, DigestSection, SopSection, policy};
use crate::config::retention::RetentionSection;
use crate::config::scanner::ScannerSettings;
use crate::config::secret::SecretSource;
use crate::config::settings::{Imap, Intake, Log, Outbox, Probe, Protection, Settings, Smtp, Transport};
use crate::config::siaga::checks::Checks;
use crate::config::trust::TrustSection;
use crate::config::values;
use crate::domain::desk::Desk;
use crate::domain::person::Address;
use crate::domain::schedule::Schedules;

/// Reads the settings: the file alone, each variable above it by itself, then all together.
pub(super) fn read(document: &Document, faults: &mut Vec<Fault>) -> Option<Settings> {
    let before = faults.len();
    let alone: SettingsFile = document.read(faults)?;
    for one in document.overrides() {
        let secret = ["password", "secret", "token"].iter().any(|word| one.place.ends_with(&format!(".{word}")));
        if secret {
            let message = "a secret in the environment can be read by others".to_owned();
            let remedy = "write it into a file and name that file in SIAGA__SECTION__PASSWORD_FILE";
            faults.push(document.fault(&one.place, message, remedy));
        } else {
            faults.extend(document.fault_of::<SettingsFile>(one));
        }
    }
    if faults.len() > before {
        return None;
    }
    let file = if document.overrides().is_empty() { alone } else { layered(document, faults)? };
    Checks { document, faults }.all(&file);
    (faults.len() == before).then(|| file.settled())
}

/// The file with all variables above it.
fn layered(document: &Document, faults: &mut Vec<Fault>) -> Option<SettingsFile> {
    let mut layers = config::Config::builder().add_source(File::from_str(document.text(), FileFormat::Toml));
    for one in document.overrides() {
        // As text: a reader that guesses types turns the text 007 into the number 7.
        layers = match layers.set_override(&one.place, one.value.as_str()) {
            Ok(layers) => layers,
            Err(error) => {
                faults.push(document.fault(&one.place, error.to_string(), "unset it"));
                return None;
            }
        };
    }
    match layers.build().and_then(config::Config::try_deserialize) {
        Ok(file) => Some(file),
        Err(error) => {
            let remedy = "set fewer of the SIAGA__SECTION__KEY variables";
            faults.push(document.fault("", format!("with the environment: {error}"), remedy));
            None
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    desk: DeskSection,
    data: DataSection,
    intake: Intake,
    imap: ImapSection,
    smtp: SmtpSection,
    outbox: Outbox,
    answer: AnswerSection,
    limits: LimitsSection,
    notice: NoticeSection,
    trust: TrustSection,
    #[serde(default)]
    pgp: PgpSection,
    #[serde(default)]
    probe: Option<Probe>,
    #[serde(default)]
    scanner: Option<ScannerSettings>,
    command: CommandSection,
    approval: ApprovalSection,
    sop: SopSection,
    digest: DigestSection,
    retention: RetentionSection,
    log: Log,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskSection {
    name: String,
    unit: String,
    office: String,
    address: Address,
    aliases: Vec<Address>,
    website: String,
    ticket_prefix: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DataSection {
    dir: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImapSection {
    host: String,
    port: u16,
    security: Protection,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    user: String,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    token_command: Option<Vec<String>>,
    inbox: String,
    processed: String,
    held: String,
    oversize: String,
    junk_folder: String,
    #[serde(deserialize_with = "values::duration")]
    idle_wait: Duration,
    #[serde(deserialize_with = "values::duration")]
    poll_without_idle: Duration,
    #[serde(deserialize_with = "values::duration")]
    poll_with_idle: Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpSection {
    transport: Transport,
    maildir: PathBuf,
    host: String,
    port: u16,
    security: Protection,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    user: String,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    token_command: Option<Vec<String>>,
    connections: usize,
}

impl SettingsFile {
    fn settled(self) -> Settings {
        let SettingsFile {
            desk,
            data,
            intake,
            imap,
            smtp,
            outbox,
            answer,
            limits,
            notice,
            trust,
            pgp,
            probe,
            scanner,
            command,
            approval,
            sop,
            digest,
            retention,
            log,
        } = self;
        Settings {
            desk: Desk {
                name: desk.name,
                unit: desk.unit,
                office: desk.office,
                address: desk.address,
                aliases: desk.aliases,
                website: desk.website,
                ticket_prefix: desk.ticket_prefix,
            },
            data: data.dir,
            intake,
            imap: imap.settled(),
            smtp: smtp.settled(),
            outbox,
            caps: answer.settled(),
            limits: limits.settled(),
            images_max: notice.images_max,
            command: command.settled(&trust, &approval, limits.proofs_hour()),
            trust: trust.settled(),
            pgp: pgp.settled(),
            probe,
            scanner,
            policy: policy(&approval, &sop),
            schedules: Schedules { retention: retention.schedule(), ..digest.settled() },
            retention: retention.settled(),
            signing_authorities: approval.authorities().unwrap_or_default(),
            log,
        }
    }
}

impl ImapSection {
    fn settled(self) -> Imap {
        Imap {
            // A mailbox that is a Maildir needs none; then nobody asks for it.
            secret: secret(self.password_file, self.credential, self.token_command)
                .unwrap_or(SecretSource::Credential("imap-password".to_owned())),
            host: self.host,
            port: self.port,
            security: self.security,
            ca_file: self.ca_file,
            user: self.user,
            inbox: self.inbox,
            processed: self.processed,
            held: self.held,
            oversize: self.oversize,
            junk_folder: self.junk_folder,
            idle_wait: self.idle_wait,
            poll_without_idle: self.poll_without_idle,
            poll_with_idle: self.poll_with_idle,
        }
    }
}

impl SmtpSection {
    fn settled(self) -> Smtp {
        Smtp {
            secret: secret(self.password_file, self.credential, self.token_command),
            transport: self.transport,
            maildir: self.maildir,
            host: self.host,
            port: self.port,
            security: self.security,
            ca_file: self.ca_file,
            user: self.user,
            connections: self.connections,
        }
    }
}

fn secret(file: Option<PathBuf>, credential: Option<String>, command: Option<Vec<String>>) -> Option<SecretSource> {
    let file = file.map(SecretSource::File);
    file.or(credential.map(SecretSource::Credential)).or(command.map(SecretSource::TokenCommand))
}
