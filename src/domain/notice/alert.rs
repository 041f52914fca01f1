//! What the team is told about the desk itself: something is in the way that only a person can mend.

use serde::Serialize;

use crate::domain::Time;
use crate::domain::gate::Barred;
use crate::domain::lookalike::Lookalike;
use crate::domain::tlp::Tlp;

/// What is in the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DeskAlert {
    /// A mail was kept from somebody who may not see what it says.
    NoticeWithheld {
        /// The ticket.
        number: String,
        /// Whom it was for.
        addressee: String,
        /// The distribution code of the ticket.
        tlp: Tlp,
        /// Why.
        barred: Barred,
    },
    /// The disk is nearly full: no mail is fetched.
    DiskShort {
        /// What is free.
        free_bytes: u64,
        /// What must stay free.
        reserve_bytes: u64,
    },
    /// A mail server cannot be used until a person mends something: its certificate or its TLS is refused,
    /// or it refuses the login (trust-and-safety case 87).
    ServerRefused {
        /// Which.
        side: Side,
        /// Since when.
        since: Time,
        /// What is in the way.
        reason: String,
    },
    /// The mail server lists a message and does not hand it out.
    MailWithheld {
        /// When it reached the server.
        arrived_at: Option<Time>,
        /// Its size as the server states it.
        size_bytes: u64,
    },
    /// The clock on the wall has leapt forward: escalations wait.
    ClockLeapt {
        /// What it would show.
        expected: Time,
        /// What it shows.
        shown: Time,
    },
    /// Somebody writes orders that cannot be carried out, and is told so no more.
    OrdersUnexplained {
        /// Who.
        person: String,
        /// How often he was told within an hour.
        explained: u32,
    },
    /// Somebody did not get a mail of ours that matters.
    MailUndelivered {
        /// Its subject.
        subject: String,
        /// Who should have got it.
        addressee: String,
        /// Whether he is of the team.
        staff: bool,
        /// What the mail server said.
        reason: String,
    },
    /// What an order removed was part of mails that had not left: they do not.
    MailWithdrawn {
        /// The ticket.
        number: String,
        /// The mails.
        mails: Vec<WithdrawnMail>,
    },
    /// A PGP key cannot be used: mail to its owner waits, or leaves unsigned.
    KeyUnusable {
        /// Whose it is; `None` for the desk's own.
        addressee: Option<String>,
    },
    /// A mail came from an address that looks like that of somebody with a role.
    NameImitated {
        /// Whose address and how it looks.
        #[serde(flatten)]
        lookalike: Lookalike,
        /// The ticket it is on.
        number: Option<String>,
    },
    /// The malware scanner has found something in a file that came in before it could look.
    MalwareFound {
        /// The ticket.
        number: String,
        /// The file's safe name.
        file: String,
        /// What was found.
        finding: String,
    },
    /// A mail answers one of ours that this database never sent: an older database was put in place
    /// of the one that did.
    DatabaseOlder {
        /// The last thing this database knew.
        last: Option<Time>,
    },
    /// Somebody may have used the name of one of the team or of an OPD; nothing was carried out.
    NameMisused {
        /// In whose name.
        claimed: String,
        /// How it showed.
        misuse: Misuse,
        /// The ticket it was about.
        number: Option<String>,
    },
}

/// A mail that was taken out of the queue with what it carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawnMail {
    /// Who would have got it.
    pub addressee: String,
    /// Whether it brought the evidence he had asked for.
    pub evidence: bool,
}

/// The two ways between the desk and its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Mail comes in (IMAP).
    Mailbox,
    /// Mail goes out (SMTP).
    Outgoing,
}

impl Side {
    /// Both.
    pub const ALL: &[Side] = &[Side::Mailbox, Side::Outgoing];

    /// The name used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Mailbox => "mailbox",
            Side::Outgoing => "outgoing",
        }
    }
}

/// How it shows that somebody uses another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Misuse {
    /// Nothing proves an order in that name.
    Unproven,
    /// It went to the secret reply address of somebody else.
    ForeignAddress,
    /// So many wrong codes came that the right one is void.
    GuessedCode,
    /// It carried the code of somebody else.
    ForeignCode,
}

impl Misuse {
    /// All of them.
    pub const ALL: &[Misuse] = &[Misuse::Unproven, Misuse::ForeignAddress, Misuse::GuessedCode, Misuse::ForeignCode];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Misuse::Unproven => "unproven",
            Misuse::ForeignAddress => "foreign_address",
            Misuse::GuessedCode => "guessed_code",
            Misuse::ForeignCode => "foreign_code",
        }
    }
}
