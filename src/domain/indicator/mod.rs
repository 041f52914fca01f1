//! Indicators of compromise in what somebody wrote: addresses on the web, hosts, IP and mail
//! addresses, digests of files, CVE numbers.
//!
//! Pure, bounded and linear: strangers choose the text. What was made unclickable on the way, such as
//! `hxxps://evil[.]example`, is read as what it stands for.

mod refang;
mod top_level;

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::domain::hosts::hosts_in;
use crate::domain::indicator::refang::refanged;
use crate::domain::indicator::top_level::is_top_level;
use crate::domain::person::Address;

/// Octets of a text that are looked at.
const TEXT_MAX: usize = 200_000;
/// Octets of one word that are looked at.
const WORD_MAX: usize = 2_000;
/// Characters of the shortest digest.
const MD5_LENGTH: usize = 32;
/// Indicators of one text.
const COUNT_MAX: usize = 60;

/// What kind of thing an indicator is, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// SHA-256 of a file.
    Sha256,
    /// SHA-1 of a file.
    Sha1,
    /// MD5 of a file.
    Md5,
    /// An address on the web.
    Url,
    /// A mail address.
    Address,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A host name.
    Host,
    /// A known vulnerability.
    Cve,
}

impl Kind {
    const ALL: &[Kind] =
        &[Kind::Sha256, Kind::Sha1, Kind::Md5, Kind::Url, Kind::Address, Kind::Ip, Kind::Host, Kind::Cve];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Sha256 => "sha256",
            Kind::Sha1 => "sha1",
            Kind::Md5 => "md5",
            Kind::Url => "url",
            Kind::Address => "address",
            Kind::Ip => "ip",
            Kind::Host => "host",
            Kind::Cve => "cve",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// One indicator, in the form in which two mails that mean the same thing have the same value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Indicator {
    /// What it is.
    pub kind: Kind,
    /// Its value; live, so never sent to anybody as it stands.
    pub value: String,
}

/// The indicators in a text in the order in which they stand there, each once, 60 at the most.
pub fn indicators(text: &str) -> Vec<Indicator> {
    let mut found = Found::default();
    for word in cut(text, TEXT_MAX).split_whitespace().filter(|word| may_hold(word)) {
        found.word(&refanged(cut(word, WORD_MAX)));
        if found.list.len() >= COUNT_MAX {
            break;
        }
    }
    found.list.truncate(COUNT_MAX);
    found.list
}

/// Whether a word can hold an indicator: it has one of the marks of one, or the length of a digest. Most
/// words of prose have neither.
fn may_hold(word: &str) -> bool {
    word.len() >= MD5_LENGTH
        || word.bytes().any(|octet| matches!(octet, b'.' | b':' | b'@' | b'[' | b'(' | b'{'))
        || (word.len() >= "CVE-2000-0000".len() && word.contains('-'))
}

/// The host of an address on the web, without user and port.
pub fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => host.split(':').next(),
    }
    .filter(|host| !host.is_empty())
}

#[derive(Default)]
struct Found {
    list: Vec<Indicator>,
    known: HashSet<Indicator>,
}

impl Found {
    fn add(&mut self, kind: Kind, value: String) {
        let indicator = Indicator { kind, value };
        if self.known.insert(indicator.clone()) {
            self.list.push(indicator);
        }
    }

    /// A word without blanks: its addresses on the web, and what stands between them.
    fn word(&mut self, word: &str) {
        let mut rest = word;
        while let Some(at) = rest.find("://") {
            let begin = rest[..at]
                .rfind(|c: char| !c.is_ascii_alphabetic())
                .map_or(0, |before| before + rest[before..].chars().next().map_or(1, char::len_utf8));
            self.pieces(&rest[..begin]);
            let scheme = rest[begin..at].to_ascii_lowercase();
            let behind = &rest[at + 3..];
            let end = behind.find(['<', '>', '"', '|', '`', '“', '”']).unwrap_or(behind.len());
            self.url(&scheme, behind[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'']));
            rest = &behind[end..];
        }
        self.pieces(rest);
    }

    fn url(&mut self, scheme: &str, rest: &str) {
        if !matches!(scheme, "http" | "https" | "ftp") {
            return self.pieces(rest);
        }
        let split = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(split);
        let path = if path == "/" { "" } else { path };
        let url = format!("{scheme}://{}{path}", authority.to_lowercase());
        let Some(host) = host_of(&url).map(str::to_owned) else { return };
        self.add(Kind::Url, url);
        self.machine(&host);
    }

    /// The host of an address on the web, or its number.
    fn machine(&mut self, host: &str) {
        match host.parse::<IpAddr>() {
            Ok(ip) => self.ip(ip),
            Err(_) if host.contains('.') => self.add(Kind::Host, host.trim_end_matches('.').to_owned()),
            Err(_) => {}
        }
    }

    fn ip(&mut self, ip: IpAddr) {
        if !ip.is_unspecified() && !ip.is_loopback() {
            self.add(Kind::Ip, ip.to_string());
        }
    }

    /// What is no address on the web: pieces between characters that stand in no indicator.
    fn pieces(&mut self, text: &str) {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':' | '+' | '%' | '/');
        for piece in text.split(|c: char| !part(c)) {
            let piece = piece.trim_matches(['.', ':', '-', '/', '%', '+']);
            if piece.len() >= 3 {
                self.piece(piece);
            }
        }
    }

    fn piece(&mut self, piece: &str) {
        let path_free = piece.split('/').next().unwrap_or(piece);
        if let Some((_, tail)) = piece.rsplit_once('@') {
            let address = path_free.trim_start_matches("mailto:").parse::<Address>();
            match address {
                Ok(address) if tail.contains('.') => self.add(Kind::Address, address.as_str().to_ascii_lowercase()),
                Ok(_) | Err(_) => {}
            }
        } else if let Ok(ip) = path_free.parse::<Ipv6Addr>() {
            // `::` and `a::` are marks of other things than machines.
            if path_free.len() > 5 {
                self.ip(IpAddr::V6(ip));
            }
        } else {
            piece.split(':').for_each(|part| self.plain(part));
        }
    }

    fn plain(&mut self, part: &str) {
        let host = part.split('/').next().unwrap_or(part).trim_matches(['.', '-', '_']);
        if let Some(kind) = digest_kind(part) {
            self.add(kind, part.to_ascii_lowercase());
        } else if is_cve(part) {
            self.add(Kind::Cve, part.to_ascii_uppercase());
        } else if let Ok(ip) = host.parse::<Ipv4Addr>() {
            self.ip(IpAddr::V4(ip));
        } else if hosts_in(host).next().is_some_and(|whole| whole.eq_ignore_ascii_case(host)) {
            let host = host.to_ascii_lowercase();
            if is_top_level(host.rsplit('.').next().unwrap_or_default()) {
                self.add(Kind::Host, host);
            }
        }
    }
}

fn digest_kind(text: &str) -> Option<Kind> {
    let kind = match text.len() {
        MD5_LENGTH => Kind::Md5,
        40 => Kind::Sha1,
        64 => Kind::Sha256,
        _ => return None,
    };
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    (mixed && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(kind)
}

fn is_cve(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>, least: usize, most: usize| {
        part.is_some_and(|part| (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    parts.next().is_some_and(|head| head.eq_ignore_ascii_case("CVE"))
        && digits(parts.next(), 4, 4)
        && digits(parts.next(), 4, 7)
        && parts.next().is_none()
}

/// The beginning of a text, at most so many octets of it.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found = indicators(text);
        let found: Vec<_> = found.iter().map(|found| (found.kind, found.value.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_reporters_write() {
        use Kind::{Address as Mail, Cve, Host, Ip, Md5, Sha1, Sha256, Url};
        check(
            "Halaman https://Dinkes.ciamiskab.go.id/Slot/?id=1, diretas.",
            &[(Url, "https://dinkes.ciamiskab.go.id/Slot/?id=1"), (Host, "dinkes.ciamiskab.go.id")],
        );
        check("(http://evil.example)", &[(Url, "http://evil.example"), (Host, "evil.example")]);
        check("situs jdih.ciamiskab.go.id/agenda", &[(Host, "jdih.ciamiskab.go.id")]);
        check("dari 203.0.113.7:8080 dan 2001:db8::7.", &[(Ip, "203.0.113.7"), (Ip, "2001:db8::7")]);
        check("http://203.0.113.9/x", &[(Url, "http://203.0.113.9/x"), (Ip, "203.0.113.9")]);
        check("http://[2001:db8::9]:80/x", &[(Url, "http://[2001:db8::9]:80/x"), (Ip, "2001:db8::9")]);
        check("surel <Pelaku@Evil.example>", &[(Mail, "pelaku@evil.example")]);
        check("mailto:pelaku@evil.example", &[(Mail, "pelaku@evil.example")]);
        check("cve-2024-4577, CVE-2021-44228", &[(Cve, "CVE-2024-4577"), (Cve, "CVE-2021-44228")]);
        check("md5:D41D8CD98F00B204E9800998ECF8427E", &[(Md5, "d41d8cd98f00b204e9800998ecf8427e")]);
        let (one, two) = (format!("{}1", "a".repeat(39)), format!("{}2", "b".repeat(63)));
        check(&format!("{one} {two}"), &[(Sha1, &one), (Sha256, &two)]);
        check("ftp://berkas.example/a.zip.", &[(Url, "ftp://berkas.example/a.zip"), (Host, "berkas.example")]);
        check("a<https://x.example/y>b", &[(Url, "https://x.example/y"), (Host, "x.example")]);
    }

    #[test]
    fn what_was_made_unclickable_is_read() {
        use Kind::{Address as Mail, Host, Ip, Url};
        check("hxxps[:]//evil[.]example/a", &[(Url, "https://evil.example/a"), (Host, "evil.example")]);
        check("hXXp[://]evil(dot)example", &[(Url, "http://evil.example"), (Host, "evil.example")]);
        check("203[.]0[.]113[.]7", &[(Ip, "203.0.113.7")]);
        check("pelaku[@]evil[.]example pelaku[at]evil{.}example", &[(Mail, "pelaku@evil.example")]);
    }

    #[test]
    fn what_is_no_indicator() {
        check("pukul 10.30, versi 1.2.3, 10:30:00", &[]);
        check("akhir kalimat.Lalu mulai lagi", &[]);
        check("lihat layar.png dan laporan.pdf", &[]);
        check("127.0.0.1 0.0.0.0 ::1", &[]);
        check("std::vec::Vec", &[]);
        check(&"a".repeat(32), &[]);
        check("javascript://evil", &[]);
        check("", &[]);
    }

    #[test]
    fn hostile_text_is_bounded() {
        let many: String = (0..10_000).map(|number| format!("http://h{number}.example/ ")).collect();
        assert_eq!(indicators(&many).len(), COUNT_MAX);
        assert!(indicators(&"://".repeat(500_000)).is_empty());
        assert!(indicators(&"[.]".repeat(500_000)).is_empty());
        assert!(indicators(&"a@".repeat(500_000)).is_empty());
        assert!(indicators(&"é://é".repeat(100_000)).is_empty());
    }
}
