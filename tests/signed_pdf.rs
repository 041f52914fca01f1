//! What is accepted as the Kabid's signature under a report, and every way it is refused.

#[path = "support/mod.rs"]
mod support;

use chrono::TimeDelta;
use lopdf::dictionary;
use siaga::domain::approval::{Mode, Signature, SignatureFault};
use siaga::domain::digest::Digest;
use siaga::domain::signed_pdf::{Expected, Pages, Signer as Known, Signing, judge};
use siaga::domain::stage::Status;
use siaga::pdf::{read_pages, read_signed};
use support::letters::Letter;
use support::reported::{ANI, BUDI, DINKES, KABID, status};
use support::signed_pdf::{SigningCa, Way, pdf, with_opening};
use support::world::{World, wib};

const NAME: &str = "Dra. Rina Pemeriksa, M.Kom.";
const REPORT: &[&str] = &[
    "Laporan Hasil Analisis Insiden Siber nomor CIAMIS-2026-0001 tentang judi daring.",
    "Rekomendasi: hapus berkas, tutup celah unggah, ganti semua kata sandi.",
];
const FOOTER: &str = "Dokumen ini telah ditandatangani secara elektronik menggunakan sertifikat BSrE.";

fn moment() -> siaga::domain::Time {
    wib("2026-11-23 10:00")
}

/// Reads and judges a file as an approval of [`REPORT`] by the Kabid.
fn judged(file: &[u8], authorities: &[Vec<u8>]) -> Result<bool, SignatureFault> {
    let signed = read_signed(file.to_vec(), authorities.to_vec())?;
    let report = read_pages(pdf(REPORT))?;
    let by = KABID.parse().expect("an address");
    let signing = Signing {
        signers: vec![Known { address: KABID.parse().expect("an address"), name: NAME.to_owned(), pinned: None }],
        authorities: authorities.to_vec(),
    };
    let submitted_at = moment() - TimeDelta::minutes(30);
    let expected = Expected { by: &by, report: &report, submitted_at, now: moment() + TimeDelta::minutes(5) };
    match judge(Digest::of(file), &signed, expected, &signing) {
        Signature::Checked(signed) => Ok(signed.traced),
        Signature::Refused(fault) => Err(fault),
    }
}

#[test]
fn a_report_reads_as_its_pages() {
    let Pages(pages) = read_pages(pdf(&["Satu dua", "tiga"])).expect("a PDF");
    assert_eq!(pages, ["Satudua", "tiga"]);
}

#[test]
fn good_signatures_of_every_kind_are_accepted() {
    let ca = SigningCa::new();
    let (ecdsa, rsa) = (ca.signer(NAME, "x@y.example", 2090), ca.rsa_signer(NAME, "x@y.example"));
    let trusted = [ca.der.clone()];
    for (signer, way) in [(&ecdsa, Way::Usual), (&ecdsa, Way::Adobe), (&rsa, Way::Usual), (&rsa, Way::Pss)] {
        assert_eq!(judged(&signer.sign(&pdf(REPORT), moment(), way), &trusted), Ok(true), "{way:?}");
    }
    let stamped: Vec<String> = REPORT.iter().map(|page| format!("{page} {FOOTER}")).collect();
    let stamped: Vec<&str> = stamped.iter().map(String::as_str).collect();
    assert_eq!(judged(&ecdsa.sign(&pdf(&stamped), moment(), Way::Usual), &trusted), Ok(true), "a visible footer");
    let signed = ecdsa.sign(&pdf(REPORT), moment(), Way::Usual);
    assert_eq!(judged(&signed, &[]), Ok(false), "without a CA it is traced to nobody");
    let twice = ecdsa.sign(&rsa.sign(&pdf(REPORT), moment(), Way::Usual), moment(), Way::Usual);
    assert_eq!(judged(&twice, &trusted), Ok(true), "the last of two signatures covers both");
}

#[test]
fn a_name_is_compared_without_capitals_and_an_address_is_enough() {
    let ca = SigningCa::new();
    for (name, address) in [("DRA. RINA  PEMERIKSA, M.KOM.", "x@y.example"), ("Rina", KABID)] {
        let file = ca.signer(name, address, 2090).sign(&pdf(REPORT), moment(), Way::Usual);
        assert_eq!(judged(&file, std::slice::from_ref(&ca.der)), Ok(true), "{name}");
    }
}

#[test]
fn every_bad_signature_is_refused_for_its_own_reason() {
    let ca = SigningCa::new();
    let kabid = ca.signer(NAME, "x@y.example", 2090);
    let rsa = ca.rsa_signer(NAME, "x@y.example");
    let good = kabid.sign(&pdf(REPORT), moment(), Way::Usual);
    let check = |what: &str, file: &[u8], expected: SignatureFault| {
        assert_eq!(judged(file, std::slice::from_ref(&ca.der)), Err(expected), "{what}");
    };
    let turned = |words: &[u8]| {
        let mut file = good.clone();
        let place = file.windows(words.len()).position(|window| window == words).expect("it is there");
        file[place] ^= 1;
        file
    };
    check("a changed byte", &turned(b"judi daring"), SignatureFault::Changed);
    check("something behind it", &[good.as_slice(), b"\n%\n"].concat(), SignatureFault::Changed);
    check("bytes left out", &kabid.sign(&pdf(REPORT), moment(), Way::Gap), SignatureFault::Changed);
    check("a broken value", &rsa.sign(&pdf(REPORT), moment(), Way::BrokenValue), SignatureFault::Broken);
    check("SHA-1", &kabid.sign(&pdf(REPORT), moment(), Way::Sha1), SignatureFault::Weak);
    check("no signature", &pdf(REPORT), SignatureFault::NoSignature);
    let acting = with_opening(&pdf(REPORT), dictionary! { "S" => "Launch" });
    check("something that acts", &kabid.sign(&acting, moment(), Way::Usual), SignatureFault::Acting);
    check("no PDF", b"GIF89a", SignatureFault::Unreadable);
    let mut cut = good.clone();
    cut.truncate(good.len() / 2);
    assert!(judged(&cut, std::slice::from_ref(&ca.der)).is_err(), "half a file");
    let other = ca.signer("Orang Lain", "lain@x.example", 2090).sign(&pdf(REPORT), moment(), Way::Usual);
    check("another person", &other, SignatureFault::OtherSigner);
    let expired = ca.signer(NAME, "x@y.example", 2026).sign(&pdf(REPORT), moment(), Way::Usual);
    check("an expired certificate", &expired, SignatureFault::Expired);
    let forged = SigningCa::new().signer(NAME, "x@y.example", 2090).sign(&pdf(REPORT), moment(), Way::Usual);
    check("a CA of one's own", &forged, SignatureFault::Untraced);
    let early = kabid.sign(&pdf(REPORT), moment() - TimeDelta::days(1), Way::Usual);
    check("an old signature", &early, SignatureFault::TooEarly);
    let late = kabid.sign(&pdf(REPORT), moment() + TimeDelta::days(1), Way::Adobe);
    check("a time to come", &late, SignatureFault::WrongTime);
    let wrong = kabid.sign(&pdf(&[REPORT[0], "Rekomendasi: biarkan saja."]), moment(), Way::Usual);
    check("another report", &wrong, SignatureFault::OtherContent);
    check("a page less", &kabid.sign(&pdf(&REPORT[..1]), moment(), Way::Usual), SignatureFault::OtherContent);
}

#[test]
fn a_pinned_certificate_is_the_only_one_that_counts() {
    let ca = SigningCa::new();
    let (own, renewed) = (ca.signer(NAME, KABID, 2090), ca.signer(NAME, KABID, 2091));
    let by = KABID.parse().expect("an address");
    let report = read_pages(pdf(REPORT)).expect("a PDF");
    let known = Known {
        address: KABID.parse().expect("an address"),
        name: NAME.to_owned(),
        pinned: Some(Digest::of(own.certificate())),
    };
    let signing = Signing { signers: vec![known], authorities: vec![ca.der.clone()] };
    let expected = Expected { by: &by, report: &report, submitted_at: moment(), now: moment() };
    for (signer, good) in [(&own, true), (&renewed, false)] {
        let file = signer.sign(&pdf(REPORT), moment(), Way::Usual);
        let signed = read_signed(file.clone(), signing.authorities.clone()).expect("a good signature");
        let judged = judge(Digest::of(&file), &signed, expected, &signing);
        assert_eq!(matches!(judged, Signature::Checked(_)), good);
    }
}

/// A few kilobytes that would unpack to gigabytes, and nesting without end.
#[test]
fn a_bomb_is_refused_and_harms_nobody() {
    let mut bomb = lopdf::Document::load_mem(&pdf(REPORT)).expect("our own PDF");
    let zeros = lopdf::Stream::new(lopdf::dictionary! {}, vec![b' '; 64 << 20]);
    let page = bomb.page_iter().next().expect("a page");
    let content = bomb.get_page_contents(page)[0];
    bomb.objects.insert(content, lopdf::Object::Stream(zeros));
    bomb.compress();
    let mut file = Vec::new();
    bomb.save_to(&mut file).expect("a file");
    assert!(file.len() < 1 << 20, "{} bytes", file.len());
    assert_eq!(read_pages(file), Err(SignatureFault::Unreadable));
    let nested = pdf(&["x"]);
    let at = nested.windows(8).position(|window| window == b"/Catalog").expect("it is there");
    let nested = [&nested[..at + 8], " /X ".as_bytes(), &vec![b'['; 1 << 20], &nested[at + 8..]].concat();
    assert!(read_signed(nested, Vec::new()).is_err());
}

/// A desk whose Kabid signs, and the file he was asked to sign.
fn asked(authorities: Vec<Vec<u8>>) -> World {
    let mut world = World::with(|config| {
        config.settings.policy.approval.mode = Mode::SignedPdf;
        config.people.signing.authorities = authorities;
        config.people.signing.signers.iter_mut().for_each(|signer| signer.name = NAME.to_owned());
    });
    world.writes(
        &Letter::from(&format!("Budi Warga <{BUDI}>"))
            .subject("Judi")
            .text("Situs https://dinkes.ciamiskab.go.id/slot/ menampilkan judi sejak 23/11/2026 pukul 07.00."),
    );
    world.replies(ANI, "Baru", "#valid xss sedang dinkes");
    let text = "#ajukan\nRingkasan: Celah XSS pada formulir.\nRekomendasi:\n1. Saring masukan.";
    let letter = world.reply(ANI, "Baru", text).file("laporan.pdf", "application/pdf", &pdf(REPORT));
    world.writes(&letter);
    assert_eq!(status(&world), Status::Review);
    world
}

fn approves_with(world: &mut World, file: Option<&[u8]>) {
    let order = format!("#setuju {}", world.latest(KABID, "Mohon reviu").code());
    let mut letter = world.reply(KABID, "Mohon reviu", &order);
    if let Some(file) = file {
        letter = letter.file("laporan-ttd.pdf", "application/pdf", file);
    }
    world.writes(&letter);
}

#[test]
fn the_signed_report_goes_to_the_opd_and_is_called_signed() {
    let ca = SigningCa::new();
    let mut world = asked(vec![ca.der.clone()]);
    let file = ca.signer(NAME, "x@y.example", 2090).sign(&pdf(REPORT), world.now(), Way::Usual);
    approves_with(&mut world, Some(&file));
    assert_eq!(status(&world), Status::Approved, "{}", world.transcript(KABID).text);
    world.minutes(11);
    let delivered = world.latest(DINKES, "Laporan Hasil Analisis");
    assert!(delivered.words().contains("telah ditandatangani secara elektronik oleh"), "{}", delivered.text);
    let message = mail_parser::MessageParser::default().parse(&delivered.mail.bytes).expect("a message");
    assert!(message.attachments().any(|part| part.contents() == file), "the signed file itself");
    let logged = world.events().iter().map(|entry| format!("{entry:?}")).collect::<String>();
    assert!(logged.contains(&Digest::of(&file).to_string()) && logged.contains(NAME), "{logged}");
}

#[test]
fn what_is_wrong_is_told_and_the_code_lives_on() {
    let ca = SigningCa::new();
    let mut world = asked(vec![ca.der.clone()]);
    let kabid = ca.signer(NAME, "x@y.example", 2090);
    let foreign = SigningCa::new().signer(NAME, "x@y.example", 2090).sign(&pdf(REPORT), world.now(), Way::Usual);
    let tried: [(Option<&[u8]>, &str); 3] = [
        (None, "mohon lampirkan laporan yang sudah ditandatangani"),
        (Some(&pdf(REPORT)), "tidak memuat tanda tangan elektronik"),
        (Some(&foreign), "bukan terbitan penyelenggara yang terdaftar"),
    ];
    for (file, expected) in tried {
        approves_with(&mut world, file);
        assert_eq!(status(&world), Status::Review);
        let told = world.transcript(KABID).words();
        assert!(told.contains(expected), "{told}");
    }
    let logged = world.events().iter().map(|entry| format!("{entry:?}")).collect::<String>();
    assert!(logged.contains("untraced"), "{logged}");
    let good = kabid.sign(&pdf(REPORT), world.now(), Way::Usual);
    approves_with(&mut world, Some(&good));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn without_a_ca_nothing_is_called_signed() {
    let mut world = asked(Vec::new());
    let file = SigningCa::new().signer(NAME, "x@y.example", 2090).sign(&pdf(REPORT), world.now(), Way::Usual);
    approves_with(&mut world, Some(&file));
    assert_eq!(status(&world), Status::Approved, "{}", world.transcript(KABID).text);
    world.minutes(11);
    let before = world.sent();
    let told: Vec<_> = before.iter().filter(|mail| mail.words().contains("telah ditandatangani secara")).collect();
    assert!(told.is_empty(), "{told:#?}");
    let delivered = world.latest(DINKES, "Laporan Hasil Analisis").words();
    assert!(delivered.contains("disetujui secara elektronik oleh"), "{delivered}");
}
