//! What is fetched at once: batches of messages that become durable together, and their way from
//! the server into the spool.

use std::io::Write as _;

use crate::daemon::intake::{Fetched, Intake};
use crate::fail_point::{Step, reached};
use crate::mail::transport::{Extent, Listed, Mailbox, Piece, Place, Trouble};
use crate::store::blobs::{Kind, Spooled};

/// Messages that become durable together.
const BATCH_MESSAGES: usize = 32;
/// Bytes that become durable together, unless one message alone is larger.
const BATCH_BYTES: u64 = 8 << 20;

/// Messages in the order of the list, in batches that become durable together; a message too large
/// to be fetched whole has a batch of its own.
pub(super) fn batches(wanted: Vec<Listed>, spool_max: u64) -> Vec<(Extent, Vec<Listed>)> {
    let mut batches: Vec<(Extent, Vec<Listed>)> = Vec::new();
    let mut bytes = 0;
    for message in wanted {
        let extent = if message.size_bytes > spool_max { Extent::Header } else { Extent::Whole };
        bytes += message.size_bytes;
        match batches.last_mut() {
            Some((last, batch))
                if *last == extent
                    && extent == Extent::Whole
                    && batch.len() < BATCH_MESSAGES
                    && bytes <= BATCH_BYTES =>
            {
                batch.push(message);
            }
            Some(_) | None => {
                bytes = message.size_bytes;
                batches.push((extent, vec![message]));
            }
        }
    }
    batches
}

/// Brings messages into the spool: those that came whole, and how it ended. What vanished from the
/// server meanwhile is left out.
pub(super) async fn fetch<B: Mailbox>(
    mailbox: &mut B,
    intake: &Intake,
    (extent, batch): &(Extent, Vec<Listed>),
) -> (Vec<Fetched>, Result<(), Trouble>) {
    let mut open: Option<(Place, Spooled)> = None;
    let mut fetched = Vec::with_capacity(batch.len());
    let mut spool = |piece: Piece<'_>| {
        match piece {
            Piece::Bytes(place, bytes) => {
                if open.as_ref().is_none_or(|(current, _)| current != place) {
                    open = Some((place.clone(), intake.blobs().spool(Kind::Raw)?));
                }
                if let Some((_, file)) = &mut open {
                    file.write_all(bytes)?;
                    reached(Step::SpoolWritten);
                }
            }
            Piece::End(place) => {
                // An empty message has no bytes and is a message all the same.
                let file = match open.take() {
                    Some((current, file)) if current == *place => file,
                    Some(_) | None => intake.blobs().spool(Kind::Raw)?,
                };
                if let Some(listed) = batch.iter().find(|listed| listed.place == *place) {
                    fetched.push(Fetched { listed: listed.clone(), whole: *extent == Extent::Whole, spooled: file });
                }
            }
        }
        Ok(())
    };
    let ended = mailbox.fetch(batch, *extent, &mut spool).await;
    (fetched, ended)
}
