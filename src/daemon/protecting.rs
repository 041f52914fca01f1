//! What leaves is signed with the desk's key and encrypted to whoever has one pinned.
//!
//! What cannot be encrypted as it should be waits and the team is told: a report about an open hole
//! must not go in clear because a key has run out. What tells the team so, and says nothing else, goes in
//! clear where it must: otherwise nobody would learn of it once every key has run out. What cannot be
//! signed goes unsigned, and the team is told of that: a signature adds trust, and without the mail itself
//! a deadline would pass unseen.

use std::sync::Arc;

use crate::domain::Time;
use crate::domain::outgoing::OutgoingMail;
use crate::domain::person::Address;
use crate::openpgp::outgoing::{Unprotected, protected};
use crate::openpgp::{DeskKey, PublicKey};

/// Who signs, and who is encrypted to.
#[derive(Debug, Default)]
pub struct Protecting {
    signer: Option<Arc<DeskKey>>,
    readers: Vec<(Address, PublicKey)>,
}

/// A mail on its way out.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) mail: OutgoingMail,
    pub(super) how: How,
}

/// How it leaves, or that it does not.
#[derive(Debug)]
pub(super) enum How {
    /// As it should.
    Protected,
    /// It should have been signed and is not.
    Unsigned,
    /// It should have been encrypted and cannot be, and says nothing secret: in clear.
    InClear(Unprotected),
    /// It should have been encrypted and cannot be: it waits.
    Waits(Unprotected),
}

impl Protecting {
    /// With the desk's key, if it signs, and the keys of whoever gets his mail encrypted.
    pub fn new(signer: Option<Arc<DeskKey>>, readers: Vec<(Address, PublicKey)>) -> Protecting {
        Protecting { signer, readers }
    }

    /// Whether anything is to be done for that recipient.
    pub(super) fn concerns(&self, recipient: &Address) -> bool {
        self.signer.is_some() || self.reader(recipient).is_some()
    }

    fn reader(&self, recipient: &Address) -> Option<&PublicKey> {
        self.readers.iter().find(|(address, _)| address.same_mailbox(recipient)).map(|(_, key)| key)
    }

    /// The mail signed and encrypted.
    pub(super) fn leaving(&self, mail: OutgoingMail, now: Time) -> Leaving {
        let reader = self.reader(&mail.recipient);
        let (done, how) = match protected(&mail.bytes, self.signer.as_deref(), reader, now) {
            Err(Unprotected::Signer) => (protected(&mail.bytes, None, reader, now), How::Unsigned),
            done => (done, How::Protected),
        };
        match done {
            Ok(bytes) => Leaving { mail: OutgoingMail { bytes, ..mail }, how },
            Err(why) if mail.clear => self.in_clear(mail, why, now),
            Err(why) => Leaving { mail, how: How::Waits(why) },
        }
    }

    /// The mail that tells of a key that cannot be used, signed if it can be: sealed with that very key it
    /// would tell nobody.
    fn in_clear(&self, mail: OutgoingMail, why: Unprotected, now: Time) -> Leaving {
        let signed = protected(&mail.bytes, self.signer.as_deref(), None, now).ok();
        let bytes = signed.unwrap_or_else(|| mail.bytes.clone());
        Leaving { mail: OutgoingMail { bytes, ..mail }, how: How::InClear(why) }
    }
}
