//! People: which role an address has, which addresses a role has, and whom a mail is for.

use chrono::NaiveDate;

use crate::domain::person::{Address, Person};
use crate::domain::protection::PinnedKeys;
use crate::domain::role::{Audience, Role};
use crate::domain::signed_pdf::Signing;
use crate::domain::ticket::Ticket;

/// Everybody `people.toml` names.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Addresses of the desk itself.
    pub desk: Vec<Address>,
    /// Analysts of the team.
    pub analysts: Vec<Person>,
    /// The head of section.
    pub kabid: Option<Person>,
    /// Who may stand in for the head of section.
    pub deputies: Vec<Deputy>,
    /// Offices that own systems.
    pub opds: Vec<Opd>,
    /// Kepala Dinas Kominfo.
    pub office_head: Option<Person>,
    /// Sekda, as Koordinator SPBE.
    pub sekda: Option<Person>,
    /// The sectoral team that is told of grave incidents, and who gets a copy.
    pub bssn: Vec<Person>,
    /// Whose signature under a report counts.
    pub signing: Signing,
    /// Keys that are known to be somebody's.
    pub pinned: Vec<PinnedKeys>,
}

/// Somebody who may act as Kabid (Plh.), and does so for a while.
#[derive(Debug, Clone)]
pub struct Deputy {
    /// Who.
    pub person: Person,
    /// When.
    pub terms: Vec<Term>,
}

/// A time in which a deputy acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Term {
    /// Whether a day lies in it.
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

/// An office and the systems it owns.
#[derive(Debug, Clone)]
pub struct Opd {
    /// Short code, e.g. `dinkes`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Host names it owns, lower-case; `*.x` covers everything below `x`.
    pub hosts: Vec<String>,
    /// Those of its hosts that are critical: a report that names one looks urgent.
    pub critical: Vec<String>,
    /// Its technical contacts.
    pub contacts: Vec<Person>,
    /// Its secretary, who gets a copy of every report.
    pub secretary: Option<Person>,
    /// Its head.
    pub head: Option<Person>,
    /// Whether its systems are vital infrastructure (IIV).
    pub vital: bool,
    /// Whether its systems hold personal data.
    pub personal_data: bool,
}

impl Opd {
    /// Everybody who speaks for it.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.contacts.iter().chain(&self.secretary).chain(&self.head)
    }
}

impl Directory {
    /// The role of an address on a day, by exact mailbox; `None` for a stranger.
    pub fn role_of(&self, address: &Address, today: NaiveDate) -> Option<Role> {
        let is = |person: &Person| person.address.same_mailbox(address);
        if self.people(Role::Kabid, today).into_iter().any(is) {
            Some(Role::Kabid)
        } else if self.analysts.iter().any(is) {
            Some(Role::Analyst)
        } else if self.opds.iter().flat_map(Opd::people).any(is) {
            Some(Role::Opd)
        } else if self.people(Role::Leader, today).into_iter().any(is) {
            Some(Role::Leader)
        } else {
            None
        }
    }

    /// The people a role has on a day: for the Kabid, the deputy while one acts as well.
    pub fn people(&self, role: Role, today: NaiveDate) -> Vec<&Person> {
        match role {
            Role::Analyst => self.analysts.iter().collect(),
            Role::Kabid => {
                let acting = self.deputies.iter().filter(|deputy| deputy.terms.iter().any(|term| term.covers(today)));
                self.kabid.iter().chain(acting.map(|deputy| &deputy.person)).collect()
            }
            Role::Opd => self.opds.iter().flat_map(|opd| &opd.contacts).collect(),
            Role::Leader => self.office_head.iter().chain(&self.sekda).collect(),
            Role::Reporter => Vec::new(),
        }
    }

    /// Whom a mail about a ticket is for on a day. Nobody for [`Audience::Sender`], who is known to
    /// whoever answers him; nobody as well where `people.toml` names nobody.
    pub fn recipients(&self, audience: Audience, ticket: &Ticket, today: NaiveDate) -> Vec<Person> {
        let opd = ticket.class.opd.as_deref().and_then(|code| self.opd(code));
        match audience {
            Audience::Reporter => ticket.reporter.iter().cloned().collect(),
            Audience::Analysts => self.analysts.clone(),
            Audience::Assignee => {
                let is = |person: &&Person| {
                    ticket.assignee.as_ref().is_some_and(|assignee| assignee.same_mailbox(&person.address))
                };
                match self.analysts.iter().chain(self.people(Role::Kabid, today)).find(is) {
                    Some(assignee) => vec![assignee.clone()],
                    None => self.analysts.clone(),
                }
            }
            Audience::Kabid => self.people(Role::Kabid, today).into_iter().cloned().collect(),
            Audience::Opd => {
                opd.into_iter().flat_map(|opd| opd.contacts.iter().chain(&opd.secretary)).cloned().collect()
            }
            Audience::OpdHead => opd.and_then(|opd| opd.head.clone()).into_iter().collect(),
            Audience::OfficeHead => self.office_head.iter().cloned().collect(),
            Audience::Sekda => self.sekda.iter().cloned().collect(),
            Audience::Bssn => self.bssn.clone(),
            Audience::Sender => Vec::new(),
        }
    }

    /// The office with that code.
    pub fn opd(&self, code: &str) -> Option<&Opd> {
        self.opds.iter().find(|opd| opd.code == code)
    }

    /// Whether an address speaks for the office with that code.
    pub fn speaks_for(&self, address: &Address, code: &str) -> bool {
        self.opd(code).is_some_and(|opd| opd.people().any(|person| person.address.same_mailbox(address)))
    }

    /// Everybody with a role, at whatever time.
    pub fn everybody(&self) -> impl Iterator<Item = &Person> {
        let deputies = self.deputies.iter().map(|deputy| &deputy.person);
        let offices = self.opds.iter().flat_map(Opd::people);
        let leaders = self.office_head.iter().chain(&self.sekda);
        self.analysts.iter().chain(&self.kabid).chain(deputies).chain(offices).chain(leaders)
    }

    /// How somebody of the team is called: by `people.toml`, not by what a mail says.
    pub fn name_of(&self, address: &Address) -> Option<&str> {
        self.everybody().find(|person| person.address.same_mailbox(address)).map(|person| person.name.as_str())
    }

    /// Whether somebody acts as Kabid without being him (Plh.).
    pub fn is_acting(&self, address: &Address) -> bool {
        !self.kabid.as_ref().is_some_and(|kabid| kabid.address.same_mailbox(address))
    }

    /// Lets a listed deputy act for a while, as a `#delegasi` said. Nothing happens for anybody else.
    pub fn delegate(&mut self, to: &Address, term: Term) {
        if let Some(deputy) = self.deputies.iter_mut().find(|deputy| deputy.person.address.same_mailbox(to)) {
            deputy.terms.push(term);
        }
    }

    /// Whether an address is the desk's own or the sectoral team's: of an office and of no person.
    pub fn is_office(&self, address: &Address) -> bool {
        let bssn = self.bssn.iter().map(|person| &person.address);
        self.desk.iter().chain(bssn).any(|office| office.same_mailbox(address))
    }

    /// Whether an office has registered a host as critical.
    pub fn is_critical(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.opds.iter().flat_map(|opd| &opd.critical).any(|pattern| covers(pattern, &host))
    }

    /// The office that owns a host: the most specific pattern wins.
    pub fn owner_of(&self, host: &str) -> Option<&Opd> {
        let host = host.to_ascii_lowercase();
        let matching = self.opds.iter().flat_map(|opd| opd.hosts.iter().map(move |pattern| (opd, pattern)));
        matching
            .filter(|(_, pattern)| covers(pattern, &host))
            .max_by_key(|(_, pattern)| (!pattern.starts_with("*."), pattern.len()))
            .map(|(opd, _)| opd)
    }
}

/// Whether a pattern of `people.toml` covers a host, both lower-case.
fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => host == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(address: &str) -> Person {
        Person { name: String::new(), address: address.parse().expect("valid") }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn directory() -> Directory {
        let opd = |code: &str, hosts: &[&str]| Opd {
            code: code.to_owned(),
            name: code.to_uppercase(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            critical: Vec::new(),
            contacts: vec![person(&format!("admin@{code}.example"))],
            secretary: None,
            head: Some(person(&format!("kepala@{code}.example"))),
            vital: false,
            personal_data: false,
        };
        Directory {
            analysts: vec![person("ani@csirt.example")],
            kabid: Some(person("kabid@csirt.example")),
            deputies: vec![Deputy {
                person: person("plh@csirt.example"),
                terms: vec![Term { from: day("2026-11-20"), until: day("2026-11-30") }],
            }],
            sekda: Some(person("sekda@setda.example")),
            opds: vec![
                opd("diskominfo", &["*.ciamiskab.go.id"]),
                opd("dinkes", &["dinkes.ciamiskab.go.id", "*.dinkes.ciamiskab.go.id"]),
            ],
            ..Directory::default()
        }
    }

    #[test]
    fn roles_by_exact_address_and_day() {
        let check = |address: &str, today: &str, role: Option<Role>| {
            assert_eq!(directory().role_of(&address.parse().expect("valid"), day(today)), role, "{address}");
        };
        check("ani@csirt.example", "2026-11-25", Some(Role::Analyst));
        check("ANI@csirt.example", "2026-11-25", Some(Role::Analyst));
        check("ani@csirt.example.evil.example", "2026-11-25", None);
        check("kabid@csirt.example", "2026-11-25", Some(Role::Kabid));
        check("plh@csirt.example", "2026-11-25", Some(Role::Kabid));
        check("plh@csirt.example", "2026-12-01", None);
        check("admin@dinkes.example", "2026-11-25", Some(Role::Opd));
        check("kepala@dinkes.example", "2026-11-25", Some(Role::Opd));
        check("sekda@setda.example", "2026-11-25", Some(Role::Leader));
        check("budi@warga.example", "2026-11-25", None);
    }

    #[test]
    fn the_most_specific_pattern_owns_a_host() {
        let check = |host: &str, code: Option<&str>| {
            assert_eq!(directory().owner_of(host).map(|opd| opd.code.as_str()), code, "{host}");
        };
        check("dinkes.ciamiskab.go.id", Some("dinkes"));
        check("SIMPUS.dinkes.ciamiskab.go.id", Some("dinkes"));
        check("jdih.ciamiskab.go.id", Some("diskominfo"));
        check("ciamiskab.go.id", None);
        check("evilciamiskab.go.id", None);
        check("dinkes.ciamiskab.go.id.evil.example", None);
    }
}
