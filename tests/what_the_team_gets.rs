//! What the notice of a report tells the team: what it names, where else that was seen, what looks
//! urgent, and the pictures.

mod support;

use mail_parser::{MessageParser, MimeHeaders};

use support::letters::Letter;
use support::world::{Received, World};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nisi gambar";

fn budi() -> Letter {
    Letter::from("Budi <budi@warga.example>").subject("Situs disusupi").text(
        "Halaman https://dinkes.ciamiskab.go.id/agenda memuat hxxps://slot[.]evil[.]example/gacor dari 203.0.113.7.",
    )
}

fn siti() -> Letter {
    Letter::from("Siti <siti@kampus.example>").subject("Laporan lain").text("Lihat https://slot.evil.example/gacor ya.")
}

fn notice(world: &World, at: usize) -> Received {
    world.mailbox_of("ani@csirt.example").remove(at)
}

/// The names of the files that came with a mail.
fn files(mail: &Received) -> Vec<String> {
    let message = MessageParser::default().parse(&mail.mail.bytes).expect("a message");
    message.attachments().filter_map(|file| file.attachment_name().map(str::to_owned)).collect()
}

#[test]
fn what_a_report_names_is_listed_and_nothing_of_it_can_be_pressed() {
    let mut world = World::new();
    world.writes(&budi());
    let told = notice(&world, 0);
    for words in ["URL: hxxps[://]slot[.]evil[.]example/gacor", "IP: 203[.]0[.]113[.]7", ": Dinas Kesehatan"] {
        assert!(told.text.contains(words), "lacks {words:?}:\n{}", told.text);
    }
    for live in ["://slot", "slot.evil", "203.0.113.7", "https://dinkes"] {
        assert!(!told.text.contains(live), "{live} can be pressed:\n{}", told.text);
    }
}

#[test]
fn what_looks_urgent_stands_at_the_top_and_in_the_subject() {
    let mut world = World::new();
    world.writes(&budi());
    world.writes(&siti().text("Situs https://disdukcapil.ciamiskab.go.id tidak dapat dibuka sejak pagi."));
    world.writes(&siti().text("Formulir pada jdih.ciamiskab.go.id menampilkan galat.").subject("galat"));
    let [gambling, critical, plain] = [0, 1, 2].map(|at| notice(&world, at));
    assert!(gambling.subject.contains("JUDI ONLINE"), "{}", gambling.subject);
    assert!(gambling.text.starts_with("PERHATIAN: menyebut judi online."), "{}", gambling.text);
    assert!(critical.subject.contains("SISTEM KRITIS"), "{}", critical.subject);
    assert!(!plain.subject.contains("JUDI") && !plain.text.contains("PERHATIAN"), "{}", plain.text);
}

#[test]
fn another_ticket_that_names_the_same_is_told_with_what_they_share() {
    let mut world = World::new();
    world.writes(&budi().file("jejak.txt", "text/plain", b"10.1.2.3 GET /slot"));
    world.writes(&siti());
    world.writes(&siti().subject("berkas").text("Ini berkasnya.").file("a.log", "text/plain", b"10.1.2.3 GET /slot"));
    assert!(!notice(&world, 0).text.contains("Juga terlihat pada"));
    assert!(notice(&world, 1).text.contains("CIAMIS-2026-0001: URL yang sama"), "{}", notice(&world, 1).text);
    assert!(notice(&world, 2).text.contains("CIAMIS-2026-0001: berkas yang sama"), "{}", notice(&world, 2).text);
}

#[test]
fn the_senders_own_address_and_ours_join_nothing() {
    let mut world = World::new();
    world.writes(&budi().text("Salam,\nBudi\nbudi@warga.example\nKepada csirt@ciamiskab.go.id"));
    world.writes(&siti().text("Kepada csirt@ciamiskab.go.id, dari siti@kampus.example"));
    assert!(!notice(&world, 1).text.contains("Juga terlihat pada"), "{}", notice(&world, 1).text);
    assert!(!notice(&world, 1).text.contains("Disebut dalam laporan"), "{}", notice(&world, 1).text);
}

#[test]
fn ten_reports_of_one_defacement_are_suggested_as_one_and_each_is_answered() {
    let mut world = World::new();
    for number in 0..10 {
        let letter = Letter::from(&format!("warga{number}@warga{number}.example"));
        world.writes(
            &letter.subject("Diretas").text(&format!("dinkes.ciamiskab.go.id berubah, kata saya nomor {number}.")),
        );
        assert_eq!(world.mailbox_of(&format!("warga{number}@warga{number}.example")).len(), 1);
    }
    let last = notice(&world, 9);
    assert!(last.words().contains("Hari ini sudah ada 9 laporan lain"), "{}", last.text);
    assert!(last.words().contains("\"#gabung CIAMIS-2026-0001\""), "{}", last.text);
    world.until("2026-11-24 08:00");
    world.writes(&siti().text("dinkes.ciamiskab.go.id berubah hari ini."));
    let next_day = world.latest("ani@csirt.example", "Laporan lain");
    assert!(!next_day.text.contains("Hari ini sudah ada"), "{}", next_day.text);
}

#[test]
fn pictures_go_with_the_notice_up_to_the_limit_and_the_rest_is_named() {
    let mut world = World::with(|config| config.settings.images_max = 40);
    let letter =
        budi().file("layar.exe", "application/octet-stream", PNG).file("data.png", "image/png", b"bukan gambar");
    world.writes(&letter.file("besar.png", "image/png", &[PNG, &[7; 100]].concat()));
    let told = notice(&world, 0);
    assert_eq!(files(&told), ["layar.png"], "what it is decides, not what it is called");
    assert!(told.words().contains("terlampir), SHA-256"), "{}", told.text);
    assert!(told.words().contains("dibalas dengan \"#bukti\""), "{}", told.text);
    assert!(world.mailbox_of("budi@warga.example").iter().all(|mail| files(mail).is_empty()), "never to the reporter");
}

#[test]
fn a_page_that_shows_other_words_than_its_link_is_read_behind_the_words() {
    let mut world = World::new();
    let raw = "From: Budi <budi@warga.example>\r\nSubject: tautan\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Mohon <a href=\"https://evil.example/masuk\">buka halaman ini</a></p>\r\n";
    world.deliver_raw(raw.as_bytes().to_vec());
    world.take_in();
    assert!(notice(&world, 0).text.contains("URL: hxxps[://]evil[.]example/masuk"), "{}", notice(&world, 0).text);
}

#[test]
fn what_a_forwarded_message_names_is_listed_too() {
    let mut world = World::new();
    let enclosed = "From: pelaku@phish.example\nSubject: Akun\n\nMasuk di https://phish.example/login segera.\n";
    world.writes(&budi().text("Saya mendapat surel ini.").file("pesan.eml", "message/rfc822", enclosed.as_bytes()));
    assert!(notice(&world, 0).text.contains("phish[.]example/login"), "{}", notice(&world, 0).text);
}
