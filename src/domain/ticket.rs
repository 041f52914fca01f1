//! A ticket: one reported case, from its first mail to its disposition.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::Time;
use crate::domain::incoming::Language;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::{Address, Person};
use crate::domain::severity::Severity;
use crate::domain::sop::Gravity;
use crate::domain::stage::Status;
use crate::domain::tlp::Tlp;

/// Row id of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TicketId(pub i64);

/// The number people see and say on the telephone: `CIAMIS-2026-0007` (decisions 2). It is no
/// secret and proves nothing about who knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TicketNumber {
    /// The desk's prefix, upper-case letters.
    pub prefix: String,
    /// The local year in which the report arrived.
    pub year: i32,
    /// Serial in that year, from 1.
    pub serial: u32,
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:04}", self.prefix, self.year, self.serial)
    }
}

impl Serialize for TicketNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TicketNumber, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no ticket number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no ticket number; write it like CIAMIS-2026-0007")]
pub struct NotATicketNumber(String);

impl FromStr for TicketNumber {
    type Err = NotATicketNumber;

    fn from_str(text: &str) -> Result<TicketNumber, NotATicketNumber> {
        let refused = || NotATicketNumber(text.chars().take(40).collect());
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let mut parts = text.rsplitn(3, '-');
        let (serial, year, prefix) = (parts.next(), parts.next(), parts.next());
        let (Some(serial), Some(year), Some(prefix)) = (serial, year, prefix) else {
            return Err(refused());
        };
        let prefix_right = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !digits(serial, 4..=9) || !digits(year, 4..=4) || !prefix_right {
            return Err(refused());
        }
        Ok(TicketNumber {
            prefix: prefix.to_ascii_uppercase(),
            year: year.parse().map_err(|_| refused())?,
            serial: serial.parse().map_err(|_| refused())?,
        })
    }
}

impl TicketNumber {
    /// The numbers with this prefix in a subject line, each once, in their order. One in brackets is
    /// alone: so our mails about one ticket are marked, and so whoever answers a mail about several says
    /// which he means.
    pub fn find(subject: &str, prefix: &str) -> Vec<TicketNumber> {
        let mut numbers: Vec<TicketNumber> = Vec::new();
        for word in subject.split(|c: char| !(c.is_ascii_alphanumeric() || "-[]".contains(c))) {
            for bare in word.split(['[', ']']) {
                let Ok(number) = bare.parse::<TicketNumber>() else { continue };
                if !number.prefix.eq_ignore_ascii_case(prefix) {
                    continue;
                }
                if word.contains(&format!("[{bare}]")) {
                    return vec![number];
                }
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        numbers
    }
}

/// One reported case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Row id.
    pub id: TicketId,
    /// The number people see.
    pub number: TicketNumber,
    /// Subject of the first mail, for the team's eyes.
    pub subject: String,
    /// Who reported; `None` if the report has no usable sender, or was withdrawn.
    pub reporter: Option<Person>,
    /// Language the reporter is answered in.
    pub language: Language,
    /// Where it stands.
    pub status: Status,
    /// When the report reached our mail server: the start of the first clock.
    pub opened_at: Time,
    /// When the running stage began.
    pub stage_started_at: Time,
    /// When the running stage must be finished. This and its two neighbours repeat the deadline of
    /// the status, for lists; [`Case::refresh`](crate::domain::case::Case::refresh) keeps them true.
    pub due_at: Option<Time>,
    /// The same deadline by the calendar, for the record (domain 3.3).
    pub due_calendar_at: Option<Time>,
    /// How often it was changed; what is undone is undone only if nothing came after it.
    pub revision: u32,
    /// The analyst who has taken it.
    pub assignee: Option<Address>,
    /// What it is about.
    pub class: Classification,
    /// What is special about it.
    pub flags: Flags,
    /// What has been counted on it.
    pub tally: Tally,
    /// The ticket it is a part or a duplicate of.
    pub parent: Option<TicketNumber>,
    /// Who closed it: a second look is somebody else's.
    pub closed_by: Option<Address>,
    /// When it was closed.
    pub closed_at: Option<Time>,
}

/// What a ticket is about; each field is unknown until somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Classification {
    /// What kind of incident.
    pub kind: Option<IncidentKind>,
    /// Whether it has happened or could.
    pub finding: Option<Finding>,
    /// How grave.
    pub severity: Option<Severity>,
    /// Code of the OPD that owns the system.
    pub opd: Option<String>,
    /// The affected system: a host name.
    pub system: Option<String>,
    /// Who may be shown the report.
    pub tlp: Tlp,
}

/// What is special about a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flags {
    /// DARURAT: every clock is the running clock.
    pub urgent: bool,
    /// Personal data may have been revealed (UU PDP Pasal 46).
    pub personal_data: bool,
    /// The system is vital infrastructure (IIV).
    pub vital: bool,
    /// The reporter wants no name.
    pub anonymous: bool,
    /// Closed with the risk accepted by the head of the OPD.
    pub risk_accepted: bool,
    /// The system was switched off.
    pub offline: bool,
}

/// What is counted on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Times it was reopened.
    pub reopened: u32,
    /// Repairs that did not hold.
    pub false_fixes: u32,
    /// Questions the reporter was asked.
    pub questions: u32,
    /// Reminders the OPD got.
    pub opd_reminders: u32,
    /// The highest rung that was climbed after the OPD's deadline.
    pub escalation: u8,
}

impl Ticket {
    /// What the timing of its steps depends on.
    pub fn gravity(&self) -> Gravity {
        Gravity { severity: self.class.severity, kind: self.class.kind, urgent: self.flags.urgent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_that_begins_with_a_zero_is_written_as_it_is_read() {
        let number: TicketNumber = "CIAMIS-0414-0001".parse().expect("a number");
        assert_eq!(number.to_string().parse(), Ok(number));
    }

    #[test]
    fn numbers_in_subjects() {
        let check = |subject: &str, expected: Option<&str>| {
            let found = TicketNumber::find(subject, "CIAMIS").into_iter().map(|number| number.to_string());
            assert_eq!(found.collect::<Vec<_>>().join(" "), expected.unwrap_or_default(), "{subject}");
        };
        let two = Some("CIAMIS-2026-0042 CIAMIS-2026-0043");
        check("Re: Pengingat 2 tiket: CIAMIS-2026-0042, CIAMIS-2026-0043, ciamis-2026-0042", two);
        check("[CIAMIS-2026-0043] Re: Pengingat 2 tiket: CIAMIS-2026-0042, CIAMIS-2026-0043", Some("CIAMIS-2026-0043"));
        check("Pengingat [2 tiket] CIAMIS-2026-0042 CIAMIS-2026-0043]", two);
        check("Re: [CIAMIS-2026-0042] web", Some("CIAMIS-2026-0042"));
        check("Re: web [CIAMIS-2026-0042]", Some("CIAMIS-2026-0042"));
        check("Balas: ciamis-2026-0042", Some("CIAMIS-2026-0042"));
        check("CIAMIS-2026-10042 lanjutan", Some("CIAMIS-2026-10042"));
        check("CIAMIS-2026-42", None);
        check("CIAMIS-26-0042", None);
        check("BANJAR-2026-0042", None);
        check("XCIAMIS-2026-0042", None);
        check("BANJAR-2026-0001 dan CIAMIS-2026-0002", Some("CIAMIS-2026-0002"));
        check("CIAMIS-2026-99999999999", None);
        check("", None);
    }
}
