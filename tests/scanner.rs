//! What the malware scanner says stands wherever its file is named, and mail waits for nobody.

mod support;

use std::time::{Duration, Instant};

use siaga::domain::scan::Scan;
use siaga::domain::ticket::TicketId;
use siaga::store::messages;
use support::clamd::{Act, Clamd, eicar};
use support::letters::Letter;
use support::world::World;

/// Longer than any honest answer on this machine, shorter than anybody waits.
const SHORT: Duration = Duration::from_millis(300);
/// A test that takes longer hangs.
const LONG: Duration = Duration::from_secs(30);

fn analyst(world: &World) -> String {
    world.shared.engine.borrow().context().rules.people.analysts[0].address.to_string()
}

fn with_files(files: &[(&str, &[u8])]) -> Letter {
    let letter = Letter::from("Budi <budi@warga.example>")
        .subject("Faktur aneh")
        .text("Saya menerima berkas ini di dinkes.ciamiskab.go.id pukul 07.00 tadi pagi.");
    files.iter().fold(letter, |letter, (name, bytes)| letter.file(name, "application/octet-stream", bytes))
}

fn world(clamd: &Clamd, patience: Duration) -> World {
    let mut world = World::new();
    let scanner = clamd.scanner(patience);
    world.change_intake(|intake| intake.scanning(Some(scanner)));
    world
}

fn scans(world: &World) -> Vec<Option<Scan>> {
    let engine = world.shared.engine.borrow();
    let written = messages::of_ticket(engine.store().db(), TicketId(1)).expect("messages");
    written.into_iter().flat_map(|message| message.attachments).map(|file| file.scan).collect()
}

#[test]
fn the_verdict_stands_in_the_notice_on_the_ticket_and_beside_the_evidence() {
    let clamd = Clamd::start();
    let mut world = world(&clamd, LONG);
    world.writes(&with_files(&[("faktur.exe", &eicar()), ("log.txt", b"GET / HTTP/1.1\n")]));
    let found = Scan::Found("Win.Test.EICAR_HDB-1".to_owned());
    assert_eq!(scans(&world), [Some(found), Some(Scan::Clean)]);
    assert_eq!(clamd.seen().len(), 2);
    let analyst = analyst(&world);
    let notice = world.latest(&analyst, "Baru").words();
    assert!(notice.contains("TEMUAN Win[.]Test[.]EICAR_HDB-1; jangan dibuka"), "{notice}");
    assert!(notice.contains("pemindai malware: bersih"), "{notice}");
    world.replies(&analyst, "Baru", "#bukti");
    let sent = world.latest(&analyst, "Bukti").words();
    assert!(sent.contains("1-faktur.exe; pemindai malware: TEMUAN Win[.]Test[.]EICAR_HDB-1"), "{sent}");
    let acknowledged = world.latest("budi@warga.example", "").words();
    assert!(!acknowledged.contains("emindai") && !acknowledged.contains("EICAR"), "{acknowledged}");
}

#[test]
fn a_picture_in_which_something_was_found_is_not_sent_on() {
    let clamd = Clamd::start();
    let mut world = world(&clamd, LONG);
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &eicar()].concat();
    world.writes(&with_files(&[("layar.png", &picture)]));
    let analyst = analyst(&world);
    let notice = world.latest(&analyst, "Baru");
    assert!(!notice.text.contains("terlampir)") && notice.mail.missing.is_empty(), "{}", notice.text);
}

#[test]
fn without_a_scanner_nothing_is_said_of_scanning() {
    let mut world = World::new();
    world.writes(&with_files(&[("log.txt", b"GET / HTTP/1.1\n")]));
    assert_eq!(scans(&world), [None]);
    let analyst = analyst(&world);
    assert!(!world.latest(&analyst, "Baru").text.contains("emindai"));
}

#[test]
fn whatever_the_scanner_does_the_report_is_a_ticket_and_says_what_was_not_seen() {
    let cases = [
        (Act::Silence, Scan::Late, "belum diperiksa: waktunya habis"),
        (Act::Brood, Scan::Late, "belum diperiksa: waktunya habis"),
        (Act::Half, Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Drop, Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Early, Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Endless, Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Answer("2: stream: OK"), Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Answer("stream: OK\0stream: Evil FOUND"), Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Answer("stream: OK OK"), Scan::Away, "belum diperiksa: pemindai tidak menjawab"),
        (Act::Answer("stream: Can't allocate memory ERROR"), Scan::Refused, "tidak diperiksa: pemindai menolak"),
        (Act::Enough(1000), Scan::TooLarge, "tidak diperiksa: berkas terlalu besar"),
    ];
    for (act, scan, words) in cases {
        let clamd = Clamd::start();
        clamd.acts(act);
        let mut world = world(&clamd, SHORT);
        let begun = Instant::now();
        // Larger than what a socket holds: a scanner that stops reading must not stop us.
        world.writes(&with_files(&[("besar.bin", &[7; 900_000])]));
        assert!(begun.elapsed() < LONG, "{act:?}");
        assert_eq!(scans(&world), [Some(scan)], "{act:?}");
        let analyst = analyst(&world);
        let notice = world.latest(&analyst, "Baru").words();
        assert!(notice.contains(words), "{act:?}: {notice}");
        assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "{act:?}");
    }
}

#[test]
fn a_scanner_that_nobody_has_started_holds_up_nothing() {
    let clamd = Clamd::refusing();
    let mut world = world(&clamd, LONG);
    world.writes(&with_files(&[("a.bin", b"a"), ("b.bin", b"b")]));
    assert_eq!(scans(&world), [Some(Scan::Away), Some(Scan::Away)]);
}

#[test]
fn a_silent_scanner_holds_up_a_flood_once_and_not_for_each_mail() {
    let clamd = Clamd::start();
    clamd.acts(Act::Silence);
    let mut world = world(&clamd, SHORT);
    let begun = Instant::now();
    for number in 0..200_u32 {
        let letter = with_files(&[("a.bin", format!("{number}").as_bytes())]);
        world.deliver(&letter.id(&format!("{number}@warga.example")));
    }
    world.take_in();
    assert_eq!(world.tickets().len(), 200);
    assert!(begun.elapsed() < SHORT * 100, "{:?}", begun.elapsed());
}

#[test]
fn case_71_a_bomb_is_never_unpacked_here_and_what_the_scanner_left_out_is_said() {
    let clamd = Clamd::start();
    clamd.acts(Act::Answer("stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND"));
    let mut world = world(&clamd, LONG);
    // A local header that claims four gigabytes of zeroes.
    let bomb =
        [b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\xFF\xFF\xFF\xFF\x01\0\0\0a".as_slice(), &[0; 16]];
    let bomb = bomb.concat();
    world.writes(&with_files(&[("42.zip", &bomb)]));
    assert_eq!(scans(&world), [Some(Scan::Limits)]);
    assert_eq!(clamd.seen(), [bomb], "it went to the scanner as it came");
    let analyst = analyst(&world);
    let notice = world.latest(&analyst, "Baru").words();
    assert!(notice.contains("melewati batas pemindai, mungkin arsip jebakan"), "{notice}");
}

#[test]
fn what_came_while_the_scanner_was_away_is_scanned_when_it_is_back_and_a_finding_is_told() {
    let clamd = Clamd::refusing();
    let mut world = world(&clamd, LONG);
    world.writes(&with_files(&[("faktur.exe", &eicar()), ("log.txt", b"GET / HTTP/1.1\n")]));
    let scanner = clamd.scanner(LONG);
    assert_eq!(world.scan_later(&scanner), 0, "it is away still");
    let analyst = analyst(&world);
    let before = world.mailbox_of(&analyst).len();
    clamd.listen();
    assert_eq!(world.scan_later(&scanner), 2);
    assert_eq!(scans(&world)[1], Some(Scan::Clean));
    let told = world.latest(&analyst, "Malware pada faktur.exe");
    assert!(told.text.contains("Win[.]Test[.]EICAR_HDB-1"), "{}", told.text);
    assert_eq!(world.mailbox_of(&analyst).len(), before + 1, "of what is clean nobody is told");
    let logged: Vec<_> = world.events().into_iter().filter(|event| event.kind == "file_scanned").collect();
    assert_eq!(logged.len(), 2);
    assert_eq!(world.scan_later(&scanner), 0, "once");
}

#[test]
fn a_file_the_scanner_broods_over_is_given_up_and_the_next_one_scanned() {
    let clamd = Clamd::refusing();
    let mut world = world(&clamd, LONG);
    world.writes(&with_files(&[("lambat.bin", b"lambat")]));
    clamd.listen();
    clamd.acts(Act::Brood);
    assert_eq!(world.scan_later(&clamd.scanner(SHORT)), 1);
    assert_eq!(scans(&world), [Some(Scan::TooSlow)]);
    clamd.acts(Act::Silence);
    world.writes(&with_files(&[("lain.bin", b"lain")]).id("lain@warga.example"));
    assert_eq!(world.scan_later(&clamd.scanner(SHORT)), 0, "a scanner that is silent to PING too is away");
}
