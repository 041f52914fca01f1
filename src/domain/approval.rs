//! Approval by reply (SOP 5): one-time codes, what they are bound to, and what an approval records.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::authority::Standing;
use crate::domain::calendar::{Calendar, Counting, Limit};
use crate::domain::digest::{Digest, DigestBuilder};
use crate::domain::person::Address;
use crate::domain::question::Question;
use crate::domain::ticket::TicketId;

/// How the Kabid approves (`approval.mode`, decisions 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The authenticated reply is the approval. It is called that, never a signature.
    Reply,
    /// The reply brings the submitted PDF with a checked signature.
    SignedPdf,
}

/// `[approval]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalPolicy {
    /// How the Kabid approves.
    pub mode: Mode,
    /// How long an approval can be undone before the report leaves.
    pub hold: TimeDelta,
    /// Whether what the Kabid orders in the name of the office needs his signature.
    pub require_signature: bool,
}

/// An approval of one version of a report by one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The version.
    pub version: u32,
    /// Its digest.
    pub digest: Digest,
    /// Who approved.
    pub by: Address,
    /// Whether that was a deputy (Plh.).
    pub acting: bool,
    /// When.
    pub at: Time,
    /// By what.
    pub means: Means,
    /// Whether the report waits for `#teruskan`.
    pub withheld: bool,
}

/// What an approval rests on (decisions 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Means {
    /// The reply itself: "disetujui secara elektronik".
    Reply,
    /// A PDF with a good signature, brought by that reply. Only if its certificate was traced to a CA
    /// is it "ditandatangani"; otherwise anybody may have made that certificate, and the approval is
    /// called what it is without the signature: one by reply.
    SignedPdf(SignedFile),
}

impl Means {
    /// Whether the report may be called signed.
    pub fn is_signature(&self) -> bool {
        self.file().is_some_and(|signed| signed.traced)
    }

    /// The signed file, which goes to the OPD in place of the submitted one.
    pub fn file(&self) -> Option<&SignedFile> {
        match self {
            Means::Reply => None,
            Means::SignedPdf(signed) => Some(signed),
        }
    }
}

/// A PDF whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFile {
    /// The signed file.
    pub file: Digest,
    /// Whom its certificate names.
    pub signer: String,
    /// SHA-256 of that certificate.
    pub certificate: Digest,
    /// When it was signed, as the signature says.
    pub signed_at: Time,
    /// Whether the certificate was traced to a CA of `approval.ca_file`.
    pub traced: bool,
}

/// What is known of the signature of a PDF that came with an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// It was checked and is good.
    Checked(SignedFile),
    /// It cannot be accepted.
    Refused(SignatureFault),
}

/// Why a signed PDF cannot be accepted (K3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureFault {
    /// No PDF came.
    NoFile,
    /// Several PDFs came.
    SeveralFiles,
    /// It is no PDF that can be read: damaged, encrypted, or larger than any report.
    Unreadable,
    /// Something in the PDF acts by itself, which the report that was submitted did not.
    Acting,
    /// The PDF holds no signature.
    NoSignature,
    /// The file was changed after it was signed, or the signature does not cover all of it.
    Changed,
    /// The signature was not made with the key of its certificate, or cannot be read.
    Broken,
    /// It uses SHA-1 or another method that can be forged.
    Weak,
    /// The certificate was not valid when it signed.
    Expired,
    /// No configured CA vouches for the certificate.
    Untraced,
    /// The certificate names somebody else.
    OtherSigner,
    /// It was signed before the report was submitted.
    TooEarly,
    /// It names no signing time, or one that has not come yet.
    WrongTime,
    /// The submitted report holds no text that could be compared.
    NoText,
    /// Its content is not the report that was submitted.
    OtherContent,
}

/// A one-time code: eight characters of Crockford's base 32, 40 bits, written `7Q4K-9M2X`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;
/// How often a person may mistype before the code is void.
pub const TRIES_MAX: u8 = 5;

impl Code {
    /// The code made of 40 random bits.
    pub fn mint(random: [u8; 5]) -> Code {
        let bits = random.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let character = |place: usize| {
            let index = bits >> (5 * (LENGTH - 1 - place)) & 31;
            char::from(ALPHABET[usize::try_from(index).unwrap_or(0)])
        };
        Code((0..LENGTH).map(character).collect())
    }

    /// The code somebody typed: hyphens and case do not matter, and O is 0, I and L are 1.
    pub fn typed(text: &str) -> Option<Code> {
        let folded: String = text
            .chars()
            .filter(|c| *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let known = folded.len() == LENGTH && folded.bytes().all(|byte| ALPHABET.contains(&byte));
        known.then_some(Code(folded))
    }

    /// What is stored of it: a digest over the code and everything it is bound to.
    pub fn seal(&self, bound: &Binding) -> Digest {
        let mut builder = DigestBuilder::default();
        let question = serde_json::to_string(&bound.question).expect("a question is plain data");
        let report = bound.report.map(|digest| digest.to_string()).unwrap_or_default();
        let person = bound.person.as_str().to_ascii_lowercase();
        for part in [self.0.as_str(), &person, &bound.ticket.0.to_string(), &question, &report] {
            builder.update(&(part.len() as u64).to_be_bytes());
            builder.update(part.as_bytes());
        }
        builder.finish()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", &self.0[..LENGTH / 2], &self.0[LENGTH / 2..])
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// What a code is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Whose mailbox it was sent to.
    pub person: Address,
    /// The ticket.
    pub ticket: TicketId,
    /// The question it answers, with the report's version if it is about one.
    pub question: Question,
    /// The report's digest, if it is about a report.
    pub report: Option<Digest>,
}

/// Row id of a stored code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeId(pub i64);

/// A code as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// Row id.
    pub id: CodeId,
    /// What it is bound to.
    pub bound: Binding,
    /// Its seal.
    pub seal: Digest,
    /// When its question was closed; for an order, when it was given.
    pub closed_at: Option<Time>,
    /// Wrong codes that were typed while it was open, in mail that is vouched for.
    pub tries: u8,
    /// The same in mail that only answers ours: whoever guesses there takes nothing from its owner,
    /// whose mail is vouched for.
    pub unvouched_tries: u8,
    /// When it was used.
    pub used_at: Option<Time>,
}

impl StoredCode {
    /// Wrong codes that count against mail of that standing.
    fn tries_of(&self, standing: Standing) -> u8 {
        match standing {
            Standing::Vouched => self.tries,
            Standing::Answering | Standing::Bare => self.unvouched_tries,
        }
    }
}

/// Why a code does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// Nobody was sent it on this ticket; so many tries are left.
    #[error("the code is unknown; {tries_left} tries are left")]
    Unknown {
        /// Tries left before the open codes of this person are void.
        tries_left: u8,
    },
    /// It was mistyped too often.
    #[error("the code is void after too many tries")]
    Exhausted,
    /// It has been used.
    #[error("the code has been used")]
    Used,
    /// Its question was closed more than a working day ago.
    #[error("the code has expired")]
    Expired,
    /// It was sent to somebody else. It is void, and somebody should ask how it got about.
    #[error("the code was sent to somebody else")]
    Foreign,
}

/// What came of a typed code, and what must be noted on the stored ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It is good: mark it used, and act on its question.
    Good {
        /// The code.
        code: CodeId,
        /// What it is bound to.
        bound: Binding,
    },
    /// It does not count.
    Bad {
        /// Why.
        fault: CodeFault,
        /// Codes on which a try is counted.
        struck: Vec<CodeId>,
        /// Codes that are void from here on.
        voided: Vec<CodeId>,
    },
}

/// Checks a code somebody typed on a ticket, in mail of that standing, against every code of that ticket.
pub fn check(
    typed: &str,
    (person, standing): (&Address, Standing),
    codes: &[StoredCode],
    calendar: &Calendar,
    now: Time,
) -> Attempt {
    let bad = |fault| Attempt::Bad { fault, struck: Vec::new(), voided: Vec::new() };
    let own = |code: &&StoredCode| code.bound.person.same_mailbox(person);
    let open = |code: &StoredCode| code.used_at.is_none() && is_alive(code, calendar, now);
    let found = Code::typed(typed).and_then(|typed| codes.iter().find(|code| typed.seal(&code.bound) == code.seal));
    match found {
        Some(code) if !own(&code) => {
            Attempt::Bad { fault: CodeFault::Foreign, struck: Vec::new(), voided: vec![code.id] }
        }
        Some(code) if code.used_at.is_some() => bad(CodeFault::Used),
        Some(code) if code.tries_of(standing) >= TRIES_MAX => bad(CodeFault::Exhausted),
        Some(code) if !is_alive(code, calendar, now) => bad(CodeFault::Expired),
        Some(code) => Attempt::Good { code: code.id, bound: code.bound.clone() },
        None => {
            let spare = |code: &&StoredCode| open(code) && code.tries_of(standing) < TRIES_MAX;
            let struck: Vec<_> = codes.iter().filter(own).filter(spare).collect();
            let tries_left = struck.iter().map(|code| TRIES_MAX - code.tries_of(standing) - 1).max().unwrap_or(0);
            Attempt::Bad {
                fault: CodeFault::Unknown { tries_left },
                struck: struck.iter().map(|code| code.id).collect(),
                voided: Vec::new(),
            }
        }
    }
}

/// Whether a code can never be used again.
pub fn is_dead(code: &StoredCode, calendar: &Calendar, now: Time) -> bool {
    code.used_at.is_some() || code.tries >= TRIES_MAX || !is_alive(code, calendar, now)
}

/// Whether a code lives: as long as its question is open, and one working day more (decisions 7).
fn is_alive(code: &StoredCode, calendar: &Calendar, now: Time) -> bool {
    code.closed_at.is_none_or(|closed| now <= calendar.due(closed, Limit::Days(1), Counting::Working).at)
}
