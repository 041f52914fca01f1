//! The settings of the program: desk, mailbox, way out, paths and intervals.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::scanner::ScannerSettings;
use crate::config::secret::SecretSource;
use crate::config::values;
use crate::domain::Time;
use crate::domain::answer::Caps;
use crate::domain::authority::CommandPolicy;
use crate::domain::desk::Desk;
use crate::domain::evidence::TrustRules;
use crate::domain::limits::Limits;
use crate::domain::person::Address;
use crate::domain::retention::Retention;
use crate::domain::schedule::Schedules;
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
    /// How much is said of our own accord.
    pub limits: Limits,
    /// Octets of pictures that go with a notice to the team.
    pub images_max: u64,
    /// How commands in replies are taken.
    pub command: CommandPolicy,
    /// Whom we believe about who wrote a mail.
    pub trust: TrustRules,
    /// The desk's PGP key.
    pub pgp: Pgp,
    /// The second account that tries to deceive us.
    pub probe: Option<Probe>,
    /// The malware scanner, if there is one.
    pub scanner: Option<ScannerSettings>,
    /// How the Kabid approves, and what happens beside the straight line of the SOP.
    pub policy: Policy,
    /// When the mails of the calendar come.
    pub schedules: Schedules,
    /// How long each kind of data is kept.
    pub retention: Retention,
    /// Certificates of the CAs that may vouch for the Kabid's (`approval.ca_file`), as DER.
    pub signing_authorities: Vec<Vec<u8>>,
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
    #[serde(default, deserialize_with = "values::moment")]
    pub cutoff: Option<Time>,
    /// Larger messages are not fetched whole.
    #[serde(deserialize_with = "values::size")]
    pub spool_max: u64,
    /// Of larger messages only the headers are read.
    #[serde(deserialize_with = "values::size")]
    pub parse_max: u64,
    /// What must stay free on the disk, if given.
    #[serde(default, deserialize_with = "values::optional_size")]
    disk_reserve: Option<u64>,
    /// Readings of one message before it is put aside.
    pub attempts_max: u32,
    /// Robots of the own website whose mail carries the reporter in Reply-To.
    pub form_senders: Vec<Address>,
}

impl Intake {
    /// What must stay free on the disk for mail to be fetched: unless given, room for twenty
    /// messages of the largest size, and for half a gibibyte at least (trust-and-safety 3.2).
    pub fn disk_reserve(&self) -> u64 {
        self.disk_reserve.unwrap_or(self.spool_max.saturating_mul(20).max(512 << 20))
    }
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
    /// The provider's junk folder; empty: the server says which it is.
    pub junk_folder: String,
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

/// `[probe]`: an account at another provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its address.
    pub address: Address,
    /// Its server for sending.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Protection,
    /// User.
    pub user: String,
    /// The file with its password.
    pub password_file: PathBuf,
}

/// `[pgp]`
#[derive(Debug, Clone, Default)]
pub struct Pgp {
    /// Where the desk's secret key lies; without one nothing is opened and nothing signed.
    pub key: Option<SecretSource>,
    /// What unlocks it; without it the key has no passphrase.
    pub passphrase: Option<SecretSource>,
    /// Whether what the desk sends is signed.
    pub sign: bool,
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
    /// Escalations that leave in one run; the others follow a minute later.
    pub escalations_per_run: NonZero<usize>,
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
