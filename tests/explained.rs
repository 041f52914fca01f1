//! `siaga explain` says what the desk then does: of every kind of mail, on a desk with tickets, in a
//! storm, and when a share is used up.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use siaga::domain::answer::Evidence;
use siaga::engine::Engine;
use siaga::engine::intake::Incoming;
use siaga::mail::parse::parse;

use support::letters::Letter;
use support::world::World;

const ANI: &str = "ani@csirt.example";
const BUDI: &str = "budi@warga.example";

/// Explains a mail, lets it arrive, and compares; returns what was said of it.
fn explained_and_taken(world: &mut World, raw: &[u8]) -> String {
    let now = world.now();
    let explained = parse(raw).map(|parsed| {
        let incoming = Incoming { mail: &parsed.mail, arrived_at: now, evidence: Evidence::None.into(), again: &[] };
        let mut engine = world.shared.engine.borrow_mut();
        let before = rows_of(&engine);
        let explained = engine.explain(incoming, now).expect("explained");
        assert_eq!(before, rows_of(&engine), "explaining writes nothing");
        explained
    });
    world.deliver_raw(raw.to_vec());
    world.take_in();
    let Ok(explained) = explained else { return "held".to_owned() };
    let engine = world.shared.engine.borrow();
    let last = "SELECT receipt.reason, coalesce(ticket.prefix || '-' || year || '-' || printf('%04d', serial), '') \
                FROM receipt LEFT JOIN message ON message.id = message_id LEFT JOIN ticket ON ticket.id = ticket_id \
                ORDER BY receipt.id DESC LIMIT 1";
    let taken: (String, String) =
        engine.store().db().query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("a receipt");
    let said = (explained.reason, explained.ticket.unwrap_or_default());
    assert_eq!(said, taken, "{}", String::from_utf8_lossy(raw));
    format!("{} {}", explained.action.as_str(), said.0)
}

/// Rows of the tables that a mail leaves something in.
fn rows_of(engine: &Engine) -> i64 {
    let count = "SELECT (SELECT count(*) FROM ticket) + (SELECT count(*) FROM message) + (SELECT count(*) FROM outbox) \
                 + (SELECT count(*) FROM logbook) + (SELECT count(*) FROM storm)";
    engine.store().db().query_row(count, [], |row| row.get(0)).expect("a count")
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the fixtures").map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

#[test]
fn what_is_explained_is_what_is_done_with_every_kind_of_mail() {
    let mut world = World::new();
    world.writes(&Letter::from(BUDI).subject("Situs diretas").text("Situs dinkes.ciamiskab.go.id diretas."));
    let ours = world.mailbox_of(BUDI).remove(0).message_id;
    let mut said = Vec::new();
    for raw in fixtures() {
        // The second is another delivery of the first.
        for _ in 0..2 {
            said.push(explained_and_taken(&mut world, &raw));
        }
        world.minutes(7);
    }
    let answer = Letter::from(BUDI).subject("Re: Situs").header("In-Reply-To", &format!("<{ours}>"));
    let number = world.tickets().remove(0).number;
    for raw in [
        answer.clone().text("Masih sama.").raw(),
        Letter::from("cici@luar.example")
            .subject("Re")
            .header("References", &format!("<{ours}>"))
            .text("Saya juga.")
            .raw(),
        Letter::from("cici@luar.example").subject(&format!("Re: [{number}]")).text("Saya tahu nomornya.").raw(),
        Letter::from(BUDI).subject(&format!("Re: [{number}]")).text("#status").raw(),
        Letter::from(ANI).subject(&format!("Re: [{number}]")).text("#valid judol tinggi dinkes").raw(),
        Letter::from("csirt@ciamiskab.go.id").id(&ours).text("Kembali.").raw(),
        Letter::from("spam@luar.example").header("X-Spam-Flag", "YES").subject("Promo").text("Beli.").raw(),
    ] {
        said.push(explained_and_taken(&mut world, &raw));
    }
    for wanted in [
        "new_ticket a report that belongs to no ticket",
        "; not acknowledged: ",
        "duplicate ",
        "bounce ",
        "auto_reply ",
        "ignored periodic machine report",
        "ignored own mail that came back",
        "follow_up answers a mail of ours",
        "waits to be let in",
        "carries a ticket number its sender has nothing to do with",
        "commands ",
        "has marked it as spam",
    ] {
        assert!(said.iter().any(|said| said.contains(wanted)), "none of {said:#?} says {wanted:?}");
    }
}

#[test]
fn what_is_explained_is_what_is_done_in_a_storm_and_after_it() {
    let mut world = World::with(|config| {
        config.settings.limits.storm_ten_minutes = 12;
        config.settings.limits.storm_ends_below = 3;
    });
    let mut said = Vec::new();
    for number in 0..46 {
        let sender =
            if number % 3 == 0 { "banyak@luar.example".to_owned() } else { format!("w{number}@d{number}.example") };
        let letter = Letter::from(&sender).subject(&format!("hal {}", number % 2)).text("Situs diretas.");
        said.push(explained_and_taken(&mut world, &letter.id(&format!("{number}@luar.example")).raw()));
        if number >= 40 {
            world.minutes(20);
        }
    }
    for wanted in ["storm", "same_subject"] {
        assert!(said.iter().any(|said| said.contains(wanted)), "none of {said:#?} says {wanted:?}");
    }
    let last = said.last().expect("a mail");
    assert!(!last.contains("storm"), "{last}");
    let kinds: Vec<String> = world.events().into_iter().map(|event| event.kind).collect();
    assert!(kinds.iter().any(|kind| kind == "storm_began") && kinds.iter().any(|kind| kind == "storm_ended"));
}
