//! Cases 11 to 13: our own look at DKIM signatures, with real keys and a DNS of the test's own.

use siaga::domain::stage::{Disposition, Status};

use crate::office::{desk_with, refusal, report};
use crate::support::keys::{Signer, asked, dns_is_down, publish, published};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, status};
use crate::support::world::World;

const ALL: &[&str] = &["From", "To", "Subject", "Message-ID", "In-Reply-To"];

/// A desk that believes signatures alone, with a ticket.
fn desk() -> World {
    dns_is_down(false);
    let mut world = desk_with(|config| config.settings.trust.use_results = false);
    report(&mut world);
    world
}

fn order(world: &World) -> Vec<u8> {
    world.reply(ANI, "Baru", "#spam").raw()
}

fn arrives(world: &mut World, raw: Vec<u8>) -> bool {
    world.deliver_raw(raw);
    world.take_in();
    status(world) == Status::Closed(Disposition::Spam)
}

fn refused_as(raw: impl FnOnce(&World) -> Vec<u8>, finding: &str) {
    let mut world = desk();
    let raw = raw(&world);
    assert!(!arrives(&mut world, raw), "{finding}");
    let found = world.events().into_iter().rev().find_map(|event| event.detail.get("evidence").cloned());
    assert_eq!(found.expect("the logbook says what was found")["dkim"], finding);
}

#[test]
fn a_signature_of_the_very_domain_vouches_for_an_order() {
    let mut world = desk();
    let raw = Signer::of("csirt.example").sign(&order(&world));
    assert!(arrives(&mut world, raw));
}

#[test]
fn case_11_a_signature_over_a_part_of_the_text_is_none() {
    refused_as(
        |world| {
            let signer = Signer::of("csirt.example");
            signer.sign_with(&order(world), ALL, |signer| signer.body_length(true))
        },
        "weak",
    );
}

#[test]
fn case_12_a_signature_that_leaves_from_out_is_none() {
    refused_as(
        |world| Signer::of("csirt.example").sign_with(&order(world), &["To", "Subject"], |signer| signer),
        "weak",
    );
}

#[test]
fn case_12_sha_1_is_none() {
    refused_as(
        |world| {
            let signed = Signer::of("csirt.example").sign(&order(world));
            String::from_utf8(signed).expect("text").replace("a=rsa-sha256", "a=rsa-sha1").into_bytes()
        },
        "weak",
    );
}

#[test]
fn case_12_a_key_of_512_bits_is_none() {
    refused_as(
        |world| {
            let signed = Signer::of("csirt.example").sign(&order(world));
            let short = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALBa4rj34HXWlkc8VS8x8n3oXk5y1pWm3W4mH2vCkR7d\
                         Hq0d9Zl4yQkz5m0pC6w8b2a1mS9lq5nX7u3e0gkCAwEAAQ==";
            publish("csirt.example", &format!("v=DKIM1; k=rsa; p={short}"));
            signed
        },
        "weak",
    );
}

#[test]
fn case_12_an_expired_signature_is_none() {
    refused_as(
        |world| {
            let signed = Signer::of("csirt.example").sign_with(&order(world), ALL, |signer| signer.expiration(1));
            let signed = String::from_utf8(signed).expect("text");
            // The library counts from the machine's clock; the story plays at its own time.
            let from = signed.find("x=").expect("x=");
            let end = from + signed[from..].find(';').expect("its end");
            format!("{}x=1700000000{}", &signed[..from], &signed[end..]).into_bytes()
        },
        "expired",
    );
}

#[test]
fn case_13_a_signature_of_another_domain_is_none_though_it_is_good() {
    refused_as(|world| Signer::of("other.example").sign(&order(world)), "other_domain");
}

#[test]
fn a_signature_of_the_domain_above_is_not_one_of_the_domain() {
    refused_as(|world| Signer::of("example").sign(&order(world)), "other_domain");
}

#[test]
fn a_withdrawn_key_signs_nothing() {
    refused_as(
        |world| {
            let signed = Signer::of("csirt.example").sign(&order(world));
            publish("csirt.example", "v=DKIM1; p=");
            signed
        },
        "no_key",
    );
}

/// RFC 6376 section 3.6.1: whoever only tries signing out vouches for nothing.
#[test]
fn a_key_in_test_mode_vouched_for_an_order() {
    for flags in ["y", "s:y", " Y "] {
        refused_as(
            |world| {
                let signer = Signer::of("csirt.example");
                publish("csirt.example", &format!("{}; t={flags}", published("csirt.example")));
                signer.sign(&order(world))
            },
            "weak",
        );
    }
}

#[test]
fn an_order_that_was_changed_after_it_was_signed_is_denied() {
    let mut world = desk();
    let harmless = world.reply(ANI, "Baru", "#ambil").raw();
    let signed = Signer::of("csirt.example").sign(&harmless);
    let changed = String::from_utf8(signed).expect("text").replace("#ambil", "#spam");
    assert!(!arrives(&mut world, changed.into_bytes()));
    assert_eq!(refusal(&world, "evidence")["dkim"], "altered");
    assert_eq!(refusal(&world, "verdict"), "explain");
}

#[test]
fn a_report_that_a_list_changed_is_answered_as_one_nobody_vouches_for() {
    let mut world = desk();
    let letter = Letter::from("Siti <siti@warga.example>").subject("Situs diretas").text("Halaman berubah.");
    let signed = Signer::of("warga.example").sign(&letter.raw());
    let changed = [signed.as_slice(), b"-- \r\nDikirim lewat milis\r\n"].concat();
    assert!(!arrives(&mut world, changed));
    let told = world.mailbox_of("siti@warga.example").pop().expect("acknowledged");
    assert!(!told.subject.contains("Situs diretas") && !told.words().contains("Siti"), "{}", told.text);
    let notice = world.latest(ANI, "Situs diretas").words();
    assert!(notice.contains("tanda tangan domain (DKIM) tidak cocok"), "{notice}");
}

#[test]
fn a_signed_report_is_acknowledged_in_its_own_words() {
    let mut world = desk();
    let letter = Letter::from("Siti <siti@warga.example>").subject("Situs diretas").text("Halaman berubah.");
    let signed = Signer::of("warga.example").sign(&letter.raw());
    arrives(&mut world, signed);
    let told = world.mailbox_of("siti@warga.example").pop().expect("acknowledged");
    assert!(told.subject.contains("Situs diretas") && told.words().contains("Yth. Siti"), "{}", told.text);
    let notice = world.latest(ANI, "Situs diretas").words();
    assert!(notice.contains("dibenarkan oleh domain pengirim (DKIM)"), "{notice}");
}

#[test]
fn an_order_waits_for_the_dns_and_a_report_does_not() {
    let mut world = desk();
    let signer = Signer::of("csirt.example");
    let raw = signer.sign(&order(&world));
    dns_is_down(true);
    let letter = Letter::from("Siti <siti@warga.example>").subject("Situs diretas").text("Halaman berubah.");
    world.deliver_raw(Signer::of("warga.example").sign(&letter.raw()));
    assert!(!arrives(&mut world, raw), "nothing passes while the DNS is away");
    assert_eq!(world.mailbox_of("siti@warga.example").len(), 1);
    // It is tried again and again, and no attempt is counted against it.
    for _ in 0..10 {
        world.take_in();
    }
    assert_eq!(status(&world), Status::New);
    dns_is_down(false);
    world.take_in();
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
}

#[test]
fn an_order_waits_a_day_and_then_nobody_vouches_for_it() {
    let mut world = desk();
    let raw = Signer::of("csirt.example").sign(&order(&world));
    dns_is_down(true);
    world.deliver_raw(raw);
    world.take_in();
    world.sleep_until("2026-11-24 07:29");
    world.take_in();
    assert!(world.outbox().iter().all(|mail| mail.notice != "code_requested"));
    world.sleep_until("2026-11-24 07:31");
    world.take_in();
    assert_eq!(status(&world), Status::New);
    assert!(world.outbox().iter().any(|mail| mail.notice == "code_requested"), "as for any mail without evidence");
    dns_is_down(false);
}

#[test]
fn a_stranger_cannot_make_us_ask_the_dns_for_everything_he_likes() {
    let mut world = desk();
    let before = asked();
    let other = Signer::of("other.example").sign(&order(&world));
    let many = (0..200).fold(other, |raw, number| Signer::header(&format!("d{number}.example"), &raw));
    arrives(&mut world, many);
    assert_eq!(asked(), before, "only the domain of From is asked for its key");
}
