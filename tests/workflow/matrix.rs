//! State × command × role, as one reviewed snapshot: what the table says when it is asked everything.

use std::fmt::Write as _;

use siaga::domain::command::vocabulary::{Class, Word, permitted};
use siaga::domain::question::Question;
use siaga::domain::role::{Actor, Role};
use siaga::domain::workflow::possible::{example, possible};

use crate::support::{Desk, ani, budi, kabid, rina};

fn people() -> [(Role, Actor); 4] {
    [(Role::Reporter, budi()), (Role::Analyst, ani()), (Role::Kabid, kabid()), (Role::Opd, rina())]
}

/// What comes of a word with everything it needs: the state after it, or the reason against it.
fn outcome(desk: &Desk, by: &Actor, word: Word, answers: Option<Question>) -> String {
    let mut tried = desk.clone();
    match tried.try_order(by, example(word, &desk.case, desk.now), answers) {
        Ok(()) if tried.status() == desk.status() => "ya".to_owned(),
        Ok(()) => format!("→ {}", tried.status()),
        Err(refusal) => {
            let json = serde_json::to_value(&refusal).expect("a refusal is plain data");
            json["because"].as_str().expect("a refusal has its reason").to_owned()
        }
    }
}

#[test]
fn every_command_in_every_state_by_every_role() {
    let mut matrix = String::new();
    for desk in Desk::everywhere() {
        writeln!(matrix, "# {}", desk.status()).expect("a string takes everything");
        for word in Word::all().filter(|word| !word.is_query() && !matches!(word, Word::Rehearse | Word::Undo)) {
            let cells = people().map(|(role, by)| match permitted(role, word) {
                Some(_) => outcome(&desk, &by, word, None),
                None => "·".to_owned(),
            });
            if cells.iter().all(|cell| cell == "·" || cell == "not_now") {
                continue;
            }
            let [_, analyst, kabid, opd] = cells;
            let line = format!("{:<11}{analyst:<21}{kabid:<21}{opd}", word.as_str());
            writeln!(matrix, "{}", line.trim_end()).expect("a string takes everything");
        }
        matrix.push('\n');
    }
    insta::assert_snapshot!("matrix", matrix);
}

#[test]
fn a_role_without_the_word_is_refused_in_every_state() {
    for desk in Desk::everywhere() {
        for word in Word::all() {
            for (role, by) in people() {
                if permitted(role, word).is_none() {
                    assert_eq!(outcome(&desk, &by, word, None), "not_yours", "{word} by {role:?} in {}", desk.status());
                }
            }
        }
    }
}

#[test]
fn what_is_possible_is_what_is_not_refused() {
    for desk in Desk::everywhere() {
        for (_, by) in people() {
            let offered = possible(&desk.case, &by, &desk.rules, desk.now);
            for word in &offered {
                let questions = desk.case.open_questions().map(Some).chain([None]);
                let done = questions.map(|answers| outcome(&desk, &by, *word, answers));
                assert!(done.into_iter().any(|outcome| outcome == "ya" || outcome.starts_with('→')), "{word}");
            }
        }
        // Whoever's turn it is, something can be done that moves the ticket.
        if desk.status().is_open() {
            let anybody = people().into_iter().flat_map(|(_, by)| possible(&desk.case, &by, &desk.rules, desk.now));
            assert!(anybody.count() > 3, "{}", desk.status());
        }
    }
}

#[test]
fn who_may_and_what_he_must_prove() {
    let mut table = String::new();
    for word in Word::all() {
        let class = |role| match permitted(role, word) {
            Some(Class::C0) => "C0",
            Some(Class::C1) => "C1",
            Some(Class::C2) => "C2",
            Some(Class::C3) => "C3",
            None => "·",
        };
        let [reporter, analyst, kabid, opd] = [Role::Reporter, Role::Analyst, Role::Kabid, Role::Opd].map(class);
        writeln!(table, "{:<11} {reporter:<3} {analyst:<3} {kabid:<3} {opd}", word.as_str()).expect("a string");
        assert_eq!(permitted(Role::Leader, word), None, "leaders command nothing by mail");
    }
    insta::assert_snapshot!("who_may", table);
}

#[test]
fn the_reporter_never_commands() {
    for desk in Desk::everywhere() {
        assert_eq!(possible(&desk.case, &budi(), &desk.rules, desk.now), [Word::Status]);
    }
}
