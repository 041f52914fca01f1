//! `[answer]`, `[command]`, `[approval]` and `[sop]` of `siaga.toml`: what the desk has settled for itself.

use std::time::Duration;

use serde::Deserialize;

use crate::config::trust::TrustSection;
use crate::config::values;
use crate::domain::answer::Caps;
use crate::domain::approval::{ApprovalPolicy, Mode};
use crate::domain::authority::CommandPolicy;
use crate::domain::workflow::{EarlyWarningMode, Policy};

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
pub(super) struct CommandSection {
    #[serde(deserialize_with = "values::duration")]
    hold: Duration,
    require_evidence: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalSection {
    mode: Mode,
    #[serde(deserialize_with = "values::duration")]
    hold: Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SopSection {
    early_warning: EarlyWarningMode,
    objection_days: u32,
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

impl CommandSection {
    pub(super) fn settled(&self, trust: &TrustSection) -> CommandPolicy {
        CommandPolicy {
            hold: values::delta(self.hold),
            require_evidence: self.require_evidence,
            code_without_evidence: trust.internal_mail_unmarked,
            subaddress: trust.subaddress,
        }
    }
}

pub(super) fn policy(approval: &ApprovalSection, sop: &SopSection) -> Policy {
    Policy {
        approval: ApprovalPolicy { mode: approval.mode, hold: values::delta(approval.hold) },
        early_warning: sop.early_warning,
        objection_days: sop.objection_days,
    }
}
