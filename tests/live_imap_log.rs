//! What the mailbox writes into the log. Alone in its process, because other tests would share the log's filters.

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::DateTime;
use secrecy::SecretString;
use siaga::mail::connect::{Secret, Security};
use siaga::mail::imap::ImapMailbox;
use siaga::mail::transport::Mailbox;
use support::dovecot::{Dovecot, PASSWORD, USER};
use support::spool::{Spool, in_time, round};
use tracing_subscriber::util::SubscriberInitExt as _;

/// A log in memory.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that is logged under `filter` while one letter goes its way.
async fn log_of_a_round(filter: &str) -> String {
    let server = Dovecot::start();
    server.deliver(b"Subject: Laporan\r\n\r\nSitus kami berubah.\r\n", DateTime::UNIX_EPOCH);
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
    let guard = subscriber.set_default();
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    round(&mut mailbox, &mut Spool::default()).await.expect("Dovecot goes along");
    let mut settings = server.settings(Security::StartTls);
    settings.login.secret = Secret::Password(SecretString::from("rahasia-Salah-4712"));
    in_time(ImapMailbox::new(settings).list()).await.expect_err("a wrong password");
    drop(guard);
    let bytes = log.0.lock().expect("no writer panics").clone();
    String::from_utf8(bytes).expect("logs are text")
}

#[tokio::test]
async fn no_password_is_logged_even_at_trace_level() {
    let secrets = [PASSWORD.to_owned(), "rahasia-Salah-4712".to_owned()].into_iter().flat_map(|password| {
        let proof = BASE64.encode(format!("\0{USER}\0{password}"));
        let alone = BASE64.encode(&password);
        [password, proof, alone]
    });
    let capped = log_of_a_round("trace,async_imap=info,lettre=info").await;
    assert!(capped.contains("logged in at localhost"), "the log is captured: {capped}");
    for secret in secrets {
        assert!(!capped.contains(&secret), "{secret} is logged");
    }
    let uncapped = log_of_a_round("trace").await;
    let proof = BASE64.encode(format!("\0{USER}\0{PASSWORD}"));
    assert!(uncapped.contains(&proof), "without the cap it would be: this test can fail");
}
