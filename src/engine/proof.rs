//! What a command mail proves about its sender, and what follows if that is not enough.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::Evidence;
use crate::domain::approval::{Attempt, CodeFault, check};
use crate::domain::authority::Subject;
use crate::domain::authority::{CodeProof, CommandPolicy, Proof, SignatureProof, Standing, Verdict, judge};
use crate::domain::case::Case;
use crate::domain::command::grammar::command_lines;
use crate::domain::command::vocabulary::{Class, Word, permitted};
use crate::domain::incoming::IncomingMail;
use crate::domain::logbook::{Entry, Kind};
use crate::domain::notice::Notice;
use crate::domain::notice::alert::{DeskAlert, Misuse};
use crate::domain::notice::answer::{CodeTrouble, CommandUnproven, Doubt};
use crate::domain::person::Person;
use crate::domain::question::Question;
use crate::domain::role::{Actor, Role};
use crate::domain::ticket::TicketId;
use crate::domain::token::TokenFault;
use crate::engine::Context;
use crate::engine::commands::CommandMail;
use crate::engine::commit::Posting;
use crate::engine::intake::Incoming;
use crate::engine::limits::leave_unsaid;
use crate::store::codes::{self, NO_TICKET};
use crate::store::{logbook, outbox, said};

/// How the purpose of a mail begins that says what was not proven.
const UNPROVEN: &str = "unproven:";
/// How the purpose of a mail begins that brings a code somebody asked for.
pub(super) const CODE: &str = "code:";
/// How the purpose of a mail begins that says that no other comes within the hour.
const UNANSWERED: &str = "unanswered:";

/// Somebody with a role who commands.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    /// In which role.
    pub(super) role: Role,
    /// Who: his registered name, the address he wrote from.
    pub(super) person: Person,
}

impl Speaker {
    /// He as the one who acts.
    pub(super) fn actor(&self) -> Actor {
        Actor::Person { role: self.role, address: self.person.address.clone() }
    }
}

/// What came of the code on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Typed {
    /// None was typed.
    None,
    /// It is good, and answers this question unless it was made for an order.
    Good { code: crate::domain::approval::CodeId, answers: Option<Question>, proof: CodeProof },
    /// It does not count.
    Bad(CodeTrouble),
}

impl Context {
    /// Who commands, if the sender may command at all.
    pub(super) fn speaker(&self, mail: &IncomingMail, now: Time) -> Option<Speaker> {
        let sender = mail.sender.as_ref()?;
        let role = self.role_of(&sender.address, now)?;
        let name = self.rules.people.name_of(&sender.address).unwrap_or_default().to_owned();
        Some(Speaker { role, person: Person { name, address: sender.address.clone() } })
    }

    /// Whether a mail answers a mail of ours that went to its very sender (L3), and the words of the
    /// latest such mail.
    pub(super) fn answered_words(&self, db: &Connection, mail: &IncomingMail) -> Result<Option<String>> {
        let Some(sender) = &mail.sender else { return Ok(None) };
        for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
            let Some(minted) = self.key.recognise(id) else { continue };
            let Some((outbox, _)) = outbox::with_header_id(db, &minted.header_id)? else { continue };
            if let Some((recipient, words)) = outbox::words(db, outbox)?
                && recipient.parse().is_ok_and(|recipient| sender.address.same_mailbox(&recipient))
            {
                return Ok(Some(words));
            }
        }
        Ok(None)
    }

    /// Whether a mail proves that its sender got ours: it goes to his secret address, or, where the
    /// provider has none, names a mail that went to him.
    pub(super) fn answers_ours(
        &self,
        db: &Connection,
        mail: &IncomingMail,
        (case, names_ours): (Option<&Case>, bool),
        now: Time,
    ) -> Result<bool> {
        if !self.command.subaddress {
            return Ok(names_ours);
        }
        Ok(self.check_token(db, mail, case.map(|case| case.ticket.id), now)?.is_ok())
    }

    /// What a mail proves, before any code on its lines.
    pub(super) fn proof(&self, incoming: Incoming<'_>, answers_ours: bool) -> Proof {
        Proof {
            registered: true,
            domain: incoming.evidence.for_command(),
            shared_domain: incoming.evidence.is_shared(),
            answers_ours,
            code: CodeProof::None,
            signature: incoming.mail.protection.proof(incoming.arrived_at),
        }
    }

    /// Judges one line.
    pub(super) fn judge_line(
        &self,
        db: &Connection,
        speaker: &Speaker,
        (word, proof): (Option<Word>, Proof),
        about_ticket: bool,
        now: Time,
    ) -> Result<Verdict> {
        // What is nobody's or no word at all is refused in words, to whoever may ask anything.
        let class = word.and_then(|word| permitted(speaker.role, word)).unwrap_or(Class::C1);
        let subject = if about_ticket { Subject::Ticket } else { Subject::Desk };
        // A signature is asked of the Kabid alone.
        let require_signature = self.command.require_signature && speaker.role == Role::Kabid;
        let policy = CommandPolicy { require_signature, ..self.command };
        Ok(judge(class, subject, proof, &policy, self.proofs_sent(db, speaker, proof.standing(), now)?))
    }

    /// Why a mail proves too little: what is asked about first in the table of [`judge`].
    pub(super) fn doubt(&self, speaker: &Speaker, proof: Proof, verdict: Verdict) -> Doubt {
        let asked = self.command.require_signature && speaker.role == Role::Kabid;
        match (proof.signature, proof.domain) {
            (SignatureProof::Bad, _) => Doubt::Signature,
            (SignatureProof::None, Evidence::Pass | Evidence::None) if asked && verdict == Verdict::Explain => {
                Doubt::SignatureRequired
            }
            (SignatureProof::Good, _) => Doubt::NoCode,
            // It lacks nothing but the codes he has had his share of.
            (SignatureProof::None, Evidence::Pass) if proof.standing() == Standing::Vouched => Doubt::TooMany,
            (SignatureProof::None, _) => Doubt::Domain,
        }
    }

    /// Mails about proofs somebody got within an hour in answer to mail that was proved as well: a forger
    /// uses up what is for forgeries, and nobody what is for better proved mail.
    pub(super) fn proofs_sent(&self, db: &Connection, speaker: &Speaker, standing: Standing, now: Time) -> Result<u32> {
        let hour_ago = now - TimeDelta::hours(1);
        let mut sent = 0;
        for purpose in [UNPROVEN, CODE] {
            let purpose = format!("{}{purpose}", standing.mark());
            sent += said::with_purpose_since(db, &speaker.person.address, &purpose, hour_ago)?;
        }
        Ok(sent)
    }

    /// Checks the code on a line. A wrong one, or one of somebody else, is counted only if the mail answers
    /// ours and a right one would count: otherwise a forger could make anybody's codes void. Where nobody
    /// vouches for the mail it is counted apart, and takes nothing from whoever is vouched for.
    pub(super) fn check_code(
        &self,
        db: &Connection,
        speaker: &Speaker,
        (word, typed): (Word, Option<&str>),
        (case, standing, counts): (Option<&Case>, Standing, bool),
        now: Time,
    ) -> Result<Typed> {
        let Some(typed) = typed else { return Ok(Typed::None) };
        let mut known = codes::of_ticket(db, NO_TICKET)?;
        if let Some(case) = case {
            known.extend(codes::of_ticket(db, case.ticket.id)?);
        }
        match check(typed, (&speaker.person.address, standing), &known, &self.rules.calendar, now) {
            Attempt::Good { code, bound } => {
                let report = case.and_then(|case| case.report.as_ref()).map(|report| report.digest);
                let requested = codes::was_requested(db, code)?;
                let proof = if requested { CodeProof::Fresh } else { CodeProof::Request };
                // The version was taken back, and another has its number.
                let stale = bound.report.is_some() && bound.report != report && same_version(case, bound.question);
                Ok(match bound.question.ordered() {
                    Some(ordered) if ordered != word => Typed::Bad(CodeTrouble::Unknown { tries_left: 0 }),
                    Some(_) => Typed::Good { code, answers: None, proof },
                    None if stale => Typed::Bad(CodeTrouble::Expired),
                    None => Typed::Good { code, answers: Some(bound.question), proof },
                })
            }
            Attempt::Bad { fault: CodeFault::Unknown { .. } | CodeFault::Foreign, .. } if !counts => Ok(Typed::None),
            Attempt::Bad { fault, struck, voided } => {
                codes::strike(db, &struck, standing)?;
                for code in voided {
                    codes::used(db, code, now)?;
                }
                Ok(Typed::Bad(trouble(fault)))
            }
        }
    }

    /// Tells the registered address that a command in its name was not carried out, and gives it a
    /// mail to answer; or tells nobody. Either way the logbook has it.
    pub(super) fn not_proven(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        ticket: Option<&Case>,
        (verdict, doubt): (Verdict, Doubt),
        now: Time,
    ) -> Result<()> {
        let CommandMail { incoming, message, speaker, standing, .. } = letter;
        let id = ticket.map(|case| case.ticket.id);
        let token = match self.command.subaddress {
            true => self.check_token(db, incoming.mail, id, now)?.err(),
            false => None,
        };
        let detail = json!({
            "message": message.0, "verdict": verdict, "doubt": doubt, "evidence": incoming.evidence,
            "protection": incoming.mail.protection.noted(), "token": token,
        });
        let (actor, mail) = (speaker.actor(), incoming.mail);
        let entry = Entry { actor, kind: Kind::CommandRefused, message: Some(mail.raw), detail };
        logbook::append(db, id, &entry, now)?;
        let misuse = if token == Some(TokenFault::Foreign) {
            Some(Misuse::ForeignAddress)
        } else {
            (verdict == Verdict::Silence).then_some(Misuse::Unproven)
        };
        if let Some(misuse) = misuse {
            self.tell_of_misuse(db, (misuse, &speaker.person.address), ticket, now)?;
        }
        if verdict == Verdict::Silence {
            if self.proofs_sent(db, speaker, standing, now)? >= self.command.proofs_hour {
                leave_unsaid(db, "command_unproven", (&speaker.person.address, id), "proofs_hour", now)?;
                if self.tell_unanswered(db, letter, ticket, now)? {
                    self.tell_unexplained(db, letter, self.command.proofs_hour, now)?;
                }
            }
            return Ok(());
        }
        self.say_unproven(db, letter, ticket, (UNPROVEN, doubt), now)
    }

    fn say_unproven(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        ticket: Option<&Case>,
        (purpose, doubt): (&str, Doubt),
        now: Time,
    ) -> Result<()> {
        let speaker = letter.speaker;
        let notice = Notice::CommandUnproven(CommandUnproven {
            number: ticket.map(|case| case.ticket.number.to_string()),
            subject: ticket.map(|case| shown_subject(case, speaker.role)).unwrap_or_default(),
            role: speaker.role,
            doubt,
            fault: if doubt == Doubt::Signature {
                letter.incoming.mail.protection.fault(letter.incoming.arrived_at)
            } else {
                None
            },
        });
        let purpose = format!("{}{purpose}{}", letter.standing.mark(), letter.message.0);
        let id = ticket.map(|case| case.ticket.id);
        self.post(db, &Posting::new(&notice, &speaker.person, id, purpose), now)?;
        Ok(())
    }

    /// Tells a person once an hour that what he writes is not answered any more, so that he is not left in
    /// silence. Not where nothing speaks for the mail: then a forger would make us write to him. Returns
    /// whether he is told now.
    pub(super) fn tell_unanswered(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        ticket: Option<&Case>,
        now: Time,
    ) -> Result<bool> {
        let purpose = format!("{}{UNANSWERED}", letter.standing.mark());
        let hour_ago = now - TimeDelta::hours(1);
        let told = said::with_purpose_since(db, &letter.speaker.person.address, &purpose, hour_ago)? > 0;
        if letter.standing == Standing::Bare || told {
            return Ok(false);
        }
        self.say_unproven(db, letter, ticket, (UNANSWERED, Doubt::TooMany), now)?;
        Ok(true)
    }

    /// Tells the team that somebody's orders are not answered any more.
    pub(super) fn tell_unexplained(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        explained: u32,
        now: Time,
    ) -> Result<()> {
        let person = letter.speaker.person.address.to_string();
        let alert = Notice::DeskAlert(DeskAlert::OrdersUnexplained { person, explained });
        self.post_to_audience(db, &alert, None, &format!("unexplained:{}", letter.message.0), now)
    }
}

/// The subject of a ticket as somebody with that role may read it: the reporter's words never reach
/// an OPD.
pub(super) fn shown_subject(case: &Case, role: Role) -> String {
    match role {
        Role::Analyst | Role::Kabid | Role::Reporter => case.ticket.subject.clone(),
        Role::Opd | Role::Leader => "tindak lanjut insiden siber".to_owned(),
    }
}

/// Whether a question is about the version of the report that is the latest.
fn same_version(case: Option<&Case>, question: Question) -> bool {
    case.and_then(|case| case.report.as_ref()).map(|report| report.version) == question.version()
}

/// Whether text and HTML of a mail begin with different commands (decisions 4).
pub(super) fn parts_differ(mail: &IncomingMail) -> bool {
    mail.html_text.as_deref().is_some_and(|html| command_lines(html) != command_lines(&mail.command_text))
}

/// What a code that does not count says of whoever typed it.
pub(super) fn misuse(trouble: CodeTrouble) -> Option<Misuse> {
    match trouble {
        CodeTrouble::Exhausted => Some(Misuse::GuessedCode),
        CodeTrouble::Foreign => Some(Misuse::ForeignCode),
        CodeTrouble::Unknown { .. } | CodeTrouble::Used | CodeTrouble::Expired => None,
    }
}

fn trouble(fault: CodeFault) -> CodeTrouble {
    match fault {
        CodeFault::Unknown { tries_left } => CodeTrouble::Unknown { tries_left },
        CodeFault::Exhausted => CodeTrouble::Exhausted,
        CodeFault::Used => CodeTrouble::Used,
        CodeFault::Expired => CodeTrouble::Expired,
        CodeFault::Foreign => CodeTrouble::Foreign,
    }
}

/// The ticket a code for an order is bound to.
pub(super) fn ticket_of(case: Option<&Case>) -> TicketId {
    case.map_or(NO_TICKET, |case| case.ticket.id)
}
