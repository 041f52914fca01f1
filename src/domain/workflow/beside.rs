//! What happens beside the straight line: notes, classes, urgency, duties, ends and new beginnings.

use crate::domain::command::vocabulary::Word;
use crate::domain::command::{Breach, Reply};
use crate::domain::directory::Term;
use crate::domain::incoming::Language;
use crate::domain::kind::IncidentKind;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::IsolationOrdered;
use crate::domain::notice::opd::{BssnReport, PersonalDataDuty, Request, RequestAnswered, SystemIsolated};
use crate::domain::notice::reporter::News;
use crate::domain::notice::team::TicketAssigned;
use crate::domain::person::Address;
use crate::domain::question::Question;
use crate::domain::role::Audience;
use crate::domain::severity::Severity;
use crate::domain::sop::Gravity;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::domain::tlp::Tlp;
use crate::domain::workflow::Errand;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::facts::{about, affected, report_sections};
use crate::domain::workflow::refusal::Refusal;

impl Draft<'_> {
    pub(super) fn annotate(&mut self, text: String) -> Result<(), Refusal> {
        self.note("text", text);
        Ok(())
    }

    /// `#balas`: words of the team to the reporter.
    pub(super) fn reply(&mut self, reply: Reply) -> Result<(), Refusal> {
        if self.case.ticket.reporter.is_none() {
            return Err(Refusal::NoReporter);
        }
        let news = match reply {
            Reply::Text(text) => {
                self.note("text", text.clone());
                News::ReplyWritten { text }
            }
            Reply::Bounty => News::NoBounty {},
            Reply::Progress => News::WorkGoesOn { next_at: self.case.turn().map(|turn| turn.due_at) },
        };
        self.tell_reporter(news);
        Ok(())
    }

    pub(super) fn set_language(&mut self, language: Language) -> Result<(), Refusal> {
        self.case.ticket.language = language;
        self.note("language", language.as_str());
        Ok(())
    }

    // Classes.

    pub(super) fn set_kind(&mut self, kind: IncidentKind) -> Result<(), Refusal> {
        let before = self.case.ticket.gravity();
        let class = &mut self.case.ticket.class;
        class.kind = Some(kind);
        class.finding = Some(kind.usual_finding());
        class.severity = class.severity.or(Some(kind.usual_severity()));
        self.reclassified(before)
    }

    pub(super) fn set_severity(&mut self, severity: Severity) -> Result<(), Refusal> {
        let before = self.case.ticket.gravity();
        self.case.ticket.class.severity = Some(severity);
        self.reclassified(before)
    }

    fn reclassified(&mut self, before: Gravity) -> Result<(), Refusal> {
        self.retime(before);
        self.note_class();
        self.heed_class();
        Ok(())
    }

    pub(super) fn set_tlp(&mut self, tlp: Tlp) -> Result<(), Refusal> {
        self.case.ticket.class.tlp = tlp;
        self.note_class();
        if self.is_verified() {
            self.warn_early();
        }
        Ok(())
    }

    /// `#pemilik`, before the report has gone out.
    pub(super) fn set_owner(&mut self, opd: String) -> Result<(), Refusal> {
        let changed = self.case.ticket.class.opd.as_ref() != Some(&opd);
        self.close_questions(|question| question == Question::Ownership);
        if changed && self.case.warned_at.is_some() {
            // The other OPD was warned; this one has not been.
            self.case.warned_at = None;
        }
        self.case.ticket.class.opd = Some(opd);
        self.note_class();
        self.heed_class();
        if changed && self.case.open_deadline(Stage::Pdp).is_some() {
            self.tell_duty(Audience::Opd, false);
        }
        Ok(())
    }

    /// `#pemilik`, when an OPD says that the system is not its own: the report is written anew for
    /// the right one (domain 5.2 row 22).
    pub(super) fn give_to(&mut self, opd: String) -> Result<(), Refusal> {
        let former = self.case.ticket.class.opd.clone();
        if former.as_ref() == Some(&opd) {
            return Err(Refusal::AlreadySo);
        }
        let disputed = self.case.asked(|question| question == Question::Ownership).is_some();
        for stage in [Stage::Forwarding, Stage::Acknowledgement, Stage::FollowUp] {
            self.void(stage);
        }
        if let Some(former) = former.filter(|_| disputed) {
            let head = affected(&self.case, self.rules);
            let notice = Notice::RequestAnswered(RequestAnswered {
                affected: head,
                request: Request::Ownership,
                granted: true,
                reason: String::new(),
                due_at: None,
            });
            self.say_to_office(notice, former);
        }
        self.case.questions.clear();
        (self.case.approval, self.case.forwarded_at) = (None, None);
        self.case.ticket.tally.escalation = 0;
        self.start(Stage::Analysis);
        self.enter(Status::Analysis);
        self.set_owner(opd)
    }

    // Urgency and duties.

    /// `#darurat`: every clock is the running clock, and everybody knows.
    pub(super) fn urgent(&mut self, reason: String) -> Result<(), Refusal> {
        if self.case.ticket.flags.urgent {
            return Err(Refusal::AlreadySo);
        }
        let before = self.case.ticket.gravity();
        self.case.ticket.flags.urgent = true;
        self.note("reason", reason.clone());
        self.reclassified(before)?;
        let warning = self.warning();
        self.raise(Audience::Kabid, reason.clone(), warning);
        self.raise(Audience::Analysts, reason, warning);
        Ok(())
    }

    /// `#pdp`: UU PDP Pasal 46. The 72 hours run from the moment the team knew (domain 1.3).
    pub(super) fn personal_data(&mut self, breach: Breach) -> Result<(), Refusal> {
        let running = self.case.open_deadline(Stage::Pdp).is_some();
        match breach {
            Breach::Yes if running || !self.status().is_open() => Err(Refusal::AlreadySo),
            Breach::Yes if !self.is_verified() => {
                Err(Refusal::NotNow { word: Word::PersonalData, status: self.status() })
            }
            Breach::Yes => {
                self.case.ticket.flags.personal_data = true;
                self.start_at(Stage::Pdp, self.verified_at());
                self.tell_duty(Audience::Opd, false);
                self.tell_duty(Audience::Kabid, false);
                Ok(())
            }
            Breach::No if !self.case.ticket.flags.personal_data => Err(Refusal::AlreadySo),
            Breach::No => {
                self.case.ticket.flags.personal_data = false;
                self.void(Stage::Pdp);
                Ok(())
            }
            Breach::Notified if !running => Err(Refusal::AlreadySo),
            Breach::Notified => {
                self.end(Stage::Pdp);
                Ok(())
            }
        }
    }

    /// D1.
    pub(super) fn tell_duty(&mut self, audience: Audience, reminder: bool) {
        let Some(deadline) = self.case.open_deadline(Stage::Pdp) else { return };
        if audience == Audience::Opd && self.case.ticket.class.opd.is_none() {
            return;
        }
        let notice = Notice::PersonalDataDuty(PersonalDataDuty {
            affected: affected(&self.case, self.rules),
            audience,
            started_at: deadline.started_at,
            due_at: deadline.due_at,
            reminder,
        });
        self.say(notice);
    }

    /// `#laporbssn`: a draft for the Kabid. Without a report, the analyst must say what happened.
    pub(super) fn draft_bssn(&mut self, text: String) -> Result<(), Refusal> {
        if self.case.report.is_none() && text.trim().is_empty() {
            return Err(Refusal::NeedsReason { word: Word::Bssn });
        }
        if self.case.bssn_at.is_some() {
            return Err(Refusal::AlreadySo);
        }
        let due_at = self.case.open_deadline(Stage::Iiv).map(|deadline| deadline.due_at);
        let mut notice = self.decision_requested(Question::Bssn, Some(Audience::Bssn), &text, due_at);
        if let (Notice::DecisionRequested(asked), Some(report)) = (&mut notice, &self.case.report) {
            asked.draft = report_sections(report);
        }
        self.ask(Question::Bssn, &text, notice);
        Ok(())
    }

    /// B1, on the Kabid's word.
    pub(super) fn report_to_bssn(&mut self, support: String) {
        self.end(Stage::Iiv);
        self.case.bssn_at = Some(self.now);
        let notice = Notice::BssnReport(BssnReport {
            affected: affected(&self.case, self.rules),
            verified_at: Some(self.verified_at()),
            sections: self.case.report.as_ref().map(report_sections).unwrap_or_default(),
            support,
            vital: self.case.ticket.flags.vital,
        });
        self.say(notice);
    }

    /// `#isolasi`: the order is recorded and passed on; people carry it out.
    pub(super) fn isolate(&mut self, reason: String) -> Result<(), Refusal> {
        self.note("reason", reason.clone());
        let ordered = Notice::IsolationOrdered(IsolationOrdered {
            about: about(&self.case, self.rules),
            by: self.actor_name(),
            reason: reason.clone(),
            at: self.now,
        });
        self.say(ordered);
        if self.case.ticket.class.opd.is_some() {
            let affected = affected(&self.case, self.rules);
            self.say(Notice::SystemIsolated(SystemIsolated { affected, at: self.now, reason }));
        }
        Ok(())
    }

    // Whose it is.

    /// `#serah`, `#disposisi`.
    pub(super) fn assign(&mut self, to: Address, note: String) -> Result<(), Refusal> {
        if self.case.ticket.assignee.as_ref().is_some_and(|assignee| assignee.same_mailbox(&to)) {
            return Err(Refusal::AlreadySo);
        }
        self.note("assignee", to.to_string());
        self.note("note", note.clone());
        self.case.ticket.assignee = Some(to);
        if self.status() == Status::New {
            self.enter(Status::Verification);
        }
        let notice = Notice::TicketAssigned(TicketAssigned {
            about: about(&self.case, self.rules),
            by: self.actor_name(),
            note,
            status: self.status(),
            clock: self.turn_clock(),
        });
        self.say(notice);
        Ok(())
    }

    /// `#delegasi`.
    pub(super) fn delegate(&mut self, to: Address, term: Term) -> Result<(), Refusal> {
        self.note("deputy", to.to_string());
        self.note("until", term.until.to_string());
        self.errand(Errand::Delegate { to, term });
        Ok(())
    }

    /// `#tiketbaru`.
    pub(super) fn open_ticket(&mut self, text: String) -> Result<(), Refusal> {
        self.errand(Errand::OpenTicket(text));
        Ok(())
    }

    /// `#pisah`.
    pub(super) fn split(&mut self, opd: String) -> Result<(), Refusal> {
        if self.case.ticket.class.opd.as_ref() == Some(&opd) {
            return Err(Refusal::AlreadySo);
        }
        self.note("opd", opd.clone());
        self.errand(Errand::OpenPart { opd });
        Ok(())
    }

    // Ends, and new beginnings.

    /// `#tutup` before the report has gone out.
    pub(super) fn close_for(&mut self, reason: String) -> Result<(), Refusal> {
        let unanswered = self.status() == Status::AwaitingReporter;
        self.end(Stage::Verification);
        self.note("reason", reason.clone());
        self.close(Disposition::NotValid);
        self.tell_end(if unanswered { News::ClosedUnanswered {} } else { News::ReportRejected { reason } });
        Ok(())
    }

    /// `#tutup` when the OPD has the report: the Kabid decides (domain 5.2 row 24).
    pub(super) fn propose_closing(&mut self, reason: String) -> Result<(), Refusal> {
        self.note("reason", reason.clone());
        let due_at = self.case.deadline(Stage::FollowUp).map(|deadline| deadline.due_at);
        let notice = self.decision_requested(Question::AcceptRisk, None, &reason, due_at);
        self.ask(Question::AcceptRisk, &reason, notice);
        Ok(())
    }

    /// `#buka`: the ticket goes on where it makes sense (domain 5.2 row 21).
    pub(super) fn reopen(&mut self, reason: String) -> Result<(), Refusal> {
        let was_resolved = self.status() == Status::Closed(Disposition::Resolved);
        self.case.ticket.tally.reopened += 1;
        self.note("reason", reason.clone());
        self.begin_again();
        if was_resolved && self.case.forwarded_at.is_some() {
            self.enter(Status::FollowUp);
            self.start(Stage::FollowUp);
            self.tell_incomplete(reason, true);
        } else {
            self.look_again();
        }
        self.tell_reporter(News::TicketReopened { next_at: self.case.turn().map(|turn| turn.due_at) });
        Ok(())
    }

    /// `#pisah` on a ticket that was joined with another by mistake. That is no second beginning: it
    /// never was the other's.
    pub(super) fn disjoin(&mut self) -> Result<(), Refusal> {
        let parent = self.case.ticket.parent.as_ref().map(ToString::to_string);
        self.note("parent_was", parent.unwrap_or_default());
        self.begin_again();
        self.look_again();
        self.tell_reporter(News::TicketReopened { next_at: self.case.turn().map(|turn| turn.due_at) });
        Ok(())
    }

    /// Nothing of how the ticket ended holds.
    fn begin_again(&mut self) {
        let ticket = &mut self.case.ticket;
        ticket.flags.risk_accepted = false;
        ticket.flags.offline = false;
        (ticket.closed_at, ticket.closed_by, ticket.parent) = (None, None, None);
        self.case.reporter_told_at = None;
        self.end(Stage::SecondLook);
        self.case.objected_at = None;
    }

    /// The team's work goes on, at the step it had come to.
    fn look_again(&mut self) {
        let step = if self.case.deadline(Stage::Analysis).is_some() { Stage::Analysis } else { Stage::Verification };
        self.enter(if step == Stage::Analysis { Status::Analysis } else { Status::Verification });
        self.start(step);
    }

    /// `#tolak` on a closed ticket the reporter objects to: somebody else has looked, and the end
    /// stands (P13).
    pub(super) fn uphold(&mut self, reason: String) -> Result<(), Refusal> {
        if self.case.objected_at.is_none() {
            return Err(Refusal::NotNow { word: Word::Reject, status: self.status() });
        }
        if self.address().is_some() && self.address() == self.case.ticket.closed_by {
            return Err(Refusal::SecondLookBySame);
        }
        self.end(Stage::SecondLook);
        self.case.objected_at = None;
        self.note("reason", reason.clone());
        self.tell_reporter(News::SecondLookTaken { looked_at: self.now, result: reason });
        Ok(())
    }
}
