//! `people.toml`: analysts, Kabid and deputies, OPDs.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::values;
use crate::domain::desk::Desk;
use crate::domain::directory::{Deputy, Directory, Opd};
use crate::domain::hosts::hosts_in;
use crate::domain::person::{Address, Person};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
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
    #[serde(deserialize_with = "values::day")]
    from: NaiveDate,
    #[serde(deserialize_with = "values::day")]
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

/// Reads who is who; nobody of them is the desk itself.
pub(super) fn read(document: &Document, desk: Option<&Desk>, faults: &mut Vec<Fault>) -> Option<Directory> {
    let file: PeopleFile = document.read(faults)?;
    let before = faults.len();
    let mut checks = Checks { document, faults, seen: Vec::new() };
    checks.addresses(&file, desk);
    checks.opds(&file.opd);
    for (index, deputy) in file.deputy.iter().enumerate().filter(|(_, deputy)| deputy.until < deputy.from) {
        let message = format!("{} stops before beginning", deputy.name);
        checks.refuse(&format!("deputy.{index}.until"), message, "write the last day, not before the first");
    }
    (faults.len() == before).then(|| file.directory())
}

struct Checks<'a> {
    document: &'a Document,
    faults: &'a mut Vec<Fault>,
    /// Addresses of the team met so far.
    seen: Vec<Address>,
}

impl Checks<'_> {
    /// One address has one role. A contact may serve several OPDs, but nobody is of the team and of
    /// an OPD.
    fn addresses(&mut self, file: &PeopleFile, desk: Option<&Desk>) {
        let analysts = file.analyst.iter().enumerate().map(|(at, entry)| (format!("analyst.{at}"), &entry.address));
        let kabid = file.kabid.iter().map(|entry| ("kabid".to_owned(), &entry.address));
        for (place, address) in analysts.chain(kabid) {
            self.address(&place, address, desk);
            self.seen.push(address.clone());
        }
        // A deputy has one block for each time, but is no analyst: nobody approves his own work.
        for (at, deputy) in file.deputy.iter().enumerate() {
            self.address(&format!("deputy.{at}"), &deputy.address, desk);
        }
        self.seen.extend(file.deputy.iter().map(|deputy| deputy.address.clone()));
        for (at, opd) in file.opd.iter().enumerate() {
            for (contact, entry) in opd.contacts.iter().enumerate() {
                self.address(&format!("opd.{at}.contacts.{contact}"), &entry.address, desk);
            }
        }
    }

    fn address(&mut self, place: &str, address: &Address, desk: Option<&Desk>) {
        let place = format!("{place}.address");
        if self.seen.iter().any(|other| other.same_mailbox(address)) {
            let message = format!("{address} stands there twice");
            self.refuse(&place, message, "one address has one role: keep one of the two");
        }
        if desk.is_some_and(|desk| desk.is_ours(address)) {
            let message = format!("{address} is the desk's own address");
            self.refuse(&place, message, "write the address of the person: the desk never writes to itself");
        }
    }

    fn opds(&mut self, opds: &[OpdEntry]) {
        let mut owners: Vec<(&str, &str)> = Vec::new();
        for (at, opd) in opds.iter().enumerate() {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if opd.code.is_empty() || !opd.code.bytes().all(plain) {
                let message = format!("`{}` is no OPD code", opd.code);
                self.refuse(&format!("opd.{at}.code"), message, "use small letters, digits and dashes only");
            }
            if opds[..at].iter().any(|other| other.code == opd.code) {
                let message = format!("the OPD code `{}` stands there twice", opd.code);
                self.refuse(&format!("opd.{at}.code"), message, "give each OPD a code of its own");
            }
            for host in &opd.hosts {
                let name = host.strip_prefix("*.").unwrap_or(host);
                if hosts_in(name).next().is_none_or(|whole| !whole.eq_ignore_ascii_case(name)) {
                    let message = format!("`{host}` is no host name");
                    let remedy = "write the name alone, like \"dinas.example.go.id\", or \"*.\" before it";
                    self.refuse(&format!("opd.{at}.hosts"), message, remedy);
                }
                if let Some((_, owner)) = owners.iter().find(|(known, _)| known.eq_ignore_ascii_case(host)) {
                    let message = format!("`{host}` belongs to the OPD `{owner}` already");
                    self.refuse(&format!("opd.{at}.hosts"), message, "let each host have one owner");
                }
                owners.push((host, &opd.code));
            }
        }
    }

    fn refuse(&mut self, place: &str, message: String, remedy: &str) {
        self.faults.push(self.document.fault(place, message, remedy));
    }
}

impl PeopleFile {
    fn directory(self) -> Directory {
        let deputy = |entry: DeputyEntry| Deputy {
            person: Person { name: entry.name, address: entry.address },
            from: entry.from,
            until: entry.until,
        };
        let opd = |entry: OpdEntry| Opd {
            code: entry.code,
            name: entry.name,
            hosts: entry.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            contacts: entry.contacts.into_iter().map(person).collect(),
        };
        Directory {
            analysts: self.analyst.into_iter().map(person).collect(),
            kabid: self.kabid.map(person),
            deputies: self.deputy.into_iter().map(deputy).collect(),
            opds: self.opd.into_iter().map(opd).collect(),
        }
    }
}

fn person(entry: Entry) -> Person {
    Person { name: entry.name, address: entry.address }
}
