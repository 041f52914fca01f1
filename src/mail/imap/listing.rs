//! The listing of INBOX, in spite of messages about which the server says what cannot be read.
//!
//! One such message (`INTERNALDATE NIL` makes the parser panic) would end every listing, and so keep
//! every other mail out for ever. So what was said before it is kept, it is asked about alone, less
//! and less until the answer can be read, and that is remembered for the next listing. Each such
//! answer costs a connection, because nothing that follows it on the same one can be trusted.

use std::collections::{BTreeMap, VecDeque};

use tracing::{debug, warn};

use crate::mail::imap::ImapMailbox;
use crate::mail::imap::session::{Row, Session};
use crate::mail::imap::uids;
use crate::mail::transport::{Listed, Trouble};

/// What is asked about a message: all of it, and less where the answer cannot be read.
const ASKED: &[&str] =
    &["UID RFC822.SIZE INTERNALDATE FLAGS", "UID RFC822.SIZE FLAGS", "UID INTERNALDATE FLAGS", "UID FLAGS", "UID"];
/// Messages of one command where they are named one by one.
const TOGETHER: usize = 1_000;
/// Unreadable answers after which all the rest is asked less about: then it is the server's manner.
const UNREADABLE_MAX: usize = 8;
/// The size of a message of which it cannot be read: more than is fetched whole, so that its header
/// alone is fetched and the message is put where the large ones are.
const SIZE_UNREADABLE: u64 = u32::MAX as u64;

/// How much less than all is asked about a message: an index into [`ASKED`].
type Less = usize;

/// Messages about which not everything can be asked.
#[derive(Debug, Default)]
pub(super) struct Odd {
    uid_validity: u32,
    less: BTreeMap<u32, Less>,
}

/// Messages that are asked about by one command.
#[derive(Debug)]
struct Question {
    uids: Vec<u32>,
    less: Less,
}

impl ImapMailbox {
    /// What lies in INBOX and is not marked as archived, oldest first.
    pub(super) async fn list_all(&mut self) -> Result<Vec<Listed>, Trouble> {
        let mut session = self.take_renewed().await?;
        session.line.grown = false;
        let mut rows = BTreeMap::new();
        // Some servers refuse `1:*` where there is nothing.
        if session.line.exists > 0 {
            session = self.ask(session, &mut rows).await?;
        }
        let listed = listed(&session, rows);
        self.session = Some(session);
        Ok(listed)
    }

    /// Asks about everything, at once if nothing is known to be odd.
    async fn ask(&mut self, mut session: Session, rows: &mut BTreeMap<u32, Row>) -> Result<Session, Trouble> {
        let uid_validity = session.selected.uid_validity;
        if self.odd.uid_validity != uid_validity {
            self.odd = Odd { uid_validity, less: BTreeMap::new() };
        }
        if self.odd.less.is_empty() {
            match session.rows(None, ASKED[0], rows).await {
                Err(trouble) if session.line.unreadable => {
                    warn!("{trouble}; it is asked again in smaller parts");
                    session = self.again(uid_validity).await?;
                }
                Err(trouble) => return Err(trouble),
                Ok(()) if rows.values().filter(|row| row.is_answer).count() >= session.line.exists as usize => {
                    return Ok(session);
                }
                // Of some the parser makes nothing without saying so (a size of a tebibyte).
                Ok(()) => {}
            }
        }
        let present = session.all_uids().await?;
        self.odd.less.retain(|uid, _| present.binary_search(uid).is_ok());
        let mut questions = self.odd.questions(&present, rows);
        let mut unreadable = 0;
        while let Some(question) = questions.pop_front() {
            match session.rows(Some(&question.uids), ASKED[question.less], rows).await {
                Ok(()) => {
                    self.odd.note(&question, rows);
                    questions.extend(question.unanswered(rows));
                }
                Err(trouble) if session.line.unreadable => {
                    unreadable += 1;
                    let least = unreadable / UNREADABLE_MAX;
                    if least >= ASKED.len() {
                        return Err(trouble);
                    }
                    question.divide(rows).into_iter().rev().for_each(|part| questions.push_front(part));
                    questions.iter_mut().for_each(|question| question.less = question.less.max(least));
                    questions.retain(|question| question.less < ASKED.len());
                    session = self.again(uid_validity).await?;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(session)
    }

    /// A connection in place of one whose answer could not be read.
    async fn again(&self, uid_validity: u32) -> Result<Session, Trouble> {
        let session = Session::open(&self.settings).await?;
        if session.selected.uid_validity == uid_validity {
            return Ok(session);
        }
        Err(Trouble::passing(format!("{} has another INBOX than a moment ago", session.line.server())))
    }
}

impl Odd {
    /// What is to be asked about those that have no row yet.
    fn questions(&self, present: &[u32], rows: &BTreeMap<u32, Row>) -> VecDeque<Question> {
        let mut by_less: BTreeMap<Less, Vec<u32>> = BTreeMap::new();
        for uid in present.iter().filter(|uid| !is_answered(rows, **uid)) {
            by_less.entry(self.less.get(uid).copied().unwrap_or_default()).or_default().push(*uid);
        }
        let mut questions = VecDeque::new();
        for (less, uids) in by_less {
            let first = if rows.is_empty() { 0 } else { 1.min(uids.len()) };
            // Servers answer in order: what comes after the last readable row is the suspect.
            let (suspect, others) = uids.split_at(first);
            let parts = std::iter::once(suspect).chain(others.chunks(TOGETHER)).filter(|part| !part.is_empty());
            questions.extend(parts.map(|part| Question { uids: part.to_vec(), less }));
        }
        questions
    }

    /// Remembers about which messages less than all was asked.
    fn note(&mut self, question: &Question, rows: &BTreeMap<u32, Row>) {
        if question.less == 0 {
            return;
        }
        for uid in question.uids.iter().filter(|uid| is_answered(rows, **uid)) {
            if self.less.insert(*uid, question.less).is_none() {
                let asked = ASKED[question.less];
                warn!(uid, "What the server says about message {uid} cannot be read; it is asked for {asked} alone");
            }
        }
    }
}

impl Question {
    /// Less about each message nothing was said about: it is odd, or has vanished meanwhile.
    fn unanswered(&self, rows: &BTreeMap<u32, Row>) -> Vec<Question> {
        let less = self.less + 1;
        let silent = self.uids.iter().filter(|uid| less < ASKED.len() && !is_answered(rows, **uid));
        silent.map(|uid| Question { uids: vec![*uid], less }).collect()
    }

    /// The question in parts, after an answer that could not be read: the first message that has no
    /// row is the suspect, the others follow in halves. About a single one less is asked.
    fn divide(self, rows: &BTreeMap<u32, Row>) -> Vec<Question> {
        let Question { uids, less } = self;
        if let [uid] = uids[..] {
            if less + 1 == ASKED.len() {
                warn!(uid, "Nothing the server says about message {uid} can be read: it stays in INBOX");
            }
            return vec![Question { uids, less: less + 1 }];
        }
        let left: Vec<u32> = uids.into_iter().filter(|uid| !is_answered(rows, *uid)).collect();
        let Some((suspect, others)) = left.split_first() else { return Vec::new() };
        let (one, other) = others.split_at(others.len() / 2);
        let parts = [&[*suspect], one, other];
        parts.into_iter().filter(|part| !part.is_empty()).map(|part| Question { uids: part.to_vec(), less }).collect()
    }
}

fn is_answered(rows: &BTreeMap<u32, Row>, uid: u32) -> bool {
    rows.get(&uid).is_some_and(|row| row.is_answer)
}

/// The rows as a work list.
fn listed(session: &Session, rows: BTreeMap<u32, Row>) -> Vec<Listed> {
    let uid_validity = session.selected.uid_validity;
    let mut listed = Vec::with_capacity(rows.len());
    for (uid, row) in rows {
        // Otherwise it is news about the flags of a message, not part of the listing.
        if !row.is_answer || row.done || (row.deleted && session.deleted_means_done()) {
            continue;
        }
        if row.arrived_at.is_none() {
            let server = session.line.server();
            warn!(uid, "{server} does not say in a readable way when message {uid} arrived");
        }
        let (place, size_bytes) = (uids::place(uid_validity, uid), row.size.map_or(SIZE_UNREADABLE, u64::from));
        listed.push(Listed { place, size_bytes, arrived_at: row.arrived_at });
    }
    debug!(count = listed.len(), uid_validity, "INBOX holds {} messages to deal with", listed.len());
    listed
}
