//! What a mailbox hands out, kept in memory, and the round a daemon makes over it.

use std::collections::BTreeMap;
use std::time::Duration;

use siaga::mail::imap::ImapMailbox;
use siaga::mail::transport::{Extent, Folder, Listed, Mailbox, Piece, Place, Trouble};

/// Longer than any patience of the mailbox with a silent server: beyond it, something hangs.
const HANG: Duration = Duration::from_secs(600);

/// The end of `work`, or a failed test instead of one that hangs.
pub async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG, work).await.expect("the mailbox gives up by itself")
}

/// Messages as they came.
#[derive(Debug, Default)]
pub struct Spool {
    open: Option<Place>,
    bytes: BTreeMap<Place, Vec<u8>>,
    /// The messages that came to their end, in that order.
    pub whole: Vec<(Place, Vec<u8>)>,
    /// The longest piece.
    pub longest: usize,
}

impl Spool {
    /// Takes a piece, and insists that messages do not mix.
    pub fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Bytes(place, bytes) => {
                if self.open.as_ref() != Some(place) {
                    assert!(!self.bytes.contains_key(place), "{place:?} began before");
                    self.open = Some(place.clone());
                }
                self.longest = self.longest.max(bytes.len());
                self.bytes.entry(place.clone()).or_default().extend(bytes);
            }
            Piece::End(place) => {
                assert!(self.whole.iter().all(|(known, _)| known != place), "{place:?} ended before");
                self.whole.push((place.clone(), self.bytes.get(place).cloned().unwrap_or_default()));
            }
        }
    }

    /// What came to its end, as text.
    pub fn texts(&self) -> Vec<String> {
        self.whole.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

/// Fetches messages.
pub async fn fetch(mailbox: &mut ImapMailbox, wanted: &[Listed], extent: Extent) -> (Spool, Result<(), Trouble>) {
    let mut spool = Spool::default();
    let mut take = |piece: Piece<'_>| {
        spool.take(piece);
        Ok(())
    };
    let end = in_time(mailbox.fetch(wanted, extent, &mut take)).await;
    (spool, end)
}

/// Lists, fetches, archives and listens, as a daemon does; `spool` gets what came.
pub async fn round(mailbox: &mut ImapMailbox, spool: &mut Spool) -> Result<(), Trouble> {
    let listed = in_time(mailbox.list()).await?;
    let (came, end) = fetch(mailbox, &listed, Extent::Whole).await;
    let places: Vec<Place> = came.whole.iter().map(|(place, _)| place.clone()).collect();
    spool.whole.extend(came.whole);
    end?;
    in_time(mailbox.archive(&places, Folder::Processed)).await?;
    in_time(mailbox.wait(Duration::from_millis(5))).await
}
