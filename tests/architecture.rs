//! The house rules a compiler does not enforce: floors look only down, nobody below the top asks for
//! the time, `async` only where a socket is awaited, SQL only in the store, files that can be read.
//!
//! The rules are tables. Each is shown a snippet that breaks it, so that a rule nobody can break
//! does not stay unnoticed.

use std::fs;
use std::path::Path;

/// A module of `src/`, and the modules of ours it may use besides itself.
const FLOORS: &[(&str, &[&str])] = &[
    ("fail_point", &[]),
    ("domain", &["fail_point"]),
    ("clock", &["domain", "fail_point"]),
    ("config", &["domain", "fail_point"]),
    ("compose", &["domain", "fail_point"]),
    ("archive", &["domain", "fail_point"]),
    ("cms_signed", &["domain", "fail_point"]),
    ("openpgp", &["domain", "fail_point"]),
    ("pdf", &["cms_signed", "domain", "fail_point"]),
    ("office", &["domain", "fail_point"]),
    ("store", &["domain", "fail_point"]),
    ("mail", &["cms_signed", "domain", "fail_point", "openpgp"]),
    ("templates", &["domain", "fail_point"]),
    ("engine", &["domain", "fail_point", "archive", "compose", "pdf", "office", "store", "templates"]),
    ("daemon", EVERYTHING),
    ("cli", EVERYTHING),
];

/// What the top floor may use.
const EVERYTHING: &[&str] = &[
    "domain",
    "fail_point",
    "clock",
    "config",
    "archive",
    "cms_signed",
    "openpgp",
    "pdf",
    "office",
    "compose",
    "store",
    "mail",
    "templates",
    "engine",
    "daemon",
    "cli",
];

/// Words of code, and where alone they may stand: beginnings of paths below `src/`.
const WORDS: &[(&str, &[&str])] = &[
    // Asking for the time.
    ("Utc::now", CLOCK),
    ("Local::now", CLOCK),
    ("SystemTime::now", CLOCK),
    ("Instant::now", CLOCK),
    (".elapsed()", CLOCK),
    ("CURRENT_TIMESTAMP", NOWHERE),
    ("CURRENT_DATE", NOWHERE),
    ("'now'", NOWHERE),
    ("unixepoch()", NOWHERE),
    // Waiting.
    ("async fn", SOCKETS),
    ("async move", SOCKETS),
    ("async {", SOCKETS),
    (".await", SOCKETS),
    ("tokio::", SOCKETS),
    // SQL.
    ("SELECT ", &["store/", "mail/imap"]),
    ("INSERT INTO", STORE),
    ("INSERT OR", STORE),
    ("DELETE FROM", STORE),
    ("UPDATE OR", STORE),
    ("CREATE TABLE", STORE),
    ("PRAGMA ", STORE),
    ("rusqlite::", &["store/", "engine/"]),
    // One adapter for each outside thing.
    ("tera::", &["templates/"]),
    ("lopdf::", &["pdf/"]),
    ("cms::", &["cms_signed/"]),
    ("webpki::", &["cms_signed/"]),
    ("use pgp::", &["openpgp/"]),
    ("lettre::", &["compose.rs", "mail/smtp"]),
    ("async_imap::", &["mail/imap"]),
    ("TcpStream", &["mail/", "daemon/", "cli/"]),
    ("TcpListener", &["mail/", "daemon/", "cli/"]),
    ("UdpSocket", &["mail/", "daemon/", "cli/"]),
    ("std::env::", &["config/", "cli/", "daemon/", "mail/imap", "mail/smtp", "fail_point.rs"]),
    ("std::fs", &["store/", "mail/", "config/", "templates/", "daemon/", "cli/"]),
    ("std::process::", &["daemon/", "cli/", "mail/", "main.rs"]),
];

const CLOCK: &[&str] = &["clock.rs"];
const STORE: &[&str] = &["store/"];
const NOWHERE: &[&str] = &[];
const SOCKETS: &[&str] =
    &["mail/imap", "mail/smtp", "mail/maildir", "mail/connect", "mail/transport", "daemon/", "cli/"];

/// Lines a person can hold in mind.
const LINES_MAX: usize = 400;

/// Lines that fit on a screen.
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are longer: each waits to be split and is struck off here when it has been.
const LONGER: &[&str] = &[];

#[test]
fn the_house_stands_on_its_floors() {
    let files = files_below("src");
    assert!(files.len() > 40, "only {} files found in src", files.len());
    let found: Vec<String> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    for listed in LONGER {
        let long = files.iter().any(|(path, text)| path == listed && text.lines().count() > LINES_MAX);
        assert!(long, "{listed} is short now or gone: strike it off LONGER");
    }
}

/// Tests are read more often than they are written.
#[test]
fn tests_are_as_readable_as_what_they_test() {
    let files = files_below("tests");
    assert!(files.len() > 10, "only {} files found in tests", files.len());
    let found: Vec<String> = files.iter().flat_map(|(path, text)| reading_faults(path, text)).collect();
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_floor_stands_on_floors_that_exist() {
    for (floor, below) in FLOORS {
        for name in *below {
            let at = |name: &str| FLOORS.iter().position(|(floor, _)| *floor == name);
            assert!(at(name).is_some(), "{floor} may use {name}, which is no floor");
            assert!(below == &EVERYTHING || at(name) < at(floor), "{floor} stands below {name}");
        }
    }
}

/// Every rule fails on what it forbids, and on nothing that only looks like it.
#[test]
fn every_rule_can_be_broken() {
    let check = |path: &str, code: &str, expected: &[&str]| {
        let found = faults(path, &format!("//! A file.\n{code}\n"));
        assert_eq!(found.len(), expected.len(), "{path}: {code}: {found:?}");
        for (fault, part) in found.iter().zip(expected) {
            assert!(fault.contains(part), "{path}: {code}: {fault}");
        }
    };
    // Floors.
    check("domain/a.rs", "use crate::store::Store;", &["domain must not use store"]);
    check("domain/a.rs", "fn f() { crate::engine::g() }", &["domain must not use engine"]);
    check("mail/a.rs", "use crate::store::Store;", &["mail must not use store"]);
    check("store/a.rs", "use crate::templates::defang;", &["store must not use templates"]);
    check("engine/a.rs", "use crate::mail::parse;", &["engine must not use mail"]);
    check("engine/a.rs", "use crate::config::Config;", &["engine must not use config"]);
    check("config/mod.rs", "use crate::clock::Clock;", &["config must not use clock"]);
    check("clock.rs", "use crate::config::Config;", &["clock must not use config"]);
    check("fail_point.rs", "use crate::domain::Time;", &["fail_point must not use domain"]);
    check("domain/mod.rs", "use super::store::Store;", &["write crate::"]);
    check("domain/a.rs", "use super::super::store::Store;", &["write crate::"]);
    check("domain/a.rs", "use crate::{store::Store, domain::Time};", &["one module in each use"]);
    check("attic.rs", "", &["attic is on no floor"]);
    check("engine/a.rs", "use crate::compose::compose;\nuse crate::fail_point::reached;", &[]);
    check("domain/a.rs", "use crate::domain::Time;\nuse crate::fail_point::reached;", &[]);
    check("daemon/a.rs", "use crate::store::Store;\nuse crate::cli::args;", &[]);
    check("domain/a.rs", "// See crate::store.\n/* crate::engine */", &[]);
    check("domain/a.rs", "/// As [`crate::store`] has it.\nmod tests { use super::*; }", &[]);
    // Time.
    check("engine/a.rs", "let now = Utc::now();", &["`Utc::now`"]);
    check("store/a.rs", "let now = std::time::SystemTime::now();", &["`SystemTime::now`"]);
    check("cli/a.rs", "let now = chrono::Local::now();", &["`Local::now`"]);
    check("daemon/a.rs", "let begun = Instant::now();", &["`Instant::now`"]);
    check("mail/imap.rs", "let begun = std::time::Instant::now();", &["`Instant::now`"]);
    check("engine/a.rs", "begun.elapsed()", &["`.elapsed()`"]);
    check("store/a.sql", "at TEXT DEFAULT CURRENT_TIMESTAMP", &["`CURRENT_TIMESTAMP`"]);
    check("store/a.rs", "\"UPDATE t SET at = datetime('now')\"", &["`'now'`"]);
    check("clock.rs", "Utc::now()", &[]);
    check("mail/smtp.rs", "let begun = tokio::time::Instant::now();", &[]);
    check("mail/smtp.rs", "use tokio::time::Instant;\nlet begun = Instant::now();", &[]);
    check("engine/a.rs", "/// Not Utc::now, ever.", &[]);
    // Waiting.
    check("engine/a.rs", "async fn f() {}", &["`async fn`"]);
    check("store/a.rs", "f().await;", &["`.await`"]);
    check("mail/parse.rs", "use tokio::io;", &["`tokio::`"]);
    check("daemon/inbox.rs", "async fn f() { g().await }", &[]);
    check("mail/imap/session.rs", "async fn f() { g().await }", &[]);
    // SQL and the other adapters.
    check("engine/a.rs", "db.execute(\"INSERT INTO t VALUES (1)\")", &["`INSERT INTO`"]);
    check("cli/a.rs", "db.query(\"SELECT 1\")", &["`SELECT `"]);
    check("daemon/a.rs", "db.query(\"PRAGMA quick_check\")", &["`PRAGMA `"]);
    check("mail/imap.rs", "\"a1 SELECT INBOX\"", &[]);
    check("store/a.rs", "\"SELECT 1\"", &[]);
    check("domain/a.rs", "use rusqlite::Row;", &["`rusqlite::`"]);
    check("engine/a.rs", "std::fs::read(path)", &["`std::fs`"]);
    // Reading.
    check("domain/a.rs", &"x;\n".repeat(400), &["402 lines"]);
    check("domain/a.rs", &"x;\n".repeat(398), &[]);
    check("domain/a.rs", &format!("fn long() {{\n{}}}\nfn f() {{}}", "x;\n".repeat(69)), &["long has 71 lines"]);
    check("domain/a.rs", &format!("fn short() {{\n{}}}", "x;\n".repeat(68)), &[]);
    assert_eq!(faults("domain/a.rs", "use std::fmt;\n").len(), 1, "a file without its sentence");
}

/// Comments are no code, strings are, and neither hides what stands behind it.
#[test]
fn comments_are_told_from_code() {
    let check = |text: &str, expected: &str| assert_eq!(code_of(text), expected, "{text}");
    check("a // b\nc", "a \nc");
    check("a /* b /* c */ d */ e", "a  e");
    check("\"// no comment\" a", "\"// no comment\" a");
    check("\"\\\"// no comment\" a // b", "\"\\\"// no comment\" a ");
    check("r#\"a \" // b\"# c // d", "r#\"a \" // b\"# c ");
    check("'\"' // a", "'\"' ");
    check("fn f<'a>(x: &'a str) {} // b", "fn f<'a>(x: &'a str) {} ");
    check("'\\'' // a", "'\\'' ");
    check("'\\u{AD}'|'\"' // a", "'\\u{AD}'|'\"' ");
}

/// Every Rust and SQL file below a folder of the project, by its path there.
fn files_below(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("read a folder") {
            let path = entry.expect("read an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "sql") {
                let text = fs::read_to_string(&path).expect("read a file");
                files.push((path.strip_prefix(&root).expect("it lies below").to_string_lossy().into_owned(), text));
            }
        }
    }
    files.sort_unstable();
    files
}

/// What is wrong with one file.
fn faults(path: &str, text: &str) -> Vec<String> {
    let code = if path.ends_with(".rs") { code_of(text) } else { text.to_owned() };
    let mut faults = reading_faults(path, text);
    if path.ends_with(".rs") {
        faults.extend(floor_faults(path, &code));
        faults.extend(long_functions(path, &code));
    }
    let waits_by_tokio = path.starts_with("mail/") && code.contains("use tokio::time::Instant");
    for (number, line) in code.lines().enumerate() {
        for (word, homes) in WORDS {
            let line = line.replace("tokio::time::Instant::now", "");
            let excused = *word == "Instant::now" && waits_by_tokio;
            if line.contains(word) && !excused && !homes.iter().any(|home| path.starts_with(home)) {
                faults.push(format!("{path}:{}: `{word}` belongs {}", number + 1, place(homes)));
            }
        }
    }
    faults
}

/// What keeps a person from taking a file in.
fn reading_faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if path.ends_with(".rs") && !text.starts_with("//! ") {
        faults.push(format!("{path}: begin with one `//!` sentence on what the file is for"));
    }
    if path.ends_with(".rs") && lines > LINES_MAX && !LONGER.contains(&path) {
        faults.push(format!("{path}: {lines} lines; split it by subject"));
    }
    faults
}

fn place(homes: &[&str]) -> String {
    if homes.is_empty() { "nowhere".to_owned() } else { format!("only in src/{{{}}}", homes.join(",")) }
}

/// Which floors a file reaches that it must not reach.
fn floor_faults(path: &str, code: &str) -> Vec<String> {
    let (top, below) = path.split_once('/').unwrap_or((path, ""));
    let floor = top.trim_end_matches(".rs");
    if floor == "lib" || floor == "main" {
        return Vec::new();
    }
    let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
        return vec![format!("{path}: {floor} is on no floor; give it one in tests/architecture.rs")];
    };
    let mut faults = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let at = format!("{path}:{}", number + 1);
        for (index, _) in line.match_indices("crate::") {
            let named: String = line[index + "crate::".len()..].chars().take_while(|c| is_word(*c)).collect();
            if named.is_empty() {
                faults.push(format!("{at}: name one module in each use"));
            } else if named != floor && !allowed.contains(&named.as_str()) {
                faults.push(format!("{at}: {floor} must not use {named}"));
            }
        }
        // The root of a floor has the other floors as siblings, a file below it as its uncles.
        let upwards = if below.is_empty() || below == "mod.rs" { "super::" } else { "super::super::" };
        let climbs = |(name, _): &(&str, &[&str])| line.contains(&format!("{upwards}{name}"));
        if FLOORS.iter().any(climbs) {
            faults.push(format!("{at}: write crate:: for what lies outside this floor"));
        }
    }
    faults
}

/// Functions that do not fit on a screen; rustfmt puts their last brace below their first word.
fn long_functions(path: &str, code: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().collect();
    let begins = |line: &&str| {
        let words = line.trim_start().split("fn ").next().unwrap_or("x");
        line.contains("fn ")
            && words
                .split(' ')
                .all(|word| word.is_empty() || word.starts_with("pub") || word == "async" || word == "const")
    };
    let mut faults = Vec::new();
    for (first, line) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        let last = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let length = lines[first..].iter().position(|line| *line == last).map_or(0, |length| length + 1);
        let one_liner = line.ends_with('}') || line.ends_with(';');
        if length > FUNCTION_LINES_MAX && !one_liner {
            let name: String = line.split("fn ").nth(1).unwrap_or("").chars().take_while(|c| is_word(*c)).collect();
            faults.push(format!("{path}:{}: {name} has {length} lines; split it", first + 1));
        }
    }
    faults
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The text without its comments; line breaks stay, so that line numbers do.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else {
            let length = literal(rest).unwrap_or(first.len_utf8());
            code.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        code.extend(rest[..taken].chars().filter(|c| *c == '\n'));
        rest = &rest[taken..];
    }
    code
}

/// Length of the block comment at the beginning, nested ones included.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of the string or character literal at the beginning, if one stands there.
fn literal(text: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        let inside = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = inside.find(&end)? + end.len();
        return Some(1 + hashes + 1 + length);
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    // A quote that is not closed behind one character, or one escape, begins a lifetime.
    let longest = match (quote, text[1..].starts_with('\\')) {
        ('"', _) => usize::MAX,
        (_, true) => "\\u{10FFFF}".len(),
        (_, false) => 1,
    };
    let mut escaped = false;
    for (count, (index, c)) in text.char_indices().skip(1).enumerate() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(index + 1),
            _ if count >= longest => return None,
            _ => {}
        }
    }
    None
}
