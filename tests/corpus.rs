//! The yardstick: real mail by others, read and judged as `siaga explain` does it.
//!
//! Runs over the folder that `SIAGA_CORPUS` names and says so if it names none. Beside the mails it
//! expects what the folder's README describes; whatever of that is missing is not measured. Every
//! deviation that is meant stands in a table with its reason.

#![allow(clippy::print_stdout, reason = "the table is what a measurement is for")]

#[path = "corpus/natures.rs"]
mod natures;
#[path = "corpus/parsers.rs"]
mod parsers;
#[path = "corpus/replies.rs"]
mod replies;
#[path = "corpus/threads.rs"]
mod threads;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use chrono::TimeZone;
use serde_json::Value;
use siaga::config;
use siaga::domain::Time;
use siaga::domain::answer::Evidence;
use siaga::domain::message_id::MessageIdKey;
use siaga::domain::schedule::Schedules;
use siaga::engine::explain::Explanation;
use siaga::engine::intake::Incoming;
use siaga::engine::{Context, Engine, Retries};
use siaga::mail::reader::{Reader, Unread};
use siaga::store::Store;
use siaga::templates::Templates;

/// A reading of the whole corpus that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(600);
/// Of larger mails only the headers are read.
const PARSE_MAX: u64 = 25 << 20;

#[test]
fn the_corpus_is_read_and_judged() {
    let Some(folder) = std::env::var_os("SIAGA_CORPUS").map(PathBuf::from) else {
        eprintln!("not asked to: SIAGA_CORPUS names no folder with mail to measure by");
        return;
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(measure(&folder)));
    let failures = receiver.recv_timeout(PATIENCE).expect("the reading hangs or has crashed");
    assert!(failures.is_empty(), "{} deviations:\n{}", failures.len(), failures.join("\n"));
}

/// Everything that deviates, in words.
fn measure(folder: &Path) -> Vec<String> {
    let mut desk = Desk::open();
    let mut failures = Vec::new();
    let mut read = BTreeMap::new();
    let index = rows(&folder.join("index.jsonl"));
    for row in &index {
        let path = text(row, "path");
        match desk.explain(&folder.join(path)) {
            Ok(explanation) => drop(read.insert(path.to_owned(), explanation)),
            Err(error) => failures.push(format!("{path}: not explained: {error:#}")),
        }
    }
    println!("| measured | count | deviations |\n|---|---|---|");
    report("messages read, none lost", index.len(), index.len() - read.len());
    failures.extend(natures::measure(folder, &read));
    failures.extend(replies::measure(folder, &mut desk));
    failures.extend(parsers::measure(folder, &read));
    failures.extend(threads::measure(folder));
    failures
}

/// One row of the printed table.
fn report(what: &str, count: usize, deviations: usize) {
    println!("| {what} | {count} | {deviations} |");
}

/// The objects of a file with one on each line; none if there is no such file.
fn rows(path: &Path) -> Vec<Value> {
    let lines = std::fs::read_to_string(path).unwrap_or_default();
    lines.lines().map(|line| serde_json::from_str(line).expect("a JSON object on each line")).collect()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("")
}

/// A text without white space.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Mails as read, by their path in the corpus.
type Read = BTreeMap<String, Explanation>;

/// A desk without anything on it.
struct Desk {
    engine: Engine,
    reader: Reader,
}

impl Desk {
    fn open() -> Desk {
        let config = config::embedded();
        let desk = config.settings.desk.clone();
        let templates = Templates::embedded(desk.clone(), config.calendar.zone()).expect("shipped templates");
        let context = Context {
            desk,
            rules: config.rules(),
            command: config.settings.command,
            schedules: Schedules::default(),
            retention: siaga::domain::retention::Retention::default(),
            entropy: || Ok([1; 5]),
            files: None,
            caps: config.settings.caps,
            limits: config.settings.limits,
            images_max: 0,
            form_senders: Vec::new(),
            templates,
            key: MessageIdKey::new([7; 32]),
            retries: Retries { pauses: Vec::new(), give_up_after: Duration::from_secs(1) },
            cutoff: None,
            attempts_max: 3,
        };
        let engine = Engine::start(Store::in_memory().expect("SQLite"), context, now()).expect("an engine");
        Desk { engine, reader: Reader::start().expect("a thread") }
    }

    fn explain(&mut self, path: &Path) -> anyhow::Result<Explanation> {
        self.judge(Unread::from_file(path, PARSE_MAX)?)
    }

    fn judge(&mut self, message: Unread) -> anyhow::Result<Explanation> {
        match self.reader.read(message) {
            Ok(parsed) => {
                let incoming =
                    Incoming { mail: &parsed.mail, arrived_at: now(), evidence: Evidence::None.into(), again: &[] };
                self.engine.explain(incoming, now())
            }
            Err(unreadable) => Ok(Explanation::held(&unreadable)),
        }
    }
}

fn now() -> Time {
    chrono::Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0).single().expect("a time")
}
