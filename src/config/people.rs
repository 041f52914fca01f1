//! `people.toml`: analysts, Kabid and deputies, OPDs, leadership.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::config::fault::Fault;
use crate::domain::directory::{Deputy, Directory, Opd, Term};
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::{Address, Person};
use crate::domain::severity::Severity;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleFile {
    #[serde(default)]
    analyst: Vec<Entry>,
    kabid: Option<Entry>,
    #[serde(default)]
    deputy: Vec<DeputyEntry>,
    #[serde(default)]
    opd: Vec<OpdEntry>,
    office_head: Option<Entry>,
    sekda: Option<Entry>,
    #[serde(default)]
    bssn: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    address: Address,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeputyEntry {
    name: String,
    address: Address,
    /// Without a term, a deputy acts only when the Kabid delegates to him.
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpdEntry {
    code: String,
    name: String,
    hosts: Vec<String>,
    contacts: Vec<Entry>,
    secretary: Option<Entry>,
    head: Option<Entry>,
    #[serde(default)]
    vital: bool,
    #[serde(default)]
    personal_data: bool,
}

impl PeopleFile {
    pub(super) fn build(self, (path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<Directory> {
        let before = faults.len();
        let mut fault = |needle: &str, message: String, remedy: &str| {
            faults.push(Fault::at(path, text, needle, message, remedy));
        };
        let directory = Directory {
            analysts: self.analyst.into_iter().map(person).collect(),
            kabid: self.kabid.map(person),
            deputies: deputies(self.deputy, &mut fault),
            opds: self.opd.into_iter().map(OpdEntry::build).collect(),
            office_head: self.office_head.map(person),
            sekda: self.sekda.map(person),
            bssn: self.bssn.into_iter().map(person).collect(),
        };
        check_addresses(&directory, &mut fault);
        for (index, opd) in directory.opds.iter().enumerate() {
            let twice = directory.opds[..index].iter().any(|other| other.code == opd.code);
            check_opd(opd, twice, &mut fault);
        }
        (faults.len() == before).then_some(directory)
    }
}

/// One deputy for each address, with all of his terms.
fn deputies(entries: Vec<DeputyEntry>, fault: &mut impl FnMut(&str, String, &str)) -> Vec<Deputy> {
    let mut deputies: Vec<Deputy> = Vec::new();
    for entry in entries {
        let person = Person { name: entry.name, address: entry.address };
        let term = match (entry.from, entry.until) {
            (Some(from), Some(until)) if from <= until => Some(Term { from, until }),
            (None, None) => None,
            (Some(_) | None, Some(_) | None) => {
                let message = format!("{} has a term without beginning or end", person.name);
                let remedy = "correct from and until, or leave both out for a deputy who waits for #delegasi";
                fault(person.address.as_str(), message, remedy);
                None
            }
        };
        match deputies.iter_mut().find(|deputy| deputy.person.address.same_mailbox(&person.address)) {
            Some(deputy) => deputy.terms.extend(term),
            None => deputies.push(Deputy { person, terms: term.into_iter().collect() }),
        }
    }
    deputies
}

/// One contact may serve several OPDs, but nobody is of the team and of an OPD.
fn check_addresses(directory: &Directory, fault: &mut impl FnMut(&str, String, &str)) {
    let deputies = directory.deputies.iter().map(|deputy| &deputy.person);
    let leaders = directory.office_head.iter().chain(&directory.sekda);
    let team = directory.analysts.iter().chain(&directory.kabid).chain(deputies).chain(leaders);
    let contacts = directory.opds.iter().flat_map(Opd::people);
    let mut seen: Vec<&Address> = Vec::new();
    for (person, of_team) in team.map(|person| (person, true)).chain(contacts.map(|person| (person, false))) {
        if seen.iter().any(|other| other.same_mailbox(&person.address)) {
            let message = format!("{} stands there twice", person.address);
            fault(person.address.as_str(), message, "one address has one role: keep one of the two");
        }
        seen.extend(of_team.then_some(&person.address));
    }
}

/// A code must not be taken for another word of `#valid`, and a report must be able to reach its OPD.
fn check_opd(opd: &Opd, twice: bool, fault: &mut impl FnMut(&str, String, &str)) {
    let needle = format!("\"{}\"", opd.code);
    if twice {
        let message = format!("the OPD code `{}` stands there twice", opd.code);
        fault(&needle, message, "give each OPD a code of its own");
    }
    let is_word = IncidentKind::coded(&opd.code).is_some()
        || Severity::spoken(&opd.code).is_some()
        || Finding::spoken(&opd.code).is_some();
    if is_word || opd.code.is_empty() || opd.code.contains(|c: char| c.is_whitespace() || c == '.') {
        let message = format!("`{}` cannot be the code of an OPD", opd.code);
        fault(&needle, message, "choose one word without dots that is no kind of incident and no level");
    }
    if opd.contacts.is_empty() {
        let message = format!("the OPD `{}` has no contact", opd.code);
        fault(&needle, message, "add at least one, or no report can reach it");
    }
}

impl OpdEntry {
    fn build(self) -> Opd {
        Opd {
            code: self.code.to_ascii_lowercase(),
            name: self.name,
            hosts: self.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            contacts: self.contacts.into_iter().map(person).collect(),
            secretary: self.secretary.map(person),
            head: self.head.map(person),
            vital: self.vital,
            personal_data: self.personal_data,
        }
    }
}

fn person(entry: Entry) -> Person {
    Person { name: entry.name, address: entry.address }
}
