//! Connections to the mail server: TLS that is never done without, logins that give nothing away.

mod support;

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;
use siaga::mail::connect::{Login, Secret, Security};
use siaga::mail::smtp::{SmtpMailer, SmtpProbe, probe};
use siaga::mail::transport::Trouble;
use support::authority::Authority;
use support::outgoing::{mail, reason, send, settings, word};
use support::smtp_sink::{Act, At, Protection, SinkLogin, SmtpSink};

const PASSWORD: &str = "sandi-rahasia";

fn login_by(secret: Secret) -> Option<Login> {
    Some(Login { user: "lapor".into(), secret })
}

fn password() -> Secret {
    Secret::Password(SecretString::from(PASSWORD))
}

fn sink_login(mechanisms: &'static str) -> Option<SinkLogin> {
    Some(SinkLogin { user: "lapor", secret: PASSWORD, mechanisms })
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
async fn case_88_without_the_right_certificate_nothing_is_said() {
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
async fn case_88_starttls_is_never_done_without() {
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
