//! The branches that life needs (domain 5.4), as far as commands and states carry them.

use siaga::domain::command::{Command, Reply};
use siaga::domain::digest::Digest;
use siaga::domain::kind::IncidentKind;
use siaga::domain::logbook::Kind;
use siaga::domain::notice::team::NotForwarded;
use siaga::domain::role::Actor;
use siaga::domain::stage::{Disposition, Stage, Status};
use siaga::domain::workflow::parts::part;
use siaga::domain::workflow::refusal::Refusal;
use siaga::domain::workflow::undo::undo;
use siaga::domain::workflow::{Errand, Event};

use crate::support::{Desk, address, ani, approve, dedi, kabid, rina, submission, text, valid};

/// Digest of a mail; decisions only pass it on to the logbook.
fn message() -> Digest {
    Digest::of(b"surel")
}

fn wrote() -> Event {
    Event::ReporterWrote { message: message() }
}

#[test]
fn several_opd_make_a_ticket_each_and_the_reporter_sees_one_number() {
    let desk = Desk::taken().at(23, 11, 0).does(&ani(), valid(IncidentKind::Gambling));
    let desk = desk.does(&ani(), Command::Split { opd: text("disdukcapil") });
    assert_eq!(desk.last.as_ref().unwrap().errands, [Errand::OpenPart { opd: text("disdukcapil") }]);
    let number = "CIAMIS-2026-0008".parse().expect("a number");
    let decision = part(&desk.case, number, "disdukcapil", &ani(), &desk.rules, desk.now);
    let part = &decision.case;
    assert_eq!(part.ticket.status, Status::Analysis);
    assert_eq!(part.ticket.reporter, None);
    assert_eq!(part.ticket.parent.as_ref(), Some(&desk.case.ticket.number));
    assert!(part.open_deadline(Stage::Analysis).is_some());
    assert_eq!(part.open_deadline(Stage::Judol).unwrap().due_at, desk.case.open_deadline(Stage::Judol).unwrap().due_at);
    assert!(part.open_deadline(Stage::Iiv).is_some(), "Disdukcapil is vital infrastructure");
    let said: Vec<_> = decision.sayings.iter().map(|saying| saying.notice.folder()).collect();
    assert_eq!(said, ["early_warning"], "the other OPD must know at once as well");
    assert_eq!(decision.log[0].kind, Kind::PartOpened);
}

#[test]
fn an_objection_brings_one_second_look_by_somebody_else() {
    let desk = Desk::not_valid().at(25, 9, 0).event(wrote());
    assert_eq!(desk.status(), Status::Closed(Disposition::NotValid), "nothing is opened by itself");
    assert_eq!(desk.due(Stage::SecondLook).as_deref(), Some("27 09:00"));
    let desk = desk.at(25, 10, 0).does(&dedi(), Command::Reject { reason: text("hasil tetap") });
    assert_eq!(desk.met(Stage::SecondLook), Some(true));
    let again = desk.at(26, 9, 0).event(wrote());
    assert_eq!(again.due(Stage::SecondLook), None, "one second look");
    // A ticket that was opened and closed again deserves another.
    let reopened = again.does(&dedi(), Command::Reopen { reason: text("bukti baru") });
    let closed = reopened.at(26, 10, 0).does(&dedi(), Command::Reject { reason: text("tetap tidak valid") });
    assert!(closed.at(26, 11, 0).event(wrote()).due(Stage::SecondLook).is_some());
}

#[test]
fn an_objection_that_comes_too_late_is_only_filed() {
    let mut desk = Desk::resolved();
    desk.now += chrono::TimeDelta::days(31);
    assert_eq!(desk.event(wrote()).case.objected_at, None);
}

#[test]
fn an_opd_mailbox_that_bounces_stops_the_opds_clocks() {
    let failed = || Event::ForwardFailed { why: NotForwarded::Undelivered { reason: text("550 user unknown") } };
    let desk = Desk::on_its_way().event(failed());
    assert_eq!(desk.said(), ["forward_failed>assignee", "forward_failed>kabid"]);
    assert!(desk.case.open_deadline(Stage::Forwarding).is_some(), "somebody must find another way");
    let bounced = Desk::forwarded().at(23, 15, 0).event(failed());
    assert_eq!((bounced.due(Stage::Acknowledgement), bounced.due(Stage::FollowUp)), (None, None));
    assert_eq!(bounced.due(Stage::Forwarding).as_deref(), Some("23 16:00"));
    let again = bounced.does(&kabid(), Command::Forward { to: None });
    assert_eq!(again.said(), ["~report_delivered>opd", "report_forwarded>kabid"], "the reporter was told already");
    let delivered = again.event(Event::ForwardSent);
    assert!(delivered.due(Stage::FollowUp).is_some());
    // An OPD that is at work has the report, whatever a late bounce says.
    let late = Desk::follow_up().event(failed());
    assert_eq!(late.status(), Status::FollowUp);
    assert!(late.due(Stage::FollowUp).is_some());
}

#[test]
fn a_warned_opd_may_act_before_the_report_comes() {
    let warned = Desk::taken().at(23, 11, 0).does(&ani(), valid(IncidentKind::Gambling)).at(23, 13, 0);
    for command in [
        Command::Acknowledge { officer: text("Rina") },
        Command::Assist { need: text("akses server") },
        Command::NotOurs { reason: text("bukan kami") },
    ] {
        let desk = warned.clone().does(&rina(), command);
        assert_eq!((desk.status(), desk.said()), (Status::Analysis, vec![text("opd_said>assignee")]));
    }
    let fixed = warned.does(&rina(), Command::Fixed { account: text("dihapus") });
    assert_eq!(fixed.status(), Status::Analysis);
    assert_eq!(fixed.met(Stage::Judol), Some(true));
}

#[test]
fn help_and_questions_of_ownership_say_that_the_opd_has_the_report() {
    let desk = Desk::forwarded().does(&rina(), Command::Assist { need: text("cadangan") });
    assert_eq!((desk.status(), desk.met(Stage::Acknowledgement)), (Status::FollowUp, Some(true)));
    let desk = Desk::forwarded().does(&rina(), Command::NotOurs { reason: text("milik kecamatan") });
    assert_eq!((desk.status(), desk.met(Stage::Acknowledgement)), (Status::FollowUp, Some(true)));
    assert!(desk.case.deadline(Stage::FollowUp).unwrap().is_paused());
    // Whoever repairs it after all has settled the question.
    let disputed = Desk::follow_up().does(&rina(), Command::NotOurs { reason: text("bukan kami") });
    let fixed = disputed.does(&rina(), Command::Fixed { account: text("sudah") });
    assert_eq!((fixed.status(), fixed.case.questions.len()), (Status::Recheck, 0));
}

#[test]
fn a_reply_of_a_stranger_is_no_acknowledgement() {
    let event = |by: &str| Event::OpdWrote { by: address(by), message: message() };
    assert_eq!(Desk::forwarded().event(event("admin@disdukcapil.example")).status(), Status::Forwarded);
    assert_eq!(Desk::forwarded().event(event("kepala@dinkes.example")).status(), Status::FollowUp);
}

#[test]
fn duties_of_the_law_outlive_the_ticket() {
    let desk = Desk::recheck().does(&ani(), Command::PersonalData(siaga::domain::command::Breach::Yes));
    let desk = desk.does(&ani(), Command::Pass { note: String::new() });
    assert_eq!(desk.status(), Status::Closed(Disposition::Resolved));
    assert!(desk.due(Stage::Pdp).is_some());
    let told = desk.does(&ani(), Command::PersonalData(siaga::domain::command::Breach::Notified));
    assert_eq!(told.met(Stage::Pdp), Some(true));
}

#[test]
fn what_was_ordered_can_be_taken_back_while_nothing_else_has_happened() {
    let before = Desk::taken();
    let after = before.clone().at(23, 11, 0).does(&ani(), Command::Reject { reason: text("keliru") });
    let at = after.case.ticket.revision;
    let taken_back =
        |current: &Desk| undo((&before.case, at), &current.case, &ani(), None, &current.rules, current.now);
    let decision = taken_back(&after).expect("nothing has happened since");
    assert_eq!(decision.case.ticket.status, Status::Verification);
    assert!(decision.case.open_deadline(Stage::Verification).unwrap().is_running(), "its clock never stopped");
    assert_eq!(decision.case.ticket.revision, at + 1, "what was undone cannot be undone twice");
    assert_eq!(decision.log[0].kind, Kind::Undone);
    let overtaken = after.does(&dedi(), Command::Reopen { reason: text("lain") });
    assert_eq!(taken_back(&overtaken).expect_err("overtaken"), Refusal::OvertakenSince);
}

#[test]
fn an_approval_taken_back_does_not_leave() {
    let before = Desk::review();
    let approved = before.clone().does(&kabid(), approve());
    let at = approved.case.ticket.revision;
    let undone = undo((&before.case, at), &approved.case, &kabid(), None, &approved.rules, approved.now);
    let mut desk = approved;
    desk.case = undone.expect("nothing has happened since").case;
    assert_eq!(desk.case.questions.len(), 1, "the Kabid can still decide");
    let desk = desk.event(Event::HoldEnded);
    assert_eq!((desk.status(), desk.said()), (Status::Review, Vec::<String>::new()));
}

#[test]
fn ready_answers_and_orders_beside_the_line() {
    let check = |desk: Desk, said: &[&str]| assert_eq!(desk.said(), said);
    check(Desk::taken().does(&ani(), Command::Reply(Reply::Bounty)), &["~no_bounty>reporter"]);
    check(Desk::follow_up().does(&ani(), Command::Reply(Reply::Progress)), &["~work_goes_on>reporter"]);
    check(Desk::taken().does(&ani(), Command::Reply(Reply::Text(text("Baik.")))), &["~reply_written>reporter"]);
    let isolate = Command::Isolate { reason: text("terus muncul") };
    check(Desk::follow_up().does(&kabid(), isolate), &["isolation_ordered>analysts", "~system_isolated>opd"]);
    let dispose = Command::Dispose { to: address("dedi@csirt.example"), note: text("didahulukan") };
    check(Desk::taken().does(&kabid(), dispose), &["ticket_assigned>assignee"]);
}

#[test]
fn an_administrator_acts_as_an_analyst_does_and_no_more() {
    let desk = Desk::new().does(&Actor::Operator, valid(IncidentKind::SqlInjection));
    assert_eq!(desk.status(), Status::Analysis);
    let desk = desk.does(&Actor::Operator, Command::Submit(submission()));
    assert!(matches!(desk.refused(&Actor::Operator, approve()), Refusal::NotYours { .. }));
}

#[test]
fn asking_changes_nothing() {
    for command in [Command::Status { number: None }, Command::List, Command::Help, Command::Rehearse] {
        let desk = Desk::taken();
        let after = desk.clone().does(&ani(), command);
        assert_eq!(after.case, desk.case);
        assert_eq!(after.last.unwrap().log, []);
    }
}

#[test]
fn a_ticket_number_is_no_ticket_of_admission() {
    use siaga::domain::role::Role;
    use siaga::domain::workflow::may_look;

    use crate::support::budi;

    let somebody = |role, text| Actor::Person { role, address: address(text) };
    let check = |desk: &Desk, by: &Actor, expected| assert_eq!(may_look(&desk.case, by, &desk.rules), expected, "{by}");
    let (unknown, known) = (Desk::analysis(), Desk::forwarded());
    check(&unknown, &ani(), true);
    check(&unknown, &budi(), true);
    check(&unknown, &somebody(Role::Reporter, "tono@warga.example"), false);
    check(&unknown, &rina(), false);
    check(&known, &rina(), true);
    check(&known, &somebody(Role::Opd, "admin@disdukcapil.example"), false);
    check(&known, &somebody(Role::Leader, "sekda@setda.example"), false);
    check(&known, &Actor::Unknown, false);
    check(&known, &Actor::Operator, true);
}
