//! A server's reply, and what it says about the mail at the stage where it came.

use std::error::Error as _;

use lettre::transport::smtp;
use lettre::transport::smtp::response::Response;

use crate::domain::outgoing::SendOutcome;
use crate::mail::transport::Trouble;

/// Characters of a reply that are kept.
const KEPT_CHARS_MAX: usize = 500;

/// A reply of the server, whatever its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The three digits.
    pub(super) code: u16,
    /// Its text in one line, enhanced code included; bounded and without control characters.
    pub(super) text: String,
}

/// Why there is no reply: time ran out, the connection broke, or what came is no SMTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Silence(pub(super) String);

impl Reply {
    /// The reply in lettre's result; errors with a code are replies like any other.
    pub(super) fn of(result: Result<Response, smtp::Error>) -> Result<Reply, Silence> {
        match result {
            Ok(response) => {
                let lines: Vec<_> = response.message().collect();
                Ok(Reply { code: response.code().into(), text: one_line(&lines.join(" ")) })
            }
            Err(error) => {
                let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                match error.status() {
                    Some(code) => Ok(Reply { code: code.into(), text: one_line(&text) }),
                    None if text == "incomplete response" => Err(Silence("the server closed the connection".into())),
                    None => Err(Silence(one_line(&text))),
                }
            }
        }
    }

    /// Whether the server agrees (2yz).
    pub(super) fn agrees(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether the server closes the connection with this reply (RFC 5321 section 3.8).
    pub(super) fn closes(&self) -> bool {
        self.code == 421
    }

    /// The reply as people read it: `550 5.1.1 no such user`.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.code, self.text).trim_end().to_owned()
    }

    /// Whether the server refuses us and not this mail: it goes away, wants a login or TLS, or has lost
    /// the thread of the dialogue.
    fn refuses_us(&self) -> bool {
        self.closes() || self.wants_login() || self.code == 503
    }

    fn wants_login(&self) -> bool {
        matches!(self.code, 530 | 534 | 535 | 538)
    }

    /// Whether the mail is larger than the server takes: 552, or RFC 3463's X.3.4 and X.2.3.
    fn too_large(&self) -> bool {
        let enhanced = self.text.split(' ').next().unwrap_or_default();
        self.code == 552 || (self.code / 100 == 5 && matches!(enhanced, "5.3.4" | "5.2.3"))
    }

    fn unavailable(&self) -> SendOutcome {
        SendOutcome::Unavailable { reason: self.shown(), needs_person: self.code / 100 == 5 && self.code != 503 }
    }

    /// This refusal of a connection, greeting to login, as trouble.
    pub(super) fn trouble(&self, doing: &str) -> Trouble {
        Trouble { reason: format!("{doing}: {}", self.shown()), needs_person: self.code / 100 == 5 }
    }
}

/// What a refusal of MAIL means. Every mail of the desk bears the same sender, so a refused sender is
/// trouble of the desk and not of the mail: given up, it would take the whole outbox with it. A
/// refused null sender concerns only the mails that have it; they are tried again without holding up
/// the others.
pub(super) fn refused_sender(reply: &Reply, null_sender: bool) -> SendOutcome {
    let shown = reply.shown();
    if reply.too_large() {
        SendOutcome::Permanent { reply: shown }
    } else if null_sender && reply.code / 100 == 5 && !reply.refuses_us() {
        SendOutcome::Transient { reply: shown }
    } else {
        reply.unavailable()
    }
}

/// What a refusal of RCPT, DATA or the text before its end means.
pub(super) fn refused_mail(reply: &Reply) -> SendOutcome {
    let shown = reply.shown();
    match reply.code / 100 {
        4 if !reply.refuses_us() => SendOutcome::Transient { reply: shown },
        5 if !reply.refuses_us() => SendOutcome::Permanent { reply: shown },
        2 | 3 => SendOutcome::Unavailable {
            reason: format!("the server agrees to something it was not asked: {shown}"),
            needs_person: false,
        },
        _ => reply.unavailable(),
    }
}

/// What the reply to the final dot means. Any refusal is the server's word that it does not have the
/// mail; only 250 is its word that it does.
pub(super) fn answered_dot(reply: &Reply) -> SendOutcome {
    let shown = reply.shown();
    match reply.code {
        250 => SendOutcome::Sent { reply: shown },
        400..=499 => SendOutcome::Transient { reply: shown },
        500..=599 => SendOutcome::Permanent { reply: shown },
        _ => SendOutcome::InDoubt { reason: format!("the server answered the end of the mail with: {shown}") },
    }
}

/// One line of printable text, bounded.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(KEPT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(line: &str) -> Reply {
        let (code, text) = line.split_once(' ').expect("code and text");
        Reply { code: code.parse().expect("three digits"), text: text.into() }
    }

    fn word(outcome: &SendOutcome) -> &'static str {
        match outcome {
            SendOutcome::Sent { .. } => "sent",
            SendOutcome::Transient { .. } => "again",
            SendOutcome::Permanent { .. } => "never",
            SendOutcome::Unavailable { needs_person: false, .. } => "wait",
            SendOutcome::Unavailable { needs_person: true, .. } => "person",
            SendOutcome::InDoubt { .. } => "doubt",
            SendOutcome::Unprotected { .. } => "key",
        }
    }

    #[test]
    fn a_refused_sender_never_gives_up_the_mail() {
        let check = |line: &str, desk: &str, null: &str| {
            assert_eq!(word(&refused_sender(&reply(line), false)), desk, "{line} to the desk");
            assert_eq!(word(&refused_sender(&reply(line), true)), null, "{line} to the null sender");
        };
        check("421 4.3.2 closing", "wait", "wait");
        check("450 4.7.1 too many mails", "wait", "wait");
        check("452 4.3.1 disk full", "wait", "wait");
        check("503 5.5.1 nested MAIL", "wait", "wait");
        check("530 5.7.0 authentication required", "person", "person");
        check("553 5.7.1 not your address", "person", "again");
        check("550 5.1.8 sender unknown", "person", "again");
        check("552 5.3.4 too large", "never", "never");
        check("554 5.3.4 too large", "never", "never");
        check("552 too large", "never", "never");
    }

    #[test]
    fn a_refusal_after_mail_concerns_the_mail_unless_it_concerns_us() {
        let check = |line: &str, expected: &str| assert_eq!(word(&refused_mail(&reply(line))), expected, "{line}");
        check("451 4.7.1 greylisted", "again");
        check("452 4.2.2 mailbox full", "again");
        check("550 5.1.1 no such user", "never");
        check("554 5.7.1 spam", "never");
        check("421 4.3.2 closing", "wait");
        check("503 5.5.1 need MAIL", "wait");
        check("530 5.7.0 must issue STARTTLS", "person");
        check("250 ok", "wait");
        check("354 go", "wait");
    }

    #[test]
    fn only_250_after_the_final_dot_is_sent() {
        let check = |line: &str, expected: &str| assert_eq!(word(&answered_dot(&reply(line))), expected, "{line}");
        check("250 2.0.0 queued", "sent");
        check("251 will forward", "doubt");
        check("354 go", "doubt");
        check("220 hello", "doubt");
        check("421 4.3.2 closing", "again");
        check("451 4.3.0 try later", "again");
        check("554 5.7.1 spam", "never");
    }

    #[test]
    fn a_reply_is_kept_in_one_bounded_line() {
        assert_eq!(one_line("5.1.1  no\r\n\u{1b}[31muser\u{7}\t!"), "5.1.1 no [31muser !");
        assert_eq!(one_line(&"ü".repeat(5000)).chars().count(), KEPT_CHARS_MAX);
    }
}
