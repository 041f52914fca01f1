//! What the demo tells on the terminal.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::cli::demo::letters::Letter;
use crate::cli::table::plain;
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
        writeln!(out, "A week at the desk of {} ({}), on a simulated clock.\n", desk.name, desk.address)?;
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

    /// What the desk made of it.
    pub(super) fn consequences(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        let db = engine.store().db();
        for event in logbook::entries(db, None)?.iter().skip(self.events) {
            self.events += 1;
            let number = event.ticket.as_deref().unwrap_or("");
            match event.kind.as_str() {
                "ticket_opened" => {
                    let due_at = tickets::find(db, &number.parse()?)?.and_then(|ticket| ticket.due_at);
                    let until = due_at.map(|due_at| self.moment(due_at)).unwrap_or_default();
                    writeln!(out, "{INDENT}=> opens {number}; SOP 3 (verification) runs until {until}")?;
                }
                "message_filed" => writeln!(out, "{INDENT}=> filed on {number}; it is automatic, nobody is answered")?,
                "duplicate_received" => writeln!(out, "{INDENT}=> known already: still one ticket, {number}")?,
                other => writeln!(out, "{INDENT}=> {other} {number}")?,
            }
        }
        self.mails(engine, at, out)
    }

    /// A clock of the SOP has spoken.
    pub(super) fn deadline(&mut self, engine: &Engine, at: Time, out: &mut impl Write) -> Result<()> {
        for event in logbook::entries(engine.store().db(), None)?.iter().skip(self.events) {
            self.events += 1;
            let number = event.ticket.as_deref().unwrap_or("");
            let said = match event.kind.as_str() {
                "reminded" => "time is running out, the analysts are reminded",
                "escalated" => "the deadline has passed, the Kabid is told",
                other => other,
            };
            writeln!(out, "{}  {number}: {said}", self.moment(at))?;
        }
        self.mails(engine, at, out)
    }

    pub(super) fn end(&self, engine: &Engine, sent: &Path, folder: &Path, out: &mut impl Write) -> Result<()> {
        let tickets = tickets::all(engine.store().db())?.len();
        writeln!(out, "\n{tickets} tickets, {} mails sent, {} logbook entries.", self.mails, self.events)?;
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

    fn mails(&mut self, engine: &Engine, _at: Time, out: &mut impl Write) -> Result<()> {
        for mail in outbox::all(engine.store().db(), None)?.iter().skip(self.mails) {
            self.mails += 1;
            writeln!(out, "{INDENT}-> to {}: {}", mail.recipient, plain(&mail.subject))?;
        }
        Ok(())
    }

    fn moment(&self, at: Time) -> String {
        self.calendar.local(at).format("%a %d %b %H:%M").to_string()
    }
}

/// As wide as a moment and the gap behind it.
const INDENT: &str = "                  ";
