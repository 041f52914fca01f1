//! `siaga.toml`: what stands in it, and what is refused although it can be read.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use config::{File, FileFormat};
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::policy::{AnswerSection, ApprovalSection, CommandSection, SopSection, policy};
use crate::config::secret::SecretSource;
use crate::config::settings::{Imap, Intake, Log, Outbox, Probe, Protection, Settings, Smtp, Source, Transport};
use crate::config::trust::TrustSection;
use crate::config::values;
use crate::domain::desk::Desk;
use crate::domain::person::Address;

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
    trust: TrustSection,
    #[serde(default)]
    probe: Option<Probe>,
    command: CommandSection,
    approval: ApprovalSection,
    sop: SopSection,
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

/// What is refused although it can be read.
struct Checks<'a> {
    document: &'a Document,
    faults: &'a mut Vec<Fault>,
}

impl Checks<'_> {
    fn all(&mut self, file: &SettingsFile) {
        self.desk(&file.desk);
        self.intake(&file.intake);
        if file.intake.source == Source::Imap {
            self.imap(&file.imap);
        }
        if file.smtp.transport == Transport::Smtp {
            self.smtp(&file.smtp);
        }
        self.outbox(&file.outbox);
        for (place, message, remedy) in file.trust.faults() {
            self.refuse(true, place, message.to_owned(), remedy);
        }
        let level = &file.log.level;
        self.refuse(
            !["error", "warn", "info", "debug", "trace"].contains(&level.as_str()),
            "log.level",
            format!("`{level}` is no level"),
            "write error, warn, info, debug or trace",
        );
    }

    fn desk(&mut self, desk: &DeskSection) {
        let name_wrong = desk.name.trim().is_empty() || desk.name.chars().any(char::is_control);
        self.refuse(name_wrong, "desk.name", "the desk has no name".to_owned(), "write the team's name on one line");
        let prefix = &desk.ticket_prefix;
        self.refuse(
            prefix.is_empty() || prefix.len() > 16 || !prefix.bytes().all(|byte| byte.is_ascii_uppercase()),
            "desk.ticket_prefix",
            format!("`{prefix}` is no ticket prefix"),
            "write 1 to 16 capital letters, e.g. \"CIAMIS\"",
        );
    }

    fn intake(&mut self, intake: &Intake) {
        for (place, size) in [("intake.spool_max", intake.spool_max), ("intake.parse_max", intake.parse_max)] {
            let message = format!("{size} bytes hold no mail");
            self.refuse(size < SIZE_MIN, place, message, "write it with its unit, e.g. \"25MiB\"");
        }
        self.refuse(
            !(1..=100).contains(&intake.attempts_max),
            "intake.attempts_max",
            format!("{} readings are not possible", intake.attempts_max),
            "write a number from 1 to 100",
        );
    }

    fn imap(&mut self, imap: &ImapSection) {
        self.server("imap", &imap.host, imap.port, imap.ca_file.as_ref());
        let nobody = imap.user.is_empty();
        self.refuse(nobody, "imap.user", "the mailbox has no user".to_owned(), "write the name it is opened with");
        let folders = [
            ("imap.inbox", &imap.inbox),
            ("imap.processed", &imap.processed),
            ("imap.held", &imap.held),
            ("imap.oversize", &imap.oversize),
        ];
        for (at, (place, folder)) in folders.iter().enumerate() {
            let known = |byte: u8| (b' '..=b'~').contains(&byte) && !b"\"\\&%*".contains(&byte);
            self.refuse(
                folder.is_empty() || !folder.bytes().all(known),
                place,
                format!("`{folder}` is no folder name every server knows"),
                "use letters, digits, dots and dashes only",
            );
            // Mail that is put back where it came from would be taken in for ever.
            self.refuse(
                folders[..at].iter().any(|(_, other)| other.eq_ignore_ascii_case(folder)),
                place,
                format!("the folder `{folder}` has two purposes"),
                "give each purpose a folder of its own",
            );
        }
        // RFC 2177: servers end an IDLE after 30 minutes.
        self.duration("imap.idle_wait", imap.idle_wait, SHORTEST..=Duration::from_secs(29 * 60));
        self.duration("imap.poll_without_idle", imap.poll_without_idle, SHORTEST..=HOUR);
        self.duration("imap.poll_with_idle", imap.poll_with_idle, SHORTEST..=HOUR);
        self.one_secret("imap", &imap.password_file, &imap.credential, &imap.token_command, true);
    }

    fn smtp(&mut self, smtp: &SmtpSection) {
        self.server("smtp", &smtp.host, smtp.port, smtp.ca_file.as_ref());
        self.refuse(
            !(1..=16).contains(&smtp.connections),
            "smtp.connections",
            format!("{} connections cannot be kept", smtp.connections),
            "write a number from 1 to 16",
        );
        let needed = !smtp.user.is_empty();
        self.one_secret("smtp", &smtp.password_file, &smtp.credential, &smtp.token_command, needed);
    }

    fn outbox(&mut self, outbox: &Outbox) {
        let none = outbox.retry.is_empty();
        let remedy = "write at least one, e.g. [\"1m\", \"5m\"]";
        self.refuse(none, "outbox.retry", "there is no pause".to_owned(), remedy);
        for (index, pause) in outbox.retry.iter().enumerate() {
            self.duration(&format!("outbox.retry.{index}"), *pause, SHORTEST..=24 * HOUR);
        }
        self.duration("outbox.give_up_after", outbox.give_up_after, Duration::from_secs(1)..=30 * 24 * HOUR);
    }

    fn server(&mut self, section: &str, host: &str, port: u16, ca_file: Option<&PathBuf>) {
        let host_wrong = host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/' || c == ':');
        self.refuse(
            host_wrong && host.parse::<std::net::Ipv6Addr>().is_err(),
            &format!("{section}.host"),
            format!("`{host}` is no server"),
            "write its name alone, e.g. \"mail.kantor.example\"",
        );
        let message = "no server listens on port 0".to_owned();
        self.refuse(port == 0, &format!("{section}.port"), message, "write the server's port");
        self.refuse(
            ca_file.is_some_and(|path| path.as_os_str().is_empty()),
            &format!("{section}.ca_file"),
            "the path is empty".to_owned(),
            "write the path, or leave the key out",
        );
    }

    /// A user needs a secret, and never two of them.
    fn one_secret(
        &mut self,
        section: &str,
        file: &Option<PathBuf>,
        credential: &Option<String>,
        command: &Option<Vec<String>>,
        needed: bool,
    ) {
        let named = [file.is_some(), credential.is_some(), command.is_some()];
        let remedy = "name exactly one of password_file, credential and token_command";
        let count = named.iter().filter(|named| **named).count();
        self.refuse(needed && count == 0, section, format!("[{section}] has no secret"), remedy);
        self.refuse(count > 1, section, format!("[{section}] has {count} secrets"), remedy);
        self.refuse(
            command.as_ref().is_some_and(Vec::is_empty),
            &format!("{section}.token_command"),
            "the command is empty".to_owned(),
            "write the program and its arguments: [\"/usr/local/bin/token\"]",
        );
    }

    fn duration(&mut self, place: &str, duration: Duration, range: RangeInclusive<Duration>) {
        let (least, most) = (shown(*range.start()), shown(*range.end()));
        let message = format!("`{place}`: {} is out of bounds", shown(duration));
        self.refuse(!range.contains(&duration), place, message, &format!("write a time from {least} to {most}"));
    }

    fn refuse(&mut self, wrong: bool, place: &str, message: String, remedy: &str) {
        if wrong {
            self.faults.push(self.document.fault(place, message, remedy));
        }
    }
}

const HOUR: Duration = Duration::from_secs(3600);
/// A shorter wait is none: the loop would turn without end.
const SHORTEST: Duration = Duration::from_millis(10);
/// A smaller limit is one that was written without its unit.
const SIZE_MIN: u64 = 1024;

fn shown(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

impl SettingsFile {
    fn settled(self) -> Settings {
        let SettingsFile { desk, data, intake, imap, smtp, outbox, answer, trust, probe, command, approval, sop, log } =
            self;
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
            command: command.settled(&trust),
            trust: trust.settled(),
            probe,
            policy: policy(&approval, &sop),
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
