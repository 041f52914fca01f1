//! Who is acknowledged and who is not (decisions 10): the whole table, and the caps reached mail by
//! mail on a desk at work.

mod small_desk;

use chrono::{TimeDelta, TimeZone, Utc};

use siaga::config::embedded;
use siaga::domain::Time;
use siaga::domain::answer::{Caps, Evidence, Given, Silence, may_acknowledge};
use siaga::domain::desk::Desk;
use siaga::domain::incoming::{Automatic, IncomingMail};
use siaga::domain::person::Address;
use siaga::domain::ticket::TicketNumber;
use siaga::engine::Engine;
use siaga::store::receipts::Arrival;
use siaga::store::{outbox, tickets};

const CAPS: Caps = Caps { per_address_hour: 3, per_address_day: 10, without_evidence_hour: 30, all_hour: 300 };

const EVIDENCE: [Evidence; 3] = [Evidence::Pass, Evidence::None, Evidence::Fail];

const MARKERS: [Option<Automatic>; 10] = [
    None,
    Some(Automatic::AutoSubmitted),
    Some(Automatic::EmptyReturnPath),
    Some(Automatic::RobotSender),
    Some(Automatic::Precedence),
    Some(Automatic::List),
    Some(Automatic::SuppressHeader),
    Some(Automatic::Report),
    Some(Automatic::Wording),
    Some(Automatic::Hops),
];

const SENDERS: [Option<&str>; 4] =
    [Some("budi@warga.example"), None, Some("CSIRT@ciamiskab.go.id"), Some("lapor@ciamiskab.go.id")];

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// The shipped desk with one alias.
fn desk() -> Desk {
    Desk { aliases: vec![address("lapor@ciamiskab.go.id")], ..embedded().settings.desk }
}

/// How many have gone out: none, one less than each cap (the mail at the cap), and each cap (the
/// mail beyond it).
fn counts() -> Vec<(String, Given)> {
    let at = |name: &str, given: Given| (name.to_owned(), given);
    let mut counts = vec![at("nothing sent", Given::default())];
    for (state, short) in [("at the cap", 1), ("beyond the cap", 0)] {
        counts.extend([
            at(
                &format!("address, hour, {state}"),
                Given { address_hour: CAPS.per_address_hour - short, ..Given::default() },
            ),
            at(
                &format!("address, day, {state}"),
                Given { address_day: CAPS.per_address_day - short, ..Given::default() },
            ),
            at(
                &format!("without evidence, {state}"),
                Given { without_evidence_hour: CAPS.without_evidence_hour - short, ..Given::default() },
            ),
            at(&format!("all, {state}"), Given { all_hour: CAPS.all_hour - short, ..Given::default() }),
        ]);
    }
    counts
}

fn mail(sender: Option<&str>, automatic: Option<Automatic>) -> IncomingMail {
    IncomingMail { automatic, ..small_desk::mail(sender, 0) }
}

fn outcome(
    sender: Option<&str>,
    automatic: Option<Automatic>,
    evidence: Evidence,
    given: Given,
) -> Result<(), Silence> {
    may_acknowledge(&mail(sender, automatic), evidence, given, &CAPS, &desk()).map(|to| {
        assert_eq!(Some(to.as_str()), sender, "nobody but the sender is acknowledged");
    })
}

/// Every combination, as a table to be read against decisions 10.
#[test]
fn the_whole_table() {
    let mut rows = Vec::new();
    for sender in SENDERS {
        for automatic in MARKERS {
            for evidence in EVIDENCE {
                for (count, given) in counts() {
                    let outcome = match outcome(sender, automatic, evidence, given) {
                        Ok(()) => "acknowledge",
                        Err(silence) => silence.as_str(),
                    };
                    let marker = automatic.map_or("-", Automatic::as_str);
                    rows.push((sender.unwrap_or("nobody"), marker, evidence.as_str(), count, outcome));
                }
            }
        }
    }
    assert_eq!(rows.len(), SENDERS.len() * MARKERS.len() * EVIDENCE.len() * counts().len());
    // What the caps make no difference to is one line.
    let lines: Vec<String> = rows
        .chunk_by(|one, next| (one.0, one.1, one.2, one.4) == (next.0, next.1, next.2, next.4))
        .map(|same| {
            let (sender, marker, evidence, count, outcome) = &same[0];
            let counts = if same.len() == 1 { count.clone() } else { format!("{count} and {} more", same.len() - 1) };
            format!("{sender:22} {marker:18} {evidence:5} {outcome:18} {counts}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// The same rules said once more, as conditions and not as an order of questions.
#[test]
fn exactly_a_persons_mail_below_every_cap_is_acknowledged() {
    for sender in SENDERS {
        for automatic in MARKERS {
            for evidence in EVIDENCE {
                for (count, given) in counts() {
                    let stranger = sender == Some("budi@warga.example");
                    let below = given.address_hour < CAPS.per_address_hour
                        && given.address_day < CAPS.per_address_day
                        && given.all_hour < CAPS.all_hour
                        && (evidence == Evidence::Pass || given.without_evidence_hour < CAPS.without_evidence_hour);
                    let expected = stranger && automatic.is_none() && evidence != Evidence::Fail && below;
                    let outcome = outcome(sender, automatic, evidence, given);
                    assert_eq!(outcome.is_ok(), expected, "{sender:?} {automatic:?} {evidence:?} {count}");
                }
            }
        }
    }
}

/// Less evidence and more mails sent never turn silence into an answer.
#[test]
fn nothing_is_won_by_proving_less_or_sending_more() {
    for automatic in MARKERS {
        for (count, given) in counts() {
            let answered = |evidence, given| outcome(SENDERS[0], automatic, evidence, given).is_ok();
            assert!(answered(Evidence::Pass, given) || !answered(Evidence::None, given), "{count}");
            assert!(answered(Evidence::None, given) || !answered(Evidence::Fail, given), "{count}");
            for evidence in EVIDENCE {
                let more = Given {
                    address_hour: given.address_hour + 1,
                    address_day: given.address_day + 1,
                    without_evidence_hour: given.without_evidence_hour + 1,
                    all_hour: given.all_hour + 1,
                };
                assert!(answered(evidence, given) || !answered(evidence, more), "{count}");
            }
        }
    }
}

/// A desk at work, its clock in the test's hand.
struct World {
    engine: Engine,
    now: Time,
    mails: usize,
}

impl World {
    fn with(caps: Caps) -> World {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 3, 0, 0).single().expect("a Monday morning");
        let engine = small_desk::engine(desk(), caps, now);
        World { engine, now, mails: 0 }
    }

    /// A report comes in; why it was not acknowledged, by the mail the team got.
    fn report(&mut self, sender: &str, evidence: Evidence) -> Result<(), String> {
        self.mails += 1;
        let mail = small_desk::mail(Some(sender), self.mails);
        let arrival = Arrival {
            mailbox: "INBOX".to_owned(),
            place: self.mails.to_string(),
            raw: mail.raw,
            size_bytes: mail.size_bytes,
            whole: true,
            arrived_at: self.now,
        };
        small_desk::durable(&self.engine, &mail.raw);
        let receipts = self.engine.receive(&[arrival], self.now).expect("received");
        let verdict = self.engine.take_in(receipts[0].id, &mail, evidence, self.now).expect("taken in");
        let number = verdict.ticket.expect("acknowledged or not, a report is a ticket");
        let acknowledged = self.mails_about(&number, "report_received");
        let told = self.mails_about(&number, "ticket_opened");
        assert_eq!(told.len(), 2, "both analysts are told of every ticket");
        match verdict.reason.split_once("not acknowledged: ") {
            Some((_, why)) => {
                assert!(acknowledged.is_empty() && told[0].contains("BELUM dikirimi tanda terima"), "{}", told[0]);
                Err(why.to_owned())
            }
            None => {
                assert_eq!(acknowledged.len(), 1);
                assert!(!told[0].contains("BELUM dikirimi tanda terima"), "{}", told[0]);
                Ok(())
            }
        }
    }

    /// The raw mails of a kind about a ticket, readable enough for a search.
    fn mails_about(&self, number: &TicketNumber, notice: &str) -> Vec<String> {
        let db = self.engine.store().db();
        let ticket = tickets::find(db, number).expect("a lookup").expect("the ticket");
        let rows = outbox::all(db, Some(ticket.id)).expect("the outbox");
        let bytes = |id| outbox::bytes(db, id).expect("a lookup").expect("frozen bytes");
        let of_kind = rows.into_iter().filter(|row| row.notice == notice);
        of_kind.map(|row| String::from_utf8_lossy(&bytes(row.id)).replace("=\r\n", "")).collect()
    }
}

#[test]
fn an_address_has_three_in_an_hour_and_ten_in_a_day() {
    let mut world = World::with(CAPS);
    let mut given = Vec::new();
    // One report every ten minutes: the fourth in an hour is one too many.
    for _ in 0..6 * 24 {
        given.push(world.report("budi@warga.example", Evidence::Pass));
        world.now += TimeDelta::minutes(10);
    }
    assert_eq!(given[..4], [Ok(()), Ok(()), Ok(()), Err("address_hour".to_owned())]);
    assert_eq!(given.iter().filter(|given| given.is_ok()).count(), 10);
    assert_eq!(given.last(), Some(&Err("address_day".to_owned())));
    for window in given.windows(6) {
        assert!(window.iter().filter(|given| given.is_ok()).count() <= 3, "more than three in an hour");
    }
    // Somebody else is answered all the while, and tomorrow is another day.
    assert_eq!(world.report("siti@warga.example", Evidence::Pass), Ok(()));
    world.now += TimeDelta::hours(24);
    assert_eq!(world.report("budi@warga.example", Evidence::Pass), Ok(()));
    // Case is no other address.
    let again: Vec<_> = ["Budi", "BUDI", "bUdi"]
        .iter()
        .map(|name| world.report(&format!("{name}@warga.example"), Evidence::Pass))
        .collect();
    assert_eq!(again, [Ok(()), Ok(()), Err("address_hour".to_owned())]);
}

/// Forged senders cannot make this desk flood those whose addresses they use.
#[test]
fn senders_without_evidence_share_one_cap() {
    let mut world = World::with(CAPS);
    let mut report = |number: u32, evidence| world.report(&format!("warga{number}@warga.example"), evidence);
    let given: Vec<_> = (0..31).map(|number| report(number, Evidence::None)).collect();
    assert!(given[..30].iter().all(Result::is_ok), "the thirtieth is answered");
    assert_eq!(given[30], Err("without_evidence".to_owned()), "the thirty-first is not");
    assert_eq!(report(100, Evidence::Pass), Ok(()), "whose domain vouches for him is answered");
    assert_eq!(report(101, Evidence::Fail), Err("evidence_fails".to_owned()));
    world.now += TimeDelta::hours(1);
    assert_eq!(world.report("warga200@warga.example", Evidence::None), Ok(()), "an hour later there is room");
}

#[test]
fn everybody_together_has_a_cap_too() {
    let mut world = World::with(Caps { all_hour: 5, ..CAPS });
    let mut report = |number: u32| world.report(&format!("warga{number}@domain{number}.example"), Evidence::Pass);
    assert!((0..5).all(|number| report(number).is_ok()));
    assert_eq!(report(5), Err("all_hour".to_owned()));
}

#[test]
fn a_cap_of_nothing_is_silence() {
    let mut world = World::with(Caps { without_evidence_hour: 0, ..CAPS });
    assert_eq!(world.report("budi@warga.example", Evidence::None), Err("without_evidence".to_owned()));
    assert_eq!(world.report("budi@warga.example", Evidence::Pass), Ok(()));
}

/// The sender's own words are repeated only to whom his domain vouches for.
#[test]
fn without_evidence_the_answer_is_neutral() {
    for (evidence, repeated) in [(Evidence::Pass, true), (Evidence::None, false)] {
        let mut world = World::with(CAPS);
        world.report("budi@warga.example", evidence).expect("acknowledged");
        let number = "CIAMIS-2026-0001".parse().expect("a number");
        let mail = &world.mails_about(&number, "report_received")[0];
        assert_eq!(mail.contains("Re: Situs diretas"), repeated, "{mail}");
        assert_eq!(mail.contains("Yth. Budi Warga"), repeated, "{mail}");
        assert!(mail.contains("\r\nTo: budi@warga.example\r\n"), "the bare address: {mail}");
        assert!(mail.contains("\r\nAuto-Submitted: auto-replied\r\n"), "{mail}");
    }
}
