//! A mail server in this process that takes every mail, or misbehaves as it is told to.
//!
//! It is strict about order: a nested MAIL or one without login is refused, as a real server would.

mod client;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longest wait for something that must happen at once; only a broken test reaches it.
const HANG_GUARD: Duration = Duration::from_secs(60);

/// How the sink protects its connections.
#[derive(Clone)]
pub enum Protection {
    Plain,
    Tls(Arc<ServerConfig>),
    StartTls(Arc<ServerConfig>),
}

/// Who must log in, and by which mechanisms.
#[derive(Clone)]
pub struct SinkLogin {
    pub user: &'static str,
    /// Password or token.
    pub secret: &'static str,
    /// As in the reply to EHLO: `PLAIN LOGIN XOAUTH2`.
    pub mechanisms: &'static str,
}

/// Where in the dialogue something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// Within the text of a mail, after its first octets. What does not agree ends the connection.
    Text,
    /// After the final dot.
    Dot,
    Rset,
    Quit,
}

/// What the sink does there in place of its usual reply.
#[derive(Debug, Clone)]
pub enum Act {
    /// The usual reply; to reach the second or third time.
    Usual,
    /// Says this. Several lines are written at once.
    Say(&'static str),
    /// Says this and closes the connection.
    SayAndClose(&'static str),
    /// Closes the connection.
    Close,
    /// Says nothing more and reads nothing more.
    Mute,
    /// The usual reply, after [`SmtpSink::release`].
    Hold,
}

/// A mail the sink has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Envelope sender; empty for the null sender.
    pub from: String,
    pub to: Vec<String>,
    /// The message as it was before dot-stuffing.
    pub bytes: Vec<u8>,
    /// The connection, counted from 1.
    pub connection: usize,
    pub within_tls: bool,
    pub user: Option<String>,
}

/// The sink. It ends when it is dropped.
pub struct SmtpSink {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    protection: Protection,
    login: Option<SinkLogin>,
    state: Mutex<State>,
    changed: Notify,
    released: Notify,
}

#[derive(Default)]
struct State {
    acts: HashMap<At, VecDeque<Act>>,
    reached: HashMap<At, usize>,
    heard: Vec<String>,
    received: Vec<Received>,
    connections: usize,
    serving: Vec<JoinHandle<()>>,
}

impl SmtpSink {
    /// Starts a sink on a free port of this machine.
    pub async fn start(protection: Protection, login: Option<SinkLogin>) -> SmtpSink {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        // Small buffers let a reader that stops be felt after kilobytes instead of megabytes.
        socket2::SockRef::from(&listener).set_recv_buffer_size(32 * 1024).expect("a small buffer");
        let port = listener.local_addr().expect("a port").port();
        let shared = Arc::new(Shared {
            protection,
            login,
            state: Mutex::default(),
            changed: Notify::new(),
            released: Notify::new(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        SmtpSink { port, shared, accepting }
    }

    /// A sink without TLS and login.
    pub async fn plain() -> SmtpSink {
        SmtpSink::start(Protection::Plain, None).await
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Adds what happens the next time the dialogue comes to `at`; acts at one place queue up.
    pub fn on(&self, at: At, act: Act) {
        self.shared.state().acts.entry(at).or_default().push_back(act);
    }

    /// Lets go on what is held.
    pub fn release(&self) {
        self.shared.released.notify_one();
    }

    /// Waits until `count` mails have been taken.
    pub async fn received(&self, count: usize) -> Vec<Received> {
        self.until(|state| (state.received.len() >= count).then(|| state.received.clone())).await
    }

    /// Waits until the dialogue has come to `at` for the `count`th time.
    pub async fn reached(&self, at: At, count: usize) {
        self.until(|state| (state.reached.get(&at).copied().unwrap_or(0) >= count).then_some(())).await;
    }

    /// The mails taken so far.
    pub fn taken(&self) -> Vec<Received> {
        self.shared.state().received.clone()
    }

    /// The commands heard so far, e.g. `MAIL FROM:<desk@csirt.example>`.
    pub fn heard(&self) -> Vec<String> {
        self.shared.state().heard.clone()
    }

    /// How often it was connected to.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    async fn until<T>(&self, mut done: impl FnMut(&State) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                let mut changed = std::pin::pin!(changed);
                changed.as_mut().enable();
                if let Some(found) = done(&self.shared.state()) {
                    return found;
                }
                changed.await;
            }
        };
        timeout(HANG_GUARD, waiting).await.expect("what the test waits for happens")
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.state().serving.iter().for_each(JoinHandle::abort);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics within")
    }

    /// Notes that `at` was reached and says what happens there.
    fn act(&self, at: At) -> Act {
        let mut state = self.state();
        *state.reached.entry(at).or_default() += 1;
        let act = state.acts.get_mut(&at).and_then(VecDeque::pop_front).unwrap_or(Act::Usual);
        drop(state);
        self.changed.notify_waiters();
        act
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("a TCP socket");
        let number = {
            let mut state = shared.state();
            state.connections += 1;
            state.connections
        };
        let serving = tokio::spawn(client::serve(stream, number, Arc::clone(&shared)));
        shared.state().serving.push(serving);
    }
}
