//! What may leave the team: as far as the distribution code lets it go, and without anybody's personal
//! data but by the word of whoever has looked (trust-and-safety 7.3). Whoever ordered it is told at once.

use crate::domain::command::Command;
use crate::domain::gate::Reader;
use crate::domain::notice::Notice;
use crate::domain::person::Address;
use crate::domain::personal_data::{Finding, Kind, find};
use crate::domain::role::Audience;
use crate::domain::tlp::Tlp;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::{DocumentWords, Instruction};

/// Findings that are named in an answer.
const SHOWN_MAX: usize = 20;

impl Draft<'_> {
    /// Whether what was ordered may leave the team.
    pub(super) fn may_leave(&mut self, instruction: &Instruction) -> Result<(), Refusal> {
        // No word of anybody's makes that harmless to whoever opens it.
        if let DocumentWords::Acting { found, pdf } = &instruction.document {
            return Err(Refusal::Acting { found: found.clone(), pdf: *pdf });
        }
        let forwards = matches!(&instruction.command, Command::Approve { withhold: false, .. })
            && self.before.approval != self.case.approval;
        let said: Vec<Audience> = self.said_outside().chain(forwards.then_some(Audience::Opd)).collect();
        let tlp = self.case.ticket.class.tlp;
        for audience in &said {
            if let Some(reader) = reader(*audience).filter(|reader| !tlp.reaches(*reader)) {
                let needed = Tlp::ALL.iter().rev().copied().find(|code| code.reaches(reader)).unwrap_or_default();
                return Err(Refusal::BeyondTlp { tlp, audience: *audience, needed, approval: forwards });
            }
        }
        let found = self.findings(instruction, !said.is_empty());
        if found.is_empty() {
            return Ok(());
        }
        if !instruction.sure {
            return Err(Refusal::PersonalData { found, word: instruction.command.word() });
        }
        // The logbook says that somebody has looked, and repeats nobody's data.
        let kinds: Vec<_> = found.iter().map(|finding| serde_json::json!(finding.kind)).collect();
        self.note("personal_data_meant", kinds);
        self.show_findings(found);
        Ok(())
    }

    /// Who outside the team is told something by this very decision; the reporter has his own rules.
    fn said_outside(&self) -> impl Iterator<Item = Audience> + '_ {
        let audiences = self.sayings.iter().map(|saying| saying.notice.audience());
        audiences.filter(|audience| reader(*audience).is_some())
    }

    /// What in the words of an order looks like somebody's data.
    fn findings(&self, instruction: &Instruction, leaves: bool) -> Vec<Finding> {
        let reporter = self.case.ticket.reporter.as_ref();
        let people = &self.rules.people;
        let known = |address: &Address| people.name_of(address).is_some() || people.is_office(address);
        let mut found = Vec::new();
        if let Command::Submit(report) = &instruction.command {
            for text in report.sections.values() {
                found.extend(find(text, reporter, known));
            }
            found.extend(report.file.iter().flat_map(|file| find(&file.name, reporter, known)));
            match &instruction.document {
                DocumentWords::None | DocumentWords::Acting { .. } => {}
                DocumentWords::Read(words) => found.extend(find(words, reporter, known)),
                DocumentWords::Unreadable => found.push(Finding { kind: Kind::Unreadable, words: String::new() }),
            }
        } else if let Some(text) = words(&instruction.command).filter(|_| leaves) {
            found.extend(find(text, reporter, known));
        }
        found.sort();
        found.dedup();
        found.truncate(SHOWN_MAX);
        found
    }

    /// The Kabid sees what the analyst meant to leave in.
    fn show_findings(&mut self, found: Vec<Finding>) {
        for saying in &mut self.sayings {
            if let Notice::ReviewRequested(asked) = &mut saying.notice {
                asked.personal_data_in.clone_from(&found);
            }
        }
    }
}

/// Who reads what is said to an audience outside the team, but for the reporter.
fn reader(audience: Audience) -> Option<Reader> {
    match audience {
        Audience::Opd | Audience::OpdHead => Some(Reader::Opd),
        Audience::OfficeHead | Audience::Sekda => Some(Reader::Leadership),
        Audience::Bssn => Some(Reader::Sectoral),
        Audience::Reporter | Audience::Analysts | Audience::Assignee | Audience::Kabid | Audience::Sender => None,
    }
}

/// The words of an order that reach whoever is told.
fn words(command: &Command) -> Option<&str> {
    if let Command::Fail { findings: text }
    | Command::Pass { note: text }
    | Command::Close { reason: text }
    | Command::Reopen { reason: text }
    | Command::Reject { reason: text }
    | Command::Extend { reason: text, .. }
    | Command::Escalate { note: text }
    | Command::Isolate { reason: text }
    | Command::Bssn { text } = command
    {
        Some(text)
    } else {
        None
    }
}
