//! Cases 64 to 84 of trust-and-safety 2.7 to 2.9 that no other file tests, each by its number and its
//! lesson: words that are code elsewhere, mail that is broken, and floods.

mod support;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use siaga::domain::incoming::Defect;
use siaga::mail::parse::parse;
use siaga::store::{dead_addresses, messages};

use support::letters::Letter;
use support::world::{World, wib};

const ANI: &str = "ani@csirt.example";

fn report(from: &str, subject: &str) -> Letter {
    Letter::from(from).subject(subject).text("Situs dinkes.ciamiskab.go.id menampilkan iklan judi.")
}

#[test]
fn case_64_a_page_is_read_and_nothing_it_names_is_fetched() {
    let watched = TcpListener::bind("127.0.0.1:0").expect("a port");
    watched.set_nonblocking(true).expect("ours");
    let host = format!("http://{}", watched.local_addr().expect("an address"));
    let page = format!(
        "<html><head><style>@import url({host}/a.css);</style><link rel=stylesheet href={host}/b.css>\
         <meta http-equiv=refresh content='0;url={host}/c'><base href={host}/></head><body onload=\"fetch('{host}/d')\">\
         <img src={host}/e.png><img src=cid:f><iframe src={host}/g></iframe><form action={host}/h><input></form>\
         <script src={host}/i.js></script><object data={host}/j></object><p>Halaman berubah.</p></body></html>"
    );
    let mut world = World::new();
    let raw = format!(
        "From: Budi <budi@warga.example>\r\nSubject: laman\r\nList-Unsubscribe: <{host}/k>\r\nMIME-Version: 1.0\r\n\
         Disposition-Notification-To: <budi@warga.example>\r\nContent-Type: text/html\r\n\r\n{page}\r\n"
    );
    world.deliver_raw(raw.into_bytes());
    world.take_in();
    world.until("2026-11-25 09:00");
    assert_eq!(world.tickets().len(), 1);
    assert!(world.mailbox_of(ANI)[0].text.contains("Halaman berubah."));
    assert!(
        watched.accept().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
        "something was fetched"
    );
}

#[test]
fn case_67_words_that_are_sql_elsewhere_come_back_as_they_were() {
    let hostile = "'; DROP TABLE ticket; --\" \\ %_ \u{1F4A3} 𝕊𝕢𝕝 \u{2028}x";
    let mut world = World::new();
    let letter = Letter::from("\"Budi ' OR 1=1 --\" <budi@warga.example>").subject(hostile).text(hostile);
    world.writes(&letter.id("x'||(select-1)||'@warga.example").file("a';--.txt", "text/plain", hostile.as_bytes()));
    world.writes(&report("siti@kampus.example", "lagi"));
    let ticket = world.tickets().remove(0);
    let engine = world.shared.engine.borrow();
    let stored = messages::of_ticket(engine.store().db(), ticket.id).expect("messages").remove(0);
    assert_eq!(stored.text.trim(), hostile);
    assert_eq!(ticket.subject, hostile.replace('\u{2028}', ""), "a subject is one line");
    assert_eq!(
        (stored.sender_name.as_str(), stored.message_id.as_str()),
        ("Budi ' OR 1=1 --", "x'||(select-1)||'@warga.example")
    );
    assert_eq!(stored.attachments[0].filename, "a';--.txt");
}

#[test]
fn case_67_no_statement_is_put_together_from_values() {
    let mut files = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/store")];
    let mut looked_at = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        looked_at += 1;
        let text = std::fs::read_to_string(&path).expect("a source");
        for line in text.lines().filter(|line| line.contains("format!(")) {
            let upper = line.to_uppercase();
            let is_sql =
                ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", " WHERE "].iter().any(|word| upper.contains(word));
            // Names of columns and places of values are constants of the program.
            let named = line.split('{').skip(1).filter_map(|part| part.split('}').next());
            let constant = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !name.is_empty();
            let joined = line.contains("{}") && line.contains("assignments.join");
            let known = ["values", "changes", "condition", "filter", "places"];
            assert!(
                !is_sql || joined || named.into_iter().all(|name| constant(name) || known.contains(&name)),
                "{}: {line}",
                path.display()
            );
        }
    }
    assert!(looked_at > 20, "only {looked_at} files");
}

#[test]
fn case_68_what_is_a_formula_or_an_escape_elsewhere_is_a_word_on_one_line() {
    let mut world = World::new();
    world.writes(&report("\"=cmd|'/C calc'!A0\" <budi@warga.example>", "=cmd|'/C calc'!A0"));
    world.writes(&report("siti@kampus.example", &format!("=?utf-8?B?{}?=", "G1szMW1tZXJhaBtbMG0=")));
    let lines = "=0A".repeat(300);
    world.writes(&report("rudi@warga.example", &format!("=?utf-8?Q?satu{lines}dua?=")));
    let subjects: Vec<_> = world.tickets().into_iter().map(|ticket| ticket.subject).collect();
    assert_eq!(subjects[1..], ["[31mmerah [0m", "satu dua"].map(str::to_owned), "no escape and no line break is kept");
    let desk = world.folder().to_owned();
    let list = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siaga"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env("SIAGA__DATA__DIR", &desk).args(more);
        let output = command.output().expect("siaga");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let csv = list(&["logbook", "--csv"]);
    let formula = |cell: &str| cell.trim_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(!csv.lines().flat_map(|line| line.split(',')).any(formula), "{csv}");
    assert!(!csv.contains('\u{1b}') && !list(&["ticket", "list"]).contains('\u{1b}'));
    assert_eq!(list(&["ticket", "list", "--json"]).lines().filter(|line| line.contains("CIAMIS-")).count(), 3);
}

#[test]
fn case_71_an_archive_is_kept_as_it_came_and_never_opened() {
    // Ten bytes that promise ten thousand million, and names that lead elsewhere.
    let bomb = [
        b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(),
        &[0; 8],
        &[10, 0, 0, 0],
        &0xFFFF_FF00_u32.to_le_bytes(),
        b"\x09\0\0\0../../x.y",
    ];
    let (zip, gz) = (bomb.concat(), [b"\x1f\x8b\x08\0\0\0\0\0\0\xff".as_slice(), &[0xAA; 64]].concat());
    let mut world = World::new();
    let letter = report("budi@warga.example", "arsip").file("42.zip", "application/zip", &zip);
    world.writes(&letter.file("log.tar.gz", "application/gzip", &gz).file("bom.docx", "application/msword", &zip));
    let engine = world.shared.engine.borrow();
    let stored = messages::of_ticket(engine.store().db(), world.tickets()[0].id).expect("messages").remove(0);
    let sizes: Vec<_> = stored.attachments.iter().map(|file| file.size_bytes).collect();
    assert_eq!(sizes, [zip.len() as u64, gz.len() as u64, zip.len() as u64], "three files, and none from inside them");
}

#[test]
fn case_72_any_charset_is_text_and_one_mail_is_a_few_lines_of_log() {
    let encoded = |charset: &str, body: &[u8]| {
        let head = format!("From: budi@warga.example\nContent-Type: text/plain; charset={charset}\n\n");
        [head.as_bytes(), b"Situs diretas ", body, b"\n"].concat()
    };
    for (charset, body) in [
        ("utf-7", b"+ZeVnLIqe- +".as_slice()),
        ("utf-32le", b"\xff\xff\xff\xff\x01"),
        ("iso-2022-jp", b"\x1b$B\x1b(B\x1b$)C\x0e\x1b"),
        ("x-tidak-ada", b"\xff\xfe\x80"),
        ("us-ascii\nContent-Transfer-Encoding: base64", b"!!!! tidak base64 !!!!"),
        ("utf-8", b"\nbegin 644 a\n#0V%T\n`\nend\n=ybegin line=128 size=3 name=b\n\xa0\xa1\n=yend size=3"),
    ] {
        let mail = parse(&encoded(charset, body)).expect("readable").mail;
        assert!(!mail.text.trim().is_empty(), "{charset}");
        assert!(!mail.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{charset}: {:?}", mail.text);
    }
}

#[test]
fn case_73_a_date_that_cannot_be_moves_no_deadline() {
    for date in [
        "",
        "Mon, 23 Nov 99999999 07:30:00 +0700",
        "31 Feb 2026 07:30:00 +0700",
        "Mon, 23 Nov 2026 07:30:00 +9999",
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "Fri, 1 Jan 2099 00:00:00 +0000",
    ] {
        let mut world = World::new();
        let letter = report("budi@warga.example", "tanggal");
        world.writes(&if date.is_empty() { letter } else { letter.header("Date", date) });
        let ticket = world.tickets().remove(0);
        assert_eq!(
            (ticket.opened_at, ticket.due_at),
            (wib("2026-11-23 07:30"), Some(wib("2026-11-23 10:30"))),
            "{date}"
        );
    }
}

#[test]
fn case_74_what_names_nobody_or_nothing_is_kept_and_a_twin_is_a_mail_of_its_own() {
    let mut world = World::new();
    let long = format!("From: budi@warga.example\r\nMessage-ID: <{}@x>\r\n\r\nIsi satu.\r\n", "a".repeat(100_000));
    for raw in [
        "Subject: tanpa pengirim\r\n\r\nIsi.\r\n",
        "From: budi@warga.example\r\nSubject: tanpa isi\r\n\r\n",
        "From: budi@warga.example\r\n\r\nTanpa nomor.\r\n",
        &long,
        "From: budi@warga.example\r\nMessage-ID: <sama@x>\r\n\r\nPertama.\r\n",
        "From: evil@evil.example\r\nMessage-ID: <sama@x>\r\n\r\nLain sama sekali.\r\n",
    ] {
        world.deliver_raw(raw.as_bytes().to_vec());
    }
    world.deliver_raw(Vec::new());
    world.take_in();
    assert_eq!(world.tickets().len(), 6);
    assert!(world.server.borrow().inbox.is_empty());
    let twins = world.events().into_iter().filter(|event| event.detail["message_id_known"] == true).count();
    assert_eq!(twins, 1, "the second of the two is marked");
    assert!(world.events().iter().any(|event| event.kind == "message_held"), "nothing at all is put aside");
}

#[test]
fn case_74a_a_subject_and_addresses_made_to_be_slow_are_not() {
    let hostile = [
        format!("From: budi@warga.example\nSubject: {}\n\nisi\n", "Re: Re: [ [ [".repeat(80_000)),
        format!("From: {}\nSubject: x\n\nisi\n", "a@a@".repeat(250_000)),
        format!("From: budi@warga.example\nTo: {}\nSubject: x\n\nisi\n", "(((<\"\\,".repeat(120_000)),
        format!("From: budi@warga.example\nSubject: x\n\n{}\n", "On On On wrote: > > <a@b ".repeat(40_000)),
    ];
    for raw in &hostile {
        let begun = Instant::now();
        drop(parse(raw.as_bytes()));
        // 100 ms of a release build; a quadratic one takes minutes in any.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}: {}", begun.elapsed(), &raw[..60]);
    }
}

/// Mails of ten minutes, as trust-and-safety 2.9 counts them.
const FLOOD: usize = 10_000;
/// Mails of a flood that may be taken in before an order that came after all of them: one load.
const BEFORE_AN_ORDER: usize = 100;

/// How many tickets were opened before the first report of somebody was found valid.
fn opened_before_the_order(world: &World) -> usize {
    let events = world.events();
    let valid = events.iter().position(|event| event.kind == "valid").expect("the order was carried out");
    events[..valid].iter().filter(|event| event.kind == "ticket_opened").count()
}

#[test]
fn case_80_ten_thousand_mails_of_one_sender_are_kept_and_hold_up_no_approval() {
    let mut world = World::new();
    world.writes(&report("budi@warga.example", "satu"));
    for number in 0..FLOOD {
        world.deliver(&report("flood@luar.example", &format!("hal {number}")));
    }
    let order = world.reply(ANI, "Baru", "#valid judol tinggi dinkes");
    world.deliver(&order);
    world.take_in();
    let opened = opened_before_the_order(&world);
    assert!((1..=BEFORE_AN_ORDER).contains(&opened), "{opened} tickets were opened before the order");
    assert_eq!(world.tickets().len(), 1 + FLOOD);
    assert!(world.mailbox_of("flood@luar.example").len() <= 3);
    world.minutes(14);
    let told = world.mailbox_of(ANI).into_iter().filter(|mail| mail.subject.contains("LONJAKAN")).count();
    assert_eq!(told, 1, "one digest");
}

#[test]
fn case_81_ten_thousand_mails_of_ten_thousand_senders_are_answered_up_to_the_cap() {
    let mut world = World::new();
    world.writes(&report("budi@warga.example", "satu"));
    for number in 0..FLOOD {
        world.deliver(&report(&format!("w{number}@d{number}.example"), &format!("hal {number}")));
    }
    let order = world.reply(ANI, "Baru", "#valid judol tinggi dinkes");
    world.deliver(&order);
    world.take_in();
    let opened = opened_before_the_order(&world);
    assert!((1..=BEFORE_AN_ORDER).contains(&opened), "{opened} tickets were opened before the order");
    assert_eq!(world.tickets().len(), 1 + FLOOD);
    let outbox = world.outbox();
    let answered = outbox.iter().filter(|mail| mail.notice == "report_received").count();
    assert!(answered <= 30, "{answered}: decisions 10 allow thirty an hour, a storm none");
    let shown = outbox.iter().filter(|mail| mail.notice == "ticket_opened" && mail.recipient == ANI).count();
    assert!(shown <= 60, "{shown} notices to one analyst");
}

/// Bounces of one flood.
const BOUNCES: usize = 1_000;

#[test]
fn case_84_a_thousand_bounces_open_nothing_and_mark_who_cannot_be_reached() {
    let mut world = World::new();
    world.writes(&report("budi@warga.example", "satu"));
    world.replies(ANI, "Baru", "#tanya\nSejak kapan?");
    world.minutes(11);
    let ours = world.mailbox_of("budi@warga.example").remove(1).message_id;
    let sent = world.outbox().len();
    for number in 0..BOUNCES {
        let (about, failed) = match number {
            0 => (ours.clone(), "budi@warga.example".to_owned()),
            _ => (format!("{number}@luar.example"), format!("korban{number}@luar.example")),
        };
        world.deliver_raw(bounce(number, &about, &failed));
    }
    world.take_in();
    assert_eq!(world.tickets().len(), 1);
    let told: Vec<_> = world.outbox().split_off(sent).into_iter().map(|mail| mail.recipient).collect();
    assert_eq!(told, [ANI], "the team learns that the question did not arrive, and nobody else");
    let engine = world.shared.engine.borrow();
    let dead = |address: &str| {
        dead_addresses::contains(engine.store().db(), &address.parse().expect("an address")).expect("a look")
    };
    assert!(dead("budi@warga.example") && !dead("korban1@luar.example"), "only a bounce of our own mail says so");
}

fn bounce(number: usize, about: &str, failed: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@luar.example\r\nTo: csirt@ciamiskab.go.id\r\nMessage-ID: <b{number}@luar.example>\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\n\r\nThis is the mail system.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn case_70_an_unclosed_boundary_and_one_that_begins_another_lose_nothing() {
    let long = "b".repeat(5_000);
    let raw = |boundary: &str, body: &str| {
        format!(
            "From: budi@warga.example\nSubject: x\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\n\n{body}"
        )
    };
    let unclosed = parse(raw("b", "--b\n\nsatu\n--b\n\ndua\n").as_bytes()).expect("readable").mail;
    assert!(unclosed.text.contains("satu") && unclosed.defects.contains(&Defect::Truncated));
    let prefix = parse(raw("b", "--b\n\nsatu\n--bc\n\ndua\n--b--\n").as_bytes()).expect("readable").mail;
    assert!(prefix.text.contains("satu") && prefix.text.contains("dua"), "{}", prefix.text);
    let wide = parse(raw(&long, &format!("--{long}\n\nsatu\n--{long}--\n")).as_bytes()).expect("readable").mail;
    assert!(wide.text.contains("satu"));
}
