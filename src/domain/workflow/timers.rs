//! What follows when timers are due: reminders, and rungs of the ladder (domain 5.3).

use serde_json::json;

use crate::domain::deadline::Deadline;
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::notice::opd::{FollowUpOverdue, FollowUpReminder};
use crate::domain::notice::reporter::News;
use crate::domain::notice::team::DeadlineNear;
use crate::domain::question::Question;
use crate::domain::report::Section;
use crate::domain::role::Audience;
use crate::domain::sop::{Condition, Rung, Teller};
use crate::domain::stage::Stage;
use crate::domain::timer::TimerKind;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::facts::{about, affected, name};

impl Draft<'_> {
    /// Timers of this ticket are due together. Usually that is one. After Siaga stood still it may be
    /// several: then only the latest reminder of a step is sent, since "half of the time has gone"
    /// is no news when four fifths have.
    pub(super) fn timers_fired(&mut self, fired: &[(Stage, TimerKind)]) {
        for (place, &(stage, kind)) in fired.iter().enumerate() {
            let Some(deadline) = self.case.deadline(stage).filter(|deadline| deadline.is_running()).cloned() else {
                continue;
            };
            let detail = json!({ "stage": stage.as_str(), "timer": kind.to_string(), "due_at": deadline.due_at });
            let overtaken = fired[place + 1..]
                .iter()
                .any(|(later, kind)| *later == stage && matches!(kind, TimerKind::Reminder(_)));
            let what = match kind {
                TimerKind::Reminder(_) if overtaken => Kind::ReminderOvertaken,
                TimerKind::Reminder(_) => {
                    self.remind(&deadline);
                    Kind::Reminded
                }
                TimerKind::Rung { level } => self.reach_rung(&deadline, level),
            };
            self.log(what, detail);
        }
    }

    /// Whoever's turn it is, is reminded.
    fn remind(&mut self, deadline: &Deadline) {
        let owner = self.rules.sop.rule(deadline.stage).owner;
        match owner {
            Audience::Reporter => self.tell_reporter(News::QuestionReminder { due_at: deadline.due_at }),
            Audience::Opd if deadline.stage == Stage::Pdp => {
                self.tell_duty(Audience::Opd, true);
                self.tell_duty(Audience::Kabid, true);
            }
            Audience::Opd if self.opd_knows() => self.remind_opd(deadline),
            Audience::Opd => self.tell_near(deadline, Audience::Assignee, false),
            Audience::Analysts
            | Audience::Assignee
            | Audience::Kabid
            | Audience::OpdHead
            | Audience::OfficeHead
            | Audience::Sekda
            | Audience::Bssn
            | Audience::Sender => self.tell_near(deadline, owner, false),
        }
    }

    /// Whether the OPD has been told anything it could be reminded of.
    fn opd_knows(&self) -> bool {
        let told = self.case.forwarded_at.is_some() || self.case.warned_at.is_some();
        told && self.case.ticket.class.opd.is_some()
    }

    /// O2.
    fn remind_opd(&mut self, deadline: &Deadline) {
        self.case.ticket.tally.opd_reminders += 1;
        let waits_for_word = self.case.open_deadline(Stage::Acknowledgement).is_some();
        // An OPD that has not acknowledged cares for the repair's deadline, not for ours.
        let shown = self.case.open_deadline(Stage::FollowUp).unwrap_or(deadline);
        let notice = Notice::FollowUpReminder(FollowUpReminder {
            affected: affected(&self.case, self.rules),
            acknowledged: !waits_for_word,
            due_at: shown.due_at,
            minutes_left: shown.left(self.now, &self.rules.calendar).num_minutes(),
        });
        self.say(notice);
    }

    /// A rung of the ladder: the daemon tells, or asks the Kabid whether he does.
    fn reach_rung(&mut self, deadline: &Deadline, level: u8) -> Kind {
        let Some(rung) = self.rules.sop.rule(deadline.stage).rung(level).cloned() else { return Kind::RungPassed };
        let untaken = self.case.ticket.assignee.is_none();
        match (rung.only_if, rung.by) {
            (Condition::Untaken, _) if !untaken => Kind::RungPassed,
            (Condition::Always | Condition::Untaken, Teller::Kabid) => self.propose(deadline, &rung),
            (Condition::Always | Condition::Untaken, Teller::Daemon) => self.climb_by_itself(deadline, &rung),
        }
    }

    /// K5.
    fn propose(&mut self, deadline: &Deadline, rung: &Rung) -> Kind {
        if rung.level <= self.case.ticket.tally.escalation {
            return Kind::RungPassed;
        }
        let question = Question::Escalation { level: rung.level };
        let notice = self.decision_requested(question, Some(rung.to), "", Some(deadline.due_at));
        self.ask(question, "", notice);
        Kind::EscalationProposed
    }

    fn climb_by_itself(&mut self, deadline: &Deadline, rung: &Rung) -> Kind {
        if deadline.stage == Stage::FollowUp {
            let tally = &mut self.case.ticket.tally;
            tally.escalation = tally.escalation.max(rung.level);
        }
        match rung.to {
            Audience::OpdHead => {
                // The Kabid is told first: he may be called.
                self.tell_near(deadline, Audience::Kabid, true);
                self.tell_opd_head(deadline);
            }
            Audience::Opd if self.opd_knows() => {
                self.remind_opd(deadline);
                self.tell_near(deadline, Audience::Assignee, true);
            }
            Audience::Reporter
            | Audience::Analysts
            | Audience::Assignee
            | Audience::Kabid
            | Audience::Opd
            | Audience::OfficeHead
            | Audience::Sekda
            | Audience::Bssn
            | Audience::Sender => {
                let audience = if rung.to.is_outside() { Audience::Kabid } else { rung.to };
                self.tell_near(deadline, audience, true);
            }
        }
        Kind::Escalated
    }

    /// O3.
    fn tell_opd_head(&mut self, deadline: &Deadline) {
        let impact = self.case.report.as_ref().map_or("", |report| report.section(Section::Impact)).to_owned();
        let endangers_domain = self.case.ticket.class.kind.is_some_and(|kind| kind.endangers_domain());
        let notice = Notice::FollowUpOverdue(FollowUpOverdue {
            affected: affected(&self.case, self.rules),
            forwarded_at: self.case.forwarded_at,
            due_at: deadline.due_at,
            impact,
            endangers_domain,
        });
        self.say(notice);
    }

    /// A2, K2.
    fn tell_near(&mut self, deadline: &Deadline, audience: Audience, escalation: bool) {
        let notice = Notice::Deadline(DeadlineNear {
            about: about(&self.case, self.rules),
            audience,
            stage: deadline.stage,
            owner: self.rules.sop.rule(deadline.stage).owner,
            assignee: self.case.ticket.assignee.as_ref().map(|assignee| name(assignee, self.rules)),
            started_at: deadline.started_at,
            due_at: deadline.due_at,
            counting: deadline.counting,
            minutes_left: deadline.left(self.now, &self.rules.calendar).num_minutes(),
            escalation,
        });
        self.say(notice);
    }
}
