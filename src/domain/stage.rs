//! Where a ticket stands, and the timed steps of the SOP and of the law.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A step that somebody must finish before a deadline: one table of `sop.toml` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// SOP 3: the analyst confirms that the report is real and answers the reporter.
    Verification,
    /// The reporter answers what he was asked; the clocks of the SOP stand still meanwhile.
    ReporterAnswer,
    /// SOP 4: the analyst writes the analysis report.
    Analysis,
    /// SOP 5: the Kabid reviews the report, anew for each version submitted.
    Review,
    /// SOP 6: the approved report reaches the OPD.
    Forwarding,
    /// The OPD says that it has the report.
    Acknowledgement,
    /// The OPD repairs.
    FollowUp,
    /// The analyst checks the repair.
    Recheck,
    /// Somebody else looks again at a closed ticket the reporter objects to (domain 5.4).
    SecondLook,
    /// UU PDP Pasal 46: the controller tells those concerned within 3 x 24 hours.
    #[serde(rename = "pdp_72h")]
    Pdp,
    /// Peraturan BSSN 1/2024 Pasal 15(5): vital infrastructure is reported within 1 x 24 hours.
    #[serde(rename = "iiv_24h")]
    Iiv,
    /// Gambling and defacement are gone within 1 x 24 hours, before the domain is suspended.
    #[serde(rename = "judol_24h")]
    Judol,
}

impl Stage {
    /// Every stage, in the SOP's order.
    pub const ALL: &[Stage] = &[
        Stage::Verification,
        Stage::ReporterAnswer,
        Stage::Analysis,
        Stage::Review,
        Stage::Forwarding,
        Stage::Acknowledgement,
        Stage::FollowUp,
        Stage::Recheck,
        Stage::SecondLook,
        Stage::Pdp,
        Stage::Iiv,
        Stage::Judol,
    ];

    /// The name used in the database, in `sop.toml` and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Verification => "verification",
            Stage::ReporterAnswer => "reporter_answer",
            Stage::Analysis => "analysis",
            Stage::Review => "review",
            Stage::Forwarding => "forwarding",
            Stage::Acknowledgement => "acknowledgement",
            Stage::FollowUp => "follow_up",
            Stage::Recheck => "recheck",
            Stage::SecondLook => "second_look",
            Stage::Pdp => "pdp_72h",
            Stage::Iiv => "iiv_24h",
            Stage::Judol => "judol_24h",
        }
    }

    /// The stage of that name.
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|stage| stage.as_str() == name)
    }

    /// Whether it runs by law or by the provider's patience: always the running clock, never paused.
    pub fn is_legal(self) -> bool {
        matches!(self, Stage::Pdp | Stage::Iiv | Stage::Judol)
    }
}

/// The state of a ticket (decisions 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Baru: reported, nobody has taken it.
    New,
    /// Verifikasi (SOP 3).
    Verification,
    /// Menunggu Pelapor: the reporter was asked something.
    AwaitingReporter,
    /// Analisis (SOP 4).
    Analysis,
    /// Reviu Kabid (SOP 5).
    Review,
    /// Perbaikan Laporan (SOP 5).
    Repair,
    /// Disetujui: approved, not yet on its way (SOP 5).
    Approved,
    /// Diteruskan ke OPD (SOP 6).
    Forwarded,
    /// Tindak Lanjut OPD.
    FollowUp,
    /// Verifikasi Perbaikan.
    Recheck,
    /// Ended.
    Closed(Disposition),
}

/// Why a ticket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Selesai.
    Resolved,
    /// Tidak Valid.
    NotValid,
    /// Duplikat: lives on in its parent.
    Duplicate,
    /// Dirujuk: somebody else's matter.
    Referred,
    /// Spam.
    Spam,
}

impl Status {
    /// Every state, in the SOP's order.
    pub const ALL: &[Status] = &[
        Status::New,
        Status::Verification,
        Status::AwaitingReporter,
        Status::Analysis,
        Status::Review,
        Status::Repair,
        Status::Approved,
        Status::Forwarded,
        Status::FollowUp,
        Status::Recheck,
        Status::Closed(Disposition::Resolved),
        Status::Closed(Disposition::NotValid),
        Status::Closed(Disposition::Duplicate),
        Status::Closed(Disposition::Referred),
        Status::Closed(Disposition::Spam),
    ];

    /// The name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Verification => "verification",
            Status::AwaitingReporter => "awaiting_reporter",
            Status::Analysis => "analysis",
            Status::Review => "review",
            Status::Repair => "repair",
            Status::Approved => "approved",
            Status::Forwarded => "forwarded",
            Status::FollowUp => "follow_up",
            Status::Recheck => "recheck",
            Status::Closed(Disposition::Resolved) => "resolved",
            Status::Closed(Disposition::NotValid) => "not_valid",
            Status::Closed(Disposition::Duplicate) => "duplicate",
            Status::Closed(Disposition::Referred) => "referred",
            Status::Closed(Disposition::Spam) => "spam",
        }
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| status.as_str() == name)
    }

    /// The stage whose clock says whose turn it is.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Status::New | Status::Verification => Some(Stage::Verification),
            Status::AwaitingReporter => Some(Stage::ReporterAnswer),
            Status::Analysis | Status::Repair => Some(Stage::Analysis),
            Status::Review => Some(Stage::Review),
            Status::Approved => Some(Stage::Forwarding),
            Status::Forwarded => Some(Stage::Acknowledgement),
            Status::FollowUp => Some(Stage::FollowUp),
            Status::Recheck => Some(Stage::Recheck),
            Status::Closed(_) => None,
        }
    }

    /// Whether work is left.
    pub fn is_open(self) -> bool {
        !matches!(self, Status::Closed(_))
    }

    /// Whether the OPD has the report and the ticket is not closed.
    pub fn is_with_opd(self) -> bool {
        matches!(self, Status::Forwarded | Status::FollowUp | Status::Recheck)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
        let name = String::deserialize(deserializer)?;
        Status::named(&name).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no state of a ticket")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::named(stage.as_str()), Some(*stage));
            let json = serde_json::to_string(stage).expect("a name");
            assert_eq!(json, format!("\"{}\"", stage.as_str()));
        }
        for status in Status::ALL {
            assert_eq!(Status::named(status.as_str()), Some(*status));
        }
        assert_eq!((Stage::named("signing"), Status::named("open")), (None, None));
    }
}
