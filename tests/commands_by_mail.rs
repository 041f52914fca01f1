//! Commands by mail: who may, what is answered, what is refused, tried out and taken back.

#[path = "support/mod.rs"]
mod support;

use siaga::domain::stage::{Disposition, Status};
use siaga::store::outbox::State;
use support::letters::Letter;
use support::world::World;

const ANI: &str = "ani@csirt.example";
const DEDI: &str = "dedi@csirt.example";
const KABID: &str = "kabid@csirt.example";
const DINKES: &str = "admin@dinkes.example";
const BUDI: &str = "budi@warga.example";

const REPORT: &str = "#ajukan\nRingkasan: Situs disusupi konten judi online.\nKronologi: 23/11 07.00 berkas diunggah.\n\
    Verifikasi: halaman dibuka dan dicatat.\nPenyebab: CMS usang.\nDampak: domain dapat ditangguhkan.\n\
    Penanganan: halaman dicatat.\nRekomendasi:\n1. Hapus berkas.\n2. Perbarui CMS.";

/// A desk with one report about the site of Dinas Kesehatan.
fn reported() -> World {
    let mut world = World::new();
    world.writes(
        &Letter::from("Budi Warga <budi@warga.example>")
            .subject("Situs dinkes berisi judi")
            .text("Halaman https://dinkes.ciamiskab.go.id/slot/ menampilkan judi sejak 23/11/2026 pukul 07.00."),
    );
    world
}

/// The same with a report that waits for the Kabid.
fn in_review() -> World {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    world.minutes(6);
    world.replies(ANI, "Baru", REPORT);
    assert_eq!(status(&world), Status::Review);
    world
}

/// The same with the report at the OPD.
fn forwarded() -> World {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    world.minutes(11);
    assert_eq!(status(&world), Status::Forwarded);
    world
}

fn status(world: &World) -> Status {
    world.tickets()[0].status
}

/// Mails with a notice.
fn count(world: &World, notice: &str) -> usize {
    world.outbox().iter().filter(|mail| mail.notice == notice).count()
}

#[test]
fn the_transcript_tells_what_came_of_each_line_and_what_is_possible_next() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid judol tinggi dinkes\n#catat sudah ditelepon");
    insta::assert_snapshot!(world.transcript(ANI).text);
}

#[test]
fn lines_are_carried_out_together_or_not_at_all() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#ambil\n#lulus\n#catat selesai");
    assert_eq!(status(&world), Status::New);
    let told = world.transcript(ANI).words();
    assert!(told.contains("tidak mungkin dalam keadaan"), "{told}");
    assert!(told.contains("Tidak dijalankan karena baris lain ditolak"), "{told}");
    assert_eq!(world.tickets()[0].assignee, None);
}

#[test]
fn a_near_miss_does_nothing_and_names_the_nearest_word() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#tolk bukan insiden");
    assert_eq!(status(&world), Status::New);
    let told = world.transcript(ANI).words();
    assert!(told.contains("maksud Saudara \"#tolak\"?"), "{told}");
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
    assert!(world.transcript(ANI).words().contains("suratnya sudah keluar"));
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
    world.minutes(8);
    world.replies(KABID, "Mohon reviu", "#batal");
    assert_eq!(status(&world), Status::Review);
    world.minutes(60);
    assert_eq!(count(&world, "report_delivered"), 0);
}

#[test]
fn a_command_that_answers_no_mail_of_ours_gets_a_mail_to_answer() {
    let mut world = reported();
    world.writes(&Letter::from(ANI).subject("[CIAMIS-2026-0001]").text("#spam"));
    assert_eq!(status(&world), Status::New);
    assert!(world.latest(ANI, "Perintah belum dijalankan").words().contains("bukan balasan atas surel dari kami"));
    world.replies(ANI, "Perintah belum dijalankan", "#spam");
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
}

#[test]
fn a_forger_cannot_make_us_bombard_anybody() {
    let mut world = reported();
    for number in 0..10 {
        world.writes(&Letter::from(ANI).subject("[CIAMIS-2026-0001]").text(&format!("#catat {number}")));
    }
    assert_eq!(count(&world, "command_unproven"), 3);
    assert_eq!(count(&world, "transcript"), 0);
}

#[test]
fn the_mail_of_a_colleague_proves_nothing() {
    let mut world = reported();
    let stolen = world.latest(ANI, "Baru").message_id;
    world.writes(&Letter::from(DEDI).subject("Re: Baru").answers(&stolen).text("#spam"));
    assert_eq!(status(&world), Status::New);
    assert_eq!(count(&world, "command_unproven"), 1);
}

#[test]
fn an_order_that_speaks_for_the_office_needs_its_code() {
    let mut world = in_review();
    world.replies(KABID, "Mohon reviu", "#setuju");
    assert_eq!(status(&world), Status::Review, "no code, no approval");
    let code = world.latest(KABID, "Kode untuk perintah").code();
    world.replies(KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn a_code_counts_once_for_its_version_and_its_person() {
    let mut world = in_review();
    let first = world.latest(KABID, "Mohon reviu");
    world.replies(KABID, "Mohon reviu", "#perbaiki\nLengkapi.");
    world.replies(ANI, "Dikembalikan", &format!("{REPORT}\n3. Ganti sandi."));
    world.writes(
        &Letter::from(KABID).subject("Re").answers(&first.message_id).text(&format!("#setuju {}", first.code())),
    );
    assert_eq!(status(&world), Status::Review, "the first version is not the latest");
    assert!(world.transcript(KABID).words().contains("ajuan ke-1"), "{}", world.transcript(KABID).text);
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    assert!(world.transcript(KABID).words().contains("kode sudah dipakai"));
}

#[test]
fn five_wrong_codes_make_a_code_void() {
    let mut world = in_review();
    for _ in 0..5 {
        world.replies(KABID, "Mohon reviu", "#setuju 0000-0000");
    }
    let code = world.latest(KABID, "Mohon reviu").code();
    world.replies(KABID, "Mohon reviu", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Review);
    assert!(world.transcript(KABID).words().contains("terlalu sering salah ketik"));
}

#[test]
fn an_analyst_cannot_approve_his_own_report() {
    let mut world = in_review();
    world.replies(ANI, "Baru", "#setuju");
    assert_eq!(status(&world), Status::Review);
    let told = world.transcript(ANI).words();
    assert!(told.contains("perintah ini bukan untuk peran Saudara; yang berwenang: Kabid"), "{told}");
}

#[test]
fn text_and_page_that_order_different_things_order_nothing() {
    let mut world = reported();
    let answered = world.latest(ANI, "Baru").message_id;
    let body = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n#spam\r\n\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>#valid judol</p>\r\n\r\n--b--\r\n";
    let head = format!(
        "From: {ANI}\r\nTo: csirt@ciamiskab.go.id\r\nSubject: Re\r\nMessage-ID: <p@x.example>\r\nIn-Reply-To: <{answered}>\r\nMIME-Version: 1.0\r\n"
    );
    world.deliver_raw(format!("{head}{body}").into_bytes());
    world.take_in();
    assert_eq!(status(&world), Status::New);
    assert!(world.latest(ANI, "Perintah belum dijalankan").words().contains("HTML"));
}

#[test]
fn an_automatic_answer_orders_nothing_and_stops_no_clock() {
    let mut world = forwarded();
    let delivered = world.latest(DINKES, "Laporan Hasil Analisis");
    let away = Letter::from(DINKES)
        .subject("Automatic reply: Laporan")
        .answers(&delivered.message_id)
        .header("Auto-Submitted", "auto-replied")
        .text("#terima Rina");
    world.writes(&away);
    assert_eq!(status(&world), Status::Forwarded);
    world.writes(&Letter::from(DINKES).subject("Re").answers(&delivered.message_id).text("Baik, kami periksa."));
    assert_eq!(status(&world), Status::FollowUp, "any reply by hand says that it has the report");
}

#[test]
fn another_office_commands_nothing() {
    let mut world = forwarded();
    let stolen = world.latest(DINKES, "Laporan Hasil Analisis").message_id;
    world.writes(&Letter::from("admin@disdukcapil.example").subject("Re").answers(&stolen).text("#selesai sudah"));
    assert_eq!(status(&world), Status::Forwarded);
    assert_eq!(world.mailbox_of("admin@disdukcapil.example").len(), 1, "a mail to answer, which proves nothing yet");
    world.replies("admin@disdukcapil.example", "Perintah", "#selesai sudah");
    assert_eq!(status(&world), Status::Forwarded);
    let told = world.transcript("admin@disdukcapil.example").words();
    assert!(told.contains("bukan milik OPD Saudara"), "{told}");
}

#[test]
fn the_reporter_asks_how_it_stands_and_orders_nothing() {
    let mut world = in_review();
    world.replies(BUDI, "CIAMIS", "#valid judol");
    assert_eq!(status(&world), Status::Review);
    assert_eq!(count(&world, "transcript"), 2, "only those of the analyst");
    world.replies(BUDI, "CIAMIS", "#status");
    let told = world.mailbox_of(BUDI).pop().expect("a mail").words();
    assert!(told.contains("Analisis"), "that somebody reviews is nobody's business: {told}");
    for private in ["Ani", "kabid", "Dinas Kesehatan"] {
        assert!(!told.contains(private), "{told}");
    }
}

#[test]
fn questions_about_the_desk_are_answered_to_the_registered_address() {
    let mut world = forwarded();
    world.writes(&Letter::from(ANI).subject("Tanya").text("#daftar\n#bantuan\n#status 1\n#rekap"));
    insta::assert_snapshot!(world.transcript(ANI).text);
    assert_eq!(world.tickets().len(), 1, "a question is no report");
    world.writes(&Letter::from(DINKES).subject("Tanya").text("#daftar"));
    assert!(world.transcript(DINKES).words().contains("bukan untuk peran Saudara"));
}

#[test]
fn a_report_by_telephone_becomes_a_ticket() {
    let mut world = reported();
    world.writes(&Letter::from(ANI).subject("Telepon").text("#tiketbaru\nSitus disdukcapil tidak dapat dibuka."));
    let code = world.latest(ANI, "Kode untuk perintah").code();
    let order = format!("#tiketbaru {code}\nSitus disdukcapil tidak dapat dibuka.");
    world.replies(ANI, "Kode untuk perintah", &order);
    let tickets = world.tickets();
    assert_eq!(tickets.len(), 2);
    assert_eq!((tickets[1].subject.as_str(), &tickets[1].reporter), ("Situs disdukcapil tidak dapat dibuka.", &None));
}

#[test]
fn a_deputy_acts_from_the_day_he_is_named() {
    let mut world = in_review();
    world.replies(KABID, "Mohon reviu", "#delegasi plh s.d. 30/11");
    let code = world.latest(KABID, "Kode untuk perintah").code();
    world.replies(KABID, "Kode untuk perintah", &format!("#delegasi {code} plh s.d. 30/11"));
    world.restart();
    world.replies(ANI, "Baru", "#serah dedi");
    world.replies(KABID, "Mohon reviu", "#perbaiki\nLengkapi.");
    world.replies(ANI, "Baru", REPORT);
    let code = world.latest("plh@csirt.example", "Mohon reviu").code();
    world.replies("plh@csirt.example", "Mohon reviu", &format!("#setuju {code}"));
    world.minutes(11);
    assert!(world.latest(DINKES, "Laporan Hasil Analisis").words().contains("Plh."));
}

#[test]
fn the_report_as_a_document_goes_to_the_kabid_and_to_the_opd() {
    let mut world = reported();
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    let pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n";
    let text = "#ajukan\nRingkasan: Celah XSS pada formulir.\nRekomendasi:\n1. Saring masukan.";
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
