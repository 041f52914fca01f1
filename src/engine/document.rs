//! What a submitted document says, so that the workflow can look for personal data in it and for
//! what acts by itself.

use anyhow::{Context as _, Result};

use crate::domain::command::Command;
use crate::domain::incoming::Content;
use crate::domain::workflow::DocumentWords;
use crate::engine::Context;
use crate::office;
use crate::pdf;
use crate::store::blobs::Kind as Blob;

impl Context {
    /// The words of the document a command submits.
    pub(super) fn document(&self, command: &Command) -> Result<DocumentWords> {
        let Command::Submit(submission) = command else { return Ok(DocumentWords::None) };
        // A desk without files only tries things out: what it finds is told to nobody.
        let (Some(file), Some(store)) = (&submission.file, &self.files) else { return Ok(DocumentWords::None) };
        let bytes = store.read(Blob::Evidence, &file.digest).with_context(|| format!("read {}", file.name))?;
        let is_pdf = file.content == Content::Pdf;
        let found = if is_pdf { pdf::read_acting(bytes.clone()).unwrap_or_default() } else { office::acting(&bytes) };
        if !found.is_empty() {
            return Ok(DocumentWords::Acting { found, pdf: is_pdf });
        }
        let words = if is_pdf { pdf::read_words(bytes).ok() } else { office::read_words(&bytes) };
        Ok(words.map_or(DocumentWords::Unreadable, DocumentWords::Read))
    }
}
