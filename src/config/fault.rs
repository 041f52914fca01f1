//! One thing that is wrong with the configuration: where, what, and what to write instead.

use std::fmt;

/// A fault with its place and remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, or the variable of the environment.
    pub place: String,
    /// The line in the file, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}; {}", self.place, self.message, self.remedy),
            None => write!(f, "{}: {}; {}", self.place, self.message, self.remedy),
        }
    }
}

/// A deserializer's complaint in an administrator's words: what is wrong, and what to write instead.
/// `key` is the key it is about.
pub(super) fn in_words(complaint: &str, key: &str) -> (String, String) {
    if let Some(unknown) = Unknown::read(complaint, "unknown field ") {
        return (format!("unknown key `{}`", unknown.found), unknown.remedy());
    }
    if let Some(unknown) = Unknown::read(complaint, "unknown variant ") {
        let quoted: Vec<String> = unknown.expected.iter().map(|name| format!("\"{name}\"")).collect();
        let remedy = match unknown.nearest() {
            Some(nearest) => format!("did you mean \"{nearest}\"?"),
            None => format!("write one of {}", quoted.join(", ")),
        };
        return (format!("`{key}` cannot be \"{}\"", unknown.found), remedy);
    }
    if let Some(field) = complaint.strip_prefix("missing field ") {
        let where_missing = if key.is_empty() { String::new() } else { format!(" in [{key}]") };
        let remedy = "add it; the shipped file shows it with its meaning".to_owned();
        return (format!("{field} is missing{where_missing}"), remedy);
    }
    if let Some((found, expected)) = mismatch(complaint) {
        return (format!("`{key}` cannot be {}", shown(found)), wanted(expected).to_owned());
    }
    // Our own readers of values say both themselves.
    match complaint.split_once("; ") {
        Some((message, remedy)) => (format!("`{key}`: {message}"), remedy.to_owned()),
        None if complaint == "duplicate key" => {
            ("this key stands there twice".to_owned(), "keep one of the two".to_owned())
        }
        None if key.is_empty() => {
            let remedy = "write key = value; a text stands in quotes, a section in brackets".to_owned();
            (format!("this line cannot be read: {complaint}"), remedy)
        }
        None => (format!("`{key}`: {complaint}"), "the shipped file shows how it is written".to_owned()),
    }
}

/// A name nobody knows and the known ones, in serde's words:
/// ``unknown field `a`, expected `b` or `c` ``.
pub(super) struct Unknown<'a> {
    pub(super) found: &'a str,
    pub(super) expected: Vec<&'a str>,
}

impl<'a> Unknown<'a> {
    pub(super) fn read(complaint: &'a str, beginning: &str) -> Option<Unknown<'a>> {
        let quoted: Vec<&str> = complaint.strip_prefix(beginning)?.split('`').skip(1).step_by(2).collect();
        let (found, expected) = quoted.split_first()?;
        Some(Unknown { found, expected: expected.to_vec() })
    }

    /// The known name that must have been meant.
    pub(super) fn nearest(&self) -> Option<&'a str> {
        let likeness = |name: &str| strsim::jaro_winkler(self.found, name);
        let nearest = self.expected.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        let slip = strsim::osa_distance(self.found, nearest) <= 1;
        (slip || likeness(nearest) > 0.8).then_some(nearest)
    }

    fn remedy(&self) -> String {
        match self.nearest() {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None if self.expected.is_empty() => "remove it".to_owned(),
            None => format!("remove it; known here: {}", self.expected.join(", ")),
        }
    }
}

/// What was found and what was expected, in serde's words.
fn mismatch(complaint: &str) -> Option<(&str, &str)> {
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let rest = kinds.into_iter().find_map(|kind| complaint.strip_prefix(kind))?;
    rest.split_once(", expected ")
}

fn shown(found: &str) -> String {
    let value = found.split_once('`').map_or(found, |(_, value)| value.trim_end_matches('`'));
    match found.split_once(' ').map_or(found, |(kind, _)| kind) {
        "string" => format!("the text {}", found.trim_start_matches("string ")),
        "integer" | "floating" => format!("the number {value}"),
        "sequence" => "a list".to_owned(),
        "map" => "a table or a bare date".to_owned(),
        "boolean" => value.to_owned(),
        _ => format!("a list of {value}"),
    }
}

fn wanted(expected: &str) -> &'static str {
    match expected {
        "u16" => "write a whole number from 0 to 65535, without quotes",
        "u32" | "u64" | "usize" | "i64" => "write a whole number, without quotes",
        _ if expected.contains("length 2") => "write two values in brackets: [\"12.00\", \"13.00\"]",
        _ if expected.contains("sequence") => "write a list in brackets, in the file: [\"…\"]",
        _ if expected.contains("string") => "write it in quotes: \"…\"",
        _ => "write keys in braces: { name = \"…\", … }",
    }
}
