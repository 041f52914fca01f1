//! The whole SOP with the daemon as a process: it sends over real SMTP into the mailboxes of four
//! people on a real Dovecot, each of whom reads his own over IMAP and answers as a mail program does,
//! with the mail quoted below.

mod support;

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use mail_parser::MessageParser;
use siaga::domain::approval::Code;
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::{Dovecot, PASSWORD, PEOPLE, USER};
use support::letters::Letter;
use support::reported::{ANI, BUDI, DINKES, KABID, REPORT};
use support::smtp_sink::SmtpSink;
use tokio::task::block_in_place;

/// A mail as it lies in somebody's mailbox.
struct Mail {
    id: String,
    subject: String,
    text: String,
    references: Vec<String>,
}

struct Script<'a> {
    desk: &'a mut Desk,
    dovecot: &'a Dovecot,
    sink: &'a SmtpSink,
    /// Mails the SMTP server has handed over to the mailboxes.
    handed_over: usize,
    replies: usize,
}

impl Script<'_> {
    /// Waits until the newest mail of somebody has these words in its subject, after the ones he has
    /// read before.
    fn reads(&mut self, who: &str, about: &str, seen: usize) -> Mail {
        let (dovecot, sink, handed_over) = (self.dovecot, self.sink, &mut self.handed_over);
        let mut found = None;
        self.desk.until(&format!("{who} reads about {about}"), |_| {
            hand_over(sink, dovecot, handed_over);
            found = mailbox(dovecot, who).into_iter().filter(|mail| mail.subject.contains(about)).nth(seen);
            found.is_some()
        });
        found.expect("it was found")
    }

    /// Answers a mail.
    fn replies(&mut self, who: &str, mail: &Mail, text: &str) {
        self.replies += 1;
        let quoted: Vec<String> = mail.text.lines().map(|line| format!("> {line}")).collect();
        let references: Vec<String> = mail.references.iter().chain([&mail.id]).map(|id| format!("<{id}>")).collect();
        let letter = Letter::from(who)
            .subject(&format!("Re: {}", mail.subject))
            .header("In-Reply-To", &format!("<{}>", mail.id))
            .header("References", &references.join(" "))
            .id(&format!("{}@uji.example", self.replies))
            .text(&format!("{text}\n\nPada Senin, Ciamiskab-CSIRT menulis:\n\n{}", quoted.join("\n")));
        self.dovecot.deliver(&letter.raw(), Utc::now());
    }

    /// Waits until the one ticket has a state.
    fn until_status(&mut self, status: &str) {
        let what = format!("the ticket is {status}");
        self.desk.until(&what, |desk| desk.tickets().first().is_some_and(|ticket| ticket["status"] == status));
    }
}

/// The SMTP server hands what it has taken over to the mailboxes it has.
fn hand_over(sink: &SmtpSink, dovecot: &Dovecot, handed_over: &mut usize) {
    for mail in sink.taken().into_iter().skip(*handed_over) {
        for to in mail.to.iter().filter(|to| PEOPLE.contains(&to.as_str())) {
            dovecot.deliver_to(to, &mail.bytes, Utc::now());
        }
        *handed_over += 1;
    }
}

/// What somebody sees in his mailbox.
fn mailbox(dovecot: &Dovecot, who: &str) -> Vec<Mail> {
    let read = |raw: Vec<u8>| {
        let message = MessageParser::default().parse(&raw).expect("a message");
        let references = message.references().as_text_list().unwrap_or_default();
        Mail {
            id: message.message_id().unwrap_or_default().to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            references: references.iter().map(ToString::to_string).collect(),
        }
    };
    dovecot.reads(who).into_iter().map(read).collect()
}

fn code_in(text: &str) -> String {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let code = words.find(|word| word.find('-') == Some(4) && Code::typed(word).is_some());
    code.expect("a one-time code").to_owned()
}

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
        let mut script = Script { desk: &mut desk, dovecot: &dovecot, sink: &sink, handed_over: 0, replies: 0 };
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
