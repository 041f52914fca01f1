//! The SOP as decisions: what must be true after an event. Pure; the engine makes it so.

use serde_json::json;

use crate::domain::Time;
use crate::domain::calendar::{Calendar, Counting};
use crate::domain::incoming::IncomingMail;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::{Deadline, Notice};
use crate::domain::role::Actor;
use crate::domain::sop::Sop;
use crate::domain::stage::Status;
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::domain::timer::{Timer, TimerKind, plan};

/// The rules every decision is made by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Limits and ladders.
    pub sop: Sop,
    /// Working time.
    pub calendar: Calendar,
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

/// Opens a ticket: its first stage, its deadline, its timers.
pub fn open(report: Report<'_>, rules: &Rules) -> (Ticket, Vec<Timer>) {
    let status = Status::New;
    let rule = status.stage().map(|stage| rules.sop.rule(stage));
    let start = report.arrived_at;
    let due_at = rule.map(|rule| rules.calendar.due(start, rule.limit, rule.counting).at);
    let timers = rule.zip(due_at).map(|(rule, due_at)| plan(rule, &rules.calendar, start, due_at));
    let ticket = Ticket {
        id: TicketId(0),
        number: report.number,
        subject: report.mail.subject.clone(),
        reporter: report.mail.sender.clone(),
        language: report.mail.language,
        status,
        opened_at: start,
        stage_started_at: start,
        due_at,
        due_calendar_at: rule.map(|rule| rules.calendar.due(start, rule.limit, Counting::Calendar).at),
    };
    (ticket, timers.unwrap_or_default())
}

/// What the firing of a ticket's timers leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct TimersFired {
    /// Who is told what: at most one mail for each audience.
    pub notices: Vec<Notice>,
    /// What is written into the logbook.
    pub log: Vec<Entry>,
}

/// Decides what follows when `kinds`, timers of the running stage, are due together. Usually that
/// is one. After Siaga stood still it may be several: then only the latest reminder is sent, since
/// "half of the time has gone" is no news when four fifths have.
pub fn timers_fired(ticket: &Ticket, kinds: &[TimerKind], rules: &Rules, now: Time) -> TimersFired {
    let (Some(stage), Some(due_at)) = (ticket.status.stage(), ticket.due_at) else {
        return TimersFired { notices: Vec::new(), log: Vec::new() };
    };
    let rule = rules.sop.rule(stage);
    let latest_reminder = kinds.iter().filter_map(|kind| kind.reminder_percent()).max();
    let mut fired = TimersFired { notices: Vec::new(), log: Vec::new() };
    for kind in kinds {
        let (audience, what) = match *kind {
            TimerKind::Reminder { percent } if Some(percent) != latest_reminder => (None, Kind::ReminderOvertaken),
            TimerKind::Reminder { .. } => (Some(rule.owner), Kind::Reminded),
            TimerKind::Escalation { .. } => (Some(rule.escalate_to), Kind::Escalated),
        };
        fired.log.push(Entry {
            actor: Actor::Siaga,
            kind: what,
            message: None,
            detail: json!({ "stage": stage.as_str(), "timer": kind.to_string(), "due_at": due_at }),
        });
        if let Some(audience) = audience {
            fired.notices.push(Notice::Deadline(Deadline {
                audience,
                number: ticket.number.to_string(),
                subject: ticket.subject.clone(),
                stage,
                started_at: ticket.stage_started_at,
                due_at,
                share_percent: kind.percent(),
                minutes_left: rules.calendar.minutes_left(now, due_at, rule.counting),
                counting: rule.counting,
                owner: rule.owner,
                escalate_to: rule.escalate_to,
                escalation: matches!(kind, TimerKind::Escalation { .. }),
            }));
        }
    }
    fired
}

/// Whether a timer may fire at `now`, or until when it waits: what counts working time disturbs
/// nobody at night, unless it was planned for this very moment, such as the deadline at closing time.
pub fn fire_or_wait(timer_due_at: Time, counting: Counting, calendar: &Calendar, now: Time) -> Result<(), Time> {
    let on_time = now - timer_due_at <= PUNCTUAL;
    match counting {
        Counting::Working if !on_time && !calendar.is_open(now) => Err(calendar.next_open(now)),
        Counting::Working | Counting::Calendar => Ok(()),
    }
}

/// How late a timer may fire outside working hours: what a busy or restarting machine needs.
const PUNCTUAL: chrono::TimeDelta = chrono::TimeDelta::minutes(30);
