//! A clamd as the protocol has it, that finds EICAR and can be made to misbehave.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use siaga::config::{ScannerAddress, ScannerSettings};
use siaga::daemon::scanner::Scanner;
use tempfile::TempDir;

/// The harmless file that every scanner calls malware, as two halves so that none finds it here.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// What the server does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Looks at it.
    Scan,
    /// Answers that, whatever it is.
    Answer(&'static str),
    /// Says nothing and keeps the connection, also to PING.
    Silence,
    /// Says nothing about a file, and answers PING.
    Brood,
    /// Ends in the middle of its answer.
    Half,
    /// Drops the connection.
    Drop,
    /// Calls a file clean of which it has read nothing, and closes.
    Early,
    /// Answers with ten million octets and no end.
    Endless,
    /// Has enough after so many octets, says so and closes, as beyond `StreamMaxLength`.
    Enough(usize),
}

/// The server: it ends with its test.
#[derive(Debug)]
pub struct Clamd {
    folder: TempDir,
    act: Arc<Mutex<Act>>,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Clamd {
    /// A server that listens.
    pub fn start() -> Clamd {
        let clamd = Clamd::refusing();
        clamd.listen();
        clamd
    }

    /// A server that nobody has started: connections are refused.
    pub fn refusing() -> Clamd {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Clamd { folder, act: Arc::new(Mutex::new(Act::Scan)), seen: Arc::default() }
    }

    /// Starts it.
    pub fn listen(&self) {
        let listener = UnixListener::bind(self.folder.path().join("clamd.ctl")).expect("a socket");
        let (act, seen) = (Arc::clone(&self.act), Arc::clone(&self.seen));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (act, seen) = (Arc::clone(&act), Arc::clone(&seen));
                thread::spawn(move || {
                    let act = *act.lock().expect("no test panics while it scripts");
                    let _ = serve(stream, act, &seen);
                });
            }
        });
    }

    /// From here on it does that.
    pub fn acts(&self, act: Act) {
        *self.act.lock().expect("no test panics while it scripts") = act;
    }

    /// The files it was sent whole.
    pub fn seen(&self) -> Vec<Vec<u8>> {
        self.seen.lock().expect("no server panics").clone()
    }

    /// Where it listens.
    pub fn socket(&self) -> std::path::PathBuf {
        self.folder.path().join("clamd.ctl")
    }

    /// The desk's view of it.
    pub fn scanner(&self, patience: Duration) -> Scanner {
        Scanner::new(ScannerSettings { address: ScannerAddress::Socket(self.socket()), patience, size_max: 1 << 20 })
    }
}

fn serve(mut stream: UnixStream, act: Act, seen: &Mutex<Vec<Vec<u8>>>) -> std::io::Result<()> {
    let mut command = Vec::new();
    while command.last() != Some(&0) {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        command.push(byte[0]);
    }
    if act == Act::Silence {
        return stay(&mut stream);
    }
    match command.as_slice() {
        b"zPING\0" => return stream.write_all(b"PONG\0"),
        b"zVERSION\0" => return stream.write_all(b"ClamAV 1.4.3/27800/Mon Nov 23 08:26:05 2026\0"),
        b"zINSTREAM\0" => {}
        _ => return stream.write_all(b"UNKNOWN COMMAND\0"),
    }
    if act == Act::Drop {
        return Ok(());
    }
    if act == Act::Early {
        return stream.write_all(b"stream: OK\0");
    }
    let mut file = Vec::new();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            break;
        }
        let begin = file.len();
        file.resize(begin + length, 0);
        stream.read_exact(&mut file[begin..])?;
        if let Act::Enough(most) = act
            && file.len() > most
        {
            return stream.write_all(b"INSTREAM size limit exceeded. ERROR\0");
        }
    }
    let found = file.windows(5).any(|window| window == b"EICAR");
    seen.lock().expect("no server panics").push(file);
    match act {
        Act::Answer(answer) => stream.write_all(format!("{answer}\0").as_bytes()),
        Act::Half => stream.write_all(b"stream: O"),
        Act::Brood => stay(&mut stream),
        Act::Endless => stream.write_all(&[b'A'; 10_000_000]),
        Act::Scan | Act::Silence | Act::Drop | Act::Early | Act::Enough(_) => {
            let answer: &[u8] = if found { b"stream: Win.Test.EICAR_HDB-1 FOUND\0" } else { b"stream: OK\0" };
            stream.write_all(answer)
        }
    }
}

/// Says nothing until the other side goes.
fn stay(stream: &mut UnixStream) -> std::io::Result<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
