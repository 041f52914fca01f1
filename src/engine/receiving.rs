//! Messages that are durable here and not understood yet: their receipts, and the readings that are counted.

use anyhow::{Result, ensure};
use rusqlite::ErrorCode;

use crate::domain::Time;
use crate::engine::Engine;
use crate::fail_point::{Step, reached};
use crate::store::blobs::Kind;
use crate::store::receipts::{self, Arrival, Receipt, ReceiptId, State};

impl Engine {
    /// Records messages that are durable here, all in one transaction, each with its first reading
    /// counted. Returns their receipts; a place that was known keeps the receipt it has.
    ///
    /// A file becomes durable before its receipt exists, and retention may be giving up the very same bytes
    /// of an earlier delivery at that moment. Files are removed only inside a transaction that sees no
    /// message on its way ([`doomed`](crate::store::doomed)); so here, inside one that has put it on its way,
    /// a file that is there stays, and one that is not was removed before: then nothing is recorded, and
    /// the message, which is on the server still, is fetched anew.
    ///
    /// # Errors
    /// If the database refuses or a file is gone; then nothing is recorded.
    pub fn receive(&mut self, arrivals: &[Arrival], now: Time) -> Result<Vec<Receipt>> {
        let Engine { store, context, .. } = self;
        let received = store.write(|tx| {
            let received = arrivals.iter().map(|arrival| receipts::record(tx, arrival, now)).collect::<Result<_>>()?;
            if let Some(files) = &context.files {
                let gone = arrivals.iter().find(|arrival| !files.path(Kind::Raw, &arrival.raw).exists());
                ensure!(gone.is_none(), "a raw file was removed before its receipt was written; it is fetched again");
            }
            reached(Step::ReceiptWritten);
            Ok(received)
        })?;
        reached(Step::ReceiptCommitted);
        Ok(received)
    }

    /// The receipt of a place, if the message there has been recorded.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn receipt_at(&self, mailbox: &str, place: &str) -> Result<Option<Receipt>> {
        receipts::at_place(self.store.db(), mailbox, place)
    }

    /// Receipts that were recorded and not understood yet: an earlier process ended in between, or
    /// a person released them.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn unfinished(&self) -> Result<Vec<Receipt>> {
        receipts::in_states(self.store.db(), &[State::Received])
    }

    /// Counts another reading of a message before it begins. `false` if it has had its readings:
    /// then it is put aside.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn read_again(&mut self, receipt: &Receipt, now: Time) -> Result<bool> {
        if receipt.attempts >= self.context.attempts_max {
            let reason = match receipt.reason.as_str() {
                "" => format!("crash: {} readings were begun and none ended", receipt.attempts),
                why => format!("failed: {} readings ended in the same way: {why}", receipt.attempts),
            };
            self.hold(receipt.id, &reason, now)?;
            return Ok(false);
        }
        self.store.write(|tx| receipts::count_attempt(tx, receipt.id))?;
        Ok(true)
    }

    /// Notes how a reading ended that could not be completed. One that this machine stopped, a full
    /// disk for example, says nothing about the message and does not count.
    ///
    /// # Errors
    /// If the database refuses; then the reading counts, and the message waits all the same.
    pub fn failed(&mut self, receipt: ReceiptId, error: &anyhow::Error) -> Result<()> {
        self.store.write(|tx| {
            if is_of_the_machine(error) {
                receipts::uncount_attempt(tx, receipt)
            } else {
                receipts::note_failure(tx, receipt, &format!("{error:#}"))
            }
        })
    }

    /// The receipt of a message in a list of what lies in a mailbox, if it has been recorded. Another
    /// message at a place that was used before is another one: a mailbox restored from a backup
    /// gives its numbers a second time.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn receipt_of(
        &self,
        mailbox: &str,
        place: &str,
        size_bytes: u64,
        arrived_at: Option<Time>,
    ) -> Result<Option<Receipt>> {
        receipts::of_message(self.store.db(), mailbox, place, size_bytes, arrived_at)
    }
}

/// Whether an error is about the disk or the database and not about the message.
fn is_of_the_machine(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let code = cause.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        cause.is::<std::io::Error>() || code.is_some_and(|code| MACHINE.contains(&code))
    })
}

/// How SQLite says that it cannot write or read at the moment.
const MACHINE: &[ErrorCode] = &[
    ErrorCode::PermissionDenied,
    ErrorCode::DatabaseBusy,
    ErrorCode::DatabaseLocked,
    ErrorCode::OutOfMemory,
    ErrorCode::ReadOnly,
    ErrorCode::SystemIoFailure,
    ErrorCode::DatabaseCorrupt,
    ErrorCode::DiskFull,
    ErrorCode::CannotOpen,
    ErrorCode::FileLockingProtocolFailed,
    ErrorCode::NotADatabase,
];
