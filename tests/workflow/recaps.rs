//! The numbers of a month and the state of a day.

use siaga::domain::case::Case;
use siaga::domain::command::Command;
use siaga::domain::kind::IncidentKind;
use siaga::domain::recap::day::{Group, day};
use siaga::domain::recap::{Share, recap};
use siaga::domain::role::Audience;
use siaga::domain::severity::Severity;
use siaga::domain::stage::Stage;
use siaga::domain::workflow::Event;

use crate::support::{Desk, ani, at, kabid, parse_time, rina, rules, submission, text, valid};

/// November 2026: a dozen tickets, each somewhere else.
fn month() -> Vec<Case> {
    let mut desks = Desk::everywhere();
    // One that took its time: verification late, sent back once, repaired late, failed once.
    let slow = Desk::new().at(23, 15, 0).does(&ani(), valid(IncidentKind::Gambling)).at(24, 9, 0);
    let slow = slow.does(&ani(), Command::Submit(submission())).does(&kabid(), Command::Revise { notes: text("-") });
    let slow = slow.does(&ani(), Command::Submit(submission())).does(&kabid(), crate::support::approve());
    let slow = slow.event(Event::HoldEnded).event(Event::ForwardSent).at(26, 9, 0);
    let slow = slow.does(&rina(), Command::Fixed { account: text("sudah") });
    desks.push(slow.at(26, 10, 0).does(&ani(), Command::Fail { findings: text("belum") }));
    desks.into_iter().map(|desk| desk.case).collect()
}

fn share(count: u32, of: u32) -> (u32, u32) {
    (count, of)
}

fn counted(share: Share) -> (u32, u32) {
    (share.count, share.of)
}

#[test]
fn a_month_in_numbers() {
    let (from, until) = (parse_time("2026-11-01T00:00:00+07:00"), parse_time("2026-12-01T00:00:00+07:00"));
    let recap = recap(&month(), from, until, &rules().calendar, at(30, 9, 0));
    let intake = recap.intake;
    assert_eq!((intake.received, intake.open, intake.valid), (16, 3, 9));
    assert_eq!((intake.not_valid, intake.duplicate, intake.referred, intake.spam), (1, 1, 1, 1));
    let step = |stage| recap.steps.iter().find(|step| step.stage == stage).expect("it is measured");
    assert_eq!(counted(step(Stage::Verification).on_time), share(11, 12));
    assert_eq!(counted(step(Stage::Review).on_time), share(8, 8), "each submission counts");
    assert_eq!(step(Stage::Verification).median.map(|span| span.working_seconds), Some(30 * 60));
    assert_eq!(counted(recap.compliant), share(5, 6));
    assert_eq!(counted(recap.first_time), share(5, 6));
    assert_eq!(counted(recap.reporter_told), share(3, 5), "not of junk, and not yet of the duplicate");
    let [office] = &recap.offices[..] else { panic!("one OPD") };
    assert_eq!((office.opd.as_str(), office.false_fixes, counted(office.repaired)), ("dinkes", 1, share(2, 2)));
    let gambling = recap.kinds.iter().find(|figures| figures.kind == IncidentKind::Gambling).expect("there was one");
    assert_eq!((gambling.total, gambling.by_severity.as_slice()), (1, &[(Severity::High, 1)][..]));
    assert_eq!(recap.hasty.len(), 1, "rejected at the minute it came in");
    assert_eq!(recap.questions, [("CIAMIS-2026-0007".to_owned(), 1)]);
    assert_eq!(recap.until_resolved.map(|span| span.calendar_seconds), Some(24 * 3_600 + 30 * 60));
}

#[test]
fn a_month_without_tickets_has_no_per_cents() {
    let (from, until) = (parse_time("2026-10-01T00:00:00+07:00"), parse_time("2026-11-01T00:00:00+07:00"));
    let recap = recap(&month(), from, until, &rules().calendar, at(30, 9, 0));
    assert_eq!((recap.intake.received, recap.compliant.percent), (0, None));
    assert!(recap.steps.iter().all(|step| step.median.is_none() && step.on_time.of == 0));
}

#[test]
fn almost_all_is_not_all() {
    let share = Share::of((0..200).map(|number| number != 7));
    assert_eq!((share.count, share.of, share.percent), (199, 200, Some(99)));
    assert_eq!(Share::of([]).percent, None);
}

#[test]
fn a_day_names_each_open_ticket_once() {
    let cases = month();
    let day = day(&cases, &rules(), at(24, 7, 30));
    let groups = [&day.overdue, &day.with_kabid, &day.opd_silent, &day.others];
    assert_eq!(day.open, groups.iter().map(|group| group.total).sum::<u32>());
    let states =
        |group: &Group| group.lines.iter().map(|line| line.ticket.status.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(states(&day.overdue), "new verification review approved");
    assert_eq!(states(&day.opd_silent), "forwarded");
    assert_eq!(states(&day.others), "analysis repair recheck follow_up follow_up awaiting_reporter");
    assert_eq!((day.waiting_for_kabid, day.unanswered_by_opd), (2, 1), "late or not");
}

#[test]
fn what_is_late_comes_first_and_says_whom_it_waits_for() {
    let day = day(&month(), &rules(), at(24, 7, 30));
    let waits: Vec<_> = day.overdue.lines.iter().map(|line| (line.ticket.status.as_str(), line.waits_for)).collect();
    assert!(waits.contains(&("review", Some(Audience::Kabid))), "{waits:?}");
    assert!(day.overdue.lines.iter().all(|line| line.minutes_left.is_some_and(|minutes| minutes < 0)));
}

#[test]
fn a_day_with_a_hundred_tickets_stays_readable() {
    let cases: Vec<Case> = std::iter::repeat_with(month).take(30).flatten().collect();
    let day = day(&cases, &rules(), at(24, 7, 30));
    let group = &day.others;
    assert_eq!((group.lines.len(), group.total), (25, group.unnamed + 25));
}
