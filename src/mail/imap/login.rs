//! From nothing to a conversation: connection, greeting, protection, login.

use std::fmt::Debug;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::imap_proto::{Capability, RequestId, Response, Status};
use async_imap::{Authenticator, Client, Session};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::time::timeout;
use tracing::debug;

use crate::mail::connect::{Endpoint, Login, Secret, Security, dial, secure, token, without};
use crate::mail::imap::line::{Line, Wire, broken, guarded, heard, names_code, silent, unreadable, words};
use crate::mail::transport::Trouble;

/// Bound on everything up to the login.
const OPEN_MAX: Duration = Duration::from_secs(90);
/// Bound on the greeting and on each answer before the login.
const GREETING_MAX: Duration = Duration::from_secs(15);
/// Bound on the login. Servers answer a wrong password late on purpose (Dovecot after up to 17
/// seconds), and it must not look like a slow server.
const LOGIN_MAX: Duration = Duration::from_secs(45);

/// Connects, protects the connection as configured, and logs in.
pub(super) async fn log_in(endpoint: &Endpoint, login: &Login) -> Result<Line, Trouble> {
    let server = format!("{}:{}", endpoint.host, endpoint.port);
    let late = Trouble::passing(format!("{server} let nobody in within {} seconds", OPEN_MAX.as_secs()));
    timeout(OPEN_MAX, attempt(endpoint, login, server)).await.unwrap_or(Err(late))
}

async fn attempt(endpoint: &Endpoint, login: &Login, server: String) -> Result<Line, Trouble> {
    let stream = dial(endpoint).await?;
    let mut client = match endpoint.security {
        Security::Tls => {
            let mut client = speak(secure(endpoint, stream).await?);
            greet(&mut client, &server, "").await?;
            client
        }
        Security::StartTls => {
            let mut client = Client::new(stream);
            greet(&mut client, &server, "; is it a port of TLS from the first byte?").await?;
            start_tls(&mut client, &server).await?;
            // Whatever was sent in clear beyond the answer to STARTTLS stays behind in the client.
            speak(secure(endpoint, client.into_inner()).await?)
        }
        Security::Plain => {
            let mut client = speak(stream);
            greet(&mut client, &server, "; is it a port of TLS from the first byte?").await?;
            client
        }
    };
    debug!(server, "connected to {server}");
    let plain = offers_plain(&mut client, &server).await?;
    let session = prove(client, login, plain, &server).await?;
    debug!(server, "logged in at {server}");
    Ok(Line::new(session, &server))
}

/// A client whose commands leave in one piece instead of four.
fn speak<S: Wire + 'static>(stream: S) -> Client<Box<dyn Wire>> {
    Client::new(Box::new(BufWriter::new(stream)))
}

/// Reads the greeting.
async fn greet<S>(client: &mut Client<S>, server: &str, hint: &str) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    let reading = heard(server, "the greeting", client.read_response());
    let Ok(answer) = timeout(GREETING_MAX, reading).await else {
        return Err(Trouble::passing(format!("{server} did not greet in time{hint}")));
    };
    let answer = answer?;
    let Response::Data { status, outcome } = answer.parsed() else {
        return Err(unreadable(server, "the greeting"));
    };
    match status {
        Status::Ok => Ok(()),
        Status::Bye | Status::No | Status::Bad => {
            Err(Trouble::passing(format!("{server} takes no connection: {}", words(outcome))))
        }
        // Nobody has proved anything yet, and a PREAUTH is a known way around STARTTLS.
        Status::PreAuth => Err(Trouble::lasting(format!("{server} claims that a login has already happened"))),
    }
}

/// Asks for TLS. Without it nothing else is said.
async fn start_tls<S>(client: &mut Client<S>, server: &str) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    let asking = guarded(client.run_command_and_check_ok("STARTTLS", None));
    match timeout(GREETING_MAX, asking).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(Error::No(text) | Error::Bad(text)))) => {
            let reason = format!("{server} offers no STARTTLS and is told nothing in clear: {}", spoken(&text));
            Err(Trouble::lasting(reason))
        }
        Ok(Ok(Err(error))) => Err(broken(server, "STARTTLS", &error)),
        Ok(Err(_)) => Err(unreadable(server, "STARTTLS")),
        Err(_) => Err(silent(server, "STARTTLS")),
    }
}

/// Whether the server knows AUTHENTICATE PLAIN, which carries any password; LOGIN knows ASCII only.
async fn offers_plain(client: &mut Client<Box<dyn Wire>>, server: &str) -> Result<bool, Trouble> {
    let tag = RequestId("CAPABILITIES".to_owned());
    let asking = async {
        let wire = client.get_mut();
        let lost = |error| broken(server, "CAPABILITY", &Error::Io(error));
        wire.write_all(b"CAPABILITIES CAPABILITY\r\n").await.map_err(lost)?;
        wire.flush().await.map_err(lost)?;
        let mut offered = false;
        loop {
            let answer = heard(server, "CAPABILITY", client.read_response()).await?;
            if let Response::Capabilities(list) = answer.parsed() {
                offered = list.iter().any(is_plain);
            }
            if matches!(answer.parsed(), Response::Done { tag: answered, .. } if *answered == tag) {
                return Ok(offered);
            }
        }
    };
    timeout(GREETING_MAX, asking).await.unwrap_or_else(|_| Err(silent(server, "CAPABILITY")))
}

fn is_plain(capability: &Capability<'_>) -> bool {
    matches!(capability, Capability::Auth(method) if method.eq_ignore_ascii_case("PLAIN"))
}

async fn prove(
    client: Client<Box<dyn Wire>>,
    login: &Login,
    plain: bool,
    server: &str,
) -> Result<Session<Box<dyn Wire>>, Trouble> {
    let user = login.user.as_str();
    let proving = async {
        Ok(match &login.secret {
            Secret::TokenCommand(command) => {
                let token = token(command).await?;
                let proved = client.authenticate("XOAUTH2", Bearer { user, token: &token, said: false }).await;
                proved.map_err(|(error, _)| not_let_in(&error, user, &bearer(user, &token), &token, server))
            }
            Secret::Password(password) if plain => {
                let proved = client.authenticate("PLAIN", Plain { user, password }).await;
                proved.map_err(|(error, _)| not_let_in(&error, user, &plainly(user, password), password, server))
            }
            Secret::Password(password) => {
                let proved = client.login(user, password.expose_secret()).await;
                proved.map_err(|(error, _)| not_let_in(&error, user, "", password, server))
            }
        })
    };
    match timeout(LOGIN_MAX, guarded(proving)).await {
        Ok(Ok(Ok(proved))) => proved,
        Ok(Ok(Err(trouble))) => Err(trouble),
        Ok(Err(_)) => Err(unreadable(server, "the login")),
        Err(_) => Err(silent(server, "the login")),
    }
}

/// Codes of RFC 5530 that say the password may be right.
const LATER: &[&str] = &["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"];

/// What the refusal means; `carried` is what was said with the secret in it, before its encoding.
fn not_let_in(error: &Error, user: &str, carried: &str, secret: &SecretString, server: &str) -> Trouble {
    let scrubbed = |text: &str| without(text, &[STANDARD.encode(carried)], secret.expose_secret());
    let (Error::No(text) | Error::Bad(text)) = error else {
        let Trouble { reason, needs_person } = broken(server, "the login", error);
        return Trouble { reason: scrubbed(&reason), needs_person };
    };
    let needs_person = !LATER.iter().any(|code| names_code(spoken(text), code));
    let text = scrubbed(spoken(text));
    Trouble { reason: format!("{server} does not let {user} in: {text}"), needs_person }
}

/// What the server said, out of the library's `code: …, info: Some("…")`.
fn spoken(text: &str) -> &str {
    let said = text.split_once("info: Some(\"").and_then(|(_, rest)| rest.rsplit_once("\")"));
    said.map_or("(no reason given)", |(said, _)| said)
}

fn plainly(user: &str, password: &SecretString) -> String {
    format!("\0{user}\0{}", password.expose_secret())
}

fn bearer(user: &str, token: &SecretString) -> String {
    format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", token.expose_secret())
}

/// RFC 4616.
struct Plain<'a> {
    user: &'a str,
    password: &'a SecretString,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        plainly(self.user, self.password)
    }
}

/// XOAUTH2: the token, and an empty answer to the challenge by which a refusal is explained.
struct Bearer<'a> {
    user: &'a str,
    token: &'a SecretString,
    said: bool,
}

impl Authenticator for Bearer<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        if std::mem::replace(&mut self.said, true) {
            return String::new();
        }
        bearer(self.user, self.token)
    }
}
