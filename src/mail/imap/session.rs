//! A conversation about the work list: what the server can do, which folders there are, what lies in INBOX.

use std::collections::BTreeMap;

use async_imap::imap_proto::{AttributeValue, Capability, MailboxDatum, NameAttribute, Response, ResponseCode, Status};
use chrono::{DateTime, Utc};
use tracing::debug;

use crate::domain::Time;
use crate::mail::imap::ImapSettings;
use crate::mail::imap::line::{Answer, Line};
use crate::mail::imap::login::log_in;
use crate::mail::imap::uids;
use crate::mail::transport::Trouble;

/// Marks messages that are archived but could not be removed from INBOX.
pub(super) const KEYWORD: &str = "$SiagaDone";

/// What the server can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// All it names, as it names them.
    pub(super) names: Vec<String>,
    /// RFC 2177: it tells of new mail by itself.
    pub(super) idle: bool,
    /// RFC 6851: it moves messages in one step.
    pub(super) moves: bool,
    /// RFC 4315: it removes single messages.
    pub(super) uidplus: bool,
    /// RFC 6154: it tells what its folders are for.
    pub(super) special_use: bool,
}

/// INBOX as it was selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) uid_validity: u32,
    /// Whether keywords of our own are kept.
    pub(super) keywords: bool,
}

/// A conversation in which INBOX is selected.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) line: Line,
    pub(super) abilities: Abilities,
    pub(super) selected: Selected,
}

impl Session {
    /// Connects, makes the target folders, and selects INBOX.
    pub(super) async fn open(settings: &ImapSettings) -> Result<Session, Trouble> {
        let mut line = log_in(&settings.endpoint, &settings.login).await?;
        let abilities = abilities(&mut line).await?;
        for folder in [&settings.processed, &settings.held, &settings.oversize] {
            if !has_folder(&mut line, folder).await? {
                create(&mut line, folder).await?;
            }
        }
        let selected = select(&mut line, &settings.inbox).await?;
        Ok(Session { line, abilities, selected })
    }

    /// Selects INBOX again: it may have been replaced by another of the same name.
    pub(super) async fn renew(&mut self, settings: &ImapSettings) -> Result<(), Trouble> {
        let before = self.selected;
        self.selected = select(&mut self.line, &settings.inbox).await?;
        self.line.grown |= before.uid_validity != self.selected.uid_validity;
        Ok(())
    }

    /// Asks about these messages, or about all of them; whatever could be read is in `rows`, even if
    /// not everything could.
    pub(super) async fn rows(
        &mut self,
        uids: Option<&[u32]>,
        asked: &str,
        rows: &mut BTreeMap<u32, Row>,
    ) -> Result<(), Trouble> {
        let sized = asked.contains("RFC822.SIZE");
        let arguments = format!("{} ({asked})", uids.map_or_else(|| "1:*".to_owned(), uids::set));
        let answer = self.line.exec("UID FETCH", &arguments, |response| {
            if let Some((uid, mut row)) = row(response) {
                row.is_answer =
                    if sized { row.size.is_some() } else { uids.is_some_and(|uids| uids.binary_search(&uid).is_ok()) };
                rows.entry(uid).or_default().complete(row);
            }
            Ok(())
        });
        answer.await?.or_trouble()
    }

    /// The UIDs of all that lies in INBOX, ascending.
    pub(super) async fn all_uids(&mut self) -> Result<Vec<u32>, Trouble> {
        let mut found = Vec::new();
        let answer = self.line.exec("UID SEARCH", "UID 1:*", |response| {
            if let Response::MailboxData(MailboxDatum::Search(numbers)) = response {
                found.extend(numbers);
            }
            Ok(())
        });
        answer.await?.or_trouble()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Whether `\Deleted` is the only mark this server lets us leave. Otherwise it is somebody
    /// else's and says nothing about whether the message was dealt with.
    pub(super) fn deleted_means_done(&self) -> bool {
        !self.abilities.moves && !self.abilities.uidplus && !self.selected.keywords
    }
}

/// What the server says about one message of the listing.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Whether it says what was asked, and is no mere news about flags.
    pub(super) is_answer: bool,
    pub(super) size: Option<u32>,
    pub(super) arrived_at: Option<Time>,
    pub(super) done: bool,
    pub(super) deleted: bool,
}

impl Row {
    /// Adds what another answer says about the same message.
    fn complete(&mut self, other: Row) {
        self.is_answer |= other.is_answer;
        self.size = other.size.or(self.size);
        self.arrived_at = other.arrived_at.or(self.arrived_at);
        self.done |= other.done;
        self.deleted |= other.deleted;
    }
}

fn row(response: &Response<'_>) -> Option<(u32, Row)> {
    let Response::Fetch(_, attributes) = response else { return None };
    let mut uid = None;
    let mut row = Row::default();
    for attribute in attributes {
        if let AttributeValue::Uid(number) = attribute {
            uid = Some(*number);
        } else if let AttributeValue::Rfc822Size(size) = attribute {
            row.size = Some(*size);
        } else if let AttributeValue::InternalDate(date) = attribute {
            row.arrived_at = internal_date(date);
        } else if let AttributeValue::Flags(flags) = attribute {
            row.done = flags.iter().any(|flag| flag.eq_ignore_ascii_case(KEYWORD));
            row.deleted = flags.iter().any(|flag| flag.eq_ignore_ascii_case("\\Deleted"));
        }
    }
    uid.map(|uid| (uid, row))
}

/// RFC 3501 `date-time`: `17-Jul-1996 02:44:25 -0700`, the day padded with a space.
fn internal_date(text: &str) -> Option<Time> {
    DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z").ok().map(|date| date.with_timezone(&Utc))
}

/// A folder name as an argument. The settings allow printable ASCII without `"` and `\`.
pub(super) fn quoted(folder: &str) -> String {
    format!("\"{}\"", folder.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Asks what the server can do for somebody who is logged in.
pub(super) async fn abilities(line: &mut Line) -> Result<Abilities, Trouble> {
    let mut names = Vec::new();
    let answer = line.exec("CAPABILITY", "", |response| {
        if let Response::Capabilities(list) = response {
            names = list.iter().map(name).collect();
        }
        Ok(())
    });
    answer.await?.or_trouble()?;
    let has = |word: &str| names.iter().any(|name: &String| name.eq_ignore_ascii_case(word));
    let (idle, moves, uidplus) = (has("IDLE"), has("MOVE"), has("UIDPLUS"));
    debug!(idle, moves, uidplus, "{} can IDLE: {idle}, MOVE: {moves}, UIDPLUS: {uidplus}", line.server());
    let special_use = has("SPECIAL-USE");
    Ok(Abilities { names, idle, moves, uidplus, special_use })
}

fn name(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4rev1".to_owned(),
        Capability::Auth(method) => format!("AUTH={method}"),
        Capability::Atom(name) => name.to_string(),
    }
}

/// Whether a folder is there and can hold messages.
pub(super) async fn has_folder(line: &mut Line, folder: &str) -> Result<bool, Trouble> {
    let mut found = false;
    let arguments = format!("\"\" {}", quoted(folder));
    let answer = line.exec("LIST", &arguments, |response| {
        if let Response::MailboxData(MailboxDatum::List(entry)) = response {
            found |= !entry.name_attributes.iter().any(holds_no_mail);
        }
        Ok(())
    });
    answer.await?.or_trouble()?;
    Ok(found)
}

fn holds_no_mail(attribute: &NameAttribute<'_>) -> bool {
    *attribute == NameAttribute::NoSelect
        || matches!(attribute, NameAttribute::Extension(word) if word.eq_ignore_ascii_case("\\NonExistent"))
}

/// Makes a folder and shows it in the mail programs of people.
pub(super) async fn create(line: &mut Line, folder: &str) -> Result<(), Trouble> {
    match line.exec("CREATE", &quoted(folder), |_| Ok(())).await? {
        Answer::Done => debug!(folder, "made the folder {folder}"),
        Answer::Refused(refusal) if refusal.names("ALREADYEXISTS") => {}
        Answer::Refused(refusal) if refusal.names("UNAVAILABLE") || refusal.names("INUSE") => {
            return Err(refusal.trouble());
        }
        Answer::Refused(refusal) => {
            let hint = "make the folder by hand, or name another; on some servers it must be called INBOX.";
            return Err(Trouble::lasting(format!("{}; {hint}{folder}", refusal.reason())));
        }
    }
    if let Answer::Refused(refusal) = line.exec("SUBSCRIBE", &quoted(folder), |_| Ok(())).await? {
        debug!(folder, "{}", refusal.reason());
    }
    Ok(())
}

/// Selects INBOX. Mail that has arrived since the line last heard of it counts as news.
pub(super) async fn select(line: &mut Line, inbox: &str) -> Result<Selected, Trouble> {
    let mut uid_validity = None;
    // RFC 3501 7.1: without PERMANENTFLAGS every flag is permanent.
    let mut keywords = true;
    let mut read_only = false;
    let name = quoted(inbox);
    let answer = line.exec("SELECT", &name, |response| {
        let (Response::Data { status: Status::Ok, outcome } | Response::Done { outcome, .. }) = response else {
            return Ok(());
        };
        match &outcome.code {
            Some(ResponseCode::UidValidity(number)) => uid_validity = Some(*number),
            Some(ResponseCode::PermanentFlags(flags)) => {
                keywords = flags.iter().any(|flag| *flag == "\\*" || flag.eq_ignore_ascii_case(KEYWORD));
            }
            Some(ResponseCode::ReadOnly) => read_only = true,
            _ => {}
        }
        Ok(())
    });
    answer.await?.or_trouble()?;
    if read_only {
        return Err(Trouble::lasting(format!("{inbox} may only be read here, so nothing can be taken out of it")));
    }
    let uid_validity =
        uid_validity.ok_or_else(|| Trouble::passing(format!("{} states no UIDVALIDITY for {inbox}", line.server())))?;
    debug!(exists = line.exists, uid_validity, keywords, "selected {inbox}");
    Ok(Selected { uid_validity, keywords })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrival_times_as_servers_write_them() {
        let check = |text: &str, expected: &str| {
            assert_eq!(internal_date(text).expect(text).to_rfc3339(), expected, "{text}");
        };
        check("17-Jul-1996 02:44:25 -0700", "1996-07-17T09:44:25+00:00");
        check(" 3-Nov-2026 07:30:00 +0700", "2026-11-03T00:30:00+00:00");
        check("03-NOV-2026 07:30:00 +0700", "2026-11-03T00:30:00+00:00");
        assert_eq!(internal_date("yesterday"), None);
    }

    #[test]
    fn a_folder_name_stays_inside_its_quotes() {
        let check = |name: &str, expected: &str| assert_eq!(quoted(name), expected);
        check("Processed", "\"Processed\"");
        check("Surat masuk", "\"Surat masuk\"");
        check("a\"b\\c", "\"a\\\"b\\\\c\"");
    }
}
