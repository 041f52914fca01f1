//! Taking messages out of the inbox, with what servers can and cannot do.

mod support;

use std::time::Duration;

use siaga::mail::imap::ImapMailbox;
use siaga::mail::transport::{Folder, Listed, Mailbox, Moved, Place};
use support::imap_script::{Act, ImapScript, mail};
use support::spool::in_time;

const ANI: &str = "From: ani@desa.example\r\n\r\nSatu.\r\n";
const BUDI: &str = "From: budi@desa.example\r\n\r\nDua.\r\n";
const CITRA: &str = "From: citra@desa.example\r\n\r\nTiga.\r\n";

/// Much longer than a server that speaks needs, much shorter than the patience of the mailbox.
const AT_ONCE: Duration = Duration::from_secs(30);

fn say(text: &str) -> Act {
    Act::Say(text.to_owned())
}

async fn listed(mailbox: &mut ImapMailbox) -> Vec<Listed> {
    in_time(mailbox.list()).await.expect("a good server lists")
}

fn places(listed: &[Listed]) -> Vec<Place> {
    listed.iter().map(|listed| listed.place.clone()).collect()
}

/// Archives the first and third of three messages on a server with these abilities, and gives the
/// commands it took and what INBOX lists afterwards.
async fn archive_two(capabilities: &str, permanent_flags: &str) -> (ImapScript, Vec<String>, Vec<Listed>) {
    let server = ImapScript::start(&[ANI, BUDI, CITRA]).await;
    server.state().capabilities = format!("IMAP4rev1 AUTH=PLAIN {capabilities}");
    server.state().permanent_flags = permanent_flags.into();
    let mut mailbox = ImapMailbox::new(server.settings());
    let mut places = places(&listed(&mut mailbox).await);
    places.remove(1);
    let before = server.state().heard.len();
    in_time(mailbox.archive(&places, Folder::Processed)).await.expect("a good server");
    let mut commands = server.state().heard.split_off(before);
    assert_eq!(commands.remove(0), "SELECT \"INBOX\"", "the folder may have been replaced since it was listed");
    assert_eq!(server.state().folders["Processed"], [ANI.as_bytes(), CITRA.as_bytes()], "{capabilities}");
    let left = listed(&mut mailbox).await;
    (server, commands, left)
}

#[tokio::test]
async fn archiving_with_move() {
    let (_, commands, left) = archive_two("MOVE UIDPLUS", "\\*").await;
    assert_eq!(commands, ["UID MOVE 1,3 \"Processed\""]);
    assert_eq!(places(&left), [Place("17/2".into())]);
}

#[tokio::test]
async fn archiving_without_move_expunges_those_messages_alone() {
    let (_, commands, left) = archive_two("UIDPLUS", "\\*").await;
    assert_eq!(
        commands,
        ["UID COPY 1,3 \"Processed\"", "UID STORE 1,3 +FLAGS.SILENT (\\Deleted $SiagaDone)", "UID EXPUNGE 1,3"]
    );
    assert_eq!(places(&left), [Place("17/2".into())]);
    let (_, commands, _) = archive_two("UIDPLUS", "\\Deleted").await;
    assert_eq!(commands[1], "UID STORE 1,3 +FLAGS.SILENT (\\Deleted)");
}

#[tokio::test]
async fn archiving_without_uidplus_leaves_a_keyword() {
    let (server, commands, left) = archive_two("", "\\Deleted \\*").await;
    assert_eq!(commands, ["UID COPY 1,3 \"Processed\"", "UID STORE 1,3 +FLAGS.SILENT ($SiagaDone)"]);
    assert_eq!(places(&left), [Place("17/2".into())]);
    assert_eq!(server.state().inbox.len(), 3);
}

#[tokio::test]
async fn archiving_without_keywords_leaves_a_deletion_mark() {
    let (_, commands, left) = archive_two("", "\\Deleted \\Seen").await;
    assert_eq!(commands[1], "UID STORE 1,3 +FLAGS.SILENT (\\Deleted)");
    assert_eq!(places(&left), [Place("17/2".into())]);
}

#[tokio::test]
async fn a_target_folder_that_was_deleted_is_made_again_once() {
    for capabilities in ["MOVE UIDPLUS", "UIDPLUS", ""] {
        let server = ImapScript::start(&[ANI]).await;
        server.state().capabilities = format!("IMAP4rev1 AUTH=PLAIN {capabilities}");
        let mut mailbox = ImapMailbox::new(server.settings());
        let listed = listed(&mut mailbox).await;
        server.state().folders.clear();
        in_time(mailbox.archive(&places(&listed), Folder::Oversize)).await.expect("it is made again");
        assert_eq!(server.state().folders["Oversize"], [ANI.as_bytes()]);
        assert_eq!(server.state().connections, 1);
    }
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.twist("UID MOVE", say("{tag} NO [TRYCREATE] missing\r\n"));
    server.twist("UID MOVE", say("{tag} NO [TRYCREATE] missing\r\n"));
    let moved = in_time(mailbox.archive(&places(&listed), Folder::Held)).await.expect("a good connection");
    assert!(matches!(moved, Moved::FolderShut { .. }), "twice is enough: {moved:?}");
}

#[tokio::test]
async fn one_mail_the_server_will_not_move_keeps_no_other_in_the_inbox() {
    for (capabilities, verb) in [("MOVE UIDPLUS", "UID MOVE"), ("UIDPLUS", "UID COPY")] {
        let server = ImapScript::start(&[ANI, BUDI, ANI, BUDI]).await;
        server.state().capabilities = format!("IMAP4rev1 AUTH=PLAIN {capabilities}");
        let mut mailbox = ImapMailbox::new(server.settings());
        let listed = listed(&mut mailbox).await;
        // Whatever set holds the third.
        for set in ["1:4", "3:4", "3"] {
            server.twist(&format!("{verb} {set} "), say("{tag} NO [SERVERBUG] cannot read it\r\n"));
        }
        let moved = in_time(mailbox.archive(&places(&listed), Folder::Processed)).await.expect("a good connection");
        let Moved::AllBut { places, reason } = moved else { panic!("the third stays: {moved:?}") };
        assert_eq!(places, [Place("17/3".into())]);
        assert!(reason.contains("SERVERBUG"), "{reason}");
        assert_eq!(server.state().folders["Processed"].len(), 3, "{verb}");
        assert_eq!(server.state().inbox.keys().copied().collect::<Vec<_>>(), [3], "{verb}");
        assert_eq!(server.state().connections, 1);
    }
}

#[tokio::test]
async fn a_full_archive_is_not_asked_for_every_single_mail() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.twist("UID MOVE", say("{tag} NO [OVERQUOTA] the archive is full\r\n"));
    let moved = in_time(mailbox.archive(&places(&listed), Folder::Processed)).await.expect("a good connection");
    assert!(matches!(&moved, Moved::FolderShut { reason } if reason.contains("OVERQUOTA")), "{moved:?}");
    assert_eq!(server.heard("UID MOVE").len(), 1);
    assert_eq!(server.state().connections, 1);
}

#[tokio::test]
async fn a_message_that_is_gone_counts_as_archived() {
    let server = ImapScript::start(&[ANI, BUDI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let listed = listed(&mut mailbox).await;
    server.state().inbox.remove(&1);
    server.twist("UID MOVE", say("{tag} NO [EXPUNGEISSUED] some are gone\r\n"));
    in_time(mailbox.archive(&places(&listed), Folder::Held)).await.expect("the rest is moved");
    assert_eq!(server.state().folders["Held"], [BUDI.as_bytes()]);
    server.twist("UID MOVE", say("{tag} NO no such message\r\n"));
    in_time(mailbox.archive(&places(&listed), Folder::Held)).await.expect("nothing is left to move");
    assert_eq!(server.state().connections, 1);
}

#[tokio::test]
async fn after_a_change_of_uidvalidity_old_places_are_left_alone() {
    let server = ImapScript::start(&[ANI]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let old = listed(&mut mailbox).await;
    server.state().uid_validity = 18;
    server.state().inbox = [(1, mail(BUDI.as_bytes()))].into();
    let new = listed(&mut mailbox).await;
    assert_eq!(places(&new), [Place("18/1".into())]);

    in_time(mailbox.archive(&places(&old), Folder::Processed)).await.expect("nothing to do");
    let (spool, end) = support::spool::fetch(&mut mailbox, &old, siaga::mail::transport::Extent::Whole).await;
    end.expect("nothing to do");
    assert!(spool.whole.is_empty());
    assert_eq!(server.state().inbox.len(), 1);
    assert_eq!(server.heard("UID MOVE").len() + server.heard("BODY").len(), 0);

    server.state().uid_validity = 19;
    in_time(mailbox.archive(&places(&new), Folder::Processed)).await.expect("nothing to do");
    let waiting = tokio::time::timeout(AT_ONCE, mailbox.wait(Duration::from_secs(3_600)));
    waiting.await.expect("another folder is news").expect("a good server");
}
