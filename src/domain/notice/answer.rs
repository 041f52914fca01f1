//! What whoever sent a command mail is answered: one transcript, whatever he wrote.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::command::parse::{Misread, Wanted};
use crate::domain::command::vocabulary::Word;
use crate::domain::notice::team::Clock;
use crate::domain::protection::MailSignatureFault;
use crate::domain::recap::{Recap, TicketLine};
use crate::domain::report::{Section, Unfit};
use crate::domain::role::{Audience, Role};
use crate::domain::scan::Scan;
use crate::domain::stage::Status;
use crate::domain::workflow::refusal::Refusal;

/// The one answer to a command mail (A6, A7).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transcript {
    /// The ticket, if the mail was about one.
    pub number: Option<String>,
    /// Its subject.
    pub subject: String,
    /// In which role the sender acted.
    pub role: Role,
    /// Whether it was a rehearsal: nothing has changed.
    pub rehearsal: bool,
    /// Whether the lines were run; all of them or none.
    pub executed: bool,
    /// Each line with its result.
    pub lines: Vec<Line>,
    /// Text that no command took.
    pub ignored: String,
    /// What leaves the team, and when.
    pub leaving: Vec<Leaving>,
    /// Where the ticket stands.
    pub state: Option<State>,
    /// What takes the ticket on from here.
    pub next: Vec<Offer>,
}

/// One command line and its result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// As it was typed, without its hash.
    pub typed: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "came")]
pub enum Outcome {
    /// It was done.
    Done {
        /// The word.
        word: Word,
        /// What it answers, if it asked something.
        answer: Option<Answer>,
    },
    /// It was refused.
    Refused {
        /// Why.
        why: Refusal,
    },
    /// It could not be read.
    Misread {
        /// Why.
        why: Misreading,
    },
    /// A code is needed; it is on its way to the registered address.
    CodeSent {
        /// The word.
        word: Word,
    },
    /// Its code does not count.
    BadCode {
        /// Why.
        fault: CodeTrouble,
    },
    /// It was not run, because another line was refused.
    NotRun,
}

/// Why a line could not be read, for a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum Misreading {
    /// There is no such word.
    Unknown {
        /// The nearest one.
        nearest: Option<Word>,
    },
    /// Something is missing.
    Missing {
        /// What.
        wanted: Wanted,
    },
    /// Something stands there that is not what is wanted.
    NotA {
        /// What is wanted.
        wanted: Wanted,
        /// What stands there.
        found: String,
    },
    /// Several commands want the one text below them.
    WhoseText,
    /// Sections of the report are missing.
    SectionsMissing {
        /// Their labels.
        sections: Vec<&'static str>,
    },
    /// Several documents came.
    SeveralDocuments {
        /// How many.
        count: usize,
    },
    /// The report must be a PDF.
    NotAPdf,
}

impl From<Misread> for Misreading {
    fn from(misread: Misread) -> Misreading {
        match misread {
            Misread::Unknown { nearest, .. } => Misreading::Unknown { nearest },
            Misread::Missing(wanted) => Misreading::Missing { wanted },
            Misread::NotA { wanted, found } => Misreading::NotA { wanted, found },
            Misread::WhoseText => Misreading::WhoseText,
            Misread::Unfit(Unfit::Missing(sections)) => {
                Misreading::SectionsMissing { sections: sections.into_iter().map(Section::label).collect() }
            }
            Misread::Unfit(Unfit::SeveralDocuments(count)) => Misreading::SeveralDocuments { count },
            Misread::Unfit(Unfit::NotAPdf) => Misreading::NotAPdf,
        }
    }
}

/// What is wrong with a code, for a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum CodeTrouble {
    /// Nobody was sent it.
    Unknown {
        /// Tries left.
        tries_left: u8,
    },
    /// It was mistyped too often.
    Exhausted,
    /// It has been used.
    Used,
    /// Its question was closed too long ago.
    Expired,
    /// It was sent to somebody else.
    Foreign,
}

/// What a query answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum Answer {
    /// A ticket.
    Status {
        /// Its number.
        number: String,
        /// Where it stands.
        state: State,
    },
    /// The open tickets.
    List {
        /// They.
        tickets: Vec<TicketLine>,
    },
    /// A month in numbers.
    Recap {
        /// They.
        recap: Box<Recap>,
    },
    /// The commands of a role.
    Help {
        /// Those that are possible on the ticket now; none, if the mail was about no ticket.
        possible: Vec<Offer>,
        /// The others.
        others: Vec<Offer>,
    },
    /// A mail that became a ticket of its own.
    Separated {
        /// Its number.
        number: String,
        /// What came of the clocks of the ticket it left.
        clocks: MovedClocks,
    },
}

/// What comes of what a mail did on the ticket it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedClocks {
    /// It had moved nothing.
    Untouched,
    /// The ticket is what it was before the mail came.
    Restored,
    /// Something else has changed the ticket since: what the mail moved stays, and a person looks.
    Kept,
}

/// A text that leaves the team, shown as it is before it goes (decisions 5).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leaving {
    /// For whom.
    pub audience: Audience,
    /// The addresses it goes to.
    pub recipients: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it leaves; until then `#batal` stops it.
    pub at: Time,
}

/// Where a ticket stands, and whose turn it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// The state.
    pub status: Status,
    /// Who has taken it.
    pub assignee: Option<String>,
    /// Whose turn it is.
    pub turn: Option<Audience>,
    /// The clock of whoever's turn it is.
    pub clock: Option<Clock>,
    /// The other clocks that run.
    pub others: Vec<Clock>,
    /// When the approved report leaves for the OPD by itself.
    pub forwards_at: Option<Time>,
}

/// A command that is possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The line without its hash, with an example of what it takes.
    pub line: &'static str,
    /// What it does.
    pub help: &'static str,
    /// The word alone: what a link puts into the reply it opens.
    pub word: Word,
}

impl Offer {
    /// What is said of a word.
    pub fn of(word: Word) -> Offer {
        let row = word.row();
        Offer { line: row.example, help: row.help, word }
    }
}

/// A code for an order that needs one: the first step of two (trust-and-safety 5.6).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeRequested {
    /// The ticket, if the order is about one.
    pub number: Option<String>,
    /// Its subject.
    pub subject: String,
    /// In which role the sender acted.
    pub role: Role,
    /// The line as it was typed, without its hash.
    pub typed: String,
    /// The word.
    pub word: Word,
}

/// A command came that answers no mail of ours; this is one to answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandUnproven {
    /// The ticket, if the command was about one.
    pub number: Option<String>,
    /// Its subject.
    pub subject: String,
    /// The role of whoever it claims to be from.
    pub role: Role,
    /// Why it does not count.
    pub doubt: Doubt,
    /// What is wrong with its signature, where that is why.
    pub fault: Option<MailSignatureFault>,
}

/// Why a command does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It answers no mail of ours.
    NoReply,
    /// The sender's domain does not vouch for it.
    Domain,
    /// Its signature is not good.
    Signature,
    /// It speaks for the office and is not signed (`approval.require_signature`).
    SignatureRequired,
    /// Its signature is good, and no code in it counts: an old signed mail is a good signature too.
    NoCode,
    /// Its text and its HTML say different things.
    PartsDiffer,
    /// So many were answered within an hour that the next ones are not.
    TooMany,
}

/// The evidence of a ticket, as a ZIP with a password (decisions 13).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceSent {
    /// Ticket number.
    pub number: String,
    /// Subject of the ticket.
    pub subject: String,
    /// The files in it.
    pub files: Vec<SentFile>,
    /// The password, which is no secret: it keeps scanners and fingers off.
    pub password: String,
}

/// A file in that ZIP.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentFile {
    /// Its name there.
    pub name: String,
    /// What the malware scanner said; `None` where there is none.
    pub scan: Option<Scan>,
}
