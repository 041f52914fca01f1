//! Whether a signed PDF that came with an approval is the Kabid's signature under the very report.
//!
//! Three decisions live here (decisions 9 leaves them open):
//!
//! - **Whose certificate it is** is told by the pinned digest of the certificate if `people.toml` has
//!   one for that person; otherwise by the name or the address in it.
//! - **The same report** means the same number of pages, and on each page the text of the submitted
//!   page in one piece. Tools of the national CA add a visible footer and may rewrite the file, so bytes cannot
//!   be compared, and what they add may stand before or behind the text but never inside it.
//! - **The signing time** is what the signer's machine says; its clock may be some minutes off.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::Time;
use crate::domain::approval::{Signature, SignatureFault, SignedFile};
use crate::domain::digest::Digest;
use crate::domain::person::Address;

/// How far the clock of a signing service may be off (domain 4.3: almost six minutes were seen).
const CLOCK_OFF: TimeDelta = TimeDelta::minutes(10);
/// Characters a visible signature may add to one page.
const ADDED_MAX: usize = 1_500;
/// Characters below which a document holds no text to compare: a scan.
const TEXT_MIN: usize = 40;

/// The text of a document, page by page, without white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages(pub Vec<String>);

/// A PDF whose signature covers all of it, was made with the key of its certificate, and is unbroken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPdf {
    /// Its text.
    pub pages: Pages,
    /// The common name in the certificate.
    pub name: String,
    /// The addresses in the certificate.
    pub addresses: Vec<String>,
    /// SHA-256 of the certificate.
    pub certificate: Digest,
    /// When it was signed, as the signer's machine says.
    pub signed_at: Time,
    /// Whether the certificate was traced to a configured CA; `false` only if none is configured.
    pub traced: bool,
}

/// Whose signatures count, and who vouches for certificates.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// The Kabid and his deputies.
    pub signers: Vec<Signer>,
    /// Certificates of the CAs in `approval.ca_file`, as DER.
    pub authorities: Vec<Vec<u8>>,
}

/// How one person's certificate is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Whose it is.
    pub address: Address,
    /// The common name in it.
    pub name: String,
    /// SHA-256 of the one certificate that counts, if it is pinned.
    pub pinned: Option<Digest>,
}

impl Signing {
    /// Whether a certificate is that person's.
    fn is_of(&self, signed: &SignedPdf, person: &Address) -> bool {
        self.signers.iter().filter(|signer| signer.address.same_mailbox(person)).any(|signer| match signer.pinned {
            Some(pinned) => pinned == signed.certificate,
            None => {
                let named = folded(&signer.name) == folded(&signed.name) && !signer.name.trim().is_empty();
                named || signed.addresses.iter().any(|address| address.eq_ignore_ascii_case(person.as_str()))
            }
        })
    }
}

/// What a signed file is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who approves.
    pub by: &'a Address,
    /// The text of the report.
    pub report: &'a Pages,
    /// When it was submitted.
    pub submitted_at: Time,
    /// When the approval came.
    pub now: Time,
}

/// Judges a file whose signature is unbroken.
pub fn judge(file: Digest, signed: &SignedPdf, expected: Expected<'_>, signing: &Signing) -> Signature {
    let fault = if !signing.is_of(signed, expected.by) {
        Some(SignatureFault::OtherSigner)
    } else if signed.signed_at < expected.submitted_at - CLOCK_OFF {
        Some(SignatureFault::TooEarly)
    } else if signed.signed_at > expected.now + CLOCK_OFF {
        Some(SignatureFault::WrongTime)
    } else {
        compare(expected.report, &signed.pages).err()
    };
    match fault {
        Some(fault) => Signature::Refused(fault),
        None => Signature::Checked(SignedFile {
            file,
            signer: signed.name.clone(),
            certificate: signed.certificate,
            signed_at: signed.signed_at,
            traced: signed.traced,
        }),
    }
}

/// Whether the signed pages hold the submitted ones.
fn compare(submitted: &Pages, signed: &Pages) -> Result<(), SignatureFault> {
    let length = |text: &str| text.chars().count();
    if submitted.0.iter().map(|page| length(page)).sum::<usize>() < TEXT_MIN {
        return Err(SignatureFault::NoText);
    }
    let holds = |(page, signed): (&String, &String)| {
        signed.contains(page.as_str()) && length(signed) - length(page) <= ADDED_MAX
    };
    let same = submitted.0.len() == signed.0.len() && submitted.0.iter().zip(&signed.0).all(holds);
    if same { Ok(()) } else { Err(SignatureFault::OtherContent) }
}

/// A name as it is compared: certificates write capitals, people and programs different blanks.
fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pages", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(pages: &[&str]) -> Pages {
        Pages(pages.iter().map(|page| (*page).to_owned()).collect())
    }

    #[test]
    fn a_footer_may_stand_around_the_text_and_never_inside_it() {
        let report = "LaporanHasilAnalisisInsidenSibersitusbersihdariperjudian";
        let check = |signed: &[&str], expected: Result<(), SignatureFault>| {
            assert_eq!(compare(&pages(&[report]), &pages(signed)), expected, "{signed:?}");
        };
        check(&[report], Ok(()));
        check(&[&format!("{report}DitandatanganisecaraelektronikBSrE")], Ok(()));
        check(&[&format!("BSrE{report}")], Ok(()));
        check(&[&report.replace("situsbersih", "situstidakbersih")], Err(SignatureFault::OtherContent));
        check(&[report, "halamantambahan"], Err(SignatureFault::OtherContent));
        check(&[], Err(SignatureFault::OtherContent));
        check(&[&format!("{report}{}", "x".repeat(ADDED_MAX + 1))], Err(SignatureFault::OtherContent));
        assert_eq!(compare(&pages(&["x"]), &pages(&["x"])), Err(SignatureFault::NoText), "a scan proves nothing");
    }
}
