//! A mailbox on an IMAP server.
//!
//! **Invariant:** a session belongs to the call that uses it and is put back by its success alone,
//! so a call that fails, takes too long or is dropped closes the connection. Nothing but numbers,
//! constants and configured folder names ever stands in a command.
//!
//! The convenience calls of `async-imap` take a refusal, a closed connection and a farewell for an
//! empty answer; they are never used. `line` reads every answer itself.

mod line;
mod login;
mod session;
mod listing;
mod uids;
mod fetch;
mod archive;
mod junk;
pub mod probe;

use std::time::Duration;

use tokio::time::sleep;

use crate::mail::connect::{Endpoint, Login};
use crate::mail::imap::listing::Odd;
use crate::mail::imap::session::Session;
use crate::mail::transport::{Extent, Folder, JunkFolder, Listed, Mailbox, Moved, Piece, Place, Trouble};

/// RFC 2177: an IDLE is renewed before 29 minutes are over.
const IDLE_MAX: Duration = Duration::from_secs(25 * 60);
/// The shortest IDLE and the shortest pause between two looks, whatever the settings say.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// Where the mailbox is and how it is used.
#[derive(Debug, Clone)]
pub struct ImapSettings {
    /// The server.
    pub endpoint: Endpoint,
    /// Who logs in.
    pub login: Login,
    /// The folder that is the work list.
    pub inbox: String,
    /// Where taken mail goes.
    pub processed: String,
    /// Where held mail goes.
    pub held: String,
    /// Where mail that is too large goes.
    pub oversize: String,
    /// The provider's junk folder; `None` asks the server which it is.
    pub junk: Option<String>,
    /// How long one IDLE lasts before it is renewed.
    pub idle_wait: Duration,
    /// How often to look where there is no IDLE.
    pub poll_without_idle: Duration,
    /// How often to look in spite of IDLE.
    pub poll_with_idle: Duration,
}

/// The mailbox.
#[derive(Debug)]
pub struct ImapMailbox {
    settings: ImapSettings,
    session: Option<Session>,
    /// Messages that cannot be listed like the others.
    odd: Odd,
}

impl ImapMailbox {
    /// A mailbox that connects when it is first used.
    #[must_use]
    pub fn new(settings: ImapSettings) -> ImapMailbox {
        ImapMailbox { settings, session: None, odd: Odd::default() }
    }

    /// Takes the session out, or makes one.
    async fn take(&mut self) -> Result<Session, Trouble> {
        match self.session.take() {
            Some(session) => Ok(session),
            None => Session::open(&self.settings).await,
        }
    }

    /// As [`ImapMailbox::take`], with INBOX as it is at this moment.
    async fn take_renewed(&mut self) -> Result<Session, Trouble> {
        match self.session.take() {
            Some(mut session) => {
                session.renew(&self.settings).await?;
                Ok(session)
            }
            None => Session::open(&self.settings).await,
        }
    }

    fn folder(&self, folder: Folder) -> &str {
        match folder {
            Folder::Processed => &self.settings.processed,
            Folder::Held => &self.settings.held,
            Folder::Oversize => &self.settings.oversize,
        }
    }
}

impl Mailbox for ImapMailbox {
    fn name(&self) -> String {
        let ImapSettings { login, endpoint, inbox, .. } = &self.settings;
        format!("imap:{}@{}/{inbox}", login.user, endpoint.host)
    }

    async fn list(&mut self) -> Result<Vec<Listed>, Trouble> {
        self.list_all().await
    }

    async fn fetch(
        &mut self,
        wanted: &[Listed],
        extent: Extent,
        spool: &mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>,
    ) -> Result<(), Trouble> {
        let mut session = self.take().await?;
        session.fetch(wanted, extent, spool).await?;
        self.session = Some(session);
        Ok(())
    }

    async fn archive(&mut self, places: &[Place], folder: Folder) -> Result<Moved, Trouble> {
        // Dovecot moves a message of the same UID out of a folder that was replaced meanwhile, and a
        // mail nobody has read would be gone: so the UIDVALIDITY is asked for once more.
        let mut session = self.take_renewed().await?;
        let moved = session.archive(places, self.folder(folder)).await?;
        self.session = Some(session);
        Ok(moved)
    }

    async fn junk(&mut self) -> Result<Option<JunkFolder>, Trouble> {
        let mut session = self.take().await?;
        let found = session.junk(self.settings.junk.as_deref()).await?;
        self.session = Some(session);
        Ok(found)
    }

    async fn wait(&mut self, patience: Duration) -> Result<(), Trouble> {
        if self.session.as_ref().is_some_and(|session| session.line.grown) {
            return Ok(());
        }
        let poll = self.settings.poll_without_idle.max(PAUSE_MIN).min(patience);
        let Some(mut session) = self.session.take_if(|session| session.abilities.idle) else {
            sleep(poll).await;
            return Ok(());
        };
        let mut left = self.settings.poll_with_idle.max(PAUSE_MIN).min(patience);
        while !session.line.grown && !left.is_zero() {
            let each = self.settings.idle_wait.max(PAUSE_MIN).min(IDLE_MAX).min(left);
            if !session.line.idle(each).await? {
                session.abilities.idle = false;
                self.session = Some(session);
                sleep(poll).await;
                return Ok(());
            }
            left -= each;
        }
        self.session = Some(session);
        Ok(())
    }

    fn disconnect(&mut self) {
        self.session = None;
    }

    /// Says goodbye to the server, for two seconds at most.
    async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.line.farewell().await;
        }
    }
}
