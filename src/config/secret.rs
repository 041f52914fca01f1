//! Where a secret lies, and how it is read: never from a settings file, never printed.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use secrecy::SecretString;

/// Where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A file only its owner may read.
    File(PathBuf),
    /// A credential handed over by the service manager (`LoadCredential=`).
    Credential(String),
    /// A command that prints an OAuth2 access token.
    TokenCommand(Vec<String>),
}

/// Reads a password from its file or credential, without its last line break.
///
/// # Errors
/// If it is not there, others may read it, or it is a command, which is run by the connection.
pub fn read_secret(source: &SecretSource) -> Result<SecretString> {
    let path = match source {
        SecretSource::File(path) => path.clone(),
        SecretSource::Credential(name) => {
            let folder = std::env::var_os("CREDENTIALS_DIRECTORY").with_context(|| {
                format!("no credential `{name}`: CREDENTIALS_DIRECTORY is not set; start Siaga as a service with LoadCredential={name}:…")
            })?;
            PathBuf::from(folder).join(name)
        }
        SecretSource::TokenCommand(_) => anyhow::bail!("a token command is run at login and has no file"),
    };
    let shown = path.display();
    let mode = std::fs::metadata(&path).with_context(|| format!("read the secret in {shown}"))?.permissions().mode();
    ensure!(mode & 0o077 == 0, "{shown} may be read by others (mode {:o}): run chmod 600 {shown}", mode & 0o777);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read the secret in {shown}"))?;
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    ensure!(!secret.is_empty(), "{shown} is empty: write the secret into it");
    Ok(SecretString::from(secret.to_owned()))
}
