//! Values in words: times, sizes, kinds of files, in Indonesian and English.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use tera::{Error, Kwargs, State, Tera, TeraResult};

use crate::domain::desk::Desk;
use crate::domain::tlp::Tlp;
use crate::templates::text::{defang, defuse, subject_line};
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
        ("jenis_berkas", kind_id),
        ("file_kind", kind_en),
        ("kelengkapan", missing_id),
        ("kelengkapan_singkat", missing_short_id),
        ("wanted", missing_en),
        ("asal", evidence_id),
        ("sebab_diam", silence_id),
        ("keganjilan", defect_id),
    ];
    for &(name, word) in words.iter().chain(FILTERS) {
        tera.register_filter(name, move |value: &str, _: Kwargs, _: &State| known(name, value, word(value)));
    }
    tera.register_filter("waktu", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} pukul {}", date_id(at), clock(at, '.')))
    });
    tera.register_filter("tanggal", move |value: &str, _: Kwargs, _: &State| local(value, zone).map(date_id));
    tera.register_filter("jam", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{:02}.{:02}", at.hour(), at.minute()))
    });
    tera.register_filter("when", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} at {} (UTC{})", date_en(at), clock(at, ':'), offset(at)))
    });
    tera.register_filter("ukuran", |bytes: u64, _: Kwargs, _: &State| size(bytes).replace('.', ","));
    tera.register_filter("size", |bytes: u64, _: Kwargs, _: &State| size(bytes));
    tera.register_filter("date", move |value: &str, _: Kwargs, _: &State| local(value, zone).map(date_en));
    tera.register_filter("bulan", move |value: &str, _: Kwargs, _: &State| {
        local(value, zone).map(|at| format!("{} {}", MONTHS_ID[at.month0() as usize], at.year()))
    });
    tera.register_filter("sisa", |minutes: i64, kwargs: Kwargs, _: &State| -> TeraResult<String> {
        Ok(left(minutes, kwargs.get::<&str>("counting")? == Some("calendar")))
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
        Ok(mailto(address.as_str(), number, &format!("{word} {code}")))
    });
    tera.register_filter("kutip", |text: &str, _: Kwargs, _: &State| defuse(text));
    tera.register_filter("aman", |text: &str, _: Kwargs, _: &State| defang(&subject_line(text)));
    tera.register_filter("ringkas", |text: &str, _: Kwargs, _: &State| brief(text));
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

/// The offset as people abroad read it: `+7`.
fn offset(at: DateTime<Tz>) -> String {
    let text = at.format("%:z").to_string();
    let text = text.strip_suffix(":00").unwrap_or(&text);
    text.replacen("+0", "+", 1).replacen("-0", "-", 1)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Minutes left, or gone beyond the deadline.
fn left(minutes: i64, by_calendar: bool) -> String {
    let kind = if by_calendar { "" } else { " kerja" };
    match minutes {
        ..0 => format!("lewat {}{kind}", spoken(-minutes)),
        0 => "habis".to_owned(),
        _ => format!("tersisa {}{kind}", spoken(minutes)),
    }
}

fn spoken(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} menit"),
        (hours, 0) => format!("{hours} jam"),
        (hours, minutes) => format!("{hours} jam {minutes} menit"),
    }
}

/// A link that opens a reply with its command line ready (RFC 6068): address, subject, body, and
/// nothing else.
fn mailto(address: &str, number: &str, line: &str) -> String {
    let subject = percent_encoded(&format!("[{number}]"));
    let body = percent_encoded(&format!("#{line}"));
    format!("mailto:{address}?subject={subject}&body={body}")
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
    if line.chars().count() <= 50 { line } else { line.chars().take(49).chain(['…']).collect() }
}

fn kind_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "image" => "gambar",
        "pdf" => "dokumen PDF",
        "office" => "dokumen kantor",
        "archive" => "arsip",
        "media" => "video atau audio",
        "message" => "surel",
        "text" => "teks",
        "program" => "program",
        "other" => "berkas",
        _ => return None,
    })
}

fn kind_en(name: &str) -> Option<&'static str> {
    Some(match name {
        "image" => "image",
        "pdf" => "PDF document",
        "office" => "office document",
        "archive" => "archive",
        "media" => "video or audio",
        "message" => "mail message",
        "text" => "text",
        "program" => "program",
        "other" => "file",
        _ => return None,
    })
}

fn missing_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "alamat (URL) sistem yang terdampak",
        "when" => "tanggal dan jam kejadian diketahui",
        "steps" => "uraian dan langkah temuan",
        "evidence" => "bukti: tangkapan layar, log, atau PoC",
        _ => return None,
    })
}

fn missing_short_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "alamat terdampak",
        "when" => "waktu kejadian",
        "steps" => "langkah temuan",
        "evidence" => "bukti",
        _ => return None,
    })
}

fn missing_en(name: &str) -> Option<&'static str> {
    Some(match name {
        "target" => "the address (URL) of the affected system",
        "when" => "the date and time you noticed it",
        "steps" => "a description and the steps that led to it",
        "evidence" => "evidence: a screenshot, a log, or a proof of concept",
        _ => return None,
    })
}

fn evidence_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "pass" => "dipastikan oleh domain pengirim",
        "none" => "belum dapat dipastikan",
        "fail" => "DISANGKAL oleh domain pengirim; mungkin palsu",
        _ => return None,
    })
}

fn silence_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_sender" => "alamat pengirim tidak dapat digunakan",
        "ourselves" => "pengirimnya adalah alamat kita sendiri",
        "evidence_fails" => "domain pengirim menyangkal surel ini",
        "address_hour" | "address_day" => "alamat ini sudah mencapai batas tanda terima",
        "without_evidence" | "all_hour" => "batas tanda terima per jam tercapai",
        "auto_submitted" | "suppress_header" | "wording" => "surel ini dikirim otomatis",
        "empty_return_path" | "robot_sender" => "pengirimnya adalah mesin",
        "precedence" | "list" => "surel ini datang melalui milis",
        "report" => "surel ini laporan mesin",
        "hops" => "surel ini terlalu sering diteruskan",
        _ => return None,
    })
}

fn defect_id(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_from" => "surel ini tanpa pengirim",
        "several_from" => "surel ini menyebut lebih dari satu pengirim",
        "unusable_from" => "alamat pengirim tidak dapat dibalas",
        "no_message_id" => "surel ini tanpa Message-ID",
        "damaged_encoding" => "sebagian isi surel rusak; lihat surel asli",
        "unknown_charset" => "sebagian huruf tidak dapat dibaca; lihat surel asli",
        "empty_body" => "surel ini tanpa isi teks",
        "truncated" => "surel ini terpotong",
        "encrypted" => "isi surel terenkripsi dan harus dibuka petugas",
        "too_large" => "surel terlalu besar; hanya kepalanya yang dibaca",
        "control_characters" => "isi surel mengandung karakter kendali",
        "partial" => "surel ini hanya satu bagian dari surel yang dipecah",
        _ => return None,
    })
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
        assert_eq!(left(130, false), "tersisa 2 jam 10 menit kerja");
        assert_eq!(left(60, true), "tersisa 1 jam");
        assert_eq!(left(0, false), "habis");
        assert_eq!(left(-5, false), "lewat 5 menit kerja");
    }

    #[test]
    fn links_open_a_reply_with_its_command() {
        let link = mailto("csirt@csirt.example", "CIAMIS-2026-0007", "setuju 7Q4K-9M2X");
        assert_eq!(link, "mailto:csirt@csirt.example?subject=%5BCIAMIS-2026-0007%5D&body=%23setuju%207Q4K-9M2X");
    }
}
