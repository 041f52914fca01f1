//! `docs/security.md` promises nothing without a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

/// The numbers in the name of a test: `case_14a_…`, `cases_5_and_6_…`, `cases_7_to_9_…`.
fn numbers(name: &str) -> Vec<String> {
    let Some(rest) = name.strip_prefix("cases_").or_else(|| name.strip_prefix("case_")) else { return Vec::new() };
    let words: Vec<&str> = rest.split('_').collect();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.len() < 4;
    match words[..] {
        [first, "to", last, ..] => match (first.parse::<u32>(), last.parse::<u32>()) {
            (Ok(first), Ok(last)) => (first..=last).map(|number| number.to_string()).collect(),
            _ => Vec::new(),
        },
        [first, "and", second, ..] => {
            [first, second].iter().filter(|word| is_number(word)).map(|w| (*w).to_owned()).collect()
        }
        [first, ..] if is_number(&first) => vec![first.to_owned()],
        [..] => Vec::new(),
    }
}

#[test]
fn every_case_of_the_threat_model_has_a_test_that_carries_its_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    sources(&root.join("tests"), &mut text);
    let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
    let tested: BTreeSet<String> = names.flat_map(numbers).collect();
    let plain = (1..=96).map(|number: u32| number.to_string());
    let lettered = ["14a", "46a", "46b", "46c", "46d", "46e", "74a", "74b"].map(str::to_owned);
    let gaps: Vec<String> = plain.chain(lettered).filter(|number| !tested.contains(number)).collect();
    assert!(gaps.is_empty(), "no test carries the number of the cases {gaps:?}");
}

#[test]
fn names_of_tests_carry_the_numbers_of_cases() {
    for (name, expected) in [
        ("case_14a_a_better_copy", &["14a"][..]),
        ("cases_5_and_6_a_mail", &["5", "6"]),
        ("cases_7_to_9_a_name", &["7", "8", "9"]),
        ("case_27_a_the_domain", &["27"]),
        ("cases", &[]),
        ("a_case_5", &[]),
    ] {
        assert_eq!(numbers(name), expected, "{name}");
    }
}

#[test]
fn every_promise_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    sources(&root.join("tests"), &mut text);
    let tests: BTreeSet<&str> = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next()).collect();
    let promises = fs::read_to_string(root.join("docs/security.md")).expect("the promises");
    let rows = promises.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Promise"));
    let mut named = 0;
    for row in rows {
        let proofs = row.rsplit('|').nth(1).expect("a column of proofs");
        let proofs: Vec<&str> = proofs.split('`').skip(1).step_by(2).collect();
        assert!(!proofs.is_empty(), "no proof: {row}");
        for proof in proofs {
            assert!(tests.contains(proof), "`{proof}` is no test: {row}");
            named += 1;
        }
    }
    assert!(named > 50, "{named} proofs: the table is read otherwise than it is written");
}
