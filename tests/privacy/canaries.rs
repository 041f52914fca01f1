//! Words nobody else would write, planted wherever a report can carry them, and the search for them in
//! whatever form.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use siaga::config::Config;

use crate::support::letters::Letter;
use crate::support::reported::{ANI, DINKES, KABID, REPORT};
use crate::support::world::World;

pub(crate) const NAME: &str = "Kanarina Burungwati";
pub(crate) const ADDRESS: &str = "kanarina.b@rahasiasekali.example";
pub(crate) const PHONE: &str = "0813-9988-7766";

/// What only the reporter's letters say: in plain, and as files.
pub(crate) const WORDS: &[&str] = &["SUBYEKKENARI", "ISIKENARI", "BERKASKENARI", "berkas_kenari", "midkenari"];
/// What says who he is.
pub(crate) const IDENTITY: &[&str] = &["Kanarina", "Burungwati", "kanarina.b", "rahasiasekali", "9988-7766"];

/// A report full of them.
pub(crate) fn report() -> Letter {
    Letter::from(&format!("{NAME} <{ADDRESS}>"))
        .subject("SUBYEKKENARI situs dinkes")
        .id("midkenari@rahasiasekali.example")
        .text(&format!(
            "ISIKENARI halaman https://dinkes.ciamiskab.go.id/slot/ISIKENARI menampilkan judi sejak 23/11/2026 \
             pukul 07.00.\nHubungi saya, {NAME}, {PHONE}, {ADDRESS}."
        ))
        .file("berkas_kenari.png", "image/png", b"\x89PNG\r\n\x1a\n BERKASKENARI")
}

/// A desk that looks every night what is over.
pub(crate) fn desk(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.settings.schedules.retention = "0 15 2 * * *".parse().ok();
        change(config);
    })
}

/// The report is verified, written up, approved and forwarded.
pub(crate) fn forward(world: &mut World) {
    approve(world);
    world.minutes(11);
}

/// The report is verified, written up and approved, and has not left yet.
pub(crate) fn approve(world: &mut World) {
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    world.replies(ANI, "Baru", REPORT);
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
}

/// From there to the end.
pub(crate) fn close(world: &mut World) {
    world.replies(DINKES, "Penyampaian", "#terima Rina");
    world.replies(DINKES, "Penyampaian", "#selesai berkas dihapus");
    world.minutes(6);
    world.replies(ANI, "Baru", "#catat pelapor ditelepon di 0813-9988-7766, Bu Kanarina setuju");
    world.replies(ANI, "Baru", "#lulus");
    world.minutes(6);
    assert!(world.tickets()[0].closed_at.is_some(), "{:?}", world.tickets()[0].status);
}

/// The forms in which a word can stand in a file: as it is, in base64, in UTF-16, in hexadecimal digits.
pub(crate) fn forms(word: &str) -> Vec<Vec<u8>> {
    let wide = |order: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let plain = [word.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    let mut forms = plain.to_vec();
    for bytes in &plain {
        for place in 0..3 {
            let code = STANDARD_NO_PAD.encode([&vec![0; place], bytes.as_slice()].concat());
            forms.push(code.as_bytes()[[0, 2, 3][place]..(place + bytes.len()) / 3 * 4].to_vec());
        }
    }
    forms.push(word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes());
    forms
}

/// Which of these words stand in some bytes, in whatever form; soft line breaks and case are seen through.
pub(crate) fn found_in(bytes: &[u8], words: &[&str]) -> Vec<String> {
    let joined = without(bytes, b"=\r\n");
    let unfolded: Vec<u8> = bytes.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let lower = joined.to_ascii_lowercase();
    let stands = |text: &[u8], form: &[u8]| memchr::memmem::find(text, form).is_some();
    let is = |word: &&&str| {
        stands(&lower, word.to_ascii_lowercase().as_bytes())
            || forms(word).iter().any(|form| [bytes, &joined, &unfolded].iter().any(|text| stands(text, form)))
    };
    words.iter().filter(is).map(|word| (*word).to_owned()).collect()
}

fn without(bytes: &[u8], gone: &[u8]) -> Vec<u8> {
    let mut left = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, gone) {
        left.extend_from_slice(&bytes[from..at]);
        from = at + gone.len();
    }
    left.extend_from_slice(&bytes[from..]);
    left
}

/// Which of these words stand in any file of a folder: database, write-ahead log, free pages and all.
pub(crate) fn left_in(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(left_in(&path, words));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.extend(found_in(&bytes, words).into_iter().map(|word| format!("{name}: {word}")));
    }
    found
}

#[test]
fn the_search_sees_through_every_form() {
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let wide: Vec<u8> = "xKanarina".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for hidden in [
        "Bu KANARINA menulis".as_bytes().to_vec(),
        "Bu Kana=\r\nrina".as_bytes().to_vec(),
        encode("Kanarina").into_bytes(),
        encode("xKanarina").into_bytes(),
        encode("xyKanarina Burungwati").into_bytes(),
        wide,
        b"4b616e6172696e61".to_vec(),
    ] {
        assert_eq!(found_in(&hidden, &["Kanarina"]), ["Kanarina"], "{}", String::from_utf8_lossy(&hidden));
    }
    assert!(found_in(b"burung kenari", &["Kanarina"]).is_empty());
}
