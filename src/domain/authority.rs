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
    /// Whether a one-time code can stand for that: mail between the provider's own accounts comes
    /// without any mark of its origin.
    pub code_without_evidence: bool,
    /// Whether the answer to a mail of ours is proved by the secret address it goes to.
    pub subaddress: bool,
    /// Whether what speaks for the office (C3) needs a good signature beside its code
    /// (`approval.require_signature`).
    pub require_signature: bool,
    /// Mails about proofs (codes, addresses to answer, explanations) that one person gets in an hour:
    /// a forger must not make us bombard anybody.
    pub proofs_hour: u32,
}

/// What a mail proves about its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Proof {
    /// L1: its only From is the exact address of somebody who may use the word; for a reporter, that
    /// of a party of the ticket.
    pub registered: bool,
    /// L2: whether the sender's domain vouches for it.
    pub domain: Evidence,
    /// Whether the domain vouches for one of its accounts and any of them may be meant.
    pub shared_domain: bool,
    /// L3: it answers a mail of ours that went to this very person.
    pub answers_ours: bool,
    /// L4: a good one-time code stands on the line.
    pub code: CodeProof,
    /// L5: its signature.
    pub signature: SignatureProof,
}

/// How well a mail shows that it is of whom it names. Answers to mail of each kind are counted apart:
/// otherwise a forger would use up what the person himself is told in an hour, and leave him in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// His domain or his signature vouches for it.
    Vouched,
    /// It only answers a mail of ours, as whoever saw one can.
    Answering,
    /// Nothing speaks for it, or something against it.
    Bare,
}

impl Standing {
    /// All of them.
    pub const ALL: &[Standing] = &[Standing::Vouched, Standing::Answering, Standing::Bare];

    /// How the purposes of answers to such mail begin.
    pub fn mark(self) -> &'static str {
        match self {
            Standing::Vouched => "",
            Standing::Answering => "answering:",
            Standing::Bare => "bare:",
        }
    }
}

impl Proof {
    /// How well it shows whose it is.
    pub fn standing(&self) -> Standing {
        match (self.signature, self.domain) {
            (SignatureProof::Bad, _) | (SignatureProof::None, Evidence::Fail) => Standing::Bare,
            (SignatureProof::Good, _) => Standing::Vouched,
            // Any account of such a domain writes any of its names.
            (SignatureProof::None, Evidence::Pass) if !self.shared_domain || self.answers_ours => Standing::Vouched,
            (SignatureProof::None, Evidence::Pass | Evidence::None) if self.answers_ours => Standing::Answering,
            (SignatureProof::None, Evidence::Pass | Evidence::None) => Standing::Bare,
        }
    }
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
    /// It is by the key pinned for the sender, over the whole message and recent. What it decides only
    /// the code in the signed text tells: without one it proves no more than any old signed mail.
    Good,
    /// It is broken, foreign, old or over a part of the message.
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

/// Judges a command of that class.
pub fn judge(class: Class, subject: Subject, proof: Proof, policy: &CommandPolicy, sent_this_hour: u32) -> Verdict {
    let spare = sent_this_hour < policy.proofs_hour;
    if !proof.registered {
        return Verdict::Silence;
    }
    let has_code = proof.code != CodeProof::None;
    let signed = proof.signature == SignatureProof::Good;
    // Whoever signed with the pinned key is told why in any case; whoever keeps a copy of such a mail
    // gains a few mails an hour to him by it.
    let heard = proof.answers_ours || has_code || signed;
    let denied = if heard && spare { Verdict::Explain } else { Verdict::Silence };
    match (proof.signature, proof.domain) {
        (SignatureProof::Bad, _) => return denied,
        // A signature survives any path, but only the code in its text names what is decided: a signed
        // mail of another time or conversation is a good signature too (cases 38 and 91).
        (SignatureProof::Good, _) if has_code => return Verdict::Act,
        (SignatureProof::Good | SignatureProof::None, Evidence::Fail) => return denied,
        (SignatureProof::Good | SignatureProof::None, Evidence::Pass | Evidence::None) => {}
    }
    if class == Class::C3 && policy.require_signature {
        return signature_is_missing(proof, denied, spare);
    }
    let acts = match class {
        // Whoever asks gets what the reporter may see, at the reporter's address.
        Class::C0 => proof.domain == Evidence::Pass || proof.answers_ours || has_code,
        Class::C1 | Class::C2 => may_order(class, subject, proof, policy),
        Class::C3 => may_speak_for_the_office(proof, policy),
    };
    let vouched = proof.domain == Evidence::Pass;
    let mends = policy.mends_without_evidence() || signed;
    match class {
        Class::C0 | Class::C1 | Class::C2 | Class::C3 if acts => Verdict::Act,
        Class::C0 => Verdict::Silence,
        // Where nobody vouches and no code could mend that, none is sent.
        Class::C1 | Class::C2 | Class::C3 if !vouched && !mends => denied,
        Class::C1 | Class::C2 if proof.answers_ours && spare => Verdict::SendCode,
        Class::C3 if (vouched || proof.answers_ours) && spare => Verdict::SendCode,
        // Where domains vouch, a mail that nobody vouches for is a forgery and helps nobody further.
        Class::C1 | Class::C2 | Class::C3 if spare && (vouched || !policy.require_evidence) => Verdict::SendToken,
        Class::C1 | Class::C2 | Class::C3 if signed => denied,
        Class::C1 | Class::C2 | Class::C3 => Verdict::Silence,
    }
}

/// What follows where only a signature with its code would count and one of the two is missing.
fn signature_is_missing(proof: Proof, denied: Verdict, spare: bool) -> Verdict {
    let vouched = proof.domain == Evidence::Pass;
    match proof.signature {
        SignatureProof::Good if spare && (vouched || proof.answers_ours) => Verdict::SendCode,
        SignatureProof::None if spare && vouched => Verdict::Explain,
        SignatureProof::Good | SignatureProof::None | SignatureProof::Bad => denied,
    }
}

/// C1 and C2: the domain vouches and the sender has our mail; a code stands for what is missing.
fn may_order(class: Class, subject: Subject, proof: Proof, policy: &CommandPolicy) -> bool {
    let has_code = proof.code != CodeProof::None;
    let domain_suffices = proof.domain == Evidence::Pass || !policy.require_evidence;
    // Of a domain in which any account writes any From, the domain alone says too little.
    let needs_code = class == Class::C2 && proof.shared_domain && policy.require_evidence;
    if domain_suffices {
        let has_our_mail = if needs_code { has_code } else { proof.answers_ours || has_code };
        return has_our_mail || (class == Class::C1 && subject == Subject::Desk);
    }
    policy.code_without_evidence && proof.answers_ours && has_code
}

/// C3, in the order of trust-and-safety 5.2.
fn may_speak_for_the_office(proof: Proof, policy: &CommandPolicy) -> bool {
    match (proof.domain, proof.code) {
        (_, CodeProof::None) | (Evidence::Fail, _) => false,
        (Evidence::Pass, CodeProof::Request | CodeProof::Fresh) => true,
        (Evidence::None, CodeProof::Request) => !policy.require_evidence,
        (Evidence::None, CodeProof::Fresh) => {
            !policy.require_evidence || (policy.code_without_evidence && proof.answers_ours)
        }
    }
}

impl CommandPolicy {
    /// Whether a command nobody vouches for can be proved at all.
    fn mends_without_evidence(&self) -> bool {
        !self.require_evidence || self.code_without_evidence
    }
}
