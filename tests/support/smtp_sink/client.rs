//! One connection to the sink, from the greeting to its end.

use std::future::pending;
use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{Act, At, Protection, Received, Shared};

/// Serves one connection; any way in which the client ends it is fine.
pub(super) async fn serve(stream: TcpStream, number: usize, shared: Arc<Shared>) {
    let mut client = Client {
        stream: Some(Box::new(stream)),
        buffer: vec![],
        shared: Arc::clone(&shared),
        number,
        within_tls: false,
        user: None,
        from: None,
        to: vec![],
        closing: false,
    };
    if let Protection::Tls(config) = &shared.protection
        && client.secure(Arc::clone(config)).await.is_err()
    {
        return;
    }
    let _ = client.converse().await;
}

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

struct Client {
    /// Absent only during a handshake.
    stream: Option<Box<dyn Duplex>>,
    buffer: Vec<u8>,
    shared: Arc<Shared>,
    number: usize,
    within_tls: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    closing: bool,
}

impl Client {
    async fn converse(&mut self) -> io::Result<()> {
        self.answer(At::Greeting, "220 sink.example ESMTP").await?;
        while !self.closing {
            let line = self.line().await?;
            self.shared.state().heard.push(line.clone());
            self.shared.changed.notify_waiters();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let offer = self.offer();
                    self.answer(At::Ehlo, &offer).await?;
                }
                "STARTTLS" => self.start_tls().await?,
                "AUTH" => self.authenticate(rest).await?,
                "MAIL" => self.mail(rest).await?,
                "RCPT" if self.from.is_some() => {
                    if self.answer(At::Rcpt, "250 2.1.5 Ok").await? {
                        self.to.push(address(rest));
                    }
                }
                "DATA" if !self.to.is_empty() => self.data().await?,
                "RSET" => {
                    self.forget_mail();
                    self.answer(At::Rset, "250 2.0.0 Ok").await?;
                }
                "QUIT" => {
                    self.answer(At::Quit, "221 2.0.0 Bye").await?;
                    return Ok(());
                }
                _ => self.say("503 5.5.1 Bad sequence of commands").await?,
            }
        }
        self.stream().shutdown().await
    }

    fn offer(&self) -> String {
        let mut lines = vec!["sink.example".to_owned(), "PIPELINING".into()];
        if matches!(self.shared.protection, Protection::StartTls(_)) && !self.within_tls {
            lines.push("STARTTLS".into());
        }
        if let Some(login) = &self.shared.login {
            lines.push(format!("AUTH {}", login.mechanisms));
        }
        lines.push("ENHANCEDSTATUSCODES".into());
        let last = lines.len() - 1;
        let shown = lines.iter().enumerate();
        let shown = shown.map(|(at, line)| format!("250{}{line}", if at == last { " " } else { "-" }));
        shown.collect::<Vec<_>>().join("\r\n")
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        let Protection::StartTls(config) = self.shared.protection.clone() else {
            return self.say("502 5.5.1 Not here").await;
        };
        if self.answer(At::StartTls, "220 2.0.0 Ready").await? {
            self.secure(config).await?;
        }
        Ok(())
    }

    async fn secure(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        let stream = self.stream.take().expect("no other handshake");
        self.stream = Some(Box::new(TlsAcceptor::from(config).accept(stream).await?));
        self.buffer.clear();
        self.within_tls = true;
        Ok(())
    }

    async fn authenticate(&mut self, rest: &str) -> io::Result<()> {
        let Some(login) = self.shared.login.clone() else { return self.say("503 5.5.1 No login here").await };
        let (mechanism, word) = rest.split_once(' ').unwrap_or((rest, ""));
        let word = word.to_owned();
        let right = match mechanism {
            "PLAIN" => decoded(&word) == format!("\0{}\0{}", login.user, login.secret),
            "LOGIN" => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = decoded(&self.line().await?);
                self.say("334 UGFzc3dvcmQ6").await?;
                user == login.user && decoded(&self.line().await?) == login.secret
            }
            _ => {
                let right = decoded(&word) == format!("user={}\x01auth=Bearer {}\x01\x01", login.user, login.secret);
                if !right {
                    self.say("334 eyJzdGF0dXMiOiI0MDEifQ==").await?;
                    assert_eq!(self.line().await?, "", "a refused token is answered with an empty line");
                }
                right
            }
        };
        if !right {
            return self.say("535 5.7.8 Authentication credentials invalid").await;
        }
        if self.answer(At::Auth, "235 2.7.0 Welcome").await? {
            self.user = Some(login.user.to_owned());
        }
        Ok(())
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        if self.shared.login.is_some() && self.user.is_none() {
            return self.say("530 5.7.0 Authentication required").await;
        }
        if self.from.is_some() {
            return self.say("503 5.5.1 Nested MAIL").await;
        }
        if self.answer(At::Mail, "250 2.1.0 Ok").await? {
            self.from = Some(address(rest));
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        if !self.answer(At::Data, "354 Go ahead").await? {
            return Ok(());
        }
        self.fill().await?;
        if !self.answer(At::Text, "").await? {
            return Err(io::ErrorKind::Other.into());
        }
        let mut bytes = Vec::new();
        loop {
            let line = self.raw_line().await?;
            match line.strip_prefix(b".") {
                Some(b"\r\n") => break,
                Some(stuffed) => bytes.extend_from_slice(stuffed),
                None => bytes.extend_from_slice(&line),
            }
        }
        let number = self.shared.state().received.len() + 1;
        if self.answer(At::Dot, &format!("250 2.0.0 Ok: queued as {number}")).await? {
            self.take(bytes);
        }
        self.forget_mail();
        Ok(())
    }

    fn take(&self, bytes: Vec<u8>) {
        let received = Received {
            from: self.from.clone().unwrap_or_default(),
            to: self.to.clone(),
            bytes,
            connection: self.number,
            within_tls: self.within_tls,
            user: self.user.clone(),
        };
        self.shared.state().received.push(received);
        self.shared.changed.notify_waiters();
    }

    fn forget_mail(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// Gives the usual reply unless told otherwise; whether the dialogue goes on as usual, which a reply
    /// that agrees (2yz or 3yz) does as well.
    async fn answer(&mut self, at: At, usual: &str) -> io::Result<bool> {
        match self.shared.act(at) {
            Act::Usual => {}
            Act::Hold => self.shared.released.notified().await,
            Act::Mute => pending().await,
            Act::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
            Act::Say(reply) => {
                self.say(reply).await?;
                return Ok(reply.starts_with(['2', '3']));
            }
            Act::SayAndClose(reply) => {
                self.say(reply).await?;
                self.closing = true;
                return Ok(reply.starts_with(['2', '3']));
            }
        }
        if !usual.is_empty() {
            self.say(usual).await?;
        }
        Ok(true)
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        let stream = self.stream();
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        stream.flush().await
    }

    async fn line(&mut self) -> io::Result<String> {
        let line = self.raw_line().await?;
        Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                return Ok(self.buffer.drain(..end + 2).collect());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        let mut space = [0; 8192];
        let length = self.stream().read(&mut space).await?;
        self.buffer.extend_from_slice(&space[..length]);
        if length == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn stream(&mut self) -> &mut dyn Duplex {
        self.stream.as_mut().expect("no handshake")
    }
}

fn address(rest: &str) -> String {
    rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}

fn decoded(word: &str) -> String {
    STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
