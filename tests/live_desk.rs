//! The daemon as a process between a private Dovecot and an SMTP sink.

mod support;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use siaga::mail::connect::Security;
use support::clamd::Clamd;
use support::desk::Desk;
use support::dovecot::Dovecot;
use support::letters::Letter;
use support::proxy::{Fault, Proxy};
use support::smtp_sink::{Act, At, SmtpSink};
use tokio::task::block_in_place;

/// Retries in seconds, so that a test sees the second attempt.
const QUICK_RETRIES: (&str, &str) =
    ("retry = [\"1m\", \"5m\", \"15m\", \"30m\", \"1h\", \"2h\", \"4h\", \"8h\"]", "retry = [\"1s\"]");

fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 1, 0, 0).single().expect("a moment")
}

fn report(number: usize) -> Letter {
    Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
        .subject(&format!("Laporan {number}"))
        .text(&format!("Situs dinkes.ciamiskab.go.id halaman {number} berubah sejak pukul 07.00 tadi pagi."))
}

/// Mail of people in its usual kinds.
fn mixed(number: usize) -> Letter {
    let letter = report(number);
    match number % 5 {
        0 => letter,
        1 => {
            letter.file("layar.png", "image/png", &[b"\x89PNG\r\n\x1a\n".as_slice(), &noise(number, 120_000)].concat())
        }
        2 => letter.file("temuan.pdf", "application/pdf", &[b"%PDF-1.7\n".as_slice(), &noise(number, 40_000)].concat()),
        3 => letter.text("Dear team, I found an open directory on your site. Please have a look at it, thank you."),
        _ => letter.file("log.txt", "text/plain", b"GET /slot HTTP/1.1\n").file(
            "lagi.bin",
            "application/x",
            &noise(number, 9_000),
        ),
    }
}

fn noise(seed: usize, length: usize) -> Vec<u8> {
    let mut state = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn acknowledged(sink: &SmtpSink) -> Vec<String> {
    let to_citizens =
        |mail: support::smtp_sink::Received| mail.to.into_iter().find(|to| to.ends_with("@warga.example"));
    sink.taken().into_iter().filter_map(to_citizens).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_reports_are_two_hundred_tickets_and_acknowledgements() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    block_in_place(|| {
        desk.start();
        for number in 0..200 {
            dovecot
                .deliver(&mixed(number).raw(), morning() + TimeDelta::seconds(i64::try_from(number).expect("small")));
        }
        desk.until_settled(200);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
        assert!(desk.stop().success());
    });
    let acknowledged = acknowledged(&sink);
    assert_eq!(acknowledged.len(), 200);
    assert_eq!(acknowledged.iter().collect::<HashSet<_>>().len(), 200, "each reporter once");
    assert_eq!(dovecot.folder("Processed").len(), 200);
    let numbers: HashSet<String> = desk.tickets().iter().map(|ticket| ticket["number"].to_string()).collect();
    assert_eq!(numbers.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_not_the_poll_brings_the_mail_in() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    // The next look of its own would be longer away than this test waits for anything.
    desk.set("IMAP__POLL_WITH_IDLE", "1h");
    desk.set("IMAP__IDLE_WAIT", "20m");
    block_in_place(|| {
        dovecot.deliver(&report(1).raw(), morning());
        desk.start();
        desk.until_settled(1);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
        dovecot.deliver(&report(2).raw(), morning());
        desk.until_settled(2);
    });
    assert_eq!(acknowledged(&sink).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_idle_and_move_loses_nothing() {
    let dovecot = Dovecot::start_with("imap_capability = IMAP4rev1 UIDPLUS");
    let sink = SmtpSink::plain().await;
    let mut desk = Desk::new(&dovecot, Security::StartTls, sink.port());
    desk.set("IMAP__POLL_WITHOUT_IDLE", "1s");
    block_in_place(|| {
        desk.start();
        for number in 0..10 {
            dovecot.deliver(&mixed(number).raw(), morning());
        }
        desk.until_settled(10);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
    });
    assert_eq!(acknowledged(&sink).len(), 10);
    assert_eq!(dovecot.folder("Processed").len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_can_next_to_nothing_still_gives_one_ticket_each() {
    let dovecot = Dovecot::start_with("imap_capability = IMAP4rev1");
    let sink = SmtpSink::plain().await;
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("IMAP__POLL_WITHOUT_IDLE", "1s");
    block_in_place(|| {
        desk.start();
        for number in 0..5 {
            dovecot.deliver(&mixed(number).raw(), morning());
        }
        desk.until_settled(5);
        assert!(desk.stop().success());
        desk.start();
        dovecot.deliver(&mixed(7).raw(), morning());
        desk.until_settled(6);
    });
    assert_eq!(acknowledged(&sink).len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn dovecot_killed_in_the_middle_of_a_fetch_loses_and_doubles_nothing() {
    let (mut dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let proxy = Proxy::start(dovecot.tls_port).await;
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("IMAP__PORT", &proxy.port.to_string());
    for number in 0..20 {
        dovecot.deliver(&report(number).file("rekaman.bin", "application/x", &noise(number, 400_000)).raw(), morning());
    }
    block_in_place(|| {
        desk.start();
        desk.until("a part of the mail has been fetched", |_| proxy.carried() > 2_000_000);
        dovecot.kill();
        dovecot.restart();
        desk.until_settled(20);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
    });
    assert_eq!(acknowledged(&sink).iter().collect::<HashSet<_>>().len(), 20);
    assert_eq!(acknowledged(&sink).len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_reset_or_closed_at_any_byte_of_the_intake_is_made_anew() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let proxy = Proxy::start(dovecot.tls_port).await;
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("IMAP__PORT", &proxy.port.to_string());
    block_in_place(|| {
        for (round, (after, fault)) in
            [(0, Fault::Reset), (3_000, Fault::Close), (5_000, Fault::Reset), (60_000, Fault::Close)]
                .into_iter()
                .enumerate()
        {
            dovecot.deliver(&mixed(round * 5 + 1).raw(), morning());
            proxy.break_after(after, fault);
            if round == 0 {
                desk.start();
            }
            desk.until_settled(round + 1);
            desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
        }
    });
    assert_eq!(acknowledged(&sink).len(), 4);
    assert_eq!(desk.tickets().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_falls_silent_while_waiting_is_noticed_and_made_anew() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let proxy = Proxy::start(dovecot.tls_port).await;
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("IMAP__PORT", &proxy.port.to_string());
    desk.set("IMAP__IDLE_WAIT", "1s");
    block_in_place(|| {
        dovecot.deliver(&report(1).raw(), morning());
        desk.start();
        desk.until_settled(1);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
        // From here on no byte reaches the desk over this connection, and none tells it so.
        proxy.break_after(0, Fault::Silence);
        dovecot.deliver(&report(2).raw(), morning());
        desk.until_settled(2);
    });
    assert_eq!(acknowledged(&sink).len(), 2);
    assert!(desk.log().contains("Mail cannot be fetched at the moment"), "the log says why it was late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_says_451_and_then_250_gets_each_mail_once() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.edit("siaga.toml", QUICK_RETRIES.0, QUICK_RETRIES.1);
    desk.set("SMTP__CONNECTIONS", "1");
    sink.on(At::Rcpt, Act::Say("451 4.7.1 Greylisted, come again\r\n"));
    sink.on(At::Dot, Act::Say("451 4.3.0 Try again\r\n"));
    dovecot.deliver(&report(1).raw(), morning());
    block_in_place(|| {
        desk.start();
        desk.until_settled(1);
    });
    assert_eq!(sink.taken().len(), 3);
    assert_eq!(acknowledged(&sink).len(), 1);
    assert!(desk.outbox().iter().any(|mail| mail["attempts"] == 2), "{:?}", desk.outbox());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_says_550_is_believed_and_the_failure_stands_in_the_list() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("SMTP__CONNECTIONS", "1");
    sink.on(At::Rcpt, Act::Say("550 5.1.1 No such user\r\n"));
    dovecot.deliver(&report(1).raw(), morning());
    block_in_place(|| {
        desk.start();
        desk.until_settled(1);
    });
    assert!(acknowledged(&sink).is_empty());
    let failed = desk.json(&["outbox", "list", "--state", "failed", "--json"]);
    assert_eq!(failed.as_array().map(Vec::len), Some(1));
    assert!(failed[0]["reply"].to_string().contains("No such user"), "{failed}");
    assert_eq!(sink.taken().len(), 2, "the others are sent all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_waits_while_no_provider_answers_and_goes_out_when_one_does() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    sink.on(At::Greeting, Act::Close);
    sink.on(At::Greeting, Act::Say("421 4.3.2 Too busy\r\n"));
    dovecot.deliver(&report(1).raw(), morning());
    block_in_place(|| {
        desk.start();
        desk.until_settled(1);
    });
    assert_eq!(acknowledged(&sink).len(), 1);
    assert!(desk.outbox().iter().all(|mail| mail["attempts"] == 1), "no attempt of the mail's own was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_the_daemon_finishes_the_mail_it_is_sending() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("SMTP__CONNECTIONS", "1");
    sink.on(At::Dot, Act::Hold);
    dovecot.deliver(&report(1).raw(), morning());
    block_in_place(|| desk.start());
    sink.reached(At::Dot, 1).await;
    let stopping = std::thread::spawn(move || {
        let status = desk.stop();
        (desk, status)
    });
    sink.release();
    let (desk, status) = block_in_place(|| stopping.join()).expect("the stopping thread");
    assert!(status.success());
    let outbox = desk.outbox();
    let states: Vec<_> = outbox.iter().map(|mail| mail["state"].as_str().unwrap_or("")).collect();
    assert_eq!(states.iter().filter(|state| **state == "sent").count(), sink.taken().len());
    assert!(!states.contains(&"sending") && !states.contains(&"in_doubt"), "{states:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_data_is_refused() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    block_in_place(|| {
        dovecot.deliver(&report(1).raw(), morning());
        desk.start();
        desk.until_settled(1);
        let second = desk.command(&["serve"]).output().expect("the program starts");
        assert!(!second.status.success());
        let said = String::from_utf8_lossy(&second.stderr).into_owned();
        assert!(said.contains("another Siaga serves"), "{said}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn held_mail_and_a_failed_mail_are_dealt_with_again_on_an_administrators_word() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    sink.on(At::Rcpt, Act::Say("550 5.1.1 No such user\r\n"));
    desk.set("SMTP__CONNECTIONS", "1");
    dovecot.deliver(b" \r\n", morning());
    dovecot.deliver(&report(1).raw(), morning());
    block_in_place(|| {
        desk.start();
        desk.until_settled(1);
        let held = desk.json(&["held", "list", "--json"]);
        let id = held[0]["id"].to_string();
        assert!(desk.run(&["held", "show", &id]).contains("empty"), "{held}");
        desk.run(&["held", "retry", &id]);
        desk.until("the message has been read again", |desk| {
            desk.json(&["held", "list", "--json"]).as_array().is_some_and(|held| held.len() == 1)
        });
        let failed = desk.json(&["outbox", "list", "--state", "failed", "--json"])[0]["id"].to_string();
        desk.run(&["outbox", "retry", &failed]);
        desk.until("the mail is sent", |desk| {
            let mail = desk.json(&["outbox", "show", &failed, "--json"]);
            mail["state"] == "sent"
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn check_live_proves_a_round_trip_through_both_servers() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let desk = Desk::new(&dovecot, Security::Tls, sink.port());
    let clamd = Clamd::start();
    let section =
        format!("[scanner]\naddress = \"{}\"\npatience = \"20s\"\nsize_max = \"25MiB\"\n", clamd.socket().display());
    desk.edit("siaga.toml", "# [scanner]\n", &section);
    // The sink is no mail server: what it takes for the desk is delivered here.
    let checking = std::thread::spawn(move || {
        let output = desk.command(&["check", "--live"]).output().expect("the program starts");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    });
    let mail = sink.received(1).await.remove(0);
    assert_eq!(mail.to, ["csirt@ciamiskab.go.id"]);
    dovecot.deliver(&mail.bytes, morning());
    let (passed, said) = block_in_place(|| checking.join()).expect("the checking thread");
    assert!(passed, "{said}");
    assert!(said.contains("came back") && said.contains("finds EICAR: ClamAV 1.4.3/27800"), "{said}");
    assert_eq!(clamd.seen().len(), 2);
    assert!(dovecot.folder("INBOX").is_empty(), "the mail to ourselves does not stay");
}
