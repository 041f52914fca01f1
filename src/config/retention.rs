//! `[retention]` of `siaga.toml`: how long each kind of data is kept.

use chrono::TimeDelta;
use serde::Deserialize;

use crate::config::document::Document;
use crate::config::fault::Fault;
use crate::config::policy::remedy;
use crate::config::values;
use crate::domain::retention::Retention;
use crate::domain::schedule::Schedule;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionSection {
    run: String,
    #[serde(deserialize_with = "values::kept")]
    spam: Option<TimeDelta>,
    #[serde(deserialize_with = "values::kept")]
    letters: Option<TimeDelta>,
    #[serde(deserialize_with = "values::kept")]
    reporter: Option<TimeDelta>,
    #[serde(deserialize_with = "values::kept")]
    outgoing: Option<TimeDelta>,
    #[serde(deserialize_with = "values::kept")]
    unsent: Option<TimeDelta>,
}

impl RetentionSection {
    /// Notes what cannot be meant.
    pub(super) fn check(&self, document: &Document, faults: &mut Vec<Fault>) {
        if let (false, Err(fault)) = (self.run.trim().is_empty(), self.run.parse::<Schedule>()) {
            let message = format!("`retention.run`: \"{}\" {fault}", self.run);
            faults.push(document.fault("retention.run", message, remedy(fault)));
        }
        let longer = match (self.letters, self.reporter) {
            (Some(letters), Some(reporter)) => reporter < letters,
            (None, reporter) => reporter.is_some(),
            (Some(_), None) => false,
        };
        if longer {
            let message = "the reporter is to be removed before his letters, which name him".to_owned();
            let remedy = "write for reporter no less than for letters, or \"never\" for both";
            faults.push(document.fault("retention.reporter", message, remedy));
        }
    }

    /// When data are looked through.
    pub(super) fn schedule(&self) -> Option<Schedule> {
        self.run.parse().ok()
    }

    pub(super) fn settled(&self) -> Retention {
        Retention {
            spam: self.spam,
            letters: self.letters,
            reporter: self.reporter,
            outgoing: self.outgoing,
            unsent: self.unsent,
        }
    }
}
