//! What kind of mail a message is, and whether it may be answered automatically.
//!
//! Being automatic decides whether a mail may be *answered*, never whether it is *kept*. A bounce is
//! asked for before an automatic answer, because some bounces call themselves `auto-replied`; an
//! abuse report before both, because a quarter of them look automatic and each deserves a ticket.

use crate::domain::incoming::{Automatic, Bounce, BounceKind, Nature};
use crate::domain::person::Address;
use crate::mail::headers::Headers;

/// What is known of a message besides its headers.
pub(super) struct Evidence<'a> {
    pub(super) headers: &'a Headers,
    /// Lower-case content types of all parts, enclosed messages included.
    pub(super) types: &'a [String],
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    /// The fields of delivery-status parts, as text.
    pub(super) status: &'a str,
    /// The address in From, even one we could not write to, lower-case.
    pub(super) from: &'a str,
    pub(super) filenames: &'a [String],
    /// Ids in enclosed messages and header blocks.
    pub(super) enclosed_ids: Vec<String>,
}

/// Received headers of a mail that is still going somewhere; more of them are a loop.
const HOPS_MAX: usize = 50;

impl Evidence<'_> {
    pub(super) fn nature(&self) -> Nature {
        let subject = self.subject.to_lowercase();
        if self.is_abuse_report(&subject) {
            return Nature::AbuseReport;
        }
        if self.is_machine_report(&subject) {
            return Nature::MachineReport;
        }
        let report = self.report_type();
        if report.as_deref() == Some("disposition-notification") || self.has_type("message/disposition-notification") {
            return Nature::DispositionNotice;
        }
        if let Some(kind) = self.bounce_kind(&subject, report.as_deref()) {
            return Nature::Bounce(self.bounce(kind));
        }
        if self.is_auto_reply(&subject) { Nature::AutoReply } else { Nature::Person }
    }

    /// The marker that forbids an automatic answer (RFC 3834 section 2, case 75).
    pub(super) fn automatic(&self, nature: &Nature) -> Option<Automatic> {
        let headers = self.headers;
        let value = |name: &str| headers.get(name).map(without_comments);
        if headers.all("received").count() > HOPS_MAX {
            return Some(Automatic::Hops);
        }
        if value("auto-submitted").is_some_and(|value| {
            value.split(';').next().is_some_and(|word| !word.trim().is_empty() && word.trim() != "no")
        }) {
            return Some(Automatic::AutoSubmitted);
        }
        if headers.all("return-path").any(|path| path.replace(' ', "") == "<>") {
            return Some(Automatic::EmptyReturnPath);
        }
        if self.is_robot() {
            return Some(Automatic::RobotSender);
        }
        if self.has_type("multipart/report")
            || headers.has("feedback-type")
            || matches!(nature, Nature::AbuseReport | Nature::MachineReport)
        {
            return Some(Automatic::Report);
        }
        if headers.names().any(|name| name.starts_with("list-")) {
            return Some(Automatic::List);
        }
        if value("precedence").is_some_and(|value| matches!(value.trim(), "bulk" | "list" | "junk" | "auto_reply")) {
            return Some(Automatic::Precedence);
        }
        let suppress = value("x-auto-response-suppress")
            .is_some_and(|value| value.split(',').any(|word| matches!(word.trim(), "all" | "oof" | "autoreply")));
        const VENDORS: &[&str] = &[
            "x-autoreply",
            "x-autorespond",
            "x-auto-reply",
            "x-autoresponder",
            "x-mail-autoreply",
            "x-loop",
            "x-amavis-alert",
            "x-auto-reply-from",
        ];
        if suppress || VENDORS.iter().any(|name| headers.has(name)) {
            return Some(Automatic::SuppressHeader);
        }
        matches!(nature, Nature::AutoReply | Nature::Bounce(_) | Nature::DispositionNotice)
            .then_some(Automatic::Wording)
    }

    fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|other| other == name)
    }

    fn report_type(&self) -> Option<String> {
        let value = self.headers.get("content-type")?.to_ascii_lowercase();
        let parameter = value
            .split(';')
            .find_map(|part| part.trim().strip_prefix("report-type")?.trim_start().strip_prefix('='))?;
        Some(parameter.trim().trim_matches('"').to_owned())
    }

    /// RFC 5965, X-ARF, and the feeds of abuse desks.
    fn is_abuse_report(&self, subject: &str) -> bool {
        let report = self.report_type();
        report.as_deref() == Some("feedback-report")
            || self.has_type("message/feedback-report")
            || ["x-arf", "x-xarf", "x-abuse-report", "feedback-type"].iter().any(|name| self.headers.has(name))
            || self.filenames.iter().any(|name| name.to_ascii_lowercase().ends_with("xarf.json"))
            || (self.local_part().contains("abuse")
                && !self.is_mailer_daemon()
                && !is_autoreply_subject(subject)
                && !is_bounce_subject(subject))
    }

    /// DMARC aggregates and TLS-RPT (RFC 7489 section 7.2.1.1, RFC 8460 section 5.3).
    fn is_machine_report(&self, subject: &str) -> bool {
        let aggregate =
            subject.contains("report domain:") && (subject.contains("submitter:") || subject.contains("report-id:"));
        let packed = |name: &String| {
            let name = name.to_ascii_lowercase();
            name.matches('!').count() >= 3
                && [".xml", ".xml.gz", ".zip", ".json.gz", ".gz"].iter().any(|end| name.ends_with(end))
        };
        self.headers.has("tls-report-domain")
            || self.report_type().as_deref() == Some("tlsrpt")
            || self.has_type("application/tlsrpt+gzip")
            || self.has_type("application/tlsrpt+json")
            || aggregate
            || self.filenames.iter().any(packed)
    }

    fn local_part(&self) -> &str {
        self.from.split('@').next().unwrap_or("")
    }

    fn is_mailer_daemon(&self) -> bool {
        const NAMES: &[&str] = &[
            "mailer-daemon",
            "mailer_daemon",
            "mailerdaemon",
            "mail-daemon",
            "postmaster",
            "maildelivery",
            "mail-delivery-subsystem",
            "double-bounce",
            "bounce",
            "bounces",
            "mdaemon",
            "microsoftexchange",
            "exchange-system",
            "mail.delivery",
            "mailer",
        ];
        let local = self.local_part();
        let from_header = self.headers.get("from").unwrap_or("").to_lowercase();
        NAMES.iter().any(|name| {
            local == *name || local.starts_with(&format!("{name}+")) || local.starts_with(&format!("{name}-"))
        }) || local.starts_with("microsoftexchange")
            || [
                "mail delivery sub",
                "mail delivery sys",
                "mailer-daemon",
                "system administrator",
                "mail administrator",
                "mailer daemon",
            ]
            .iter()
            .any(|name| from_header.contains(name))
    }

    fn is_robot(&self) -> bool {
        let local: String = self.local_part().chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect();
        self.is_mailer_daemon()
            || [
                "noreply",
                "donotreply",
                "nepasrepondre",
                "noresponder",
                "jangandibalas",
                "tidakdibalas",
                "autoreply",
                "autoresponder",
                "donotrespond",
            ]
            .iter()
            .any(|name| local.starts_with(name) || local.ends_with(name))
    }

    fn bounce_kind(&self, subject: &str, report: Option<&str>) -> Option<BounceKind> {
        let status = self.status.to_lowercase();
        let action = status.lines().find_map(|line| line.trim().strip_prefix("action:")).map(str::trim);
        let structured = report == Some("delivery-status")
            || self.has_type("message/delivery-status")
            || self.has_type("message/global-delivery-status")
            || self.headers.has("x-failed-recipients");
        let worded = is_bounce_subject(subject);
        let text = head(self.text).to_lowercase();
        let says_so = BOUNCE_WORDS.iter().any(|words| text.contains(words));
        let null_sender = self.headers.all("return-path").any(|path| path.replace(' ', "") == "<>");
        let from_machine = self.is_mailer_daemon() || null_sender;
        if !(structured || (from_machine && (worded || says_so)) || (worded && says_so && !self.quotes_us())) {
            return None;
        }
        let delayed = [
            "delayed",
            "warning",
            "could not send message for past",
            "still being tried",
            "tertunda",
            "will be retried",
            "not yet been delivered",
        ];
        Some(match action {
            Some(action) if action.starts_with("delay") => BounceKind::Delayed,
            Some(action)
                if action.starts_with("deliver") || action.starts_with("relay") || action.starts_with("expand") =>
            {
                BounceKind::Delivered
            }
            Some(_) => BounceKind::Failed,
            None if delayed.iter().any(|word| subject.contains(word)) => BounceKind::Delayed,
            None => BounceKind::Failed,
        })
    }

    /// A person who talks about a bounce answers or forwards.
    fn quotes_us(&self) -> bool {
        let subject = self.subject.trim().to_lowercase();
        ["re:", "fw:", "fwd:", "bls:", "trs:", "balas:"].iter().any(|mark| subject.starts_with(mark))
            && !self.is_mailer_daemon()
    }

    fn bounce(&self, kind: BounceKind) -> Bounce {
        let field = |name: &str| {
            let found = self.status.lines().find(|line| line.to_ascii_lowercase().trim_start().starts_with(name))?;
            found.split_once(':').map(|(_, value)| value.trim().to_owned())
        };
        let recipient = field("final-recipient").or_else(|| field("original-recipient"));
        let failed = recipient
            .as_deref()
            .map(|value| value.rsplit(';').next().unwrap_or(value))
            .or_else(|| self.headers.get("x-failed-recipients"))
            .and_then(first_address)
            .or_else(|| first_address(head(self.text)));
        let status = field("status")
            .and_then(|value| value.split_whitespace().next().map(str::to_owned))
            .or_else(|| status_code(head(self.text)));
        Bounce { kind, failed, about: self.enclosed_ids.clone(), status }
    }

    fn is_auto_reply(&self, subject: &str) -> bool {
        let headers = self.headers;
        let value = |name: &str| headers.get(name).map(without_comments).unwrap_or_default();
        let replied =
            value("auto-submitted").starts_with("auto-replied") || value("auto-submitted").starts_with("auto-notified");
        let vendor =
            ["x-autoreply", "x-autorespond", "x-auto-reply", "x-autoreply-from", "x-mail-autoreply", "x-autoresponder"]
                .iter()
                .any(|name| headers.has(name))
                || value("precedence").trim() == "auto_reply"
                || value("x-precedence").trim() == "auto_reply"
                || value("x-autogenerated") == "reply"
                || value("delivered-to").starts_with("autoresponder");
        replied || vendor || is_autoreply_subject(subject)
    }
}

fn is_autoreply_subject(subject: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "auto:",
        "auto reply",
        "autoreply",
        "auto-reply",
        "automatic reply",
        "automated reply",
        "autoresponse",
        "auto response",
        "auto-response",
        "automatic response",
        "out of office",
        "out-of-office",
        "ooo:",
        "on vacation",
        "vacation",
        "away from",
        "i am out of",
        "i'm out of",
        "balasan otomatis",
        "jawaban otomatis",
        "pesan otomatis",
        "di luar kantor",
        "tidak di kantor",
        "sedang cuti",
        "cuti:",
        "automatische antwort",
        "abwesenheit",
        "abwesend",
        "automatisch antwoord",
        "afwezig",
        "réponse automatique",
        "absence du bureau",
        "absent",
        "respuesta automática",
        "fuera de la oficina",
        "resposta automática",
        "ausência",
        "risposta automatica",
        "fuori sede",
        "autosvar",
        "automaattinen vastaus",
        "automatyczna odpowiedź",
        "автоответ",
        "автоматический ответ",
        "automatická odpověď",
        "otomatik yanıt",
        "自动回复",
        "自動回覆",
        "自動応答",
        "não estou no escritório",
        "frånvaro",
        "poza biurem",
        "jawapan automatik",
        "automatisk svar",
    ];
    let subject = subject.trim();
    BEGINNINGS.iter().any(|beginning| subject.starts_with(beginning))
        || subject.contains("(out of office)")
        || subject.contains("[auto-reply]")
}

fn is_bounce_subject(subject: &str) -> bool {
    const WORDS: &[&str] = &[
        "undeliverable",
        "undelivered mail",
        "undeliver",
        "delivery status notif",
        "delivery failure",
        "delivery failed",
        "mail delivery fail",
        "delivery report",
        "returned mail",
        "failure notice",
        "delivery notification",
        "mail failure",
        "message delivery fail",
        "could not be delivered",
        "non-delivery",
        "nondeliverable",
        "not delivered",
        "delivery problem",
        "delivery error",
        "returned to sender",
        "mail system error",
        "mail delivery error",
        "delivery has failed",
        "warning: could not send message",
        "message status - undeliverable",
        "rejected mail",
        "delayed mail",
        "delivery delayed",
        "delivery incomplete",
        "tidak terkirim",
        "gagal terkirim",
        "gagal dikirim",
        "pengiriman gagal",
        "kegagalan pengiriman",
        "tidak dapat dikirim",
        "tidak dapat disampaikan",
        "unzustellbar",
        "nicht zugestellt",
        "échec de remise",
        "non remis",
        "non distribu",
        "no se puede entregar",
        "no entregado",
        "devolvido",
        "não entregue",
        "mancato recapito",
        "onbestelbaar",
        "недоставлен",
        "не доставлен",
        "退信",
        "配信不能",
        "配信できません",
        "送信失敗",
        "email bounced",
        "address not found",
        "user unknown",
        "recipient unknown",
        "mail returned",
        "message rejected",
        "email delivery",
        "mail system notification",
        "mdaemon notification",
        "notification: delivery",
    ];
    WORDS.iter().any(|words| subject.contains(words))
}

const BOUNCE_WORDS: &[&str] = &[
    "could not be delivered",
    "was not delivered",
    "delivery has failed",
    "delivery to the following",
    "undeliverable",
    "permanent error",
    "permanent fatal errors",
    "unable to deliver",
    "user unknown",
    "unknown user",
    "no such user",
    "mailbox unavailable",
    "mailbox not found",
    "does not exist",
    "failed permanently",
    "not listed in domino",
    "recipient address rejected",
    "returned to sender",
    "returned as undeliverable",
    "mailbox full",
    "over quota",
    "quota exceeded",
    "delivery attempts",
    "address rejected",
    "did not reach the following",
    "host unknown",
    "can not be delivered",
    "cannot be delivered",
    "could not deliver",
    "couldn't be delivered",
    "wasn't delivered",
    "not be delivered to",
    "message delivery",
    "tidak dapat dikirim",
    "tidak terkirim",
    "delivery failed",
    "failed to deliver",
    "the following address",
    "smtp error",
    "remote host said",
    "550 ",
    "554 ",
    "552 ",
    "not our customer",
    "invalid recipient",
    "unknown address",
    "unrouteable address",
    "account is disabled",
    "delivery failure",
    "recipients failed",
    "undelivered",
    "has been delayed",
    "未能送达",
    "配信",
];

/// The first part of a text, where a machine says what it means.
fn head(text: &str) -> &str {
    let mut end = text.len().min(4_000);
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

/// The first usable address in a text.
fn first_address(text: &str) -> Option<Address> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"' | '\'' | '[' | ']'))
        .map(|word| word.trim_matches([':', '.']).trim_start_matches("mailto:"))
        .filter(|word| word.contains('@'))
        .find_map(|word| word.parse().ok())
}

/// The first enhanced status code (RFC 3463) in a text.
fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .find(|word| {
            let parts: Vec<&str> = word.split('.').collect();
            parts.len() == 3
                && matches!(parts[0], "2" | "4" | "5")
                && parts[1..].iter().all(|part| (1..=3).contains(&part.len()))
        })
        .map(str::to_owned)
}
