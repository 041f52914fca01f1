//! Cases 16 and 26 to 31: what a one-time code adds, and what it cannot replace.

use chrono::TimeDelta;
use siaga::domain::stage::{Disposition, Status};
use siaga::store::suppressed;

use crate::office::{answers, approval, arrives, in_review, mails, pass, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, KABID, count, status};
use crate::support::world::World;

#[test]
fn case_26_a_bare_approval_brings_a_fresh_code_and_nothing_else() {
    let mut world = in_review();
    let told = mails(&world, KABID);
    answers(&mut world, KABID, "Mohon reviu", "#setuju");
    assert_eq!(status(&world), Status::Review);
    assert_eq!(count(&world, "code_requested"), 1);
    assert!(mails(&world, KABID) > told);
    let code = world.latest(KABID, "Kode untuk perintah").code();
    answers(&mut world, KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn case_27_a_the_domain_and_the_code_of_the_request_approve() {
    let mut world = in_review();
    let letter = approval(&world);
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn case_27_b_c_mail_without_any_mark_needs_a_fresh_code() {
    let mut world = in_review();
    let letter = approval(&world);
    arrives(&mut world, &letter, None);
    assert_eq!(status(&world), Status::Review, "the code of the request was to be had from the request");
    assert_eq!(count(&world, "code_requested"), 1);
    let code = world.latest(KABID, "Kode untuk perintah").code();
    assert_ne!(code, world.latest(KABID, "Mohon reviu").code(), "the mail shows its own code alone");
    let reply = world.reply(KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    arrives(&mut world, &reply, None);
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn a_desk_works_whose_provider_marks_no_internal_mail() {
    let mut world = crate::office::desk();
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#spam");
    arrives(&mut world, &order, None);
    assert_eq!(status(&world), Status::New);
    let code = world.latest(ANI, "Kode untuk perintah").code();
    let again = world.reply(ANI, "Kode untuk perintah", &format!("#spam {code}"));
    arrives(&mut world, &again, None);
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
}

#[test]
fn where_the_provider_marks_all_mail_no_code_stands_for_the_mark() {
    let mut world = crate::office::desk_with(|config| config.settings.command.code_without_evidence = false);
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#spam");
    arrives(&mut world, &order, None);
    assert_eq!(count(&world, "code_requested"), 0);
    assert!(world.latest(ANI, "Perintah belum dijalankan").words().contains("asal surel tidak dapat dipastikan"));
}

#[test]
fn case_28_five_wrong_codes_make_it_void() {
    let mut world = in_review();
    let right = world.latest(KABID, "Mohon reviu").code();
    for number in 0..5 {
        let guess = world.reply(KABID, "Mohon reviu", "#setuju 0000-0000").id(&format!("{number}@csirt.example"));
        arrives(&mut world, &guess, Some(&pass("csirt.example")));
    }
    let late = world.reply(KABID, "Mohon reviu", &format!("#setuju {right}"));
    arrives(&mut world, &late, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn case_29_a_code_in_another_hand_is_void_in_both() {
    let mut world = in_review();
    let sent = world.latest(KABID, "Mohon reviu");
    let stolen = world.reply(ANI, "Baru", &format!("#setuju {}", sent.code()));
    arrives(&mut world, &stolen, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    let letter = approval(&world);
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn a_code_in_a_mail_that_proves_nothing_stays_its_owners() {
    let mut world = in_review();
    let sent = world.latest(KABID, "Mohon reviu");
    let unproven = Letter::from(ANI).subject(&sent.subject).text(&format!("#setuju {}", sent.code()));
    arrives(&mut world, &unproven, Some(&pass("csirt.example")));
    let letter = approval(&world);
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn case_16_a_code_approves_its_own_ticket_alone() {
    let mut world = in_review();
    let sent = world.latest(KABID, "Mohon reviu");
    let other = Letter::from("Siti <siti@warga.example>").subject("Lain").text("Situs lain.");
    arrives(&mut world, &other, None);
    let letter =
        Letter::from(KABID).subject("Re: [CIAMIS-2026-0002] Mohon reviu").text(&format!("#setuju {}", sent.code()));
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert!(world.tickets().iter().all(|ticket| ticket.status != Status::Approved));
}

#[test]
fn case_31_a_code_for_an_earlier_version_approves_no_later_one() {
    let mut world = in_review();
    let first = approval(&world);
    answers(&mut world, KABID, "Mohon reviu", "#perbaiki\nLengkapi.");
    answers(&mut world, ANI, "Dikembalikan", &format!("{}\n3. Ganti sandi.", crate::support::reported::REPORT));
    arrives(&mut world, &first, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert!(world.transcript(KABID).words().contains("ajuan ke-1"));
}

#[test]
fn case_30_a_code_dies_a_working_day_after_its_question() {
    let mut world = in_review();
    let early = approval(&world);
    answers(&mut world, KABID, "Mohon reviu", "#perbaiki\nLengkapi.");
    world.until("2026-11-26 10:00");
    arrives(&mut world, &early, Some(&pass("csirt.example")));
    assert!(world.tickets().iter().all(|ticket| ticket.status != Status::Approved));
    assert!(world.transcript(KABID).words().contains("kode"), "{}", world.transcript(KABID).text);
}

#[test]
fn a_vouched_order_of_an_analyst_needs_no_code() {
    let mut world = crate::office::desk();
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#spam");
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
    assert_eq!(count(&world, "code_requested"), 0);
}

/// Forged mail that answers a mail of the Kabid's used up all that he is told within an hour; then his own
/// mail, which his domain vouches for, got no answer at all.
#[test]
fn a_forger_used_up_the_kabids_answers_and_left_him_in_silence() {
    let mut world = in_review();
    for number in 0..6 {
        let forged = world.reply(KABID, "Mohon reviu", "#setuju").id(&format!("p{number}@evil.example"));
        arrives(&mut world, &forged, None);
    }
    let told = mails(&world, KABID);
    answers(&mut world, KABID, "Mohon reviu", "#setuju");
    assert!(mails(&world, KABID) > told, "he gets his code");
    let code = world.latest(KABID, "Kode untuk perintah").code();
    answers(&mut world, KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
}

/// What he himself writes too often is not answered for ever either: he is told so once, and the team too.
#[test]
fn whoever_is_answered_no_more_is_told_so_once_and_the_team_calls_him() {
    let mut world = in_review();
    let most = world.config().settings.command.proofs_hour as usize;
    let said = |world: &World, who: &str, words: &str| {
        world.mailbox_of(who).iter().filter(|mail| mail.words().contains(words)).count()
    };
    for number in 0..most + 4 {
        let bare = world.reply(KABID, "Mohon reviu", "#setuju").id(&format!("k{number}@csirt.example"));
        arrives(&mut world, &bare, Some(&pass("csirt.example")));
    }
    assert_eq!(count(&world, "code_requested"), most);
    assert_eq!(said(&world, KABID, "dicatat tanpa dijawab"), 1);
    assert_eq!(said(&world, ANI, "berulang kali tidak dapat dijalankan"), 1);
    let unsaid = {
        let engine = world.shared.engine.borrow();
        suppressed::counts(engine.store().db(), world.now() - TimeDelta::hours(1)).expect("counts")
    };
    assert!(unsaid.iter().any(|one| one.reason == "proofs_hour" && one.count == 4), "{unsaid:#?}");
    // His code still counts.
    let code = world.latest(KABID, "Kode untuk perintah").code();
    answers(&mut world, KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
}

/// An answer to a wrong code had no cap of its own.
#[test]
fn wrong_codes_in_his_name_buried_the_kabid_in_answers() {
    let mut world = crate::support::reported::in_review();
    for number in 0..12 {
        let forged = world.reply(KABID, "Mohon reviu", "#setuju AAAA-BBBB").id(&format!("p{number}@evil.example"));
        arrives(&mut world, &forged, None);
    }
    let most = usize::from(siaga::domain::approval::TRIES_MAX) + 1;
    let rows = world.outbox();
    let refused = rows.iter().filter(|row| row.notice == "transcript" && row.recipient == KABID).count();
    assert_eq!(refused, most, "and not one more");
    assert!(rows.iter().any(|row| row.notice == "command_unproven" && row.recipient == KABID), "he learns of it");
    assert!(world.mailbox_of(ANI).iter().any(|mail| mail.words().contains("berulang kali tidak dapat dijalankan")));
}

/// A forger who knew one Message-ID used up the Kabid's codes with bare orders and made the code of the
/// question void with guesses; then nothing the Kabid sent was of use.
#[test]
fn a_forger_who_knew_one_message_id_locked_the_kabid_out() {
    for require_evidence in [true, false] {
        let mut world = crate::office::desk_with(|config| config.settings.command.require_evidence = require_evidence);
        crate::office::submit(&mut world);
        let asked = world.latest(KABID, "Mohon reviu");
        let forges = |world: &mut World, number: usize, text: &str| {
            let forged = Letter::from(KABID).subject("Re").answers(&asked.message_id).text(text);
            arrives(world, &forged.id(&format!("f{number}@evil.example")), None);
        };
        (0..4).for_each(|number| forges(&mut world, number, &format!("#setuju\n\nSetuju, kali ke-{number}.")));
        (4..12).for_each(|number| forges(&mut world, number, &format!("#setuju AAA{}-BBB0", number % 10)));
        assert_eq!(status(&world), Status::Review);

        let told = mails(&world, KABID);
        answers(&mut world, KABID, "Mohon reviu", "#setuju");
        let sent = world.mailbox_of(KABID).split_off(told);
        assert!(sent.iter().any(|mail| mail.subject.contains("Kode untuk perintah")), "{require_evidence}: {sent:#?}");

        let right = world.reply_to(KABID, &asked, &format!("#setuju {}", asked.code()));
        arrives(&mut world, &right, Some(&pass("csirt.example")));
        assert_eq!(status(&world), Status::Approved, "{require_evidence}: the code of the question is still his");
    }
}

/// Whose own wrong codes made one void was told so, and not how to get another.
#[test]
fn whoever_sent_the_right_code_of_a_void_question_was_not_told_how_to_go_on() {
    let mut world = in_review();
    let asked = world.latest(KABID, "Mohon reviu");
    for number in 0..5 {
        let guess = world.reply_to(KABID, &asked, "#setuju 0000-0000").id(&format!("{number}@csirt.example"));
        arrives(&mut world, &guess, Some(&pass("csirt.example")));
    }
    let right = world.reply_to(KABID, &asked, &format!("#setuju {}", asked.code()));
    arrives(&mut world, &right, Some(&pass("csirt.example")));
    let told = world.transcript(KABID).words();
    assert!(told.contains("batal") && told.contains("sekali lagi tanpa kode"), "{told}");
    answers(&mut world, KABID, "Mohon reviu", "#setuju");
    let code = world.latest(KABID, "Kode untuk perintah").code();
    answers(&mut world, KABID, "Kode untuk perintah", &format!("#setuju {code}"));
    assert_eq!(status(&world), Status::Approved);
}

/// The reason named the domain of a mail that its domain vouched for.
#[test]
fn a_vouched_order_that_came_too_often_was_called_one_its_domain_denies() {
    let mut world = in_review();
    for number in 0..5 {
        let bare = world.reply(KABID, "Mohon reviu", "#setuju").id(&format!("k{number}@csirt.example"));
        arrives(&mut world, &bare, Some(&pass("csirt.example")));
    }
    assert_eq!(crate::office::refusal(&world, "doubt"), "too_many");
}
