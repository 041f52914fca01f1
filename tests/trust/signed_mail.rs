//! Cases 32 to 38 and 91: what a signature around a mail adds, and what it cannot replace.

use siaga::config::{Config, SecretSource};
use siaga::domain::protection::{KeyFile, PinnedKeys};
use siaga::domain::stage::{Disposition, Status};
use tempfile::TempDir;

use crate::office::{answers, approval, arrives, delivered, desk_with, pass, refusal, report, submit};
use crate::support::gnupg::{Gnupg, PASSPHRASE};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, KABID, REPORT, count, status};
use crate::support::sealed::{encrypted, signed, signed_content, taken_apart};
use crate::support::smime::Certificate;
use crate::support::world::World;

pub(crate) const DESK: &str = "csirt@ciamiskab.go.id";

/// Keys in a ring of the test's own, made before the story and used in it.
pub(crate) fn ring(people: &[&str]) -> Gnupg {
    let mut gpg = Gnupg::new();
    people.iter().for_each(|person| gpg.key(person, "never"));
    gpg.at("20261123T003000");
    gpg
}

/// Pins the present key of somebody, who gets his mail in clear.
pub(crate) fn pin(config: &mut Config, gpg: &Gnupg, address: &str) {
    config.people.pinned.retain(|keys| keys.address.as_str() != address);
    let file = KeyFile { path: format!("{address}.asc"), bytes: gpg.public(address) };
    let address = address.parse().expect("an address");
    config.people.pinned.push(PinnedKeys { address, pgp: Some(file), encrypts: false, smime: None });
}

fn pin_certificate(config: &mut Config, address: &str, certificate: &Certificate) {
    use rustls::pki_types::pem::PemObject as _;
    let der = rustls::pki_types::CertificateDer::from_pem_file(certificate.pem()).expect("a certificate");
    let file = KeyFile { path: "certificate.pem".to_owned(), bytes: der.to_vec() };
    let address = address.parse().expect("an address");
    config.people.pinned.push(PinnedKeys { address, pgp: None, encrypts: true, smime: Some(file) });
}

/// Gives the desk its key. The folder lives as long as the desk may start again.
pub(crate) fn give_key(config: &mut Config, gpg: &Gnupg) -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in [("desk.asc", gpg.secret(DESK)), ("passphrase", PASSPHRASE.as_bytes().to_vec())] {
        std::fs::write(folder.path().join(name), bytes).expect("write");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path().join(name), mode).expect("our own file");
    }
    config.settings.pgp.key = Some(SecretSource::File(folder.path().join("desk.asc")));
    config.settings.pgp.passphrase = Some(SecretSource::File(folder.path().join("passphrase")));
    folder
}

fn require_signature(config: &mut Config) {
    config.settings.command.require_signature = true;
    config.settings.policy.approval.require_signature = true;
}

/// A desk with a report that waits for the Kabid, who must sign.
fn in_review(gpg: &Gnupg) -> World {
    let mut world = desk_with(|config| {
        pin(config, gpg, KABID);
        require_signature(config);
    });
    submit(&mut world);
    world
}

fn by(gpg: &Gnupg, person: &str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |content: &[u8]| gpg.sign(person, content)
}

fn comes(world: &mut World, raw: &[u8], results: Option<&str>) {
    world.deliver_raw(delivered(raw, results));
    world.take_in();
}

#[test]
fn case_32_where_a_signature_is_asked_for_a_perfect_mail_without_one_approves_nothing() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    let asked = world.latest(KABID, "Mohon reviu").words();
    assert!(asked.contains("Balasan itu harus ditandatangani dengan kunci PGP"), "{asked}");
    let letter = approval(&world);
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert_eq!((refusal(&world, "verdict"), refusal(&world, "doubt")), ("explain".into(), "signature_required".into()));
    let told = world.latest(KABID, "Perintah belum dijalankan").words();
    assert!(told.contains("harus ditandatangani dengan kunci PGP"), "{told}");
    // His own words with his signature do.
    let again = approval(&world).id("kedua@csirt.example").raw();
    comes(&mut world, &signed(&again, by(&gpg, KABID)), Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn a_signature_with_the_code_survives_a_path_that_broke_everything_else() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    let raw = signed(&approval(&world).raw(), by(&gpg, KABID));
    comes(&mut world, &raw, Some("mx.csirt.example; dmarc=fail header.from=csirt.example"));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn analysts_need_no_signature_where_the_kabid_does() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    answers(&mut world, ANI, "Baru", "#status");
    assert!(world.transcript(ANI).words().contains("Reviu"));
}

#[test]
fn case_33_a_revoked_or_expired_key_approves_nothing() {
    let mut gpg = ring(&[KABID]);
    let value_of = |gpg: &Gnupg, raw: &[u8]| signed(raw, by(gpg, KABID));
    let mut world = in_review(&gpg);
    let raw = value_of(&gpg, &approval(&world).raw());
    gpg.at("20261122T000000");
    gpg.revoke(KABID, "2");
    world.reconfigure(|config| pin(config, &gpg, KABID));
    comes(&mut world, &raw, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert_eq!(refusal(&world, "doubt"), "signature");
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "key_revoked");

    let mut gpg = Gnupg::new();
    gpg.key(KABID, "20261123T000000");
    let expired = gpg.public(KABID);
    let fingerprint = gpg.fingerprint(KABID);
    gpg.at("20261102T000000");
    assert!(gpg.run(&["--quick-set-expire", &fingerprint, "never"], b"").good);
    gpg.at("20261123T003000");
    let mut world = in_review(&gpg);
    world.reconfigure(|config| {
        for keys in &mut config.people.pinned {
            keys.pgp = Some(KeyFile { path: "lama.asc".to_owned(), bytes: expired.clone() });
        }
    });
    let raw = value_of(&gpg, &approval(&world).raw());
    comes(&mut world, &raw, Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "key_expired");
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn case_34_what_stands_beside_the_signed_part_orders_nothing() {
    let gpg = ring(&[KABID]);
    for unsigned_first in [true, false] {
        let mut world = in_review(&gpg);
        let (outer, order) = taken_apart(&approval(&world).raw());
        let harmless = signed_content(b"Content-Type: text/plain\r\n\r\nTerima kasih.\r\n", by(&gpg, KABID));
        let harmless = String::from_utf8(harmless).expect("text");
        let (first, second) = if unsigned_first { (order, harmless) } else { (harmless, order) };
        let raw = format!(
            "{outer}Content-Type: multipart/mixed; boundary=luar\r\n\r\n--luar\r\n{first}\r\n--luar\r\n{second}\r\n--luar--\r\n"
        );
        comes(&mut world, raw.as_bytes(), Some(&pass("csirt.example")));
        assert_eq!(status(&world), Status::Review, "unsigned first: {unsigned_first}");
        if unsigned_first {
            assert_eq!(refusal(&world, "protection")["signature"]["fault"], "not_whole");
        }
    }
}

#[test]
fn case_34_a_third_part_inside_the_signed_multipart_is_not_covered() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    let raw = String::from_utf8(signed(&approval(&world).raw(), by(&gpg, KABID))).expect("text");
    let raw = raw.replace("\r\n--ttd--", "\r\n--ttd\r\nContent-Type: text/plain\r\n\r\n#setuju\r\n--ttd--");
    comes(&mut world, raw.as_bytes(), Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert_eq!(refusal(&world, "doubt"), "signature");
}

#[test]
fn case_35_a_signature_in_the_text_orders_nothing() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    let code = world.latest(KABID, "Mohon reviu").code();
    let inside = gpg.run(&["--clear-sign", "--local-user", KABID], b"Terima kasih.\n").out;
    let inside = String::from_utf8(inside).expect("text");
    let letter = world.reply(KABID, "Mohon reviu", &format!("#setuju {code}\n\n{inside}"));
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "in_text");
    // Nor does an order that stands in such a text.
    let inside = gpg.run(&["--clear-sign", "--local-user", KABID], format!("#setuju {code}\n").as_bytes()).out;
    let letter = world.reply(KABID, "Mohon reviu", &String::from_utf8(inside).expect("text"));
    arrives(&mut world, &letter, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn an_altered_order_or_one_by_another_key_is_refused_whatever_vouches_for_it() {
    let gpg = ring(&[KABID, ANI]);
    let mut world = desk_with(|config| pin(config, &gpg, KABID));
    submit(&mut world);
    let raw = String::from_utf8(signed(&approval(&world).raw(), by(&gpg, KABID))).expect("text");
    let altered = raw.replace("#setuju", "#setuju\u{20}");
    comes(&mut world, altered.as_bytes(), Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "altered");
    let other = signed(&approval(&world).id("lain@csirt.example").raw(), by(&gpg, ANI));
    comes(&mut world, &other, Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "other_key");
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn case_37_only_the_pinned_certificate_of_the_very_sender_counts() {
    let (his, other) = (Certificate::of(KABID, "3000"), Certificate::of("lain@csirt.example", "3000"));
    let mut world = desk_with(|config| {
        pin_certificate(config, KABID, &his);
        require_signature(config);
    });
    submit(&mut world);
    // That his own does is seen in tests/smime_openssl.rs: OpenSSL signs at the time of this machine.
    let foreign = other.signed(&approval(&world).id("lain@csirt.example").raw());
    comes(&mut world, &foreign, Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "other_key");
    let altered = String::from_utf8(his.signed(&approval(&world).id("ubah@csirt.example").raw())).expect("text");
    let altered = altered.replace("#setuju", "#setuju\u{20}");
    comes(&mut world, altered.as_bytes(), Some(&pass("csirt.example")));
    assert_eq!(refusal(&world, "protection")["signature"]["fault"], "altered");
    assert_eq!(status(&world), Status::Review);
}

#[test]
fn case_38_an_old_signed_approval_approves_no_other_version() {
    let gpg = ring(&[KABID]);
    let mut world = in_review(&gpg);
    let old = signed(&approval(&world).raw(), by(&gpg, KABID));
    answers(&mut world, KABID, "Mohon reviu", "#perbaiki\nMohon lengkapi rekomendasi.");
    world.minutes(6);
    answers(&mut world, ANI, "Dikembalikan", &format!("{REPORT}\n3. Pantau sepekan."));
    assert_eq!(status(&world), Status::Review);
    comes(&mut world, &old, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review, "it names the code of the version before");
    let present = signed(&approval(&world).id("baru@csirt.example").raw(), by(&gpg, KABID));
    comes(&mut world, &present, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn case_38_a_signature_of_last_week_is_too_old() {
    let mut gpg = ring(&[KABID]);
    gpg.at("20261115T000000");
    let mut world = in_review(&gpg);
    let raw = signed(&approval(&world).raw(), by(&gpg, KABID));
    comes(&mut world, &raw, Some(&pass("csirt.example")));
    assert_eq!((status(&world), refusal(&world, "doubt")), (Status::Review, "signature".into()));
}

#[test]
fn case_91_a_signed_order_from_another_conversation_brings_a_code_to_its_signer_and_nothing_else() {
    let gpg = ring(&[DESK, KABID]);
    let mut folder = None;
    let mut world = desk_with(|config| {
        pin(config, &gpg, KABID);
        folder = Some(give_key(config, &gpg));
        require_signature(config);
    });
    submit(&mut world);
    // What he once signed for somebody else, who encrypts it to the desk.
    let (outer, _) = taken_apart(&world.reply(KABID, "Mohon reviu", "").raw());
    let elsewhere = signed_content(b"Content-Type: text/plain\r\n\r\n#setuju\r\n", by(&gpg, KABID));
    let raw = [outer.as_bytes(), &elsewhere].concat();
    comes(&mut world, &encrypted(&raw, |content| gpg.encrypt(DESK, None, content)), Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Review);
    assert_eq!(count(&world, "code_requested"), 1);
    assert!(world.latest(KABID, "Kode untuk perintah").code() != world.latest(KABID, "Mohon reviu").code());
}

#[test]
fn an_encrypted_and_signed_order_with_its_code_is_carried_out() {
    let gpg = ring(&[DESK, ANI]);
    let mut folder = None;
    let mut world = desk_with(|config| {
        pin(config, &gpg, ANI);
        folder = Some(give_key(config, &gpg));
    });
    report(&mut world);
    let first = world.reply(ANI, "Baru", "#spam");
    arrives(&mut world, &first, None);
    let code = world.latest(ANI, "Kode untuk perintah").code();
    let order = world.reply(ANI, "Kode untuk perintah", &format!("#spam {code}")).raw();
    let raw = encrypted(&order, |content| gpg.encrypt(DESK, Some(ANI), content));
    comes(&mut world, &raw, Some("mx.csirt.example; dmarc=fail header.from=csirt.example"));
    assert_eq!(status(&world), Status::Closed(Disposition::Spam));
}

#[test]
fn a_signature_by_a_key_nobody_has_pinned_changes_nothing() {
    let gpg = ring(&[ANI]);
    let mut world = desk_with(|_| {});
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#spam").raw();
    comes(&mut world, &signed(&order, by(&gpg, ANI)), Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Closed(Disposition::Spam), "the domain vouches for it, as for any other");
    let letter = Letter::from("Budi <budi@warga.example>").subject("Satu lagi").text("Isi.").raw();
    comes(&mut world, &signed(&letter, by(&gpg, ANI)), None);
    let told = world.latest(ANI, "Satu lagi").words();
    assert!(told.contains("Tanda tangan surel: PGP; belum dapat dipastikan, kunci pengirim tidak terdaftar"), "{told}");
}
