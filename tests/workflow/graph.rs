//! Every state can be reached from the first, and left again.

use std::collections::{BTreeMap, BTreeSet};

use siaga::domain::command::vocabulary::Word;
use siaga::domain::digest::Digest;
use siaga::domain::question::Question;
use siaga::domain::stage::Status;
use siaga::domain::workflow::Event;
use siaga::domain::workflow::possible::example;

use crate::support::{Desk, ani, kabid, rina};

/// Every state one event leads to from a ticket.
fn steps(desk: &Desk) -> Vec<Desk> {
    let mut found = Vec::new();
    let mut try_out = |event: &dyn Fn(&mut Desk) -> bool| {
        let mut tried = desk.clone();
        tried.now += chrono::TimeDelta::minutes(5);
        if event(&mut tried) && tried.status() != desk.status() {
            found.push(tried);
        }
    };
    let questions: Vec<Option<Question>> = desk.case.open_questions().map(Some).chain([None]).collect();
    for word in Word::all() {
        for by in [ani(), kabid(), rina()] {
            for answers in &questions {
                try_out(&|tried| {
                    let command = example(word, &tried.case, tried.now);
                    tried.try_order(&by, command, *answers).is_ok()
                });
            }
        }
    }
    for event in [Event::ReporterWrote { message: Digest::of(b"surel") }, Event::HoldEnded, Event::ForwardSent] {
        try_out(&|tried| tried.try_event(&event).is_ok());
    }
    found
}

#[test]
fn every_state_is_reached_and_left() {
    let mut ways: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    let mut waiting = vec![Desk::new()];
    while let Some(desk) = waiting.pop() {
        let known = ways.contains_key(desk.status().as_str());
        let leads = ways.entry(desk.status().as_str()).or_default();
        // A state is looked at twice, since more is possible on a ticket that has been around.
        if known && leads.len() > 2 {
            continue;
        }
        let before = leads.len();
        let found = steps(&desk);
        leads.extend(found.iter().map(|next| next.status().as_str()));
        if !known || leads.len() > before {
            waiting.extend(found);
        }
    }
    let reached: BTreeSet<_> = ways.keys().copied().collect();
    let all: BTreeSet<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
    assert_eq!(reached, all, "a state cannot be reached");
    for (state, leads) in &ways {
        assert!(!leads.is_empty(), "{state} cannot be left");
    }
}
