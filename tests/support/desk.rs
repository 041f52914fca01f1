//! The program itself, run as a process against the test's own servers.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use siaga::mail::connect::Security;
use tempfile::TempDir;

use super::dovecot::{Dovecot, PASSWORD, USER};

/// Longest wait for something that must happen; only a broken desk reaches it.
const HANG_GUARD: Duration = Duration::from_secs(120);
/// Between two looks at a condition.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A desk with a configuration and a data folder of its own.
pub struct Desk {
    folder: TempDir,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

impl Desk {
    /// A desk on that mailbox and on the SMTP server at that port of this machine. It takes in
    /// whatever lies in the mailbox, however old.
    pub fn new(dovecot: &Dovecot, security: Security, smtp_port: u16) -> Desk {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut desk = Desk { folder, settings: Vec::new(), process: None };
        desk.copy_config();
        let password = desk.path("password");
        fs::write(&password, PASSWORD).expect("a password file");
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).expect("our own file");
        let (port, security) = match security {
            Security::Tls => (dovecot.tls_port, "tls"),
            Security::StartTls => (dovecot.port, "starttls"),
            Security::Plain => (dovecot.port, "plain"),
        };
        desk.set("DATA__DIR", &desk.path("data").display().to_string());
        desk.set("INTAKE__CUTOFF", "2020-01-01T00:00:00Z");
        desk.set("IMAP__HOST", "localhost");
        desk.set("IMAP__PORT", &port.to_string());
        desk.set("IMAP__SECURITY", security);
        desk.set("IMAP__CA_FILE", &dovecot.authority.ca_pem_file().display().to_string());
        desk.set("IMAP__USER", USER);
        desk.set("IMAP__PASSWORD_FILE", &password.display().to_string());
        desk.set("SMTP__HOST", "localhost");
        desk.set("SMTP__PORT", &smtp_port.to_string());
        desk.set("SMTP__SECURITY", "plain");
        desk.set("SMTP__USER", "");
        desk.set("COMMAND__REQUIRE_EVIDENCE", "false");
        desk.set("TRUST__DKIM", "false");
        desk.set("ANSWER__WITHOUT_EVIDENCE_HOUR", "100000");
        desk.set("ANSWER__ALL_HOUR", "100000");
        for limit in ["DOMAIN_HOUR", "SUBJECT_DAY", "OUTSIDER_DAY", "ANALYST_HOUR", "STORM_TEN_MINUTES"] {
            desk.set(&format!("LIMITS__{limit}"), "100000");
        }
        desk.set("LIMITS__STORM_ONE_SENDER", "100000");
        desk
    }

    /// Sets `SIAGA__<key>` for every process started after.
    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value.to_owned()));
    }

    /// A file or folder of this desk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the daemon.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Starts the daemon, which will kill itself at that step.
    pub fn start_to_crash_at(&mut self, step: &str) {
        self.start_with(&[("SIAGA_CRASH_AT", step)]);
    }

    fn start_with(&mut self, environment: &[(&str, &str)]) {
        assert!(self.process.is_none(), "this desk runs already");
        let log = fs::File::options().create(true).append(true).open(self.path("log")).expect("a log file");
        let mut command = self.command(&["serve"]);
        command.envs(environment.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.process = Some(command.spawn().expect("the program starts"));
    }

    /// The daemon's process id.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("a running desk").id()
    }

    /// Asks the daemon to stop and waits for it.
    pub fn stop(&mut self) -> ExitStatus {
        let id = self.process.as_ref().expect("a running desk").id();
        let told = Command::new("kill").args(["-TERM", &id.to_string()]).status().expect("kill");
        assert!(told.success());
        self.end()
    }

    /// Waits until the daemon has ended by itself.
    pub fn end(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("a running desk");
        let begun = Instant::now();
        loop {
            if let Some(status) = process.try_wait().expect("our own child") {
                return status;
            }
            if begun.elapsed() > HANG_GUARD {
                let _ = process.kill();
                panic!("the daemon does not end:\n{}", self.log());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until the daemon has been killed by SIGKILL.
    pub fn crash(&mut self, what: &str) {
        let status = self.end();
        assert_eq!(status.signal(), Some(9), "{what} was never reached: {status}\n{}", self.log());
    }

    /// What a listing of the program says.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{arguments:?} gives no JSON: {error}\n{output}"))
    }

    /// What the program prints. It must succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {}\n{said}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The program with this desk's configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siaga"));
        command.arg("--config").arg(self.path("config")).arg("--templates").arg(templates()).args(arguments);
        command.env_remove("SIAGA_LOG").env("RUST_BACKTRACE", "0");
        command.envs(self.settings.iter().map(|(key, value)| (format!("SIAGA__{key}"), value)));
        command
    }

    /// All tickets.
    pub fn tickets(&self) -> Vec<Value> {
        self.list(&["ticket", "list", "--json"])
    }

    /// All outgoing mails.
    pub fn outbox(&self) -> Vec<Value> {
        self.list(&["outbox", "list", "--json"])
    }

    fn list(&self, arguments: &[&str]) -> Vec<Value> {
        // Before the first start has made the database there is nothing to list.
        if !self.path("data/siaga.db").exists() {
            return Vec::new();
        }
        let output = self.command(arguments).output().expect("the program starts");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Waits until something is true of the desk.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut(&Desk) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            if let Some(status) = self.process.as_mut().and_then(|process| process.try_wait().expect("our own child")) {
                panic!("the daemon ended ({status}) before {what}:\n{}", self.log());
            }
            assert!(begun.elapsed() < HANG_GUARD, "it never came true that {what}:\n{}", self.log());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until so many tickets exist and every mail has an end.
    pub fn until_settled(&mut self, tickets: usize) {
        let what = format!("{tickets} tickets exist and every mail has an end");
        self.until(&what, |desk| {
            let open = |mail: &Value| mail["state"] == "queued" || mail["state"] == "sending";
            // The tickets first: their mails exist as soon as they do.
            desk.tickets().len() == tickets && !desk.outbox().iter().any(open)
        });
    }

    /// What the daemon has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Replaces a line of a configuration file, which lists and paths need.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path("config").join(file);
        let text = fs::read_to_string(&path).expect("a configuration file");
        assert!(text.contains(from), "{file} has no line {from}");
        fs::write(&path, text.replace(from, to)).expect("a configuration file");
    }

    fn copy_config(&self) {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        fs::create_dir(self.path("config")).expect("a folder");
        for entry in fs::read_dir(shipped).expect("the shipped configuration") {
            let entry = entry.expect("a file");
            fs::copy(entry.path(), self.path("config").join(entry.file_name())).expect("a copy");
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            let mut said = String::new();
            let _ = writeln!(said, "the daemon said:\n{}", self.log());
            eprint!("{said}");
        }
    }
}

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")
}
