//! The daemon between a private Dovecot and an SMTP sink: how many mails a second become tickets and
//! acknowledged, how long one takes, and how much memory that needs.
//!
//! `cargo bench --bench end_to_end`. Needs Dovecot. The ratio to the durable floor of the same mails
//! in the same run is the figure; absolute times say what the machine is.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone as _, Utc};
use siaga::mail::connect::Security;
use support::desk::Desk;
use support::dovecot::Dovecot;
use support::floor::{floor, picture};
use support::letters::Letter;
use support::smtp_sink::SmtpSink;
use tokio::runtime::Runtime;
use tokio::task::block_in_place;

const MAILS: usize = 200;
/// Mails whose way is timed one by one.
const SINGLE: usize = 21;

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let letters: Vec<Vec<u8>> = (0..MAILS).map(letter).collect();
    let bytes: usize = letters.iter().map(Vec::len).sum();
    println!("{MAILS} mails, {:.0} MB in all, median {:.0} KB", bytes as f64 / 1e6, median_size(&letters) / 1e3);
    let (floor, _folder) = floor(&letters);
    println!("floor        {:>7.0} mails/s  (write, sync, rename, sync folder, one commit for each)", rate(floor));
    runtime.block_on(async {
        // Whether the team's notices carry the pictures decides how many bytes go out.
        for (images_max, carried) in [("0MiB", "without"), ("5MiB", "with")] {
            let through = throughput(&letters, images_max).await;
            println!(
                "IMAP to SMTP {:>7.0} mails/s  (all mails at the sink, notices {carried} pictures)",
                rate(through)
            );
            println!("ratio        {:>7.2}", floor.as_secs_f64() / through.as_secs_f64());
        }
        latency_and_memory().await;
    });
}

fn rate(time: Duration) -> f64 {
    MAILS as f64 / time.as_secs_f64()
}

fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 1, 0, 0).single().expect("a moment")
}

/// Screenshots of people: most of them 100 to 200 KB, some of some megabytes, some none.
fn letter(number: usize) -> Vec<u8> {
    let size = match number % 20 {
        0 | 1 => 0,
        19 => 4_000_000,
        18 => 2_500_000,
        other => 80_000 + other * 5_000,
    };
    let letter = Letter::from(&format!("Warga {number} <warga{number}@warga.example>"))
        .subject(&format!("Laporan nomor {number}"))
        .text(&format!("Situs dinkes.ciamiskab.go.id halaman {number} menampilkan iklan judi sejak pukul 07.00."));
    let letter = if size > 0 { letter.file("layar.png", "image/png", &picture(number, size)) } else { letter };
    letter.raw()
}

fn median_size(letters: &[Vec<u8>]) -> f64 {
    let mut sizes: Vec<usize> = letters.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    sizes[sizes.len() / 2] as f64
}

/// From the start of the daemon before a full inbox to the last mail at the sink.
async fn throughput(letters: &[Vec<u8>], images_max: &str) -> Duration {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    desk.set("NOTICE__IMAGES_MAX", images_max);
    letters.iter().for_each(|raw| dovecot.deliver(raw, morning()));
    let begun = Instant::now();
    block_in_place(|| desk.start());
    // The acknowledgement and the notice of two analysts.
    sink.received(3 * letters.len()).await;
    let taken = begun.elapsed();
    println!("processor    {:>7.1} ms       (of the daemon for each mail)", processor_ms(&desk) / letters.len() as f64);
    block_in_place(|| {
        desk.until_settled(letters.len());
        println!("peak memory  {:>7.0} MB       (that many mails in one go)", memory(&desk, "VmHWM") / 1e3);
    });
    taken
}

async fn latency_and_memory() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::plain().await);
    let mut desk = Desk::new(&dovecot, Security::Tls, sink.port());
    dovecot.deliver(&letter(2), morning());
    block_in_place(|| desk.start());
    sink.received(3).await;
    println!("memory idle  {:>7.0} MB", memory(&desk, "VmRSS") / 1e3);
    let mut times = Vec::new();
    for number in 0..SINGLE {
        let before = sink.taken().len();
        let raw = letter(300 + number * 20 + 5);
        let begun = Instant::now();
        dovecot.deliver(&raw, morning());
        sink.received(before + 1).await;
        times.push(begun.elapsed());
        sink.received(before + 3).await;
    }
    times.sort();
    println!("one mail     {:>7.0} ms       (median, delivery to sink; Dovecot waits 500 ms to announce it)", {
        times[SINGLE / 2].as_secs_f64() * 1e3
    });
    let before = sink.taken().len();
    for number in 0..3 {
        let raw = Letter::from(&format!("Warga <besar{number}@warga.example>")).text("Rekaman layar terlampir.");
        dovecot.deliver(&raw.file("rekaman.png", "image/png", &picture(number, 17_500_000)).raw(), morning());
    }
    sink.received(before + 9).await;
    println!("peak memory  {:>7.0} MB       (three mails of 24 MB)", memory(&desk, "VmHWM") / 1e3);
}

/// Processor time of the daemon's process so far, in milliseconds.
fn processor_ms(desk: &Desk) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", desk.process_id())).expect("our own child");
    let behind_name = stat.rsplit(')').next().expect("a name in brackets");
    let ticks = |field: usize| behind_name.split_whitespace().nth(field).and_then(|ticks| ticks.parse::<f64>().ok());
    // Fields 14 and 15 of proc(5), in hundredths of a second on Linux.
    (ticks(11).expect("utime") + ticks(12).expect("stime")) * 10.0
}

/// A figure of the daemon's process, in kilobytes.
fn memory(desk: &Desk, figure: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", desk.process_id())).expect("our own child");
    let line = status.lines().find(|line| line.starts_with(figure)).expect("a figure");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}
