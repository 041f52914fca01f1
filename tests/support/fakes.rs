//! A mailbox and a mailer in memory, with the faults a real one can have.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use siaga::domain::Time;
use siaga::domain::outgoing::{OutgoingMail, SendOutcome};
use siaga::mail::transport::{Extent, Folder, JunkFolder, Listed, Mailbox, Mailer, Moved, Piece, Place, Trouble};

/// A message in the fake mailbox.
#[derive(Debug, Clone)]
pub struct Stored {
    pub place: Place,
    pub raw: Vec<u8>,
    pub arrived_at: Time,
}

/// What the fake server holds; shared with the test.
#[derive(Debug, Default)]
pub struct Server {
    pub inbox: Vec<Stored>,
    pub archived: Vec<(Place, Folder)>,
    /// The next so many calls fail.
    pub failures: u32,
    /// Archiving fails although everything else works.
    pub archive_fails: bool,
    /// The archive takes nothing.
    pub archive_shut: bool,
    /// Messages that cannot be moved.
    pub immovable: Vec<Place>,
    /// How often archiving was asked for.
    pub moves: u32,
    /// Whoever asks for this message loses the connection.
    pub breaks: Option<Place>,
    /// This message is listed and never handed out.
    pub withheld: Option<Place>,
    /// How often the withheld or breaking message was asked for.
    pub asked: u32,
    /// UIDVALIDITY.
    pub validity: u32,
    /// What lies in the provider's junk folder.
    pub junk: Option<JunkFolder>,
    next: u32,
}

impl Server {
    /// A server with an empty inbox.
    pub fn new() -> Server {
        Server { validity: 1, ..Server::default() }
    }

    /// Puts a message into the inbox.
    pub fn deliver(&mut self, raw: Vec<u8>, arrived_at: Time) {
        self.next += 1;
        let place = Place(format!("{}/{}", self.validity, self.next));
        self.inbox.push(Stored { place, raw, arrived_at });
    }

    /// The server forgets its UIDs, as after a restored backup.
    pub fn renumber(&mut self) {
        self.validity += 1;
        for (number, stored) in self.inbox.iter_mut().enumerate() {
            stored.place = Place(format!("{}/{}", self.validity, number + 1));
        }
    }

    /// The server counts from the beginning again under the same UIDVALIDITY, as after a snapshot.
    pub fn reuse_numbers(&mut self) {
        self.next = 0;
    }

    fn refuse(&mut self) -> Result<(), Trouble> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(Trouble::passing("the server is away".to_owned()));
        }
        Ok(())
    }
}

/// The mailbox on that server.
#[derive(Debug, Clone, Default)]
pub struct FakeMailbox(pub Rc<RefCell<Server>>);

impl Mailbox for FakeMailbox {
    fn name(&self) -> String {
        "fake:inbox".to_owned()
    }

    async fn list(&mut self) -> Result<Vec<Listed>, Trouble> {
        let mut server = self.0.borrow_mut();
        server.refuse()?;
        let listed = |stored: &Stored| Listed {
            place: stored.place.clone(),
            size_bytes: stored.raw.len() as u64,
            arrived_at: Some(stored.arrived_at),
        };
        Ok(server.inbox.iter().map(listed).collect())
    }

    async fn fetch(
        &mut self,
        wanted: &[Listed],
        extent: Extent,
        spool: &mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>,
    ) -> Result<(), Trouble> {
        let mut server = self.0.borrow_mut();
        for listed in wanted {
            server.refuse()?;
            if server.withheld.as_ref() == Some(&listed.place) {
                server.asked += 1;
                continue;
            }
            if server.breaks.as_ref() == Some(&listed.place) {
                server.asked += 1;
                return Err(Trouble::passing("the connection broke".to_owned()));
            }
            let Some(stored) = server.inbox.iter().find(|stored| stored.place == listed.place) else { continue };
            let end = match extent {
                Extent::Whole => stored.raw.len(),
                Extent::Header => header_end(&stored.raw),
            };
            for piece in stored.raw[..end].chunks(100_000) {
                spool(Piece::Bytes(&stored.place, piece))?;
            }
            spool(Piece::End(&stored.place))?;
        }
        Ok(())
    }

    async fn archive(&mut self, places: &[Place], folder: Folder) -> Result<Moved, Trouble> {
        let mut server = self.0.borrow_mut();
        server.refuse()?;
        if server.archive_fails {
            return Err(Trouble::passing("the connection broke".to_owned()));
        }
        server.moves += 1;
        let reason = "the server refuses UID MOVE".to_owned();
        if server.archive_shut {
            return Ok(Moved::FolderShut { reason });
        }
        let (stay, leave): (Vec<_>, Vec<_>) =
            places.iter().cloned().partition(|place| server.immovable.contains(place));
        server.inbox.retain(|stored| !leave.contains(&stored.place));
        server.archived.extend(leave.into_iter().map(|place| (place, folder)));
        Ok(if stay.is_empty() { Moved::All } else { Moved::AllBut { places: stay, reason } })
    }

    async fn junk(&mut self) -> Result<Option<JunkFolder>, Trouble> {
        let mut server = self.0.borrow_mut();
        server.refuse()?;
        Ok(server.junk)
    }

    async fn wait(&mut self, _patience: Duration) -> Result<(), Trouble> {
        std::future::pending().await
    }

    fn disconnect(&mut self) {}

    async fn close(&mut self) {}
}

fn header_end(raw: &[u8]) -> usize {
    raw.windows(4).position(|window| window == b"\r\n\r\n").map_or(raw.len(), |at| at + 4)
}

/// What the fake provider has taken, and how it answers.
#[derive(Debug, Default)]
pub struct Provider {
    pub taken: Vec<OutgoingMail>,
    /// Answers to the next attempts; afterwards everything is taken.
    pub answers: VecDeque<SendOutcome>,
    /// Addresses it knows nothing of.
    pub dead: Vec<String>,
}

/// The way to that provider.
#[derive(Debug, Clone, Default)]
pub struct FakeMailer(pub Rc<RefCell<Provider>>);

impl Mailer for FakeMailer {
    async fn send(&mut self, mail: &OutgoingMail) -> SendOutcome {
        let mut provider = self.0.borrow_mut();
        if provider.dead.contains(&mail.recipient.to_string()) {
            return SendOutcome::Permanent { reply: "550 5.1.1 no such user".to_owned() };
        }
        let sent = SendOutcome::Sent { reply: "250 2.0.0 Ok".to_owned() };
        let answer = provider.answers.pop_front().unwrap_or(sent);
        if matches!(answer, SendOutcome::Sent { .. }) {
            provider.taken.push(mail.clone());
        }
        answer
    }

    async fn rest(&mut self) {}
}
