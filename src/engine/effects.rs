//! What a decision leads to: rows, mails, codes and errands, all in the transaction it was made in.

use anyhow::{Context as _, Result};
use chrono::Datelike;
use rusqlite::Connection;

use crate::compose::{Attached, FileContent};
use crate::domain::Time;
use crate::domain::approval::{Binding, Code};
use crate::domain::case::Case;
use crate::domain::incoming::{Content, IncomingMail};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::Leaving;
use crate::domain::person::{Address, Person};
use crate::domain::question::Question;
use crate::domain::report::ReportFile;
use crate::domain::role::Actor;
use crate::domain::ticket::{Ticket, TicketId, TicketNumber};
use crate::domain::workflow::parts::part;
use crate::domain::workflow::{Decision, Errand, Report, Saying, open};
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::engine::intake::Incoming;
use crate::engine::thread::Thread;
use crate::store::blobs::Kind as Blob;
use crate::store::codes::{self, Sealed};
use crate::store::runs::RunId;
use crate::store::{cases, delegations, errands, logbook, tickets};

/// Where a decision comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin<'a> {
    /// What caused it: every mail that follows has exactly one cause.
    pub(super) cause: String,
    /// Who caused it.
    pub(super) by: Actor,
    /// The run it belongs to, and until when its mails to the outside wait.
    pub(super) hold: Option<(RunId, Time)>,
    /// The mail behind it.
    pub(super) mail: Option<Incoming<'a>>,
}

/// What a decision has led to.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Mails that were decided.
    pub(super) mails: usize,
    /// Those that wait to leave the team.
    pub(super) leaving: Vec<Leaving>,
    /// Tickets that were opened.
    pub(super) opened: Vec<TicketNumber>,
    /// Whether something was done that cannot be taken back.
    pub(super) final_at_once: bool,
}

impl Carried {
    pub(super) fn add(&mut self, other: Carried) {
        self.mails += other.mails;
        self.leaving.extend(other.leaving);
        self.opened.extend(other.opened);
        self.final_at_once |= other.final_at_once;
    }
}

impl Context {
    /// Makes a decision true.
    pub(super) fn carry_out(
        &self,
        db: &Connection,
        decision: &Decision,
        origin: &Origin<'_>,
        now: Time,
    ) -> Result<Carried> {
        let case = &decision.case;
        cases::save(db, case, &self.rules, now)?;
        for entry in &decision.log {
            logbook::append(db, Some(case.ticket.id), entry, now)?;
        }
        let mut carried = Carried::default();
        for (place, saying) in decision.sayings.iter().enumerate() {
            self.say(db, case, saying, (origin, place), &mut carried, now)?;
        }
        for errand in &decision.errands {
            self.run_errand(db, case, errand, origin, &mut carried, now)?;
        }
        Ok(carried)
    }

    /// Freezes what is said, one mail for each of its readers.
    fn say(
        &self,
        db: &Connection,
        case: &Case,
        saying: &Saying,
        (origin, place): (&Origin<'_>, usize),
        carried: &mut Carried,
        now: Time,
    ) -> Result<()> {
        let notice = &saying.notice;
        let other_office = saying.office.as_ref().map(|office| {
            let mut ticket = case.ticket.clone();
            ticket.class.opd = Some(office.clone());
            ticket
        });
        let ticket = other_office.as_ref().unwrap_or(&case.ticket);
        let files = self.files_of(notice, case)?;
        let held = origin.hold.filter(|(_, until)| saying.held && *until > now);
        let mut letter: Option<Leaving> = None;
        for person in &self.people_of(notice.audience(), Some(ticket), now) {
            let code = match saying.asks {
                Some(question) => Some(self.new_code(db, case, &person.address, question, now)?),
                None => None,
            };
            let purpose = format!("{}:{place}", origin.cause);
            let posting = Posting {
                code,
                held,
                prompted: origin.mail.map(|mail| mail.evidence.origin()),
                files: &files,
                office: saying.office.as_deref(),
                ..Posting::new(notice, person, Some(ticket.id), purpose)
            };
            let Some(rendered) = self.post(db, &posting, now)? else { continue };
            carried.mails += 1;
            if let Some((_, at)) = held {
                let letter = letter.get_or_insert_with(|| Leaving {
                    audience: notice.audience(),
                    recipients: Vec::new(),
                    subject: rendered.subject,
                    text: rendered.flowing,
                    at,
                });
                letter.recipients.push(shown(person));
            }
        }
        carried.leaving.extend(letter);
        Ok(())
    }

    /// A fresh one-time code for somebody's answer to a question.
    fn new_code(
        &self,
        db: &Connection,
        case: &Case,
        person: &Address,
        question: Question,
        now: Time,
    ) -> Result<String> {
        let report = question.version().and(case.report.as_ref()).map(|report| report.digest);
        let bound = Binding { person: person.clone(), ticket: case.ticket.id, question, report };
        self.mint_code(db, &bound, false, now)
    }

    /// Makes a code and keeps its seal.
    pub(super) fn mint_code(&self, db: &Connection, bound: &Binding, requested: bool, now: Time) -> Result<String> {
        let code = Code::mint((self.entropy)()?);
        codes::insert(db, &Sealed { bound, seal: &code.seal(bound), requested }, now)?;
        Ok(code.to_string())
    }

    /// The files that go with a notice: the report that is reviewed or forwarded.
    fn files_of(&self, notice: &Notice, case: &Case) -> Result<Vec<Attached>> {
        let (file, signed) = if let Notice::ReviewRequested(asked) = notice {
            (asked.file.as_ref(), None)
        } else if let Notice::ReportDelivered(delivered) = notice {
            (delivered.file.as_ref(), case.approval.as_ref().and_then(|approval| approval.means.file()))
        } else {
            (None, None)
        };
        let Some(file) = file else { return Ok(Vec::new()) };
        let digest = signed.map_or(file.digest, |signed| signed.file);
        // A desk without files only tries things out: nothing it composes is ever sent.
        let Some(store) = &self.files else { return Ok(Vec::new()) };
        let bytes = store.read(Blob::Evidence, &digest).with_context(|| format!("attach {}", file.name))?;
        Ok(vec![Attached {
            name: file.name.clone(),
            content_type: content_type(file),
            content: FileContent::Here(bytes),
        }])
    }

    fn run_errand(
        &self,
        db: &Connection,
        case: &Case,
        errand: &Errand,
        origin: &Origin<'_>,
        carried: &mut Carried,
        now: Time,
    ) -> Result<()> {
        let run = origin.hold.map(|(run, _)| run);
        match errand {
            Errand::ForwardAt(at) => errands::insert(db, case.ticket.id, errands::Kind::Forward, *at, run),
            // As long as the end can be taken back, nobody else is told of it.
            Errand::TellDuplicates => {
                let at = origin.hold.map_or(now, |(_, until)| until);
                errands::insert(db, case.ticket.id, errands::Kind::TellDuplicates, at, run)
            }
            Errand::OpenPart { opd } => self.open_part(db, case, opd, origin, carried, now),
            Errand::OpenTicket(text) => self.open_reported(db, text, origin, carried, now),
            Errand::Delegate { to, term } => {
                carried.final_at_once = true;
                delegations::insert(db, to, *term, &origin.by, now)
            }
        }
    }

    fn open_part(
        &self,
        db: &Connection,
        whole: &Case,
        opd: &str,
        origin: &Origin<'_>,
        carried: &mut Carried,
        now: Time,
    ) -> Result<()> {
        let year = self.rules.calendar.local(now).year();
        let number = tickets::next_number(db, &self.desk.ticket_prefix, year)?;
        let mut decision = part(whole, number.clone(), opd, &origin.by, &self.rules, now);
        decision.case.ticket.id = tickets::insert(db, &decision.case.ticket)?;
        let origin = Origin { cause: format!("{}:part", origin.cause), ..origin.clone() };
        carried.add(self.carry_out(db, &decision, &origin, now)?);
        carried.opened.push(number);
        carried.final_at_once = true;
        Ok(())
    }

    /// `#tiketbaru`: a report that came by telephone or in person, in the words of whoever took it.
    pub(super) fn open_reported(
        &self,
        db: &Connection,
        text: &str,
        origin: &Origin<'_>,
        carried: &mut Carried,
        now: Time,
    ) -> Result<()> {
        let incoming = origin.mail.context("a ticket is opened by a mail")?;
        let subject = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        let report = IncomingMail {
            sender: None,
            from_text: incoming.mail.from_text.clone(),
            subject,
            text: text.to_owned(),
            new_text: text.to_owned(),
            ..incoming.mail.clone()
        };
        let year = self.rules.calendar.local(incoming.arrived_at).year();
        let number = tickets::next_number(db, &self.desk.ticket_prefix, year)?;
        let arrived_at = incoming.arrived_at;
        let mut case = open(Report { number: number.clone(), mail: &report, arrived_at }, &self.rules);
        cases::insert(db, &mut case, &self.rules, now)?;
        let incoming = Incoming { mail: &report, ..incoming };
        let entry = self.opened_entry(&case.ticket, incoming, &origin.by);
        logbook::append(db, Some(case.ticket.id), &entry, now)?;
        let findings = self.findings(db, &case.ticket, &self.named_in(&report), now)?;
        let notice = self.ticket_opened(&case.ticket, incoming, (&Thread::Nowhere, None, findings), now);
        let purpose = format!("opened:{}", case.ticket.id.0);
        self.show_team(db, &notice, &case.ticket, (&purpose, None), &report, now)?;
        carried.opened.push(number);
        carried.final_at_once = true;
        Ok(())
    }

    /// Which ticket has a number.
    pub(super) fn numbered(&self, db: &Connection, number: &TicketNumber) -> Result<Option<TicketId>> {
        Ok(tickets::find(db, number)?.map(|ticket: Ticket| ticket.id))
    }
}

/// Somebody as the team reads of him.
fn shown(person: &Person) -> String {
    if person.name.is_empty() { person.address.to_string() } else { format!("{} <{}>", person.name, person.address) }
}

/// The declared type of a report: by what it is, and for office documents by its name.
fn content_type(file: &ReportFile) -> &'static str {
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match (file.content, ending.as_str()) {
        (Content::Pdf, _) => "application/pdf",
        (Content::Office, "docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (Content::Office, "odt") => "application/vnd.oasis.opendocument.text",
        (Content::Office, "doc") => "application/msword",
        (
            Content::Office
            | Content::Image
            | Content::Archive
            | Content::Media
            | Content::Message
            | Content::Text
            | Content::Program
            | Content::Other,
            _,
        ) => "application/octet-stream",
    }
}
