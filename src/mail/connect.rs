//! Connections to mail servers: TCP with bounds, TLS with full validation, secrets that never print.

use std::path::PathBuf;

use secrecy::SecretString;

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
