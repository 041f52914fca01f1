//! OpenPGP made by GnuPG and read here, and the other way round; and what is not opened.

mod support;

use siaga::domain::Time;
use siaga::domain::protection::{Closed, MailSignature, MailSignatureFault};
use siaga::openpgp::outgoing::protected;
use siaga::openpgp::{DeskKey, KeyFault, PublicKey};

use support::gnupg::{Gnupg, PASSPHRASE};

const DESK: &str = "csirt@ciamiskab.go.id";
const BUDI: &str = "budi@warga.example";
const LIMIT: usize = 1 << 20;

/// Desk and Budi in one ring, each with a key that never runs out.
fn ring() -> Gnupg {
    let gpg = Gnupg::new();
    gpg.key(DESK, "never");
    gpg.key(BUDI, "never");
    gpg
}

fn desk_key(gpg: &Gnupg) -> DeskKey {
    DeskKey::read(&gpg.secret(DESK), PASSPHRASE).expect("the desk's key")
}

fn pinned(gpg: &Gnupg, address: &str) -> PublicKey {
    PublicKey::read(&gpg.public(address)).expect("a public key")
}

fn at(text: &str) -> Time {
    text.parse().expect("a time")
}

fn fault(signature: &MailSignature) -> Option<MailSignatureFault> {
    match signature {
        MailSignature::Faulty { fault, .. } => Some(*fault),
        MailSignature::None | MailSignature::Pinned { .. } | MailSignature::Unknown { .. } => None,
    }
}

#[test]
fn what_gnupg_encrypts_is_opened_and_its_signature_known() {
    let mut gpg = ring();
    gpg.at("20261123T030000");
    let (desk, budi) = (desk_key(&gpg), pinned(&gpg, BUDI));
    let message = gpg.encrypt(DESK, Some(BUDI), b"Content-Type: text/plain\r\n\r\nisi\r\n");
    let opened = desk.open(&message, Some(&budi), LIMIT).expect("opened");
    assert_eq!(opened.content, b"Content-Type: text/plain\r\n\r\nisi\r\n");
    let MailSignature::Pinned { signed_at, key, .. } = opened.signature else { panic!("{:?}", opened.signature) };
    assert_eq!((signed_at, key), (at("2026-11-23T03:00:00Z"), gpg.fingerprint(BUDI)));
    let unsigned = desk.open(&gpg.encrypt(DESK, None, b"isi"), Some(&budi), LIMIT).expect("opened");
    assert_eq!(unsigned.signature, MailSignature::None);
    let stranger = desk.open(&message, None, LIMIT).expect("opened");
    assert!(matches!(stranger.signature, MailSignature::Unknown { .. }), "{:?}", stranger.signature);
}

#[test]
fn every_usual_kind_of_key_and_cipher_is_read() {
    let gpg = Gnupg::new();
    gpg.key_of(DESK, ("rsa3072", "rsa3072"), "never");
    gpg.key_of("kurva@warga.example", ("nistp256", "nistp256"), "never");
    let desk = desk_key(&gpg);
    for cipher in ["AES256", "AES", "TWOFISH", "CAMELLIA256"] {
        for compression in ["none", "zip", "zlib", "bzip2"] {
            let options = ["--cipher-algo", cipher, "--compress-algo", compression];
            let message = gpg.encrypt_with(&options, DESK, Some("kurva@warga.example"), b"isi");
            let opened = desk.open(&message, Some(&pinned(&gpg, "kurva@warga.example")), LIMIT).expect(cipher);
            assert_eq!(opened.content, b"isi", "{cipher} {compression}");
            assert!(matches!(opened.signature, MailSignature::Pinned { .. }), "{:?}", opened.signature);
        }
    }
}

#[test]
fn case_90_nothing_is_opened_that_could_have_been_changed() {
    let gpg = ring();
    let desk = desk_key(&gpg);
    let bare = gpg.encrypt_with(&["--rfc2440", "--cipher-algo", "3DES"], DESK, None, b"rahasia besar");
    assert_eq!(desk.open(&bare, None, LIMIT).err(), Some(Closed::NoIntegrity));
    let whole = gpg.run(&["--dearmor"], &gpg.encrypt(DESK, None, &b"rahasia besar ".repeat(500))).out;
    for place in [40, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        let armoured = gpg.run(&["--enarmor"], &damaged).out;
        let armoured = String::from_utf8(armoured).expect("ASCII").replace("ARMORED FILE", "MESSAGE");
        assert!(desk.open(armoured.as_bytes(), None, LIMIT).is_err(), "octet {place}");
    }
    let cut = &whole[..whole.len() - 200];
    let armoured = String::from_utf8(gpg.run(&["--enarmor"], cut).out).expect("ASCII");
    assert!(desk.open(armoured.replace("ARMORED FILE", "MESSAGE").as_bytes(), None, LIMIT).is_err());
    assert_eq!(desk.open(&gpg.encrypt(BUDI, None, b"x"), None, LIMIT).err(), Some(Closed::OtherKey));
    assert_eq!(desk.open(b"-----BEGIN PGP MESSAGE-----\n\n!!!!\n", None, LIMIT).err(), Some(Closed::Damaged));
}

#[test]
fn torn_and_twisted_messages_keys_and_signatures_stop_nobody() {
    let gpg = ring();
    let (desk, budi) = (desk_key(&gpg), pinned(&gpg, BUDI));
    let message = gpg.encrypt(DESK, Some(BUDI), &b"rahasia besar ".repeat(30));
    let (key, value) = (gpg.public(BUDI), gpg.sign(BUDI, b"isi"));
    for place in (60..message.len().max(key.len())).step_by(7) {
        let twisted = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place % bytes.len();
            // Another letter of the same alphabet: the armour stays, what it holds does not.
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            bytes
        };
        let cut = |bytes: &[u8]| bytes[..place.min(bytes.len() - 60)].to_vec();
        for message in [twisted(&message), cut(&message)] {
            if let Ok(opened) = desk.open(&message, Some(&budi), LIMIT) {
                assert_eq!(opened.content, b"rahasia besar ".repeat(30), "nothing but the whole: octet {place}");
            }
        }
        for key in [twisted(&key), cut(&key)] {
            if let Ok(key) = PublicKey::read(&key) {
                assert_eq!(key.fingerprint(), budi.fingerprint(), "octet {place}");
            }
        }
        for value in [twisted(&value), cut(&value)] {
            assert!(!matches!(budi.check_detached(&value, b"lain"), MailSignature::Pinned { .. }), "octet {place}");
        }
    }
}

#[test]
fn what_unpacks_to_more_than_the_limit_stays_closed() {
    let gpg = ring();
    let desk = desk_key(&gpg);
    let bomb = gpg.encrypt_with(&["--compress-algo", "bzip2"], DESK, None, &vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert_eq!(desk.open(&bomb, None, LIMIT).err(), Some(Closed::TooLarge));
}

/// A message with those packets before its own.
fn with_recipients(gpg: &Gnupg, message: &[u8], recipients: &[u8]) -> Vec<u8> {
    let own = gpg.run(&["--dearmor"], message).out;
    let all = gpg.run(&["--enarmor"], &[recipients, &own].concat()).out;
    String::from_utf8(all).expect("ASCII").replace("ARMORED FILE", "MESSAGE").into_bytes()
}

/// A packet that says a session key is for the key of that number, RSA of 3072 bits (RFC 9580 5.1.1).
fn recipient(key_id: [u8; 8], filling: u8) -> Vec<u8> {
    let body =
        [&[3], key_id.as_slice(), &[1], &3071_u16.to_be_bytes(), &[0x40 | filling >> 2], &[filling; 383]].concat();
    let length = u16::try_from(body.len()).expect("two octets").to_be_bytes();
    [&[0x85], length.as_slice(), &body].concat()
}

#[test]
fn thousands_of_recipients_held_up_the_intake() {
    let gpg = Gnupg::new();
    gpg.key_of(DESK, ("rsa3072", "rsa3072"), "never");
    let desk = desk_key(&gpg);
    let message = gpg.encrypt(DESK, None, b"isi");
    let packets = gpg.run(&["--dearmor"], &message).out;
    let ours: [u8; 8] = packets[4..12].try_into().expect("the number of our key");
    let hidden = gpg.encrypt_with(&["--throw-keyids"], DESK, None, b"isi");
    let check = |message: &[u8], key_id: [u8; 8], count: usize, expected: Result<Vec<u8>, Closed>| {
        let many: Vec<u8> = (0..count).flat_map(|at| recipient(key_id, (at % 250) as u8)).collect();
        let message = with_recipients(&gpg, message, &many);
        let begun = std::time::Instant::now();
        let opened = desk.open(&message, None, LIMIT).map(|opened| opened.content);
        let took = begun.elapsed();
        assert_eq!(opened, expected, "{count} for {key_id:?}");
        assert!(took < std::time::Duration::from_secs(5), "{count} for {key_id:?} took {took:?}");
    };
    let isi = || Ok(b"isi".to_vec());
    // A few others, hidden or not, are the mail of people.
    check(&message, [0; 8], 200, isi());
    check(&hidden, [0; 8], 3, isi());
    check(&message, ours, 15, isi());
    check(&message, [7; 8], 299, isi());
    let many = [(&hidden, [0; 8], 4), (&hidden, [0; 8], 6000), (&message, ours, 16), (&message, ours, 6000)];
    for (message, key_id, count) in many.into_iter().chain([(&message, [7; 8], 300), (&message, [0; 8], 6000)]) {
        check(message, key_id, count, Err(Closed::TooManyRecipients));
    }
}

#[test]
fn a_message_signed_hundreds_of_times_is_not_read_hundreds_of_times() {
    let gpg = ring();
    let desk = desk_key(&gpg);
    let whole = gpg.run(&["--sign", "--local-user", BUDI, "--compress-algo", "none"], b"isi").out;
    // The packet that announces the signature: 15 octets by now.
    let announced = &whole[..15];
    assert_eq!((announced[0], announced[1]), (0x90, 13), "a one-pass signature");
    let check = |count: usize, opens: bool| {
        let more: Vec<u8> = announced.repeat(count).into_iter().chain(whole.iter().copied()).collect();
        let options = ["--no-literal", "--compress-algo", "none"];
        let message = gpg.encrypt_with(&options, DESK, None, &more);
        let opened = desk.open(&message, None, LIMIT);
        assert_eq!(opened.is_ok(), opens, "{count}: {opened:?}");
    };
    check(0, true);
    check(1000, false);
}

#[test]
fn case_33_a_key_counts_while_it_may_be_used() {
    let mut gpg = Gnupg::new();
    gpg.key(BUDI, "20261110T000000");
    gpg.at("20261105T030000");
    let signed = b"Content-Type: text/plain\r\n\r\n#setuju\r\n";
    let value = gpg.sign(BUDI, signed);
    assert!(matches!(pinned(&gpg, BUDI).check_detached(&value, signed), MailSignature::Pinned { .. }));
    gpg.at("20261112T030000");
    let late = gpg.run(&["--armor", "--detach-sign", "--local-user", BUDI, "--ignore-valid-from"], signed);
    assert!(!late.good, "GnuPG itself refuses");
    let key = pinned(&gpg, BUDI);
    assert!(key.can_sign(at("2026-11-09T00:00:00Z")) && !key.can_sign(at("2026-11-10T00:00:00Z")));
    assert_eq!(key.ends_at(), Some(at("2026-11-10T00:00:00Z")));
    // Made as if the key were longer, and checked with the key as it is pinned.
    let pinned_before = gpg.public(BUDI);
    gpg.at("20261106T000000");
    let fingerprint = gpg.fingerprint(BUDI);
    assert!(gpg.run(&["--quick-set-expire", &fingerprint, "never"], b"").good);
    gpg.at("20261112T030000");
    let value = gpg.sign(BUDI, signed);
    let before = PublicKey::read(&pinned_before).expect("the pinned key");
    assert_eq!(fault(&before.check_detached(&value, signed)), Some(MailSignatureFault::KeyExpired));
    assert!(matches!(pinned(&gpg, BUDI).check_detached(&value, signed), MailSignature::Pinned { .. }));
}

#[test]
fn case_33_a_compromised_key_has_never_signed_and_a_replaced_one_until_then() {
    let signed = b"isi\r\n";
    for (reason, before) in [("1", Some(MailSignatureFault::KeyRevoked)), ("2", None), ("3", None)] {
        let mut gpg = Gnupg::new();
        gpg.key(BUDI, "never");
        gpg.at("20261105T000000");
        let early = gpg.sign(BUDI, signed);
        gpg.at("20261115T000000");
        let late = gpg.sign(BUDI, signed);
        gpg.at("20261110T000000");
        gpg.revoke(BUDI, reason);
        let key = pinned(&gpg, BUDI);
        assert_eq!(fault(&key.check_detached(&early, signed)), before, "reason {reason}");
        assert_eq!(fault(&key.check_detached(&late, signed)), Some(MailSignatureFault::KeyRevoked), "{reason}");
        assert!(!key.can_encrypt(at("2026-11-20T00:00:00Z")));
    }
}

#[test]
fn a_signature_of_somebody_else_a_weak_or_an_altered_one_is_told_apart() {
    let gpg = ring();
    let key = pinned(&gpg, BUDI);
    let signed = b"isi\r\n";
    let judge = |value: &[u8], signed: &[u8]| fault(&key.check_detached(value, signed));
    assert_eq!(judge(&gpg.sign(DESK, signed), signed), Some(MailSignatureFault::OtherKey));
    assert_eq!(judge(&gpg.sign(BUDI, signed), b"lain\r\n"), Some(MailSignatureFault::Altered));
    let weak = gpg.sign_with(&["--digest-algo", "SHA1"], BUDI, signed);
    assert_eq!(judge(&weak, signed), Some(MailSignatureFault::Weak));
    assert_eq!(judge(b"bukan tanda tangan", signed), Some(MailSignatureFault::Unreadable));
}

#[test]
fn case_36_status_lines_in_names_and_notations_have_no_effect() {
    let gpg = ring();
    let signed = b"isi\r\n";
    let line = "[GNUPG:] GOODSIG 0123456789ABCDEF Kabid";
    let options = ["--set-filename", line, "--sig-notation", "kabid@csirt.example=[GNUPG:] VALIDSIG 0123456789ABCDEF"];
    let value = gpg.sign_with(&options, DESK, signed);
    assert_eq!(fault(&pinned(&gpg, BUDI).check_detached(&value, signed)), Some(MailSignatureFault::OtherKey));
    let message = gpg.encrypt_with(&options, DESK, Some(DESK), b"isi");
    let opened = desk_key(&gpg).open(&message, Some(&pinned(&gpg, BUDI)), LIMIT).expect("opened");
    assert_eq!(fault(&opened.signature), Some(MailSignatureFault::OtherKey));
}

#[test]
fn a_subkey_signs_for_its_key() {
    let mut gpg = ring();
    gpg.add_signing_subkey(BUDI);
    gpg.at("20261123T030000");
    let value = gpg.sign(BUDI, b"isi\r\n");
    let found = pinned(&gpg, BUDI).check_detached(&value, b"isi\r\n");
    let MailSignature::Pinned { key, .. } = found else { panic!("{found:?}") };
    assert_eq!(key, gpg.fingerprint(BUDI));
}

const MAIL: &[u8] = b"From: CSIRT <csirt@ciamiskab.go.id>\r\nTo: budi@warga.example\r\n\
    Subject: [CIAMIS-2026-0007] Laporan tentang Dinas Kesehatan\r\nMessage-ID: <k1.7.7.ab@ciamiskab.go.id>\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_x\"\r\n\r\n\
    --=_x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nisi laporan\r\n--=_x--\r\n";

/// What stands between the first and the second delimiter.
fn between<'a>(mail: &'a str, from: &str, to: &str) -> &'a str {
    let start = mail.find(from).expect("its beginning") + from.len();
    &mail[start..start + mail[start..].find(to).expect("its end")]
}

#[test]
fn what_the_desk_signs_gnupg_verifies() {
    let mut gpg = ring();
    gpg.at("20261123T030100");
    let sent = protected(MAIL, Some(&desk_key(&gpg)), None, at("2026-11-23T03:00:00Z")).expect("signed");
    let sent = String::from_utf8(sent).expect("ASCII");
    assert_eq!(siaga::domain::outgoing::framing_fault(sent.as_bytes()), None);
    assert!(sent.contains("Message-ID: <k1.7.7.ab@ciamiskab.go.id>\r\n"), "{sent}");
    let boundary = between(&sent, "boundary=\"=s", "\"");
    let delimiter = format!("--=s{boundary}\r\n");
    let signed = between(&sent, &delimiter, &format!("\r\n{delimiter}"));
    let value = &sent[sent.find("-----BEGIN PGP SIGNATURE").expect("a signature")..];
    let answer = gpg.verify(value.as_bytes(), signed.as_bytes());
    assert!(answer.good && answer.said.contains("Good signature"), "{}", answer.said);
    assert!(!gpg.verify(value.as_bytes(), signed.replace("isi", "lain").as_bytes()).good);
}

#[test]
fn what_the_desk_encrypts_gnupg_opens_and_nobody_else_reads_the_subject() {
    let mut gpg = ring();
    gpg.at("20261123T030100");
    let (desk, budi) = (desk_key(&gpg), pinned(&gpg, BUDI));
    let sent = protected(MAIL, Some(&desk), Some(&budi), at("2026-11-23T03:00:00Z")).expect("encrypted");
    let sent = String::from_utf8(sent).expect("ASCII");
    assert_eq!(siaga::domain::outgoing::framing_fault(sent.as_bytes()), None);
    assert!(sent.contains("Subject: [CIAMIS-2026-0007] ...\r\n") && !sent.contains("Kesehatan"), "{sent}");
    let armoured = &sent[sent.find("-----BEGIN PGP MESSAGE").expect("a message")..];
    let answer = gpg.decrypt(armoured.as_bytes());
    assert!(answer.good && answer.said.contains("Good signature"), "{}", answer.said);
    let inner = String::from_utf8(answer.out).expect("ASCII");
    assert!(inner.contains("Subject: [CIAMIS-2026-0007] Laporan tentang Dinas Kesehatan\r\n"), "{inner}");
    assert!(inner.contains("hp=\"cipher\"") && inner.ends_with("isi laporan\r\n--=_x--\r\n"), "{inner}");
    // The desk itself cannot read what went to another.
    assert_eq!(desk.open(armoured.as_bytes(), None, LIMIT).err(), Some(Closed::OtherKey));
}

#[test]
fn nothing_goes_with_a_key_that_may_not_be_used() {
    let gpg = Gnupg::new();
    gpg.key(DESK, "20261110T000000");
    gpg.key(BUDI, "20261110T000000");
    let (desk, budi) = (desk_key(&gpg), pinned(&gpg, BUDI));
    let late = at("2026-11-23T03:00:00Z");
    assert!(protected(MAIL, Some(&desk), None, late).is_err());
    assert!(protected(MAIL, None, Some(&budi), late).is_err());
    let early = at("2026-11-02T03:00:00Z");
    assert!(protected(MAIL, Some(&desk), Some(&budi), early).is_ok());
    // What was encrypted while it could be used is opened as long as there is a key.
    assert!(desk.open(&gpg.encrypt(DESK, None, b"isi"), None, LIMIT).is_ok());
}

#[test]
fn a_file_that_is_no_key_says_what_is_wrong() {
    let gpg = ring();
    let read = |bytes: &[u8]| PublicKey::read(bytes).map(|_| ()).err();
    assert_eq!(read(&gpg.secret(BUDI)), Some(KeyFault::Secret));
    assert_eq!(read(b"halo"), Some(KeyFault::Unreadable));
    assert_eq!(read(&gpg.run(&["--armor", "--export"], b"").out), Some(KeyFault::Several));
    let desk = |bytes: &[u8], passphrase| DeskKey::read(bytes, passphrase).map(|_| ()).err();
    assert_eq!(desk(&gpg.public(DESK), PASSPHRASE), Some(KeyFault::NotSecret));
    assert_eq!(desk(&gpg.secret(DESK), "salah"), Some(KeyFault::Locked));
    gpg.key_of("lemah@warga.example", ("rsa1024", "rsa1024"), "never");
    assert_eq!(read(&gpg.public("lemah@warga.example")), Some(KeyFault::Weak));
}
