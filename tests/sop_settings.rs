//! `sop.toml` and `people.toml` as administrators write them: what is wrong is named with its remedy.

use std::fs;
use std::path::Path;

use siaga::config::{embedded, load};
use siaga::domain::calendar::{Counting, Limit};
use siaga::domain::sop::Gravity;
use siaga::domain::stage::Stage;

const SHIPPED: [&str; 4] = ["siaga.toml", "sop.toml", "calendar.toml", "people.toml"];

/// The shipped configuration with one text replaced by another; what is said of it.
fn faults(file: &str, from: &str, to: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for name in SHIPPED {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        let mut text = fs::read_to_string(shipped).expect("the shipped file");
        if name == file {
            assert!(text.contains(from), "{file} does not hold `{from}`");
            text = text.replacen(from, to, 1);
        }
        fs::write(folder.path().join(name), text).expect("write a file");
    }
    match load(folder.path()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_shipped_sop_says_what_the_sop_says() {
    let sop = embedded().sop;
    let limit = |stage| sop.rule(stage).timing(Gravity::default()).limit;
    assert_eq!(limit(Stage::Verification), Limit::Minutes(180));
    assert_eq!(limit(Stage::Analysis), Limit::Days(1));
    assert_eq!(limit(Stage::Review), Limit::Minutes(60));
    assert_eq!(limit(Stage::Pdp), Limit::Minutes(72 * 60));
    for stage in Stage::ALL.iter().filter(|stage| stage.is_legal()) {
        assert_eq!(sop.rule(*stage).counting, Counting::Calendar, "{stage:?}");
    }
}

#[test]
fn a_slip_in_the_sop_is_named_with_its_remedy() {
    let check = |from: &str, to: &str, expected: &str| {
        let found = faults("sop.toml", from, to);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{from} → {to}: {found:?}");
    };
    check("limit = \"3h\"", "limit = \"3 jam\"", "`3 jam` is no time limit; write it like");
    check("remind_at = [\"50%\", \"80%\"]", "remind_at = [\"50\"]", "`50` is no moment of a deadline");
    check("remind_at = [\"2d\"]", "remind_at = [\"100%\"]", "remind before the deadline");
    check("{ level = 2, at = \"100%\", to = \"kabid\"", "{ level = 1, at = \"100%\", to = \"kabid\"", "do not rise");
    check(
        "at = \"100%\", to = \"kabid\", by = \"daemon\" },\n]",
        "at = \"90%\", to = \"kabid\", by = \"daemon\" },\n]",
        "must be seen by somebody",
    );
    check(
        "limit = \"72h\"\ncounting = \"calendar\"",
        "limit = \"72h\"\ncounting = \"working\"",
        "the law counts by the calendar",
    );
    check(
        "to = \"assignee\", by = \"daemon\"",
        "to = \"assignee\", by = \"kabid\"",
        "asked only for the OPD's follow-up",
    );
    check("[second_look]", "[second_lok]", "second_lo");
    check("owner = \"reporter\"", "owner = \"pelapor\"", "pelapor");
}

#[test]
fn a_slip_among_the_people_is_named_with_its_remedy() {
    let check = |from: &str, to: &str, expected: &str| {
        let found = faults("people.toml", from, to);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{from} → {to}: {found:?}");
    };
    check("code = \"dinkes\"", "code = \"judol\"", "`judol` cannot be the code of an OPD");
    check("code = \"dinkes\"", "code = \"tinggi\"", "no kind of incident and no level");
    check("code = \"dinkes\"", "code = \"diskominfo\"", "stands there twice");
    check("until = \"2026-12-31\"", "until = \"2026-12-01\"", "stops before beginning");
    check("\"sekda@setda.example\"", "\"kepala@dinkes.example\"", "one address has one role");
    check(
        "contacts = [{ name = \"Pengelola Domain\", address = \"admin@diskominfo.example\" }]",
        "contacts = []",
        "has no contact",
    );
}

#[test]
fn a_deputy_may_have_several_terms_or_none() {
    let again = "[office_head]";
    let second = "[[deputy]]\nname = \"Plh.\"\naddress = \"plh@csirt.example\"\n\n[office_head]";
    assert_eq!(faults("people.toml", again, second), Vec::<String>::new());
}
