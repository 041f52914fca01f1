//! Approval by signature with the daemon as a process: the Kabid's mails as GnuPG, Thunderbird and
//! OpenSSL make them, delivered into a Maildir with its own line ends and fetched over IMAP.

mod support;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::Dovecot;
use support::gnupg::Gnupg;
use support::letters::Letter;
use support::reported::{ANI, KABID, REPORT};
use support::script::{Mail, Script, code_in};
use support::sealed::{self, taken_apart};
use support::smime::Certificate;
use support::smtp_sink::SmtpSink;
use tokio::task::block_in_place;

/// The subject where a mail proves too little.
const REFUSED: &str = "Perintah belum dijalankan";
/// The subject where it proves enough and a line is refused.
const UNREAD: &str = "Perintah BELUM dijalankan";

/// A desk whose Kabid must sign with what is pinned there; nothing else speaks for a mail.
fn desk(dovecot: &Dovecot, sink: &SmtpSink, key: &str, file: &Path) -> Desk {
    // He reads his mail where his key is not.
    let clear = if key == "pgp_key_file" { "\npgp_encrypt = false" } else { "" };
    let mut desk = Desk::new(dovecot, Security::Tls, sink.port());
    for (key, value) in [("COMMAND__HOLD", "0s"), ("LIMITS__PROOFS_HOUR", "1000"), ("LIMITS__REFUSALS_HOUR", "1000")] {
        desk.set(key, value);
    }
    desk.set("COMMAND__REQUIRE_EVIDENCE", "true");
    desk.set("APPROVAL__REQUIRE_SIGNATURE", "true");
    let address = format!("address = \"{KABID}\"");
    desk.edit("people.toml", &address, &format!("{address}\n{key} = \"{}\"{clear}", file.display()));
    desk.edit("siaga.toml", "login_hosts = []", "login_hosts = [\"surat.csirt.example\"]");
    desk
}

/// The analysts' mails need evidence as well: their own server took this one in with a login.
fn logged_in(letter: Letter) -> Vec<u8> {
    let line = format!(
        "Received: from laptop (unknown [10.0.0.7]) (Authenticated sender: {ANI}) by surat.csirt.example (Postfix) \
         with ESMTPSA id 1; Mon, 23 Nov 2026 10:00:00 +0700\r\n"
    );
    [line.as_bytes(), &letter.raw()].concat()
}

/// Brings a report before the Kabid, the `seen`-th of the day.
fn in_review(script: &mut Script<'_>, dovecot: &Dovecot, seen: usize) -> Mail {
    let report = Letter::from("Budi Warga <budi@warga.example>")
        .subject(&format!("Situs dinkes berisi judi ({seen})"))
        .text(&format!("Halaman https://dinkes.ciamiskab.go.id/slot{seen}/ menampilkan judi sejak pukul 07.00."));
    dovecot.deliver(&report.raw(), Utc::now());
    let opened = script.reads(ANI, "Baru", seen);
    for text in ["#valid xss sedang dinkes", REPORT] {
        let letter = script.answer(ANI, &opened, text);
        dovecot.deliver(&logged_in(letter), Utc::now());
    }
    script.reads(KABID, "Mohon reviu", seen)
}

/// A mail as it lies in a Maildir: its lines end as files of this machine do.
fn comes(dovecot: &Dovecot, raw: &[u8]) {
    let text = String::from_utf8(raw.to_vec()).expect("text").replace("\r\n", "\n");
    dovecot.deliver(text.as_bytes(), Utc::now());
}

/// What the Kabid is told after so many refusals.
fn told(script: &mut Script<'_>, about: &str, seen: usize) -> String {
    let mail = script.reads(KABID, about, seen);
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What Thunderbird sends: protected headers, text and public key in a multipart, lines that flow, a
/// preamble, and a signature that is a named file.
fn as_thunderbird(letter: &Letter, encoding: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let raw = letter.raw();
    let (outer, content) = taken_apart(&raw);
    let (_, text) = content.split_once("\r\n\r\n").expect("a body");
    // Trailing spaces are part of what is signed, and of lines that flow.
    let text = text.replace("\r\n\r\nPada Senin", "  \r\n\r\n-- \r\nKabid  \r\n\r\nPada Senin");
    let text = match encoding {
        "base64" => STANDARD
            .encode(&text)
            .as_bytes()
            .chunks(72)
            .fold(String::new(), |lines, line| lines + std::str::from_utf8(line).expect("ASCII") + "\r\n"),
        _ => text,
    };
    let content = format!(
        "Content-Type: multipart/mixed; boundary=\"------------luar\";\r\n protected-headers=\"v1\"\r\n{outer}\r\n\
         --------------luar\r\nContent-Type: multipart/mixed; boundary=\"------------dalam\"\r\n\r\n\
         --------------dalam\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\n\
         Content-Transfer-Encoding: {encoding}\r\n\r\n{text}\r\n--------------dalam\r\n\
         Content-Type: application/pgp-keys; name=\"OpenPGP_0x1.asc\"\r\n\
         Content-Disposition: attachment; filename=\"OpenPGP_0x1.asc\"\r\n\
         Content-Description: OpenPGP public key\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\n\
         --------------dalam--\r\n\r\n--------------luar--\r\n"
    );
    let value = String::from_utf8(sign(content.as_bytes())).expect("armour").replace('\n', "\r\n");
    format!(
        "{outer}User-Agent: Mozilla Thunderbird\r\nContent-Type: multipart/signed; micalg=pgp-sha256;\r\n \
         protocol=\"application/pgp-signature\";\r\n boundary=\"------------ttd\"\r\n\r\n\
         This is an OpenPGP/MIME signed message (RFC 4880 and 3156)\r\n--------------ttd\r\n{content}\r\n\
         --------------ttd\r\nContent-Type: application/pgp-signature; name=\"OpenPGP_signature.asc\"\r\n\
         Content-Description: OpenPGP digital signature\r\n\
         Content-Disposition: attachment; filename=\"OpenPGP_signature.asc\"\r\n\r\n{value}\r\n--------------ttd--\r\n"
    )
    .into_bytes()
}

/// A signed mail in answer to another mail than the one it was written to.
fn moved(raw: &[u8], to: &Mail) -> Vec<u8> {
    let text = String::from_utf8(raw.to_vec()).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let lines = head.split("\r\n").map(|line| match line.split_once(": ") {
        Some((name @ ("In-Reply-To" | "References"), _)) => format!("{name}: <{}>", to.id),
        Some(("Message-ID", _)) => "Message-ID: <dipindah@uji.example>".to_owned(),
        _ => line.to_owned(),
    });
    format!("{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n")).into_bytes()
}

/// GnuPG at the time of this machine, with a key for the Kabid.
fn ring() -> Gnupg {
    let mut gpg = Gnupg::new();
    gpg.at("20240101T000000");
    gpg.key(KABID, "never");
    now(&mut gpg);
    gpg
}

fn now(gpg: &mut Gnupg) {
    gpg.at(&Utc::now().format("%Y%m%dT%H%M%S").to_string());
}

fn until_both_are_approved(script: &mut Script<'_>) {
    let approved = |desk: &Desk| desk.tickets().iter().filter(|ticket| ticket["status"] == "approved").count();
    script.desk.until("the second ticket is approved", |desk| approved(desk) == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kabid_approves_with_the_key_that_is_pinned_and_is_told_why_anything_else_is_refused() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let (mut gpg, other) = (ring(), ring());
    let keys = tempfile::tempdir().expect("a temporary folder");
    let pinned = keys.path().join("kabid.asc");
    fs::write(&pinned, gpg.public(KABID)).expect("write");
    let mut desk = desk(&dovecot, &sink, "pgp_key_file", &pinned);
    block_in_place(|| {
        desk.start();
        let mut script = Script::new(&mut desk, &dovecot, &sink);
        let asked = in_review(&mut script, &dovecot, 0);
        assert!(asked.text.contains("harus ditandatangani"), "{}", asked.text);
        let order = format!("#setuju {}", code_in(&asked.text));
        let mut refused = 0;
        let mut refusal = |script: &mut Script<'_>, raw: &[u8], words: &str| {
            comes(&dovecot, raw);
            let said = told(script, REFUSED, refused);
            assert!(said.contains(words), "{words}: {said}");
            refused += 1;
        };
        let letter = script.answer(KABID, &asked, &order);
        let wrong = sealed::signed(&letter.raw(), |content| other.sign(KABID, content));
        refusal(&mut script, &wrong, "bukan dari kunci yang terdaftar untuk pengirim");
        let letter = script.answer(KABID, &asked, &order);
        let text = String::from_utf8(sealed::signed(&letter.raw(), |content| gpg.sign(KABID, content))).expect("text");
        refusal(&mut script, text.replace("#setuju", "#SETUJU").as_bytes(), "isi surel berubah setelah ditandatangani");
        let letter = script.answer(KABID, &asked, &order);
        gpg.at("20241101T000000");
        let old = sealed::signed(&letter.raw(), |content| gpg.sign(KABID, content));
        now(&mut gpg);
        refusal(&mut script, &old, "dibuat lebih dari tujuh hari sebelum surel tiba");
        let letter = script.answer(KABID, &asked, &order);
        let unsigned = letter.raw();
        refusal(&mut script, &unsigned, "harus ditandatangani dengan kunci PGP atau sertifikat S/MIME yang terdaftar");
        // A mail of his own without a code, to nobody's mail of ours.
        let stray = Letter::from(KABID).subject("Persetujuan").text(&order.replace("#setuju ", "#setuju ABCD-"));
        let stray = sealed::signed(&stray.raw(), |content| gpg.sign(KABID, content));
        refusal(&mut script, &stray, "tidak ada kode yang masih berlaku di dalamnya");
        script.until_status("review");
        // The code is still good, and Thunderbird's mail is read as it is.
        let letter = script.answer(KABID, &asked, &order);
        let approval = as_thunderbird(&letter, "7bit", |content| gpg.sign(KABID, content));
        comes(&dovecot, &approval);
        script.until_status("approved");
        // It approves nothing else.
        let second = in_review(&mut script, &dovecot, 1);
        comes(&dovecot, &moved(&approval, &second));
        let said = told(&mut script, UNREAD, 0);
        assert!(said.contains("kode tidak dikenal; tiap kode hanya berlaku pada tiket yang memintanya"), "{said}");
        // Nor once more where it was good.
        let letter = script.answer(KABID, &asked, &order);
        comes(&dovecot, &sealed::signed(&letter.raw(), |content| gpg.sign(KABID, content)));
        let said = told(&mut script, UNREAD, 1);
        assert!(said.contains("kode sudah dipakai"), "{said}");
        let order = format!("#setuju {}", code_in(&second.text));
        let letter = script.answer(KABID, &second, &order);
        comes(&dovecot, &as_thunderbird(&letter, "base64", |content| gpg.sign(KABID, content)));
        until_both_are_approved(&mut script);
        assert!(desk.stop().success());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kabid_approves_with_the_certificate_that_is_pinned_and_is_told_why_anything_else_is_refused() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let (own, other) = (Certificate::of(KABID, "30"), Certificate::of(KABID, "30"));
    let mut desk = desk(&dovecot, &sink, "smime_certificate_file", &own.pem());
    block_in_place(|| {
        desk.start();
        let mut script = Script::new(&mut desk, &dovecot, &sink);
        let asked = in_review(&mut script, &dovecot, 0);
        let order = format!("#setuju {}", code_in(&asked.text));
        let letter = script.answer(KABID, &asked, &order);
        comes(&dovecot, &other.signed(&letter.raw()));
        let said = told(&mut script, REFUSED, 0);
        assert!(said.contains("bukan dari kunci yang terdaftar untuk pengirim"), "{said}");
        let letter = script.answer(KABID, &asked, &order);
        let text = String::from_utf8(own.signed(&letter.raw())).expect("text");
        comes(&dovecot, text.replace("#setuju", "#SETUJU").as_bytes());
        let said = told(&mut script, REFUSED, 1);
        assert!(said.contains("isi surel berubah setelah ditandatangani"), "{said}");
        script.until_status("review");
        let letter = script.answer(KABID, &asked, &order);
        let approval = own.signed(&letter.raw());
        comes(&dovecot, &approval);
        script.until_status("approved");
        let second = in_review(&mut script, &dovecot, 1);
        comes(&dovecot, &moved(&approval, &second));
        let said = told(&mut script, UNREAD, 0);
        assert!(said.contains("kode tidak dikenal; tiap kode hanya berlaku pada tiket yang memintanya"), "{said}");
        // As Outlook does it: the text inside the signature.
        let letter = script.answer(KABID, &second, &format!("#setuju {}", code_in(&second.text)));
        comes(&dovecot, &own.opaque(&letter.raw(), false));
        until_both_are_approved(&mut script);
        assert!(desk.stop().success());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_expired_key_signs_is_refused_and_the_kabid_is_told_what_to_do() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut gpg = Gnupg::new();
    gpg.at("20240101T000000");
    gpg.key(KABID, "1y");
    let keys = tempfile::tempdir().expect("a temporary folder");
    let pinned = keys.path().join("kabid.asc");
    fs::write(&pinned, gpg.public(KABID)).expect("write");
    // He has made it valid for longer at home and told nobody.
    let fingerprint = gpg.fingerprint(KABID);
    gpg.at("20240601T000000");
    assert!(gpg.run(&["--quick-set-expire", &fingerprint, "0"], b"").good);
    now(&mut gpg);
    let mut desk = desk(&dovecot, &sink, "pgp_key_file", &pinned);
    block_in_place(|| {
        desk.start();
        let mut script = Script::new(&mut desk, &dovecot, &sink);
        let asked = in_review(&mut script, &dovecot, 0);
        let letter = script.answer(KABID, &asked, &format!("#setuju {}", code_in(&asked.text)));
        comes(&dovecot, &sealed::signed(&letter.raw(), |content| gpg.sign(KABID, content)));
        let said = told(&mut script, REFUSED, 0);
        assert!(said.contains("kuncinya tidak berlaku saat dipakai"), "{said}");
        assert!(said.contains("serahkan kunci publik atau sertifikat terbaru kepada administrator"), "{said}");
        script.until_status("review");
        assert!(desk.stop().success());
    });
}
