//! Taking messages out of INBOX: in one step where the server can, otherwise copied, marked and removed one by one.

use async_imap::imap_proto::{MailboxDatum, Response};
use tracing::debug;

use crate::mail::imap::line::{Answer, Refusal};
use crate::mail::imap::session::{KEYWORD, Session, create, quoted};
use crate::mail::imap::uids;
use crate::mail::transport::{Moved, Place, Trouble};

/// Messages named in one command: servers cut lines at 8 KiB.
const AT_ONCE: usize = 500;

/// Messages refused one by one, and none taken, after which it is the folder and not the messages.
const REFUSED_MAX: usize = 8;
/// Codes of RFC 5530 that speak of the folder or of us, and never of one message.
const OF_THE_FOLDER: &[&str] = &["OVERQUOTA", "NOPERM", "UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN", "READ-ONLY"];

/// How the server took one set of messages.
#[derive(Debug)]
enum Taken {
    Out,
    Refused(Refusal),
    /// The folder takes nothing: why.
    Shut(String),
}

impl Session {
    /// Takes messages out of INBOX into `folder`. A set the server refuses is offered again in
    /// halves, down to single messages: one bad mail keeps no other in INBOX.
    pub(super) async fn archive(&mut self, places: &[Place], folder: &str) -> Result<Moved, Trouble> {
        let validity = self.selected.uid_validity;
        let mut here: Vec<u32> = places.iter().filter_map(|place| uids::uid_in(place, validity)).collect();
        here.sort_unstable();
        here.dedup();
        let mut sets: Vec<Vec<u32>> = here.chunks(AT_ONCE).rev().map(<[u32]>::to_vec).collect();
        let (mut count, mut refused, mut reason) = (0, Vec::new(), String::new());
        while let Some(mut some) = sets.pop() {
            let refusal = match self.take_out(&some, folder).await? {
                Taken::Out => {
                    count += some.len();
                    debug!(folder, count = some.len(), "archived {} messages in {folder}", some.len());
                    continue;
                }
                Taken::Shut(reason) => return Ok(Moved::FolderShut { reason }),
                Taken::Refused(refusal) => refusal,
            };
            // A message that somebody else took away may make a server refuse the rest as well.
            let left = self.present(&some).await?;
            count += some.len() - left.len();
            if left.len() < some.len() {
                sets.extend((!left.is_empty()).then_some(left));
            } else if some.len() > 1 {
                let second = some.split_off(some.len().div_ceil(2));
                sets.extend([second, some]);
            } else {
                reason = refusal.reason();
                refused.extend(some);
            }
            if count == 0 && refused.len() >= REFUSED_MAX {
                return Ok(Moved::FolderShut { reason });
            }
        }
        if refused.is_empty() {
            return Ok(Moved::All);
        }
        if count == 0 && refused.len() > 1 {
            return Ok(Moved::FolderShut { reason });
        }
        let places = refused.into_iter().map(|uid| uids::place(validity, uid)).collect();
        Ok(Moved::AllBut { places, reason })
    }

    async fn take_out(&mut self, some: &[u32], folder: &str) -> Result<Taken, Trouble> {
        let verb = if self.abilities.moves { "UID MOVE" } else { "UID COPY" };
        let taken = self.transfer(verb, some, folder).await?;
        if self.abilities.moves || !matches!(taken, Taken::Out) {
            return Ok(taken);
        }
        // What was copied and cannot be removed would be copied again in every round.
        Ok(self.remove(some).await?.map_or(Taken::Out, |refusal| Taken::Shut(refusal.reason())))
    }

    async fn transfer(&mut self, verb: &str, uids: &[u32], folder: &str) -> Result<Taken, Trouble> {
        let mut answer = self.command(verb, uids, &quoted(folder)).await?;
        if matches!(&answer, Answer::Refused(refusal) if refusal.folder_is_missing()) {
            match create(&mut self.line, folder).await {
                // The server answered, and a person must make the folder.
                Err(trouble) if trouble.needs_person => return Ok(Taken::Shut(trouble.reason)),
                created => created?,
            }
            answer = self.command(verb, uids, &quoted(folder)).await?;
        }
        Ok(match answer {
            Answer::Done => Taken::Out,
            Answer::Refused(refusal) if refusal.bad => return Err(refusal.trouble()),
            Answer::Refused(refusal)
                if refusal.folder_is_missing() || OF_THE_FOLDER.iter().any(|code| refusal.names(code)) =>
            {
                Taken::Shut(refusal.reason())
            }
            Answer::Refused(refusal) => Taken::Refused(refusal),
        })
    }

    /// Removes copied messages from INBOX, and never any other: a bare EXPUNGE would also remove
    /// what people have marked. Returns what the server objects to.
    async fn remove(&mut self, uids: &[u32]) -> Result<Option<Refusal>, Trouble> {
        let marks = match (self.abilities.uidplus, self.selected.keywords) {
            (true, true) => format!("\\Deleted {KEYWORD}"),
            (false, true) => KEYWORD.to_owned(),
            (true | false, false) => "\\Deleted".to_owned(),
        };
        let marking = self.command("UID STORE", uids, &format!("+FLAGS.SILENT ({marks})")).await?;
        let answer = match marking {
            Answer::Done if self.abilities.uidplus => self.command("UID EXPUNGE", uids, "").await?,
            marked @ (Answer::Done | Answer::Refused(_)) => marked,
        };
        match answer {
            Answer::Done => Ok(None),
            Answer::Refused(refusal) if refusal.bad => Err(refusal.trouble()),
            Answer::Refused(refusal) => Ok(Some(refusal)),
        }
    }

    async fn command(&mut self, verb: &str, uids: &[u32], rest: &str) -> Result<Answer, Trouble> {
        let arguments = format!("{} {rest}", uids::set(uids));
        self.line.exec(verb, arguments.trim_end(), |_| Ok(())).await
    }

    /// Which of these messages are still in INBOX.
    async fn present(&mut self, uids: &[u32]) -> Result<Vec<u32>, Trouble> {
        let mut found = Vec::new();
        let arguments = format!("UID {}", uids::set(uids));
        let answer = self.line.exec("UID SEARCH", &arguments, |response| {
            if let Response::MailboxData(MailboxDatum::Search(numbers)) = response {
                found.extend(numbers.iter().copied().filter(|uid| uids.binary_search(uid).is_ok()));
            }
            Ok(())
        });
        answer.await?.or_trouble()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
