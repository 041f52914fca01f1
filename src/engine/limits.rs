//! What is not said because enough has been said (trust-and-safety 4.2): every silence is written
//! down with its reason.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::answer::{Evidence, Silence};
use crate::domain::incoming::IncomingMail;
use crate::domain::limits::{StormCause, bare_subject};
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::outgoing::{Class, OutboxId};
use crate::domain::person::Address;
use crate::domain::role::Role;
use crate::domain::ticket::TicketId;
use crate::engine::Context;
use crate::engine::intake::Incoming;
use crate::store::suppressed::Withheld;
use crate::store::{dead_addresses, said, storms, suppressed};

/// How much comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// No more than usual.
    Calm,
    /// So much that a storm begins.
    Breaks(StormCause),
    /// A storm lasts.
    Storm,
    /// So little that the storm is over.
    Clears,
}

impl Weather {
    /// Whether strangers are not answered.
    pub(super) fn is_storm(self) -> bool {
        matches!(self, Weather::Storm | Weather::Breaks(_))
    }
}

impl Context {
    /// Whether an acknowledgement the caps allow is kept back all the same.
    pub(super) fn keeps_quiet(
        &self,
        db: &Connection,
        (mail, evidence): (&IncomingMail, Evidence),
        storm: bool,
        now: Time,
    ) -> Result<Option<Silence>> {
        let Some(sender) = mail.sender.as_ref().map(|person| &person.address) else { return Ok(None) };
        if dead_addresses::contains(db, sender)? {
            return Ok(Some(Silence::Undeliverable));
        }
        // decisions 10: in a storm only those are answered whom their domain vouches for.
        if evidence != Evidence::Pass && storm {
            return Ok(Some(Silence::Storm));
        }
        let hour_ago = now - TimeDelta::hours(1);
        if said::acknowledged_in_domain(db, sender.domain(), hour_ago)? >= self.limits.domain_hour {
            return Ok(Some(Silence::DomainHour));
        }
        let subject = bare_subject(&mail.subject);
        if !subject.is_empty() {
            let told = said::acknowledged_subjects(db, sender, now - TimeDelta::hours(24))?;
            let times = told.iter().filter(|told| bare_subject(told) == subject).count();
            if u32::try_from(times).unwrap_or(u32::MAX) >= self.limits.subject_day {
                return Ok(Some(Silence::SameSubject));
            }
        }
        self.share_is_used(db, None, sender, now)
    }

    /// Whether an outsider has had his share of automatic mails, about this ticket or in all.
    fn share_is_used(
        &self,
        db: &Connection,
        ticket: Option<TicketId>,
        outsider: &Address,
        now: Time,
    ) -> Result<Option<Silence>> {
        let limits = &self.limits;
        let windows = [
            (TimeDelta::minutes(10), limits.ticket_ten_minutes),
            (TimeDelta::hours(1), limits.ticket_hour),
            (TimeDelta::hours(24), limits.ticket_day),
        ];
        for (window, most) in windows {
            if ticket.is_some() && said::automatic_since(db, ticket, outsider, now - window)? >= most {
                return Ok(Some(Silence::TicketShare));
            }
        }
        let day = said::automatic_since(db, None, outsider, now - TimeDelta::hours(24))?;
        Ok((day >= limits.outsider_day).then_some(Silence::OutsiderDay))
    }

    /// Whether a mail to an outsider is kept back. Only what answers a mail by itself can be: what a
    /// person or a deadline says is said.
    pub(super) fn withholds(
        &self,
        db: &Connection,
        notice: &Notice,
        (to, ticket): (&Address, Option<TicketId>),
        now: Time,
    ) -> Result<bool> {
        let inside = self.role_of(to, now).is_some_and(Role::is_staff);
        if inside || notice.class() != Class::Acknowledgement {
            return Ok(false);
        }
        let silence = match dead_addresses::contains(db, to)? {
            true => Some(Silence::Undeliverable),
            false => self.share_is_used(db, ticket, to, now)?,
        };
        if let Some(silence) = silence {
            self.note_silence(db, notice.folder(), (Some(to), ticket), silence, now)?;
        }
        Ok(silence.is_some())
    }

    /// Writes down that something was not said, and why.
    pub(super) fn note_silence(
        &self,
        db: &Connection,
        notice: &str,
        (to, ticket): (Option<&Address>, Option<TicketId>),
        silence: Silence,
        now: Time,
    ) -> Result<()> {
        let reason = silence.as_str();
        let recipient = to.map(Address::as_str);
        suppressed::insert(db, &Withheld { notice, recipient, reason, ticket, gathered: false }, now)?;
        self.log(db, ticket, Kind::AnswerSuppressed, None, json!({ "reason": reason, "notice": notice }), now)
    }

    /// How much comes in, counting a report that is not filed yet.
    pub(super) fn weather(&self, db: &Connection, incoming: Incoming<'_>, now: Time) -> Result<Weather> {
        let limits = &self.limits;
        let itself = |since: Time| u32::from(incoming.arrived_at > since);
        if let Some(began_at) = storms::since(db)? {
            let since = now - TimeDelta::minutes(30);
            let count = storms::reports_since(db, since, limits.storm_ends_below)?.saturating_add(itself(since));
            let over = count < limits.storm_ends_below && began_at <= since;
            return Ok(if over { Weather::Clears } else { Weather::Storm });
        }
        let since = now - TimeDelta::minutes(10);
        let beyond = |most: u32| most.saturating_add(1);
        let reports = storms::reports_since(db, since, beyond(limits.storm_ten_minutes))?;
        if reports.saturating_add(itself(since)) > limits.storm_ten_minutes {
            return Ok(Weather::Breaks(StormCause::Many));
        }
        let Some(sender) = &incoming.mail.sender else { return Ok(Weather::Calm) };
        let most = limits.storm_one_sender;
        let his = storms::of_sender_since(db, &sender.address, since, beyond(most))?.saturating_add(itself(since));
        Ok(if his > most { Weather::Breaks(StormCause::OneSender) } else { Weather::Calm })
    }

    /// Writes down that a storm begins or is over.
    pub(super) fn note_weather(&self, db: &Connection, weather: Weather, now: Time) -> Result<()> {
        match weather {
            Weather::Calm | Weather::Storm => Ok(()),
            Weather::Breaks(cause) => {
                storms::begin(db, cause, now)?;
                self.log(db, None, Kind::StormBegan, None, json!({ "cause": cause.as_str() }), now)
            }
            Weather::Clears => {
                storms::end(db, now)?;
                self.log(db, None, Kind::StormEnded, None, json!({}), now)
            }
        }
    }

    /// Notes an address our mail cannot reach, if a server said so for good.
    pub(super) fn note_unreachable(
        &self,
        db: &Connection,
        address: &str,
        (word, outgoing): (&str, OutboxId),
        now: Time,
    ) -> Result<()> {
        if is_for_good(word) {
            dead_addresses::insert(db, address, word, outgoing, now)?;
        }
        Ok(())
    }
}

/// Writes down that a mail to somebody was not written because he has had his share of such mails.
pub(super) fn leave_unsaid(
    db: &Connection,
    notice: &str,
    (to, ticket): (&Address, Option<TicketId>),
    reason: &str,
    now: Time,
) -> Result<()> {
    suppressed::insert(db, &Withheld { notice, recipient: Some(to.as_str()), reason, ticket, gathered: false }, now)
}

/// Whether a status says that there is no such mailbox (RFC 3463 section 3.2): a full one, or a
/// server that does not like the mail, is another matter.
fn is_for_good(word: &str) -> bool {
    let codes = word.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    codes.into_iter().any(|code| matches!(code, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1" | "5.4.4"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mailbox_that_does_not_exist_is_dead() {
        let check = |word: &str, dead: bool| assert_eq!(is_for_good(word), dead, "{word}");
        check("failed (5.1.1)", true);
        check("550 5.1.1 <a@b.example>: user unknown", true);
        check("failed (5.2.2)", false);
        check("552 5.2.2 mailbox full", false);
        check("550 5.7.1 rejected by policy", false);
        check("failed", false);
        check("failed (4.4.1)", false);
    }
}
