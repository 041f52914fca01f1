//! Columns of small cases: what people's programs write around what people write.

use proptest::prelude::*;

use super::newly_written;

fn check(text: &str, expected: &str) {
    assert_eq!(newly_written(text), expected, "{text}");
}

#[test]
fn quotes_with_marks_go_and_answers_between_them_stay() {
    check("> Kapan?\n\nKemarin.\n\n> Di mana?\n\nDi situs.", "Kemarin.\n\n\nDi situs.");
    check("> Kapan?\nKemarin.\n> Di mana?\nDi situs.", "Kemarin.\nDi situs.");
    check("Ya.\n> satu\n> > dua\n", "Ya.");
    check("Pada Sen, 3 Mar 2025 10.12 Ani <ani@csirt.example> menulis:\n> Kapan?\n\nKemarin sore.", "Kemarin sore.");
    check(
        "> Mohon disampaikan alamat halaman yang berubah beserta waktu kejadiannya supaya\ndapat kami periksa\n> Terima kasih.\n\nBaik.",
        "Baik.",
    );
}

#[test]
fn attributions_of_mail_programs_in_indonesian() {
    for attribution in [
        "Pada Sen, 3 Mar 2025 pukul 10.12 Ani <ani@csirt.example> menulis:",
        "Pada tanggal Sab, 31 Okt 2020 pukul 22.12 Ani Analis\n<ani@csirt.example> menulis:",
        "Pada 3 Apr 2014 11.03, \"Ani Analis\" <ani@csirt.example> menulis:",
        "Pada tanggal Sen, 3 Mar 2025 10.12, Ani Analis <\nani@csirt.example> menulis:",
        "Pada Senin, 3 Maret 2025 10.12.33 WIB, Ani Analis <ani@csirt.example> menulis:",
        "Pada hari Senin, 3 Maret 2025 pukul 10.12 WIB, Ani <ani@csirt.example>\nmenulis:",
        "Tanggal 2025-03-03 10:12, Ani Analis <ani@csirt.example> menulis:",
        "Ani Analis <ani@csirt.example> menulis pada 3 Maret 2025 10.12:",
        "---- Pada Sen, 03 Mar 2025 10:12:50 +0700 ani@csirt.example menulis ----",
        "*Pada 3/3/2025 10.12, Ani Analis <ani@csirt.example> menulis:*",
    ] {
        check(&format!("Baik.\n\n{attribution}\n\n> Mohon bukti.\n"), "Baik.");
        if !attribution.contains(" pada 3 ") {
            check(&format!("Baik.\n{attribution}\n\nMohon bukti.\n"), "Baik.");
        }
    }
    check("Baik.\n\nPada 03/03/25 10.12, Ani Analis menulis:\n> Mohon bukti.\n", "Baik.");
    check("Baik.\n\nPada 03/03/25 10.12, Ani Analis menulis:\nMohon bukti.\n", "Baik.");
}

#[test]
fn attributions_of_mail_programs_elsewhere() {
    for attribution in [
        "On Mon, 3 Mar 2025 at 10:12, Ani <ani@csirt.example> wrote:",
        "On Mon, Mar 3, 2025 at 10:12 AM Ani Analis <\nani@csirt.example> wrote:",
        "On Mon, 3 Mar 2025 10:12:00 +0700 Ani <ani@csirt.example> wrote",
        "Am 03.03.2025 um 10:12 schrieb Ani <ani@csirt.example>:",
        "Le lun. 3 mars 2025 à 10:12, Ani <ani@csirt.example> a écrit :",
        "El lun, 3 mar 2025 a las 10:12, Ani (<ani@csirt.example>) escribió:",
        "Em seg., 3 de mar. de 2025 às 10:12, Ani <ani@csirt.example> escreveu:",
        "Il giorno lun 3 mar 2025 alle ore 10:12 Ani <ani@csirt.example> ha scritto:",
        "Op ma 3 mrt 2025 om 10:12 schreef Ani <ani@csirt.example>:",
        "пн, 3 мар. 2025 г. в 10:12, Ani <ani@csirt.example>:",
        "2025年3月3日(月) 10:12 Ani <ani@csirt.example>:",
        "Ani <ani@csirt.example> 于2025年3月3日周一 10:12写道：",
        "2025-03-03 10:12 GMT+07:00 Ani <ani@csirt.example>:",
        "Monday, 3 March 2025, 10:12 AM +0700 from Ani <ani@csirt.example>:",
        "tir. 3. mar. 2025 kl. 10:12 skrev Ani <ani@csirt.example\n>:",
        "Dne po 3. 3. 2025 10:12 uživatel Ani <ani@csirt.example> napsal:",
        "Vào Th 2, 3 thg 3, 2025 vào lúc 10:12 Ani <ani@csirt.example> đã viết:",
    ] {
        check(&format!("Ya.\n\n{attribution}\n\n> lama\n"), "Ya.");
        check(&format!("Ya.\n\n{attribution}\n\nlama\n"), "Ya.");
    }
    check("Ya.\n\n2025/3/3 Ani <ani@csirt.example>\n\n> lama\n", "Ya.");
    check("Ya.\n\nבתאריך יום ב׳, 3 במרץ 2025 ב-10:12 מאת Ani <ani@csirt.example>:\n\nlama\n", "Ya.");
    check("Ya.\n\n2025년 3월 3일 (월) 오전 10:12, Ani <ani@csirt.example>님이 작성:\n\nlama\n", "Ya.");
    check("Ya.\n\nAni <ani@csirt.example> ezt írta (időpont: 2025. márc. 3., H, 10:12):\n\nlama\n", "Ya.");
    check("Ya.\n\n3 Mart 2025 Pzt 10:12 tarihinde Ani <ani@csirt.example> şunu yazdı:\n\n> lama\n", "Ya.");
    check("Ya.\n\nนี่คือข้อความจาก Ani <ani@csirt.example> 03/03/2025 10:12:\n> lama\n", "Ya.");
    check("Ya.\n\nOn Mon, 3 Mar 2025 at 10:12, Ani wrote:\nMohon bukti tanpa tanda.\n", "Ya.");
}

#[test]
fn sentences_that_look_like_attributions_stay() {
    for text in [
        "Pada hari ini situs diretas:\nhalaman utama",
        "Pada tanggal 3 Maret 2025 pukul 10.12 pelaku menulis:\nHACKED BY X",
        "Pada 3 Maret 2025 saya menerima surel dari palsu@evil.example berisi:\n\nKlik tautan ini",
        "Pada 3 Maret 2025 10.12 saya menerima surel dari palsu@evil.example:\n\nKlik tautan ini",
        "Kronologi 3/3/2025 10.12 WIB:\nhalaman berubah",
        "Header surel palsu:\nFrom: support@evil.example\nlalu isinya meminta sandi",
        "Dari: Budi\nsaya melapor",
        "On the site I saw:\n- judi",
        "On 3 March 2025 somebody wrote on the front page:\nHACKED",
        "Kronologi:\n1. 10.12 halaman berubah\n2. 10.30 dilaporkan ke admin@dinkes.example",
        "Pengirimnya support@evil.example dan ia menulis:\nbayar sekarang",
        "[10.12, 3/3/2025] Ani: Mohon bukti\n[10.15, 3/3/2025] Budi: Ini buktinya",
        "03/03/25 10.12 - Budi: situs diretas\n03/03/25 10.13 - Ani: baik",
        "Log:\n2025-03-03 10:12:01 GET /wp-login.php\n2025-03-03 10:12:02 POST /wp-login.php",
        "Kepada Yth. Ciamiskab-CSIRT\nDari: Budi\nPerihal: Laporan\n\nSitus diretas.",
        "Selamat pagi,\n\nDari: Budi, RW 05\nTanggal: 3 Maret 2025\nPerihal: Laporan\n\nSitus diretas.",
        "Langkah:\n----\n1. buka situs\n----\n2. lihat",
    ] {
        check(text, text);
    }
}

#[test]
fn repeated_messages_without_marks_go() {
    for above in [
        "-----Pesan Asli-----\nDari: Ani\nDikirim: Senin",
        "----- Pesan Asli -----\nDari: \"Ani\" <ani@csirt.example>\nKepada: budi@warga.example\nTerkirim: Senin, 3 Maret 2025 10:12:00\nSubjek: bukti",
        "-------- Pesan asli --------\nDari: Ani <ani@csirt.example>\nTanggal: 03/03/25 10.12 (GMT+07:00)\nKe: budi@warga.example\nSubjek: bukti",
        "Dari: Ani <ani@csirt.example>\nDikirim: Senin, 3 Maret 2025 10.12\nKepada: Budi\nSubjek: bukti",
        "*Dari:* Ani Analis\n*Dikirim:* Senin, 3 Maret 2025 10.12\n*Kepada:* Budi\n*Cc:* Cici\n*Subjek:* RE: bukti",
        "________________________________\nDari: Ani <ani@csirt.example>\nDikirim: 3 Maret 2025 10:12:11\nKepada: Budi\nPerihal: bukti",
        "________________________________\nFrom: Ani\nSent: Monday, March 3, 2025 10:12 AM\nTo: Budi\nSubject: x",
        "From: Ani\n<ani@csirt.example>\nSent: Monday\nTo: Budi\nSubject: x",
        "-----Original Message-----\nFrom: ani@csirt.example\nSent: Monday, March 3, 2025 10:12 AM",
        "Von: Ani <ani@csirt.example>\nGesendet: Montag, 3. März 2025 10:12\nAn: Budi\nBetreff: x",
        "发件人: Ani <ani@csirt.example>\n发送时间: 2025年3月3日 10:12\n收件人: Budi\n主题: x",
        "差出人: Ani <ani@csirt.example>\n送信日時: 2025年3月3日 10:12\n宛先: Budi\n件名: x",
        "-------- Fəqat başqa dildə --------\nKimdən: Ani <ani@csirt.example>\nTarix: 03.03.2025",
        "---------- Forwarded message ---------\nDari: Ani <ani@csirt.example>\nDate: Sen, 3 Mar 2025 pukul 10.12\nSubject: x\nTo: Budi",
        "Awal pesan yang diteruskan:\n\nDari: Ani <ani@csirt.example>\nTanggal: 3 Maret 2025",
        "##- Ketik balasan Anda di atas baris ini -##",
    ] {
        check(&format!("Mohon dicek.\n\n{above}\n\nlama"), "Mohon dicek.");
    }
}

#[test]
fn a_forward_with_nothing_above_keeps_its_text() {
    let text = "---------- Forwarded message ---------\nDari: Cici <cici@warga.example>\nDate: Sen\nSubject: x\nTo: y\n\nSitus diretas";
    check(text, text);
    check(&format!("Mohon dicek.\n\n{text}"), "Mohon dicek.");
    check("> Situs diretas\n> halaman judi", "> Situs diretas\n> halaman judi");
}

#[test]
fn signatures_and_the_lines_of_telephones_go() {
    check("Terima kasih\n-- \nBudi\nRW 05", "Terima kasih");
    check("Terima kasih\n--\nBudi\nRW 05", "Terima kasih");
    for footer in [
        "Dikirim dari iPhone saya",
        "Dikirim dari Yahoo Mail di Android",
        "Dikirim dari perangkat Samsung Galaxy saya",
        "Dikirim dari Outlook untuk Android<https://aka.ms/x>",
        "Dapatkan Outlook untuk Android <https://aka.ms/x>",
        "Terkirim dari ponsel saya",
        "Sent from my iPhone",
        "Sent from Mail for Windows",
        "Get Outlook for iOS<https://aka.ms/x>",
        "Envoyé à partir de Outlook pour iOS<https://aka.ms/x>",
    ] {
        check(&format!("Terima kasih\n\n{footer}"), "Terima kasih");
        check(
            &format!("Ya.\n\n{footer}\n\nPada Sen, 3 Mar 2025 10.12 Ani <ani@csirt.example> menulis:\n> lama"),
            "Ya.",
        );
    }
    for text in [
        "Dikirim dari alamat yang mencurigakan, lalu kami klik tautannya.",
        "Sent from my desk, is much easier then my mobile phone.",
        "Terima kasih,\nBudi\n0812-0000-0000",
        "Ini garis:\n----\nlalu lanjut",
    ] {
        check(text, text);
    }
    check(
        "Isi\n\n_______________________________________________\nwarga mailing list\nwarga@milis.example\nhttps://milis.example/mailman/listinfo/warga",
        "Isi",
    );
}

#[test]
fn the_armour_of_pgp_goes_and_what_it_protects_stays() {
    check(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSitus diretas.\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
        "Situs diretas.",
    );
}

#[test]
fn long_own_sections_below_a_bare_dash_rule_are_no_signature() {
    let text = format!("Pengantar\n--\n{}", "Langkah berikutnya dijelaskan di sini.\n".repeat(40));
    assert_eq!(newly_written(&text).lines().count(), 42);
}

#[test]
fn hostile_texts_cost_no_time_worth_naming() {
    assert!(newly_written(&"On 1 \n".repeat(20_000)).len() > 60_000);
    for line in ["From: a@b\n", "-- \n", "__\n", "> \n", "On <\n", "---- a ----\n", "Sent from my iPhone\n", "a@b:\n"] {
        let _ = newly_written(&line.repeat(20_000));
    }
    let _ = newly_written(&"x".repeat(2_000_000));
    check("", "");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn own_sentences_survive_any_quote(
        own in prop::collection::vec("[A-Z][a-z]{2,8}( [a-z]{2,9}){1,8}[.!]", 1..6),
        quoted in prop::collection::vec("[A-Z][a-z]{2,8}( [a-z]{2,9}){1,8}[.!?]", 1..6),
        attribution in 0_usize..4,
    ) {
        const ATTRIBUTIONS: [&str; 4] = [
            "Pada Sen, 3 Mar 2025 pukul 10.12 Ani <ani@csirt.example> menulis:",
            "On Mon, 3 Mar 2025 at 10:12, Ani <ani@csirt.example> wrote:",
            "Dari: Ani <ani@csirt.example>\nDikirim: Senin, 3 Maret 2025 10.12\nKepada: Budi\nSubjek: bukti\n",
            "-----Pesan Asli-----",
        ];
        let own = own.join("\n");
        let marked: String = quoted.iter().map(|line| format!("> {line}\n")).collect();
        let bare = quoted.join("\n");
        for quote in [marked, bare] {
            prop_assert_eq!(newly_written(&format!("{own}\n\n{}\n{quote}", ATTRIBUTIONS[attribution])), own.clone());
        }
    }

    #[test]
    fn nothing_is_invented(text in "([a-zA-Z0-9@<>:.,/ _*-]{0,30}\n){0,30}") {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for line in newly_written(&text).lines() {
            prop_assert!(lines.contains(&line.trim()), "{line:?} of {text:?}");
        }
    }
}
