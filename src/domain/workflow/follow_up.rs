//! After SOP 6: the OPD follows up, asks and answers; its repair is checked.

use crate::domain::Time;
use crate::domain::command::vocabulary::Word;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{DecisionRequested, TicketClosed};
use crate::domain::notice::opd::{
    AcknowledgementNoted, EscalationMemo, FixConfirmed, FixIncomplete, Request, RequestAnswered,
};
use crate::domain::notice::reporter::News;
use crate::domain::notice::team::{OpdSaid, OpdWord, RecheckRequested};
use crate::domain::question::Question;
use crate::domain::report::Section;
use crate::domain::role::{Audience, Role};
use crate::domain::sop::{Rung, Teller};
use crate::domain::stage::{Disposition, Stage, Status};
use crate::domain::workflow::Errand;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::facts::{about, affected};
use crate::domain::workflow::refusal::Refusal;

impl Draft<'_> {
    /// `#terima`, or any reply by hand: the OPD has the report.
    pub(super) fn acknowledge(&mut self, officer: String) -> Result<(), Refusal> {
        self.needs_ground(&officer, Word::Acknowledge)?;
        self.note_acknowledgement(officer);
        Ok(())
    }

    /// O6.
    pub(super) fn note_acknowledgement(&mut self, officer: String) {
        self.acknowledged();
        self.note("officer", officer.clone());
        let notice = Notice::AcknowledgementNoted(AcknowledgementNoted {
            affected: affected(&self.case, self.rules),
            officer,
            due_at: self.case.open_deadline(Stage::FollowUp).map(|deadline| deadline.due_at),
        });
        self.say(notice);
    }

    /// The OPD has answered: whatever the mail servers say, it has the report.
    fn acknowledged(&mut self) {
        self.end(Stage::Forwarding);
        self.end(Stage::Acknowledgement);
        self.close_questions(|question| question == Question::Ownership);
        if self.case.open_deadline(Stage::FollowUp).is_some() {
            self.resume_paused(Stage::FollowUp);
        } else {
            self.start(Stage::FollowUp);
        }
        self.enter(Status::FollowUp);
    }

    /// Somebody of the team who speaks for an OPD says on what ground: a call, another address.
    fn needs_ground(&self, text: &str, word: Word) -> Result<(), Refusal> {
        let speaks_for_it = self.role().is_some_and(Role::is_staff);
        if speaks_for_it && text.trim().is_empty() { Err(Refusal::NeedsReason { word }) } else { Ok(()) }
    }

    /// `#selesai`, `#nonaktif`: the OPD has repaired, or switched the system off.
    pub(super) fn fixed(&mut self, account: String, offline: bool) -> Result<(), Refusal> {
        self.acknowledged();
        self.end(Stage::FollowUp);
        self.end(Stage::Judol);
        self.close_questions(|question| {
            matches!(
                question,
                Question::Extension { .. } | Question::Escalation { .. } | Question::Ownership | Question::AcceptRisk
            )
        });
        self.case.ticket.flags.offline = offline;
        self.case.claim = Some(account.clone());
        self.note("account", account.clone());
        self.start(Stage::Recheck);
        self.enter(Status::Recheck);
        let recommendations = self.case.report.as_ref().map_or("", |report| report.section(Section::Recommendations));
        let notice = Notice::RecheckRequested(RecheckRequested {
            about: about(&self.case, self.rules),
            account,
            offline,
            recommendations: recommendations.to_owned(),
            clock: self.turn_clock(),
        });
        self.say(notice);
        Ok(())
    }

    /// `#lulus`: the repair holds. O5, P10 or P11, K4.
    pub(super) fn pass(&mut self, note: String) -> Result<(), Refusal> {
        self.end(Stage::Recheck);
        self.note("note", note.clone());
        self.resolve(note, false);
        Ok(())
    }

    /// The ticket has come to a good end, or to one its owner answers for.
    pub(super) fn resolve(&mut self, note: String, risk_accepted: bool) {
        let offline = self.case.ticket.flags.offline;
        self.case.ticket.flags.risk_accepted = risk_accepted;
        self.close(Disposition::Resolved);
        let confirmed = Notice::FixConfirmed(FixConfirmed {
            affected: affected(&self.case, self.rules),
            checked_at: self.now,
            offline,
            risk_accepted,
            note: note.clone(),
        });
        let closed = Notice::TicketClosed(TicketClosed {
            about: about(&self.case, self.rules),
            status: self.status(),
            by: self.actor_name(),
            reason: note,
            risk_accepted,
        });
        self.say(confirmed);
        self.tell_end(if offline || risk_accepted {
            News::TicketMitigated { offline }
        } else {
            News::TicketResolved { checked_at: self.now, anonymous: self.case.ticket.flags.anonymous }
        });
        self.say(closed);
        self.errand(Errand::TellDuplicates);
    }

    /// `#gagal`: the repair does not hold. The OPD goes on with what is left of its time, and has at
    /// least the time for another try.
    pub(super) fn fail(&mut self, findings: String) -> Result<(), Refusal> {
        self.end(Stage::Recheck);
        self.case.ticket.tally.false_fixes += 1;
        self.case.ticket.flags.offline = false;
        self.case.claim = None;
        self.note("findings", findings.clone());
        self.resume(Stage::FollowUp);
        self.allow_another_try();
        if self.case.deadline(Stage::Judol).is_some_and(|judol| judol.met().is_some()) {
            self.resume(Stage::Judol);
        }
        self.enter(Status::FollowUp);
        self.tell_incomplete(findings, false);
        Ok(())
    }

    fn allow_another_try(&mut self) {
        let (now, rules) = (self.now, self.rules);
        let Some(retry) = rules.sop.rule(Stage::FollowUp).retry else { return };
        if let Some(deadline) = self.case.deadline_mut(Stage::FollowUp) {
            let least = rules.calendar.due(now, retry, deadline.counting).at;
            if deadline.due_at < least {
                deadline.extend(least, now);
            }
        }
    }

    /// O4.
    pub(super) fn tell_incomplete(&mut self, findings: String, reopened: bool) {
        let notice = Notice::FixIncomplete(FixIncomplete {
            affected: affected(&self.case, self.rules),
            checked_at: self.now,
            findings,
            due_at: self.case.open_deadline(Stage::FollowUp).map(|deadline| deadline.due_at),
            reopened,
        });
        self.say(notice);
    }

    /// `#bantu`.
    pub(super) fn assist(&mut self, need: String) -> Result<(), Refusal> {
        if self.status() == Status::Forwarded {
            self.acknowledged();
        }
        self.tell_team(OpdWord::NeedsHelp, need);
        Ok(())
    }

    /// A5: what the OPD said.
    fn tell_team(&mut self, what: OpdWord, text: String) {
        self.note("text", text.clone());
        let notice = Notice::OpdSaid(OpdSaid {
            about: about(&self.case, self.rules),
            what,
            by: self.actor_name(),
            text,
            clock: self.turn_clock(),
        });
        self.say(notice);
    }

    /// `#bukan`: an analyst decides; the OPD's clock stands still meanwhile.
    pub(super) fn not_ours(&mut self, reason: String) -> Result<(), Refusal> {
        self.acknowledged();
        self.pause(Stage::FollowUp);
        self.open_question(Question::Ownership, &reason);
        self.tell_team(OpdWord::NotOurs, reason);
        Ok(())
    }

    // The OPD was warned, and acts before the report comes.

    pub(super) fn acknowledge_warning(&mut self, text: String) -> Result<(), Refusal> {
        self.needs_warning(Word::Acknowledge)?;
        self.needs_ground(&text, Word::Acknowledge)?;
        self.tell_team(OpdWord::Acknowledged, text);
        Ok(())
    }

    pub(super) fn fixed_early(&mut self, account: String, offline: bool) -> Result<(), Refusal> {
        self.needs_warning(if offline { Word::Offline } else { Word::Fixed })?;
        self.end(Stage::Judol);
        self.case.ticket.flags.offline = offline;
        self.case.claim = Some(account.clone());
        self.tell_team(OpdWord::FixedEarly, account);
        Ok(())
    }

    pub(super) fn assist_early(&mut self, need: String) -> Result<(), Refusal> {
        self.needs_warning(Word::Assist)?;
        self.tell_team(OpdWord::NeedsHelp, need);
        Ok(())
    }

    pub(super) fn not_ours_early(&mut self, reason: String) -> Result<(), Refusal> {
        self.needs_warning(Word::NotOurs)?;
        self.open_question(Question::Ownership, &reason);
        self.tell_team(OpdWord::NotOurs, reason);
        Ok(())
    }

    /// An OPD that was told nothing has nothing to answer.
    fn needs_warning(&self, word: Word) -> Result<(), Refusal> {
        match self.case.warned_at {
            Some(_) => Ok(()),
            None => Err(Refusal::NotNow { word, status: self.status() }),
        }
    }

    // More time.

    /// `#perpanjang`: the OPD asks, the Kabid decides.
    pub(super) fn extend(
        &mut self,
        answers: Option<Question>,
        until: Option<Time>,
        reason: String,
    ) -> Result<(), Refusal> {
        let asked = answers.into_iter().chain(self.case.open_questions()).find_map(Question::until);
        let Some(due_at) = self.case.open_deadline(Stage::FollowUp).map(|deadline| deadline.due_at) else {
            return Err(Refusal::NotNow { word: Word::Extend, status: self.status() });
        };
        let by_kabid = self.role() == Some(Role::Kabid);
        let until = until.or(asked.filter(|_| by_kabid)).ok_or(Refusal::NeedsDate)?;
        if until <= due_at || until <= self.now {
            return Err(Refusal::NotLater { due_at });
        }
        if by_kabid {
            self.grant_extension(until, reason);
        } else {
            self.ask_for_extension(until, due_at, reason);
        }
        Ok(())
    }

    fn ask_for_extension(&mut self, until: Time, due_at: Time, reason: String) {
        if self.status() == Status::Forwarded {
            self.acknowledged();
        }
        self.note("until", until.to_rfc3339());
        self.note("reason", reason.clone());
        let question = Question::Extension { until };
        let notice = self.decision_requested(question, None, &reason, Some(due_at));
        self.ask(question, &reason, notice);
    }

    /// More time is given: the ladder begins again at its foot.
    pub(super) fn grant_extension(&mut self, until: Time, reason: String) {
        let now = self.now;
        if let Some(deadline) = self.case.deadline_mut(Stage::FollowUp) {
            deadline.extend(until, now);
        }
        self.note("until", until.to_rfc3339());
        self.close_questions(|question| matches!(question, Question::Extension { .. } | Question::Escalation { .. }));
        self.answer_request(Request::Extension, true, reason);
    }

    pub(super) fn answer_request(&mut self, request: Request, granted: bool, reason: String) {
        let notice = Notice::RequestAnswered(RequestAnswered {
            affected: affected(&self.case, self.rules),
            request,
            granted,
            reason,
            due_at: self.case.open_deadline(Stage::FollowUp).map(|deadline| deadline.due_at),
        });
        self.say(notice);
    }

    /// K5.
    pub(super) fn decision_requested(
        &self,
        question: Question,
        to: Option<Audience>,
        reason: &str,
        due_at: Option<Time>,
    ) -> Notice {
        Notice::DecisionRequested(DecisionRequested {
            about: about(&self.case, self.rules),
            audience: Audience::Kabid,
            question,
            to,
            by: self.address().map(|_| self.actor_name()).unwrap_or_default(),
            reason: reason.to_owned(),
            due_at,
            draft: Vec::new(),
        })
    }

    // The ladder above the head of the OPD (domain 5.3).

    /// `#eskalasi`: the next rung, or the one that was proposed.
    pub(super) fn escalate(&mut self, answers: Option<Question>, note: String) -> Result<(), Refusal> {
        let proposed = answers.into_iter().chain(self.case.open_questions()).find_map(Question::level);
        let reached = self.case.ticket.tally.escalation;
        let ladder = &self.rules.sop.rule(Stage::FollowUp).ladder;
        let is_next = |rung: &&Rung| {
            rung.by == Teller::Kabid && proposed.map_or(rung.level > reached, |level| rung.level == level)
        };
        let rung = ladder.iter().find(is_next).ok_or(Refusal::NoHigherRung)?;
        self.climb(rung, note)
    }

    /// E1. Sekda is written to only where the Kabid says that the Kepala Dinas agrees (domain 5.3).
    pub(super) fn climb(&mut self, rung: &Rung, note: String) -> Result<(), Refusal> {
        if rung.to == Audience::Sekda && note.trim().is_empty() {
            return Err(Refusal::NeedsReason { word: Word::Escalate });
        }
        let ticket = &mut self.case.ticket;
        ticket.tally.escalation = ticket.tally.escalation.max(rung.level);
        let reminders = ticket.tally.opd_reminders;
        let endangers_domain = ticket.class.kind.is_some_and(|kind| kind.endangers_domain());
        let impact = self.case.report.as_ref().map_or("", |report| report.section(Section::Impact)).to_owned();
        self.note("level", rung.level);
        self.note("note", note.clone());
        let notice = Notice::EscalationMemo(EscalationMemo {
            affected: affected(&self.case, self.rules),
            audience: rung.to,
            level: rung.level,
            forwarded_at: self.case.forwarded_at,
            due_at: self.case.deadline(Stage::FollowUp).map(|deadline| deadline.due_at),
            reminders,
            impact,
            endangers_domain,
            by: self.actor_name(),
            note,
        });
        self.say(notice);
        self.close_questions(|question| matches!(question, Question::Escalation { .. }));
        Ok(())
    }
}
