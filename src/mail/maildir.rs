//! Mail in and out through Maildir folders on this machine: nothing to install, everything to look at.
//!
//! The files are local, so they are read and written without leaving the thread.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::outgoing::{OutgoingMail, SendOutcome};
use crate::mail::transport::{Extent, Folder, JunkFolder, Listed, Mailbox, Mailer, Moved, Piece, Place, Trouble};

/// How often the folders are looked at while waiting.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Octets of a message that are handed on at once; also what a header block may take.
const PIECE_BYTES: usize = 1024 * 1024;
/// What stands between the unique part of a file name and the flags of the message.
const FLAGS_MARK: &[u8] = b":2,";

/// Makes the three folders of a Maildir where they are missing.
///
/// # Errors
/// If the disk refuses.
pub fn create(path: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].into_iter().try_for_each(|folder| fs::create_dir_all(path.join(folder)))
}

/// A [`Mailbox`] over a Maildir. Messages stay in `new` or `cur` until they are archived, so flags that
/// a mail program sets in between change nothing.
#[derive(Debug)]
pub struct MaildirMailbox {
    path: PathBuf,
    /// What the last listing showed: waiting ends when something else lies there.
    listed: BTreeSet<Place>,
}

impl MaildirMailbox {
    /// The mailbox in a folder. It must be a Maildir already: a wrong path would otherwise be an empty
    /// mailbox for ever.
    pub fn new(path: &Path) -> MaildirMailbox {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        MaildirMailbox { path, listed: BTreeSet::new() }
    }

    /// The message files by place. Two files with the same unique part are one message that a mail
    /// program is moving.
    fn files(&self) -> Result<BTreeMap<Place, PathBuf>, Trouble> {
        let mut files = BTreeMap::new();
        for folder in ["new", "cur"] {
            let folder = self.path.join(folder);
            let entries = fs::read_dir(&folder).map_err(|error| no_maildir(&folder, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| no_maildir(&folder, &error))?;
                // A link could lead to a file that is nobody's mail.
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                if is_file && !entry.file_name().as_bytes().starts_with(b".") {
                    files.entry(place(&entry.file_name())).or_insert_with(|| entry.path());
                }
            }
        }
        Ok(files)
    }

    /// Opens a message, also when a mail program has renamed it since `files`; `None` if it vanished.
    fn open(&self, files: &BTreeMap<Place, PathBuf>, place: &Place) -> Result<Option<File>, Trouble> {
        let Some(path) = files.get(place) else { return Ok(None) };
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let Some(path) = self.files()?.remove(place) else { return Ok(None) };
                opened(File::open(&path), &path)
            }
            result => opened(result, path),
        }
    }
}

impl Mailbox for MaildirMailbox {
    fn name(&self) -> String {
        format!("maildir:{}", self.path.display())
    }

    async fn list(&mut self) -> Result<Vec<Listed>, Trouble> {
        let mut messages = Vec::new();
        for (place, path) in self.files()? {
            let Ok(about) = fs::metadata(&path) else { continue };
            let arrived_at = about.modified().map_err(|error| failed("read the time of", &path, &error))?;
            messages.push(Listed { place, size_bytes: about.len(), arrived_at: Some(Time::from(arrived_at)) });
        }
        messages.sort_by(|one, other| (one.arrived_at, &one.place).cmp(&(other.arrived_at, &other.place)));
        self.listed = messages.iter().map(|message| message.place.clone()).collect();
        Ok(messages)
    }

    async fn fetch(
        &mut self,
        wanted: &[Listed],
        extent: Extent,
        spool: &mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>,
    ) -> Result<(), Trouble> {
        let files = self.files()?;
        let mut unreadable = None;
        for message in wanted {
            match self.open(&files, &message.place) {
                Ok(Some(file)) => hand_on(file, &message.place, extent, spool)?,
                Ok(None) => {}
                // One file that may not be read must not keep the others from being read.
                Err(trouble) => unreadable = Some(trouble),
            }
            tokio::task::yield_now().await;
        }
        unreadable.map_or(Ok(()), Err)
    }

    async fn archive(&mut self, places: &[Place], folder: Folder) -> Result<Moved, Trouble> {
        let files = self.files()?;
        let target = subfolder(&self.path, folder).map_err(|error| failed("prepare", &self.path, &error))?;
        for path in places.iter().filter_map(|place| files.get(place)) {
            match fs::rename(path, free_name(&target, path)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => result.map_err(|error| failed("archive", path, &error))?,
            }
        }
        sync_dir(&target).map_err(|error| failed("sync", &target, &error))?;
        Ok(Moved::All)
    }

    async fn junk(&mut self) -> Result<Option<JunkFolder>, Trouble> {
        Ok(None)
    }

    async fn wait(&mut self, patience: Duration) -> Result<(), Trouble> {
        let something_else = async {
            while self.files()?.keys().all(|place| self.listed.contains(place)) {
                sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        timeout(patience, something_else).await.unwrap_or(Ok(()))
    }

    fn disconnect(&mut self) {
        self.listed.clear();
    }

    async fn close(&mut self) {}
}

/// A [`Mailer`] that lays each mail into a Maildir, with LF line ends as is the custom there. The file
/// name follows from outbox row and Message-ID, so a mail that is sent again lies there once; it ends
/// in `.eml`, so a mail can be opened by a double click.
#[derive(Debug)]
pub struct MaildirMailer {
    path: PathBuf,
}

impl MaildirMailer {
    /// The mailer into a folder, which it makes if it is missing.
    pub fn new(path: &Path) -> MaildirMailer {
        MaildirMailer { path: path.to_owned() }
    }

    fn deliver(&self, name: &str, mail: &OutgoingMail) -> io::Result<()> {
        create(&self.path)?;
        if self.was_read(name)? {
            return Ok(());
        }
        let draft = self.path.join("tmp").join(name);
        // Incident mail is not for every account of the machine.
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(&draft)?;
        file.write_all(&with_lf(&mail.bytes))?;
        file.sync_all()?;
        fs::rename(&draft, self.path.join("new").join(name))?;
        sync_dir(&self.path.join("new"))
    }

    /// Whether a mail program has taken the mail from `new` to `cur`: it lies there under the same
    /// unique part, and laying it into `new` again would double it.
    fn was_read(&self, name: &str) -> io::Result<bool> {
        for entry in fs::read_dir(self.path.join("cur"))? {
            if unique_part(entry?.file_name().as_bytes()) == name.as_bytes() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Mailer for MaildirMailer {
    async fn send(&mut self, mail: &OutgoingMail) -> SendOutcome {
        let name = file_name(mail);
        match self.deliver(&name, mail) {
            Ok(()) => SendOutcome::Sent { reply: format!("laid into the Maildir as {name}") },
            Err(error) => {
                let Trouble { reason, needs_person } = failed("lay a mail into", &self.path, &error);
                SendOutcome::Unavailable { reason, needs_person }
            }
        }
    }

    async fn rest(&mut self) {}
}

/// `<outbox row>.<digest of the Message-ID>.siaga.eml`: safe whatever the Message-ID holds, and in the
/// order in which the mails were decided.
fn file_name(mail: &OutgoingMail) -> String {
    let digest = Digest::of(mail.message_id.as_bytes()).to_string();
    format!("{:010}.{}.siaga.eml", mail.id.0, &digest[..32])
}

/// The message with LF in place of every CRLF.
fn with_lf(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => text.extend([line, b"\n"].concat()),
            None => text.extend(line),
        }
    }
    text
}

fn unique_part(name: &[u8]) -> &[u8] {
    let mark = name.windows(FLAGS_MARK.len()).position(|window| window == FLAGS_MARK);
    &name[..mark.unwrap_or(name.len())]
}

/// The place of a file: the unique part of its name, with anything but printable ASCII escaped, so that
/// no two names share a place and no name breaks a line of a log.
fn place(name: &OsStr) -> Place {
    let mut text = String::new();
    for &byte in unique_part(name.as_bytes()) {
        if byte.is_ascii_graphic() && byte != b'%' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    Place(text)
}

/// Hands a message on piece by piece.
fn hand_on(
    mut file: File,
    place: &Place,
    extent: Extent,
    spool: &mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>,
) -> Result<(), Trouble> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    loop {
        piece.clear();
        let limit = u64::try_from(PIECE_BYTES).unwrap_or(u64::MAX);
        (&mut file)
            .take(limit)
            .read_to_end(&mut piece)
            .map_err(|error| Trouble::passing(format!("read the message {}: {error}", place.0)))?;
        if extent == Extent::Header {
            piece.truncate(header_end(&piece));
        }
        if !piece.is_empty() {
            spool(Piece::Bytes(place, &piece))?;
        }
        if piece.len() < PIECE_BYTES || extent == Extent::Header {
            break;
        }
    }
    Ok(spool(Piece::End(place))?)
}

/// Where the header block ends, its empty line included.
fn header_end(bytes: &[u8]) -> usize {
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        end += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    end
}

/// The Maildir++ subfolder for archived messages, made if it is missing; the result is its `cur`.
fn subfolder(path: &Path, folder: Folder) -> io::Result<PathBuf> {
    let path = path.join(match folder {
        Folder::Processed => ".Processed",
        Folder::Held => ".Held",
        Folder::Oversize => ".Oversize",
    });
    let target = path.join("cur");
    if !target.is_dir() {
        create(&path)?;
        File::create(path.join("maildirfolder"))?;
    }
    Ok(target)
}

/// A path in `target` for the file at `path` that overwrites nothing: what lies there may be another
/// message of the same name.
fn free_name(target: &Path, path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let unique = unique_part(name);
    let flags = if unique.len() < name.len() { &name[unique.len()..] } else { FLAGS_MARK };
    let numbered = (1..).map(|number| format!("~{number}"));
    let candidates = std::iter::once(String::new()).chain(numbered);
    candidates
        .map(|suffix| target.join(OsStr::from_bytes(&[unique, suffix.as_bytes(), flags].concat())))
        .find(|candidate| candidate.symlink_metadata().is_err())
        .expect("the numbers do not end")
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn opened(result: io::Result<File>, path: &Path) -> Result<Option<File>, Trouble> {
    match result {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("open", path, &error)),
    }
}

fn no_maildir(folder: &Path, error: &io::Error) -> Trouble {
    if error.kind() != io::ErrorKind::NotFound {
        return failed("read", folder, error);
    }
    let remedy = "make the Maildir with its folders new, cur and tmp, or mend the path";
    Trouble::lasting(format!("there is no {}: {remedy}", folder.display()))
}

fn failed(doing: &str, path: &Path, error: &io::Error) -> Trouble {
    let needs_person = matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    );
    Trouble { reason: format!("{doing} {}: {error}", path.display()), needs_person }
}
