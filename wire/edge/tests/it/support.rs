//! A server with a handler that does what the path says, and a client that speaks bytes.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge::{BodyError, ContentEncoding, Ended, Handler, Incoming, InflateError, Limits, OutBody, Outgoing};
use edge::{Server, Stats, Tls, inflate};
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// The most that the handler collects.
pub const CAP_BYTES: usize = 1024 * 1024;

/// Does what a request's path says.
#[derive(Default)]
pub struct ByPath {
    /// Notified when `/park` has been reached.
    pub parked: Notify,
    /// Ends `/park`.
    pub release: Notify,
    /// Notified when `/endless` found its client gone.
    pub abandoned: Arc<Notify>,
    /// How the streamed bodies ended.
    pub ended: Arc<Mutex<Vec<Ended>>>,
}

impl Handler for ByPath {
    async fn handle(&self, request: Incoming) -> Outgoing {
        let mut out = self.answer(request).await;
        let all = self.ended.clone();
        if matches!(out.body, OutBody::Stream(_)) {
            out.on_end(move |ended| all.lock().unwrap().push(ended));
        }
        out
    }
}

impl ByPath {
    async fn answer(&self, request: Incoming) -> Outgoing {
        let path = request.parts.uri.path().to_owned();
        let ok = |body: OutBody| Outgoing::new(StatusCode::OK, body);
        match path.as_str() {
            "/echo" => match request.body.collect(CAP_BYTES).await {
                Ok(bytes) => ok(bytes.into()),
                Err(e) => refused(e),
            },
            "/inflate" => inflated(request).await,
            "/refuse" => Outgoing::new(StatusCode::FORBIDDEN, "no"),
            "/panic" => panic!("the handler was told to"),
            "/hang-up" => Outgoing::hang_up(),
            "/cut" => Outgoing { cut_after_bytes: Some(4), ..ok("0123456789".into()) },
            "/stream" | "/stream-cut" | "/stream-known" => {
                let (sender, body) = OutBody::channel(1, (path == "/stream-known").then_some(3));
                tokio::spawn(async move {
                    for piece in ["a", "b", "c"] {
                        sender.send(Bytes::from_static(piece.as_bytes())).await;
                    }
                    if path != "/stream-cut" {
                        sender.end().await;
                    }
                });
                ok(body)
            }
            "/endless" => {
                let (sender, body) = OutBody::channel(1, None);
                let abandoned = self.abandoned.clone();
                tokio::spawn(async move {
                    while sender.send(Bytes::from(vec![0; 65_536])).await {}
                    abandoned.notify_one();
                });
                ok(body)
            }
            "/park" => {
                self.parked.notify_one();
                self.release.notified().await;
                ok("released".into())
            }
            "/how" => ok(format!("{:?} tls={}", request.parts.version, request.tls).into()),
            other => ok(other.to_owned().into()),
        }
    }
}

fn refused(e: BodyError) -> Outgoing {
    let status = match e {
        BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::Timeout => StatusCode::REQUEST_TIMEOUT,
        BodyError::Broken => StatusCode::BAD_REQUEST,
    };
    Outgoing::new(status, e.to_string())
}

async fn inflated(request: Incoming) -> Outgoing {
    let encoding = ContentEncoding::of(&request.parts.headers);
    let body = match request.body.collect(CAP_BYTES).await {
        Ok(body) => body,
        Err(e) => return refused(e),
    };
    match encoding.and_then(|encoding| inflate(encoding, body, CAP_BYTES)) {
        Ok(bytes) => Outgoing::new(StatusCode::OK, bytes),
        Err(InflateError::TooLarge) => Outgoing::new(StatusCode::PAYLOAD_TOO_LARGE, "bomb"),
        Err(InflateError::Broken) => Outgoing::new(StatusCode::BAD_REQUEST, "broken"),
        Err(InflateError::Unsupported) => Outgoing::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported"),
    }
}

/// A running server.
pub struct Running {
    pub addr: SocketAddr,
    pub handler: Arc<ByPath>,
    pub stats: Arc<Stats>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn start(limits: Limits) -> Running {
        Running::start_with(limits, None).await
    }

    pub async fn start_with(limits: Limits, tls: Option<Tls>) -> Running {
        let server = Server::bind(([127, 0, 0, 1], 0).into(), limits, tls).await.unwrap();
        let (addr, stats) = (server.local_addr().unwrap(), server.stats());
        let handler = Arc::new(ByPath::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(handler.clone(), async {
            let _ = stopped.await;
        }));
        Running { addr, handler, stats, stop: Some(stop), task }
    }

    pub async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.addr).await.unwrap() }
    }

    /// Sends bytes on a connection of their own and reads until the server closes it.
    pub async fn exchange(&self, request: impl AsRef<[u8]>) -> String {
        let mut client = self.connect().await;
        client.send(request).await;
        client.rest().await
    }

    /// Asserts that the server still answers.
    pub async fn assert_alive(&self) {
        let answer = self.exchange("GET /alive HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("/alive"), "{answer}");
    }

    /// Tells the server to stop, without waiting.
    pub fn begin_stop(&mut self) {
        let _ = self.stop.take().expect("stopped once").send(());
    }

    /// Waits until the server has ended.
    pub async fn ended(self) {
        bounded(self.task).await.unwrap();
    }
}

/// A client that speaks bytes.
pub struct Client {
    pub stream: TcpStream,
}

impl Client {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        bounded(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Reads until the server closes; a reset counts as closing.
    pub async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        let _ = bounded(self.stream.read_to_end(&mut all)).await;
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Reads until what came ends with `end`.
    pub async fn read_until(&mut self, end: &str) -> String {
        let mut all = Vec::new();
        while !all.ends_with(end.as_bytes()) {
            let n = bounded(self.stream.read_buf(&mut all)).await.unwrap();
            assert!(n > 0, "closed after {:?}", String::from_utf8_lossy(&all));
        }
        String::from_utf8_lossy(&all).into_owned()
    }
}

/// A future that must be ready within ten seconds.
pub async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("done within ten seconds")
}

/// A POST with a body.
pub fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
