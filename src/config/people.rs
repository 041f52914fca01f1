//! `people.toml`: analysts, Kabid and deputies, OPDs.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::config::fault::Fault;
use crate::domain::directory::{Deputy, Directory, Opd};
use crate::domain::person::{Address, Person};

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
    from: NaiveDate,
    until: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpdEntry {
    code: String,
    name: String,
    hosts: Vec<String>,
    contacts: Vec<Entry>,
}

impl PeopleFile {
    pub(super) fn build(self, (path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<Directory> {
        let before = faults.len();
        let directory = Directory {
            analysts: self.analyst.into_iter().map(person).collect(),
            kabid: self.kabid.map(person),
            deputies: self
                .deputy
                .into_iter()
                .map(|entry| Deputy {
                    person: Person { name: entry.name, address: entry.address },
                    from: entry.from,
                    until: entry.until,
                })
                .collect(),
            opds: self
                .opd
                .into_iter()
                .map(|entry| Opd {
                    code: entry.code,
                    name: entry.name,
                    hosts: entry.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
                    contacts: entry.contacts.into_iter().map(person).collect(),
                })
                .collect(),
        };
        let staff = directory.analysts.iter().chain(&directory.kabid);
        let contacts = directory.opds.iter().flat_map(|opd| &opd.contacts);
        let mut seen: Vec<&Address> = Vec::new();
        let team = staff.chain(directory.deputies.iter().map(|deputy| &deputy.person)).map(|person| (person, true));
        // One contact may serve several OPDs, but nobody is of the team and of an OPD.
        for (person, of_team) in team.chain(contacts.map(|person| (person, false))) {
            if seen.iter().any(|other| other.same_mailbox(&person.address)) {
                let message = format!("{} stands there twice", person.address);
                faults.push(Fault::at(
                    path,
                    text,
                    person.address.as_str(),
                    message,
                    "one address has one role: keep one of the two",
                ));
            }
            seen.extend(of_team.then_some(&person.address));
        }
        for deputy in directory.deputies.iter().filter(|deputy| deputy.until < deputy.from) {
            let message = format!("{} stops before beginning", deputy.person.name);
            faults.push(Fault::at(path, text, deputy.person.address.as_str(), message, "correct from and until"));
        }
        for (index, opd) in directory.opds.iter().enumerate() {
            if directory.opds[..index].iter().any(|other| other.code == opd.code) {
                let message = format!("the OPD code `{}` stands there twice", opd.code);
                faults.push(Fault::at(
                    path,
                    text,
                    &format!("\"{}\"", opd.code),
                    message,
                    "give each OPD a code of its own",
                ));
            }
        }
        (faults.len() == before).then_some(directory)
    }
}

fn person(entry: Entry) -> Person {
    Person { name: entry.name, address: entry.address }
}
