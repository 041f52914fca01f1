//! What the fuzz targets look at holds for every fixture, every entry of their dictionaries and every
//! finding: so the targets cannot rot between two runs of the fuzzer.

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use std::fs;
use std::path::Path;

/// Mails of the tests, each also cut short, with bits flipped, and spliced with its neighbour.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    assert!(paths.len() > 50, "only {} fixtures", paths.len());
    let mails: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("readable")).collect();
    let mut seeds = vec![Vec::new(), vec![0], vec![0xFF; 9], b"#valid\r\n".to_vec()];
    for (index, mail) in mails.iter().enumerate() {
        let neighbour = &mails[(index + 1) % mails.len()];
        let flipped = mail.iter().enumerate().map(|(at, byte)| if at % 37 == index % 37 { byte ^ 0x80 } else { *byte });
        seeds.push(flipped.collect());
        seeds.push(mail[..mail.len() * 2 / 3].to_vec());
        seeds.push([&mail[..mail.len() / 2], &[0xFF], &neighbour[neighbour.len() / 2..]].concat());
        seeds.push(mail.clone());
    }
    seeds
}

#[test]
fn any_bytes_are_a_message_or_a_clear_refusal() {
    seeds().iter().for_each(|seed| bodies::parsing::body(seed));
}

#[test]
fn what_is_newly_written_stands_in_the_text() {
    seeds().iter().for_each(|seed| bodies::reply_text::body(seed));
}

#[test]
fn the_kind_of_a_mail_holds_together() {
    seeds().iter().for_each(|seed| bodies::nature::body(seed));
}

#[test]
fn case_58_a_mail_of_ours_has_our_headers_and_nothing_else() {
    seeds().iter().for_each(|seed| bodies::headers::body(seed));
}

#[test]
fn no_stranger_gets_onto_a_ticket() {
    seeds().iter().for_each(|seed| bodies::threads::body(seed));
}
