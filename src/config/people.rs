//! `people.toml`: analysts, Kabid and deputies, leadership, OPDs.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::pins::{Pinned, Unread, pinned};
use crate::config::values;
use crate::domain::desk::Desk;
use crate::domain::digest::Digest;
use crate::domain::directory::{Deputy, Directory, Opd, Term};
use crate::domain::hosts::hosts_in;
use crate::domain::kind::{Finding, IncidentKind};
use crate::domain::person::{Address, Person};
use crate::domain::severity::Severity;
use crate::domain::signed_pdf::{Signer, Signing};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
    #[serde(default)]
    analyst: Vec<Entry>,
    kabid: Option<SignerEntry>,
    #[serde(default)]
    deputy: Vec<DeputyEntry>,
    office_head: Option<Entry>,
    sekda: Option<Entry>,
    #[serde(default)]
    bssn: Vec<Entry>,
    #[serde(default)]
    opd: Vec<OpdEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    address: Address,
    #[serde(default)]
    pgp_key_file: Option<PathBuf>,
    #[serde(default)]
    pgp_encrypt: Option<bool>,
    #[serde(default)]
    smime_certificate_file: Option<PathBuf>,
}

/// Somebody whose certificate counts: by the name in it, or by its SHA-256 alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerEntry {
    name: String,
    address: Address,
    certificate_name: Option<String>,
    certificate_sha256: Option<String>,
    #[serde(default)]
    pgp_key_file: Option<PathBuf>,
    #[serde(default)]
    pgp_encrypt: Option<bool>,
    #[serde(default)]
    smime_certificate_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeputyEntry {
    name: String,
    address: Address,
    certificate_name: Option<String>,
    certificate_sha256: Option<String>,
    #[serde(default)]
    pgp_key_file: Option<PathBuf>,
    #[serde(default)]
    pgp_encrypt: Option<bool>,
    #[serde(default)]
    smime_certificate_file: Option<PathBuf>,
    /// Without a term, a deputy acts only when the Kabid delegates to him.
    #[serde(default, deserialize_with = "some_day")]
    from: Option<NaiveDate>,
    #[serde(default, deserialize_with = "some_day")]
    until: Option<NaiveDate>,
}

fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    values::day(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpdEntry {
    code: String,
    name: String,
    hosts: Vec<String>,
    #[serde(default)]
    critical: Vec<String>,
    contacts: Vec<Entry>,
    secretary: Option<Entry>,
    head: Option<Entry>,
    #[serde(default)]
    vital: bool,
    #[serde(default)]
    personal_data: bool,
}

/// Reads who is who; nobody of them is the desk itself.
pub(super) fn read(document: &Document, desk: Option<&Desk>, faults: &mut Vec<Fault>) -> Option<Directory> {
    let file: PeopleFile = document.read(faults)?;
    let before = faults.len();
    let mut checks = Checks { document, faults, seen: Vec::new() };
    checks.addresses(&file, desk);
    checks.terms(&file.deputy);
    checks.certificates(&file);
    checks.opds(&file.opd);
    let (pins, unread) = pinned(file.pinned());
    for Unread { place, message, remedy } in unread {
        checks.refuse(&place, message, remedy);
    }
    (faults.len() == before).then(|| Directory { pinned: pins, ..file.directory() })
}

struct Checks<'a> {
    document: &'a Document,
    faults: &'a mut Vec<Fault>,
    /// Addresses of the team and the leadership met so far.
    seen: Vec<Address>,
}

impl Checks<'_> {
    /// One address has one role. Somebody may speak for several OPDs, but nobody is of the team and
    /// of an OPD.
    fn addresses(&mut self, file: &PeopleFile, desk: Option<&Desk>) {
        let analysts = file.analyst.iter().enumerate().map(|(at, entry)| (format!("analyst.{at}"), &entry.address));
        let kabid = file.kabid.iter().map(|entry| ("kabid".to_owned(), &entry.address));
        let single = [("office_head", &file.office_head), ("sekda", &file.sekda)];
        let single = single.into_iter().filter_map(|(key, entry)| Some((key.to_owned(), &entry.as_ref()?.address)));
        for (place, address) in analysts.chain(kabid).chain(single) {
            self.address(&place, address, desk);
            self.seen.push(address.clone());
        }
        // A deputy has one block for each time, but is no analyst: nobody approves his own work.
        for (at, deputy) in file.deputy.iter().enumerate() {
            self.address(&format!("deputy.{at}"), &deputy.address, desk);
        }
        self.seen.extend(file.deputy.iter().map(|deputy| deputy.address.clone()));
        for (at, entry) in file.bssn.iter().enumerate() {
            self.address(&format!("bssn.{at}"), &entry.address, desk);
        }
        for (at, opd) in file.opd.iter().enumerate() {
            for (contact, entry) in opd.contacts.iter().enumerate() {
                self.address(&format!("opd.{at}.contacts.{contact}"), &entry.address, desk);
            }
            for (key, entry) in [("secretary", &opd.secretary), ("head", &opd.head)] {
                if let Some(entry) = entry {
                    self.address(&format!("opd.{at}.{key}"), &entry.address, desk);
                }
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

    fn certificates(&mut self, file: &PeopleFile) {
        let kabid = file.kabid.iter().map(|kabid| ("kabid".to_owned(), &kabid.certificate_sha256));
        let deputies = file.deputy.iter().enumerate();
        let deputies = deputies.map(|(at, deputy)| (format!("deputy.{at}"), &deputy.certificate_sha256));
        let wrong: Vec<_> = kabid
            .chain(deputies)
            .filter_map(|(place, digest)| Some((place, digest.as_ref().filter(|text| fingerprint(text).is_none())?)))
            .collect();
        for (place, digest) in wrong {
            let message = format!("`{digest}` is no SHA-256");
            let remedy = "write the 64 hexadecimal digits of `openssl x509 -fingerprint -sha256`";
            self.refuse(&format!("{place}.certificate_sha256"), message, remedy);
        }
    }

    fn terms(&mut self, deputies: &[DeputyEntry]) {
        for (at, deputy) in deputies.iter().enumerate() {
            let name = &deputy.name;
            match (deputy.from, deputy.until) {
                (Some(from), Some(until)) if until < from => {
                    let message = format!("{name} stops before beginning");
                    self.refuse(&format!("deputy.{at}.until"), message, "write the last day, not before the first");
                }
                (Some(_), Some(_)) | (None, None) => {}
                (Some(_), None) | (None, Some(_)) => {
                    let message = format!("{name} has a beginning or an end, but not both");
                    let remedy = "write both, or leave both out for a deputy who waits for #delegasi";
                    self.refuse(&format!("deputy.{at}"), message, remedy);
                }
            }
        }
    }

    fn opds(&mut self, opds: &[OpdEntry]) {
        let mut owners: Vec<(&str, &str)> = Vec::new();
        for (at, opd) in opds.iter().enumerate() {
            self.code(at, opd);
            if opds[..at].iter().any(|other| other.code == opd.code) {
                let message = format!("the OPD code `{}` stands there twice", opd.code);
                self.refuse(&format!("opd.{at}.code"), message, "give each OPD a code of its own");
            }
            if opd.contacts.is_empty() {
                let message = format!("the OPD `{}` has no contact", opd.code);
                self.refuse(&format!("opd.{at}.contacts"), message, "add at least one, or no report can reach it");
            }
            self.critical(at, opd);
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

    /// What is critical is one of its hosts, or lies below one of them.
    fn critical(&mut self, at: usize, opd: &OpdEntry) {
        for host in &opd.critical {
            let below = |own: &String| {
                let own = own.to_ascii_lowercase();
                own.strip_prefix('*').is_some_and(|domain| host.to_ascii_lowercase().ends_with(domain))
            };
            if !opd.hosts.iter().any(|own| own.eq_ignore_ascii_case(host) || below(own)) {
                let message = format!("`{host}` is critical, but no host of the OPD `{}`", opd.code);
                self.refuse(&format!("opd.{at}.critical"), message, "write one of its hosts, as it stands there");
            }
        }
    }

    /// Analysts type codes beside kinds and levels, in any order.
    fn code(&mut self, at: usize, opd: &OpdEntry) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if opd.code.is_empty() || !opd.code.bytes().all(plain) {
            let message = format!("`{}` is no OPD code", opd.code);
            self.refuse(&format!("opd.{at}.code"), message, "use small letters, digits and dashes only");
        }
        let is_word = IncidentKind::coded(&opd.code).is_some()
            || Severity::spoken(&opd.code).is_some()
            || Finding::spoken(&opd.code).is_some();
        if is_word {
            let message = format!("`{}` cannot be the code of an OPD", opd.code);
            let remedy = "choose a word that is no kind of incident and no level";
            self.refuse(&format!("opd.{at}.code"), message, remedy);
        }
    }

    fn refuse(&mut self, place: &str, message: String, remedy: &str) {
        self.faults.push(self.document.fault(place, message, remedy));
    }
}

impl PeopleFile {
    /// Everybody with the keys that are pinned for him, and where that stands.
    fn pinned(&self) -> Vec<Pinned<'_>> {
        let analysts = self.analyst.iter().enumerate().map(|(at, entry)| entry.pinned(format!("analyst.{at}")));
        let single = [("office_head", &self.office_head), ("sekda", &self.sekda)];
        let single = single.into_iter().filter_map(|(key, entry)| Some(entry.as_ref()?.pinned(key.to_owned())));
        let bssn = self.bssn.iter().enumerate().map(|(at, entry)| entry.pinned(format!("bssn.{at}")));
        let mut people: Vec<Pinned<'_>> = analysts.chain(single).chain(bssn).collect();
        people.extend(self.kabid.iter().map(|entry| Pinned {
            place: "kabid".to_owned(),
            address: &entry.address,
            pgp: entry.pgp_key_file.as_deref(),
            encrypts: entry.pgp_encrypt,
            smime: entry.smime_certificate_file.as_deref(),
        }));
        people.extend(self.deputy.iter().enumerate().map(|(at, entry)| Pinned {
            place: format!("deputy.{at}"),
            address: &entry.address,
            pgp: entry.pgp_key_file.as_deref(),
            encrypts: entry.pgp_encrypt,
            smime: entry.smime_certificate_file.as_deref(),
        }));
        for (at, opd) in self.opd.iter().enumerate() {
            let contacts = opd.contacts.iter().enumerate();
            people.extend(contacts.map(|(contact, entry)| entry.pinned(format!("opd.{at}.contacts.{contact}"))));
            let others = [("secretary", &opd.secretary), ("head", &opd.head)].into_iter();
            people.extend(others.filter_map(|(key, entry)| Some(entry.as_ref()?.pinned(format!("opd.{at}.{key}")))));
        }
        people
    }

    fn directory(self) -> Directory {
        let mut deputies: Vec<Deputy> = Vec::new();
        let mut signers: Vec<Signer> = Vec::new();
        for entry in self.deputy {
            let term = entry.from.zip(entry.until).map(|(from, until)| Term { from, until });
            signers.push(signer(&entry.name, &entry.address, entry.certificate_name, entry.certificate_sha256));
            let person = Person { name: entry.name, address: entry.address };
            match deputies.iter_mut().find(|deputy| deputy.person.address.same_mailbox(&person.address)) {
                Some(deputy) => deputy.terms.extend(term),
                None => deputies.push(Deputy { person, terms: term.into_iter().collect() }),
            }
        }
        let kabid = self.kabid.map(|entry| {
            signers.push(signer(&entry.name, &entry.address, entry.certificate_name, entry.certificate_sha256));
            Person { name: entry.name, address: entry.address }
        });
        Directory {
            desk: Vec::new(),
            analysts: self.analyst.into_iter().map(person).collect(),
            kabid,
            deputies,
            opds: self.opd.into_iter().map(OpdEntry::settled).collect(),
            office_head: self.office_head.map(person),
            sekda: self.sekda.map(person),
            bssn: self.bssn.into_iter().map(person).collect(),
            signing: Signing { signers, authorities: Vec::new() },
            pinned: Vec::new(),
        }
    }
}

impl OpdEntry {
    fn settled(self) -> Opd {
        Opd {
            code: self.code,
            name: self.name,
            hosts: self.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            critical: self.critical.iter().map(|host| host.to_ascii_lowercase()).collect(),
            contacts: self.contacts.into_iter().map(person).collect(),
            secretary: self.secretary.map(person),
            head: self.head.map(person),
            vital: self.vital,
            personal_data: self.personal_data,
        }
    }
}

impl Entry {
    fn pinned(&self, place: String) -> Pinned<'_> {
        Pinned {
            place,
            address: &self.address,
            pgp: self.pgp_key_file.as_deref(),
            encrypts: self.pgp_encrypt,
            smime: self.smime_certificate_file.as_deref(),
        }
    }
}

fn person(entry: Entry) -> Person {
    Person { name: entry.name, address: entry.address }
}

fn signer(name: &str, address: &Address, certificate: Option<String>, sha256: Option<String>) -> Signer {
    Signer {
        address: address.clone(),
        name: certificate.unwrap_or_else(|| name.to_owned()),
        pinned: sha256.as_deref().and_then(fingerprint),
    }
}

/// A SHA-256 as programs print it, with or without colons.
fn fingerprint(text: &str) -> Option<Digest> {
    text.replace(':', "").to_ascii_lowercase().parse().ok()
}
