//! Every limit of `[answer]`, `[limits]` and `[notice]` at its value and one beyond it: what is said
//! at the limit, what is not said beyond it and why, and that a second less than its window is not enough.

mod support;

use chrono::TimeDelta;
use siaga::config::{self, Config};
use siaga::domain::answer::Caps;
use siaga::domain::limits::Limits;
use siaga::store::{storms, suppressed};

use support::letters::Letter;
use support::world::World;

/// No limit is ever reached.
const NONE: u32 = 1_000_000;

/// A desk on which nothing but what is asked about limits anything.
fn only(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        let settings = &mut config.settings;
        settings.caps =
            Caps { per_address_hour: NONE, per_address_day: NONE, without_evidence_hour: NONE, all_hour: NONE };
        settings.limits = Limits {
            domain_hour: NONE,
            subject_day: NONE,
            ticket_ten_minutes: NONE,
            ticket_hour: NONE,
            ticket_day: NONE,
            outsider_day: NONE,
            analyst_hour: NONE,
            storm_ten_minutes: NONE,
            storm_one_sender: NONE,
            held_hour: NONE,
            refusals_hour: NONE,
            ..settings.limits
        };
        settings.command.proofs_hour = NONE;
        change(config);
    })
}

/// A limit on answers.
struct Cap {
    /// Its key, for whoever reads the failure.
    key: &'static str,
    /// It in the configuration.
    of: fn(&mut Config) -> &mut u32,
    /// How it is called where it silences.
    reason: &'static str,
    minutes: i64,
    /// The letter with a number that wants an answer.
    letter: fn(&World, u32) -> Letter,
}

fn report(sender: &str, number: u32) -> Letter {
    Letter::from(sender).subject(&format!("hal {number}")).text(&format!("Laporan nomor {number} pada situs."))
}

fn of_one_address(_: &World, number: u32) -> Letter {
    report("budi@warga.example", number)
}

fn of_one_domain(_: &World, number: u32) -> Letter {
    report(&format!("w{number}@warga.example"), number)
}

fn of_anybody(_: &World, number: u32) -> Letter {
    report(&format!("w{number}@d{number}.example"), number)
}

fn of_one_subject(_: &World, number: u32) -> Letter {
    report("budi@warga.example", number).subject("Situs diretas")
}

/// The report, and then the reporter's questions how it stands.
fn about_one_ticket(world: &World, number: u32) -> Letter {
    match world.sent().into_iter().find(|mail| mail.to == "budi@warga.example") {
        None => report("budi@warga.example", 0),
        Some(first) => world.reply_to("budi@warga.example", &first, "#status").id(&format!("{number}@warga.example")),
    }
}

const CAPS: &[Cap] = &[
    Cap {
        key: "answer.per_address_hour",
        of: |config| &mut config.settings.caps.per_address_hour,
        reason: "address_hour",
        minutes: 60,
        letter: of_one_address,
    },
    Cap {
        key: "answer.per_address_day",
        of: |config| &mut config.settings.caps.per_address_day,
        reason: "address_day",
        minutes: 24 * 60,
        letter: of_one_address,
    },
    Cap {
        key: "answer.without_evidence_hour",
        of: |config| &mut config.settings.caps.without_evidence_hour,
        reason: "without_evidence",
        minutes: 60,
        letter: of_anybody,
    },
    Cap {
        key: "answer.all_hour",
        of: |config| &mut config.settings.caps.all_hour,
        reason: "all_hour",
        minutes: 60,
        letter: of_anybody,
    },
    Cap {
        key: "limits.domain_hour",
        of: |config| &mut config.settings.limits.domain_hour,
        reason: "domain_hour",
        minutes: 60,
        letter: of_one_domain,
    },
    Cap {
        key: "limits.subject_day",
        of: |config| &mut config.settings.limits.subject_day,
        reason: "same_subject",
        minutes: 24 * 60,
        letter: of_one_subject,
    },
    Cap {
        key: "limits.ticket_ten_minutes",
        of: |config| &mut config.settings.limits.ticket_ten_minutes,
        reason: "ticket_share",
        minutes: 10,
        letter: about_one_ticket,
    },
    Cap {
        key: "limits.ticket_hour",
        of: |config| &mut config.settings.limits.ticket_hour,
        reason: "ticket_share",
        minutes: 60,
        letter: about_one_ticket,
    },
    Cap {
        key: "limits.ticket_day",
        of: |config| &mut config.settings.limits.ticket_day,
        reason: "ticket_share",
        minutes: 24 * 60,
        letter: about_one_ticket,
    },
    Cap {
        key: "limits.outsider_day",
        of: |config| &mut config.settings.limits.outsider_day,
        reason: "outsider_day",
        minutes: 24 * 60,
        letter: of_one_address,
    },
];

/// Mails to people outside the team.
fn answers(world: &World) -> usize {
    world.outbox().iter().filter(|mail| !mail.recipient.ends_with("@csirt.example")).count()
}

fn reasons(world: &World) -> Vec<String> {
    let engine = world.shared.engine.borrow();
    let rows = suppressed::latest(engine.store().db(), None, 1_000).expect("rows");
    rows.into_iter().rev().map(|row| row.reason).collect()
}

fn later(world: &World, by: TimeDelta) {
    world.shared.clock.set(world.now() + by);
}

fn at_the_cap_and_beyond(cap: &Cap, value: u32) {
    let what = format!("{} = {value}", cap.key);
    let mut world = only(|config| *(cap.of)(config) = value);
    let mut number = 0;
    let mut writes = |world: &mut World| {
        number += 1;
        world.writes(&(cap.letter)(world, number));
    };
    (0..value).for_each(|_| writes(&mut world));
    assert_eq!((answers(&world), reasons(&world).len()), (value as usize, 0), "{what}: the last that is answered");
    writes(&mut world);
    assert_eq!((answers(&world), reasons(&world)), (value as usize, vec![cap.reason.to_owned()]), "{what}: one beyond");
    let window = TimeDelta::minutes(cap.minutes);
    later(&world, window - TimeDelta::seconds(1));
    writes(&mut world);
    assert_eq!(answers(&world), value as usize, "{what}: a second before its window is over");
    later(&world, TimeDelta::seconds(1));
    writes(&mut world);
    assert_eq!(answers(&world), value as usize + 1, "{what}: its window is over");
}

#[test]
fn an_answer_more_than_the_limit_is_not_given_and_is_written_down() {
    for cap in CAPS {
        at_the_cap_and_beyond(cap, 2);
    }
}

#[test]
fn the_shipped_limits_are_where_they_are_said_to_be() {
    for cap in CAPS {
        let shipped = *(cap.of)(&mut config::embedded());
        assert!(shipped > 0, "{} = 0 would answer nobody", cap.key);
        // Three hundred letters say no more than thirty.
        if shipped <= 30 {
            at_the_cap_and_beyond(cap, shipped);
        }
    }
}

#[test]
fn a_storm_begins_with_one_report_more_than_the_limit() {
    let shipped = config::embedded().settings.limits;
    for (many, one_sender) in
        [(2, NONE), (shipped.storm_ten_minutes, NONE), (NONE, 2), (NONE, shipped.storm_one_sender)]
    {
        let mut world = only(|config| {
            let limits = &mut config.settings.limits;
            (limits.storm_ten_minutes, limits.storm_one_sender) = (many, one_sender);
        });
        let value = many.min(one_sender);
        let letter = if many < one_sender { of_anybody } else { of_one_address };
        for number in 0..value {
            world.writes(&letter(&world, number));
        }
        assert!(!storms(&world), "{value} are no storm");
        world.writes(&letter(&world, value));
        assert!(storms(&world), "{} are one", value + 1);
        assert_eq!((answers(&world), reasons(&world)[0].as_str()), (value as usize, "storm"));
    }
}

#[test]
fn a_storm_lasts_while_half_an_hour_brings_as_many_reports_as_the_limit() {
    for (reports, lasts) in [(3, true), (2, false)] {
        let mut world = only(|config| {
            let limits = &mut config.settings.limits;
            (limits.storm_one_sender, limits.storm_ends_below) = (2, 3);
        });
        (0..3).for_each(|number| world.writes(&of_one_address(&world, number)));
        later(&world, TimeDelta::minutes(20));
        (1..reports).for_each(|number| world.writes(&of_anybody(&world, 10 + number)));
        later(&world, TimeDelta::minutes(20));
        world.writes(&of_anybody(&world, 20));
        assert_eq!(storms(&world), lasts, "{reports} reports in the last half hour");
    }
}

fn storms(world: &World) -> bool {
    storms::since(world.shared.engine.borrow().store().db()).expect("read").is_some()
}

#[test]
fn one_notice_more_than_an_analysts_share_is_told_with_others_when_it_is_time() {
    let every = config::embedded().settings.limits.gather_every;
    for value in [2, config::embedded().settings.limits.analyst_hour] {
        let mut world = only(|config| config.settings.limits.analyst_hour = value);
        (0..value).for_each(|number| world.writes(&of_anybody(&world, number)));
        assert_eq!(world.mailbox_of("ani@csirt.example").len(), value as usize);
        assert!(reasons(&world).is_empty());
        let gathered = |world: &World| world.outbox().iter().filter(|mail| mail.notice == "gathered").count();
        world.writes(&of_anybody(&world, value));
        assert_eq!(world.mailbox_of("ani@csirt.example").len(), value as usize, "{value} and one more");
        assert!(reasons(&world).iter().all(|reason| reason == "analyst_hour") && !reasons(&world).is_empty());
        world.timers_round();
        let first = gathered(&world);
        assert!(first > 0, "the first is told at once");
        world.writes(&of_anybody(&world, value + 1));
        later(&world, every - TimeDelta::seconds(1));
        world.timers_round();
        assert_eq!(gathered(&world), first, "a second before it is time");
        later(&world, TimeDelta::seconds(1));
        world.timers_round();
        assert_eq!(gathered(&world), 2 * first);
    }
}

#[test]
fn a_picture_of_exactly_the_room_there_is_goes_with_the_notice() {
    const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n";
    let picture = |size: usize, fill: u8| [HEAD, &vec![fill; size - HEAD.len()]].concat();
    let shipped = usize::try_from(config::embedded().settings.images_max).expect("a size");
    let cases: &[(usize, &[usize], usize)] = &[
        (40, &[40], 1),
        (40, &[41], 0),
        (40, &[20, 20], 2),
        (40, &[20, 21], 1),
        (40, &[41, 40], 1),
        (0, &[9], 0),
        (shipped, &[shipped], 1),
        (shipped, &[shipped + 1], 0),
    ];
    for (room, sizes, expected) in cases {
        let mut world = only(|config| config.settings.images_max = *room as u64);
        let mut letter = report("budi@warga.example", 1);
        for (fill, size) in (0..).zip(*sizes) {
            letter = letter.file(&format!("layar{fill}.png"), "image/png", &picture(*size, fill));
        }
        world.writes(&letter);
        let told = world.mailbox_of("ani@csirt.example").remove(0);
        let attached = String::from_utf8_lossy(&told.mail.bytes).matches("Content-Type: image/png").count();
        assert_eq!(attached, *expected, "{sizes:?} where there is room for {room}");
    }
}

/// What one person was not told, by notice and reason.
fn unsaid(world: &World, person: &str) -> Vec<(String, String)> {
    let engine = world.shared.engine.borrow();
    let rows = suppressed::latest(engine.store().db(), None, 1_000).expect("rows");
    rows.into_iter().rev().filter(|row| row.recipient == person).map(|row| (row.notice, row.reason)).collect()
}

fn told(world: &World, person: &str, notice: &str) -> usize {
    world.outbox().iter().filter(|mail| mail.recipient == person && mail.notice == notice).count()
}

const ANI: &str = "ani@csirt.example";

/// A limit on what one of the team is told in an hour.
fn of_the_team(
    set: fn(&mut Config, u32),
    (value, notice, reason): (u32, &str, &str),
    mut write: impl FnMut(&mut World, u32),
) -> World {
    let mut world = only(|config| set(config, value));
    world.writes(&report("budi@warga.example", 0));
    (1..=value).for_each(|number| write(&mut world, number));
    assert_eq!(told(&world, ANI, notice), value as usize, "{reason} = {value}");
    assert_eq!(unsaid(&world, ANI), [], "{reason} = {value}");
    write(&mut world, value + 1);
    write(&mut world, value + 2);
    assert_eq!(told(&world, ANI, notice), value as usize, "{reason} = {value} and more");
    assert_eq!(unsaid(&world, ANI), vec![(notice.to_owned(), reason.to_owned()); 2]);
    later(&world, TimeDelta::minutes(60));
    write(&mut world, value + 3);
    assert_eq!(told(&world, ANI, notice), value as usize + 1, "{reason} = {value}, an hour later");
    world
}

#[test]
fn of_mail_that_is_put_aside_the_team_hears_a_few_times_an_hour() {
    for value in [1, config::embedded().settings.limits.held_hour] {
        let set = |config: &mut Config, value| config.settings.limits.held_hour = value;
        of_the_team(set, (value, "mail_held", "held_hour"), |world, number| {
            let hop = |letter: Letter, hop| letter.header("Received", &format!("from a{hop} by b; x"));
            world.writes(&(0..101).fold(report("eve@lain.example", number), hop));
        });
    }
}

#[test]
fn who_orders_wrongly_again_and_again_is_told_no_more_and_the_team_once() {
    for value in [1, config::embedded().settings.limits.refusals_hour] {
        let set = |config: &mut Config, value| config.settings.limits.refusals_hour = value;
        let mut world = of_the_team(set, (value, "transcript", "refusals_hour"), |world, number| {
            world.replies(ANI, "hal 0", &format!("#tidakada {number}"));
        });
        assert_eq!(told(&world, ANI, "desk_alert"), 1, "once for all that is not explained");
        let alert = world.latest("dedi@csirt.example", "Perintah");
        assert!(alert.words().contains(&format!("menjelaskannya {value} kali")), "{}", alert.text);
        world.replies(ANI, "hal 0", "#ambil");
        assert_eq!(told(&world, ANI, "transcript"), value as usize + 2, "what is right is answered all the same");
    }
}

#[test]
fn of_orders_that_are_not_proven_their_sender_hears_a_few_times_an_hour() {
    for value in [1, config::embedded().settings.command.proofs_hour] {
        let set = |config: &mut Config, value| config.settings.command.proofs_hour = value;
        of_the_team(set, (value, "command_unproven", "proofs_hour"), |world, number| {
            let forged = report(ANI, number).subject(&format!("[CIAMIS-2026-0001] {number}"));
            world.writes(&forged.text(&format!("#tutup alasan {number}")));
        });
    }
}

#[test]
fn a_reporter_may_ask_how_it_stands_a_few_times_an_hour() {
    let shipped = config::embedded().settings.command.proofs_hour;
    let mut world = only(|config| config.settings.command.proofs_hour = shipped);
    (0..=shipped + 1).for_each(|number| world.writes(&about_one_ticket(&world, number)));
    assert_eq!(answers(&world), 1 + shipped as usize);
    assert_eq!(unsaid(&world, "budi@warga.example"), [("public_status".to_owned(), "proofs_hour".to_owned())]);
}
