//! The durable steps of one intake, by name: where the crash test stops the process.
//!
//! Without the feature `fail-points` every call is empty, so no release can be stopped this way.

/// A moment between two effects that survive a crash (trust-and-safety 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Bytes of a message are in the spool, not synced.
    SpoolWritten,
    /// The spool file is synced, not named.
    RawSynced,
    /// The raw file has its name, its directory is not synced.
    RawRenamed,
    /// The raw file is durable.
    RawDurable,
    /// The receipt is written, not committed.
    ReceiptWritten,
    /// The receipt is committed.
    ReceiptCommitted,
    /// Evidence files are durable.
    EvidenceDurable,
    /// Ticket, timers and frozen mails are written, not committed.
    IntakeWritten,
    /// Ticket, timers and frozen mails are committed.
    IntakeCommitted,
    /// The server has moved the message out of the inbox.
    Archived,
    /// The claim of an outgoing mail is written, not committed.
    ClaimWritten,
    /// The claim of an outgoing mail is committed; nothing was sent.
    ClaimCommitted,
    /// The mail server has taken the mail; nobody here knows.
    Sent,
    /// The outcome is written, not committed.
    OutcomeWritten,
    /// The outcome is committed.
    OutcomeCommitted,
}

impl Step {
    /// Every step, in the order in which one intake passes them.
    pub const ALL: &[Step] = &[
        Step::SpoolWritten,
        Step::RawSynced,
        Step::RawRenamed,
        Step::RawDurable,
        Step::ReceiptWritten,
        Step::ReceiptCommitted,
        Step::EvidenceDurable,
        Step::IntakeWritten,
        Step::IntakeCommitted,
        Step::Archived,
        Step::ClaimWritten,
        Step::ClaimCommitted,
        Step::Sent,
        Step::OutcomeWritten,
        Step::OutcomeCommitted,
    ];
}

/// Says that `step` has been reached. With the feature `fail-points`, the process kills itself
/// (SIGKILL: no destructor runs) when the environment variable `SIAGA_CRASH_AT` names the step.
#[cfg(feature = "fail-points")]
pub fn reached(step: Step) {
    if std::env::var("SIAGA_CRASH_AT").is_ok_and(|named| named == format!("{step:?}")) {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
        // The signal is asynchronous: nothing further may run in this thread.
        loop {
            std::thread::park();
        }
    }
}

/// Says that `step` has been reached; empty in this build.
#[cfg(not(feature = "fail-points"))]
#[inline]
pub fn reached(_step: Step) {}
