//! What the bytes of a mail show of its sender: read once, judged when the DNS has answered.
//!
//! Reading is pure and happens where hostile mail is read; it takes along the little that judging
//! needs, so that nobody has to read the mail again. Asking the DNS is the top floor's business
//! (decisions 20): it is told which keys are needed and hands them in.

mod dkim;
mod results;
mod trace;

use std::collections::HashMap;

use crate::domain::Time;
use crate::domain::evidence::{Dkim, Login, SenderEvidence, TrustRules};
use crate::domain::person::Address;
use crate::mail::evidence::dkim::Signatures;
use crate::mail::evidence::results::Shown;
use crate::mail::headers::Headers;

/// Received headers that are kept for judging; a provider writes a few.
const TRACE_MAX: usize = 10;

/// What a mail shows of its sender, not judged yet.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    sender: Option<Address>,
    results: Vec<Shown>,
    received: Vec<String>,
    signatures: Signatures,
}

/// What the DNS knows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRecord {
    /// These texts.
    Found(Vec<Vec<u8>>),
    /// That there is none.
    Missing,
    /// Nothing at the moment.
    Unavailable,
}

/// Keys by the names that were asked for.
pub type Keys = HashMap<String, KeyRecord>;

impl Claims {
    /// What a whole mail shows.
    pub(super) fn of(raw: &[u8], headers: &Headers, sender: Option<&Address>) -> Claims {
        let signatures = sender.map(|sender| Signatures::of(raw, sender)).unwrap_or_default();
        Claims { signatures, ..Claims::of_head(headers, sender) }
    }

    /// What the header block shows: signatures cover the text, which is not here.
    pub(super) fn of_head(headers: &Headers, sender: Option<&Address>) -> Claims {
        Claims {
            sender: sender.cloned(),
            results: results::shown(headers),
            received: headers.all("received").take(TRACE_MAX).map(str::to_owned).collect(),
            signatures: Signatures::default(),
        }
    }

    /// The names of the keys that must be known to judge.
    pub fn keys_needed(&self, rules: &TrustRules, arrived_at: Time) -> Vec<String> {
        if rules.dkim { self.signatures.keys_needed(arrived_at) } else { Vec::new() }
    }

    /// What is known of the sender; without keys his signatures are not checked.
    pub fn judged(&self, rules: &TrustRules, keys: Option<&Keys>, arrived_at: Time) -> SenderEvidence {
        let Some(sender) = &self.sender else { return SenderEvidence::NONE };
        let dkim = match keys {
            _ if !rules.dkim => Dkim::NotUsed,
            Some(keys) => self.signatures.finding(keys, arrived_at),
            None if self.signatures.keys_needed(arrived_at).is_empty() => {
                self.signatures.finding(&Keys::new(), arrived_at)
            }
            None => Dkim::NotChecked,
        };
        let login = if rules.login_hosts.is_empty() {
            Login::NotUsed
        } else if trace::is_own_login(&self.received, sender, rules) {
            Login::Own
        } else {
            Login::None
        };
        SenderEvidence {
            results: results::finding(&self.results, &self.received, sender.domain(), rules),
            dkim,
            login,
            any_from: rules.any_from.iter().any(|domain| domain.eq_ignore_ascii_case(sender.domain())),
        }
    }
}
