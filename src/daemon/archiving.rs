//! Moving away what has been dealt with. What the server refuses rests for a while, and keeps neither
//! other mail in INBOX nor new mail out.

use std::collections::HashMap;
use std::time::Duration;

use tracing::{error, info, warn};

use crate::daemon::rests::Rests;
use crate::fail_point::{Step, reached};
use crate::mail::transport::{Folder, Mailbox, Moved, Place, Trouble};
use crate::store::receipts::{Receipt, State};

const MINUTE: Duration = Duration::from_secs(60);
/// A full folder is emptied by a person: in minutes, not in seconds.
const LENGTHS: &[Duration] = &[
    MINUTE.saturating_mul(5),
    MINUTE.saturating_mul(10),
    MINUTE.saturating_mul(20),
    MINUTE.saturating_mul(40),
    MINUTE.saturating_mul(60),
];

/// What the server would not move.
#[derive(Debug)]
pub(super) struct Archiving {
    messages: Rests<Place>,
    folders: Rests<Folder>,
}

impl Archiving {
    pub(super) fn new() -> Archiving {
        Archiving { messages: Rests::new(LENGTHS), folders: Rests::new(LENGTHS) }
    }

    /// Forgets messages that are not in the mailbox any more.
    pub(super) fn retain(&mut self, is_there: impl Fn(&Place) -> bool) {
        self.messages.retain(is_there);
    }

    /// Moves what has been dealt with out of the work list.
    pub(super) async fn archive<B: Mailbox>(
        &mut self,
        mailbox: &mut B,
        receipts: Vec<(Place, Receipt)>,
        steady: Duration,
    ) -> Result<(), Trouble> {
        let mut folders: HashMap<Folder, Vec<Place>> = HashMap::new();
        for (place, receipt) in receipts {
            if let Some(folder) = folder_of(&receipt).filter(|folder| !self.folders.rests(folder, steady))
                && !self.messages.rests(&place, steady)
            {
                folders.entry(folder).or_default().push(place);
            }
        }
        for (folder, places) in folders {
            match mailbox.archive(&places, folder).await? {
                Moved::All => self.opened(folder),
                Moved::AllBut { places, reason } => {
                    self.opened(folder);
                    for place in places {
                        let Place(name) = place.clone();
                        if self.messages.failed(place, steady).times == 1 {
                            warn!(place = name, "Message {name} is dealt with and cannot be moved away: {reason}");
                        }
                    }
                }
                Moved::FolderShut { reason } => {
                    let minutes = self.folders.failed(folder, steady).length.as_secs() / 60;
                    error!(
                        ?folder,
                        "The folder for {folder:?} mail takes nothing; what is dealt with stays in INBOX, new mail is \
                         taken in, next attempt in {minutes} min: {reason}"
                    );
                }
            }
            reached(Step::Archived);
        }
        Ok(())
    }

    fn opened(&mut self, folder: Folder) {
        if self.folders.times(&folder) > 0 {
            info!(?folder, "The folder for {folder:?} mail takes mail again");
        }
        self.folders.forget(&folder);
    }

    /// How long until something is to be tried again.
    pub(super) fn shortest(&self, steady: Duration) -> Option<Duration> {
        self.messages.shortest(steady).into_iter().chain(self.folders.shortest(steady)).min()
    }
}

/// Where a message goes once it has been dealt with; `None` while it has not.
fn folder_of(receipt: &Receipt) -> Option<Folder> {
    match receipt.state {
        State::Received => None,
        State::Held => Some(Folder::Held),
        State::Taken | State::Duplicate | State::Ignored | State::Archived if !receipt.arrival.whole => {
            Some(Folder::Oversize)
        }
        State::Taken | State::Duplicate | State::Ignored | State::Archived => Some(Folder::Processed),
    }
}
