//! Columns of small mails: what each of them is, and whether it may be answered.

use crate::domain::incoming::{Automatic, BounceKind, IncomingMail, Nature};
use crate::mail::parse::parse;

fn read(raw: &str) -> IncomingMail {
    parse(raw.as_bytes()).expect("readable").mail
}

/// A mail of header lines, an empty line and a text.
fn nature(headers: &str, text: &str) -> &'static str {
    read(&format!("{headers}\nMessage-ID: <1@x.example>\n\n{text}\n")).nature.as_str()
}

fn is_a_bounce(from: &str, subject: &str, text: &str) {
    let headers = format!("From: {from}\nTo: csirt@csirt.example\nSubject: {subject}");
    assert_eq!(nature(&headers, text), "bounce", "{from} | {subject} | {text}");
}

#[test]
fn bounces_without_any_header_that_says_so() {
    let check = is_a_bounce;
    check(
        "MAILER-DAEMON@mx.example",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<budi@warga.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <csirt@csirt.example>\nMessage-ID: <a@csirt.example>\nSubject: x",
    );
    check(
        "Mail Delivery Subsystem <mailer-daemon@mx.example>",
        "Returned mail: see transcript for details",
        "The original message was received at Mon, 3 Mar 2025 10:12:00 +0700\n\n   ----- The following addresses had permanent fatal errors -----\n<budi@warga.example>\n\n   ----- Transcript of session follows -----\n550 5.1.1 <budi@warga.example>... User unknown",
    );
    check(
        "postmaster@mx.example",
        "Undeliverable: Laporan diterima",
        "Your message did not reach some or all of the intended recipients.\n\n  Subject: Laporan diterima\n\nThe following recipient(s) could not be reached:\n\n  budi@warga.example on 3/3/2025 10:12\n        The e-mail account does not exist at the organization this message was sent to.",
    );
    check(
        "Mail Administrator <Postmaster@mx.example>",
        "Mail System Error - Returned Mail",
        "This Message was undeliverable due to the following reason:\n\nThe user(s) account is temporarily over quota.\n\n<budi@warga.example>",
    );
    check(
        "System Administrator <admin@mx.example>",
        "Tidak terkirim: Laporan",
        "Pesan Anda tidak dapat dikirim ke penerima berikut:\n\nbudi@warga.example\n550 5.1.1 pengguna tidak dikenal",
    );
    check(
        "MAILER-DAEMON@mx.example",
        "Unzustellbar: Laporan",
        "Ihre Nachricht konnte nicht zugestellt werden an budi@warga.example",
    );
    check(
        "MAILER-DAEMON@mx.example",
        "系统退信/Systems bounce",
        "抱歉,您的邮件被退回来了。原邮件信息: budi@warga.example 550 User not found",
    );
    check(
        "Mail Delivery System <MAILER-DAEMON@mx.example>",
        "Warning: message 1abc delayed 24 hours",
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n\n  budi@warga.example\n\nNo action is required on your part. Delivery attempts will continue.",
    );
    check(
        "mailgateway@mx.example",
        "DELIVERY FAILURE: User budi not listed in Domino Directory",
        "Your message\n\n  Subject: Laporan\n\nwas not delivered to:\n\n  budi@warga.example\n\nbecause:\n\n  User budi (budi@warga.example) not listed in Domino Directory",
    );
    check(
        "\"\" <>",
        "Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered to one or more of its recipients. The following address(es) failed:\n\n  budi@warga.example\n    Unrouteable address",
    );
}

/// What old gateways send instead of a report: an address with its reason in brackets, a robot's name
/// with an underscore, a sentence in English below one in another language.
#[test]
fn bounces_of_gateways_without_a_report() {
    let check = is_a_bounce;
    check(
        "\"Mail Deliver System\" <MAILER-DAEMON@mx.example>",
        "Returned Mail: User unknown",
        "The original message was received at Mon, 3 Mar 2025 10:12:00 +0700\nfrom csirt@csirt.example\n\n---The following addresses had delivery errors---\n\nbudi@warga.example [User unknown]",
    );
    check(
        "post_master@mx.example",
        "Re:Laporan diterima",
        "Error: Invalid user address\n\nError message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n  RCPT TO: budi@warga.example",
    );
    check(
        "no-reply@app.mx.example",
        "メールエラー通知",
        "送信先のメールボックスが一杯のため、送信できませんでした。\n\nYour mail sent on: Mon, 3 Mar 2025 10:12:00 +0700\n     Could not be delivered to: <budi@warga.example>\n     As their mailbox is full.\n\nReturn-Path: <csirt@csirt.example>\nFrom: csirt@csirt.example\nTo: budi@warga.example\nSubject: Laporan diterima",
    );
}

/// An address with something in brackets behind it is also how people list whom they mean.
#[test]
fn people_who_list_addresses_are_people() {
    let headers = "From: Budi <budi@warga.example>\nTo: csirt@csirt.example\nSubject: Email gagal terkirim";
    let text =
        "Selamat pagi, email saya ke dinas tidak terkirim sejak kemarin.\n\ninfo@dinas.example [admin]\n\nMohon dicek.";
    assert_eq!(nature(headers, text), "person");
}

#[test]
fn what_bounces_say() {
    let mail = read(concat!(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n",
        "--b\n\nThis is the mail system at host mx.example.\n",
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n",
        "Final-Recipient: rfc822; budi@warga.example\nOriginal-Recipient: rfc822;budi@warga.example\nAction: delayed\nStatus: 4.4.1\n",
        "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <k1.1.1.aa@csirt.example>\nSubject: x\n\n--b--\n",
    ));
    let Nature::Bounce(bounce) = mail.nature else { panic!("{:?}", mail.nature) };
    assert_eq!(bounce.kind, BounceKind::Delayed);
    assert_eq!(bounce.failed.map(|address| address.to_string()).as_deref(), Some("budi@warga.example"));
    assert_eq!(bounce.about, ["k1.1.1.aa@csirt.example"]);
    assert_eq!(bounce.status.as_deref(), Some("4.4.1"));
}

#[test]
fn people_who_write_about_mail_are_people() {
    let check = |headers: &str, text: &str| assert_eq!(nature(headers, text), "person", "{headers} | {text}");
    check(
        "From: budi@warga.example\nSubject: Fwd: Undelivered Mail Returned to Sender",
        "Tolong dicek, kenapa surel kami kembali?\n\n---------- Forwarded message ---------\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mx.example.\n550 5.1.1 User unknown",
    );
    check(
        "From: budi@warga.example\nSubject: Re: Delivery failure",
        "Surel saya masih gagal dikirim sejak kemarin, ada balasan 550. Mohon bantuannya.",
    );
    check(
        "From: budi@warga.example\nSubject: Email tidak terkirim",
        "Sejak pagi semua email ke dinas tidak terkirim. Muncul pesan mailbox full.",
    );
    check(
        "From: Postmaster Dinas <postmaster@dinkes.example>\nSubject: Permintaan data",
        "Yth. Tim, mohon salinan log untuk audit bulan ini.",
    );
    check(
        "From: budi@warga.example\nSubject: Automatic reply phishing",
        "Ada surel balasan otomatis yang berisi tautan palsu.",
    );
    check(
        "From: budi@warga.example\nSubject: Cuti: pengajuan palsu beredar",
        "Surel pengajuan cuti palsu beredar di kantor kami.",
    );
    check("From: budi@warga.example\nSubject: Re: Automatic reply: rapat", "Terima kasih, saya tunggu.");
    check(
        "From: budi@warga.example\nSubject: Out of office settings hacked",
        "Someone changed the auto-reply of our mailbox to a scam.",
    );
    check("From: budi@warga.example\nList-Id: <x.example>\nPrecedence: list\nSubject: Situs", "Situs diretas.");
    check(
        "From: Dinas <noreply@form.example>\nAuto-Submitted: auto-generated\nSubject: Formulir kontak",
        "Nama: Budi\nPesan: situs tidak bisa dibuka",
    );
    check(
        "From: budi@warga.example\nX-Auto-Response-Suppress: OOF, AutoReply\nSubject: Situs",
        "Situs diretas, mohon dicek.",
    );
}

#[test]
fn false_friends_of_the_mail_system_are_shown_to_people() {
    let check = |headers: &str, text: &str| assert_ne!(nature(headers, text), "bounce", "{headers} | {text}");
    check(
        "From: Mail Delivery System <support@evil.example>\nSubject: 5 undelivered messages",
        "5 incoming messages could not be delivered to your inbox. Click here to release your messages within 24 hours: https://evil.example/login",
    );
    check(
        "From: Mail Administrator <it@evil.example>\nSubject: Mailbox is full",
        "Your mailbox is full. Upgrade your storage, sign in to https://evil.example",
    );
    check(
        "From: Administrator Sistem <admin@evil.example>\nSubject: Email gagal terkirim",
        "Beberapa pesan gagal dikirim. Klik di sini untuk verifikasi akun Anda: https://evil.example",
    );
}

#[test]
fn automatic_answers() {
    let check = |headers: &str, text: &str| assert_eq!(nature(headers, text), "auto_reply", "{headers} | {text}");
    check("From: ani@dinkes.example\nSubject: Automatic reply: Laporan", "Saya sedang cuti.");
    check("From: ani@dinkes.example\nSubject: Balasan otomatis: Laporan", "Terima kasih.");
    check("From: ani@dinkes.example\nSubject: Out of Office: Laporan", "Back on Monday.");
    check(
        "From: ani@dinkes.example\nAuto-Submitted: auto-replied\nSubject: Re: Laporan",
        "Saya sedang tidak di kantor.",
    );
    check("From: ani@dinkes.example\nAuto-Submitted: (by cron) auto-replied; owner=x\nSubject: Laporan", "x");
    check("From: ani@dinkes.example\nPrecedence: bulk\nX-Autoreply: yes\nSubject: Re: Laporan", "x");
    check(
        "From: noreply@desk.example\nSubject: Re: Laporan\nIn-Reply-To: <a@csirt.example>",
        "Terima kasih telah menghubungi kami. Nomor tiket Anda 123. Pesan ini dikirim secara otomatis, mohon tidak membalas.",
    );
    check("From: ani@dinkes.example\nSubject: 自動応答: Laporan", "x");
    check(
        "From: ani@dinkes.example\nAuto-Submitted: auto-generated\nSubject: Sedang cuti",
        "Kembali bekerja 10 Maret.",
    );
    check(
        "From: ani@dinkes.example\nX-Auto-Response-Suppress: All\nSubject: Re: Laporan\nIn-Reply-To: <a@csirt.example>",
        "I am out of the office until 10 March.",
    );
}

#[test]
fn reports_that_look_automatic_are_reports() {
    let check = |headers: &str, text: &str, expected: &str| assert_eq!(nature(headers, text), expected, "{headers}");
    check(
        "From: abuse@isp.example\nAuto-Submitted: auto-generated\nPrecedence: bulk\nSubject: Abuse report for 192.0.2.1",
        "We received complaints about your network.",
        "abuse_report",
    );
    check(
        "From: report@blocklist.example\nAuto-Submitted: auto-replied\nSubject: abuse report about 192.0.2.1",
        "Brute force attack from your network, logs attached.",
        "abuse_report",
    );
    check(
        "From: noreply@cert.example\nSubject: Compromised hosts in your network",
        "malware infected 192.0.2.1",
        "abuse_report",
    );
    check(
        "From: fbl@isp.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\nSubject: x",
        "--b\n\nabuse\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 192.0.2.1\nReported-URI: http://evil.example/\nReported-Domain: evil.example\n--b\nContent-Type: message/rfc822\n\nSubject: spam\n\nisi\n--b--",
        "abuse_report",
    );
    check(
        "From: dmarc@isp.example\nContent-Type: application/zip; name=\"isp.example!csirt.example!1740960000!1741046399.zip\"\nSubject: Report Domain: csirt.example Submitter: isp.example Report-ID: 1",
        "x",
        "machine_report",
    );
    check(
        "From: budi@warga.example\nSubject: Fwd: Report Domain: csirt.example Submitter: isp.example Report-ID: 1",
        "Apa ini?",
        "person",
    );
    check("From: noreply@isp.example\nTLS-Report-Domain: csirt.example\nSubject: x", "x", "machine_report");
    check(
        "From: ani@dinkes.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\nSubject: Read: x",
        "--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--",
        "disposition_notice",
    );
    check(
        "From: Mail Delivery Subsystem <postmaster@dinkes.example>\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\nSubject: Automatically rejected mail",
        "--b\n\nYour message was automatically rejected: Quota exceeded\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@dinkes.example\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--",
        "bounce",
    );
}

#[test]
fn the_fields_of_a_feedback_report_are_read() {
    let mail = read(
        "From: fbl@isp.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nabuse\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: Abuse\nSource-IP: 192.0.2.1\nOriginal-Mail-From: <spam@evil.example>\nReported-URI: http://evil.example/\nReported-Domain: evil.example\nIncidents: 3\n--b\nContent-Type: message/rfc822\nContent-Disposition: inline\n\nSubject: spam\n\nisi\n--b--\n",
    );
    let Nature::AbuseReport(feedback) = mail.nature else { panic!("{:?}", mail.nature) };
    assert_eq!(feedback.kind.as_deref(), Some("abuse"));
    assert_eq!(feedback.source_ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(feedback.original_from.as_deref(), Some("spam@evil.example"));
    assert_eq!(
        (feedback.domains, feedback.uris),
        (vec!["evil.example".to_owned()], vec!["http://evil.example/".to_owned()])
    );
    assert_eq!(feedback.incidents, Some(3));
    assert_eq!(mail.attachments[0].filename, "spam.eml");
}

#[test]
fn case_75_each_marker_alone_forbids_an_answer() {
    let check = |header: &str, expected: Option<Automatic>| {
        let mail = read(&format!("From: budi@warga.example\nSubject: Situs\n{header}\n\nSitus diretas.\n"));
        assert_eq!(mail.automatic, expected, "{header}");
        assert_eq!(mail.nature, Nature::Person, "{header}");
    };
    check("X-Nothing: x", None);
    check("Return-Path: <>", Some(Automatic::EmptyReturnPath));
    check("Return-Path: <budi@warga.example>", None);
    check("Auto-Submitted: AUTO-GENERATED; x", Some(Automatic::AutoSubmitted));
    check("Auto-Submitted: (note) auto-generated", Some(Automatic::AutoSubmitted));
    check("Auto-Submitted: no", None);
    check("Auto-Submitted: No", None);
    check("Auto-Submitted: no (manual)", None);
    check("Precedence: Bulk", Some(Automatic::Precedence));
    check("Precedence: LIST", Some(Automatic::Precedence));
    check("Precedence: normal", None);
    check("List-Unsubscribe: <https://x.example>", Some(Automatic::List));
    check("X-Auto-Response-Suppress: OOF, AutoReply", Some(Automatic::SuppressHeader));
    check("X-Auto-Response-Suppress: DR", None);
    check("X-Loop: x", Some(Automatic::SuppressHeader));
    check("Content-Type: multipart/report; boundary=b", Some(Automatic::Report));
    check("Received: by x\n".repeat(51).trim_end(), Some(Automatic::Hops));
    check("Received: by x\n".repeat(50).trim_end(), None);
    let mail = read("From: Administrator Sistem <admin@dinkes.example>\nSubject: Situs\n\nSitus diretas.\n");
    assert_eq!(mail.automatic, None);
    for from in ["no-reply@x.example", "MAILER-DAEMON@x.example", "postmaster@x.example", "jangan.dibalas@x.example"] {
        let mail = read(&format!("From: {from}\nSubject: Situs\n\nSitus diretas.\n"));
        assert_eq!(mail.automatic, Some(Automatic::RobotSender), "{from}");
    }
}
