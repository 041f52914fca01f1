//! Mails that come by the calendar: what they say, and that each comes exactly once.

mod support;

use siaga::config::Config;
use siaga::domain::schedule::{Schedule, Schedules};
use siaga::engine::Engine;
use siaga::mail::transport::JunkFolder;
use siaga::store::logbook;
use support::letters::Letter;
use support::world::{Received, World};

fn schedule(text: &str) -> Option<Schedule> {
    Some(text.parse().expect("a schedule"))
}

fn every_working_morning(config: &mut Config) {
    config.settings.schedules = Schedules { daily: schedule("0 30 7 * * Mon-Fri"), ..Schedules::default() };
}

fn report(number: usize) -> Letter {
    Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
        .subject(&format!("Laporan {number}"))
        .text("Situs dinkes.ciamiskab.go.id menampilkan iklan judi.")
}

fn analyst(world: &World) -> String {
    world.shared.engine.borrow().context().rules.people.analysts[0].address.to_string()
}

fn kabid(world: &World) -> String {
    let engine = world.shared.engine.borrow();
    engine.context().rules.people.kabid.as_ref().expect("a Kabid").address.to_string()
}

fn about(world: &World, address: &str, subject: &str) -> Vec<Received> {
    world.mailbox_of(address).into_iter().filter(|mail| mail.subject.contains(subject)).collect()
}

fn digests(world: &World, address: &str) -> Vec<Received> {
    about(world, address, "Rekap harian")
}

#[test]
fn the_morning_digest_names_what_is_open_to_everybody_of_the_team_once() {
    let mut world = World::with(every_working_morning);
    world.until("2026-11-23 15:00");
    world.writes(&report(1));
    world.until("2026-11-24 07:29");
    let (analyst, kabid) = (analyst(&world), kabid(&world));
    assert!(digests(&world, &analyst).is_empty());
    world.until("2026-11-24 07:30");
    let [his] = &digests(&world, &kabid)[..] else { panic!("one for the Kabid") };
    assert!(his.text.starts_with("Yth. Bapak/Ibu Kepala Bidang,"), "{}", his.text);
    assert!(his.words().contains("CIAMIS-2026-0001: Laporan 1"), "{}", his.text);
    let [theirs] = &digests(&world, &analyst)[..] else { panic!("one for the analyst") };
    assert!(!theirs.text.contains("Bapak/Ibu"), "{}", theirs.text);
    world.until("2026-11-24 20:00");
    assert_eq!((digests(&world, &analyst).len(), digests(&world, &kabid).len()), (1, 1));
}

#[test]
fn a_quiet_night_has_no_digest() {
    let mut world = World::with(every_working_morning);
    world.until("2026-11-25 12:00");
    assert!(world.sent().is_empty());
    assert!(world.shared.engine.borrow().next_due().expect("the next").is_some(), "it looks again tomorrow");
}

#[test]
fn a_desk_that_was_down_for_days_sends_one_digest() {
    let mut world = World::with(every_working_morning);
    world.writes(&report(1));
    world.sleep_until("2026-11-27 10:00");
    world.restart();
    world.timers_round();
    let analyst = analyst(&world);
    assert_eq!(digests(&world, &analyst).len(), 1);
    world.restart();
    world.timers_round();
    assert_eq!(digests(&world, &analyst).len(), 1, "a restart repeats nothing");
    world.until("2026-11-30 07:30");
    assert_eq!(digests(&world, &analyst).len(), 2, "the next one comes on Monday");
}

#[test]
fn a_clock_that_is_set_back_sends_nothing_twice() {
    let mut world = World::with(every_working_morning);
    world.writes(&report(1));
    world.until("2026-11-24 07:35");
    let analyst = analyst(&world);
    assert_eq!(digests(&world, &analyst).len(), 1);
    world.sleep_until("2026-11-24 06:00");
    world.timers_round();
    world.until("2026-11-24 09:00");
    assert_eq!(digests(&world, &analyst).len(), 1);
    world.until("2026-11-25 07:30");
    assert_eq!(digests(&world, &analyst).len(), 2);
}

#[test]
fn a_clock_that_was_years_ahead_silences_no_digest() {
    let mut world = World::with(every_working_morning);
    world.sleep_until("2031-01-06 08:00");
    world.timers_round();
    world.sleep_until("2026-11-24 07:00");
    world.writes(&report(1));
    world.timers_round();
    world.until("2026-11-24 07:30");
    assert_eq!(digests(&world, &analyst(&world)).len(), 1);
}

#[test]
fn what_falls_on_a_free_day_comes_on_the_next_working_day() {
    let mut world = World::with(|config| {
        config.settings.schedules = Schedules { daily: schedule("0 30 7 * * *"), ..Schedules::default() };
    });
    world.writes(&report(1));
    let analyst = analyst(&world);
    // 28 and 29 November 2026 are a Saturday and a Sunday.
    world.until("2026-11-27 08:00");
    let before = digests(&world, &analyst).len();
    world.until("2026-11-30 07:29");
    assert_eq!(digests(&world, &analyst).len(), before);
    world.until("2026-11-30 08:00");
    assert_eq!(digests(&world, &analyst).len(), before + 1, "one for three days");
}

#[test]
fn whoever_was_not_acknowledged_is_counted_with_the_reason() {
    let mut world = World::with(|config| {
        every_working_morning(config);
        config.settings.caps.without_evidence_hour = 1;
    });
    world.until("2026-11-23 08:00");
    (1..=3).for_each(|number| world.writes(&report(number)));
    world.until("2026-11-24 07:30");
    let digest = digests(&world, &analyst(&world)).remove(0);
    let expected = "2 pelapor tidak dikirimi tanda terima: batas tanda terima per jam tercapai";
    assert!(digest.words().contains(expected), "{}", digest.text);
}

/// Trust-and-safety case 94: the mail is the witness a cut-off end is found by.
#[test]
fn the_digest_carries_the_head_of_the_logbook() {
    let mut world = World::with(every_working_morning);
    world.writes(&report(1));
    world.until("2026-11-24 07:29");
    let (entries, digest) = logbook::head(world.shared.engine.borrow().store().db()).expect("a head").expect("entries");
    world.until("2026-11-24 07:30");
    let mail = digests(&world, &analyst(&world)).remove(0);
    let line = format!("{entries}:{digest}");
    assert!(mail.text.lines().any(|written| written == line), "{}", mail.text);
}

#[test]
fn the_week_and_the_month_before_in_numbers() {
    let mut world = World::with(|config| {
        config.settings.schedules = Schedules {
            daily: None,
            weekly: schedule("0 35 7 * * Mon"),
            monthly: schedule("0 40 7 1 * *"),
            retention: None,
        };
    });
    world.writes(&report(1));
    world.until("2026-12-01 12:00");
    let kabid = kabid(&world);
    let [week] = &about(&world, &kabid, "Rekap mingguan")[..] else { panic!("one week had a report") };
    assert!(week.words().contains("Senin, 23 November 2026 sampai Minggu, 29 November 2026"), "{}", week.text);
    assert!(week.words().contains("1. Masuk: 1."), "{}", week.text);
    let [month] = &about(&world, &kabid, "Rekapitulasi")[..] else { panic!("one month") };
    assert!(month.subject.contains("November 2026"), "{}", month.subject);
    assert!(month.words().contains("1. Masuk: 1."), "{}", month.text);
}

#[test]
fn a_desk_without_schedules_waits_for_none() {
    let world = World::new();
    assert_eq!(Engine::next_due(&world.shared.engine.borrow()).expect("the next"), None);
}

/// Decisions 17.
#[test]
fn what_was_taken_for_spam_is_listed_and_becomes_a_ticket_by_a_reply() {
    let mut world = World::with(every_working_morning);
    world.until("2026-11-23 08:00");
    world.writes(&report(1).subject("Menang di https://luar.example").header("X-Spam-Flag", "YES"));
    world.writes(&report(2).header("X-Spam-Flag", "YES"));
    world.until("2026-11-24 07:30");
    let analyst = analyst(&world);
    let told = digests(&world, &analyst).pop().expect("a digest");
    let words = told.words();
    assert!(
        words.contains("CIAMIS-2026-0001 dari warga1[@]warga[.]example: Menang di hxxps[://]luar[.]example"),
        "{words}"
    );
    assert!(words.contains("CIAMIS-2026-0002 dari warga2[@]warga[.]example"), "{words}");
    assert!(!words.contains("tanda terima"), "it is told once: {words}");
    world.writes(&world.reply_to(&analyst, &told, "#valid judol tinggi").subject("CIAMIS-2026-0002"));
    let ticket = world.tickets().remove(1);
    assert!(ticket.status.is_open() && ticket.due_at.is_some(), "{}", world.transcript(&analyst).text);
    world.until("2026-11-25 07:30");
    let next = digests(&world, &analyst).pop().expect("a digest").words();
    assert!(!next.contains("Ditandai spam"), "{next}");
}

#[test]
fn what_comes_into_the_junk_folder_is_counted_from_one_digest_to_the_next() {
    let mut world = World::with(every_working_morning);
    world.until("2026-11-23 08:00");
    let look = |world: &mut World, messages, uid_next, uid_validity| {
        world.server.borrow_mut().junk = Some(JunkFolder { messages, uid_next, uid_validity });
        world.minutes(6);
        world.take_in();
    };
    look(&mut world, 2, 9, 1);
    look(&mut world, 5, 12, 1);
    // Somebody empties it, and the provider makes it anew.
    look(&mut world, 0, 12, 1);
    look(&mut world, 1, 2, 2);
    look(&mut world, 3, 4, 2);
    world.until("2026-11-24 07:30");
    let analyst = analyst(&world);
    let told = digests(&world, &analyst).pop().expect("a digest").words();
    assert!(told.contains("7 surel baru masuk ke folder spam penyedia surel (3 seluruhnya)"), "{told}");
    world.restart();
    world.until("2026-11-25 07:30");
    assert!(digests(&world, &analyst).len() == 1, "nothing has come since, and nothing is said");
}
