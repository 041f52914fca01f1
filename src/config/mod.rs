//! `config/*.toml` and the environment → typed settings; whatever is wrong is named with its place
//! and its remedy.
//!
//! Each file is read twice: first alone and strictly, which knows lines and columns, then layered
//! by the `config` crate with `SIAGA__SECTION__KEY` from the environment above `siaga.toml`.
//! Secrets never pass through here: the settings hold where a secret lies, not the secret.

mod calendar;
mod fault;
mod people;
mod policy;
mod secret;
mod settings;
mod sop;
mod values;

use std::path::Path;

use chrono::NaiveDate;
use config::{Environment, File, FileFormat};
use serde::de::DeserializeOwned;

use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::role::Role;
use crate::domain::sop::Sop;
use crate::domain::workflow::Rules;

pub use fault::Fault;
pub use secret::{SecretSource, read_secret};
pub use settings::{Imap, Intake, Log, LogFormat, Outbox, Protection, Settings, Smtp, Source, Transport};

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
}

const FILES: [(&str, &str); 4] = [
    ("siaga.toml", include_str!("../../config/siaga.toml")),
    ("sop.toml", include_str!("../../config/sop.toml")),
    ("calendar.toml", include_str!("../../config/calendar.toml")),
    ("people.toml", include_str!("../../config/people.toml")),
];

/// The prefix of environment variables that override `siaga.toml`.
const PREFIX: &str = "SIAGA";

/// Reads the four files in `folder`.
///
/// # Errors
/// Every fault of every file.
pub fn load(folder: &Path) -> Result<Config, Vec<Fault>> {
    let mut faults = Vec::new();
    let texts = FILES.map(|(name, _)| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            let remedy = format!("copy the shipped {name} there, or name the folder with --config");
            faults.push(Fault::new(&path.display().to_string(), None, error.to_string(), &remedy));
            String::new()
        });
        (path.display().to_string(), text)
    });
    if faults.is_empty() { build(texts, true) } else { Err(faults) }
}

/// The shipped configuration, as it is inside the program: for the demo and for `explain` where
/// there is no folder.
///
/// # Panics
/// Never: a test reads it.
pub fn embedded() -> Config {
    let texts = FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    match build(texts, false) {
        Ok(config) => config,
        Err(faults) => panic!("the shipped configuration is broken: {}", faults[0]),
    }
}

fn build(texts: [(String, String); 4], environment: bool) -> Result<Config, Vec<Fault>> {
    let [siaga, sop, calendar, people] = &texts;
    let mut faults = Vec::new();
    let settings = strict::<settings::SettingsFile>(siaga, &mut faults);
    let sop_file = strict::<sop::SopFile>(sop, &mut faults);
    let calendar_file = strict::<calendar::CalendarFile>(calendar, &mut faults);
    let people_file = strict::<people::PeopleFile>(people, &mut faults);
    let settings = match (settings, environment) {
        (Some(_), true) => layered(siaga, &mut faults),
        (settings, _) => settings,
    };
    let sop = sop_file.and_then(|file| file.build(sop, &mut faults));
    let calendar = calendar_file.and_then(|file| file.build(calendar, &mut faults));
    let people = people_file.and_then(|file| file.build(people, &mut faults));
    let settings = settings.and_then(|file| file.build(siaga, &mut faults));
    match (settings, sop, calendar, people) {
        (Some(settings), Some(sop), Some(calendar), Some(people)) if faults.is_empty() => {
            Ok(Config { settings, sop, calendar, people })
        }
        _ => Err(faults),
    }
}

/// Reads one file alone. Unknown keys are all found: each is noted, blanked out and the rest read
/// again, so that one run names every one of them.
fn strict<T: DeserializeOwned>((path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<T> {
    let mut text = text.clone();
    let mut found_unknown = false;
    loop {
        match toml::from_str::<T>(&text) {
            Ok(_) if found_unknown => return None,
            Ok(read) => return Some(read),
            Err(error) => {
                let fault = Fault::of_toml(path, &text, &error);
                let line = fault.unknown_key_line();
                faults.push(fault);
                match line {
                    Some(line) => text = without_line(&text, line),
                    None => return None,
                }
                found_unknown = true;
            }
        }
    }
}

fn without_line(text: &str, line: usize) -> String {
    let keep = |(index, content): (usize, &str)| if index + 1 == line { String::new() } else { content.to_owned() };
    text.lines().enumerate().map(keep).collect::<Vec<_>>().join("\n")
}

fn layered((path, text): &(String, String), faults: &mut Vec<Fault>) -> Option<settings::SettingsFile> {
    // No `try_parsing`: it turns the text 007 into the number 7.
    let environment = Environment::with_prefix(PREFIX).prefix_separator("__").separator("__");
    let built =
        config::Config::builder().add_source(File::from_str(text, FileFormat::Toml)).add_source(environment).build();
    match built.and_then(config::Config::try_deserialize) {
        Ok(settings) => Some(settings),
        Err(error) => {
            let remedy =
                "correct or unset the SIAGA__SECTION__KEY variable; its names are those of siaga.toml in capitals";
            faults.push(Fault::new(&format!("{path} with the environment"), None, error.to_string(), remedy));
            None
        }
    }
}

impl Config {
    /// The rules every decision is made by.
    pub fn rules(&self) -> Rules {
        Rules {
            sop: self.sop.clone(),
            calendar: self.calendar.clone(),
            people: self.people.clone(),
            policy: self.settings.policy,
        }
    }

    /// What works, but weakly: each with its remedy, the most dangerous first.
    pub fn warnings(&self, today: NaiveDate) -> Vec<String> {
        let mut warnings = Vec::new();
        let soon = today + chrono::TimeDelta::days(90);
        for year in self.calendar.years_without_holidays(today, soon) {
            warnings.push(format!(
                "calendar.toml has no holidays for {year}: deadlines may be computed too early; add the year's SKB as [[holiday]] entries"
            ));
        }
        if self.people.kabid.is_none() {
            warnings.push("people.toml names no [kabid]: escalations go to the analysts; add one".to_owned());
        }
        if self.people.people(Role::Analyst, today).is_empty() {
            warnings.push("people.toml names no [[analyst]]: nobody is told of a new ticket; add one".to_owned());
        }
        for (section, protection) in [("imap", self.settings.imap.security), ("smtp", self.settings.smtp.security)] {
            if protection == Protection::Plain {
                warnings.push(format!(
                    "[{section}] security = \"plain\" sends passwords readably and works on loopback only; use \"tls\""
                ));
            }
        }
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        for name in names.filter(|name| {
            name.starts_with("SIAGA_")
                && !name.starts_with("SIAGA__")
                && name != "SIAGA_CRASH_AT"
                && name != "SIAGA_CORPUS"
                && name != "SIAGA_LOG"
        }) {
            warnings.push(format!(
                "the variable {name} has no effect; two underscores separate the parts: SIAGA__SECTION__KEY"
            ));
        }
        warnings
    }
}
