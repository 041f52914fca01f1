//! The mailbox before a real Dovecot.

mod support;

use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use secrecy::SecretString;
use siaga::mail::connect::{Secret, Security};
use siaga::mail::imap::probe::probe;
use siaga::mail::imap::{ImapMailbox, ImapSettings};
use siaga::mail::transport::{Extent, Folder, Listed, Mailbox, Place};
use support::dovecot::Dovecot;
use support::proxy::{Fault, Proxy};
use support::spool::{fetch, in_time};

/// What Dovecot announces without MOVE and IDLE.
const PLAIN_SERVER: &str = "imap_capability = IMAP4rev1 UIDPLUS";
/// What it announces if it can next to nothing.
const POOR_SERVER: &str = "imap_capability = IMAP4rev1";

fn morning(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 0, minute, 0).single().expect("a minute of that hour")
}

fn letter(number: u32) -> Vec<u8> {
    let head = format!("From: warga{number}@desa.example\r\nSubject: Laporan {number}\r\n\r\n");
    (head + &"Situs kami berubah tampilan.\r\n".repeat(number as usize + 1)).into_bytes()
}

async fn listed(mailbox: &mut ImapMailbox) -> Vec<Listed> {
    in_time(mailbox.list()).await.expect("Dovecot lists")
}

fn places(listed: &[Listed]) -> Vec<Place> {
    listed.iter().map(|listed| listed.place.clone()).collect()
}

/// A letter's way from INBOX into a folder.
async fn whole_way(server: &Dovecot, security: Security) -> (ImapMailbox, Vec<Place>) {
    for number in 0..5 {
        server.deliver(&letter(number), morning(number));
    }
    let mut mailbox = ImapMailbox::new(server.settings(security));
    let found = listed(&mut mailbox).await;
    let arrived: Vec<_> = found.iter().map(|listed| listed.arrived_at).collect();
    assert_eq!(arrived, (0..5).map(|number| Some(morning(number))).collect::<Vec<_>>());
    let sizes: Vec<_> = found.iter().map(|listed| listed.size_bytes).collect();
    assert_eq!(sizes, (0..5).map(|number| letter(number).len() as u64).collect::<Vec<_>>());

    let (spool, end) = fetch(&mut mailbox, &found, Extent::Whole).await;
    end.expect("Dovecot hands out mail");
    assert_eq!(
        spool.whole,
        found.iter().zip(0..).map(|(listed, n)| (listed.place.clone(), letter(n))).collect::<Vec<_>>()
    );
    let (spool, end) = fetch(&mut mailbox, &found[..1], Extent::Header).await;
    end.expect("Dovecot hands out headers");
    assert_eq!(spool.texts(), ["From: warga0@desa.example\r\nSubject: Laporan 0\r\n\r\n"]);

    let places = places(&found);
    in_time(mailbox.archive(&places[..3], Folder::Processed)).await.expect("Dovecot moves");
    in_time(mailbox.archive(&places[3..4], Folder::Held)).await.expect("Dovecot moves");
    assert_eq!(server.folder("Processed"), [letter(0), letter(1), letter(2)]);
    assert_eq!(server.folder("Held"), [letter(3)]);
    assert_eq!(listed(&mut mailbox).await, found[4..]);
    in_time(mailbox.archive(&places[4..], Folder::Oversize)).await.expect("Dovecot moves");
    assert_eq!(server.folder("Oversize"), [letter(4)]);
    assert!(listed(&mut mailbox).await.is_empty());
    (mailbox, places)
}

#[tokio::test]
async fn over_tls() {
    let server = Dovecot::start();
    let (mut mailbox, places) = whole_way(&server, Security::Tls).await;
    in_time(mailbox.archive(&places, Folder::Held)).await.expect("what is gone is archived");
    assert_eq!(server.folder("Held"), [letter(3)]);
    mailbox.close().await;
    let subscribed = server.say(&["LSUB \"\" \"*\""]).join("\n");
    for folder in ["Processed", "Held", "Oversize"] {
        assert!(subscribed.contains(folder), "{subscribed}");
    }
    assert!(server.folder("INBOX").is_empty());
}

#[tokio::test]
async fn over_starttls() {
    let server = Dovecot::start();
    whole_way(&server, Security::StartTls).await;
}

#[tokio::test]
async fn without_tls_on_this_machine() {
    let server = Dovecot::start();
    whole_way(&server, Security::Plain).await;
}

#[tokio::test]
async fn without_move_and_idle() {
    let server = Dovecot::start_with(PLAIN_SERVER);
    whole_way(&server, Security::Tls).await;
    assert!(server.folder("INBOX").is_empty());
}

#[tokio::test]
async fn without_move_and_uidplus_mail_stays_under_a_keyword() {
    let server = Dovecot::start_with(POOR_SERVER);
    let (mut mailbox, _) = whole_way(&server, Security::Tls).await;
    assert_eq!(server.folder("INBOX").len(), 5);
    mailbox.disconnect();
    assert!(listed(&mut mailbox).await.is_empty(), "the keyword outlives the connection");
}

#[tokio::test]
async fn idle_tells_of_new_mail_and_survives_the_wait() {
    let server = Dovecot::start();
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    assert!(listed(&mut mailbox).await.is_empty());
    for number in 0..3 {
        server.deliver(&letter(number), morning(number));
        in_time(mailbox.wait(Duration::from_secs(300))).await.expect("Dovecot tells");
        assert_eq!(listed(&mut mailbox).await.len(), number as usize + 1);
    }
}

#[tokio::test]
async fn a_large_message_comes_in_pieces_of_constant_size() {
    let server = Dovecot::start();
    let mut raw = b"From: warga@desa.example\r\nSubject: Bukti\r\n\r\n".to_vec();
    for line in 0..400_000u32 {
        raw.extend(format!("{line:074}\r\n").bytes());
    }
    assert!(raw.len() > 30_000_000);
    server.deliver(&raw, morning(0));
    server.deliver(&letter(1), morning(1));
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    let found = listed(&mut mailbox).await;
    assert_eq!(found[0].size_bytes, raw.len() as u64);
    let (spool, end) = fetch(&mut mailbox, &found, Extent::Whole).await;
    end.expect("Dovecot hands out mail");
    assert!(spool.whole[0].1 == raw, "thirty megabytes arrive as they are");
    assert_eq!(spool.whole[1].1, letter(1));
    assert_eq!(spool.longest, 1 << 20);
}

#[tokio::test]
async fn bare_line_feeds_on_disk_are_no_short_literal() {
    let server = Dovecot::start();
    let raw = String::from_utf8(letter(3)).expect("ASCII");
    server.deliver(raw.replace("\r\n", "\n").as_bytes(), morning(0));
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    let found = listed(&mut mailbox).await;
    let (spool, end) = fetch(&mut mailbox, &found, Extent::Whole).await;
    end.expect("Dovecot hands out mail");
    assert_eq!(spool.texts(), [raw]);
}

#[tokio::test]
async fn a_killed_server_ends_no_message_and_loses_none() {
    let mut server = Dovecot::start();
    let proxy = Proxy::start(server.tls_port).await;
    let raw = vec![b'x'; 20 << 20];
    server.deliver(&raw, morning(0));
    let mut settings = server.settings(Security::Tls);
    settings.endpoint.port = proxy.port;
    let mut mailbox = ImapMailbox::new(settings);
    let found = listed(&mut mailbox).await;

    let mut pieces = 0;
    let mut ended = false;
    let mut kill_at_the_third = |piece: siaga::mail::transport::Piece<'_>| {
        match piece {
            siaga::mail::transport::Piece::Bytes(..) => pieces += 1,
            siaga::mail::transport::Piece::End(_) => ended = true,
        }
        if pieces == 3 {
            server.kill();
        }
        Ok(())
    };
    let trouble = in_time(mailbox.fetch(&found, Extent::Whole, &mut kill_at_the_third)).await;
    assert!(!trouble.expect_err("the server is dead").needs_person);
    assert!(!ended);
    let trouble = in_time(mailbox.list()).await.expect_err("the server is still dead");
    assert!(!trouble.needs_person, "{trouble}");

    server.restart();
    let again = listed(&mut mailbox).await;
    assert_eq!(again, found);
    let (spool, end) = fetch(&mut mailbox, &again, Extent::Whole).await;
    end.expect("Dovecot is back");
    assert!(spool.whole[0].1 == raw);
}

#[tokio::test]
async fn a_killed_server_is_noticed_during_idle() {
    let mut server = Dovecot::start();
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    listed(&mut mailbox).await;
    let killing = async {
        // Lets the IDLE begin; killed before or after it, the server is gone all the same.
        tokio::task::yield_now().await;
        server.kill();
    };
    let (end, ()) = tokio::join!(in_time(mailbox.wait(Duration::from_secs(300))), killing);
    assert!(!end.expect_err("the server is dead").needs_person);
}

#[tokio::test]
async fn a_connection_broken_at_any_byte_is_trouble_and_never_a_whole_message() {
    let server = Dovecot::start();
    let proxy = Proxy::start(server.tls_port).await;
    for number in 0..3 {
        server.deliver(&letter(number * 100), morning(number));
    }
    let mut settings = server.settings(Security::Tls);
    settings.endpoint.port = proxy.port;
    let mut mailbox = ImapMailbox::new(settings.clone());
    listed(&mut mailbox).await;
    mailbox.disconnect();
    let before = proxy.carried();
    let found = listed(&mut mailbox).await;
    let (spool, end) = fetch(&mut mailbox, &found, Extent::Whole).await;
    end.expect("nothing is broken yet");
    assert_eq!(spool.whole.len(), 3);
    drop(mailbox);
    // Neither handshakes nor what Dovecot says of its own speed are always of the same length.
    let all = proxy.carried() - before - 400;

    for fault in [Fault::Reset, Fault::Close, Fault::BlackHole] {
        for step in 0..=20 {
            let after = all * step / 20;
            let mut mailbox = ImapMailbox::new(settings.clone());
            proxy.break_after(after, fault);
            let (whole, end) = match in_time(mailbox.list()).await {
                Ok(found) => {
                    let (spool, end) = fetch(&mut mailbox, &found, Extent::Whole).await;
                    (spool.whole, end)
                }
                Err(trouble) => (Vec::new(), Err(trouble)),
            };
            if fault == Fault::BlackHole {
                tokio::time::resume();
            }
            let trouble = end.expect_err("the connection broke");
            assert!(!trouble.needs_person, "{fault:?} after {after}: {trouble}");
            for (number, (_, bytes)) in (0..).zip(whole) {
                assert!(bytes == letter(number * 100), "{fault:?} after {after}");
            }
        }
    }
}

#[tokio::test]
async fn a_silent_drop_during_idle_is_noticed_when_it_is_renewed() {
    let server = Dovecot::start();
    let proxy = Proxy::start(server.tls_port).await;
    let mut settings = server.settings(Security::Tls);
    settings.endpoint.port = proxy.port;
    settings.idle_wait = Duration::from_millis(200);
    let mut mailbox = ImapMailbox::new(settings);
    listed(&mut mailbox).await;
    // Beyond the "+" of the IDLE, within the answer to DONE.
    proxy.break_after(60, Fault::BlackHole);
    let trouble = in_time(mailbox.wait(Duration::from_secs(3_600))).await.expect_err("nobody answers");
    assert!(!trouble.needs_person && trouble.reason.contains("did not answer"), "{trouble}");
}

#[tokio::test]
async fn a_mailbox_replaced_under_the_same_name_is_listed_anew() {
    let server = Dovecot::start();
    server.say(&["CREATE Masuk", "APPEND Masuk {24+}\r\nSubject: Satu\r\n\r\nSatu.\r\n"]);
    let mut settings = server.settings(Security::Tls);
    settings.inbox = "Masuk".into();
    let mut mailbox = ImapMailbox::new(settings);
    let old = listed(&mut mailbox).await;
    server.say(&["DELETE Masuk", "CREATE Masuk", "APPEND Masuk {22+}\r\nSubject: Dua\r\n\r\nDua.\r\n"]);

    // Before anything is known of the change, the old place must not reach the new message.
    in_time(mailbox.archive(&places(&old), Folder::Processed)).await.expect("nothing to do");
    assert_eq!(server.folder("Masuk").len(), 1);
    mailbox.disconnect();
    in_time(mailbox.archive(&places(&old), Folder::Processed)).await.expect("nothing to do");
    assert_eq!(server.folder("Masuk").len(), 1);

    let new = listed(&mut mailbox).await;
    assert_eq!(new.len(), 1);
    assert_ne!(new[0].place, old[0].place);
    let (spool, end) = fetch(&mut mailbox, &new, Extent::Whole).await;
    end.expect("Dovecot hands out mail");
    assert_eq!(spool.texts(), ["Subject: Dua\r\n\r\nDua.\r\n"]);
}

#[tokio::test]
async fn what_a_person_must_mend_is_told_apart() {
    let server = Dovecot::start();
    let other = Dovecot::start();
    let check = async |change: &dyn Fn(&mut siaga::mail::imap::ImapSettings), reason: &str| {
        let mut settings = server.settings(Security::Tls);
        change(&mut settings);
        let trouble = in_time(ImapMailbox::new(settings).list()).await.expect_err(reason);
        assert!(trouble.needs_person && trouble.reason.contains(reason), "{reason}: {trouble}");
    };
    check(&|settings| settings.endpoint.ca_file = None, "UnknownIssuer").await;
    check(&|settings| settings.endpoint.ca_file = Some(other.authority.ca_pem_file()), "certificate").await;
    check(&|settings| settings.login.secret = Secret::Password(SecretString::from("salah")), "does not let").await;
    check(&|settings| settings.endpoint.port = server.port, "does not speak TLS").await;
}

#[tokio::test]
async fn case_87_a_server_without_starttls_is_told_no_password() {
    let server = Dovecot::start_with("ssl = no");
    let trouble = in_time(ImapMailbox::new(server.settings(Security::StartTls)).list()).await;
    let trouble = trouble.expect_err("there is no STARTTLS");
    assert!(trouble.needs_person && trouble.reason.contains("STARTTLS"), "{trouble}");
}

#[tokio::test]
async fn a_probe_sees_what_dovecot_can() {
    let server = Dovecot::start();
    server.deliver(&letter(1), morning(1));
    server.say(&["CREATE Held"]);
    let found = in_time(probe(&server.settings(Security::Tls))).await.expect("Dovecot answers");
    assert!(found.idle && found.moves && found.uidplus && found.keywords);
    assert_eq!(found.messages, 1);
    assert_eq!(found.folders.iter().map(|(_, there)| *there).collect::<Vec<_>>(), [false, true, false]);
    assert!(!server.say(&["LIST \"\" \"*\""]).join("\n").contains("Processed"));
}

/// Two mails in the junk folder, put there by another client of the mailbox.
fn junk(server: &Dovecot, folder: &str) {
    for number in 0..2 {
        server.deliver(&letter(number), Utc::now());
    }
    server.say(&["SELECT INBOX", &format!("COPY 1:2 {folder}"), "STORE 1:2 +FLAGS (\\Deleted)", "EXPUNGE"]);
}

#[tokio::test]
async fn the_junk_folder_is_counted_under_the_name_the_server_gives_it_and_left_alone() {
    let special =
        "namespace inbox {\n  inbox = yes\n  mailbox Spam {\n    special_use = \\Junk\n    auto = create\n  }\n}\n";
    let server = Dovecot::start_with(special);
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    let before = in_time(mailbox.junk()).await.expect("Dovecot tells").expect("a junk folder");
    assert_eq!(before.messages, 0);
    junk(&server, "Spam");
    let after = in_time(mailbox.junk()).await.expect("Dovecot tells").expect("a junk folder");
    assert_eq!((after.messages, after.uid_next - before.uid_next), (2, 2));
    assert!(listed(&mut mailbox).await.is_empty());
    assert_eq!(server.folder("Spam"), [letter(0), letter(1)]);
}

#[tokio::test]
async fn a_junk_folder_that_is_configured_needs_no_hint_of_the_server() {
    let server = Dovecot::start_with(PLAIN_SERVER);
    let mut mailbox = ImapMailbox::new(server.settings(Security::Tls));
    assert_eq!(in_time(mailbox.junk()).await, Ok(None), "this server tells nothing of its folders");
    server.say(&["CREATE \"Bulk Mail\""]);
    junk(&server, "\"Bulk Mail\"");
    let named = ImapSettings { junk: Some("Bulk Mail".into()), ..server.settings(Security::Tls) };
    let found = in_time(ImapMailbox::new(named).junk()).await.expect("Dovecot tells").expect("a junk folder");
    assert_eq!(found.messages, 2);
    let gone = ImapSettings { junk: Some("Tidak Ada".into()), ..server.settings(Security::Tls) };
    assert_eq!(in_time(ImapMailbox::new(gone).junk()).await, Ok(None));
}
