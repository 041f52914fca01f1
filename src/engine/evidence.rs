//! `#bukti`: the evidence of a ticket as one locked file, to whoever of the team asks for it
//! (decisions 13).

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use serde_json::json;

use crate::archive::{Member, locked};
use crate::compose::{Attached, FileContent};
use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::Word;
use crate::domain::incoming::Attachment;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::{EvidenceSent, SentFile};
use crate::domain::workflow::refusal::Refusal;
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::engine::commit::Posting;
use crate::store::blobs::Kind as Blob;
use crate::store::logbook;
use crate::store::messages;

/// What everybody in this trade knows.
const PASSWORD: &str = "infected";
/// What most mail servers take, after the files have grown by a third on their way.
const BYTES_MAX: u64 = 15 << 20;

impl Context {
    /// Sends the evidence of a ticket.
    pub(super) fn send_evidence(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        let mut files: Vec<Attachment> = Vec::new();
        for message in messages::of_ticket(db, case.ticket.id)? {
            // A file that was removed has lost its name.
            let unknown =
                |file: &Attachment| !file.filename.is_empty() && !files.iter().any(|known| known.digest == file.digest);
            let more: Vec<_> = message.attachments.into_iter().filter(unknown).collect();
            files.extend(more);
        }
        let size_bytes: u64 = files.iter().map(|file| file.size_bytes).sum();
        if files.is_empty() {
            return Ok(Err(Refusal::NoEvidence));
        }
        if size_bytes > BYTES_MAX {
            return Ok(Err(Refusal::TooMuchEvidence { size_bytes }));
        }
        let Some(store) = &self.files else { return Ok(Ok(())) };
        let (mut members, mut sent): (Vec<Member>, Vec<SentFile>) = (Vec::new(), Vec::new());
        for (place, file) in files.iter().enumerate() {
            let bytes = store.read(Blob::Evidence, &file.digest).with_context(|| format!("read {}", file.filename))?;
            // Two files of one name would be one on the disk of whoever opens the archive.
            let name = format!("{}-{}", place + 1, file.filename);
            sent.push(SentFile { name: name.clone(), scan: file.scan.clone() });
            members.push(Member { name, bytes });
        }
        let notice = Notice::EvidenceSent(EvidenceSent {
            number: case.ticket.number.to_string(),
            subject: case.ticket.subject.clone(),
            files: sent,
            password: PASSWORD.to_owned(),
        });
        let archive = Attached {
            name: format!("{}-bukti.zip", case.ticket.number),
            content_type: "application/zip",
            content: FileContent::Here(locked(&members, PASSWORD)),
        };
        let purpose = format!("evidence:{}", letter.message.0);
        let files = [archive];
        let posting =
            Posting { files: &files, ..Posting::new(&notice, &letter.speaker.person, Some(case.ticket.id), purpose) };
        self.post(db, &posting, now)?;
        // Who opened the evidence (domain 4.5).
        let entry = Entry {
            actor: letter.speaker.actor(),
            kind: Kind::Command(Word::Evidence),
            message: Some(letter.incoming.mail.raw),
            detail: json!({ "files": members.len() }),
        };
        logbook::append(db, Some(case.ticket.id), &entry, now)?;
        Ok(Ok(()))
    }
}
