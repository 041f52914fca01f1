//! An expected "no": small reasons, each answered in words by a template.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::acting::Acting;
use crate::domain::approval::SignatureFault;
use crate::domain::command::vocabulary::Word;
use crate::domain::personal_data::Finding;
use crate::domain::question::Question;
use crate::domain::role::{Audience, Role};
use crate::domain::stage::Status;
use crate::domain::ticket::TicketNumber;
use crate::domain::tlp::Tlp;

/// Why a command does nothing. What is possible instead is
/// [`possible`](crate::domain::workflow::possible::possible).
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum Refusal {
    /// This role does not use this word.
    #[error("`{word}` is not for {role:?}")]
    NotYours {
        /// The word.
        word: Word,
        /// The role of whoever typed it.
        role: Option<Role>,
        /// Who may.
        allowed: Vec<Role>,
    },
    /// The ticket belongs to another OPD, or to none yet.
    #[error("the ticket belongs to another OPD")]
    OtherOffice,
    /// The ticket is in another state.
    #[error("`{word}` is not possible in the state {status}")]
    NotNow {
        /// The word.
        word: Word,
        /// The state.
        status: Status,
    },
    /// The report cannot go to the Kabid before these are known.
    #[error("not classified yet")]
    Unclassified {
        /// What is missing.
        fields: Vec<Field>,
    },
    /// The word answers a question, and none is open.
    #[error("nothing is asked that `{word}` could answer")]
    NothingAsked {
        /// The word.
        word: Word,
    },
    /// The word could answer several open questions; its code would have told which.
    #[error("several questions are open")]
    WhichQuestion {
        /// They.
        open: Vec<Question>,
    },
    /// The question the code belongs to has been answered, or another has taken its place.
    #[error("the question is not open any more")]
    AnsweredAlready {
        /// The question.
        question: Question,
    },
    /// The answer is about an older version of the report.
    #[error("version {answered} is not the latest")]
    StaleVersion {
        /// The version the answer is about.
        answered: u32,
        /// The latest.
        current: u32,
    },
    /// `approval.mode` wants a signed PDF, and what came is none.
    #[error("the signed PDF cannot be accepted")]
    Signature {
        /// Why.
        fault: SignatureFault,
    },
    /// It was not Siaga's to take somebody's word without saying on what ground.
    #[error("a reason must be given")]
    NeedsReason {
        /// The word.
        word: Word,
    },
    /// The date does not lie after the deadline it is to extend.
    #[error("the date is not later than the deadline")]
    NotLater {
        /// The deadline.
        due_at: Time,
    },
    /// A date is needed.
    #[error("a date must be given")]
    NeedsDate,
    /// A ticket cannot be its own duplicate.
    #[error("that is this ticket itself")]
    Itself,
    /// There is no ticket of that number.
    #[error("there is no ticket {number}")]
    NoSuchTicket {
        /// The number.
        number: TicketNumber,
    },
    /// The command is about a ticket, and the mail belongs to none.
    #[error("the mail belongs to no ticket")]
    NoTicket,
    /// The command is about a ticket, and the mail answers one about several.
    #[error("the mail answers one about several tickets")]
    WhichTicket {
        /// They.
        numbers: Vec<TicketNumber>,
    },
    /// The ticket has no evidence.
    #[error("the ticket has no evidence")]
    NoEvidence,
    /// The evidence does not fit into a mail.
    #[error("the evidence does not fit into a mail")]
    TooMuchEvidence {
        /// Its size.
        size_bytes: u64,
    },
    /// Nobody waits to be let in, or several do and none was named.
    #[error("it is not clear who is to be let in")]
    WhoIsAdmitted {
        /// How many wait.
        waiting: usize,
    },
    /// No mail of the ticket is meant that could leave it.
    #[error("it is not clear which mail is meant")]
    WhichMail,
    /// Nobody can be written to: the report had no usable sender.
    #[error("there is no reporter to write to")]
    NoReporter,
    /// The ticket has that already.
    #[error("it is so already")]
    AlreadySo,
    /// The ladder has no higher rung.
    #[error("the ladder has no higher rung")]
    NoHigherRung,
    /// A second look must be somebody else's.
    #[error("whoever closed the ticket cannot take the second look")]
    SecondLookBySame,
    /// Nothing of this ticket can be undone any more.
    #[error("nothing can be undone")]
    NothingToUndo,
    /// The distribution code does not let it go so far.
    #[error("{tlp} does not reach them")]
    BeyondTlp {
        /// The code.
        tlp: Tlp,
        /// Whom it does not reach.
        audience: Audience,
        /// The narrowest code that does.
        needed: Tlp,
        /// Whether it was an approval, which can be given without forwarding.
        approval: bool,
    },
    /// What would leave the team holds what looks like personal data.
    #[error("personal data would leave the team")]
    PersonalData {
        /// What was found.
        found: Vec<Finding>,
        /// How the command is written by whoever means it.
        word: Word,
    },
    /// Something in the submitted document acts by itself.
    #[error("the document carries something that acts by itself")]
    Acting {
        /// What was found.
        found: Vec<Acting>,
        /// Whether it is a PDF.
        pdf: bool,
    },
    /// Something else happened to the ticket since.
    #[error("something else has happened since")]
    OvertakenSince,
}

/// What must be known of a ticket before its report goes to the Kabid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The kind of incident.
    Kind,
    /// The severity.
    Severity,
    /// The owning OPD.
    Opd,
}
