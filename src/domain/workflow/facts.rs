//! What notices say of a case: each head made in one place, so that every mail tells the same.

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::command::vocabulary::{Word, permitted};
use crate::domain::deadline::{Deadline, Run};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::{Offer, State};
use crate::domain::notice::kabid::ReportSection;
use crate::domain::notice::opd::Affected;
use crate::domain::notice::reporter::{News, ToReporter};
use crate::domain::notice::team::{About, Clock};
use crate::domain::person::Address;
use crate::domain::report::{ReportVersion, Section};
use crate::domain::role::{Actor, Audience, Role};
use crate::domain::stage::Status;
use crate::domain::workflow::Rules;

/// The head of a mail to the team.
pub fn about(case: &Case, rules: &Rules) -> About {
    let ticket = &case.ticket;
    About {
        number: ticket.number.to_string(),
        subject: ticket.subject.clone(),
        opd: opd_name(case, rules),
        system: ticket.class.system.clone(),
        kind: ticket.class.kind,
        finding: ticket.class.finding,
        severity: ticket.class.severity,
        urgent: ticket.flags.urgent,
        personal_data: ticket.flags.personal_data,
    }
}

/// The head of a mail to the OPD and its superiors: nothing of the reporter.
pub fn affected(case: &Case, rules: &Rules) -> Affected {
    let class = &case.ticket.class;
    Affected {
        number: case.ticket.number.to_string(),
        opd: opd_name(case, rules).unwrap_or_default(),
        system: class.system.clone(),
        kind: class.kind,
        finding: class.finding,
        severity: class.severity,
        tlp: class.tlp,
    }
}

/// A mail to the reporter.
pub fn to_reporter(case: &Case, news: News) -> Notice {
    let ticket = &case.ticket;
    Notice::ToReporter(ToReporter {
        number: ticket.number.to_string(),
        language: ticket.language,
        name: ticket.reporter.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        subject: ticket.subject.clone(),
        news,
    })
}

/// A clock as people are told of it.
pub fn clock(deadline: &Deadline, rules: &Rules, now: Time) -> Clock {
    Clock {
        stage: deadline.stage,
        started_at: deadline.started_at,
        due_at: deadline.due_at,
        counting: deadline.counting,
        minutes_left: deadline.left(now, &rules.calendar).num_minutes(),
        paused: matches!(deadline.run, Run::Paused { .. }),
    }
}

/// The clock of whoever's turn it is.
pub fn turn_clock(case: &Case, rules: &Rules, now: Time) -> Option<Clock> {
    case.turn().map(|turn| clock(turn, rules, now))
}

/// The clocks of the law that run.
pub fn legal_clocks(case: &Case, rules: &Rules, now: Time) -> Vec<Clock> {
    let running = case.deadlines.iter().filter(|deadline| deadline.is_running() && deadline.stage.is_legal());
    running.map(|deadline| clock(deadline, rules, now)).collect()
}

/// Where a ticket stands, and whose turn it is.
pub fn state(case: &Case, rules: &Rules, now: Time) -> State {
    let turn = case.turn();
    let others = case.deadlines.iter().filter(|deadline| deadline.is_open());
    let released =
        case.approval.as_ref().filter(|approval| !approval.withheld && case.ticket.status == Status::Approved);
    let forwards_at = released.map(|approval| approval.at + rules.policy.approval.hold);
    State {
        status: case.ticket.status,
        assignee: case.ticket.assignee.as_ref().map(|assignee| name(assignee, rules)),
        turn: turn.map(|turn| rules.sop.rule(turn.stage).owner),
        clock: turn.map(|turn| clock(turn, rules, now)),
        others: others.filter(|other| turn != Some(*other)).map(|other| clock(other, rules, now)).collect(),
        forwards_at: forwards_at.filter(|at| *at > now),
    }
}

/// The public fields of a ticket (P14): what a reporter is told who asks.
pub fn public_status(case: &Case) -> Notice {
    let ticket = &case.ticket;
    // A reporter need not know that somebody has a report in review.
    let inner = matches!(ticket.status, Status::Review | Status::Repair | Status::Approved);
    let status = if inner { Status::Analysis } else { ticket.status };
    let updated_at = ticket.closed_at.unwrap_or(ticket.stage_started_at);
    to_reporter(case, News::PublicStatus { status, updated_at })
}

/// The labelled paragraphs of a report, in its order.
pub fn report_sections(report: &ReportVersion) -> Vec<ReportSection> {
    let written = Section::ALL.iter().filter(|section| !report.section(**section).is_empty());
    written
        .map(|section| ReportSection { section: section.as_str(), text: report.section(*section).to_owned() })
        .collect()
}

/// The first recommendations, one a line, without their numbers.
pub fn first_recommendations(report: &ReportVersion) -> Vec<String> {
    let lines = report.section(Section::Recommendations).lines().map(str::trim).filter(|line| !line.is_empty());
    let bare = |line: &str| {
        line.trim_start_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '.' | ')' | '-' | '*' | '•') || c.is_whitespace()
        })
        .to_owned()
    };
    lines.map(bare).filter(|line| !line.is_empty()).take(RECOMMENDATIONS_SHOWN).collect()
}

/// Recommendations that stand in the mail itself (domain 6.5 O1).
const RECOMMENDATIONS_SHOWN: usize = 3;

/// The people of an audience on the day, as they are named to others.
pub fn recipients(audience: Audience, case: &Case, rules: &Rules, now: Time) -> Vec<String> {
    let today = rules.calendar.local(now).date_naive();
    let people = rules.people.recipients(audience, &case.ticket, today);
    people.into_iter().map(|person| format!("{} <{}>", person.name, person.address)).collect()
}

/// The name of the owning OPD.
pub fn opd_name(case: &Case, rules: &Rules) -> Option<String> {
    let code = case.ticket.class.opd.as_deref()?;
    Some(rules.people.opd(code).map_or_else(|| code.to_owned(), |opd| opd.name.clone()))
}

/// How somebody is called by `people.toml`; his address, if it does not know him.
pub fn name(address: &Address, rules: &Rules) -> String {
    rules.people.name_of(address).map_or_else(|| address.to_string(), str::to_owned)
}

/// How whoever acts is called.
pub fn actor_name(actor: &Actor, rules: &Rules) -> String {
    match actor {
        Actor::Person { address, .. } => name(address, rules),
        Actor::Siaga => "Siaga".to_owned(),
        Actor::Operator => "administrator".to_owned(),
        Actor::Unknown => String::new(),
    }
}

/// The commands of a role, for `#bantuan`.
pub fn help(role: Role) -> Vec<Offer> {
    Word::all().filter(|word| permitted(role, *word).is_some()).map(Offer::of).collect()
}
