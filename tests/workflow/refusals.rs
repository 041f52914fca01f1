//! Every expected "no": one small story for each reason.

use siaga::domain::approval::{Mode, Signature, SignatureFault};
use siaga::domain::command::vocabulary::Word;
use siaga::domain::command::{Breach, Command, Reply};
use siaga::domain::digest::Digest;
use siaga::domain::kind::IncidentKind;
use siaga::domain::question::Question;
use siaga::domain::role::{Actor, Role};
use siaga::domain::stage::{Disposition, Status};
use siaga::domain::workflow::Event;
use siaga::domain::workflow::refusal::{Field, Refusal};

use crate::support::{
    Desk, address, ani, approve, at, budi, dedi, kabid, rina, rules, signed, submission, text, valid,
};

#[test]
fn a_word_of_another_role() {
    let refusal = Desk::review().refused(&ani(), approve());
    let expected = Refusal::NotYours { word: Word::Approve, role: Some(Role::Analyst), allowed: vec![Role::Kabid] };
    assert_eq!(refusal, expected);
    assert!(matches!(Desk::new().refused(&rina(), Command::Take), Refusal::NotYours { .. }));
    assert!(matches!(Desk::new().refused(&budi(), valid(IncidentKind::Other)), Refusal::NotYours { .. }));
    assert!(matches!(Desk::new().refused(&Actor::Unknown, Command::Take), Refusal::NotYours { role: None, .. }));
    assert!(matches!(Desk::new().refused(&Actor::Siaga, Command::Take), Refusal::NotYours { role: None, .. }));
}

#[test]
fn a_ticket_of_another_opd() {
    let stranger = Actor::Person { role: Role::Opd, address: address("admin@disdukcapil.example") };
    let terima = Command::Acknowledge { officer: text("Tono") };
    assert_eq!(Desk::forwarded().refused(&stranger, terima.clone()), Refusal::OtherOffice);
    let mut unowned = Desk::new();
    unowned.case.ticket.class.opd = None;
    assert_eq!(unowned.refused(&rina(), terima), Refusal::OtherOffice);
}

#[test]
fn a_word_of_another_state() {
    let check = |desk: Desk, by: &Actor, command: Command| {
        let (word, status) = (command.word(), desk.status());
        assert_eq!(desk.refused(by, command), Refusal::NotNow { word, status });
    };
    check(Desk::new(), &ani(), Command::Submit(submission()));
    check(Desk::review(), &ani(), valid(IncidentKind::Other));
    check(Desk::approved(), &ani(), Command::Ask { text: text("?") });
    check(Desk::analysis(), &kabid(), Command::Revise { notes: text("-") });
    check(Desk::analysis(), &kabid(), Command::Forward { to: None });
    check(Desk::approved(), &rina(), Command::Extend { until: None, reason: text("-") });
    check(Desk::follow_up(), &ani(), Command::Pass { note: String::new() });
    check(Desk::resolved(), &ani(), Command::Take);
    check(Desk::follow_up(), &ani(), Command::Reopen { reason: text("-") });
    check(Desk::review(), &ani(), Command::SetOwner(text("disdukcapil")));
    check(Desk::resolved(), &ani(), Command::Urgent { reason: text("-") });
}

#[test]
fn an_opd_that_was_told_nothing_has_nothing_to_answer() {
    let unwarned = Desk::analysis();
    assert_eq!(unwarned.case.warned_at, None);
    let (word, status) = (Word::Fixed, Status::Analysis);
    assert_eq!(unwarned.refused(&rina(), Command::Fixed { account: text("-") }), Refusal::NotNow { word, status });
}

#[test]
fn a_report_of_what_is_not_classified() {
    let desk = Desk::taken().does(&ani(), Command::Verify(siaga::domain::command::Assessment::default()));
    let refusal = desk.refused(&ani(), Command::Submit(submission()));
    assert_eq!(refusal, Refusal::Unclassified { fields: vec![Field::Kind, Field::Severity] });
    let desk = desk.does(&ani(), Command::SetKind(IncidentKind::CrossSiteScripting));
    assert_eq!(desk.does(&ani(), Command::Submit(submission())).status(), Status::Review);
}

#[test]
fn an_answer_to_nothing() {
    let word = Word::Approve;
    assert_eq!(Desk::analysis().refused(&kabid(), approve()), Refusal::NothingAsked { word });
    let word = Word::Reject;
    assert_eq!(
        Desk::follow_up().refused(&kabid(), Command::Reject { reason: text("-") }),
        Refusal::NothingAsked { word }
    );
}

#[test]
fn an_answer_that_could_mean_two_things() {
    let desk = Desk::review().does(&ani(), Command::Bssn { text: String::new() });
    let open = vec![Question::Review { version: 1 }, Question::Bssn];
    assert_eq!(desk.refused(&kabid(), approve()), Refusal::WhichQuestion { open });
}

#[test]
fn an_answer_that_comes_twice() {
    let mut desk = Desk::approved();
    let question = Question::Review { version: 1 };
    let refusal = desk.try_order(&kabid(), approve(), Some(question)).expect_err("approved already");
    assert_eq!(refusal, Refusal::AnsweredAlready { question });
}

#[test]
fn an_answer_about_an_older_version() {
    let mut desk = Desk::repair().does(&ani(), Command::Submit(submission()));
    let old = Some(Question::Review { version: 1 });
    let expected = Refusal::StaleVersion { answered: 1, current: 2 };
    assert_eq!(desk.try_order(&kabid(), approve(), old).expect_err("stale"), expected);
    let revise = Command::Revise { notes: text("-") };
    assert_eq!(desk.try_order(&kabid(), revise, old).expect_err("stale"), expected);
}

#[test]
fn a_pdf_whose_signature_is_not_good() {
    let mut rules = rules();
    rules.policy.approval.mode = Mode::SignedPdf;
    let mut desk = Desk::review();
    desk.rules = rules;
    assert_eq!(desk.refused(&kabid(), approve()), Refusal::Signature { fault: SignatureFault::NoFile });
    let fault = SignatureFault::OtherContent;
    let refused = Command::Approve { withhold: false, signature: Some(Signature::Refused(fault)) };
    assert_eq!(desk.refused(&kabid(), refused), Refusal::Signature { fault });
    let desk = desk.does(&kabid(), Command::Approve { withhold: false, signature: signed(true) });
    assert_eq!(desk.status(), Status::Approved);
}

#[test]
fn a_word_for_an_opd_without_its_ground() {
    let refusal = Desk::forwarded().refused(&ani(), Command::Acknowledge { officer: String::new() });
    assert_eq!(refusal, Refusal::NeedsReason { word: Word::Acknowledge });
    let refusal = Desk::analysis().refused(&ani(), Command::Bssn { text: String::new() });
    assert_eq!(refusal, Refusal::NeedsReason { word: Word::Bssn });
}

#[test]
fn sekda_without_the_word_of_the_kepala_dinas() {
    let silent = Desk::follow_up().does(&kabid(), Command::Escalate { note: String::new() });
    assert_eq!(silent.case.ticket.tally.escalation, 3);
    let refusal = silent.refused(&kabid(), Command::Escalate { note: String::new() });
    assert_eq!(refusal, Refusal::NeedsReason { word: Word::Escalate });
    let told = silent.does(&kabid(), Command::Escalate { note: text("Kepala Dinas setuju, 24 November") });
    assert_eq!(told.said(), ["~escalation_memo>sekda"]);
    assert_eq!(told.refused(&kabid(), Command::Escalate { note: text("lagi") }), Refusal::NoHigherRung);
}

#[test]
fn a_date_that_gives_no_time() {
    let extend = |until| Command::Extend { until, reason: text("pengadaan") };
    let due_at = at(26, 14, 40);
    let desk = Desk::follow_up();
    assert_eq!(desk.refused(&rina(), extend(None)), Refusal::NeedsDate);
    assert_eq!(desk.refused(&kabid(), extend(None)), Refusal::NeedsDate);
    assert_eq!(desk.refused(&rina(), extend(Some(at(25, 16, 0)))), Refusal::NotLater { due_at });
    assert_eq!(desk.refused(&kabid(), extend(Some(due_at))), Refusal::NotLater { due_at });
    let late = desk.at(30, 9, 0);
    assert_eq!(late.refused(&rina(), extend(Some(at(27, 16, 0)))), Refusal::NotLater { due_at });
}

#[test]
fn a_ticket_that_would_be_its_own_duplicate() {
    let of = "CIAMIS-2026-0007".parse().expect("a number");
    assert_eq!(Desk::taken().refused(&ani(), Command::Duplicate { of }), Refusal::Itself);
}

#[test]
fn a_question_to_nobody() {
    let mut desk = Desk::taken();
    desk.case.ticket.reporter = None;
    assert_eq!(desk.refused(&ani(), Command::Ask { text: text("?") }), Refusal::NoReporter);
    assert_eq!(desk.refused(&ani(), Command::Reply(Reply::Bounty)), Refusal::NoReporter);
}

#[test]
fn what_is_so_already() {
    let check = |desk: Desk, by: &Actor, command: Command| assert_eq!(desk.refused(by, command), Refusal::AlreadySo);
    check(Desk::taken(), &ani(), Command::Take);
    check(Desk::taken(), &dedi(), Command::Assign { to: address("ani@csirt.example"), note: String::new() });
    check(
        Desk::taken().does(&ani(), Command::Urgent { reason: text("-") }),
        &ani(),
        Command::Urgent { reason: text("-") },
    );
    check(Desk::analysis(), &ani(), Command::PersonalData(Breach::No));
    check(Desk::analysis(), &ani(), Command::PersonalData(Breach::Notified));
    check(Desk::resolved(), &ani(), Command::PersonalData(Breach::Yes));
    check(Desk::follow_up(), &ani(), Command::SetOwner(text("dinkes")));
    check(Desk::analysis(), &ani(), Command::Split { opd: text("dinkes") });
    check(Desk::forwarded(), &kabid(), Command::Forward { to: None });
}

#[test]
fn a_second_look_by_whoever_closed_the_ticket() {
    let desk = Desk::not_valid().at(25, 9, 0);
    let uphold = Command::Reject { reason: text("tetap") };
    let (word, status) = (Word::Reject, Status::Closed(Disposition::NotValid));
    assert_eq!(desk.refused(&dedi(), uphold.clone()), Refusal::NotNow { word, status }, "nobody has objected");
    let desk = desk.event(Event::ReporterWrote { message: Digest::of(b"keberatan") });
    assert_eq!(desk.refused(&ani(), uphold.clone()), Refusal::SecondLookBySame);
    assert_eq!(desk.does(&dedi(), uphold).said(), ["~second_look_taken>reporter"]);
}

#[test]
fn nothing_to_take_back() {
    assert_eq!(Desk::analysis().refused(&ani(), Command::Undo), Refusal::NothingToUndo);
}
