//! The parts of a MIME message and where their bytes lie (RFC 2046): nothing is decoded or copied.
//!
//! Our own and not mail-parser's, because evidence and hostile mail ask for more than a mail reader
//! does: a delimiter counts only at the beginning of a line and as a whole, so that one boundary may
//! begin like another; the bytes of a part that was cut off are still its bytes; and whatever nests
//! deeper than [`DEPTH_MAX`] is one part, so that no mail needs a deep stack.

use std::ops::Range;

use memchr::memmem;

use crate::mail::headers::{Headers, is_mail_header, line_at};
use crate::mail::parameters::Value;
use crate::mail::transfer::Encoding;

/// Multiparts and messages inside each other that are taken apart.
const DEPTH_MAX: usize = 40;
/// Parts of one message that are taken apart.
const PARTS_MAX: usize = 1_000;

/// One part: its headers, and where it lies in the message.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) headers: Headers,
    /// Content-Type; `main` is never empty.
    pub(super) content: Value,
    /// Content-Disposition.
    pub(super) disposition: Value,
    pub(super) encoding: Encoding,
    /// All of it: what a signature covers.
    pub(super) whole: Range<usize>,
    /// The bytes below its headers.
    pub(super) body: Range<usize>,
    pub(super) shape: Shape,
}

/// What a part holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Bytes.
    Leaf,
    /// Parts.
    Multipart(Vec<usize>),
    /// A message, which is that part.
    Message(usize),
}

/// A message taken apart. The first part is the whole.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) parts: Vec<Part>,
    /// Whether a multipart ends without its last boundary.
    pub(super) unclosed: bool,
    /// Whether there was more inside than is taken apart.
    pub(super) cut: bool,
}

impl Structure {
    /// Takes a message apart.
    pub(super) fn of(raw: &[u8]) -> Structure {
        let mut structure = Structure { parts: Vec::new(), unclosed: false, cut: false };
        structure.part(raw, 0..raw.len(), "text/plain", 0);
        structure
    }

    /// The whole message.
    pub(super) fn root(&self) -> &Part {
        &self.parts[0]
    }

    fn part(&mut self, raw: &[u8], range: Range<usize>, default: &str, depth: usize) -> usize {
        let (headers, length) = Headers::split(&raw[range.clone()]);
        let (whole, body) = (range.clone(), range.start + length..range.end);
        let mut content = headers.all("content-type").map(Value::of).find(|value| value.main.contains('/'));
        let content = content.get_or_insert_with(|| unusual(&headers, default)).clone();
        let disposition = headers.get("content-disposition").map(Value::of).unwrap_or_default();
        let encoding = headers.get("content-transfer-encoding").map_or(Encoding::Identity, Encoding::named);
        let index = self.parts.len();
        let message = is_message(&content.main) && encoding == Encoding::Identity;
        // A boundary that is there makes a multipart of whatever calls itself otherwise.
        let disguised = content.main.starts_with("text/") && content.get("boundary").is_some();
        let multipart = content.main.starts_with("multipart/") || disguised;
        let boundary = content.get("boundary");
        let digest = content.main == "multipart/digest";
        self.parts.push(Part {
            headers,
            content,
            disposition,
            encoding,
            whole,
            body: body.clone(),
            shape: Shape::Leaf,
        });
        if depth >= DEPTH_MAX || self.parts.len() >= PARTS_MAX {
            self.cut |= message || multipart;
        } else if message {
            let inner = self.part(raw, body, "text/plain", depth + 1);
            self.parts[index].shape = Shape::Message(inner);
        } else if multipart {
            self.multipart(raw, index, boundary, digest, depth);
        }
        index
    }

    fn multipart(&mut self, raw: &[u8], index: usize, boundary: Option<String>, digest: bool, depth: usize) {
        let body = self.parts[index].body.clone();
        let named = boundary.filter(|boundary| !boundary.trim().is_empty()).map(String::into_bytes);
        let mut split = named.as_deref().map(|boundary| split(raw, body.clone(), boundary)).unwrap_or_default();
        if split.ranges.is_empty()
            && self.parts[index].content.main.starts_with("multipart/")
            && let Some(boundary) = first_boundary(&raw[body.clone()])
        {
            split = self::split(raw, body, boundary);
        }
        if split.ranges.is_empty() {
            // No boundary at all: what is there is read as it stands.
            self.unclosed |= self.parts[index].content.main.starts_with("multipart/");
            return;
        }
        self.unclosed |= !split.closed;
        let default = if digest { "message/rfc822" } else { "text/plain" };
        let mut children = Vec::new();
        for range in split.ranges {
            if self.parts.len() >= PARTS_MAX {
                self.cut = true;
                break;
            }
            children.push(self.part(raw, range, default, depth + 1));
        }
        self.parts[index].shape = Shape::Multipart(children);
    }
}

/// The content type of a part that declares none, or half of one.
fn unusual(headers: &Headers, default: &str) -> Value {
    let declared = headers.get("content-type").map(Value::of).unwrap_or_default();
    let main = match declared.main.as_str() {
        "multipart" => "multipart/mixed",
        "html" => "text/html",
        "message" => "message/rfc822",
        "image" | "audio" | "video" | "application" => "application/octet-stream",
        "text" => "text/plain",
        _ => default,
    };
    Value { main: main.to_owned(), ..declared }
}

/// Whether a type is that of a whole message.
pub(super) fn is_message(kind: &str) -> bool {
    matches!(kind, "message/rfc822" | "message/global" | "message/news" | "message/rfc2822" | "message/x-rfc822")
}

#[derive(Default)]
struct Split {
    ranges: Vec<Range<usize>>,
    closed: bool,
}

/// The ranges between the delimiters of `boundary`.
fn split(raw: &[u8], body: Range<usize>, boundary: &[u8]) -> Split {
    let boundary = boundary.trim_ascii_end();
    let mut split = Split::default();
    let mut begun: Option<usize> = None;
    let delimiter = [b"--", boundary].concat();
    for found in memmem::find_iter(&raw[body.clone()], &delimiter) {
        let at = body.start + found;
        if found > 0 && raw[at - 1] != b'\n' {
            continue;
        }
        let (line, length) = line_at(&raw[at..body.end]);
        if let Some(behind @ (b"" | b"--")) = line.get(delimiter.len()..).map(<[u8]>::trim_ascii_end) {
            if let Some(start) = begun.take() {
                split.ranges.push(start..before_line_end(raw, start, at));
            }
            split.closed = behind == b"--";
            // Whatever follows the last boundary is not part of the message, unless it is a part.
            begun = (!split.closed).then_some(at + length);
        }
    }
    if let Some(start) = begun {
        split.ranges.push(start.min(body.end)..body.end);
    }
    split
}

/// The end of what stands above the line at `at`: its line end belongs to the delimiter.
fn before_line_end(raw: &[u8], start: usize, at: usize) -> usize {
    let content = &raw[start..at];
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    start + content.strip_suffix(b"\r").unwrap_or(content).len()
}

/// The boundary a multipart uses without saying so: a line that begins with `--` above a header.
fn first_boundary(body: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while at < body.len() {
        let (line, length) = line_at(&body[at..]);
        at += length;
        let boundary = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end);
        if let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty())
            && is_mail_header(line_at(&body[at.min(body.len())..]).0)
        {
            return Some(boundary);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of a message as text: types and bodies.
    fn drawn(raw: &str) -> String {
        let structure = Structure::of(raw.as_bytes());
        fn draw(structure: &Structure, raw: &str, index: usize) -> String {
            let part = &structure.parts[index];
            match &part.shape {
                Shape::Leaf => format!("{}={:?}", part.content.main, &raw[part.body.clone()]),
                Shape::Message(inner) => format!("message({})", draw(structure, raw, *inner)),
                Shape::Multipart(children) => {
                    let children: Vec<_> = children.iter().map(|child| draw(structure, raw, *child)).collect();
                    format!("{}[{}]", part.content.main.trim_start_matches("multipart/"), children.join(" "))
                }
            }
        }
        draw(&structure, raw, 0)
    }

    #[test]
    fn messages_are_taken_apart() {
        let check = |raw: &str, expected: &str| assert_eq!(drawn(raw), expected, "{raw:?}");
        check("A: b\n\nisi\n", "text/plain=\"isi\\n\"");
        check(
            "Content-Type: multipart/mixed; boundary=x\n\npembuka\n--x\n\nsatu\n--x\nContent-Type: text/html\n\ndua\n--x--\nekor\n",
            "mixed[text/plain=\"satu\" text/html=\"dua\"]",
        );
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nsatu\n--ab--\n--a\n\ndua\n--a--\n",
            "mixed[mixed[text/plain=\"satu\"] text/plain=\"dua\"]",
        );
        check(
            "Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: a\n\nsatu\n--x--\n",
            "digest[message(text/plain=\"satu\")]",
        );
        check("Content-Type: message/rfc822\n\nSubject: a\n\nsatu", "message(text/plain=\"satu\")");
    }

    #[test]
    fn broken_multiparts_lose_nothing() {
        let check = |raw: &str, expected: &str| assert_eq!(drawn(raw), expected, "{raw:?}");
        check(
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nsatu\n--x\n\ntanpa akhir",
            "mixed[text/plain=\"satu\" text/plain=\"tanpa akhir\"]",
        );
        check("Content-Type: multipart/mixed; boundary=x\n\nbukan bagian", "multipart/mixed=\"bukan bagian\"");
        check(
            "Content-Type: multipart/mixed\n\n--y\nContent-Type: text/html\n\nsatu\n--y--\n",
            "mixed[text/html=\"satu\"]",
        );
        check(
            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nsatu\n--x--\n\n--x\n\ndua\n--x--\n",
            "mixed[text/plain=\"satu\" text/plain=\"dua\"]",
        );
        check(
            "Content-Type: multipart/mixed; boundary=x\n\n--x\ntanpa kepala\n--x  \n\ndua --x\n--xy\n--x--",
            "mixed[text/plain=\"tanpa kepala\" text/plain=\"dua --x\\n--xy\"]",
        );
        check("Content-Type: text\n\nisi", "text/plain=\"isi\"");
        check(
            "Content-Type: text/html; boundary=x\n\n--x\nContent-Type: text/html\n\nsatu\n--x--\n",
            "text/html[text/html=\"satu\"]",
        );
        check("Content-Type: text/plain; boundary=x\n\nisi", "text/plain=\"isi\"");
        check("Content-Type: a\nContent-Type: text/html\n\nisi", "text/html=\"isi\"");
    }

    #[test]
    fn nesting_ends_somewhere() {
        let raw = "Content-Type: message/rfc822\n\n".repeat(30_000);
        let structure = Structure::of(raw.as_bytes());
        assert!(structure.cut && structure.parts.len() <= DEPTH_MAX + 1);
        let raw = format!("Content-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\na\n".repeat(30_000));
        let structure = Structure::of(raw.as_bytes());
        assert!(structure.cut && structure.unclosed && structure.parts.len() == PARTS_MAX);
    }
}
