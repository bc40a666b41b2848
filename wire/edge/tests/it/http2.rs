//! HTTP/2 by prior knowledge, with hyper's client and with raw frames.

use bytes::Bytes;
use edge::Limits;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncReadExt;

use crate::support::{Running, bounded};

async fn client(server: &Running) -> SendRequest<Full<Bytes>> {
    let io = TokioIo::new(server.connect().await.stream);
    let (sender, connection) = handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::builder().uri(format!("http://localhost{path}")).body(Full::new(body.into())).unwrap()
}

#[tokio::test]
async fn requests_share_a_connection() {
    let server = Running::start(Limits::default()).await;
    let mut sender = client(&server).await;
    let answers = (0..20).map(|n| sender.send_request(request("/echo", n.to_string()))).collect::<Vec<_>>();
    for (n, answer) in answers.into_iter().enumerate() {
        let answer = bounded(answer).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, n.to_string());
    }
    let how = bounded(sender.send_request(request("/how", ""))).await.unwrap();
    assert_eq!(how.into_body().collect().await.unwrap().to_bytes(), "HTTP/2.0 tls=false");
    assert_eq!(server.stats.accepted(), 1);
}

#[tokio::test]
async fn faults_and_panics_stay_in_their_stream() {
    let server = Running::start(Limits::default()).await;
    let mut sender = client(&server).await;
    assert!(bounded(sender.send_request(request("/hang-up", ""))).await.is_err());
    let cut = bounded(sender.send_request(request("/cut", ""))).await.unwrap();
    assert!(bounded(cut.into_body().collect()).await.is_err());
    let panicked = bounded(sender.send_request(request("/panic", ""))).await.unwrap();
    assert_eq!(panicked.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let large = bounded(sender.send_request(request("/echo", vec![0; 2_000_000]))).await.unwrap();
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let alive = bounded(sender.send_request(request("/alive", ""))).await.unwrap();
    assert_eq!(alive.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_idle_connection_is_told_to_go_away() {
    let server =
        Running::start(Limits { idle_timeout_ms: 100, header_timeout_ms: 100, ..Limits::default() }).await;
    let mut raw = server.connect().await;
    raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0").await;
    let mut all = Vec::new();
    bounded(raw.stream.read_to_end(&mut all)).await.unwrap();
    assert!(frame_types(&all).contains(&7), "no GOAWAY in {all:?}");
}

#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let server = Running::start(Limits::default()).await;
    let mut raw = server.connect().await;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    for n in 0..2000u32 {
        let stream = (2 * n + 1).to_be_bytes();
        // GET http://localhost/ from HPACK's static table, then RST_STREAM(CANCEL).
        bytes.extend_from_slice(b"\0\0\x0e\x01\x05");
        bytes.extend_from_slice(&stream);
        bytes.extend_from_slice(b"\x82\x86\x84\x41\x09localhost");
        bytes.extend_from_slice(b"\0\0\x04\x03\0");
        bytes.extend_from_slice(&stream);
        bytes.extend_from_slice(&8u32.to_be_bytes());
    }
    // The server may close before it has read them all.
    let _ = bounded(tokio::io::AsyncWriteExt::write_all(&mut raw.stream, &bytes)).await;
    raw.rest().await;
    server.assert_alive().await;
}

/// The types of the frames in some bytes.
fn frame_types(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [a, b, c, kind, ..] = bytes {
        types.push(*kind);
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        bytes = bytes.get(9 + length..).unwrap_or(&[]);
    }
    types
}
