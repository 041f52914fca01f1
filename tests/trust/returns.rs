//! Cases 54 and 55 where the provider has sub-addresses: a bounce is believed only at the return address
//! of the mail it is about.

use siaga::domain::outgoing::OutboxId;
use siaga::store::{outbox, suppressed};

use crate::office::{arrives, delivered, desk_with, pass, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI};
use crate::support::world::{Received, World};

const DESK: &str = "csirt@ciamiskab.go.id";

fn desk() -> World {
    let mut world = desk_with(|config| config.settings.command.subaddress = true);
    report(&mut world);
    world
}

fn bounce(to: &str, about: &Received) -> Vec<u8> {
    let text = format!(
        "From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Message-ID: <{}.b@relay.example>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
        to.len(),
        about.to,
        about.message_id
    );
    delivered(text.as_bytes(), None)
}

fn takes(world: &mut World, raw: Vec<u8>) {
    world.deliver_raw(raw);
    world.take_in();
}

fn said(world: &World, id: OutboxId) -> String {
    let engine = world.shared.engine.borrow();
    outbox::get(engine.store().db(), id).expect("a query").expect("a row").bounced
}

#[test]
fn case_55_a_bounce_counts_only_at_the_return_address_of_its_mail() {
    let mut world = desk();
    let ours = world.latest(ANI, "Baru");
    let returns = ours.mail.envelope_from.clone().expect("a request wants its bounce").to_string();
    assert!(returns.starts_with("csirt+b1") && !ours.text.contains(&returns), "{returns}");
    let other = world.outbox().into_iter().find(|mail| mail.recipient != ANI && mail.notice == "ticket_opened");
    let other = world.latest(&other.expect("another analyst").recipient, "Baru");
    let others = other.mail.envelope_from.clone().expect("its own").to_string();
    assert_ne!(returns, others, "each mail has its own");
    for forged in [DESK, others.as_str(), "csirt+b1aaaaaaaaaaaaaaaaaaaaaaaaaa@ciamiskab.go.id"] {
        takes(&mut world, bounce(forged, &ours));
        assert_eq!(said(&world, ours.mail.id), "", "{forged}");
        assert_eq!(world.tickets().len(), 1);
    }
    let shown = world.latest(ANI, "Pemberitahuan gagal kirim").words();
    assert!(shown.contains("tidak dikirim ke alamat pengembalian") && shown.contains("TIDAK berubah"), "{shown}");
    let proven = |event: &siaga::store::logbook::StoredEntry| event.detail.get("proven") == Some(&false.into());
    assert_eq!(world.events().iter().filter(|event| proven(event)).count(), 3);
    takes(&mut world, bounce(&returns.to_uppercase(), &ours));
    assert_eq!(said(&world, ours.mail.id), "failed (5.1.1)");
}

/// Whoever knew the Message-ID of an acknowledgement had its reader put among those who cannot be reached,
/// and his next acknowledgement withheld. Such mail leaves with the null sender and comes back nowhere.
#[test]
fn a_forged_bounce_of_an_acknowledgement_cut_the_reporter_off() {
    for subaddress in [true, false] {
        let mut world = desk_with(|config| config.settings.command.subaddress = subaddress);
        report(&mut world);
        let acknowledgement = world.mailbox_of(BUDI).remove(0);
        assert_eq!(acknowledgement.mail.envelope_from, None);
        takes(&mut world, bounce(DESK, &acknowledgement));
        assert_eq!(said(&world, acknowledgement.mail.id), "");
        let shown = world.latest(ANI, "Pemberitahuan gagal kirim").words();
        assert!(shown.contains("tidak dikirim ke alamat pengembalian"), "{shown}");
        let again =
            Letter::from(BUDI).subject("Situs desa berubah").text("Halaman https://desa.ciamiskab.go.id/ berubah.");
        arrives(&mut world, &again, None);
        assert_eq!(world.mailbox_of(BUDI).len(), 2, "he is acknowledged as before");
    }
}

/// A vacation notice goes to the return address (RFC 3834 section 4): it ends there.
#[test]
fn what_answers_the_return_address_is_answered_nothing_and_proves_nothing() {
    let mut world = desk();
    let returns = world.latest(ANI, "Baru").mail.envelope_from.expect("a request wants its bounce").to_string();
    let sent = world.sent().len();
    let away = Letter::from(ANI).header("Cc", &returns).header("Auto-Submitted", "auto-replied").text("Saya cuti.");
    arrives(&mut world, &away, Some(&pass("csirt.example")));
    assert_eq!(world.sent().len(), sent);
    let order = Letter::from(ANI).header("Cc", &returns).text("#spam");
    arrives(&mut world, &order, Some(&pass("csirt.example")));
    assert!(world.tickets().iter().all(|ticket| ticket.status.is_open()), "an order to it is no answer");
}

#[test]
fn without_sub_addresses_mail_comes_back_to_the_desk() {
    let mut world = desk_with(|_| {});
    report(&mut world);
    let ours = world.latest(ANI, "Baru");
    assert_eq!(ours.mail.envelope_from.as_ref().map(ToString::to_string).as_deref(), Some(DESK));
    takes(&mut world, bounce(DESK, &ours));
    assert_eq!(said(&world, ours.mail.id), "failed (5.1.1)");
}

/// Whoever knows one Message-ID of ours wrote as many bounces as he liked, and each was told to everybody.
#[test]
fn the_team_was_buried_in_bounces_that_anybody_can_write() {
    let mut world = desk();
    let ours = world.latest(ANI, "Baru");
    let told = |world: &World| {
        world.mailbox_of(ANI).iter().filter(|mail| mail.subject.contains("Pemberitahuan gagal kirim")).count()
    };
    let forge = |world: &mut World, from: usize| {
        (from..from + 8).for_each(|more| takes(world, bounce(&format!("csirt+{}@x.example", "a".repeat(more)), &ours)));
    };
    forge(&mut world, 1);
    let most = world.config().settings.limits.unproven_hour as usize;
    assert_eq!(told(&world), most, "the first ones are told");
    let unsaid = {
        let engine = world.shared.engine.borrow();
        suppressed::counts(engine.store().db(), world.now() - chrono::TimeDelta::hours(1)).expect("counts")
    };
    assert!(unsaid.iter().any(|one| one.reason == "unproven_hour" && one.count == 8 - most as u64), "{unsaid:#?}");
    let filed = world.events().iter().filter(|entry| entry.detail["proven"] == false).count();
    assert_eq!(filed, 8, "each stands on the ticket");
    world.minutes(61);
    forge(&mut world, 20);
    assert_eq!(told(&world), 2 * most);
}
