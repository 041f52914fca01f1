//! Ways in that were tried on a running desk by somebody who knew only its public text.

use chrono::TimeDelta;
use siaga::domain::Time;
use siaga::domain::evidence::{Dkim, TrustRules};
use siaga::domain::stage::{Disposition, Status};
use siaga::mail::evidence::Keys;
use siaga::store::suppressed;

use crate::office::{answers, approval, arrives, delivered, desk, desk_with, in_review, pass, report};
use crate::support::keys::{Signer, dns_is_down};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, DEDI, DINKES, KABID, status};
use crate::support::world::World;

const SPAM: Status = Status::Closed(Disposition::Spam);
const SIGNED: &[&str] = &["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To"];

/// A desk that believes signatures alone, with a ticket.
fn signed_desk() -> World {
    dns_is_down(false);
    let mut world = desk_with(|config| config.settings.trust.use_results = false);
    report(&mut world);
    world
}

fn takes(world: &mut World, raw: Vec<u8>) {
    world.deliver_raw(raw);
    world.take_in();
}

fn reopened(world: &mut World, signer: &Signer) {
    let reply = world.reply(ANI, "Baru", "#buka ternyata benar").id("buka@csirt.example");
    takes(world, signer.sign(&reply.raw()));
    assert_ne!(status(world), SPAM, "opened again");
}

#[test]
fn case_14_an_approval_delivered_again_byte_for_byte_is_nothing() {
    let mut world = in_review();
    let genuine = delivered(&approval(&world).raw(), Some(&pass("csirt.example")));
    takes(&mut world, genuine.clone());
    assert_eq!(status(&world), Status::Approved);
    answers(&mut world, KABID, "Mohon reviu", "#batal");
    assert_eq!(status(&world), Status::Review, "taken back");
    let sent = world.sent().len();
    takes(&mut world, genuine);
    assert_eq!((status(&world), world.tickets().len(), world.sent().len()), (Status::Review, 1, sent));
    assert_eq!(world.events().last().map(|event| event.kind.clone()).as_deref(), Some("duplicate_received"));
}

/// Whoever was in Cc holds a copy that its signature vouches for.
#[test]
fn case_15_an_order_that_is_replayed_below_another_header_is_no_second_order() {
    let mut world = signed_desk();
    let signer = Signer::of("csirt.example");
    let order = signer.sign_with(&world.reply(ANI, "Baru", "#spam").raw(), SIGNED, |signer| signer);
    takes(&mut world, order.clone());
    assert_eq!(status(&world), SPAM);
    reopened(&mut world, &signer);
    takes(&mut world, [b"Keywords: lagi\r\n".as_slice(), &order].concat());
    assert_ne!(status(&world), SPAM);
}

/// Case 14a counts for a forwarder's copy, not for one that is kept back.
#[test]
fn a_better_proved_copy_that_comes_months_later_orders_nothing() {
    let mut world = desk();
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#spam").raw();
    takes(&mut world, delivered(&order, None));
    assert_ne!(status(&world), SPAM);
    world.sleep_until("2026-12-23 09:00");
    takes(&mut world, delivered(&order, Some(&pass("csirt.example"))));
    assert_ne!(status(&world), SPAM);
}

#[test]
fn an_order_obeyed_before_evidence_was_asked_for_is_not_obeyed_again() {
    let mut world = desk_with(|config| config.settings.command.require_evidence = false);
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#spam").raw();
    takes(&mut world, delivered(&order, None));
    assert_eq!(status(&world), SPAM);
    let reply = world.reply(ANI, "Baru", "#buka ternyata benar").id("buka@csirt.example");
    arrives(&mut world, &reply, None);
    assert_ne!(status(&world), SPAM);
    world.reconfigure(|config| config.settings.command.require_evidence = true);
    takes(&mut world, delivered(&order, Some(&pass("csirt.example"))));
    assert_ne!(status(&world), SPAM);
}

/// Message-IDs are no secret: whoever knows one of the Kabid's must not be able to take his code away.
#[test]
fn wrong_codes_in_mail_that_the_domain_denies_leave_the_right_one_alone() {
    let mut world = in_review();
    let right = approval(&world);
    for number in 0..6 {
        let forged = world.reply(KABID, "Mohon reviu", "#setuju AAAA-BBBB").id(&format!("p{number}@evil.example"));
        arrives(&mut world, &forged, Some("mx.csirt.example; dmarc=fail header.from=csirt.example"));
    }
    arrives(&mut world, &right, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

/// A signature covers the lowest header of a name; a second one above it is what programs show.
#[test]
fn a_header_put_above_the_signed_one_of_its_name_breaks_the_signature() {
    for above in [
        "Subject: Re: [CIAMIS-2026-0001]",
        "Content-Type: text/plain",
        "In-Reply-To: <x@evil.example>",
        "Date: x",
        "To: x@evil.example",
    ] {
        let mut world = signed_desk();
        let order =
            Signer::of("csirt.example").sign_with(&world.reply(ANI, "Baru", "#spam").raw(), SIGNED, |signer| signer);
        takes(&mut world, [above.as_bytes(), b"\r\n", &order].concat());
        assert_ne!(status(&world), SPAM, "{above}");
    }
}

/// Each name is looked for among all headers: nine thousand of the one and fifteen thousand of the
/// other kept the reader busy for ten seconds.
#[test]
fn a_signature_over_thousands_of_names_is_not_worked_out() {
    let names: String = (0..9_000).map(|number| format!(":{number:04x}")).collect();
    let mut raw = Vec::new();
    for _ in 0..3 {
        let signature =
            "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=evil.example; s=s1; bh=AAAA; b=AAAA; h=From";
        raw.extend_from_slice(format!("{signature}{names}\r\n").as_bytes());
    }
    raw.extend_from_slice("zzzz:\r\n".repeat(15_000).as_bytes());
    raw.extend_from_slice(&Letter::from("a@evil.example").raw());
    let mail = siaga::mail::parse::parse(&raw).expect("read");
    let rules = TrustRules { dkim: true, ..TrustRules::default() };
    assert_eq!(mail.claims.judged(&rules, Some(&Keys::new()), Time::UNIX_EPOCH).dkim, Dkim::Weak);
}

/// The form's robot is forged, and names the Kabid as who filled it in.
#[test]
fn whoever_forges_the_form_acts_in_nobodys_name() {
    let robot = "formulir@ciamiskab.go.id";
    let mut world = desk_with(|config| config.settings.intake.form_senders = vec![robot.parse().expect("valid")]);
    let letter = Letter::from(robot).header("Reply-To", KABID).subject("Situs").text("#setuju\nSitus dinkes diretas");
    arrives(&mut world, &letter, None);
    let (tickets, events) = (world.tickets(), world.events());
    assert_eq!((tickets.len(), status(&world)), (1, Status::New));
    assert!(events.iter().all(|event| !event.actor.starts_with("kabid:")), "{events:?}");
    assert!(!world.latest(KABID, "Laporan diterima").words().contains("diretas"));
}

/// Case 1: the team learns of it, once an hour, and whoever is named does not.
#[test]
fn the_team_is_told_of_a_forged_name_once_an_hour_and_the_named_one_is_not() {
    let mut world = in_review();
    let told = |world: &World, who: &str| {
        world.mailbox_of(who).iter().filter(|mail| mail.subject.contains("ditolak: mohon ditanyakan")).count()
    };
    for (minute, expected) in [(0, 1), (30, 1), (29, 1), (1, 2)] {
        world.minutes(minute);
        let forged = Letter::from(KABID).subject("Re: [CIAMIS-2026-0001]").text(&format!("#setuju {minute}"));
        arrives(&mut world, &forged, None);
        assert_eq!((told(&world, ANI), told(&world, DEDI), told(&world, KABID)), (expected, expected, 0), "{minute}");
    }
}

/// Case 29; case 28 has the same way.
#[test]
fn the_team_is_told_that_a_code_came_in_another_hand() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    answers(&mut world, ANI, "Baru", &format!("#setuju {code}"));
    assert!(world.latest(DEDI, "ditolak: mohon ditanyakan").words().contains("milik orang lain"));
    assert!(!world.mailbox_of(ANI).iter().any(|mail| mail.subject.contains("mohon ditanyakan")));
}

/// One alarm an hour about any name: a forged OPD kept it from being told that the Kabid was forged too.
#[test]
fn one_forged_name_hid_another_behind_the_alarm_about_it() {
    let mut world = in_review();
    let alarms = |world: &World| {
        let mails = world.mailbox_of(DEDI);
        let of = |name: &str| mails.iter().filter(|mail| mail.words().contains(name)).count();
        (of("atas nama admin[@]dinkes"), of("atas nama kabid[@]csirt"), of("atas nama ani[@]csirt"))
    };
    let forged = |name: &str, number: u32| {
        Letter::from(name).subject("Re: [CIAMIS-2026-0001]").text(&format!("#status\n{number}"))
    };
    for number in 0..3 {
        for name in [DINKES, KABID, ANI] {
            arrives(&mut world, &forged(name, number), None);
        }
    }
    assert_eq!(alarms(&world), (1, 1, 1), "each name once");
    let engine = world.shared.engine.borrow();
    let unsaid = suppressed::counts(engine.store().db(), world.now() - TimeDelta::hours(1)).expect("counts");
    assert!(unsaid.iter().any(|one| one.reason == "name_hour" && one.count == 6), "{unsaid:#?}");
}

/// An office has many contacts: their names together have a cap, which is nobody of the team's.
#[test]
fn the_names_of_many_opds_do_not_bury_the_team_and_hide_nobody_of_it() {
    let mut world = in_review();
    world.reconfigure(|config| config.settings.limits.misuse_hour = 1);
    let opds: Vec<String> = {
        let people = &world.config().people.opds;
        people.iter().flat_map(|opd| &opd.contacts).map(|person| person.address.to_string()).collect()
    };
    assert!(opds.len() > 2, "{opds:?}");
    for name in opds.iter().map(String::as_str).chain([KABID]) {
        let forged = Letter::from(name).subject("Re: [CIAMIS-2026-0001]").text("#status");
        arrives(&mut world, &forged, None);
    }
    let mails = world.mailbox_of(DEDI);
    let alarms: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("ditolak: mohon ditanyakan")).collect();
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    assert!(alarms[1].words().contains("atas nama kabid[@]csirt"));
}
