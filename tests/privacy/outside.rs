//! What leaves the team: nothing of the reporter in whatever form, nothing beyond the distribution code,
//! and nobody's personal data but by the word of whoever has looked.

use std::io::{Cursor, Write as _};

use lopdf::{Document, Object, Stream, dictionary};
use mail_parser::{MessageParser, MimeHeaders as _};
use siaga::domain::stage::Status;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::canaries::{ADDRESS, IDENTITY, NAME, PHONE, WORDS, close, desk, forward, found_in, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, DINKES, KABID, REPORT, count, status};
use crate::support::signed_pdf::with_opening;
use crate::support::world::{Received, World};

/// What of the canaries stands in a mail: in its bytes, in every decoded part, in every header.
fn carried(mail: &Received) -> Vec<String> {
    let words = [WORDS, IDENTITY].concat();
    let bytes = &mail.mail.bytes;
    let mut found = found_in(bytes, &words);
    let message = MessageParser::default().parse(bytes).expect("a message");
    for part in &message.parts {
        found.extend(found_in(part.contents(), &words));
        found.extend(found_in(part.attachment_name().unwrap_or_default().as_bytes(), &words));
        for header in &part.headers {
            found.extend(found_in(format!("{:?}", header.value()).as_bytes(), &words));
        }
    }
    found
}

fn is_outside(mail: &&Received) -> bool {
    mail.to != ADDRESS && !mail.to.ends_with("@csirt.example")
}

#[test]
fn case_52_a_forward_to_an_opd_carries_nothing_of_the_source() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    close(&mut world);
    let outside: Vec<Received> = world.sent().into_iter().filter(|mail| is_outside(&mail)).collect();
    assert!(outside.len() >= 3, "the report, and answers: {}", outside.len());
    for mail in &outside {
        assert_eq!(carried(mail), Vec::<String>::new(), "{} to {}", mail.subject, mail.to);
    }
    let team = world.latest(ANI, "Baru");
    assert!(!carried(&team).is_empty(), "the search finds what is there");
}

#[test]
fn case_53_a_reply_to_all_of_an_opd_reaches_no_reporter() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    let before = world.mailbox_of(ADDRESS).len();
    let reply = world.reply(DINKES, "Penyampaian", "Sudah kami terima, sedang kami periksa.");
    let reply = reply.header("Cc", &format!("{NAME} <{ADDRESS}>, csirt@ciamiskab.go.id"));
    world.writes(&reply);
    world.minutes(10);
    assert_eq!(world.tickets().len(), 1, "it is on the ticket");
    assert_eq!(world.mailbox_of(ADDRESS).len(), before, "the reporter is not written to");
    let told = world.latest(ANI, "Balasan masuk");
    assert!(told.text.contains("sedang kami periksa"), "{}", told.text);
    let delivered = world.latest(DINKES, "Penyampaian");
    assert!(!String::from_utf8_lossy(&delivered.mail.bytes).contains("\r\nCc:"), "one recipient a mail");
}

/// A JPEG whose EXIF says who took it and where (CIPA DC-008, as TIFF in APP1).
fn photo(artist: &str, place: &str) -> Vec<u8> {
    exif_in(artist, place, |exif| {
        let length = u16::try_from(exif.len() + 8).expect("a segment").to_be_bytes();
        [b"\xff\xd8\xff\xe1".as_slice(), &length, b"Exif\0\0", exif, b"\xff\xd9"].concat()
    })
}

/// A PNG that says the same in a text and in its EXIF.
fn screenshot(artist: &str, place: &str) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).expect("a chunk").to_be_bytes();
        // No reader of ours looks at the checksum.
        [length.as_slice(), kind, data, &[0; 4]].concat()
    };
    let text = chunk(b"tEXt", format!("Author\0{artist}").as_bytes());
    let exif = exif_in(artist, place, |exif| chunk(b"eXIf", exif));
    [b"\x89PNG\r\n\x1a\n".as_slice(), &text, &exif, &chunk(b"IEND", b"")].concat()
}

/// TIFF with the tags Artist (315) and `ImageDescription` (270), as ASCII.
fn exif_in(artist: &str, place: &str, wrapped: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut values = Vec::new();
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    for (tag, text) in [(270_u16, place), (315, artist)] {
        let at = u32::try_from(8 + 2 + 2 * 12 + 4 + values.len()).expect("small");
        let length = u32::try_from(text.len() + 1).expect("small");
        exif.extend([tag.to_le_bytes(), 2_u16.to_le_bytes()].concat());
        exif.extend([length.to_le_bytes(), at.to_le_bytes()].concat());
        values.extend(text.bytes().chain([0]));
    }
    exif.extend([0; 4]);
    wrapped(&[exif, values].concat())
}

/// The team's copies are evidence and stay as they came; nobody else gets a picture.
#[test]
fn the_name_and_the_place_inside_a_picture_reach_nobody_outside_the_team() {
    const PLACE: &str = "GPS 7.3274S 108.3534E";
    let (photo, screenshot) = (photo(NAME, PLACE), screenshot(NAME, PLACE));
    let mut world = desk(|_| ());
    world.writes(&report().file("foto.jpg", "image/jpeg", &photo).file("layar.png", "image/png", &screenshot));
    forward(&mut world);
    world.replies(ANI, "Baru", "#bukti");
    close(&mut world);
    let pictures = |mail: &Received| {
        let message = MessageParser::default().parse(&mail.mail.bytes).expect("a message");
        let held: Vec<Vec<u8>> = message.parts.iter().map(|part| part.contents().to_vec()).collect();
        let is = |picture: &Vec<u8>| held.contains(picture);
        (is(&photo), is(&screenshot), held.iter().any(|part| !found_in(part, &[PLACE, "GPS 7"]).is_empty()))
    };
    let sent = world.sent();
    let outside: Vec<&Received> = sent.iter().filter(|mail| !mail.to.ends_with("@csirt.example")).collect();
    assert!(outside.iter().any(|mail| mail.to == ADDRESS) && outside.iter().any(|mail| mail.to == DINKES));
    for mail in outside {
        assert_eq!(pictures(mail), (false, false, false), "{} to {}", mail.subject, mail.to);
        if is_outside(&mail) {
            assert_eq!(carried(mail), Vec::<String>::new(), "{} to {}", mail.subject, mail.to);
        }
    }
    assert_eq!(pictures(&world.latest(ANI, "Baru")), (true, true, true), "the evidence as it came");
}

/// Whatever the team and the OPD do, in whatever order, with a report whose letters hold canaries in
/// every form: the OPD gets none of them. The orders repeat from a seed.
#[test]
fn no_canary_reaches_an_opd_over_random_histories() {
    let orders: &[(&str, &str, &str)] = &[
        (ANI, "Baru", "#valid judol tinggi dinkes"),
        (ANI, "Baru", "#tanya Di halaman mana?"),
        (ANI, "Baru", REPORT),
        (ANI, "Baru", "#darurat serangan berjalan"),
        (ANI, "Baru", "#pdp ya"),
        (ANI, "Baru", "#gagal halaman masih ada"),
        (ANI, "Baru", "#lulus"),
        (ANI, "Baru", "#buka muncul kembali"),
        (ANI, "Baru", "#tlp amber+strict"),
        (DINKES, "CIAMIS", "#terima Rina"),
        (DINKES, "CIAMIS", "#selesai berkas dihapus"),
        (DINKES, "CIAMIS", "#perpanjang 05/12 menunggu pengadaan"),
        (DINKES, "CIAMIS", "#bantu pulihkan cadangan"),
        (DINKES, "CIAMIS", "Siapa pelapornya?"),
        (ADDRESS, "CIAMIS", "ISIKENARI tambahan dari Kanarina"),
    ];
    let mut outside = 0;
    for seed in 1..=25_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).expect("small")
        };
        let mut world = desk(|_| ());
        world.writes(&report());
        if next(2) == 0 {
            forward(&mut world);
        }
        for _ in 0..12 {
            let (who, about, text) = orders[next(orders.len())];
            if let Some(answered) = world.mailbox_of(who).into_iter().rev().find(|mail| mail.subject.contains(about)) {
                let reply = world.reply_to(who, &answered, text);
                world.writes(&reply);
            }
            world.minutes([1, 7, 200, 1500][next(4)]);
            let asked = world.mailbox_of(KABID).into_iter().rev().find(|mail| mail.subject.contains("Mohon reviu"));
            if let Some(asked) = asked.filter(|_| status(&world) == Status::Review) {
                let reply = world.reply_to(KABID, &asked, &format!("#setuju {}", asked.code()));
                world.writes(&reply);
            }
        }
        for mail in world.sent().iter().filter(is_outside) {
            assert_eq!(carried(mail), Vec::<String>::new(), "seed {seed}: {} to {}", mail.subject, mail.to);
            outside += 1;
        }
    }
    assert!(outside > 100, "only {outside} mails left the team");
}

#[test]
fn tlp_red_goes_to_nobody_outside_and_says_how_to_change_that() {
    let mut world = desk(|_| ());
    world.writes(&report());
    world.replies(ANI, "Baru", "#tlp red");
    world.replies(ANI, "Baru", "#valid judol tinggi dinkes");
    world.minutes(6);
    assert_eq!(status(&world), Status::Analysis);
    assert_eq!(count(&world, "early_warning"), 0, "not even warned");
    world.replies(ANI, "Baru", REPORT);
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Review, "nothing is approved that could not leave");
    let answer = world.transcript(KABID).words();
    assert!(answer.contains("TLP:RED tidak mengizinkan surel kepada OPD"), "{answer}");
    assert!(answer.contains("\"#tlp TLP:AMBER+STRICT\"") && answer.contains("tahan"), "{answer}");
    world.minutes(60);
    assert!(world.mailbox_of(DINKES).is_empty());
    world.replies(KABID, "Mohon reviu", "#tlp TLP:AMBER+STRICT");
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    world.minutes(11);
    assert_eq!(status(&world), Status::Forwarded, "{}", world.transcript(KABID).text);
    let report = world.latest(DINKES, "Penyampaian");
    assert!(report.subject.contains("TLP:AMBER+STRICT"), "{}", report.subject);
    assert!(report.text.starts_with("TLP:AMBER+STRICT\n"), "{}", report.text);
    assert!(report.text.trim_end().ends_with("TLP:AMBER+STRICT"), "{}", report.text);
}

#[test]
fn a_reminder_that_tlp_red_keeps_back_is_told_to_the_team() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    world.replies(ANI, "Baru", "#tlp red");
    let before = world.mailbox_of(DINKES).len();
    world.until("2026-12-10 08:00");
    assert_eq!(world.mailbox_of(DINKES).len(), before);
    let told = world.latest(ANI, "Surel tidak dikirim kepada");
    assert!(told.text.contains("TLP:RED"), "{}", told.text);
    assert!(world.events().iter().any(|entry| entry.kind == "notice_withheld"));
    // A finished repair cannot be told either, and whoever tries learns it.
    world.replies(ANI, "Baru", "#selesai dilaporkan lewat telepon");
    world.replies(ANI, "Baru", "#lulus");
    assert!(world.transcript(ANI).words().contains("TLP:RED tidak mengizinkan"), "{}", world.transcript(ANI).text);
}

fn submitted(world: &mut World, letter: Letter) -> Status {
    world.writes(&letter);
    status(world)
}

fn with_words(more: &str) -> String {
    REPORT.replace("Dampak: domain", &format!("Dampak: {more} domain"))
}

#[test]
fn personal_data_in_a_report_hold_it_up_until_the_analyst_has_looked() {
    for (more, shown) in [
        ("korban ber-NIK 3207011204900001,", "diduga NIK: 3207011204900001"),
        ("hubungi 0812-3456-7890,", "diduga nomor telepon: 0812-3456-7890"),
        ("dilaporkan oleh Kanarina,", "identitas pelapor: kanarina"),
        ("dari kanarina.b@rahasiasekali.example,", "identitas pelapor"),
        ("korban siti@surel.example,", "alamat surel yang tidak terdaftar"),
    ] {
        let mut world = desk(|_| ());
        world.writes(&report());
        world.replies(ANI, "Baru", "#valid xss sedang dinkes");
        world.minutes(6);
        let letter = world.reply(ANI, "Baru", &with_words(more));
        assert_eq!(submitted(&mut world, letter), Status::Analysis, "{more}");
        let answer = world.transcript(ANI).words();
        assert!(answer.contains(shown) && answer.contains("#ajukan yakin"), "{more}: {answer}");
        let sure = with_words(more).replacen("#ajukan", "#ajukan yakin", 1);
        let letter = world.reply(ANI, "Baru", &sure);
        assert_eq!(submitted(&mut world, letter), Status::Review, "{more}: {}", world.transcript(ANI).text);
        let asked = world.latest(KABID, "Mohon reviu").words();
        assert!(asked.contains(shown) && asked.contains("memang perlu"), "the Kabid sees it: {asked}");
        let submitted = world.events().into_iter().find(|entry| entry.kind == "ajukan").expect("the entry");
        assert!(submitted.detail["personal_data_meant"].is_array(), "{}", submitted.detail);
    }
}

fn office_document(member: &str, content: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("word/document.xml", "<w:p><w:t>Laporan.</w:t></w:p>"), (member, content)] {
        writer.start_file(name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(content.as_bytes()).expect("its content");
    }
    writer.finish().expect("an archive").into_inner()
}

/// A page that says "Laporan", by somebody.
fn pdf(author: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let text = Stream::new(dictionary! {}, b"BT /F1 12 Tf 50 700 Td (Laporan) Tj ET".to_vec());
    let text = document.add_object(text);
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => text,
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    let about = document.add_object(dictionary! { "Author" => Object::string_literal(author) });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", about);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a document");
    bytes
}

/// Text and metadata of what is submitted are looked through; what nobody can read needs a word too.
#[test]
fn a_submitted_document_is_looked_through_with_its_metadata() {
    let split = "<w:p><w:r><w:t>Kana</w:t></w:r><w:r><w:t>rina</w:t></w:r></w:p>";
    let author = format!("<dc:creator>{NAME}</dc:creator>");
    let files: [(&str, Vec<u8>, bool); 8] = [
        ("laporan.docx", office_document("docProps/app.xml", "<Company>Diskominfo</Company>"), true),
        ("laporan.docx", office_document("word/footnotes.xml", split), false),
        ("laporan.docx", office_document("docProps/core.xml", &author), false),
        ("laporan.docx", office_document("word/comments.xml", &format!("<w:t>HP {PHONE}</w:t>")), false),
        ("laporan_kanarina.docx", office_document("docProps/app.xml", "<Company>Diskominfo</Company>"), false),
        ("laporan.pdf", b"%PDF-1.7\nnothing of it can be read".to_vec(), false),
        ("laporan.pdf", pdf("Ciamiskab-CSIRT"), true),
        ("laporan.pdf", pdf(NAME), false),
    ];
    for (name, bytes, goes) in files {
        let mut world = desk(|_| ());
        world.writes(&report());
        world.replies(ANI, "Baru", "#valid xss sedang dinkes");
        world.minutes(6);
        let text = "#ajukan\nRingkasan: Situs disusupi.\nRekomendasi: Hapus berkas.";
        let letter = world.reply(ANI, "Baru", text).file(name, "application/octet-stream", &bytes);
        let expected = if goes { Status::Review } else { Status::Analysis };
        assert_eq!(submitted(&mut world, letter), expected, "{name}: {}", world.transcript(ANI).text);
    }
}

/// No word of the analyst makes it harmless to whoever opens it because it comes from the office.
#[test]
fn a_report_that_acts_by_itself_went_out_under_the_offices_name() {
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let acting = with_opening(&pdf("Ciamiskab-CSIRT"), script);
    let entities = "<!DOCTYPE w [<!ENTITY a \"NIK 3207011204900001\">]><w:t>&a;</w:t>";
    let files: [(&str, Vec<u8>, &str, &str); 3] = [
        ("laporan.pdf", acting, "JavaScript", "cetak ke PDF"),
        ("laporan.docx", office_document("word/vbaProject.bin", "x"), "makro", "simpan ulang"),
        ("laporan.docx", office_document("word/footnotes.xml", entities), "entitas XML", "ekspor"),
    ];
    for (name, bytes, found, remedy) in files {
        let mut world = desk(|_| ());
        world.writes(&report());
        world.replies(ANI, "Baru", "#valid xss sedang dinkes");
        world.minutes(6);
        for order in ["#ajukan", "#ajukan yakin"] {
            let text = format!("{order}\nRingkasan: Situs disusupi.\nRekomendasi: Hapus berkas.");
            let letter = world.reply(ANI, "Baru", &text).file(name, "application/octet-stream", &bytes);
            assert_eq!(submitted(&mut world, letter), Status::Analysis, "{name}: {order}");
            let answer = world.transcript(ANI).words();
            assert!(answer.contains(found) && answer.contains(remedy), "{name}: {answer}");
        }
    }
}

#[test]
fn words_to_an_opd_are_looked_through_as_well() {
    let mut world = desk(|_| ());
    world.writes(&report());
    forward(&mut world);
    world.replies(DINKES, "Penyampaian", "#selesai berkas dihapus");
    world.replies(ANI, "Baru", "#gagal masih ada, kata Kanarina");
    assert_eq!(status(&world), Status::Recheck);
    let answer = world.transcript(ANI).words();
    assert!(answer.contains("identitas pelapor") && answer.contains("#gagal yakin"), "{answer}");
    world.replies(ANI, "Baru", "#gagal masih ada di /slot/");
    assert_eq!(status(&world), Status::FollowUp, "{}", world.transcript(ANI).text);
}
