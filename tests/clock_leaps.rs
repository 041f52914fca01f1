//! A clock that leaps: nobody is escalated to for it, and no mail is given up.

mod support;

use siaga::clock::SetClock;
use siaga::daemon::Shared;
use siaga::domain::outgoing::SendOutcome;
use siaga::store::outbox::State;
use support::letters::Letter;
use support::world::{World, wib};

const KABID: &str = "kabid@csirt.example";

fn report(sender: &str) -> Letter {
    Letter::from(sender).subject("Situs dinas disusupi judi online").text("Halaman agenda menampilkan iklan judi.")
}

/// Tickets the Kabid has been told of.
fn escalated(world: &World) -> usize {
    let told: String = world.mailbox_of(KABID).iter().map(|mail| mail.subject.clone() + &mail.text).collect();
    world.tickets().iter().filter(|ticket| told.contains(&ticket.number.to_string())).count()
}

fn clock(world: &World) -> &Shared<SetClock> {
    &world.shared
}

#[test]
fn a_clock_that_leaps_escalates_nothing_until_the_mail_server_agrees() {
    let mut world = World::new();
    world.writes(&report("budi@warga.example"));
    world.timers_round();
    clock(&world).clock.leap(wib("2026-11-23 11:30"));
    for _ in 0..3 {
        world.timers_round();
    }
    assert_eq!(escalated(&world), 0);
    let alerts = world.mailbox_of("ani@csirt.example");
    assert_eq!(alerts.iter().filter(|mail| mail.subject.contains("Jam server melompat")).count(), 1);
    // The server dates it by the same clock.
    world.writes(&report("siti@warga.example"));
    world.timers_round();
    assert_eq!(escalated(&world), 1);
}

#[test]
fn a_leap_that_is_put_right_has_escalated_nothing() {
    let mut world = World::new();
    world.writes(&report("budi@warga.example"));
    world.timers_round();
    // In the midday rest: nothing may be put off until its end either.
    clock(&world).clock.leap(wib("2026-11-25 12:00"));
    world.timers_round();
    clock(&world).clock.leap(wib("2026-11-23 07:31"));
    world.timers_round();
    assert_eq!(escalated(&world), 0);
    world.until("2026-11-23 10:31");
    assert_eq!(escalated(&world), 1, "at its time");
}

#[test]
fn no_more_escalations_leave_in_one_run_than_allowed() {
    let mut world = World::new();
    world.shared.escalations_max = 2;
    for sender in ["ani", "budi", "citra", "dodi", "euis"] {
        world.writes(&report(&format!("{sender}@warga.example")));
    }
    // The first rung of each is due, and no other.
    for (moment, so_far) in [("10:00:00", 2), ("10:00:30", 2), ("10:01:00", 4), ("10:02:00", 5), ("10:03:00", 5)] {
        world.sleep_until(&format!("2026-11-23 {moment}"));
        world.timers_round();
        assert_eq!(escalated(&world), so_far, "{moment}");
    }
}

#[test]
fn a_leap_costs_a_mail_that_waits_one_try_and_never_all_of_them() {
    let mut world = World::new();
    let refused = SendOutcome::Transient { reply: "451 4.3.0 later".to_owned() };
    world.provider.borrow_mut().answers = vec![refused; 100].into();
    world.deliver(&report("budi@warga.example"));
    world.inbox_round().expect("a ticket");
    world.send();
    clock(&world).clock.leap(wib("2026-12-23 07:30"));
    for _ in 0..5 {
        world.send();
    }
    let outbox = world.outbox();
    assert!(outbox.iter().all(|mail| (mail.state, mail.attempts) == (State::Queued, 2)), "{outbox:#?}");
}
