//! What an administrator is told about a mistake in `config/`: the file, the line, what is wrong and
//! what to write instead. Every sentence stands here as it is printed.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use siaga::config::{Config, Environment, Fault, load_under};

/// The shipped files in a folder of their own.
fn shipped() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["siaga.toml", "sop.toml", "calendar.toml", "people.toml"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        fs::copy(source, folder.path().join(name)).expect("copy a shipped file");
    }
    folder
}

/// What is printed when one passage of a shipped file is written differently.
fn complaints(file: &str, right: &str, wrong: &str) -> Vec<String> {
    let folder = shipped();
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).expect("a shipped file");
    assert_eq!(text.matches(right).count(), 1, "`{right}` stands once in {file}");
    fs::write(&path, text.replace(right, wrong)).expect("write");
    printed(&folder, load_under(folder.path(), &Environment::default()))
}

fn printed(folder: &TempDir, loaded: Result<Config, Vec<Fault>>) -> Vec<String> {
    let faults = loaded.err().unwrap_or_default();
    let folder = format!("{}/", folder.path().display());
    faults.iter().map(|fault| fault.to_string().replace(&folder, "")).collect()
}

#[test]
fn the_shipped_files_are_right_and_are_those_inside_the_program() {
    let folder = shipped();
    let loaded = load_under(folder.path(), &Environment::default());
    assert_eq!(printed(&folder, loaded.clone()), Vec::<String>::new());
    let (loaded, embedded) = (loaded.expect("they load"), siaga::config::embedded());
    assert_eq!(format!("{loaded:?}"), format!("{embedded:?}"));
}

/// One passage of a shipped file, and a mistake somebody makes there.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("siaga.toml", "port = 993", "prot = 993"),
    ("siaga.toml", r#"poll_with_idle = "10m""#, "poll_with_idle = \"10m\"\ncolour = \"red\""),
    ("siaga.toml", "[imap]\n", "[imapp]\n"),
    ("siaga.toml", "[log]\n", "[metrics]\nport = 9\n[log]\n"),
    ("calendar.toml", r#"name = "Isra Mikraj" }"#, r#"name = "Isra Mikraj", jenis = "LN" }"#),
    ("people.toml", r#"hosts = ["disdukcapil.ciamiskab.go.id"]"#, r#"host = ["disdukcapil.ciamiskab.go.id"]"#),
    ("sop.toml", "limit = \"3h\"\ncounting", "limit = \"3h\"\ncount"),
    ("siaga.toml", "port = 993", r#"port = "993""#),
    ("siaga.toml", "port = 993", "port = 99300"),
    ("siaga.toml", "port = 993", "port = true"),
    ("siaga.toml", "attempts_max = 3", "attempts_max = -3"),
    ("siaga.toml", r#"inbox = "INBOX""#, "inbox = 7"),
    ("siaga.toml", "aliases = []", r#"aliases = "lapor@csirt.example""#),
    ("siaga.toml", "aliases = []", r#"aliases = ["lapor@"]"#),
    (
        "siaga.toml",
        "port = 993\n# \"tls\" (port 993), \"starttls\" (port 143, never without), or \"plain\" (loopback only).\nsecurity = \"tls\"",
        "port = 993\nsecurity = \"tsl\"",
    ),
    ("siaga.toml", r#"source = "imap""#, r#"source = "pop3""#),
    ("siaga.toml", r#"address = "csirt@ciamiskab.go.id""#, r#"address = "csirt.ciamiskab.go.id""#),
    ("calendar.toml", "rest = [\"11.30\", \"13.00\"] },\n]\n\n# Days", "rest = [\"11.30\"] },\n]\n\n# Days"),
    ("calendar.toml", r#"date = "2026-01-16""#, "date = 2026-01-16"),
    (
        "people.toml",
        r#"contacts = [{ name = "Pengelola Domain", address = "admin@diskominfo.example" }]"#,
        r#"contacts = ["admin@diskominfo.example"]"#,
    ),
    ("siaga.toml", r#"idle_wait = "5m""#, r#"idle_wait = "5 menit""#),
    ("siaga.toml", r#"idle_wait = "5m""#, r#"idle_wait = "5M""#),
    ("siaga.toml", r#"poll_without_idle = "60s""#, r#"poll_without_idle = "0s""#),
    ("siaga.toml", r#"spool_max = "64MiB""#, r#"spool_max = "64MB""#),
    ("siaga.toml", r#"spool_max = "64MiB""#, r#"spool_max = "64""#),
    ("siaga.toml", r#""1m", "5m""#, r#""1m", "0s""#),
    ("siaga.toml", r#"retry = ["1m", "5m", "15m", "30m", "1h", "2h", "4h", "8h"]"#, "retry = []"),
    ("siaga.toml", r#"give_up_after = "3d""#, r#"give_up_after = "3 hari""#),
    ("siaga.toml", "# cutoff = \"2026-11-23T07:30:00+07:00\"\n", "cutoff = \"2026-11-23 07:30\"\n"),
    ("siaga.toml", "attempts_max = 3", "attempts_max = 0"),
    ("siaga.toml", r#"letters = "90d""#, r#"letters = "90 hari""#),
    ("siaga.toml", r#"reporter = "180d""#, r#"reporter = "60d""#),
    ("siaga.toml", r#"letters = "90d""#, r#"letters = "never""#),
    ("siaga.toml", r#"run = "0 15 2 * * Mon-Fri""#, r#"run = "0 15 2 * * 1-5""#),
    ("siaga.toml", r#"processed = "Processed""#, r#"processed = """#),
    ("siaga.toml", r#"processed = "Processed""#, r#"processed = "inbox""#),
    ("siaga.toml", r#"held = "Held""#, r#"held = "Héld""#),
    ("siaga.toml", r#"ticket_prefix = "CIAMIS""#, r#"ticket_prefix = "Ciamis-1""#),
    ("siaga.toml", r#"name = "Ciamiskab-CSIRT""#, r#"name = """#),
    (
        "siaga.toml",
        "host = \"mail.ciamiskab.go.id\"\nport = 993",
        "host = \"imaps://mail.ciamiskab.go.id\"\nport = 993",
    ),
    ("siaga.toml", "port = 993", "port = 0"),
    ("siaga.toml", "connections = 2", "connections = 99"),
    ("siaga.toml", r#"level = "info""#, r#"level = "verbose""#),
    ("siaga.toml", "password_file = \"/etc/siaga/imap-password\"\n", ""),
    ("siaga.toml", r#"# credential = "imap-password""#, r#"credential = "imap-password""#),
    ("siaga.toml", "password_file = \"/etc/siaga/smtp-password\"\n", ""),
    (
        "siaga.toml",
        "# token_command = [\"/usr/local/bin/token\", \"csirt\"]\n# The folder",
        "token_command = []\n# The folder",
    ),
    ("siaga.toml", "# ca_file = \"/etc/siaga/ca.pem\"\nuser = \"csirt", "ca_file = \"\"\nuser = \"csirt"),
    ("siaga.toml", r#"password_file = "/etc/siaga/imap-password""#, r#"password = "rahasia""#),
    ("siaga.toml", "port = 993\n", ""),
    (
        "siaga.toml",
        "[log]\n# \"text\" for people, \"json\" for machines.\nformat = \"text\"\n# error, warn, info, debug or trace.\nlevel = \"info\"\n",
        "",
    ),
    ("siaga.toml", "port = 993", "port = 993\nport = 994"),
    ("siaga.toml", r#"inbox = "INBOX""#, "inbox = INBOX"),
    ("siaga.toml", r#"inbox = "INBOX""#, r#"inbox = "INBOX"#),
    ("siaga.toml", "[imap]\n", "[imap\n"),
    ("siaga.toml", "port = 993", "port 993"),
    ("calendar.toml", r#"time_zone = "Asia/Jakarta""#, r#"time_zone = "WIB""#),
    ("calendar.toml", r#"{ days = ["friday"], from = "07.30""#, r#"{ days = ["jumaat"], from = "07.30""#),
    ("calendar.toml", r#"{ days = ["friday"], from = "07.30""#, r#"{ days = ["friday", "monday"], from = "07.30""#),
    ("calendar.toml", r#"from = "07.30", to = "16.30""#, r#"from = "16.30", to = "07.30""#),
    ("calendar.toml", r#"from = "07.30", to = "16.30""#, r#"from = "7 pagi", to = "16.30""#),
    (
        "calendar.toml",
        r#"from = "07.30", to = "16.30", rest = ["11.30", "13.00"]"#,
        r#"from = "07.30", to = "16.30", rest = ["13.00", "11.30"]"#,
    ),
    ("calendar.toml", r#"{ date = "2026-12-25","#, r#"{ date = "2026-12-24","#),
    ("calendar.toml", r#"{ date = "2026-12-25","#, r#"{ date = "2026-12-32","#),
    ("calendar.toml", r#"date = "2026-12-24", kind = "joint_leave""#, r#"date = "2026-12-24", kind = "cuti_bersama""#),
    ("calendar.toml", r#"to = "2027-03-09""#, r#"to = "2027-01-09""#),
    ("calendar.toml", "from = \"2027-02-08\"\nto = \"2027-03-09\"", "from = \"2026-03-01\"\nto = \"2026-03-09\""),
    (
        "calendar.toml",
        "hours = [\n    { days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\"], from = \"07.30\", to = \"16.00\", rest = [\"12.00\", \"13.00\"] },\n    { days = [\"friday\"], from = \"07.30\", to = \"16.30\", rest = [\"11.30\", \"13.00\"] },\n]",
        "hours = []",
    ),
    ("sop.toml", r#"limit = "3h""#, r#"limit = "3 jam""#),
    ("sop.toml", r#"limit = "3h""#, r#"limit = "0h""#),
    ("sop.toml", r#"limit = "3h""#, r#"limit = "9999d""#),
    ("sop.toml", r#"limit = "3h""#, "limit = 3"),
    ("sop.toml", r#"high = "3d""#, r#"high = "3 hari""#),
    ("sop.toml", r#"remind_at = ["24h", "48h", "66h"]"#, r#"remind_at = ["24h", "24h"]"#),
    ("sop.toml", r#"remind_at = ["2d"]"#, r#"remind_at = ["80%", "50%"]"#),
    ("sop.toml", r#"remind_at = ["2d"]"#, r#"remind_at = ["100%"]"#),
    ("sop.toml", r#"remind_at = ["2d"]"#, r#"remind_at = ["50"]"#),
    ("sop.toml", "{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 2, at = \"120%\", to = \"kabid\""),
    ("sop.toml", "{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 2, at = \"90%\", to = \"kabid\""),
    ("sop.toml", "{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 1, at = \"100%\", to = \"kabid\""),
    ("sop.toml", "{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 2, at = \"100%\", to = \"reporter\""),
    ("sop.toml", "{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 2, at = \"100%\", to = \"bupati\""),
    ("sop.toml", r#"to = "assignee", by = "daemon""#, r#"to = "assignee", by = "kabid""#),
    ("sop.toml", "limit = \"72h\"\ncounting = \"calendar\"", "limit = \"72h\"\ncounting = \"working\""),
    ("sop.toml", r#"owner = "reporter""#, r#"owner = "pelapor""#),
    ("sop.toml", r#"owner = "reporter""#, r#"owner = "sender""#),
    ("sop.toml", "limit = \"3h\"\ncounting = \"working\"", "limit = \"3h\"\ncounting = \"kerja\""),
    ("sop.toml", "[second_look]", "[second_lok]"),
    ("siaga.toml", r#"mode = "reply""#, r#"mode = "tte""#),
    ("siaga.toml", r#"early_warning = "automatic""#, r#"early_warning = "otomatis""#),
    ("people.toml", r#"address = "dedi@csirt.example""#, r#"address = "Ani@csirt.example""#),
    ("people.toml", r#"address = "kabid@csirt.example""#, r#"address = "ani@csirt.example""#),
    ("people.toml", r#"address = "admin@dinkes.example""#, r#"address = "ani@csirt.example""#),
    ("people.toml", r#"address = "dedi@csirt.example""#, r#"address = "csirt@ciamiskab.go.id""#),
    ("people.toml", r#"address = "dedi@csirt.example""#, r#"address = "dedi""#),
    ("people.toml", r#"code = "disdukcapil""#, r#"code = "dinkes""#),
    ("people.toml", r#"code = "disdukcapil""#, r#"code = "Disdukcapil""#),
    (
        "people.toml",
        r#"hosts = ["disdukcapil.ciamiskab.go.id"]"#,
        r#"hosts = ["https://disdukcapil.ciamiskab.go.id/"]"#,
    ),
    ("people.toml", r#"hosts = ["disdukcapil.ciamiskab.go.id"]"#, r#"hosts = ["ciamiskab.go.id"]"#),
    ("people.toml", r#"until = "2026-12-31""#, r#"until = "2026-12-01""#),
    ("people.toml", "until = \"2026-12-31\"\n", ""),
    ("people.toml", r#"code = "disdukcapil""#, r#"code = "judol""#),
    (
        "people.toml",
        r#"contacts = [{ name = "Pengelola Domain", address = "admin@diskominfo.example" }]"#,
        "contacts = []",
    ),
    ("people.toml", r#""sekda@setda.example""#, r#""kabid@csirt.example""#),
    ("people.toml", "[kabid]", "[kabag]"),
    ("siaga.toml", r#"daily = "0 30 7 * * Mon-Fri""#, r#"daily = "0 30 7 * * 1-5""#),
    ("siaga.toml", r#"daily = "0 30 7 * * Mon-Fri""#, r#"daily = "30 7 * * Mon-Fri""#),
    ("siaga.toml", r#"weekly = "0 35 7 * * Mon""#, r#"weekly = "0 35 7 * * Senin""#),
    ("siaga.toml", r#"weekly = "0 35 7 * * Mon""#, r#"weekly = "* 35 7 * * Mon""#),
    ("siaga.toml", r#"monthly = "0 40 7 1 * *""#, r#"monthly = "0 40 7 31 2 *""#),
    ("siaga.toml", "sign = false", "sign = true"),
    ("siaga.toml", "sign = false", "sign = false\nkey_file = \"/a\"\nkey_credential = \"b\""),
    ("siaga.toml", "sign = false", "sign = false\npassphrase_file = \"/a\""),
    ("siaga.toml", "sign = false", "sing = false"),
    (
        "people.toml",
        r#"address = "ani@csirt.example""#,
        "address = \"ani@csirt.example\"\npgp_key_file = \"/nowhere/ani.asc\"",
    ),
    ("people.toml", r#"address = "ani@csirt.example""#, "address = \"ani@csirt.example\"\npgp_encrypt = true"),
    (
        "people.toml",
        r#"address = "kabid@csirt.example""#,
        "address = \"kabid@csirt.example\"\nsmime_certificate_file = \"/nowhere/kabid.pem\"",
    ),
    ("siaga.toml", "# [scanner]\n", "[scanner]\naddress = \"clamd\"\npatience = \"20s\"\nsize_max = \"25MiB\"\n"),
    ("siaga.toml", "# [scanner]\n", "[scanner]\naddress = \"127.0.0.1:3310\"\npatience = \"0s\"\nsize_max = \"25\"\n"),
    ("siaga.toml", "# [scanner]\n", "[scanner]\naddress = \"/run/clamav/clamd.ctl\"\n"),
];

/// The sentences themselves are the snapshot: read them as somebody whose desk does not start.
#[test]
fn every_mistake_gets_a_sentence_with_its_place_and_remedy() {
    let last_line = |text: &str| text.trim_end().lines().last().unwrap_or_default().trim().to_owned();
    let told: Vec<String> = MISTAKES
        .iter()
        .map(|(file, right, wrong)| {
            let complaints = complaints(file, right, wrong);
            assert!(!complaints.is_empty(), "{file}: `{wrong}` is taken for right");
            format!("{} → {}\n  {}", last_line(right), last_line(wrong), complaints.join("\n  "))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn everything_wrong_is_named_in_one_run() {
    let folder = shipped();
    let edit = |file: &str, changes: &[(&str, &str)]| {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).expect("a shipped file");
        let changed = changes.iter().fold(text, |text, (right, wrong)| text.replacen(right, wrong, 1));
        fs::write(&path, changed).expect("write");
    };
    edit(
        "siaga.toml",
        &[
            ("website =", "web = \"\"\nweb_site ="),
            ("[intake]", "[robots]\nfriendly = true\n[intake]"),
            ("port = 993", "prot = 993"),
            ("poll_with_idle", "poll_width_idle"),
            ("idle_wait = \"5m\"", "idle_wait = \"5x\""),
            ("connections = 2", "conections = 2"),
        ],
    );
    edit("sop.toml", &[("limit =", "limits =")]);
    edit("people.toml", &[("code = \"dinkes\"", "kode = \"dinkes\""), ("contacts", "contact")]);
    edit("calendar.toml", &[("rest =", "pause ="), ("name = \"Isra Mikraj\"", "name = \"Isra Mikraj\", year = 1447")]);
    insta::assert_snapshot!(printed(&folder, load_under(folder.path(), &Environment::default())).join("\n"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]

    /// Whatever a slip of the hand makes of a file, it is read or answered, and never stops Siaga.
    #[test]
    fn no_slip_of_the_hand_stops_the_reader(
        file in proptest::sample::select(vec!["siaga.toml", "sop.toml", "calendar.toml", "people.toml"]),
        slips in proptest::collection::vec((0_usize..10_000, "[ -~\\n]{0,3}", 0_usize..4), 1..4),
    ) {
        let folder = shipped();
        let path = folder.path().join(file);
        let mut text = fs::read_to_string(&path).expect("a shipped file").into_bytes();
        for (at, typed, lost) in slips {
            let at = at % text.len();
            text.splice(at..(at + lost).min(text.len()), typed.bytes());
        }
        fs::write(&path, &text).expect("write");
        for fault in load_under(folder.path(), &Environment::default()).err().unwrap_or_default() {
            proptest::prop_assert!(!fault.message.is_empty() && !fault.remedy.is_empty(), "{fault}");
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_all_named() {
    let folder = shipped();
    fs::remove_file(folder.path().join("sop.toml")).expect("remove");
    fs::write(folder.path().join("people.toml"), b"name = \"K\xe9pala\"").expect("write");
    assert_eq!(
        printed(&folder, load_under(folder.path(), &Environment::default())),
        [
            "sop.toml: there is no such file; copy the shipped file there, or name the folder with --config",
            "people.toml: it is not UTF-8 text; save it as UTF-8",
        ]
    );
}

#[test]
fn windows_line_ends_change_nothing() {
    let folder = shipped();
    for name in ["siaga.toml", "sop.toml", "calendar.toml", "people.toml"] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).expect("a shipped file").replace('\n', "\r\n");
        fs::write(&path, text.replace("port = 465", "port = 465x")).expect("write");
    }
    let told = printed(&folder, load_under(folder.path(), &Environment::default()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("siaga.toml:80: this line cannot be read"), "{told:?}");
}

#[test]
fn a_deputy_has_one_block_for_each_time() {
    let block = "[[deputy]]\nname = \"Plh. Kepala Bidang\"\naddress = \"plh@csirt.example\"\n";
    let second = format!("{block}from = \"2027-02-01\"\nuntil = \"2027-02-05\"\n{block}");
    assert_eq!(complaints("people.toml", block, &second), Vec::<String>::new());
}
