//! Floods, loops and hostile mail: cases 58 to 86 of the threat model by number, with what the desk
//! does of its own accord counted at each limit and one beyond it.

mod support;

use siaga::config::Config;
use siaga::store::{storms, suppressed};

use support::letters::Letter;
use support::world::World;

fn report(sender: &str, subject: &str) -> Letter {
    Letter::from(sender).subject(subject).text(&format!("Laporan tentang {subject} pada dinkes.ciamiskab.go.id."))
}

fn reasons(world: &World) -> Vec<String> {
    let engine = world.shared.engine.borrow();
    let rows = suppressed::latest(engine.store().db(), None, 1_000).expect("rows");
    rows.into_iter().rev().map(|row| row.reason).collect()
}

/// Without the limits that are not asked about.
fn only(change: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        let limits = &mut config.settings.limits;
        (limits.domain_hour, limits.subject_day, limits.outsider_day) = (1_000, 1_000, 1_000);
        (limits.storm_ten_minutes, limits.storm_one_sender, limits.analyst_hour) = (1_000, 1_000, 1_000);
        let caps = &mut config.settings.caps;
        (caps.without_evidence_hour, caps.per_address_hour, caps.per_address_day) = (1_000, 1_000, 1_000);
        change(config);
    })
}

/// Case 58.
#[test]
fn case_58_a_subject_cannot_add_a_header() {
    let mut world = World::new();
    world.writes(&report("Budi <budi@warga.example>", "=?utf-8?Q?x=0D=0ABcc:_evil@evil.example=00=E2=80=A8y?="));
    for mail in world.sent() {
        let whole = String::from_utf8_lossy(&mail.mail.bytes).to_lowercase();
        let head = whole.split("\r\n\r\n").next().expect("a head");
        assert_eq!(head.matches("\r\nsubject:").count() + usize::from(head.starts_with("subject:")), 1, "{head}");
        assert!(!head.contains("\r\nbcc:"), "{head}");
    }
    assert!(!world.mailbox_of("budi@warga.example")[0].text.contains("evil"), "the reporter's words are not repeated");
}

/// Case 59.
#[test]
fn case_59_a_display_name_of_any_length_stays_out_of_our_headers() {
    let mut world = World::new();
    let name = format!("\"{}\"", "panjang ".repeat(1_250));
    world.writes(&report(&format!("{name} <budi@warga.example>"), "nama"));
    let told = &world.mailbox_of("budi@warga.example")[0];
    assert!(!String::from_utf8_lossy(&told.mail.bytes).contains("panjang panjang"));
}

/// Case 60.
#[test]
fn case_60_an_address_that_is_a_command_is_nobodys() {
    for from in ["\"a RCPT TO:<evil@evil.example>\"@warga.example", "|cmd@warga.example", "-oQ/x@warga.example"] {
        let mut world = World::new();
        world.writes(&report(from, "alamat"));
        assert_eq!(world.tickets().len(), 1, "{from}: kept all the same");
        assert!(world.sent().iter().all(|mail| mail.to.ends_with("@csirt.example")), "{from}");
    }
}

/// Case 61.
#[test]
fn case_61_lines_that_end_a_mail_early_end_none_of_ours() {
    let mut world = World::new();
    let text = "a\n.\nb\n..\nMAIL FROM:<evil@evil.example>\n.\n";
    world.writes(&report("Budi <budi@warga.example>", "titik").text(text));
    for mail in world.sent() {
        let bytes = &mail.mail.bytes;
        let bare = bytes.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r'));
        assert!(!bare, "a bare line feed in a mail to {}", mail.to);
    }
}

/// Case 62.
#[test]
fn case_62_what_looks_like_a_template_is_text() {
    let mut world = World::new();
    let hostile = "{{ desk.address }} {% include \"x\" %} ${jndi:ldap} %n%s $(id) `id`";
    world.writes(&report("Budi <budi@warga.example>", hostile).text(hostile));
    let told = world.mailbox_of("ani@csirt.example").remove(0).words();
    assert!(told.contains("{{ desk") && told.contains("{% include") && told.contains("$(id)"), "{told}");
}

/// Case 63.
#[test]
fn case_63_a_name_that_is_an_invitation_is_not_passed_on() {
    let mut world = World::new();
    world.writes(&report("\"Verifikasi di https://evil.example\" <budi@warga.example>", "nama"));
    assert!(!world.mailbox_of("budi@warga.example")[0].text.contains("evil"));
    let team = world.mailbox_of("ani@csirt.example").remove(0);
    assert!(team.text.contains("hxxps[://]evil[.]example") && !team.text.contains("https://evil"), "{}", team.text);
}

/// Case 64 as decisions 11 read it: a page of a stranger is never sent on.
#[test]
fn case_64_nothing_of_a_page_is_sent_on() {
    let mut world = World::new();
    let raw = "From: Budi <budi@warga.example>\r\nSubject: laman\r\nContent-Type: text/html\r\n\r\n\
        <script>jahat()</script><img src=http://evil.example/x.gif onerror=jahat()><p>isi</p>\r\n";
    world.deliver_raw(raw.as_bytes().to_vec());
    world.take_in();
    for mail in world.sent() {
        let bytes = String::from_utf8_lossy(&mail.mail.bytes).to_lowercase();
        assert!(!bytes.contains("<script") && !bytes.contains("<img") && !bytes.contains("onerror="), "{bytes}");
    }
}

/// Case 65.
#[test]
fn case_65_a_file_name_leads_nowhere() {
    let mut world = World::new();
    let mut letter = report("Budi <budi@warga.example>", "berkas");
    let long = "x".repeat(5_000);
    for name in ["../../etc/cron.d/x", "/etc/passwd", "CON", "a.html><script>", "\u{202E}gpj.exe", &long] {
        letter = letter.file(name, "application/octet-stream", name.as_bytes());
    }
    world.writes(&letter);
    let told = world.mailbox_of("ani@csirt.example").remove(0).text;
    assert!(!told.contains("../") && !told.contains("<script>") && !told.contains('\u{202E}'), "{told}");
    assert!(!told.contains(&"x".repeat(121)), "a name has at most 120 characters");
}

/// Case 66.
#[test]
fn case_66_a_header_that_claims_a_ticket_or_a_role_is_nothing() {
    let mut world = World::new();
    world.writes(&report("Budi <budi@warga.example>", "satu"));
    let claims = report("Eve <eve@lain.example>", "dua").header("X-CSIRT-Ticket", "CIAMIS-2026-0001");
    world.writes(&claims.header("X-CSIRT-Role", "kabid").text("#setuju"));
    assert_eq!(world.tickets().len(), 2);
    assert!(world.events().iter().all(|event| event.kind != "setuju"));
}

/// Case 75: each mark alone.
#[test]
fn case_75_each_mark_of_a_machine_silences_the_answer_and_none_of_them_the_ticket() {
    for (name, value) in [
        ("Return-Path", "<>"),
        ("Auto-Submitted", "auto-generated; x"),
        ("Auto-Submitted", "(c) AUTO-GENERATED"),
        ("Precedence", "Bulk"),
        ("Precedence", "LIST"),
        ("List-Unsubscribe", "<mailto:x@y.example>"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ] {
        let mut world = World::new();
        world.writes(&report("Budi <budi@warga.example>", "mesin").header(name, value));
        assert!(world.mailbox_of("budi@warga.example").is_empty(), "{name}: {value}");
        assert_eq!(world.server.borrow().archived.len(), 1, "{name}: {value} is kept");
    }
}

/// Case 76.
#[test]
fn case_76_a_mail_that_says_it_is_not_automatic_is_answered() {
    for value in ["no", "No", "no (manual)"] {
        let mut world = World::new();
        world.writes(&report("Budi <budi@warga.example>", "orang").header("Auto-Submitted", value));
        assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "{value}");
    }
}

#[test]
fn a_marked_copy_that_comes_first_does_not_swallow_the_report() {
    for (name, value) in
        [("X-Spam-Flag", "YES"), ("X-Failed-Recipients", "a@b.example"), ("X-Autoreply", "yes"), ("Return-Path", "<>")]
    {
        let mut world = World::new();
        let true_report = report("Budi <budi@warga.example>", "diretas").id("satu@warga.example").raw();
        let marked = [format!("{name}: {value}\r\n").into_bytes(), true_report.clone()].concat();
        world.deliver_raw(marked);
        world.take_in();
        world.deliver_raw(true_report);
        world.take_in();
        assert_eq!(world.mailbox_of("budi@warga.example").len(), 1, "{name}: he is answered");
    }
}

/// Case 77, case 78: our own mail, and the mail of another desk like ours.
#[test]
fn case_78_two_desks_that_write_to_each_other_stop_at_once() {
    let mut world = World::new();
    world.writes(&report("Meja lain <csirt@lain.example>", "pertama"));
    let answer = world.mailbox_of("csirt@lain.example").remove(0);
    let back = String::from_utf8_lossy(&answer.mail.bytes).replace("csirt@ciamiskab.go.id", "csirt@lain.example");
    world.deliver_raw(back.into_bytes());
    world.take_in();
    assert_eq!(world.mailbox_of("csirt@lain.example").len(), 1);
}

/// Case 79.
#[test]
fn case_79_a_robot_without_marks_gets_three_answers_and_no_fourth() {
    let mut world = only(|config| config.settings.caps.per_address_hour = 3);
    for number in 0..5 {
        world.writes(&report("robot@mesin.example", &format!("tiket {number}")));
    }
    assert_eq!(world.mailbox_of("robot@mesin.example").len(), 3);
    assert_eq!(reasons(&world), ["address_hour", "address_hour"]);
    assert_eq!(world.tickets().len(), 5);
}

/// Case 79: who keeps his subject gets one.
#[test]
fn one_subject_is_acknowledged_once_a_day() {
    let mut world = only(|config| config.settings.limits.subject_day = 1);
    for subject in ["Situs diretas", "Re: situs  DIRETAS", "Situs lain"] {
        world.writes(&report("budi@warga.example", subject));
    }
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 2);
    assert_eq!(reasons(&world), ["same_subject"]);
    world.until("2026-11-24 10:00");
    world.writes(&report("budi@warga.example", "Situs diretas").text("Sehari kemudian masih sama."));
    assert_eq!(reasons(&world).len(), 1);
}

/// Case 80, 81, 82: a storm begins with one mail more than allowed, and the team is told together.
#[test]
fn in_a_storm_strangers_are_not_answered_and_the_team_is_told_together() {
    let mut world = only(|config| config.settings.limits.storm_ten_minutes = 5);
    for number in 0..12 {
        world.writes(&report(&format!("w{number}@d{number}.example"), &format!("hal {number}")));
    }
    let acknowledged = world.outbox().iter().filter(|mail| mail.notice == "report_received").count();
    assert_eq!(acknowledged, 5, "five are no storm, the sixth is one");
    assert_eq!(world.outbox().iter().filter(|mail| mail.notice == "ticket_opened").count(), 2 * 5);
    assert_eq!(world.tickets().len(), 12);
    world.minutes(20);
    let gathered: Vec<_> =
        world.mailbox_of("ani@csirt.example").into_iter().filter(|mail| mail.subject.contains("LONJAKAN")).collect();
    assert!((1..=2).contains(&gathered.len()), "at once, and once more after a quarter of an hour");
    assert!(reasons(&world).iter().filter(|reason| *reason == "storm").count() >= 7);
}

/// Case 80: what people with a role write is dealt with first, whatever lies before it.
#[test]
fn in_a_backlog_the_team_comes_first() {
    let mut world = only(|_| {});
    for number in 0..300 {
        world.deliver(&report(&format!("w{number}@d{number}.example"), &format!("hal {number}")));
    }
    world.deliver(&Letter::from("Ani <ani@csirt.example>").subject("telepon").text("Ada laporan lewat telepon."));
    world.take_in();
    let tickets = world.tickets();
    assert_eq!(tickets.len(), 301);
    assert_eq!(tickets[0].subject, "telepon");
}

/// Case 80.
#[test]
fn a_storm_ends_when_few_reports_come() {
    let mut world = only(|config| {
        config.settings.limits.storm_one_sender = 3;
        config.settings.limits.storm_ends_below = 3;
    });
    for number in 0..5 {
        world.writes(&report("banjir@warga.example", &format!("hal {number}")));
    }
    let lasts = |world: &World| storms::since(world.shared.engine.borrow().store().db()).expect("read").is_some();
    assert!(lasts(&world));
    world.minutes(45);
    world.writes(&report("budi@warga.example", "sesudahnya"));
    assert!(!lasts(&world));
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
}

/// Case 83: the domain's share of the hour, at the limit and beyond it.
#[test]
fn one_domain_gets_its_share_of_the_hour() {
    let mut world = only(|config| config.settings.limits.domain_hour = 4);
    for number in 0..5 {
        world.writes(&report(&format!("w{number}@satu.example"), &format!("hal {number}")));
    }
    assert_eq!(reasons(&world), ["domain_hour"]);
    world.writes(&report("budi@lain.example", "lain"));
    assert_eq!(world.mailbox_of("budi@lain.example").len(), 1);
}

/// Case 84.
#[test]
fn an_address_that_bounced_for_good_is_not_written_to_again() {
    let mut world = only(|_| {});
    world.writes(&report("budi@warga.example", "satu"));
    world.replies("ani@csirt.example", "Baru", "#tanya\nSejak kapan?");
    world.minutes(11);
    let ours = world.mailbox_of("budi@warga.example").remove(1).message_id;
    for number in 0..20 {
        let raw = format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example\r\nSubject: Undelivered\r\n\
             Message-ID: <b{number}@mail.example>\r\nContent-Type: multipart/report; report-type=delivery-status; \
             boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; budi@warga.example\r\n\
             Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             Message-ID: <{ours}>\r\n\r\n--b--\r\n"
        );
        world.deliver_raw(raw.into_bytes());
    }
    world.take_in();
    assert_eq!(world.tickets().len(), 1, "a bounce is no report");
    world.writes(&report("budi@warga.example", "dua"));
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 2);
    assert_eq!(reasons(&world), ["undeliverable"]);
}

/// Case 85.
#[test]
fn case_85_a_mail_that_goes_round_is_not_answered_and_then_put_aside() {
    for (hops, tickets) in [(51, 1), (101, 0)] {
        let mut world = World::new();
        let mut letter = report("Budi <budi@warga.example>", "putar");
        for hop in 0..hops {
            letter = letter.header("Received", &format!("from a{hop} by b; Mon, 23 Nov 2026 00:00:00 +0000"));
        }
        world.writes(&letter);
        assert_eq!(world.tickets().len(), tickets, "{hops} hops");
        assert!(world.mailbox_of("budi@warga.example").is_empty(), "{hops} hops");
    }
}

/// Section 4.2: notices to one analyst in an hour; what is more comes together.
#[test]
fn an_analyst_who_has_had_his_share_is_told_together() {
    let mut world = only(|config| config.settings.limits.analyst_hour = 3);
    for number in 0..6 {
        world.writes(&report(&format!("w{number}@d{number}.example"), &format!("hal {number}")));
    }
    let opened =
        world.outbox().into_iter().filter(|mail| mail.notice == "ticket_opened" && mail.recipient.starts_with("ani"));
    assert_eq!(opened.count(), 3);
    world.minutes(20);
    assert!(world.latest("ani@csirt.example", "Ringkasan").words().contains("CIAMIS-2026-0004"));
}

/// Decisions 17.
#[test]
fn what_the_provider_marks_as_spam_is_numbered_and_nobody_is_told_until_somebody_opens_it() {
    let mut world = World::new();
    world.writes(&report("Budi <budi@warga.example>", "promo").header("X-Spam-Flag", "YES"));
    let ticket = world.tickets().remove(0);
    assert_eq!((ticket.status.as_str(), ticket.due_at), ("spam", None));
    assert!(world.sent().is_empty());
    assert_eq!(reasons(&world), ["junk"]);
    world.until("2026-11-23 16:00");
    assert!(world.sent().is_empty(), "no clock runs");
}

/// Decisions 16.
#[test]
fn a_report_by_the_web_form_is_that_of_whoever_filled_it_in() {
    let robot = |config: &mut Config| {
        config.settings.intake.form_senders = vec!["formulir@ciamiskab.go.id".parse().expect("an address")];
    };
    let mut world = World::with(robot);
    let form =
        report("Formulir <formulir@ciamiskab.go.id>", "Laporan situs").header("Auto-Submitted", "auto-generated");
    world.writes(
        &form.clone().header("Reply-To", "Siti <siti@kampus.example>").text("Nama: Siti Aminah\nPesan: diretas"),
    );
    world.writes(&form.subject("Laporan kedua").text("Nama: Budi\nEmail: budi@warga.example\nPesan: diretas juga"));
    assert_eq!(world.mailbox_of("siti@kampus.example").len(), 1);
    assert_eq!(world.mailbox_of("budi@warga.example").len(), 1);
    let reporter = world.tickets()[0].reporter.clone().expect("a reporter");
    assert_eq!((reporter.name.as_str(), reporter.address.as_str()), ("Siti Aminah", "siti@kampus.example"));
}
