//! A private Dovecot on loopback ports of its own, in a temporary folder, gone with its test.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use siaga::mail::connect::{Endpoint, Login, Secret, Security};
use siaga::mail::imap::ImapSettings;
use tempfile::TempDir;

use super::authority::Authority;
use super::reported::{ANI, BUDI, DINKES, KABID};

pub const USER: &str = "csirt@desa.example";
pub const PASSWORD: &str = "rahasia-Negara-4711";

/// People with a mailbox of their own on the same server, and the same password.
pub const PEOPLE: &[&str] = &[BUDI, ANI, KABID, DINKES];

/// Who owns mail where the server is started by root: Dovecot refuses mail of root itself.
const NOBODY: u32 = 65534;
/// Tries of a server that is starting up, ten milliseconds apart.
const START_TRIES: u32 = 3_000;

static DELIVERED: AtomicU64 = AtomicU64::new(0);

/// The server.
#[derive(Debug)]
pub struct Dovecot {
    folder: TempDir,
    master: Child,
    /// Kills the master and all its processes when its input ends: by [`Dovecot::kill`], or because
    /// the test itself was killed.
    guard: Child,
    /// What the greeting says, so that no other test's server is taken for this one.
    name: String,
    /// STARTTLS and no TLS at all.
    pub port: u16,
    /// TLS from the first byte.
    pub tls_port: u16,
    /// The certificate authority of the server.
    pub authority: Authority,
}

impl Dovecot {
    /// Starts a server that can do all Dovecot can.
    pub fn start() -> Dovecot {
        Dovecot::start_with("")
    }

    /// Starts a server with more lines in its configuration, e.g. `imap_capability = IMAP4rev1`.
    pub fn start_with(more: &str) -> Dovecot {
        let folder = TempDir::new().expect("a temporary folder");
        // Dovecot reads mail and takes logins under users of its own.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("our own folder");
        let authority = Authority::new();
        let (port, tls_port) = free_ports();
        let name = format!("siaga-{}-{port}", std::process::id());
        fs::create_dir(folder.path().join("state")).expect("an empty folder takes folders");
        let account = |user: &&str| format!("{user}:{{PLAIN}}{PASSWORD}\n");
        let accounts: String = std::iter::once(&USER).chain(PEOPLE).map(account).collect();
        fs::write(folder.path().join("passwd"), accounts).expect("a file");
        let config = config(folder.path(), &authority, &name, (port, tls_port), more);
        fs::write(folder.path().join("dovecot.conf"), config).expect("a file");
        let (master, guard) = run(folder.path());
        let mut server = Dovecot { folder, master, guard, name, port, tls_port, authority };
        for user in std::iter::once(&USER).chain(PEOPLE) {
            for part in ["cur", "new", "tmp"] {
                server.make_folder(&server.maildir_of(user).join(part));
            }
        }
        server.wait_until_ready();
        server
    }

    /// How the mailbox is reached; patience is short enough for tests.
    pub fn settings(&self, security: Security) -> ImapSettings {
        let (port, ca_file) = match security {
            Security::Tls => (self.tls_port, Some(self.authority.ca_pem_file())),
            Security::StartTls => (self.port, Some(self.authority.ca_pem_file())),
            Security::Plain => (self.port, None),
        };
        ImapSettings {
            endpoint: Endpoint { host: "localhost".into(), port, security, ca_file },
            login: Login { user: USER.into(), secret: Secret::Password(SecretString::from(PASSWORD)) },
            inbox: "INBOX".into(),
            processed: "Processed".into(),
            held: "Held".into(),
            oversize: "Oversize".into(),
            junk: None,
            idle_wait: Duration::from_secs(300),
            poll_without_idle: Duration::from_secs(60),
            poll_with_idle: Duration::from_secs(600),
        }
    }

    /// Delivers a mail into INBOX as of `arrived_at`.
    pub fn deliver(&self, raw: &[u8], arrived_at: DateTime<Utc>) {
        self.deliver_to(USER, raw, arrived_at);
    }

    /// Delivers a mail into the INBOX of somebody.
    pub fn deliver_to(&self, user: &str, raw: &[u8], arrived_at: DateTime<Utc>) {
        let maildir = self.maildir_of(user);
        let seconds = u64::try_from(arrived_at.timestamp()).expect("mail arrives after 1970");
        let number = DELIVERED.fetch_add(1, Ordering::Relaxed);
        let name = format!("{seconds}.M{number:09}P{}.desa", std::process::id());
        let temporary = maildir.join("tmp").join(&name);
        fs::write(&temporary, raw).expect("a Maildir takes mail");
        self.hand_over(&temporary);
        let file = fs::File::options().write(true).open(&temporary).expect("the mail just written");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("our own file");
        fs::rename(&temporary, maildir.join("new").join(&name)).expect("a Maildir delivers by rename");
    }

    /// The raw mails of a folder, sorted, as they lie on disk.
    pub fn folder(&self, name: &str) -> Vec<Vec<u8>> {
        let folder = if name == "INBOX" { self.maildir() } else { self.maildir().join(format!(".{name}")) };
        let mut mails = Vec::new();
        for part in ["cur", "new"] {
            match fs::read_dir(folder.join(part)) {
                Ok(entries) => mails
                    .extend(entries.map(|entry| fs::read(entry.expect("a folder that stays").path()).expect("a mail"))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => panic!("read {}: {error}", folder.display()),
            }
        }
        mails.sort();
        mails
    }

    /// Says commands to the server as another client of the same mailbox; each must succeed.
    pub fn say(&self, commands: &[&str]) -> Vec<String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server is up");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket takes a bound");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut writer = stream;
        let mut said = Vec::new();
        let mut line = String::new();
        reader.read_line(&mut line).expect("a greeting");
        let login = format!("LOGIN {USER} {PASSWORD}");
        for command in std::iter::once(login.as_str()).chain(commands.iter().copied()) {
            write!(writer, "T {command}\r\n").expect("the server listens");
            loop {
                line.clear();
                reader.read_line(&mut line).expect("an answer");
                said.push(line.trim_end().to_owned());
                if line.starts_with("T ") {
                    assert!(line.starts_with("T OK"), "{command}: {line}");
                    break;
                }
            }
        }
        said
    }

    /// Reads the INBOX of somebody over IMAP, as his mail program does: every mail in the order of
    /// arrival.
    pub fn reads(&self, user: &str) -> Vec<Vec<u8>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server is up");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket takes a bound");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut writer = stream;
        let mut mails = Vec::new();
        let login = format!("LOGIN {user} {PASSWORD}");
        for command in [login.as_str(), "SELECT INBOX", "UID FETCH 1:* (BODY.PEEK[])", "LOGOUT"] {
            write!(writer, "T {command}\r\n").expect("the server listens");
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("an answer");
                if let Some(length) = line.trim_end().strip_suffix('}').and_then(|line| line.rsplit_once('{')) {
                    let mut mail = vec![0; length.1.parse().expect("the length of a literal")];
                    reader.read_exact(&mut mail).expect("the literal");
                    mails.push(mail);
                }
                if line.starts_with("T ") {
                    assert!(line.starts_with("T OK"), "{command}: {line}");
                    break;
                }
            }
        }
        mails
    }

    /// Kills the server with all its processes, as a power cut would.
    pub fn kill(&mut self) {
        drop(self.guard.stdin.take());
        let ended = [self.guard.wait(), self.master.wait()];
        // A panic while a test fails already would hide why.
        if !std::thread::panicking() {
            assert!(ended.iter().all(Result::is_ok), "{ended:?}");
        }
    }

    /// Starts the server again after [`Dovecot::kill`], on the same mail and ports.
    pub fn restart(&mut self) {
        (self.master, self.guard) = run(self.folder.path());
        self.wait_until_ready();
    }

    fn maildir(&self) -> PathBuf {
        self.maildir_of(USER)
    }

    fn maildir_of(&self, user: &str) -> PathBuf {
        self.folder.path().join("home").join(user).join("Maildir")
    }

    fn wait_until_ready(&mut self) {
        for _ in 0..START_TRIES {
            if let Some(status) = self.master.try_wait().expect("a child is asked") {
                panic!("Dovecot ended with {status}: {}", self.log());
            }
            if greeting(self.port).is_some_and(|greeting| greeting.contains(&self.name)) {
                return;
            }
            // Nothing tells when a port is open; only trying does.
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("Dovecot does not start: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn make_folder(&self, path: &Path) {
        fs::create_dir_all(path).expect("our own folder");
        for path in path.ancestors().take_while(|path| *path != self.folder.path()) {
            self.hand_over(path);
        }
    }

    fn hand_over(&self, path: &Path) {
        if owner(self.folder.path()) == 0 {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root gives away");
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.kill();
    }
}

fn owner(path: &Path) -> u32 {
    fs::metadata(path).expect("our own folder").uid()
}

fn run(folder: &Path) -> (Child, Child) {
    let started = ["/usr/sbin/dovecot", "dovecot"].into_iter().find_map(|program| {
        let mut command = Command::new(program);
        command.arg("-F").arg("-c").arg(folder.join("dovecot.conf")).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    });
    let master = started.expect("there is no dovecot on this machine: run ./test, which installs what the tests need");
    // The master leads a process group of its own, so its id names all of them.
    let watch = format!("read -r _; kill -s KILL -- -{}", master.id());
    let mut guard = Command::new("sh");
    guard.args(["-c", &watch]).process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    (master, guard.spawn().expect("a shell"))
}

fn greeting(port: u16) -> Option<String> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    Some(line)
}

/// Two ports that were free a moment ago; the greeting shows whether they still were.
fn free_ports() -> (u16, u16) {
    let [one, other] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a loopback port"));
    let port = |listener: &TcpListener| listener.local_addr().expect("the address of a listener").port();
    (port(&one), port(&other))
}

fn config(folder: &Path, authority: &Authority, name: &str, (port, tls_port): (u16, u16), more: &str) -> String {
    let metadata = fs::metadata(folder).expect("our own folder");
    let shown = folder.display();
    let (certificate, key) = authority.server_files();
    let (users, uid, gid) = if metadata.uid() == 0 {
        (String::new(), NOBODY, NOBODY)
    } else {
        let ask = |option: &str| {
            let output = Command::new("id").arg(option).output().expect("id tells who we are");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let (user, group) = (ask("-un"), ask("-gn"));
        let users =
            format!("default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n");
        (users, metadata.uid(), metadata.gid())
    };
    format!(
        "protocols = imap
listen = 127.0.0.1
base_dir = {shown}/run
state_dir = {shown}/state
log_path = {shown}/log
login_greeting = {name}
{users}first_valid_uid = 1
mail_fsync = never
mail_max_userip_connections = 1000
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {shown}/passwd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={shown}/home/%u
}}
mail_location = maildir:~/Maildir
{more}
",
        certificate = certificate.display(),
        key = key.display(),
    )
}
