//! `[answer]`, `[limits]` and `[notice]` in `siaga.toml`: how much the desk says of its own accord.

use std::time::Duration;

use serde::Deserialize;

use crate::config::values;
use crate::domain::answer::Caps;
use crate::domain::limits::Limits;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsSection {
    domain_hour: u32,
    subject_day: u32,
    ticket_ten_minutes: u32,
    ticket_hour: u32,
    ticket_day: u32,
    outsider_day: u32,
    analyst_hour: u32,
    #[serde(deserialize_with = "values::duration")]
    gather_every: Duration,
    held_hour: u32,
    refusals_hour: u32,
    unproven_hour: u32,
    misuse_hour: u32,
    proofs_hour: u32,
    storm_ten_minutes: u32,
    storm_one_sender: u32,
    storm_ends_below: u32,
}

impl LimitsSection {
    /// Mails about proofs to one person in an hour.
    pub(super) fn proofs_hour(&self) -> u32 {
        self.proofs_hour
    }

    pub(super) fn settled(&self) -> Limits {
        Limits {
            domain_hour: self.domain_hour,
            subject_day: self.subject_day,
            ticket_ten_minutes: self.ticket_ten_minutes,
            ticket_hour: self.ticket_hour,
            ticket_day: self.ticket_day,
            outsider_day: self.outsider_day,
            analyst_hour: self.analyst_hour,
            gather_every: values::delta(self.gather_every),
            held_hour: self.held_hour,
            refusals_hour: self.refusals_hour,
            unproven_hour: self.unproven_hour,
            misuse_hour: self.misuse_hour,
            storm_ten_minutes: self.storm_ten_minutes,
            storm_one_sender: self.storm_one_sender,
            storm_ends_below: self.storm_ends_below,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerSection {
    per_address_hour: u32,
    per_address_day: u32,
    without_evidence_hour: u32,
    all_hour: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeSection {
    #[serde(deserialize_with = "values::size")]
    pub(super) images_max: u64,
}

impl AnswerSection {
    pub(super) fn settled(&self) -> Caps {
        Caps {
            per_address_hour: self.per_address_hour,
            per_address_day: self.per_address_day,
            without_evidence_hour: self.without_evidence_hour,
            all_hour: self.all_hour,
        }
    }
}
