//! Samples of how mail was protected on its way.

use crate::domain::protection::{Closed, MailSignature, MailSignatureFault, Protection, Sealing, Standard};
use crate::templates::samples::at;

pub(super) fn all() -> Vec<Protection> {
    let standard = Standard::Pgp;
    let signed = MailSignature::Pinned {
        standard,
        signed_at: at(23, 10, 29),
        key: "0123456789ABCDEF0123456789ABCDEF01234567".to_owned(),
    };
    let opened = Sealing::Opened { standard };
    let subject = Some("Celah pada situs Dinas Kesehatan".to_owned());
    let mut samples = vec![
        Protection { sealing: opened, signature: signed.clone(), subject },
        Protection { sealing: opened, ..Protection::default() },
        Protection { signature: signed, ..Protection::default() },
    ];
    samples.extend(["", "Budi Warga"].map(|name| {
        let standard = if name.is_empty() { Standard::Pgp } else { Standard::Smime };
        let signature = MailSignature::Unknown { standard, name: name.to_owned() };
        Protection { signature, ..Protection::default() }
    }));
    // A reason why it is closed and a fault of the signature on one page: neither depends on the other.
    samples.extend(MailSignatureFault::ALL.iter().enumerate().map(|(at, fault)| {
        let why = Closed::ALL[at % Closed::ALL.len()];
        let sealed_by = if why == Closed::Unsupported { Standard::Smime } else { Standard::Pgp };
        Protection {
            sealing: Sealing::Closed { standard: sealed_by, why },
            signature: MailSignature::Faulty { standard, fault: *fault, pinned: true },
            subject: None,
        }
    }));
    samples
}
