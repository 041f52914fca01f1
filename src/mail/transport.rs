//! The two seams to the outside: where mail comes from and where it goes.
#![expect(async_fn_in_trait, reason = "everything runs on one task, so nothing here must be Send")]

use std::time::Duration;

use crate::domain::Time;
use crate::domain::outgoing::{OutgoingMail, SendOutcome};

/// Why a mail server cannot be used at the moment. Nothing is lost by it: the work list stays on the
/// server and the outbox stays here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Trouble {
    /// What went wrong, for people.
    pub reason: String,
    /// Whether trying again soon is useless until a person has mended something: a wrong password,
    /// a refused certificate, a missing STARTTLS.
    pub needs_person: bool,
}

impl Trouble {
    /// Trouble that may pass by itself.
    pub fn passing(reason: String) -> Trouble {
        Trouble { reason, needs_person: false }
    }

    /// Trouble that lasts until a person mends it.
    pub fn lasting(reason: String) -> Trouble {
        Trouble { reason, needs_person: true }
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Trouble {
        Trouble::passing(format!("{error:#}"))
    }
}

/// Where a message lies in its mailbox: unique and stable while it lies there, e.g. `1712/42`
/// (UIDVALIDITY/UID) or a Maildir file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(pub String);

/// A message in the mailbox's work list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it lies.
    pub place: Place,
    /// Its size as the server states it.
    pub size_bytes: u64,
    /// When it arrived at the server (IMAP INTERNALDATE); `None` if the server does not say so in
    /// words that can be read: then it arrives when it is received here.
    pub arrived_at: Option<Time>,
}

/// How much of a message is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Only its header block.
    Header,
}

/// A piece of a message on its way to the spool. Pieces of one message come in order and are never
/// interleaved with another's; `End` says that all of it has come.
#[derive(Debug)]
pub enum Piece<'a> {
    /// The next bytes.
    Bytes(&'a Place, &'a [u8]),
    /// The message is complete.
    End(&'a Place),
}

/// Where a message goes once it is durable here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Folder {
    /// Taken in.
    Processed,
    /// Put aside for a person.
    Held,
    /// Larger than what is read.
    Oversize,
}

/// The provider's junk folder as it is at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JunkFolder {
    /// Messages in it.
    pub messages: u32,
    /// The number its next message gets: how many have ever come, whatever became of them.
    pub uid_next: u32,
    /// Changes when the numbers begin anew.
    pub uid_validity: u32,
}

/// How far a server went along with taking messages out of the work list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// All of them are out.
    All,
    /// All but these, each of which the server refuses for itself.
    AllBut {
        /// What stays.
        places: Vec<Place>,
        /// What the server said of the last of them.
        reason: String,
    },
    /// The folder takes nothing at the moment, however few are offered: it is full, or shut.
    FolderShut {
        /// What the server said.
        reason: String,
    },
}

/// Where mail comes from. INBOX itself is the work list: what lies there has not been dealt with,
/// whatever its flags and date (trust-and-safety 3.1).
pub trait Mailbox {
    /// A name for this mailbox that stays the same across restarts, e.g. `imap:user@host/INBOX`.
    fn name(&self) -> String;

    /// Everything in the work list, oldest first. Connects if necessary.
    async fn list(&mut self) -> Result<Vec<Listed>, Trouble>;

    /// Hands `wanted` messages to `spool` piece by piece. A message that vanished meanwhile is
    /// passed over: no `End` comes for it.
    async fn fetch(
        &mut self,
        wanted: &[Listed],
        extent: Extent,
        spool: &mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>,
    ) -> Result<(), Trouble>;

    /// Takes messages out of the work list into `folder`. Called only after everything about them
    /// is durable; a message that is no longer there counts as archived.
    /// What the server refuses is no trouble of the connection: it says so in [`Moved`].
    async fn archive(&mut self, places: &[Place], folder: Folder) -> Result<Moved, Trouble>;

    /// What lies in the provider's junk folder; `None` where there is none to be seen.
    async fn junk(&mut self) -> Result<Option<JunkFolder>, Trouble>;

    /// Returns when new mail may be there, at the latest after `patience`.
    async fn wait(&mut self, patience: Duration) -> Result<(), Trouble>;

    /// Forgets the connection: after an error or an interrupted call it is never used again.
    fn disconnect(&mut self);

    /// Ends the connection politely, as at an orderly end.
    async fn close(&mut self);
}

/// Where mail goes.
pub trait Mailer {
    /// Hands one mail to the provider. Never panics and never retries by itself.
    async fn send(&mut self, mail: &OutgoingMail) -> SendOutcome;

    /// Ends connections that are idle.
    async fn rest(&mut self);
}
