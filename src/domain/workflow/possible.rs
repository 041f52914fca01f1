//! What somebody could do next: whatever `decide` would not refuse.

use chrono::TimeDelta;

use crate::domain::Time;
use crate::domain::approval::{Signature, SignedFile};
use crate::domain::case::Case;
use crate::domain::command::vocabulary::{Word, permitted};
use crate::domain::command::{Assessment, Breach, Command, Reply};
use crate::domain::digest::Digest;
use crate::domain::directory::Term;
use crate::domain::incoming::Language;
use crate::domain::kind::IncidentKind;
use crate::domain::report::Submission;
use crate::domain::role::{Actor, Role};
use crate::domain::severity::Severity;
use crate::domain::stage::Status;
use crate::domain::ticket::TicketNumber;
use crate::domain::tlp::Tlp;
use crate::domain::workflow::{DocumentWords, Event, Instruction, Rules, decide};

/// The commands with an effect that are possible for whoever acts, in the order of the help mail.
/// There is no second table: each is tried with an example.
pub fn possible(case: &Case, by: &Actor, rules: &Rules, now: Time) -> Vec<Word> {
    let Some(role) = by.role() else { return Vec::new() };
    Word::all().filter(|word| permitted(role, *word).is_some() && is_possible(case, by, *word, rules, now)).collect()
}

/// Whether a word is among the few that matter in that state: they take the ticket on. An OPD has so
/// few that all of its words are.
pub fn is_foremost(role: Role, status: Status, word: Word) -> bool {
    let foremost: &[Word] = match status {
        Status::New | Status::Verification => {
            &[Word::Take, Word::Verify, Word::Ask, Word::Reject, Word::Duplicate, Word::Refer]
        }
        Status::AwaitingReporter => &[Word::Take, Word::Verify, Word::Ask, Word::Close],
        Status::Analysis | Status::Repair => &[Word::Submit, Word::Ask, Word::Approve, Word::Reject],
        Status::Review => &[Word::Approve, Word::Revise, Word::Reject],
        Status::Approved => &[Word::Forward, Word::Approve, Word::Reject],
        Status::Forwarded | Status::FollowUp => {
            &[Word::Acknowledge, Word::Fixed, Word::Extend, Word::Escalate, Word::Approve, Word::Reject]
        }
        Status::Recheck => &[Word::Pass, Word::Fail, Word::Approve, Word::Reject],
        Status::Closed(_) => &[Word::Reopen, Word::Verify, Word::Reject],
    };
    role == Role::Opd || foremost.contains(&word)
}

fn is_possible(case: &Case, by: &Actor, word: Word, rules: &Rules, now: Time) -> bool {
    let questions: Vec<_> = case.open_questions().map(Some).chain([None]).collect();
    questions.into_iter().any(|answers| {
        let command = example(word, case, now);
        decide(
            case,
            &Event::Command(Instruction {
                by: by.clone(),
                command,
                answers,
                message: None,
                sure: true,
                document: DocumentWords::None,
            }),
            rules,
            now,
        )
        .is_ok()
    })
}

/// A command of that word that has everything it needs on this ticket.
pub fn example(word: Word, case: &Case, now: Time) -> Command {
    let text = || "contoh".to_owned();
    let later =
        case.deadlines.iter().map(|deadline| deadline.due_at).max().unwrap_or(now).max(now) + TimeDelta::days(7);
    let other = TicketNumber { serial: case.ticket.number.serial + 1, ..case.ticket.number.clone() };
    let opd = || case.ticket.class.opd.clone().map_or_else(|| "contoh".to_owned(), |opd| format!("{opd}-lain"));
    let somebody = || "contoh@siaga.example".parse().expect("an example address");
    match word {
        Word::Take => Command::Take,
        Word::Verify => Command::Verify(Assessment { kind: Some(IncidentKind::Other), ..Assessment::default() }),
        Word::Reject => Command::Reject { reason: text() },
        Word::Ask => Command::Ask { text: text() },
        Word::Duplicate => Command::Duplicate { of: other },
        Word::Refer => Command::Refer { to: text() },
        Word::Spam => Command::Spam,
        Word::Kind => Command::SetKind(IncidentKind::Other),
        Word::Severity => Command::SetSeverity(Severity::High),
        Word::Owner => Command::SetOwner(opd()),
        Word::Tlp => Command::SetTlp(Tlp::Amber),
        Word::Language => Command::SetLanguage(Language::Id),
        Word::Note => Command::Note { text: text() },
        Word::Reply => Command::Reply(Reply::Text(text())),
        Word::Assign => Command::Assign { to: somebody(), note: text() },
        Word::Dispose => Command::Dispose { to: somebody(), note: text() },
        Word::Evidence => Command::Evidence,
        Word::Admit => Command::Admit { who: None },
        Word::Submit => Command::Submit(Submission { file: None, sections: std::collections::BTreeMap::new() }),
        Word::Pass => Command::Pass { note: text() },
        Word::Fail => Command::Fail { findings: text() },
        Word::Urgent => Command::Urgent { reason: text() },
        Word::PersonalData => Command::PersonalData(data(case)),
        Word::Bssn => Command::Bssn { text: text() },
        Word::Reopen => Command::Reopen { reason: text() },
        Word::Close => Command::Close { reason: text() },
        Word::Merge => Command::Merge { into: other },
        Word::Split => Command::Split { opd: opd() },
        Word::NewTicket => Command::NewTicket { text: text() },
        Word::Approve => {
            let (file, certificate) = (Digest::of(b"contoh"), Digest::of(b"sertifikat"));
            let signed = SignedFile { file, signer: text(), certificate, signed_at: now, traced: true };
            let signature = Signature::Checked(signed);
            Command::Approve { withhold: false, signature: Some(signature) }
        }
        Word::Revise => Command::Revise { notes: text() },
        Word::Forward => Command::Forward { to: None },
        Word::Escalate => Command::Escalate { note: text() },
        Word::Isolate => Command::Isolate { reason: text() },
        Word::Delegate => {
            let today = now.date_naive();
            Command::Delegate { to: somebody(), term: Term { from: today, until: today } }
        }
        Word::Extend => Command::Extend { until: Some(later), reason: text() },
        Word::Undo => Command::Undo,
        Word::Acknowledge => Command::Acknowledge { officer: text() },
        Word::Fixed => Command::Fixed { account: text() },
        Word::Assist => Command::Assist { need: text() },
        Word::NotOurs => Command::NotOurs { reason: text() },
        Word::Offline => Command::Offline { account: text() },
        Word::Status => Command::Status { number: None },
        Word::List => Command::List,
        Word::Recap => Command::Recap { month: None },
        Word::Help => Command::Help,
        Word::Rehearse => Command::Rehearse,
    }
}

/// What could be said of personal data that has not been said.
fn data(case: &Case) -> Breach {
    if case.ticket.flags.personal_data { Breach::No } else { Breach::Yes }
}

/// The roles that may use a word.
pub fn allowed(word: Word) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| permitted(*role, word).is_some()).collect()
}
