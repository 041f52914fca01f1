//! One IMAP conversation: a command goes out, every answer up to its tagged one is read, and a
//! refusal, a silence or a farewell is never taken for success.

use std::any::Any;
use std::fmt::Debug;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_imap::Session;
use async_imap::error::Error;
use async_imap::imap_proto::{MailboxDatum, Outcome, RequestId, Response, ResponseCode, Status};
use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tracing::debug;

use crate::mail::transport::Trouble;

/// Bound on one answer of the server, and on one write.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// Bound on one answer that may carry a mebibyte: a line of 70 kbit/s carries it in that time.
pub(super) const BULK_MAX: Duration = Duration::from_secs(120);
/// Bound on all answers to one command: the first listing of a huge mailbox makes a server read
/// every message to state its size.
const COMMAND_MAX: Duration = Duration::from_secs(30 * 60);
/// Bound on the beginning and on the end of an IDLE.
const IDLE_ANSWER_MAX: Duration = Duration::from_secs(15);
/// Characters of a server's explanation that are repeated.
const WORDS_MAX: usize = 300;
/// How long a farewell may take.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// What carries a conversation: TCP with or without TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for S {}

/// How the server ended a command.
#[derive(Debug)]
pub(super) enum Answer {
    /// OK.
    Done,
    /// NO or BAD.
    Refused(Refusal),
}

impl Answer {
    /// Success, or the trouble the refusal is.
    pub(super) fn or_trouble(self) -> Result<(), Trouble> {
        match self {
            Answer::Done => Ok(()),
            Answer::Refused(refusal) => Err(refusal.trouble()),
        }
    }
}

/// A tagged NO or BAD. The conversation goes on after it.
#[derive(Debug)]
pub(super) struct Refusal {
    server: Arc<str>,
    verb: String,
    /// BAD: the server does not understand the command.
    pub(super) bad: bool,
    try_create: bool,
    text: String,
}

/// Codes of RFC 5530 after which only a person can help.
const LASTING: &[&str] = &[
    "AUTHENTICATIONFAILED",
    "AUTHORIZATIONFAILED",
    "EXPIRED",
    "PRIVACYREQUIRED",
    "CONTACTADMIN",
    "NOPERM",
    "OVERQUOTA",
    "NONEXISTENT",
    "CANNOT",
];

impl Refusal {
    /// Whether the server named this code, e.g. `ALREADYEXISTS`.
    pub(super) fn names(&self, code: &str) -> bool {
        names_code(&self.text, code)
    }

    /// Whether the target folder is missing.
    pub(super) fn folder_is_missing(&self) -> bool {
        self.try_create || self.names("NONEXISTENT")
    }

    /// What the refusal means for the mailbox as a whole.
    pub(super) fn trouble(self) -> Trouble {
        let needs_person = LASTING.iter().any(|code| self.names(code));
        Trouble { reason: self.reason(), needs_person }
    }

    /// The refusal in words.
    pub(super) fn reason(&self) -> String {
        format!("{} refuses {}: {}", self.server, self.verb, self.text)
    }
}

/// Whether a text of the server carries the bracketed code of RFC 5530, which the parser leaves there.
pub(super) fn names_code(text: &str, code: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.contains(&format!("[{code}]")) || text.contains(&format!("[{code} "))
}

/// A conversation with a server that has accepted the login.
#[derive(Debug)]
pub(super) struct Line {
    session: Session<Box<dyn Wire>>,
    server: Arc<str>,
    /// Messages in the selected folder, as the server last said.
    pub(super) exists: u32,
    /// Whether messages arrived since the last listing.
    pub(super) grown: bool,
    /// Whether an answer could not be read: then nothing on this line can be trusted any more.
    pub(super) unreadable: bool,
}

impl Line {
    pub(super) fn new(session: Session<Box<dyn Wire>>, server: &str) -> Line {
        Line { session, server: Arc::from(server), exists: 0, grown: false, unreadable: false }
    }

    /// Host and port, for people.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Runs a command and shows every answer to `look`, the tagged one too.
    pub(super) async fn exec(
        &mut self,
        verb: &str,
        arguments: &str,
        look: impl FnMut(&Response<'_>) -> Result<(), Trouble>,
    ) -> Result<Answer, Trouble> {
        self.exec_within(ANSWER_MAX, verb, arguments, look).await
    }

    /// As [`Line::exec`], with its own bound on each answer.
    pub(super) async fn exec_within(
        &mut self,
        answer_max: Duration,
        verb: &str,
        arguments: &str,
        look: impl FnMut(&Response<'_>) -> Result<(), Trouble>,
    ) -> Result<Answer, Trouble> {
        let late = Trouble::passing(format!("{} did not finish {verb} in time", self.server));
        let conversation = self.converse(answer_max, verb, arguments, look);
        timeout(COMMAND_MAX, conversation).await.unwrap_or(Err(late))
    }

    async fn converse(
        &mut self,
        answer_max: Duration,
        verb: &str,
        arguments: &str,
        mut look: impl FnMut(&Response<'_>) -> Result<(), Trouble>,
    ) -> Result<Answer, Trouble> {
        let id = self.send(verb, arguments).await?;
        loop {
            let server = Arc::clone(&self.server);
            let read = self.read_within(answer_max, verb, |response| {
                look(response)?;
                let Some((status, outcome)) = tagged(response, &id) else { return Ok(None) };
                if *status == Status::Ok {
                    return Ok(Some(Answer::Done));
                }
                Ok::<_, Trouble>(Some(Answer::Refused(Refusal {
                    server,
                    verb: verb.to_owned(),
                    bad: *status == Status::Bad,
                    try_create: matches!(outcome.code, Some(ResponseCode::TryCreate)),
                    text: words(outcome),
                })))
            });
            if let Some(answer) = read.await?? {
                return Ok(answer);
            }
        }
    }

    /// Idles until messages arrive, at most for `most`. `false`: the server does not go along.
    pub(super) async fn idle(&mut self, most: Duration) -> Result<bool, Trouble> {
        let id = self.send("IDLE", "").await?;
        // Messages may be announced before the "+": then there is nothing to wait for.
        loop {
            let read = self.read_within(IDLE_ANSWER_MAX, "IDLE", |response| {
                (matches!(response, Response::Continue(_)), tagged(response, &id).is_some())
            });
            match read.await? {
                (true, _) => break,
                (_, true) => return Ok(false),
                (false, false) => {}
            }
        }
        let news = async {
            while !self.grown {
                if self.read("IDLE", |response| tagged(response, &id).is_some()).await? {
                    return Ok(false);
                }
            }
            Ok::<bool, Trouble>(true)
        };
        if let Ok(idles) = timeout(most, news).await
            && !idles?
        {
            // The server has ended the IDLE by itself; a DONE would be a command of its own.
            return Ok(false);
        }
        self.write_within(IDLE_ANSWER_MAX, "DONE").await?;
        while !self.read_within(IDLE_ANSWER_MAX, "DONE", |response| tagged(response, &id).is_some()).await? {}
        Ok(true)
    }

    /// Says goodbye, for two seconds at most.
    pub(super) async fn farewell(mut self) {
        let parting = async {
            self.session.run_command("LOGOUT").await?;
            while guarded(self.session.read_response()).await.unwrap_or(Ok(None))?.is_some() {}
            Ok::<(), Error>(())
        };
        if !matches!(timeout(FAREWELL_MAX, parting).await, Ok(Ok(()))) {
            debug!(server = &*self.server, "{} did not wait for the farewell", self.server);
        }
    }

    async fn send(&mut self, verb: &str, arguments: &str) -> Result<RequestId, Trouble> {
        let command = if arguments.is_empty() { verb.to_owned() } else { format!("{verb} {arguments}") };
        match timeout(ANSWER_MAX, self.session.run_command(&command)).await {
            Ok(Ok(id)) => Ok(id),
            Ok(Err(error)) => Err(broken(&self.server, verb, &error)),
            Err(_) => Err(silent(&self.server, verb)),
        }
    }

    async fn write_within(&mut self, most: Duration, word: &str) -> Result<(), Trouble> {
        match timeout(most, self.session.run_command_untagged(word)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&self.server, word, &error)),
            Err(_) => Err(silent(&self.server, word)),
        }
    }

    async fn read_within<R>(
        &mut self,
        most: Duration,
        verb: &str,
        look: impl FnOnce(&Response<'_>) -> R,
    ) -> Result<R, Trouble> {
        match timeout(most, self.read(verb, look)).await {
            Ok(read) => read,
            Err(_) => Err(silent(&self.server, verb)),
        }
    }

    /// Waits for the next answer. May be dropped while it waits: nothing that came is lost.
    async fn read<R>(&mut self, verb: &str, look: impl FnOnce(&Response<'_>) -> R) -> Result<R, Trouble> {
        let reading = guarded(self.session.read_response()).await;
        self.unreadable |= is_unreadable(&reading);
        let answer = understood(&self.server, verb, reading)?;
        let response = answer.parsed();
        if let Response::Data { status: Status::Bye, outcome } = response {
            return Err(Trouble::passing(format!("{} says goodbye during {verb}: {}", self.server, words(outcome))));
        }
        if let Response::Data { status: Status::No | Status::Bad, outcome } = response {
            // RFC 3501 7.1.2: without a tag it is a warning.
            debug!(server = &*self.server, "{} warns: {}", self.server, words(outcome));
        }
        if let Response::MailboxData(MailboxDatum::Exists(count)) = response {
            self.grown |= *count > self.exists;
            self.exists = *count;
        }
        if let Response::Expunge(_) = response {
            self.exists = self.exists.saturating_sub(1);
        }
        Ok(look(response))
    }
}

/// The end of the command `id`, if this answer is it.
fn tagged<'r, 'a>(response: &'r Response<'a>, id: &RequestId) -> Option<(&'r Status, &'r Outcome<'a>)> {
    if let Response::Done { tag, status, outcome } = response
        && tag == id
    {
        return Some((status, outcome));
    }
    None
}

/// What the server adds in words, as much of it as a log line bears.
pub(super) fn words(outcome: &Outcome<'_>) -> String {
    outcome.information.as_deref().unwrap_or("(no reason given)").trim().chars().take(WORDS_MAX).collect()
}

/// An answer, or the trouble that there is none. `A` is the library's answer, which has no public name.
pub(super) async fn heard<A>(
    server: &str,
    verb: &str,
    reading: impl Future<Output = io::Result<Option<A>>>,
) -> Result<A, Trouble> {
    understood(server, verb, guarded(reading).await)
}

/// What came of reading an answer; the outer failure is a panic of the parser.
type Reading<A> = Result<io::Result<Option<A>>, Box<dyn Any + Send>>;

fn understood<A>(server: &str, verb: &str, reading: Reading<A>) -> Result<A, Trouble> {
    match reading {
        Ok(Ok(Some(answer))) => Ok(answer),
        Ok(Ok(None)) => Err(closed(server, verb)),
        Ok(Err(error)) => Err(broken(server, verb, &Error::Io(error))),
        Err(_) => Err(unreadable(server, verb)),
    }
}

/// Whether an answer came and could not be read. The library calls that an error of another kind.
fn is_unreadable<A>(reading: &Reading<A>) -> bool {
    match reading {
        Ok(Ok(_)) => false,
        Ok(Err(error)) => error.kind() == io::ErrorKind::Other,
        Err(_) => true,
    }
}

/// The parser panics at some answers that no good server gives (INTERNALDATE NIL): that must end
/// the conversation, not the process. What it leaves behind is never used again.
pub(super) async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    AssertUnwindSafe(work).catch_unwind().await
}

/// The trouble an error of the library is. Its own words are not repeated where they may quote mail.
pub(super) fn broken(server: &str, verb: &str, error: &Error) -> Trouble {
    match error {
        Error::ConnectionLost => closed(server, verb),
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => closed(server, verb),
        // The parser's complaint quotes what it could not read, which may be a whole message.
        Error::Io(error) if error.kind() == io::ErrorKind::Other => unreadable(server, verb),
        Error::Io(error) => Trouble::passing(format!("the connection to {server} broke during {verb}: {error}")),
        Error::Validate(_) => Trouble::lasting(format!("{verb} would contain a line break")),
        Error::Bad(_) | Error::No(_) | Error::Parse(_) | Error::Append | _ => unreadable(server, verb),
    }
}

fn closed(server: &str, verb: &str) -> Trouble {
    Trouble::passing(format!("{server} closed the connection during {verb}"))
}

pub(super) fn unreadable(server: &str, verb: &str) -> Trouble {
    Trouble::passing(format!("{server} gave an answer to {verb} that cannot be read"))
}

pub(super) fn silent(server: &str, verb: &str) -> Trouble {
    Trouble::passing(format!("{server} did not answer {verb} in time"))
}
