//! Whose commands count: what a mail must prove, and what a code is good for.

#[path = "support/mod.rs"]
mod support;

use siaga::domain::stage::{Disposition, Status};
use support::letters::Letter;
use support::reported::{ANI, BUDI, DEDI, DINKES, KABID, REPORT, count, forwarded, in_review, reported, status};

#[test]
fn a_command_that_answers_no_mail_of_ours_gets_a_mail_to_answer() {
    let mut world = reported();
    world.writes(&Letter::from(ANI).subject("[CIAMIS-2026-0001]").text("#spam"));
    assert_eq!(status(&world), Status::New);
    assert!(world.latest(ANI, "Perintah belum dijalankan").words().contains("bukan balasan atas surel kami"));
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
    assert!(world.transcript(KABID).words().contains("terlalu sering salah diketik"));
}

#[test]
fn an_analyst_cannot_approve_his_own_report() {
    let mut world = in_review();
    world.replies(ANI, "Baru", "#setuju");
    assert_eq!(status(&world), Status::Review);
    let told = world.transcript(ANI).words();
    assert!(told.contains("perintah ini bukan wewenang Saudara; yang berwenang: Kabid"), "{told}");
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
fn case_25_another_office_commands_nothing() {
    let mut world = forwarded();
    let stolen = world.latest(DINKES, "Laporan Hasil Analisis").message_id;
    world.writes(&Letter::from("admin@disdukcapil.example").subject("Re").answers(&stolen).text("#selesai sudah"));
    assert_eq!(status(&world), Status::Forwarded);
    assert_eq!(world.mailbox_of("admin@disdukcapil.example").len(), 1, "a mail to answer, which proves nothing yet");
    world.replies("admin@disdukcapil.example", "Perintah", "#selesai sudah");
    assert_eq!(status(&world), Status::Forwarded);
    let told = world.transcript("admin@disdukcapil.example").words();
    assert!(told.contains("bukan milik OPD Bapak/Ibu"), "{told}");
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
