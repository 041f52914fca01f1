//! Mails out by SMTP, against a server that does everything servers do.

mod support;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use siaga::domain::outgoing::{OutboxId, OutgoingMail, SendOutcome};
use siaga::mail::connect::{Endpoint, Login, Secret, Security};
use siaga::mail::smtp::{SmtpMailer, SmtpProbe, SmtpSettings, probe};
use siaga::mail::transport::{Mailer, Trouble};
use support::authority::Authority;
use support::smtp_sink::{Act, At, Protection, SinkLogin, SmtpSink};
use tokio::time::{Instant, timeout};

/// Longest time for anything that needs no waiting.
const HANG_GUARD: Duration = Duration::from_secs(60);
const PASSWORD: &str = "sandi-rahasia";

fn mail(id: i64) -> OutgoingMail {
    let text = format!("Subject: laporan {id}\r\n\r\nIsi surat.\r\n");
    OutgoingMail {
        id: OutboxId(id),
        message_id: format!("k1.{id}.0.00@csirt.example"),
        envelope_from: Some("lapor@csirt.example".parse().expect("an address")),
        recipient: "budi@warga.example".parse().expect("an address"),
        bytes: text.into_bytes(),
    }
}

fn settings(sink: &SmtpSink, security: Security) -> SmtpSettings {
    SmtpSettings {
        endpoint: Endpoint { host: "127.0.0.1".into(), port: sink.port(), security, ca_file: None },
        login: None,
        hello_name: Some("desk.csirt.example".into()),
    }
}

fn mailer(sink: &SmtpSink) -> SmtpMailer {
    SmtpMailer::new(settings(sink, Security::Plain))
}

fn login_by(secret: Secret) -> Option<Login> {
    Some(Login { user: "lapor".into(), secret })
}

fn password() -> Secret {
    Secret::Password(SecretString::from(PASSWORD))
}

fn sink_login(mechanisms: &'static str) -> Option<SinkLogin> {
    Some(SinkLogin { user: "lapor", secret: PASSWORD, mechanisms })
}

async fn send(mailer: &mut SmtpMailer, mail: &OutgoingMail) -> SendOutcome {
    timeout(HANG_GUARD, mailer.send(mail)).await.expect("no stage hangs")
}

/// The outcome in a word, for columns.
fn word(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Sent { .. } => "sent",
        SendOutcome::Transient { .. } => "again",
        SendOutcome::Permanent { .. } => "never",
        SendOutcome::Unavailable { needs_person: false, .. } => "wait",
        SendOutcome::Unavailable { needs_person: true, .. } => "person",
        SendOutcome::InDoubt { .. } => "doubt",
    }
}

fn reason(outcome: SendOutcome) -> String {
    match outcome {
        SendOutcome::Unavailable { reason, .. } | SendOutcome::InDoubt { reason } => reason,
        SendOutcome::Sent { reply } | SendOutcome::Transient { reply } | SendOutcome::Permanent { reply } => reply,
    }
}

#[tokio::test]
async fn the_frozen_bytes_arrive_as_they_were_frozen() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    let long = b"0123456789abcde\r\n.dot\r\n".repeat(20_000);
    let texts: &[&[u8]] = &[
        b"Subject: a\r\n\r\nb\r\n",
        b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n...\r\n",
        b".\r\n",
        b"Subject: empty lines at the end\r\n\r\n\r\n\r\n",
        b"\r\n",
        b"Subject: a dot last\r\n\r\nb\r\n.\r\n",
        &long,
    ];
    for (at, text) in texts.iter().enumerate() {
        let outcome = send(&mut mailer, &OutgoingMail { bytes: text.to_vec(), ..mail(1) }).await;
        assert_eq!(outcome, SendOutcome::Sent { reply: format!("250 2.0.0 Ok: queued as {}", at + 1) });
    }
    let received = sink.received(texts.len()).await;
    let arrived: Vec<_> = received.iter().map(|mail| mail.bytes.as_slice()).collect();
    assert_eq!(arrived, texts);
}

#[tokio::test]
async fn the_envelope_is_the_mails_own() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    send(&mut mailer, &mail(1)).await;
    send(&mut mailer, &OutgoingMail { envelope_from: None, ..mail(2) }).await;
    let received = sink.received(2).await;
    assert_eq!(received[0].from, "lapor@csirt.example");
    assert_eq!(received[0].to, ["budi@warga.example"]);
    assert_eq!(received[1].from, "");
    let heard = sink.heard();
    assert_eq!(heard[0], "EHLO desk.csirt.example");
    assert!(heard.contains(&"MAIL FROM:<>".to_owned()), "{heard:?}");
}

/// What the server says at a stage, what it means for the mail, and whether the next mail goes over
/// the same connection.
#[tokio::test]
async fn a_refusal_means_what_its_stage_means() {
    const SAME: usize = 1;
    const FRESH: usize = 2;
    let column = [
        (At::Greeting, "554 5.3.2 no service here", "person", FRESH),
        (At::Greeting, "421 4.3.2 busy", "wait", FRESH),
        (At::Ehlo, "550 5.7.1 your name is refused", "person", FRESH),
        (At::Mail, "421 4.3.2 closing", "wait", FRESH),
        (At::Mail, "451 4.3.0 try later", "wait", SAME),
        (At::Mail, "553 5.7.1 not your address", "person", SAME),
        (At::Mail, "530 5.7.0 authentication required", "person", SAME),
        (At::Mail, "552 5.3.4 too large", "never", SAME),
        (At::Rcpt, "451 4.7.1 greylisted", "again", SAME),
        (At::Rcpt, "550 5.1.1 no such user", "never", SAME),
        (At::Rcpt, "421 4.3.2 closing", "wait", FRESH),
        (At::Data, "451 4.3.0 try later", "again", SAME),
        (At::Data, "554 5.5.1 no", "never", SAME),
        (At::Data, "250 what", "wait", FRESH),
        (At::Dot, "451 4.3.0 try later", "again", SAME),
        (At::Dot, "554 5.7.1 spam", "never", SAME),
        (At::Dot, "421 4.3.2 closing", "again", FRESH),
        (At::Dot, "251 who knows", "doubt", FRESH),
        (At::Dot, "hello", "doubt", FRESH),
    ];
    for (at, said, expected, connections) in column {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(at, Act::Say(said));
        let outcome = send(&mut mailer, &mail(1)).await;
        assert_eq!(word(&outcome), expected, "{said} at {at:?}: {outcome:?}");
        let next = send(&mut mailer, &mail(2)).await;
        assert_eq!(word(&next), "sent", "after {said} at {at:?}: {next:?}");
        assert_eq!(sink.connections(), connections, "after {said} at {at:?}");
    }
}

#[tokio::test]
async fn a_refused_null_sender_holds_up_nobody_else() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    sink.on(At::Mail, Act::Say("550 5.1.8 null sender refused"));
    let outcome = send(&mut mailer, &OutgoingMail { envelope_from: None, ..mail(1) }).await;
    assert_eq!(outcome, SendOutcome::Transient { reply: "550 5.1.8 null sender refused".into() });
    assert_eq!(word(&send(&mut mailer, &mail(2)).await), "sent");
}

#[tokio::test]
async fn a_connection_that_closes_is_doubt_only_after_the_final_dot() {
    let column = [
        (At::Greeting, "wait"),
        (At::Ehlo, "wait"),
        (At::Mail, "wait"),
        (At::Rcpt, "wait"),
        (At::Data, "wait"),
        (At::Text, "wait"),
        (At::Dot, "doubt"),
    ];
    for (at, expected) in column {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(at, Act::Close);
        // Large enough that the server is gone before the end is written.
        let bytes = b"0123456789abcde\r\n".repeat(500_000);
        let outcome = send(&mut mailer, &OutgoingMail { bytes, ..mail(1) }).await;
        assert_eq!(word(&outcome), expected, "closed at {at:?}: {outcome:?}");
        assert_eq!(sink.taken(), [], "closed at {at:?}");
        let next = send(&mut mailer, &mail(2)).await;
        assert_eq!(word(&next), "sent", "after a close at {at:?}: {next:?}");
    }
}

/// The time passes only once the server is silent, and then at once.
#[tokio::test]
async fn a_mute_server_is_given_up_and_doubt_begins_with_the_final_dot() {
    let column = [
        (At::Greeting, 60, "wait"),
        (At::Ehlo, 60, "wait"),
        (At::Mail, 60, "wait"),
        (At::Rcpt, 60, "wait"),
        (At::Data, 120, "wait"),
        (At::Text, 340, "wait"),
        (At::Dot, 600, "doubt"),
    ];
    // 17 MB at 50 KB/s are the 340 seconds of its text.
    let bytes = b"0123456789abcde\r\n".repeat(1_000_000);
    let large = OutgoingMail { bytes, ..mail(1) };
    for (at, seconds, expected) in column {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(at, Act::Mute);
        let sent = if at == At::Text { large.clone() } else { mail(1) };
        let begun = Instant::now();
        let silence = async {
            sink.reached(at, 1).await;
            tokio::time::pause();
        };
        let (outcome, ()) = tokio::join!(mailer.send(&sent), silence);
        let waited = begun.elapsed();
        tokio::time::resume();
        assert_eq!(word(&outcome), expected, "mute at {at:?}: {outcome:?}");
        let bounds = Duration::from_secs(seconds)..Duration::from_secs(seconds + 30);
        assert!(bounds.contains(&waited), "mute at {at:?}: {waited:?}");
        let next = send(&mut mailer, &mail(2)).await;
        assert_eq!(word(&next), "sent", "after silence at {at:?}: {next:?}");
        assert_eq!(sink.connections(), 2, "after silence at {at:?}");
    }
}

#[tokio::test]
async fn a_slow_reply_to_the_final_dot_is_waited_for() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    sink.on(At::Dot, Act::Hold);
    let nine_minutes = async {
        sink.reached(At::Dot, 1).await;
        tokio::time::pause();
        tokio::time::sleep(Duration::from_secs(540)).await;
        tokio::time::resume();
        sink.release();
    };
    let mail = mail(1);
    let (outcome, ()) = tokio::join!(mailer.send(&mail), nine_minutes);
    assert_eq!(word(&outcome), "sent", "{outcome:?}");
}

/// The defect of pooled connections: a cancelled send left its replies behind, and the next mail, which
/// was refused, took them for its own.
#[tokio::test]
async fn a_cancelled_send_leaves_no_reply_behind_for_the_next_mail() {
    // Too large to be under way as a whole while the server does not read.
    let large = OutgoingMail { bytes: b"0123456789abcde\r\n".repeat(500_000), ..mail(1) };
    for at in [At::Greeting, At::Ehlo, At::Mail, At::Rcpt, At::Data, At::Text, At::Dot] {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(at, Act::Hold);
        tokio::select! {
            outcome = mailer.send(&large) => panic!("held at {at:?}, but {outcome:?}"),
            () = sink.reached(at, 1) => {}
        }
        sink.release();
        sink.on(At::Dot, Act::Say("554 5.7.1 refused"));
        let outcome = send(&mut mailer, &mail(2)).await;
        assert_eq!(outcome, SendOutcome::Permanent { reply: "554 5.7.1 refused".into() }, "cancelled at {at:?}");
        assert_eq!(sink.connections(), 2, "cancelled at {at:?}");
    }
}

#[tokio::test]
async fn an_answer_that_came_before_the_final_dot_is_not_its_answer() {
    // The stray 250 comes with the 354 and again within the text; the mail itself would be refused.
    for (at, said) in [(At::Data, "354 go\r\n250 2.0.0 queued"), (At::Text, "250 2.0.0 queued")] {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(at, Act::Say(said));
        sink.on(At::Dot, Act::Say("554 5.7.1 spam"));
        let bytes = b"0123456789abcde\r\n".repeat(500_000);
        let outcome = send(&mut mailer, &OutgoingMail { bytes, ..mail(1) }).await;
        assert_eq!(word(&outcome), "wait", "{at:?}: {outcome:?}");
        assert_eq!(sink.taken(), []);
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_the_text_is_heard() {
    let column = [("552 5.3.4 too large", "never"), ("452 4.3.1 disk full", "again"), ("421 4.3.2 closing", "wait")];
    for (said, expected) in column {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(At::Text, Act::SayAndClose(said));
        let bytes = b"0123456789abcde\r\n".repeat(500_000);
        let outcome = send(&mut mailer, &OutgoingMail { bytes, ..mail(1) }).await;
        assert_eq!(word(&outcome), expected, "{said}: {outcome:?}");
        assert_eq!(reason(outcome), said);
    }
}

#[tokio::test]
async fn a_kept_connection_that_ended_costs_no_mail_its_try() {
    let column = [
        ("closed", Act::SayAndClose("250 2.0.0 taken"), Act::Usual),
        ("closed with a farewell", Act::SayAndClose("250 2.0.0 taken\r\n421 4.4.2 idle too long"), Act::Usual),
        ("says farewell to MAIL", Act::Usual, Act::SayAndClose("421 4.4.2 idle too long")),
        ("takes one mail a connection", Act::Usual, Act::Say("452 4.5.3 too many mails")),
        ("breaks at MAIL", Act::Usual, Act::Close),
    ];
    for (case, at_first_dot, at_second_mail) in column {
        let sink = SmtpSink::plain().await;
        let mut mailer = mailer(&sink);
        sink.on(At::Dot, at_first_dot);
        sink.on(At::Mail, Act::Usual);
        sink.on(At::Mail, at_second_mail);
        assert_eq!(word(&send(&mut mailer, &mail(1)).await), "sent", "{case}");
        let outcome = send(&mut mailer, &mail(2)).await;
        assert_eq!(word(&outcome), "sent", "{case}: {outcome:?}");
        let received = sink.received(2).await;
        assert_eq!(received.iter().map(|mail| mail.connection).collect::<Vec<_>>(), [1, 2], "{case}");
    }
}

#[tokio::test]
async fn many_mails_share_a_connection_and_rest_ends_it() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    for id in 1..=50 {
        assert_eq!(word(&send(&mut mailer, &mail(id)).await), "sent");
    }
    assert_eq!(sink.received(50).await.len(), 50);
    assert_eq!(sink.connections(), 1);
    mailer.rest().await;
    sink.reached(At::Quit, 1).await;
    mailer.rest().await;
    assert_eq!(word(&send(&mut mailer, &mail(51)).await), "sent");
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn rest_does_not_wait_long_for_a_server_without_manners() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    send(&mut mailer, &mail(1)).await;
    sink.on(At::Quit, Act::Mute);
    let begun = Instant::now();
    let silence = async {
        sink.reached(At::Quit, 1).await;
        tokio::time::pause();
    };
    tokio::join!(mailer.rest(), silence);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_could_end_a_mail_early_is_never_written() {
    let sink = SmtpSink::plain().await;
    let mut mailer = mailer(&sink);
    for bytes in [&b"a\n.\nMAIL FROM:<x@y.example>\r\n"[..], b"a\r.\r\n", b"a\0\r\n", b"gr\xc3\xbc\xc3\x9fe\r\n"] {
        let outcome = send(&mut mailer, &OutgoingMail { bytes: bytes.to_vec(), ..mail(1) }).await;
        assert_eq!(word(&outcome), "never", "{bytes:?}: {outcome:?}");
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn tls_first_or_by_starttls_is_checked_against_the_offices_authority() {
    let authority = Authority::new();
    let kinds = [
        (Security::Tls, Protection::Tls(authority.server_config())),
        (Security::StartTls, Protection::StartTls(authority.server_config())),
    ];
    for (security, protection) in kinds {
        let sink = SmtpSink::start(protection, sink_login("PLAIN")).await;
        let mut settings = settings(&sink, security);
        settings.endpoint.ca_file = Some(authority.ca_pem_file());
        settings.login = login_by(password());
        let mut mailer = SmtpMailer::new(settings);
        let outcome = send(&mut mailer, &mail(1)).await;
        assert_eq!(word(&outcome), "sent", "{security:?}: {outcome:?}");
        let received = sink.received(1).await;
        assert!(received[0].within_tls && received[0].user.as_deref() == Some("lapor"), "{security:?}");
    }
}

#[tokio::test]
async fn without_the_right_certificate_nothing_is_said() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let configs = [
        ("unknown authority", stranger.server_config()),
        ("another name", authority.server_config_named("other.example")),
        ("expired", authority.expired_server_config()),
    ];
    for (case, config) in configs {
        let kinds =
            [(Security::Tls, Protection::Tls(Arc::clone(&config))), (Security::StartTls, Protection::StartTls(config))];
        for (security, protection) in kinds {
            let sink = SmtpSink::start(protection, sink_login("PLAIN")).await;
            let mut settings = settings(&sink, security);
            settings.endpoint.ca_file = Some(authority.ca_pem_file());
            settings.login = login_by(password());
            let outcome = send(&mut SmtpMailer::new(settings), &mail(1)).await;
            assert_eq!(word(&outcome), "person", "{case}, {security:?}: {outcome:?}");
            assert!(reason(outcome).contains("certificate"), "{case}, {security:?}");
            let heard = sink.heard();
            assert!(heard.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{case}: {heard:?}");
        }
    }
}

#[tokio::test]
async fn starttls_is_never_done_without() {
    let authority = Authority::new();
    let config = authority.server_config();
    let starttls = || Protection::StartTls(Arc::clone(&config));
    let column = [
        // AUTH is offered in clear; an attacker has taken STARTTLS out of the reply.
        (starttls(), At::Ehlo, Act::Say("250-sink.example\r\n250 AUTH PLAIN LOGIN"), "person"),
        (Protection::Plain, At::Ehlo, Act::Usual, "person"),
        (starttls(), At::StartTls, Act::Say("454 4.7.0 TLS not available"), "wait"),
        (starttls(), At::StartTls, Act::Say("502 5.5.1 no"), "person"),
        // Words that the attacker wants taken for those of the secured server.
        (starttls(), At::StartTls, Act::Say("220 go\r\n250-sink.example\r\n250 AUTH PLAIN\r\n235 hi"), "person"),
        (starttls(), At::StartTls, Act::Close, "wait"),
    ];
    for (protection, at, act, expected) in column {
        let case = format!("{act:?}");
        let sink = SmtpSink::start(protection, sink_login("PLAIN LOGIN")).await;
        sink.on(at, act);
        let mut settings = settings(&sink, Security::StartTls);
        settings.endpoint.ca_file = Some(authority.ca_pem_file());
        settings.login = login_by(password());
        let outcome = send(&mut SmtpMailer::new(settings), &mail(1)).await;
        assert_eq!(word(&outcome), expected, "{case}: {outcome:?}");
        let heard = sink.heard();
        assert!(heard.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{case}: {heard:?}");
    }
}

#[tokio::test]
async fn clear_text_stays_on_this_machine() {
    let mut settings = settings(&SmtpSink::plain().await, Security::Plain);
    settings.endpoint.host = "192.0.2.1".into();
    let outcome = send(&mut SmtpMailer::new(settings), &mail(1)).await;
    assert_eq!(word(&outcome), "person", "{outcome:?}");
}

#[tokio::test]
async fn the_login_uses_what_the_server_offers() {
    let token = || Secret::TokenCommand(["printf", "%s", PASSWORD].map(String::from).to_vec());
    let column = [
        ("LOGIN PLAIN", password(), Ok("PLAIN")),
        ("LOGIN", password(), Ok("LOGIN")),
        ("PLAIN LOGIN XOAUTH2", token(), Ok("XOAUTH2")),
        ("CRAM-MD5", password(), Err("offers no login by password")),
        ("PLAIN LOGIN", token(), Err("offers no login by token")),
    ];
    for (mechanisms, secret, expected) in column {
        let sink = SmtpSink::start(Protection::Plain, sink_login(mechanisms)).await;
        let mut settings = settings(&sink, Security::Plain);
        settings.login = login_by(secret);
        match (probe(&settings).await, expected) {
            (Ok(found), Ok(mechanism)) => {
                let server = "sink.example".to_owned();
                assert_eq!(found, SmtpProbe { server, tls: None, login: Some(mechanism) });
                sink.reached(At::Quit, 1).await;
            }
            (Err(trouble), Err(part)) => assert!(trouble.needs_person && trouble.reason.contains(part), "{trouble:?}"),
            (found, expected) => panic!("{mechanisms}: {found:?} instead of {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_refused_login_waits_for_a_person_and_an_overloaded_one_does_not() {
    let wrong = || Secret::Password(SecretString::from("salah"));
    let wrong_token = || Secret::TokenCommand(["printf", "salah"].map(String::from).to_vec());
    let column = [
        ("PLAIN", wrong(), Act::Usual, "person", "535 5.7.8"),
        ("LOGIN", wrong(), Act::Usual, "person", "535 5.7.8"),
        ("XOAUTH2", wrong_token(), Act::Usual, "person", "535 5.7.8"),
        ("PLAIN", password(), Act::Say("454 4.7.0 temporary failure"), "wait", "454 4.7.0"),
        ("PLAIN", password(), Act::Say("534 5.7.9 stronger mechanism needed"), "person", "534 5.7.9"),
        ("PLAIN", password(), Act::Say("501 5.5.4 sandi-rahasia is no argument"), "person", "… is no argument"),
        ("PLAIN", password(), Act::Close, "wait", "closed the connection"),
        ("PLAIN", Secret::TokenCommand(vec![]), Act::Usual, "person", "offers no login"),
        ("XOAUTH2", Secret::TokenCommand(vec!["false".into()]), Act::Usual, "wait", "token command"),
    ];
    for (mechanisms, secret, act, expected, said) in column {
        let case = format!("{mechanisms}, {act:?}");
        let sink = SmtpSink::start(Protection::Plain, sink_login(mechanisms)).await;
        sink.on(At::Auth, act);
        let mut settings = settings(&sink, Security::Plain);
        settings.login = login_by(secret);
        let outcome = send(&mut SmtpMailer::new(settings), &mail(1)).await;
        assert_eq!(word(&outcome), expected, "{case}: {outcome:?}");
        let reason = reason(outcome);
        assert!(reason.contains(said), "{case}: {reason}");
        assert!(!sink.heard().iter().any(|line| line.starts_with("MAIL")), "{case}");
    }
}

#[tokio::test]
async fn probe_meets_the_trouble_a_mail_would_meet() {
    let authority = Authority::new();
    let sink = SmtpSink::start(Protection::StartTls(authority.server_config()), None).await;
    let mut settings = settings(&sink, Security::StartTls);
    let Trouble { reason, needs_person } = probe(&settings).await.expect_err("the authority is not known");
    assert!(needs_person && reason.contains("ca_file"), "{reason}");
    settings.endpoint.ca_file = Some(authority.ca_pem_file());
    let found = probe(&settings).await.expect("all is well");
    assert_eq!(found.tls.as_deref(), Some("TLSv1_3"));
    drop(sink);
    let Trouble { needs_person, .. } = probe(&settings).await.expect_err("nobody listens");
    assert!(!needs_person);
}

/// Everything that logs in this process, at its most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_however_talkative_holds_the_password() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
    let authority = Authority::new();
    for mechanisms in ["PLAIN", "LOGIN"] {
        let sink = SmtpSink::start(Protection::Tls(authority.server_config()), sink_login(mechanisms)).await;
        let mut settings = settings(&sink, Security::Tls);
        settings.endpoint.ca_file = Some(authority.ca_pem_file());
        settings.login = login_by(password());
        tracing::debug!("{settings:?}");
        let mut mailer = SmtpMailer::new(settings);
        assert_eq!(word(&send(&mut mailer, &mail(1)).await), "sent");
    }
    let text = String::from_utf8_lossy(&log.0.lock().expect("no writer panics")).into_owned();
    assert!(text.contains("SmtpSettings") && text.contains("rustls"), "the log has caught our words and TLS's");
    let encoded = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    for secret in [PASSWORD.to_owned(), encoded(PASSWORD), encoded(&format!("\0lapor\0{PASSWORD}"))] {
        assert!(!text.contains(&secret), "the log holds {secret}");
    }
}
