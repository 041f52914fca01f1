//! Files of mails, read on every processor and handed over in the order they were named.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::{io, thread};

use anyhow::{Context, Result};

use crate::domain::incoming::Unreadable;
use crate::mail::opener::Opener;
use crate::mail::parse::Parsed;
use crate::mail::reader::{Reader, Unread};

/// Groups of one thread that wait to be taken: each may hold a mail as large as the limit of what is
/// read.
const WAITING_MAX: usize = 4;
/// Mails that are handed over together, if they are small.
const TOGETHER: usize = 32;
/// Octets from which mails are handed over.
const TOGETHER_OCTETS: usize = 128 << 10;

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
                let mut share = share.peekable();
                while share.peek().is_some() {
                    // Whoever took enough is gone, and the rest of the share is not wanted.
                    if sender.send(read_group(&mut share, parse_max, &reader)).is_err() {
                        break;
                    }
                }
            };
            thread::Builder::new().spawn_scoped(scope, read_share).context("start a thread that reads files")?;
            shares.push((receiver, VecDeque::new()));
        }
        for (file, share) in files.iter().zip((0..threads).cycle()) {
            let (receiver, waiting) = &mut shares[share];
            if waiting.is_empty() {
                waiting.extend(receiver.recv().context("the thread that reads files has ended")?);
            }
            take(file, waiting.pop_front().context("a group of files without a file")?)?;
        }
        Ok(())
    })
}

/// Reads the next files: one that is large, or some that are small.
fn read_group<'a>(files: &mut impl Iterator<Item = &'a PathBuf>, parse_max: u64, reader: &Reader) -> Vec<Read> {
    let (mut opened, mut messages, mut octets) = (Vec::new(), Vec::new(), 0);
    for file in files.take(TOGETHER) {
        match Unread::from_file(file, parse_max) {
            Ok(message) => {
                octets += message.held_octets();
                messages.push(message);
                opened.push(Ok(()));
            }
            Err(error) => opened.push(Err(error)),
        }
        if octets >= TOGETHER_OCTETS {
            break;
        }
    }
    let mut read = reader.read_together(messages).into_iter();
    let gone = || Err(Unreadable::Crash("not read".to_owned()));
    opened.into_iter().map(|opened| opened.map(|()| read.next().unwrap_or_else(gone))).collect()
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
