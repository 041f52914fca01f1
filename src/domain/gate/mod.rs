//! Who gets what: the one gate every mail passes on its way into the outbox.
//!
//! Nothing can be written there without a [`Cleared`], and nothing but [`Gate::let_through`] makes one.
//! It asks who the recipient is in this very case, what the notice carries ([`carried`]), and how far
//! the case's distribution code lets it go. What the reader may not see is taken out where the notice
//! makes sense without it; otherwise the mail is not written.

pub mod carried;

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::directory::{Directory, Opd};
use crate::domain::gate::carried::{Data, carried};
use crate::domain::notice::Notice;
use crate::domain::notice::answer::Transcript;
use crate::domain::notice::opd::{FollowUpReminder, FollowUpReminders};
use crate::domain::notice::reporter::ToReporter;
use crate::domain::outgoing::Class;
use crate::domain::person::Address;
use crate::domain::redaction::is_pseudonym;
use crate::domain::role::Role;
use crate::domain::ticket::Ticket;
use crate::domain::tlp::Tlp;

/// Who somebody is in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// An analyst, the Kabid, or who acts for him.
    Team,
    /// Whoever reported it.
    Reporter,
    /// Let in on it by an analyst.
    Participant,
    /// Of the OPD it is about.
    Opd,
    /// The leadership of the office and the regency.
    Leadership,
    /// The sectoral team.
    Sectoral,
    /// Of an OPD the case has nothing to do with: an order of his own is answered, and no more.
    OtherOffice,
    /// Anybody else.
    Stranger,
}

impl Reader {
    /// Every reader.
    pub const ALL: &[Reader] = &[
        Reader::Team,
        Reader::Reporter,
        Reader::Participant,
        Reader::Opd,
        Reader::Leadership,
        Reader::Sectoral,
        Reader::OtherOffice,
        Reader::Stranger,
    ];

    /// Whether he may see data of that sort: the table of the gate.
    #[rustfmt::skip]
    pub fn may_see(self, data: Data) -> bool {
        match (self, data) {
            (Reader::Team, _) => true,
            (Reader::Stranger, _) => false,
            (Reader::OtherOffice, data) => matches!(data, Data::Order | Data::Number),
            // The reporter's identity and words are his own, and the team's.
            (Reader::Reporter, Data::Identity | Data::ReporterWords) => true,
            (Reader::Participant | Reader::Opd | Reader::Leadership | Reader::Sectoral, Data::Identity | Data::ReporterWords) => false,
            (_, Data::Inner) => false,
            (_, Data::Number | Data::Kind | Data::Stage | Data::Deadline | Data::TeamWords) => true,
            (Reader::Reporter | Reader::Participant, Data::System | Data::Report | Data::Official | Data::Order) => false,
            (Reader::Opd, Data::System | Data::Report | Data::Official | Data::Order) => true,
            (Reader::Leadership | Reader::Sectoral, Data::System | Data::Report | Data::Official) => true,
            (Reader::Leadership | Reader::Sectoral, Data::Order) => false,
        }
    }
}

impl Tlp {
    /// Whether what a case found may reach a reader (FIRST TLP 2.0): `TLP:RED` is for the team alone,
    /// `TLP:AMBER+STRICT` for the own organisation, which the OPDs and the leadership of the regency
    /// belong to, and the other codes for the sectoral team too. What the reporter is told is of his
    /// own case and shows nothing that was found.
    pub fn reaches(self, reader: Reader) -> bool {
        match (self, reader) {
            (_, Reader::Team | Reader::Reporter | Reader::Participant) => true,
            // He is told what became of his order, and nothing of the case.
            (_, Reader::OtherOffice) => true,
            (_, Reader::Stranger) | (Tlp::Red, _) => false,
            (Tlp::AmberStrict, Reader::Opd | Reader::Leadership) => true,
            (Tlp::AmberStrict, Reader::Sectoral) => false,
            (Tlp::Amber | Tlp::Green | Tlp::Clear, Reader::Opd | Reader::Leadership | Reader::Sectoral) => true,
        }
    }
}

/// Why somebody is not told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Barred {
    /// The case is none of his.
    #[error("the case is none of his")]
    NoParty,
    /// It carries what is not for him.
    #[error("it carries what is not for him")]
    NotForHim,
    /// The case's distribution code does not reach him.
    #[error("the distribution code does not reach him")]
    Tlp,
    /// A pseudonym stands in his place.
    #[error("who he was has been removed")]
    Removed,
}

impl Barred {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Barred::NoParty => "no_party",
            Barred::NotForHim => "not_for_him",
            Barred::Tlp => "tlp",
            Barred::Removed => "removed",
        }
    }
}

/// A notice that may go to an address.
#[derive(Debug, Clone)]
pub struct Cleared<'a> {
    notice: Cow<'a, Notice>,
    to: &'a Address,
    without: Vec<&'static str>,
}

impl Cleared<'_> {
    /// What may be told.
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// To whom.
    pub fn to(&self) -> &Address {
        self.to
    }

    /// Its name in the database.
    pub fn folder(&self) -> &'static str {
        self.notice.folder()
    }

    /// What happens when its delivery is in doubt.
    pub fn class(&self) -> Class {
        self.notice.class()
    }

    /// What was taken out for this reader.
    pub fn without(&self) -> &[&'static str] {
        &self.without
    }
}

/// The gate, as it stands open for one mail.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The case the mail is about.
    pub ticket: Option<&'a Ticket>,
    /// Code of an OPD that is told although the case is another's: whose word is answered.
    pub office: Option<&'a str>,
    /// Whether an analyst has let the recipient in on the case.
    pub admitted: bool,
    /// Who is who.
    pub people: &'a Directory,
    /// The day.
    pub today: NaiveDate,
}

impl Gate<'_> {
    /// Lets a notice through to an address, without what is not for him; or says why not.
    ///
    /// # Errors
    /// [`Barred`] if he may not be told, or the notice would be nothing without what is taken out.
    pub fn let_through<'a>(&self, notice: &'a Notice, to: &'a Address) -> Result<Cleared<'a>, Barred> {
        if is_pseudonym(to) {
            return Err(Barred::Removed);
        }
        let reader = self.reader(to, notice);
        let (notice, without) = self.fitted(notice, reader, to)?;
        let told = carried(&notice);
        if told.iter().all(|data| !reader.may_see(*data)) {
            return Err(Barred::NoParty);
        }
        if !told.iter().all(|data| reader.may_see(*data)) {
            return Err(Barred::NotForHim);
        }
        let codes = notice.affected().into_iter().map(|affected| affected.tlp);
        let code = codes.chain(self.ticket.map(|ticket| ticket.class.tlp)).max();
        if code.is_some_and(|code| !code.reaches(reader)) {
            return Err(Barred::Tlp);
        }
        Ok(Cleared { notice, to, without })
    }

    /// Who somebody is in the case: of several, what the notice is meant for.
    fn reader(&self, to: &Address, notice: &Notice) -> Reader {
        let role = self.people.role_of(to, self.today);
        if role.is_some_and(Role::is_staff) {
            return Reader::Team;
        }
        let offices = self.office.into_iter().chain(self.ticket.and_then(|ticket| ticket.class.opd.as_deref()));
        let reports = self.ticket.and_then(|ticket| ticket.reporter.as_ref());
        let standings = [
            (Reader::Reporter, reports.is_some_and(|reporter| reporter.address.same_mailbox(to))),
            (Reader::Opd, offices.into_iter().any(|code| self.people.speaks_for(to, code))),
            // Several cases in one mail, or an order about none: the office itself must be his.
            (Reader::Opd, self.ticket.is_none() && role == Some(Role::Opd)),
            (Reader::Leadership, role == Some(Role::Leader)),
            (Reader::Sectoral, self.people.bssn.iter().any(|person| person.address.same_mailbox(to))),
            (Reader::Participant, self.admitted),
            (Reader::OtherOffice, role == Some(Role::Opd)),
        ];
        let his = || standings.iter().filter(|(_, stands)| *stands).map(|(reader, _)| *reader);
        let told = carried(notice);
        his()
            .find(|reader| told.iter().all(|data| reader.may_see(*data)))
            .or_else(|| his().next())
            .unwrap_or(Reader::Stranger)
    }

    /// The notice as it is fit for a reader, and what it goes without.
    fn fitted<'a>(
        &self,
        notice: &'a Notice,
        reader: Reader,
        to: &Address,
    ) -> Result<(Cow<'a, Notice>, Vec<&'static str>), Barred> {
        if let (Notice::ToReporter(letter), Reader::Participant) = (notice, reader) {
            // Whoever was let in is told how the case stands, and not whose it is.
            let letter = ToReporter { name: String::new(), subject: String::new(), ..letter.clone() };
            return Ok((Cow::Owned(Notice::ToReporter(letter)), vec!["name", "subject"]));
        }
        if let (Notice::Transcript(transcript), Reader::OtherOffice) = (notice, reader) {
            let (state, next, leaving) = (None, Vec::new(), Vec::new());
            let transcript = Transcript { state, next, leaving, ..(**transcript).clone() };
            return Ok((Cow::Owned(Notice::Transcript(Box::new(transcript))), vec!["state", "next", "leaving"]));
        }
        if let Notice::FollowUpReminders(reminders) = notice {
            let reaches = |of: &&_| self.is_of(of, to) && of.affected.tlp.reaches(reader);
            let items: Vec<_> = reminders.items.iter().filter(reaches).cloned().collect();
            if items.is_empty() {
                return Err(Barred::Tlp);
            }
            if items.len() < reminders.items.len() {
                let reminders = Notice::FollowUpReminders(FollowUpReminders::of(items));
                return Ok((Cow::Owned(reminders), vec!["items"]));
            }
        }
        Ok((Cow::Borrowed(notice), Vec::new()))
    }

    /// Whether an item of a mail about several cases is about the reader's own office.
    fn is_of(&self, item: &FollowUpReminder, to: &Address) -> bool {
        let named = |opd: &&Opd| opd.name == item.affected.opd || opd.code == item.affected.opd;
        let staff = self.people.role_of(to, self.today).is_some_and(Role::is_staff);
        staff || self.people.opds.iter().find(named).is_some_and(|opd| self.people.speaks_for(to, &opd.code))
    }
}

#[cfg(test)]
mod tests;
