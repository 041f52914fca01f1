//! What stands behind a command's word: names, dates, numbers, texts.

use chrono::{Datelike, NaiveDate};

use crate::domain::command::parse::{Misread, Reading, Wanted};
use crate::domain::command::vocabulary::Word;
use crate::domain::command::{Assessment, Breach, Command, Month, Reply};
use crate::domain::directory::Term;
use crate::domain::hosts::hosts_in;
use crate::domain::incoming::Language;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::{Address, Person};
use crate::domain::report::Submission;
use crate::domain::severity::Severity;
use crate::domain::ticket::TicketNumber;
use crate::domain::tlp::Tlp;

/// The arguments of one line.
pub(super) struct Arguments<'a> {
    rest: String,
    reading: &'a Reading<'a>,
}

impl Arguments<'_> {
    /// What stands behind the word, without its code.
    pub(super) fn new<'a>(rest: String, reading: &'a Reading<'a>) -> Arguments<'a> {
        Arguments { rest, reading }
    }

    /// The command of that word with these arguments.
    pub(super) fn command(mut self, word: Word) -> Result<Command, Misread> {
        Ok(match word {
            Word::Take => self.nothing(Command::Take)?,
            Word::Verify => Command::Verify(self.assessment()?),
            Word::Reject => Command::Reject { reason: self.text()? },
            Word::Ask => Command::Ask { text: self.text()? },
            Word::Duplicate => Command::Duplicate { of: self.number()? },
            Word::Refer => Command::Refer { to: self.text()? },
            Word::Spam => self.nothing(Command::Spam)?,
            Word::Kind => Command::SetKind(self.one(Wanted::Kind, IncidentKind::coded)?),
            Word::Severity => Command::SetSeverity(self.one(Wanted::Severity, Severity::spoken)?),
            Word::Owner => Command::SetOwner(self.opd()?),
            Word::Tlp => Command::SetTlp(self.one(Wanted::Tlp, Tlp::spoken)?),
            Word::Language => Command::SetLanguage(self.one(Wanted::Language, Language::named)?),
            Word::Note => Command::Note { text: self.text()? },
            Word::Reply => Command::Reply(self.reply()?),
            Word::Assign => Command::Assign { to: self.analyst()?, note: self.optional_text() },
            Word::Dispose => Command::Dispose { to: self.analyst()?, note: self.optional_text() },
            Word::Evidence => self.nothing(Command::Evidence)?,
            Word::Admit if self.rest.is_empty() => Command::Admit { who: None },
            Word::Admit => Command::Admit { who: Some(self.one(Wanted::Address, |text| text.parse().ok())?) },
            Word::Submit => {
                let Reading { below, files, pdf_only, .. } = self.reading;
                Command::Submit(Submission::read(below, files, *pdf_only)?)
            }
            Word::Pass => Command::Pass { note: self.optional_text() },
            Word::Fail => Command::Fail { findings: self.text()? },
            Word::Urgent => Command::Urgent { reason: self.text()? },
            Word::PersonalData => Command::PersonalData(self.one(Wanted::YesNoDone, breach)?),
            Word::Bssn => Command::Bssn { text: self.optional_text() },
            Word::Reopen => Command::Reopen { reason: self.text()? },
            Word::Close => Command::Close { reason: self.text()? },
            Word::Merge => Command::Merge { into: self.number()? },
            Word::Split if self.rest.is_empty() => Command::Separate { sender: None },
            Word::Split if self.rest.contains('@') => {
                Command::Separate { sender: Some(self.one(Wanted::Address, |text| text.parse().ok())?) }
            }
            Word::Split => Command::Split { opd: self.opd()? },
            Word::NewTicket => Command::NewTicket { text: self.text()? },
            Word::Approve => {
                let withhold = match self.rest.to_ascii_lowercase().as_str() {
                    "" => false,
                    "tahan" | "hold" => true,
                    _ => return Err(self.not_a(Wanted::Nothing)),
                };
                Command::Approve { withhold, signature: self.reading.signature.clone() }
            }
            Word::Revise => Command::Revise { notes: self.text()? },
            Word::Forward => Command::Forward { to: if self.rest.is_empty() { None } else { Some(self.opd()?) } },
            Word::Escalate => Command::Escalate { note: self.optional_text() },
            Word::Isolate => Command::Isolate { reason: self.optional_text() },
            Word::Delegate => self.delegate()?,
            Word::Extend => self.extend()?,
            Word::Undo => self.nothing(Command::Undo)?,
            Word::Acknowledge => Command::Acknowledge { officer: self.optional_text() },
            Word::Fixed => Command::Fixed { account: self.text()? },
            Word::Assist => Command::Assist { need: self.text()? },
            Word::NotOurs => Command::NotOurs { reason: self.text()? },
            Word::Offline => Command::Offline { account: self.optional_text() },
            Word::Status => Command::Status { number: if self.rest.is_empty() { None } else { Some(self.number()?) } },
            Word::List => self.nothing(Command::List)?,
            Word::Recap => Command::Recap { month: self.month()? },
            Word::Help => self.nothing(Command::Help)?,
            Word::Rehearse => self.nothing(Command::Rehearse)?,
        })
    }

    /// A command that takes nothing refuses what stands there: it was meant to do something.
    fn nothing(&self, command: Command) -> Result<Command, Misread> {
        if self.rest.is_empty() { Ok(command) } else { Err(self.not_a(Wanted::Nothing)) }
    }

    /// The text on the line and below it.
    fn text(&self) -> Result<String, Misread> {
        Some(self.optional_text()).filter(|text| !text.is_empty()).ok_or(Misread::Missing(Wanted::Text))
    }

    fn optional_text(&self) -> String {
        let parts = [self.rest.trim(), self.reading.below.trim()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The one argument, understood by `read`.
    fn one<T>(&self, wanted: Wanted, read: impl Fn(&str) -> Option<T>) -> Result<T, Misread> {
        if self.rest.is_empty() {
            return Err(Misread::Missing(wanted));
        }
        read(&unquoted(&self.rest).to_lowercase()).ok_or_else(|| self.not_a(wanted))
    }

    fn not_a(&self, wanted: Wanted) -> Misread {
        Misread::NotA { wanted, found: self.rest.clone() }
    }

    /// Takes the next word off the line.
    fn next(&mut self) -> Option<String> {
        let (word, rest) = match self.rest.split_once(' ') {
            Some((word, rest)) => (word.to_owned(), rest.to_owned()),
            None => (std::mem::take(&mut self.rest), String::new()),
        };
        self.rest = rest;
        Some(unquoted(&word).to_owned()).filter(|word| !word.is_empty())
    }

    fn opd(&self) -> Result<String, Misread> {
        self.one(Wanted::Opd, |code| self.reading.people.opd(code).map(|opd| opd.code.clone()))
    }

    /// Kind, severity, finding, owner and host in any order; each at most once.
    fn assessment(&mut self) -> Result<Assessment, Misread> {
        let mut found = Assessment::default();
        while let Some(word) = self.next() {
            let low = word.to_lowercase();
            let taken = if let Some(kind) = IncidentKind::coded(&low) {
                found.kind.replace(kind).is_some()
            } else if let Some(severity) = Severity::spoken(&low) {
                found.severity.replace(severity).is_some()
            } else if let Some(finding) = Finding::spoken(&low) {
                found.finding.replace(finding).is_some()
            } else if let Some(opd) = self.reading.people.opd(&low) {
                found.opd.replace(opd.code.clone()).is_some()
            } else if let Some(host) = hosts_in(&low).next() {
                found.system.replace(host).is_some()
            } else {
                true
            };
            if taken {
                return Err(Misread::NotA { wanted: Wanted::Assessment, found: word });
            }
        }
        Ok(found)
    }

    fn reply(&self) -> Result<Reply, Misread> {
        let text = self.text()?;
        Ok(match text.to_lowercase().as_str() {
            "imbalan" | "bounty" => Reply::Bounty,
            "perkembangan" | "kabar" | "progress" => Reply::Progress,
            _ => Reply::Text(text),
        })
    }

    /// A ticket's number: whole, or its serial of this year.
    fn number(&self) -> Result<TicketNumber, Misread> {
        let year = self.reading.calendar.local(self.reading.now).year();
        self.one(Wanted::TicketNumber, |text| {
            let serial = text.parse::<u32>().ok().filter(|serial| *serial > 0);
            let short = serial.map(|serial| TicketNumber { prefix: self.reading.prefix.to_owned(), year, serial });
            short.or_else(|| text.trim_matches(['[', ']']).parse().ok())
        })
    }

    fn analyst(&mut self) -> Result<Address, Misread> {
        let found = self.next().ok_or(Misread::Missing(Wanted::Analyst))?;
        one_named(&found, &self.reading.people.analysts).ok_or(Misread::NotA { wanted: Wanted::Analyst, found })
    }

    fn delegate(&mut self) -> Result<Command, Misread> {
        let found = self.next().ok_or(Misread::Missing(Wanted::Deputy))?;
        let deputies: Vec<_> = self.reading.people.deputies.iter().map(|deputy| deputy.person.clone()).collect();
        let to = one_named(&found, &deputies).ok_or(Misread::NotA { wanted: Wanted::Deputy, found })?;
        let until = self.date()?.ok_or(Misread::Missing(Wanted::Date))?;
        Ok(Command::Delegate { to, term: Term { from: self.today(), until } })
    }

    /// `05/12 alasan`; a Kabid who grants what was asked needs no date.
    fn extend(&mut self) -> Result<Command, Misread> {
        let until = if self.rest.is_empty() { None } else { self.date()? };
        let reason = self.optional_text();
        Ok(Command::Extend { until: until.map(|day| self.reading.calendar.closing(day)), reason })
    }

    /// The next words as a date, after `s.d.`, `sampai` and the like.
    fn date(&mut self) -> Result<Option<NaiveDate>, Misread> {
        let today = self.today();
        while let Some(word) = self.next() {
            if !matches!(word.to_lowercase().as_str(), "s.d" | "s/d" | "sd" | "sampai" | "hingga" | "until") {
                let date = date(&word, today);
                return date.map(Some).ok_or(Misread::NotA { wanted: Wanted::Date, found: word });
            }
        }
        Ok(None)
    }

    fn month(&self) -> Result<Option<Month>, Misread> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.one(Wanted::Month, |text| {
            let (month, year) = text.split_once(['/', '-', ' ']).unwrap_or((text, ""));
            let year = if year.is_empty() { Some(self.today().year()) } else { year.parse().ok() };
            let month = month.parse().ok().or_else(|| named_month(month));
            let found = year.zip(month).map(|(year, month)| Month { year, month });
            found.filter(|found| (1..=12).contains(&found.month) && (2000..=2999).contains(&found.year))
        })
        .map(Some)
    }

    fn today(&self) -> NaiveDate {
        self.reading.calendar.local(self.reading.now).date_naive()
    }
}

/// A word without the quotes a phone puts around it, and the full stop it puts behind it.
fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '“', '”', '„', '‘', '’', '«', '»', ',', ';']).trim_end_matches('.')
}

fn breach(word: &str) -> Option<Breach> {
    match word {
        "ya" | "yes" => Some(Breach::Yes),
        "tidak" | "no" => Some(Breach::No),
        "selesai" | "done" => Some(Breach::Notified),
        _ => None,
    }
}

/// The only one of some people who is meant by a word: the part of the address before the `@`, the
/// whole address, or one word of the name.
fn one_named(word: &str, people: &[Person]) -> Option<Address> {
    let is = |person: &&Person| {
        person.address.as_str().eq_ignore_ascii_case(word)
            || person.address.local().eq_ignore_ascii_case(word)
            || person.name.split_whitespace().any(|part| part.eq_ignore_ascii_case(word))
    };
    let mut meant = people.iter().filter(is);
    meant.next().filter(|_| meant.next().is_none()).map(|person| person.address.clone())
}

/// A date as it is written here: `05/12`, `5-12-2026`, or `2026-12-05`. Without a year it is the
/// next such day.
fn date(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text = text.trim_end_matches([',', '.', ';']);
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let number = |part: &str| part.parse::<u32>().ok();
    match parts[..] {
        [day, month] => {
            let in_year = |year| NaiveDate::from_ymd_opt(year, number(month)?, number(day)?);
            in_year(today.year()).filter(|date| *date >= today).or_else(|| in_year(today.year() + 1))
        }
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
        }
        [day, month, year] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
        }
        [..] => None,
    }
}

fn named_month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"];
    let place = NAMES.iter().position(|beginning| name.starts_with(beginning))?;
    u32::try_from(place + 1).ok()
}
