//! `[trust]` of `siaga.toml`: whom the desk believes about who wrote a mail.

use serde::Deserialize;

use crate::domain::evidence::TrustRules;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustSection {
    dkim: bool,
    use_authentication_results: bool,
    pub(super) authserv_id: String,
    pub(super) trace_hosts: Vec<String>,
    pub(super) trace_lines: usize,
    login_hosts: Vec<String>,
    login_domain: String,
    any_from_domains: Vec<String>,
    pub(super) internal_mail_unmarked: bool,
    pub(super) subaddress: bool,
}

impl TrustSection {
    /// Why results could not be believed although they shall be.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        if !self.use_authentication_results {
            None
        } else if self.authserv_id.is_empty() {
            Some(("trust.authserv_id", "write the first word of the provider's Authentication-Results"))
        } else if self.trace_hosts.is_empty() {
            Some(("trust.trace_hosts", "write the provider's hosts as its Received lines name them after \"by\""))
        } else {
            None
        }
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
