//! The evidence of a ticket as an analyst opens it: with unzip, and the password of the mail.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use support::clamd::eicar;
use support::letters::Letter;
use support::reported::ANI;
use support::world::World;

/// Names that would lead out of a folder, run something, hide their kind or be a device elsewhere.
const HOSTILE: &[&str] = &[
    "../../../../../../tmp/siaga-keluar.txt",
    "/tmp/siaga-mutlak.txt",
    "C:\\\\Windows\\\\System32\\\\jahat.exe",
    "-rf *",
    "$(touch siaga-perintah).sh",
    "faktur\u{202e}gnp.exe",
    "\u{1b}[2Jlayar.txt",
    "CON",
    "..",
    "b\u{e9}rkas \u{2713}.txt",
];

fn unzip(archive: &Path, into: &Path, password: &str) -> bool {
    let mut unzip = Command::new("unzip");
    unzip.env("LC_ALL", "C.UTF-8").args(["-q", "-P", password]).arg(archive).arg("-d").arg(into);
    let ended = unzip.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.expect("unzip; run ./test, which installs it").success()
}

#[test]
fn unzip_opens_the_evidence_byte_for_byte_and_no_name_leads_out_of_its_folder() {
    let mut world = World::new();
    let content = |number: usize| [eicar(), vec![u8::try_from(number).expect("few"); number * 1000]].concat();
    let letter = Letter::from("Budi <budi@warga.example>").text("Situs dinkes.ciamiskab.go.id berubah pukul 07.00.");
    let letter = HOSTILE
        .iter()
        .enumerate()
        .fold(letter, |letter, (number, name)| letter.file(name, "application/octet-stream", &content(number)));
    world.writes(&letter);
    world.replies(ANI, "Baru", "#bukti");
    let sent = world.latest(ANI, "Bukti");
    assert!(sent.words().contains("sandi \"infected\""), "{}", sent.text);
    let message = mail_parser::MessageParser::default().parse(&sent.mail.bytes).expect("a message");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (archive, opened) = (folder.path().join("bukti.zip"), folder.path().join("a/b/c/d/e/f/buka"));
    fs::write(&archive, message.attachments().next().expect("an archive").contents()).expect("write");
    fs::create_dir_all(&opened).expect("a folder");
    assert!(!unzip(&archive, &folder.path().join("lain"), "lain"), "another password opens it");
    assert!(unzip(&archive, &opened, "infected"));
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(&opened).expect("the folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        let mode = entry.metadata().expect("our own file").permissions().mode();
        assert_eq!(mode & 0o111, 0, "{name} can be run");
        assert!(!name.chars().any(|c| c.is_control() || "\u{202e}/\\".contains(c)), "{name:?}");
        let number: usize = name.split_once('-').and_then(|(number, _)| number.parse().ok()).expect("a number");
        found.insert(number, (name, fs::read(entry.path()).expect("a file")));
    }
    assert_eq!(found.len(), HOSTILE.len());
    for (number, (name, bytes)) in &found {
        assert!(*bytes == content(number - 1), "{name} is not what was sent");
    }
    assert_eq!(found[&10].0, "10-b\u{e9}rkas \u{2713}.txt");
    for outside in ["/tmp/siaga-keluar.txt", "/tmp/siaga-mutlak.txt"] {
        assert!(!Path::new(outside).exists(), "{outside}");
    }
}
