//! `siaga person export`: all that is held about a person, as files for himself (UU PDP Pasal 7 and 32).

use std::ffi::OsStr;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Subcommand;

use crate::cli::setup::Home;
use crate::cli::terminal::plain;
use crate::clock::{Clock, SystemClock};
use crate::domain::Time;
use crate::domain::outgoing::OutboxId;
use crate::domain::person::Address;
use crate::engine::Engine;
use crate::engine::person::Record;
use crate::store::blobs::Kind;
use crate::store::outbox;
use crate::templates::status_in_indonesian;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write all that is held about a person into a folder, for himself; the logbook notes it.
    #[command(
        after_help = "Examples:\n  siaga person export budi@warga.example --to budi --reason \"surat 24/11/2026\""
    )]
    Export {
        /// His mail address.
        address: Address,
        /// A folder that does not exist yet.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Why, for the logbook: how he asked, and how you made sure that it is he.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

impl Verb {
    pub(super) fn run(&self, home: &Home) -> Result<()> {
        let Verb::Export { address, to, reason } = self;
        ensure!(!reason.trim().is_empty(), "say why: --reason \"permintaan tertulis tanggal …\"");
        ensure!(!to.exists(), "{} exists already; name a new folder", to.display());
        let now = SystemClock.now();
        let today = home.config.calendar.local(now).date_naive();
        ensure!(
            home.config.people.role_of(address, today).is_none(),
            "{address} holds an office in people.toml: what is written to it names reporters and is the office's. \
             Search `siaga ticket list` for what he reported himself, and hand that out by hand"
        );
        let mut engine = home.engine()?;
        let Some(record) = engine.record_of(address, now)? else {
            bail!("nothing is held about {address}");
        };
        let written = hand_out(home, &mut engine, &record, (to, reason.trim()))?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{written} files in {}; begin with BACA-INI.txt.", to.display())?;
        writeln!(out, "Hand them to {address} alone, and remove them here afterwards.")?;
        Ok(())
    }
}

/// Writes the record under another name, notes that it is handed out, and gives it its name.
///
/// The order decides what an accident leaves behind. Nothing gets the name that was asked for before the
/// logbook has it: no record is in anybody's hands that was not noted. And nothing is noted before every
/// file is written: a full disk does not make the logbook say that somebody was shown what he never got.
/// What ends between the note and the name leaves the whole record under the other name, and says where.
fn hand_out(home: &Home, engine: &mut Engine, record: &Record, (to, reason): (&Path, &str)) -> Result<usize> {
    let name = to.file_name().with_context(|| format!("{} is no name for a folder", to.display()))?;
    let unfinished = to.with_file_name([name, OsStr::new(".part")].join(OsStr::new("")));
    ensure!(!unfinished.exists(), "{} is left of an earlier export; remove it", unfinished.display());
    let written = write(home, engine, record, &unfinished)
        .with_context(|| format!("write {}", unfinished.display()))
        .and_then(|written| engine.note_shown(&record.address, reason, record.at).map(|()| written));
    match written {
        Ok(written) => {
            let named = std::fs::rename(&unfinished, to);
            named.with_context(|| format!("the record lies in {}; name {}", unfinished.display(), to.display()))?;
            Ok(written)
        }
        Err(error) => {
            if unfinished.exists() {
                let removed = std::fs::remove_dir_all(&unfinished);
                removed.with_context(|| format!("remove {} by hand, after: {error:#}", unfinished.display()))?;
            }
            Err(error)
        }
    }
}

/// Writes the record with the letters and mails themselves. Returns how many files.
fn write(home: &Home, engine: &Engine, record: &Record, to: &Path) -> Result<usize> {
    let folder = |path: &Path| DirBuilder::new().mode(0o700).create(path);
    folder(to)?;
    folder(&to.join("surat-masuk"))?;
    folder(&to.join("surat-keluar"))?;
    let blobs = home.blobs()?;
    let mut lines = Vec::new();
    let mut written = 2;
    for (place, letter) in record.letters.iter().enumerate() {
        let name = format!("surat-masuk/{:04}.eml", place + 1);
        let kept = match letter.removed_at {
            None => match blobs.read(Kind::Raw, &letter.raw) {
                Ok(bytes) => Some(bytes),
                // With one of its files the raw letter goes too, and its words stay.
                Err(error) if is_missing(&error) => None,
                Err(error) => return Err(error),
            },
            Some(_) => None,
        };
        let shown = match kept {
            Some(bytes) => {
                file(&to.join(&name), &bytes)?;
                written += 1;
                name
            }
            None => "isi telah dihapus".to_owned(),
        };
        lines.push(format!("- {} {}: {shown}", local(home, letter.arrived_at), plain(&letter.subject)));
    }
    let mut mails = Vec::new();
    for (place, mail) in record.mails.iter().enumerate() {
        let name = format!("surat-keluar/{:04}.eml", place + 1);
        let bytes = whole(engine, mail.id)?;
        let shown = if bytes.is_empty() {
            "isi telah dihapus".to_owned()
        } else {
            file(&to.join(&name), &bytes)?;
            written += 1;
            name
        };
        mails.push(format!("- {} {}: {shown}", local(home, mail.created_at), plain(&mail.subject)));
    }
    file(&to.join("BACA-INI.txt"), index(home, record, &lines, &mails).as_bytes())?;
    file(&to.join("data.json"), serde_json::to_string_pretty(record)?.as_bytes())?;
    Ok(written)
}

/// Whether a file is not there, which is something else than one that cannot be read.
fn is_missing(error: &anyhow::Error) -> bool {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    found.is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// The bytes of a mail as they were sent; empty if they are removed.
fn whole(engine: &Engine, mail: OutboxId) -> Result<Vec<u8>> {
    Ok(outbox::bytes(engine.store().db(), mail)?.unwrap_or_default())
}

/// What a person reads first.
fn index(home: &Home, record: &Record, letters: &[String], mails: &[String]) -> String {
    let desk = &home.config.settings.desk;
    let mut text = vec![
        format!("Data pribadi {} pada {}", record.address, desk.name),
        format!("Disusun {}, {}", local(home, record.at), desk.office),
        String::new(),
        "Berkas ini memuat semua data tentang Saudara yang kami simpan, sesuai UU 27/2022 tentang".to_owned(),
        "Pelindungan Data Pribadi. Data orang lain tidak termasuk. Isi yang sama dalam bentuk yang dapat".to_owned(),
        "dibaca mesin ada di data.json. Untuk perbaikan atau penghapusan data, hubungi".to_owned(),
        format!("{}.", desk.address),
    ];
    text.extend([String::new(), format!("TIKET ({})", record.tickets.len())]);
    for part in &record.tickets {
        let status = status_in_indonesian(part.status).unwrap_or(part.status);
        let role = if part.reported { "Saudara melaporkannya" } else { "Saudara tercatat sebagai pihak lain" };
        text.push(format!("- {} ({status}), dibuka {}: {role}", part.number, local(home, part.opened_at)));
        if part.reported {
            text.push(format!("  Nama: {}; subjek: {}", plain(&part.name), plain(&part.subject)));
        }
        if let Some(closed_at) = part.closed_at {
            text.push(format!("  Ditutup {}", local(home, closed_at)));
        }
        for event in &part.events {
            let by = if event.by_him { "oleh Saudara" } else { "menyebut Saudara" };
            text.push(format!("  {} {} ({by})", local(home, event.at), event.kind.replace('_', " ")));
        }
    }
    text.extend([String::new(), format!("SURAT DARI SAUDARA ({})", letters.len())]);
    text.extend_from_slice(letters);
    text.extend([String::new(), format!("SURAT KEPADA SAUDARA ({})", mails.len())]);
    text.extend_from_slice(mails);
    text.extend([String::new(), format!("SURAT YANG TIDAK KAMI KIRIM ({})", record.unsent.len())]);
    text.extend(record.unsent.iter().map(|unsent| format!("- {} {}", local(home, unsent.at), unsent.reason)));
    if let Some((since, reason)) = &record.unreachable {
        text.push(String::new());
        text.push(format!("Alamat Saudara tidak dapat dicapai sejak {}: {}", local(home, *since), plain(reason)));
    }
    if !record.events.is_empty() {
        text.extend([String::new(), format!("CATATAN TANPA TIKET ({})", record.events.len())]);
    }
    text.extend(
        record.events.iter().map(|event| format!("- {} {}", local(home, event.at), event.kind.replace('_', " "))),
    );
    text.join("\n") + "\n"
}

fn local(home: &Home, at: Time) -> String {
    home.config.calendar.local(at).format("%d/%m/%Y %H.%M %Z").to_string()
}

/// A new file for its owner alone.
fn file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    Ok(())
}
