//! What the parts of a message hold: the text that is read, the files that are kept, and the fields
//! that machines wrote for machines.

use crate::domain::digest::Digest;
use crate::domain::incoming::{Attachment, Content, Defect};
use crate::mail::collector::Collector;
use crate::mail::headers::Headers;
use crate::mail::structure::{Shape, Structure, is_message};
use crate::mail::{charset, files, uuencode};

/// Files of one message.
const FILES_MAX: usize = 500;

/// What was found in a message.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The body text.
    pub(super) text: String,
    /// The first text/plain part.
    pub(super) plain: Option<String>,
    /// The first HTML part, as text.
    pub(super) html: Option<String>,
    /// The fields of delivery-status parts, as text.
    pub(super) status: String,
    /// The fields of a disposition notice, as text.
    pub(super) disposition: String,
    /// The fields of a feedback report, as text.
    pub(super) feedback: String,
    /// Lower-case content types of the message's own parts, those of enclosed messages left out.
    pub(super) types: Vec<String>,
    /// Headers of the messages inside, and of messages of which only the headers were returned.
    pub(super) enclosed: Vec<Headers>,
    /// Names as they were declared of the message's own files, those of enclosed messages left out.
    pub(super) names: Vec<String>,
    pub(super) files: Vec<(Attachment, Vec<u8>)>,
    pub(super) defects: Vec<Defect>,
    /// Text of a part that is a file, for a message that has no other text.
    pub(super) spare: String,
    /// Text of enclosed messages.
    pub(super) nested: String,
}

impl Contents {
    /// Collects what `raw` holds.
    pub(super) fn of(raw: &[u8], structure: &Structure) -> Contents {
        let mut contents = Contents::default();
        Collector::of(raw, structure, &mut contents).part(0);
        if structure.unclosed {
            contents.defect(Defect::Truncated);
        }
        if structure.cut {
            contents.defect(Defect::Limits);
        }
        for fallback in [std::mem::take(&mut contents.spare), contents.nested.clone()] {
            if contents.text.trim().is_empty() {
                contents.text = fallback;
            }
        }
        contents.take_uuencoded();
        let root = structure.root();
        if contents.text.trim().is_empty() && contents.files.is_empty() && matches!(root.shape, Shape::Multipart(_)) {
            // Boundaries that contradict each other have hidden everything: better all of it than nothing.
            contents.text = charset::guess(&raw[root.body.clone()]);
        }
        contents
    }

    /// Notes what is odd, once.
    pub(super) fn defect(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// Whether the message itself has a part of that type.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|other| other == name)
    }

    fn take_uuencoded(&mut self) {
        if !self.text.contains("begin ") {
            return;
        }
        let found = uuencode::find(&self.text);
        if found.files.is_empty() {
            return;
        }
        self.text = found.text;
        for (name, bytes) in found.files {
            self.names.push(name.clone());
            self.keep(File { name, kind: "application/octet-stream".to_owned(), bytes, inline: false });
        }
    }

    /// Keeps a file under a name that is safe.
    pub(super) fn keep(&mut self, file: File) {
        if self.files.len() >= FILES_MAX {
            self.defect(Defect::Limits);
            return;
        }
        let content = if is_message(&file.kind) { Content::Message } else { files::content_of(&file.bytes) };
        let attachment = Attachment {
            filename: files::safe_name(&file.name, self.files.len()),
            content_type: file.kind,
            content,
            size_bytes: file.bytes.len() as u64,
            digest: Digest::of(&file.bytes),
            inline: file.inline,
            scan: None,
        };
        self.files.push((attachment, file.bytes));
    }
}

/// A file before it is judged by its content.
pub(super) struct File {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
    pub(super) inline: bool,
}
