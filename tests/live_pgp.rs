//! The daemon as a process with a key of gpg's making: an encrypted report over IMAP, signed and
//! encrypted answers over SMTP, and what its commands say of both.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chrono::Utc;
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::Dovecot;
use support::gnupg::{Gnupg, PASSPHRASE};
use support::letters::Letter;
use support::sealed::encrypted;
use support::smtp_sink::SmtpSink;
use tokio::task::block_in_place;

const DESK: &str = "csirt@ciamiskab.go.id";
const ANI: &str = "ani@csirt.example";
const SECRET: &str = "panel admin dinkes.ciamiskab.go.id terbuka tanpa sandi";

/// A file of this desk for its owner alone.
fn secret_file(desk: &Desk, name: &str, bytes: &[u8]) -> String {
    let path = desk.path(name);
    fs::write(&path, bytes).expect("write");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("our own file");
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_report_is_worked_by_the_daemon_and_what_leaves_is_signed_and_encrypted() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    let mut gpg = Gnupg::new();
    // Long before any machine this runs on, and never ending.
    gpg.at("20240101T000000");
    gpg.key(DESK, "never");
    gpg.key(ANI, "never");
    let key = secret_file(&desk, "desk.asc", &gpg.secret(DESK));
    let passphrase = secret_file(&desk, "passphrase", PASSPHRASE.as_bytes());
    let ani = secret_file(&desk, "ani.asc", &gpg.public(ANI));
    desk.set("PGP__KEY_FILE", &key);
    desk.set("PGP__PASSPHRASE_FILE", &passphrase);
    desk.set("PGP__SIGN", "true");
    let address = "address = \"ani@csirt.example\"";
    desk.edit("people.toml", address, &format!("{address}\npgp_key_file = \"{ani}\""));
    let letter = Letter::from("Budi <budi@warga.example>").subject("...").text(SECRET).raw();
    let letter = encrypted(&letter, |content| gpg.encrypt(DESK, None, content));
    block_in_place(|| {
        desk.start();
        dovecot.deliver(&letter, Utc::now());
        desk.until_settled(1);
        assert!(desk.stop().success());
    });
    let number = desk.tickets()[0]["number"].as_str().expect("a number").to_owned();
    assert!(desk.run(&["ticket", "show", &number, "--json"]).contains(SECRET));
    let mail = desk.path("surat.eml");
    fs::write(&mail, &letter).expect("write");
    let said = desk.run(&["explain", &mail.display().to_string()]);
    assert!(said.contains("protection: encrypted (PGP), opened with the desk's key; not signed"), "{said}");
    let checked = desk.command(&["check"]).output().expect("the program starts");
    let checked = String::from_utf8_lossy(&checked.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(checked.contains("1 analysts without a pgp_key_file"), "{checked}");
    // The mails as they crossed the wire.
    gpg.at("20400101T000000");
    let taken = sink.taken();
    let to = |address: &str| {
        let found = taken.iter().find(|mail| mail.to.iter().any(|to| to == address)).expect("a mail to him");
        String::from_utf8(found.bytes.clone()).expect("ASCII")
    };
    let notice = to(ANI);
    assert!(notice.contains("multipart/encrypted") && !notice.contains("panel"), "{notice}");
    let opened = gpg.decrypt(&notice.as_bytes()[notice.find("-----BEGIN PGP MESSAGE").expect("armour")..]);
    assert!(opened.good && opened.said.contains("Good signature"), "{}", opened.said);
    assert!(String::from_utf8_lossy(&opened.out).contains("diterima terenkripsi"));
    let answer = to("budi@warga.example");
    assert!(answer.contains("multipart/signed") && !answer.contains("panel"), "{answer}");
}
