//! UIDs: where a message lies, and many of them in one command.

use crate::mail::transport::Place;

/// The place of a message.
pub(super) fn place(uid_validity: u32, uid: u32) -> Place {
    Place(format!("{uid_validity}/{uid}"))
}

/// The UID of a place, if it belongs to the folder as it is: after a change of UIDVALIDITY the same
/// UID may be another message.
pub(super) fn uid_in(place: &Place, uid_validity: u32) -> Option<u32> {
    let (validity, uid) = place.0.split_once('/')?;
    let uid = uid.parse().ok().filter(|uid| *uid != 0)?;
    (validity.parse() == Ok(uid_validity)).then_some(uid)
}

/// Ascending UIDs as IMAP writes them: `1:3,7`.
pub(super) fn set(uids: &[u32]) -> String {
    uids.chunk_by(|one, next| one.checked_add(1) == Some(*next))
        .map(|run| match run {
            [only] => only.to_string(),
            [first, .., last] => format!("{first}:{last}"),
            [] => String::new(),
        })
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_ranges() {
        let check = |uids: &[u32], expected: &str| assert_eq!(set(uids), expected);
        check(&[7], "7");
        check(&[1, 2, 3], "1:3");
        check(&[1, 2, 3, 7, 9, 10], "1:3,7,9:10");
        check(&[u32::MAX - 1, u32::MAX], "4294967294:4294967295");
    }

    #[test]
    fn a_place_of_another_uidvalidity_is_nowhere() {
        let check = |place: &str, expected: Option<u32>| assert_eq!(uid_in(&Place(place.into()), 17), expected);
        check("17/42", Some(42));
        check("18/42", None);
        check("17/0", None);
        check("17/", None);
        check("17/42/1", None);
        check("1700000000.M1.host", None);
        assert_eq!(uid_in(&place(17, 42), 17), Some(42));
    }
}
