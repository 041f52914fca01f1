//! A desk that is upgraded keeps what it had: the steps of the schema one by one over sample rows,
//! and the schema that people read beside the one that is made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use siaga::domain::ticket::TicketId;
use siaga::store::receipts::State;
use siaga::store::{Store, cases, codes, logbook, messages, meta, outbox, receipts, tickets, timers};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The steps in their order, each with the rows a desk of its time could have.
fn steps() -> Vec<(String, String, String)> {
    let folder = root().join("src/store/migrations");
    let mut names: Vec<PathBuf> =
        fs::read_dir(&folder).expect("the steps").map(|entry| entry.expect("an entry").path()).collect();
    names.sort_unstable();
    names
        .into_iter()
        .enumerate()
        .map(|(index, path)| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name} is step {}", index + 1);
            let sample = root().join("tests/migrations").join(format!("{name}.sample.sql"));
            let rows = fs::read_to_string(&sample).unwrap_or_else(|error| panic!("{}: {error}", sample.display()));
            (name, fs::read_to_string(&path).expect("a step"), rows)
        })
        .collect()
}

fn tables(db: &Connection) -> Vec<String> {
    rows(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", None)
}

fn counts(db: &Connection) -> BTreeMap<String, i64> {
    let count = |table: &String| {
        let sql = format!("SELECT count(*) FROM {table}");
        (table.clone(), db.query_row(&sql, [], |row| row.get(0)).expect("a count"))
    };
    tables(db).iter().map(count).collect()
}

/// A database as Siaga of schema `version` left it.
fn desk_of(version: usize, path: &Path) -> BTreeMap<String, i64> {
    let db = Connection::open(path).expect("a new file");
    for (name, step, rows) in steps().iter().take(version) {
        db.execute_batch(step).unwrap_or_else(|error| panic!("{name}: {error}"));
        db.execute_batch(rows).unwrap_or_else(|error| panic!("the sample rows of {name}: {error}"));
    }
    db.pragma_update(None, "user_version", i64::try_from(version).expect("small")).expect("set");
    counts(&db)
}

#[test]
fn every_earlier_desk_is_upgraded_with_all_it_had() {
    let latest = steps().len();
    for version in 1..=latest {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("siaga.db");
        let before = desk_of(version, &path);
        for (table, count) in &before {
            assert!(*count > 0, "no sample row in {table}");
        }
        let store = Store::open(&path).unwrap_or_else(|error| panic!("from schema {version}: {error:#}"));
        let after = counts(store.db());
        for (table, count) in &before {
            assert_eq!(after.get(table), Some(count), "rows of {table} from schema {version}");
        }
        everything_reads(&store, version);
        let backup = path.with_extension(format!("schema-{version}.backup"));
        assert_eq!(backup.exists(), version < latest, "a backup before an upgrade, and only then");
    }
}

fn everything_reads(store: &Store, version: usize) {
    let db = store.db();
    let broken: i64 =
        db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(broken, 0, "rows that point nowhere");
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(verdict, "ok");
    let all = tickets::all(db).expect("tickets");
    assert_eq!(
        all.iter().map(|ticket| ticket.number.to_string()).collect::<Vec<_>>(),
        ["CIAMIS-2026-0001", "CIAMIS-2026-0002"]
    );
    assert!(all[0].reporter.is_some() && all[1].reporter.is_none() && all[1].due_at.is_none());
    let mail = messages::of_ticket(db, TicketId(1)).expect("messages");
    assert_eq!((mail[0].text.as_str(), mail[0].attachments.len()), ("Halaman 'judi' — 🔥", 2));
    assert_eq!(messages::ticket_naming(db, "laporan@warga.example").expect("a lookup"), Some(TicketId(2)));
    assert_eq!(timers::of_ticket(db, TicketId(1)).expect("timers").len(), 2);
    assert_eq!(outbox::all(db, None).expect("outbox").len(), if version == 1 { 2 } else { 3 });
    let case = cases::get(db, TicketId(1)).expect("a case");
    let kinds: Vec<_> =
        timers::of_ticket(db, TicketId(1)).expect("timers").iter().map(|t| t.kind.to_string()).collect();
    assert_eq!(kinds, ["reminder-50%", "rung-2"]);
    // A clock that an earlier Siaga had begun goes on as it was.
    assert_eq!(case.deadlines.len(), 1);
    assert_eq!(Some(case.deadlines[0].due_at), case.ticket.due_at);
    assert_eq!(case.deadlines[0].is_running(), version == 1);
    assert_eq!(case.report.is_some() && case.approval.is_some() && case.questions.len() == 1, version > 1);
    assert_eq!(codes::of_ticket(db, TicketId(1)).expect("codes").len(), if version == 1 { 0 } else { 1 });
    assert_eq!(receipts::in_states(db, &[State::Held, State::Received]).expect("receipts").len(), 2);
    assert_eq!(logbook::entries(db, None).expect("entries").len(), 3);
    assert_eq!(logbook::first_broken(db).expect("a check"), None);
    assert!(meta::known_first_start(db).expect("meta").is_some());
}

#[test]
fn a_fresh_desk_has_every_step() {
    let store = Store::in_memory().expect("in memory");
    let version: i64 = store.db().query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
    assert_eq!(usize::try_from(version).expect("small"), steps().len(), "a step in the folder is not in the list");
}

#[test]
fn every_sample_belongs_to_a_step() {
    let samples = fs::read_dir(root().join("tests/migrations")).expect("the samples").count();
    assert_eq!(samples, steps().len());
}

/// Each table, then of one table its columns, what they point to, and what is unique or indexed.
const TABLES: &str = "SELECT name || ' strict ' || strict || ' without rowid ' || wr FROM pragma_table_list \
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
const COLUMNS: &str = "SELECT ?1 || '.' || name || ' ' || type || ' not null ' || \"notnull\" || ' default ' \
    || coalesce(dflt_value, 'none') || ' key ' || pk FROM pragma_table_xinfo(?1)";
const REFERENCES: &str = "SELECT ?1 || '.' || \"from\" || ' points to ' || \"table\" || '.' || coalesce(\"to\", 'id') \
    FROM pragma_foreign_key_list(?1)";
const INDEXES: &str = "SELECT ?1 || ' index from ' || list.origin || ' unique ' || list.\"unique\" || ' partial ' \
    || list.partial || ': ' || group_concat(info.name) FROM pragma_index_list(?1) AS list, \
    pragma_index_info(list.name) AS info GROUP BY list.name";
const WORDS: &str = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";

/// What there is to know of a database, whatever steps it was made in.
fn described(db: &Connection) -> Vec<String> {
    let mut facts = rows(db, TABLES, None);
    for table in tables(db) {
        facts.extend([COLUMNS, REFERENCES, INDEXES].iter().flat_map(|sql| rows(db, sql, Some(&table))));
    }
    for words in rows(db, WORDS, None).iter().map(|sql| plain(sql)) {
        match words.strip_prefix("CREATE TABLE ") {
            // What a table checks stands in its words alone.
            Some(table) => facts.extend(table.split("CHECK (").skip(1).map(|check| {
                format!(
                    "{} checks {}",
                    table.split(' ').next().unwrap_or("").trim_matches('"'),
                    check.split("))").next().unwrap_or("")
                )
            })),
            None => facts.push(words),
        }
    }
    facts
}

fn rows(db: &Connection, sql: &str, table: Option<&str>) -> Vec<String> {
    let mut statement = db.prepare(sql).expect("a statement");
    let found = statement.query_map(rusqlite::params_from_iter(table), |row| row.get(0)).expect("a query");
    found.collect::<rusqlite::Result<_>>().expect("rows")
}

/// SQL without comments, on one line.
fn plain(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_schema_people_read_is_the_one_that_is_made_step_by_step() {
    let read = fs::read_to_string(root().join("src/store/schema.sql")).expect("schema.sql");
    let db = Connection::open_in_memory().expect("in memory");
    db.execute_batch(&read).expect("schema.sql is SQL");
    let folder = tempfile::tempdir().expect("a folder");
    let made = Store::open(&folder.path().join("siaga.db")).expect("made step by step");
    let (read, made) = (described(&db), described(made.db()));
    assert!(made.len() > 100, "only {} facts", made.len());
    let missing: Vec<_> = made.iter().filter(|fact| !read.contains(fact)).collect();
    let invented: Vec<_> = read.iter().filter(|fact| !made.contains(fact)).collect();
    assert!(missing.is_empty() && invented.is_empty(), "schema.sql lacks {missing:#?} and invents {invented:#?}");
}

#[test]
fn every_table_and_column_is_explained() {
    let text = fs::read_to_string(root().join("src/store/schema.sql")).expect("schema.sql");
    let db = Store::in_memory().expect("in memory");
    let lines: Vec<&str> = text.lines().collect();
    for table in tables(db.db()) {
        let begin = lines.iter().position(|line| *line == format!("CREATE TABLE {table} (")).expect("its beginning");
        assert!(begin > 0 && lines[begin - 1].starts_with("-- "), "{table} is not explained");
        let columns = rows(db.db(), "SELECT name FROM pragma_table_xinfo(?1)", Some(&table));
        for column in columns {
            let its = |line: &&&str| line.trim_start().split(' ').next() == Some(column.as_str());
            let line = lines[begin..].iter().find(its).expect("its line");
            let (_, words) = line.split_once("-- ").unwrap_or_else(|| panic!("{table}.{column} is not explained"));
            assert!(words.len() > 3, "{table}.{column}: {words}");
        }
    }
}
