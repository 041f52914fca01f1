//! What the reporter is told (domain 6.2), in the language he wrote in.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::completeness::Missing;
use crate::domain::incoming::{Content, Language};
use crate::domain::kind::IncidentKind;
use crate::domain::stage::Status;

/// Data of the acknowledgement. Holds nothing the sender wrote unless `own_words` is given, which
/// needs evidence that the sender's domain sent the mail (decisions 10).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportReceived {
    /// Ticket number.
    pub number: String,
    /// The reporter's language.
    pub language: Language,
    /// When the report reached our server.
    pub arrived_at: Time,
    /// The files that came with it.
    pub files: Vec<FileReceived>,
    /// What BSSN's list asks for and the report does not seem to have.
    pub missing: Vec<Missing>,
    /// Until when the team answers (SOP 3).
    pub due_at: Time,
    /// When verification begins, if the report arrived outside working hours.
    pub begins_at: Option<Time>,
    /// Whether only the headers of the mail were read because it was too large.
    pub too_large: bool,
    /// Whether the report is encrypted and waits for a person to open it.
    pub encrypted: bool,
    /// The sender's name and subject, if they may be repeated.
    pub own_words: Option<OwnWords>,
}

/// Words of the sender that are repeated to him.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnWords {
    /// His display name.
    pub name: String,
    /// His subject.
    pub subject: String,
}

/// A file as the reporter is told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReceived {
    /// Its name, if it may be repeated.
    pub name: Option<String>,
    /// What it is, by content.
    pub content: Content,
    /// Size of the decoded file.
    pub size_bytes: u64,
}

/// A mail to the reporter after the acknowledgement. A person has decided to write by then, so that
/// his name and subject may be repeated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToReporter {
    /// Ticket number.
    pub number: String,
    /// The reporter's language.
    pub language: Language,
    /// His display name; empty if he gave none.
    pub name: String,
    /// His subject.
    pub subject: String,
    /// What he is told.
    #[serde(flatten)]
    pub news: News,
}

/// What the reporter is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum News {
    /// P2: the report is valid. This is the SOP's "balasan".
    ReportVerified {
        /// What it was found to be.
        kind: Option<IncidentKind>,
    },
    /// P3: something must be known before the work can go on.
    QuestionAsked {
        /// What is asked, in the analyst's words.
        text: String,
        /// Until when an answer is hoped for.
        due_at: Time,
    },
    /// P4: the question has not been answered.
    QuestionReminder {
        /// Until when an answer is hoped for.
        due_at: Time,
    },
    /// P4b: closed for want of an answer; any reply opens it again.
    ClosedUnanswered {},
    /// P5: the report could not be confirmed.
    ReportRejected {
        /// Why, in the analyst's words.
        reason: String,
    },
    /// P6: somebody reported it before.
    ReportDuplicate {},
    /// P7: it is somebody else's matter.
    ReportReferred {
        /// Whose, and how to reach them, in the analyst's words.
        body: String,
    },
    /// P8: the owner of the system has the report.
    OwnerInformed {},
    /// P9: work goes on.
    WorkGoesOn {
        /// When there will be news at the latest.
        next_at: Option<Time>,
    },
    /// P10: repaired and checked, with thanks.
    TicketResolved {
        /// When the repair was checked.
        checked_at: Time,
        /// Whether he wants no name, so that none is asked for.
        anonymous: bool,
    },
    /// P11: closed with the risk under control, in neutral words.
    TicketMitigated {
        /// Whether the system was switched off.
        offline: bool,
    },
    /// P12: the ticket is open again.
    TicketReopened {
        /// When there will be news at the latest.
        next_at: Option<Time>,
    },
    /// P13: somebody else has looked again, and the end stands.
    SecondLookTaken {
        /// When.
        looked_at: Time,
        /// What came of it, in the officer's words.
        result: String,
    },
    /// P14: the public fields of his ticket, because he asked.
    PublicStatus {
        /// Where it stands.
        status: Status,
        /// When that began.
        updated_at: Time,
    },
    /// Words of an analyst in the team's name.
    ReplyWritten {
        /// The words.
        text: String,
    },
    /// There is no reward in money.
    NoBounty {},
}

impl News {
    /// The folder of its templates.
    pub fn folder(&self) -> &'static str {
        match self {
            News::ReportVerified { .. } => "report_verified",
            News::QuestionAsked { .. } => "question_asked",
            News::QuestionReminder { .. } => "question_reminder",
            News::ClosedUnanswered {} => "closed_unanswered",
            News::ReportRejected { .. } => "report_rejected",
            News::ReportDuplicate {} => "report_duplicate",
            News::ReportReferred { .. } => "report_referred",
            News::OwnerInformed {} => "owner_informed",
            News::WorkGoesOn { .. } => "work_goes_on",
            News::TicketResolved { .. } => "ticket_resolved",
            News::TicketMitigated { .. } => "ticket_mitigated",
            News::TicketReopened { .. } => "ticket_reopened",
            News::SecondLookTaken { .. } => "second_look_taken",
            News::PublicStatus { .. } => "public_status",
            News::ReplyWritten { .. } => "reply_written",
            News::NoBounty {} => "no_bounty",
        }
    }
}
