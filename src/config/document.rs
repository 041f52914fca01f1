//! One file of the configuration, read strictly: every key must be known, and every fault has the
//! line, or the variable of the environment, it comes from.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::config::fault::{Fault, Unknown, in_words};
use crate::config::tree;

/// Faults named in one run.
const FAULTS_MAX: usize = 50;

/// A file, and what overrides keys of it. A key's place is its path: `imap.port`, `opd.1.code`.
pub(super) struct Document {
    path: String,
    text: String,
    /// The same file as it is inside the program: right in every respect.
    shipped: &'static str,
    overrides: Vec<Override>,
}

/// A variable of the environment that sets a key.
#[derive(Debug, Clone)]
pub(super) struct Override {
    /// Its name.
    pub(super) variable: String,
    /// The place it sets.
    pub(super) place: String,
    /// What it sets there.
    pub(super) value: String,
}

impl Document {
    pub(super) fn new(path: String, text: String, shipped: &'static str) -> Document {
        Document { path, text, shipped, overrides: Vec::new() }
    }

    /// The same file below some variables.
    pub(super) fn below(self, overrides: Vec<Override>) -> Document {
        Document { overrides, ..self }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Reads the file without what overrides it. Whatever is wrong is named in one run, as far as the
    /// file can be taken apart at all.
    pub(super) fn read<T: DeserializeOwned>(&self, faults: &mut Vec<Fault>) -> Option<T> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        if let Some(error) = errors.first() {
            faults.push(self.complaint(error, ""));
            return None;
        }
        let mut found = Vec::new();
        let read = self.read_table(table, &mut found).filter(|_| found.is_empty());
        found.sort_by_key(|fault| fault.line);
        faults.extend(found);
        read
    }

    /// What is wrong with one override, if its value stood in the file.
    pub(super) fn fault_of<T: DeserializeOwned>(&self, one: &Override) -> Option<Fault> {
        let (mut table, _) = DeTable::parse_recoverable(&self.text);
        let mut faults = Vec::new();
        if let Err(message) = set(table.get_mut(), one) {
            let remedy = "its name is SIAGA__SECTION__KEY, after the sections and keys of the file".to_owned();
            return Some(Fault { place: variable(one), line: None, message, remedy });
        }
        self.read_table::<T>(table, &mut faults);
        faults.into_iter().next().map(|fault| Fault { place: variable(one), line: None, ..fault })
    }

    /// A fault of the value at a place, wherever that value comes from.
    pub(super) fn fault(&self, place: &str, message: String, remedy: &str) -> Fault {
        let remedy = remedy.to_owned();
        let (table, _) = DeTable::parse_recoverable(&self.text);
        let line = tree::span_of(table.get_ref(), place).map(|span| self.line_at(&span));
        match self.overrides.iter().find(|one| one.place == place) {
            Some(one) => Fault { place: variable(one), line: None, message, remedy },
            None => Fault { place: self.path.clone(), line, message, remedy },
        }
    }

    fn line_at(&self, span: &Range<usize>) -> usize {
        self.text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1
    }

    /// Reads a table. A mistake is noted and mended, and the rest is read again: an unknown key is
    /// taken out or given the name that must have been meant, a wrong value gives way to the shipped
    /// one.
    fn read_table<'i, T: DeserializeOwned>(
        &'i self,
        mut table: Spanned<DeTable<'i>>,
        faults: &mut Vec<Fault>,
    ) -> Option<T> {
        let (shipped, _) = DeTable::parse_recoverable(self.shipped);
        for _ in 0..FAULTS_MAX {
            let error = match T::deserialize(Deserializer::from(table.clone())) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let span = error.span().unwrap_or_default();
            let place = tree::place_of(table.get_ref(), &span).unwrap_or_default();
            faults.push(self.complaint(&error, &tree::keys_of(&place)));
            let mended = if let Some(unknown) = Unknown::read(error.message(), "unknown field ") {
                tree::rename(table.get_mut(), &place, unknown.nearest())
            } else {
                let missing = error.message().strip_prefix("missing field ").map(|field| field.trim_matches('`'));
                let wrong: Vec<&str> = [place.as_str()].into_iter().chain(missing).filter(|s| !s.is_empty()).collect();
                tree::restore(table.get_mut(), &wrong.join("."), shipped.get_ref())
            };
            if !mended {
                return None;
            }
        }
        None
    }

    fn complaint(&self, error: &toml::de::Error, key: &str) -> Fault {
        let (message, remedy) = in_words(error.message(), key);
        // What is missing in the file as a whole is missing on no line of it.
        let nowhere = key.is_empty() && error.message().starts_with("missing field");
        let line = error.span().filter(|_| !nowhere).map(|span| self.line_at(&span));
        Fault { place: self.path.clone(), line, message, remedy }
    }
}

fn variable(one: &Override) -> String {
    format!("the environment variable {}", one.variable)
}

/// Sets a value as the environment gives it: a text, or a number where the file has one.
fn set<'i>(table: &mut DeTable<'i>, one: &'i Override) -> Result<(), String> {
    let (section, key) = one.place.split_once('.').ok_or_else(|| "it names no key in a section".to_owned())?;
    let section = tree::table_at(table, section).ok_or_else(|| format!("there is no section [{section}]"))?;
    let shipped = section.get(key).map(Spanned::get_ref);
    let is_number = shipped.is_some_and(|value| value.is_integer());
    let is_truth = shipped.is_some_and(|value| value.is_bool());
    let value = match DeValue::parse_recoverable(&one.value) {
        (number, _) if is_number && one.value.parse::<i64>().is_ok() => number.into_inner(),
        (truth, _) if is_truth && one.value.parse::<bool>().is_ok() => truth.into_inner(),
        _ => DeValue::String(Cow::Borrowed(&one.value)),
    };
    section.insert(Spanned::new(0..0, Cow::Borrowed(key)), Spanned::new(0..0, value));
    Ok(())
}
