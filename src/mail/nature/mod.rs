//! What kind of mail a message is, and whether it may be answered automatically.
//!
//! Being automatic decides whether a mail may be *answered*, never whether it is *kept*. A bounce is
//! asked for before an automatic answer, because some bounces call themselves `auto-replied`; an
//! abuse report before both, because a quarter of them look automatic and each deserves a ticket.
//! Whatever is not evidently a machine's is a person's.

mod abuse;
mod automatic;
mod bounce;
mod bounce_words;
mod reply;
mod reply_words;
mod said;
mod senders;

use self::said::Said;
use crate::domain::incoming::Nature;
use crate::mail::contents::Contents;
use crate::mail::headers::Headers;
use crate::mail::parameters::Value;

/// What is known of a message.
pub(super) struct Evidence<'a> {
    headers: &'a Headers,
    contents: &'a Contents,
    subject: &'a str,
    text: &'a str,
    /// The address in From, even one we could not write to, lower-case.
    from: &'a str,
    /// The subject, as phrases are looked for in it.
    titled: Said,
    /// The first part of the text, as phrases are looked for in it.
    said: Said,
}

impl<'a> Evidence<'a> {
    /// What a message shows of itself; `from` is the address in From, even one we could not write to,
    /// lower-case.
    pub(super) fn of(
        (headers, contents): (&'a Headers, &'a Contents),
        (subject, text): (&'a str, &'a str),
        from: &'a str,
    ) -> Evidence<'a> {
        Evidence { headers, contents, subject, text, from, titled: Said::of(subject), said: Said::of(head(text)) }
    }
}

impl Evidence<'_> {
    /// What kind of mail it is.
    pub(super) fn nature(&self) -> Nature {
        if self.is_machine_report() {
            return Nature::MachineReport;
        }
        if self.is_feedback_report() {
            return Nature::AbuseReport(self.feedback());
        }
        if let Some(bounce) = self.bounce() {
            return Nature::Bounce(bounce);
        }
        if self.is_disposition_notice() {
            return Nature::DispositionNotice;
        }
        if self.is_auto_reply() {
            return Nature::AutoReply;
        }
        if self.is_from_abuse_desk() { Nature::AbuseReport(self.feedback()) } else { Nature::Person }
    }

    /// The content type of the whole message.
    fn root_type(&self) -> &str {
        self.contents.types.first().map_or("", String::as_str)
    }

    /// `report-type` of a `multipart/report`.
    fn report_type(&self) -> Option<String> {
        let value = self.headers.all("content-type").map(Value::of).find(|value| value.main == "multipart/report")?;
        value.get("report-type").map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// The first value of a header, without comments, lower-case.
    fn value(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(without_comments)
    }

    /// What stands before the `@` of From.
    fn local_part(&self) -> &str {
        self.from.rsplit_once('@').map_or(self.from, |(local, _)| local)
    }

    fn has_null_sender(&self) -> bool {
        self.headers.all("return-path").any(|path| path.split_whitespace().collect::<String>() == "<>")
    }

    /// Whether the subject says that somebody answers or forwards.
    fn is_answer_or_forward(&self) -> bool {
        let subject = self.subject.trim_start().to_lowercase();
        FORWARDED.iter().any(|mark| subject.starts_with(mark))
    }
}

/// What stands before the subject of whoever answers or forwards.
#[rustfmt::skip]
const FORWARDED: &[&str] = &[
    "re:", "re[", "re :", "fw:", "fwd:", "fwd ", "fw :", "bls:", "balas:", "trs:", "teruskan:", "diteruskan:", "aw:", "wg:", "tr:",
    "rv:", "sv:", "vs:", "antw:", "odp:", "pd:", "doorst:", "i:", "r:", "enc:", "res:", "ref:", "回复:", "回覆:", "答复:", "转发:",
    "轉寄:", "回复：", "转发：", "ynt:", "ilt:", "vá:", "továbbítás:", "απ:", "πρθ:", "ha:", "на:", "отв:",
];

/// The first part of a text, where a machine says what it means.
fn head(text: &str) -> &str {
    const HEAD: usize = 6_000;
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A header value without comments, lower-case: `(by x) auto-replied` and `No (manual)`.
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let kept: String = value
        .chars()
        .filter(|c| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    kept.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
