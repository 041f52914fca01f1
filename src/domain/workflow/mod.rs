//! The SOP as decisions: what must be true after an event. Pure; the engine makes it so.

mod table;
mod draft;
mod verification;
mod report;
mod follow_up;
pub mod answering;
mod beside;
mod wrote;
mod timers;
mod outside;
pub mod parts;
pub mod undo;
pub mod possible;
pub mod refusal;
pub mod facts;

use crate::domain::Time;
use crate::domain::acting::Acting;
use crate::domain::approval::ApprovalPolicy;
use crate::domain::calendar::Calendar;
use crate::domain::case::Case;
use crate::domain::command::Command;
use crate::domain::command::vocabulary::{Word, permitted};
use crate::domain::deadline::Deadline;
use crate::domain::digest::Digest;
use crate::domain::directory::{Directory, Term};
use crate::domain::hosts::hosts_in;
use crate::domain::incoming::IncomingMail;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::team::NotForwarded;
use crate::domain::person::Address;
use crate::domain::question::Question;
use crate::domain::role::{Actor, Role};
use crate::domain::sop::Sop;
use crate::domain::stage::{Stage, Status};
use crate::domain::ticket::{Classification, Flags, Tally, Ticket, TicketId, TicketNumber};
use crate::domain::timer::TimerKind;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::refusal::Refusal;

/// The rules every decision is made by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Limits and ladders.
    pub sop: Sop,
    /// Working time.
    pub calendar: Calendar,
    /// Who is who.
    pub people: Directory,
    /// What the desk has settled for itself.
    pub policy: Policy,
}

/// What an administrator has settled in `siaga.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How the Kabid approves.
    pub approval: ApprovalPolicy,
    /// Who warns the OPD before there is a report.
    pub early_warning: EarlyWarningMode,
    /// Days after its end in which a reporter's objection brings a second look.
    pub objection_days: u32,
}

/// Who warns the OPD before there is a report (domain 5.2 row 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlyWarningMode {
    /// The daemon, when the analyst says `#valid`.
    Automatic,
    /// The Kabid, when he has agreed.
    Kabid,
}

/// Something that happened to a ticket. What machines write back is none: an auto-reply never
/// changes anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody ordered something, and was found to be entitled to.
    Command(Instruction),
    /// The reporter wrote again, without commanding.
    ReporterWrote {
        /// Digest of the raw mail.
        message: Digest,
    },
    /// Somebody of the OPD wrote by hand, without commanding.
    OpdWrote {
        /// Who.
        by: Address,
        /// Digest of the raw mail.
        message: Digest,
    },
    /// Timers of this ticket are due together.
    TimersFired(Vec<(Stage, TimerKind)>),
    /// The time in which an approval could be undone is over.
    HoldEnded,
    /// The mail server took the forwarded report.
    ForwardSent,
    /// The forwarded report could not be delivered, or came back.
    ForwardFailed {
        /// What was in the way.
        why: NotForwarded,
    },
    /// The ticket this one is a duplicate of was resolved.
    ParentResolved,
}

/// A command, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction {
    /// Who ordered it.
    pub by: Actor,
    /// What.
    pub command: Command,
    /// The question it answers, if a good code said so.
    pub answers: Option<Question>,
    /// Digest of the raw mail it stood in.
    pub message: Option<Digest>,
    /// Whether he says that he has looked at the personal data in it, and means them.
    pub sure: bool,
    /// What a submitted document says.
    pub document: DocumentWords,
}

/// What a submitted document says, for whoever looks for personal data in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DocumentWords {
    /// There is no document.
    #[default]
    None,
    /// Its words, those about it too.
    Read(String),
    /// Nobody but a person can read it.
    Unreadable,
    /// Something in it acts by itself, so that its words do not matter.
    Acting {
        /// What.
        found: Vec<Acting>,
        /// Whether it is a PDF.
        pdf: bool,
    },
}

/// What must be true after an event: the whole new state, and everything that is said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The case as it is from here on; its timers are [`Case::timers`].
    pub case: Case,
    /// Who is told what.
    pub sayings: Vec<Saying>,
    /// What is written into the logbook.
    pub log: Vec<Entry>,
    /// What else must be done, outside this ticket.
    pub errands: Vec<Errand>,
}

/// Something that is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Saying {
    /// What.
    pub notice: Notice,
    /// The question it asks: each recipient gets a code for it.
    pub asks: Option<Question>,
    /// Whether it waits for `command.hold`, in which `#batal` stops it (decisions 5).
    pub held: bool,
    /// Code of the OPD it is for, if that is not the ticket's.
    pub office: Option<String>,
}

/// What follows outside the ticket itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// The approved report leaves at this time: then [`Event::HoldEnded`] happens.
    ForwardAt(Time),
    /// A part of the incident becomes a ticket of its own, made by [`part`](parts::part).
    OpenPart {
        /// Code of the OPD that owns the other system.
        opd: String,
    },
    /// A ticket is opened for a report that came by another way, with this text.
    OpenTicket(String),
    /// Its duplicates are told by [`Event::ParentResolved`].
    TellDuplicates,
    /// A deputy acts for the Kabid.
    Delegate {
        /// Who.
        to: Address,
        /// When.
        term: Term,
    },
}

/// Decides what must be true after an event. The only way a ticket changes.
///
/// # Errors
/// [`Refusal`] if somebody ordered what he may not, or what is not possible at present.
pub fn decide(case: &Case, event: &Event, rules: &Rules, now: Time) -> Result<Decision, Refusal> {
    let draft = |by, message| Draft::new(case, by, message, rules, now);
    Ok(match event {
        Event::Command(instruction) => {
            let word = instruction.command.word();
            entitled(case, instruction, rules)?;
            let mut draft = draft(instruction.by.clone(), instruction.message);
            table::apply(&mut draft, instruction)?;
            draft.may_leave(instruction)?;
            if works(word) && draft.role().is_some_and(Role::is_staff) && draft.status().is_open() {
                draft.take_silently();
            }
            if word.is_query() || word == Word::Rehearse {
                draft.finish_without_entry()
            } else {
                draft.finish(Kind::Command(word))
            }
        }
        Event::ReporterWrote { message } => {
            let mut draft = draft(Actor::Siaga, Some(*message));
            draft.reporter_wrote();
            draft.finish(Kind::ReporterWrote)
        }
        Event::OpdWrote { by, message } => {
            let mut draft = draft(Actor::Person { role: Role::Opd, address: by.clone() }, Some(*message));
            draft.opd_wrote(by);
            draft.finish(Kind::OpdWrote)
        }
        Event::TimersFired(fired) => {
            let mut draft = draft(Actor::Siaga, None);
            draft.timers_fired(fired);
            draft.finish_without_entry()
        }
        Event::HoldEnded => {
            let mut draft = draft(Actor::Siaga, None);
            if draft.hold_ended() { draft.finish(Kind::ReportForwarded) } else { draft.finish_without_entry() }
        }
        Event::ForwardSent => {
            let mut draft = draft(Actor::Siaga, None);
            if draft.forward_sent() { draft.finish(Kind::ForwardSent) } else { draft.finish_without_entry() }
        }
        Event::ForwardFailed { why } => {
            let mut draft = draft(Actor::Siaga, None);
            draft.forward_failed(why);
            draft.finish(Kind::ForwardFailed)
        }
        Event::ParentResolved => {
            let mut draft = draft(Actor::Siaga, None);
            draft.parent_resolved();
            draft.finish(Kind::ParentResolved)
        }
    })
}

/// Whether somebody may use a word on this ticket at all. Asked inside the decision, so that mail,
/// command line and web pass the same gate.
fn entitled(case: &Case, instruction: &Instruction, rules: &Rules) -> Result<(), Refusal> {
    let word = instruction.command.word();
    let role = instruction.by.role();
    if role.and_then(|role| permitted(role, word)).is_none() {
        return Err(Refusal::NotYours { word, role, allowed: possible::allowed(word) });
    }
    let speaks_for_owner = || {
        let owner = case.ticket.class.opd.as_deref();
        instruction.by.address().zip(owner).is_some_and(|(address, code)| rules.people.speaks_for(address, code))
    };
    if role == Some(Role::Opd) && !word.needs_no_ticket() && !speaks_for_owner() {
        return Err(Refusal::OtherOffice);
    }
    Ok(())
}

/// Whether somebody may be told how a ticket stands: the team, its reporter, and its OPD once it has
/// been told of it. The number alone is no ticket of admission.
pub fn may_look(case: &Case, by: &Actor, rules: &Rules) -> bool {
    let Some((role, address)) = by.role().zip(by.address()) else { return matches!(by, Actor::Operator) };
    let ticket = &case.ticket;
    match role {
        Role::Analyst | Role::Kabid => true,
        Role::Reporter => ticket.reporter.as_ref().is_some_and(|reporter| reporter.address.same_mailbox(address)),
        Role::Opd => {
            let told = case.warned_at.is_some() || case.forwarded_at.is_some();
            told && ticket.class.opd.as_deref().is_some_and(|code| rules.people.speaks_for(address, code))
        }
        Role::Leader => false,
    }
}

/// Whether a command is work on the ticket, so that whoever gives it has taken it (domain 5.2 row 2).
fn works(word: Word) -> bool {
    let looks_only = word.is_query() || matches!(word, Word::Note | Word::Rehearse | Word::Undo);
    let elsewhere = matches!(word, Word::NewTicket | Word::Delegate | Word::Assign | Word::Dispose);
    !looks_only && !elsewhere
}

/// A report that opens a ticket (SOP 2).
#[derive(Debug)]
pub struct Report<'a> {
    /// The number it gets.
    pub number: TicketNumber,
    /// The mail.
    pub mail: &'a IncomingMail,
    /// When it reached our mail server: the clock of SOP 3 counts from here, not from the mail's
    /// Date and not from the moment it was fetched.
    pub arrived_at: Time,
}

/// Opens a ticket: its first clock, and what the report itself tells of its owner.
pub fn open(report: Report<'_>, rules: &Rules) -> Case {
    let (mail, start) = (report.mail, report.arrived_at);
    let mut case = Case::new(Ticket {
        id: TicketId(0),
        number: report.number,
        subject: mail.subject.clone(),
        reporter: mail.sender.clone(),
        language: mail.language,
        status: Status::New,
        opened_at: start,
        stage_started_at: start,
        due_at: None,
        due_calendar_at: None,
        revision: 0,
        assignee: None,
        class: supposed_owner(mail, &rules.people),
        flags: Flags::default(),
        tally: Tally::default(),
        parent: None,
        closed_by: None,
        closed_at: None,
    });
    let timing = rules.sop.rule(Stage::Verification).timing(case.ticket.gravity());
    case.deadlines.push(Deadline::begin(Stage::Verification, 1, timing, start, &rules.calendar));
    case.refresh();
    case
}

/// The system and the OPD a report names, if it names exactly one of ours.
fn supposed_owner(mail: &IncomingMail, people: &Directory) -> Classification {
    let mut hosts: Vec<_> = hosts_in(&mail.subject).chain(hosts_in(&mail.new_text)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let owned: Vec<_> = hosts.iter().filter_map(|host| people.owner_of(host).map(|opd| (host, opd))).collect();
    match owned[..] {
        [(host, opd)] => {
            Classification { system: Some(host.clone()), opd: Some(opd.code.clone()), ..Classification::default() }
        }
        [..] => Classification::default(),
    }
}
