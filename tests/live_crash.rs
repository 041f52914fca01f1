//! The daemon is killed (SIGKILL) at every durable step of one intake, and started again.

mod support;

use chrono::{TimeZone as _, Utc};
use siaga::fail_point::Step;
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::Dovecot;
use support::letters::Letter;
use support::smtp_sink::SmtpSink;

/// Steps between the claim of a mail and the record of its outcome: nobody can know whether it
/// arrived (decisions 12).
const IN_DOUBT: &[Step] = &[Step::ClaimCommitted, Step::Sent, Step::OutcomeWritten];

#[tokio::test(flavor = "multi_thread")]
async fn one_ticket_and_one_acknowledgement_whatever_step_the_process_dies_at() {
    for step in Step::ALL {
        dies_at(*step).await;
    }
}

async fn dies_at(step: Step) {
    let name = format!("{step:?}");
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    // One connection, so that the acknowledgement is the mail at which the process dies.
    desk.set("SMTP__CONNECTIONS", "1");
    let letter = Letter::from("Budi <budi@warga.example>")
        .text("Situs dinkes.ciamiskab.go.id berubah sejak pukul 07.00.")
        .file("layar.png", "image/png", b"\x89PNG\r\n\x1a\nisi");
    dovecot.deliver(&letter.raw(), Utc.with_ymd_and_hms(2026, 11, 23, 1, 0, 0).single().expect("a moment"));

    tokio::task::block_in_place(|| {
        desk.start_to_crash_at(&name);
        desk.crash(&name);
        desk.start();
        desk.until_settled(1);
        desk.until("the inbox is empty", |_| dovecot.folder("INBOX").is_empty());
        // Everything may have been done before the crash: nothing is stopped before it has begun.
        desk.until("the second process is on the alert", |desk| desk.log().matches("on the alert").count() == 2);
        assert!(desk.stop().success(), "{name}: the second process ends in order");
    });

    let acknowledgements =
        |mails: &[support::smtp_sink::Received]| mails.iter().filter(|mail| mail.to == ["budi@warga.example"]).count();
    let sent = acknowledgements(&sink.taken());
    let outbox = desk.outbox();
    let rows: Vec<_> = outbox.iter().filter(|row| row["notice"] == "report_received").collect();
    assert_eq!(rows.len(), 1, "{name}: one acknowledgement is decided");
    let doubtful = rows[0]["state"] == "in_doubt";
    assert!(sent <= 1, "{name}: never two");
    assert!(sent == 1 || doubtful, "{name}: exactly one acknowledgement, or a row that shows its doubt");
    // While a message is moved out of the inbox, its mails may be on their way already.
    if step != Step::Archived {
        assert_eq!(doubtful, IN_DOUBT.contains(&step), "{name}: {}", rows[0]);
    }
    assert_eq!(dovecot.folder("Processed").len(), 1, "{name}: the message is kept on the server");
    let ticket = desk.json(&["ticket", "show", "CIAMIS-2026-0001", "--json"]);
    assert_eq!(ticket["messages"].as_array().map(Vec::len), Some(1), "{name}");
    assert!(desk.run(&["logbook", "verify"]).contains("the chain is whole"), "{name}");
}
