//! What the Kabid is told and asked (domain 6.4).

use serde::Serialize;

use crate::domain::Time;
use crate::domain::approval::Mode;
use crate::domain::digest::Digest;
use crate::domain::notice::team::{About, Clock};
use crate::domain::personal_data::Finding;
use crate::domain::question::Question;
use crate::domain::recap::Recap;
use crate::domain::recap::day::{Day, Group, Mishaps};
use crate::domain::report::ReportFile;
use crate::domain::retention::Destroyed;
use crate::domain::role::Audience;
use crate::domain::stage::Status;

/// K1: a version of the report waits for the Kabid (SOP 5).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewRequested {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// The version.
    pub version: u32,
    /// What an approval is bound to.
    pub digest: Digest,
    /// The document, if it is a file; it is attached.
    pub file: Option<ReportFile>,
    /// The labelled paragraphs, in the report's order.
    pub sections: Vec<ReportSection>,
    /// Who wrote it.
    pub analyst: String,
    /// Whom it will be forwarded to.
    pub recipients: Vec<String>,
    /// Whether BSSN should be told.
    pub suggest_bssn: bool,
    /// What in it looks like personal data, and is meant by the analyst.
    pub personal_data_in: Vec<Finding>,
    /// How it is approved.
    pub mode: Mode,
    /// Whether his answer must be signed (`approval.require_signature`).
    pub must_sign: bool,
    /// Until when.
    pub clock: Option<Clock>,
}

/// One labelled paragraph.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportSection {
    /// Its name in code.
    pub section: &'static str,
    /// Its text.
    pub text: String,
}

/// K4: the report is on its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportForwarded {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// To whom.
    pub recipients: Vec<String>,
    /// When.
    pub at: Time,
    /// Whether it is a signed PDF.
    pub signed: bool,
}

/// K4: the ticket has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketClosed {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// How.
    pub status: Status,
    /// Who ended it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether the OPD's head accepted the risk.
    pub risk_accepted: bool,
}

/// K5: something only the Kabid can decide, or for a question of ownership an analyst.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionRequested {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who decides.
    pub audience: Audience,
    /// What.
    pub question: Question,
    /// To whom the draft would go, if it is about a mail.
    pub to: Option<Audience>,
    /// Who wants it; empty if a deadline does.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when the OPD had time.
    pub due_at: Option<Time>,
    /// The draft that would be sent, for reading.
    pub draft: Vec<ReportSection>,
}

/// K6 and A2: the ticket is marked DARURAT, or is grave from the beginning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UrgentRaised {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who is told.
    pub audience: Audience,
    /// Who raised it; empty if its kind did.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether the OPD was warned.
    pub warning: Warning,
    /// The clocks of the law that run.
    pub clocks: Vec<Clock>,
}

/// What became of the early warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// It is on its way.
    Sent,
    /// It waits for the Kabid.
    Waiting,
    /// The report has not been verified, or its owner is not known.
    TooEarly,
}

/// The Kabid ordered a host to be cut off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IsolationOrdered {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who ordered it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
}

/// K7: the day's state of things.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DailyDigest {
    /// Who is told.
    pub audience: Audience,
    /// When it was made.
    pub at: Time,
    /// The state of things.
    #[serde(flatten)]
    pub day: Day,
    /// What went wrong since the last digest.
    pub mishaps: Mishaps,
    /// What was destroyed since the last digest.
    pub destroyed: Option<Destroyed>,
    /// Entries of the logbook so far, and the digest of the last: an outside witness of the chain.
    pub logbook_entries: u64,
    /// The digest.
    pub logbook_head: Option<Digest>,
}

/// The desk works again after it was away: everything that passed meanwhile, in one mail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeskBack {
    /// Who is told.
    pub audience: Audience,
    /// The last thing that was known before.
    pub since: Time,
    /// When it came back.
    pub from: Time,
    /// Whether it was the mailbox that was away, and not the desk.
    pub mailbox: bool,
    /// Reports that were too old to be acknowledged.
    pub unanswered: u32,
    /// Tickets past a deadline.
    pub overdue: Group,
}

/// A week or a month in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodRecap {
    /// Who is told.
    pub audience: Audience,
    /// The last day of it.
    pub last_day: Time,
    /// The numbers.
    #[serde(flatten)]
    pub recap: Box<Recap>,
}
