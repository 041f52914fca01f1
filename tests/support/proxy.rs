//! A byte proxy that breaks a connection at a chosen byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client gets a TCP reset.
    Reset,
    /// The client gets an orderly end of the stream.
    Close,
    /// Nothing moves any more. Time is stopped, so that the patience of a client in this process ends
    /// at once.
    BlackHole,
    /// Nothing moves any more, for a client that is a process of its own.
    Silence,
}

/// The proxy: it ends with the runtime of its test.
#[derive(Debug)]
pub struct Proxy {
    pub port: u16,
    plan: Arc<Mutex<Plan>>,
}

/// What the connections of a proxy have carried to their clients, and what will break one of them.
#[derive(Debug, Default)]
struct Plan {
    carried: u64,
    fault: Option<(u64, Fault)>,
}

impl Proxy {
    /// Passes everything on to a port of this machine.
    pub async fn start(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("the address of a listener").port();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else { continue };
                tokio::spawn(pass(client, server, Arc::clone(&shared)));
            }
        });
        Proxy { port, plan }
    }

    /// Breaks the next connection that has carried `after` more bytes to its client.
    pub fn break_after(&self, after: u64, fault: Fault) {
        self.plan.lock().expect("no test panics while it plans").fault = Some((after, fault));
    }

    /// Bytes that were carried to clients so far.
    pub fn carried(&self) -> u64 {
        self.plan.lock().expect("no test panics while it plans").carried
    }
}

async fn pass(client: TcpStream, server: TcpStream, plan: Arc<Mutex<Plan>>) {
    let (mut client_read, mut client_write) = client.into_split();
    let (mut server_read, mut server_write) = server.into_split();
    let up = async {
        let _ = tokio::io::copy(&mut client_read, &mut server_write).await;
    };
    let down = async {
        let mut buffer = vec![0; 16 << 10];
        loop {
            let count = match server_read.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => count,
            };
            let (pass, fault) = due(&plan, count);
            if client_write.write_all(&buffer[..pass]).await.is_err() {
                return None;
            }
            if fault.is_some() {
                return fault;
            }
        }
    };
    let fault = tokio::select! {
        () = up => None,
        fault = down => fault,
    };
    match fault {
        None | Some(Fault::Close) => {}
        Some(Fault::Reset) => {
            let socket = SockRef::from(client_write.as_ref());
            socket.set_linger(Some(Duration::ZERO)).expect("a socket takes a linger");
        }
        Some(Fault::BlackHole) => {
            tokio::time::pause();
            std::future::pending::<()>().await;
        }
        Some(Fault::Silence) => std::future::pending().await,
    }
}

/// How many of `count` bytes still pass, and what happens then.
fn due(plan: &Mutex<Plan>, count: usize) -> (usize, Option<Fault>) {
    let mut plan = plan.lock().expect("no test panics while it plans");
    let (pass, fault) = match plan.fault.take() {
        Some((left, fault)) if left <= count as u64 => {
            (usize::try_from(left).expect("less than a buffer"), Some(fault))
        }
        Some((left, fault)) => {
            plan.fault = Some((left - count as u64, fault));
            (count, None)
        }
        None => (count, None),
    };
    plan.carried += pass as u64;
    (pass, fault)
}
