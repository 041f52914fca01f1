//! Floor 1: PGP (RFC 9580) with the desk's own key and the keys pinned in `people.toml`.
//!
//! rPGP does the packets and the mathematics; which key and subkey counts at which instant is settled
//! here ([`keys`]), strictly and by the time that is handed in. There is no key server, no web of trust,
//! no key from a mail.
//!
//! **Invariant:** nothing of an encrypted message is given away unless all of it was decrypted and its
//! integrity is proved: a message without such protection, a damaged one and one that unpacks to more
//! than the limit give a reason and not a single octet (EFAIL; trust-and-safety 5.5).

pub mod keys;
mod lifetimes;
pub mod desk;
mod opening;
pub mod outgoing;

pub use desk::DeskKey;
pub use keys::PublicKey;
pub use opening::Opened;

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nothing that can be read.
    #[error("holds no OpenPGP key that can be read; export one with gpg --export --armor")]
    Unreadable,
    /// More than one.
    #[error("holds several keys; leave the one that is meant")]
    Several,
    /// A secret key where a public one is asked for.
    #[error("holds a secret key, which is its owner's alone; ask for the public one (gpg --export --armor)")]
    Secret,
    /// A public key where the desk's secret one is asked for.
    #[error("holds no secret key; export it with gpg --export-secret-keys --armor")]
    NotSecret,
    /// The passphrase does not open it.
    #[error("cannot be unlocked; write its passphrase into the file passphrase_file names")]
    Locked,
    /// No self-signature that counts.
    #[error("is not signed by itself with SHA-256 or better; make a new key, or renew it with a current gpg")]
    Unbound,
    /// Its algorithm or length can be forged.
    #[error("is of a weak kind (RSA below 2048 bits, DSA or Elgamal); make a new key")]
    Weak,
}
