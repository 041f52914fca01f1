//! What the OPD is told (domain 6.5), and what leadership and BSSN are told about it (6.6).
//!
//! **Invariant:** nothing here has a field for anything of the reporter: not his name, not his
//! address, not his subject, not his words.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::notice::kabid::ReportSection;
use crate::domain::report::ReportFile;
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::tlp::Tlp;

/// What every mail to an OPD about a ticket begins with: with the recommendations, the four things
/// a warned party must be told (domain 1.2).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Affected {
    /// Ticket number.
    pub number: String,
    /// Name of the OPD.
    pub opd: String,
    /// The affected system.
    pub system: Option<String>,
    /// The kind of incident.
    pub kind: Option<IncidentKind>,
    /// Incident or vulnerability.
    pub finding: Option<Finding>,
    /// How grave.
    pub severity: Option<Severity>,
    /// Who may be shown it.
    pub tlp: Tlp,
}

/// O1: the approved analysis report (SOP 6).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportDelivered {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// The version.
    pub version: u32,
    /// The document, if it is a file; it is attached.
    pub file: Option<ReportFile>,
    /// The labelled paragraphs, in the report's order: the whole report if there is no file.
    pub sections: Vec<ReportSection>,
    /// The first recommendations, one a line.
    pub recommendations: Vec<String>,
    /// Who approved it.
    pub approved_by: String,
    /// Whether that was a deputy (Plh.).
    pub acting: bool,
    /// When.
    pub approved_at: Time,
    /// Whether the file carries a checked signature: only then it is called signed.
    pub signed: bool,
    /// Until when the OPD says that it has the report.
    pub acknowledge_by: Time,
    /// Until when it repairs.
    pub due_at: Time,
    /// Whether the duties of Pasal 46 UU PDP are told of in a mail of its own.
    pub personal_data: bool,
}

/// O2: the OPD has not answered, or time runs out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FollowUpReminder {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// Whether it has said that it has the report.
    pub acknowledged: bool,
    /// Until when it repairs.
    pub due_at: Time,
    /// Minutes left; negative when it is overdue.
    pub minutes_left: i64,
}

/// O2 for several tickets of one contact at one moment, in one mail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FollowUpReminders {
    /// The narrowest distribution code of them all.
    pub tlp: Tlp,
    /// They, the one that is due longest first.
    pub items: Vec<FollowUpReminder>,
}

impl FollowUpReminders {
    /// All of them in one mail.
    pub fn of(items: Vec<FollowUpReminder>) -> FollowUpReminders {
        let tlp = items.iter().map(|item| item.affected.tlp).max().unwrap_or_default();
        FollowUpReminders { tlp, items }
    }
}

/// O3: to the head of the OPD, when the deadline has passed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FollowUpOverdue {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When the report was forwarded.
    pub forwarded_at: Option<Time>,
    /// The deadline that has passed.
    pub due_at: Time,
    /// What the report says of the impact.
    pub impact: String,
    /// Whether the domain may be suspended for it.
    pub endangers_domain: bool,
}

/// O4: the repair did not hold, or the incident has come back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixIncomplete {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When it was checked.
    pub checked_at: Time,
    /// What is still found, in the analyst's words.
    pub findings: String,
    /// Until when.
    pub due_at: Option<Time>,
    /// Whether the ticket had been closed.
    pub reopened: bool,
}

/// O5: the ticket has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FixConfirmed {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When it was checked.
    pub checked_at: Time,
    /// Whether the system was switched off.
    pub offline: bool,
    /// Whether the head of the OPD accepted the risk.
    pub risk_accepted: bool,
    /// What goes on, in the analyst's words.
    pub note: String,
}

/// O6: what the OPD said has been noted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcknowledgementNoted {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// Who takes care of it there.
    pub officer: String,
    /// Until when it repairs.
    pub due_at: Option<Time>,
}

/// O6: what the OPD asked for is decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestAnswered {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// What it asked for.
    pub request: Request,
    /// Whether it is granted.
    pub granted: bool,
    /// Why, or what else is to be said.
    pub reason: String,
    /// Until when it repairs.
    pub due_at: Option<Time>,
}

/// What an OPD asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// More time.
    Extension,
    /// That somebody else owns the system.
    Ownership,
}

/// O7: PEMBERITAHUAN DINI, which is no report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EarlyWarning {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When it was verified.
    pub verified_at: Time,
    /// When it must be gone, if the domain is in danger.
    pub due_at: Option<Time>,
    /// Whether the domain may be suspended for it.
    pub endangers_domain: bool,
}

/// D1: the duties of Pasal 46 UU PDP.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonalDataDuty {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// Who is told: the OPD, and the Kabid.
    pub audience: Audience,
    /// Since when the 72 hours run.
    pub started_at: Time,
    /// Until when those concerned must be told.
    pub due_at: Time,
    /// Whether this is a reminder.
    pub reminder: bool,
}

/// To the OPD: its host is cut off on the Kabid's order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemIsolated {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When it was ordered.
    pub at: Time,
    /// Why.
    pub reason: String,
}

/// E1: an OPD does not act, and its superiors are asked for guidance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EscalationMemo {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// Who is asked.
    pub audience: Audience,
    /// Which step stays undone.
    pub level: u8,
    /// When the report was forwarded.
    pub forwarded_at: Option<Time>,
    /// The deadline that has passed.
    pub due_at: Option<Time>,
    /// Reminders the OPD got.
    pub reminders: u32,
    /// What the report says of the impact.
    pub impact: String,
    /// Whether the domain may be suspended for it.
    pub endangers_domain: bool,
    /// Who sends it.
    pub by: String,
    /// What he says about it.
    pub note: String,
}

/// B1: the report to the sectoral team; the first four fields are those of Pasal 15(4).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BssnReport {
    /// The system.
    #[serde(flatten)]
    pub affected: Affected,
    /// When it was verified.
    pub verified_at: Option<Time>,
    /// Description, chronology, impact, handling: the paragraphs of the report.
    pub sections: Vec<ReportSection>,
    /// What is asked for, in the analyst's words.
    pub support: String,
    /// Whether the system is vital infrastructure.
    pub vital: bool,
}
