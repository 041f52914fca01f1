//! Own words and quotes: what of a reply its sender wrote.

use std::collections::BTreeMap;
use std::path::Path;

use siaga::mail::reader::Unread;

use crate::{Desk, report, rows, squeezed, text};

/// Replies that may keep quoted text, in a thousand.
const KEPT_MAX: usize = 10;
/// Own words that may be lost, in a thousand.
const LOST_MAX: usize = 30;

/// Replies whose expectation is not ours.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "github-reply-parser test_reads_simple_body",
        "a name below the text is the sender's own; another source expects it",
    ),
    ("github-reply-parser test_reads_top_post", "a name below the text is the sender's own; another source expects it"),
    (
        "crisp-reply-parser text_email_regards",
        "a closing with name and office is the sender's own: a report needs them",
    ),
];

pub(crate) fn measure(folder: &Path, desk: &mut Desk) -> Vec<String> {
    let rows = rows(&folder.join("replies.jsonl"));
    let (mut replies, mut keeping, mut own, mut lost) = (0_usize, Vec::new(), 0_usize, Vec::new());
    let mut words_lost = 0;
    for row in rows.iter().filter(|row| row["dup_of"].is_null()) {
        let name = format!("{} {}", text(row, "source"), text(row, "id"));
        let new_text = new_text(desk, text(row, "text"));
        replies += 1;
        let (kept, missing, words) = match row["expected_reply_text"].as_str() {
            Some(expected) => (difference(&new_text, expected), difference(expected, &new_text), expected),
            None => (found(row, "must_not_contain", &new_text), not_found(row, &new_text), ""),
        };
        own += words.split_whitespace().count();
        words_lost += missing.len();
        let excepted = EXCEPTIONS.iter().find(|(other, _)| *other == name);
        if let Some((name, reason)) = excepted {
            println!("  reply excepted: {name} ({reason}); kept {kept:?}");
            continue;
        }
        keeping.extend((!kept.is_empty()).then(|| format!("{name}: kept {kept:?}")));
        lost.extend((!missing.is_empty()).then(|| format!("{name}: lost {missing:?}")));
    }
    report("replies that keep quoted text", replies, keeping.len());
    report("replies that lose own words", replies, lost.len());
    report("own words of exact replies, lost", own, words_lost);
    let mut failures = Vec::new();
    if keeping.len() * 1_000 > replies * KEPT_MAX {
        failures.extend(keeping);
    }
    if words_lost * 1_000 > own * LOST_MAX || lost.len() * 1_000 > replies * LOST_MAX {
        failures.extend(lost);
    }
    failures
}

fn new_text(desk: &mut Desk, body: &str) -> String {
    let head = "From: budi@warga.example\nSubject: Re: situs\nMIME-Version: 1.0\n\
                Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
    desk.judge(Unread::Whole(format!("{head}{body}").into_bytes())).expect("explained").new_text
}

/// Words that stand more often in `text` than in `other`.
fn difference(text: &str, other: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    other.split_whitespace().for_each(|word| *counts.entry(word).or_default() += 1);
    let more = text.split_whitespace().filter(|word| match counts.get_mut(word) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        Some(_) | None => true,
    });
    more.map(str::to_owned).collect()
}

fn found(row: &serde_json::Value, key: &str, new_text: &str) -> Vec<String> {
    let phrases = row[key].as_array().into_iter().flatten().filter_map(|phrase| phrase.as_str());
    phrases.filter(|phrase| squeezed(new_text).contains(&squeezed(phrase))).map(str::to_owned).collect()
}

fn not_found(row: &serde_json::Value, new_text: &str) -> Vec<String> {
    let phrases = row["must_contain"].as_array().into_iter().flatten().filter_map(|phrase| phrase.as_str());
    phrases.filter(|phrase| !squeezed(new_text).contains(&squeezed(phrase))).map(str::to_owned).collect()
}
