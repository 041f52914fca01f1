//! Taking messages out of INBOX: in one step where the server can, otherwise copied, marked and removed one by one.

use async_imap::imap_proto::{MailboxDatum, Response};
use tracing::debug;

use crate::mail::imap::line::Answer;
use crate::mail::imap::session::{KEYWORD, Session, create, quoted};
use crate::mail::imap::uids;
use crate::mail::transport::{Place, Trouble};

/// Messages named in one command: servers cut lines at 8 KiB.
const AT_ONCE: usize = 500;

impl Session {
    /// Takes messages out of INBOX into `folder`.
    pub(super) async fn archive(&mut self, places: &[Place], folder: &str) -> Result<(), Trouble> {
        let mut here: Vec<u32> =
            places.iter().filter_map(|place| uids::uid_in(place, self.selected.uid_validity)).collect();
        here.sort_unstable();
        here.dedup();
        for some in here.chunks(AT_ONCE) {
            if self.abilities.moves {
                self.transfer("UID MOVE", some, folder).await?;
            } else {
                self.transfer("UID COPY", some, folder).await?;
                self.remove(some).await?;
            }
            debug!(folder, count = some.len(), "archived {} messages in {folder}", some.len());
        }
        Ok(())
    }

    async fn transfer(&mut self, verb: &str, uids: &[u32], folder: &str) -> Result<(), Trouble> {
        match self.command(verb, uids, &quoted(folder)).await? {
            Answer::Done => Ok(()),
            Answer::Refused(refusal) if refusal.folder_is_missing() => {
                create(&mut self.line, folder).await?;
                self.command(verb, uids, &quoted(folder)).await?.or_trouble()
            }
            Answer::Refused(refusal) => {
                // A message that somebody else took away may make a server refuse the rest as well.
                let left = self.present(uids).await?;
                if left.len() == uids.len() {
                    return Err(refusal.trouble());
                }
                if left.is_empty() {
                    return Ok(());
                }
                self.command(verb, &left, &quoted(folder)).await?.or_trouble()
            }
        }
    }

    /// Removes copied messages from INBOX, and never any other: a bare EXPUNGE would also remove
    /// what people have marked.
    async fn remove(&mut self, uids: &[u32]) -> Result<(), Trouble> {
        let marks = match (self.abilities.uidplus, self.selected.keywords) {
            (true, true) => format!("\\Deleted {KEYWORD}"),
            (false, true) => KEYWORD.to_owned(),
            (true | false, false) => "\\Deleted".to_owned(),
        };
        self.command("UID STORE", uids, &format!("+FLAGS.SILENT ({marks})")).await?.or_trouble()?;
        if self.abilities.uidplus {
            self.command("UID EXPUNGE", uids, "").await?.or_trouble()?;
        }
        Ok(())
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
