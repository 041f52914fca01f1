//! Understanding mail as `siaga explain` does, against mail-parser alone on the same files in the
//! same run.
//!
//! `cargo bench --bench explain`; with `SIAGA_CORPUS` set to a folder of mails, those, otherwise the
//! ones of the tests and as many as a busy month brings with pictures. The factor is the figure; what
//! the process costs before its first mail is in it, and told beside it.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use support::floor::picture;
use support::letters::Letter;

const RUNS: usize = 7;
/// Letters with a picture of 100 kB each.
const PICTURED: usize = 400;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = match std::env::var_os("SIAGA_CORPUS") {
        Some(corpus) => mails_below(Path::new(&corpus)),
        None => own_mails(folder.path()),
    };
    let bytes: u64 = files.iter().map(|file| fs::metadata(file).expect("a file").len()).sum();
    println!("{} mails, {:.1} MB, medians of {RUNS} runs", files.len(), bytes as f64 / 1e6);
    let (mut alone, mut whole, mut factors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (parsed, explained) = (timed(|| parse_alone(&files)), timed(|| explain(&files)));
        factors.push(explained.as_secs_f64() / parsed.as_secs_f64());
        alone.push(parsed);
        whole.push(explained);
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort();
        bytes as f64 / 1e6 / times[RUNS / 2].as_secs_f64()
    };
    factors.sort_by(f64::total_cmp);
    println!("mail-parser {:>8.0} MB/s  (read the file, parse, decode every part)", rate(&mut alone));
    println!(
        "explain     {:>8.0} MB/s  (the same, digests, kind, new text, language, ticket, as JSON)",
        rate(&mut whole)
    );
    let start = timed(|| explain(&files[..1]));
    println!("            {:>8.0} ms    for one mail alone", start.as_secs_f64() * 1e3);
    println!("factor      {:>8.2}       explain over mail-parser", factors[RUNS / 2]);
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn parse_alone(files: &[PathBuf]) {
    for file in files {
        black_box(MessageParser::default().parse(&fs::read(file).expect("a file")));
    }
}

/// The whole process, as an administrator runs it: configuration and templates are read anew.
fn explain(files: &[PathBuf]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let nowhere = root.join("target/tmp/no-desk");
    let mut command = Command::new(env!("CARGO_BIN_EXE_siaga"));
    command.current_dir(root).env("SIAGA__DATA__DIR", nowhere).args(["explain", "--json"]).args(files);
    // A file that is empty or cannot be read is part of a corpus, and no reason to stop.
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("siaga");
}

fn mails_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(mails_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "eml") {
            found.push(path);
        }
    }
    found.sort_unstable();
    found
}

fn own_mails(folder: &Path) -> Vec<PathBuf> {
    let mut files = mails_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail"));
    for number in 0..PICTURED {
        let letter = Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
            .subject(&format!("Laporan nomor {number}"))
            .text("Situs dinkes.ciamiskab.go.id menampilkan iklan judi.")
            .file("layar.png", "image/png", &picture(number, 100_000));
        let path = folder.join(format!("{number}.eml"));
        fs::write(&path, letter.raw()).expect("write");
        files.push(path);
    }
    files
}
