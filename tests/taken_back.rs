//! What is taken back with `#batal` was never heard of outside the team.

#[path = "support/mod.rs"]
mod support;

use siaga::store::outbox::State;
use support::reported::{ANI, KABID, forwarded, in_review, reported};
use support::world::World;

const TEAM: &[&str] = &[ANI, "dedi@csirt.example", KABID, "plh@csirt.example"];

/// Gives orders, takes them back within the hold, and lets a working day pass.
fn nobody_outside_hears(mut world: World, (who, about): (&str, &str), orders: &str) {
    let outside = |world: &World| world.sent().into_iter().filter(|mail| !TEAM.contains(&mail.to.as_str())).count();
    let (before, was) = (outside(&world), world.tickets());
    world.replies(who, about, orders);
    assert!(world.transcript(who).words().contains("Dicatat."), "{orders}: {}", world.transcript(who).text);
    world.minutes(4);
    assert_eq!(outside(&world), before, "{orders}: nothing has left");
    let held = world.outbox().into_iter().filter(|mail| mail.state == State::Queued).count();
    world.replies(who, about, "#batal");
    assert_eq!(world.tickets()[0].status, was[0].status, "{orders}: {}", world.transcript(who).text);
    let withdrawn = world.outbox().into_iter().filter(|mail| mail.state == State::Withdrawn).count();
    assert_eq!(withdrawn, held, "{orders}: what waited is withdrawn, all of it");
    world.minutes(20);
    assert_eq!(outside(&world), before, "{orders}: and it never leaves");
}

#[test]
fn nobody_outside_the_team_hears_of_what_is_taken_back() {
    nobody_outside_hears(reported(), (ANI, "Baru"), "#tolak temuan tidak dapat diulang");
    nobody_outside_hears(reported(), (ANI, "Baru"), "#tanya\nDi halaman mana?");
    nobody_outside_hears(reported(), (ANI, "Baru"), "#valid judol tinggi dinkes");
    nobody_outside_hears(reported(), (ANI, "Baru"), "#balas\nMasih kami teliti.");
    let world = in_review();
    let approval = format!("#setuju {}", world.latest(KABID, "Mohon reviu").code());
    nobody_outside_hears(world, (KABID, "Mohon reviu"), &approval);
}

/// What leaves at once leaves the ticket as it is: it cannot be taken back.
#[test]
fn what_has_been_forwarded_cannot_be_taken_back() {
    let mut world = forwarded();
    world.replies(KABID, "Mohon reviu", "#batal");
    assert!(world.transcript(KABID).words().contains("tidak ada yang dapat dibatalkan"));
}

/// The analysts are told of an approval at once, and of its end as well; whoever ended it knows.
#[test]
fn the_team_hears_of_what_it_was_told_and_is_taken_back() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    let told = |world: &World, notice: &str| {
        let mails = world.outbox().into_iter().filter(|mail| mail.notice == notice);
        mails.map(|mail| mail.recipient).collect::<Vec<_>>()
    };
    let approved = told(&world, "report_approved");
    assert!(!approved.is_empty());
    world.minutes(2);
    world.replies(KABID, "Mohon reviu", "#batal");
    assert_eq!(told(&world, "command_withdrawn"), approved, "one mail for each");
    let mail = world.latest(ANI, "Dibatalkan");
    assert!(mail.words().contains("belum ada surel yang terkirim ke luar tim"), "{}", mail.text);
}
