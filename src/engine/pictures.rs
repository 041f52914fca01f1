//! The notices that show the team what somebody wrote, with the pictures he sent (decisions 13).

use anyhow::{Context as _, Result};
use rusqlite::Connection;

use crate::compose::{Attached, FileContent};
use crate::domain::Time;
use crate::domain::incoming::{Attachment, Content, IncomingMail};
use crate::domain::notice::Notice;
use crate::domain::notice::team::EvidenceFile;
use crate::domain::person::Address;
use crate::domain::scan::Scan;
use crate::domain::ticket::Ticket;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::store::blobs::Kind as Blob;

/// Octets that tell the type of a picture.
const HEAD_BYTES: u64 = 16;

impl Context {
    /// Shows a mail to the team, but not to whoever wrote it.
    pub(super) fn show_team(
        &self,
        db: &Connection,
        notice: &Notice,
        ticket: &Ticket,
        (purpose, but): (&str, Option<&Address>),
        mail: &IncomingMail,
        now: Time,
    ) -> Result<()> {
        let mut pictures: Option<Vec<Attached>> = None;
        let told = self.people_of(notice.audience(), Some(ticket), now);
        for person in told.iter().filter(|person| but != Some(&person.address)) {
            if self.gathers(db, notice, (&person.address, ticket.id), now)? {
                continue;
            }
            let files = match &pictures {
                Some(files) => files,
                None => pictures.insert(self.pictures(mail)?),
            };
            self.post(
                db,
                &Posting { files, ..Posting::new(notice, person, Some(ticket.id), purpose.to_owned()) },
                now,
            )?;
        }
        Ok(())
    }

    /// The evidence as the team is told of it.
    pub(super) fn evidence_files(&self, mail: &IncomingMail) -> Vec<EvidenceFile> {
        let shown = self.shown(mail);
        let told = |file: &Attachment| EvidenceFile {
            name: file.filename.clone(),
            content: file.content,
            size_bytes: file.size_bytes,
            digest: file.digest,
            attached: shown.contains(&file),
            scan: file.scan.clone(),
        };
        mail.attachments.iter().map(told).collect()
    }

    /// The pictures that go with the notice: in their order, as long as there is room; never one in
    /// which the malware scanner found something.
    fn shown<'mail>(&self, mail: &'mail IncomingMail) -> Vec<&'mail Attachment> {
        let mut room = self.images_max;
        let mut shown: Vec<&Attachment> = Vec::new();
        let harmless = |file: &&Attachment| !matches!(file.scan, Some(Scan::Found(_)));
        for file in mail.attachments.iter().filter(|file| file.content == Content::Image).filter(harmless) {
            let twice = shown.iter().any(|other| other.digest == file.digest);
            if !twice && file.size_bytes <= room {
                room -= file.size_bytes;
                shown.push(file);
            }
        }
        shown
    }

    fn pictures(&self, mail: &IncomingMail) -> Result<Vec<Attached>> {
        // A desk without files only tries things out: nothing it composes is ever sent.
        let Some(store) = &self.files else { return Ok(Vec::new()) };
        let picture = |file: &Attachment| {
            let head = store.read_head(Blob::Evidence, &file.digest, HEAD_BYTES);
            let (content_type, ending) = raster(&head.with_context(|| format!("show {}", file.filename))?);
            // The sender's name says what he likes; the ending says what it is.
            let stem = file.filename.rsplit_once('.').map_or(file.filename.as_str(), |(stem, _)| stem);
            Ok(Attached { name: format!("{stem}.{ending}"), content_type, content: FileContent::Kept(file.digest) })
        };
        self.shown(mail).into_iter().map(picture).collect()
    }
}

/// The type of a picture and the ending of its name, by its first bytes.
fn raster(bytes: &[u8]) -> (&'static str, &'static str) {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => ("image/png", "png"),
        [0xFF, 0xD8, ..] => ("image/jpeg", "jpg"),
        [b'G', b'I', b'F', ..] => ("image/gif", "gif"),
        [b'B', b'M', ..] => ("image/bmp", "bmp"),
        [b'R', b'I', b'F', b'F', ..] => ("image/webp", "webp"),
        [..] => ("application/octet-stream", "bin"),
    }
}
