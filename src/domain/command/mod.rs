//! Commands: an order written at the head of a reply, read into a value that says all of it.
//!
//! In the order in which a mail passes them: [`grammar`] finds the lines, [`vocabulary`] knows the
//! words, [`parse`] makes each line a [`Command`], reading what stands behind its word as
//! `arguments` says.

pub mod grammar;
pub mod vocabulary;
pub mod parse;
mod arguments;

use crate::domain::Time;
use crate::domain::approval::Signature;
use crate::domain::command::vocabulary::Word;
use crate::domain::directory::Term;
use crate::domain::incoming::Language;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::Address;
use crate::domain::report::Submission;
use crate::domain::severity::Severity;
use crate::domain::ticket::TicketNumber;
use crate::domain::tlp::Tlp;

/// An order with everything it needs. The table says what each word does.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the vocabulary says what each word does")]
pub enum Command {
    Take,
    Verify(Assessment),
    Reject { reason: String },
    Ask { text: String },
    Duplicate { of: TicketNumber },
    Refer { to: String },
    Spam,
    SetKind(IncidentKind),
    SetSeverity(Severity),
    SetOwner(String),
    SetTlp(Tlp),
    SetLanguage(Language),
    Note { text: String },
    Reply(Reply),
    Assign { to: Address, note: String },
    Dispose { to: Address, note: String },
    Evidence,
    Admit { who: Option<Address> },
    Submit(Submission),
    Pass { note: String },
    Fail { findings: String },
    Urgent { reason: String },
    PersonalData(Breach),
    Bssn { text: String },
    Reopen { reason: String },
    Close { reason: String },
    Merge { into: TicketNumber },
    Split { opd: String },
    Separate { sender: Option<Address> },
    NewTicket { text: String },
    Approve { withhold: bool, signature: Option<Signature> },
    Revise { notes: String },
    Forward { to: Option<String> },
    Escalate { note: String },
    Isolate { reason: String },
    Delegate { to: Address, term: Term },
    Extend { until: Option<Time>, reason: String },
    Undo,
    Acknowledge { officer: String },
    Fixed { account: String },
    Assist { need: String },
    NotOurs { reason: String },
    Offline { account: String },
    Status { number: Option<TicketNumber> },
    List,
    Recap { month: Option<Month> },
    Help,
    Rehearse,
}

/// What an analyst found; what he leaves out stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assessment {
    /// The kind.
    pub kind: Option<IncidentKind>,
    /// The severity; without it the kind's usual one.
    pub severity: Option<Severity>,
    /// Incident or vulnerability; without it the kind's usual one.
    pub finding: Option<Finding>,
    /// Code of the owning OPD.
    pub opd: Option<String>,
    /// Host name of the affected system.
    pub system: Option<String>,
}

/// What is written to the reporter in the team's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Words of the analyst.
    Text(String),
    /// The ready answer to somebody who asks for a reward.
    Bounty,
    /// The ready answer that work goes on.
    Progress,
}

/// What is known of a breach of personal data (UU PDP Pasal 46).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// There may be one: the 72 hours run.
    Yes,
    /// There is none.
    No,
    /// The controller has told those concerned.
    Notified,
}

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl Command {
    /// Its word.
    pub fn word(&self) -> Word {
        match self {
            Command::Take => Word::Take,
            Command::Verify(_) => Word::Verify,
            Command::Reject { .. } => Word::Reject,
            Command::Ask { .. } => Word::Ask,
            Command::Duplicate { .. } => Word::Duplicate,
            Command::Refer { .. } => Word::Refer,
            Command::Spam => Word::Spam,
            Command::SetKind(_) => Word::Kind,
            Command::SetSeverity(_) => Word::Severity,
            Command::SetOwner(_) => Word::Owner,
            Command::SetTlp(_) => Word::Tlp,
            Command::SetLanguage(_) => Word::Language,
            Command::Note { .. } => Word::Note,
            Command::Reply(_) => Word::Reply,
            Command::Assign { .. } => Word::Assign,
            Command::Dispose { .. } => Word::Dispose,
            Command::Evidence => Word::Evidence,
            Command::Admit { .. } => Word::Admit,
            Command::Submit(_) => Word::Submit,
            Command::Pass { .. } => Word::Pass,
            Command::Fail { .. } => Word::Fail,
            Command::Urgent { .. } => Word::Urgent,
            Command::PersonalData(_) => Word::PersonalData,
            Command::Bssn { .. } => Word::Bssn,
            Command::Reopen { .. } => Word::Reopen,
            Command::Close { .. } => Word::Close,
            Command::Merge { .. } => Word::Merge,
            Command::Split { .. } | Command::Separate { .. } => Word::Split,
            Command::NewTicket { .. } => Word::NewTicket,
            Command::Approve { .. } => Word::Approve,
            Command::Revise { .. } => Word::Revise,
            Command::Forward { .. } => Word::Forward,
            Command::Escalate { .. } => Word::Escalate,
            Command::Isolate { .. } => Word::Isolate,
            Command::Delegate { .. } => Word::Delegate,
            Command::Extend { .. } => Word::Extend,
            Command::Undo => Word::Undo,
            Command::Acknowledge { .. } => Word::Acknowledge,
            Command::Fixed { .. } => Word::Fixed,
            Command::Assist { .. } => Word::Assist,
            Command::NotOurs { .. } => Word::NotOurs,
            Command::Offline { .. } => Word::Offline,
            Command::Status { .. } => Word::Status,
            Command::List => Word::List,
            Command::Recap { .. } => Word::Recap,
            Command::Help => Word::Help,
            Command::Rehearse => Word::Rehearse,
        }
    }
}
