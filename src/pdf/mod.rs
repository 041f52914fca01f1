//! Floor 1: reading the PDFs of the team's own people: what a report says, and what its signature
//! proves. The result is a plain value of `domain::signed_pdf`, where it is judged.
//!
//! **Invariant:** nothing here decides whether a file is accepted. A stranger's file never comes here
//!, yet every one is read as if it were hostile: on a thread of its own with a large
//! stack, whose panic is caught, within limits on size, objects, pages and unpacked bytes, and for no
//! longer than [`PATIENCE`].
//!
//! What is not done: revocation lists and time stamps are not asked for, since both need the
//! network; the signing time is the one inside the signature.

mod acting;
mod document;
mod signature;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::domain::acting::Acting;
use crate::domain::approval::SignatureFault;
use crate::domain::signed_pdf::{Pages, SignedPdf};

/// A larger file is not read; mail of this size is the largest that is parsed at all.
const SIZE_MAX: usize = 20 << 20;
/// Hostile nesting has overflowed the ordinary stack, and an overflow ends the process.
const STACK_BYTES: usize = 64 << 20;
/// Longest reading; a report of some hundred pages takes a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// The text of a report.
///
/// # Errors
/// [`SignatureFault::Unreadable`] if it is no PDF that can be read within the limits.
pub fn read_pages(bytes: Vec<u8>) -> Result<Pages, SignatureFault> {
    apart(move || document::pages(&document::load(&bytes)?))
}

/// Every word of a report and about it: its pages, its title and author, its metadata.
///
/// # Errors
/// [`SignatureFault::Unreadable`] if it is no PDF that can be read within the limits.
pub fn read_words(bytes: Vec<u8>) -> Result<String, SignatureFault> {
    apart(move || document::words(&document::load(&bytes)?))
}

/// What in a document acts by itself, in the order of [`Acting::ALL`].
///
/// # Errors
/// [`SignatureFault::Unreadable`] if it is no PDF that can be read within the limits.
pub fn read_acting(bytes: Vec<u8>) -> Result<Vec<Acting>, SignatureFault> {
    apart(move || Ok(acting::found(&document::load(&bytes)?).into_iter().collect()))
}

/// A signed PDF, whose certificate leads to one of the `authorities` if there are any.
///
/// # Errors
/// What is wrong with the file or its signature.
pub fn read_signed(bytes: Vec<u8>, authorities: Vec<Vec<u8>>) -> Result<SignedPdf, SignatureFault> {
    apart(move || {
        let document = document::load(&bytes)?;
        if !acting::found(&document).is_empty() {
            return Err(SignatureFault::Acting);
        }
        let found = document::signatures(&document);
        signature::covering(&found, &bytes, &authorities, || document::pages(&document))
    })
}

/// Does what a hostile file may make crash, on a thread that may.
fn apart<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, SignatureFault> + Send + 'static,
) -> Result<T, SignatureFault> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let reading = move || drop(sender.send(read()));
    let started = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK_BYTES).spawn(reading);
    // A thread that panicked has dropped its sender; one that takes too long ends by itself.
    let answer = started.ok().and_then(|_| receiver.recv_timeout(PATIENCE).ok());
    answer.unwrap_or(Err(SignatureFault::Unreadable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_the_reader_stops_nobody_else() {
        let panicked: Result<(), _> = apart(|| panic!("a broken file"));
        assert_eq!(panicked, Err(SignatureFault::Unreadable));
        assert_eq!(apart(|| Ok(7)), Ok(7));
        for bytes in [Vec::new(), b"GIF89a".to_vec(), b"%PDF-1.7\n".to_vec(), vec![0; SIZE_MAX + 1]] {
            assert_eq!(read_pages(bytes), Err(SignatureFault::Unreadable));
        }
    }
}
