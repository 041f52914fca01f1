//! `[command]`, `[approval]` and `[sop]` of `siaga.toml`: what the desk has settled for itself.

use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;

use crate::config::values;
use crate::domain::approval::{ApprovalPolicy, Mode};
use crate::domain::authority::CommandPolicy;
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

impl CommandSection {
    pub(super) fn settled(&self) -> CommandPolicy {
        CommandPolicy { hold: values::delta(self.hold), require_evidence: self.require_evidence }
    }
}

pub(super) fn policy(approval: &ApprovalSection, sop: &SopSection) -> Policy {
    Policy {
        approval: ApprovalPolicy { mode: approval.mode, hold: values::delta(approval.hold) },
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
