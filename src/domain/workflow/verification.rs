//! SOP 3: the report is verified, and the reporter is answered.

use serde_json::json;

use crate::domain::Time;
use crate::domain::command::Assessment;
use crate::domain::command::vocabulary::Word;
use crate::domain::deadline::Deadline;
use crate::domain::gate::Reader;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{UrgentRaised, Warning};
use crate::domain::notice::opd::{Affected, EarlyWarning};
use crate::domain::notice::reporter::News;
use crate::domain::question::Question;
use crate::domain::role::{Audience, Role};
use crate::domain::severity::Severity;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::domain::ticket::TicketNumber;
use crate::domain::tlp::Tlp;
use crate::domain::workflow::EarlyWarningMode;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::facts::{about, affected, legal_clocks};
use crate::domain::workflow::refusal::Refusal;

impl Draft<'_> {
    /// `#ambil`: the ticket is somebody's.
    pub(super) fn take(&mut self) -> Result<(), Refusal> {
        let me = self.address();
        if me.is_some() && self.case.ticket.assignee == me && self.status() != Status::New {
            return Err(Refusal::AlreadySo);
        }
        self.case.ticket.assignee = me;
        if self.status() == Status::New {
            self.enter(Status::Verification);
        }
        Ok(())
    }

    /// Whatever an analyst does with a ticket nobody has taken makes it his (domain 5.2 row 2).
    pub(super) fn take_silently(&mut self) {
        if self.role() != Some(Role::Analyst) || self.address().is_none() {
            return;
        }
        let address = self.address();
        let ticket = &mut self.case.ticket;
        ticket.assignee = ticket.assignee.take().or(address);
        if ticket.status == Status::New {
            ticket.status = Status::Verification;
        }
    }

    /// `#valid`: the report is an incident. Its clock stops with the answer to the reporter.
    pub(super) fn verify(&mut self, found: Assessment) -> Result<(), Refusal> {
        if self.is_verified() {
            return Err(Refusal::NotNow { word: Word::Verify, status: self.status() });
        }
        let owner = found.system.as_deref().and_then(|system| self.rules.people.owner_of(system));
        let opd = found.opd.or_else(|| owner.map(|opd| opd.code.clone()));
        let class = &mut self.case.ticket.class;
        class.kind = found.kind.or(class.kind);
        class.severity = found.severity.or(class.severity).or(class.kind.map(|kind| kind.usual_severity()));
        class.finding = found.finding.or(class.finding).or(class.kind.map(|kind| kind.usual_finding()));
        class.system = found.system.or(class.system.take());
        class.opd = opd.or(class.opd.take());
        let kind = class.kind;
        self.void(Stage::ReporterAnswer);
        self.end(Stage::Verification);
        self.enter(Status::Analysis);
        self.start(Stage::Analysis);
        self.tell_reporter(News::ReportVerified { kind });
        self.note_class();
        self.heed_class();
        if self.case.ticket.class.severity == Some(Severity::Critical) && !self.case.ticket.flags.urgent {
            let warning = self.warning();
            self.raise(Audience::Kabid, String::new(), warning);
        }
        Ok(())
    }

    /// Whether the report was found valid. A ticket that waits for its reporter may or may not be.
    pub(super) fn is_verified(&self) -> bool {
        match self.status() {
            Status::AwaitingReporter => self.case.asked_from() != Status::Verification,
            Status::New | Status::Verification | Status::Closed(_) => false,
            Status::Analysis
            | Status::Review
            | Status::Repair
            | Status::Approved
            | Status::Forwarded
            | Status::FollowUp
            | Status::Recheck => true,
        }
    }

    /// Notes what the ticket is about in the logbook.
    pub(super) fn note_class(&mut self) {
        let class = json!(self.case.ticket.class);
        self.note("class", class);
    }

    /// What a verified incident brings with it, whenever its class becomes known or changes: the
    /// clocks of the law, and the early warning.
    pub(super) fn heed_class(&mut self) {
        if !self.is_verified() {
            return;
        }
        let class = self.case.ticket.class.clone();
        let endangers = class.kind.is_some_and(|kind| kind.endangers_domain());
        let counts = |deadline: &Deadline| deadline.is_open() || deadline.met().is_some();
        match (endangers, self.case.deadline(Stage::Judol).is_some_and(counts)) {
            (true, false) => self.start(Stage::Judol),
            (false, true) => self.void(Stage::Judol),
            (true, true) | (false, false) => {}
        }
        let vital = class.opd.as_deref().and_then(|code| self.rules.people.opd(code)).is_some_and(|opd| opd.vital);
        self.case.ticket.flags.vital = vital;
        match (vital, self.case.open_deadline(Stage::Iiv).is_some()) {
            (true, false) if self.case.bssn_at.is_none() => self.start(Stage::Iiv),
            (false, true) => self.void(Stage::Iiv),
            (true, false | true) | (false, false) => {}
        }
        self.warn_early();
    }

    /// PEMBERITAHUAN DINI, once, before there is a report (domain 5.2 row 3).
    pub(super) fn warn_early(&mut self) {
        let ticket = &self.case.ticket;
        let grave = ticket.gravity().is_critical() || ticket.class.kind.is_some_and(|kind| kind.wants_early_warning());
        let may_know = ticket.class.tlp.reaches(Reader::Opd);
        let wanted = grave && may_know && ticket.class.opd.is_some() && !ticket.status.is_with_opd();
        let asked = self.case.asked(|question| question == Question::EarlyWarning).is_some();
        if !wanted || self.case.warned_at.is_some() || asked {
            return;
        }
        match self.rules.policy.early_warning {
            EarlyWarningMode::Automatic => self.send_early_warning(),
            EarlyWarningMode::Kabid => {
                let notice = self.urgent_raised(Audience::Kabid, String::new(), Warning::Waiting);
                self.ask(Question::EarlyWarning, "", notice);
            }
        }
    }

    /// O7, of the daemon's own accord or on the Kabid's word.
    pub(super) fn send_early_warning(&mut self) {
        let endangers_domain = self.case.ticket.class.kind.is_some_and(|kind| kind.endangers_domain());
        let notice = Notice::EarlyWarning(EarlyWarning {
            // Until there is a report, what is known stays in the organisation (domain 2.4).
            affected: Affected {
                tlp: self.case.ticket.class.tlp.max(Tlp::AmberStrict),
                ..affected(&self.case, self.rules)
            },
            verified_at: self.verified_at(),
            due_at: self.case.open_deadline(Stage::Judol).map(|judol| judol.due_at),
            endangers_domain,
        });
        self.case.warned_at = Some(self.now);
        self.note("early_warning", true);
        self.say(notice);
    }

    /// What became of the early warning, for those who are told that it is urgent.
    pub(super) fn warning(&self) -> Warning {
        let asked = self.case.asked(|question| question == Question::EarlyWarning).is_some();
        match (self.case.warned_at, asked) {
            (Some(_), _) => Warning::Sent,
            (None, true) => Warning::Waiting,
            (None, false) => Warning::TooEarly,
        }
    }

    /// K6 and A2.
    pub(super) fn raise(&mut self, audience: Audience, reason: String, warning: Warning) {
        // The Kabid who was asked about the warning has been told already.
        if audience == Audience::Kabid && warning == Warning::Waiting {
            return;
        }
        let notice = self.urgent_raised(audience, reason, warning);
        self.say(notice);
    }

    fn urgent_raised(&self, audience: Audience, reason: String, warning: Warning) -> Notice {
        Notice::UrgentRaised(UrgentRaised {
            about: about(&self.case, self.rules),
            audience,
            by: self.actor_name(),
            reason,
            warning,
            clocks: legal_clocks(&self.case, self.rules, self.now),
        })
    }

    /// `#tolak`: the report is not valid.
    pub(super) fn reject(&mut self, reason: String) -> Result<(), Refusal> {
        self.end(Stage::Verification);
        self.note("reason", reason.clone());
        self.close(Disposition::NotValid);
        self.tell_end(News::ReportRejected { reason });
        Ok(())
    }

    /// `#duplikat`, `#gabung`: the ticket lives on in another.
    pub(super) fn join(&mut self, of: TicketNumber) -> Result<(), Refusal> {
        if of == self.case.ticket.number {
            return Err(Refusal::Itself);
        }
        self.end(Stage::Verification);
        self.note("parent", of.to_string());
        self.close(Disposition::Duplicate);
        self.case.ticket.parent = Some(of);
        self.tell_reporter(News::ReportDuplicate {});
        Ok(())
    }

    /// `#rujuk`: it is somebody else's matter.
    pub(super) fn refer(&mut self, body: String) -> Result<(), Refusal> {
        self.end(Stage::Verification);
        self.note("to", body.clone());
        self.close(Disposition::Referred);
        self.tell_end(News::ReportReferred { body });
        Ok(())
    }

    /// `#spam`: closed, and nobody is answered.
    pub(super) fn junk(&mut self) -> Result<(), Refusal> {
        self.close(Disposition::Spam);
        Ok(())
    }

    /// `#valid` on what was filed as junk (decisions 17).
    pub(super) fn revive(&mut self) {
        self.case.ticket.tally.reopened += 1;
        (self.case.ticket.closed_at, self.case.ticket.closed_by) = (None, None);
        self.start(Stage::Verification);
    }

    /// `#tanya`: the reporter's turn; the clocks of the SOP stand still.
    pub(super) fn ask_reporter(&mut self, text: String) -> Result<(), Refusal> {
        if self.case.ticket.reporter.is_none() {
            return Err(Refusal::NoReporter);
        }
        for stage in [Stage::Verification, Stage::Analysis] {
            self.pause(stage);
        }
        self.case.ticket.tally.questions += 1;
        self.start(Stage::ReporterAnswer);
        self.enter(Status::AwaitingReporter);
        let due_at = self.case.deadline(Stage::ReporterAnswer).map_or(self.now, |deadline| deadline.due_at);
        self.note("text", text.clone());
        self.tell_reporter(News::QuestionAsked { text, due_at });
        Ok(())
    }

    /// `#ambil` while the reporter is waited for: the work goes on without his answer.
    pub(super) fn go_on(&mut self) -> Result<(), Refusal> {
        self.stop_waiting();
        Ok(())
    }

    /// The clocks that stood still for the reporter go on.
    pub(super) fn stop_waiting(&mut self) {
        let status = self.case.asked_from();
        self.end(Stage::ReporterAnswer);
        for stage in [Stage::Verification, Stage::Analysis] {
            self.resume_paused(stage);
        }
        self.enter(status);
    }

    /// Tells the reporter how his ticket ended.
    pub(super) fn tell_end(&mut self, news: News) {
        if self.case.ticket.reporter.is_some() {
            self.case.reporter_told_at = Some(self.now);
        }
        self.tell_reporter(news);
    }

    /// When the report was found valid: the moment the team knew (domain 1.3).
    pub(super) fn verified_at(&self) -> Time {
        self.case.deadline(Stage::Verification).and_then(Deadline::ended_at).unwrap_or(self.now)
    }
}
