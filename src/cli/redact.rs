//! `siaga ticket redact` and `siaga ticket hold`: a ticket's data removed for good, or kept whatever the
//! rules of retention say.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail, ensure};
use clap::Args;

use crate::cli::setup::Home;
use crate::cli::ticket::number_of;
use crate::clock::{Clock, SystemClock};
use crate::domain::digest::Digest;
use crate::engine::redaction::Removal;

#[derive(Debug, Args)]
pub(super) struct Redact {
    /// The ticket's number; the last part alone means this year's.
    number: String,
    /// Why, for the logbook: who asked for it, and when.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Remove letters, files and what quotes them; who reported stays.
    #[arg(long, conflicts_with = "file")]
    letters: bool,
    /// Remove this file alone, by its SHA-256 in `siaga ticket show`.
    #[arg(long, value_name = "SHA256")]
    file: Vec<Digest>,
    /// Do not ask back.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct Holding {
    /// The ticket's number; the last part alone means this year's.
    number: String,
    /// Why: the police have asked for it, a court, an audit.
    #[arg(long, value_name = "TEXT", required_unless_present = "release")]
    reason: Option<String>,
    /// End the hold; the rules of retention count from the end of the ticket again.
    #[arg(long, conflicts_with = "reason")]
    release: bool,
}

impl Redact {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let now = SystemClock.now();
        let number = number_of(home, &self.number, now)?;
        ensure!(!self.reason.trim().is_empty(), "say why: --reason \"permintaan pelapor, surat tanggal …\"");
        let removal = match (self.letters, self.file.is_empty()) {
            (_, false) => Removal::Files(self.file.clone()),
            (true, true) => Removal::Letters,
            (false, true) => Removal::Everything,
        };
        let mut out = std::io::stdout().lock();
        if !self.yes {
            let what = match &removal {
                Removal::Everything => "every letter, every file and the reporter's identity".to_owned(),
                Removal::Letters => "every letter and every file".to_owned(),
                Removal::Files(files) => format!("{} file(s), and the raw mails that brought them", files.len()),
            };
            ask(&format!("Remove {what} of {number} for good? Backups are not touched."), &mut out)?;
        }
        let mut engine = home.engine()?;
        let removed = engine.remove_from_ticket(&number, &removal, self.reason.trim(), now)??;
        writeln!(
            out,
            "{number}: removed {} letters, {} files, {} copies of mails; reporter {}.",
            removed.letters,
            removed.files,
            removed.mails,
            if removed.reporters > 0 { "replaced by a pseudonym" } else { "unchanged" }
        )?;
        if !engine.is_all_removed()? {
            writeln!(out, "`siaga serve` is busy and removes the files within a minute.")?;
        }
        writeln!(out, "Not removed: backups, and the mails in the folders of the mail server.")?;
        Ok(())
    }
}

impl Holding {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let now = SystemClock.now();
        let number = number_of(home, &self.number, now)?;
        let mut engine = home.engine()?;
        let mut out = std::io::stdout().lock();
        match self.reason.as_deref().map(str::trim) {
            Some(reason) => {
                ensure!(!reason.is_empty(), "say why: --reason \"diminta penyidik, surat nomor …\"");
                engine.hold_ticket(&number, reason, now)??;
                writeln!(out, "Nothing of {number} is removed until `siaga ticket hold {number} --release`.")?;
            }
            None if engine.release_ticket(&number, now)?? => writeln!(out, "The hold on {number} has ended.")?,
            None => bail!("ticket {number} is not held"),
        }
        Ok(())
    }
}

/// Asks back; only a typed yes goes on.
fn ask(question: &str, out: &mut impl Write) -> Result<()> {
    ensure!(std::io::stdin().is_terminal(), "nobody is there to ask; add --yes if you mean it");
    write!(out, "{question} Type yes: ")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    ensure!(answer.trim() == "yes", "nothing was removed");
    Ok(())
}
