//! `sop.toml`: the SOP in numbers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::fault::Fault;
use crate::domain::calendar::{Counting, Limit};
use crate::domain::role::Audience;
use crate::domain::sop::{Condition, Limits, Moment, Rule, Rung, Sop, Teller};
use crate::domain::stage::Stage;

/// One table for each stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SopFile {
    verification: StageTable,
    reporter_answer: StageTable,
    analysis: StageTable,
    review: StageTable,
    forwarding: StageTable,
    acknowledgement: StageTable,
    follow_up: StageTable,
    recheck: StageTable,
    second_look: StageTable,
    pdp_72h: StageTable,
    iiv_24h: StageTable,
    judol_24h: StageTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageTable {
    owner: Audience,
    limit: LimitEntry,
    counting: Counting,
    /// As `counting`, if not given.
    critical: Option<Counting>,
    remind_at: Vec<String>,
    ladder: Vec<RungEntry>,
    retry: Option<String>,
}

/// One limit, or one for each severity.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LimitEntry {
    Same(String),
    BySeverity(BySeverity),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BySeverity {
    low: String,
    medium: String,
    high: String,
    critical: String,
    domain: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RungEntry {
    level: u8,
    at: String,
    critical_at: Option<String>,
    to: Audience,
    by: Teller,
    #[serde(default)]
    only_if: Condition,
}

impl SopFile {
    pub(super) fn build(self, file: &(String, String), faults: &mut Vec<Fault>) -> Option<Sop> {
        let before = faults.len();
        let tables = [
            (Stage::Verification, self.verification),
            (Stage::ReporterAnswer, self.reporter_answer),
            (Stage::Analysis, self.analysis),
            (Stage::Review, self.review),
            (Stage::Forwarding, self.forwarding),
            (Stage::Acknowledgement, self.acknowledgement),
            (Stage::FollowUp, self.follow_up),
            (Stage::Recheck, self.recheck),
            (Stage::SecondLook, self.second_look),
            (Stage::Pdp, self.pdp_72h),
            (Stage::Iiv, self.iiv_24h),
            (Stage::Judol, self.judol_24h),
        ];
        let mut rules = BTreeMap::new();
        for (stage, table) in tables {
            let mut reader = Reader { file, stage, faults };
            if let Some(rule) = table.build(&mut reader) {
                rules.insert(stage, rule);
            }
        }
        if faults.len() > before { None } else { Sop::new(rules).ok() }
    }
}

/// Reads the values of one table and notes what is wrong with them.
struct Reader<'a> {
    file: &'a (String, String),
    stage: Stage,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    /// A fault at the line of this table where `needle` stands.
    fn fault(&mut self, needle: &str, message: String, remedy: &str) {
        let (path, text) = self.file;
        let header = format!("[{}]", self.stage.as_str());
        let table = text.lines().position(|line| line.trim() == header).unwrap_or(0);
        let place =
            text.lines().skip(table).position(|line| !line.trim_start().starts_with('#') && line.contains(needle));
        let line = place.map(|place| table + place + 1);
        let message = format!("[{}]: {message}", self.stage.as_str());
        self.faults.push(Fault::new(path, line, message, remedy));
    }

    fn limit(&mut self, text: &str) -> Option<Limit> {
        let limit = text.parse().ok();
        if limit.is_none() {
            let message = format!("`{text}` is no time limit");
            self.fault(&format!("\"{text}\""), message, "write it like \"3h\", \"90m\" or \"1d\" (working days)");
        }
        limit
    }

    fn moment(&mut self, text: &str) -> Option<Moment> {
        let moment = text.parse().ok();
        if moment.is_none() {
            let message = format!("`{text}` is no moment of a deadline");
            let remedy = "write a share like \"50%\", a time from the beginning like \"24h\", or a time past the \
                          deadline like \"+3d\"";
            self.fault(&format!("\"{text}\""), message, remedy);
        }
        moment
    }
}

impl StageTable {
    fn build(self, reader: &mut Reader<'_>) -> Option<Rule> {
        let limit = match self.limit {
            LimitEntry::Same(text) => reader.limit(&text).map(Limits::Same),
            LimitEntry::BySeverity(entry) => entry.build(reader),
        };
        let remind_at: Option<Vec<_>> = self.remind_at.iter().map(|text| reader.moment(text)).collect();
        if remind_at.iter().flatten().any(|moment| moment.is_overdue()) {
            let remedy = "remind before the deadline; what comes after it is a rung of `ladder`";
            reader.fault("remind_at", "a reminder falls on the deadline or after it".to_owned(), remedy);
        }
        let ladder: Option<Vec<_>> = self.ladder.into_iter().map(|entry| entry.build(reader)).collect();
        let ladder = ladder?;
        if !ladder.is_sorted_by(|lower, upper| lower.level < upper.level) {
            let remedy = "number the rungs 1, 2, 3 … from the first to the last";
            reader.fault("ladder", "the levels of the ladder do not rise".to_owned(), remedy);
        }
        if !ladder.iter().any(|rung| rung.at.is_overdue() && rung.only_if == Condition::Always) {
            let remedy = "add a rung at \"100%\": a deadline that passes must be seen by somebody";
            reader.fault("ladder", "the ladder has no rung for a passed deadline".to_owned(), remedy);
        }
        let retry = match &self.retry {
            Some(text) => Some(reader.limit(text)?),
            None => None,
        };
        let follows_up = reader.stage == Stage::FollowUp;
        if !follows_up && ladder.iter().any(|rung| rung.by == Teller::Kabid) {
            let remedy = "let the daemon tell the Kabid instead: by = \"daemon\", to = \"kabid\"";
            reader.fault("\"kabid\" }", "the Kabid is asked only for the OPD's follow-up".to_owned(), remedy);
        }
        let counting = self.counting;
        if reader.stage.is_legal() && counting == Counting::Working {
            reader.fault("counting", "the law counts by the calendar".to_owned(), "write counting = \"calendar\"");
        }
        Some(Rule {
            owner: self.owner,
            limit: limit?,
            counting,
            critical: self.critical.unwrap_or(counting),
            remind_at: remind_at?,
            ladder,
            retry,
        })
    }
}

impl BySeverity {
    fn build(self, reader: &mut Reader<'_>) -> Option<Limits> {
        let mut limit = |text: &str| reader.limit(text);
        let (low, medium, high) = (limit(&self.low), limit(&self.medium), limit(&self.high));
        let (critical, domain) = (limit(&self.critical), limit(&self.domain));
        Some(Limits::BySeverity { low: low?, medium: medium?, high: high?, critical: critical?, domain: domain? })
    }
}

impl RungEntry {
    fn build(self, reader: &mut Reader<'_>) -> Option<Rung> {
        let at = reader.moment(&self.at)?;
        let critical_at = match &self.critical_at {
            Some(text) => Some(reader.moment(text)?),
            None => None,
        };
        Some(Rung { level: self.level, at, critical_at, to: self.to, by: self.by, only_if: self.only_if })
    }
}
