//! Who a message is from and to, and which messages it names.
//!
//! Identity hangs on this file: the sender is the one usable address of the one From header, or
//! nobody. Encoded words are decoded for display alone and never before an address is taken.

use chrono::{TimeZone, Utc};
use mail_parser::{Addr, Message, MessageParser};

use crate::domain::Time;
use crate::domain::incoming::Defect;
use crate::domain::person::{Address, Person};
use crate::mail::headers::Headers;
use crate::mail::words;

/// Ids of one header.
const IDS_MAX: usize = 200;
/// Addresses of one message.
const RECIPIENTS_MAX: usize = 500;
/// Characters of a name.
const NAME_MAX: usize = 120;
/// Characters of From as it is shown.
const FROM_MAX: usize = 300;

/// The people and the date of a message.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The sender, or why there is none.
    pub(super) sender: Result<Person, Defect>,
    /// The address From names, even one that cannot be written to, lower-case.
    pub(super) from_address: String,
    /// From as it reads.
    pub(super) from_text: String,
    pub(super) reply_to: Option<Person>,
    pub(super) recipients: Vec<Address>,
    pub(super) date: Option<Time>,
}

impl Envelope {
    /// Reads the address and date headers, and no other.
    pub(super) fn of(headers: &Headers) -> Envelope {
        let read = |name: &str| {
            let block: String = headers.all(name).map(|value| format!("{name}: {value}\r\n")).collect();
            MessageParser::default().parse_headers(format!("{block}\r\n").as_bytes()).map(Message::into_owned)
        };
        let people = |name: &str| -> Vec<Addr<'static>> {
            let message = read(name);
            let header = message.as_ref().and_then(|message| message.header(name)).and_then(|value| value.as_address());
            header
                .map(|addresses| addresses.iter().map(|person| person.clone().into_owned()).collect())
                .unwrap_or_default()
        };
        let from = people("from");
        // `Doe, Jane <jane@warga.example>`, the quotes forgotten, names one address all the same.
        let addressed: Vec<&Addr<'_>> = from.iter().filter(|person| person.address().is_some()).collect();
        let count = headers.all("from").count();
        let sender = match addressed.as_slice() {
            _ if count == 0 => Err(Defect::NoFrom),
            _ if count > 1 || addressed.len() > 1 || is_group(headers) => Err(Defect::SeveralFrom),
            [person] => to_person(person).or_else(|| lone_address(headers)).ok_or(Defect::UnusableFrom),
            _ => lone_address(headers).ok_or(Defect::UnusableFrom),
        };
        let to = people("to").into_iter().chain(people("cc"));
        Envelope {
            sender,
            from_address: addressed
                .first()
                .and_then(|person| person.address())
                .unwrap_or("")
                .trim()
                .to_ascii_lowercase(),
            from_text: from_text(&from, headers),
            reply_to: match people("reply-to").as_slice() {
                [person] => to_person(person),
                _ => None,
            },
            recipients: to.filter_map(|person| person.address()?.trim().parse().ok()).take(RECIPIENTS_MAX).collect(),
            date: read("date").and_then(|message| message.date().and_then(|date| time(date.to_timestamp()))),
        }
    }
}

/// `Budi Santoso budi@warga.example`, the brackets forgotten: the only address the header holds.
fn lone_address(headers: &Headers) -> Option<Person> {
    let value = headers.get("from").filter(|value| value.matches('@').count() == 1)?;
    let word = value.split_whitespace().find(|word| word.contains('@'))?;
    let address: Address = word.trim_matches(['<', '>', ',', ';']).parse().ok()?;
    let name = one_line(&words::decoded(value.replace(word, "").trim().trim_matches('"')));
    Some(Person { name: name.chars().take(NAME_MAX).collect(), address })
}

/// `Team: a@b, c@d;`, which names nobody in particular.
fn is_group(headers: &Headers) -> bool {
    headers.get("from").is_some_and(|value| value.trim_end().ends_with(';') && value.contains(':'))
}

fn to_person(person: &Addr<'_>) -> Option<Person> {
    let address: Address = person.address()?.trim().parse().ok()?;
    Some(Person { name: name(person).chars().take(NAME_MAX).collect(), address })
}

fn name(person: &Addr<'_>) -> String {
    one_line(&words::decoded(person.name().unwrap_or("")))
}

/// From as it reads, decoded, on one line.
fn from_text(from: &[Addr<'_>], headers: &Headers) -> String {
    let several = headers.all("from").count() > 1;
    let people: Vec<String> = from
        .iter()
        .map(|person| match (name(person), person.address()) {
            (name, Some(address)) if name.is_empty() => address.to_owned(),
            (name, Some(address)) => format!("{name} <{address}>"),
            (name, None) => name,
        })
        .collect();
    let text = if several || people.is_empty() {
        words::decoded(&headers.all("from").collect::<Vec<_>>().join(" | "))
    } else {
        people.join(", ")
    };
    one_line(&text).chars().take(FROM_MAX).collect()
}

/// The ids in every header of that name, oldest first.
pub(super) fn ids(headers: &Headers, name: &str) -> Vec<String> {
    headers.all(name).flat_map(ids_in).take(IDS_MAX).collect()
}

/// The ids in a header value, tolerant of what stands around them.
pub(super) fn ids_in(value: &str) -> impl Iterator<Item = String> + '_ {
    let bracketed = value.contains('<');
    let parts: Vec<&str> = if bracketed {
        value.split('<').skip(1).filter_map(|part| part.split('>').next()).collect()
    } else {
        value.split_whitespace().filter(|word| word.contains('@')).collect()
    };
    parts
        .into_iter()
        .map(|id| id.split_whitespace().collect::<String>().trim_matches(['"', ',', ';']).to_owned())
        .filter(|id| !id.is_empty() && id.len() <= 998 && !id.chars().any(char::is_control))
}

/// One line without control or direction-changing characters.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') { ' ' } else { c })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let line = words.join(" ");
    if line.len() > 4_000 { line.chars().take(1_000).collect() } else { line }
}

/// A claimed time, if it is one a calendar can hold.
fn time(seconds: i64) -> Option<Time> {
    let in_range = (0..=253_402_300_799).contains(&seconds);
    in_range.then(|| Utc.timestamp_opt(seconds, 0).single()).flatten()
}
