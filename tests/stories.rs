//! Stories of people on a simulated clock, over the real engine and database.

mod support;

use std::collections::BTreeMap;

use siaga::domain::outgoing::SendOutcome;
use siaga::domain::role::Audience;
use siaga::domain::sop::Sop;
use siaga::domain::stage::Stage;
use siaga::store::outbox::State;

use support::letters::Letter;
use support::world::World;

fn report(text: &str) -> Letter {
    Letter::from("Budi <budi@warga.example>").subject("Situs berubah").text(text)
}

/// Whether a subject is that of a reminder or an escalation.
fn is_deadline(subject: &str) -> bool {
    subject.contains("] Tenggat") || subject.contains("] Lewat tenggat")
}

#[test]
fn half_the_time_four_fifths_and_the_deadline_each_once() {
    let mut world = World::new();
    world.until("2026-11-23 10:30");
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah sejak pukul 10.00."));
    world.until("2026-11-25 16:00");
    insta::assert_snapshot!(world.story());
}

#[test]
fn a_report_on_friday_evening_wakes_nobody_on_saturday() {
    let mut world = World::new();
    world.until("2026-11-27 17:20");
    world.writes(&report("Situs kec-kawali.ciamiskab.go.id hitam sejak pukul 17.00."));
    world.until("2026-12-01 16:00");
    insta::assert_snapshot!(world.story());
}

#[test]
fn reminders_survive_a_restart_and_are_not_repeated() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah sejak pukul 07.00."));
    world.until("2026-11-23 09:10");
    let before = world.outbox().len();
    world.restart();
    world.timers_round();
    assert_eq!(world.outbox().len(), before);
    world.until("2026-11-23 16:00");
    let deadlines = |address: &str| world.mailbox_of(address).iter().filter(|mail| is_deadline(&mail.subject)).count();
    assert_eq!(deadlines("ani@csirt.example"), 2);
    assert_eq!(deadlines("kabid@csirt.example"), 2, "nobody takes it, and the deadline");
}

#[test]
fn after_a_standstill_only_the_latest_reminder_is_sent_and_in_working_hours() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah sejak pukul 07.00."));
    // The machine is off from the report until the night.
    world.sleep_until("2026-11-23 22:00");
    world.restart();
    world.timers_round();
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1, "nobody is woken at night");
    world.until("2026-11-24 09:00");
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 2, "80 per cent overtakes 50");
    assert_eq!(world.mailbox_of("kabid@csirt.example").len(), 1, "both rungs are one mail");
    let overtaken = world.events().iter().filter(|event| event.kind == "reminder_overtaken").count();
    assert_eq!(overtaken, 1);
}

#[test]
fn a_clock_set_back_fires_nothing_twice() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah sejak pukul 07.00."));
    world.until("2026-11-23 12:00");
    let before = world.outbox().len();
    world.sleep_until("2026-11-23 08:00");
    world.timers_round();
    world.until("2026-11-23 15:00");
    assert_eq!(world.outbox().len(), before);
}

#[test]
fn a_server_that_puts_a_mail_off_gets_it_again_and_takes_it_once() {
    let mut world = World::new();
    world.provider.borrow_mut().answers.push_back(SendOutcome::Transient { reply: "451 4.7.1 Greylisted".to_owned() });
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    assert!(world.mailbox_of("budi@warga.example").is_empty());
    world.minutes(2);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert_eq!(world.outbox()[0].attempts, 2);
}

#[test]
fn a_refused_mail_is_given_up_visibly() {
    let mut world = World::new();
    world
        .provider
        .borrow_mut()
        .answers
        .push_back(SendOutcome::Permanent { reply: "550 5.1.1 No such user".to_owned() });
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.minutes(600);
    assert!(world.mailbox_of("budi@warga.example").is_empty());
    assert_eq!(world.outbox()[0].state, State::Failed);
    assert!(world.events().iter().any(|event| event.kind == "delivery_failed"));
}

#[test]
fn a_mail_put_off_for_three_days_is_given_up() {
    let mut world = World::new();
    let put_off = SendOutcome::Transient { reply: "451 later".to_owned() };
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.provider.borrow_mut().answers.extend(std::iter::repeat_n(put_off, 500));
    world.minutes(10);
    world.writes(&report("Laporan kedua dengan isi yang lain.").subject("Laporan kedua"));
    world.minutes(4 * 24 * 60);
    let states: Vec<_> =
        world.outbox().iter().filter(|mail| mail.notice == "report_received").map(|mail| mail.state).collect();
    assert_eq!(states, [State::Sent, State::Failed]);
}

#[test]
fn an_unreachable_server_costs_no_mail_an_attempt() {
    let mut world = World::new();
    let away = SendOutcome::Unavailable { reason: "connection refused".to_owned(), needs_person: false };
    world.provider.borrow_mut().answers.push_back(away);
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    assert!(world.sent().is_empty());
    assert_eq!(world.outbox()[0].attempts, 0);
    world.send();
    assert_eq!(world.sent().len(), 3);
}

#[test]
fn in_doubt_an_acknowledgement_is_not_repeated_and_a_request_is() {
    let mut world = World::new();
    let doubt = SendOutcome::InDoubt { reason: "the connection broke after the final dot".to_owned() };
    world.provider.borrow_mut().answers.extend([doubt.clone(), doubt]);
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.minutes(5);
    let outbox = world.outbox();
    assert_eq!((outbox[0].notice.as_str(), outbox[0].state), ("report_received", State::InDoubt));
    assert_eq!((outbox[1].notice.as_str(), outbox[1].state, outbox[1].doubtful), ("ticket_opened", State::Sent, true));
    assert!(world.mailbox_of("budi@warga.example").is_empty());
}

#[test]
fn a_process_killed_while_sending_leaves_its_doubt_in_the_row() {
    let mut world = World::new();
    world.deliver(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.inbox_round().expect("taken in");
    let claimed = world.shared.with_engine(|engine, now| engine.settle_and_claim(None, now)).expect("claim");
    assert!(claimed.is_some_and(|mail| mail.recipient.as_str() == "budi@warga.example"));
    world.restart();
    world.send();
    let outbox = world.outbox();
    assert_eq!(outbox[0].state, State::InDoubt);
    assert!(world.mailbox_of("budi@warga.example").is_empty());
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1);
}

#[test]
fn the_logbook_of_a_busy_day_is_an_unbroken_chain() {
    let mut world = World::new();
    for number in 0..5 {
        world.writes(&report(&format!("Laporan {number} tentang dinkes.ciamiskab.go.id.")));
        world.minutes(20);
    }
    let engine = world.shared.engine.borrow();
    assert_eq!(siaga::store::logbook::first_broken(engine.store().db()).expect("verify"), None);
}

#[test]
fn the_kabids_answer_to_an_escalation_reaches_both_analysts() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.until("2026-11-23 12:00");
    let escalation = world.mailbox_of("kabid@csirt.example").pop().expect("the deadline has passed");
    let answer = Letter::from("Kepala Bidang <kabid@csirt.example>")
        .subject(&format!("Re: {}", escalation.subject))
        .text("Mohon segera diselesaikan, saya tunggu sampai pukul 13.00.")
        .answers(&escalation.message_id);
    world.writes(&answer);
    for analyst in ["ani@csirt.example", "dedi@csirt.example"] {
        let told = world.mailbox_of(analyst).pop().expect("told before");
        assert!(told.words().contains("saya tunggu sampai pukul 13.00"), "{analyst} last read {}", told.subject);
    }
    assert_eq!(world.mailbox_of("kabid@csirt.example").len(), 2, "nothing came back to him");
}

#[test]
fn an_analyst_is_not_told_of_what_he_wrote_himself_but_the_other_is() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    let opened = world.mailbox_of("ani@csirt.example").remove(0);
    let note = Letter::from("Ani Analis <ani@csirt.example>")
        .subject(&format!("Re: {}", opened.subject))
        .text("Sudah saya periksa, halaman itu memang diretas.")
        .answers(&opened.message_id);
    world.writes(&note);
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1);
    assert_eq!(world.mailbox_of("dedi@csirt.example").len(), 2);
}

#[test]
fn what_one_person_is_told_of_one_step_at_one_moment_is_one_mail() {
    let mut world = World::with(|config| {
        let rule = |stage: &Stage| (*stage, config.sop.rule(*stage).clone());
        let mut rules: BTreeMap<_, _> = Stage::ALL.iter().map(rule).collect();
        for rung in rules.get_mut(&Stage::Verification).into_iter().flat_map(|rule| &mut rule.ladder) {
            rung.to = Audience::Analysts;
        }
        config.sop = Sop::new(rules).expect("every stage has its rule");
    });
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.sleep_until("2026-11-23 14:00");
    world.timers_round();
    let told: Vec<_> =
        world.mailbox_of("ani@csirt.example").into_iter().filter(|mail| is_deadline(&mail.subject)).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].subject.contains("Lewat"), "the last word of it: {}", told[0].subject);
}

#[test]
fn what_one_person_is_told_of_several_tickets_at_one_moment_is_one_mail() {
    let mut world = World::new();
    world.deliver(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.deliver(&report("Situs jdih.ciamiskab.go.id berubah."));
    world.take_in();
    assert_eq!(world.tickets().len(), 2);
    world.until("2026-11-23 15:00");
    let gathered = world.outbox().into_iter().filter(|mail| mail.notice == "deadlines");
    assert!(gathered.clone().count() >= 4, "to both analysts at half, and to the Kabid later");
    let told = world.latest("kabid@csirt.example", "2 tiket").words();
    assert!(told.contains("CIAMIS-2026-0001") && told.contains("CIAMIS-2026-0002"), "{told}");
}

#[test]
fn a_request_in_doubt_for_ever_is_given_up_visibly() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    let doubt = SendOutcome::InDoubt { reason: "the connection broke after the final dot".to_owned() };
    world.provider.borrow_mut().answers.extend(std::iter::repeat_n(doubt, 5000));
    world.minutes(10 * 24 * 60);
    let waiting = world.outbox().into_iter().filter(|mail| mail.state == State::Queued).count();
    assert_eq!(waiting, 0);
    assert!(world.outbox().iter().any(|mail| mail.notice == "deadline" && mail.state == State::Failed));
    assert!(world.events().iter().any(|event| event.kind == "delivery_failed"));
}

#[test]
fn a_week_without_a_provider_loses_no_mail_and_its_first_refusal_is_not_its_last() {
    let mut world = World::new();
    let away = SendOutcome::Unavailable { reason: "connection refused".to_owned(), needs_person: false };
    world.provider.borrow_mut().answers.push_back(away);
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.sleep_until("2026-11-30 08:00");
    let put_off = SendOutcome::Transient { reply: "451 later".to_owned() };
    world.provider.borrow_mut().answers.push_back(put_off);
    world.send();
    assert!(world.outbox().iter().all(|mail| mail.state != State::Failed));
    world.minutes(5);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
}

#[test]
fn a_ticket_whose_reminder_cannot_be_written_holds_no_other_up() {
    let mut world = World::new();
    world.writes(&report("Situs dinkes.ciamiskab.go.id berubah."));
    world.writes(&report("Laporan kedua dengan isi yang lain.").subject("Laporan kedua"));
    let broken = world.tickets()[0].id;
    let path = world.folder().join("siaga.db");
    let db = rusqlite::Connection::open(path).expect("the database");
    // A status this program does not know: the ticket cannot be read.
    db.execute("UPDATE ticket SET status = 'entah' WHERE id = ?1", [broken.0]).expect("broken");
    world.sleep_until("2026-11-23 09:10");
    let ticked = world.shared.with_engine(|engine, now| engine.tick(now));
    assert!(ticked.is_err(), "the failure is told");
    world.send();
    let reminders = world.mailbox_of("ani@csirt.example");
    assert!(reminders.last().expect("told").subject.contains("CIAMIS-2026-0002"), "{reminders:?}");
    assert_eq!(reminders.iter().filter(|mail| is_deadline(&mail.subject)).count(), 1);
}
