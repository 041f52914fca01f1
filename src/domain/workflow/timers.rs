//! What follows when timers are due: reminders, and rungs of the ladder.

use serde_json::json;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::team::DeadlineNear;
use crate::domain::role::Actor;
use crate::domain::stage::Stage;
use crate::domain::timer::TimerKind;
use crate::domain::workflow::facts::about;
use crate::domain::workflow::{Rules, minutes_left};

/// What the firing of a ticket's timers leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct TimersFired {
    /// Who is told what.
    pub notices: Vec<Notice>,
    /// What is written into the logbook.
    pub log: Vec<Entry>,
}

/// Decides what follows when timers of a stage are due together.
pub fn timers_fired(case: &Case, stage: Stage, kinds: &[TimerKind], rules: &Rules, now: Time) -> TimersFired {
    let mut fired = TimersFired { notices: Vec::new(), log: Vec::new() };
    let Some(deadline) = case.open_deadline(stage) else { return fired };
    let rule = rules.sop.rule(stage);
    let latest_reminder = kinds.iter().rposition(|kind| matches!(kind, TimerKind::Reminder(_)));
    for (place, kind) in kinds.iter().enumerate() {
        let (audience, what) = match *kind {
            TimerKind::Reminder(_) if Some(place) != latest_reminder => (None, Kind::ReminderOvertaken),
            TimerKind::Reminder(_) => (Some(rule.owner), Kind::Reminded),
            TimerKind::Rung { level } => (rule.rung(level).map(|rung| rung.to), Kind::Escalated),
        };
        fired.log.push(Entry {
            actor: Actor::Siaga,
            kind: what,
            message: None,
            detail: json!({ "stage": stage.as_str(), "timer": kind.to_string(), "due_at": deadline.due_at }),
        });
        if let Some(audience) = audience {
            fired.notices.push(Notice::Deadline(DeadlineNear {
                about: about(case, rules),
                audience,
                stage,
                owner: rule.owner,
                assignee: None,
                counting: deadline.counting,
                started_at: deadline.started_at,
                due_at: deadline.due_at,
                minutes_left: minutes_left(now, deadline.due_at, deadline.counting, &rules.calendar),
                escalation: matches!(kind, TimerKind::Rung { .. }),
            }));
        }
    }
    fired
}
