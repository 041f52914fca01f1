//! One thing that is wrong in a file: where, what, and what to write instead.

use std::fmt;

/// A fault with its place and remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
    unknown_key: bool,
}

impl Fault {
    /// A fault.
    pub fn new(file: &str, line: Option<usize>, message: String, remedy: &str) -> Fault {
        Fault { file: file.to_owned(), line, message, remedy: remedy.to_owned(), unknown_key: false }
    }

    /// A fault at the line where `needle` stands in `text`.
    pub fn at(file: &str, text: &str, needle: &str, message: String, remedy: &str) -> Fault {
        let line = text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(needle));
        Fault::new(file, line.map(|index| index + 1), message, remedy)
    }

    /// What the TOML reader found.
    pub(super) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Fault {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = error.message().to_owned();
        let (remedy, unknown_key) = match unknown(&message) {
            Some((found, expected)) => (suggestion(found, &expected), true),
            None if message.starts_with("missing field") => {
                ("add it; the shipped file shows it with its meaning".to_owned(), false)
            }
            None => ("see the comment beside this key in the shipped file".to_owned(), false),
        };
        Fault { file: file.to_owned(), line, message, remedy, unknown_key }
    }

    /// The line of an unknown key, which can be passed over to look further.
    pub(super) fn unknown_key_line(&self) -> Option<usize> {
        self.line.filter(|_| self.unknown_key)
    }
}

/// The unknown key and the known ones in serde's words: ``unknown field `a`, expected `b` or `c` ``.
fn unknown(message: &str) -> Option<(&str, Vec<&str>)> {
    let quoted: Vec<&str> = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2).collect();
    let (found, expected) = quoted.split_first()?;
    Some((found, expected.to_vec()))
}

fn suggestion(found: &str, expected: &[&str]) -> String {
    let nearest =
        expected.iter().max_by(|a, b| strsim::jaro_winkler(found, a).total_cmp(&strsim::jaro_winkler(found, b)));
    match nearest {
        Some(nearest) if strsim::jaro_winkler(found, nearest) > 0.8 => format!("did you mean `{nearest}`?"),
        Some(_) => format!("remove it; known here: {}", expected.join(", ")),
        None => "remove it".to_owned(),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}; {}", self.file, self.message, self.remedy),
            None => write!(f, "{}: {}; {}", self.file, self.message, self.remedy),
        }
    }
}
