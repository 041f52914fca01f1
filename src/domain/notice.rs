//! Everything we can say: what the reader learns, and the data his mail is made from.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::calendar::Counting;
use crate::domain::completeness::Missing;
use crate::domain::digest::Digest;
use crate::domain::incoming::{Content, Defect, Language};
use crate::domain::outgoing::Class;
use crate::domain::role::Role;
use crate::domain::stage::Stage;

/// One thing we tell one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// P1: the reporter's report has been received and has a number.
    ReportReceived(ReportReceived),
    /// A1: a new ticket waits for an analyst.
    TicketOpened(TicketOpened),
    /// A5: somebody wrote again on a ticket.
    MessageFiled(MessageFiled),
    /// A2: a deadline comes near, or has passed.
    Deadline(Deadline),
    /// A mail could not be read and was put aside for a person.
    MailHeld(MailHeld),
}

impl Notice {
    /// The notice's folder under `templates/mail/` and its name in the database.
    pub fn folder(&self) -> &'static str {
        match self {
            Notice::ReportReceived(_) => "report_received",
            Notice::TicketOpened(_) => "ticket_opened",
            Notice::MessageFiled(_) => "message_filed",
            Notice::Deadline(_) => "deadline",
            Notice::MailHeld(_) => "mail_held",
        }
    }

    /// Who it is for.
    pub fn audience(&self) -> Role {
        match self {
            Notice::ReportReceived(_) => Role::Reporter,
            Notice::TicketOpened(_) | Notice::MessageFiled(_) | Notice::MailHeld(_) => Role::Analyst,
            Notice::Deadline(deadline) => deadline.audience,
        }
    }

    /// The language it is written in: the reporter's own, Indonesian for everybody else.
    pub fn language(&self) -> Language {
        match self {
            Notice::ReportReceived(notice) => notice.language,
            Notice::TicketOpened(_) | Notice::MessageFiled(_) | Notice::Deadline(_) | Notice::MailHeld(_) => {
                Language::Id
            }
        }
    }

    /// What happens when its delivery is in doubt.
    pub fn class(&self) -> Class {
        match self {
            Notice::ReportReceived(_) => Class::Acknowledgement,
            Notice::TicketOpened(_) | Notice::MessageFiled(_) | Notice::Deadline(_) | Notice::MailHeld(_) => {
                Class::Request
            }
        }
    }
}

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

/// Data of the team's notice of a new ticket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketOpened {
    /// Ticket number.
    pub number: String,
    /// Subject as the sender wrote it.
    pub subject: String,
    /// The sender as the From header reads.
    pub from: String,
    /// What is known about whether the sender's domain sent the mail.
    pub evidence: Evidence,
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
    /// What the report does not seem to have.
    pub missing: Vec<Missing>,
    /// Own hosts named in the text, with the OPD that owns them.
    pub hosts: Vec<OwnHost>,
    /// Ticket whose number stood in the subject although the sender is no participant of it.
    pub mentions: Option<String>,
    /// Why the reporter was not acknowledged, if he was not.
    pub silence: Option<String>,
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
}

/// Data of a reminder or an escalation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deadline {
    /// Who is told.
    pub audience: Role,
    /// Ticket number.
    pub number: String,
    /// Subject of the ticket.
    pub subject: String,
    /// The step.
    pub stage: Stage,
    /// When the step began.
    pub started_at: Time,
    /// Its deadline.
    pub due_at: Time,
    /// Share of the time that has gone, in per cent.
    pub share_percent: u32,
    /// Minutes left; negative when the deadline has passed.
    pub minutes_left: i64,
    /// Which minutes those are.
    pub counting: Counting,
    /// Whose turn it is.
    pub owner: Role,
    /// Who is told when the deadline passes.
    pub escalate_to: Role,
    /// Whether this goes to the next rung because the deadline has passed.
    pub escalation: bool,
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
