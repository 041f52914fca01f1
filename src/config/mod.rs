//! `config/*.toml` and the environment → typed settings; whatever is wrong is named with its place
//! and its remedy.
//!
//! Each file is first read alone and strictly, which knows keys and lines; then `siaga.toml` is
//! layered by the `config` crate with `SIAGA__SECTION__KEY` from the environment above it.
//! Secrets never pass through here: the settings hold where a secret lies, not the secret.

mod calendar;
mod document;
mod environment;
mod fault;
mod people;
mod pgp;
mod pins;
mod limits;
mod policy;
mod scanner;
mod retention;
mod secret;
mod settings;
mod siaga;
mod sop;
mod tree;
mod trust;
mod values;

use std::io::ErrorKind;
use std::path::Path;

use chrono::NaiveDate;

use crate::domain::approval::Mode;
use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::role::Role;
use crate::domain::sop::Sop;
use crate::domain::workflow::Rules;

use document::Document;

pub use environment::Environment;
pub use fault::Fault;
pub use scanner::{ScannerAddress, ScannerSettings};
pub use secret::{SecretSource, read_secret};
pub use settings::{Imap, Intake, Log, LogFormat, Outbox, Pgp, Probe, Protection, Settings, Smtp, Source, Transport};

/// Everything an administrator can set.
#[derive(Debug, Clone)]
pub struct Config {
    /// `siaga.toml`.
    pub settings: Settings,
    /// `sop.toml`.
    pub sop: Sop,
    /// `calendar.toml`.
    pub calendar: Calendar,
    /// `people.toml`.
    pub people: Directory,
    /// Variables that look like ours and have no effect.
    idle_variables: Vec<String>,
}

const FILES: [(&str, &str); 4] = [
    ("siaga.toml", include_str!("../../config/siaga.toml")),
    ("sop.toml", include_str!("../../config/sop.toml")),
    ("calendar.toml", include_str!("../../config/calendar.toml")),
    ("people.toml", include_str!("../../config/people.toml")),
];

/// Reads the four files in `folder`, and over them the environment of this process.
///
/// # Errors
/// Every fault of every file.
pub fn load(folder: &Path) -> Result<Config, Vec<Fault>> {
    load_under(folder, &Environment::of_process())
}

/// Reads the four files in `folder`, and over them an environment.
///
/// # Errors
/// Every fault of every file.
pub fn load_under(folder: &Path, environment: &Environment) -> Result<Config, Vec<Fault>> {
    let mut faults = Vec::new();
    let documents = FILES.map(|(name, shipped)| {
        let path = folder.join(name);
        let place = path.display().to_string();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            faults.push(unreadable(&place, &error));
            String::new()
        });
        Document::new(place, text, shipped)
    });
    if faults.is_empty() { build(documents, environment) } else { Err(faults) }
}

/// The shipped configuration, as it is inside the program: for the demo and for `explain` where
/// there is no folder.
///
/// # Panics
/// Never: a test reads it.
pub fn embedded() -> Config {
    let documents = FILES.map(|(name, text)| Document::new(name.to_owned(), text.to_owned(), text));
    match build(documents, &Environment::default()) {
        Ok(config) => config,
        Err(faults) => panic!("the shipped configuration is broken: {}", faults[0]),
    }
}

/// The names and texts of the four files inside the program.
pub fn shipped() -> [(&'static str, &'static str); 4] {
    FILES
}

fn build(documents: [Document; 4], environment: &Environment) -> Result<Config, Vec<Fault>> {
    let [siaga, sop, calendar, people] = documents;
    let siaga = siaga.below(environment.overrides());
    let mut faults = Vec::new();
    let settings = siaga::read(&siaga, &mut faults);
    let sop = sop::read(&sop, &mut faults);
    let calendar = calendar::read(&calendar, &mut faults);
    let people = people::read(&people, settings.as_ref().map(|settings| &settings.desk), &mut faults);
    match (settings, sop, calendar, people) {
        (Some(settings), Some(sop), Some(calendar), Some(mut people)) if faults.is_empty() => {
            people.signing.authorities = settings.signing_authorities.clone();
            Ok(Config { settings, sop, calendar, people, idle_variables: environment.idle() })
        }
        _ => Err(faults),
    }
}

fn unreadable(place: &str, error: &std::io::Error) -> Fault {
    let known = [
        (ErrorKind::NotFound, "there is no such file", "copy the shipped file there, or name the folder with --config"),
        (ErrorKind::PermissionDenied, "Siaga may not read it", "give its user read access"),
        (ErrorKind::InvalidData, "it is not UTF-8 text", "save it as UTF-8"),
    ];
    let (message, remedy) = match known.into_iter().find(|(kind, _, _)| *kind == error.kind()) {
        Some((_, message, remedy)) => (message.to_owned(), remedy.to_owned()),
        None => (error.to_string(), "make the file readable for Siaga".to_owned()),
    };
    Fault { place: place.to_owned(), line: None, message, remedy }
}

impl Config {
    /// The rules every decision is made by.
    pub fn rules(&self) -> Rules {
        Rules {
            sop: self.sop.clone(),
            calendar: self.calendar.clone(),
            people: Directory { desk: self.settings.desk.addresses(), ..self.people.clone() },
            policy: self.settings.policy,
        }
    }

    /// What works, but weakly: each with its remedy, the most dangerous first.
    pub fn warnings(&self, today: NaiveDate) -> Vec<String> {
        let mut warnings = Vec::new();
        let soon = today + chrono::TimeDelta::days(90);
        for year in self.calendar.years_without_holidays(today, soon) {
            warnings.push(format!(
                "calendar.toml has no holidays for {year}: deadlines may be computed too early; add the year's SKB to the list `holiday`"
            ));
        }
        if self.people.kabid.is_none() {
            warnings.push("people.toml names no [kabid]: escalations go to the analysts; add one".to_owned());
        }
        if self.people.people(Role::Analyst, today).is_empty() {
            warnings.push("people.toml names no [[analyst]]: nobody is told of a new ticket; add one".to_owned());
        }
        if self.settings.policy.approval.mode == Mode::SignedPdf && self.people.signing.authorities.is_empty() {
            let effect = "no certificate is traced to a CA, and an approval is called one by reply, never signed";
            warnings.push(format!("[approval] has no ca_file: {effect}; name the file with the CA of BSrE"));
        }
        for (section, protection) in [("imap", self.settings.imap.security), ("smtp", self.settings.smtp.security)] {
            if protection == Protection::Plain {
                warnings.push(format!(
                    "[{section}] security = \"plain\" sends passwords readably and works on loopback only; use \"tls\""
                ));
            }
        }
        for name in &self.idle_variables {
            warnings.push(format!(
                "the variable {name} has no effect; two underscores separate the parts: SIAGA__SECTION__KEY"
            ));
        }
        warnings
    }
}
