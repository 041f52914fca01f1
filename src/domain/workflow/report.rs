//! SOP 4, 5, 6: the report is submitted, reviewed, approved and forwarded.

use crate::domain::approval::{Approval, Means, Mode, Signature, SignatureFault};
use crate::domain::command::vocabulary::Word;
use crate::domain::notice::Notice;
use crate::domain::notice::kabid::{ReportForwarded, ReviewRequested};
use crate::domain::notice::opd::ReportDelivered;
use crate::domain::notice::reporter::News;
use crate::domain::notice::team::{ForwardFailed, NotForwarded, ReportApproved, ReportReturned};
use crate::domain::question::Question;
use crate::domain::report::{ReportVersion, Submission};
use crate::domain::role::Audience;
use crate::domain::stage::{Stage, Status};
use crate::domain::workflow::Errand;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::facts::{about, affected, first_recommendations, name, recipients, report_sections};
use crate::domain::workflow::refusal::{Field, Refusal};

impl Draft<'_> {
    /// `#ajukan`: a version of the report goes to the Kabid.
    pub(super) fn submit(&mut self, submission: Submission) -> Result<(), Refusal> {
        let class = &self.case.ticket.class;
        let unknown = [
            (class.kind.is_none(), Field::Kind),
            (class.severity.is_none(), Field::Severity),
            (class.opd.is_none(), Field::Opd),
        ];
        let fields: Vec<_> = unknown.into_iter().filter(|(unknown, _)| *unknown).map(|(_, field)| field).collect();
        if !fields.is_empty() {
            return Err(Refusal::Unclassified { fields });
        }
        let report = ReportVersion {
            version: self.case.report.as_ref().map_or(1, |earlier| earlier.version + 1),
            digest: submission.digest(),
            submitted_by: self.address(),
            submitted_at: self.now,
            file: submission.file,
            sections: submission.sections,
        };
        self.note("version", report.version);
        self.note("digest", report.digest.to_string());
        let version = report.version;
        (self.case.report, self.case.approval) = (Some(report), None);
        self.end(Stage::Analysis);
        self.start(Stage::Review);
        self.enter(Status::Review);
        self.ask_for_review(version);
        Ok(())
    }

    /// K1.
    fn ask_for_review(&mut self, version: u32) {
        let Some(report) = self.case.report.clone() else { return };
        let notice = Notice::ReviewRequested(ReviewRequested {
            about: about(&self.case, self.rules),
            version,
            digest: report.digest,
            sections: report_sections(&report),
            file: report.file,
            analyst: report.submitted_by.map_or_else(|| self.actor_name(), |analyst| name(&analyst, self.rules)),
            recipients: recipients(Audience::Opd, &self.case, self.rules, self.now),
            suggest_bssn: self.suggests_bssn(),
            personal_data_in: Vec::new(),
            mode: self.rules.policy.approval.mode,
            must_sign: self.rules.policy.approval.require_signature,
            clock: self.turn_clock(),
        });
        self.ask(Question::Review { version }, "", notice);
    }

    /// Whether BSSN should be told and has not been (Pasal 15(3)).
    fn suggests_bssn(&self) -> bool {
        let ticket = &self.case.ticket;
        let grave = ticket.class.severity.is_some_and(|severity| severity.concerns_bssn()) || ticket.flags.vital;
        grave && self.case.bssn_at.is_none()
    }

    /// `#perbaiki`: the analyst goes on with what is left of his day.
    pub(super) fn revise(&mut self, answers: Option<Question>, notes: String) -> Result<(), Refusal> {
        let version = self.reviewed_version(answers)?;
        self.close_questions(|question| matches!(question, Question::Review { .. }));
        self.note("version", version);
        self.note("notes", notes.clone());
        self.end(Stage::Review);
        self.resume(Stage::Analysis);
        self.enter(Status::Repair);
        let notice = Notice::ReportReturned(ReportReturned {
            about: about(&self.case, self.rules),
            version,
            by: self.actor_name(),
            notes,
            clock: self.turn_clock(),
        });
        self.say(notice);
        Ok(())
    }

    /// The version an answer is about, if it is the latest.
    fn reviewed_version(&self, answers: Option<Question>) -> Result<u32, Refusal> {
        let current = self.case.report.as_ref().map_or(0, |report| report.version);
        match answers.and_then(Question::version) {
            Some(answered) if answered != current => Err(Refusal::StaleVersion { answered, current }),
            Some(_) | None => Ok(current),
        }
    }

    /// `#setuju` on a report: approved, and on its way after `approval.hold`.
    pub(super) fn approve_report(
        &mut self,
        version: u32,
        withheld: bool,
        signature: Option<Signature>,
    ) -> Result<(), Refusal> {
        self.reviewed_version(Some(Question::Review { version }))?;
        let (Some(report), Some(by)) = (self.case.report.clone(), self.address()) else {
            return Err(Refusal::NothingAsked { word: Word::Approve });
        };
        let means = match (signature, self.rules.policy.approval.mode) {
            (Some(Signature::Checked(signed)), _) => Means::SignedPdf(signed),
            (Some(Signature::Refused(_)) | None, Mode::Reply) => Means::Reply,
            (Some(Signature::Refused(fault)), Mode::SignedPdf) => return Err(Refusal::Signature { fault }),
            (None, Mode::SignedPdf) => return Err(Refusal::Signature { fault: SignatureFault::NoFile }),
        };
        let signed = means.is_signature();
        let acting = self.rules.people.is_acting(&by);
        self.note("version", version);
        self.note("digest", report.digest.to_string());
        self.note("means", serde_json::json!(means));
        self.case.approval =
            Some(Approval { version, digest: report.digest, by, acting, at: self.now, means, withheld });
        self.close_questions(|question| matches!(question, Question::Review { .. }));
        self.end(Stage::Review);
        self.start(Stage::Forwarding);
        self.enter(Status::Approved);
        let leaves_at = (!withheld).then(|| self.now + self.rules.policy.approval.hold);
        if let Some(at) = leaves_at {
            self.errand(Errand::ForwardAt(at));
        }
        let notice = Notice::ReportApproved(ReportApproved {
            about: about(&self.case, self.rules),
            version,
            by: self.actor_name(),
            acting,
            signed,
            leaves_at,
        });
        self.say(notice);
        Ok(())
    }

    /// `#teruskan`: releases a report that was withheld, or sends one again that did not arrive.
    pub(super) fn forward_by_order(&mut self, to: Option<String>) -> Result<(), Refusal> {
        if self.status() == Status::Forwarded && self.case.open_deadline(Stage::Forwarding).is_none() {
            return Err(Refusal::AlreadySo);
        }
        if let Some(opd) = to {
            self.case.ticket.class.opd = Some(opd);
            self.note_class();
        }
        self.forward();
        Ok(())
    }

    /// The hold of an approval is over: the report leaves, unless it was withheld or undone.
    pub(super) fn hold_ended(&mut self) -> bool {
        let due = self.status() == Status::Approved && self.case.approval.as_ref().is_some_and(|found| !found.withheld);
        if due {
            self.forward();
        }
        due
    }

    /// O1, K4, P8.
    fn forward(&mut self) {
        let (Some(report), Some(approval)) = (self.case.report.clone(), self.case.approval.clone()) else { return };
        let first = self.case.forwarded_at.is_none();
        self.case.forwarded_at = Some(self.now);
        self.enter(Status::Forwarded);
        let signed = approval.means.is_signature();
        let due = |stage| {
            let timing = self.rules.sop.rule(stage).timing(self.case.ticket.gravity());
            self.rules.calendar.due(self.now, timing.limit, timing.counting).at
        };
        let delivered = Notice::ReportDelivered(ReportDelivered {
            affected: affected(&self.case, self.rules),
            version: report.version,
            recommendations: first_recommendations(&report),
            sections: report_sections(&report),
            file: report.file,
            approved_by: name(&approval.by, self.rules),
            acting: approval.acting,
            approved_at: approval.at,
            signed,
            acknowledge_by: due(Stage::Acknowledgement),
            due_at: due(Stage::FollowUp),
            personal_data: self.case.ticket.flags.personal_data,
        });
        let confirmed = Notice::ReportForwarded(ReportForwarded {
            about: about(&self.case, self.rules),
            recipients: recipients(Audience::Opd, &self.case, self.rules, self.now),
            at: self.now,
            signed,
        });
        self.say(delivered);
        self.say(confirmed);
        if first {
            self.tell_reporter(News::OwnerInformed {});
        }
    }

    /// The mail server took the report: the OPD's clocks begin.
    pub(super) fn forward_sent(&mut self) -> bool {
        let waits = self.status() == Status::Forwarded && self.case.open_deadline(Stage::Forwarding).is_some();
        if waits {
            self.end(Stage::Forwarding);
            self.start(Stage::Acknowledgement);
            self.start(Stage::FollowUp);
        }
        waits
    }

    /// The report did not arrive: the OPD's clocks have not begun, somebody must find another way.
    pub(super) fn forward_failed(&mut self, why: &NotForwarded) {
        if self.status() == Status::Forwarded {
            self.void(Stage::Acknowledgement);
            self.void(Stage::FollowUp);
            if self.case.open_deadline(Stage::Forwarding).is_none() {
                self.start(Stage::Forwarding);
            }
        }
        self.note("reason", why.in_the_logbook());
        for audience in [Audience::Assignee, Audience::Kabid] {
            let about = about(&self.case, self.rules);
            self.say(Notice::ForwardFailed(ForwardFailed { about, audience, partly: false, why: why.clone() }));
        }
    }
}
