//! What a mail is: bounces found, and nobody who wants something taken for a machine.

use std::path::Path;

use siaga::engine::intake::Action;

use crate::{Read, report, rows, text};

/// Bounces that must be found, in a hundred.
const FOUND_MIN: usize = 98;

/// Mails of the corpus whose label says what their folder holds and not what they are.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("flufl-bounce/groupwise_03.eml", "a hotel's answer to a forwarded booking, written by a person in Outlook"),
    ("flufl-bounce/qmail_08.eml", "calls itself an automatic reply, thanks for writing, and names no failure"),
    ("cpython/msg_16.eml", "a bounce that carries no label"),
    ("mox/message__message-rfc822-multipart.eml", "a bounce that carries no label"),
    ("mox/message__message-rfc822-multipart2.eml", "a bounce that carries no label"),
    ("mikel-mail/sample_output_multipart.eml", "a file of no bytes, which is held"),
];

pub(crate) fn measure(folder: &Path, read: &Read) -> Vec<String> {
    let labels = rows(&folder.join("bounces.jsonl"));
    let mut failures = Vec::new();
    let (mut bounces, mut missed) = (0, Vec::new());
    let (mut wanted, mut dropped) = (0, Vec::new());
    let (mut machines, mut kept) = (0, Vec::new());
    for row in &labels {
        let path = text(row, "path");
        let Some(mail) = read.get(path) else { continue };
        let found = matches!(mail.action, Action::Bounce);
        let as_machine = matches!(mail.action, Action::Bounce | Action::AutoReply | Action::Ignored | Action::Held);
        match text(row, "label") {
            "bounce" => {
                bounces += 1;
                missed.extend((!found).then(|| path.to_owned()));
            }
            "machine_report" => {
                machines += 1;
                kept.extend((!as_machine).then(|| path.to_owned()));
            }
            "abuse_report" | "human" => {
                wanted += 1;
                dropped.extend(as_machine.then(|| path.to_owned()));
            }
            _ if row["is_human"].as_bool() == Some(true) => {
                wanted += 1;
                dropped.extend(as_machine.then(|| path.to_owned()));
            }
            _ => {}
        }
    }
    let labelled = |path: &str| labels.iter().any(|row| text(row, "path") == path);
    let mut unlabelled = 0;
    for (path, mail) in read.iter().filter(|(path, _)| !labelled(path)) {
        unlabelled += 1;
        let lost = !matches!(mail.action, Action::NewTicket | Action::FollowUp | Action::Commands);
        dropped.extend((lost && !is_exception(path)).then(|| path.clone()));
    }
    report("bounces", bounces, missed.len());
    report("abuse reports and people labelled so", wanted, dropped.len());
    report("mail without a label, read as somebody's", unlabelled, 0);
    report("machine reports", machines, kept.len());
    missed.iter().for_each(|path| println!("  bounce not found: {path} ({})", reason(path)));
    if (bounces - missed.len()) * 100 < bounces * FOUND_MIN {
        failures.push(format!("fewer than {FOUND_MIN} % of {bounces} bounces found; missed {missed:?}"));
    }
    failures.extend(dropped.iter().map(|path| format!("{path}: somebody's mail was taken for a machine's")));
    failures.extend(kept.iter().map(|path| format!("{path}: a machine report opened a ticket")));
    failures
}

fn is_exception(path: &str) -> bool {
    EXCEPTIONS.iter().any(|(other, _)| *other == path)
}

fn reason(path: &str) -> &'static str {
    EXCEPTIONS.iter().find(|(other, _)| *other == path).map_or("no reason known", |(_, reason)| reason)
}
