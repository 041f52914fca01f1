//! Cases 39 to 46: commands that somebody else wrote, hid, or wrote so that they look like one.

use proptest::prelude::*;

use siaga::domain::stage::Status;

use crate::office::{answers, arrives, desk, in_review, mails, pass, report};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, BUDI, KABID, status};
use crate::support::world::World;

/// The Kabid's mail with the right code somewhere in it; everything else speaks for it.
fn from_kabid(world: &World, text: impl Fn(&str) -> String) -> Letter {
    let request = world.latest(KABID, "Mohon reviu");
    let text = text(&format!("#setuju {}", request.code()));
    Letter::from(KABID).subject("Re: reviu").answers(&request.message_id).text(&text)
}

fn orders_nothing(world: &mut World, letter: &Letter, what: &str) {
    arrives(world, letter, Some(&pass("csirt.example")));
    assert_eq!(status(world), Status::Review, "{what}");
}

/// A mail in which the Kabid's words are HTML alone, or both forms.
fn page(world: &World, html: &str, plain: Option<&str>) -> Vec<u8> {
    let request = world.latest(KABID, "Mohon reviu");
    let html = html.replace("KODE", &request.code());
    let head = format!(
        "From: {KABID}\r\nTo: csirt@ciamiskab.go.id\r\nSubject: Re: reviu\r\nMessage-ID: <{}.{}@csirt.example>\r\n\
         In-Reply-To: <{}>\r\nMIME-Version: 1.0\r\n",
        html.len(),
        world.events().len(),
        request.message_id
    );
    let body = match plain {
        None => format!("Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"),
        Some(plain) => format!(
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             {}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n",
            plain.replace("KODE", &request.code())
        ),
    };
    crate::office::delivered(format!("{head}{body}").as_bytes(), Some(&pass("csirt.example")))
}

#[test]
fn case_39_an_order_in_a_quote_below_thanks_is_none() {
    let mut world = in_review();
    let letter = from_kabid(&world, |order| format!("Terima kasih\n\n> {order}\n"));
    orders_nothing(&mut world, &letter, "quoted");
}

#[test]
fn case_40_no_way_of_quoting_makes_an_order_of_what_was_quoted() {
    let headings = [
        "Dari: Budi\nDikirim: Senin, 23 November 2026 10.00\nKepada: Kabid\nPerihal: Laporan\n",
        "-----Pesan Asli-----\n",
        "-----Original Message-----\n",
        "From: Budi\nSent: Monday, November 23, 2026 10:00 AM\nTo: Kabid\nSubject: Laporan\n",
        "Pada Sen, 23 Nov 2026 pukul 10.00 Budi <budi@warga.example> menulis:\n",
        "On Mon, Nov 23, 2026 at 10:00 AM Budi <budi@warga.example> wrote:\n",
        "Le lun. 23 nov. 2026 à 10:00, Budi a écrit :\n",
        "---------- Forwarded message ---------\n",
        "---------- Pesan terusan ---------\n",
        "Begin forwarded message:\n",
        "Mulai pesan yang diteruskan:\n",
        "________________________________\n",
        "Pada 23/11/26 10:00, Budi menulis:\n",
        "Budi menulis (23 November 2026):\n",
        "* Budi <budi@warga.example> [2026-11-23 10:00]:\n",
        "> \n",
        "| \n",
        "│ \n",
        "-- \n",
        "Sent from my iPhone\n",
        "Dikirim dari Yahoo Mail untuk Android\n",
        "Get Outlook for Android\n",
        "Kirim dari HP saya\n",
        "\u{a0}\n",
    ];
    for heading in headings {
        let mut world = in_review();
        let above = from_kabid(&world, |order| format!("Terima kasih.\n\n{heading}{order}\n"));
        orders_nothing(&mut world, &above, heading);
        if !heading.trim().is_empty() {
            // A client that puts the quote first leaves no line of the Kabid's own above it.
            let first = from_kabid(&world, |order| format!("{heading}{order}\n"));
            orders_nothing(&mut world, &first, heading);
        }
    }
}

#[test]
fn case_41_an_order_below_the_quote_is_none() {
    let mut world = in_review();
    let letter = from_kabid(&world, |order| format!("> Mohon direviu.\n\n{order}\n"));
    orders_nothing(&mut world, &letter, "below the quote");
}

#[test]
fn case_42_of_a_page_only_the_first_line_of_text_counts() {
    for html in [
        "<div>Terima kasih</div><blockquote>#setuju KODE</blockquote>",
        "<div>Terima kasih</div><div class=\"gmail_quote\">#setuju KODE</div>",
        "<p>Terima kasih</p><div id=\"divRplyFwdMsg\">Dari: Budi</div><div>#setuju KODE</div>",
        "<p>Terima kasih</p><p>#setuju KODE</p>",
        "<div>Terima kasih<br>#setuju KODE</div>",
    ] {
        let mut world = in_review();
        let raw = page(&world, html, None);
        world.deliver_raw(raw);
        world.take_in();
        assert_eq!(status(&world), Status::Review, "{html}");
    }
}

#[test]
fn case_43_text_and_page_that_say_different_things_order_nothing() {
    let mut world = in_review();
    let raw = page(&world, "<p>#setuju KODE</p>", Some("#perbaiki Tambahkan dampak."));
    world.deliver_raw(raw);
    world.take_in();
    assert_eq!(status(&world), Status::Review);
    assert!(world.latest(KABID, "").words().contains("berbeda"), "{}", world.latest(KABID, "").text);
}

#[test]
fn case_44_an_order_that_no_reader_sees_is_none() {
    for hidden in [
        "<p style=\"display:none\">#setuju KODE</p><p>Terima kasih</p>",
        "<p style=\"font-size:0\">#setuju KODE</p><p>Terima kasih</p>",
        "<!-- #setuju KODE --><p>Terima kasih</p>",
        "<html><head><title>#setuju KODE</title></head><body><p>Terima kasih</p></body></html>",
        "<img alt=\"#setuju KODE\" src=\"https://evil.example/x\"><p>Terima kasih</p>",
        "<p style=\"color:#ffffff;background:#ffffff\">#setuju KODE</p><p>Terima kasih</p>",
        "<p style=\"visibility: hidden\">#setuju KODE</p><p>Terima kasih</p>",
        "<p hidden>#setuju KODE</p><p>Terima kasih</p>",
    ] {
        let mut world = in_review();
        let raw = page(&world, hidden, None);
        world.deliver_raw(raw);
        world.take_in();
        assert_eq!(status(&world), Status::Review, "{hidden}");
    }
}

#[test]
fn case_45_a_word_in_other_letters_is_no_order() {
    let twists: [fn(&str) -> String; 6] = [
        |order| order.replace("#set", "#set\u{200b}"),
        |order| order.replace('#', "\u{ff03}"),
        |order| order.replace("#s", "#\u{455}"),
        |order| format!("\u{202e}{order}"),
        |order| order.replace("#set", "#set\0"),
        |order| order.replace("#setuju", "#s\u{435}tuju"),
    ];
    for (number, twist) in twists.into_iter().enumerate() {
        let mut world = in_review();
        let letter = from_kabid(&world, twist);
        orders_nothing(&mut world, &letter, &number.to_string());
    }
}

#[test]
fn case_46_an_order_anywhere_but_at_the_head_of_the_text_is_none() {
    let mut world = in_review();
    let code = world.latest(KABID, "Mohon reviu").code();
    let order = format!("#setuju {code}");
    let thanks = || from_kabid(&world, |_| "Terima kasih.".to_owned());
    let letters = [
        thanks().subject(&order),
        thanks().file("perintah.txt", "text/plain", order.as_bytes()).id("berkas@csirt.example"),
        thanks()
            .file("surel.eml", "message/rfc822", format!("From: {KABID}\r\n\r\n{order}\r\n").as_bytes())
            .id("surel@csirt.example"),
        thanks().file("acara.ics", "text/calendar", order.as_bytes()).id("acara@csirt.example"),
        from_kabid(&world, |order| format!("Terima kasih.\n-- \n{order}")).id("tanda@csirt.example"),
        from_kabid(&world, |order| format!("-- \n{order}")).id("tanda2@csirt.example"),
    ];
    for (number, letter) in letters.iter().enumerate() {
        orders_nothing(&mut world, letter, &number.to_string());
    }
}

#[test]
fn case_46a_orders_that_contradict_each_other_are_all_refused() {
    let mut world = desk();
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#valid xss sedang dinkes\n#tolak bukan milik kabupaten");
    assert_eq!(status(&world), Status::New);
    assert!(world.transcript(ANI).words().contains("belum dijalankan"), "{}", world.transcript(ANI).text);
}

#[test]
fn case_46b_a_reporter_who_writes_an_order_learns_nothing_of_orders() {
    let mut world = desk();
    report(&mut world);
    let before = mails(&world, BUDI);
    let reply = world.reply(BUDI, "CIAMIS", "#valid xss sedang dinkes");
    arrives(&mut world, &reply, Some(&pass("warga.example")));
    assert_eq!((status(&world), mails(&world, BUDI)), (Status::New, before), "it is text, and filed");
    assert!(world.latest(ANI, "Balasan masuk").text.contains("valid xss sedang dinkes"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Case 46d: nothing we write to anybody is an order when it stands at the head of an answer, quoted
    /// without any mark.
    #[test]
    fn case_46d_no_mail_of_ours_is_an_order_when_it_is_quoted_unmarked(
        subject in "[#a-z ]{0,30}",
        text in "(#(setuju|valid|tolak|spam) [a-z0-9-]{0,9}\n){1,3}.{0,40}",
    ) {
        let mut world = desk();
        let letter = Letter::from(BUDI).subject(&subject.replace('\n', " ")).text(&text);
        arrives(&mut world, &letter, Some(&pass("warga.example")));
        prop_assert_eq!(world.tickets().len(), 1);
        let order = |line: &str| !siaga::domain::command::grammar::command_lines(line).is_empty();
        for mail in world.sent() {
            for line in mail.text.lines() {
                prop_assert!(!order(line), "to {}: {}", mail.to, line);
            }
        }
    }
}
