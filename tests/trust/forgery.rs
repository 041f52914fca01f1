//! Cases 1 to 10, 13, 18 and 24: a forged From, forged results, results in the wrong place.

use siaga::domain::stage::{Disposition, Status};

use crate::office::{
    answers, approval, arrives, delivered, desk, desk_with, in_review, mails, pass, refusal, report, submit,
};
use crate::support::letters::Letter;
use crate::support::reported::{ANI, KABID, status};
use crate::support::world::World;

/// The forger's best attempt without the mailbox: the right words, from the right address.
fn forged() -> Letter {
    Letter::from(KABID).subject("Re: [CIAMIS-2026-0001]").text("#setuju")
}

fn stays_in_review(world: &World, told_before: usize) {
    assert_eq!(status(world), Status::Review);
    assert_eq!(mails(world, KABID), told_before, "nobody can make us write to him");
}

#[test]
fn case_1_an_approval_that_nothing_vouches_for_is_silently_refused() {
    let mut world = in_review();
    let told = mails(&world, KABID);
    arrives(&mut world, &forged(), None);
    stays_in_review(&world, told);
    assert_eq!(refusal(&world, "verdict"), "silence");
}

#[test]
fn case_2_results_beside_the_forgers_own_are_ambiguous() {
    let mut world = in_review();
    let told = mails(&world, KABID);
    let letter = forged().header("Authentication-Results", &pass("csirt.example"));
    arrives(&mut world, &letter, Some("mx.csirt.example; dmarc=none"));
    stays_in_review(&world, told);
    assert_eq!(refusal(&world, "evidence")["results"], "ambiguous");
    // Though the provider says pass as well: one of them is forged, and nobody knows which.
    arrives(&mut world, &letter.text("#setuju lagi"), Some(&pass("csirt.example")));
    stays_in_review(&world, told);
}

#[test]
fn case_3_results_below_the_providers_trace_are_the_senders_own() {
    let mut world = in_review();
    let told = mails(&world, KABID);
    let letter = forged().header("Authentication-Results", &pass("csirt.example"));
    arrives(&mut world, &letter, None);
    stays_in_review(&world, told);
    assert_eq!(refusal(&world, "evidence")["results"], "misplaced");
    // A trace of his own below it makes it no better.
    let trace = "from x by mx.csirt.example with ESMTPS id 1; Mon, 23 Nov 2026 10:00:00 +0700";
    arrives(&mut world, &letter.header("Received", trace).text("#setuju lagi"), None);
    stays_in_review(&world, told);
}

#[test]
fn case_4_only_the_exact_name_of_the_provider_is_believed() {
    let checks = [
        ("mx.csirt.example", true),
        ("MX.CSIRT.Example", true),
        ("mx.csirt.example 1", true),
        ("(ours) mx.csirt.example", true),
        ("mx.csirt.example.evil.example", false),
        ("evil.example mx.csirt.example", false),
        ("mx.cs\u{456}rt.example", false),
        ("\"mx.csirt.example\" (ours)", false),
        ("(mx.csirt.example) evil.example", false),
    ];
    for (name, believed) in checks {
        let mut world = desk();
        report(&mut world);
        let results = format!("{name}; dmarc=pass header.from=csirt.example");
        let reply = world.reply(ANI, "Baru", "#spam");
        arrives(&mut world, &reply, Some(&results));
        assert_eq!(status(&world) == Status::Closed(Disposition::Spam), believed, "{name}");
    }
}

#[test]
fn cases_5_and_6_a_mail_without_exactly_one_sender_commands_nothing() {
    for from in [
        &format!("{KABID}\r\nFrom: evil@evil.example"),
        &format!("evil@evil.example\r\nFrom: {KABID}"),
        &format!("{KABID}, evil@evil.example"),
        &format!("Tim: {KABID};"),
        "",
        "<>",
    ] {
        let mut world = in_review();
        let told = mails(&world, KABID);
        let code = world.latest(KABID, "Mohon reviu").code();
        let answered = world.latest(KABID, "Mohon reviu").message_id;
        let letter = Letter::from(from).answers(&answered).text(&format!("#setuju {code}"));
        arrives(&mut world, &letter, Some(&pass("csirt.example")));
        stays_in_review(&world, told);
    }
}

#[test]
fn cases_7_to_9_a_name_and_other_headers_are_no_identity() {
    for (from, header) in [
        (format!("\"Kabid <{KABID}>\" <evil@evil.example>"), None),
        (format!("{KABID} <evil@evil.example>"), None),
        ("kabid@cs\u{456}rt.example".to_owned(), None),
        ("kabid@xn--csrt-m9d.example".to_owned(), None),
        ("evil@evil.example".to_owned(), Some("Reply-To")),
        ("evil@evil.example".to_owned(), Some("Sender")),
        ("evil@evil.example".to_owned(), Some("Resent-From")),
    ] {
        let mut world = in_review();
        let told = mails(&world, KABID);
        let sent = world.latest(KABID, "Mohon reviu");
        let letter = Letter::from(&from).answers(&sent.message_id).text(&format!("#setuju {}", sent.code()));
        let letter = if let Some(name) = header { letter.header(name, KABID) } else { letter };
        arrives(&mut world, &letter, Some(&pass("evil.example")));
        stays_in_review(&world, told);
    }
}

#[test]
fn cases_10_and_13_what_passes_for_another_domain_proves_nothing() {
    for results in [
        "mx.csirt.example; spf=pass smtp.mailfrom=evil.example",
        "mx.csirt.example; dkim=pass header.d=other.example",
        "mx.csirt.example; dmarc=pass header.from=evil.example",
    ] {
        let mut world = in_review();
        let told = mails(&world, KABID);
        arrives(&mut world, &forged(), Some(results));
        stays_in_review(&world, told);
    }
}

#[test]
fn case_18_what_the_domain_denies_is_refused_with_the_right_code() {
    let mut world = in_review();
    let letter = approval(&world);
    arrives(&mut world, &letter, Some("mx.csirt.example; dmarc=fail header.from=csirt.example"));
    assert_eq!(status(&world), Status::Review);
    assert_eq!(refusal(&world, "verdict"), "explain", "told at the registered address");
    // The code was not used up by it.
    let again = approval(&world).id("lagi@csirt.example");
    arrives(&mut world, &again, Some(&pass("csirt.example")));
    assert_eq!(status(&world), Status::Approved);
}

#[test]
fn case_24_an_analyst_approves_nothing_however_well_proved() {
    let mut world = in_review();
    answers(&mut world, ANI, "Baru", "#setuju");
    assert_eq!(status(&world), Status::Review);
    assert!(world.transcript(ANI).words().contains("yang berwenang: Kabid"));
}

#[test]
fn results_count_only_where_this_desk_believes_them() {
    let mut world = desk_with(|config| config.settings.trust.use_results = false);
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#spam");
    assert_eq!(status(&world), Status::New, "a code is asked for instead");
    let mut world = desk_with(|config| config.settings.trust.trace_lines = 2);
    report(&mut world);
    answers(&mut world, ANI, "Baru", "#spam");
    assert_eq!(status(&world), Status::New, "one line of trace where the provider writes two");
}

#[test]
fn a_login_on_our_own_server_vouches_for_its_own_address() {
    let own = |config: &mut siaga::config::Config| {
        config.settings.trust.use_results = false;
        config.settings.trust.login_hosts = vec!["mx.csirt.example".to_owned()];
    };
    for (login, counts) in [(ANI, true), ("dedi@csirt.example", false)] {
        let mut world = desk_with(own);
        report(&mut world);
        let reply = world.reply(ANI, "Baru", "#spam").raw();
        let trace = format!(
            "Received: from [10.0.0.7] (laptop [10.0.0.7]) (Authenticated sender: {login})\r\n\tby mx.csirt.example \
             (Postfix) with ESMTPSA id 4F2A; Mon, 23 Nov 2026 10:00:00 +0700\r\n"
        );
        world.deliver_raw([trace.as_bytes(), &reply].concat());
        world.take_in();
        assert_eq!(status(&world) == Status::Closed(Disposition::Spam), counts, "{login}");
    }
}

/// Case 14a: a forwarder's copy came first.
#[test]
fn case_14a_a_better_proved_copy_of_a_refused_order_is_judged_anew_and_once() {
    let mut world = desk();
    submit(&mut world);
    let letter = approval(&world).raw();
    for (results, expected) in [(None, Status::Review), (Some(pass("csirt.example")), Status::Approved)] {
        world.deliver_raw(delivered(&letter, results.as_deref()));
        world.take_in();
        assert_eq!(status(&world), expected);
    }
    let told = mails(&world, KABID);
    world.deliver_raw(delivered(&letter, Some(&pass("csirt.example"))));
    world.take_in();
    assert_eq!(mails(&world, KABID), told, "cases 14 and 15: a replay is nothing");
}

#[test]
fn a_copy_that_names_another_ticket_does_not_move_an_order_there() {
    let mut world = desk();
    report(&mut world);
    let order = world.reply(ANI, "Baru", "#ambil");
    let other = Letter::from("Siti <siti@warga.example>").subject("Lain").text("Situs lain, https://x.example/.");
    arrives(&mut world, &other, None);
    let text = String::from_utf8(order.raw()).expect("text");
    let copy = text.replacen("CIAMIS-2026-0001", "CIAMIS-2026-0002", 1);
    let threading = |line: &&str| !line.starts_with("In-Reply-To") && !line.starts_with("References");
    let copy: Vec<&str> = copy.split_inclusive("\r\n").filter(threading).collect();
    world.deliver_raw(delivered(copy.concat().as_bytes(), None));
    world.take_in();
    let taken =
        |world: &World| -> Vec<bool> { world.tickets().iter().map(|ticket| ticket.assignee.is_some()).collect() };
    assert_eq!(taken(&world), [false, false], "nothing vouches for the copy");
    world.deliver_raw(delivered(text.as_bytes(), Some(&pass("csirt.example"))));
    world.take_in();
    assert_eq!(taken(&world), [true, false]);
    let told = mails(&world, ANI);
    world.deliver_raw(delivered(
        text.replacen("Subject: Re:", "Subject: RE:", 1).as_bytes(),
        Some(&pass("csirt.example")),
    ));
    world.take_in();
    assert_eq!(mails(&world, ANI), told, "and below another header it is no second order");
}

#[test]
fn case_8_a_lookalike_is_nobody_and_the_team_is_told_once_an_hour() {
    for imitation in ["kabid@cs\u{456}rt.example", "kabid@xn--csrt-m9d.example"] {
        let mut world = in_review();
        let told = mails(&world, KABID);
        let sent = world.latest(KABID, "Mohon reviu");
        let alerts =
            |world: &World| world.mailbox_of(ANI).iter().filter(|mail| mail.subject.contains("meniru")).count();
        for attempt in 0..3 {
            let letter = Letter::from(imitation).text(&format!("#setuju {} {attempt}", sent.code()));
            arrives(&mut world, &letter, Some(&pass("evil.example")));
        }
        stays_in_review(&world, told);
        assert_eq!(alerts(&world), 1, "{imitation}");
        let alert = world.latest(ANI, "meniru").words();
        assert!(alert.contains("kabid[@]xn--csrt-m9d[.]example"), "{alert}");
        world.minutes(61);
        let letter = Letter::from(imitation).text("Tolong disetujui hari ini juga.");
        arrives(&mut world, &letter, Some(&pass("evil.example")));
        assert_eq!(alerts(&world), 2, "{imitation}");
        let notice = world.latest(ANI, "Baru").words();
        assert!(notice.contains("MUNGKIN TIRUAN"), "{notice}");
    }
}
