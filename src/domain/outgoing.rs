//! A mail of ours: frozen when it is decided, sent later, never changed in between.

use serde::Serialize;

use crate::domain::person::Address;

/// Row id of an outgoing mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct OutboxId(pub i64);

/// One frozen mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The outbox row.
    pub id: OutboxId,
    /// Its Message-ID without brackets.
    pub message_id: String,
    /// The envelope sender; `None` is the null sender `<>`.
    pub envelope_from: Option<Address>,
    /// The one recipient.
    pub recipient: Address,
    /// The complete message with CRLF line ends.
    pub bytes: Vec<u8>,
}

/// What became of an attempt to hand a mail to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// 250 after the final dot.
    Sent {
        /// The server's reply.
        reply: String,
    },
    /// The server refused this mail or recipient with 4xx: try again.
    Transient {
        /// The server's reply.
        reply: String,
    },
    /// The server refused this mail or recipient with 5xx: give up.
    Permanent {
        /// The server's reply.
        reply: String,
    },
    /// No server, no TLS, no login, or the connection broke before the final dot: nothing was sent
    /// and nothing is wrong with the mail.
    Unavailable {
        /// What went wrong, for people.
        reason: String,
        /// Whether trying soon is useless: wrong password, certificate refused.
        needs_person: bool,
    },
    /// The final dot was written and no reply came: nobody can know (decisions 12).
    InDoubt {
        /// What went wrong, for people.
        reason: String,
    },
}

/// Why a mail is sent; decides what happens when its delivery is in doubt (decisions 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An acknowledgement or receipt: not repeated when in doubt.
    Acknowledgement,
    /// Asks somebody to act: repeated with the same Message-ID when in doubt.
    Request,
}

impl Class {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Acknowledgement => "acknowledgement",
            Class::Request => "request",
        }
    }

    /// The class of that name.
    pub fn named(name: &str) -> Option<Class> {
        [Class::Acknowledgement, Class::Request].into_iter().find(|class| class.as_str() == name)
    }
}
