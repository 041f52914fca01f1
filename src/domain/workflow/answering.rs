//! `#setuju` and `#tolak` answer whatever was asked (domain 5.5: one word, one question).

use crate::domain::approval::Signature;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::Word;
use crate::domain::notice::opd::Request;
use crate::domain::question::{Asked, Question};
use crate::domain::role::Role;
use crate::domain::stage::Stage;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::refusal::Refusal;

/// The open question a word of somebody in that role answers: the one his code belongs to, or the
/// only one there is. Whoever makes a code for a word without one binds it to this.
///
/// # Errors
/// If none is open, if several are and no code tells which, or if the code's own is not open any
/// more.
pub fn answered(case: &Case, role: Role, word: Word, code: Option<Question>) -> Result<&Asked, Refusal> {
    let open = || case.questions.iter().filter(|asked| may_answer(role, word, asked.question));
    match code {
        Some(question) => open().find(|asked| asked.question == question).ok_or_else(|| gone(case, question)),
        None => {
            let first = open().next().ok_or(Refusal::NothingAsked { word })?;
            if open().count() > 1 {
                return Err(Refusal::WhichQuestion { open: open().map(|asked| asked.question).collect() });
            }
            Ok(first)
        }
    }
}

/// Whether a word of that role answers a question. A report is not rejected but sent back.
fn may_answer(role: Role, word: Word, question: Question) -> bool {
    let is_his = role == Role::Kabid || question.answered_by() == role;
    let fits = match question {
        Question::Review { .. } => word == Word::Approve,
        Question::Ownership => word == Word::Reject,
        Question::EarlyWarning
        | Question::Escalation { .. }
        | Question::Extension { .. }
        | Question::AcceptRisk
        | Question::Bssn => matches!(word, Word::Approve | Word::Reject),
        Question::Order { .. } => false,
    };
    is_his && fits
}

/// Why a code's question is not open.
fn gone(case: &Case, question: Question) -> Refusal {
    let current = case.report.as_ref().map(|report| report.version);
    match (question.version(), current) {
        (Some(answered), Some(current)) if answered < current => Refusal::StaleVersion { answered, current },
        (Some(_) | None, Some(_) | None) => Refusal::AnsweredAlready { question },
    }
}

impl Draft<'_> {
    /// `#setuju`.
    pub(super) fn approve(
        &mut self,
        answers: Option<Question>,
        withhold: bool,
        signature: Option<Signature>,
    ) -> Result<(), Refusal> {
        let asked = answered(&self.case, Role::Kabid, Word::Approve, answers)?.clone();
        self.note("question", serde_json::json!(asked.question));
        match asked.question {
            Question::Review { version } => return self.approve_report(version, withhold, signature),
            Question::EarlyWarning => self.send_early_warning(),
            Question::Escalation { level } => {
                let rung = self.rules.sop.rule(Stage::FollowUp).rung(level).ok_or(Refusal::NoHigherRung)?;
                return self.climb(rung, String::new());
            }
            Question::Extension { until } => self.grant_extension(until, String::new()),
            Question::AcceptRisk => self.resolve(asked.reason, true),
            Question::Bssn => self.report_to_bssn(asked.reason),
            Question::Ownership | Question::Order { .. } => {
                return Err(Refusal::NothingAsked { word: Word::Approve });
            }
        }
        self.close_questions(|question| question == asked.question);
        Ok(())
    }

    /// `#tolak` in a state in which there is no report to reject: it denies what was asked for.
    pub(super) fn deny(&mut self, answers: Option<Question>, reason: String) -> Result<(), Refusal> {
        let Some(role) = self.role() else { return Err(Refusal::NothingAsked { word: Word::Reject }) };
        let asked = answered(&self.case, role, Word::Reject, answers)?.question;
        self.close_questions(|question| question == asked);
        self.note("question", serde_json::json!(asked));
        self.note("reason", reason.clone());
        match asked {
            Question::Extension { .. } => self.answer_request(Request::Extension, false, reason),
            Question::Ownership => {
                self.resume_paused(Stage::FollowUp);
                self.answer_request(Request::Ownership, false, reason);
            }
            Question::Review { .. }
            | Question::EarlyWarning
            | Question::Escalation { .. }
            | Question::AcceptRisk
            | Question::Bssn
            | Question::Order { .. } => {}
        }
        Ok(())
    }
}
