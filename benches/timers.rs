//! A tick over 100,000 open tickets with timers, against one over 100: what a round costs when
//! nothing is due, and when one timer is.
//!
//! `cargo bench --bench timers`. The ratio in one run is the figure: the number of open tickets must
//! not be felt.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use rusqlite::Connection;
use siaga::domain::Time;
use siaga::store::timers;
use support::letters::Letter;
use support::world::World;

const FEW: usize = 100;
const MANY: usize = 100_000;
/// Rounds in which nothing is due.
const IDLE_ROUNDS: usize = 201;
/// Tickets with a timer of their own moment.
const DUE_ONE_BY_ONE: usize = 21;
/// A round in which nothing is due, at most.
const IDLE_MAX: Duration = Duration::from_millis(1);

fn main() {
    // Test harness arguments such as --bench mean nothing here.
    let few = measured(FEW);
    let many = measured(MANY);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let ratio = |many: Duration, few: Duration| many.as_secs_f64() / few.as_secs_f64();
    println!("medians, µs          {FEW:>9} {MANY:>9} tickets    ratio");
    for (name, few, many) in
        [("nothing due", few.idle, many.idle), ("next due", few.next, many.next), ("one timer due", few.one, many.one)]
    {
        println!("{name:<20} {:>9.1} {:>9.1}            {:>5.2}", micros(few), micros(many), ratio(many, few));
    }
    assert!(many.idle < IDLE_MAX, "a round with nothing due takes {:?}", many.idle);
}

struct Measured {
    idle: Duration,
    next: Duration,
    one: Duration,
}

fn measured(tickets: usize) -> Measured {
    let mut world = World::new();
    world.writes(
        &Letter::from("Budi Warga <budi@warga.example>")
            .subject("Judi")
            .text("Situs dinkes.ciamiskab.go.id menampilkan iklan judi."),
    );
    let first_due = world.shared.engine.borrow().next_due().expect("the next").expect("a timer");
    multiply(&world, tickets, first_due);
    let mut idle = Vec::new();
    let mut next = Vec::new();
    for _ in 0..IDLE_ROUNDS {
        let begun = Instant::now();
        let decided = world.shared.with_engine(|engine, now| engine.tick(now)).expect("a tick");
        idle.push(begun.elapsed());
        assert_eq!(decided, 0, "nothing is due yet");
        let begun = Instant::now();
        world.shared.engine.borrow().next_due().expect("the next");
        next.push(begun.elapsed());
    }
    let mut one = Vec::new();
    for number in 0..DUE_ONE_BY_ONE {
        world.shared.clock.set(moment(first_due, number));
        let begun = Instant::now();
        let decided = world.shared.with_engine(|engine, now| engine.tick(now)).expect("a tick");
        one.push(begun.elapsed());
        assert!(decided > 0, "timer {number} is due");
    }
    let waiting = timers::next_due(world.shared.engine.borrow().store().db()).expect("the next");
    assert!(waiting.is_some(), "the others wait");
    Measured { idle: median(idle), next: median(next), one: median(one) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// When the `number`-th ticket has its timer.
fn moment(first_due: Time, number: usize) -> Time {
    first_due + TimeDelta::seconds(i64::try_from(number).expect("few"))
}

/// Makes the one ticket many. A few have a timer at a moment of their own; those of all others are
/// due weeks later.
fn multiply(world: &World, tickets: usize, first_due: Time) {
    let db = Connection::open(world.folder().join("siaga.db")).expect("the database");
    let columns = |table: &str, but: &[&str]| {
        let mut statement = db.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).expect("columns");
        let names = statement.query_map([], |row| row.get::<_, String>(0)).expect("columns");
        let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
        names.into_iter().filter(|name| !but.contains(&name.as_str())).collect::<Vec<_>>().join(", ")
    };
    let (ticket, deadline) = (columns("ticket", &["id", "serial"]), columns("deadline", &["ticket_id"]));
    let timer = columns("timer", &["id", "ticket_id", "due_at"]);
    db.execute_batch(&format!(
        "BEGIN; \
         CREATE TEMP TABLE copy AS WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {tickets}) \
         SELECT i FROM n; \
         INSERT INTO ticket (id, serial, {ticket}) SELECT i, i, {ticket} FROM copy, ticket WHERE id = 1; \
         INSERT INTO deadline (ticket_id, {deadline}) SELECT i, {deadline} FROM copy, deadline WHERE ticket_id = 1; \
         INSERT INTO timer (ticket_id, due_at, {timer}) \
         SELECT i, strftime('%Y-%m-%dT%H:%M:%fZ', due_at, '+' || (40 + i % 20) || ' days'), {timer} \
         FROM copy, timer WHERE ticket_id = 1; \
         COMMIT;"
    ))
    .expect("many tickets");
    for number in 1..DUE_ONE_BY_ONE {
        let due_at = moment(first_due, number).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let id = i64::try_from(number + 1).expect("few");
        let sql = "UPDATE timer SET due_at = ?1 WHERE id = (SELECT min(id) FROM timer WHERE ticket_id = ?2)";
        db.execute(sql, (due_at, id)).expect("a timer of its own moment");
    }
}
