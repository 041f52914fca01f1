//! An IMAP server that behaves well until it is told what to do instead.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::SecretString;
use siaga::mail::connect::{Endpoint, Login, Secret, Security};
use siaga::mail::imap::ImapSettings;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub const USER: &str = "csirt@desa.example";
pub const PASSWORD: &str = "rahasia \"sekali\" \\ 007";
pub const TOKEN: &str = "ya29.token";
pub const GREETING: &str = "GREETING";
/// A time of arrival that is none, at which the client's parser panics.
pub const NIL: &str = "NIL";

/// What the server does instead of, or before, the right answer.
#[derive(Debug, Clone)]
pub enum Act {
    /// Says this instead; `{tag}` stands for the tag.
    Say(String),
    /// Says this, then what is right.
    SayFirst(String),
    /// Says this and closes the connection.
    SayAndClose(String),
    /// Does what is right, says nothing of it, and closes the connection.
    DoAndClose,
    /// Says nothing any more. Time is stopped, so that the patience of the client ends at once.
    Mute,
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub raw: Vec<u8>,
    pub flags: Vec<String>,
    pub arrived: String,
    /// The size it is listed with, if not its own.
    pub stated_size: Option<usize>,
}

#[derive(Debug)]
pub struct State {
    pub capabilities: String,
    pub permanent_flags: String,
    pub uid_validity: u32,
    pub inbox: BTreeMap<u32, Mail>,
    pub folders: BTreeMap<String, Vec<Vec<u8>>>,
    pub twists: Vec<(String, Act)>,
    /// Every line of every client, without its tag.
    pub heard: Vec<String>,
    pub connections: usize,
}

/// The server: it ends with the runtime of its test.
#[derive(Debug, Clone)]
pub struct ImapScript {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl ImapScript {
    /// Starts a server whose INBOX holds these messages under the UIDs 1, 2, …
    pub async fn start(mails: &[&str]) -> ImapScript {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("the address of a listener").port();
        let inbox = (1..).zip(mails.iter().map(|raw| mail(raw.as_bytes()))).collect();
        let state = Arc::new(Mutex::new(State {
            capabilities: "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 IDLE MOVE UIDPLUS".into(),
            permanent_flags: "\\Deleted \\Seen \\*".into(),
            uid_validity: 17,
            inbox,
            folders: BTreeMap::new(),
            twists: Vec::new(),
            heard: Vec::new(),
            connections: 0,
        }));
        let script = ImapScript { port, state };
        let server = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.state().connections += 1;
                tokio::spawn(Talk::new(stream, server.clone()).run());
            }
        });
        script
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the state")
    }

    /// Does `act` once, at the first line that contains `at`.
    pub fn twist(&self, at: &str, act: Act) {
        self.state().twists.push((at.to_owned(), act));
    }

    /// The commands that contain `word`.
    pub fn heard(&self, word: &str) -> Vec<String> {
        self.state().heard.iter().filter(|line| line.contains(word)).cloned().collect()
    }

    pub fn settings(&self) -> ImapSettings {
        let endpoint = Endpoint { host: "127.0.0.1".into(), port: self.port, security: Security::Plain, ca_file: None };
        let login = Login { user: USER.into(), secret: Secret::Password(SecretString::from(PASSWORD)) };
        ImapSettings {
            endpoint,
            login,
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

    fn twist_for(&self, line: &str) -> Option<Act> {
        let mut state = self.state();
        let index = state.twists.iter().position(|(at, _)| line.contains(at.as_str()))?;
        Some(state.twists.remove(index).1)
    }
}

pub fn mail(raw: &[u8]) -> Mail {
    Mail { raw: raw.to_vec(), flags: Vec::new(), arrived: "23-Nov-2026 07:30:00 +0700".into(), stated_size: None }
}

/// One connection.
struct Talk {
    stream: BufReader<TcpStream>,
    server: ImapScript,
}

/// The connection is over.
struct Over;

impl Talk {
    fn new(stream: TcpStream, server: ImapScript) -> Talk {
        Talk { stream: BufReader::new(stream), server }
    }

    async fn run(mut self) {
        let greeting = "* OK ready\r\n".to_owned();
        if self.answer(GREETING, "*", |_| greeting.into_bytes()).await.is_err() {
            return;
        }
        while let Some(line) = self.line().await {
            let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
            self.server.state().heard.push(command.to_owned());
            let over = if command.starts_with("AUTHENTICATE") {
                self.authenticate(&line, tag, command).await
            } else if command == "IDLE" {
                self.idle(&line, tag).await
            } else {
                self.answer(&line, tag, |state| obey(state, tag, command)).await
            };
            if over.is_err() || command == "LOGOUT" {
                return;
            }
        }
    }

    /// Does the right thing, or what was asked for instead.
    async fn answer(&mut self, line: &str, tag: &str, right: impl FnOnce(&mut State) -> Vec<u8>) -> Result<(), Over> {
        let say = |text: String| text.replace("{tag}", tag).into_bytes();
        let act = self.server.twist_for(line);
        let doing = || right(&mut self.server.state());
        match act {
            None => {
                let right = doing();
                self.say(&right).await
            }
            Some(Act::Say(text)) => self.say(&say(text)).await,
            Some(Act::SayFirst(text)) => {
                let right = doing();
                self.say(&[say(text), right].concat()).await
            }
            Some(Act::SayAndClose(text)) => {
                self.say(&say(text)).await?;
                Err(Over)
            }
            Some(Act::DoAndClose) => {
                doing();
                Err(Over)
            }
            Some(Act::Mute) => {
                tokio::time::pause();
                std::future::pending().await
            }
        }
    }

    async fn authenticate(&mut self, line: &str, tag: &str, command: &str) -> Result<(), Over> {
        self.answer(line, tag, |_| b"+ \r\n".to_vec()).await?;
        let proof = self.line().await.ok_or(Over)?;
        self.server.state().heard.push(proof.clone());
        let right = match command {
            "AUTHENTICATE PLAIN" => BASE64.encode(format!("\0{USER}\0{PASSWORD}")),
            _ => BASE64.encode(format!("user={USER}\u{1}auth=Bearer {TOKEN}\u{1}\u{1}")),
        };
        if proof == right {
            return self.say(format!("{tag} OK in\r\n").as_bytes()).await;
        }
        if command == "AUTHENTICATE XOAUTH2" {
            let challenge = BASE64.encode("{\"status\":\"400\"}");
            self.say(format!("+ {challenge}\r\n").as_bytes()).await?;
            let reply = self.line().await.ok_or(Over)?;
            self.server.state().heard.push(format!("reply to the challenge: `{reply}`"));
        }
        self.say(format!("{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n").as_bytes()).await
    }

    /// Idles until DONE, unless a twist has answered the IDLE already, at once or at `IDLING`.
    async fn idle(&mut self, line: &str, tag: &str) -> Result<(), Over> {
        let ends = |(at, act): &(String, Act)| {
            ["IDLE", "IDLING"].contains(&at.as_str()) && matches!(act, Act::Say(text) if text.contains("{tag}"))
        };
        let over = self.server.state().twists.iter().any(ends);
        self.answer(line, tag, |_| b"+ idling\r\n".to_vec()).await?;
        self.answer("IDLING", tag, |_| Vec::new()).await?;
        if over {
            return Ok(());
        }
        let done = self.line().await.ok_or(Over)?;
        self.server.state().heard.push(done.clone());
        self.answer(&done, tag, |_| format!("{tag} OK idled\r\n").into_bytes()).await
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await.ok().filter(|&length| length > 0)?;
        Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), Over> {
        self.stream.write_all(bytes).await.map_err(|_| Over)
    }
}

/// What a good server answers.
fn obey(state: &mut State, tag: &str, command: &str) -> Vec<u8> {
    let words: Vec<&str> = command.split(' ').collect();
    let ok = format!("{tag} OK done\r\n");
    let text = match words[..] {
        ["CAPABILITY"] => format!("* CAPABILITY {}\r\n{ok}", state.capabilities),
        ["LOGIN", ..] => {
            let quoted = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
            let right = command == format!("LOGIN \"{USER}\" \"{quoted}\"");
            if right { ok } else { format!("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n") }
        }
        ["LIST", _, name] if state.folders.contains_key(bare(name)) => format!("* LIST () \"/\" {name}\r\n{ok}"),
        ["CREATE", name] => {
            state.folders.entry(bare(name).to_owned()).or_default();
            ok
        }
        ["SELECT", _] => selected(state, tag),
        ["UID", "FETCH", set, ..] => return [fetched(state, set, command), ok.into_bytes()].concat(),
        ["UID", "SEARCH", "UID", set] => {
            let found: Vec<String> = uids(state, set).iter().map(u32::to_string).collect();
            format!("* SEARCH {}\r\n{ok}", found.join(" "))
        }
        ["UID", "MOVE" | "COPY", _, name] if !state.folders.contains_key(bare(name)) => {
            format!("{tag} NO [TRYCREATE] no such folder\r\n")
        }
        ["UID", verb @ ("MOVE" | "COPY"), set, name] => {
            let mut gone = String::new();
            for uid in uids(state, set) {
                let raw = state.inbox[&uid].raw.clone();
                state.folders.entry(bare(name).to_owned()).or_default().push(raw);
                if verb == "MOVE" {
                    gone += &expunge(state, uid);
                }
            }
            gone + &ok
        }
        ["UID", "STORE", set, "+FLAGS.SILENT", ..] => {
            let flags = command.split_once('(').map_or("", |(_, flags)| flags.trim_end_matches(')'));
            for uid in uids(state, set) {
                let mail = state.inbox.get_mut(&uid).expect("a UID of the inbox");
                mail.flags.extend(flags.split(' ').map(str::to_owned));
            }
            ok
        }
        ["UID", "EXPUNGE", set] => {
            let deleted = |uid: &u32| state.inbox[uid].flags.iter().any(|flag| flag == "\\Deleted");
            let uids: Vec<u32> = uids(state, set).into_iter().filter(deleted).collect();
            uids.into_iter().map(|uid| expunge(state, uid)).collect::<String>() + &ok
        }
        ["LOGOUT"] => format!("* BYE bye\r\n{ok}"),
        ["LIST" | "SUBSCRIBE", ..] => ok,
        _ => format!("{tag} BAD unknown: {command}\r\n"),
    };
    text.into_bytes()
}

fn selected(state: &State, tag: &str) -> String {
    let State { uid_validity, permanent_flags, inbox, .. } = state;
    let count = inbox.len();
    format!(
        "* FLAGS (\\Deleted \\Seen)\r\n* OK [PERMANENTFLAGS ({permanent_flags})] kept\r\n* {count} EXISTS\r\n* 0 RECENT\r\n\
         * OK [UIDVALIDITY {uid_validity}] valid\r\n* OK [UIDNEXT 4242] next\r\n{tag} OK [READ-WRITE] selected\r\n"
    )
}

fn fetched(state: &State, set: &str, command: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    let wanted: BTreeSet<u32> = uids(state, set).into_iter().collect();
    for (number, (uid, mail)) in (1..).zip(&state.inbox) {
        if !wanted.contains(uid) {
            continue;
        }
        if !command.contains("BODY") {
            answer.extend(format!("* {number} FETCH ({})\r\n", row(*uid, mail, command)).into_bytes());
            continue;
        }
        let header = mail.raw.windows(4).position(|end| end == b"\r\n\r\n").map_or(mail.raw.len(), |at| at + 4);
        let (section, part) =
            if command.contains("[HEADER]") { ("HEADER", &mail.raw[..header]) } else { ("", &mail.raw[..]) };
        let partial = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let (origin, part) = match partial.and_then(|(partial, _)| partial.split_once('.')) {
            Some((from, count)) => {
                let from: usize = from.parse().expect("a number");
                let count: usize = count.parse().expect("a number");
                let start = from.min(part.len());
                (format!("<{from}>"), &part[start..part.len().min(start + count)])
            }
            None => (String::new(), part),
        };
        answer
            .extend(format!("* {number} FETCH (UID {uid} BODY[{section}]{origin} {{{}}}\r\n", part.len()).into_bytes());
        answer.extend(part);
        answer.extend(b")\r\n");
    }
    answer
}

/// What is asked about a message without its bytes.
fn row(uid: u32, mail: &Mail, command: &str) -> String {
    let mut row = format!("UID {uid}");
    if command.contains("RFC822.SIZE") {
        row += &format!(" RFC822.SIZE {}", mail.stated_size.unwrap_or(mail.raw.len()));
    }
    if command.contains("INTERNALDATE") && mail.arrived == NIL {
        row += " INTERNALDATE NIL";
    } else if command.contains("INTERNALDATE") {
        row += &format!(" INTERNALDATE \"{}\"", mail.arrived);
    }
    if command.contains("FLAGS") {
        row += &format!(" FLAGS ({})", mail.flags.join(" "));
    }
    row
}

fn expunge(state: &mut State, uid: u32) -> String {
    let number = state.inbox.keys().position(|known| *known == uid).expect("a UID of the inbox") + 1;
    state.inbox.remove(&uid);
    format!("* {number} EXPUNGE\r\n")
}

/// The UIDs of a set that are in the inbox.
fn uids(state: &State, set: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for range in set.split(',') {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        let first: u32 = first.parse().expect("a UID");
        let last: u32 = if last == "*" { u32::MAX } else { last.parse().expect("a UID") };
        found.extend(state.inbox.range(first..=last).map(|(uid, _)| *uid));
    }
    found
}

fn bare(name: &str) -> &str {
    name.trim_matches('"')
}
