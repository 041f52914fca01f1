//! Mails out by SMTP, against a server that does everything servers do.

mod support;

use std::time::Duration;

use siaga::domain::outgoing::{OutgoingMail, SendOutcome};
use siaga::mail::transport::Mailer;
use support::outgoing::{mail, mailer, reason, send, word};
use support::smtp_sink::{Act, At, SmtpSink};
use tokio::time::Instant;

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
