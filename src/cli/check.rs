//! `siaga check`: everything that is wrong or weak in configuration and templates, with its remedy.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Result, bail};

use crate::cli::setup::Home;
use crate::cli::terminal::{columns, plain, prose};
use crate::cli::{authres, keys, live, template_fault, weakness};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, SecretSource, Source, Transport, read_secret};
use crate::domain::Time;
use crate::domain::notice::alert::Side;
use crate::store::trouble::{self, Obstacle};
use crate::templates::Templates;

/// Checks configuration and templates, with `live` the servers, and with `authres` whether the
/// provider lets forged results through.
pub(super) fn run(folder: &Path, templates: &Path, (live, authres): (bool, bool)) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let config = match config::load(folder) {
        Ok(config) => config,
        Err(faults) => {
            let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return refuse(&said, &mut out);
        }
    };
    let mut faults = missing_secrets(&config, folder);
    if let Err(found) = Templates::load(templates, config.settings.desk.clone(), config.calendar.zone()) {
        faults.extend(found.iter().flat_map(|fault| template_fault::sentences(fault)));
    }
    let now = SystemClock.now();
    faults.extend(keys::faults(&config, now));
    tell("fault", &faults, &mut out)?;
    tell("warning", &warnings(&config, now), &mut out)?;
    let weaknesses: Vec<String> = weakness::weaknesses(&config, now);
    let numbered = weaknesses.iter().enumerate().map(|(index, said)| format!("{}. {said}", index + 1));
    tell("weak", &numbered.collect::<Vec<_>>(), &mut out)?;
    tell("trouble", &obstacles(folder, templates, &config), &mut out)?;
    if !faults.is_empty() {
        bail!("{}", counted(faults.len()));
    }
    let all_well = format!("configuration in {} and templates in {}", folder.display(), templates.display());
    tell("ok", &[all_well], &mut out)?;
    if !weaknesses.is_empty() && !live {
        writeln!(out, "\nNothing is wrong. What is weak stands above, the most dangerous first.")?;
    }
    if live {
        let home = Home::load(folder, templates.to_owned())?;
        live::run(&home, &mut out)?;
        if authres {
            authres::run(&home, &mut out)?;
        }
    }
    Ok(())
}

/// What keeps the serving desk from a mail server, as its database has it; nothing where there is none yet.
fn obstacles(folder: &Path, templates: &Path, config: &Config) -> Vec<String> {
    let store = Home::load(folder, templates.to_owned()).and_then(|home| home.store());
    let Ok(store) = store else { return Vec::new() };
    let said = |side: &Side| {
        let Obstacle { since, reason, .. } = trouble::get(store.db(), *side).ok().flatten()?;
        let what = match side {
            Side::Mailbox => "mail cannot be fetched",
            Side::Outgoing => "mail cannot be sent",
        };
        let since = config.calendar.local(since).format("%Y-%m-%d %H:%M %Z");
        Some(plain(&format!("{what} since {since}, until somebody mends this: {reason}")))
    };
    Side::ALL.iter().filter_map(said).collect()
}

/// What works and will not do what was meant.
fn warnings(config: &Config, now: Time) -> Vec<String> {
    let today = config.calendar.local(now).date_naive();
    // Without protection a password is given away: that is said among what is weak.
    let settled = config.warnings(today).into_iter().filter(|said| !said.contains("security = \"plain\""));
    weakness::late_start(config, now).into_iter().chain(keys::warnings(config, now)).chain(settled).collect()
}

/// Secrets that cannot be read: the key that names them, and what to do.
fn missing_secrets(config: &Config, folder: &Path) -> Vec<String> {
    let settings = &config.settings;
    let imap = (settings.intake.source == Source::Imap).then_some(&settings.imap.secret);
    let smtp = settings.smtp.secret.as_ref();
    let smtp = smtp.filter(|_| settings.smtp.transport == Transport::Smtp && !settings.smtp.user.is_empty());
    let file = folder.join("siaga.toml");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let mut faults = Vec::new();
    for (section, source) in [("imap", imap), ("smtp", smtp)] {
        let Some(source) = source else { continue };
        let (key, by_hand) = match source {
            SecretSource::File(_) => ("password_file", "as the user that runs Siaga".to_owned()),
            SecretSource::Credential(name) => {
                let by_hand = format!("as CREDENTIALS_DIRECTORY/{name}; under systemd, see dist/siaga.service");
                ("credential", by_hand)
            }
            SecretSource::TokenCommand(_) => continue,
        };
        if let Err(error) = read_secret(source) {
            let line = line_of(&text, section, key).map(|line| format!(":{line}")).unwrap_or_default();
            let said = secret_fault(source, &error, &by_hand);
            faults.push(format!("{}{line}: [{section}] {key}: {said}", file.display()));
        }
    }
    faults
}

/// Why a secret cannot be read, and what to do.
fn secret_fault(source: &SecretSource, error: &anyhow::Error, by_hand: &str) -> String {
    let place = match source {
        SecretSource::File(path) => path.display().to_string(),
        SecretSource::Credential(name) => name.clone(),
        SecretSource::TokenCommand(words) => words.join(" "),
    };
    match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(ErrorKind::NotFound) => {
            format!("there is no file {place}; write the password into it, {by_hand}, and run chmod 600 on it")
        }
        Some(ErrorKind::PermissionDenied) => {
            format!("{place} may not be read by you; check as the user that runs Siaga, or as root")
        }
        Some(_) | None => format!("{error:#}"),
    }
}

/// The line, from 1, on which a section sets a key.
fn line_of(text: &str, section: &str, key: &str) -> Option<usize> {
    let heading = format!("[{section}]");
    let mut inside = false;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.starts_with('[') {
            inside = line.starts_with(&heading);
        }
        let set = line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        if inside && set {
            return Some(index + 1);
        }
    }
    None
}

fn refuse(faults: &[String], out: &mut impl Write) -> Result<()> {
    tell("fault", faults, out)?;
    bail!("{} in the configuration", counted(faults.len()))
}

fn tell(kind: &str, said: &[String], out: &mut impl Write) -> Result<()> {
    for one in said {
        writeln!(out, "{}", prose(&format!("{kind:<9}"), one, columns()))?;
    }
    Ok(())
}

fn counted(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_that_cannot_be_read_is_named_with_key_line_and_remedy() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (missing, open) = (folder.path().join("imap-password"), folder.path().join("smtp-password"));
        fs::write(&open, "rahasia\n").expect("write");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("open it");
        let text = "[imap]\nport = 993\npassword_file = \"a\"\n[smtp]\npassword_file = \"b\"\n";
        fs::write(folder.path().join("siaga.toml"), text).expect("write");
        let mut config = config::embedded();
        config.settings.imap.secret = SecretSource::File(missing.clone());
        config.settings.smtp.secret = Some(SecretSource::File(open.clone()));
        let faults = missing_secrets(&config, folder.path());
        let (place, missing, open) = (folder.path().display(), missing.display(), open.display());
        assert_eq!(
            faults,
            [
                format!(
                    "{place}/siaga.toml:3: [imap] password_file: there is no file {missing}; write the password into \
                     it, as the user that runs Siaga, and run chmod 600 on it"
                ),
                format!(
                    "{place}/siaga.toml:5: [smtp] password_file: {open} may be read by others (mode 644): run chmod 600 \
                     {open}"
                ),
            ]
        );
        assert!(!faults.concat().contains("rahasia"));
    }

    #[test]
    fn a_cutoff_in_the_future_and_a_year_without_holidays_are_warned_of() {
        let now = "2027-11-20T03:00:00Z".parse().expect("a time");
        let mut config = config::embedded();
        config.settings.intake.cutoff = Some("2028-01-01T00:00:00Z".parse().expect("a time"));
        let said = warnings(&config, now);
        assert!(said[0].contains("[intake] cutoff lies in the future"), "{said:#?}");
        assert!(said.iter().any(|warning| warning.contains("no holidays for 2028")), "{said:#?}");
    }

    #[test]
    fn one_fault_is_not_one_faults() {
        assert_eq!(counted(1), "1 fault");
        assert_eq!(counted(2), "2 faults");
    }
}
