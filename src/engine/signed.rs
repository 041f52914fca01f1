//! `approval.mode = "signed-pdf"`: what the signature proves of the PDF that came with an approval.

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::approval::{Mode, Signature, SignatureFault};
use crate::domain::case::Case;
use crate::domain::incoming::{Attachment, Content};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::signed_pdf::{Expected, judge};
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::pdf;
use crate::store::blobs::Kind as Blob;
use crate::store::logbook;

impl Context {
    /// Checks the PDF that came with a proven approval. `None` where none is asked for.
    pub(super) fn signature(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        now: Time,
    ) -> Result<Option<Signature>> {
        if self.rules.policy.approval.mode == Mode::Reply {
            return Ok(None);
        }
        let signature = match self.checked(letter, case, now)? {
            Ok(signature) => signature,
            Err(fault) => Signature::Refused(fault),
        };
        if let Signature::Refused(fault) = signature {
            // An approval that counts is in the logbook with its signature; this one would leave no trace.
            let detail = json!({ "message": letter.message.0, "signature": fault });
            let (actor, message) = (letter.speaker.actor(), Some(letter.incoming.mail.raw));
            let entry = Entry { actor, kind: Kind::CommandRefused, message, detail };
            logbook::append(db, Some(case.ticket.id), &entry, now)?;
        }
        Ok(Some(signature))
    }

    fn checked(&self, letter: CommandMail<'_>, case: &Case, now: Time) -> Result<Result<Signature, SignatureFault>> {
        let pdfs = letter.incoming.mail.attachments.iter().filter(|file| file.content == Content::Pdf);
        let pdfs: Vec<&Attachment> = pdfs.collect();
        let brought = match pdfs.as_slice() {
            [] => return Ok(Err(SignatureFault::NoFile)),
            [one] => one,
            [_, _, ..] => return Ok(Err(SignatureFault::SeveralFiles)),
        };
        let report = case.report.as_ref().and_then(|report| Some((report, report.file.as_ref()?)));
        let (Some((report, submitted)), Some(files)) = (report, &self.files) else {
            return Ok(Err(SignatureFault::OtherContent));
        };
        let read = |digest| files.read(Blob::Evidence, digest).context("read the report that is approved");
        let signing = &self.rules.people.signing;
        let signed = match pdf::read_signed(read(&brought.digest)?, signing.authorities.clone()) {
            Ok(signed) => signed,
            Err(fault) => return Ok(Err(fault)),
        };
        let pages = match pdf::read_pages(read(&submitted.digest)?) {
            Ok(pages) => pages,
            // That the submitted file cannot be read is no fault of the signed one.
            Err(_) => return Ok(Err(SignatureFault::NoText)),
        };
        let by = &letter.speaker.person.address;
        let expected = Expected { by, report: &pages, submitted_at: report.submitted_at, now };
        Ok(Ok(judge(brought.digest, &signed, expected, signing)))
    }
}
