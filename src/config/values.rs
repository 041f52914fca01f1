//! Values as an administrator writes them: `5m`, `25MiB`, `07.30`, `senin`.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Deserializer, de::Error};

use crate::domain::Time;

/// A length of time: `30s`, `5m`, `3h`, `2d`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(D::Error::custom)
}

/// Several lengths of time.
pub(super) fn durations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parse_duration(text).map_err(D::Error::custom)).collect()
}

/// How long something is kept: a length of time, or `never` for what is kept for ever.
pub(super) fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<chrono::TimeDelta>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim() == "never" {
        return Ok(None);
    }
    let kept = humantime::parse_duration(&text).map(|kept| Some(delta(kept)));
    kept.map_err(|_| {
        D::Error::custom(format!(
            "`{text}` is no length of time; write it like \"90d\", or \"never\" to keep it for ever"
        ))
    })
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is no length of time; write it like \"30s\", \"5m\" or \"3h\""))
}

/// A length of time as the calendar reckons with it.
pub(super) fn delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}

/// A size in bytes, where one is given.
pub(super) fn optional_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    size(deserializer).map(Some)
}

/// A size in bytes: `64MiB`, `500KiB`, `1000000`.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    let digits = digits.trim_end();
    let factor = match unit {
        "" | "B" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let bytes = factor.zip(digits.parse::<u64>().ok()).and_then(|(factor, number)| number.checked_mul(factor));
    bytes.ok_or_else(|| D::Error::custom(format!("`{text}` is no size; write it like \"25MiB\"")))
}

/// A moment with its offset: `2026-11-23T07:30:00+07:00`.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let moment = text.parse::<Time>().map(Some);
    moment.map_err(|_| D::Error::custom(format!("`{text}` is no moment; write it like \"2026-11-23T07:30:00+07:00\"")))
}

/// A day: `2026-11-23`.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no day; write it like \"2026-11-23\"")))
}

/// A time of day as it is written in Indonesia (`07.30`) or elsewhere (`07:30`).
pub(super) fn clock(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(&text.replace('.', ":"), "%H:%M").ok()
}

/// A day of the week by its English or Indonesian name.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    let name = name.to_lowercase();
    let indonesian = ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"];
    match indonesian.iter().position(|known| *known == name) {
        Some(index) => Weekday::try_from(u8::try_from(index).ok()?).ok(),
        None => name.parse().ok(),
    }
}
