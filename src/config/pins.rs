//! Keys in `people.toml`: the files that are named there, read together with it. Whether such a key can
//! be used is asked by whoever uses it.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::domain::person::Address;
use crate::domain::protection::{KeyFile, PinnedKeys};

/// What stands at one person.
pub(super) struct Pinned<'a> {
    pub(super) place: String,
    pub(super) address: &'a Address,
    pub(super) pgp: Option<&'a Path>,
    pub(super) encrypts: Option<bool>,
    pub(super) smime: Option<&'a Path>,
}

/// A file that cannot be read, or a key without a meaning.
pub(super) struct Unread {
    pub(super) place: String,
    pub(super) message: String,
    pub(super) remedy: &'static str,
}

/// The keys of everybody who has some, each person once; and what cannot be read.
pub(super) fn pinned(people: Vec<Pinned<'_>>) -> (Vec<PinnedKeys>, Vec<Unread>) {
    let (mut pins, mut unread) = (Vec::<PinnedKeys>::new(), Vec::new());
    for person in people {
        let place = |key: &str| format!("{}.{key}", person.place);
        let mut read = |key: &str, path: Option<&Path>, reading: fn(&Path) -> Result<Vec<u8>, String>, remedy| {
            let path = path?;
            match reading(path) {
                Ok(bytes) => Some(KeyFile { path: path.display().to_string(), bytes }),
                Err(message) => {
                    unread.push(Unread { place: place(key), message, remedy });
                    None
                }
            }
        };
        let remedy = "write the whole path of a public key, made with gpg --export --armor";
        let pgp = read("pgp_key_file", person.pgp, file, remedy);
        let remedy = "write the whole path of the certificate as a PEM file";
        let smime = read("smime_certificate_file", person.smime, certificate, remedy);
        if person.encrypts.is_some() && person.pgp.is_none() {
            let message = "there is no key to encrypt to".to_owned();
            unread.push(Unread { place: place("pgp_encrypt"), message, remedy: "name one in pgp_key_file" });
        }
        if pgp.is_none() && smime.is_none() {
            continue;
        }
        let keys =
            PinnedKeys { address: person.address.clone(), pgp, encrypts: person.encrypts.unwrap_or(true), smime };
        let known = pins.iter().find(|known| known.address.same_mailbox(&keys.address));
        if known.is_some_and(|known| *known != keys) {
            let message = format!("{} has other keys elsewhere in this file", keys.address);
            let remedy = "write the same keys wherever that person stands";
            unread.push(Unread { place: person.place.clone(), message, remedy });
        } else if known.is_none() {
            pins.push(keys);
        }
    }
    (pins, unread)
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The one certificate in a PEM file, as DER.
fn certificate(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read.map_err(|error| format!("{shown}: {error}"))?.as_slice() {
        [one] => Ok(one.to_vec()),
        [] => Err(format!("{shown} holds no certificate")),
        [_, _, ..] => Err(format!("{shown} holds several certificates")),
    }
}
