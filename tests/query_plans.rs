//! No statement of the desk looks at a table that grows as a whole, and none sorts all of it to give a
//! few rows: what ten mails cost, ten thousand cost a thousand times over and no more.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use siaga::store::Store;

/// Tables with a row or more for each mail, ticket or answer there ever was.
const GROWING: &[&str] = &[
    "receipt",
    "ticket",
    "participant",
    "message",
    "attachment",
    "reference",
    "timer",
    "outbox",
    "outbox_file",
    "logbook",
    "indicator",
    "link",
    "suppressed",
    "run",
    "errand",
    "report",
    "approval",
    "question",
    "code",
    "token",
];

/// Indices over what waits for something: what is done leaves them.
const WAITING: &[&str] = &[
    "receipt_by_state",
    "code_unwiped",
    "errand_waiting",
    "attachment_unscanned",
    "timer_waiting",
    "outbox_waiting",
    "outbox_sending",
    "suppressed_waiting",
];

/// Statements that look at a whole table all the same, by their file and a piece of their words. No
/// mail of a stranger causes one: a person asks, or a day ends; or it ends at the first row it sees.
const MAY: &[(&str, &str)] = &[
    // What a person's data are, and what is removed of them at his request or at the end of their time.
    ("person_record.rs", ""),
    ("persons.rs", ""),
    ("letters.rs", ""),
    ("retention.rs", ""),
    ("doomed.rs", "FROM attachment JOIN message"),
    ("reports.rs", "WHERE file_digest = ?1"),
    // The latest entry is the first that is seen.
    ("logbook.rs", "ORDER BY id DESC LIMIT 1"),
    ("suppressed.rs", "ORDER BY id DESC LIMIT 1"),
    // Lists for the command line and the digests of a day.
    ("logbook.rs", "FROM logbook LEFT JOIN ticket"),
    ("logbook.rs", "FROM logbook ORDER BY id"),
    ("outbox.rs", "WHERE TRUE ORDER BY outbox.id"),
    ("receipts.rs", "SELECT count(*) FROM receipt WHERE state = ?1"),
    ("suppressed.rs", "ORDER BY suppressed.id DESC LIMIT ?2"),
    ("suppressed.rs", "GROUP BY notice, reason"),
    ("links.rs", "WHERE link.ticket_id = ?1 OR link.other_id = ?1"),
    ("tickets.rs", "FROM ticket ORDER BY id"),
    ("tickets.rs", "FROM ticket WHERE closed_at IS NULL"),
    // Asked after an order of the team has changed who has which role.
    ("tokens.rs", "SELECT DISTINCT person FROM token"),
    // As many as wait for the scanner.
    ("files.rs", "GROUP BY digest ORDER BY min(message_id)"),
];

/// A statement as it stands in a source, and where.
struct Statement {
    source: String,
    words: String,
}

/// The strings of a source, escapes resolved, without those of its tests.
fn strings(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find('"') {
        let (mut string, mut characters) = (String::new(), rest[begin + 1..].char_indices());
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = begin + 2 + at;
                    break;
                }
                '\\' => match characters.next() {
                    // The line goes on, without the blanks before it.
                    Some((_, '\n')) => {
                        let blanks = characters.as_str().len() - characters.as_str().trim_start().len();
                        if let Some(last) = blanks.checked_sub(1) {
                            characters.nth(last);
                        }
                    }
                    Some((_, escaped)) => string.push(escaped),
                    None => {}
                },
                other => string.push(other),
            }
        }
        found.push(string);
        rest = &rest[end..];
    }
    found
}

/// Every statement of the store that reads or changes rows it has to find; what is put together of
/// pieces is put together here of the same.
fn statements() -> Vec<Statement> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")).expect("the store") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        // A lone quotation mark in a comment or a character would turn strings and code about.
        let text = fs::read_to_string(&path).expect("a source").replace("'\"'", "' '");
        let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let strings = strings(&code.join("\n"));
        let conditions: Vec<_> = strings.iter().filter(|string| string.starts_with("WHERE ")).collect();
        let whole = |string: &str| {
            // Names of columns and conditions that are constants of the source; then values.
            let mut whole = string.to_owned();
            for declared in text.split("const ").skip(1) {
                let Some((name, rest)) = declared.split_once(": &str =") else { continue };
                let value = self::strings(rest).into_iter().next().unwrap_or_default();
                whole = whole.replace(&format!("{{{name}}}"), &value);
            }
            whole.replace("SET {}", "SET subject = subject").replace("{}", "''")
        };
        let is_one = |string: &String| ["SELECT ", "UPDATE ", "DELETE "].iter().any(|verb| string.starts_with(verb));
        let source = path.file_name().unwrap_or_default().to_string_lossy();
        for string in strings.iter().map(|string| whole(string)).filter(is_one) {
            let many = if string.contains("{condition}") { conditions.len() } else { 1 };
            for number in 0..many {
                let condition = conditions.get(number).map_or("", |condition| condition.as_str());
                found.push(Statement { source: source.to_string(), words: string.replace("{condition}", condition) });
            }
        }
    }
    found
}

/// What of a statement's plan grows with a table.
fn faults(db: &Connection, words: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {words}")).expect(words);
    let rows = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>().expect(words);
    let waits = |row: &String| WAITING.iter().any(|index| row.ends_with(index));
    let whole = |row: &&String| {
        let scanned = row.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        scanned.is_some_and(|table| GROWING.contains(&table)) && !waits(row)
    };
    // The limit then ends the answer and not the work.
    let sorted = |row: &&String| words.contains(" LIMIT ") && row.starts_with("USE TEMP B-TREE FOR ORDER BY");
    rows.iter().filter(|row| whole(row) || sorted(row)).cloned().collect()
}

#[test]
fn no_statement_that_many_mails_cause_looks_at_a_whole_table() {
    let store = Store::in_memory().expect("a store");
    let statements = statements();
    assert!(statements.len() > 200, "only {} statements were found", statements.len());
    let mut excused = vec![false; MAY.len()];
    let mut found = Vec::new();
    for Statement { source, words } in &statements {
        let faults = faults(store.db(), words);
        if faults.is_empty() {
            continue;
        }
        match MAY.iter().position(|(file, piece)| source == file && words.contains(piece)) {
            Some(number) => excused[number] = true,
            None => found.push(format!("{source}: {words}\n    {}", faults.join("\n    "))),
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let idle: Vec<_> = MAY.iter().zip(&excused).filter(|(_, used)| !**used).map(|(may, _)| may).collect();
    assert!(idle.is_empty(), "these need no excuse: {idle:?}");
}

#[test]
fn a_whole_table_and_a_sorted_one_are_seen() {
    let store = Store::in_memory().expect("a store");
    let sees = |words: &str| !faults(store.db(), words).is_empty();
    assert!(sees("SELECT 1 FROM suppressed WHERE reason = ?1"));
    assert!(sees("SELECT 1 FROM receipt WHERE state = ?1"), "the index has a condition the statement has not");
    assert!(sees("SELECT id FROM message WHERE ticket_id = ?1 ORDER BY subject LIMIT 1"));
    assert!(!sees("SELECT id FROM message WHERE ticket_id = ?1 ORDER BY id LIMIT 1"));
}
