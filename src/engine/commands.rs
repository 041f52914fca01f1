//! A mail of somebody with a role that begins with command lines: who speaks, what he proves, and
//! the one transcript he is answered with.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::approval::{Binding, Mode, Signature};
use crate::domain::authority::{CodeProof, Proof, Standing, Verdict as Judgement};
use crate::domain::case::Case;
use crate::domain::command::Command;
use crate::domain::command::grammar::{CommandLine, below_commands, command_lines};
use crate::domain::command::parse::{Misread, Order, Reading, parse, uses_text};
use crate::domain::command::vocabulary::Word;
use crate::domain::leaving::{Leaving, leaving};
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::{CodeRequested, Doubt, Line, Outcome};
use crate::domain::question::Question;
use crate::domain::role::Role;
use crate::domain::ticket::{Ticket, TicketId};
use crate::domain::workflow::answering::answered;
use crate::domain::workflow::refusal::Refusal;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::filing::filing;
use crate::engine::intake::{Action, Incoming, Verdict, orders};
use crate::engine::proof::{CODE, Speaker, Typed, misuse, parts_differ, shown_subject, ticket_of};
use crate::engine::thread::Thread;
use crate::engine::transcript::{Done, Planned, Told};
use crate::store::messages::{self, Meaning};
use crate::store::receipts::{MessageId, State};
use crate::store::{cases, logbook};

/// How much later than the first delivery of an order a better proved one still counts.
const BETTER_COPY_WITHIN: TimeDelta = TimeDelta::hours(24);

/// A command mail on its way.
#[derive(Clone, Copy)]
pub(super) struct CommandMail<'a> {
    pub(super) incoming: Incoming<'a>,
    pub(super) message: MessageId,
    pub(super) speaker: &'a Speaker,
    /// The tickets it answers a mail about, where it does not say which it means.
    pub(super) several: &'a [Ticket],
    /// How well it shows whose it is.
    pub(super) standing: Standing,
}

/// One line, read and judged.
struct Judged {
    typed: String,
    order: Result<Order, Misread>,
    code: Typed,
    verdict: Judgement,
}

impl Context {
    /// Takes a command mail in and answers it once.
    pub(super) fn commands(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        speaker: &Speaker,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let (mail, ticket, found) = (incoming.mail, thread.ticket(), thread.reason());
        let case = ticket.map(|ticket| cases::get(db, ticket)).transpose()?;
        let message = messages::insert(db, mail, filing(ticket, Meaning::Commands, incoming))?;
        let detail = json!({
            "message": message.0, "meaning": Meaning::Commands.as_str(), "pending": false,
            "evidence": incoming.evidence, "protection": mail.protection.noted(),
        });
        let entry = Entry { actor: speaker.actor(), kind: Kind::MessageFiled, message: Some(mail.raw), detail };
        logbook::append(db, ticket, &entry, now)?;
        let letter = CommandMail { incoming, message, speaker, several: thread.several(), standing: Standing::Bare };
        let outcome = self.obey(db, letter, case, now)?;
        Ok(Verdict {
            action: Action::Commands,
            reason: format!("{found}; {outcome}"),
            ticket: ticket.map(|ticket| cases::get(db, ticket)).transpose()?.map(|case| case.ticket.number),
            state: State::Taken,
            message: Some(message),
        })
    }

    /// An earlier delivery of the same order below other headers. One that nothing followed from is none
    /// if it names another ticket: or whoever knows the words of an order could move it there.
    pub(super) fn same_order(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        now: Time,
    ) -> Result<Option<(MessageId, Option<TicketId>)>> {
        let since = incoming.arrived_at - BETTER_COPY_WITHIN;
        let own = self.thread_of(db, incoming.mail, now)?.ticket();
        for (message, ticket) in messages::same_orders(db, incoming.mail)? {
            if ticket == own || !messages::is_unproven_order(db, message, since)? {
                return Ok(Some((message, ticket)));
            }
        }
        Ok(None)
    }

    /// Whether another delivery of an order nobody vouched for is vouched for: a forwarder broke the
    /// first one. Only an order that nothing followed from is judged again, and only within a day: who
    /// keeps a copy back does not choose when it counts.
    pub(super) fn is_proved_by(&self, db: &Connection, incoming: Incoming<'_>, message: MessageId) -> Result<bool> {
        let vouched = incoming.evidence.for_command() == Evidence::Pass && orders(incoming.mail);
        let since = incoming.arrived_at - BETTER_COPY_WITHIN;
        Ok(vouched && self.command.require_evidence && messages::is_unproven_order(db, message, since)?)
    }

    /// Judges an order anew by the better evidence of another delivery.
    pub(super) fn commands_again(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        (ticket, message): (Option<TicketId>, MessageId),
        now: Time,
    ) -> Result<Verdict> {
        messages::vouched(db, message, incoming.evidence.verdict())?;
        let case = ticket.map(|ticket| cases::get(db, ticket)).transpose()?;
        let number = case.as_ref().map(|case| case.ticket.number.clone());
        let outcome = match self.speaker(incoming.mail, now).filter(|speaker| speaker.role != Role::Leader) {
            Some(speaker) => {
                let letter =
                    CommandMail { incoming, message, speaker: &speaker, several: &[], standing: Standing::Bare };
                self.obey(db, letter, case, now)?
            }
            None => "its sender has no role",
        };
        Ok(Verdict {
            action: Action::Commands,
            reason: format!("another delivery, which its sender's domain vouches for; {outcome}"),
            ticket: number,
            state: State::Duplicate,
            message: Some(message),
        })
    }

    /// Carries out what is ordered, or says why not.
    fn obey(&self, db: &Connection, letter: CommandMail<'_>, case: Option<Case>, now: Time) -> Result<&'static str> {
        let mail = letter.incoming.mail;
        let words = self.answered_words(db, mail)?;
        let answers_ours = self.answers_ours(db, mail, (case.as_ref(), words.is_some()), now)?;
        let proof = self.proof(letter.incoming, answers_ours);
        let letter = CommandMail { standing: proof.standing(), ..letter };
        let lines = command_lines(&mail.command_text);
        let text = leaving(below_commands(&mail.command_text), &mail.new_text, words.as_deref().unwrap_or(""));
        let mut judged = self.judge_lines(db, letter, &lines, (&text, proof, case.as_ref()), now)?;
        let worst = judged.iter().map(|line| line.verdict).max_by_key(|verdict| severity(*verdict));
        let doubt = if parts_differ(mail) { Some(Doubt::PartsDiffer) } else { None };
        match worst.unwrap_or(Judgement::Silence) {
            verdict @ (Judgement::Silence | Judgement::Explain) => {
                let doubt = self.doubt(letter.speaker, proof, verdict);
                self.not_proven(db, letter, case.as_ref(), (verdict, doubt), now)?;
                return Ok(match doubt {
                    Doubt::Signature => "nothing is carried out: its signature is not good",
                    Doubt::SignatureRequired => "nothing is carried out: it is not signed",
                    Doubt::NoCode => "nothing is carried out: it is well signed, and no code in it counts",
                    Doubt::TooMany => {
                        "nothing is carried out: its sender has had the codes and explanations of this hour"
                    }
                    Doubt::Domain | Doubt::NoReply | Doubt::PartsDiffer => {
                        "nothing is carried out: its sender's domain denies it or nothing speaks for it"
                    }
                });
            }
            verdict @ Judgement::SendToken => {
                self.not_proven(db, letter, case.as_ref(), (verdict, Doubt::NoReply), now)?;
                return Ok("nothing is carried out: it answers no mail of ours");
            }
            Judgement::Act | Judgement::SendCode => {}
        }
        if let Some(doubt) = doubt {
            let spare = self.proofs_sent(db, letter.speaker, letter.standing, now)? < self.command.proofs_hour;
            let verdict = if spare { Judgement::Explain } else { Judgement::Silence };
            self.not_proven(db, letter, case.as_ref(), (verdict, doubt), now)?;
            return Ok("nothing is carried out: its text and its HTML differ");
        }
        if let Some(case) = &case {
            for signature in judged.iter_mut().filter_map(Judged::awaits_signature) {
                *signature = self.signature(db, letter, case, now)?;
            }
        }
        let ignored = if uses_text(&lines) { text.dropped.join("\n") } else { text.text.clone() };
        let rehearsal = is_rehearsal(&judged);
        let told = Told { rehearsal, ignored };
        match self.plan(db, letter, judged, case.as_ref(), now)? {
            Ok(planned) => self.run(db, letter, case, planned, told, now),
            Err(refused) => {
                let done = Done::not_run(refused);
                self.tell(db, letter, case.as_ref(), done, told, now)?;
                Ok("nothing is carried out: a line was refused")
            }
        }
    }

    fn judge_lines(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        lines: &[CommandLine],
        (text, proof, case): (&Leaving, Proof, Option<&Case>),
        now: Time,
    ) -> Result<Vec<Judged>> {
        let mail = letter.incoming.mail;
        let reading = Reading {
            below: &text.text,
            files: &mail.attachments,
            signature: None,
            pdf_only: self.rules.policy.approval.mode == Mode::SignedPdf,
            people: &self.rules.people,
            calendar: &self.rules.calendar,
            prefix: &self.desk.ticket_prefix,
            now,
        };
        let mut judged: Vec<Judged> = Vec::new();
        for (line, order) in lines.iter().zip(parse(lines, &reading)) {
            let word = order.as_ref().ok().map(|order| order.command.word());
            let typed_code = order.as_ref().ok().and_then(|order| order.code.as_deref());
            let about_ticket = case.is_some() && word.is_none_or(|word| !word.needs_no_ticket());
            let code = match word {
                Some(word) => {
                    // Where no code could make it count, a wrong one takes nothing from its owner.
                    let best = (Some(word), Proof { code: CodeProof::Fresh, ..proof });
                    let counts = self.judge_line(db, letter.speaker, best, about_ticket, now)? == Judgement::Act;
                    let asked = (case, proof.standing(), proof.answers_ours && counts);
                    self.check_code(db, letter.speaker, (word, typed_code), asked, now)?
                }
                None => Typed::None,
            };
            if let Typed::Bad(trouble) = code
                && let Some(misuse) = misuse(trouble)
            {
                self.tell_of_misuse(db, (misuse, &letter.speaker.person.address), case, now)?;
            }
            let code_proof = if let Typed::Good { proof, .. } = code { proof } else { CodeProof::None };
            let proof = Proof { code: code_proof, ..proof };
            // A rehearsal changes nothing: whoever may look may try.
            let rehearsed = judged.first().is_some_and(Judged::rehearses);
            let judged_word = if rehearsed { Some(Word::Rehearse) } else { word };
            let verdict = self.judge_line(db, letter.speaker, (judged_word, proof), about_ticket, now)?;
            let typed = format!("{} {}", line.word, line.arguments).trim().to_owned();
            judged.push(Judged { typed, order, code, verdict });
        }
        Ok(judged)
    }

    /// What is to be run, if every line can be read and has what it needs; otherwise each line with
    /// what is wrong with it.
    fn plan(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        judged: Vec<Judged>,
        case: Option<&Case>,
        now: Time,
    ) -> Result<Result<Vec<Planned>, Vec<Line>>> {
        let mut planned = Vec::new();
        let mut refused = Vec::new();
        let mut stopped = false;
        for line in judged {
            let typed = line.typed.clone();
            let outcome = match (line.order, line.code, line.verdict) {
                (Err(misread), _, _) => Outcome::Misread { why: misread.into() },
                (Ok(_), Typed::Bad(fault), _) => Outcome::BadCode { fault },
                (Ok(order), _, Judgement::SendCode) => self.request_code(db, letter, (&typed, &order), case, now)?,
                (Ok(order), code, _) => {
                    let answers =
                        if let Typed::Good { code, answers, .. } = code { Some((code, answers)) } else { None };
                    refused.push(Line { typed: typed.clone(), outcome: Outcome::NotRun });
                    planned.push(Planned { typed, command: order.command, code: answers, sure: order.sure });
                    continue;
                }
            };
            stopped = true;
            refused.push(Line { typed, outcome });
        }
        Ok(if stopped { Err(refused) } else { Ok(planned) })
    }

    /// Sends a code for an order that needs one.
    fn request_code(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        (typed, order): (&str, &Order),
        case: Option<&Case>,
        now: Time,
    ) -> Result<Outcome> {
        let word = order.command.word();
        // The mail shows how to type the order with its own code: the one that did not do is left out.
        let used = order.code.as_deref().unwrap_or_default();
        let typed = typed.split_whitespace().filter(|token| *token != used).collect::<Vec<_>>().join(" ");
        let question = match bound_to(case, letter.speaker, word) {
            Ok(question) => question,
            Err(why) => return Ok(Outcome::Refused { why }),
        };
        let report = question.version().and_then(|_| case?.report.as_ref()).map(|report| report.digest);
        let person = letter.speaker.person.address.clone();
        let code = self.mint_code(db, &Binding { person, ticket: ticket_of(case), question, report }, true, now)?;
        let notice = Notice::CodeRequested(CodeRequested {
            number: case.map(|case| case.ticket.number.to_string()),
            subject: case.map(|case| shown_subject(case, letter.speaker.role)).unwrap_or_default(),
            role: letter.speaker.role,
            typed: typed.clone(),
            word,
        });
        let purpose = format!("{}{CODE}{}:{typed}", letter.standing.mark(), letter.message.0);
        let to = &letter.speaker.person;
        let posting =
            Posting { code: Some(code), ..Posting::new(&notice, to, case.map(|case| case.ticket.id), purpose) };
        self.post(db, &posting, now)?;
        Ok(Outcome::CodeSent { word })
    }
}

impl Judged {
    /// Where the signature belongs under a report that is approved with a good code.
    fn awaits_signature(&mut self) -> Option<&mut Option<Signature>> {
        let Typed::Good { answers: Some(Question::Review { .. }), .. } = self.code else { return None };
        match &mut self.order {
            Ok(Order { command: Command::Approve { signature, .. }, .. }) => Some(signature),
            Ok(_) | Err(_) => None,
        }
    }

    fn rehearses(&self) -> bool {
        self.order.as_ref().is_ok_and(|order| order.command.word() == Word::Rehearse)
    }
}

/// Whether the first line says that the others are only tried.
fn is_rehearsal(judged: &[Judged]) -> bool {
    judged.first().is_some_and(Judged::rehearses)
}

/// What a code for an order is bound to: the question the word answers, or the order itself.
fn bound_to(case: Option<&Case>, speaker: &Speaker, word: Word) -> Result<Question, Refusal> {
    match case {
        Some(case) if word == Word::Approve => answered(case, speaker.role, word, None).map(|asked| asked.question),
        Some(_) | None => Ok(Question::Order { word }),
    }
}

/// How much a verdict keeps from happening: the whole mail follows its worst line.
fn severity(verdict: Judgement) -> u8 {
    match verdict {
        Judgement::Act => 0,
        Judgement::SendCode => 1,
        Judgement::SendToken => 2,
        Judgement::Explain => 3,
        Judgement::Silence => 4,
    }
}
