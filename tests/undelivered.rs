//! Mails that ask somebody to act and reach him not: somebody else is told, once and without end.

mod support;

use siaga::store::outbox::{Entry, State};
use support::letters::Letter;
use support::world::{Received, World};

const ANI: &str = "ani@csirt.example";
const DEDI: &str = "dedi@csirt.example";
const KABID: &str = "kabid@csirt.example";

fn overdue(dead: &[&str]) -> World {
    let mut world = World::new();
    world.provider.borrow_mut().dead = dead.iter().map(|address| (*address).to_owned()).collect();
    let report = Letter::from("budi@warga.example").subject("Situs dinas diretas").text("Halaman utama berubah.");
    world.writes(&report);
    world.until("2026-11-23 10:31");
    world
}

fn alerts(world: &World, address: &str) -> Vec<Received> {
    let mails = world.mailbox_of(address);
    mails.into_iter().filter(|mail| mail.subject.contains("TIDAK sampai")).collect()
}

#[test]
fn an_escalation_to_a_dead_mailbox_is_told_to_the_other_staff_once() {
    let world = overdue(&[KABID]);
    for analyst in [ANI, DEDI] {
        let alerts = alerts(&world, analyst);
        assert_eq!(alerts.len(), 1);
        assert!(alerts[0].words().contains("kabid[@]csirt[.]example, anggota tim"), "{}", alerts[0].text);
        assert!(alerts[0].text.contains("550 5.1.1 no such user"));
    }
}

#[test]
fn reminders_to_a_dead_analyst_are_told_to_the_other_and_to_the_kabid_once_a_day() {
    let world = overdue(&[ANI]);
    let failed = world.outbox().into_iter().filter(|mail| mail.recipient == ANI && mail.state == State::Failed).count();
    assert!(failed > 1, "the notice of the ticket and the reminders");
    for other in [DEDI, KABID] {
        assert_eq!(alerts(&world, other).len(), 1, "{other}");
    }
}

#[test]
fn where_nobody_can_be_reached_no_alert_begets_another() {
    let world = overdue(&[ANI, DEDI, KABID]);
    let alerts: Vec<Entry> = world.outbox().into_iter().filter(|mail| mail.notice == "desk_alert").collect();
    assert_eq!(alerts.len(), 6, "each of three to the two others");
    assert!(alerts.iter().all(|mail| mail.state == State::Failed));
}

#[test]
fn a_reminder_that_bounces_after_it_was_taken_is_told_as_well() {
    let mut world = overdue(&[]);
    let ours = world.mailbox_of(KABID).remove(0).message_id;
    let raw = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Message-ID: <b1@mail.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nCould not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
         Final-Recipient: rfc822; kabid@csirt.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\n\r\n--b--\r\n"
    );
    world.deliver_raw(raw.into_bytes());
    world.take_in();
    assert_eq!((alerts(&world, ANI).len(), alerts(&world, DEDI).len(), alerts(&world, KABID).len()), (1, 1, 0));
}
