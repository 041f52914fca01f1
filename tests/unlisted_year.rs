//! A deadline computed without the holidays of its year is never computed in silence.

mod small_desk;

use chrono::{TimeZone, Utc};

use siaga::config::embedded;
use siaga::domain::answer::Evidence;
use siaga::store::outbox;
use siaga::store::receipts::Arrival;

/// What the team is told of a report that arrives on a day of 2027.
fn told(month: u32, day: u32, hour: u32) -> String {
    let settings = embedded().settings;
    let now = Utc.with_ymd_and_hms(2027, month, day, hour, 0, 0).single().expect("an instant");
    let mut engine = small_desk::engine(settings.desk, settings.caps, now);
    let mail = small_desk::mail(Some("budi@warga.example"), 1);
    let arrival = Arrival {
        mailbox: "INBOX".to_owned(),
        place: "1:1".to_owned(),
        raw: mail.raw,
        size_bytes: mail.size_bytes,
        whole: true,
        arrived_at: now,
    };
    small_desk::durable(&engine, &mail.raw);
    let receipts = engine.receive(&[arrival], now).expect("received");
    engine.take_in(receipts[0].id, &mail, Evidence::None, now).expect("taken in");
    let db = engine.store().db();
    let rows = outbox::all(db, None).expect("the outbox");
    let row = rows.iter().find(|row| row.notice == "ticket_opened").expect("the team is told");
    let bytes = outbox::bytes(db, row.id).expect("a lookup").expect("frozen bytes");
    String::from_utf8_lossy(&bytes).replace("=\r\n", "")
}

#[test]
fn the_team_is_told_that_a_deadline_may_be_too_early() {
    // 31 December 2027 is a Friday; a report at its closing time is due in 2028.
    let warning = "kalender belum memuat hari libur 2028";
    assert!(told(12, 31, 9).contains(warning), "{}", told(12, 31, 9));
    assert!(!told(12, 30, 2).contains(warning), "due on the same day");
}
