//! Commands by mail: what is answered, refused, tried out and taken back.

#[path = "support/mod.rs"]
mod support;

use siaga::domain::stage::{Disposition, Status};
use siaga::store::outbox::State;
use support::letters::Letter;
use support::reported::{ANI, BUDI, DEDI, DINKES, KABID, REPORT, count, forwarded, in_review, reported, status};
use support::world::World;

#[test]
fn the_transcript_tells_what_came_of_each_line_and_what_is_possible_next() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid judol tinggi dinkes\n#catat sudah ditelepon");
    insta::assert_snapshot!(world.transcript(ANI).text);
}

#[test]
fn the_transcript_names_the_few_next_steps_and_help_the_others() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#ambil");
    let told = world.transcript(ANI).words();
    assert!(told.contains("\"#valid judol tinggi dinkes\"") && told.contains("body=%23tolak"), "{told}");
    assert!(!told.contains("#tlp") && told.contains("balas dengan \"#bantuan\""), "{told}");
    world.replies(ANI, "Baru", "#bantuan");
    let told = world.transcript(ANI).words();
    let (possible, others) = told.split_once("Perintah lain:").expect("two lists");
    assert!(possible.contains("#tlp amber") && !possible.contains("#lulus"), "{told}");
    assert!(others.contains("#lulus"), "{told}");
}

#[test]
fn lines_are_carried_out_together_or_not_at_all() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#ambil\n#lulus\n#catat selesai");
    assert_eq!(status(&world), Status::New);
    let told = world.transcript(ANI).words();
    assert!(told.contains("perintah ini tidak mungkin dalam keadaan"), "{told}");
    assert!(told.contains("Tidak dijalankan karena baris lain belum dapat dijalankan"), "{told}");
    assert_eq!(world.tickets()[0].assignee, None);
}

#[test]
fn a_near_miss_does_nothing_and_names_the_nearest_word() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tolk bukan insiden");
    assert_eq!(status(&world), Status::New);
    let told = world.transcript(ANI).words();
    assert!(told.contains("mungkin maksud Saudara \"#tolak\""), "{told}");
    assert_eq!(count(&world, "transcript"), 1);
}

#[test]
fn a_rehearsal_is_answered_and_changes_nothing() {
    let mut world = reported();
    let before = (world.tickets(), world.outbox().len());
    world.replies(ANI, "Baru", "#uji\n#valid judol tinggi dinkes");
    assert_eq!(world.tickets(), before.0);
    assert_eq!(world.outbox().len(), before.1 + 1, "the transcript and nothing else");
    let told = world.transcript(ANI).words();
    assert!(told.contains("Ini uji coba: tidak ada yang berubah."), "{told}");
    assert!(told.contains("PEMBERITAHUAN DINI"), "what would leave is shown: {told}");
    world.minutes(20);
    assert!(world.mailbox_of(DINKES).is_empty());
}

#[test]
fn what_waits_can_be_taken_back() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tolak temuan tidak dapat diulang");
    assert_eq!(status(&world), Status::Closed(Disposition::NotValid));
    world.minutes(3);
    world.replies(ANI, "Baru", "#batal");
    assert_eq!(status(&world), Status::New);
    world.minutes(30);
    assert_eq!(world.mailbox_of(BUDI).len(), 1, "the acknowledgement and nothing else");
    assert!(world.outbox().iter().any(|mail| mail.state == State::Withdrawn && mail.notice == "report_rejected"));
    // The clock of SOP 3 runs on as if nothing had happened.
    world.until("2026-11-23 10:31");
    assert!(world.mailbox_of(KABID).iter().any(|mail| mail.subject.contains("Lewat tenggat verifikasi")));
}

#[test]
fn what_has_left_cannot_be_taken_back() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tolak temuan tidak dapat diulang");
    world.minutes(6);
    world.replies(ANI, "Baru", "#batal");
    assert_eq!(status(&world), Status::Closed(Disposition::NotValid));
    assert!(world.transcript(ANI).words().contains("surelnya sudah terkirim"));
}

#[test]
fn nobody_takes_back_what_another_analyst_ordered_but_the_kabid() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tolak temuan tidak dapat diulang");
    world.replies(DEDI, "Baru", "#batal");
    assert_eq!(status(&world), Status::Closed(Disposition::NotValid));
    assert!(world.transcript(DEDI).words().contains("tidak ada yang dapat dibatalkan"));
}

#[test]
fn an_approval_can_be_taken_back_before_the_report_leaves() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    assert!(world.transcript(KABID).words().contains("diteruskan kepada OPD pada Senin"), "when it leaves by itself");
    world.minutes(8);
    world.replies(KABID, "Mohon reviu", "#batal");
    assert_eq!(status(&world), Status::Review);
    world.minutes(60);
    assert_eq!(count(&world, "report_delivered"), 0);
}

#[test]
fn questions_about_the_desk_are_answered_to_the_registered_address() {
    let mut world = forwarded();
    world.writes(&Letter::from(ANI).subject("Tanya").text("#daftar\n#bantuan\n#status 1\n#rekap"));
    insta::assert_snapshot!(world.transcript(ANI).text);
    assert_eq!(world.tickets().len(), 1, "a question is no report");
    world.writes(&Letter::from(DINKES).subject("Tanya").text("#daftar"));
    assert!(world.transcript(DINKES).words().contains("bukan wewenang Bapak/Ibu"));
}

#[test]
fn a_report_by_telephone_becomes_a_ticket() {
    let mut world = reported();
    let order = "#tiketbaru\nSitus disdukcapil tidak dapat dibuka.";
    world.writes(&Letter::from(ANI).subject("Telepon").text(order));
    world.replies(ANI, "Perintah belum dijalankan", order);
    let code = world.latest(ANI, "Kode untuk perintah").code();
    let order = format!("#tiketbaru {code}\nSitus disdukcapil tidak dapat dibuka.");
    world.replies(ANI, "Kode untuk perintah", &order);
    let tickets = world.tickets();
    assert_eq!(tickets.len(), 2);
    assert_eq!((tickets[1].subject.as_str(), &tickets[1].reporter), ("Situs disdukcapil tidak dapat dibuka.", &None));
}

#[test]
fn the_report_as_a_document_goes_to_the_kabid_and_to_the_opd() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n";
    // Nobody but a person can read this one, and he says that he has.
    let text = "#ajukan yakin\nRingkasan: Celah XSS pada formulir.\nRekomendasi:\n1. Saring masukan.";
    let letter = world.reply(ANI, "Baru", text).file("laporan.pdf", "application/pdf", pdf);
    world.writes(&letter);
    assert_eq!(status(&world), Status::Review);
    let holds_report = |mail: &support::world::Received| {
        let message = mail_parser::MessageParser::default().parse(&mail.mail.bytes).expect("a message");
        message.attachments().any(|part| part.contents() == pdf)
    };
    let asked = world.latest(KABID, "Mohon reviu");
    assert!(holds_report(&asked));
    world.replies(KABID, "Mohon reviu", &format!("#setuju {}", asked.code()));
    world.minutes(11);
    assert!(holds_report(&world.latest(DINKES, "Laporan Hasil Analisis")));
}

#[test]
fn a_report_that_lacks_sections_is_sent_back_with_their_names() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.replies(ANI, "Baru", "#ajukan\nRingkasan: Celah XSS.\nDampak: terbatas.");
    assert_eq!(status(&world), Status::Analysis);
    let told = world.transcript(ANI).words();
    assert!(told.contains("laporan belum memuat: kronologi, verifikasi, penyebab, penanganan, rekomendasi"), "{told}");
}

#[test]
fn the_help_promised_that_a_file_alone_was_enough_and_it_was_refused_without_saying_why() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.replies(ANI, "Baru", "#bantuan");
    let help = world.transcript(ANI).words();
    assert!(help.contains("berkas terlampir dengan paragraf Ringkasan dan Rekomendasi"), "{help}");
    let alone = world.reply(ANI, "Baru", "#ajukan").file("laporan.pdf", "application/pdf", b"%PDF-1.7\n");
    world.writes(&alone);
    assert_eq!(status(&world), Status::Analysis);
    let told = world.transcript(ANI).words();
    assert!(told.contains("belum memuat: ringkasan, rekomendasi."), "{told}");
    assert!(told.contains("\"Ringkasan: ...\" lalu \"Rekomendasi: ...\""), "{told}");
    assert!(told.contains("Dengan berkas terlampir cukup ringkasan dan rekomendasi"), "{told}");
}

#[test]
fn a_forward_that_no_mailbox_takes_is_told_at_once() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    let gone = siaga::domain::outgoing::SendOutcome::Permanent { reply: "550 5.1.1 No such user".to_owned() };
    world.minutes(9);
    world.provider.borrow_mut().answers.extend([gone.clone(), gone]);
    world.minutes(2);
    assert_eq!(status(&world), Status::Forwarded);
    assert!(world.mailbox_of(KABID).iter().any(|mail| mail.text.contains("550 5.1.1")));
}

#[test]
fn one_dead_mailbox_of_two_is_told_to_the_analyst_alone() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    world.minutes(9);
    let gone = siaga::domain::outgoing::SendOutcome::Permanent { reply: "550 5.1.1 No such user".to_owned() };
    world.provider.borrow_mut().answers.push_back(gone);
    world.minutes(2);
    assert_eq!(status(&world), Status::Forwarded);
    assert!(world.mailbox_of(ANI).iter().any(|mail| mail.words().contains("dinkes[.]example: 550 5.1.1")));
    assert!(!world.mailbox_of(KABID).iter().any(|mail| mail.text.contains("550 5.1.1")));
}

#[test]
fn a_restart_in_the_middle_changes_nothing() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tanya\nDi halaman mana?");
    world.restart();
    world.minutes(6);
    assert_eq!(count(&world, "question_asked"), 1);
    world.restart();
    world.replies(BUDI, "CIAMIS", "Di /slot/.");
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.restart();
    world.replies(ANI, "Baru", REPORT);
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    world.restart();
    world.minutes(11);
    assert_eq!(status(&world), Status::Forwarded);
    assert_eq!(count(&world, "report_delivered"), 2, "one for the contact and one for the secretary");
    assert_eq!(siaga::store::logbook::first_broken(world.shared.engine.borrow().store().db()).expect("a check"), None);
}

#[test]
fn duplicates_hear_of_the_end_when_it_can_no_longer_be_taken_back() {
    let mut world = forwarded();
    world.writes(
        &Letter::from("Siti <siti@warga.example>")
            .subject("Situs dinkes aneh")
            .text("Situs https://dinkes.ciamiskab.go.id/slot/ aneh sejak 23/11/2026 pukul 08.00."),
    );
    let about = "CIAMIS-2026-0002] Baru";
    world.replies(DEDI, about, "#duplikat 1");
    world.minutes(6);
    let before = world.mailbox_of("siti@warga.example").len();
    world.replies(DINKES, "Laporan Hasil Analisis", "#selesai sudah diperbaiki");
    world.replies(ANI, "Cek ulang", "#lulus");
    world.minutes(4);
    assert_eq!(world.mailbox_of("siti@warga.example").len(), before);
    world.minutes(2);
    assert_eq!(world.mailbox_of("siti@warga.example").len(), before + 1);
}

#[test]
fn the_evidence_comes_locked_to_whoever_of_the_team_asks() {
    let mut world = World::new();
    let picture = b"\x89PNG\r\n\x1a\nlayar";
    let letter = Letter::from("Budi Warga <budi@warga.example>")
        .text("Situs dinkes.ciamiskab.go.id berubah sejak 23/11/2026 pukul 07.00.")
        .file("layar.png", "image/png", picture)
        .file("layar.png", "text/plain", b"GET /slot");
    world.writes(&letter);
    world.replies(ANI, "Baru", "#bukti");
    let sent = world.latest(ANI, "Bukti");
    let message = mail_parser::MessageParser::default().parse(&sent.mail.bytes).expect("a message");
    let archive = message.attachments().next().expect("an archive").contents().to_vec();
    assert!(archive.starts_with(b"PK\x03\x04"));
    assert!(!archive.windows(picture.len()).any(|window| window == picture), "nothing lies open in it");
    assert!(sent.words().contains("1-layar.png") && sent.words().contains("2-layar.png"), "{}", sent.text);
    assert_eq!(count(&world, "transcript"), 1);
}

/// Each "no" is said in words, and nothing has changed.
#[test]
fn every_refusal_is_answered_in_words() {
    let check = |world: &mut World, (who, about): (&str, &str), text: &str, expected: &str| {
        let before = world.tickets();
        world.replies(who, about, text);
        let told = world.transcript(who).words();
        assert!(told.contains(expected), "{text}: {told}");
        assert_eq!(world.tickets(), before, "{text}");
    };
    let world = &mut reported();
    world.reconfigure(|config| config.settings.limits.refusals_hour = 100);
    check(world, (ANI, "Baru"), "#perbaiki lengkapi", "bukan wewenang Saudara; yang berwenang: Kabid");
    check(world, (ANI, "Baru"), "#lulus", "tidak mungkin dalam keadaan \"Baru\"");
    check(world, (ANI, "Baru"), "#duplikat 0087", "tiket CIAMIS-2026-0087 tidak ada");
    check(world, (ANI, "Baru"), "#duplikat 0001", "nomor itu adalah tiket ini sendiri");
    check(
        world,
        (ANI, "Baru"),
        "#valid judol dinkess",
        "\"dinkess\" tidak dapat dibaca sebagai jenis, tingkat, pemilik",
    );
    check(world, (ANI, "Baru"), "#tolak", "teks belum disebut");
    check(world, (ANI, "Baru"), "#catat\n#balas\nTeks", "beberapa perintah memerlukan teks di bawahnya");
    check(world, (ANI, "Baru"), "#serah siti", "\"siti\" tidak dapat dibaca sebagai nama analis");
    check(world, (ANI, "Baru"), "#xyzzy", "perintah ini tidak dikenal");
    check(world, (ANI, "Baru"), "#batal", "tidak ada yang dapat dibatalkan");
    check(world, (ANI, "Baru"), "#bukti", "tidak mempunyai berkas bukti");
    check(world, (ANI, "Baru"), "#pdp tidak", "tidak mungkin dalam keadaan \"Baru\"");
    world.replies(ANI, "Baru", "#valid");
    check(world, (ANI, "Baru"), REPORT, "lengkapi dahulu jenis insiden, tingkat");
    world.replies(ANI, "Baru", "#jenis xss");
    world.replies(ANI, "Baru", REPORT);
    check(world, (KABID, "Mohon reviu"), "#tolak tidak perlu", "tidak ada pertanyaan terbuka");
    check(world, (KABID, "Mohon reviu"), "#setuju 7Q4K-9M2X", "pada tiket yang memintanya (sisa 4 percobaan)");
    check(world, (KABID, "Mohon reviu"), "#rekap 13/2026", "\"13/2026\" tidak dapat dibaca sebagai bulan");
    let world = &mut forwarded();
    world.reconfigure(|config| config.settings.limits.refusals_hour = 100);
    check(world, (DINKES, "Laporan Hasil Analisis"), "#perpanjang menunggu", "tidak dapat dibaca sebagai tanggal");
    check(
        world,
        (DINKES, "Laporan Hasil Analisis"),
        "#perpanjang 24/11/2026 menunggu",
        "tanggalnya harus setelah tenggat",
    );
    check(world, (DINKES, "Laporan Hasil Analisis"), "#status 0099", "tiket CIAMIS-2026-0099 tidak ada");
    check(world, (DINKES, "Laporan Hasil Analisis"), "#gagal masih ada", "bukan wewenang Bapak/Ibu");
    check(world, (ANI, "Baru"), "#terima", "sebutkan dasarnya");
}
