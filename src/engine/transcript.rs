//! The command lines of one mail run in order, all or nothing; and the one answer that tells what
//! came of each.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::approval::CodeId;
use crate::domain::approval::TRIES_MAX;
use crate::domain::case::Case;
use crate::domain::command::Command;
use crate::domain::command::vocabulary::{Word, permitted};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::{Leaving, Line, Offer, Outcome, Transcript};
use crate::domain::question::Question;
use crate::domain::stage::{Disposition, Status};
use crate::domain::workflow::facts::{help, state};
use crate::domain::workflow::possible::{is_foremost, possible};
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::{Event, Instruction, decide};
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::engine::commit::Posting;
use crate::engine::effects::{Carried, Origin};
use crate::engine::limits::leave_unsaid;
use crate::engine::proof::shown_subject;
use crate::store::runs::{self, RunId};
use crate::store::{self, cases, codes, errands, said, suppressed};

/// How the purpose of an answer begins that explains an error.
const REFUSED: &str = "refused:";
/// The same where an error is a code that does not count. Counted apart, and as often as a code can be
/// tried and once more: whoever uses the tries up, or types the right one too late, is told that it is void.
const BAD_CODE: &str = "bad_code:";
const BAD_CODES: u32 = TRIES_MAX as u32 + 1;
/// The answer that is not given.
const UNSAID: &str = "transcript";

/// A line that is to be run.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) typed: String,
    pub(super) command: Command,
    /// The good code on it, and the question it answers.
    pub(super) code: Option<(CodeId, Option<Question>)>,
    /// Whether he means what he was asked back about.
    pub(super) sure: bool,
}

/// What the answer says besides what came of the lines.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) rehearsal: bool,
    pub(super) ignored: String,
}

/// What came of the lines.
#[derive(Debug)]
pub(super) struct Done {
    lines: Vec<Line>,
    executed: bool,
    leaving: Vec<Leaving>,
    /// The case after them.
    case: Option<Case>,
}

impl Done {
    /// Nothing was run, for these reasons.
    pub(super) fn not_run(lines: Vec<Line>) -> Done {
        Done { lines, executed: false, leaving: Vec::new(), case: None }
    }
}

impl Done {
    /// Whether a line failed by what was typed on it. That a code is needed is no error, and that one
    /// does not count must be known to whom it is: a code bears few tries anyway.
    fn explains_an_error(&self) -> bool {
        self.lines.iter().any(|line| match line.outcome {
            Outcome::Refused { .. } | Outcome::Misread { .. } | Outcome::BadCode { .. } => true,
            Outcome::Done { .. } | Outcome::CodeSent { .. } | Outcome::NotRun => false,
        })
    }

    /// How the purpose of the answer begins.
    fn purpose(&self) -> &'static str {
        let bad_code = self.lines.iter().any(|line| matches!(line.outcome, Outcome::BadCode { .. }));
        match (self.explains_an_error(), bad_code) {
            (_, true) => BAD_CODE,
            (true, false) => REFUSED,
            (false, false) => "transcript:",
        }
    }
}

/// The lines as they are run, one after the other.
struct Running<'a> {
    letter: CommandMail<'a>,
    case: Option<Case>,
    /// The case before the first line that changes anything, and the run that begins with it.
    run: Option<(RunId, Case)>,
    carried: Carried,
}

/// A mail that belongs to no ticket because it is about several is asked for the one.
fn which(why: Refusal, letter: CommandMail<'_>) -> Refusal {
    if why != Refusal::NoTicket || letter.several.is_empty() {
        return why;
    }
    Refusal::WhichTicket { numbers: letter.several.iter().map(|ticket| ticket.number.clone()).collect() }
}

impl Context {
    /// Runs the lines and answers them. A rehearsal is run as well, and taken back.
    pub(super) fn run(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: Option<Case>,
        planned: Vec<Planned>,
        told: Told,
        now: Time,
    ) -> Result<&'static str> {
        let done = store::attempt(db, || {
            let done = self.run_all(db, letter, case.clone(), &planned, now)?;
            let keep = done.executed && !told.rehearsal;
            Ok((done, keep))
        })?;
        let outcome = match (done.executed, told.rehearsal) {
            (_, true) => "rehearsed",
            (true, false) => "carried out",
            (false, false) => "nothing is carried out: a line was refused",
        };
        self.tell(db, letter, case.as_ref(), done, told, now)?;
        Ok(outcome)
    }

    fn run_all(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: Option<Case>,
        planned: &[Planned],
        now: Time,
    ) -> Result<Done> {
        let mut running = Running { letter, case, run: None, carried: Carried::default() };
        let mut lines = Vec::new();
        for (place, line) in planned.iter().enumerate() {
            match self.run_line(db, &mut running, (place, line), now)? {
                Ok(outcome) => lines.push(Line { typed: line.typed.clone(), outcome }),
                Err(why) => {
                    let not_run = |line: &Planned| Line { typed: line.typed.clone(), outcome: Outcome::NotRun };
                    let mut all: Vec<Line> = planned.iter().map(not_run).collect();
                    all[place].outcome = Outcome::Refused { why: which(why, letter) };
                    return Ok(Done::not_run(all));
                }
            }
        }
        self.close_run(db, &running, now)?;
        Ok(Done { lines, executed: true, leaving: running.carried.leaving, case: running.case })
    }

    fn run_line(
        &self,
        db: &Connection,
        running: &mut Running<'_>,
        (place, line): (usize, &Planned),
        now: Time,
    ) -> Result<Result<Outcome, Refusal>> {
        let word = line.command.word();
        if let Some((code, _)) = line.code {
            codes::used(db, code, now)?;
        }
        if word == Word::Evidence && permitted(running.letter.speaker.role, word).is_some() {
            let Some(case) = &running.case else { return Ok(Err(Refusal::NoTicket)) };
            let sent = self.send_evidence(db, running.letter, case, now)?;
            return Ok(sent.map(|()| Outcome::Done { word, answer: None }));
        }
        if let Command::Admit { who } = &line.command
            && permitted(running.letter.speaker.role, word).is_some()
        {
            let Some(case) = &running.case else { return Ok(Err(Refusal::NoTicket)) };
            let admitted = self.admit(db, running.letter, case, who.as_ref(), now)?;
            return Ok(admitted.map(|()| Outcome::Done { word, answer: None }));
        }
        if let Command::Separate { sender } = &line.command
            && permitted(running.letter.speaker.role, word).is_some()
            && let Some(case) = running.case.as_ref().filter(|case| sender.is_some() || !is_joined(case))
        {
            let separated = self.separate(db, running.letter, case, sender.as_ref(), now)?;
            running.carried.final_at_once |= separated.is_ok();
            return Ok(separated.map(|(answer, case)| {
                running.case = Some(case);
                Outcome::Done { word, answer: Some(answer) }
            }));
        }
        if word.is_query() {
            let answered = self.answer(db, running.letter.speaker, running.case.as_ref(), &line.command, now)?;
            return Ok(answered.map(|answer| Outcome::Done { word, answer }));
        }
        if word == Word::Rehearse {
            return Ok(Ok(Outcome::Done { word, answer: None }));
        }
        let done = match (running.case.clone(), word) {
            (Some(case), Word::Undo) => self.take_back(db, running, &case, now)?,
            (Some(case), _) => self.order(db, running, case, (place, line), now)?,
            (None, _) => self.order_without_ticket(db, running, (place, line), now)?,
        };
        Ok(done.map(|()| Outcome::Done { word, answer: None }))
    }

    /// An order on a ticket.
    fn order(
        &self,
        db: &Connection,
        running: &mut Running<'_>,
        case: Case,
        (place, line): (usize, &Planned),
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        if let Command::Duplicate { of: number } | Command::Merge { into: number } = &line.command
            && self.numbered(db, number)?.is_none()
        {
            return Ok(Err(Refusal::NoSuchTicket { number: number.clone() }));
        }
        let letter = running.letter;
        let instruction = Instruction {
            by: letter.speaker.actor(),
            command: line.command.clone(),
            answers: line.code.and_then(|(_, answers)| answers),
            message: Some(letter.incoming.mail.raw),
            sure: line.sure,
            document: self.document(&line.command)?,
        };
        let decision = match decide(&case, &Event::Command(instruction), &self.rules, now) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let run = match &running.run {
            Some((run, _)) => *run,
            None => {
                let run = runs::begin(db, &case, &letter.speaker.person.address, now)?;
                running.run = Some((run, case));
                run
            }
        };
        let origin = self.origin(letter, place, Some((run, now + self.command.hold)));
        running.carried.add(self.carry_out(db, &decision, &origin, now)?);
        running.case = Some(decision.case);
        Ok(Ok(()))
    }

    fn origin<'a>(&self, letter: CommandMail<'a>, place: usize, hold: Option<(RunId, Time)>) -> Origin<'a> {
        Origin {
            cause: format!("command:{}:{place}", letter.message.0),
            by: letter.speaker.actor(),
            hold,
            mail: Some(letter.incoming),
        }
    }

    /// An order about no ticket, or one that opens a ticket.
    fn order_without_ticket(
        &self,
        db: &Connection,
        running: &mut Running<'_>,
        (place, line): (usize, &Planned),
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        let (letter, carried) = (running.letter, &mut running.carried);
        let origin = self.origin(letter, place, None);
        let done = self.order_at_desk(db, letter.speaker, &line.command, &origin, carried, now)?;
        if let Some(number) = running.carried.opened.last() {
            running.case = self.numbered(db, number)?.map(|ticket| cases::get(db, ticket)).transpose()?;
        }
        Ok(done)
    }

    /// Notes until when the run can be taken back: as long as nothing of it has left.
    fn close_run(&self, db: &Connection, running: &Running<'_>, now: Time) -> Result<()> {
        let (Some((run, before)), Some(case)) = (&running.run, &running.case) else { return Ok(()) };
        let released_at = runs::last_mail(db, *run)?.max(errands::last_of_run(db, *run)?);
        if let Some(released_at) = released_at.filter(|at| *at > now && !running.carried.final_at_once) {
            runs::finish(db, *run, before, case.ticket.revision, released_at)?;
        }
        Ok(())
    }

    /// `#batal`.
    fn take_back(
        &self,
        db: &Connection,
        running: &mut Running<'_>,
        case: &Case,
        now: Time,
    ) -> Result<Result<(), Refusal>> {
        let undone = self.undo(db, running.letter, case, now)?;
        Ok(undone.map(|case| running.case = Some(case)))
    }

    /// Whether somebody has had so many explanations within an hour that another would help nobody: a
    /// robot that answers ours, or a person who needs the help of another. The team is told once.
    fn explains_no_more(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        (case, kind): (Option<&Case>, &str),
        now: Time,
    ) -> Result<bool> {
        let (person, hour_ago) = (&letter.speaker.person, now - TimeDelta::hours(1));
        let purpose = format!("{}{kind}", letter.standing.mark());
        let explained = said::with_purpose_since(db, &person.address, &purpose, hour_ago)?;
        let most = self.limits.refusals_hour;
        if explained < if kind == BAD_CODE { most.max(BAD_CODES) } else { most } {
            return Ok(false);
        }
        let first = !suppressed::any_since(db, UNSAID, person.address.as_str(), hour_ago)?;
        leave_unsaid(db, UNSAID, (&person.address, case.map(|case| case.ticket.id)), "refusals_hour", now)?;
        if first {
            self.tell_unexplained(db, letter, explained, now)?;
        }
        self.tell_unanswered(db, letter, case, now)?;
        Ok(true)
    }

    /// The one answer to a command mail.
    pub(super) fn tell(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        before: Option<&Case>,
        done: Done,
        told: Told,
        now: Time,
    ) -> Result<()> {
        let speaker = letter.speaker;
        let kind = done.purpose();
        if done.explains_an_error() && self.explains_no_more(db, letter, (before, kind), now)? {
            return Ok(());
        }
        // After a rehearsal the ticket is what it was, but the reader wants to see what would be.
        let ticket = done.case.as_ref().or(before);
        let helped = |line: &Line| matches!(line.outcome, Outcome::Done { word: Word::Help, .. });
        let next = match ticket {
            Some(_) | None if done.lines.iter().any(helped) => Vec::new(),
            Some(case) => {
                let words = possible(case, &speaker.actor(), &self.rules, now);
                let status = case.ticket.status;
                let orders = words.into_iter().filter(|word| !word.is_query());
                orders.filter(|word| is_foremost(speaker.role, status, *word)).map(Offer::of).collect()
            }
            None => help(speaker.role).into_iter().filter(is_for_desk).collect(),
        };
        let notice = Notice::Transcript(Box::new(Transcript {
            number: ticket.map(|case| case.ticket.number.to_string()),
            subject: ticket.map(|case| shown_subject(case, speaker.role)).unwrap_or_default(),
            role: speaker.role,
            rehearsal: told.rehearsal,
            executed: done.executed,
            lines: done.lines,
            ignored: told.ignored,
            leaving: done.leaving,
            state: ticket.map(|case| state(case, &self.rules, now)),
            next,
        }));
        let purpose = format!("{}{kind}{}", letter.standing.mark(), letter.message.0);
        let posting = Posting {
            answers: Some(letter.incoming.mail),
            prompted: Some(letter.incoming.evidence.origin()),
            ..Posting::new(&notice, &speaker.person, ticket.map(|case| case.ticket.id), purpose)
        };
        self.post(db, &posting, now)?;
        Ok(())
    }
}

/// Whether the whole ticket was given up for another, so that it is what `#pisah` takes apart.
fn is_joined(case: &Case) -> bool {
    case.ticket.status == Status::Closed(Disposition::Duplicate)
}

fn is_for_desk(offer: &Offer) -> bool {
    offer.word.needs_no_ticket()
}
