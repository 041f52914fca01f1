//! How much a desk says of its own accord, and when it says less (trust-and-safety 4.2): nobody must
//! be able to make it a weapon, and a flood must not bury the mail that matters.

use chrono::TimeDelta;

/// `[limits]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Acknowledgements to all addresses of one domain in an hour.
    pub domain_hour: u32,
    /// Acknowledgements to one address under one subject in 24 hours.
    pub subject_day: u32,
    /// Automatic mails to one outsider about one ticket in ten minutes.
    pub ticket_ten_minutes: u32,
    /// The same in an hour.
    pub ticket_hour: u32,
    /// The same in 24 hours.
    pub ticket_day: u32,
    /// Automatic mails to one outsider in 24 hours.
    pub outsider_day: u32,
    /// Notices to one of the team in an hour; the others are told in one mail.
    pub analyst_hour: u32,
    /// How often that mail comes.
    pub gather_every: TimeDelta,
    /// Notices of mail that was put aside, to one of the team in an hour.
    pub held_hour: u32,
    /// Answers to orders that could not be carried out, to one person in an hour.
    pub refusals_hour: u32,
    /// Notices to the team about one ticket in an hour of bounces nothing proves.
    pub unproven_hour: u32,
    /// Alarms in an hour about names of OPDs that may be misused; those of the team are not counted.
    pub misuse_hour: u32,
    /// Reports within ten minutes that are no storm yet.
    pub storm_ten_minutes: u32,
    /// Mails of one sender within ten minutes that are no storm yet.
    pub storm_one_sender: u32,
    /// With fewer reports within half an hour a storm is over.
    pub storm_ends_below: u32,
}

/// What began a storm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StormCause {
    /// All senders together.
    Many,
    /// One sender.
    OneSender,
}

impl StormCause {
    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            StormCause::Many => "many",
            StormCause::OneSender => "one_sender",
        }
    }
}

/// A subject as it is compared: without the marks of answers, in small letters, with single blanks.
pub fn bare_subject(subject: &str) -> String {
    let lower = subject.to_lowercase();
    let mut rest = lower.trim();
    while let Some(behind) = MARKS.iter().find_map(|mark| rest.strip_prefix(mark)) {
        rest = behind.trim_start();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What mail programs put before the subject of an answer.
const MARKS: &[&str] = &["re:", "balas:", "bls:", "fw:", "fwd:", "trs:", "aw:"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_subject_in_other_clothes() {
        let check = |subject: &str, expected: &str| assert_eq!(bare_subject(subject), expected, "{subject}");
        check("Situs diretas", "situs diretas");
        check("Re: RE: Fwd:  Situs   DIRETAS ", "situs diretas");
        check("Rekap: serangan", "rekap: serangan");
        check("Re:", "");
        check(&"Re: ".repeat(100_000), "");
    }
}
