//! What the desk would do with a mail, and why; nothing is written.

use anyhow::Result;
use rusqlite::Connection;
use serde::Serialize;

use crate::domain::Time;
use crate::domain::answer::{Evidence, Given, may_acknowledge};
use crate::domain::command::grammar::{CommandLine, command_lines};
use crate::domain::completeness::{Missing, missing};
use crate::domain::evidence::SenderEvidence;
use crate::domain::incoming::{
    Attachment, Automatic, Bounce, Defect, Feedback, IncomingMail, Language, Nature, Unreadable,
};
use crate::domain::indicator::Indicator;
use crate::domain::role::Role;
use crate::domain::ticket::TicketNumber;
use crate::engine::course::Course;
use crate::engine::intake::{Action, Incoming, Verdict, actor};
use crate::engine::{Context, Engine};

/// What the desk would do with a mail, and what it read in it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// What the desk would do.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// The Message-ID without brackets.
    pub message_id: Option<String>,
    /// From as it reads.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The whole decoded body.
    pub text: String,
    /// What the sender newly wrote.
    pub new_text: String,
    /// The language the sender wrote in.
    pub language: Option<Language>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// What it names that a CSIRT looks for: addresses, hosts, digests, vulnerabilities.
    pub indicators: Vec<Indicator>,
    /// What it answers.
    pub thread: Threading,
    /// Who acted: `role:address`, or `unknown`.
    pub actor: String,
    /// The command lines it begins with.
    pub commands: Vec<CommandLine>,
    /// What is known about the sender, and what follows from it.
    pub trust: Trust,
    /// The number the ticket has, or would get.
    pub ticket: Option<String>,
    /// What kind of mail it is.
    pub nature: Option<&'static str>,
    /// Why it may not be answered automatically.
    pub automatic: Option<Automatic>,
    /// What was odd about it.
    pub defects: Vec<Defect>,
    /// What it says about the delivery of another mail.
    pub bounce: Option<Bounce>,
    /// What a report of a machine claims.
    pub feedback: Option<Feedback>,
    /// The kind of signature it carries; what it proves stands in `trust`.
    pub signature: Option<&'static str>,
    /// What a report should hold and this one lacks.
    pub missing: Vec<Missing>,
}

/// What a mail answers.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Threading {
    /// The ticket it belongs to already.
    pub ticket: Option<TicketNumber>,
    /// Ids in In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// Ids in References, oldest first.
    pub references: Vec<String>,
}

/// What is known about a sender.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Trust {
    /// Whether the sender's domain sent the mail.
    pub evidence: Option<Evidence>,
    /// What that rests on.
    pub found: Option<SenderEvidence>,
    /// Whether it came encrypted or signed, in one line; `None` where there is nothing to say.
    pub protection: Option<String>,
    /// The one usable address in From.
    pub sender: Option<String>,
    /// The role that address is registered with.
    pub role: Option<Role>,
    /// Whether the mail may be acknowledged.
    pub acknowledge: bool,
    /// The reason if not.
    pub silence: Option<&'static str>,
}

impl Explanation {
    /// A message that cannot be read is held.
    pub fn held(unreadable: &Unreadable) -> Explanation {
        Explanation {
            action: Action::Held,
            reason: unreadable.to_string(),
            message_id: None,
            from: String::new(),
            subject: String::new(),
            text: String::new(),
            new_text: String::new(),
            language: None,
            attachments: Vec::new(),
            indicators: Vec::new(),
            thread: Threading::default(),
            actor: "unknown".to_owned(),
            commands: Vec::new(),
            trust: Trust::default(),
            ticket: None,
            nature: None,
            automatic: None,
            defects: Vec::new(),
            bounce: None,
            feedback: None,
            signature: None,
            missing: Vec::new(),
        }
    }
}

impl Engine {
    /// What would happen to `incoming` at this desk: decided by the very code that takes mail in, and
    /// what that writes in deciding is taken back.
    ///
    /// # Errors
    /// If the database refuses or a template fails.
    pub fn explain(&mut self, incoming: Incoming<'_>, now: Time) -> Result<Explanation> {
        let Engine { store, context, .. } = self;
        let verdict = store.rehearse(|tx| context.foreseen(tx, incoming, now))?;
        let mail = incoming.mail;
        let role = mail.sender.as_ref().and_then(|person| context.role_of(&person.address, now));
        // An automatic mail orders nothing, whatever it quotes (case 46c).
        let commands = match mail.nature {
            Nature::Person => command_lines(&mail.command_text),
            Nature::AbuseReport(_)
            | Nature::AutoReply
            | Nature::Bounce(_)
            | Nature::DispositionNotice
            | Nature::MachineReport => Vec::new(),
        };
        let belongs = !matches!(verdict.action, Action::NewTicket);
        Ok(Explanation {
            action: verdict.action,
            reason: verdict.reason,
            message_id: mail.message_id.clone(),
            from: mail.from_text.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            new_text: mail.new_text.clone(),
            language: Some(mail.language),
            attachments: mail.attachments.clone(),
            indicators: context.named_in(mail),
            thread: Threading {
                ticket: verdict.ticket.clone().filter(|_| belongs),
                in_reply_to: mail.in_reply_to.clone(),
                references: mail.references.clone(),
            },
            actor: actor(mail, role).to_string(),
            commands,
            trust: context.trust(mail, role, incoming.evidence),
            ticket: verdict.ticket.map(|number| number.to_string()),
            nature: Some(mail.nature.as_str()),
            automatic: mail.automatic,
            defects: mail.defects.clone(),
            bounce: match &mail.nature {
                Nature::Bounce(bounce) => Some(bounce.clone()),
                Nature::Person
                | Nature::AbuseReport(_)
                | Nature::AutoReply
                | Nature::DispositionNotice
                | Nature::MachineReport => None,
            },
            feedback: match &mail.nature {
                Nature::AbuseReport(feedback) => Some(feedback.clone()),
                Nature::Person
                | Nature::Bounce(_)
                | Nature::AutoReply
                | Nature::DispositionNotice
                | Nature::MachineReport => None,
            },
            signature: signature(mail),
            missing: match verdict.action {
                Action::NewTicket => missing(mail),
                Action::FollowUp
                | Action::Commands
                | Action::Bounce
                | Action::AutoReply
                | Action::Duplicate
                | Action::Ignored
                | Action::Held => Vec::new(),
            },
        })
    }
}

/// The signature a mail carries, by its parts.
fn signature(mail: &IncomingMail) -> Option<&'static str> {
    let has = |kinds: &[&str]| mail.attachments.iter().any(|file| kinds.contains(&file.content_type.as_str()));
    if has(&["application/pkcs7-signature", "application/x-pkcs7-signature"])
        || (has(&["application/pkcs7-mime", "application/x-pkcs7-mime"]) && !mail.defects.contains(&Defect::Encrypted))
    {
        Some("smime")
    } else if has(&["application/pgp-signature"]) || mail.text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
        Some("pgp")
    } else {
        None
    }
}

impl Context {
    /// What is decided about a message, without writing what of it is only carried out.
    fn foreseen(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<Verdict> {
        match self.course(db, incoming, now)? {
            Course::Settled(verdict) => Ok(verdict),
            Course::Kept(action, reason) => Ok(Verdict::kept(action, reason)),
            Course::Opens(report) => Ok(self.opening(db, report.of(incoming), now)?.verdict(&report.thread)),
        }
    }

    /// What is known about a sender; the caps on acknowledgements are not asked.
    fn trust(&self, mail: &IncomingMail, role: Option<Role>, found: SenderEvidence) -> Trust {
        let evidence = found.verdict();
        let allowed = may_acknowledge(mail, evidence, Given::default(), &self.caps, &self.desk);
        Trust {
            evidence: Some(evidence),
            found: Some(found),
            protection: mail.protection.told().map(|protection| protection.to_string()),
            sender: mail.sender.as_ref().map(|person| person.address.to_string()),
            role,
            acknowledge: allowed.is_ok(),
            silence: allowed.err().map(|silence| silence.as_str()),
        }
    }
}
