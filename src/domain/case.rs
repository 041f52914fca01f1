//! A ticket with everything a decision about it needs: one value in, one value out.

use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::approval::Approval;
use crate::domain::deadline::Deadline;
use crate::domain::question::{Asked, Question};
use crate::domain::report::ReportVersion;
use crate::domain::stage::{Stage, Status};
use crate::domain::ticket::Ticket;
use crate::domain::timer::{Timer, plan};
use crate::domain::workflow::Rules;

/// Everything about one ticket that decisions depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// Its clocks, in the order in which they began, the ended ones too.
    pub deadlines: Vec<Deadline>,
    /// The latest version of its analysis report.
    pub report: Option<ReportVersion>,
    /// The approval of that version.
    pub approval: Option<Approval>,
    /// What somebody has yet to decide.
    pub questions: Vec<Asked>,
    /// When the OPD was warned early.
    pub warned_at: Option<Time>,
    /// When the report was forwarded last.
    pub forwarded_at: Option<Time>,
    /// What the OPD says it has done, since it said so.
    pub claim: Option<String>,
    /// When the reporter objected to the end; a second look is due.
    pub objected_at: Option<Time>,
    /// When BSSN was told.
    pub bssn_at: Option<Time>,
    /// When the reporter was told of the end.
    pub reporter_told_at: Option<Time>,
}

impl Case {
    /// A ticket on which nothing has happened yet.
    pub fn new(ticket: Ticket) -> Case {
        Case {
            ticket,
            deadlines: Vec::new(),
            report: None,
            approval: None,
            questions: Vec::new(),
            warned_at: None,
            forwarded_at: None,
            claim: None,
            objected_at: None,
            bssn_at: None,
            reporter_told_at: None,
        }
    }

    /// The latest clock of a stage, whatever it does.
    pub fn deadline(&self, stage: Stage) -> Option<&Deadline> {
        self.deadlines.iter().rev().find(|deadline| deadline.stage == stage)
    }

    /// The latest clock of a stage, to change it.
    pub fn deadline_mut(&mut self, stage: Stage) -> Option<&mut Deadline> {
        self.deadlines.iter_mut().rev().find(|deadline| deadline.stage == stage)
    }

    /// The clock of a stage, if it has not ended.
    pub fn open_deadline(&self, stage: Stage) -> Option<&Deadline> {
        self.deadline(stage).filter(|deadline| deadline.is_open())
    }

    /// The clock that says whose turn it is: that of the status; for a report on its way, the one
    /// that waits for its delivery.
    pub fn turn(&self) -> Option<&Deadline> {
        let stage = self.ticket.status.stage()?;
        let waits_for = match self.ticket.status {
            // As long as the report has not arrived, it is not the OPD's turn.
            Status::Forwarded => [Stage::Forwarding, stage],
            Status::New
            | Status::Verification
            | Status::AwaitingReporter
            | Status::Analysis
            | Status::Review
            | Status::Repair
            | Status::Approved
            | Status::FollowUp
            | Status::Recheck
            | Status::Closed(_) => [stage; 2],
        };
        waits_for.into_iter().find_map(|stage| self.open_deadline(stage))
    }

    /// Every timer this case should have, with the deadline it belongs to. The store keeps them as
    /// they are here; one that has fired for the same deadline does not fire again.
    pub fn timers(&self, rules: &Rules) -> Vec<(&Deadline, Timer)> {
        let critical = self.ticket.gravity().is_critical();
        let of = |deadline| {
            let timers = plan(deadline, rules.sop.rule(deadline.stage), critical, &rules.calendar);
            timers.into_iter().map(move |timer| (deadline, timer))
        };
        self.deadlines.iter().flat_map(of).collect()
    }

    /// The questions that are open, oldest first.
    pub fn open_questions(&self) -> impl Iterator<Item = Question> + '_ {
        self.questions.iter().map(|asked| asked.question)
    }

    /// The open question of that kind.
    pub fn asked(&self, is: impl Fn(Question) -> bool) -> Option<&Asked> {
        self.questions.iter().find(|asked| is(asked.question))
    }

    /// The status a ticket goes back to when the reporter has answered: told by the clock that
    /// stands still for him.
    pub fn asked_from(&self) -> Status {
        let paused = |stage| self.deadline(stage).is_some_and(Deadline::is_paused);
        match (paused(Stage::Analysis), &self.report) {
            (true, Some(_)) => Status::Repair,
            (true, None) => Status::Analysis,
            (false, _) => Status::Verification,
        }
    }

    /// Repeats the deadline of the status on the ticket, for lists.
    pub fn refresh(&mut self) {
        let turn = self.turn().map(|turn| (turn.started_at, turn.due_at, turn.due_calendar_at));
        let ticket = &mut self.ticket;
        if let Some((started_at, ..)) = turn {
            ticket.stage_started_at = started_at;
        }
        ticket.due_at = turn.map(|(_, due_at, _)| due_at);
        ticket.due_calendar_at = turn.map(|(.., due_calendar_at)| due_calendar_at);
    }
}
