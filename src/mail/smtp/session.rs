//! One connection to the mail server: opened with every protection that is configured, bounded in
//! every stage, and given up as soon as the two sides might have lost each other.

use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::iter;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Ehlo, Quit, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use tokio::time::timeout;

use crate::mail::connect::{self, Endpoint, Security};
use crate::mail::smtp::SmtpSettings;
use crate::mail::smtp::login;
use crate::mail::smtp::reply::{Reply, Silence};
use crate::mail::smtp::wire::Wire;
use crate::mail::transport::Trouble;

/// Bound on greeting and EHLO together, and on every command with a short reply (RFC 5321 section
/// 4.5.3.2 allows more; a desk wants to know sooner).
pub(super) const COMMAND_MAX: Duration = Duration::from_secs(60);
/// Bound on the reply to DATA.
pub(super) const DATA_MAX: Duration = Duration::from_secs(120);
/// Least bound on the text of a mail.
const TEXT_MAX: Duration = Duration::from_secs(120);
/// A line slower than this counts as dead.
const TEXT_BYTES_PER_SECOND_MIN: u64 = 50_000;
/// Bound on the reply to the final dot (RFC 5321 section 4.5.3.2.6).
const DOT_MAX: Duration = Duration::from_secs(600);
/// Bound on looking for the reason of a connection that breaks in the middle of a mail.
const LAST_WORDS_MAX: Duration = Duration::from_secs(1);
/// Bound on taking leave.
const QUIT_MAX: Duration = Duration::from_secs(2);
/// Octets of a mail that are written at once.
const PORTION_BYTES: usize = 64 * 1024;

/// A connection on which the next mail can begin.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    wire: Wire,
    /// What the server offers, said within TLS where there is TLS.
    pub(super) server: ServerInfo,
    /// The mechanism of the login, if there was one.
    pub(super) login: Option<&'static str>,
    /// Whether the server still waits for the rest of a mail it refused.
    pub(super) mail_open: bool,
    /// `host:port`, for people.
    pub(super) shown: String,
}

/// What came of handing over the text of a mail.
pub(super) enum TextEnd {
    /// The server answered the final dot.
    Answered(Reply),
    /// It broke off before the final dot: the server cannot have the mail.
    BrokenOff {
        /// What went wrong.
        silence: Silence,
        /// What the server said about it, if anything.
        last_words: Option<Reply>,
    },
    /// The final dot was written and no reply came.
    Unanswered(Silence),
}

impl Session {
    /// Connects, secures, greets and logs in.
    pub(super) async fn open(settings: &SmtpSettings) -> Result<Session, Trouble> {
        let endpoint = &settings.endpoint;
        let hello = client_id(settings.hello_name.as_deref())?;
        let mut session = Session::greet(endpoint, &hello).await?;
        if endpoint.security == Security::StartTls {
            session.start_tls(endpoint, hello).await?;
        }
        if let Some(login) = &settings.login {
            session.login = Some(login::log_in(&mut session, login).await?);
        }
        Ok(session)
    }

    /// TCP, TLS if it comes first, greeting and EHLO.
    async fn greet(endpoint: &Endpoint, hello: &ClientId) -> Result<Session, Trouble> {
        let shown = format!("{}:{}", endpoint.host, endpoint.port);
        let stream = connect::dial(endpoint).await?;
        let wire = match endpoint.security {
            Security::Tls => Wire::secure(connect::secure(endpoint, stream).await?),
            Security::StartTls | Security::Plain => Wire::plain(stream),
        };
        let wire = wire.map_err(|error| Trouble::passing(format!("{shown}: {error}")))?;
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), hello);
        let connection = match timeout(COMMAND_MAX, greeted).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                return Err(match Reply::of(Err(error)) {
                    Ok(refusal) => refusal.trouble(&format!("{shown} refuses the connection")),
                    Err(silence) => Trouble::passing(format!("{shown} does not greet: {silence}")),
                });
            }
            Err(_) => {
                let remedy = match endpoint.security {
                    Security::Tls => "",
                    Security::StartTls | Security::Plain => "; if it waits for TLS, use security = \"tls\"",
                };
                return Err(Trouble::passing(format!("{shown} does not greet in time{remedy}")));
            }
        };
        let server = connection.server_info().clone();
        Ok(Session { connection, wire, server, login: None, mail_open: false, shown })
    }

    /// STARTTLS by our own hands: lettre's would keep, across the handshake, what was said before it.
    async fn start_tls(&mut self, endpoint: &Endpoint, hello: ClientId) -> Result<(), Trouble> {
        if !self.server.supports_feature(Extension::StartTls) {
            let shown = &self.shown;
            return Err(Trouble::lasting(format!("{shown} offers no STARTTLS; nothing was sent to it in clear")));
        }
        let reply = self.ask(Starttls, COMMAND_MAX).await.map_err(|silence| self.broken("STARTTLS", &silence))?;
        if reply.code != 220 {
            return Err(reply.trouble(&format!("{} refuses STARTTLS", self.shown)));
        }
        let stream = self.wire.take_plain().map_err(|error| Trouble::lasting(format!("{}: {error}", self.shown)))?;
        self.wire.put_secure(connect::secure(endpoint, stream).await?);
        let greeted = timeout(COMMAND_MAX, self.connection.command(Ehlo::new(hello))).await;
        let broken = |reason: &str| Trouble::passing(format!("{} does not answer EHLO: {reason}", self.shown));
        let response = greeted.map_err(|_| broken("no reply in time"))?;
        match response {
            Ok(response) => {
                self.server = ServerInfo::from_response(&response).map_err(|error| broken(&error.to_string()))?;
                Ok(())
            }
            Err(error) => Err(match Reply::of(Err(error)) {
                Ok(refusal) => refusal.trouble(&format!("{} refuses EHLO", self.shown)),
                Err(silence) => broken(&silence.0),
            }),
        }
    }

    /// Whether the next mail can begin; a refused one is cleared away first. That waits until here so
    /// that the refusal is told at once.
    pub(super) async fn ready(&mut self) -> bool {
        if self.mail_open {
            self.mail_open = !self.ask(Rset, COMMAND_MAX).await.is_ok_and(|reply| reply.agrees());
        }
        !self.mail_open
    }

    /// Writes one command and waits for its reply. After a [`Silence`] the connection must be dropped.
    pub(super) async fn ask(&mut self, command: impl Display, bound: Duration) -> Result<Reply, Silence> {
        match timeout(bound, self.connection.command(command)).await {
            Ok(result) => Reply::of(result),
            Err(_) => Err(Silence(format!("no reply within {} seconds", bound.as_secs()))),
        }
    }

    /// Hands over the text of a mail, dot-stuffed, and waits for the reply to its end.
    pub(super) async fn hand_over(&mut self, bytes: &[u8]) -> TextEnd {
        self.wire.mail_begins();
        // Lettre writes the last line break together with the final dot.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let wire = self.wire.clone();
        // Yields nothing: lettre asks for more once all of the text is written.
        let ends = iter::from_fn(|| {
            wire.mail_ends();
            None
        });
        let silence = {
            let mut handing = pin!(self.connection.message_iter(bytes.chunks(PORTION_BYTES).chain(ends)));
            let until_dot = poll_fn(|cx| match handing.as_mut().poll(cx) {
                Poll::Ready(result) => Poll::Ready(Some(result)),
                Poll::Pending if wire.dot_written() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            let bound = text_bound(bytes.len());
            let late = |bound: Duration| Silence(format!("no reply within {} seconds", bound.as_secs()));
            let result = match timeout(bound, until_dot).await {
                Ok(Some(result)) => Reply::of(result),
                Ok(None) => timeout(DOT_MAX, handing).await.map_or_else(|_| Err(late(DOT_MAX)), Reply::of),
                Err(_) => Err(Silence(format!("the text was not taken within {} seconds", bound.as_secs()))),
            };
            match result {
                Ok(reply) => return TextEnd::Answered(reply),
                Err(silence) => silence,
            }
        };
        if wire.dot_written() {
            return TextEnd::Unanswered(silence);
        }
        TextEnd::BrokenOff { silence, last_words: self.last_words().await }
    }

    /// What the server said of its own accord; it explains a connection that breaks.
    async fn last_words(&mut self) -> Option<Reply> {
        let words = timeout(LAST_WORDS_MAX, self.connection.read_response()).await.ok()?;
        Reply::of(words).ok()
    }

    /// Takes leave; a server that does not answer is left without.
    pub(super) async fn quit(mut self) {
        let _ = self.ask(Quit, QUIT_MAX).await;
    }

    /// The TLS version, if there is TLS.
    pub(super) fn tls_version(&self) -> Option<String> {
        self.wire.tls_version()
    }

    /// A command without a reply as trouble.
    pub(super) fn broken(&self, command: &str, silence: &Silence) -> Trouble {
        Trouble::passing(format!("{} does not answer {command}: {silence}", self.shown))
    }
}

fn text_bound(length: usize) -> Duration {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    TEXT_MAX.max(Duration::from_secs(length.div_ceil(TEXT_BYTES_PER_SECOND_MIN)))
}

/// The name we greet with; without one, the machine's own.
fn client_id(name: Option<&str>) -> Result<ClientId, Trouble> {
    let fits = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    match name {
        Some(name) if fits(name) => Ok(ClientId::Domain(name.to_owned())),
        Some(_) => Err(Trouble::lasting("hello_name is no host name".into())),
        None => {
            let own = ClientId::default();
            Ok(if fits(&own.to_string()) { own } else { ClientId::Ipv4(Ipv4Addr::LOCALHOST) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_mail_has_the_time_a_slow_line_needs() {
        assert_eq!(text_bound(10_000), Duration::from_secs(120));
        assert_eq!(text_bound(6_000_000), Duration::from_secs(120));
        assert_eq!(text_bound(25_000_000), Duration::from_secs(500));
    }

    #[test]
    fn a_name_to_greet_with_cannot_add_a_command() {
        assert!(client_id(Some("desk.example\r\nMAIL FROM:<x@y.example>")).is_err());
        assert!(client_id(Some("")).is_err());
        assert!(client_id(Some("desk.example")).is_ok());
    }
}
