//! Messages about which the server says what cannot be read: they keep no other mail out.

mod support;

use siaga::mail::imap::ImapMailbox;
use siaga::mail::transport::{Listed, Mailbox};
use support::imap_script::{ImapScript, NIL, mail};
use support::spool::{Spool, in_time, round};

const RAW: &str = "From: ani@desa.example\r\n\r\nSatu.\r\n";

/// A server with so many messages, of which some have no date and some a size beyond all bounds.
async fn server(count: u32, dateless: &[u32], sizeless: &[u32]) -> ImapScript {
    let server = ImapScript::start(&[]).await;
    for uid in 1..=count {
        let mut mail = mail(RAW.as_bytes());
        if dateless.contains(&uid) {
            mail.arrived = NIL.to_owned();
        }
        if sizeless.contains(&uid) {
            mail.stated_size = Some(1 << 40);
        }
        server.state().inbox.insert(uid, mail);
    }
    server
}

async fn listed(mailbox: &mut ImapMailbox) -> Vec<Listed> {
    in_time(mailbox.list()).await.expect("one message does not end the listing")
}

/// The UIDs that have no date.
fn dateless(listed: &[Listed]) -> Vec<u32> {
    let without = listed.iter().filter(|message| message.arrived_at.is_none());
    without.map(|message| message.place.0.split_once('/').expect("a place").1.parse().expect("a UID")).collect()
}

#[tokio::test]
async fn a_mail_without_a_date_keeps_no_other_mail_out() {
    for odd in [vec![1], vec![20], vec![40], vec![7, 8], vec![1, 13, 40]] {
        let server = server(40, &odd, &[]).await;
        let mut mailbox = ImapMailbox::new(server.settings());
        let found = listed(&mut mailbox).await;
        assert_eq!((found.len(), dateless(&found)), (40, odd.clone()), "only that mail has no date");
        assert!(found.iter().all(|message| message.size_bytes == RAW.len() as u64));
        let connections = server.state().connections;
        assert!(connections <= 2 + 2 * odd.len(), "{odd:?}: {connections} connections");
        assert_eq!(listed(&mut mailbox).await, found);
        assert_eq!(server.state().connections, connections, "what is odd is remembered");
    }
}

#[tokio::test]
async fn a_mail_without_a_date_is_fetched_and_archived_like_any_other() {
    let server = server(3, &[2], &[]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let mut spool = Spool::default();
    server.twist("IDLE", support::imap_script::Act::Say("{tag} NO not here\r\n".into()));
    round(&mut mailbox, &mut spool).await.expect("a round");
    assert_eq!(spool.texts(), [RAW; 3]);
    assert!(server.state().inbox.is_empty());
    assert_eq!(listed(&mut mailbox).await, []);
}

#[tokio::test]
async fn a_server_that_never_gives_a_date_hands_out_its_mail_all_the_same() {
    let all: Vec<u32> = (1..=300).collect();
    let server = server(300, &all, &[]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let found = listed(&mut mailbox).await;
    assert_eq!(dateless(&found), all);
    let connections = server.state().connections;
    assert!(connections <= 12, "{connections} connections");
    server.state().inbox.insert(301, mail(RAW.as_bytes()));
    assert_eq!(listed(&mut mailbox).await.len(), 301);
    assert_eq!(server.state().connections, connections);
}

#[tokio::test]
async fn a_mail_whose_size_cannot_be_read_is_taken_for_a_large_one() {
    let server = server(5, &[3], &[4]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    let found = listed(&mut mailbox).await;
    let sizes: Vec<u64> = found.iter().map(|message| message.size_bytes).collect();
    let ordinary = RAW.len() as u64;
    assert_eq!(sizes, [ordinary, ordinary, ordinary, u64::from(u32::MAX), ordinary]);
    assert_eq!(dateless(&found), [3]);
}

#[tokio::test]
async fn another_inbox_under_the_same_name_is_learnt_anew() {
    let server = server(5, &[3], &[]).await;
    let mut mailbox = ImapMailbox::new(server.settings());
    assert_eq!(dateless(&listed(&mut mailbox).await), [3]);
    {
        let mut state = server.state();
        state.uid_validity = 18;
        state.inbox.insert(3, mail(RAW.as_bytes()));
    }
    assert_eq!(dateless(&listed(&mut mailbox).await), [0; 0]);
}
