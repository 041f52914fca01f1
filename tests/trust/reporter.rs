//! Class C0: what the reporter writes moves a clock only if something shows that it is he; and every
//! notice of what somebody wrote says what is known of him.

use siaga::domain::stage::Status;

use crate::office::{answers, arrives, desk, pass, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, DINKES, KABID, status};
use crate::support::world::World;

fn asked() -> World {
    let mut world = desk();
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#tanya\nPukul berapa Anda melihatnya?");
    world.minutes(6);
    assert_eq!(status(&world), Status::AwaitingReporter);
    world
}

fn numbered() -> Letter {
    Letter::from(BUDI).subject("Re: [CIAMIS-2026-0001]").text("Tadi pagi pukul 07.00, sampai sekarang masih begitu.")
}

#[test]
fn a_reporters_name_and_the_number_of_his_ticket_move_no_clock() {
    let mut world = asked();
    arrives(&mut world, &numbered(), None);
    assert_eq!(status(&world), Status::AwaitingReporter);
    assert_eq!(world.tickets().len(), 1, "it is filed all the same");
    let notice = world.latest(ANI, "Balasan masuk").words();
    assert!(notice.contains("Tadi pagi pukul 07.00") && notice.contains("tetapi tidak ada buktinya"), "{notice}");
    answers(&mut world, ANI, "Baru", "#ambil");
    assert_eq!(status(&world), Status::Verification, "the analyst goes on by himself");
}

#[test]
fn what_the_reporters_domain_denies_moves_no_clock_though_it_names_our_mail() {
    let mut world = asked();
    let reply = world.reply(BUDI, "CIAMIS", "Pukul 07.00 tadi pagi.");
    arrives(&mut world, &reply, Some("mx.csirt.example; dmarc=fail header.from=warga.example"));
    assert_eq!(status(&world), Status::AwaitingReporter);
}

#[test]
fn a_reply_to_our_mail_or_the_word_of_his_domain_is_enough_for_a_reporter() {
    let mut world = asked();
    let reply = world.reply(BUDI, "CIAMIS", "Pukul 07.00 tadi pagi.");
    arrives(&mut world, &reply, None);
    assert_eq!(status(&world), Status::Verification);
    let mut world = asked();
    arrives(&mut world, &numbered(), Some(&pass("warga.example")));
    assert_eq!(status(&world), Status::Verification);
}

#[test]
fn an_objection_in_the_reporters_name_alone_takes_no_second_look() {
    let mut world = desk();
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#tolak\nHalaman itu bukan milik kabupaten.");
    world.minutes(6);
    let looks = |world: &World| world.outbox().iter().filter(|mail| mail.notice == "second_look_taken").count();
    let before = world.story();
    arrives(&mut world, &numbered(), None);
    assert_eq!(looks(&world), 0, "{before}");
    let notice = world.latest(ANI, "Balasan masuk").words();
    assert!(notice.contains("tetapi tidak ada buktinya"), "{notice}");
}

#[test]
fn every_notice_that_a_command_causes_says_what_is_known_of_its_sender() {
    let mut world = desk();
    crate::office::submit(&mut world);
    let words = "Keaslian pengirim surel yang menyebabkan pemberitahuan ini: dibenarkan oleh domain pengirim (DMARC)";
    assert!(world.latest(KABID, "Mohon reviu").words().contains(words));
    assert!(world.transcript(ANI).words().contains(words));
    let approval = crate::office::approval(&world);
    arrives(&mut world, &approval, Some(&pass("csirt.example")));
    world.minutes(11);
    answers(&mut world, DINKES, "CIAMIS", "#bantu Kami tidak punya akses ke server.");
    let said = world.latest(ANI, "pendampingan").words();
    assert!(said.contains(words), "opd_said: {said}");
    answers(&mut world, DINKES, "CIAMIS", "#selesai Berkas dihapus, CMS diperbarui.");
    world.minutes(6);
    let ids: Vec<_> = world.outbox().into_iter().filter(|mail| mail.notice == "recheck_requested").collect();
    assert!(!ids.is_empty());
    for row in ids {
        let mail = world.sent().into_iter().find(|mail| mail.message_id == row.message_id).expect("sent");
        assert!(mail.words().contains(words), "recheck_requested: {}", mail.text);
    }
    let of_opd = world.transcript(DINKES).words();
    assert!(!of_opd.contains("Asal surel") || of_opd.contains(words), "{of_opd}");
}
