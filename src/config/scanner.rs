//! `[scanner]` of `siaga.toml`: the malware scanner, if there is one.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

use crate::config::values;

/// `[scanner]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerSettings {
    /// Where clamd listens.
    pub address: ScannerAddress,
    /// How long mail that is taken in together waits for it.
    #[serde(deserialize_with = "values::duration")]
    pub patience: Duration,
    /// Larger files are not scanned.
    #[serde(deserialize_with = "values::size")]
    pub size_max: u64,
}

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A socket of this machine.
    Socket(PathBuf),
    /// Host and port; files go there in clear.
    Tcp(String, u16),
}

impl ScannerAddress {
    /// Whether files stay on this machine.
    pub fn is_here(&self) -> bool {
        match self {
            ScannerAddress::Socket(_) => true,
            ScannerAddress::Tcp(host, _) => {
                host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            }
        }
    }
}

impl fmt::Display for ScannerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScannerAddress::Socket(path) => write!(f, "{}", path.display()),
            ScannerAddress::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            ScannerAddress::Tcp(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

impl<'de> Deserialize<'de> for ScannerAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ScannerAddress, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no scanner; write its socket \"/run/clamav/clamd.ctl\" or its port \"127.0.0.1:3310\""
            ))
        })
    }
}

fn parse(text: &str) -> Option<ScannerAddress> {
    if text.starts_with('/') {
        return Some(ScannerAddress::Socket(PathBuf::from(text)));
    }
    let (host, port) = text.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host);
    let named = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let port = port.parse().ok().filter(|port| *port != 0)?;
    named.then(|| ScannerAddress::Tcp(host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_host_with_its_port() {
        let cases = [
            ("/run/clamav/clamd.ctl", Some(("/run/clamav/clamd.ctl", true))),
            ("127.0.0.1:3310", Some(("127.0.0.1:3310", true))),
            ("[::1]:3310", Some(("[::1]:3310", true))),
            ("localhost:3310", Some(("localhost:3310", true))),
            ("av.kantor.example:3310", Some(("av.kantor.example:3310", false))),
            ("10.0.0.5:3310", Some(("10.0.0.5:3310", false))),
            ("clamd", None),
            ("clamd:0", None),
            (":3310", None),
            ("tcp://av:3310", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = parse(text).map(|address| (address.to_string(), address.is_here()));
            let expected = expected.map(|(shown, here)| (shown.to_owned(), here));
            assert_eq!(found, expected, "{text}");
        }
    }
}
