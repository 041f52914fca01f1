//! The SOP as decisions: what must be true after an event. Pure; the engine makes it so.

pub mod refusal;
pub mod facts;
pub mod timers;

use crate::domain::Time;
use crate::domain::approval::ApprovalPolicy;
use crate::domain::calendar::{Calendar, Counting};
use crate::domain::case::Case;
use crate::domain::command::Command;
use crate::domain::deadline::Deadline;
use crate::domain::digest::Digest;
use crate::domain::directory::{Directory, Term};
use crate::domain::hosts::hosts_in;
use crate::domain::incoming::IncomingMail;
use crate::domain::logbook::Entry;
use crate::domain::notice::Notice;
use crate::domain::person::Address;
use crate::domain::question::Question;
use crate::domain::role::Actor;
use crate::domain::sop::Sop;
use crate::domain::stage::{Stage, Status};
use crate::domain::ticket::{Classification, Flags, Tally, Ticket, TicketId, TicketNumber};
use crate::domain::timer::TimerKind;

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
    pub early_warning: EarlyWarning,
    /// Days after its end in which a reporter's objection brings a second look.
    pub objection_days: u32,
}

/// Who warns the OPD before there is a report (domain 5.2 row 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlyWarning {
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
        /// What the mail server said.
        reason: String,
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
}

/// What follows outside the ticket itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// The approved report leaves at this time: then [`Event::HoldEnded`] happens.
    ForwardAt(Time),
    /// A part of the incident becomes a ticket of its own; its number is given to it.
    OpenPart(Box<Case>),
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

/// The minutes left until `due_at` as they are told: by the clock's own counting.
pub fn minutes_left(now: Time, due_at: Time, counting: Counting, calendar: &Calendar) -> i64 {
    calendar.time_between(now, due_at, counting).num_minutes()
}
