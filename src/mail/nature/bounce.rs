//! Messages about the delivery of another message (RFC 3464, and what systems send instead).
//!
//! A fifth of all bounces carry no header that says so. They are told by weighing what points to
//! one: who sends it, what the subject says, what the first lines say, and whether the traces of a
//! failed delivery are there (an SMTP reply, the undelivered message). One hint alone is never
//! enough, so that a person who writes about a bounce stays a person.

use super::bounce_words::{
    ADDRESSES_SENDER, BODY_WORDS, BODY_WORDS_STRONG, CALLS_TO_ACT, DELAY_WORDS, DELIVERED_WORDS, ORIGINAL_WORDS, PLEAS,
    SUBJECT_WORDS, SUBJECT_WORDS_WEAK,
};
use super::said::{Phrases, Said};
use super::{Evidence, head};
use crate::domain::incoming::{Bounce, BounceKind};
use crate::domain::person::Address;
use crate::mail::addresses;
use crate::mail::structure::is_message;

/// Points at which the hints are enough, if the sender is a mail system.
const ENOUGH: i32 = 5;
/// Points at which they are enough whoever the sender is.
const ENOUGH_FROM_ANYBODY: i32 = 6;
/// Characters that may stand before what a mail system says.
const INTRODUCTION: usize = 80;
/// Message-IDs of undelivered messages that are kept.
const ABOUT_MAX: usize = 50;

/// What points to a bounce, and how much of it is asked for.
struct Weight {
    points: i32,
    enough: i32,
}

impl Weight {
    fn is_enough(&self) -> bool {
        self.points >= self.enough
    }
}

impl Evidence<'_> {
    /// What the message says about the delivery of another, if that is what it is about.
    pub(super) fn bounce(&self) -> Option<Bounce> {
        let is_bounce = self.is_delivery_report() || self.is_rejection_notice() || self.weight().is_enough();
        is_bounce.then(|| self.described())
    }

    /// RFC 3464, and the header Exim and Gmail add instead.
    fn is_delivery_report(&self) -> bool {
        let report = self.report_type();
        if report.as_deref() == Some("delivery-status") || self.headers.has("x-failed-recipients") {
            return true;
        }
        let fields = self.contents.status.to_ascii_lowercase();
        let has_fields = ["action:", "final-recipient:", "reporting-mta:", "original-recipient:", "status:"]
            .iter()
            .any(|field| fields.contains(field));
        // Somebody who forwards a bounce may attach its parts to a message of his own.
        has_fields && (report.is_none() && self.root_type() == "multipart/report" || !self.is_persons_own())
    }

    /// RFC 5429: a mailbox that refuses says so in the form of a disposition notice.
    fn is_rejection_notice(&self) -> bool {
        let fields = self.contents.disposition.to_ascii_lowercase();
        let disposed = fields.lines().find_map(|line| line.trim().strip_prefix("disposition:"));
        let rejected = disposed.is_some_and(|value| {
            value.contains("automatic-action") && (value.contains("deleted") || value.contains("failed"))
        });
        rejected && (self.is_mailer_daemon() || self.titled.has(&SUBJECT_WORDS))
    }

    /// Whether a person seems to have written the message around what it holds.
    fn is_persons_own(&self) -> bool {
        !self.is_mailer_daemon() && !self.has_null_sender() && self.is_answer_or_forward()
    }

    /// How much points to a bounce.
    fn weight(&self) -> Weight {
        let (subject, text) = (&self.titled, &self.said);
        let from = self.headers.get("from").unwrap_or("");
        let nobody = self.headers.has("from") && (from.trim().is_empty() || from.contains("<>"));
        let sender = match () {
            () if self.is_mailer_daemon() => 3,
            () if self.has_null_sender() || nobody => 2,
            () if self.is_robot() => 1,
            () => 0,
        };
        let enough = if sender >= 2 { ENOUGH } else { ENOUGH_FROM_ANYBODY };
        let titled = match () {
            () if subject.has(&SUBJECT_WORDS) => 2,
            () if subject.has(&SUBJECT_WORDS_WEAK) => 1,
            () => 0,
        };
        let strongly = text.before(&BODY_WORDS_STRONG);
        let weakly = if strongly.is_none() { text.before(&BODY_WORDS) } else { None };
        // Who repeats what a mail system said says something himself before.
        let before = strongly.or(weakly).unwrap_or("");
        let asks = PLEAS.are_in(before);
        let begins =
            !asks && strongly.is_some() && (before.chars().count() <= INTRODUCTION || ADDRESSES_SENDER.are_in(before));
        let worded = match () {
            () if begins || (sender >= 2 && strongly.is_some()) => 3,
            () if strongly.or(weakly).is_some() => 2,
            () => 0,
        };
        // Without a word of a failure a postmaster is a person like any other.
        if titled + worded == 0 {
            return Weight { points: 0, enough };
        }
        let traces = [self.names_a_reply(text), self.returns_a_message(text), self.names_a_recipient()].map(i32::from);
        let traces: i32 = traces.iter().sum();
        let person = 3 * i32::from(self.is_answer_or_forward() && sender < 3 && !begins)
            + 4 * i32::from(text.has(&CALLS_TO_ACT) && traces < 2)
            + 3 * i32::from(asks && sender < 2)
            + 2 * i32::from(self.is_conversation() && sender < 3);
        // Without a trace of one whoever calls himself so may be anybody.
        let founded = worded == 3 || traces > 0;
        let points = if founded { sender + titled + worded + traces.min(2) - person } else { 0 };
        Weight { points, enough }
    }

    /// A line that holds nothing but addresses of others, as mail systems list whom they could not
    /// reach.
    fn names_a_recipient(&self) -> bool {
        let bare = |word: &str| word.trim_matches(['<', '>', ':', '"', '\'', '*', '-', '(', ')', ',']).to_owned();
        let own = self.own_addresses();
        let other = |word: &str| {
            bare(word).parse::<Address>().is_ok_and(|address| !own.contains(&address.as_str().to_ascii_lowercase()))
        };
        head(self.text).lines().filter(|line| line.contains('@')).any(|line| {
            let mut words = line.split_whitespace().filter(|word| !bare(word).is_empty());
            let mut listed = words.clone();
            let explained = listed.next().is_some_and(|word| {
                other(word)
                    && (word.ends_with([':', '>']) || listed.next().is_some_and(|next| next.starts_with(['[', '('])))
            });
            explained || words.all(other)
        })
    }

    /// An enhanced status code, or a reply of SMTP.
    fn names_a_reply(&self, text: &Said) -> bool {
        static REPLIES: Phrases =
            Phrases::of(&["550", "551", "552", "553", "554", "521", "501", "450", "451", "452", "421"]);
        let text = text.as_str();
        let stands = |(at, reply): (usize, &str)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + reply.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ',' | '$' | '-' | '/'))
                && behind.is_some_and(|c| matches!(c, ' ' | '-' | '#' | ']' | ')' | ':'))
        };
        status_code(text).is_some() || REPLIES.places(text).any(stands)
    }

    /// The undelivered message, or what is left of it.
    fn returns_a_message(&self, text: &Said) -> bool {
        self.contents.types.iter().any(|kind| is_message(kind) || kind.ends_with("rfc822-headers"))
            || text.has(&ORIGINAL_WORDS)
            || header_lines(self.text) >= 3
    }

    /// Whether the message continues a conversation: quoted lines, or an answer in a thread to a list.
    fn is_conversation(&self) -> bool {
        head(self.text).lines().filter(|line| line.starts_with('>')).count() >= 2
    }

    fn described(&self) -> Bounce {
        let field = |name: &str| {
            let lines = self.contents.status.lines().chain(self.contents.disposition.lines());
            let mut values = lines.filter_map(|line| {
                let (field, value) = line.split_once(':')?;
                field.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            });
            values.find(|value| !value.is_empty())
        };
        let recipient = field("original-recipient").or_else(|| field("final-recipient"));
        let failed = recipient
            .as_deref()
            .map(|value| value.rsplit(';').next().unwrap_or(value))
            .and_then(first_address)
            .or_else(|| self.headers.get("x-failed-recipients").and_then(first_address))
            .or_else(|| self.failed_in_text());
        let status = field("status").as_deref().and_then(status_code).or_else(|| status_code(head(self.text)));
        Bounce { kind: self.kind(field("action")), failed, about: self.about(), status }
    }

    fn kind(&self, action: Option<String>) -> BounceKind {
        let action = action.unwrap_or_default().to_ascii_lowercase();
        let says = |phrases| self.titled.has(phrases) || self.said.has(phrases);
        match action.get(..5) {
            Some("delay") => BounceKind::Delayed,
            Some("deliv" | "relay" | "expan") => BounceKind::Delivered,
            Some("faile") => BounceKind::Failed,
            Some(_) | None if says(&DELAY_WORDS) => BounceKind::Delayed,
            Some(_) | None if says(&DELIVERED_WORDS) => BounceKind::Delivered,
            Some(_) | None => BounceKind::Failed,
        }
    }

    /// The first address in the text that is neither the sender's nor that of whoever gets the bounce.
    fn failed_in_text(&self) -> Option<Address> {
        let own = self.own_addresses();
        // Lines that repeat the headers of the undelivered message name everybody but its recipient.
        let named = |line: &&str| {
            let name = line.trim_start().split(':').next().unwrap_or("").to_ascii_lowercase();
            !["to", "from", "cc", "sender", "subject", "reply-to", "message-id"].contains(&name.trim())
        };
        head(self.text).lines().filter(named).flat_map(addresses_in).find(|address| {
            let text = address.as_str().to_ascii_lowercase();
            !own.contains(&text) && !address.local().eq_ignore_ascii_case("postmaster")
        })
    }

    /// The addresses of the mail itself, in one text, lower case.
    fn own_addresses(&self) -> String {
        let own = ["to", "from", "return-path", "x-original-to", "delivered-to"];
        let own: Vec<&str> = own.iter().flat_map(|name| self.headers.all(name)).collect();
        own.join(" ").to_ascii_lowercase()
    }

    /// The messages it is about: those that came with it, and those whose headers stand in its text.
    fn about(&self) -> Vec<String> {
        let enclosed = self.contents.enclosed.iter();
        let mut about: Vec<String> = enclosed
            .flat_map(|headers| ["message-id", "in-reply-to", "references"].map(|name| addresses::ids(headers, name)))
            .flatten()
            .collect();
        let in_fields = self.contents.status.lines().chain(self.contents.disposition.lines()).chain(self.text.lines());
        for line in in_fields {
            let Some((name, value)) = line.trim_start_matches(['>', ' ', '\t', '|']).split_once(':') else { continue };
            let name = name.trim();
            if ["message-id", "original-message-id", "in-reply-to", "references"]
                .iter()
                .any(|field| name.eq_ignore_ascii_case(field))
            {
                about.extend(addresses::ids_in(value));
            }
        }
        about.dedup();
        about.truncate(ABOUT_MAX);
        about
    }
}

/// Header lines that stand in a text one below the other.
fn header_lines(text: &str) -> usize {
    const NAMES: &[&str] = &["received", "from", "to", "subject", "date", "message-id", "return-path", "mime-version"];
    let (mut run, mut longest) = (0, 0);
    for line in text.lines().take(2_000) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let line = line.trim_start_matches(['>', '|', ' ']);
        let name = line.split_once(':').map(|(name, _)| name);
        let known = name.is_some_and(|name| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)));
        run = if known { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The addresses in a text.
fn addresses_in(text: &str) -> impl Iterator<Item = Address> + '_ {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"' | '\'' | '[' | ']' | ':' | '=')
    })
    .map(|word| word.trim_matches(['.', '*', '-', '!', '?']))
    .filter(|word| word.contains('@'))
    .filter_map(|word| word.parse().ok())
}

fn first_address(text: &str) -> Option<Address> {
    addresses_in(text).next()
}

/// The first enhanced status code of a failure (RFC 3463) in a text; version numbers look like them.
fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| (5..=7).contains(&word.len()))
        .find(|word| {
            let parts: Vec<&str> = word.split('.').collect();
            parts.len() == 3
                && matches!(parts[0], "4" | "5")
                && matches!(parts[1], "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7")
                && (1..=3).contains(&parts[2].len())
        })
        .map(str::to_owned)
}
