//! The listening socket, the handler's trait, and the server's start and stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioExecutor;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::body::Incoming;
use crate::connection::{self, Ends};
use crate::limits::{Limits, Stats};
use crate::outgoing::Outgoing;
use crate::pulse::{Control, STOPPED, STOPPING};
use crate::tls::Tls;

/// What answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. A panic is answered 500; a client that goes away drops the future (HTTP/1).
    fn handle(&self, request: Incoming) -> impl Future<Output = Outgoing> + Send;
}

/// What all connections of a server share.
pub(crate) struct Shared<H> {
    pub handler: Arc<H>,
    pub limits: Limits,
    pub tls: Option<Tls>,
    pub stats: Arc<Stats>,
    pub control: Control,
    pub http1: http1::Builder,
    pub http2: http2::Builder<TokioExecutor>,
    all_gone: Notify,
}

/// A bound server.
pub struct Server {
    listener: TcpListener,
    limits: Limits,
    tls: Option<Tls>,
    stats: Arc<Stats>,
}

const BACKLOG: i32 = 1024;
const TOO_MANY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

impl Server {
    /// Binds an address. With `tls`, the one port serves both plain and encrypted connections.
    pub async fn bind(addr: SocketAddr, limits: Limits, tls: Option<Tls>) -> io::Result<Server> {
        let domain = socket2::Domain::for_address(addr);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into())?;
        Ok(Server { listener, limits, tls, stats: Arc::default() })
    }

    /// The address bound, with the port that the system chose if it was asked to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The server's counts, which go on living while it runs.
    pub fn stats(&self) -> Arc<Stats> {
        self.stats.clone()
    }

    /// Serves until `shutdown` is ready; then accepts no more, lets requests in flight end within the grace, and
    /// drops what is left.
    pub async fn run<H: Handler>(self, handler: Arc<H>, shutdown: impl Future<Output = ()>) {
        let Server { listener, limits, tls, stats } = self;
        let (http1, http2) = (connection::http1(&limits), connection::http2(&limits));
        let control = Control::default();
        let all_gone = Notify::new();
        let grace = Duration::from_millis(limits.grace_ms);
        let shared = Arc::new(Shared { handler, limits, tls, stats, control, http1, http2, all_gone });
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => take_in(stream, peer, &shared),
                    // Out of descriptors, most likely: connections that end will free some.
                    Err(_) => sleep(Duration::from_millis(20)).await,
                },
            }
        }
        drop(listener);
        shared.control.enter(STOPPING);
        if timeout(grace, none_left(&shared)).await.is_err() {
            shared.control.enter(STOPPED);
            // They end at their next poll, unless a handler blocks its thread.
            drop(timeout(Duration::from_secs(1), none_left(&shared)).await);
        }
    }
}

fn take_in<H: Handler>(stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared<H>>) {
    shared.stats.accepted.fetch_add(1, Ordering::Relaxed);
    let live = shared.stats.live.fetch_add(1, Ordering::SeqCst);
    let live = Live(shared.clone(), live);
    if live.1 >= shared.limits.connections as u64 {
        shared.stats.refused.fetch_add(1, Ordering::Relaxed);
        // A fresh socket has room for this; if not, closing says it too.
        drop(stream.try_write(TOO_MANY));
        return;
    }
    let Ok(local) = stream.local_addr() else { return };
    // Without it an answer may wait for the client's acknowledgement; a socket that refuses works all the same.
    drop(stream.set_nodelay(true));
    let serving = connection::serve(stream, Ends { peer, local }, shared.clone());
    tokio::spawn(async move {
        serving.await;
        drop(live);
    });
}

/// Counts a connection as open until it is dropped.
struct Live<H>(Arc<Shared<H>>, u64);

impl<H> Drop for Live<H> {
    fn drop(&mut self) {
        if self.0.stats.live.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.all_gone.notify_waiters();
        }
    }
}

async fn none_left<H>(shared: &Shared<H>) {
    loop {
        let gone = shared.all_gone.notified();
        if shared.stats.live.load(Ordering::SeqCst) == 0 {
            return;
        }
        gone.await;
    }
}
