//! Random histories: whatever people and clocks do, no ticket comes into an impossible state, and no
//! deadline passes unseen.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::TimeDelta;
use proptest::prelude::*;
use siaga::domain::Time;
use siaga::domain::case::Case;
use siaga::domain::command::vocabulary::Word;
use siaga::domain::deadline::Run;
use siaga::domain::digest::Digest;
use siaga::domain::notice::team::NotForwarded;
use siaga::domain::role::{Actor, Role};
use siaga::domain::stage::{Stage, Status};
use siaga::domain::timer::TimerKind;
use siaga::domain::workflow::possible::{example, possible};
use siaga::domain::workflow::{Event, Rules};

use crate::support::{Desk, address, ani, budi, dedi, kabid, rina};

/// Something that may happen next.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody gives any command, with or without the code of an open question.
    Order { by: usize, word: usize, with_code: bool },
    /// Somebody does one of the things that are possible, but does not end the ticket.
    GoesOn { by: usize, choice: usize },
    /// The reporter or the OPD writes.
    Writes { opd: bool },
    /// The mail server reports on the forwarded report.
    Delivery { arrived: bool },
    /// The hold of an approval ends.
    HoldEnds,
    /// Time goes by, and what is due fires.
    Minutes(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6usize, 0..46usize, any::<bool>()).prop_map(|(by, word, with_code)| Step::Order { by, word, with_code }),
        8 => (0..6usize, 0..46usize).prop_map(|(by, choice)| Step::GoesOn { by, choice }),
        1 => any::<bool>().prop_map(|opd| Step::Writes { opd }),
        1 => any::<bool>().prop_map(|arrived| Step::Delivery { arrived }),
        1 => Just(Step::HoldEnds),
        3 => (0..6_000i64).prop_map(Step::Minutes),
    ]
}

fn people() -> [Actor; 6] {
    let head = Actor::Person { role: Role::Opd, address: address("kepala@dinkes.example") };
    [ani(), dedi(), kabid(), rina(), budi(), head]
}

/// A ticket in each state, to begin from.
static BEGINNINGS: LazyLock<Vec<Desk>> = LazyLock::new(Desk::everywhere);

/// A ticket whose timers fire as the daemon fires them.
struct World {
    desk: Desk,
    fired: BTreeSet<(Stage, Time, String)>,
}

impl World {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Order { by, word, with_code } => {
                let Some(word) = Word::all().nth(*word) else { return };
                let answers = self.desk.case.open_questions().next().filter(|_| *with_code);
                let command = example(word, &self.desk.case, self.desk.now);
                // A refusal is an answer like any other.
                let _ = self.desk.try_order(&people()[*by], command, answers);
            }
            Step::GoesOn { by, choice } => {
                let by = &people()[*by];
                let ends = |word: &Word| {
                    let early = [Word::Reject, Word::Duplicate, Word::Refer, Word::Spam, Word::Close, Word::Merge];
                    early.contains(word) && !self.desk.status().is_with_opd()
                };
                let mut possible = possible(&self.desk.case, by, &self.desk.rules, self.desk.now);
                possible.retain(|word| !ends(word) && !word.is_query());
                if let Some(word) = possible.get(*choice % possible.len().max(1)) {
                    let command = example(*word, &self.desk.case, self.desk.now);
                    let answers = self.desk.case.open_questions().next();
                    let _ = self.desk.try_order(by, command, answers);
                }
            }
            Step::Writes { opd: true } => {
                let by = rina().address().expect("a person").clone();
                self.happens(&Event::OpdWrote { by, message: Digest::of(b"surel") });
            }
            Step::Writes { opd: false } => self.happens(&Event::ReporterWrote { message: Digest::of(b"surel") }),
            Step::Delivery { arrived: true } => self.happens(&Event::ForwardSent),
            Step::Delivery { arrived: false } => {
                self.happens(&Event::ForwardFailed { why: NotForwarded::Undelivered { reason: "550".to_owned() } })
            }
            Step::HoldEnds => self.happens(&Event::HoldEnded),
            Step::Minutes(minutes) => self.wait(TimeDelta::minutes(*minutes)),
        }
    }

    fn happens(&mut self, event: &Event) {
        self.desk.try_event(event).expect("only commands are refused");
    }

    /// Lets time go by; each timer fires at its moment, once.
    fn wait(&mut self, long: TimeDelta) {
        let until = self.desk.now + long;
        while let Some((stage, deadline, kind, due)) = self.next_timer().filter(|(.., due)| *due <= until) {
            self.desk.now = self.desk.now.max(due);
            self.fired.insert((stage, deadline, kind.to_string()));
            self.happens(&Event::TimersFired(vec![(stage, kind)]));
        }
        self.desk.now = until;
    }

    fn next_timer(&self) -> Option<(Stage, Time, TimerKind, Time)> {
        let timers = self.desk.case.timers(&self.desk.rules);
        let waiting = timers.into_iter().filter(|(deadline, timer)| {
            !self.fired.contains(&(deadline.stage, deadline.due_at, timer.kind.to_string()))
        });
        waiting
            .map(|(deadline, timer)| (deadline.stage, deadline.due_at, timer.kind, timer.due_at))
            .min_by_key(|next| next.3)
    }
}

/// What is true of every ticket at every time.
fn check(case: &Case, rules: &Rules, now: Time, fired: &BTreeSet<(Stage, Time, String)>) {
    let status = case.ticket.status;
    let open = |stage| case.open_deadline(stage).is_some();
    let running = |stage| case.deadline(stage).is_some_and(siaga::domain::deadline::Deadline::is_running);
    // Somebody's turn has a clock, and the ticket repeats it.
    assert_eq!(case.turn().is_some(), status.is_open(), "{status}");
    assert_eq!(case.ticket.due_at, case.turn().map(|turn| turn.due_at), "{status}");
    match status {
        Status::New | Status::Verification => assert!(running(Stage::Verification)),
        Status::AwaitingReporter => {
            assert!(running(Stage::ReporterAnswer) && !running(Stage::Verification) && !running(Stage::Analysis))
        }
        Status::Analysis | Status::Repair => assert!(running(Stage::Analysis), "{status}"),
        Status::Review => assert!(running(Stage::Review) && case.report.is_some() && !open(Stage::Analysis)),
        Status::Approved => assert!(running(Stage::Forwarding) && case.approval.is_some()),
        Status::Forwarded => assert!(case.approval.is_some() && case.forwarded_at.is_some()),
        Status::FollowUp => assert!(open(Stage::FollowUp) && !open(Stage::Acknowledgement)),
        Status::Recheck => assert!(running(Stage::Recheck) && !open(Stage::FollowUp) && case.claim.is_some()),
        Status::Closed(_) => {
            let outlives = |stage: Stage| matches!(stage, Stage::Pdp | Stage::Iiv | Stage::SecondLook);
            assert!(case.deadlines.iter().all(|deadline| !deadline.is_open() || outlives(deadline.stage)), "{status}");
            assert!(case.questions.is_empty() && case.ticket.closed_at.is_some());
        }
    }
    // An approval is of the latest version and nothing else.
    if let (Some(approval), Some(report)) = (&case.approval, &case.report) {
        assert_eq!((approval.version, approval.digest), (report.version, report.digest));
    }
    // A review is asked for exactly while there is one, about the latest version.
    let asked = case.open_questions().filter_map(siaga::domain::question::Question::version).collect::<Vec<_>>();
    let expected =
        case.report.iter().filter(|_| status == Status::Review).map(|report| report.version).collect::<Vec<_>>();
    assert_eq!(asked, expected, "{status}");
    // One question of each kind, one open clock of each stage, rounds that count.
    let kinds: BTreeSet<_> = case.open_questions().map(siaga::domain::question::Question::as_str).collect();
    assert_eq!(kinds.len(), case.questions.len());
    for stage in Stage::ALL {
        let of_stage: Vec<_> = case.deadlines.iter().filter(|deadline| deadline.stage == *stage).collect();
        assert!(of_stage.iter().filter(|deadline| deadline.is_open()).count() <= 1, "{stage:?}");
        assert!(of_stage.iter().zip(1..).all(|(deadline, round)| deadline.round == round), "{stage:?}");
        assert!(!(stage.is_legal() && of_stage.iter().any(|deadline| matches!(deadline.run, Run::Paused { .. }))));
    }
    // Every deadline that has passed has been seen by somebody: a rung for that very deadline fired.
    for deadline in case.deadlines.iter().filter(|deadline| deadline.is_running() && deadline.due_at < now) {
        let rung = |entry: &&(Stage, Time, String)| {
            entry.0 == deadline.stage && entry.1 == deadline.due_at && entry.2.starts_with("rung-")
        };
        let waits = case
            .timers(rules)
            .into_iter()
            .any(|(of, timer)| of == deadline && matches!(timer.kind, TimerKind::Rung { .. }) && timer.due_at <= now);
        assert!(fired.iter().any(|entry| rung(&entry)) || waits, "{:?} passed unseen", deadline.stage);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_ticket_stays_possible(beginning in 0..15usize, steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World { desk: BEGINNINGS[beginning].clone(), fired: BTreeSet::new() };
        for step in &steps {
            let revision = world.desk.case.ticket.revision;
            world.take(step);
            let case = &world.desk.case;
            prop_assert!(case.ticket.revision >= revision);
            check(case, &world.desk.rules, world.desk.now, &world.fired);
            // What is stored is read back as it was.
            let json = serde_json::to_string(case).expect("a case is plain data");
            prop_assert_eq!(&serde_json::from_str::<Case>(&json).expect("it was written so"), case);
        }
    }

    #[test]
    fn nothing_of_the_reporter_reaches_an_opd(beginning in 0..15usize, steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World { desk: BEGINNINGS[beginning].clone(), fired: BTreeSet::new() };
        for step in &steps {
            world.take(step);
            let sayings = world.desk.last.iter().flat_map(|decision| &decision.sayings);
            for saying in sayings.filter(|saying| saying.notice.audience().is_outside()) {
                if saying.notice.audience() == siaga::domain::role::Audience::Reporter {
                    continue;
                }
                let json = serde_json::to_string(&saying.notice).expect("a notice is plain data");
                for private in ["Budi", "budi@", "warga.example", "Situs Dinas Kesehatan diretas"] {
                    prop_assert!(!json.contains(private), "{} tells {private}", saying.notice.folder());
                }
            }
        }
    }
}
