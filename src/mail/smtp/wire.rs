//! The stream below lettre: it tells an answer from what was said unasked, and sees the final dot leave.
//!
//! **Invariants:** nothing is written while something unread stands in the line, so an answer that came
//! before its question is never taken for its answer; and lettre never holds more than the line it is
//! reading, so nothing said before TLS can be taken for something said within it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Octets without a line break after which a peer does not speak SMTP.
const UNBROKEN_BYTES_MAX: usize = 64 * 1024;
/// Octets of a reply line that lettre is shown; beyond 1000 it refuses the whole reply.
const LINE_BYTES_MAX: usize = 900;
/// What lettre writes after a message: line break, dot, line break.
const END_OF_MAIL_BYTES: usize = b"\r\n.\r\n".len();

/// A handle on the connection; lettre has one and we keep another.
#[derive(Clone)]
pub(super) struct Wire {
    peer: SocketAddr,
    line: Arc<Mutex<Line>>,
}

struct Line {
    stream: Stream,
    /// Read from the stream, not yet shown to lettre.
    heard: Vec<u8>,
    /// What is left of the line lettre is being shown.
    shown: Vec<u8>,
    dot: Dot,
}

enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
    /// Being secured, or given up.
    Gone,
}

/// How much of the end of a mail was handed to the operating system.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dot {
    NotYet,
    /// What is written next is the end of the mail.
    Next {
        accepted_bytes: usize,
    },
    Written,
}

impl Wire {
    /// A connection without TLS.
    pub(super) fn plain(stream: TcpStream) -> io::Result<Wire> {
        Ok(Wire::over(stream.peer_addr()?, Stream::Plain(stream)))
    }

    /// A connection with TLS.
    pub(super) fn secure(stream: TlsStream<TcpStream>) -> io::Result<Wire> {
        Ok(Wire::over(stream.get_ref().0.peer_addr()?, Stream::Secure(Box::new(stream))))
    }

    fn over(peer: SocketAddr, stream: Stream) -> Wire {
        Wire { peer, line: Arc::new(Mutex::new(Line { stream, heard: vec![], shown: vec![], dot: Dot::NotYet })) }
    }

    /// Takes the TCP stream out for STARTTLS.
    ///
    /// # Errors
    /// If something unread stands in the line: whoever said it wants it taken for the secured server's
    /// word (CVE-2011-0411).
    pub(super) fn take_plain(&self) -> io::Result<TcpStream> {
        let mut line = self.line();
        if !line.heard.is_empty() || !line.shown.is_empty() {
            return Err(io::Error::other("something was said between STARTTLS and TLS"));
        }
        match std::mem::replace(&mut line.stream, Stream::Gone) {
            Stream::Plain(stream) => Ok(stream),
            Stream::Secure(_) | Stream::Gone => Err(io::Error::other("TLS stands already")),
        }
    }

    /// Goes on within TLS.
    pub(super) fn put_secure(&self, stream: TlsStream<TcpStream>) {
        self.line().stream = Stream::Secure(Box::new(stream));
    }

    /// The TLS version, if there is TLS.
    pub(super) fn tls_version(&self) -> Option<String> {
        match &self.line().stream {
            Stream::Secure(stream) => stream.get_ref().1.protocol_version().map(|version| format!("{version:?}")),
            Stream::Plain(_) | Stream::Gone => None,
        }
    }

    /// Says that the text of a mail begins.
    pub(super) fn mail_begins(&self) {
        self.line().dot = Dot::NotYet;
    }

    /// Says that what is written next is the end of the mail.
    pub(super) fn mail_ends(&self) {
        self.line().dot = Dot::Next { accepted_bytes: 0 };
    }

    /// Whether the whole end of the mail was handed over: from here on the server may have the mail.
    pub(super) fn dot_written(&self) -> bool {
        self.line().dot == Dot::Written
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A panic elsewhere leaves bytes behind, never a broken invariant.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Reads what has come into `heard`; 0 is the end.
    fn poll_hear(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; 2048];
        let mut space = ReadBuf::new(&mut space);
        match &mut self.stream {
            Stream::Plain(stream) => ready!(Pin::new(stream).poll_read(cx, &mut space))?,
            Stream::Secure(stream) => ready!(Pin::new(stream.as_mut()).poll_read(cx, &mut space))?,
            Stream::Gone => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
        self.heard.extend_from_slice(space.filled());
        Poll::Ready(Ok(space.filled().len()))
    }

    /// Makes sure that the server waits for us.
    fn silent(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.heard.is_empty() && self.shown.is_empty() {
            match self.poll_hear(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(0)) => return Err(closed()),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Err(error),
            }
        }
        Err(io::Error::other("the server spoke unasked"))
    }

    /// Puts the next whole line into `shown`; `false` is the end.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            if let Some(end) = self.heard.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                self.shown = tidy(&line);
                return Poll::Ready(Ok(true));
            }
            if self.heard.len() > UNBROKEN_BYTES_MAX {
                return Poll::Ready(Err(io::Error::other("the server does not speak SMTP")));
            }
            if ready!(self.poll_hear(cx))? == 0 {
                return Poll::Ready(if self.heard.is_empty() { Ok(false) } else { Err(closed()) });
            }
        }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")
}

/// A reply line as lettre can read it. A `250` must not be in doubt because its text is Latin-1, long or
/// absent (RFC 5321 section 4.2 allows a code alone), or its line ends in a bare LF.
fn tidy(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let mut tidied = text[..text.floor_char_boundary(LINE_BYTES_MAX)].to_owned();
    if tidied.len() == 3 {
        tidied.push(' ');
    }
    tidied.push_str("\r\n");
    tidied.into_bytes()
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut line = self.line();
        if line.shown.is_empty() && !ready!(line.poll_line(cx))? {
            return Poll::Ready(Ok(()));
        }
        let length = line.shown.len().min(out.remaining());
        out.put_slice(&line.shown[..length]);
        line.shown.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut line = self.line();
        line.silent(cx)?;
        let written = match &mut line.stream {
            Stream::Plain(stream) => ready!(Pin::new(stream).poll_write(cx, bytes))?,
            Stream::Secure(stream) => ready!(Pin::new(stream.as_mut()).poll_write(cx, bytes))?,
            Stream::Gone => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        };
        if let Dot::Next { accepted_bytes } = line.dot {
            let accepted_bytes = accepted_bytes + written;
            let whole = accepted_bytes >= END_OF_MAIL_BYTES;
            line.dot = if whole { Dot::Written } else { Dot::Next { accepted_bytes } };
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Secure(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Stream::Gone => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Secure(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            Stream::Gone => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({})", self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn doubt_begins_with_the_last_octet_of_the_end() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let stream = TcpStream::connect(listener.local_addr().expect("a port")).await.expect("a connection");
        let mut wire = Wire::plain(stream).expect("connected");
        wire.mail_begins();
        wire.write_all(b"text\r\n.\r\n").await.expect("write");
        assert!(!wire.dot_written(), "a dot within the text is no end");
        wire.mail_ends();
        wire.write_all(b"\r\n.\r").await.expect("write");
        assert!(!wire.dot_written());
        wire.write_all(b"\n").await.expect("write");
        assert!(wire.dot_written());
    }

    #[test]
    fn a_reply_is_readable_whatever_its_text() {
        let check = |said: &[u8], shown: &str| assert_eq!(String::from_utf8(tidy(said)).expect("text"), shown);
        check(b"250 ok\r\n", "250 ok\r\n");
        check(b"250\r\n", "250 \r\n");
        check(b"250 ok\n", "250 ok\r\n");
        check(b"250-gr\xfc\xdfe\r\n", "250-gr\u{fffd}\u{fffd}e\r\n");
        let long = tidy(&[b"250 ".as_slice(), &[b'x'; 5000], b"\r\n"].concat());
        assert_eq!(long.len(), LINE_BYTES_MAX + 2);
    }
}
