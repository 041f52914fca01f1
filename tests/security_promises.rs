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
