//! `siaga check`: everything that is wrong or weak in configuration and templates, with its remedy.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, bail};

use crate::cli::authres;
use crate::cli::live;
use crate::cli::setup::Home;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, SecretSource, Source, Transport, read_secret};
use crate::templates::Templates;

/// Checks configuration and templates, with `live` the servers, and with `authres` whether the
/// provider lets forged results through.
pub(super) fn run(folder: &Path, templates: &Path, (live, authres): (bool, bool)) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let config = match config::load(folder) {
        Ok(config) => config,
        Err(faults) => {
            for fault in &faults {
                writeln!(out, "fault    {fault}")?;
            }
            bail!("{} faults in the configuration", faults.len());
        }
    };
    let mut faults = Vec::new();
    if let Err(found) = Templates::load(templates, config.settings.desk.clone(), config.calendar.zone()) {
        faults.extend(found);
    }
    let settings = &config.settings;
    let imap = (settings.intake.source == Source::Imap).then_some(&settings.imap.secret);
    let smtp = settings.smtp.secret.as_ref();
    let smtp = smtp.filter(|_| settings.smtp.transport == Transport::Smtp && !settings.smtp.user.is_empty());
    for (section, source) in [("imap", imap), ("smtp", smtp)] {
        if let Some(source @ (SecretSource::File(_) | SecretSource::Credential(_))) = source
            && let Err(error) = read_secret(source)
        {
            faults.push(format!("[{section}] {error:#}"));
        }
    }
    for fault in &faults {
        writeln!(out, "fault    {fault}")?;
    }
    let today = config.calendar.local(SystemClock.now()).date_naive();
    let mut warnings = config.warnings(today);
    warnings.extend(open_folder(&config.settings.data));
    for warning in &warnings {
        writeln!(out, "warning  {warning}")?;
    }
    if !faults.is_empty() {
        bail!("{} faults", faults.len());
    }
    writeln!(out, "ok       configuration in {} and templates in {}", folder.display(), templates.display())?;
    if live {
        let home = Home::load(folder, templates.to_owned())?;
        live::run(&home, &mut out)?;
        if authres {
            authres::run(&home, &mut out)?;
        }
    }
    Ok(())
}

/// A data folder that others may read.
fn open_folder(data: &Path) -> Option<String> {
    let mode = fs::metadata(data).ok()?.permissions().mode();
    let shown = data.display();
    (mode & 0o077 != 0).then(|| {
        format!(
            "{shown} may be read by others (mode {:o}) and holds reports in clear: run chmod 700 {shown}",
            mode & 0o777
        )
    })
}
