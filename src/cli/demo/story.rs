//! What the demo tells on the terminal.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::cli::demo::letters::Letter;
use crate::cli::demo::replies::Reply;
use crate::cli::terminal::plain;
use crate::domain::Time;
use crate::domain::calendar::Calendar;
use crate::domain::desk::Desk;
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
        writeln!(
            out,
            "A week at the desk of {} ({}) on a simulated clock: the whole SOP on one ticket, and whatever else comes in.\n",
            desk.name, desk.address
        )?;
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
        writeln!(out, "{}  {} writes: {}", self.moment(at), plain(&header("From: ")), plain(&header("Subject: ")))?;
        writeln!(out, "{INDENT}({})", letter.what)?;
        Ok(())
    }

    /// One of the parties answers a mail of ours.
    pub(super) fn reply(&self, at: Time, reply: &Reply, out: &mut impl Write) -> Result<()> {
        writeln!(out, "{}  {} replies", self.moment(at), plain(reply.from))?;
        writeln!(out, "{INDENT}({})", reply.what)?;
        for line in reply.text.lines().take(LINES_SHOWN) {
            writeln!(out, "{INDENT}| {}", plain(line))?;
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
            match event.kind.as_str() {
                "ticket_opened" => {
                    writeln!(out, "{INDENT}=> opens {number}; SOP 3 (verification) runs until {}", until()?)?;
                }
                "message_filed" if event.detail["meaning"] == "commands" => {}
                "message_filed" if event.detail["meaning"] == "auto_reply" => {
                    writeln!(out, "{INDENT}=> filed on {number}; it is automatic, nobody is answered")?;
                }
                "message_filed" => writeln!(out, "{INDENT}=> filed on {number}")?,
                "duplicate_received" => writeln!(out, "{INDENT}=> known already: still one ticket, {number}")?,
                kind => writeln!(out, "{INDENT}=> {number} {}", happened(kind, &event.detail))?,
            }
        }
        self.mails(engine, at, out)
    }

    /// A clock of the SOP has spoken, or what waited has left.
    pub(super) fn deadline(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        for event in logbook::entries(engine.store().db(), None)?.iter().skip(self.events) {
            self.events += 1;
            let number = event.ticket.as_deref().unwrap_or("");
            writeln!(out, "{}  {number} {}", self.moment(at), happened(&event.kind, &event.detail))?;
        }
        self.mails(engine, at, out)
    }

    pub(super) fn end(&self, engine: &Engine, sent: &Path, folder: &Path, out: &mut impl Write) -> Result<()> {
        let tickets = tickets::all(engine.store().db())?.len();
        writeln!(out, "\n{tickets} tickets, {} mails sent, {} logbook entries.", self.mails, self.events)?;
        match logbook::first_broken(engine.store().db())? {
            None => writeln!(out, "The logbook is one unbroken chain.")?,
            Some(entry) => writeln!(out, "The logbook is broken at entry {entry}.")?,
        }
        writeln!(out, "\nThe mails lie in {}/new: open one with any mail program.", sent.display())?;
        writeln!(out, "Database, raw mails and evidence lie in {}.", folder.display())?;
        writeln!(out, "\nTry next:")?;
        let desk = format!("SIAGA__DATA__DIR={}", folder.display());
        for (verb, what) in [
            ("ticket list", "the tickets"),
            ("ticket show CIAMIS-2026-0001", "one of them whole"),
            ("outbox show 1", "what the first reporter was told"),
            ("logbook verify", "the chain of the logbook"),
            ("explain src/cli/demo/letters/*.eml", "what the desk would do with a mail, and why"),
        ] {
            writeln!(out, "  {desk} target/release/siaga {verb:<36} # {what}")?;
        }
        writeln!(out, "README.md says how to put Siaga on a real mailbox.")?;
        Ok(())
    }

    fn mails(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        for mail in outbox::all(engine.store().db(), None)?.iter().skip(self.mails) {
            self.mails += 1;
            let waits = mail.next_attempt_at > at && mail.sent_at.is_none();
            let leaves =
                if waits { format!(" (leaves at {})", self.clock(mail.next_attempt_at)) } else { String::new() };
            writeln!(out, "{INDENT}-> to {}: {}{leaves}", mail.recipient, plain(&mail.subject))?;
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
    let stage = detail["stage"].as_str().unwrap_or("");
    let said = match kind {
        "reminded" => format!("{stage}: time is running, the one whose turn it is gets a reminder"),
        "reminder_overtaken" => format!("{stage}: a reminder is overtaken by a later one"),
        "escalated" => format!("{stage}: the next rung of the ladder is told"),
        "rung_passed" => format!("{stage}: a rung of the ladder is passed over"),
        "escalation_proposed" => format!("{stage}: the Kabid is asked whether the next rung is told"),
        "report_forwarded" => "nobody took the approval back: the report leaves for the OPD (SOP 6)".to_owned(),
        "forward_sent" => "the report has reached the OPD: its clocks begin".to_owned(),
        "forward_failed" => "the report has not reached the OPD".to_owned(),
        "reporter_wrote" => "the reporter has written".to_owned(),
        "opd_wrote" => "the OPD has written".to_owned(),
        word => format!("#{word} is carried out"),
    };
    match (detail["from"].as_str(), detail["to"].as_str()) {
        (Some(from), Some(to)) => format!("{said}: {from} → {to}"),
        _ => said,
    }
}

/// Lines of a reply that are told.
const LINES_SHOWN: usize = 4;

/// As wide as a moment and the gap behind it.
const INDENT: &str = "                  ";
