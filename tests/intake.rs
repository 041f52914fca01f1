//! What becomes of a message: tickets, follow-ups, duplicates, automatic mail, bad input, crashes.

mod support;

use siaga::config::Config;
use siaga::domain::message_id::MessageIdKey;
use siaga::domain::outgoing::OutboxId;
use siaga::mail::transport::Folder;
use siaga::store::blobs::{Blobs, Kind};
use siaga::store::receipts::{self, State};

use support::letters::Letter;
use support::world::{World, wib};

fn budi() -> Letter {
    Letter::from("Budi <budi@warga.example>")
        .subject("Situs dinas disusupi judi online")
        .text("Halaman https://dinkes.ciamiskab.go.id/agenda menampilkan iklan judi sejak pukul 07.00 tadi pagi.")
}

#[test]
fn a_report_is_a_ticket_an_acknowledgement_and_one_notice_each() {
    let mut world = World::new();
    world.until("2026-11-23 10:30");
    world.writes(&budi().file("layar.png", "image/png", b"\x89PNG\r\n\x1a\nisi"));

    let tickets = world.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].number.to_string(), "CIAMIS-2026-0001");
    assert_eq!(tickets[0].due_at, Some(wib("2026-11-23 14:30")));
    let told = world.mailbox_of("budi@warga.example");
    assert_eq!(told.len(), 1);
    for words in ["CIAMIS-2026-0001", "pukul 10.30 WIB", "pukul 14.30 WIB", "gambar"] {
        assert!(told[0].text.contains(words), "the acknowledgement lacks {words:?}:\n{}", told[0].text);
    }
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1);
    assert_eq!(world.mailbox_of("dedi@csirt.example").len(), 1);
    assert!(world.mailbox_of("kabid@csirt.example").is_empty());
    assert_eq!(
        world.server.borrow().archived.iter().map(|(_, folder)| *folder).collect::<Vec<_>>(),
        [Folder::Processed]
    );
}

#[test]
fn arrival_counts_and_not_the_fetch_nor_the_date_header() {
    let mut world = World::new();
    world.until("2026-11-23 10:00");
    world.deliver(&budi().header("Date", "Mon, 1 Jan 2001 00:00:00 +0000"));
    // The connection is down for an hour.
    world.until("2026-11-23 11:00");
    world.take_in();
    let ticket = &world.tickets()[0];
    assert_eq!(ticket.opened_at, wib("2026-11-23 10:00"));
    assert_eq!(ticket.due_at, Some(wib("2026-11-23 14:00")));
}

#[test]
fn one_message_delivered_twice_is_one_ticket() {
    let mut world = World::new();
    let letter = budi().id("satu@warga.example");
    world.writes(&letter.clone().header("Received", "from a by b; Mon, 23 Nov 2026 00:00:00 +0000"));
    world.writes(&letter.header("Received", "from c by d; Mon, 23 Nov 2026 00:05:00 +0000"));
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1);
    assert!(world.server.borrow().inbox.is_empty(), "the second delivery is moved away too");
}

#[test]
fn case_74_the_same_message_id_with_other_content_is_another_message() {
    let mut world = World::new();
    world.writes(&budi().id("sama@warga.example"));
    world
        .writes(&Letter::from("Siti <siti@kampus.example>").id("sama@warga.example").text("Laporan lain sama sekali."));
    assert_eq!(world.tickets().len(), 2, "a squatted Message-ID must not suppress a report");
}

#[test]
fn a_full_mailbox_at_the_first_start_is_filed_and_nobody_is_answered() {
    let mut world = World::new();
    for number in 0..5 {
        let raw = budi().text(&format!("surat lama {number}")).raw();
        world.server.borrow_mut().deliver(raw, wib("2026-11-20 09:00"));
    }
    world.take_in();
    world.writes(&budi());
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert_eq!(world.server.borrow().archived.len(), 6);
    assert_eq!(world.events().iter().filter(|event| event.kind == "message_archived").count(), 5);
}

#[test]
fn a_configured_cutoff_lets_the_mail_of_last_week_in() {
    let cutoff = |config: &mut Config| config.settings.intake.cutoff = Some(wib("2026-11-20 08:00"));
    let mut world = World::with(cutoff);
    world.server.borrow_mut().deliver(budi().raw(), wib("2026-11-20 15:10"));
    world.take_in();
    assert_eq!(world.tickets()[0].due_at, Some(wib("2026-11-23 09:10")));
}

#[test]
fn a_reply_to_the_acknowledgement_is_filed_and_shown_to_the_team() {
    let mut world = World::new();
    world.writes(&budi());
    let acknowledgement = world.mailbox_of("budi@warga.example").remove(0);
    world.minutes(10);
    let reply = Letter::from("Budi <budi@warga.example>").subject("Re: apa saja").text("Masih tampak.");
    world.writes(&reply.answers(&acknowledgement.message_id));
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "no acknowledgement of a follow-up");
    let told = world.mailbox_of("ani@csirt.example");
    assert_eq!(told.len(), 2);
    assert!(told[1].text.contains("Masih tampak."), "{}", told[1].text);
}

#[test]
fn a_reply_whose_mail_program_lost_the_thread_is_found_by_the_number() {
    let mut world = World::new();
    world.writes(&budi());
    world.writes(&Letter::from("Budi <BUDI@warga.example>").subject("[CIAMIS-2026-0001] tambahan").text("Ini bukti."));
    assert_eq!(world.tickets().len(), 1);
}

#[test]
fn a_stranger_who_writes_a_ticket_number_gets_a_ticket_of_his_own() {
    let mut world = World::new();
    world.writes(&budi());
    world.writes(&Letter::from("Eve <eve@lain.example>").subject("[CIAMIS-2026-0001] kabar?").text("Apa isinya?"));
    assert_eq!(world.tickets().len(), 2);
    let told = world.mailbox_of("eve@lain.example");
    assert!(!told[0].text.contains("CIAMIS-2026-0001"), "{}", told[0].text);
    let team = world.mailbox_of("ani@csirt.example");
    assert!(team[1].text.contains("CIAMIS-2026-0001"), "the team learns what the subject named: {}", team[1].text);
}

#[test]
fn an_unknown_address_that_joins_the_thread_is_pending_and_answered_nothing() {
    let mut world = World::new();
    world.writes(&budi().id("awal@warga.example"));
    let letter = Letter::from("Eve <eve@lain.example>").subject("Re: Situs").text("Saya juga lihat.");
    world.writes(&letter.answers("awal@warga.example"));
    assert_eq!(world.tickets().len(), 1);
    assert!(world.mailbox_of("eve@lain.example").is_empty());
    assert!(world.mailbox_of("ani@csirt.example")[1].words().contains("belum terdaftar"));
}

#[test]
fn a_vacation_notice_is_filed_and_starts_no_loop() {
    let mut world = World::new();
    world.writes(&budi());
    let acknowledgement = world.mailbox_of("budi@warga.example").remove(0);
    let notice = Letter::from("Budi <budi@warga.example>").subject("Balasan otomatis: cuti").text("Saya sedang cuti.");
    world.writes(&notice.answers(&acknowledgement.message_id).header("Auto-Submitted", "auto-replied"));
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 1, "nobody has to read a vacation notice");
}

#[test]
fn a_report_through_a_list_is_kept_and_not_acknowledged() {
    let mut world = World::new();
    world.writes(&budi().header("List-Id", "<warga.list.example>"));
    assert_eq!(world.tickets().len(), 1, "automatic decides about answering, never about keeping");
    assert!(world.mailbox_of("budi@warga.example").is_empty());
    assert!(world.mailbox_of("ani@csirt.example")[0].text.contains("BELUM dikirimi tanda terima"));
}

#[test]
fn a_bounce_goes_to_the_mail_it_is_about() {
    let mut world = World::new();
    world.writes(&budi());
    let ours = world.mailbox_of("ani@csirt.example").remove(0).message_id;
    let raw = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Message-ID: <b1@mail.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nCould not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
         Final-Recipient: rfc822; ani@csirt.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\n\r\n--b--\r\n"
    );
    world.deliver_raw(raw.into_bytes());
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    let row = world.outbox().into_iter().find(|mail| mail.recipient == "ani@csirt.example").expect("sent");
    assert_eq!(row.bounced, "failed (5.1.1)");
}

#[test]
fn case_77_our_own_mail_that_comes_back_is_no_report() {
    let mut world = World::new();
    world.writes(&budi());
    let ours = world.mailbox_of("ani@csirt.example").remove(0);
    world.deliver_raw(ours.mail.bytes.clone());
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_forged_message_id_of_ours_finds_no_ticket() {
    let mut world = World::new();
    world.writes(&budi());
    let forged = MessageIdKey::new([8; 32]).mint(OutboxId(1), Some(world.tickets()[0].id), "ciamiskab.go.id");
    world.writes(&Letter::from("Eve <eve@lain.example>").text("Palsu.").answers(&forged));
    assert_eq!(world.tickets().len(), 2);
}

#[test]
fn bad_input_ends_as_a_ticket_or_held_and_stops_nothing() {
    let nested = |part: &str, times: usize| {
        let mut raw =
            "From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n".to_owned();
        for depth in 0..times {
            raw += &format!("--b{depth}\r\nContent-Type: {part}; boundary=b{}\r\n\r\n", depth + 1);
        }
        raw.into_bytes()
    };
    let long_header = |length: usize| format!("From: a@b.example\r\nX-Long: {}\r\n\r\nisi\r\n", "x".repeat(length));
    let bad: Vec<(&str, Vec<u8>, &[State])> = vec![
        ("no bytes", Vec::new(), &[State::Held]),
        ("white space", b"\r\n\r\n \r\n".to_vec(), &[State::Held]),
        ("no header", b"hanya teks tanpa kepala surel sama sekali".to_vec(), &[State::Held, State::Taken]),
        ("no From", b"Subject: tanpa pengirim\r\n\r\nisi\r\n".to_vec(), &[State::Taken]),
        ("no Message-ID", b"From: a@b.example\r\nSubject: x\r\n\r\nisi tanpa id\r\n".to_vec(), &[State::Taken]),
        ("two From", b"From: a@b.example\r\nFrom: c@d.example\r\n\r\nisi dua\r\n".to_vec(), &[State::Taken]),
        ("NUL bytes", b"From: a@b.example\r\n\r\nisi \0\0 nol\r\n".to_vec(), &[State::Taken]),
        ("1 MB header", long_header(1 << 20).into_bytes(), &[State::Taken]),
        ("3,000 messages inside each other", nested("message/rfc822", 3_000), &[State::Held, State::Taken]),
        ("10,000 multiparts inside each other", nested("multipart/mixed", 10_000), &[State::Held, State::Taken]),
        (
            "broken base64",
            b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%notbase64%%%\r\n".to_vec(),
            &[State::Taken],
        ),
        (
            "unknown charset",
            b"From: a@b.example\r\nContent-Type: text/plain; charset=x-klingon\r\n\r\n\xff\xfe isi\r\n".to_vec(),
            &[State::Taken],
        ),
    ];
    for (what, raw, allowed) in bad {
        let mut world = World::new();
        world.deliver_raw(raw.clone());
        world.deliver(&budi());
        world.take_in();
        let engine = world.shared.engine.borrow();
        let receipt = engine.receipt_at("fake:inbox", "1/1").expect("a receipt").expect("of the bad mail");
        assert!(allowed.contains(&receipt.state), "{what}: {:?} {}", receipt.state, receipt.reason);
        let blobs = Blobs::open(world.folder()).expect("blobs");
        assert_eq!(blobs.read(Kind::Raw, &receipt.arrival.raw).expect("raw kept"), raw, "{what}");
        assert!(world.mailbox_of("budi@warga.example").len() == 1, "{what}: the next mail is answered");
        assert!(world.server.borrow().inbox.is_empty(), "{what}: the inbox is empty");
    }
}

#[test]
fn case_69_a_mail_that_is_too_large_is_a_ticket_with_its_headers_alone() {
    let small = |config: &mut Config| {
        config.settings.intake.parse_max = 50_000;
        config.settings.intake.spool_max = 200_000;
    };
    let mut world = World::with(small);
    world.writes(&budi().file("rekaman.bin", "application/octet-stream", &vec![7; 60_000]));
    world.writes(&budi().subject("lebih besar").file("rekaman.bin", "application/octet-stream", &vec![8; 300_000]));
    assert_eq!(world.tickets().len(), 2);
    let told = world.mailbox_of("budi@warga.example");
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|mail| mail.words().contains("melebihi batas yang dapat kami baca")), "{}", told[0].text);
    let folders: Vec<_> = world.server.borrow().archived.iter().map(|(_, folder)| *folder).collect();
    assert_eq!(folders, [Folder::Processed, Folder::Oversize]);
}

#[test]
fn a_held_mail_that_is_released_is_read_again() {
    let mut world = World::new();
    world.deliver_raw(Vec::new());
    world.take_in();
    let held = |world: &World| {
        let engine = world.shared.engine.borrow();
        receipts::in_states(engine.store().db(), &[State::Held]).expect("held")
    };
    let receipt = held(&world).remove(0);
    assert!(world.mailbox_of("ani@csirt.example")[0].subject.contains("Surel ditahan"));
    assert!(world.shared.with_engine(|engine, now| engine.release(receipt.id, now)).expect("release"));
    assert!(held(&world).is_empty());
    world.take_in();
    assert_eq!(held(&world).len(), 1, "an empty mail is empty still");
}

#[test]
fn a_server_that_fails_in_the_middle_loses_and_doubles_nothing() {
    for failures in 1..12 {
        let mut world = World::new();
        for number in 0..3 {
            world.deliver(&budi().text(&format!("laporan {number} tentang dinkes.ciamiskab.go.id")));
        }
        world.server.borrow_mut().failures = failures;
        let mut rounds = 0;
        while world.inbox_round().is_err() {
            rounds += 1;
            assert!(rounds < 20, "the round never succeeds");
        }
        world.send();
        assert_eq!(world.tickets().len(), 3, "after {failures} failures");
        assert!(world.server.borrow().inbox.is_empty());
    }
}

#[test]
fn a_mail_that_could_not_be_moved_away_is_known_when_it_is_seen_again() {
    let mut world = World::new();
    world.deliver(&budi());
    world.server.borrow_mut().archive_fails = true;
    assert!(world.inbox_round().is_err());
    world.restart();
    world.server.borrow_mut().archive_fails = false;
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn a_mailbox_with_new_uids_brings_no_second_ticket() {
    let mut world = World::new();
    world.deliver(&budi());
    world.server.borrow_mut().archive_fails = true;
    assert!(world.inbox_round().is_err());
    world.server.borrow_mut().renumber();
    world.server.borrow_mut().archive_fails = false;
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    assert!(world.server.borrow().inbox.is_empty());
}

#[test]
fn numbers_begin_anew_each_year() {
    let mut world = World::new();
    world.writes(&budi());
    world.until("2027-01-04 08:00");
    world.writes(&budi().text("Laporan lain pada tahun yang lain tentang situs lain."));
    let numbers: Vec<_> = world.tickets().iter().map(|ticket| ticket.number.to_string()).collect();
    assert_eq!(numbers, ["CIAMIS-2026-0001", "CIAMIS-2027-0001"]);
}

#[test]
fn a_foreign_reporter_is_answered_in_english() {
    let mut world = World::new();
    let text = "Dear team, I found a reflected XSS in the search form of https://dinkes.ciamiskab.go.id today.";
    world.writes(&Letter::from("Alex <alex@research.example>").subject("XSS on your site").text(text));
    let told = world.mailbox_of("alex@research.example").remove(0);
    assert!(told.text.starts_with("Dear"), "{}", told.text);
}

#[test]
fn caps_on_acknowledgements_silence_nobody_but_the_answer() {
    let mut world = World::new();
    for number in 0..4 {
        let letter = budi().subject(&format!("Laporan {number}"));
        world.writes(&letter.text(&format!("Laporan nomor {number} yang berbeda isinya.")));
    }
    assert_eq!(world.tickets().len(), 4);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 3, "three an hour to one address");
    assert_eq!(world.mailbox_of("ani@csirt.example").len(), 4);
}
