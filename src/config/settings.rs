//! `siaga.toml`: mailbox, SMTP, paths and intervals.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::fault::Fault;
use crate::config::policy::{ApprovalSection, CommandSection, SopSection, policy};
use crate::config::secret::SecretSource;
use crate::config::values;
use crate::domain::Time;
use crate::domain::answer::Caps;
use crate::domain::authority::CommandPolicy;
use crate::domain::desk::Desk;
use crate::domain::person::Address;
use crate::domain::workflow::Policy;

/// The settings of the program.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we are.
    pub desk: Desk,
    /// Where everything is kept.
    pub data: PathBuf,
    /// How mail is taken in.
    pub intake: Intake,
    /// The mailbox.
    pub imap: Imap,
    /// The way out.
    pub smtp: Smtp,
    /// How outgoing mail is retried.
    pub outbox: Outbox,
    /// Whom we may acknowledge, and how often.
    pub caps: Caps,
    /// How commands in replies are taken.
    pub command: CommandPolicy,
    /// How the Kabid approves, and what happens beside the straight line of the SOP.
    pub policy: Policy,
    /// What is logged, and how.
    pub log: Log,
}

/// Where mail comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An IMAP server.
    Imap,
    /// A Maildir on this machine.
    Maildir,
}

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// An SMTP server.
    Smtp,
    /// A Maildir on this machine.
    Maildir,
}

/// Protection of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, or no connection.
    Starttls,
    /// None: loopback only.
    Plain,
}

/// `[intake]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Where mail comes from.
    pub source: Source,
    /// The Maildir, if mail comes from one.
    pub maildir: PathBuf,
    /// Mail that arrived before is filed and never answered; the first start, if not given.
    #[serde(default)]
    pub cutoff: Option<Time>,
    /// Larger messages are not fetched whole.
    #[serde(deserialize_with = "values::size")]
    pub spool_max: u64,
    /// Of larger messages only the headers are read.
    #[serde(deserialize_with = "values::size")]
    pub parse_max: u64,
    /// Readings of one message before it is put aside.
    pub attempts_max: u32,
}

/// `[imap]`
#[derive(Debug, Clone)]
pub struct Imap {
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Protection,
    /// The office's own CA.
    pub ca_file: Option<PathBuf>,
    /// User.
    pub user: String,
    /// What proves the user.
    pub secret: SecretSource,
    /// The folder that is the work list.
    pub inbox: String,
    /// Where taken mail goes.
    pub processed: String,
    /// Where held mail goes.
    pub held: String,
    /// Where mail that is too large goes.
    pub oversize: String,
    /// How long one IDLE lasts.
    pub idle_wait: Duration,
    /// How often to look where there is no IDLE.
    pub poll_without_idle: Duration,
    /// How often to look in spite of IDLE.
    pub poll_with_idle: Duration,
}

/// `[smtp]`
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Where mail goes.
    pub transport: Transport,
    /// The Maildir, if mail goes to one.
    pub maildir: PathBuf,
    /// Server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Protection,
    /// The office's own CA.
    pub ca_file: Option<PathBuf>,
    /// User; empty for a server that asks for none.
    pub user: String,
    /// What proves the user.
    pub secret: Option<SecretSource>,
    /// Connections kept open at the same time.
    pub connections: usize,
}

/// `[outbox]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Pauses after the first, second, … refused attempt; the last one repeats.
    #[serde(deserialize_with = "values::durations")]
    pub retry: Vec<Duration>,
    /// Age at which a mail is given up.
    #[serde(deserialize_with = "values::duration")]
    pub give_up_after: Duration,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// The least important level that is written: error, warn, info, debug or trace.
    pub level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsFile {
    desk: DeskSection,
    data: DataSection,
    intake: Intake,
    imap: ImapSection,
    smtp: SmtpSection,
    outbox: Outbox,
    answer: AnswerSection,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerSection {
    per_address_hour: u32,
    per_address_day: u32,
    without_evidence_hour: u32,
    all_hour: u32,
}

impl SettingsFile {
    pub(super) fn build(self, (path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<Settings> {
        let before = faults.len();
        let mut fault =
            |needle: &str, message: String, remedy: &str| faults.push(Fault::at(path, text, needle, message, remedy));
        let prefix = &self.desk.ticket_prefix;
        if prefix.is_empty() || prefix.len() > 16 || !prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
            fault(
                "ticket_prefix",
                format!("`{prefix}` is no ticket prefix"),
                "write 1 to 16 capital letters, e.g. \"CIAMIS\"",
            );
        }
        let folders = [&self.imap.inbox, &self.imap.processed, &self.imap.held, &self.imap.oversize];
        for folder in folders {
            if folder.is_empty()
                || !folder.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"\"\\&%*".contains(&byte))
            {
                fault(
                    folder,
                    format!("`{folder}` is no folder name every server knows"),
                    "use letters, digits, dots and dashes only",
                );
            }
        }
        if self.outbox.retry.is_empty() {
            fault("retry", "retry names no pause".to_owned(), "write at least one, e.g. [\"1m\", \"5m\"]");
        }
        if !(1..=16).contains(&self.smtp.connections) {
            fault(
                "connections",
                format!("{} connections cannot be kept", self.smtp.connections),
                "write a number from 1 to 16",
            );
        }
        let imap_secret = secret(self.imap.password_file, self.imap.credential, self.imap.token_command);
        if imap_secret.is_none() && self.intake.source == Source::Imap {
            fault("[imap]", "[imap] has no secret, or more than one".to_owned(), ONE_SECRET);
        }
        let smtp_secret = secret(self.smtp.password_file, self.smtp.credential, self.smtp.token_command);
        if smtp_secret.is_none() && !self.smtp.user.is_empty() && self.smtp.transport == Transport::Smtp {
            fault("[smtp]", "[smtp] has a user and no secret, or more than one".to_owned(), ONE_SECRET);
        }
        if faults.len() > before {
            return None;
        }
        Some(Settings {
            desk: Desk {
                name: self.desk.name,
                unit: self.desk.unit,
                office: self.desk.office,
                address: self.desk.address,
                aliases: self.desk.aliases,
                website: self.desk.website,
                ticket_prefix: self.desk.ticket_prefix,
            },
            data: self.data.dir,
            intake: self.intake,
            imap: Imap {
                host: self.imap.host,
                port: self.imap.port,
                security: self.imap.security,
                ca_file: self.imap.ca_file,
                user: self.imap.user,
                secret: imap_secret.unwrap_or(SecretSource::Credential("imap-password".to_owned())),
                inbox: self.imap.inbox,
                processed: self.imap.processed,
                held: self.imap.held,
                oversize: self.imap.oversize,
                idle_wait: self.imap.idle_wait,
                poll_without_idle: self.imap.poll_without_idle,
                poll_with_idle: self.imap.poll_with_idle,
            },
            smtp: Smtp {
                transport: self.smtp.transport,
                maildir: self.smtp.maildir,
                host: self.smtp.host,
                port: self.smtp.port,
                security: self.smtp.security,
                ca_file: self.smtp.ca_file,
                user: self.smtp.user,
                secret: smtp_secret,
                connections: self.smtp.connections,
            },
            outbox: self.outbox,
            caps: Caps {
                per_address_hour: self.answer.per_address_hour,
                per_address_day: self.answer.per_address_day,
                without_evidence_hour: self.answer.without_evidence_hour,
                all_hour: self.answer.all_hour,
            },
            command: self.command.build(),
            policy: policy(&self.approval, &self.sop),
            log: self.log,
        })
    }
}

const ONE_SECRET: &str = "name exactly one of password_file, credential and token_command";

/// The one secret that is named; `None` if it is none or several.
fn secret(file: Option<PathBuf>, credential: Option<String>, command: Option<Vec<String>>) -> Option<SecretSource> {
    match (file, credential, command) {
        (Some(file), None, None) => Some(SecretSource::File(file)),
        (None, Some(name), None) => Some(SecretSource::Credential(name)),
        (None, None, Some(command)) if !command.is_empty() => Some(SecretSource::TokenCommand(command)),
        _ => None,
    }
}
