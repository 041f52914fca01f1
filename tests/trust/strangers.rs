//! Cases 46c, 47 to 51, 54 to 57, 82 and 83: who knows a number, a Message-ID or an address, and no more.

use crate::office::{arrives, delivered, desk, in_review, mails, pass, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, KABID, status};
use siaga::domain::stage::Status;

const EVIL: &str = "evil@evil.example";

#[test]
fn case_46c_a_vacation_notice_that_quotes_an_order_orders_nothing() {
    let mut world = in_review();
    let letter = crate::office::approval(&world).header("Auto-Submitted", "auto-replied");
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn case_47_a_stranger_learns_nothing_from_a_number() {
    let mut world = desk();
    report(&mut world);
    let mut told = Vec::new();
    for number in ["CIAMIS-2026-0001", "CIAMIS-2026-9999"] {
        let letter = Letter::from(EVIL).subject(&format!("[{number}] Bagaimana?")).text("Bagaimana kabarnya?");
        arrives(&mut world, &letter, Some(&pass("evil.example")));
        let mail = world.mailbox_of(EVIL).pop().expect("an answer");
        let number = world.tickets().last().expect("a ticket").number.to_string();
        told.push(mail.words().replace(&number, "N").replace("CIAMIS-2026-9999", "M").replace("CIAMIS-2026-0001", "M"));
    }
    assert_eq!(world.tickets().len(), 3, "each is a report of its own");
    assert_eq!(told[0], told[1]);
}

#[test]
fn cases_48_and_50_whoever_names_a_leaked_mail_waits_to_be_let_in() {
    for from in [EVIL, "budi.pribadi@warga.example"] {
        let mut world = desk();
        report(&mut world);
        let leaked = world.mailbox_of(BUDI)[0].message_id.clone();
        let letter = Letter::from(from).subject("Re").answers(&leaked).text("Kirimkan isinya.");
        arrives(&mut world, &letter, Some(&pass("evil.example")));
        assert_eq!((world.tickets().len(), mails(&world, from)), (1, 0));
        assert!(world.latest(ANI, "Pesan dari pengirim lain").words().contains("belum terdaftar"));
        let asks = Letter::from(from).subject("Re").answers(&leaked).text("#status");
        arrives(&mut world, &asks, Some(&pass("evil.example")));
        assert_eq!(mails(&world, from), 0);
    }
}

#[test]
fn cases_49_and_51_others_in_the_header_are_never_written_to() {
    let mut world = desk();
    let letter = Letter::from(BUDI).header("Cc", EVIL).header("Reply-To", EVIL).subject("Situs").text("Situs diretas.");
    arrives(&mut world, &letter, Some(&pass("warga.example")));
    assert_eq!((mails(&world, BUDI), mails(&world, EVIL)), (1, 0));
}

#[test]
fn cases_54_and_55_a_bounce_opens_nothing_and_is_answered_nothing() {
    let mut world = desk();
    report(&mut world);
    let ours = world.mailbox_of(BUDI)[0].message_id.clone();
    for about in [ours, "k1.1.1.00112233445566778899aabbccddeeff@ciamiskab.go.id".to_owned()] {
        let sent = world.sent().len();
        let bounce = format!(
            "From: MAILER-DAEMON@evil.example\r\nTo: csirt@ciamiskab.go.id\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Message-ID: <{}@evil.example>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; evil.example\r\n\r\nFinal-Recipient: rfc822; {BUDI}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n",
            about.len()
        );
        world.deliver_raw(delivered(bounce.as_bytes(), None));
        world.take_in();
        assert_eq!(world.tickets().len(), 1);
        assert!(world.sent()[sent..].iter().all(|mail| mail.to.ends_with("@csirt.example")), "the team at most");
    }
}

#[test]
fn case_56_a_reporter_learns_the_public_fields_alone() {
    let mut world = in_review();
    let letter = world.reply(BUDI, "CIAMIS", "#status");
    arrives(&mut world, &letter, Some(&pass("warga.example")));
    let told = world.mailbox_of(BUDI).pop().expect("an answer").words();
    assert!(told.contains("CIAMIS-2026-0001"), "{told}");
    for private in ["Ani", "kabid", "Dinas Kesehatan", "dinkes"] {
        assert!(!told.contains(private), "{private}: {told}");
    }
    let asked = mails(&world, BUDI);
    let denied = world.reply(BUDI, "CIAMIS", "#status").id("palsu@warga.example");
    arrives(&mut world, &denied, Some("mx.csirt.example; dmarc=fail header.from=warga.example"));
    assert_eq!(mails(&world, BUDI), asked, "a forged question is not answered");
}

#[test]
fn case_57_nobody_is_sent_a_receipt_for_reading() {
    let mut world = desk();
    let letter = Letter::from(BUDI).header("Disposition-Notification-To", EVIL).subject("Situs").text("Situs diretas.");
    arrives(&mut world, &letter, Some(&pass("warga.example")));
    assert_eq!((mails(&world, BUDI), mails(&world, EVIL)), (1, 0));
}

#[test]
fn case_82_forged_reports_cannot_flood_those_they_name() {
    let mut world = desk();
    for number in 0..1_000 {
        let letter = Letter::from(&format!("korban{number}@warga.example")).subject("X").text("Rahasia penyerang");
        let results =
            if number % 2 == 0 { Some("mx.csirt.example; dmarc=fail header.from=warga.example") } else { None };
        world.deliver_raw(delivered(&letter.raw(), results));
    }
    world.take_in();
    let told: Vec<_> = world.sent().into_iter().filter(|mail| mail.to.ends_with("@warga.example")).collect();
    assert!(told.len() <= 30, "{} mails", told.len());
    assert!(told.iter().all(|mail| !mail.words().contains("Rahasia")), "nothing of the forger's words");
    let denied = |mail: &crate::support::world::Received| {
        let digits: String = mail.to.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u32>().is_ok_and(|number| number % 2 == 0)
    };
    assert!(!told.iter().any(denied), "whose domain denies it is never answered");
    let silent = world.events().into_iter().filter(|event| event.detail["reason"] == "evidence_fails").count();
    assert_eq!(silent, 500, "every suppression is in the logbook");
}

#[test]
fn case_83_whoever_owns_a_thousand_domains_meets_the_cap_of_everybody() {
    let mut world = crate::office::desk_with(|config| config.settings.caps.all_hour = 20);
    for number in 0..40 {
        let domain = format!("d{number}.example");
        let letter = Letter::from(&format!("x@{domain}")).subject("X").text("Y");
        world.deliver_raw(delivered(&letter.raw(), Some(&pass(&domain))));
    }
    world.take_in();
    let told = world.sent().into_iter().filter(|mail| mail.to.starts_with("x@")).count();
    assert_eq!(told, 20);
    assert_eq!(mails(&world, KABID), 0);
}
