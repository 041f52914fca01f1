//! What the demo tells on the terminal.

use std::io::Write;

use anyhow::Result;

use crate::cli::demo::leavings::{Leavings, quoted};
use crate::cli::demo::letters::Letter;
use crate::cli::demo::replies::Reply;
use crate::cli::terminal::{plain, prose};
use crate::domain::Time;
use crate::domain::calendar::Calendar;
use crate::domain::desk::Desk;
use crate::domain::stage::Stage;
use crate::engine::Engine;
use crate::store::{logbook, outbox, tickets};

/// The teller: knows what has been told.
pub(super) struct Story<'a> {
    calendar: &'a Calendar,
    /// Logbook entries told.
    events: usize,
    /// Outgoing mails told.
    mails: usize,
}

impl<'a> Story<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Story<'a> {
        Story { calendar, events: 0, mails: 0 }
    }

    pub(super) fn begin(&self, desk: &Desk, out: &mut impl Write) -> Result<()> {
        let opening = format!(
            "A week at the desk of {} ({}), on a simulated clock. The first report goes through the whole SOP, step by \
             step, by mail alone; other reports come in beside it and run late. How to read it:",
            desk.name, desk.address
        );
        writeln!(out, "{}\n", prose("", &opening, WIDTH))?;
        for (mark, meaning) in [
            ("|", "what somebody writes; a line with # is a command"),
            ("=>", "what the desk makes of it, in one transaction"),
            ("->", "a mail the desk sends; until the time it leaves, #batal stops it"),
        ] {
            writeln!(out, "  {mark:<3} {meaning}")?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// A mail reaches the mail server.
    pub(super) fn arrival(&self, at: Time, letter: &Letter, out: &mut impl Write) -> Result<()> {
        let header = |name: &str| {
            let line = letter.raw.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
            mail_parser::MessageParser::default()
                .parse(format!("{name}{line}\n\n").as_bytes())
                .and_then(|message| message.subject().map(str::to_owned).or_else(|| Some(line.to_owned())))
                .unwrap_or_default()
        };
        let written = format!("{} writes: {}", plain(&header("From: ")), plain(&header("Subject: ")));
        writeln!(out, "\n{}", prose(&format!("{}  ", self.moment(at)), &written, WIDTH))?;
        writeln!(out, "{}", prose(INDENT, &format!("({})", letter.what), WIDTH))?;
        Ok(())
    }

    /// One of the parties answers a mail of ours.
    pub(super) fn reply(&self, at: Time, reply: &Reply, out: &mut impl Write) -> Result<()> {
        let who = format!("{} replies", plain(reply.from));
        writeln!(out, "\n{}", prose(&format!("{}  ", self.moment(at)), &who, WIDTH))?;
        writeln!(out, "{}", prose(INDENT, &format!("({})", reply.what), WIDTH))?;
        for line in reply.text.lines().take(LINES_SHOWN) {
            let line = line.replace("<CODE>", "(the code from the mail)");
            writeln!(out, "{}", prose(&format!("{INDENT}| "), &plain(&line), WIDTH))?;
        }
        if reply.text.lines().count() > LINES_SHOWN {
            writeln!(out, "{INDENT}| …")?;
        }
        Ok(())
    }

    /// What the desk made of it.
    pub(super) fn consequences(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        let db = engine.store().db();
        for event in logbook::entries(db, None)?.iter().skip(self.events) {
            self.events += 1;
            let number = event.ticket.as_deref().unwrap_or("");
            let until = || -> Result<String> {
                let due_at = tickets::find(db, &number.parse()?)?.and_then(|ticket| ticket.due_at);
                Ok(due_at.map(|due_at| self.moment(due_at)).unwrap_or_default())
            };
            let said = match event.kind.as_str() {
                "ticket_opened" => format!("opens {number}; SOP 3, verification, is due {}", until()?),
                "message_filed" if event.detail["meaning"] == "commands" => continue,
                "message_filed" if event.detail["meaning"] == "auto_reply" => {
                    format!("filed on {number}; a machine wrote it, so nobody is answered")
                }
                "message_filed" => format!("filed on {number}"),
                "duplicate_received" => format!("known already: it stays one ticket, {number}"),
                kind => format!("{number} {}", happened(kind, &event.detail)),
            };
            writeln!(out, "{}", prose(&format!("{INDENT}=> "), &said, WIDTH))?;
        }
        self.mails(engine, at, out)
    }

    /// A clock of the SOP has spoken, or what waited has left.
    pub(super) fn deadline(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        let mut begun = format!("\n{}  ", self.moment(at));
        for event in logbook::entries(engine.store().db(), None)?.iter().skip(self.events) {
            self.events += 1;
            let number = event.ticket.as_deref().unwrap_or("");
            let said = format!("{number} {}", happened(&event.kind, &event.detail));
            writeln!(out, "{}", prose(&std::mem::replace(&mut begun, INDENT.to_owned()), &said, WIDTH))?;
        }
        self.mails(engine, at, out)
    }

    pub(super) fn end(&self, engine: &Engine, left: &Leavings, out: &mut impl Write) -> Result<()> {
        let tickets = tickets::all(engine.store().db())?.len();
        writeln!(out, "\n{tickets} tickets, {} mails sent, {} logbook entries.", self.mails, self.events)?;
        match logbook::first_broken(engine.store().db())? {
            None => writeln!(out, "The logbook is one unbroken chain.")?,
            Some(entry) => writeln!(out, "The logbook is broken at entry {entry}.")?,
        }
        writeln!(out, "\nThe mails sent, for any mail program:\n  {}", left.sent.display())?;
        writeln!(out, "Database, raw mails and evidence:\n  {}", left.folder.display())?;
        writeln!(out, "\nTry next, from any folder; the script asks the desk of this demo:")?;
        let (script, letter) = (quoted(&left.script), quoted(&left.letter));
        for (verb, what) in [
            ("ticket list".to_owned(), "the tickets; ! marks the overdue ones"),
            ("ticket show CIAMIS-2026-0001".to_owned(), "the one that went through the whole SOP"),
            ("outbox show 1".to_owned(), "what the first reporter was told"),
            ("logbook verify".to_owned(), "whether anybody changed the logbook"),
            (format!("explain {letter}"), "what the desk would do with one more mail, and why"),
            ("check --samples report_delivered".to_owned(), "what an OPD gets; leave out the name for all"),
        ] {
            writeln!(out, "  # {what}\n  {script} {verb}")?;
        }
        writeln!(out, "\nREADME.md says how to put Siaga on a real mailbox.")?;
        Ok(())
    }

    fn mails(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        for mail in outbox::all(engine.store().db(), None)?.iter().skip(self.mails) {
            self.mails += 1;
            let waits = mail.next_attempt_at > at && mail.sent_at.is_none();
            let leaves = if waits { format!(" (leaves {})", self.clock(mail.next_attempt_at)) } else { String::new() };
            let said = format!("{}: {}{leaves}", mail.recipient, plain(&mail.subject));
            writeln!(out, "{}", prose(&format!("{INDENT}-> "), &said, WIDTH))?;
        }
        Ok(())
    }

    fn clock(&self, at: Time) -> String {
        self.calendar.local(at).format("%H:%M").to_string()
    }

    fn moment(&self, at: Time) -> String {
        self.calendar.local(at).format("%a %d %b %H:%M").to_string()
    }
}

/// What an entry of the logbook says, in a few words.
fn happened(kind: &str, detail: &serde_json::Value) -> String {
    let stage = detail["stage"].as_str().map_or("", step);
    let said = match kind {
        "reminded" => format!("{stage}: time is running out; whose turn it is gets a reminder"),
        "reminder_overtaken" => format!("{stage}: a later reminder says the same"),
        "escalated" => format!("{stage}: the next one up is told"),
        "rung_passed" => format!("{stage}: nobody has to be told on this rung"),
        "escalation_proposed" => format!("{stage}: the Kabid is asked whether those above the OPD are told"),
        "report_forwarded" => "nobody took the approval back: SOP 6, the report leaves for the OPD".to_owned(),
        "forward_sent" => "has reached the OPD: its time to answer and to repair begins".to_owned(),
        "forward_failed" => "has not reached the OPD".to_owned(),
        "reporter_wrote" => "the reporter has answered".to_owned(),
        "opd_wrote" => "the OPD has written".to_owned(),
        word => format!("#{word} is carried out"),
    };
    match (detail["from"].as_str(), detail["to"].as_str()) {
        (Some(from), Some(to)) => format!("{said} ({} → {})", state(from), state(to)),
        _ => said,
    }
}

/// A step of the SOP as people call it.
fn step(name: &str) -> &str {
    match Stage::named(name) {
        Some(Stage::Verification) => "SOP 3, verification",
        Some(Stage::ReporterAnswer) => "SOP 3, the reporter's answer",
        Some(Stage::Analysis) => "SOP 4, analysis",
        Some(Stage::Review) => "SOP 5, review by the Kabid",
        Some(Stage::Forwarding) => "SOP 6, forwarding",
        Some(Stage::Acknowledgement) => "SOP 6, the OPD's first answer",
        Some(Stage::FollowUp) => "SOP 6, repair by the OPD",
        Some(Stage::Recheck) => "check of the repair",
        Some(Stage::SecondLook) => "second look",
        Some(Stage::Pdp) => "notice of leaked personal data within 72 hours",
        Some(Stage::Iiv) => "report of vital infrastructure within 24 hours",
        Some(Stage::Judol) => "cleaning of a gambling page within 24 hours",
        None => name,
    }
}

/// A state of a ticket as people call it.
fn state(name: &str) -> String {
    name.replace('_', " ")
}

/// Lines of a reply that are told.
const LINES_SHOWN: usize = 4;

/// The story is told for the narrowest terminal.
const WIDTH: Option<usize> = Some(80);

/// As wide as a moment and the gap behind it.
const INDENT: &str = "                  ";
