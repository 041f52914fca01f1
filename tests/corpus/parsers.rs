//! What other parsers expect of their own test mail: mail-parser's JSON, zbateson's files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use siaga::domain::digest::Digest;
use siaga::engine::explain::Explanation;

use crate::{Read, report, squeezed, text};

/// Expectations that are not ours.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "mail-parser-rs/malformed__020.eml",
        "a part whose empty line was forgotten is the preamble; the HTML form is read",
    ),
    (
        "mail-parser-rs/malformed__021.eml",
        "a part whose empty line was forgotten is the preamble; the HTML form is read",
    ),
    ("mail-parser-rs/thirdparty__000.eml", "control characters are replaced"),
];

pub(crate) fn measure(folder: &Path, read: &Read) -> Vec<String> {
    let mut failures = Vec::new();
    let (mut compared, mut differing) = (0, 0);
    for path in files(&folder.join("mail-parser-rs/_expect")) {
        let name = format!("mail-parser-rs/{}.eml", path.file_stem().unwrap_or_default().to_string_lossy());
        let Some(mail) = read.get(&name) else { continue };
        let bytes = std::fs::read(&path).expect("an expectation");
        let expected: Value = serde_json::from_slice(&bytes).expect("JSON");
        compared += 1;
        let found = differences(&expected, mail);
        if let Some((_, reason)) = EXCEPTIONS.iter().find(|(other, _)| *other == name) {
            println!("  parser excepted: {name} ({reason}): {}", found.join("; "));
            continue;
        }
        differing += usize::from(!found.is_empty());
        failures.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    report("messages as mail-parser reads them", compared, differing);
    failures.extend(zbateson(folder, read));
    failures
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Where the reading differs. A U+FFFD of the other parser stands for any character: it knows no
/// charset where we guess one.
fn differences(expected: &Value, mail: &Explanation) -> Vec<String> {
    let mut found = Vec::new();
    let parts = expected["parts"].as_array().expect("parts");
    let header = |name: &str| {
        let headers = parts[0]["headers"].as_array().into_iter().flatten();
        headers.filter(|header| header["name"] == name).map(|header| &header["value"]).next_back()
    };
    if let Some(subject) = header("subject").and_then(|value| value["Text"].as_str())
        && !alike(subject, &mail.subject)
    {
        found.push(format!("subject {subject:?} is read as {:?}", mail.subject));
    }
    if let Some(list) = header("from").and_then(|value| value["Address"]["List"].as_array()) {
        for address in list.iter().filter_map(|person| person["address"].as_str()) {
            if !mail.from.contains(address) {
                found.push(format!("from {address:?} is read as {:?}", mail.from));
            }
        }
    }
    for index in expected["text_body"].as_array().into_iter().flatten().filter_map(Value::as_u64) {
        let body = &parts[usize::try_from(index).expect("an index")]["body"];
        if let Some(body) = body["Text"].as_str()
            && !holds(&mail.text, body)
        {
            let begins: String = body.chars().take(60).collect();
            found.push(format!("text {begins:?} is not in the text"));
        }
    }
    let names: BTreeSet<&str> = mail.attachments.iter().map(|file| file.filename.as_str()).collect();
    for name in attachment_names(expected) {
        let last = name.rsplit(['/', ':', '\\']).next().unwrap_or(&name).to_owned();
        if !names.iter().any(|other| alike(&last, other) || last.ends_with(other)) {
            found.push(format!("no file {name:?} among {names:?}"));
        }
    }
    found
}

fn attachment_names(message: &Value) -> Vec<String> {
    let parts = message["parts"].as_array().expect("parts");
    let attached = message["attachments"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let parts = attached.map(|index| &parts[usize::try_from(index).expect("an index")]);
    let headers = |part: &'_ Value| part["headers"].as_array().cloned().unwrap_or_default();
    let names = parts.filter_map(|part| {
        let attributes = headers(part)
            .into_iter()
            .flat_map(|header| header["value"]["ContentType"]["attributes"].as_array().cloned().unwrap_or_default());
        let mut named = attributes.filter(|attribute| matches!(text(attribute, "name"), "filename" | "name"));
        named.next().map(|attribute| text(&attribute, "value").to_owned())
    });
    names.collect()
}

/// Whether two texts are the same but for white space, and for what the first could not decode.
fn alike(expected: &str, read: &str) -> bool {
    let (expected, read): (Vec<char>, Vec<char>) =
        (squeezed(expected).chars().collect(), squeezed(read).chars().collect());
    expected.len() == read.len() && expected.iter().zip(&read).all(|(left, right)| left == right || *left == '\u{FFFD}')
}

/// Whether a text stands in another, by the same measure.
fn holds(read: &str, expected: &str) -> bool {
    let (read, expected) = (squeezed(read), squeezed(expected));
    if !expected.contains('\u{FFFD}') {
        // A file that was uuencoded in the text has been taken out of it.
        let own = expected.split("begin666").next().unwrap_or(&expected);
        return read.contains(own);
    }
    expected.split('\u{FFFD}').all(|piece| read.contains(piece))
}

/// Every file that zbateson expects comes out with its bytes, wherever a message attaches it.
fn zbateson(folder: &Path, read: &Read) -> Vec<String> {
    let mut failures = Vec::new();
    let expected: Vec<(String, Vec<u8>)> = files(&folder.join("zbateson/_expect"))
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().strip_prefix("files__")?.to_owned();
            Some((name, std::fs::read(&path).expect("a file")))
        })
        .collect();
    let (mut compared, mut differing) = (0, 0);
    for (path, mail) in read.iter().filter(|(path, _)| path.starts_with("zbateson/")) {
        for file in &mail.attachments {
            let Some((name, bytes)) = expected.iter().find(|(name, _)| name == &file.filename) else { continue };
            // Messages carry the texts with line ends of their own, and one its images in BinHex.
            let comparable = name.ends_with(".png") && file.content_type != "application/mac-binhex40";
            if comparable {
                compared += 1;
                let same = Digest::of(bytes) == file.digest;
                differing += usize::from(!same);
                failures.extend((!same).then(|| format!("{path}: {name} has other bytes than were attached")));
            }
        }
    }
    report("files as zbateson expects them", compared, differing);
    failures
}
