//! The mailbox before a server that does what no good server does.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use siaga::mail::imap::ImapMailbox;
use siaga::mail::transport::{Extent, Folder, Listed, Mailbox, Piece, Place};
use support::imap_script::{Act, GREETING, ImapScript, mail};
use support::spool::{Spool, fetch, in_time, round};

const ANI: &str = "From: ani@desa.example\r\n\r\nSatu.\r\n";
const BUDI: &str = "From: budi@desa.example\r\n\r\nDua, dan sedikit lagi.\r\n";

fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

async fn listed(mailbox: &mut ImapMailbox) -> Vec<Listed> {
    in_time(mailbox.list()).await.expect("a good server lists")
}

/// Every command of a round.
const COMMANDS: &[&str] = &[
    GREETING,
    "CAPABILITIES",
    "AUTHENTICATE",
    "A0002 CAPABILITY",
    "LIST",
    "CREATE",
    "SUBSCRIBE",
    "SELECT",
    "UID FETCH 1:*",
    "UID FETCH 1:2 ",
    "UID MOVE",
    "IDLE",
    "IDLING",
    "DONE",
];

/// A round with one twist at each command in turn, then a round without: what fails is told, what
/// did not come whole has no end, and no mail is lost or archived twice.
async fn at_every_command(act: Act, harmless: &[&str]) {
    for command in COMMANDS {
        at_command(command, &act, harmless.contains(command)).await;
    }
}

async fn at_command(command: &str, act: &Act, harmless: bool) {
    let case = format!("{act:?} at {command}");
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    server.twist(command, act.clone());
    let mut spool = Spool::default();
    let end = round(&mut mailbox, &mut spool).await;
    if matches!(act, Act::Mute) {
        tokio::time::resume();
    }
    assert_eq!(end.is_ok(), harmless, "{case}: {end:?}");
    assert!(server.state().twists.is_empty(), "{case} never happened");
    assert!(spool.whole.iter().all(|(_, bytes)| bytes == ANI.as_bytes() || bytes == BUDI.as_bytes()), "{case}");

    let connections = server.state().connections;
    round(&mut mailbox, &mut spool).await.unwrap_or_else(|trouble| panic!("after {case}: {trouble}"));
    let reconnected = usize::from(end.is_err());
    assert_eq!(server.state().connections, connections + reconnected, "{case}: a session is kept after success alone");
    assert!(server.state().inbox.is_empty(), "{case}");
    assert_eq!(server.state().folders["Processed"], [ANI.as_bytes(), BUDI.as_bytes()], "{case}");
}

#[tokio::test]
async fn a_no_is_never_an_empty_mailbox() {
    let harmless = ["CAPABILITIES", "SUBSCRIBE", "UID FETCH 1:2 ", "UID MOVE", "IDLE", "IDLING", "DONE"];
    at_every_command(say("{tag} NO not today\r\n"), &harmless).await;
}

#[tokio::test]
async fn a_bad_is_never_an_empty_mailbox() {
    at_every_command(say("{tag} BAD what\r\n"), &["CAPABILITIES", "SUBSCRIBE", "IDLE", "IDLING", "DONE"]).await;
}

#[tokio::test]
async fn the_end_of_the_stream_is_never_an_empty_mailbox() {
    at_every_command(Act::SayAndClose(String::new()), &[]).await;
}

#[tokio::test]
async fn a_connection_lost_after_the_deed_repeats_it_without_harm() {
    at_every_command(Act::DoAndClose, &[]).await;
}

#[tokio::test]
async fn a_bye_is_never_an_empty_mailbox() {
    at_every_command(Act::SayAndClose("* BYE shutting down\r\n".into()), &[]).await;
}

#[tokio::test]
async fn a_bye_is_believed_even_if_all_goes_on() {
    for command in &COMMANDS[3..] {
        at_command(command, &say("* BYE overloaded\r\n{tag} OK done\r\n"), false).await;
    }
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    at_every_command(Act::SayAndClose("* 1 FETCH (UID 1 BODY[] {37}\r\nFrom: ani".into()), &[]).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_ends_the_session() {
    at_every_command(say("* JUNK\r\n{tag} OK done\r\n"), &["UID FETCH 1:*"]).await;
}

#[tokio::test]
async fn an_answer_at_which_the_parser_panics_ends_the_session_alone() {
    at_every_command(say("* 1 FETCH (UID 1 INTERNALDATE NIL)\r\n{tag} OK done\r\n"), &["UID FETCH 1:*"]).await;
}

#[tokio::test]
async fn a_silent_server_is_given_up_at_every_command() {
    at_every_command(Act::Mute, &[]).await;
}

#[tokio::test]
async fn warnings_news_and_answers_to_nobody_change_nothing() {
    let others: Vec<&str> =
        COMMANDS.iter().copied().filter(|command| ![GREETING, "AUTHENTICATE"].contains(command)).collect();
    for noise in [
        "* NO [ALERT] the disk is nearly full\r\n",
        "* BAD something earlier was odd\r\n",
        "* OK still here\r\n",
        "* 3 EXISTS\r\n* 1 RECENT\r\n",
        "* 1 FETCH (FLAGS (\\Seen))\r\n",
        "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n",
        "* 9 FETCH (UID 99 BODY[] {5}\r\nalien)\r\n",
        "* SEARCH 1 2 3\r\n",
        "Z0999 NO an answer to a command of long ago\r\n",
    ] {
        for command in &others {
            at_command(command, &Act::SayFirst(noise.into()), true).await;
        }
    }
}

#[tokio::test]
async fn the_work_list_is_all_of_inbox_whatever_its_flags_and_dates() {
    let server = ImapScript::start(&[]).await;
    {
        let mut state = server.state();
        let mut add = |uid, arrived: &str, flags: &[&str]| {
            let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
            state.inbox.insert(uid, siaga_mail(arrived, flags));
        };
        add(9, " 1-Feb-1999 00:00:00 +0000", &["\\Seen"]);
        add(4, "24-Nov-2026 07:30:00 +0700", &["\\Answered", "\\Deleted"]);
        add(70, "23-Nov-2026 07:30:00 +0700", &["\\Recent"]);
        add(71, "23-Nov-2026 07:30:00 +0700", &["$siagadone"]);
    }
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let found: Vec<(&str, String)> = listed
        .iter()
        .map(|listed| (listed.place.0.as_str(), listed.arrived_at.expect("a time").to_rfc3339()))
        .collect();
    let expected = [
        ("17/4", "2026-11-24T00:30:00+00:00".to_owned()),
        ("17/9", "1999-02-01T00:00:00+00:00".to_owned()),
        ("17/70", "2026-11-23T00:30:00+00:00".to_owned()),
    ];
    assert_eq!(found, expected);
    assert_eq!(mailbox.name(), "imap:csirt@desa.example@127.0.0.1/INBOX");
}

#[tokio::test]
async fn one_date_that_cannot_be_read_keeps_no_mail_out() {
    let server = ImapScript::start(&[]).await;
    for (uid, arrived) in [(1, "24-Nov-2026 07:30:00 +0700"), (2, "32-Foo-2026 07:30:00 +0700")] {
        server.state().inbox.insert(uid, siaga_mail(arrived, Vec::new()));
    }
    let mut mailbox = ImapMailbox::new(server.settings());
    let dated: Vec<bool> = listed(&mut mailbox).await.iter().map(|listed| listed.arrived_at.is_some()).collect();
    assert_eq!(dated, [true, false]);
}

fn siaga_mail(arrived: &str, flags: Vec<String>) -> support::imap_script::Mail {
    support::imap_script::Mail { arrived: arrived.into(), flags, ..mail(ANI.as_bytes()) }
}

#[tokio::test]
async fn a_body_that_is_nil_has_vanished() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let budi = format!("* 2 FETCH (UID 2 BODY[] {{{}}}\r\n{BUDI})\r\n", BUDI.len());
    server.twist("UID FETCH 1:2 ", say(&format!("* 1 FETCH (UID 1 BODY[] NIL)\r\n{budi}{{tag}} OK done\r\n")));
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("a vanished message is no trouble");
    assert_eq!(spool.texts(), [BUDI]);
}

#[tokio::test]
async fn an_ok_without_bytes_is_no_message() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.twist("UID FETCH 1 ", say("{tag} OK done\r\n"));
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("the server is well");
    assert!(spool.whole.is_empty(), "nothing is not the empty message");
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("the same session");
    assert_eq!((spool.texts(), server.state().connections), (vec![ANI.to_owned()], 1));
}

#[tokio::test]
async fn a_size_that_was_only_estimated_does_not_keep_mail_out() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    server.state().inbox.get_mut(&1).expect("the first").stated_size = Some(ANI.len() + 300);
    server.state().inbox.get_mut(&2).expect("the second").stated_size = Some(BUDI.len() - 3);
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("the server has nothing more");
    assert_eq!(spool.texts(), [ANI, BUDI]);
}

#[tokio::test]
async fn a_short_literal_is_not_taken_for_the_whole_message() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.twist("BODY.PEEK[]<0.", say("* 1 FETCH (UID 1 BODY[] {5}\r\nFrom:)\r\n{tag} OK done\r\n"));
    server.twist("BODY.PEEK[]<0.", say("* 1 FETCH (UID 1 BODY[]<0> {5}\r\nFrom:)\r\n{tag} OK done\r\n"));
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("the rest came when it was asked for");
    assert_eq!(spool.texts(), [ANI]);
    assert_eq!(server.heard("BODY.PEEK[]<5.").len(), 1);
}

#[tokio::test]
async fn pieces_that_were_not_asked_for_are_refused() {
    let done = "{tag} OK done\r\n";
    let long = "x".repeat((1 << 20) + 1);
    for act in [
        say(&format!("* 1 FETCH (UID 1 BODY[]<7> {{3}}\r\nabc)\r\n{done}")),
        say(&format!("* 1 FETCH (UID 1 BODY[]<0> {{1}}\r\na)\r\n* 1 FETCH (UID 1 BODY[]<0> {{1}}\r\nb)\r\n{done}")),
        say(&format!("* 1 FETCH (UID 1 BODY[]<0> {{{}}}\r\n{long})\r\n{done}", long.len())),
        Act::SayAndClose(format!("* 1 FETCH (UID 1 BODY[]<0> {{99}}\r\nabc)\r\n{done}")),
    ] {
        let server = ImapScript::start(&[&"x".repeat(2 << 20)]).await;
        let mut mailbox = ImapMailbox::new(server.settings());
        let listed = listed(&mut mailbox).await;
        server.twist("BODY.PEEK[]<0.", act);
        let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
        end.expect_err("a piece that was not asked for");
        assert!(spool.whole.is_empty());
    }
}

#[tokio::test]
async fn a_message_far_beyond_its_stated_size_is_refused() {
    let server = ImapScript::start(&[&"x".repeat(4 << 20)]).await;
    server.state().inbox.get_mut(&1).expect("the only one").stated_size = Some(1_000);
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect_err("a limit on sizes would be worth nothing");
    assert!(spool.whole.is_empty());
    assert_eq!(spool.longest, 1 << 20);
}

#[tokio::test]
async fn the_body_of_another_message_is_never_taken() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    for uid in [99, 2] {
        let alien = "x".repeat(ANI.len());
        let stale = format!("* 9 FETCH (UID {uid} BODY[] {{{}}}\r\n{alien})\r\n", alien.len());
        server.twist("UID FETCH 1 ", Act::SayFirst(stale));
        let (spool, end) = fetch(&mut mailbox, &listed[..1], Extent::Whole).await;
        end.expect("a good server");
        assert_eq!(spool.texts(), [ANI]);
    }
}

#[tokio::test]
async fn a_large_message_comes_in_pieces_and_only_its_header_if_wanted() {
    let large = format!("From: ani@desa.example\r\n\r\n{}", "0123456789abcde\n".repeat((3 << 20) / 16));
    let server = ImapScript::start(&[&large, ANI, &large[..2 << 20]]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("a good server");
    assert!(spool.texts() == [large.as_str(), ANI, &large[..2 << 20]]);
    assert_eq!(spool.longest, 1 << 20);

    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Header).await;
    end.expect("a good server");
    let header = "From: ani@desa.example\r\n\r\n";
    assert_eq!(spool.texts(), [header; 3]);
    assert_eq!(server.heard("BODY.PEEK[HEADER]").len(), 1);
}

#[tokio::test]
async fn one_message_the_server_cannot_read_does_not_hold_up_the_others() {
    let server = ImapScript::start(&[ANI, "broken", BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.twist("UID FETCH 1:3 ", say("{tag} NO [SERVERBUG] internal error\r\n"));
    server.twist("UID FETCH 2 ", say("{tag} NO [SERVERBUG] internal error\r\n"));
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    assert_eq!(spool.texts(), [ANI, BUDI]);
    let trouble = end.expect_err("a message that cannot be had is told");
    assert!(trouble.reason.contains("SERVERBUG") && !trouble.needs_person, "{trouble:?}");
}

#[tokio::test]
async fn a_full_disk_ends_the_session_and_is_told() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let mut full = |_: Piece<'_>| Err(anyhow::anyhow!("no space left on device"));
    let trouble = in_time(mailbox.fetch(&listed, Extent::Whole, &mut full)).await.expect_err("the disk is full");
    assert!(trouble.reason.contains("no space left"), "{trouble}");
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("there is space again");
    assert_eq!(spool.texts(), [ANI, BUDI]);
    assert_eq!(server.state().connections, 2);
}

#[tokio::test]
async fn a_dropped_call_never_leaves_its_answers_to_the_next() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    let mut spool = Spool::default();
    let mut take = |piece: Piece<'_>| {
        spool.take(piece);
        Ok(())
    };
    let half = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\nFrom:", ANI.len());
    server.twist("UID FETCH 1:2 ", say(&half));
    let dropped = tokio::time::timeout(Duration::from_millis(200), mailbox.fetch(&listed, Extent::Whole, &mut take));
    dropped.await.expect_err("half an answer is waited for");
    let (spool, end) = fetch(&mut mailbox, &listed, Extent::Whole).await;
    end.expect("a connection of its own");
    assert_eq!(spool.texts(), [ANI, BUDI]);
    assert_eq!(server.state().connections, 2);
}

#[tokio::test]
async fn fifty_thousand_messages_at_the_first_start() {
    let server = ImapScript::start(&[]).await;
    server.state().inbox = (1..=50_000).map(|number| (number * 2, mail(ANI.as_bytes()))).collect::<BTreeMap<_, _>>();
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    assert_eq!(listed.len(), 50_000);
    assert!(listed.is_sorted_by_key(|listed| listed.place.0[3..].parse::<u32>().expect("a UID")));

    let some = &listed[..1_001];
    let (spool, end) = fetch(&mut mailbox, some, Extent::Whole).await;
    end.expect("a good server");
    assert_eq!(spool.whole.len(), some.len());
    assert_eq!(server.heard("BODY.PEEK[]").len(), 21);
    let places: Vec<Place> = some.iter().map(|listed| listed.place.clone()).collect();
    in_time(mailbox.archive(&places, Folder::Held)).await.expect("a good server");
    assert_eq!(server.state().folders["Held"].len(), some.len());
    let moves = server.heard("UID MOVE");
    assert_eq!(moves.len(), 3);
    assert!(moves.iter().all(|line| line.len() < 8_000), "servers cut long lines");
}
