//! Values as an administrator writes them: `5m`, `25MiB`, `07.30`, `senin`.

use std::time::Duration;

use chrono::{NaiveTime, Weekday};
use serde::{Deserialize, Deserializer, de::Error};

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

fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is no length of time; write it like \"30s\", \"5m\" or \"3h\""))
}

/// A length of time as the calendar reckons with it.
pub(super) fn delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}

/// A size in bytes: `64MiB`, `500KiB`, `1000000`.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "B" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let bytes = factor.zip(digits.parse::<u64>().ok()).and_then(|(factor, number)| number.checked_mul(factor));
    bytes.ok_or_else(|| D::Error::custom(format!("`{text}` is no size; write it like \"25MiB\"")))
}

/// A time of day as it is written in Indonesia (`07.30`) or elsewhere (`07:30`).
pub(super) fn clock(text: &str) -> Result<NaiveTime, String> {
    let parsed = NaiveTime::parse_from_str(&text.replace('.', ":"), "%H:%M");
    parsed.map_err(|_| format!("`{text}` is no time of day; write it like \"07.30\""))
}

/// A day of the week by its English name.
pub(super) fn weekday(name: &str) -> Result<Weekday, String> {
    name.parse().map_err(|_| format!("`{name}` is no day of the week; write it like \"monday\" or \"mon\""))
}
