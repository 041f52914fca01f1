//! Message-IDs of ours: found again whatever became of them on the way, and made by nobody else.

use proptest::prelude::*;

use siaga::domain::message_id::MessageIdKey;
use siaga::domain::outgoing::OutboxId;
use siaga::domain::ticket::TicketId;

fn key(byte: u8) -> MessageIdKey {
    MessageIdKey::new([byte; 32])
}

proptest! {
    #[test]
    fn a_reply_finds_its_mail(outbox in 1_i64.., ticket in prop::option::of(1_i64..), domain in "[A-Za-z0-9.-]{1,60}") {
        let id = key(1).mint(OutboxId(outbox), ticket.map(TicketId), &domain);
        for on_the_way in [id.clone(), id.to_uppercase(), format!(" {id} ")] {
            let minted = key(1).recognise(&on_the_way).expect("ours");
            prop_assert_eq!((minted.outbox, minted.ticket), (OutboxId(outbox), ticket.map(TicketId)));
            prop_assert_eq!(&minted.header_id, &id, "the id as it stands in the outbox");
        }
        prop_assert!(id.len() <= 250 && id.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"()".contains(&byte)));
    }

    #[test]
    fn another_key_another_desk(outbox in 1_i64.., ticket in 1_i64.., domain in "[a-z]{1,20}") {
        let id = key(1).mint(OutboxId(outbox), Some(TicketId(ticket)), &domain);
        prop_assert_eq!(key(2).recognise(&id), None);
        prop_assert_eq!(key(1).recognise(&id.replace(&format!("@{domain}"), "@other.example")), None);
    }

    /// A number that was read in a mail of ours makes no id for another ticket.
    #[test]
    fn numbers_cannot_be_exchanged(one in 1_i64..1_000, other in 1_i64..1_000, domain in "[a-z]{1,20}") {
        prop_assume!(one != other);
        let id = key(1).mint(OutboxId(one), Some(TicketId(one)), &domain);
        let (_, tag) = id.rsplit_once('.').expect("a tag");
        for forged in [
            format!("k1.{other}.{one}.{tag}"),
            format!("k1.{one}.{other}.{tag}"),
            format!("k1.{one}{one}.{tag}"),
            format!("k1.{one}.{one}.{one}.{tag}"),
            format!("k1.0{one}.{one}.{tag}"),
            format!("k2.{one}.{one}.{tag}"),
        ] {
            prop_assert_eq!(key(1).recognise(&forged), None, "{}", forged);
        }
    }

    #[test]
    fn no_stranger_makes_an_id_of_ours(id in prop_oneof![
        any::<String>(),
        "k1\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9a-f]{32}@[a-z]{1,9}",
        "[k1.@<>a-f0-9 ]{0,80}",
    ]) {
        prop_assert_eq!(key(1).recognise(&id), None);
    }
}

/// One ticket's mails have different ids, and so have all mails without a ticket.
#[test]
fn no_two_mails_share_an_id() {
    let mut ids: Vec<String> = (1..200)
        .flat_map(|row| [None, Some(TicketId(7)), Some(TicketId(row))].map(|ticket| (row, ticket)))
        .map(|(row, ticket)| key(1).mint(OutboxId(row), ticket, "desk.example"))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    // Row 7 is minted for its own ticket and for ticket 7, which is the same.
    assert_eq!(ids.len(), all - 1);
}
