//! Senders that are machines, by their addresses and by what they call themselves.

use super::Evidence;
use crate::mail::words;

impl Evidence<'_> {
    /// Whether the sender calls itself a mail system. A hint and no proof: an office's administrator
    /// may do so too.
    pub(super) fn is_mailer_daemon(&self) -> bool {
        let from = words::decoded(self.headers.get("from").unwrap_or("")).to_lowercase();
        self.has_system_address() || NAMES.iter().any(|name| from.contains(name))
    }

    /// Whether the sender's address is one that mail systems have.
    pub(super) fn has_system_address(&self) -> bool {
        let local = self.local_part().trim_matches('"');
        let is = |name: &str| {
            local == name || local.strip_prefix(name).is_some_and(|rest| rest.starts_with(['+', '=', '-', '.', '_']))
        };
        ADDRESSES.iter().any(|name| is(name)) || BEGINNINGS.iter().any(|beginning| local.starts_with(beginning))
    }

    /// Whether the sender says by its address that nobody reads answers.
    pub(super) fn is_robot(&self) -> bool {
        let local: String = self.local_part().chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect();
        self.has_system_address() || ROBOTS.iter().any(|name| local.starts_with(name) || local.ends_with(name))
    }
}

/// What stands before the `@` of a mail system.
#[rustfmt::skip]
const ADDRESSES: &[&str] = &[
    "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mail.daemon", "daemon", "maildelivery",
    "mail-delivery", "mail-delivery-subsystem", "mail_delivery_subsystem", "double-bounce", "bounce", "bounces", "bounced",
    "mdaemon", "mailsystem", "mail-system", "mail_system", "smtp-gateway", "system-administrator", "systemadministrator",
    "non-delivery", "nondelivery", "delivery-failure",
];

const BEGINNINGS: &[&str] = &["microsoftexchange", "postmaster", "post_master", "post-master"];

/// What mail systems call themselves.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "mail delivery sub", "mail delivery sys", "mail delivery serv", "mailer-daemon", "mailer daemon", "mail daemon",
    "mailerdaemon", "system administrator", "systemadministrator", "mail administrator", "delivery subsystem",
    "internet mail delivery", "mail system", "mail delivery agent", "postmaster", "email delivery", "administrator sistem",
    "sistem pengiriman", "jetmail system", "undeliverable",
];

/// Addresses nobody reads, without hyphens and dots.
#[rustfmt::skip]
const ROBOTS: &[&str] = &[
    "noreply", "donotreply", "dontreply", "nepasrepondre", "noresponder", "noresponda", "naoresponda", "nichtantworten",
    "keineantwort", "jangandibalas", "tidakdibalas", "janganbalas", "autoreply", "autoresponder", "autoresponse",
    "donotrespond", "noresponse", "unattended",
];
