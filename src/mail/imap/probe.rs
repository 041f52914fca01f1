//! What a mailbox turns out to be, for `siaga check --live`.

use crate::mail::imap::ImapSettings;
use crate::mail::imap::login::log_in;
use crate::mail::imap::session::{abilities, has_folder, select};
use crate::mail::transport::Trouble;

/// A mailbox as it was found. Nothing was changed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What the server says it can do.
    pub capabilities: Vec<String>,
    /// It tells of new mail at once; otherwise new mail waits for the next poll.
    pub idle: bool,
    /// It moves messages in one step; otherwise they are copied, marked and removed.
    pub moves: bool,
    /// It removes single messages. Without this and without MOVE, archived messages stay visible
    /// in INBOX under a keyword.
    pub uidplus: bool,
    /// It keeps keywords of our own.
    pub keywords: bool,
    /// Messages in INBOX.
    pub messages: u32,
    /// The target folders, and whether they are there already.
    pub folders: Vec<(String, bool)>,
}

/// Logs in, looks around, and leaves everything as it was.
///
/// # Errors
/// [`Trouble`], as the mailbox itself would have it.
pub async fn probe(settings: &ImapSettings) -> Result<Probe, Trouble> {
    let mut line = log_in(&settings.endpoint, &settings.login).await?;
    let abilities = abilities(&mut line).await?;
    let mut folders = Vec::new();
    for folder in [&settings.processed, &settings.held, &settings.oversize] {
        folders.push((folder.clone(), has_folder(&mut line, folder).await?));
    }
    let selected = select(&mut line, &settings.inbox).await?;
    let messages = line.exists;
    line.farewell().await;
    Ok(Probe {
        capabilities: abilities.names,
        idle: abilities.idle,
        moves: abilities.moves,
        uidplus: abilities.uidplus,
        keywords: selected.keywords,
        messages,
        folders,
    })
}
