//! Files of mails, read on every processor and handed over in the order they were named.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::{io, thread};

use anyhow::{Context, Result};

use crate::domain::incoming::Unreadable;
use crate::mail::opener::Opener;
use crate::mail::parse::Parsed;
use crate::mail::reader::{Reader, Unread};

/// Mails of one thread that wait to be taken: each may be as large as the limit of what is read.
const WAITING_MAX: usize = 4;

/// A file that was read: what it says, or why it cannot be understood or even opened.
pub(super) type Read = io::Result<Result<Parsed, Unreadable>>;

/// Reads `files` with what `opener` opens, of those larger than `parse_max` bytes only the headers, and
/// gives them to `take` one after another.
///
/// # Errors
/// If the system gives no threads; otherwise the first error of `take`, after which nothing is read.
pub(super) fn read_ahead(
    files: &[PathBuf],
    parse_max: u64,
    opener: &Opener,
    mut take: impl FnMut(&Path, Read) -> Result<()>,
) -> Result<()> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len()).max(1);
    thread::scope(|scope| {
        let mut shares = Vec::new();
        for first in 0..threads {
            let reader = Reader::start_opening(opener.clone()).context("start the reading thread")?;
            let (sender, receiver) = mpsc::sync_channel(WAITING_MAX);
            let share = files.iter().skip(first).step_by(threads);
            let read_share = move || {
                let read = |file: &PathBuf| Ok(reader.read(Unread::from_file(file, parse_max)?));
                // Whoever took enough is gone, and the rest of the share is not wanted.
                let wanted = |read| sender.send(read).is_ok();
                let _ = share.map(read).all(wanted);
            };
            thread::Builder::new().spawn_scoped(scope, read_share).context("start a thread that reads files")?;
            shares.push(receiver);
        }
        for (file, share) in files.iter().zip((0..threads).cycle()) {
            take(file, shares[share].recv().context("the thread that reads files has ended")?)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use anyhow::bail;

    use super::*;

    fn mails(folder: &Path) -> Vec<PathBuf> {
        let mails = (0..50).map(|number| {
            let path = folder.join(format!("{number}.eml"));
            // Every seventh is missing, and some are much longer than others.
            if number % 7 != 3 {
                let text = "Situs itu diretas. ".repeat(if number % 5 == 0 { 20_000 } else { 2 });
                let mail = format!("From: budi@warga.example\nSubject: {number}\n\n{text}\n");
                fs::write(&path, mail).expect("written");
            }
            path
        });
        mails.collect()
    }

    #[test]
    fn files_come_in_their_order_and_a_missing_one_stops_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = mails(folder.path());
        let mut subjects = Vec::new();
        read_ahead(&files, 1 << 20, &Opener::default(), |_, read| {
            subjects.push(read.ok().map(|read| read.expect("readable").mail.subject));
            Ok(())
        })
        .expect("read");
        let expected: Vec<_> = (0..50).map(|number| (number % 7 != 3).then(|| number.to_string())).collect();
        assert_eq!(subjects, expected);
    }

    #[test]
    fn an_error_of_whoever_takes_them_ends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut taken = 0;
        let ended = read_ahead(&mails(folder.path()), 1 << 20, &Opener::default(), |_, _| {
            taken += 1;
            if taken == 5 {
                bail!("the pipe is closed");
            }
            Ok(())
        });
        assert_eq!(ended.expect_err("ended").to_string(), "the pipe is closed");
        assert_eq!(taken, 5);
    }
}
