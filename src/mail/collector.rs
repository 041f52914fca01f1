//! The walk through the parts of a message: which of them are read, which are kept, and which are
//! for machines.

use crate::domain::incoming::Defect;
use crate::mail::contents::{Contents, File};
use crate::mail::flowed::flowed;
use crate::mail::headers::Headers;
use crate::mail::structure::{Part, Shape, Structure, is_message};
use crate::mail::transfer::Encoding;
use crate::mail::{charset, html, smime, tnef, words};

/// Messages inside each other whose files are made reachable.
const ENCLOSED_DEPTH: usize = 4;
/// Octets of one text part that are decoded; the raw message has all of it.
const PART_TEXT_MAX: usize = 4 << 20;

/// Walks the parts of one message.
pub(super) struct Collector<'a> {
    raw: &'a [u8],
    structure: &'a Structure,
    /// How many messages enclose this one.
    depth: usize,
    into: &'a mut Contents,
}

impl<'a> Collector<'a> {
    /// Begins with the message itself.
    pub(super) fn of(raw: &'a [u8], structure: &'a Structure, into: &'a mut Contents) -> Collector<'a> {
        Collector { raw, structure, depth: 0, into }
    }

    /// Collects what a part and the parts in it hold.
    pub(super) fn part(&mut self, index: usize) {
        let part = &self.structure.parts[index];
        if self.depth == 0 {
            self.into.types.push(clean_type(&part.content.main));
        }
        match &part.shape {
            Shape::Message(inner) => self.message(part, *inner),
            Shape::Multipart(children) => match part.content.main.as_str() {
                "multipart/alternative" => self.alternative(children),
                "multipart/related" => self.related(part, children),
                _ => children.iter().for_each(|child| self.part(*child)),
            },
            Shape::Leaf => self.leaf(index, part),
        }
    }

    /// One text in several forms: the plain one, unless it says nothing.
    fn alternative(&mut self, children: &[usize]) {
        let before = std::mem::take(&mut self.into.text);
        let mut forms: Vec<(bool, String)> = Vec::new();
        for child in children {
            self.part(*child);
            let plain = self.structure.parts[*child].content.main == "text/plain";
            forms.push((plain, std::mem::take(&mut self.into.text)));
        }
        self.into.text = before;
        let said = |wanted: bool| {
            let mut texts: Vec<&str> = Vec::new();
            for (plain, text) in &forms {
                if *plain == wanted && !text.trim().is_empty() && !texts.contains(&text.as_str()) {
                    texts.push(text);
                }
            }
            texts
        };
        let (plain, rich) = (said(true), said(false));
        let stands_in = matches!((plain.as_slice(), rich.first()), ([plain], Some(rich)) if is_stand_in(plain, rich));
        // Forms that differ are all read: which of them a reader is shown, only his program knows.
        let chosen = if plain.is_empty() || stands_in { rich.first().copied().into_iter().collect() } else { plain };
        for text in chosen {
            append(&mut self.into.text, text);
        }
    }

    /// A page and what it shows (RFC 2387).
    fn related(&mut self, part: &Part, children: &[usize]) {
        let start = part.content.get("start");
        let start = start.as_deref().map(str::trim);
        let is_start = |child: &&usize| {
            start.is_some() && self.structure.parts[**child].headers.get("content-id").map(str::trim) == start
        };
        let root = children.iter().find(is_start).or(children.first()).copied();
        for child in children {
            let inner = &self.structure.parts[*child];
            let shown = inner.shape == Shape::Leaf && inner.headers.has("content-id");
            if Some(*child) != root && shown {
                if self.depth == 0 {
                    self.into.types.push(clean_type(&inner.content.main));
                }
                self.file(inner);
            } else {
                self.part(*child);
            }
        }
    }

    fn message(&mut self, part: &Part, inner: usize) {
        let structure = self.structure;
        let headers = &structure.parts[inner].headers;
        let raw = &self.raw[part.body.clone()];
        self.enclosed_file(part, headers, raw.to_vec());
        if self.depth < ENCLOSED_DEPTH {
            Collector { raw: self.raw, structure, depth: self.depth + 1, into: self.into }.part(inner);
        }
    }

    /// A message inside is a file as a whole, and so is what is attached to it. Of messages further
    /// inside only the files are, because the first one holds them whole.
    fn enclosed_file(&mut self, part: &Part, headers: &Headers, bytes: Vec<u8>) {
        self.into.enclosed.push(headers.clone());
        if self.depth > 0 || bytes.trim_ascii().is_empty() {
            return;
        }
        let subject = words::decoded(headers.get("subject").unwrap_or(""));
        let fallback = if subject.trim().is_empty() { "pesan.eml".to_owned() } else { format!("{subject}.eml") };
        let name = declared_name(part).unwrap_or(fallback);
        self.into.keep(File { name, kind: "message/rfc822".to_owned(), bytes, inline: false });
    }

    fn leaf(&mut self, index: usize, part: &Part) {
        match part.content.main.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => self.fields(part, Fields::Status),
            "message/disposition-notification" | "message/global-disposition-notification" => {
                self.fields(part, Fields::Disposition)
            }
            "message/feedback-report" => self.fields(part, Fields::Feedback),
            "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => {
                let bytes = self.decoded(part);
                self.into.enclosed.push(Headers::of(&bytes));
                self.file(part);
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => self.wrapped(part),
            "application/ms-tnef" | "application/vnd.ms-tnef" => self.tnef(part),
            kind if is_message(kind) => self.encoded_message(part),
            kind if is_text(kind) => self.text(index, part),
            _ if declared_name(part).is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat")) => self.tnef(part),
            _ => self.file(part),
        }
    }

    fn fields(&mut self, part: &Part, fields: Fields) {
        if self.depth == 0 {
            let text = charset::decode(&self.decoded(part), None).replace("\r\n", "\n");
            append(fields.of(self.into), &text);
        }
        if declared_name(part).is_some() {
            self.file(part);
        }
    }

    /// A message that was encoded, which the standard forbids and programs do.
    fn encoded_message(&mut self, part: &Part) {
        let bytes = self.decoded(part);
        let structure = Structure::of(&bytes);
        self.enclosed_file(part, &structure.root().headers, bytes.clone());
        if self.depth < ENCLOSED_DEPTH {
            Collector { raw: &bytes, structure: &structure, depth: self.depth + 1, into: self.into }.part(0);
        }
    }

    fn text(&mut self, index: usize, part: &Part) {
        let attached = part.disposition.main == "attachment";
        let named = declared_name(part).is_some();
        // A message that is nothing but an attached text is read all the same.
        let whole = index == 0;
        if attached || named || part.content.main == "text/calendar" {
            self.file(part);
        }
        if attached && !whole {
            return;
        }
        let text = self.decoded_text(part);
        // X-ARF keeps its fields in a part of that name.
        if declared_name(part).is_some_and(|name| name.eq_ignore_ascii_case("report.txt")) {
            append(&mut self.into.feedback, &text);
        }
        if self.depth > 0 {
            append(&mut self.into.nested, &text);
        } else if (named || part.content.main == "text/calendar") && !whole {
            append(&mut self.into.spare, &text);
        } else {
            let first = match part.content.main.as_str() {
                "text/html" | "application/xhtml+xml" => &mut self.into.html,
                _ => &mut self.into.plain,
            };
            first.get_or_insert_with(|| text.clone());
            append(&mut self.into.text, &text);
        }
    }

    fn decoded_text(&mut self, part: &Part) -> String {
        let mut bytes = self.decoded(part);
        bytes.truncate(PART_TEXT_MAX);
        let label = part.content.get("charset");
        let parameter = |name: &str| part.content.get(name).map(|value| value.to_ascii_lowercase());
        match part.content.main.as_str() {
            "text/html" | "application/xhtml+xml" => {
                let label = label.or_else(|| html::declared_charset(&bytes));
                let page = charset::decode(&bytes, label.as_deref());
                // A text that merely calls itself HTML keeps its lines.
                if page.contains('<') { html::to_text(&page) } else { page.replace("\r\n", "\n") }
            }
            "text/enriched" | "text/richtext" => {
                html::enriched_to_text(&charset::decode(&bytes, label.as_deref()).replace("\r\n", "\n"))
            }
            _ => {
                let text = charset::decode(&bytes, label.as_deref()).replace("\r\n", "\n");
                match parameter("format").as_deref() {
                    Some("flowed") => flowed(&text, parameter("delsp").as_deref() == Some("yes")),
                    _ => text,
                }
            }
        }
    }

    /// S/MIME around a whole message: signed and readable, or encrypted.
    fn wrapped(&mut self, part: &Part) {
        let bytes = self.decoded(part);
        self.file(part);
        match smime::signed_content(&bytes) {
            Some(signed) if self.depth < ENCLOSED_DEPTH => {
                let structure = Structure::of(&signed);
                Collector { raw: &signed, structure: &structure, depth: self.depth, into: self.into }.part(0);
            }
            Some(_) => {}
            None => self.into.defect(Defect::Encrypted),
        }
    }

    fn tnef(&mut self, part: &Part) {
        let bytes = self.decoded(part);
        let Some(found) = tnef::read(&bytes) else {
            self.file(part);
            return;
        };
        if self.depth == 0 {
            append(&mut self.into.spare, &found.text);
        } else {
            append(&mut self.into.nested, &found.text);
        }
        for (name, bytes) in found.files {
            self.into.keep(File { name, kind: "application/octet-stream".to_owned(), bytes, inline: false });
        }
    }

    fn file(&mut self, part: &Part) {
        let bytes = self.decoded(part);
        let name = declared_name(part);
        if bytes.trim_ascii().is_empty() && name.is_none() {
            return;
        }
        let file = File {
            name: name.unwrap_or_default(),
            kind: clean_type(&part.content.main),
            bytes,
            inline: part.headers.has("content-id") && part.disposition.main != "attachment",
        };
        if self.depth == 0 {
            self.into.names.push(file.name.clone());
        }
        self.into.keep(file);
    }

    fn decoded(&mut self, part: &Part) -> Vec<u8> {
        let decoded = part.encoding.decode(&self.raw[part.body.clone()]);
        if decoded.damaged {
            self.into.defect(Defect::DamagedEncoding);
        }
        decoded.bytes
    }
}

/// The parts that machines write for machines.
enum Fields {
    Status,
    Disposition,
    Feedback,
}

impl Fields {
    fn of(self, contents: &mut Contents) -> &mut String {
        match self {
            Fields::Status => &mut contents.status,
            Fields::Disposition => &mut contents.disposition,
            Fields::Feedback => &mut contents.feedback,
        }
    }
}

/// Types that are read and not only kept. A multipart without parts is what it looks like: text.
fn is_text(kind: &str) -> bool {
    kind.starts_with("multipart/")
        || matches!(
            kind,
            "text/plain" | "text/html" | "application/xhtml+xml" | "text/enriched" | "text/richtext" | "text/calendar"
        )
}

/// Whether a plain form only says that there is another one.
fn is_stand_in(plain: &str, rich: &str) -> bool {
    plain.len() < 400 && rich.len() > plain.len() && plain.to_ascii_lowercase().contains("html")
}

/// The name a part's file is declared to have.
fn declared_name(part: &Part) -> Option<String> {
    let name = part.disposition.get("filename").or_else(|| part.content.get("name"));
    let name = name.or_else(|| match part.encoding {
        Encoding::Uuencode => Some("lampiran".to_owned()),
        Encoding::Identity | Encoding::Base64 | Encoding::QuotedPrintable => None,
    });
    name.filter(|name| !name.trim().is_empty())
}

fn clean_type(kind: &str) -> String {
    kind.chars().filter(char::is_ascii_graphic).take(100).collect()
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(more);
}
