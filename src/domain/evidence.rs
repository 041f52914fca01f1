//! What is known of whether a sender's domain sent a mail (trust-and-safety 5.1, L2): what was found,
//! what it amounts to, and the rules by which anything is believed at all.

use serde::Serialize;

use crate::domain::answer::Evidence;

/// `[trust]`: whom we believe about senders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustRules {
    /// The name our provider signs its Authentication-Results with; empty: it writes none.
    pub authserv_id: String,
    /// Whether those are believed.
    pub use_results: bool,
    /// The provider's hosts, as its Received lines name them after `by`.
    pub trace_hosts: Vec<String>,
    /// Received lines the provider itself writes on every mail.
    pub trace_lines: usize,
    /// Whether we verify DKIM signatures ourselves.
    pub dkim: bool,
    /// Own servers that take mail with login and write into Received whose login it was.
    pub login_hosts: Vec<String>,
    /// What completes a login without `@`; empty: such a login is nobody's address.
    pub login_domain: String,
    /// Domains in which an account may write any other account's From.
    pub any_from: Vec<String>,
}

/// What was found about the sender of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct SenderEvidence {
    /// What our provider says.
    pub results: Results,
    /// What our own look at the signatures says.
    pub dkim: Dkim,
    /// Whether it was submitted with the sender's own login.
    pub login: Login,
    /// Whether another account of the same domain could have written it.
    pub any_from: bool,
}

/// What Authentication-Results says, if it counts (RFC 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Results {
    /// They are not believed at this desk.
    NotUsed,
    /// None carries our provider's name.
    None,
    /// Several carry it: one of them is forged.
    Ambiguous,
    /// It stands where a sender could have put it.
    Misplaced,
    /// It cannot be read.
    Unreadable,
    /// It says nothing of DMARC, or nothing either way.
    Silent,
    /// It is about another domain.
    OtherDomain,
    /// `dmarc=pass` for the domain of From.
    Pass,
    /// `dmarc=fail`.
    Fail,
}

/// What became of the DKIM signature that fits From best (RFC 6376).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dkim {
    /// Signatures are not verified at this desk.
    NotUsed,
    /// Nobody looked, because looking asks the DNS.
    NotChecked,
    /// There is none.
    None,
    /// Others have signed, the domain of From has not.
    OtherDomain,
    /// It proves too little: `l=`, SHA-1, a short key, From left out.
    Weak,
    /// It has run out.
    Expired,
    /// There is no such key.
    NoKey,
    /// The key could not be asked for at the time.
    Unavailable,
    /// The mail is not what was signed.
    Altered,
    /// It is good: the very domain of From has signed these very bytes.
    Pass,
}

/// What the configured rule for mail submitted on our own server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// There is no such rule.
    NotUsed,
    /// It does not speak for this mail.
    None,
    /// It was submitted with the login of the very address in From.
    Own,
}

/// The one thing about a sender that the team is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Submitted with his own login.
    Login,
    /// The domain signed it.
    Dkim,
    /// The provider found that the domain vouches for it.
    Dmarc,
    /// The provider found that the domain denies it.
    Denied,
    /// What the domain signed was changed on the way.
    Altered,
    /// The provider's word stands there twice or in the wrong place.
    Doubtful,
    /// The DNS did not answer.
    Unavailable,
    /// Nothing speaks for it or against it.
    None,
}

impl Origin {
    /// All of them.
    pub const ALL: &[Origin] = &[
        Origin::Login,
        Origin::Dkim,
        Origin::Dmarc,
        Origin::Denied,
        Origin::Altered,
        Origin::Doubtful,
        Origin::Unavailable,
        Origin::None,
    ];
}

/// Why nothing follows from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmoved {
    /// It claims to be the reporter's, and nothing shows that it is.
    UnprovenReporter,
    /// It says that a mail of ours did not arrive, and did not come to the return address of that mail.
    UnprovenBounce,
    /// It answers a mail about several tickets and does not say which it means.
    SeveralTickets,
}

impl SenderEvidence {
    /// What is known of a mail nobody looked at.
    pub const NONE: SenderEvidence =
        SenderEvidence { results: Results::NotUsed, dkim: Dkim::NotUsed, login: Login::NotUsed, any_from: false };

    /// What it amounts to. What a domain denies is denied, whatever else is found.
    pub fn verdict(&self) -> Evidence {
        if self.results == Results::Fail {
            Evidence::Fail
        } else if self.results == Results::Pass || self.dkim == Dkim::Pass || self.login == Login::Own {
            Evidence::Pass
        } else {
            Evidence::None
        }
    }

    /// What it amounts to for a command. A report may come through a list or a forwarder that breaks
    /// its signature (RFC 6376 section 6.1: as if there were none); a command comes from its sender
    /// directly, and one that is not what was signed is somebody else's.
    pub fn for_command(&self) -> Evidence {
        match self.verdict() {
            Evidence::None if self.dkim == Dkim::Altered => Evidence::Fail,
            verdict @ (Evidence::Pass | Evidence::None | Evidence::Fail) => verdict,
        }
    }

    /// Whether waiting could still change what is known: the DNS did not answer, and nothing else
    /// decides.
    pub fn is_undecided(&self) -> bool {
        self.dkim == Dkim::Unavailable && self.verdict() == Evidence::None
    }

    /// Whether the domain vouches for one of its accounts, and any of them may be meant.
    pub fn is_shared(&self) -> bool {
        self.any_from && self.login != Login::Own
    }

    /// The one thing the team is told.
    pub fn origin(&self) -> Origin {
        match (self.verdict(), self.login, self.dkim, self.results) {
            (Evidence::Fail, _, _, _) => Origin::Denied,
            (Evidence::Pass, Login::Own, _, _) => Origin::Login,
            (Evidence::Pass, _, Dkim::Pass, _) => Origin::Dkim,
            (Evidence::Pass, _, _, _) => Origin::Dmarc,
            (Evidence::None, _, Dkim::Altered, _) => Origin::Altered,
            (Evidence::None, _, _, Results::Ambiguous | Results::Misplaced) => Origin::Doubtful,
            (Evidence::None, _, Dkim::Unavailable, _) => Origin::Unavailable,
            (Evidence::None, _, _, _) => Origin::None,
        }
    }
}

impl From<Evidence> for SenderEvidence {
    /// What the provider alone has found.
    fn from(found: Evidence) -> SenderEvidence {
        let results = match found {
            Evidence::Pass => Results::Pass,
            Evidence::None => Results::None,
            Evidence::Fail => Results::Fail,
        };
        SenderEvidence { results, ..SenderEvidence::NONE }
    }
}
