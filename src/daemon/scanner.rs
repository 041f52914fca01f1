//! The daemon of `ClamAV`, asked about files over its socket (clamd(8), INSTREAM). What it does not say in
//! time is said later, or not at all: nobody ever waits longer for it than was agreed.
//!
//! The client is ours: the crates for it take any answer with `OK` in it for clean, lose the answer
//! clamd gives before it closes a connection, and read an answer however long it is.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tracing::warn;

use crate::clock::{Clock as _, SystemClock};
use crate::config::{ScannerAddress, ScannerSettings};
use crate::domain::scan::Scan;

/// Octets of a file that travel together.
const CHUNK: usize = 64 << 10;
/// Octets of an answer that are read.
const ANSWER_MAX: u64 = 4 << 10;
/// Files that are scanned at the same time; clamd has ten threads unless it is told otherwise.
const TOGETHER: usize = 4;
/// How long nobody asks a scanner that did not answer while mail is waiting.
const REST: Duration = Duration::from_secs(60);
/// How long a scanner that is well takes for PING.
const PING_PATIENCE: Duration = Duration::from_secs(5);

/// The scanner.
#[derive(Debug, Clone)]
pub struct Scanner {
    settings: ScannerSettings,
    /// Steady time until which nobody asks it while mail is waiting.
    rests_until: Rc<Cell<Option<Duration>>>,
}

impl Scanner {
    /// The scanner of those settings; nobody is asked yet.
    pub fn new(settings: ScannerSettings) -> Scanner {
        Scanner { settings, rests_until: Rc::default() }
    }

    /// Scans the files of mail that waits: all of them together take no longer than the patience. A
    /// scanner that has just been silent is not asked, so that a flood is not slowed down by it.
    pub async fn scan_together(&self, files: &[&[u8]]) -> Vec<Scan> {
        let until = SystemClock.steady() + self.settings.patience;
        iter(files).map(|bytes| self.scan_until(bytes, until)).buffered(TOGETHER).collect().await
    }

    async fn scan_until(&self, bytes: &[u8], until: Duration) -> Scan {
        if self.is_too_large(bytes) {
            return Scan::TooLarge;
        }
        if self.rests_until.get().is_some_and(|end| SystemClock.steady() < end) {
            return Scan::Away;
        }
        let left = until.saturating_sub(SystemClock.steady());
        let Ok(answered) = timeout(left, self.instream(bytes)).await else {
            self.rests();
            return Scan::Late;
        };
        answered.unwrap_or_else(|error| self.is_away(&error))
    }

    /// Scans a file that nobody waits for. One the scanner does not finish while it answers otherwise
    /// is too slow for it.
    pub async fn scan_alone(&self, bytes: &[u8]) -> Scan {
        if self.is_too_large(bytes) {
            return Scan::TooLarge;
        }
        match timeout(self.settings.patience, self.instream(bytes)).await {
            Ok(Ok(scan)) => {
                self.rests_until.set(None);
                scan
            }
            Ok(Err(error)) => self.is_away(&error),
            Err(_) => match self.ping().await {
                Ok(()) => Scan::TooSlow,
                Err(error) => self.is_away(&error),
            },
        }
    }

    fn is_too_large(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 > self.settings.size_max
    }

    fn is_away(&self, error: &io::Error) -> Scan {
        warn!("The malware scanner at {} does not answer: {error}", self.settings.address);
        self.rests();
        Scan::Away
    }

    fn rests(&self) {
        self.rests_until.set(Some(SystemClock.steady() + REST));
    }

    /// Whether the scanner answers.
    ///
    /// # Errors
    /// If it does not, or not as clamd does.
    pub async fn ping(&self) -> io::Result<()> {
        match self.ask("PING").await?.as_str() {
            "PONG" => Ok(()),
            other => Err(odd(other)),
        }
    }

    /// What the scanner calls itself, with the state of its signatures.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn version(&self) -> io::Result<String> {
        self.ask("VERSION").await
    }

    async fn ask(&self, command: &str) -> io::Result<String> {
        let asking = async {
            let mut stream = self.connect().await?;
            stream.write_all(format!("z{command}\0").as_bytes()).await?;
            answer(&mut stream).await
        };
        timeout(PING_PATIENCE, asking).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn instream(&self, bytes: &[u8]) -> io::Result<Scan> {
        let mut stream = self.connect().await?;
        let sent = send(&mut stream, bytes).await;
        // clamd says that it has had enough and closes: its answer counts, not the broken pipe.
        let said = match answer(&mut stream).await {
            Ok(said) => said,
            Err(error) => return Err(sent.err().unwrap_or(error)),
        };
        match (Scan::answered(&said), sent) {
            // Whoever has not seen the whole file calls nothing clean.
            (Some(Scan::Clean), Err(error)) => Err(error),
            (Some(scan), _) => Ok(scan),
            (None, _) => Err(odd(&said)),
        }
    }

    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match &self.settings.address {
            ScannerAddress::Socket(path) => Box::new(UnixStream::connect(path).await?),
            ScannerAddress::Tcp(host, port) => Box::new(TcpStream::connect((host.as_str(), *port)).await?),
        })
    }
}

/// Either kind of connection.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

async fn send(stream: &mut Box<dyn Stream>, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(b"zINSTREAM\0").await?;
    for chunk in bytes.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(chunk).await?;
    }
    stream.write_all(&[0; 4]).await?;
    stream.flush().await
}

/// The answer before the one NUL that ends it. What ends before it is half an answer, and none; what
/// goes on behind it is two.
async fn answer(stream: &mut Box<dyn Stream>) -> io::Result<String> {
    let mut said = Vec::new();
    let mut limited = stream.take(ANSWER_MAX);
    while !said.contains(&0) {
        if limited.read_buf(&mut said).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let all = String::from_utf8_lossy(&said);
    match all.split_once('\0') {
        Some((one, "")) => Ok(one.to_owned()),
        Some(_) | None => Err(odd(&all)),
    }
}

fn odd(said: &str) -> io::Error {
    let shown: String = said.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(200).collect();
    io::Error::other(format!("it says `{shown}`, which clamd does not"))
}
