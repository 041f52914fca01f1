//! The environment above `config/`: what it sets, what it may not set, and where secrets lie instead.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use siaga::config::{Config, Environment, Fault, Protection, SecretSource, load, load_under, read_secret};

/// The shipped files in a folder of their own.
fn shipped() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["siaga.toml", "sop.toml", "calendar.toml", "people.toml"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        fs::copy(source, folder.path().join(name)).expect("copy a shipped file");
    }
    folder
}

fn printed(folder: &TempDir, loaded: Result<Config, Vec<Fault>>) -> Vec<String> {
    let faults = loaded.err().unwrap_or_default();
    let folder = format!("{}/", folder.path().display());
    faults.iter().map(|fault| fault.to_string().replace(&folder, "")).collect()
}

/// The configuration below some variables.
fn below(folder: &TempDir, variables: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    load_under(folder.path(), &Environment::of(variables))
}

#[test]
fn the_environment_is_above_the_file() {
    let folder = shipped();
    let config = below(
        &folder,
        &[
            ("SIAGA__IMAP__HOST", "imap.example"),
            ("SIAGA__IMAP__PORT", "143"),
            ("SIAGA__IMAP__SECURITY", "starttls"),
            ("SIAGA__IMAP__PASSWORD_FILE", "/run/imap"),
            ("SIAGA__INTAKE__CUTOFF", "2026-11-23T07:30:00+07:00"),
            ("SIAGA__SMTP__USER", ""),
            ("SIAGA__OUTBOX__GIVE_UP_AFTER", "1d"),
        ],
    );
    let settings = config.expect("every variable is right").settings;
    assert_eq!((settings.imap.host.as_str(), settings.imap.port), ("imap.example", 143));
    assert_eq!(settings.imap.security, Protection::Starttls);
    assert_eq!(settings.imap.secret, SecretSource::File("/run/imap".into()));
    assert_eq!(settings.intake.cutoff.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-23T00:30:00+00:00"));
    assert_eq!(settings.smtp.user, "");
    assert_eq!(settings.outbox.give_up_after.as_secs(), 86_400);
    assert_eq!(settings.smtp.host, "mail.ciamiskab.go.id", "what nobody overrides stays");
}

#[test]
fn a_text_that_looks_like_a_number_stays_a_text() {
    let folder = shipped();
    for text in ["007", "1e3", "true", "0x10", " 7 "] {
        let config = below(&folder, &[("SIAGA__IMAP__USER", text), ("SIAGA__IMAP__HELD", "007")]);
        let imap = config.expect("texts").settings.imap;
        assert_eq!((imap.user.as_str(), imap.held.as_str()), (text, "007"));
    }
}

#[test]
fn a_wrong_variable_is_named_and_not_the_file() {
    let folder = shipped();
    let check = |name: &str, value: &str, expected: &str| {
        assert_eq!(
            printed(&folder, below(&folder, &[(name, value)])),
            [format!("the environment variable {name}: {expected}")]
        );
    };
    let number = "write a whole number from 0 to 65535, without quotes";
    check("SIAGA__IMAP__PROT", "993", "unknown key `prot`; did you mean `port`?");
    check("SIAGA__IMAP__PORT", "on", &format!("`imap.port` cannot be the text \"on\"; {number}"));
    check("SIAGA__IMAP__PORT", "", &format!("`imap.port` cannot be the text \"\"; {number}"));
    check("SIAGA__IMAP__PORT", "99300", &format!("`imap.port` cannot be the number 99300; {number}"));
    check(
        "SIAGA__IMAP__SECURITY",
        "ssl",
        "`imap.security` cannot be \"ssl\"; write one of \"tls\", \"starttls\", \"plain\"",
    );
    check(
        "SIAGA__IMAP__IDLE_WAIT",
        "5 menit",
        "`imap.idle_wait`: `5 menit` is no length of time; write it like \"30s\", \"5m\" or \"3h\"",
    );
    check(
        "SIAGA__DESK__ALIASES",
        "lapor@csirt.example",
        "`desk.aliases` cannot be the text \"lapor@csirt.example\"; write a list in brackets, in the file: [\"…\"]",
    );
    check("SIAGA__SMTP__CONNECTIONS", "99", "99 connections cannot be kept; write a number from 1 to 16");
    let names = "its name is SIAGA__SECTION__KEY, after the sections and keys of the file";
    check("SIAGA__IMAPP__HOST", "x", &format!("there is no section [imapp]; {names}"));
    check("SIAGA__VERIFICATION__LIMIT", "3h", &format!("there is no section [verification]; {names}"));
    check("SIAGA__IMAP", "x", &format!("it names no key in a section; {names}"));
}

#[test]
fn a_secret_in_the_environment_is_refused_and_never_repeated() {
    let folder = shipped();
    let told = printed(&folder, below(&folder, &[("SIAGA__IMAP__PASSWORD", "rahasia-sekali")]));
    assert_eq!(
        told,
        ["the environment variable SIAGA__IMAP__PASSWORD: a secret in the environment can be read by others; \
          write it into a file and name that file in SIAGA__SECTION__PASSWORD_FILE"]
    );
    let path = folder.path().join("siaga.toml");
    let text = fs::read_to_string(&path).expect("a shipped file");
    fs::write(&path, text.replace("password_file = \"/etc/siaga/imap-password\"", "password = \"rahasia-sekali\""))
        .expect("write");
    let written = printed(&folder, below(&folder, &[]));
    assert_eq!(written, ["siaga.toml:55: unknown key `password`; did you mean `password_file`?"]);
    assert!(!told.concat().contains("rahasia-sekali"));
}

#[test]
fn variables_that_only_look_like_ours_are_warned_of() {
    let folder = shipped();
    let config = below(
        &folder,
        &[
            ("SIAGA_IMAP_HOST", "imap.example"),
            ("SIAGA__IMAP__HOST", "imap.example"),
            ("SIAGA_LOG", "debug"),
            ("PATH", "/bin"),
        ],
    );
    let warnings = config.expect("it loads").warnings("2026-11-23".parse().expect("a day"));
    assert_eq!(
        warnings,
        ["the variable SIAGA_IMAP_HOST has no effect; two underscores separate the parts: SIAGA__SECTION__KEY"]
    );
}

#[test]
fn what_works_but_weakly_is_warned_of() {
    let folder = shipped();
    fs::write(folder.path().join("people.toml"), "").expect("write");
    let config = below(&folder, &[("SIAGA__SMTP__SECURITY", "plain")]).expect("it loads");
    assert_eq!(
        config.warnings("2027-11-01".parse().expect("a day")),
        [
            "calendar.toml has no holidays for 2028: deadlines may be computed too early; \
             add the year's SKB to the list `holiday`",
            "people.toml names no [kabid]: escalations go to the analysts; add one",
            "people.toml names no [[analyst]]: nobody is told of a new ticket; add one",
            "[smtp] security = \"plain\" sends passwords readably and works on loopback only; use \"tls\"",
        ]
    );
}

/// The environment of the process itself, in a process of its own: nothing races for it.
#[test]
fn the_environment_of_the_process_counts() {
    const FOLDER: &str = "CONFIG_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let config = load(Path::new(&folder)).expect("it loads");
        assert_eq!(config.settings.imap.host, "dari-lingkungan.example");
        assert_eq!(config.warnings("2026-11-23".parse().expect("a day")).len(), 1);
        return;
    }
    let folder = shipped();
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "the_environment_of_the_process_counts"])
        .env(FOLDER, folder.path())
        .env("SIAGA__IMAP__HOST", "dari-lingkungan.example")
        .env("SIAGA_IMAP_HOST", "tanpa-pengaruh.example")
        .output()
        .expect("run this test again");
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
fn a_secret_is_read_from_a_file_only_its_owner_may_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("imap-password");
    let read = |text: &str, mode: u32| {
        fs::write(&path, text).expect("write");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set the mode");
        let secret = read_secret(&SecretSource::File(path.clone()));
        secret.map(|secret| secret.expose_secret().to_owned()).map_err(|error| format!("{error:#}"))
    };
    let shown = path.display();
    assert_eq!(read("007\n", 0o600).as_deref(), Ok("007"));
    assert_eq!(read(" dua kata \r\n", 0o400).as_deref(), Ok(" dua kata "));
    assert_eq!(read("satu\n\n", 0o600).as_deref(), Ok("satu\n"));
    for mode in [0o644, 0o640, 0o604, 0o620] {
        assert_eq!(
            read("rahasia", mode),
            Err(format!("{shown} may be read by others (mode {mode:o}): run chmod 600 {shown}"))
        );
    }
    assert_eq!(read("\n", 0o600), Err(format!("{shown} is empty: write the secret into it")));
    fs::remove_file(&path).expect("remove");
    let missing = read_secret(&SecretSource::File(path.clone())).expect_err("there is none").to_string();
    assert!(missing.contains("read the secret in"), "{missing}");
}
