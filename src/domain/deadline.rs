//! A running clock of a ticket: it begins, pauses, goes on, ends. A ticket has several at once.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::calendar::{Calendar, Counting, Limit};
use crate::domain::stage::Stage;

/// How long a step may take, and by which time. What [`Rule::timing`](crate::domain::sop::Rule::timing)
/// says for one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long.
    pub limit: Limit,
    /// Which time counts.
    pub counting: Counting,
}

/// One clock. Its due time is fixed when it begins and changes only for a change of severity, an
/// extension or a pause (decisions 19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The step.
    pub stage: Stage,
    /// Which time this step is done on this ticket, from 1.
    pub round: u32,
    /// When the clock began.
    pub started_at: Time,
    /// When the step must be finished.
    pub due_at: Time,
    /// The same by the calendar, for the record (domain 3.3).
    pub due_calendar_at: Time,
    /// Which time counts.
    pub counting: Counting,
    /// What it does.
    pub run: Run,
    /// How long it stood still so far.
    pub idle: Elapsed,
}

/// What a clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Run {
    /// It runs.
    Running {
        /// Since when, with this due time.
        since: Time,
    },
    /// It stands still.
    Paused {
        /// Since when.
        since: Time,
    },
    /// It has ended.
    Ended {
        /// When.
        at: Time,
        /// How.
        outcome: Outcome,
    },
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The step was finished in time.
    Met,
    /// The step was finished late.
    Missed,
    /// The step became needless; it counts for nothing.
    Void,
}

impl Outcome {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Met => "met",
            Outcome::Missed => "missed",
            Outcome::Void => "void",
        }
    }

    /// The outcome of that name.
    pub fn named(name: &str) -> Option<Outcome> {
        [Outcome::Met, Outcome::Missed, Outcome::Void].into_iter().find(|outcome| outcome.as_str() == name)
    }
}

/// A length of time, by both ways of counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Elapsed {
    /// Seconds of working time.
    pub working_seconds: i64,
    /// Seconds of calendar time.
    pub calendar_seconds: i64,
}

impl Elapsed {
    /// The span between two instants.
    pub fn between(from: Time, to: Time, calendar: &Calendar) -> Elapsed {
        Elapsed {
            working_seconds: calendar.time_between(from, to, Counting::Working).num_seconds(),
            calendar_seconds: (to - from).num_seconds(),
        }
    }

    /// Its length by one way of counting.
    pub fn by(self, counting: Counting) -> TimeDelta {
        TimeDelta::seconds(match counting {
            Counting::Working => self.working_seconds,
            Counting::Calendar => self.calendar_seconds,
        })
    }
}

impl std::ops::Add for Elapsed {
    type Output = Elapsed;

    fn add(self, other: Elapsed) -> Elapsed {
        Elapsed {
            working_seconds: self.working_seconds + other.working_seconds,
            calendar_seconds: self.calendar_seconds + other.calendar_seconds,
        }
    }
}

impl std::ops::Sub for Elapsed {
    type Output = Elapsed;

    fn sub(self, other: Elapsed) -> Elapsed {
        Elapsed {
            working_seconds: self.working_seconds - other.working_seconds,
            calendar_seconds: self.calendar_seconds - other.calendar_seconds,
        }
    }
}

impl Deadline {
    /// A clock that begins at `start`.
    pub fn begin(stage: Stage, round: u32, timing: Timing, start: Time, calendar: &Calendar) -> Deadline {
        let due = |counting| calendar.due(start, timing.limit, counting).at;
        Deadline {
            stage,
            round,
            started_at: start,
            due_at: due(timing.counting),
            due_calendar_at: due(Counting::Calendar),
            counting: timing.counting,
            run: Run::Running { since: start },
            idle: Elapsed::default(),
        }
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self.run, Run::Running { .. })
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        matches!(self.run, Run::Paused { .. })
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Time> {
        if let Run::Ended { at, .. } = self.run { Some(at) } else { None }
    }

    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        !matches!(self.run, Run::Ended { .. })
    }

    /// Whether it was finished in time; `None` as long as it has not ended, or if it came to count
    /// for nothing.
    pub fn met(&self) -> Option<bool> {
        match self.run {
            Run::Ended { outcome: Outcome::Met, .. } => Some(true),
            Run::Ended { outcome: Outcome::Missed, .. } => Some(false),
            Run::Ended { outcome: Outcome::Void, .. } | Run::Running { .. } | Run::Paused { .. } => None,
        }
    }

    /// Time left at `now`, by its own counting; negative when it is overdue. A clock that stands
    /// still has what it had when it stopped.
    pub fn left(&self, now: Time, calendar: &Calendar) -> TimeDelta {
        let at = match self.run {
            Run::Running { .. } => now,
            Run::Paused { since } => since,
            Run::Ended { at, .. } => at,
        };
        calendar.time_between(at, self.due_at, self.counting)
    }

    /// How long the step took, without its pauses; up to `now` if it has not ended.
    pub fn taken(&self, now: Time, calendar: &Calendar) -> Elapsed {
        let end = match self.run {
            Run::Running { .. } => now,
            Run::Paused { since } => since,
            Run::Ended { at, .. } => at,
        };
        Elapsed::between(self.started_at, end, calendar) - self.idle
    }

    /// Stops a running clock for a while. A clock of the law never stands still.
    pub fn pause(&mut self, now: Time) {
        if self.is_running() && !self.stage.is_legal() {
            self.run = Run::Paused { since: now };
        }
    }

    /// Lets a stopped or finished clock go on with what was left of it.
    pub fn resume(&mut self, now: Time, calendar: &Calendar) {
        let (Run::Paused { since } | Run::Ended { at: since, .. }) = self.run else { return };
        // A clock that was overdue when it stopped stays overdue since then.
        let later = |due: Time, counting| {
            let left = calendar.time_between(since, due, counting);
            if left > TimeDelta::zero() { calendar.after(now, left, counting) } else { due }
        };
        self.due_at = later(self.due_at, self.counting);
        self.due_calendar_at = later(self.due_calendar_at, Counting::Calendar);
        self.idle = self.idle + Elapsed::between(since, now, calendar);
        self.run = Run::Running { since: now };
    }

    /// Ends it: the step is finished.
    pub fn end(&mut self, now: Time, calendar: &Calendar) {
        if matches!(self.run, Run::Paused { .. }) {
            self.resume(now, calendar);
        }
        if self.is_running() {
            let outcome = if now <= self.due_at { Outcome::Met } else { Outcome::Missed };
            self.run = Run::Ended { at: now, outcome };
        }
    }

    /// Ends it: the step became needless.
    pub fn void(&mut self, now: Time) {
        if self.is_open() {
            self.run = Run::Ended { at: now, outcome: Outcome::Void };
        }
    }

    /// Computes its due time anew, as if it had had this timing from the beginning.
    pub fn retime(&mut self, timing: Timing, now: Time, calendar: &Calendar) {
        let due = |counting| {
            let due = calendar.due(self.started_at, timing.limit, counting).at;
            calendar.after(due, self.idle.by(counting), counting)
        };
        (self.due_at, self.due_calendar_at) = (due(timing.counting), due(Counting::Calendar));
        self.counting = timing.counting;
        if self.is_running() {
            self.run = Run::Running { since: now };
        }
    }

    /// Gives it more time, or less: until a day somebody decided.
    pub fn extend(&mut self, until: Time, now: Time) {
        (self.due_at, self.due_calendar_at) = (until, until);
        if self.is_running() {
            self.run = Run::Running { since: now };
        }
    }
}
