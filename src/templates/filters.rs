//! Values in words: times, spans and sizes, names and subjects of strangers.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use tera::{Error, Kwargs, State, Tera, TeraResult};

use crate::domain::desk::Desk;
use crate::domain::tlp::Tlp;
use crate::templates::text::{defang, defuse, subject_line};
use crate::templates::vocabulary;
use crate::templates::words::{FILTERS, Words};

const DAYS_ID: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Makes every filter known to Tera.
pub(super) fn register(tera: &mut Tera, desk: &Desk, zone: Tz) {
    let words: &[(&'static str, Words)] = &[
        ("jenis_berkas", vocabulary::kind_id),
        ("file_kind", vocabulary::kind_en),
        ("kelengkapan", vocabulary::missing_id),
        ("kelengkapan_singkat", vocabulary::missing_short_id),
        ("wanted", vocabulary::missing_en),
        ("asal", vocabulary::evidence_id),
        ("hasil_pindai", vocabulary::scan_id),
        ("sebab_diam", vocabulary::silence_id),
        ("keganjilan", vocabulary::defect_id),
        ("cara_lindung", vocabulary::standard_id),
        ("sebab_tertutup", vocabulary::closed_id),
        ("cacat_tanda", vocabulary::mail_signature_id),
        ("obat_tanda", vocabulary::mail_signature_remedy_id),
        ("bagian_aktif", vocabulary::acting_id),
        ("data_pribadi", vocabulary::personal_data_id),
        ("jenis_indikator", vocabulary::indicator_id),
        ("hal_sama", vocabulary::shared_id),
    ];
    for &(name, word) in words.iter().chain(FILTERS) {
        tera.register_filter(name, move |value: &str, _: Kwargs, _: &State| known(name, value, word(value)));
    }
    tera.register_filter("waktu", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} pukul {}", date_id(at), clock(at, '.')))
    });
    tera.register_filter("tanggal", move |value: &str, _: Kwargs, _: &State| local(value, zone).map(date_id));
    tera.register_filter("jam", move |value: &str, kwargs: Kwargs, _: &State| {
        let since = local(kwargs.must_get::<&str>("sejak")?, zone)?;
        local(value, zone).map(|at| short(at, since))
    });
    tera.register_filter("when", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} at {} (UTC{})", date_en(at), clock(at, ':'), offset(at)))
    });
    tera.register_filter("ukuran", |bytes: u64, _: Kwargs, _: &State| size(bytes).replace('.', ","));
    tera.register_filter("size", |bytes: u64, _: Kwargs, _: &State| {
        size(bytes).replace("byte", if bytes == 1 { "byte" } else { "bytes" })
    });
    tera.register_filter("sisa", |minutes: i64, kwargs: Kwargs, _: &State| {
        kwargs.must_get::<&str>("counting").map(|counting| left(minutes, counting == "working"))
    });
    tera.register_filter("date", move |value: &str, _: Kwargs, _: &State| local(value, zone).map(date_en));
    tera.register_filter("bulan", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} {}", MONTHS_ID[at.month0() as usize], at.year()))
    });
    tera.register_filter("lama", |seconds: i64, _: Kwargs, _: &State| spoken(seconds / 60));
    tera.register_filter("tlp", |name: &str, _: Kwargs, _: &State| {
        let tlp = Tlp::named(name).map(|tlp| tlp.to_string());
        tlp.ok_or_else(|| Error::message(format!("the filter `tlp` has no words for `{name}`")))
    });
    tera.register_filter("baris", |text: &str, _: Kwargs, _: &State| subject_line(text));
    let address = desk.address.clone();
    tera.register_filter("tautan", move |code: &str, kwargs: Kwargs, _: &State| -> TeraResult<String> {
        let (number, word) = (kwargs.must_get::<&str>("number")?, kwargs.must_get::<&str>("perintah")?);
        let answers = kwargs.get::<&str>("balas")?.unwrap_or_default();
        let line = format!("{word} {code}");
        let to = kwargs.get::<&str>("ke")?.unwrap_or(address.as_str());
        Ok(mailto(to, number, (line.trim(), answers)))
    });
    tera.register_filter("kutip", |text: &str, _: Kwargs, _: &State| defuse(text));
    tera.register_filter("aman", |text: &str, _: Kwargs, _: &State| defang(&subject_line(text)));
    tera.register_filter("indikator", |text: &str, _: Kwargs, _: &State| shortened(&defang(&subject_line(text)), 60));
    tera.register_filter("ringkas", |text: &str, _: Kwargs, _: &State| brief(text));
    tera.register_filter("subjek", |text: &str, _: Kwargs, _: &State| repeated_subject(text));
    tera.register_filter("nama", |text: &str, _: Kwargs, _: &State| salutation(text));
    tera.register_filter("sebab_ditahan", |text: &str, _: Kwargs, _: &State| held_id(text));
}

fn known(filter: &str, value: &str, word: Option<&'static str>) -> TeraResult<String> {
    word.map(str::to_owned).ok_or_else(|| Error::message(format!("the filter `{filter}` has no words for `{value}`")))
}

fn local(value: &str, zone: Tz) -> TeraResult<DateTime<Tz>> {
    let parsed = DateTime::parse_from_rfc3339(value);
    parsed.map(|at| at.with_timezone(&zone)).map_err(|_| Error::message(format!("`{value}` is no time")))
}

fn date_id(at: DateTime<Tz>) -> String {
    let day = DAYS_ID[at.weekday().num_days_from_monday() as usize];
    format!("{day}, {} {} {}", at.day(), MONTHS_ID[at.month0() as usize], at.year())
}

fn date_en(at: DateTime<Tz>) -> String {
    let day = DAYS_EN[at.weekday().num_days_from_monday() as usize];
    format!("{day}, {} {} {}", at.day(), MONTHS_EN[at.month0() as usize], at.year())
}

/// The clock with the zone's name: `14.30 WIB`.
fn clock(at: DateTime<Tz>, separator: char) -> String {
    format!("{:02}{separator}{:02} {}", at.hour(), at.minute(), at.format("%Z"))
}

/// The clock alone on the day of `since`, with the day on any other: `14.30`, `Senin 23/11 10.30`.
fn short(at: DateTime<Tz>, since: DateTime<Tz>) -> String {
    let clock = format!("{:02}.{:02}", at.hour(), at.minute());
    if at.date_naive() == since.date_naive() {
        return clock;
    }
    format!("{} {}/{} {clock}", DAYS_ID[at.weekday().num_days_from_monday() as usize], at.day(), at.month())
}

/// The offset as people abroad read it: `+7`.
fn offset(at: DateTime<Tz>) -> String {
    let text = at.format("%:z").to_string();
    let text = text.strip_suffix(":00").unwrap_or(&text);
    text.replacen("+0", "+", 1).replacen("-0", "-", 1)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..=999_000 => format!("{} KB", bytes.div_ceil(1_000)),
        999_001..=999_999_999 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// Minutes left, or gone beyond the deadline; working minutes or those of the running clock.
fn left(minutes: i64, working: bool) -> String {
    match (minutes, working) {
        (..0, true) => format!("lewat {} waktu kerja", spoken(-minutes)),
        (..0, false) => format!("lewat {}", spoken(-minutes)),
        (0, _) => "waktu habis".to_owned(),
        (_, true) => format!("sisa waktu kerja {}", spoken(minutes)),
        (_, false) => format!("sisa waktu {}", spoken(minutes)),
    }
}

fn spoken(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} menit"),
        (hours, 0) => format!("{hours} jam"),
        (hours, minutes) => format!("{hours} jam {minutes} menit"),
    }
}

/// A link that opens a reply with its command line ready (RFC 6068): address, subject, body, and the
/// mail of ours it answers, which some mail programs heed.
fn mailto(address: &str, number: &str, (line, answers): (&str, &str)) -> String {
    let subject = percent_encoded(&format!("[{number}]"));
    let body = percent_encoded(&format!("#{line}"));
    let link = format!("mailto:{address}?subject={subject}&body={body}");
    if answers.is_empty() { link } else { format!("{link}&In-Reply-To={}", percent_encoded(&format!("<{answers}>"))) }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// A subject that fits beside a ticket number on a phone.
fn brief(text: &str) -> String {
    let line = defang(&subject_line(text));
    let line = if line.is_empty() { "(tanpa subjek)".to_owned() } else { line };
    shortened(&line, 50)
}

/// The sender's subject in an answer to him, short enough to leave the ticket number its place.
fn repeated_subject(text: &str) -> String {
    let mut line = subject_line(text);
    while let Some(rest) = ANSWER_MARKS.iter().find_map(|mark| {
        let head = line.get(..mark.len())?;
        head.eq_ignore_ascii_case(mark).then(|| line[mark.len()..].trim_start().to_owned())
    }) {
        line = rest;
    }
    shortened(&line, 120)
}

/// What mail programs put before the subject of an answer.
const ANSWER_MARKS: &[&str] = &["re:", "balas:", "bls:", "fw:", "fwd:", "trs:", "aw:"];

fn shortened(line: &str, characters: usize) -> String {
    if line.chars().count() <= characters {
        return line.to_owned();
    }
    line.chars().take(characters - 1).chain(['…']).collect()
}

/// A display name to address somebody by; empty if it is no name: whoever makes a government sign
/// "Yth. pemenang, buka situs.example" must not succeed.
fn salutation(text: &str) -> String {
    let name = subject_line(text);
    let allowed = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | ',' | '\'' | '’' | '-');
    let is_name = name.chars().any(char::is_alphabetic)
        && name.chars().count() <= 60
        && name.chars().all(allowed)
        && defang(&name) == name;
    if is_name { name } else { String::new() }
}

/// Why a mail was put aside, in words; the particulars are for `siaga held show`.
fn held_id(reason: &str) -> &'static str {
    match reason.split_once(": ").map_or(reason, |(kind, _)| kind) {
        "empty" => "surel tanpa isi",
        "limits" => "susunan surel melampaui batas",
        "crash" => "pembacaan surel ini terhenti berulang kali",
        "slow" => "pembacaan surel ini terlalu lama, lalu dihentikan",
        _ => "sistem tidak mengenali susunan surel ini",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_officials_write_them() {
        let at = local("2026-11-23T07:30:00Z", chrono_tz::Asia::Jakarta).expect("a time");
        assert_eq!(format!("{} pukul {}", date_id(at), clock(at, '.')), "Senin, 23 November 2026 pukul 14.30 WIB");
        assert_eq!(
            format!("{} at {} (UTC{})", date_en(at), clock(at, ':'), offset(at)),
            "Monday, 23 November 2026 at 14:30 WIB (UTC+7)"
        );
    }

    #[test]
    fn sizes_and_spans_in_words() {
        let check = |bytes: u64, expected: &str| assert_eq!(size(bytes), expected);
        check(0, "0 byte");
        check(999, "999 byte");
        check(1_001, "2 KB");
        check(1_250_000, "1.2 MB");
        check(999_500, "0.9 MB");
        check(1_342_177_280, "1.3 GB");
        assert_eq!(left(130, true), "sisa waktu kerja 2 jam 10 menit");
        assert_eq!(left(60, true), "sisa waktu kerja 1 jam");
        assert_eq!(left(60, false), "sisa waktu 1 jam");
        assert_eq!(left(0, true), "waktu habis");
        assert_eq!(left(-5, true), "lewat 5 menit waktu kerja");
        assert_eq!(left(-65, false), "lewat 1 jam 5 menit");
    }

    #[test]
    fn a_due_time_on_another_day_says_so() {
        let check = |due: &str, since: &str, expected: &str| {
            let at = |text| local(text, chrono_tz::Asia::Jakarta).expect("a time");
            assert_eq!(short(at(due), at(since)), expected);
        };
        check("2026-11-23T07:30:00Z", "2026-11-23T03:30:00Z", "14.30");
        check("2026-11-23T03:30:00Z", "2026-11-21T14:00:00Z", "Senin 23/11 10.30");
        // 00.30 in Jakarta is another day than 23.30, whatever UTC says.
        check("2026-11-23T17:30:00Z", "2026-11-23T16:30:00Z", "Selasa 24/11 00.30");
    }

    #[test]
    fn a_name_is_repeated_only_if_it_is_one() {
        let check = |text: &str, name: &str| assert_eq!(salutation(text), name, "{text}");
        check("Budi Warga", "Budi Warga");
        check("Dr. Siti Nur'aini, S.Kom., M.T.", "Dr. Siti Nur'aini, S.Kom., M.T.");
        check("Ahmad Abdul-Karim, A.Md", "Ahmad Abdul-Karim, A.Md");
        check("Zoë Müller", "Zoë Müller");
        check("Pemenang! Buka https://evil.example", "");
        check("buka situs.example sekarang", "");
        check("budi@warga.example", "");
        check("Hubungi 0812-0000-0000", "");
        check("{{ desk }}", "");
        check("", "");
        check(&"a".repeat(61), "");
    }

    #[test]
    fn a_repeated_subject_leaves_the_number_its_place() {
        let check = |text: &str, expected: &str| assert_eq!(repeated_subject(text), expected, "{text}");
        check("Situs diretas", "Situs diretas");
        check("Re: RE: Balas: Situs diretas", "Situs diretas");
        check("Re:", "");
        check("Rekap: serangan", "Rekap: serangan");
        check("a\r\nBcc: x@y.example", "a Bcc: x@y.example");
        assert_eq!(repeated_subject(&"a".repeat(10_000)).chars().count(), 120);
    }

    #[test]
    fn links_open_a_reply_with_its_command() {
        let link = |answers| mailto("csirt@csirt.example", "CIAMIS-2026-0007", ("setuju 7Q4K-9M2X", answers));
        let bare = "mailto:csirt@csirt.example?subject=%5BCIAMIS-2026-0007%5D&body=%23setuju%207Q4K-9M2X";
        assert_eq!(link(""), bare);
        assert_eq!(link("k1.7@csirt.example"), format!("{bare}&In-Reply-To=%3Ck1.7%40csirt.example%3E"));
    }
}
