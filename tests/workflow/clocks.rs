//! Clocks: when each begins, stands still, goes on and ends (domain 3.3, decisions 19), as columns.

use chrono::TimeDelta;
use siaga::domain::calendar::{Counting, Limit};
use siaga::domain::command::{Breach, Command};
use siaga::domain::deadline::{Deadline, Outcome, Run, Timing};
use siaga::domain::kind::IncidentKind;
use siaga::domain::severity::Severity;
use siaga::domain::sop::{Gravity, Moment};
use siaga::domain::stage::{Stage, Status};
use siaga::domain::timer::{TimerKind, fire_or_wait, plan};
use siaga::domain::workflow::Event;

use crate::support::{Desk, ani, at, kabid, parse_time, rina, rules, submission, text, valid, wib};

const HOURS_3: Timing = Timing { limit: Limit::Minutes(180), counting: Counting::Working };
const DAY_1: Timing = Timing { limit: Limit::Days(1), counting: Counting::Working };

#[test]
fn the_worked_examples_of_the_sop() {
    let rules = rules();
    let check = |timing: Timing, start: &str, working: &str, calendar: &str| {
        let deadline = Deadline::begin(Stage::Verification, 1, timing, parse_time(start), &rules.calendar);
        assert_eq!(deadline.due_at, parse_time(working), "{start}");
        assert_eq!(deadline.due_calendar_at, parse_time(calendar), "{start} by the calendar");
    };
    let hour = Timing { limit: Limit::Minutes(60), counting: Counting::Working };
    check(HOURS_3, "2026-11-23T10:30:00+07:00", "2026-11-23T14:30:00+07:00", "2026-11-23T13:30:00+07:00");
    check(HOURS_3, "2026-11-20T15:10:00+07:00", "2026-11-23T09:10:00+07:00", "2026-11-20T18:10:00+07:00");
    check(HOURS_3, "2026-11-21T21:00:00+07:00", "2026-11-23T10:30:00+07:00", "2026-11-22T00:00:00+07:00");
    check(HOURS_3, "2026-12-23T15:30:00+07:00", "2026-12-28T10:00:00+07:00", "2026-12-23T18:30:00+07:00");
    check(HOURS_3, "2027-03-05T15:00:00+07:00", "2027-03-16T10:00:00+07:00", "2027-03-05T18:00:00+07:00");
    check(DAY_1, "2026-11-24T14:20:00+07:00", "2026-11-25T14:20:00+07:00", "2026-11-25T14:20:00+07:00");
    check(DAY_1, "2026-11-27T16:20:00+07:00", "2026-11-30T16:00:00+07:00", "2026-11-28T16:20:00+07:00");
    check(DAY_1, "2026-11-21T21:00:00+07:00", "2026-11-24T07:30:00+07:00", "2026-11-22T21:00:00+07:00");
    check(hour, "2026-11-26T15:40:00+07:00", "2026-11-27T08:10:00+07:00", "2026-11-26T16:40:00+07:00");
    check(hour, "2026-11-24T11:50:00+07:00", "2026-11-24T13:50:00+07:00", "2026-11-24T12:50:00+07:00");
}

#[test]
fn a_clock_that_stood_still_has_what_was_left_of_it() {
    let rules = rules();
    let check = |timing: Timing, pause: (u32, u32, u32), resume: (u32, u32, u32), due: &str| {
        let mut deadline = Deadline::begin(Stage::Verification, 1, timing, at(23, 10, 30), &rules.calendar);
        deadline.pause(at(pause.0, pause.1, pause.2));
        deadline.resume(at(resume.0, resume.1, resume.2), &rules.calendar);
        assert_eq!(wib(deadline.due_at), due, "{timing:?} from {pause:?} to {resume:?}");
    };
    // Three hours from 10.30: due 14.30.
    check(HOURS_3, (23, 11, 0), (23, 11, 0), "23 14:30");
    check(HOURS_3, (23, 11, 0), (23, 13, 30), "23 16:00");
    check(HOURS_3, (23, 11, 0), (24, 9, 0), "24 11:30");
    check(HOURS_3, (23, 12, 30), (23, 12, 45), "23 14:30");
    check(HOURS_3, (23, 11, 0), (28, 20, 0), "30 10:00");
    // An overdue clock stays overdue since then.
    check(HOURS_3, (23, 15, 0), (25, 9, 0), "23 14:30");
    // A day from 10.30: due on Tuesday 10.30, with 7 h 30 between.
    check(DAY_1, (23, 14, 0), (25, 9, 0), "25 15:00");
}

#[test]
fn pauses_do_not_count_as_time_taken() {
    let rules = rules();
    let mut deadline = Deadline::begin(Stage::Verification, 1, HOURS_3, at(23, 10, 30), &rules.calendar);
    deadline.pause(at(23, 11, 0));
    deadline.resume(at(24, 9, 0), &rules.calendar);
    deadline.end(at(24, 10, 0), &rules.calendar);
    let taken = deadline.taken(at(30, 9, 0), &rules.calendar);
    assert_eq!((taken.working_seconds, taken.calendar_seconds), (90 * 60, 90 * 60));
    assert_eq!(deadline.met(), Some(true));
}

#[test]
fn clocks_of_the_law_never_stand_still() {
    let rules = rules();
    let day = Timing { limit: Limit::Minutes(1_440), counting: Counting::Calendar };
    let mut deadline = Deadline::begin(Stage::Judol, 1, day, at(23, 11, 0), &rules.calendar);
    deadline.pause(at(23, 12, 0));
    assert!(deadline.is_running());
    // A question to the reporter pauses the clocks of the SOP only.
    let desk = Desk::taken().at(23, 11, 0).does(&ani(), valid(IncidentKind::Gambling));
    let desk = desk.does(&ani(), Command::PersonalData(Breach::Yes)).does(&ani(), Command::Ask { text: text("?") });
    let still = |stage| desk.case.deadline(stage).expect("it began").is_paused();
    assert_eq!([Stage::Analysis, Stage::Judol, Stage::Pdp].map(still), [true, false, false]);
}

#[test]
fn a_step_finished_at_its_very_deadline_is_in_time() {
    let rules = rules();
    let check = |end, outcome| {
        let mut deadline = Deadline::begin(Stage::Verification, 1, HOURS_3, at(23, 10, 30), &rules.calendar);
        deadline.end(end, &rules.calendar);
        assert_eq!(deadline.run, Run::Ended { at: end, outcome });
    };
    check(at(23, 14, 30), Outcome::Met);
    check(at(23, 14, 30) + TimeDelta::seconds(1), Outcome::Missed);
}

#[test]
fn verification_is_counted_from_arrival_and_stops_with_the_decision() {
    let late = Desk::new().at(23, 14, 31).does(&ani(), valid(IncidentKind::SqlInjection));
    assert_eq!(late.met(Stage::Verification), Some(false));
    let taken = Desk::new().at(23, 14, 31).does(&ani(), Command::Take);
    assert_eq!(taken.met(Stage::Verification), None, "taking answers nobody");
}

#[test]
fn the_rest_after_a_repair_is_what_was_left_when_the_report_came() {
    // One day from Monday 11.00, submitted at 14.00, sent back on Tuesday 9.00.
    let desk = Desk::review().at(24, 9, 0).does(&kabid(), Command::Revise { notes: text("-") });
    assert_eq!(desk.due(Stage::Analysis).as_deref(), Some("24 15:30"), "2 h on Monday and 3 h 30 on Tuesday were left");
    let again = desk.at(24, 14, 0).does(&ani(), Command::Submit(submission()));
    assert_eq!(again.met(Stage::Analysis), Some(true));
    let late = Desk::analysis().at(25, 9, 0).does(&ani(), Command::Submit(submission()));
    assert_eq!(late.met(Stage::Analysis), Some(false));
    let returned = late.at(25, 9, 30).does(&kabid(), Command::Revise { notes: text("-") });
    assert_eq!(returned.due(Stage::Analysis).as_deref(), Some("24 11:00"), "it has been late since then");
}

#[test]
fn a_change_of_severity_recomputes_what_runs() {
    let critical = Desk::analysis().at(23, 14, 0).does(&ani(), Command::SetSeverity(Severity::Critical));
    assert_eq!(critical.due(Stage::Analysis).as_deref(), Some("24 11:00"));
    assert_eq!(critical.case.deadline(Stage::Analysis).unwrap().counting, Counting::Calendar);
    let check = |severity, due: &str| {
        let desk = Desk::forwarded().at(24, 9, 0).does(&ani(), Command::SetSeverity(severity));
        let deadline = desk.case.open_deadline(Stage::FollowUp).expect("it runs");
        assert_eq!(deadline.due_at, parse_time(due), "{severity:?}");
    };
    check(Severity::Critical, "2026-11-24T14:40:00+07:00");
    check(Severity::High, "2026-11-26T14:40:00+07:00");
    check(Severity::Medium, "2026-12-02T14:40:00+07:00");
    check(Severity::Low, "2026-12-11T14:40:00+07:00");
    // A deadline that has been given more time keeps it unless the severity really changes.
    let until = parse_time("2026-12-10T16:00:00+07:00");
    let extended = Desk::follow_up().does(&kabid(), Command::Extend { until: Some(until), reason: text("-") });
    let same = extended.does(&ani(), Command::SetSeverity(Severity::High));
    assert_eq!(same.case.open_deadline(Stage::FollowUp).unwrap().due_at, until);
}

#[test]
fn follow_up_by_severity_and_kind() {
    let rules = rules();
    let check = |kind: IncidentKind, severity: Option<Severity>, limit: Limit, counting: Counting| {
        let gravity = Gravity { severity, kind: Some(kind), urgent: false };
        assert_eq!(
            rules.sop.rule(Stage::FollowUp).timing(gravity),
            Timing { limit, counting },
            "{kind:?} {severity:?}"
        );
    };
    let day = Limit::Minutes(1_440);
    check(IncidentKind::Other, None, Limit::Days(14), Counting::Working);
    check(IncidentKind::CrossSiteScripting, Some(Severity::Medium), Limit::Days(7), Counting::Working);
    check(IncidentKind::SqlInjection, Some(Severity::High), Limit::Days(3), Counting::Working);
    check(IncidentKind::SqlInjection, Some(Severity::Critical), day, Counting::Calendar);
    check(IncidentKind::Gambling, Some(Severity::High), day, Counting::Calendar);
    check(IncidentKind::Defacement, Some(Severity::Low), day, Counting::Calendar);
}

/// The timers of a stage as people would note them: `14:00 reminder-80%`.
fn noted(desk: &Desk, stage: Stage) -> Vec<String> {
    let timers = desk.case.timers(&desk.rules);
    timers
        .iter()
        .filter(|(deadline, _)| deadline.stage == stage)
        .map(|(_, timer)| format!("{} {}", wib(timer.due_at), timer.kind))
        .collect()
}

#[test]
fn reminders_and_rungs_are_planned_with_the_clock() {
    let check = |desk: Desk, stage, expected: &[&str]| assert_eq!(noted(&desk, stage), expected, "{stage:?}");
    let verification = ["23 12:00 reminder-50%", "23 13:54 reminder-80%", "23 13:54 rung-1", "23 14:30 rung-2"];
    check(Desk::new(), Stage::Verification, &verification);
    check(Desk::awaiting_reporter(), Stage::Verification, &[]);
    check(Desk::awaiting_reporter(), Stage::ReporterAnswer, &["25 10:30 reminder-2d", "30 10:30 rung-1"]);
    check(Desk::review(), Stage::Review, &["23 14:30 reminder-50%", "23 14:48 reminder-80%", "23 15:00 rung-1"]);
    check(Desk::forwarded(), Stage::Acknowledgement, &["24 14:40 rung-1"]);
    let follow_up = ["25 09:55 reminder-50%", "26 14:40 rung-2", "01 14:40 rung-3", "08 14:40 rung-4"];
    check(Desk::forwarded(), Stage::FollowUp, &follow_up);
    let breach = Desk::analysis().does(&ani(), Command::PersonalData(Breach::Yes));
    check(
        breach,
        Stage::Pdp,
        &["24 11:00 reminder-24h", "25 11:00 reminder-48h", "26 05:00 reminder-66h", "26 11:00 rung-1"],
    );
    check(Desk::resolved(), Stage::FollowUp, &[]);
}

#[test]
fn kritis_reaches_sekda_with_the_deadline() {
    let desk = Desk::forwarded().does(&ani(), Command::SetSeverity(Severity::Critical));
    let follow_up = ["24 02:40 reminder-50%", "24 14:40 rung-2", "27 14:40 rung-3", "24 14:40 rung-4"];
    assert_eq!(noted(&desk, Stage::FollowUp), follow_up);
}

#[test]
fn a_moment_that_has_gone_by_is_not_planned_again() {
    // Two of three hours were gone when the reporter was asked: the half is no news any longer.
    let asked = Desk::taken().at(23, 13, 30).does(&ani(), Command::Ask { text: text("?") });
    let message = siaga::domain::digest::Digest::of(b"jawaban");
    let answered = asked.at(25, 9, 0).event(Event::ReporterWrote { message });
    let expected = ["25 09:24 reminder-80%", "25 09:24 rung-1", "25 10:00 rung-2"];
    assert_eq!(noted(&answered, Stage::Verification), expected);
    // More time: the half of the new time has gone by as well, the ladder begins again.
    let until = Some(at(27, 16, 30));
    let extended = Desk::follow_up().at(26, 9, 0).does(&kabid(), Command::Extend { until, reason: text("-") });
    let expected = ["27 16:30 rung-2", "03 07:30 rung-3", "10 07:30 rung-4"];
    assert_eq!(noted(&extended, Stage::FollowUp), expected);
}

#[test]
fn a_deadline_that_has_passed_always_has_its_rung() {
    let rules = rules();
    for stage in Stage::ALL {
        let rule = rules.sop.rule(*stage);
        let timing = rule.timing(Gravity::default());
        let mut deadline = Deadline::begin(*stage, 1, timing, at(23, 10, 30), &rules.calendar);
        for critical in [false, true] {
            let planned = plan(&deadline, rule, critical, &rules.calendar);
            let is_rung = |kind: TimerKind| matches!(kind, TimerKind::Rung { .. });
            assert!(planned.iter().any(|timer| is_rung(timer.kind) && timer.due_at == deadline.due_at), "{stage:?}");
        }
        // Even if it is shortened into the past.
        deadline.extend(at(23, 11, 0), at(24, 9, 0));
        let planned = plan(&deadline, rule, false, &rules.calendar);
        assert!(planned.iter().any(|timer| timer.due_at == at(23, 11, 0)), "{stage:?}");
        assert!(planned.iter().all(|timer| !matches!(timer.kind, TimerKind::Reminder(Moment::Share(_)))), "{stage:?}");
    }
}

#[test]
fn working_clocks_disturb_nobody_at_night() {
    let rules = rules();
    let check = |due, counting, now, expected| {
        assert_eq!(fire_or_wait(due, counting, &rules.calendar, now), expected);
    };
    check(at(23, 12, 0), Counting::Working, at(23, 12, 0), Ok(()));
    check(at(23, 16, 0), Counting::Working, at(23, 16, 20), Ok(()));
    check(at(23, 15, 0), Counting::Working, at(23, 20, 0), Err(at(24, 7, 30)));
    check(at(23, 15, 0), Counting::Calendar, at(23, 20, 0), Ok(()));
}

/// Fires what is due at a moment, as the daemon does.
fn fire(mut desk: Desk, stage: Stage, kinds: &[&str]) -> Desk {
    let due = desk.case.open_deadline(stage).expect("a clock that runs").due_at;
    desk.now = due;
    let fired = kinds.iter().map(|kind| (stage, TimerKind::named(kind).expect("a timer"))).collect();
    desk.event(Event::TimersFired(fired))
}

#[test]
fn who_is_told_when_a_step_is_late() {
    let check = |desk: Desk, stage, kinds: &[&str], said: &[&str]| {
        let fired = fire(desk, stage, kinds);
        assert_eq!(fired.said(), said, "{stage:?} {kinds:?}");
        assert_eq!(fired.last.unwrap().log.len(), kinds.len(), "each timer leaves its entry");
    };
    check(Desk::new(), Stage::Verification, &["reminder-50%"], &["deadline>assignee"]);
    check(Desk::new(), Stage::Verification, &["rung-1"], &["deadline>kabid"]);
    check(Desk::taken(), Stage::Verification, &["rung-1"], &[]);
    check(Desk::taken(), Stage::Verification, &["rung-2"], &["deadline>kabid"]);
    check(Desk::new(), Stage::Verification, &["reminder-50%", "reminder-80%"], &["deadline>assignee"]);
    check(Desk::awaiting_reporter(), Stage::ReporterAnswer, &["reminder-2d"], &["question_reminder>reporter"]);
    check(Desk::awaiting_reporter(), Stage::ReporterAnswer, &["rung-1"], &["deadline>assignee"]);
    check(Desk::review(), Stage::Review, &["reminder-80%"], &["deadline>kabid"]);
    check(Desk::forwarded(), Stage::Acknowledgement, &["rung-1"], &["follow_up_reminder>opd", "deadline>assignee"]);
    check(Desk::follow_up(), Stage::FollowUp, &["reminder-50%"], &["follow_up_reminder>opd"]);
    check(Desk::follow_up(), Stage::FollowUp, &["rung-2"], &["deadline>kabid", "follow_up_overdue>opd_head"]);
    check(Desk::follow_up(), Stage::FollowUp, &["rung-3"], &["decision_requested>kabid"]);
    let breach = Desk::analysis().does(&ani(), Command::PersonalData(Breach::Yes));
    check(breach, Stage::Pdp, &["reminder-24h"], &["personal_data_duty>opd", "personal_data_duty>kabid"]);
    let warned = Desk::taken().does(&ani(), valid(IncidentKind::Gambling));
    check(warned, Stage::Judol, &["reminder-50%"], &["follow_up_reminder>opd"]);
}

#[test]
fn above_the_head_of_the_opd_only_the_kabid_writes() {
    let desk = fire(Desk::follow_up(), Stage::FollowUp, &["rung-2", "rung-3"]);
    assert_eq!(desk.case.ticket.tally.escalation, 2);
    let sent = desk.clone().does(&kabid(), crate::support::approve());
    assert_eq!(sent.said(), ["~escalation_memo>office_head"]);
    assert_eq!((sent.case.ticket.tally.escalation, sent.case.questions.len()), (3, 0));
    let denied = desk.does(&kabid(), Command::Reject { reason: text("sudah dihubungi") });
    assert_eq!((denied.said().len(), denied.case.questions.len()), (0, 0));
    // A rung that was climbed before its time is not proposed again.
    let early = Desk::follow_up().does(&kabid(), Command::Escalate { note: text("segera") });
    assert_eq!(fire(early, Stage::FollowUp, &["rung-3"]).said(), [""; 0]);
}

#[test]
fn a_timer_of_a_clock_that_does_not_run_does_nothing() {
    let fired = vec![(Stage::FollowUp, TimerKind::Rung { level: 2 })];
    let desk = Desk::recheck().event(Event::TimersFired(fired));
    let last = desk.last.as_ref().unwrap();
    assert_eq!((desk.status(), last.sayings.len(), last.log.len()), (Status::Recheck, 0, 0));
}

#[test]
fn an_opd_that_repairs_in_time_keeps_its_good_name() {
    let desk = Desk::follow_up().at(26, 14, 40).does(&rina(), Command::Fixed { account: text("selesai") });
    assert_eq!(desk.met(Stage::FollowUp), Some(true));
}
