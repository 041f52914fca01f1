//! Reading messages where the worst of them does no harm: on a thread of its own with a large
//! stack, behind a catch for panics.
//!
//! One thread lives as long as the [`Reader`], so that thousands of messages cost no thread each.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use crate::domain::digest::{Digest, DigestBuilder};
use crate::domain::incoming::Unreadable;
use crate::mail::core_digest::CoreDigest;
use crate::mail::headers::BLOCK_MAX;
use crate::mail::parse::{self, Parsed};

/// Hostile nesting has overflowed the ordinary 2 MiB, and an overflow ends the process.
const STACK_BYTES: usize = 64 << 20;

/// A message that has not been read.
#[derive(Debug)]
pub enum Unread {
    /// All its bytes.
    Whole(Vec<u8>),
    /// Of a message that is too large to be read, its beginning.
    Head {
        /// The header block, and perhaps some of what follows.
        head: Vec<u8>,
        /// Digest of the whole message.
        raw: Digest,
        /// Digest of the whole message without trace headers.
        core: Digest,
        /// Size of the whole message.
        size_bytes: u64,
    },
}

impl Unread {
    /// A message of which no more than its header block was fetched.
    pub fn from_head(head: Vec<u8>, raw: Digest, size_bytes: u64) -> Unread {
        let mut core = CoreDigest::default();
        core.update(&head);
        Unread::Head { head, raw, core: core.finish(), size_bytes }
    }

    /// The message in a file; no more than its head if it is larger than `parse_max` bytes.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn from_file(path: &Path, parse_max: u64) -> io::Result<Unread> {
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        file.by_ref().take(parse_max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= parse_max {
            return Ok(Unread::Whole(bytes));
        }
        let (mut raw, mut core) = (DigestBuilder::default(), CoreDigest::default());
        let mut size_bytes = 0;
        let mut add = |bytes: &[u8]| {
            raw.update(bytes);
            core.update(bytes);
            size_bytes += bytes.len() as u64;
        };
        add(&bytes);
        bytes.truncate(2 * BLOCK_MAX);
        let mut buffer = vec![0; 64 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => add(&buffer[..length]),
            }
        }
        Ok(Unread::Head { head: bytes, raw: raw.finish(), core: core.finish(), size_bytes })
    }
}

struct Job {
    message: Unread,
    answer: Box<dyn FnOnce(Result<Parsed, Unreadable>) + Send>,
}

/// The reading thread. It ends when the value is dropped.
#[derive(Debug)]
pub struct Reader {
    jobs: mpsc::Sender<Job>,
}

impl Reader {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start() -> io::Result<Reader> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        thread::Builder::new().name("reader".to_owned()).stack_size(STACK_BYTES).spawn(move || {
            for job in waiting {
                (job.answer)(read_safely(&job.message));
            }
        })?;
        Ok(Reader { jobs })
    }

    /// Reads a message and waits for it.
    ///
    /// # Errors
    /// [`Unreadable`] if it is empty, beyond the limits, or stopped the parser.
    pub fn read(&self, message: Unread) -> Result<Parsed, Unreadable> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.begin(message, move |read| drop(sender.send(read)));
        let gone = || Unreadable::Crash("the reading thread has ended".to_owned());
        receiver.recv().unwrap_or_else(|_| Err(gone()))
    }

    fn begin(&self, message: Unread, answer: impl FnOnce(Result<Parsed, Unreadable>) + Send + 'static) {
        // A thread that is gone drops the job, and whoever waits learns it from the closed channel.
        drop(self.jobs.send(Job { message, answer: Box::new(answer) }));
    }
}

fn read_safely(message: &Unread) -> Result<Parsed, Unreadable> {
    let read = AssertUnwindSafe(|| match message {
        Unread::Whole(raw) => parse::parse(raw),
        Unread::Head { head, raw, core, size_bytes } => parse::parse_header(head, *raw, *core, *size_bytes),
    });
    catch_unwind(read).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
        Err(Unreadable::Crash(said.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn one_thread_reads_one_message_after_another() {
        let reader = Reader::start().expect("a thread");
        for number in 0..100 {
            let raw = format!("From: budi@warga.example\nSubject: {number}\n\nisi\n");
            let parsed = reader.read(Unread::Whole(raw.into_bytes())).expect("readable");
            assert_eq!(parsed.mail.subject, number.to_string());
        }
        assert_eq!(reader.read(Unread::Whole(Vec::new())).err(), Some(Unreadable::Empty));
    }

    #[test]
    fn a_large_file_is_the_same_message_however_much_of_it_is_read() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let raw = format!("From: budi@warga.example\r\nSubject: besar\r\n\r\n{}", "0123456789\r\n".repeat(60_000));
        file.write_all(raw.as_bytes()).expect("written");
        let reader = Reader::start().expect("a thread");
        let read = |parse_max| {
            let unread = Unread::from_file(file.path(), parse_max).expect("a file");
            reader.read(unread).expect("readable").mail
        };
        let (whole, head) = (read(1 << 20), read(1 << 10));
        assert_eq!((whole.raw, whole.core, whole.size_bytes), (head.raw, head.core, head.size_bytes));
        assert_eq!((head.subject.as_str(), head.text.as_str()), ("besar", ""));
    }
}
