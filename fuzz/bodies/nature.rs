//! Any headers and text: a kind whose fields hold together, and the same one whoever passed the mail
//! on.

use siaga::domain::incoming::Nature;
use siaga::mail::parse::parse;

pub(crate) fn body(data: &[u8]) {
    let Ok(parsed) = parse(data) else { return };
    let mail = parsed.mail;
    match &mail.nature {
        Nature::Bounce(bounce) => {
            assert!(mail.automatic.is_some(), "a bounce may be answered");
            assert!(bounce.about.len() <= 50);
            if let Some(status) = &bounce.status {
                assert!(status.split('.').count() == 3 && status.starts_with(['4', '5']), "{status:?}");
            }
        }
        Nature::AutoReply | Nature::DispositionNotice | Nature::MachineReport => {
            assert!(mail.automatic.is_some(), "an automatic mail may be answered");
        }
        Nature::AbuseReport(feedback) => {
            assert!(feedback.uris.len() <= 50 && feedback.domains.len() <= 50 && feedback.original_to.len() <= 50);
        }
        Nature::Person => {}
    }
    // One more station on the way changes nothing but the count.
    if mail.hops < 50 && data.first().is_some_and(u8::is_ascii_alphabetic) && is_plain_head(data) {
        let passed =
            [b"Received: from relay.example by mx.csirt.example; Mon, 23 Nov 2026 07:30:00 +0700\r\n", data].concat();
        let passed = parse(&passed).expect("one hop more").mail;
        assert_eq!((passed.nature, passed.automatic), (mail.nature, mail.automatic));
        assert_eq!((passed.hops, passed.core), (mail.hops + 1, mail.core));
    }
}

/// Whether the message begins with a header line that is ended as everybody ends them: where all ends
/// are CR alone, the line put in front would change how the whole is read.
fn is_plain_head(data: &[u8]) -> bool {
    let first = data.split(|byte| *byte == b'\n').next().unwrap_or(data);
    let name = first.iter().position(|byte| *byte == b':');
    let ended = first.ends_with(b"\r") && first.len() < 4_000 && data.len() > first.len();
    ended && name.is_some_and(|at| first[..at].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-'))
}
