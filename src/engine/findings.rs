//! What a report names, and where else that was seen (domain 6.3).

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::incoming::{Content, IncomingMail, Nature};
use crate::domain::indicator::{Indicator, Kind, host_of, indicators};
use crate::domain::notice::related::{SameDay, SeenIn};
use crate::domain::ticket::{Ticket, TicketId};
use crate::engine::Context;
use crate::engine::opening::shown_text;
use crate::store::receipts::MessageId;
use crate::store::{self, tickets};

/// Indicators a notice names; the ticket has all of them.
const SHOWN_MAX: usize = 8;
/// Indicators a ticket keeps, whatever number of mails it has.
const OF_TICKET_MAX: usize = 500;
/// Other tickets a notice names.
const SEEN_IN_MAX: usize = 5;
/// Files of one mail that are compared with those of other tickets.
const FILES_MAX: usize = 20;
/// Smaller pictures are the ornaments of signatures.
const PICTURE_BYTES_MIN: u64 = 10_000;

/// What the notice of a report says of what it names.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The most telling indicators.
    pub(super) indicators: Vec<Indicator>,
    /// How many more there are.
    pub(super) more: usize,
    /// Other tickets that name the same.
    pub(super) seen_in: Vec<SeenIn>,
    /// Reports of the same day about the same host.
    pub(super) same_day: Option<SameDay>,
}

impl Context {
    /// What a mail names: in its subject, in what was newly written, behind its links, in what is
    /// reported with it, and as files. Not what names the desk or the sender himself.
    pub(super) fn named_in(&self, mail: &IncomingMail) -> Vec<Indicator> {
        let mut text = format!("{}\n{}\n", mail.subject, shown_text(mail));
        // A link stands in the page alone where the plain form only shows its words.
        let page = mail.html_text.as_deref().unwrap_or_default();
        page.lines().filter(|line| !line.trim_start().starts_with('>')).for_each(|line| {
            text.push_str(line);
            text.push('\n');
        });
        if let Nature::AbuseReport(claimed) = &mail.nature {
            let single = [&claimed.source_ip, &claimed.original_from];
            let fields = single.into_iter().flatten().chain(&claimed.domains).chain(&claimed.uris);
            fields.for_each(|field| text = format!("{field}\n{text}"));
        }
        let files = mail.attachments.iter().filter(|file| !is_ornament(file)).take(FILES_MAX);
        let files = files.map(|file| Indicator { kind: Kind::Sha256, value: file.digest.to_string() });
        let mut found: Vec<Indicator> = files.collect();
        let written = indicators(&text).into_iter().chain(indicators(&mail.reported));
        for indicator in written.filter(|indicator| !self.is_of_the_mail(mail, indicator)) {
            if !found.contains(&indicator) {
                found.push(indicator);
            }
        }
        found
    }

    /// Whether an indicator only says who writes to whom.
    fn is_of_the_mail(&self, mail: &IncomingMail, indicator: &Indicator) -> bool {
        let sender = mail.sender.as_ref().map(|person| &person.address);
        let website = host_of(&self.desk.website);
        match indicator.kind {
            Kind::Address => {
                let is =
                    |address: &crate::domain::person::Address| address.as_str().eq_ignore_ascii_case(&indicator.value);
                sender.is_some_and(is) || std::iter::once(&self.desk.address).chain(&self.desk.aliases).any(is)
            }
            Kind::Host => {
                let senders = sender.is_some_and(|address| address.domain() == indicator.value);
                let ours = self.rules.people.owner_of(&indicator.value).is_some();
                (senders && !ours) || website == Some(indicator.value.as_str())
            }
            Kind::Url => website.is_some() && website == host_of(&indicator.value),
            Kind::Sha256 | Kind::Sha1 | Kind::Md5 | Kind::Ip | Kind::Cve => false,
        }
    }

    /// Notes what a further message of a ticket names; returns what is worth showing of it.
    pub(super) fn name(
        &self,
        db: &Connection,
        ticket: TicketId,
        message: MessageId,
        mail: &IncomingMail,
    ) -> Result<Vec<Indicator>> {
        let known = store::indicators::of_ticket(db, ticket)?;
        let mut named = self.named_in(mail);
        named.retain(|one| !known.iter().any(|known| known.indicator == *one));
        named.truncate(OF_TICKET_MAX.saturating_sub(known.len()));
        store::indicators::insert(db, ticket, message, &named)?;
        let mut shown = self.worth_showing(&named);
        shown.truncate(SHOWN_MAX);
        Ok(shown)
    }

    /// What the notice of a ticket says of what it names.
    pub(super) fn findings(
        &self,
        db: &Connection,
        ticket: &Ticket,
        named: &[Indicator],
        now: Time,
    ) -> Result<Findings> {
        let mut shown = self.worth_showing(named);
        let more = shown.len().saturating_sub(SHOWN_MAX);
        shown.truncate(SHOWN_MAX);
        Ok(Findings {
            indicators: shown,
            more,
            seen_in: self.seen_in(db, ticket.id, named)?,
            same_day: self.same_day(db, ticket, named, now)?,
        })
    }

    /// Without what stands elsewhere in the notice: files, own hosts, and hosts of shown addresses.
    pub(super) fn worth_showing(&self, named: &[Indicator]) -> Vec<Indicator> {
        let urls: Vec<&str> = named.iter().filter(|one| one.kind == Kind::Url).map(|one| one.value.as_str()).collect();
        let own = |host: &str| self.rules.people.owner_of(host).is_some();
        let mut worth: Vec<Indicator> = named
            .iter()
            .filter(|one| match one.kind {
                Kind::Host => !own(&one.value) && !urls.iter().any(|url| host_of(url) == Some(one.value.as_str())),
                Kind::Ip => !urls.iter().any(|url| host_of(url) == Some(one.value.as_str())),
                Kind::Sha256 | Kind::Sha1 | Kind::Md5 | Kind::Url | Kind::Address | Kind::Cve => true,
            })
            .cloned()
            .collect();
        worth.sort_by_key(|one| one.kind);
        worth
    }

    /// Other tickets that name the same, the most telling first. A vulnerability alone joins nothing.
    fn seen_in(&self, db: &Connection, ticket: TicketId, named: &[Indicator]) -> Result<Vec<SeenIn>> {
        let mut telling: Vec<&Indicator> = named.iter().filter(|one| one.kind != Kind::Cve).collect();
        telling.sort_by_key(|one| one.kind);
        let mut seen: Vec<(TicketId, Kind, usize)> = Vec::new();
        for indicator in telling {
            for other in store::indicators::elsewhere(db, ticket, indicator, SEEN_IN_MAX)? {
                match seen.iter_mut().find(|(known, _, _)| *known == other) {
                    Some((_, _, more)) => *more += 1,
                    None => seen.push((other, indicator.kind, 0)),
                }
            }
        }
        seen.sort_by_key(|(_, kind, more)| (*kind, std::cmp::Reverse(*more)));
        seen.truncate(SEEN_IN_MAX);
        let named =
            |(other, shared, more)| Ok(SeenIn { number: tickets::get(db, other)?.number.to_string(), shared, more });
        seen.into_iter().map(named).collect()
    }

    /// Whether others have reported the same host of ours on this day.
    fn same_day(&self, db: &Connection, ticket: &Ticket, named: &[Indicator], now: Time) -> Result<Option<SameDay>> {
        let local = self.rules.calendar.local(now);
        let since = now - TimeDelta::seconds(i64::from(chrono::Timelike::num_seconds_from_midnight(&local)));
        for host in named.iter().filter(|one| one.kind == Kind::Host) {
            if self.rules.people.owner_of(&host.value).is_none() {
                continue;
            }
            if let Some((first, others)) = store::indicators::same_day(db, ticket.id, &host.value, since)? {
                let first = tickets::get(db, first)?.number.to_string();
                return Ok(Some(SameDay { host: host.value.clone(), others, first }));
            }
        }
        Ok(None)
    }
}

fn is_ornament(file: &crate::domain::incoming::Attachment) -> bool {
    file.content == Content::Image && file.inline && file.size_bytes < PICTURE_BYTES_MIN
}
