//! A decision in the making: the case as it will be, and what is said about it on the way.

use serde_json::{Map, Value, json};

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::deadline::Deadline;
use crate::domain::digest::Digest;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::reporter::News;
use crate::domain::notice::team::Clock;
use crate::domain::person::Address;
use crate::domain::question::{Asked, Question};
use crate::domain::role::{Actor, Role};
use crate::domain::sop::Gravity;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::domain::workflow::facts::{actor_name, to_reporter, turn_clock};
use crate::domain::workflow::{Decision, Errand, Rules, Saying};

/// The case as it will be.
pub(super) struct Draft<'a> {
    pub(super) case: Case,
    pub(super) by: Actor,
    pub(super) message: Option<Digest>,
    pub(super) rules: &'a Rules,
    pub(super) now: Time,
    pub(super) before: &'a Case,
    pub(super) sayings: Vec<Saying>,
    errands: Vec<Errand>,
    log: Vec<Entry>,
    detail: Map<String, Value>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(before: &'a Case, by: Actor, message: Option<Digest>, rules: &'a Rules, now: Time) -> Draft<'a> {
        Draft {
            case: before.clone(),
            by,
            message,
            rules,
            now,
            before,
            sayings: Vec::new(),
            errands: Vec::new(),
            log: Vec::new(),
            detail: Map::new(),
        }
    }

    /// The finished decision, with the entry that says what happened.
    pub(super) fn finish(mut self, kind: Kind) -> Decision {
        let (before, after) = (self.before.ticket.status, self.case.ticket.status);
        if before != after {
            self.note("from", before.as_str());
            self.note("to", after.as_str());
        }
        let detail = Value::Object(std::mem::take(&mut self.detail));
        self.log.insert(0, Entry { actor: self.by.clone(), kind, message: self.message, detail });
        self.finish_without_entry()
    }

    /// The finished decision with the entries it has.
    pub(super) fn finish_without_entry(mut self) -> Decision {
        self.case.refresh();
        if self.case != *self.before {
            self.case.ticket.revision += 1;
        }
        Decision { case: self.case, sayings: self.sayings, log: self.log, errands: self.errands }
    }

    // What is said.

    /// Says something. What a person of the team says to the outside waits for `command.hold`.
    pub(super) fn say(&mut self, notice: Notice) {
        let by_team = self.by.role().is_some_and(Role::is_staff);
        let held = by_team && notice.audience().is_outside();
        self.sayings.push(Saying { notice, asks: None, held, office: None });
    }

    /// Says something to an OPD that is not the ticket's.
    pub(super) fn say_to_office(&mut self, notice: Notice, office: String) {
        self.say(notice);
        if let Some(saying) = self.sayings.last_mut() {
            saying.office = Some(office);
        }
    }

    /// Says something to the reporter, if there is one.
    pub(super) fn tell_reporter(&mut self, news: News) {
        if self.case.ticket.reporter.is_some() {
            let notice = to_reporter(&self.case, news);
            self.say(notice);
        }
    }

    /// Opens a question in place of an older one of its kind, and asks it.
    pub(super) fn ask(&mut self, question: Question, reason: &str, notice: Notice) {
        self.open_question(question, reason);
        self.sayings.push(Saying { notice, asks: Some(question), held: false, office: None });
    }

    /// Opens a question in place of an older one of its kind.
    pub(super) fn open_question(&mut self, question: Question, reason: &str) {
        self.close_questions(|open| open.as_str() == question.as_str());
        self.case.questions.push(Asked {
            question,
            asked_at: self.now,
            by: self.by.address().cloned(),
            reason: reason.to_owned(),
        });
    }

    pub(super) fn close_questions(&mut self, is: impl Fn(Question) -> bool) {
        self.case.questions.retain(|asked| !is(asked.question));
    }

    pub(super) fn errand(&mut self, errand: Errand) {
        self.errands.push(errand);
    }

    /// Adds a particular to the entry in the logbook.
    pub(super) fn note(&mut self, key: &str, value: impl Into<Value>) {
        self.detail.insert(key.to_owned(), value.into());
    }

    /// Adds an entry of its own, by Siaga.
    pub(super) fn log(&mut self, kind: Kind, detail: Value) {
        self.log.push(Entry { actor: Actor::Siaga, kind, message: None, detail });
    }

    // Who acts.

    pub(super) fn role(&self) -> Option<Role> {
        self.by.role()
    }

    pub(super) fn address(&self) -> Option<Address> {
        self.by.address().cloned()
    }

    pub(super) fn actor_name(&self) -> String {
        actor_name(&self.by, self.rules)
    }

    // Clocks.

    pub(super) fn turn_clock(&self) -> Option<Clock> {
        turn_clock(&self.case, self.rules, self.now)
    }

    /// Begins a clock, anew if the step was done before.
    pub(super) fn start(&mut self, stage: Stage) {
        self.start_at(stage, self.now);
    }

    /// Begins a clock that has run since `start`.
    pub(super) fn start_at(&mut self, stage: Stage, start: Time) {
        self.void(stage);
        let round = self.case.deadline(stage).map_or(1, |earlier| earlier.round + 1);
        let timing = self.rules.sop.rule(stage).timing(self.case.ticket.gravity());
        self.case.deadlines.push(Deadline::begin(stage, round, timing, start, &self.rules.calendar));
    }

    pub(super) fn end(&mut self, stage: Stage) {
        let (now, calendar) = (self.now, &self.rules.calendar);
        let Some(deadline) = self.case.deadline_mut(stage).filter(|deadline| deadline.is_open()) else { return };
        deadline.end(now, calendar);
        let (met, due_at) = (deadline.met(), deadline.due_at);
        self.note(stage.as_str(), json!({ "due_at": due_at, "met": met }));
    }

    pub(super) fn pause(&mut self, stage: Stage) {
        let now = self.now;
        if let Some(deadline) = self.case.deadline_mut(stage) {
            deadline.pause(now);
        }
    }

    /// Lets a clock go on, even one that has ended, with what was left of it.
    pub(super) fn resume(&mut self, stage: Stage) {
        let (now, calendar) = (self.now, &self.rules.calendar);
        if let Some(deadline) = self.case.deadline_mut(stage) {
            deadline.resume(now, calendar);
        }
    }

    /// Lets a clock go on that stands still; any other stays as it is.
    pub(super) fn resume_paused(&mut self, stage: Stage) {
        if self.case.deadline(stage).is_some_and(Deadline::is_paused) {
            self.resume(stage);
        }
    }

    pub(super) fn void(&mut self, stage: Stage) {
        let now = self.now;
        if let Some(deadline) = self.case.deadline_mut(stage) {
            deadline.void(now);
        }
    }

    /// Computes the open clocks anew whose timing depends on what has changed since `before`
    /// (decisions 19).
    pub(super) fn retime(&mut self, before: Gravity) {
        let after = self.case.ticket.gravity();
        for deadline in self.case.deadlines.iter_mut().filter(|deadline| deadline.is_open()) {
            let rule = self.rules.sop.rule(deadline.stage);
            if rule.timing(before) != rule.timing(after) {
                deadline.retime(rule.timing(after), self.now, &self.rules.calendar);
            }
        }
    }

    // States.

    pub(super) fn status(&self) -> Status {
        self.case.ticket.status
    }

    pub(super) fn enter(&mut self, status: Status) {
        self.case.ticket.status = status;
    }

    /// Ends the ticket. Clocks that were not ended before count for nothing; those of the law run on,
    /// since closing a ticket ends no duty, unless there was no incident at all.
    pub(super) fn close(&mut self, disposition: Disposition) {
        let keeps_duties = disposition == Disposition::Resolved;
        for deadline in &mut self.case.deadlines {
            if !(keeps_duties && matches!(deadline.stage, Stage::Pdp | Stage::Iiv)) {
                deadline.void(self.now);
            }
        }
        self.case.questions.clear();
        self.case.claim = None;
        self.case.objected_at = None;
        self.case.ticket.closed_at = Some(self.now);
        self.case.ticket.closed_by = self.address();
        self.enter(Status::Closed(disposition));
    }
}
