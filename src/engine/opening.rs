//! A report opens a ticket (SOP 2): the acknowledgement, the team's notice, the first clock.

use anyhow::Result;
use chrono::Datelike;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::alarm::alarms;
use crate::domain::answer::{Evidence, Given, Silence, may_acknowledge};
use crate::domain::completeness::missing;
use crate::domain::evidence::Unmoved;
use crate::domain::hosts::hosts_in;
use crate::domain::incoming::{Defect, IncomingMail};
use crate::domain::indicator::Indicator;
use crate::domain::logbook::{BY_FORM, Entry, Kind};
use crate::domain::lookalike::lookalike;
use crate::domain::notice::Notice;
use crate::domain::notice::reporter::{FileReceived, OwnWords, ReportReceived};
use crate::domain::notice::team::{MessageFiled, OwnHost, TicketOpened};
use crate::domain::person::{Address, Person};
use crate::domain::role::Actor;
use crate::domain::stage::Stage;
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::domain::workflow::{Report, open};
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::filing::filing;
use crate::engine::findings::Findings;
use crate::engine::intake::{Action, Incoming, Verdict, actor};
use crate::engine::junk::as_junk;
use crate::engine::limits::Weather;
use crate::engine::thread::Thread;
use crate::store::messages::{self, Meaning};
use crate::store::receipts::State;
use crate::store::{cases, indicators, links, logbook, said, tickets};

/// Who is acknowledged, or why nobody is.
pub(super) type Answered = Result<Address, Silence>;

/// What a report leads to, before anything of it is written.
#[derive(Debug)]
pub(super) struct Opening {
    /// The number its ticket gets.
    number: TicketNumber,
    /// How much comes in, and who is acknowledged; `None` for junk, of which nobody is told.
    announced: Option<(Weather, Answered)>,
}

impl Opening {
    /// What is decided about the report; its row is not written yet.
    pub(super) fn verdict(self, thread: &Thread) -> Verdict {
        let reason = match &self.announced {
            None => {
                "the provider has marked it as spam: closed without clock and answer until somebody opens it".to_owned()
            }
            Some((_, Ok(_))) => format!("a report that {}", thread.reason()),
            Some((_, Err(why))) => format!("a report that {}; not acknowledged: {}", thread.reason(), why.as_str()),
        };
        Verdict { action: Action::NewTicket, reason, ticket: Some(self.number), state: State::Taken, message: None }
    }
}

impl Context {
    /// What a report leads to; nothing is written.
    pub(super) fn opening(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<Opening> {
        let year = self.rules.calendar.local(incoming.arrived_at).year();
        let number = tickets::next_number(db, &self.desk.ticket_prefix, year)?;
        if self.is_junk(incoming, now) {
            return Ok(Opening { number, announced: None });
        }
        let weather = self.weather(db, incoming, now)?;
        let answered = self.may_answer(db, incoming, weather.is_storm(), now)?;
        Ok(Opening { number, announced: Some((weather, answered)) })
    }

    /// Opens a ticket for a report, with everything that follows from it.
    pub(super) fn open_ticket(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        thread: &Thread,
        now: Time,
    ) -> Result<Verdict> {
        let mail = incoming.mail;
        let opening = self.opening(db, incoming, now)?;
        let number = opening.number.clone();
        let mut case = open(Report { number, mail, arrived_at: incoming.arrived_at }, &self.rules);
        if opening.announced.is_none() {
            case = as_junk(case, incoming.arrived_at);
        }
        cases::insert(db, &mut case, &self.rules, now)?;
        let ticket = case.ticket.clone();
        if let Some(reporter) = &ticket.reporter {
            tickets::add_participant(db, ticket.id, &reporter.address, false)?;
        }
        let twin = match &mail.message_id {
            Some(id) => messages::has_header_id(db, id)?,
            None => false,
        };
        let message = messages::insert(db, mail, filing(Some(ticket.id), Meaning::Report, incoming))?;
        let named = self.named_in(mail);
        indicators::insert(db, ticket.id, message, &named)?;
        // A report takes no evidence; a role in the logbook does.
        let vouched = mail.sender.as_ref().filter(|_| incoming.evidence.verdict() == Evidence::Pass);
        let role = vouched.and_then(|person| self.role_of(&person.address, now));
        let mut detail = json!({
            "number": ticket.number, "message": message.0, "arrived_at": incoming.arrived_at,
            "due_at": ticket.due_at, "message_id_known": twin,
        });
        if !mail.protection.is_none() {
            detail["protection"] = json!(mail.protection.noted());
        }
        if matches!(thread, Thread::Form) {
            detail[BY_FORM] = json!(true);
        }
        let entry = Entry { detail, ..self.opened_entry(&ticket, incoming, &actor(mail, role)) };
        logbook::append(db, Some(ticket.id), &entry, now)?;
        self.link_related(db, ticket.id, thread, now)?;
        match &opening.announced {
            Some((weather, answered)) => {
                self.note_weather(db, *weather, now)?;
                self.announce(db, &ticket, incoming, (thread, answered, &named), now)?;
            }
            None => {
                let sender = mail.sender.as_ref().map(|person| &person.address);
                self.note_silence(db, "report_received", (sender, Some(ticket.id)), Silence::Junk, now)?;
            }
        }
        Ok(Verdict { message: Some(message), ..opening.verdict(thread) })
    }

    /// Answers the reporter of a ticket, if he may be, and shows it with what it names to the team.
    pub(super) fn announce(
        &self,
        db: &Connection,
        ticket: &Ticket,
        incoming: Incoming<'_>,
        (thread, answered, named): (&Thread, &Answered, &[Indicator]),
        now: Time,
    ) -> Result<()> {
        self.acknowledge(db, ticket, incoming, (thread, answered), now)?;
        // Where things are only tried out nobody reads what the team would be shown.
        if self.files.is_some() {
            let findings = self.findings(db, ticket, named, now)?;
            let silence = answered.as_ref().err().copied();
            let notice = self.ticket_opened(ticket, incoming, (thread, silence, findings), now);
            self.show_team(db, &notice, ticket, (&format!("opened:{}", ticket.id.0), None), incoming.mail, now)?;
        }
        Ok(())
    }

    /// Links a ticket to the one its report has to do with, if there is such a ticket.
    fn link_related(&self, db: &Connection, ticket: TicketId, thread: &Thread, now: Time) -> Result<()> {
        let Some(related) = thread.related() else { return Ok(()) };
        let Ok(number) = related.number.parse() else { return Ok(()) };
        match self.numbered(db, &number)? {
            Some(other) => links::insert(db, ticket, other, related.why, now),
            None => Ok(()),
        }
    }

    /// The entry of a ticket that was opened.
    pub(super) fn opened_entry(&self, ticket: &Ticket, incoming: Incoming<'_>, by: &Actor) -> Entry {
        let detail = json!({ "number": ticket.number, "arrived_at": incoming.arrived_at, "due_at": ticket.due_at });
        Entry { actor: by.clone(), kind: Kind::TicketOpened, message: Some(incoming.mail.raw), detail }
    }

    /// Who is acknowledged for a report in a storm or without one, or why nobody is.
    pub(super) fn may_answer(
        &self,
        db: &Connection,
        incoming: Incoming<'_>,
        storm: bool,
        now: Time,
    ) -> Result<Answered> {
        let (mail, evidence) = (incoming.mail, incoming.evidence.verdict());
        let given = match mail.sender.as_ref() {
            Some(sender) => given(db, &sender.address, now)?,
            None => Given::default(),
        };
        let address = match may_acknowledge(mail, evidence, given, &self.caps, &self.desk) {
            Ok(address) => address,
            Err(silence) => return Ok(Err(silence)),
        };
        let quiet = match self.keeps_quiet(db, (mail, evidence), storm, now)? {
            None => self.is_past(db, incoming.arrived_at, now)?,
            quiet => quiet,
        };
        Ok(quiet.map_or_else(|| Ok(address.clone()), Err))
    }

    /// Acknowledges a report to whom it may be, or notes why it is not.
    fn acknowledge(
        &self,
        db: &Connection,
        ticket: &Ticket,
        incoming: Incoming<'_>,
        (thread, answered): (&Thread, &Answered),
        now: Time,
    ) -> Result<()> {
        let (address, due_at) = match (answered, ticket.due_at) {
            (Ok(address), Some(due_at)) => (address.clone(), due_at),
            (Ok(_), None) => return Ok(()),
            (Err(silence), _) => {
                let sender = incoming.mail.sender.as_ref().map(|person| &person.address);
                return self.note_silence(db, "report_received", (sender, Some(ticket.id)), *silence, now);
            }
        };
        let notice = Notice::ReportReceived(self.report_received(ticket, incoming, thread, due_at));
        let to = Person { name: String::new(), address };
        let posting = Posting {
            answers: Some(incoming.mail),
            evidence: Some(incoming.evidence.verdict()),
            ..Posting::new(&notice, &to, Some(ticket.id), format!("acknowledgement:{}", ticket.id.0))
        };
        self.post(db, &posting, now)?;
        Ok(())
    }

    fn report_received(
        &self,
        ticket: &Ticket,
        incoming: Incoming<'_>,
        thread: &Thread,
        due_at: Time,
    ) -> ReportReceived {
        let mail = incoming.mail;
        // decisions 10: the sender's own words only where his domain vouches for him. What was encrypted
        // is never repeated in clear, nor to somebody who may have copied another's encrypted mail.
        // Of a mail taken off another ticket that could not be read again nobody knows how it came.
        let unread = matches!(thread, Thread::SeparatedFrom(_)) && incoming.again.is_empty();
        let may_be_opened = mail.protection.is_opened() || unread;
        let repeatable = incoming.evidence.verdict() == Evidence::Pass && !may_be_opened;
        let calendar = &self.rules.calendar;
        ReportReceived {
            number: ticket.number.to_string(),
            language: mail.language,
            arrived_at: incoming.arrived_at,
            files: mail
                .attachments
                .iter()
                .map(|file| FileReceived {
                    name: repeatable.then(|| file.filename.clone()),
                    content: file.content,
                    size_bytes: file.size_bytes,
                })
                .collect(),
            missing: missing(mail),
            due_at,
            begins_at: (!calendar.is_open(incoming.arrived_at)).then(|| calendar.next_open(incoming.arrived_at)),
            too_large: mail.defects.contains(&Defect::TooLarge),
            encrypted: mail.defects.contains(&Defect::Encrypted),
            own_words: repeatable.then(|| OwnWords {
                name: mail.sender.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
                subject: mail.subject.clone(),
            }),
        }
    }

    pub(super) fn ticket_opened(
        &self,
        ticket: &Ticket,
        incoming: Incoming<'_>,
        (thread, silence, findings): (&Thread, Option<Silence>, Findings),
        now: Time,
    ) -> Notice {
        let mail = incoming.mail;
        let due_at = ticket.due_at.unwrap_or(incoming.arrived_at);
        let stage = ticket.status.stage().unwrap_or(Stage::Verification);
        let files = self.evidence_files(mail);
        let hosts = self.own_hosts(mail);
        let named: Vec<String> = hosts.iter().map(|host| host.host.clone()).collect();
        let counting = self.rules.sop.rule(stage).timing(ticket.gravity()).counting;
        Notice::TicketOpened(TicketOpened {
            number: ticket.number.to_string(),
            subject: mail.subject.clone(),
            from: mail.from_text.clone(),
            evidence: incoming.evidence.origin(),
            protection: incoming.mail.protection.told(),
            language: mail.language,
            arrived_at: incoming.arrived_at,
            due_at,
            minutes_left: self.rules.calendar.time_between(now, due_at, counting).num_minutes(),
            counting,
            unlisted_years: self.unlisted_years(incoming.arrived_at, due_at),
            text: shown_text(mail),
            unattached: files.iter().filter(|file| !file.attached).count(),
            files,
            alarms: alarms(mail, &named, &self.rules.people),
            indicators: findings.indicators,
            more_indicators: findings.more,
            seen_in: findings.seen_in,
            same_day: findings.same_day,
            reply_to: other_reply_to(mail),
            missing: missing(mail),
            hosts,
            related: thread.related(),
            silence: silence.map(|silence| silence.as_str().to_owned()),
            lookalike: lookalike(mail, &self.rules.people).map(Box::new),
            defects: mail.defects.clone(),
        })
    }

    /// Years between two instants that nobody has listed the holidays of.
    fn unlisted_years(&self, from: Time, to: Time) -> Vec<i32> {
        let day = |at| self.rules.calendar.local(at).date_naive();
        self.rules.calendar.years_without_holidays(day(from), day(to))
    }

    /// The team's notice that somebody wrote again.
    pub(super) fn message_filed(
        &self,
        ticket: &Ticket,
        incoming: Incoming<'_>,
        (pending, indicators, unmoved): (bool, Vec<Indicator>, Option<Unmoved>),
    ) -> Notice {
        Notice::MessageFiled(MessageFiled {
            number: ticket.number.to_string(),
            subject: ticket.subject.clone(),
            from: incoming.mail.from_text.clone(),
            evidence: incoming.evidence.origin(),
            protection: incoming.mail.protection.told(),
            pending,
            unmoved,
            arrived_at: incoming.arrived_at,
            stage: ticket.status.stage().unwrap_or(Stage::Verification),
            due_at: ticket.due_at,
            text: shown_text(incoming.mail),
            files: self.evidence_files(incoming.mail),
            indicators,
        })
    }

    /// Hosts named in a mail that belong to a registered OPD.
    fn own_hosts(&self, mail: &IncomingMail) -> Vec<OwnHost> {
        let mut hosts: Vec<_> = hosts_in(&mail.subject).chain(hosts_in(&mail.text)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
            .into_iter()
            .filter_map(|host| self.rules.people.owner_of(&host).map(|opd| OwnHost { opd: opd.name.clone(), host }))
            .collect()
    }
}

/// Acknowledgements that have gone out, for the caps.
fn given(db: &Connection, address: &Address, now: Time) -> Result<Given> {
    let hour = said::acknowledged_since(db, address, now - chrono::TimeDelta::hours(1))?;
    let day = said::acknowledged_since(db, address, now - chrono::TimeDelta::hours(24))?;
    Ok(Given {
        address_hour: hour.to_address,
        address_day: day.to_address,
        without_evidence_hour: hour.without_evidence,
        all_hour: hour.in_all,
    })
}

/// What the team reads first: what was newly written, or everything if nothing was.
pub(super) fn shown_text(mail: &IncomingMail) -> String {
    let newly = mail.new_text.trim();
    if newly.is_empty() { mail.text.trim().to_owned() } else { newly.to_owned() }
}

/// Reply-To, where it names somebody else than the sender (case 51).
fn other_reply_to(mail: &IncomingMail) -> Option<String> {
    let reply_to = mail.reply_to.as_ref()?;
    let same = mail.sender.as_ref().is_some_and(|sender| sender.address.same_mailbox(&reply_to.address));
    (!same).then(|| reply_to.address.to_string())
}
