//! The security logbook ("Logbook keamanan siber"): what an entry says and how entries are chained.

use serde_json::Value;

use crate::domain::command::vocabulary::Word;
use crate::domain::digest::{Digest, DigestBuilder};
use crate::domain::role::Actor;

/// What the entry of a ticket says of a report that came through the form of the own website.
pub const BY_FORM: &str = "by_form";

/// One thing that happened. The time is added when it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who caused it.
    pub actor: Actor,
    /// What happened.
    pub kind: Kind,
    /// Digest of the raw mail behind it.
    pub message: Option<Digest>,
    /// Particulars: a JSON object.
    pub detail: Value,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A report opened a ticket (SOP 2).
    TicketOpened,
    /// A message was filed on a ticket.
    MessageFiled,
    /// Another delivery of a known message came.
    DuplicateReceived,
    /// A message was kept without a ticket.
    MessageIgnored,
    /// A message older than the first start was filed away.
    MessageArchived,
    /// A message was put aside for a person.
    MessageHeld,
    /// A person put a held message back to be read.
    MessageReleased,
    /// An automatic answer was not sent.
    AnswerSuppressed,
    /// So much came in that strangers were not acknowledged any more.
    StormBegan,
    /// That was over.
    StormEnded,
    /// The desk works again after it was away.
    DeskResumed,
    /// A reminder was sent.
    Reminded,
    /// A deadline passed and the next role was told.
    Escalated,
    /// A reminder was overtaken by a later one while Siaga was not running.
    ReminderOvertaken,
    /// A mail of ours could not be delivered.
    DeliveryFailed,
    /// A person let an address be written to again that could not be reached.
    AddressCleared,
    /// A person asked for a mail to be sent again.
    SendingRetried,
    /// A command was carried out.
    Command(Word),
    /// A command was taken back before its mail had left.
    Undone,
    /// A command was refused.
    CommandRefused,
    /// The reporter answered what he was asked, or objected to the end.
    ReporterWrote,
    /// The OPD wrote by hand, which says that it has the report.
    OpdWrote,
    /// The approved report left for the OPD (SOP 6).
    ReportForwarded,
    /// The mail server took it.
    ForwardSent,
    /// It could not be delivered, or came back.
    ForwardFailed,
    /// The Kabid was asked whether the next rung is climbed.
    EscalationProposed,
    /// A rung was passed over: its condition did not hold.
    RungPassed,
    /// The ticket this one is a duplicate of was resolved.
    ParentResolved,
    /// A part of the incident became a ticket of its own.
    PartOpened,
    /// The malware scanner has looked at a file that waited for it.
    FileScanned,
    /// A notice was kept from somebody who may not see it.
    NoticeWithheld,
    /// Data were destroyed by a rule of retention: what, how much, by which.
    Destroyed,
    /// Personal data were taken out of earlier entries, and what is left of each is listed.
    Redacted,
    /// A ticket's data must be kept, whatever the rules of retention say.
    HoldBegan,
    /// That is over.
    HoldEnded,
    /// A person's identity was shown outside the team.
    IdentityShown,
}

impl Kind {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::TicketOpened => "ticket_opened",
            Kind::MessageFiled => "message_filed",
            Kind::DuplicateReceived => "duplicate_received",
            Kind::MessageIgnored => "message_ignored",
            Kind::MessageArchived => "message_archived",
            Kind::MessageHeld => "message_held",
            Kind::MessageReleased => "message_released",
            Kind::AnswerSuppressed => "answer_suppressed",
            Kind::StormBegan => "storm_began",
            Kind::StormEnded => "storm_ended",
            Kind::AddressCleared => "address_cleared",
            Kind::DeskResumed => "desk_resumed",
            Kind::Reminded => "reminded",
            Kind::Escalated => "escalated",
            Kind::ReminderOvertaken => "reminder_overtaken",
            Kind::DeliveryFailed => "delivery_failed",
            Kind::SendingRetried => "sending_retried",
            Kind::Command(word) => word.as_str(),
            Kind::Undone => "undone",
            Kind::CommandRefused => "command_refused",
            Kind::ReporterWrote => "reporter_wrote",
            Kind::OpdWrote => "opd_wrote",
            Kind::ReportForwarded => "report_forwarded",
            Kind::ForwardSent => "forward_sent",
            Kind::ForwardFailed => "forward_failed",
            Kind::EscalationProposed => "escalation_proposed",
            Kind::RungPassed => "rung_passed",
            Kind::ParentResolved => "parent_resolved",
            Kind::PartOpened => "part_opened",
            Kind::FileScanned => "file_scanned",
            Kind::NoticeWithheld => "notice_withheld",
            Kind::Destroyed => "destroyed",
            Kind::Redacted => "redacted",
            Kind::HoldBegan => "hold_began",
            Kind::HoldEnded => "hold_ended",
            Kind::IdentityShown => "identity_shown",
        }
    }
}

/// The digest of an entry: over the digest before it and the entry's fields, each with its length,
/// so that no two different entries read alike.
pub fn chain(before: Option<Digest>, fields: &[&str]) -> Digest {
    let mut builder = DigestBuilder::default();
    builder.update(before.as_ref().map_or(&[0; 32], |digest| digest.as_bytes()));
    for field in fields {
        builder.update(&(field.len() as u64).to_be_bytes());
        builder.update(field.as_bytes());
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cannot_borrow_from_their_neighbours() {
        assert_ne!(chain(None, &["ab", "c"]), chain(None, &["a", "bc"]));
        assert_ne!(chain(None, &["a"]), chain(Some(Digest::of(b"x")), &["a"]));
    }
}
