//! A look at the provider's junk folder: how much lies there and how much has ever come. Nothing in
//! it is read, moved or marked.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, StatusAttribute};
use tracing::debug;

use crate::mail::imap::line::{Answer, Line};
use crate::mail::imap::session::{Session, quoted};
use crate::mail::transport::{JunkFolder, Trouble};

impl Session {
    /// What lies in that folder, or in the one the server calls `\Junk` (RFC 6154); `None` where there
    /// is no such folder or the server does not tell.
    pub(super) async fn junk(&mut self, configured: Option<&str>) -> Result<Option<JunkFolder>, Trouble> {
        let folder = match configured {
            Some(folder) => folder.to_owned(),
            None if !self.abilities.special_use => return Ok(None),
            None => match special(&mut self.line).await? {
                Some(folder) => folder,
                None => return Ok(None),
            },
        };
        let (mut messages, mut uid_next, mut uid_validity) = (None, None, None);
        let arguments = format!("{} (MESSAGES UIDNEXT UIDVALIDITY)", quoted(&folder));
        let answer = self.line.exec("STATUS", &arguments, |response| {
            if let Response::MailboxData(MailboxDatum::Status { status, .. }) = response {
                for fact in status {
                    if let StatusAttribute::Messages(number) = fact {
                        messages = Some(*number);
                    } else if let StatusAttribute::UidNext(number) = fact {
                        uid_next = Some(*number);
                    } else if let StatusAttribute::UidValidity(number) = fact {
                        uid_validity = Some(*number);
                    }
                }
            }
            Ok(())
        });
        if let Answer::Refused(refusal) = answer.await? {
            debug!(folder, "{}", refusal.reason());
            return Ok(None);
        }
        let found = messages.zip(uid_next).zip(uid_validity);
        Ok(found.map(|((messages, uid_next), uid_validity)| JunkFolder { messages, uid_next, uid_validity }))
    }
}

/// The folder the server itself uses for junk.
async fn special(line: &mut Line) -> Result<Option<String>, Trouble> {
    let mut folder = None;
    let answer = line.exec("LIST", "(SPECIAL-USE) \"\" \"*\"", |response| {
        if let Response::MailboxData(MailboxDatum::List(entry)) = response
            && entry.name_attributes.contains(&NameAttribute::Junk)
        {
            folder.get_or_insert(entry.name.to_string());
        }
        Ok(())
    });
    match answer.await? {
        Answer::Done => Ok(folder),
        Answer::Refused(_) => Ok(None),
    }
}
