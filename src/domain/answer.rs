//! Whom we may acknowledge, and how often (decisions 10): an acknowledgement must never become a
//! weapon against a third party whose address somebody forged.

use serde::Serialize;

use crate::domain::desk::Desk;
use crate::domain::incoming::{Automatic, IncomingMail};
use crate::domain::person::Address;

/// What is known about whether the sender's domain sent a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Aligned DKIM, or a trusted DMARC pass.
    Pass,
    /// Nothing either way.
    None,
    /// The domain says that it did not.
    Fail,
}

impl Evidence {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Pass => "pass",
            Evidence::None => "none",
            Evidence::Fail => "fail",
        }
    }
}

/// How many acknowledgements may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// To one address in an hour.
    pub per_address_hour: u32,
    /// To one address in 24 hours.
    pub per_address_day: u32,
    /// To all senders without evidence in an hour.
    pub without_evidence_hour: u32,
    /// To everybody in an hour.
    pub all_hour: u32,
}

/// How many have gone out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// To this address in the last hour.
    pub address_hour: u32,
    /// To this address in the last 24 hours.
    pub address_day: u32,
    /// To senders without evidence in the last hour.
    pub without_evidence_hour: u32,
    /// To everybody in the last hour.
    pub all_hour: u32,
}

/// Why a report is not acknowledged. The ticket exists all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// There is no single usable sender.
    NoSender,
    /// The mail is automatic (RFC 3834 section 2).
    Automatic(Automatic),
    /// The sender is one of our own addresses.
    Ourselves,
    /// The sender's domain denies having sent it.
    EvidenceFails,
    /// The address has had its share of the hour.
    AddressHour,
    /// The address has had its share of the day.
    AddressDay,
    /// Senders without evidence have had their share of the hour.
    WithoutEvidence,
    /// Everybody together has had the hour's share.
    AllHour,
    /// A mail of ours to the address came back for good.
    Undeliverable,
    /// So much comes in that only those are answered whom their domain vouches for.
    Storm,
    /// The sender's domain has had its share of the hour.
    DomainHour,
    /// The address was acknowledged under this subject already.
    SameSubject,
    /// The outsider has had his share about this ticket.
    TicketShare,
    /// The outsider has had his share of the day.
    OutsiderDay,
    /// The provider has marked the mail as spam.
    Junk,
    /// It came before the desk was away, and may have been answered already (case 86).
    CatchUp,
}

impl Silence {
    /// The reason's name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Silence::NoSender => "no_sender",
            Silence::Automatic(marker) => marker.as_str(),
            Silence::Ourselves => "ourselves",
            Silence::EvidenceFails => "evidence_fails",
            Silence::AddressHour => "address_hour",
            Silence::AddressDay => "address_day",
            Silence::WithoutEvidence => "without_evidence",
            Silence::AllHour => "all_hour",
            Silence::Undeliverable => "undeliverable",
            Silence::Storm => "storm",
            Silence::DomainHour => "domain_hour",
            Silence::SameSubject => "same_subject",
            Silence::TicketShare => "ticket_share",
            Silence::OutsiderDay => "outsider_day",
            Silence::Junk => "junk",
            Silence::CatchUp => "catch_up",
        }
    }
}

/// Whether `mail` may be acknowledged, and to which address.
///
/// That our address stands in To or Cc is not asked: RFC 3834 section 2 asks it of personal
/// responders, while this desk's address is an announced service that is reached by aliases and
/// blind copies too, and the SOP owes every report its answer.
///
/// # Errors
/// The first reason for silence, the most telling one first.
pub fn may_acknowledge<'mail>(
    mail: &'mail IncomingMail,
    evidence: Evidence,
    given: Given,
    caps: &Caps,
    desk: &Desk,
) -> Result<&'mail Address, Silence> {
    let sender = mail.sender.as_ref().ok_or(Silence::NoSender)?;
    if desk.is_ours(&sender.address) {
        return Err(Silence::Ourselves);
    }
    if let Some(marker) = mail.automatic {
        return Err(Silence::Automatic(marker));
    }
    let without_evidence = match evidence {
        Evidence::Fail => return Err(Silence::EvidenceFails),
        Evidence::None => true,
        Evidence::Pass => false,
    };
    let exhausted = [
        (given.address_hour >= caps.per_address_hour, Silence::AddressHour),
        (given.address_day >= caps.per_address_day, Silence::AddressDay),
        (without_evidence && given.without_evidence_hour >= caps.without_evidence_hour, Silence::WithoutEvidence),
        (given.all_hour >= caps.all_hour, Silence::AllHour),
    ];
    match exhausted.into_iter().find(|(reached, _)| *reached) {
        Some((_, silence)) => Err(silence),
        None => Ok(&sender.address),
    }
}
