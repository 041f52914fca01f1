//! Reading messages where the worst of them does no harm: on a thread of its own with a large
//! stack, behind a catch for panics, within a limit of time.
//!
//! One thread reads thousands of messages. A reading that exceeds the limit cannot be stopped: its
//! thread is left to itself, and another takes the next message.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::domain::digest::{Digest, DigestBuilder};
use crate::domain::incoming::Unreadable;
use crate::mail::core_digest::CoreDigest;
use crate::mail::headers::BLOCK_MAX;
use crate::mail::opener::Opener;
use crate::mail::parse::{self, Parsed};

/// Hostile nesting has overflowed the ordinary 2 MiB, and an overflow ends the process.
const STACK_BYTES: usize = 64 << 20;
/// What one reading may last: the largest message that is read takes a second on a slow machine.
const READING_MAX: Duration = Duration::from_secs(60);

/// A message that has not been read.
#[derive(Debug)]
pub enum Unread {
    /// All its bytes.
    Whole(Vec<u8>),
    /// All its bytes, and their digest.
    Named(Vec<u8>, Digest),
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

    /// The same message, whose digest is known and need not be computed anew.
    #[must_use]
    pub fn named(self, raw: Digest) -> Unread {
        match self {
            Unread::Whole(bytes) | Unread::Named(bytes, _) => Unread::Named(bytes, raw),
            Unread::Head { .. } => self,
        }
    }

    /// Octets of it that are in memory.
    pub fn held_octets(&self) -> usize {
        match self {
            Unread::Whole(bytes) | Unread::Named(bytes, _) | Unread::Head { head: bytes, .. } => bytes.len(),
        }
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

/// How a message is read.
type Reading = dyn Fn(&Unread) -> Result<Parsed, Unreadable> + Send + Sync;

/// Messages that are read one after another and answered together.
struct Job {
    messages: Arc<Vec<Unread>>,
    which: Range<usize>,
    answer: mpsc::SyncSender<Vec<Result<Parsed, Unreadable>>>,
}

/// The reading thread. It ends when the value is dropped.
pub struct Reader {
    reading: Arc<Reading>,
    /// What one reading may last.
    limit: Duration,
    /// Locked for a whole reading: a message that waits for the thread uses up none of its time.
    jobs: Mutex<mpsc::Sender<Job>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Reader {
    /// Starts the thread; each reading may last a minute.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start() -> io::Result<Reader> {
        Reader::start_opening(Opener::default())
    }

    /// The same with the keys that open what is encrypted and tell whose a signature is.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start_opening(opener: Opener) -> io::Result<Reader> {
        Reader::start_with(READING_MAX, move |message| parsed(message, &opener))
    }

    /// The same with another limit and another way to read a message.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start_with(
        limit: Duration,
        reading: impl Fn(&Unread) -> Result<Parsed, Unreadable> + Send + Sync + 'static,
    ) -> io::Result<Reader> {
        let reading: Arc<Reading> = Arc::new(reading);
        let jobs = Mutex::new(thread_for(&reading)?);
        Ok(Reader { reading, limit, jobs })
    }

    /// Reads a message and waits for it, no longer than the limit.
    ///
    /// # Errors
    /// [`Unreadable`] if it is empty, beyond the limits, stopped the parser, or took too long.
    pub fn read(&self, message: Unread) -> Result<Parsed, Unreadable> {
        let read = self.readings(&Arc::new(vec![message]), 0..1)?;
        read.into_iter().next().unwrap_or_else(|| Err(ended()))
    }

    /// Reads messages and waits for all of them: to hand over a small one costs more than to read it.
    /// Where they do not end together within the limit of one, each is read by itself.
    pub fn read_together(&self, messages: Vec<Unread>) -> Vec<Result<Parsed, Unreadable>> {
        let messages = Arc::new(messages);
        self.readings(&messages, 0..messages.len()).unwrap_or_else(|_| {
            let alone = |at| {
                let read = self.readings(&messages, at..at + 1)?;
                read.into_iter().next().unwrap_or_else(|| Err(ended()))
            };
            (0..messages.len()).map(alone).collect()
        })
    }

    fn readings(
        &self,
        messages: &Arc<Vec<Unread>>,
        which: Range<usize>,
    ) -> Result<Vec<Result<Parsed, Unreadable>>, Unreadable> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, receiver) = mpsc::sync_channel(1);
        // A thread that is gone drops the job, and the closed channel says so.
        drop(jobs.send(Job { messages: Arc::clone(messages), which, answer }));
        let unread = match receiver.recv_timeout(self.limit) {
            Ok(read) => return Ok(read),
            Err(RecvTimeoutError::Timeout) => Unreadable::Slow(self.limit.as_secs()),
            Err(RecvTimeoutError::Disconnected) => ended(),
        };
        // Where the system gives no other thread, the next message finds the channel closed and asks again.
        *jobs = thread_for(&self.reading).unwrap_or_else(|_| mpsc::channel().0);
        Err(unread)
    }
}

fn ended() -> Unreadable {
    Unreadable::Crash("the reading thread has ended".to_owned())
}

/// A thread that reads one message after another.
fn thread_for(reading: &Arc<Reading>) -> io::Result<mpsc::Sender<Job>> {
    let (jobs, waiting) = mpsc::channel::<Job>();
    let reading = Arc::clone(reading);
    thread::Builder::new().name("reader".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        for job in waiting {
            let read = job.messages[job.which].iter().map(|message| read_safely(&*reading, message)).collect();
            // The bytes are given up before whoever waits goes on.
            drop(job.messages);
            // Whoever waited for a reading that took too long is gone.
            drop(job.answer.send(read));
        }
    })?;
    Ok(jobs)
}

fn parsed(message: &Unread, opener: &Opener) -> Result<Parsed, Unreadable> {
    match message {
        Unread::Whole(raw) => parse::parse_opening(raw, Digest::of(raw), opener),
        Unread::Named(raw, digest) => parse::parse_opening(raw, *digest, opener),
        Unread::Head { head, raw, core, size_bytes } => parse::parse_header(head, *raw, *core, *size_bytes),
    }
}

fn read_safely(reading: &Reading, message: &Unread) -> Result<Parsed, Unreadable> {
    let read = AssertUnwindSafe(|| reading(message));
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
    fn one_message_that_is_read_for_ever_takes_none_of_those_beside_it_along() {
        let (release, stuck) = mpsc::channel::<()>();
        let stuck = Mutex::new(stuck);
        let slow = move |message: &Unread| {
            if matches!(message, Unread::Whole(raw) if raw.starts_with(b"Slow")) {
                let _ = stuck.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(Duration::from_secs(20));
            }
            parsed(message, &Opener::default())
        };
        let reader = Reader::start_with(Duration::from_millis(200), slow).expect("a thread");
        let mail = |text: &str| Unread::Whole(text.as_bytes().to_vec());
        let read = reader.read_together(vec![
            mail("Subject: satu\n\nisi\n"),
            mail("Slow: yes\n\nisi\n"),
            mail("Subject: tiga\n\nisi\n"),
        ]);
        let said: Vec<_> = read.into_iter().map(|read| read.map(|read| read.mail.subject)).collect();
        assert_eq!(said, [Ok("satu".to_owned()), Err(Unreadable::Slow(0)), Ok("tiga".to_owned())]);
        drop(release);
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

    #[test]
    fn a_message_that_is_read_for_ever_keeps_the_next_from_nothing() {
        let (release, stuck) = mpsc::channel::<()>();
        let stuck = Mutex::new(stuck);
        let slow = move |message: &Unread| {
            if matches!(message, Unread::Whole(raw) if raw.starts_with(b"Slow")) {
                let _ = stuck.lock().expect("one slow message").recv();
            }
            parsed(message, &Opener::default())
        };
        let reader = Reader::start_with(Duration::from_millis(200), slow).expect("a thread");
        assert_eq!(reader.read(Unread::Whole(b"Slow: yes\n\nisi\n".to_vec())).err(), Some(Unreadable::Slow(0)));
        let next = reader.read(Unread::Whole(b"From: budi@warga.example\nSubject: cepat\n\nisi\n".to_vec()));
        assert_eq!(next.expect("read by another thread").mail.subject, "cepat");
        drop(release);
    }
}
