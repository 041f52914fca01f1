//! `sop.toml`: the SOP in numbers.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::domain::calendar::{Counting, Limit};
use crate::domain::role::Audience;
use crate::domain::sop::{Condition, Limits, Moment, Rule, Rung, Sop, Teller};
use crate::domain::stage::Stage;

/// One table for each stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SopFile {
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
#[serde(untagged, expecting = "this is no time limit; write \"3h\", \"90m\" or \"1d\", or one for each severity")]
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

/// Reads the rules of every stage.
pub(super) fn read(document: &Document, faults: &mut Vec<Fault>) -> Option<Sop> {
    let file: SopFile = document.read(faults)?;
    let before = faults.len();
    let mut rules = BTreeMap::new();
    for (stage, table) in file.tables() {
        let mut reader = Reader { document, stage, faults };
        if let Some(rule) = table.rule(&mut reader) {
            rules.insert(stage, rule);
        }
    }
    if faults.len() > before { None } else { Sop::new(rules).ok() }
}

impl SopFile {
    fn tables(self) -> [(Stage, StageTable); 12] {
        [
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
        ]
    }
}

/// Reads the values of one table and notes what is wrong with them.
struct Reader<'a> {
    document: &'a Document,
    stage: Stage,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn refuse(&mut self, key: &str, message: String, remedy: &str) {
        let place = format!("{}.{key}", self.stage.as_str());
        self.faults.push(self.document.fault(&place, message, remedy));
    }

    fn limit(&mut self, key: &str, text: &str) -> Option<Limit> {
        let limit = text.parse().ok();
        if limit.is_none() {
            let message = format!("`{text}` is no time limit");
            self.refuse(key, message, "write it like \"3h\", \"90m\" or \"1d\" (working days)");
        }
        limit
    }

    fn moment(&mut self, key: &str, text: &str) -> Option<Moment> {
        let moment = text.parse().ok();
        if moment.is_none() {
            let message = format!("`{text}` is no moment of a deadline");
            let remedy = "write a share like \"50%\", a time from the beginning like \"24h\", or a time past the \
                          deadline like \"+3d\"";
            self.refuse(key, message, remedy);
        }
        moment
    }

    fn reminders(&mut self, texts: &[String]) -> Option<Vec<Moment>> {
        let moments: Option<Vec<_>> =
            texts.iter().enumerate().map(|(at, text)| self.moment(&format!("remind_at.{at}"), text)).collect();
        let moments = moments?;
        if moments.iter().any(|moment| moment.is_overdue()) {
            let remedy = "remind before the deadline; what comes after it is a rung of `ladder`";
            self.refuse("remind_at", "a reminder falls on the deadline or after it".to_owned(), remedy);
        }
        let shares = moments.iter().filter_map(|moment| match moment {
            Moment::Share(percent) => Some(percent),
            Moment::Into(_) | Moment::Past(_) => None,
        });
        let twice = moments.iter().enumerate().any(|(at, moment)| moments[..at].contains(moment));
        if twice || !shares.is_sorted() {
            let message = format!("{texts:?} does not rise");
            self.refuse("remind_at", message, "write the earliest moment first, each once: [\"50%\", \"80%\"]");
        }
        Some(moments)
    }

    fn ladder(&mut self, entries: &[RungEntry]) -> Option<Vec<Rung>> {
        let rungs: Option<Vec<_>> = entries.iter().enumerate().map(|(at, entry)| entry.rung(at, self)).collect();
        let ladder = rungs?;
        if !ladder.is_sorted_by(|lower, upper| lower.level < upper.level) {
            let remedy = "number the rungs 1, 2, 3 … from the first to the last";
            self.refuse("ladder", "the levels of the ladder do not rise".to_owned(), remedy);
        }
        let asked = ladder.iter().position(|rung| rung.by == Teller::Kabid);
        if let Some(at) = asked.filter(|_| self.stage != Stage::FollowUp) {
            let remedy = "let the daemon tell the Kabid instead: by = \"daemon\", to = \"kabid\"";
            self.refuse(
                &format!("ladder.{at}.by"),
                "the Kabid is asked only for the OPD's follow-up".to_owned(),
                remedy,
            );
        }
        if !ladder.iter().any(|rung| rung.at.is_overdue() && rung.only_if == Condition::Always) {
            let remedy = "add a rung at \"100%\": a deadline that passes must be seen by somebody";
            self.refuse("ladder", "the ladder has no rung for a passed deadline".to_owned(), remedy);
        }
        Some(ladder)
    }
}

impl StageTable {
    fn rule(self, reader: &mut Reader<'_>) -> Option<Rule> {
        let limit = match &self.limit {
            LimitEntry::Same(text) => reader.limit("limit", text).map(Limits::Same),
            LimitEntry::BySeverity(entry) => entry.limits(reader),
        };
        let remind_at = reader.reminders(&self.remind_at);
        let ladder = reader.ladder(&self.ladder);
        let retry = match &self.retry {
            Some(text) => Some(reader.limit("retry", text)?),
            None => None,
        };
        let counting = self.counting;
        let critical = self.critical.unwrap_or(counting);
        if reader.stage.is_legal() && (counting == Counting::Working || critical == Counting::Working) {
            let key = if counting == Counting::Working { "counting" } else { "critical" };
            reader.refuse(key, "the law counts by the calendar".to_owned(), "write \"calendar\"");
        }
        if self.owner == Audience::Sender {
            let remedy = "write reporter, assignee, analysts, kabid or opd";
            reader.refuse("owner", "nobody in particular has this turn".to_owned(), remedy);
        }
        Some(Rule {
            owner: self.owner,
            limit: limit?,
            counting,
            critical,
            remind_at: remind_at?,
            ladder: ladder?,
            retry,
        })
    }
}

impl BySeverity {
    fn limits(&self, reader: &mut Reader<'_>) -> Option<Limits> {
        let mut limit = |key: &str, text: &str| reader.limit(&format!("limit.{key}"), text);
        let (low, medium, high) = (limit("low", &self.low), limit("medium", &self.medium), limit("high", &self.high));
        let (critical, domain) = (limit("critical", &self.critical), limit("domain", &self.domain));
        Some(Limits::BySeverity { low: low?, medium: medium?, high: high?, critical: critical?, domain: domain? })
    }
}

impl RungEntry {
    fn rung(&self, at: usize, reader: &mut Reader<'_>) -> Option<Rung> {
        let key = |field: &str| format!("ladder.{at}.{field}");
        let critical_at = match &self.critical_at {
            Some(text) => Some(reader.moment(&key("critical_at"), text)?),
            None => None,
        };
        // Nobody outside the office is told by himself that others are late.
        if matches!(self.to, Audience::Reporter | Audience::Sender | Audience::Bssn) {
            let message = format!("{} is on no ladder", self.to.as_str());
            reader.refuse(&key("to"), message, "write assignee, analysts, kabid, opd, opd_head, office_head or sekda");
            return None;
        }
        let moment = reader.moment(&key("at"), &self.at)?;
        Some(Rung { level: self.level, at: moment, critical_at, to: self.to, by: self.by, only_if: self.only_if })
    }
}
