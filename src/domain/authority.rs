//! Whether a command counts: which evidence which class needs (decisions 6, trust-and-safety 5.2).
//!
//! One pure function holds the whole table. Whoever calls it only gathers evidence: better evidence
//! changes what is passed in, not the table.

use chrono::TimeDelta;

use crate::domain::answer::Evidence;
use crate::domain::command::vocabulary::Class;

/// `[command]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandPolicy {
    /// How long a text that leaves the team waits, so that it can be stopped.
    pub hold: TimeDelta,
    /// Whether the sender's domain must vouch for a command.
    pub require_evidence: bool,
}

/// What a mail proves about its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Proof {
    /// L1: its only From is the exact address of somebody who may use the word; for a reporter, that
    /// of a party of the ticket.
    pub registered: bool,
    /// L2: whether the sender's domain vouches for it.
    pub domain: Evidence,
    /// L3: it answers a mail of ours that went to this very person.
    pub answers_ours: bool,
    /// L4: a good one-time code stands on the line.
    pub code: CodeProof,
    /// L5: its signature.
    pub signature: SignatureProof,
}

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeProof {
    /// There is none, or it does not count.
    None,
    /// It came with the question it answers.
    Request,
    /// It was asked for a moment ago.
    Fresh,
}

/// What a signature over the whole message proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureProof {
    /// There is none.
    None,
    /// It is by the pinned key, and its text names what is decided.
    Good,
    /// It is broken, foreign or old.
    Bad,
}

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A ticket.
    Ticket,
    /// The desk: a list, a recap, help; the answer goes to the registered address alone.
    Desk,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It counts.
    Act,
    /// It does not count yet: a code for it goes to the registered address.
    SendCode,
    /// It does not count: a mail to answer goes to the registered address.
    SendToken,
    /// It does not count; the registered address is told why.
    Explain,
    /// It does not count; nobody but the team is told, so that no forger can use us.
    Silence,
}

/// Mails about proofs (codes, tokens, explanations) that one person gets in an hour: a forger must
/// not make us bombard anybody.
pub const PROOFS_PER_HOUR: u32 = 3;

/// Judges a command of that class.
pub fn judge(class: Class, subject: Subject, proof: Proof, policy: &CommandPolicy, sent_this_hour: u32) -> Verdict {
    let spare = sent_this_hour < PROOFS_PER_HOUR;
    let vouched = proof.domain == Evidence::Pass;
    // A code was sent to one mailbox and can be used once: whoever types it has our mail.
    let has_code = proof.code != CodeProof::None;
    let has_our_mail = proof.answers_ours || has_code;
    let domain_suffices = vouched || !policy.require_evidence;
    if !proof.registered {
        return Verdict::Silence;
    }
    let denied = if has_our_mail && spare { Verdict::Explain } else { Verdict::Silence };
    match (proof.signature, proof.domain) {
        (SignatureProof::Bad, _) => return denied,
        // A signature survives any path.
        (SignatureProof::Good, _) => return Verdict::Act,
        (SignatureProof::None, Evidence::Fail) => return denied,
        (SignatureProof::None, Evidence::Pass | Evidence::None) => {}
    }
    match class {
        Class::C0 if vouched || has_our_mail => Verdict::Act,
        Class::C0 => Verdict::Silence,
        Class::C1 | Class::C2 if has_our_mail && domain_suffices => Verdict::Act,
        Class::C1 if subject == Subject::Desk && domain_suffices => Verdict::Act,
        Class::C3 if has_code && domain_suffices => Verdict::Act,
        // Internal mail that nobody vouches for falls to a code, where a domain must vouch.
        Class::C1 | Class::C2 if has_code => Verdict::Act,
        Class::C3 if proof.code == CodeProof::Fresh => Verdict::Act,
        Class::C1 | Class::C2 if has_our_mail && spare => Verdict::SendCode,
        Class::C3 if (vouched || has_our_mail) && spare => Verdict::SendCode,
        // Where domains vouch, a mail that nobody vouches for is a forgery and helps nobody further.
        Class::C1 | Class::C2 | Class::C3 if spare && domain_suffices => Verdict::SendToken,
        Class::C1 | Class::C2 | Class::C3 => Verdict::Silence,
    }
}
