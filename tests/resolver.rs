//! The DNS as it is asked in earnest, over UDP: a name server of ours that answers, says no, fails and is
//! silent.

use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

use siaga::daemon::dns::Dns;
use siaga::mail::evidence::KeyRecord;

const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// No question waits longer than five seconds; a test that waits this long hangs.
const LONG: Duration = Duration::from_secs(30);

/// A name server on a port of its own: it ends with its test.
fn name_server() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    let port = socket.local_addr().expect("its address").port();
    thread::spawn(move || {
        let mut question = [0; 1024];
        while let Ok((length, asker)) = socket.recv_from(&mut question) {
            if let Some(answer) = answer(&question[..length]) {
                let _ = socket.send_to(&answer, asker);
            }
        }
    });
    port
}

/// The answer to a question by the first label of its name; `None` is silence.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let name_ends = 12 + question[12..].iter().position(|byte| *byte == 0)? + 1;
    let asked = &question[12..name_ends + 4];
    let label = &question[13..13 + usize::from(question[12])];
    let (code, records): (u8, &[&str]) = match label {
        b"ada" => (0, &[KEY]),
        b"kosong" => (0, &[]),
        b"tiada" => (3, &[]),
        b"rusak" => (2, &[]),
        _ => return None,
    };
    let count = u8::try_from(records.len()).ok()?;
    let mut answer = vec![question[0], question[1], 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
    answer.extend_from_slice(asked);
    for text in records {
        let length = u8::try_from(text.len()).ok()?;
        // A pointer to the name, TXT, IN, a minute, and one character-string (RFC 1035 section 3.3.14).
        answer.extend_from_slice(&[0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        answer.extend_from_slice(text.as_bytes());
    }
    Some(answer)
}

#[tokio::test]
async fn a_resolver_that_answers_says_no_fails_or_is_silent_is_understood() {
    let conf = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
    let dns = Dns::of_resolv_conf(conf, name_server()).expect("a resolver");
    let cases = [
        ("ada", KeyRecord::Found(vec![KEY.as_bytes().to_vec()])),
        ("kosong", KeyRecord::Missing),
        ("tiada", KeyRecord::Missing),
        ("rusak", KeyRecord::Unavailable),
        ("diam", KeyRecord::Unavailable),
    ];
    for (label, expected) in cases {
        let begun = Instant::now();
        let name = format!("{label}._domainkey.kantor.example.");
        let keys = dns.keys(vec![name.clone()]).await;
        assert_eq!(format!("{keys:?}"), format!("{:?}", siaga::mail::evidence::Keys::from_iter([(name, expected)])));
        assert!(begun.elapsed() < LONG, "{label}");
    }
}
