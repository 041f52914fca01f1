//! The whole SOP with the daemon as a process: it sends over real SMTP into the mailboxes of four
//! people on a real Dovecot, each of whom reads his own over IMAP and answers it.

mod support;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::{Dovecot, PASSWORD, USER};
use support::letters::Letter;
use support::reported::{ANI, BUDI, DINKES, KABID, REPORT};
use support::script::{Script, code_in, mailbox};
use support::smtp_sink::SmtpSink;
use tokio::task::block_in_place;

/// Neither the password nor the key of our Message-IDs stands in anything we keep, log or send.
fn no_secret_lies_about(desk: &Desk, sink: &SmtpSink) {
    let mut files = vec![(desk.path("log"), fs::read(desk.path("log")).expect("the log"))];
    let mut folders = vec![desk.path("data")];
    let mut key = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the data folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("a file of ours");
            if path.extension().is_some_and(|ending| ending == "key") {
                key = bytes;
            } else {
                files.push((path, bytes));
            }
        }
    }
    assert_eq!(key.len(), 32, "the key of our Message-IDs");
    assert!(files.len() > 10, "{} files", files.len());
    files.extend(sink.taken().into_iter().map(|mail| (PathBuf::from("a sent mail"), mail.bytes)));
    let login = STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let secrets =
        [PASSWORD.as_bytes().to_vec(), login.into_bytes(), STANDARD.encode(PASSWORD).into_bytes(), key, hex.into()];
    for (path, bytes) in &files {
        for secret in &secrets {
            let stands = bytes.windows(secret.len()).any(|window| window == secret.as_slice());
            assert!(!stands, "a secret stands in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_95_four_parties_carry_a_ticket_to_its_end_and_no_secret_lies_about() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("COMMAND__HOLD", "0s");
    desk.set("APPROVAL__HOLD", "0s");
    block_in_place(|| {
        desk.start();
        let report = Letter::from("Budi Warga <budi@warga.example>")
            .subject("Situs dinkes berisi judi")
            .text("Halaman https://dinkes.ciamiskab.go.id/slot/ menampilkan judi sejak 23/11/2026 pukul 07.00.");
        dovecot.deliver(&report.raw(), Utc::now());
        let mut script = Script::new(&mut desk, &dovecot, &sink);
        let opened = script.reads(ANI, "Baru", 0);
        script.replies(ANI, &opened, "#tanya\nDi halaman mana tepatnya?");
        let question = script.reads(BUDI, "Re: Situs dinkes", 0);
        assert!(question.text.contains("Di halaman mana tepatnya?"));
        script.replies(BUDI, &question, "Di /slot/ dan /promo/.");
        let answer = script.reads(ANI, "Balasan masuk", 0);
        script.replies(ANI, &answer, "#valid judol tinggi dinkes");
        script.reads(DINKES, "PEMBERITAHUAN DINI", 0);
        script.replies(ANI, &opened, REPORT);
        let asked = script.reads(KABID, "Mohon reviu", 0);
        script.replies(KABID, &asked, &format!("#setuju {}", code_in(&asked.text)));
        let delivered = script.reads(DINKES, "Laporan Hasil Analisis", 0);
        script.until_status("forwarded");
        script.replies(DINKES, &delivered, "#terima Rina");
        script.until_status("follow_up");
        script.replies(DINKES, &delivered, "#selesai berkas dihapus");
        let check = script.reads(ANI, "Cek ulang", 0);
        script.replies(ANI, &check, "#gagal\nHalaman /promo/ masih ada.");
        let incomplete = script.reads(DINKES, "Hasil cek ulang", 0);
        script.replies(DINKES, &incomplete, "#selesai halaman promo dihapus");
        let check = script.reads(ANI, "Cek ulang", 1);
        script.replies(ANI, &check, "#lulus");
        script.until_status("resolved");
        script.reads(BUDI, "Re: Situs dinkes", 3);
        assert!(desk.run(&["logbook", "verify"]).contains("the chain is whole"));
        assert!(desk.stop().success());
    });
    no_secret_lies_about(&desk, &sink);
    for mail in mailbox(&dovecot, DINKES) {
        for private in ["Budi", BUDI, "Situs dinkes berisi judi"] {
            assert!(!mail.text.contains(private) && !mail.subject.contains(private), "{}: {}", mail.subject, mail.text);
        }
    }
}
