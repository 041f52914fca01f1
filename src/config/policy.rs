//! `[command]`, `[approval]`, `[sop]` and `[digest]` of `siaga.toml`: what the desk has settled for itself.

use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::trust::TrustSection;
use crate::config::values;
use crate::domain::approval::{ApprovalPolicy, Mode};
use crate::domain::authority::CommandPolicy;
use crate::domain::schedule::{NoSchedule, Schedule, Schedules};
use crate::domain::workflow::{EarlyWarningMode, Policy};

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
    /// Whether what he orders in the name of the office must be signed.
    #[serde(default)]
    pub(super) require_signature: bool,
    /// Certificates of the CAs that may vouch for the Kabid's.
    #[serde(default)]
    ca_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SopSection {
    early_warning: EarlyWarningMode,
    objection_days: u32,
}

/// When the mails of the calendar come, as cron expressions; empty for never.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DigestSection {
    daily: String,
    weekly: String,
    monthly: String,
}

impl DigestSection {
    /// Each key with its expression.
    fn expressions(&self) -> [(&'static str, &str); 3] {
        [("digest.daily", &self.daily), ("digest.weekly", &self.weekly), ("digest.monthly", &self.monthly)]
    }

    /// Notes each expression that is none.
    pub(super) fn check(&self, document: &Document, faults: &mut Vec<Fault>) {
        for (place, expression) in self.expressions().into_iter().filter(|(_, text)| !text.trim().is_empty()) {
            if let Err(fault) = expression.parse::<Schedule>() {
                faults.push(document.fault(place, format!("`{place}`: \"{expression}\" {fault}"), remedy(fault)));
            }
        }
    }

    /// What has been found to be right.
    pub(super) fn settled(&self) -> Schedules {
        let [daily, weekly, monthly] = self.expressions().map(|(_, expression)| expression.parse().ok());
        Schedules { daily, weekly, monthly, retention: None }
    }
}

/// What to write instead of an expression that is none.
pub(super) fn remedy(fault: NoSchedule) -> &'static str {
    match fault {
        NoSchedule::Fields => "write six fields, e.g. \"0 30 7 * * Mon-Fri\", or \"\" for never",
        NoSchedule::NumberedDay => "name the days, since numbers are counted in two ways: Mon, Mon-Fri, Mon,Thu",
        NoSchedule::Unreadable => {
            "write second 0-59, minute 0-59, hour 0-23, day 1-31, month 1-12 and Mon to Sun; * for every one"
        }
        NoSchedule::Never => "write a day that exists",
        NoSchedule::TooOften => "write one minute and one second, e.g. \"0 30 7,13 * * Mon-Fri\"",
    }
}

impl CommandSection {
    pub(super) fn settled(&self, trust: &TrustSection, approval: &ApprovalSection, proofs_hour: u32) -> CommandPolicy {
        CommandPolicy {
            hold: values::delta(self.hold),
            require_evidence: self.require_evidence,
            code_without_evidence: trust.internal_mail_unmarked,
            subaddress: trust.subaddress,
            require_signature: approval.require_signature,
            proofs_hour,
        }
    }
}

pub(super) fn policy(approval: &ApprovalSection, sop: &SopSection) -> Policy {
    Policy {
        approval: ApprovalPolicy {
            mode: approval.mode,
            hold: values::delta(approval.hold),
            require_signature: approval.require_signature,
        },
        early_warning: sop.early_warning,
        objection_days: sop.objection_days,
    }
}

impl ApprovalSection {
    /// The certificates in the CA file, as DER.
    pub(super) fn authorities(&self) -> Result<Vec<Vec<u8>>, String> {
        let Some(path) = &self.ca_file else { return Ok(Vec::new()) };
        let shown = path.display();
        let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        match read {
            Ok(certificates) if certificates.is_empty() => Err(format!("{shown} holds no certificate")),
            Ok(certificates) => Ok(certificates.iter().map(|certificate| certificate.to_vec()).collect()),
            Err(error) => Err(format!("{shown}: {error}")),
        }
    }
}
