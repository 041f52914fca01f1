//! One small story for each row of domain 5.2: who does what, where the ticket stands then, and who
//! is told. A `~` marks what waits for `command.hold`.

use siaga::domain::command::{Breach, Command};
use siaga::domain::digest::Digest;
use siaga::domain::kind::IncidentKind;
use siaga::domain::question::Question;
use siaga::domain::role::Audience;
use siaga::domain::severity::Severity;
use siaga::domain::stage::{Disposition, Stage, Status};
use siaga::domain::workflow::{EarlyWarningMode, Errand, Event};

use crate::support::{Desk, ani, approve, at, dedi, kabid, rina, rules, submission, text, valid};

fn check(desk: &Desk, status: Status, said: &[&str]) {
    assert_eq!(desk.status(), status);
    assert_eq!(desk.said(), said);
}

#[test]
fn row_1_a_report_opens_a_ticket_and_names_the_one_system_of_ours_in_it() {
    let desk = Desk::new();
    assert_eq!(desk.status(), Status::New);
    assert_eq!(desk.case.ticket.class.opd.as_deref(), Some("dinkes"));
    assert_eq!(desk.case.ticket.class.system.as_deref(), Some("dinkes.ciamiskab.go.id"));
    assert_eq!(desk.due(Stage::Verification).as_deref(), Some("23 14:30"));
}

#[test]
fn row_2_taking_a_ticket_begins_its_verification() {
    let desk = Desk::new().does(&ani(), Command::Take);
    check(&desk, Status::Verification, &[]);
    assert_eq!(desk.case.ticket.assignee.as_ref(), ani().address());
    // Another analyst may take it over; the Kabid may take it himself.
    check(&desk.clone().does(&dedi(), Command::Take), Status::Verification, &[]);
    check(&desk.does(&kabid(), Command::Take), Status::Verification, &[]);
}

#[test]
fn row_2_any_other_command_implies_taking_it() {
    let desk = Desk::new().does(&ani(), Command::SetSeverity(Severity::High));
    check(&desk, Status::Verification, &[]);
    assert_eq!(desk.case.ticket.assignee.as_ref(), ani().address());
    let desk = Desk::new().does(&ani(), Command::Note { text: text("dilihat") });
    check(&desk, Status::New, &[]);
    assert_eq!(desk.case.ticket.assignee, None);
}

#[test]
fn row_3_valid_answers_the_reporter_and_begins_the_analysis() {
    let desk = Desk::new().at(23, 11, 0).does(&ani(), valid(IncidentKind::SqlInjection));
    check(&desk, Status::Analysis, &["~report_verified>reporter"]);
    assert_eq!(desk.met(Stage::Verification), Some(true));
    assert_eq!(desk.due(Stage::Analysis).as_deref(), Some("24 11:00"));
    assert_eq!(desk.case.ticket.class.severity, Some(Severity::High), "the usual severity of its kind");
}

#[test]
fn row_3_judi_online_warns_the_opd_before_there_is_a_report() {
    let desk = Desk::taken().at(23, 11, 0).does(&ani(), valid(IncidentKind::Gambling));
    check(&desk, Status::Analysis, &["~report_verified>reporter", "~early_warning>opd"]);
    assert_eq!(desk.due(Stage::Judol).as_deref(), Some("24 11:00"));
}

#[test]
fn row_3_kritis_tells_the_kabid_as_well() {
    let desk = Desk::taken().does(&ani(), valid(IncidentKind::Ransomware));
    check(&desk, Status::Analysis, &["~report_verified>reporter", "~early_warning>opd", "urgent_raised>kabid"]);
}

#[test]
fn row_3_the_warning_waits_for_the_kabid_where_he_wants_to_be_asked() {
    let mut rules = rules();
    rules.policy.early_warning = EarlyWarningMode::Kabid;
    let desk = Desk::with(rules, at(23, 10, 30)).does(&ani(), valid(IncidentKind::Gambling));
    check(&desk, Status::Analysis, &["~report_verified>reporter", "urgent_raised>kabid"]);
    let yes = desk.clone().does(&kabid(), approve());
    check(&yes, Status::Analysis, &["~early_warning>opd"]);
    assert_eq!(yes.case.questions, []);
    let no = desk.does(&kabid(), Command::Reject { reason: text("sudah ditelepon") });
    check(&no, Status::Analysis, &[]);
    assert_eq!(no.case.warned_at, None);
}

#[test]
fn row_3_the_opd_is_warned_as_soon_as_it_is_known() {
    let unknown = || {
        let mut desk = Desk::taken();
        (desk.case.ticket.class.opd, desk.case.ticket.class.system) = (None, None);
        let command = Command::Verify(siaga::domain::command::Assessment {
            kind: Some(IncidentKind::Gambling),
            ..Default::default()
        });
        desk.does(&ani(), command)
    };
    check(&unknown(), Status::Analysis, &["~report_verified>reporter"]);
    check(&unknown().does(&ani(), Command::SetOwner(text("dinkes"))), Status::Analysis, &["~early_warning>opd"]);
}

#[test]
fn row_4_a_question_makes_it_the_reporters_turn() {
    let desk = Desk::taken().does(&ani(), Command::Ask { text: text("Di halaman mana?") });
    check(&desk, Status::AwaitingReporter, &["~question_asked>reporter"]);
    assert_eq!(desk.due(Stage::ReporterAnswer).as_deref(), Some("30 10:30"));
    assert!(desk.case.deadline(Stage::Verification).unwrap().is_paused());
}

#[test]
fn row_5_the_reporters_answer_lets_the_clock_go_on() {
    let message = Digest::of(b"jawaban");
    let desk = Desk::awaiting_reporter().at(25, 9, 0).event(Event::ReporterWrote { message });
    check(&desk, Status::Verification, &[]);
    assert_eq!(desk.due(Stage::Verification).as_deref(), Some("25 12:00"), "three hours were left");
    let asked = Desk::analysis().at(23, 14, 0).does(&ani(), Command::Ask { text: text("Sejak kapan?") });
    let desk = asked.at(25, 14, 0).event(Event::ReporterWrote { message });
    check(&desk, Status::Analysis, &[]);
    let asked = Desk::repair().does(&ani(), Command::Ask { text: text("Sejak kapan?") });
    check(&asked.event(Event::ReporterWrote { message }), Status::Repair, &[]);
}

#[test]
fn row_5_the_work_can_go_on_without_an_answer() {
    check(&Desk::awaiting_reporter().does(&ani(), Command::Take), Status::Verification, &[]);
    check(
        &Desk::awaiting_reporter().does(&ani(), valid(IncidentKind::SqlInjection)),
        Status::Analysis,
        &["~report_verified>reporter"],
    );
}

#[test]
fn row_6_without_an_answer_the_analyst_closes() {
    let desk = Desk::awaiting_reporter().at(30, 13, 0).does(&ani(), Command::Close { reason: text("tidak terbukti") });
    check(&desk, Status::Closed(Disposition::NotValid), &["~closed_unanswered>reporter"]);
}

#[test]
fn row_7_a_rejection_tells_its_reason() {
    let desk = Desk::taken().does(&ani(), Command::Reject { reason: text("informasi publik") });
    check(&desk, Status::Closed(Disposition::NotValid), &["~report_rejected>reporter"]);
    assert_eq!(desk.met(Stage::Verification), Some(true));
    assert_eq!(desk.case.ticket.closed_by.as_ref(), ani().address());
}

#[test]
fn row_8_a_duplicate_follows_its_parent() {
    let desk = Desk::duplicate();
    check(&desk, Status::Closed(Disposition::Duplicate), &["~report_duplicate>reporter"]);
    assert_eq!(desk.case.ticket.parent.as_ref().map(ToString::to_string).as_deref(), Some("CIAMIS-2026-0003"));
    let desk = desk.at(30, 9, 0).event(Event::ParentResolved);
    check(&desk, Status::Closed(Disposition::Duplicate), &["ticket_resolved>reporter"]);
    assert_eq!(desk.event(Event::ParentResolved).said(), [""; 0], "told once");
}

#[test]
fn row_9_a_referral_names_the_body() {
    check(&Desk::referred(), Status::Closed(Disposition::Referred), &["~report_referred>reporter"]);
}

#[test]
fn row_10_junk_is_closed_in_silence() {
    check(&Desk::junk(), Status::Closed(Disposition::Spam), &[]);
    check(&Desk::new().does(&ani(), Command::Spam), Status::Closed(Disposition::Spam), &[]);
    // decisions 17: what was taken for junk becomes a ticket again.
    let revived = Desk::junk().does(&ani(), valid(IncidentKind::SqlInjection));
    check(&revived, Status::Analysis, &["~report_verified>reporter"]);
}

#[test]
fn row_11_a_submission_asks_the_kabid() {
    let desk = Desk::analysis().at(23, 14, 0).does(&ani(), Command::Submit(submission()));
    check(&desk, Status::Review, &["review_requested>kabid"]);
    assert_eq!(desk.met(Stage::Analysis), Some(true));
    assert_eq!(desk.due(Stage::Review).as_deref(), Some("23 15:00"));
    assert_eq!(desk.last.as_ref().unwrap().sayings[0].asks, Some(Question::Review { version: 1 }));
}

#[test]
fn rows_12_and_13_a_report_sent_back_comes_again_as_the_next_version() {
    let desk = Desk::repair();
    check(&desk, Status::Repair, &["report_returned>assignee"]);
    assert_eq!(desk.met(Stage::Review), Some(true));
    let desk = desk.at(24, 9, 0).does(&ani(), Command::Submit(submission()));
    check(&desk, Status::Review, &["review_requested>kabid"]);
    assert_eq!(desk.case.report.as_ref().unwrap().version, 2);
    assert_eq!(desk.case.deadline(Stage::Review).unwrap().round, 2);
}

#[test]
fn row_14_an_approval_leaves_after_its_hold() {
    let desk = Desk::review().at(23, 14, 30).does(&kabid(), approve());
    check(&desk, Status::Approved, &["report_approved>assignee"]);
    assert_eq!(desk.last.as_ref().unwrap().errands, [Errand::ForwardAt(at(23, 14, 40))]);
    assert_eq!(desk.due(Stage::Forwarding).as_deref(), Some("23 15:30"));
    assert_eq!(desk.met(Stage::Review), Some(true));
}

#[test]
fn row_15_forwarding_tells_the_opd_the_kabid_and_the_reporter() {
    let desk = Desk::approved().at(23, 14, 40).event(Event::HoldEnded);
    let said = ["report_delivered>opd", "report_forwarded>kabid", "owner_informed>reporter"];
    check(&desk, Status::Forwarded, &said);
    assert_eq!(desk.due(Stage::Acknowledgement), None, "the OPD's clocks begin with the delivery");
    let desk = desk.at(23, 14, 41).event(Event::ForwardSent);
    check(&desk, Status::Forwarded, &[]);
    assert_eq!(desk.met(Stage::Forwarding), Some(true));
    assert_eq!(desk.due(Stage::Acknowledgement).as_deref(), Some("24 14:41"));
    assert_eq!(desk.due(Stage::FollowUp).as_deref(), Some("26 14:41"), "Tinggi: three working days");
}

#[test]
fn row_15_a_withheld_approval_waits_for_the_order() {
    let withhold = Command::Approve { withhold: true, signature: None };
    let desk = Desk::review().does(&kabid(), withhold);
    check(&desk, Status::Approved, &["report_approved>assignee"]);
    assert_eq!(desk.last.as_ref().unwrap().errands, []);
    check(&desk.clone().event(Event::HoldEnded), Status::Approved, &[]);
    let desk = desk.does(&kabid(), Command::Forward { to: None });
    let said = ["~report_delivered>opd", "report_forwarded>kabid", "~owner_informed>reporter"];
    check(&desk, Status::Forwarded, &said);
}

#[test]
fn row_16_the_opd_acknowledges_by_command_or_by_any_reply() {
    let desk = Desk::forwarded().does(&rina(), Command::Acknowledge { officer: text("Rina") });
    check(&desk, Status::FollowUp, &["acknowledgement_noted>opd"]);
    assert_eq!(desk.met(Stage::Acknowledgement), Some(true));
    let by = rina().address().unwrap().clone();
    let desk = Desk::forwarded().event(Event::OpdWrote { by, message: Digest::of(b"ya") });
    check(&desk, Status::FollowUp, &["acknowledgement_noted>opd"]);
    let by_telephone = Command::Acknowledge { officer: text("Rina, lewat telepon") };
    check(&Desk::forwarded().does(&ani(), by_telephone), Status::FollowUp, &["~acknowledgement_noted>opd"]);
}

#[test]
fn row_18_a_repair_is_to_be_checked() {
    let desk = Desk::recheck();
    check(&desk, Status::Recheck, &["recheck_requested>assignee"]);
    assert_eq!(desk.met(Stage::FollowUp), Some(true));
    assert_eq!(desk.due(Stage::Recheck).as_deref(), Some("25 09:00"));
    let by_telephone = Command::Fixed { account: text("lewat telepon: berkas dihapus") };
    check(&Desk::follow_up().does(&ani(), by_telephone), Status::Recheck, &["recheck_requested>assignee"]);
}

#[test]
fn row_19_a_repair_that_holds_closes_the_ticket_with_thanks() {
    let desk = Desk::recheck().at(24, 11, 0).does(&ani(), Command::Pass { note: String::new() });
    let said = ["~fix_confirmed>opd", "~ticket_resolved>reporter", "ticket_closed>kabid"];
    check(&desk, Status::Closed(Disposition::Resolved), &said);
    assert_eq!(desk.last.as_ref().unwrap().errands, [Errand::TellDuplicates]);
    assert!(desk.case.deadlines.iter().all(|deadline| !deadline.is_open()));
}

#[test]
fn row_20_a_repair_that_does_not_hold_goes_back_and_is_counted() {
    let desk = Desk::recheck().at(24, 11, 0).does(&ani(), Command::Fail { findings: text("masih ada") });
    check(&desk, Status::FollowUp, &["~fix_incomplete>opd"]);
    assert_eq!(desk.case.ticket.tally.false_fixes, 1);
    assert_eq!(desk.due(Stage::FollowUp).as_deref(), Some("27 08:10"), "the two hours of checking are the team's");
}

#[test]
fn row_20_a_late_repair_that_does_not_hold_gets_a_day_for_another_try() {
    let late = Desk::follow_up().at(30, 9, 0).does(&rina(), Command::Fixed { account: text("selesai") });
    assert_eq!(late.met(Stage::FollowUp), Some(false));
    let desk = late.at(30, 10, 0).does(&ani(), Command::Fail { findings: text("masih ada") });
    assert_eq!(
        desk.case.open_deadline(Stage::FollowUp).unwrap().due_at,
        crate::support::parse_time("2026-12-01T10:00:00+07:00")
    );
}

#[test]
fn row_21_a_resolved_ticket_is_opened_again() {
    let desk = Desk::resolved().at(27, 9, 0).does(&ani(), Command::Reopen { reason: text("muncul kembali") });
    check(&desk, Status::FollowUp, &["~fix_incomplete>opd", "~ticket_reopened>reporter"]);
    assert_eq!(desk.case.ticket.tally.reopened, 1);
    let desk = Desk::not_valid().does(&ani(), Command::Reopen { reason: text("ada bukti baru") });
    check(&desk, Status::Verification, &["~ticket_reopened>reporter"]);
    let closed = Desk::analysis().does(&ani(), Command::Close { reason: text("bukan insiden") });
    check(
        &closed.does(&ani(), Command::Reopen { reason: text("keliru") }),
        Status::Analysis,
        &["~ticket_reopened>reporter"],
    );
}

#[test]
fn row_22_the_right_opd_gets_a_report_of_its_own() {
    let desk = Desk::follow_up().does(&rina(), Command::NotOurs { reason: text("dikelola Disdukcapil") });
    check(&desk, Status::FollowUp, &["opd_said>assignee"]);
    assert!(desk.case.deadline(Stage::FollowUp).unwrap().is_paused());
    let given = desk.clone().does(&ani(), Command::SetOwner(text("disdukcapil")));
    check(&given, Status::Analysis, &["~request_answered>opd"]);
    assert_eq!(given.last.as_ref().unwrap().sayings[0].office.as_deref(), Some("dinkes"));
    assert_eq!(given.case.approval, None);
    let kept = desk.does(&ani(), Command::Reject { reason: text("server milik Dinkes") });
    check(&kept, Status::FollowUp, &["~request_answered>opd"]);
    assert!(kept.case.deadline(Stage::FollowUp).unwrap().is_running());
}

#[test]
fn row_23_more_time_is_asked_for_and_decided() {
    let until = at(30, 16, 0);
    let ask = Command::Extend { until: Some(until), reason: text("pengadaan") };
    let desk = Desk::follow_up().does(&rina(), ask);
    check(&desk, Status::FollowUp, &["decision_requested>kabid"]);
    assert_eq!(desk.due(Stage::FollowUp).as_deref(), Some("26 14:40"), "asking changes nothing");
    for yes in [approve(), Command::Extend { until: None, reason: String::new() }] {
        let granted = desk.clone().does(&kabid(), yes);
        check(&granted, Status::FollowUp, &["~request_answered>opd"]);
        assert_eq!(granted.due(Stage::FollowUp).as_deref(), Some("30 16:00"));
        assert_eq!(granted.case.questions, []);
    }
    let denied = desk.does(&kabid(), Command::Reject { reason: text("terlalu lama") });
    check(&denied, Status::FollowUp, &["~request_answered>opd"]);
    assert_eq!(denied.due(Stage::FollowUp).as_deref(), Some("26 14:40"));
}

#[test]
fn row_24_closing_without_a_repair_is_the_kabids_decision() {
    let desk =
        Desk::follow_up().does(&ani(), Command::Close { reason: text("risiko diterima Kepala Dinas Kesehatan") });
    check(&desk, Status::FollowUp, &["decision_requested>kabid"]);
    let desk = desk.does(&kabid(), approve());
    let said = ["~fix_confirmed>opd", "~ticket_mitigated>reporter", "ticket_closed>kabid"];
    check(&desk, Status::Closed(Disposition::Resolved), &said);
    assert!(desk.case.ticket.flags.risk_accepted);
}

#[test]
fn row_25_a_system_that_was_switched_off_is_checked_too() {
    let desk = Desk::follow_up().does(&rina(), Command::Offline { account: String::new() });
    check(&desk, Status::Recheck, &["recheck_requested>assignee"]);
    let desk = desk.does(&ani(), Command::Pass { note: String::new() });
    assert_eq!(desk.said(), ["~fix_confirmed>opd", "~ticket_mitigated>reporter", "ticket_closed>kabid"]);
}

#[test]
fn row_26_darurat_makes_every_clock_the_running_clock() {
    let desk = Desk::analysis().at(23, 12, 0).does(&ani(), Command::Urgent { reason: text("masih berjalan") });
    check(&desk, Status::Analysis, &["~early_warning>opd", "urgent_raised>kabid", "urgent_raised>analysts"]);
    let before = Desk::new().at(23, 12, 0).does(&ani(), Command::Urgent { reason: text("menyebar") });
    check(&before, Status::Verification, &["urgent_raised>kabid", "urgent_raised>analysts"]);
    assert_eq!(before.due(Stage::Verification).as_deref(), Some("23 13:30"), "the rest does not count any longer");
}

#[test]
fn row_27_a_breach_is_counted_from_the_moment_the_team_knew() {
    let desk = Desk::analysis().at(24, 9, 0).does(&ani(), Command::PersonalData(Breach::Yes));
    check(&desk, Status::Analysis, &["~personal_data_duty>opd", "personal_data_duty>kabid"]);
    assert_eq!(desk.due(Stage::Pdp).as_deref(), Some("26 11:00"), "from #valid, not from #pdp");
    let told = desk.clone().does(&ani(), Command::PersonalData(Breach::Notified));
    assert_eq!(told.met(Stage::Pdp), Some(true));
    let none = desk.does(&ani(), Command::PersonalData(Breach::No));
    assert_eq!((none.met(Stage::Pdp), none.due(Stage::Pdp)), (None, None));
}

#[test]
fn row_28_bssn_is_told_on_the_kabids_word() {
    let desk = Desk::review().does(&ani(), Command::Bssn { text: text("mohon analisis log") });
    check(&desk, Status::Review, &["decision_requested>kabid"]);
    let mut desk = desk;
    desk.try_order(&kabid(), approve(), Some(Question::Bssn)).expect("two questions are open, the code tells which");
    check(&desk, Status::Review, &["~bssn_report>bssn"]);
    assert_eq!(desk.case.bssn_at, Some(desk.now));
    assert!(desk.notice_for(Audience::Bssn).is_some());
}
