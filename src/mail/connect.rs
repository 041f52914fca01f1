//! Connections to mail servers: TCP with bounds, TLS with full validation, secrets that never print.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls_platform_verifier::Verifier;
use secrecy::SecretString;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::mail::transport::Trouble;

/// Bound on a TCP connection to one address, and on name resolution.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Bound on a TLS handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(15);
/// Bound on a token command.
const TOKEN_MAX: Duration = Duration::from_secs(30);
/// Unacknowledged bytes may wait this long before the connection counts as dead.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(45);

/// A server and how it is spoken to.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Host name, also the name its certificate must carry.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
    /// A PEM file with the office's own CA, in addition to the system's.
    pub ca_file: Option<PathBuf>,
}

/// Protection of a connection; never downgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, or no connection.
    StartTls,
    /// No TLS: only to a loopback address.
    Plain,
}

/// Who logs in, and by what.
#[derive(Debug, Clone)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Proof.
    pub secret: Secret,
}

/// What proves the user.
#[derive(Debug, Clone)]
pub enum Secret {
    /// A password.
    Password(SecretString),
    /// A command whose first output line is an OAuth2 access token (XOAUTH2).
    TokenCommand(Vec<String>),
}

/// Opens the TCP connection to a server: the addresses of its name in turn, ten seconds each.
///
/// # Errors
/// [`Trouble`] if none answers, or if the connection would be plain beyond this machine.
pub async fn dial(endpoint: &Endpoint) -> Result<TcpStream, Trouble> {
    let shown = format!("{}:{}", endpoint.host, endpoint.port);
    let resolved = timeout(CONNECT_MAX, tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))).await;
    let addresses: Vec<SocketAddr> = match resolved {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(Trouble::passing(format!("cannot find {}: {error}", endpoint.host))),
        Err(_) => return Err(Trouble::passing(format!("the name {} was not resolved in time", endpoint.host))),
    };
    if endpoint.security == Security::Plain && !addresses.iter().all(|address| address.ip().is_loopback()) {
        let remedy = "security = \"plain\" is for this machine alone; write \"tls\" or \"starttls\"";
        return Err(Trouble::lasting(format!("{shown} is not on this machine: {remedy}")));
    }
    let mut last = format!("the name {} has no address", endpoint.host);
    for address in addresses {
        match timeout(CONNECT_MAX, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                tune(&stream)
                    .map_err(|error| Trouble::passing(format!("prepare the connection to {shown}: {error}")))?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = format!("cannot connect to {shown}: {error}"),
            Err(_) => last = format!("{shown} does not answer"),
        }
    }
    Err(Trouble::passing(last))
}

/// A dead route is noticed even while nothing is said, and small writes are not held back.
fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10)).with_retries(3);
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))
}

/// Puts TLS over a stream: TLS 1.2 or 1.3, the certificate checked in full.
///
/// # Errors
/// [`Trouble`]; a certificate that is refused needs a person.
pub async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
    endpoint: &Endpoint,
    stream: S,
) -> Result<TlsStream<S>, Trouble> {
    let host = &endpoint.host;
    let config = tls_config(endpoint.ca_file.as_deref()).map_err(|error| Trouble::lasting(format!("{error:#}")))?;
    let name = ServerName::try_from(host.clone())
        .map_err(|_| Trouble::lasting(format!("`{host}` is no name a certificate can carry")))?;
    match timeout(HANDSHAKE_MAX, TlsConnector::from(config).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(refused_handshake(endpoint, &error)),
        Err(_) => Err(Trouble::passing(format!("{host}:{} began no TLS in time", endpoint.port))),
    }
}

fn refused_handshake(endpoint: &Endpoint, error: &io::Error) -> Trouble {
    let shown = format!("{}:{}", endpoint.host, endpoint.port);
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(reason)) => Trouble::lasting(format!(
            "the certificate of {shown} is refused: {reason:?}; renew it, or name the office's CA in ca_file"
        )),
        Some(rustls::Error::InvalidMessage(_)) => Trouble::lasting(format!(
            "{shown} does not speak TLS from the first byte; use its TLS port, or security = \"starttls\""
        )),
        Some(other) => Trouble::passing(format!("TLS with {shown} failed: {other}")),
        None => Trouble::passing(format!("TLS with {shown} failed: {error}")),
    }
}

/// TLS 1.2 and 1.3 with the system's roots and those of the office.
fn tls_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = match ca_file {
        Some(path) => {
            let roots = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .with_context(|| format!("read the CA file {}", path.display()))?;
            anyhow::ensure!(!roots.is_empty(), "the CA file {} holds no certificate", path.display());
            Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        }
        None => Verifier::new(Arc::clone(&provider)),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier.context("prepare the check of certificates")?))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Runs a token command: the first line it prints is the OAuth2 access token.
///
/// # Errors
/// [`Trouble`] if it cannot be run, fails, takes more than 30 seconds or prints nothing.
pub async fn token(command: &[String]) -> Result<SecretString, Trouble> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Trouble::lasting("token_command is empty".into()))?;
    let running =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).output();
    let output = match timeout(TOKEN_MAX, running).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(Trouble::lasting(format!("cannot run the token command {program}: {error}"))),
        Err(_) => return Err(Trouble::passing(format!("the token command {program} took more than 30 seconds"))),
    };
    if !output.status.success() {
        return Err(Trouble::passing(format!("the token command {program} failed: {}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Ok(SecretString::from(line.to_owned())),
        None => Err(Trouble::lasting(format!("the token command {program} printed no token"))),
    }
}

/// Some servers repeat the command they refuse; what reaches a log or a mail must not hold the secret,
/// neither bare nor in one of the encoded `words` that carried it.
pub(super) fn without(text: &str, words: &[String], secret: &str) -> String {
    let secrets = words.iter().map(String::as_str).chain([secret]).filter(|word| !word.is_empty());
    secrets.fold(text.to_owned(), |text, word| text.replace(word, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_repeats_the_login_gives_no_secret_away() {
        let words = ["AGRlc2sAcjRoYXNpYQ==".to_owned()];
        let check = |said: &str, kept: &str| assert_eq!(without(said, &words, "r4hasia"), kept);
        check("5.5.4 bad argument AGRlc2sAcjRoYXNpYQ==", "5.5.4 bad argument …");
        check("5.7.8 wrong password r4hasia for desk", "5.7.8 wrong password … for desk");
        check("5.7.8 no", "5.7.8 no");
    }
}
