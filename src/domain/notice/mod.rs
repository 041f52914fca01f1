//! Everything we can say: what the reader learns, and the data his mail is made from.
//!
//! One variant and one folder under `templates/mail/` for each mail of domain 6. What an OPD or
//! its superiors are told is in [`opd`], where nothing of the reporter has a field.

pub mod reporter;
pub mod team;
pub mod related;
pub mod gathered;
pub mod kabid;
pub mod opd;
pub mod answer;
pub mod alert;

use serde::Serialize;

use crate::domain::incoming::Language;
use crate::domain::notice::alert::DeskAlert;
use crate::domain::notice::answer::{CodeRequested, CommandUnproven, EvidenceSent, Transcript};
use crate::domain::notice::gathered::Gathered;
use crate::domain::notice::kabid::{
    DailyDigest, DecisionRequested, DeskBack, IsolationOrdered, PeriodRecap, ReportForwarded, ReviewRequested,
    TicketClosed, UrgentRaised,
};
use crate::domain::notice::opd::{
    AcknowledgementNoted, BssnReport, EarlyWarning, EscalationMemo, FixConfirmed, FixIncomplete, FollowUpOverdue,
    FollowUpReminder, FollowUpReminders, PersonalDataDuty, ReportDelivered, RequestAnswered, SystemIsolated,
};
use crate::domain::notice::reporter::{News, ReportReceived, ToReporter};
use crate::domain::notice::team::{
    CommandWithdrawn, DeadlineNear, DeadlinesNear, ForwardFailed, MailHeld, MessageFiled, OpdSaid, RecheckRequested,
    ReportApproved, ReportReturned, TicketAssigned, TicketOpened,
};
use crate::domain::outgoing::Class;
use crate::domain::role::Audience;

/// One thing we tell one person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[rustfmt::skip]
pub enum Notice {
    // To the reporter.
    /// P1: the report has been received and has a number.
    ReportReceived(ReportReceived),
    /// P2 to P14, and what an analyst writes.
    ToReporter(ToReporter),

    // To the team.
    /// A1: a new ticket waits for an analyst.
    TicketOpened(TicketOpened),
    /// A2, K2: a deadline comes near, or has passed.
    Deadline(DeadlineNear),
    /// A2, K2: several deadlines come near at once.
    Deadlines(DeadlinesNear),
    /// A3: the Kabid wants the report repaired.
    ReportReturned(ReportReturned),
    /// A4: the OPD says it has repaired.
    RecheckRequested(RecheckRequested),
    /// A5: somebody wrote again on a ticket.
    MessageFiled(MessageFiled),
    /// A5: the OPD said something by a command.
    OpdSaid(OpdSaid),
    /// A7: the report is approved.
    ReportApproved(ReportApproved),
    /// The ticket was given to an analyst.
    TicketAssigned(TicketAssigned),
    /// What was told at once has been taken back.
    CommandWithdrawn(CommandWithdrawn),
    /// K1: a version of the report waits for the Kabid.
    ReviewRequested(ReviewRequested),
    /// K4: the report is on its way.
    ReportForwarded(ReportForwarded),
    /// K4: the ticket has ended.
    TicketClosed(TicketClosed),
    /// K5: something only the Kabid can decide.
    DecisionRequested(DecisionRequested),
    /// K6, A2: the ticket is urgent.
    UrgentRaised(UrgentRaised),
    /// K7: the day's state of things.
    DailyDigest(DailyDigest),
    DeskBack(Box<DeskBack>),
    /// The week in numbers.
    WeeklyRecap(PeriodRecap),
    /// The month in numbers.
    MonthlyRecap(PeriodRecap),
    /// The Kabid ordered a host to be cut off.
    IsolationOrdered(IsolationOrdered),
    /// A6: the report could not be delivered.
    ForwardFailed(ForwardFailed),
    /// Notices that are told together.
    Gathered(Gathered),
    /// A mail could not be read and was put aside for a person.
    MailHeld(MailHeld),
    /// Something is in the way of the desk itself.
    DeskAlert(DeskAlert),

    // To the OPD, its superiors and BSSN.
    /// O1: the approved analysis report.
    ReportDelivered(ReportDelivered),
    /// O2: a reminder.
    FollowUpReminder(FollowUpReminder),
    /// O2: several reminders at once.
    FollowUpReminders(FollowUpReminders),
    /// O3: to the head of the OPD.
    FollowUpOverdue(FollowUpOverdue),
    /// O4: the repair did not hold.
    FixIncomplete(FixIncomplete),
    /// O5: the ticket has ended.
    FixConfirmed(FixConfirmed),
    /// O6: what the OPD said has been noted.
    AcknowledgementNoted(AcknowledgementNoted),
    /// O6: what the OPD asked for is decided.
    RequestAnswered(RequestAnswered),
    /// O7: PEMBERITAHUAN DINI.
    EarlyWarning(EarlyWarning),
    /// D1: the duties of Pasal 46 UU PDP.
    PersonalDataDuty(PersonalDataDuty),
    /// Its host is cut off.
    SystemIsolated(SystemIsolated),
    /// E1: superiors are asked for guidance.
    EscalationMemo(EscalationMemo),
    /// B1: the report to the sectoral team.
    BssnReport(BssnReport),

    // To whoever sent a command.
    /// A6, A7: what came of each line.
    Transcript(Box<Transcript>),
    /// A code for an order that needs one.
    CodeRequested(CodeRequested),
    /// A mail to answer, because the command answered none of ours.
    CommandUnproven(CommandUnproven),
    /// The evidence as a ZIP.
    EvidenceSent(EvidenceSent),
}

impl Notice {
    /// The notice's folder under `templates/mail/` and its name in the database.
    pub fn folder(&self) -> &'static str {
        match self {
            Notice::ReportReceived(_) => "report_received",
            Notice::ToReporter(letter) => letter.news.folder(),
            Notice::TicketOpened(_) => "ticket_opened",
            Notice::Deadline(_) => "deadline",
            Notice::Deadlines(_) => "deadlines",
            Notice::ReportReturned(_) => "report_returned",
            Notice::RecheckRequested(_) => "recheck_requested",
            Notice::MessageFiled(_) => "message_filed",
            Notice::OpdSaid(_) => "opd_said",
            Notice::ReportApproved(_) => "report_approved",
            Notice::TicketAssigned(_) => "ticket_assigned",
            Notice::CommandWithdrawn(_) => "command_withdrawn",
            Notice::ReviewRequested(_) => "review_requested",
            Notice::ReportForwarded(_) => "report_forwarded",
            Notice::TicketClosed(_) => "ticket_closed",
            Notice::DecisionRequested(_) => "decision_requested",
            Notice::UrgentRaised(_) => "urgent_raised",
            Notice::DailyDigest(_) => "daily_digest",
            Notice::DeskBack(_) => "desk_back",
            Notice::WeeklyRecap(_) => "weekly_recap",
            Notice::MonthlyRecap(_) => "monthly_recap",
            Notice::IsolationOrdered(_) => "isolation_ordered",
            Notice::ForwardFailed(_) => "forward_failed",
            Notice::Gathered(_) => "gathered",
            Notice::MailHeld(_) => "mail_held",
            Notice::DeskAlert(_) => "desk_alert",
            Notice::ReportDelivered(_) => "report_delivered",
            Notice::FollowUpReminder(_) => "follow_up_reminder",
            Notice::FollowUpReminders(_) => "follow_up_reminders",
            Notice::FollowUpOverdue(_) => "follow_up_overdue",
            Notice::FixIncomplete(_) => "fix_incomplete",
            Notice::FixConfirmed(_) => "fix_confirmed",
            Notice::AcknowledgementNoted(_) => "acknowledgement_noted",
            Notice::RequestAnswered(_) => "request_answered",
            Notice::EarlyWarning(_) => "early_warning",
            Notice::PersonalDataDuty(_) => "personal_data_duty",
            Notice::SystemIsolated(_) => "system_isolated",
            Notice::EscalationMemo(_) => "escalation_memo",
            Notice::BssnReport(_) => "bssn_report",
            Notice::Transcript(_) => "transcript",
            Notice::CodeRequested(_) => "code_requested",
            Notice::CommandUnproven(_) => "command_unproven",
            Notice::EvidenceSent(_) => "evidence_sent",
        }
    }

    /// Who it is for.
    pub fn audience(&self) -> Audience {
        match self {
            Notice::ReportReceived(_) | Notice::ToReporter(_) => Audience::Reporter,
            Notice::TicketOpened(_)
            | Notice::Gathered(_)
            | Notice::MailHeld(_)
            | Notice::DeskAlert(_)
            | Notice::IsolationOrdered(_) => Audience::Analysts,
            Notice::ReportReturned(_)
            | Notice::RecheckRequested(_)
            | Notice::MessageFiled(_)
            | Notice::OpdSaid(_)
            | Notice::ReportApproved(_)
            | Notice::TicketAssigned(_)
            | Notice::CommandWithdrawn(_) => Audience::Assignee,
            Notice::ReviewRequested(_) | Notice::ReportForwarded(_) | Notice::TicketClosed(_) => Audience::Kabid,
            Notice::ReportDelivered(_)
            | Notice::FollowUpReminder(_)
            | Notice::FollowUpReminders(_)
            | Notice::FixIncomplete(_)
            | Notice::FixConfirmed(_)
            | Notice::AcknowledgementNoted(_)
            | Notice::RequestAnswered(_)
            | Notice::EarlyWarning(_)
            | Notice::SystemIsolated(_) => Audience::Opd,
            Notice::FollowUpOverdue(_) => Audience::OpdHead,
            Notice::BssnReport(_) => Audience::Bssn,
            Notice::Transcript(_) | Notice::CodeRequested(_) | Notice::CommandUnproven(_) | Notice::EvidenceSent(_) => {
                Audience::Sender
            }
            Notice::Deadline(notice) => notice.audience,
            Notice::Deadlines(notice) => notice.audience,
            Notice::DecisionRequested(notice) => notice.audience,
            Notice::UrgentRaised(notice) => notice.audience,
            Notice::DailyDigest(notice) => notice.audience,
            Notice::DeskBack(notice) => notice.audience,
            Notice::WeeklyRecap(notice) | Notice::MonthlyRecap(notice) => notice.audience,
            Notice::ForwardFailed(notice) => notice.audience,
            Notice::PersonalDataDuty(notice) => notice.audience,
            Notice::EscalationMemo(notice) => notice.audience,
        }
    }

    /// The language it is written in: the reporter's own, Indonesian for everybody else.
    pub fn language(&self) -> Language {
        if let Notice::ReportReceived(notice) = self {
            notice.language
        } else if let Notice::ToReporter(letter) = self {
            letter.language
        } else {
            Language::Id
        }
    }

    /// Whether it says nothing secret, and matters most just when it cannot be encrypted: that a key cannot
    /// be used. Everything else waits for the key.
    pub fn may_go_in_clear(&self) -> bool {
        matches!(self, Notice::DeskAlert(DeskAlert::KeyUnusable { .. }))
    }

    /// What happens when its delivery is in doubt: receipts are not repeated, everything that
    /// matters to its reader is (decisions 12).
    pub fn class(&self) -> Class {
        let status = |letter: &ToReporter| matches!(letter.news, News::PublicStatus { .. });
        let receipt = matches!(self, Notice::ReportReceived(_) | Notice::Transcript(_) | Notice::CommandUnproven(_))
            || matches!(self, Notice::ToReporter(letter) if status(letter));
        if receipt { Class::Acknowledgement } else { Class::Request }
    }
}
