//! What each notice carries: the allow-list of the gate.
//!
//! Whatever can leave the team is taken apart here field by field, without `..`: a field that is added
//! to such a notice does not compile until somebody has decided whose it is.

use crate::domain::notice::Notice;
use crate::domain::notice::answer::{CodeRequested, CommandUnproven, Transcript};
use crate::domain::notice::opd::{
    AcknowledgementNoted, Affected, BssnReport, EarlyWarning, EscalationMemo, FixConfirmed, FixIncomplete,
    FollowUpOverdue, FollowUpReminder, FollowUpReminders, PersonalDataDuty, ReportDelivered, RequestAnswered,
    SystemIsolated,
};
use crate::domain::notice::reporter::{News, ReportReceived, ToReporter};

/// What a field is, for whoever decides who may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Data {
    /// The number of the case, and that there is one.
    Number,
    /// Kind, finding, severity, distribution code.
    Kind,
    /// Where the case stands.
    Stage,
    /// Until when somebody does something, or since when.
    Deadline,
    /// The affected system and whose it is.
    System,
    /// What the approved report says.
    Report,
    /// Words the team writes for this very reader.
    TeamWords,
    /// Names of officials who act in their office.
    Official,
    /// What came of an order of the reader's own.
    Order,
    /// Who reported.
    Identity,
    /// What the reporter wrote or sent, his subject too.
    ReporterWords,
    /// Everything else of the team: notes, evidence, senders, figures, alarms.
    Inner,
}

impl Data {
    /// Every sort.
    pub const ALL: &[Data] = &[
        Data::Number,
        Data::Kind,
        Data::Stage,
        Data::Deadline,
        Data::System,
        Data::Report,
        Data::TeamWords,
        Data::Official,
        Data::Order,
        Data::Identity,
        Data::ReporterWords,
        Data::Inner,
    ];
}

/// Names of notices to an OPD, its superiors and BSSN: the office's own record, which carries nothing
/// of the reporter.
pub const OF_THE_OFFICE: &[&str] = &[
    "report_delivered",
    "follow_up_reminder",
    "follow_up_reminders",
    "follow_up_overdue",
    "fix_incomplete",
    "fix_confirmed",
    "acknowledgement_noted",
    "request_answered",
    "early_warning",
    "personal_data_duty",
    "system_isolated",
    "escalation_memo",
    "bssn_report",
];

use Data::{Deadline, Identity, Inner, Kind, Number, Official, Order, Report, ReporterWords, Stage, System, TeamWords};

/// What a notice carries.
pub fn carried(notice: &Notice) -> Vec<Data> {
    match notice {
        Notice::ReportReceived(notice) => report_received(notice),
        Notice::ToReporter(letter) => to_reporter(letter),
        Notice::TicketOpened(_)
        | Notice::Deadline(_)
        | Notice::Deadlines(_)
        | Notice::ReportReturned(_)
        | Notice::RecheckRequested(_)
        | Notice::MessageFiled(_)
        | Notice::OpdSaid(_)
        | Notice::ReportApproved(_)
        | Notice::TicketAssigned(_)
        | Notice::CommandWithdrawn(_)
        | Notice::ReviewRequested(_)
        | Notice::ReportForwarded(_)
        | Notice::TicketClosed(_)
        | Notice::DecisionRequested(_)
        | Notice::UrgentRaised(_)
        | Notice::DailyDigest(_)
        | Notice::DeskBack(_)
        | Notice::WeeklyRecap(_)
        | Notice::MonthlyRecap(_)
        | Notice::IsolationOrdered(_)
        | Notice::ForwardFailed(_)
        | Notice::Gathered(_)
        | Notice::MailHeld(_)
        | Notice::DeskAlert(_)
        | Notice::EvidenceSent(_) => vec![Inner],
        Notice::ReportDelivered(notice) => report_delivered(notice),
        Notice::FollowUpReminder(notice) => follow_up_reminder(notice),
        Notice::FollowUpReminders(FollowUpReminders { tlp: _, items }) => {
            items.iter().flat_map(follow_up_reminder).collect()
        }
        Notice::FollowUpOverdue(notice) => follow_up_overdue(notice),
        Notice::FixIncomplete(notice) => fix_incomplete(notice),
        Notice::FixConfirmed(notice) => fix_confirmed(notice),
        Notice::AcknowledgementNoted(notice) => acknowledgement_noted(notice),
        Notice::RequestAnswered(notice) => request_answered(notice),
        Notice::EarlyWarning(notice) => early_warning(notice),
        Notice::PersonalDataDuty(notice) => personal_data_duty(notice),
        Notice::SystemIsolated(notice) => system_isolated(notice),
        Notice::EscalationMemo(notice) => escalation_memo(notice),
        Notice::BssnReport(notice) => bssn_report(notice),
        Notice::Transcript(transcript) => transcript_of(transcript),
        Notice::CodeRequested(notice) => code_requested(notice),
        Notice::CommandUnproven(notice) => command_unproven(notice),
    }
}

impl Notice {
    /// What a mail to an OPD and its superiors is about.
    pub fn affected(&self) -> Vec<&Affected> {
        if let Notice::FollowUpReminders(FollowUpReminders { tlp: _, items }) = self {
            return items.iter().map(|item| &item.affected).collect();
        }
        office_head(self).into_iter().collect()
    }
}

fn office_head(notice: &Notice) -> Option<&Affected> {
    if let Notice::ReportDelivered(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::FollowUpReminder(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::FollowUpOverdue(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::FixIncomplete(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::FixConfirmed(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::AcknowledgementNoted(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::RequestAnswered(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::EarlyWarning(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::PersonalDataDuty(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::SystemIsolated(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::EscalationMemo(notice) = notice {
        Some(&notice.affected)
    } else if let Notice::BssnReport(notice) = notice {
        Some(&notice.affected)
    } else {
        None
    }
}

fn affected(affected: &Affected) -> Vec<Data> {
    let Affected { number: _, opd: _, system: _, kind: _, finding: _, severity: _, tlp: _ } = affected;
    vec![Number, Kind, System]
}

fn with(head: &Affected, more: &[Data]) -> Vec<Data> {
    [affected(head), more.to_vec()].concat()
}

fn report_received(notice: &ReportReceived) -> Vec<Data> {
    let ReportReceived {
        number: _,
        language: _,
        arrived_at: _,
        files: _,
        missing: _,
        due_at: _,
        begins_at: _,
        too_large: _,
        encrypted: _,
        own_words: _,
    } = notice;
    vec![Number, Deadline, ReporterWords, Identity]
}

fn to_reporter(letter: &ToReporter) -> Vec<Data> {
    let ToReporter { number: _, language: _, name, subject, news } = letter;
    let mut data = match news {
        News::ReportVerified { kind: _ } => vec![Kind],
        News::QuestionAsked { text: _, due_at: _ } => vec![TeamWords, Deadline],
        News::QuestionReminder { due_at: _ } => vec![Deadline],
        News::ReportRejected { reason: _ } => vec![TeamWords],
        News::ReportReferred { body: _ } => vec![TeamWords],
        News::WorkGoesOn { next_at: _ } | News::TicketReopened { next_at: _ } => vec![Deadline],
        News::TicketResolved { checked_at: _, anonymous: _ } => vec![Deadline],
        News::TicketMitigated { offline: _ } => vec![Stage],
        News::SecondLookTaken { looked_at: _, result: _ } => vec![Deadline, TeamWords],
        News::PublicStatus { status: _, updated_at: _ } => vec![Stage, Deadline],
        News::ReplyWritten { text: _ } => vec![TeamWords],
        News::ClosedUnanswered {} | News::ReportDuplicate {} | News::OwnerInformed {} | News::NoBounty {} => {
            vec![Stage]
        }
    };
    data.push(Number);
    // Words that are nobody's to see are none when they are empty.
    data.extend((!name.is_empty()).then_some(Identity));
    data.extend((!subject.is_empty()).then_some(ReporterWords));
    data
}

fn report_delivered(notice: &ReportDelivered) -> Vec<Data> {
    let ReportDelivered {
        affected,
        version: _,
        file: _,
        sections: _,
        recommendations: _,
        approved_by: _,
        acting: _,
        approved_at: _,
        signed: _,
        acknowledge_by: _,
        due_at: _,
        personal_data: _,
    } = notice;
    with(affected, &[Report, Official, Deadline])
}

fn follow_up_reminder(notice: &FollowUpReminder) -> Vec<Data> {
    let FollowUpReminder { affected, acknowledged: _, due_at: _, minutes_left: _ } = notice;
    with(affected, &[Stage, Deadline])
}

fn follow_up_overdue(notice: &FollowUpOverdue) -> Vec<Data> {
    let FollowUpOverdue { affected, forwarded_at: _, due_at: _, impact: _, endangers_domain: _ } = notice;
    with(affected, &[Report, Deadline])
}

fn fix_incomplete(notice: &FixIncomplete) -> Vec<Data> {
    let FixIncomplete { affected, checked_at: _, findings: _, due_at: _, reopened: _ } = notice;
    with(affected, &[TeamWords, Deadline])
}

fn fix_confirmed(notice: &FixConfirmed) -> Vec<Data> {
    let FixConfirmed { affected, checked_at: _, offline: _, risk_accepted: _, note: _ } = notice;
    with(affected, &[TeamWords, Deadline])
}

fn acknowledgement_noted(notice: &AcknowledgementNoted) -> Vec<Data> {
    let AcknowledgementNoted { affected, officer: _, due_at: _ } = notice;
    with(affected, &[Official, Deadline])
}

fn request_answered(notice: &RequestAnswered) -> Vec<Data> {
    let RequestAnswered { affected, request: _, granted: _, reason: _, due_at: _ } = notice;
    with(affected, &[TeamWords, Deadline])
}

fn early_warning(notice: &EarlyWarning) -> Vec<Data> {
    let EarlyWarning { affected, verified_at: _, due_at: _, endangers_domain: _ } = notice;
    with(affected, &[Deadline])
}

fn personal_data_duty(notice: &PersonalDataDuty) -> Vec<Data> {
    let PersonalDataDuty { affected, audience: _, started_at: _, due_at: _, reminder: _ } = notice;
    with(affected, &[Deadline])
}

fn system_isolated(notice: &SystemIsolated) -> Vec<Data> {
    let SystemIsolated { affected, at: _, reason: _ } = notice;
    with(affected, &[TeamWords, Deadline])
}

fn escalation_memo(notice: &EscalationMemo) -> Vec<Data> {
    let EscalationMemo {
        affected,
        audience: _,
        level: _,
        forwarded_at: _,
        due_at: _,
        reminders: _,
        impact: _,
        endangers_domain: _,
        by: _,
        note: _,
    } = notice;
    with(affected, &[Report, TeamWords, Official, Deadline])
}

fn bssn_report(notice: &BssnReport) -> Vec<Data> {
    let BssnReport { affected, verified_at: _, sections: _, support: _, vital: _ } = notice;
    with(affected, &[Report, TeamWords, Deadline])
}

fn transcript_of(transcript: &Transcript) -> Vec<Data> {
    let Transcript {
        number: _,
        subject: _,
        role,
        rehearsal: _,
        executed: _,
        lines: _,
        ignored: _,
        leaving: _,
        state: _,
        next: _,
    } = transcript;
    if role.is_staff() { vec![Inner] } else { vec![Order] }
}

fn code_requested(notice: &CodeRequested) -> Vec<Data> {
    let CodeRequested { number: _, subject: _, role, typed: _, word: _ } = notice;
    if role.is_staff() { vec![Inner] } else { vec![Order] }
}

fn command_unproven(notice: &CommandUnproven) -> Vec<Data> {
    let CommandUnproven { number: _, subject: _, role, doubt: _, fault: _ } = notice;
    if role.is_staff() { vec![Inner] } else { vec![Order] }
}
