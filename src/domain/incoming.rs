//! A message as it was read: plain values, before anybody decides what it means for a ticket.

use serde::{Deserialize, Serialize};

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::person::{Address, Person};
use crate::domain::protection::Protection;
use crate::domain::scan::Scan;

/// One received message. Made by `mail::parse`, understood by `engine::intake`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMail {
    /// Digest of the message as it lay in the mailbox: the name of its raw file.
    pub raw: Digest,
    /// Digest without trace headers: the same for every delivery of one message
    /// (trust-and-safety 3.1).
    pub core: Digest,
    /// Size of the raw message.
    pub size_bytes: u64,
    /// The Message-ID without angle brackets; `None` if missing or unusable.
    pub message_id: Option<String>,
    /// Ids in In-Reply-To, without brackets.
    pub in_reply_to: Vec<String>,
    /// Ids in References, oldest first, without brackets.
    pub references: Vec<String>,
    /// The sender: `None` unless there is exactly one From header with exactly one usable address.
    pub sender: Option<Person>,
    /// Every From header as it reads, for people to look at.
    pub from_text: String,
    /// Reply-To, if it names exactly one address; never an identity.
    pub reply_to: Option<Person>,
    /// Addresses in To and Cc.
    pub recipients: Vec<Address>,
    /// Decoded subject on one line, without control characters.
    pub subject: String,
    /// The Date header; a claim of the sender, never used for a deadline.
    pub date: Option<Time>,
    /// The whole decoded body text: text/plain parts, or the HTML parts as text.
    pub text: String,
    /// What the sender newly wrote: without quotes, attribution lines and signature. Never a
    /// security control (trust-and-safety 5.4).
    pub new_text: String,
    /// The first lines of the decoded body part from which commands are read (decisions 4): the
    /// top-level text/plain, or HTML as text only if there is no plain part.
    pub command_text: String,
    /// The HTML part as text, if there are both, to compare its first lines with `command_text`.
    pub html_text: Option<String>,
    /// The text of messages inside the message: what a reporter forwards as a file.
    pub reported: String,
    /// The language the sender wrote in.
    pub language: Language,
    /// Attached files in the order of the message; their bytes travel beside this value.
    pub attachments: Vec<Attachment>,
    /// What kind of mail this is, by its structure and words.
    pub nature: Nature,
    /// Why no automatic answer may go to this mail, whatever its nature; `None` for the ordinary
    /// mail of a person (RFC 3834 section 2).
    pub automatic: Option<Automatic>,
    /// Whether the provider has marked it as spam (decisions 17).
    pub junk: bool,
    /// Number of Received headers.
    pub hops: usize,
    /// What was odd about the message, for people to look at.
    pub defects: Vec<Defect>,
    /// Whether it came encrypted or signed.
    pub protection: Protection,
}

/// A language we answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Indonesian: also when nothing tells.
    Id,
    /// English.
    En,
}

impl Language {
    /// The language of that ISO 639-1 code.
    pub fn named(name: &str) -> Option<Language> {
        [Language::Id, Language::En].into_iter().find(|language| language.as_str() == name)
    }

    /// The ISO 639-1 code.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Id => "id",
            Language::En => "en",
        }
    }
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// The decoded name made safe for any file system and terminal: one path component, no control
    /// or direction-changing characters, at most 120 characters; `lampiran-N` if there was none.
    pub filename: String,
    /// The declared type, lower-case, e.g. `image/png`.
    pub content_type: String,
    /// What the first bytes say it is.
    pub content: Content,
    /// Size of the decoded file.
    #[serde(rename = "size")]
    pub size_bytes: u64,
    /// Digest of the decoded file: the name of its evidence file.
    #[serde(rename = "sha256")]
    pub digest: Digest,
    /// Whether the HTML shows it inside the text (`cid:`).
    #[serde(skip)]
    pub inline: bool,
    /// What the malware scanner said; `None` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// A kind of file, by content and never by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// PNG, JPEG, GIF, WebP or BMP.
    Image,
    /// A PDF document.
    Pdf,
    /// An office document (OOXML, ODF or the old binary formats).
    Office,
    /// An archive (ZIP, RAR, 7z, gzip, tar).
    Archive,
    /// Video or audio.
    Media,
    /// A mail message.
    Message,
    /// Plain text, log, CSV, HTML.
    Text,
    /// An executable program.
    Program,
    /// Anything else.
    Other,
}

impl Content {
    const ALL: &[Content] = &[
        Content::Image,
        Content::Pdf,
        Content::Office,
        Content::Archive,
        Content::Media,
        Content::Message,
        Content::Text,
        Content::Program,
        Content::Other,
    ];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Content::Image => "image",
            Content::Pdf => "pdf",
            Content::Office => "office",
            Content::Archive => "archive",
            Content::Media => "media",
            Content::Message => "message",
            Content::Text => "text",
            Content::Program => "program",
            Content::Other => "other",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Content> {
        Content::ALL.iter().copied().find(|content| content.as_str() == name)
    }
}

/// What kind of mail a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nature {
    /// Written by a person, by hand or through a list.
    Person,
    /// A report of a machine or abuse desk that deserves a ticket (ARF, X-ARF, abuse feeds).
    AbuseReport(Feedback),
    /// A vacation notice, a ticket system's acknowledgement, any other automatic answer.
    AutoReply,
    /// A message about the delivery of another (RFC 3464 or one of its many relatives).
    Bounce(Bounce),
    /// A disposition notice (RFC 8098).
    DispositionNotice,
    /// A periodic machine report nobody has to read (DMARC aggregate, TLS-RPT).
    MachineReport,
}

impl Nature {
    /// The name used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Nature::Person => "person",
            Nature::AbuseReport(_) => "abuse_report",
            Nature::AutoReply => "auto_reply",
            Nature::Bounce(_) => "bounce",
            Nature::DispositionNotice => "disposition_notice",
            Nature::MachineReport => "machine_report",
        }
    }
}

/// The machine fields of an abuse report (RFC 5965 section 3); all empty if it has none. They are
/// what the reporter claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// `abuse`, `fraud`, `auth-failure`, `not-spam` and so on, lower-case.
    pub kind: Option<String>,
    /// The address the reported mail came from.
    pub source_ip: Option<String>,
    /// When the reported mail arrived.
    pub arrived: Option<String>,
    /// Its envelope sender.
    pub original_from: Option<String>,
    /// Its envelope recipients.
    pub original_to: Vec<String>,
    /// Domains the report is about.
    pub domains: Vec<String>,
    /// Addresses on the web the report is about.
    pub uris: Vec<String>,
    /// The system or program that reports.
    pub reporter: Option<String>,
    /// How many incidents it stands for.
    pub incidents: Option<u32>,
}

/// What a bounce says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce {
    /// Whether delivery failed for good, may still succeed, or is only late.
    pub kind: BounceKind,
    /// The address that could not be reached, as far as it is named.
    pub failed: Option<Address>,
    /// Message-IDs named in the enclosed message or its headers, without brackets.
    pub about: Vec<String>,
    /// The status code such as `5.1.1`, if given.
    pub status: Option<String>,
}

/// How final a bounce is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BounceKind {
    /// Given up.
    Failed,
    /// Still being tried.
    Delayed,
    /// Delivered, relayed or expanded: good news.
    Delivered,
}

/// The marker that makes a mail automatic (trust-and-safety 4.2, case 75).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// `Auto-Submitted` other than `no` (RFC 3834 section 5).
    AutoSubmitted,
    /// An empty Return-Path.
    EmptyReturnPath,
    /// Sent by mailer-daemon, postmaster, no-reply and the like.
    RobotSender,
    /// `Precedence: bulk`, `list` or `junk`.
    Precedence,
    /// Any `List-*` header.
    List,
    /// `X-Auto-Response-Suppress` that names auto-replies, or a vendor's auto-reply header.
    SuppressHeader,
    /// `multipart/report`, `Feedback-Type` or another machine format.
    Report,
    /// Subject or wording of an automatic answer.
    Wording,
    /// More than 50 Received headers.
    Hops,
}

impl Automatic {
    /// The reason's name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Automatic::AutoSubmitted => "auto_submitted",
            Automatic::EmptyReturnPath => "empty_return_path",
            Automatic::RobotSender => "robot_sender",
            Automatic::Precedence => "precedence",
            Automatic::List => "list",
            Automatic::SuppressHeader => "suppress_header",
            Automatic::Report => "report",
            Automatic::Wording => "wording",
            Automatic::Hops => "hops",
        }
    }
}

/// Something odd about a message that a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// No From header.
    NoFrom,
    /// More than one From header, or more than one address in it.
    SeveralFrom,
    /// The From address cannot be written to.
    UnusableFrom,
    /// No Message-ID.
    NoMessageId,
    /// A part's transfer encoding is damaged; the undecoded text is kept.
    DamagedEncoding,
    /// A charset nobody knows; undecodable bytes are shown as U+FFFD.
    UnknownCharset,
    /// No body text at all.
    EmptyBody,
    /// The message ended before its last boundary.
    Truncated,
    /// Encrypted for S/MIME or PGP: the text cannot be read by machine.
    Encrypted,
    /// Only the headers were read because the message is larger than `intake.parse_max`.
    TooLarge,
    /// A NUL byte or another control character was replaced in the text.
    ControlCharacters,
    /// One piece of a message that was split (`message/partial`).
    Partial,
    /// More parts, or parts deeper inside each other, than are taken apart.
    Limits,
}

impl Defect {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Defect::NoFrom => "no_from",
            Defect::SeveralFrom => "several_from",
            Defect::UnusableFrom => "unusable_from",
            Defect::NoMessageId => "no_message_id",
            Defect::DamagedEncoding => "damaged_encoding",
            Defect::UnknownCharset => "unknown_charset",
            Defect::EmptyBody => "empty_body",
            Defect::Truncated => "truncated",
            Defect::Encrypted => "encrypted",
            Defect::TooLarge => "too_large",
            Defect::ControlCharacters => "control_characters",
            Defect::Partial => "partial",
            Defect::Limits => "limits",
        }
    }
}

/// Why a message is put aside instead of being read; the raw bytes are kept in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing that could be a message: zero bytes, or no header at all.
    #[error("empty: the message has no content")]
    Empty,
    /// Nested deeper than any person's mail, or more parts than any person's mail.
    #[error("limits: {0}")]
    Limits(String),
    /// The parser stopped on it.
    #[error("crash: reading this message stopped the parser: {0}")]
    Crash(String),
    /// Its reading did not end within so many seconds.
    #[error("slow: reading this message took too long, more than {0} s")]
    Slow(u64),
}
