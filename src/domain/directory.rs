//! People: which role an address has, and which addresses a role has.

use chrono::NaiveDate;

use crate::domain::person::{Address, Person};
use crate::domain::role::Role;

/// Everybody `people.toml` names.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Analysts of the team.
    pub analysts: Vec<Person>,
    /// The head of section.
    pub kabid: Option<Person>,
    /// Who stands in for the head of section.
    pub deputies: Vec<Deputy>,
    /// Offices that own systems.
    pub opds: Vec<Opd>,
}

/// Somebody who acts as Kabid for a while (Plh.).
#[derive(Debug, Clone)]
pub struct Deputy {
    /// Who.
    pub person: Person,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
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
    /// Its technical contacts.
    pub contacts: Vec<Person>,
}

impl Directory {
    /// The role of an address on a day, by exact mailbox; `None` for a stranger.
    pub fn role_of(&self, address: &Address, today: NaiveDate) -> Option<Role> {
        let is = |person: &Person| person.address.same_mailbox(address);
        if self.people(Role::Kabid, today).into_iter().any(is) {
            Some(Role::Kabid)
        } else if self.analysts.iter().any(is) {
            Some(Role::Analyst)
        } else if self.opds.iter().flat_map(|opd| &opd.contacts).any(is) {
            Some(Role::Opd)
        } else {
            None
        }
    }

    /// The people a role has on a day: for the Kabid, the deputy while one acts as well.
    pub fn people(&self, role: Role, today: NaiveDate) -> Vec<&Person> {
        match role {
            Role::Analyst => self.analysts.iter().collect(),
            Role::Kabid => {
                let acting = self.deputies.iter().filter(|deputy| deputy.from <= today && today <= deputy.until);
                self.kabid.iter().chain(acting.map(|deputy| &deputy.person)).collect()
            }
            Role::Opd => self.opds.iter().flat_map(|opd| &opd.contacts).collect(),
            Role::Reporter => Vec::new(),
        }
    }

    /// The office that owns a host: the most specific pattern wins.
    pub fn owner_of(&self, host: &str) -> Option<&Opd> {
        let host = host.to_ascii_lowercase();
        let covers = |pattern: &str| match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => host == pattern,
        };
        let matching = self.opds.iter().flat_map(|opd| opd.hosts.iter().map(move |pattern| (opd, pattern)));
        matching
            .filter(|(_, pattern)| covers(pattern))
            .max_by_key(|(_, pattern)| (!pattern.starts_with("*."), pattern.len()))
            .map(|(opd, _)| opd)
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
            contacts: vec![person(&format!("admin@{code}.example"))],
        };
        Directory {
            analysts: vec![person("ani@csirt.example")],
            kabid: Some(person("kabid@csirt.example")),
            deputies: vec![Deputy {
                person: person("plh@csirt.example"),
                from: day("2026-11-20"),
                until: day("2026-11-30"),
            }],
            opds: vec![
                opd("diskominfo", &["*.ciamiskab.go.id"]),
                opd("dinkes", &["dinkes.ciamiskab.go.id", "*.dinkes.ciamiskab.go.id"]),
            ],
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
