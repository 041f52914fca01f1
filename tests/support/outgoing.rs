//! Outgoing mails for the tests of mailers, and their outcomes in words.

use std::time::Duration;

use siaga::domain::outgoing::{OutboxId, OutgoingMail, SendOutcome};
use siaga::mail::connect::{Endpoint, Security};
use siaga::mail::smtp::{SmtpMailer, SmtpSettings};
use siaga::mail::transport::Mailer as _;
use tokio::time::timeout;

use crate::support::smtp_sink::SmtpSink;

/// Longest time for anything that needs no waiting.
const HANG_GUARD: Duration = Duration::from_secs(60);

/// A small mail of the desk.
pub fn mail(id: i64) -> OutgoingMail {
    let text = format!("Subject: laporan {id}\r\n\r\nIsi surat.\r\n");
    OutgoingMail {
        id: OutboxId(id),
        message_id: format!("k1.{id}.0.00@csirt.example"),
        envelope_from: Some("lapor@csirt.example".parse().expect("an address")),
        recipient: "budi@warga.example".parse().expect("an address"),
        bytes: text.into_bytes(),
        missing: Vec::new(),
        clear: false,
    }
}

/// How a sink is reached, without login.
pub fn settings(sink: &SmtpSink, security: Security) -> SmtpSettings {
    SmtpSettings {
        endpoint: Endpoint { host: "127.0.0.1".into(), port: sink.port(), security, ca_file: None },
        login: None,
        hello_name: Some("desk.csirt.example".into()),
    }
}

/// A mailer to a sink without TLS.
pub fn mailer(sink: &SmtpSink) -> SmtpMailer {
    SmtpMailer::new(settings(sink, Security::Plain))
}

/// Sends a mail that nothing should hold up.
pub async fn send(mailer: &mut SmtpMailer, mail: &OutgoingMail) -> SendOutcome {
    timeout(HANG_GUARD, mailer.send(mail)).await.expect("no stage hangs")
}

/// The outcome in a word, for columns.
pub fn word(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Sent { .. } => "sent",
        SendOutcome::Transient { .. } => "again",
        SendOutcome::Permanent { .. } => "never",
        SendOutcome::Unavailable { needs_person: false, .. } => "wait",
        SendOutcome::Unavailable { needs_person: true, .. } => "person",
        SendOutcome::InDoubt { .. } => "doubt",
        SendOutcome::Unprotected { .. } => "key",
    }
}

/// What is told about the outcome.
pub fn reason(outcome: SendOutcome) -> String {
    match outcome {
        SendOutcome::Unavailable { reason, .. }
        | SendOutcome::InDoubt { reason }
        | SendOutcome::Unprotected { reason } => reason,
        SendOutcome::Sent { reply } | SendOutcome::Transient { reply } | SendOutcome::Permanent { reply } => reply,
    }
}
