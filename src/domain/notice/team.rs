//! What analysts are told (domain 6.3), and the head of every mail to the team.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::alarm::Alarm;
use crate::domain::calendar::Counting;
use crate::domain::completeness::Missing;
use crate::domain::digest::Digest;
use crate::domain::evidence::{Origin, Unmoved};
use crate::domain::incoming::{Content, Defect, Language};
use crate::domain::indicator::Indicator;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::lookalike::Lookalike;
use crate::domain::notice::related::{Related, SameDay, SeenIn};
use crate::domain::protection::Protection;
use crate::domain::role::Audience;
use crate::domain::scan::Scan;
use crate::domain::severity::Severity;
use crate::domain::stage::{Stage, Status};

/// Data of the team's notice of a new ticket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketOpened {
    /// Ticket number.
    pub number: String,
    /// Subject as the sender wrote it.
    pub subject: String,
    /// The sender as the From header reads.
    pub from: String,
    /// What is known of whether it is his.
    pub evidence: Origin,
    /// Whether it came encrypted or signed; `None` where there is nothing to say.
    pub protection: Option<Box<Protection>>,
    /// The sender's language.
    pub language: Language,
    /// When the report reached our server.
    pub arrived_at: Time,
    /// Until when the team must answer (SOP 3).
    pub due_at: Time,
    /// Minutes from now until then.
    pub minutes_left: i64,
    /// Which minutes those are.
    pub counting: Counting,
    /// Years on the way for which there is no holiday list: the deadline may be too early.
    pub unlisted_years: Vec<i32>,
    /// What the sender newly wrote, whole.
    pub text: String,
    /// The evidence.
    pub files: Vec<EvidenceFile>,
    /// How many of them do not go with the notice: `#bukti` sends them.
    pub unattached: usize,
    /// What looks urgent.
    pub alarms: Vec<Alarm>,
    /// What it names, the most telling first; without the own hosts.
    pub indicators: Vec<Indicator>,
    /// How many more the ticket has.
    pub more_indicators: usize,
    /// Other tickets that name the same.
    pub seen_in: Vec<SeenIn>,
    /// Other reports of the same day about the same host.
    pub same_day: Option<SameDay>,
    /// Where answers would go by the mail's own word, if that is not its sender.
    pub reply_to: Option<String>,
    /// What the report does not seem to have.
    pub missing: Vec<Missing>,
    /// Own hosts named in the text, with the OPD that owns them.
    pub hosts: Vec<OwnHost>,
    /// A ticket it has to do with.
    pub related: Option<Related>,
    /// Why the reporter was not acknowledged, if he was not.
    pub silence: Option<String>,
    /// Whose address its sender's looks like without being it.
    pub lookalike: Option<Box<Lookalike>>,
    /// What was odd about the mail.
    pub defects: Vec<Defect>,
}

/// An evidence file as the team is told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceFile {
    /// Safe name.
    pub name: String,
    /// What it is, by content.
    pub content: Content,
    /// Size of the decoded file.
    pub size_bytes: u64,
    /// Its digest.
    pub digest: Digest,
    /// Whether it goes with the notice (decisions 13).
    pub attached: bool,
    /// What the malware scanner said; `None` where there is none.
    pub scan: Option<Scan>,
}

/// One of our own hosts and its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnHost {
    /// Host name.
    pub host: String,
    /// Name of the owning OPD.
    pub opd: String,
}

/// Data of the notice that somebody wrote again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageFiled {
    /// Ticket number.
    pub number: String,
    /// Subject of the ticket.
    pub subject: String,
    /// The sender as the From header reads.
    pub from: String,
    /// What is known of whether it is his.
    pub evidence: Origin,
    /// Whether it came encrypted or signed; `None` where there is nothing to say.
    pub protection: Option<Box<Protection>>,
    /// Why nothing follows from it, though it says that something should.
    pub unmoved: Option<Unmoved>,
    /// Whether the sender is known to the ticket; if not, nothing was answered (decisions 18).
    pub pending: bool,
    /// When it reached our server.
    pub arrived_at: Time,
    /// The running stage.
    pub stage: Stage,
    /// Its deadline.
    pub due_at: Option<Time>,
    /// What the sender newly wrote.
    pub text: String,
    /// The files that came with it.
    pub files: Vec<EvidenceFile>,
    /// What it names that was not named before.
    pub indicators: Vec<Indicator>,
}

/// A2, K2: a deadline comes near, or has passed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadlineNear {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who is told.
    pub audience: Audience,
    /// The step.
    pub stage: Stage,
    /// Whose turn it is.
    pub owner: Audience,
    /// Who has taken the ticket; nobody, if it is new.
    pub assignee: Option<String>,
    /// When the step began.
    pub started_at: Time,
    /// Its deadline.
    pub due_at: Time,
    /// Which time counts.
    pub counting: Counting,
    /// Minutes left by that counting; negative when the deadline has passed.
    pub minutes_left: i64,
    /// Whether this goes to the next rung because the step is late.
    pub escalation: bool,
}

/// Several deadlines of one person at one moment, in one mail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadlinesNear {
    /// Who is told.
    pub audience: Audience,
    /// They, the one that is due longest first.
    pub items: Vec<DeadlineNear>,
}

/// Data of the notice that a mail was put aside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MailHeld {
    /// Number of the held mail, for `siaga held show`.
    pub held: i64,
    /// When it reached our server.
    pub arrived_at: Time,
    /// Size of the raw message.
    pub size_bytes: u64,
    /// Why it was put aside.
    pub reason: String,
}

/// What every mail to the team about a ticket begins with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// Ticket number.
    pub number: String,
    /// Subject of the ticket.
    pub subject: String,
    /// Name of the owning OPD.
    pub opd: Option<String>,
    /// The affected system.
    pub system: Option<String>,
    /// The kind of incident.
    pub kind: Option<IncidentKind>,
    /// Incident or vulnerability.
    pub finding: Option<Finding>,
    /// How grave.
    pub severity: Option<Severity>,
    /// Whether it is marked DARURAT.
    pub urgent: bool,
    /// Whether personal data may have been revealed.
    pub personal_data: bool,
}

/// A clock as people are told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clock {
    /// The step.
    pub stage: Stage,
    /// When it began.
    pub started_at: Time,
    /// When it is due.
    pub due_at: Time,
    /// Which time counts.
    pub counting: Counting,
    /// Minutes left by that counting; negative when it is overdue.
    pub minutes_left: i64,
    /// Whether it stands still.
    pub paused: bool,
}

/// A3: the Kabid wants the report repaired.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportReturned {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// The version that is returned.
    pub version: u32,
    /// Who returned it.
    pub by: String,
    /// His notes.
    pub notes: String,
    /// The rest of the analysis clock.
    pub clock: Option<Clock>,
}

/// A4: the OPD says it has repaired; somebody must check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecheckRequested {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// What was done, in the OPD's words.
    pub account: String,
    /// Whether the system was switched off instead.
    pub offline: bool,
    /// The checklist: the recommendations of the report.
    pub recommendations: String,
    /// Until when.
    pub clock: Option<Clock>,
}

/// A7: the report is approved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportApproved {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// The version.
    pub version: u32,
    /// Who approved.
    pub by: String,
    /// Whether that was a deputy (Plh.).
    pub acting: bool,
    /// Whether a checked signature is on the PDF: only then it is called signed.
    pub signed: bool,
    /// When it leaves; `None` if it waits for `#teruskan`.
    pub leaves_at: Option<Time>,
}

/// The ticket was given to an analyst.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketAssigned {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who gave it.
    pub by: String,
    /// What he says about it.
    pub note: String,
    /// Where it stands.
    pub status: Status,
    /// Until when the step must be finished.
    pub clock: Option<Clock>,
}

/// `#batal`: what somebody of the team was told at once has been taken back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandWithdrawn {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who took it back.
    pub by: String,
    /// When it had been ordered.
    pub ordered_at: Time,
    /// Where the ticket stands.
    pub status: Status,
    /// The clock of whoever's turn it is.
    pub clock: Option<Clock>,
}

/// Something the OPD said that the team must know (A5).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpdSaid {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// What kind of thing.
    pub what: OpdWord,
    /// Who said it.
    pub by: String,
    /// In which words.
    pub text: String,
    /// The clock of whoever's turn it is.
    pub clock: Option<Clock>,
}

/// What an OPD can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpdWord {
    /// It has the report, or the early warning.
    Acknowledged,
    /// It needs help.
    NeedsHelp,
    /// The system is not its own; an analyst decides.
    NotOurs,
    /// It has repaired before the report came.
    FixedEarly,
}

/// A6: a mail of ours did not arrive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForwardFailed {
    /// The ticket.
    #[serde(flatten)]
    pub about: About,
    /// Who is told.
    pub audience: Audience,
    /// Whether somebody else of the OPD has it, so that its clocks run.
    pub partly: bool,
    /// What was in the way.
    #[serde(flatten)]
    pub why: NotForwarded,
}

/// Why the report did not reach its OPD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NotForwarded {
    /// The mail server refused it, or it came back.
    Undelivered {
        /// What the mail server said.
        reason: String,
    },
    /// It never left: what it carried was removed by order.
    Withdrawn,
}

impl NotForwarded {
    /// As the logbook says it.
    pub fn in_the_logbook(&self) -> &str {
        match self {
            NotForwarded::Undelivered { reason } => reason,
            NotForwarded::Withdrawn => "withdrawn before it left: what it carried was removed by order",
        }
    }
}
