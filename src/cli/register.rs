//! The "Logbook Keamanan Siber" as an office keeps it: one row for each ticket, in the columns of
//! the SOP's record, computed from what is stored.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::cli::setup::Home;
use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::deadline::Deadline;
use crate::domain::kind::Finding;
use crate::domain::logbook::{BY_FORM, Kind};
use crate::domain::person::Person;
use crate::domain::role::Role;
use crate::domain::stage::{Disposition, Stage, Status};
use crate::store::{Store, cases, logbook, tickets};
use crate::templates::status_in_indonesian;

/// A ticket in the logbook: its columns in their order.
pub(super) type Row = Map<String, Value>;

/// One row for each ticket, oldest first.
pub(super) fn rows(home: &Home, store: &Store) -> Result<Vec<Row>> {
    let (by_telephone, by_form) = (opened_by_staff(store)?, opened_by_form(store)?);
    let mut rows = Vec::new();
    for (place, ticket) in tickets::all(store.db())?.into_iter().enumerate() {
        let case = cases::get(store.db(), ticket.id)?;
        let number = case.ticket.number.to_string();
        let way_in = match (by_telephone.contains(&number), by_form.contains(&number)) {
            (true, _) => "telepon",
            (false, true) => "web",
            (false, false) => "email",
        };
        rows.push(Writer { home, case: &case }.row(place + 1, way_in));
    }
    Ok(rows)
}

/// Tickets of reports that came through the form of the website.
fn opened_by_form(store: &Store) -> Result<BTreeSet<String>> {
    let opened = logbook::entries(store.db(), None)?.into_iter();
    let opened = opened.filter(|entry| entry.kind == Kind::TicketOpened.as_str() && entry.detail[BY_FORM] == true);
    Ok(opened.filter_map(|entry| entry.ticket).collect())
}

/// Tickets that one of the team opened for somebody who had called.
fn opened_by_staff(store: &Store) -> Result<BTreeSet<String>> {
    let staff = [Role::Analyst, Role::Kabid].map(|role| format!("{}:", role.as_str()));
    let opened = logbook::entries(store.db(), None)?.into_iter().filter(|entry| {
        entry.kind == Kind::TicketOpened.as_str() && staff.iter().any(|role| entry.actor.starts_with(role.as_str()))
    });
    Ok(opened.filter_map(|entry| entry.ticket).collect())
}

struct Writer<'a> {
    home: &'a Home,
    case: &'a Case,
}

impl Writer<'_> {
    fn row(&self, place: usize, way_in: &str) -> Row {
        let mut row = Row::new();
        self.report(place, way_in, &mut row);
        self.verification(&mut row);
        self.analysis(&mut row);
        self.follow_up(&mut row);
        self.end(&mut row);
        row
    }

    fn report(&self, place: usize, way_in: &str, row: &mut Row) {
        let ticket = &self.case.ticket;
        let class = &ticket.class;
        let opd = class.opd.as_deref();
        let opd = opd.map(|code| self.home.config.people.opd(code).map_or(code, |opd| opd.name.as_str()));
        let finding = class.finding.map(|finding| match finding {
            Finding::Incident => "insiden",
            Finding::Vulnerability => "celah",
        });
        set(row, "no", json!(place));
        set(row, "nomor_tiket", json!(ticket.number.to_string()));
        set(row, "tanggal_waktu_terima", self.at(Some(ticket.opened_at)));
        set(row, "kanal", json!(way_in));
        set(row, "pelapor", json!(alias(ticket.reporter.as_ref(), ticket.flags.anonymous)));
        set(row, "kontak_tersimpan", yes(ticket.reporter.is_some()));
        set(row, "sistem_terdampak", json!(class.system));
        set(row, "opd_pemilik", json!(opd));
        set(row, "sifat", json!(finding));
        set(row, "jenis", json!(class.kind.map(|kind| kind.indonesian())));
        set(row, "tingkat", json!(class.severity.map(|severity| severity.word())));
        set(row, "tlp", json!(class.tlp.as_str()));
    }

    fn verification(&self, row: &mut Row) {
        let result = match self.case.ticket.status {
            Status::New | Status::Verification => None,
            Status::AwaitingReporter if self.case.asked_from() == Status::Verification => None,
            Status::Closed(Disposition::NotValid) => Some("tidak valid"),
            Status::Closed(Disposition::Duplicate) => Some("duplikat"),
            Status::Closed(Disposition::Referred) => Some("dirujuk"),
            Status::Closed(Disposition::Spam) => Some("spam"),
            Status::AwaitingReporter
            | Status::Analysis
            | Status::Review
            | Status::Repair
            | Status::Approved
            | Status::Forwarded
            | Status::FollowUp
            | Status::Recheck
            | Status::Closed(Disposition::Resolved) => Some("valid"),
        };
        let ended = self.ended(Stage::Verification);
        let taken = ended.map(|clock| clock.taken(clock.due_at, &self.home.config.calendar));
        set(row, "hasil_verifikasi", json!(result));
        set(row, "waktu_balasan", self.at(ended.and_then(Deadline::ended_at)));
        set(row, "durasi_verifikasi_kerja", json!(taken.map(|taken| hours(taken.working_seconds))));
        set(row, "durasi_verifikasi_kalender", json!(taken.map(|taken| hours(taken.calendar_seconds))));
        set(row, "tepat_3jam", self.in_time(Stage::Verification));
    }

    fn analysis(&self, row: &mut Row) {
        let Case { ticket, report, approval, .. } = self.case;
        let number = approval.as_ref().map(|approval| format!("{} versi {}", ticket.number, approval.version));
        set(row, "analis", json!(self.assignee()));
        set(row, "waktu_ajuan", self.at(report.as_ref().map(|report| report.submitted_at)));
        set(row, "tepat_1hari", self.in_time(Stage::Analysis));
        set(row, "jumlah_perbaikan", json!(report.as_ref().map(|report| report.version.saturating_sub(1))));
        set(row, "waktu_ttd", self.at(approval.as_ref().map(|approval| approval.at)));
        set(row, "tepat_1jam", self.in_time(Stage::Review));
        set(row, "nomor_laporan", json!(number));
        set(row, "waktu_penerusan", self.at(self.case.forwarded_at));
    }

    fn follow_up(&self, row: &mut Row) {
        let ticket = &self.case.ticket;
        let ended_at = |stage| self.ended(stage).and_then(Deadline::ended_at);
        let failed = ticket.tally.false_fixes;
        let passed = ticket.status == Status::Closed(Disposition::Resolved) && self.ended(Stage::Recheck).is_some();
        let action = match (&self.case.claim, ticket.flags.offline) {
            (Some(claim), _) => Some(claim.as_str()),
            (None, true) => Some("sistem dinonaktifkan"),
            (None, false) => None,
        };
        let checked = match (failed, passed) {
            (0, false) => None,
            (0, true) => Some("lulus".to_owned()),
            (failed, false) => Some(format!("gagal {failed} kali")),
            (failed, true) => Some(format!("gagal {failed} kali, lalu lulus")),
        };
        set(row, "waktu_diterima_opd", self.at(ended_at(Stage::Acknowledgement)));
        set(row, "tindakan", json!(action));
        set(row, "batas_tindak_lanjut", self.at(self.case.deadline(Stage::FollowUp).map(|clock| clock.due_at)));
        set(row, "waktu_selesai_opd", self.at(ended_at(Stage::FollowUp)));
        set(row, "hasil_cek_ulang", json!(checked));
    }

    fn end(&self, row: &mut Row) {
        let ticket = &self.case.ticket;
        let told_bssn = if self.case.bssn_at.is_some() { self.at(self.case.bssn_at) } else { json!("tidak") };
        let closed_by = ticket.closed_by.as_ref();
        let closed_by = closed_by.map(|by| self.home.config.people.name_of(by).unwrap_or(by.as_str()));
        let mut remarks = Vec::new();
        if ticket.flags.urgent {
            remarks.push("DARURAT".to_owned());
        }
        if ticket.flags.vital {
            remarks.push("IIV".to_owned());
        }
        if ticket.flags.risk_accepted {
            remarks.push("risiko diterima Kepala OPD".to_owned());
        }
        if let Some(parent) = &ticket.parent {
            remarks.push(format!("terkait {parent}"));
        }
        if ticket.tally.escalation > 0 {
            remarks.push(format!("eskalasi jenjang {}", ticket.tally.escalation));
        }
        set(row, "waktu_tutup", self.at(ticket.closed_at));
        set(row, "dibuka_kembali", json!(ticket.tally.reopened));
        set(row, "data_pribadi", yes(ticket.flags.personal_data));
        set(row, "lapor_bssn", told_bssn);
        set(row, "status", json!(status_in_indonesian(ticket.status.as_str())));
        set(row, "petugas", json!(closed_by.or(self.assignee())));
        set(row, "keterangan", json!(remarks.join("; ")));
    }

    fn assignee(&self) -> Option<&str> {
        let assignee = self.case.ticket.assignee.as_ref()?;
        Some(self.home.config.people.name_of(assignee).unwrap_or(assignee.as_str()))
    }

    /// The latest clock of a step that was finished.
    fn ended(&self, stage: Stage) -> Option<&Deadline> {
        self.case.deadlines.iter().rev().find(|deadline| deadline.stage == stage && deadline.met().is_some())
    }

    /// Whether a step was in time each time it was done.
    fn in_time(&self, stage: Stage) -> Value {
        let of_stage = self.case.deadlines.iter().filter(|deadline| deadline.stage == stage);
        let met: Vec<bool> = of_stage.filter_map(Deadline::met).collect();
        if met.is_empty() { Value::Null } else { yes(met.into_iter().all(|met| met)) }
    }

    fn at(&self, at: Option<Time>) -> Value {
        let local = |at| self.home.config.calendar.local(at).format("%Y-%m-%d %H:%M").to_string();
        json!(at.map(local))
    }
}

fn set(row: &mut Row, column: &str, value: Value) {
    row.insert(column.to_owned(), value);
}

fn yes(yes: bool) -> Value {
    json!(if yes { "ya" } else { "tidak" })
}

/// Hours and minutes as a spreadsheet adds them up.
fn hours(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// A reporter as he may be named in a list that is printed: by initials, never by name.
fn alias(reporter: Option<&Person>, anonymous: bool) -> String {
    let Some(reporter) = reporter.filter(|_| !anonymous) else { return "anonim".to_owned() };
    let words = reporter.name.split(|c: char| !c.is_alphanumeric());
    let initials: String = words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).take(4).collect();
    if initials.is_empty() { "tanpa nama".to_owned() } else { initials }
}

/// Writes rows as RFC 4180 has it.
pub(super) fn write_csv(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let headings: Vec<String> = first.keys().map(|column| field(column)).collect();
    write!(out, "{}\r\n", headings.join(","))?;
    for row in rows {
        let fields: Vec<String> = row
            .values()
            .map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => field(text),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
            })
            .collect();
        write!(out, "{}\r\n", fields.join(","))?;
    }
    Ok(())
}

/// One field. What a spreadsheet would take for a formula is marked as text: a stranger's words are
/// never carried out on the desk of whoever opens the file.
fn field(text: &str) -> String {
    let first = text.trim_start_matches(['\u{feff}', ' ']).chars().next();
    let formula = first.is_some_and(|first| ['=', '+', '-', '@', '\t', '\r', '\n', '|', '%'].contains(&first));
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', ';', '"', '\r', '\n']) || text != text.trim() {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_never_a_formula() {
        let check = |text: &str, expected: &str| assert_eq!(field(text), expected, "{text}");
        check("Dinas Kesehatan", "Dinas Kesehatan");
        check("satu, dua", "\"satu, dua\"");
        check("kata \"aman\"", "\"kata \"\"aman\"\"\"");
        check("baris satu\nbaris dua", "\"baris satu\nbaris dua\"");
        check("=HYPERLINK(\"http://jahat.example\")", "\"'=HYPERLINK(\"\"http://jahat.example\"\")\"");
        check("+62812", "'+62812");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check(" =1+1", "' =1+1");
        check("\t=1", "'\t=1");
        check("", "");
    }

    #[test]
    fn a_reporter_is_named_by_his_initials() {
        let check = |name: &str, anonymous: bool, expected: &str| {
            let person = Person { name: name.to_owned(), address: "budi@warga.example".parse().expect("valid") };
            assert_eq!(alias(Some(&person), anonymous), expected, "{name}");
        };
        check("Budi Warga", false, "BW");
        check("siti nur'aini", false, "SNA");
        check("=cmd|' /C calc'!A0", false, "CCCA");
        check("", false, "tanpa nama");
        check("Budi Warga", true, "anonim");
        assert_eq!(alias(None, false), "anonim");
    }
}
