//! `[trust]` of `siaga.toml`: whom the desk believes about who wrote a mail.

use serde::Deserialize;

use crate::domain::evidence::TrustRules;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustSection {
    dkim: bool,
    use_authentication_results: bool,
    authserv_id: String,
    trace_hosts: Vec<String>,
    trace_lines: usize,
    login_hosts: Vec<String>,
    login_domain: String,
    any_from_domains: Vec<String>,
    pub(super) internal_mail_unmarked: bool,
    pub(super) subaddress: bool,
}

impl TrustSection {
    /// What cannot be believed although it shall be: where, why, and what to write.
    pub(super) fn faults(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut faults = Vec::new();
        let forgeable = "Authentication-Results cannot be told from forged ones";
        if self.use_authentication_results && self.authserv_id.is_empty() {
            let remedy = "write the first word of the provider's Authentication-Results";
            faults.push(("trust.authserv_id", forgeable, remedy));
        }
        if self.use_authentication_results && self.trace_hosts.is_empty() {
            let remedy = "write the provider's hosts as its Received lines name them after \"by\"";
            faults.push(("trust.trace_hosts", forgeable, remedy));
        }
        if !(1..=9).contains(&self.trace_lines) {
            let remedy = "write a number from 1 to 9";
            faults.push(("trust.trace_lines", "so many lines of trace are not possible", remedy));
        }
        faults
    }

    pub(super) fn settled(self) -> TrustRules {
        TrustRules {
            authserv_id: self.authserv_id,
            use_results: self.use_authentication_results,
            trace_hosts: self.trace_hosts,
            trace_lines: self.trace_lines,
            dkim: self.dkim,
            login_hosts: self.login_hosts,
            login_domain: self.login_domain,
            any_from: self.any_from_domains,
        }
    }
}
