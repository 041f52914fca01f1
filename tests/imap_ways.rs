//! The ways of the mailbox through what servers can and cannot do: login, waiting, and what a probe tells.

mod support;

use std::time::Duration;

use secrecy::SecretString;
use siaga::mail::connect::{Secret, Security};
use siaga::mail::imap::probe::probe;
use siaga::mail::imap::{ImapMailbox, ImapSettings};
use siaga::mail::transport::{Folder, Listed, Mailbox, Place, Trouble};
use support::imap_script::{Act, GREETING, ImapScript, TOKEN};
use support::spool::in_time;

const ANI: &str = "From: ani@desa.example\r\n\r\nSatu.\r\n";
const BUDI: &str = "From: budi@desa.example\r\n\r\nDua.\r\n";

/// Much longer than a server that speaks needs, much shorter than the patience of the mailbox.
const AT_ONCE: Duration = Duration::from_secs(30);

fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

async fn listed(mailbox: &mut ImapMailbox) -> Vec<Listed> {
    in_time(mailbox.list()).await.expect("a good server lists")
}

async fn trouble_of(settings: ImapSettings) -> Trouble {
    in_time(ImapMailbox::new(settings).list()).await.expect_err("this cannot work")
}

#[tokio::test]
async fn a_wrong_password_needs_a_person_and_a_busy_server_does_not() {
    let check = async |answer: &str, needs_person: bool| {
        let server = ImapScript::start(&[]).await;
        server.twist("AUTHENTICATE", say(answer));
        let trouble = trouble_of(server.settings()).await;
        assert_eq!(trouble.needs_person, needs_person, "{answer}: {trouble}");
        assert!(trouble.reason.contains("does not let csirt@desa.example in"), "{trouble}");
    };
    check("{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n", true).await;
    check("{tag} NO LOGIN failed.\r\n", true).await;
    check("{tag} BAD no such method\r\n", true).await;
    check("{tag} NO [UNAVAILABLE] Temporary authentication failure.\r\n", false).await;
    check("{tag} NO [LIMIT] Too many connections\r\n", false).await;
    check("{tag} NO [INUSE] locked\r\n", false).await;

    let server = ImapScript::start(&[]).await;
    let mut settings = server.settings();
    settings.login.secret = Secret::Password(SecretString::from("rahasia lama"));
    let trouble = trouble_of(settings).await;
    assert!(trouble.needs_person, "{trouble}");
    assert!(!trouble.reason.contains("rahasia"), "{trouble}");
}

#[tokio::test]
async fn a_server_that_knows_login_alone_gets_a_quoted_password() {
    let server = ImapScript::start(&[ANI]).await;
    server.state().capabilities = "IMAP4rev1".into();
    let mut mailbox = ImapMailbox::new(server.settings());
    assert_eq!(listed(&mut mailbox).await.len(), 1);
    assert_eq!(server.heard("LOGIN \"csirt@desa.example\" \"rahasia \\\"sekali\\\" \\\\ 007\"").len(), 1);
}

#[tokio::test]
async fn case_87_without_starttls_nothing_is_said_in_clear() {
    for refusal in ["{tag} BAD unknown\r\n", "{tag} NO not here\r\n"] {
        let server = ImapScript::start(&[]).await;
        server.twist("STARTTLS", say(refusal));
        let mut settings = server.settings();
        settings.endpoint.security = Security::StartTls;
        let trouble = trouble_of(settings).await;
        assert!(trouble.needs_person, "{trouble}");
        assert_eq!(server.state().heard, ["STARTTLS"]);
    }
}

#[tokio::test]
async fn case_87_words_slipped_in_before_tls_are_not_heard_as_the_server() {
    let server = ImapScript::start(&[]).await;
    server.twist("STARTTLS", Act::SayAndClose("{tag} OK begin\r\n* PREAUTH welcome\r\nA0001 OK in\r\n".into()));
    let mut settings = server.settings();
    settings.endpoint.security = Security::StartTls;
    trouble_of(settings).await;
    let heard = server.state().heard.clone();
    assert!(heard.iter().all(|line| !line.contains("LOGIN") && !line.contains("AUTHENTICATE")), "{heard:?}");
}

#[tokio::test]
async fn case_87_a_greeting_that_skips_the_login_is_refused() {
    let check = async |greeting: &str, needs_person: bool| {
        let server = ImapScript::start(&[]).await;
        server.twist(GREETING, say(greeting));
        let trouble = trouble_of(server.settings()).await;
        assert_eq!(trouble.needs_person, needs_person, "{greeting}: {trouble}");
        assert!(server.state().heard.is_empty(), "{greeting}");
    };
    check("* PREAUTH welcome back\r\n", true).await;
    check("* BYE too many connections\r\n", false).await;
    check("220 mail.desa.example ESMTP\r\n", false).await;
}

fn with_token(server: &ImapScript, command: &str) -> ImapSettings {
    let mut settings = server.settings();
    settings.login.secret = Secret::TokenCommand(vec!["sh".into(), "-c".into(), command.into()]);
    settings
}

#[tokio::test]
async fn xoauth2_with_a_token_command() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(with_token(&server, &format!("echo {TOKEN}")));
    assert_eq!(listed(&mut mailbox).await.len(), 1);
}

#[tokio::test]
async fn a_refused_token_gets_an_empty_answer_to_its_challenge() {
    let server = ImapScript::start(&[]).await;
    let trouble = trouble_of(with_token(&server, "echo expired")).await;
    assert!(trouble.needs_person, "{trouble}");
    assert_eq!(server.heard("reply to the challenge"), ["reply to the challenge: ``"]);
    let trouble = trouble_of(with_token(&server, "exit 1")).await;
    assert!(!trouble.needs_person, "{trouble}");
}

#[tokio::test]
async fn an_inbox_that_cannot_be_used_says_why() {
    let check = async |answer: &str, needs_person: bool, reason: &str| {
        let server = ImapScript::start(&[ANI]).await;
        server.twist("SELECT", say(answer));
        let trouble = trouble_of(server.settings()).await;
        assert_eq!(trouble.needs_person, needs_person, "{answer}: {trouble}");
        assert!(trouble.reason.contains(reason), "{trouble}");
    };
    check("* 1 EXISTS\r\n{tag} OK done\r\n", false, "UIDVALIDITY").await;
    check("* OK [UIDVALIDITY 17] ok\r\n{tag} OK [READ-ONLY] done\r\n", true, "only be read").await;
    check("{tag} NO [NONEXISTENT] no INBOX\r\n", true, "no INBOX").await;
    check("{tag} NO [SERVERBUG] internal\r\n", false, "internal").await;

    let server = ImapScript::start(&[ANI]).await;
    server.twist("CREATE", say("{tag} NO Invalid mailbox name\r\n"));
    let trouble = trouble_of(server.settings()).await;
    assert!(trouble.needs_person && trouble.reason.contains("INBOX.Processed"), "{trouble}");
}

#[tokio::test]
async fn folders_are_made_and_shown_once() {
    let server = ImapScript::start(&[]).await;
    server.state().folders.insert("Held".into(), Vec::new());
    let mut mailbox = ImapMailbox::new(server.settings());
    listed(&mut mailbox).await;
    listed(&mut mailbox).await;
    assert!(server.heard("UID FETCH").is_empty(), "some servers refuse 1:* where there is nothing");
    assert_eq!(server.heard("CREATE"), ["CREATE \"Processed\"", "CREATE \"Oversize\""]);
    assert_eq!(server.heard("SUBSCRIBE"), ["SUBSCRIBE \"Processed\"", "SUBSCRIBE \"Oversize\""]);

    let server = ImapScript::start(&[ANI]).await;
    server.twist("CREATE", say("{tag} NO [ALREADYEXISTS] hidden from LIST\r\n"));
    listed(&mut ImapMailbox::new(server.settings())).await;
}

#[tokio::test]
async fn mail_announced_before_the_wait_is_not_slept_through() {
    let check = async |capabilities: &str, at: &str, news: &str| {
        let server = ImapScript::start(&[ANI]).await;
        server.state().capabilities = format!("IMAP4rev1 MOVE {capabilities}");
        let mut mailbox = ImapMailbox::new(server.settings());
        listed(&mut mailbox).await;
        server.twist(at, Act::SayFirst(news.into()));
        if at != "IDLE" && at != "IDLING" {
            in_time(mailbox.archive(&[Place("17/1".into())], Folder::Processed)).await.expect("a good server");
        }
        let waiting = tokio::time::timeout(AT_ONCE, mailbox.wait(Duration::from_secs(3_600)));
        waiting.await.expect("news ends the wait").expect("a good server");
        listed(&mut mailbox).await;
        assert_eq!(server.state().connections, 1, "{at}");
    };
    check("IDLE", "IDLE", "* 2 EXISTS\r\n").await;
    check("IDLE", "IDLING", "* 2 EXISTS\r\n").await;
    check("IDLE", "IDLING", "* 1 EXPUNGE\r\n* 1 EXISTS\r\n").await;
    check("IDLE", "UID MOVE", "* 2 EXISTS\r\n").await;
    check("", "UID MOVE", "* 2 EXISTS\r\n").await;
}

#[tokio::test]
async fn what_is_no_new_mail_does_not_end_the_wait() {
    for noise in
        ["* 1 EXISTS\r\n", "* OK Still here\r\n", "* 1 FETCH (FLAGS (\\Seen))\r\n", "* 1 EXPUNGE\r\n* 0 EXISTS\r\n"]
    {
        let server = ImapScript::start(&[ANI]).await;
        let mut settings = server.settings();
        settings.poll_with_idle = Duration::from_millis(200);
        let mut mailbox = ImapMailbox::new(settings);
        listed(&mut mailbox).await;
        server.twist("IDLING", Act::SayFirst(noise.into()));
        in_time(mailbox.wait(Duration::from_secs(3_600))).await.expect("a good server");
        assert_eq!(server.heard("DONE").len(), 1, "{noise}");
        assert_eq!(server.state().connections, 1, "{noise}");
    }
}

#[tokio::test]
async fn idle_is_renewed_and_polling_goes_on_in_spite_of_it() {
    let server = ImapScript::start(&[ANI]).await;
    let mut settings = server.settings();
    settings.idle_wait = Duration::from_millis(100);
    settings.poll_with_idle = Duration::from_millis(350);
    let mut mailbox = ImapMailbox::new(settings);
    listed(&mut mailbox).await;
    in_time(mailbox.wait(Duration::from_secs(3_600))).await.expect("a good server");
    assert_eq!(server.heard("IDLE").len(), 4);
    assert_eq!(server.heard("DONE").len(), 4);
}

#[tokio::test]
async fn where_idle_is_missing_or_refused_the_mailbox_polls() {
    for (capabilities, at, idles) in
        [("IMAP4rev1", "IDLE", 0), ("IMAP4rev1 IDLE", "IDLE", 1), ("IMAP4rev1 IDLE", "IDLING", 1)]
    {
        let server = ImapScript::start(&[ANI]).await;
        server.state().capabilities = capabilities.into();
        server.twist(at, say("{tag} NO not for you\r\n"));
        let mut settings = server.settings();
        settings.poll_without_idle = Duration::from_millis(100);
        let mut mailbox = ImapMailbox::new(settings);
        in_time(mailbox.wait(Duration::from_secs(3_600))).await.expect("without a connection there is nothing to fail");
        assert_eq!(server.state().connections, 0);
        for _ in 0..3 {
            listed(&mut mailbox).await;
            in_time(mailbox.wait(Duration::from_secs(3_600))).await.expect("polling");
        }
        assert_eq!(server.heard("IDLE").len(), idles, "a refusal is remembered");
        assert_eq!(server.state().connections, 1);
    }
}

#[tokio::test]
async fn a_dropped_wait_closes_the_connection() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    listed(&mut mailbox).await;
    tokio::time::timeout(Duration::from_millis(200), mailbox.wait(Duration::from_secs(3_600)))
        .await
        .expect_err("nothing happens");
    listed(&mut mailbox).await;
    assert_eq!(server.state().connections, 2);
    assert!(server.heard("DONE").is_empty());
}

#[tokio::test]
async fn a_farewell_is_said_once_and_never_waited_for_long() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    mailbox.close().await;
    listed(&mut mailbox).await;
    mailbox.close().await;
    mailbox.close().await;
    assert_eq!(server.heard("LOGOUT").len(), 1);
    listed(&mut mailbox).await;
    mailbox.disconnect();
    listed(&mut mailbox).await;
    assert_eq!(server.state().connections, 3);
    server.twist("LOGOUT", Act::Mute);
    in_time(mailbox.close()).await;
}

#[tokio::test]
async fn a_probe_tells_what_is_there_and_changes_nothing() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    server.state().folders.insert("Held".into(), Vec::new());
    server.state().capabilities = "IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS".into();
    let found = in_time(probe(&server.settings())).await.expect("a good server");
    assert_eq!((found.idle, found.moves, found.uidplus, found.keywords, found.messages), (true, false, true, true, 2));
    assert_eq!(found.capabilities, ["IMAP4rev1", "AUTH=PLAIN", "IDLE", "UIDPLUS"]);
    let folders: Vec<(&str, bool)> = found.folders.iter().map(|(name, there)| (name.as_str(), *there)).collect();
    assert_eq!(folders, [("Processed", false), ("Held", true), ("Oversize", false)]);
    assert!(server.heard("CREATE").is_empty());
    assert_eq!(server.heard("LOGOUT").len(), 1);
}
