//! Random histories of four parties by mail: whatever they write, whenever the process ends, what is
//! stored stays true.

#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use siaga::domain::case::Case;
use siaga::domain::stage::Status;
use siaga::store::outbox::State;
use siaga::store::{cases, logbook, timers};
use support::reported::{ANI, BUDI, DEDI, DINKES, KABID, REPORT, reported};
use support::world::{Received, World};

/// What people write; `<CODE>` stands for the code in the mail they answer.
const TEXTS: &[&str] = &[
    "#ambil",
    "#valid judol tinggi dinkes",
    "#valid xss kritis dinkes",
    "#tanya\nDi halaman mana?",
    "#tolak tidak dapat diulang",
    REPORT,
    "#setuju <CODE>",
    "#setuju <CODE> tahan",
    "#perbaiki\nLengkapi.",
    "#teruskan <CODE>",
    "#terima Rina",
    "#selesai berkas dihapus",
    "#bukan dikelola kecamatan",
    "#perpanjang 31/12 menunggu pengadaan",
    "#lulus",
    "#gagal\nMasih ada.",
    "#buka muncul kembali",
    "#darurat serangan berjalan",
    "#pdp ya",
    "#batal",
    "#uji\n#lulus",
    "#pisah disdukcapil",
    "#tingkat sedang",
    "#status",
    "Baik, terima kasih.",
];

#[derive(Debug, Clone)]
enum Step {
    /// Somebody answers one of his last mails.
    Writes { who: usize, back: usize, text: usize },
    /// Minutes pass.
    Passes(i64),
    /// The process ends and begins anew.
    Restarts,
    /// The clock on the wall is set on or back by minutes.
    Leaps(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..5_usize, 0..3_usize, 0..TEXTS.len()).prop_map(|(who, back, text)| Step::Writes { who, back, text }),
        3 => prop_oneof![1..20_i64, 20..600_i64, 600..6_000_i64].prop_map(Step::Passes),
        1 => Just(Step::Restarts),
        1 => prop_oneof![-3_000..-1_i64, 1..60_i64, 61..3_000_i64].prop_map(Step::Leaps),
    ]
}

fn code_in(mail: &Received) -> String {
    let mut words = mail.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let code = words.find(|word| {
        word.len() == 9 && word.find('-') == Some(4) && siaga::domain::approval::Code::typed(word).is_some()
    });
    code.unwrap_or("").to_owned()
}

fn take(world: &mut World, step: &Step) {
    match step {
        Step::Writes { who, back, text } => {
            let who = [ANI, DEDI, KABID, DINKES, BUDI][*who];
            let mails = world.mailbox_of(who);
            let Some(answered) = mails.iter().rev().nth(*back) else { return };
            let text = TEXTS[*text].replace("<CODE>", &code_in(answered));
            let letter = world.reply_to(who, answered, &text);
            world.writes(&letter);
        }
        Step::Passes(minutes) => world.minutes(*minutes),
        Step::Restarts => world.restart(),
        Step::Leaps(minutes) => {
            world.shared.clock.leap(world.now() + TimeDelta::minutes(*minutes));
            world.minutes(0);
            // A clock that is in doubt is believed once it has gone on for an hour.
            world.minutes(61);
        }
    }
}

fn all_cases(world: &World) -> Vec<Case> {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    world.tickets().iter().map(|ticket| cases::get(db, ticket.id).expect("a case")).collect()
}

/// What must be true whatever has happened.
fn check(world: &World) {
    let engine = world.shared.engine.borrow();
    let db = engine.store().db();
    assert_eq!(logbook::first_broken(db).expect("a check"), None);
    for case in all_cases(world) {
        let number = &case.ticket.number;
        let closed = matches!(case.ticket.status, Status::Closed(_));
        assert_eq!(closed, case.ticket.closed_at.is_some(), "{number}");
        let whose_turn = case.turn().map(|turn| turn.due_at);
        assert_eq!(case.ticket.due_at, whose_turn, "{number} repeats the deadline of its state");
        assert!(closed || whose_turn.is_some(), "{number} in {} is nobody's turn", case.ticket.status);
        // Every rung of a deadline that passed has fired, by day at the latest.
        let stored = timers::of_ticket(db, case.ticket.id).expect("timers");
        let waiting = stored.iter().filter(|timer| timer.fired_at.is_none() && timer.due_at < world.now());
        assert_eq!(waiting.count(), 0, "{number}: a timer that is due waits");
        let mut fired: BTreeMap<_, u32> = BTreeMap::new();
        for timer in stored.iter().filter(|timer| timer.fired_at.is_some()) {
            *fired.entry((timer.stage, timer.kind.to_string(), timer.due_at)).or_default() += 1;
        }
        assert!(fired.values().all(|times| *times == 1), "{number}: {fired:?}");
    }
    let stuck = world.outbox().into_iter().find(|mail| mail.state == State::Sending);
    assert!(stuck.is_none(), "{stuck:?}");
    for mail in world.mailbox_of(DINKES) {
        assert!(!mail.text.contains(BUDI) && !mail.text.contains("Situs dinkes berisi judi"), "{}", mail.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_write_what_is_stored_stays_true(steps in proptest::collection::vec(step(), 1..25)) {
        let mut world = reported();
        for step in &steps {
            take(&mut world, step);
            // What is due at once happens at once.
            world.minutes(0);
            check(&world);
            let before = all_cases(&world);
            world.restart();
            prop_assert_eq!(before, all_cases(&world));
        }
    }
}
