//! One-time codes: bound to person, ticket, question and report; five tries; alive while asked.

use siaga::domain::approval::{Attempt, Binding, Code, CodeFault, CodeId, StoredCode, TRIES_MAX, check, is_dead};
use siaga::domain::authority::Standing;
use siaga::domain::command::vocabulary::Word;
use siaga::domain::digest::Digest;
use siaga::domain::question::Question;
use siaga::domain::ticket::TicketId;

use crate::support::{address, at, rules};

fn bound(person: &str, question: Question) -> Binding {
    Binding { person: address(person), ticket: TicketId(7), question, report: Some(Digest::of(b"ajuan 1")) }
}

fn stored(id: i64, code: &Code, bound: Binding) -> StoredCode {
    StoredCode {
        id: CodeId(id),
        seal: code.seal(&bound),
        bound,
        closed_at: None,
        tries: 0,
        unvouched_tries: 0,
        used_at: None,
    }
}

const KABID: &str = "kabid@csirt.example";
const REVIEW: Question = Question::Review { version: 1 };

fn mine() -> Code {
    Code::mint([1, 2, 3, 4, 5])
}

fn tried(typed: &str, person: &str, codes: &[StoredCode]) -> Attempt {
    check(typed, (&address(person), Standing::Vouched), codes, &rules().calendar, at(24, 9, 0))
}

fn fault(attempt: Attempt) -> CodeFault {
    match attempt {
        Attempt::Bad { fault, .. } => fault,
        Attempt::Good { .. } => panic!("it should not count"),
    }
}

#[test]
fn codes_are_typed_as_people_type() {
    // 7 Q 4 K 9 M 2 X, five bits each.
    let bits = [7, 23, 4, 19, 9, 20, 2, 29].iter().fold(0_u64, |bits, index| bits << 5 | index);
    let code = Code::mint(bits.to_be_bytes()[3..].try_into().expect("forty bits"));
    assert_eq!(code.to_string(), "7Q4K-9M2X");
    for typed in [code.to_string(), code.to_string().to_lowercase(), code.to_string().replace('-', "")] {
        assert_eq!(Code::typed(&typed), Some(code.clone()), "{typed}");
    }
    assert_eq!(Code::typed("OIL0-1111"), Code::typed("0110-1111"), "letters that look like digits");
    for typed in ["", "7Q4K", "7Q4K-9M2U", "7Q4K-9M2X-1", "7Q4K 9M2X", "ｓｅｔｕｊｕ１２"] {
        assert_eq!(Code::typed(typed), None, "{typed}");
    }
    assert_eq!(format!("{code:?}"), "Code(…)", "no log ever tells a code");
}

#[test]
fn every_code_is_as_likely_as_every_other() {
    let all: std::collections::BTreeSet<_> = (0..=255).map(|byte| Code::mint([byte, 0, 0, 0, 0]).to_string()).collect();
    assert_eq!(all.len(), 256);
    assert_eq!(Code::mint([0; 5]).to_string(), "0000-0000");
    assert_eq!(Code::mint([255; 5]).to_string(), "ZZZZ-ZZZZ");
}

#[test]
fn a_good_code_tells_its_question() {
    let codes = [stored(1, &mine(), bound(KABID, REVIEW))];
    let expected = Attempt::Good { code: CodeId(1), bound: bound(KABID, REVIEW) };
    assert_eq!(tried(&mine().to_string(), KABID, &codes), expected);
    assert_eq!(tried(&mine().to_string().to_lowercase(), "Kabid@csirt.example", &codes), expected);
}

#[test]
fn everything_a_code_is_bound_to_is_in_its_seal() {
    let code = mine();
    let seal = code.seal(&bound(KABID, REVIEW));
    let other = [
        bound("plh@csirt.example", REVIEW),
        bound(KABID, Question::Review { version: 2 }),
        bound(KABID, Question::Bssn),
        Binding { ticket: TicketId(8), ..bound(KABID, REVIEW) },
        Binding { report: Some(Digest::of(b"ajuan 2")), ..bound(KABID, REVIEW) },
        Binding { report: None, ..bound(KABID, REVIEW) },
    ];
    for other in other {
        assert_ne!(code.seal(&other), seal, "{other:?}");
    }
}

#[test]
fn a_wrong_code_is_counted_on_every_open_code_of_that_person() {
    let order = Question::Order { word: Word::Isolate };
    let mut codes = [
        stored(1, &mine(), bound(KABID, REVIEW)),
        stored(2, &Code::mint([9; 5]), bound(KABID, order)),
        stored(3, &Code::mint([8; 5]), bound("plh@csirt.example", REVIEW)),
    ];
    codes[1].tries = 3;
    let attempt = tried("ABCD-EFGH", KABID, &codes);
    let expected = Attempt::Bad {
        fault: CodeFault::Unknown { tries_left: 4 },
        struck: vec![CodeId(1), CodeId(2)],
        voided: Vec::new(),
    };
    assert_eq!(attempt, expected);
    assert_eq!(fault(tried("tidak terbaca", KABID, &codes)), CodeFault::Unknown { tries_left: 4 });
}

#[test]
fn five_tries_make_a_code_void() {
    let mut code = stored(1, &mine(), bound(KABID, REVIEW));
    for tries_left in (0..TRIES_MAX).rev() {
        assert_eq!(fault(tried("ABCD-EFGH", KABID, std::slice::from_ref(&code))), CodeFault::Unknown { tries_left });
        code.tries += 1;
    }
    assert_eq!(fault(tried(&mine().to_string(), KABID, &[code])), CodeFault::Exhausted);
}

#[test]
fn tries_in_mail_nobody_vouches_for_void_a_code_for_such_mail_alone() {
    let codes = [StoredCode { unvouched_tries: TRIES_MAX, ..stored(1, &mine(), bound(KABID, REVIEW)) }];
    let by =
        |standing| check(&mine().to_string(), (&address(KABID), standing), &codes, &rules().calendar, at(24, 9, 0));
    assert_eq!(fault(by(Standing::Answering)), CodeFault::Exhausted);
    assert_eq!(fault(by(Standing::Bare)), CodeFault::Exhausted);
    assert_eq!(by(Standing::Vouched), Attempt::Good { code: CodeId(1), bound: bound(KABID, REVIEW) });
    assert!(!is_dead(&codes[0], &rules().calendar, at(24, 9, 0)), "it is not struck out of its mail");
}

#[test]
fn a_code_counts_once() {
    let mut code = stored(1, &mine(), bound(KABID, REVIEW));
    code.used_at = Some(at(23, 15, 0));
    assert_eq!(fault(tried(&mine().to_string(), KABID, &[code])), CodeFault::Used);
}

#[test]
fn a_code_lives_a_working_day_longer_than_its_question() {
    let mut code = stored(1, &mine(), bound(KABID, REVIEW));
    code.closed_at = Some(at(20, 15, 0));
    let typed = mine().to_string();
    let at_time =
        |now| check(&typed, (&address(KABID), Standing::Vouched), std::slice::from_ref(&code), &rules().calendar, now);
    assert!(matches!(at_time(at(23, 15, 0)), Attempt::Good { .. }), "Friday's question lives until Monday");
    assert_eq!(fault(at_time(at(23, 15, 1))), CodeFault::Expired);
}

#[test]
fn a_code_in_the_wrong_hands_is_void() {
    let codes = [stored(1, &mine(), bound(KABID, REVIEW))];
    let attempt = tried(&mine().to_string(), "ani@csirt.example", &codes);
    let expected = Attempt::Bad { fault: CodeFault::Foreign, struck: Vec::new(), voided: vec![CodeId(1)] };
    assert_eq!(attempt, expected);
}
