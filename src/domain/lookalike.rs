//! Addresses that look like one of ours to a reader and are another's (UTS 39, RFC 5891): letters of
//! another script, `xn--` that shows as such letters, `rn` for `m`, `0` for `o`, `1` for `l`.

use serde::Serialize;
use unicode_security::confusable_detection::skeleton;

use crate::domain::directory::Directory;
use crate::domain::incoming::IncomingMail;
use crate::domain::person::Address;

/// Characters of an address that are looked at (RFC 5321 section 4.5.3.1).
const LENGTH_MAX: usize = 254;
/// Addresses of an unusable From header that are looked at.
const ADDRESSES_MAX: usize = 10;

/// A sender whose address looks like somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookalike {
    /// His address in letters that cannot be mistaken.
    pub sender: String,
    /// Whose it looks like: an address, or `@domain` where only the domain looks like one of ours.
    pub meant: String,
    /// Whether the whole address looks like that of somebody with a role.
    pub whole: bool,
}

/// Whether the sender of a mail looks like one of the team or of an OPD without being one of them.
pub fn lookalike(mail: &IncomingMail, people: &Directory) -> Option<Lookalike> {
    match &mail.sender {
        Some(sender) => alike(sender.address.as_str(), people),
        // An address in other letters is none, and stands only in the words of the header.
        None => written_in(&mail.from_text).find_map(|address| alike(address, people)),
    }
}

fn written_in(from: &str) -> impl Iterator<Item = &str> {
    let apart = |c: char| c.is_whitespace() || "<>,;:\"()".contains(c);
    from.split(apart).filter(|word| word.contains('@') && word.len() <= LENGTH_MAX).take(ADDRESSES_MAX)
}

fn alike(address: &str, people: &Directory) -> Option<Lookalike> {
    let (local, domain) = address.rsplit_once('@')?;
    let seen = (as_seen(local), as_seen(&unicode(domain)));
    let is_ours = |own: &Address| own.as_str().eq_ignore_ascii_case(address);
    let known_domain = people.everybody().any(|person| person.address.domain().eq_ignore_ascii_case(domain));
    if people.everybody().any(|person| is_ours(&person.address)) {
        return None;
    }
    let like = |own: &Address| (as_seen(own.local()), as_seen(&unicode(own.domain()))) == seen;
    let whole = people.everybody().find(|person| like(&person.address));
    let meant = match whole {
        Some(person) => person.address.to_string(),
        None if known_domain => return None,
        None => {
            let like = |own: &Address| as_seen(&unicode(own.domain())) == seen.1;
            let own = people.everybody().find(|person| like(&person.address))?;
            format!("@{}", own.address.domain())
        }
    };
    Some(Lookalike { sender: plainly(local, domain), meant, whole: whole.is_some() })
}

/// What a reader sees, whatever letters it is made of. The skeleton makes capitals of digits.
fn as_seen(text: &str) -> String {
    skeleton(&text.to_lowercase()).collect::<String>().to_lowercase()
}

/// A domain as mail programs show it.
fn unicode(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

/// An address in letters that cannot be mistaken: the domain as `xn--`, other letters by number.
fn plainly(local: &str, domain: &str) -> String {
    let plain = |text: &str| {
        let letter = |c: char| if c.is_ascii() { c.to_string() } else { format!("[U+{:04X}]", u32::from(c)) };
        text.chars().map(letter).collect::<String>()
    };
    format!("{}@{}", plain(local), idna::domain_to_ascii(domain).unwrap_or_else(|_| plain(domain)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::Person;

    fn people() -> Directory {
        let person = |address: &str| Person { name: String::new(), address: address.parse().expect("valid") };
        Directory {
            kabid: Some(person("kabid@csirt.example")),
            analysts: vec![person("ami.lolo@csirt.example"), person("warga.tim@gmail.example")],
            ..Directory::default()
        }
    }

    #[test]
    fn what_looks_like_one_of_us_and_what_does_not() {
        let whole = |meant: &str| Some((meant.to_owned(), true));
        let domain = |meant: &str| Some((meant.to_owned(), false));
        let cases = [
            ("kabid@cs\u{456}rt.example", whole("kabid@csirt.example")),
            ("kabid@xn--csrt-m9d.example", whole("kabid@csirt.example")),
            ("k\u{430}bid@csirt.example", whole("kabid@csirt.example")),
            ("KABID@cs\u{456}rt.example", whole("kabid@csirt.example")),
            ("ami.l0lo@csirt.example", whole("ami.lolo@csirt.example")),
            ("arni.lolo@csirt.example", whole("ami.lolo@csirt.example")),
            ("ami.1o1o@csirt.example", whole("ami.lolo@csirt.example")),
            ("siapa@cs\u{456}rt.example", domain("@csirt.example")),
            ("orang@grnail.example", domain("@gmail.example")),
            ("kabid@csirt.example", None),
            ("KABID@csirt.example", None),
            ("orang@gmail.example", None),
            ("kabid@csirt.example.evil.example", None),
            ("budi@warga.example", None),
            ("kabid", None),
            ("@", None),
        ];
        for (address, expected) in cases {
            let found = alike(address, &people()).map(|found| (found.meant, found.whole));
            assert_eq!(found, expected, "{address}");
        }
    }

    #[test]
    fn the_letters_are_shown_so_that_they_cannot_be_mistaken() {
        let shown = |address: &str| alike(address, &people()).expect("alike").sender;
        assert_eq!(shown("kabid@cs\u{456}rt.example"), "kabid@xn--csrt-m9d.example");
        assert_eq!(shown("k\u{430}bid@csirt.example"), "k[U+0430]bid@csirt.example");
    }
}
