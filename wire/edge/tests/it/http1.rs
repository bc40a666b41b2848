//! What HTTP/1.1 promises to well-behaved clients.

use std::io::Write;

use edge::{Ended, Limits};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::support::{Running, post};

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let server = Running::start(Limits::default()).await;
    let mut client = server.connect().await;
    for path in ["/one", "/two", "/three"] {
        client.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        assert!(client.read_until(path).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    assert_eq!(server.stats.accepted(), 1);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Running::start(Limits::default()).await;
    let mut requests = String::new();
    for n in 0..10 {
        let close = if n == 9 { "connection: close\r\n" } else { "" };
        requests += &format!("POST /echo HTTP/1.1\r\nhost: x\r\n{close}content-length: 8\r\n\r\nnumber-{n}");
    }
    let answers = server.exchange(requests).await;
    let order: Vec<&str> = answers.split("number-").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}

#[tokio::test]
async fn the_client_is_told_to_continue_only_if_the_body_is_wanted() {
    let server = Running::start(Limits::default()).await;
    let head = "HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let mut client = server.connect().await;
    client.send(format!("PUT /echo {head}")).await;
    assert_eq!(client.read_until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello").await;
    assert!(client.read_until("hello").await.starts_with("HTTP/1.1 200 OK\r\n"));

    let refused = server.exchange(format!("PUT /refuse {head}")).await;
    assert!(refused.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{refused}");

    let head = head.replace("length: 5", "length: 2000000");
    let too_large = server.exchange(format!("PUT /echo {head}")).await;
    assert!(too_large.starts_with("HTTP/1.1 413 "), "{too_large}");
}

/// Source: RFC 9110 §10.1.1 lets a server leave it out; botocore takes the first thing that comes for the leave.
#[tokio::test]
async fn leave_is_given_to_send_nothing() {
    let server = Running::start(Limits::default()).await;
    let head = "HTTP/1.1\r\nhost: x\r\nexpect: 100-Continue\r\ncontent-length: 0\r\n\r\n";
    let mut client = server.connect().await;
    for path in ["/first", "/second"] {
        client.send(format!("PUT {path} {head}")).await;
        let answer = client.read_until(path).await;
        assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answer}");
        client.send("GET /plain HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(client.read_until("/plain").await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    // Older versions know no leave, and what waits for a body is told once.
    let old = server.exchange("PUT /old HTTP/1.0\r\nhost: x\r\nexpect: 100-continue\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200 OK\r\n"), "{old}");
}

#[tokio::test]
async fn bodies_come_whole_in_pieces_and_chunked() {
    let server = Running::start(Limits::default()).await;
    let chunked = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    assert!(server.exchange(chunked).await.ends_with("\r\n\r\nhello world"));

    let mut client = server.connect().await;
    for byte in post("/echo", "", b"byte by byte") {
        client.send([byte]).await;
    }
    assert!(client.rest().await.ends_with("\r\n\r\nbyte by byte"));

    let large = vec![b'x'; 1024 * 1024];
    let answer = server.exchange(post("/echo", "", &large)).await;
    assert_eq!(answer.split("\r\n\r\n").nth(1).unwrap().len(), large.len());
}

#[tokio::test]
async fn compressed_bodies_are_decoded_on_request() {
    let server = Running::start(Limits::default()).await;
    let text = b"metric ".repeat(1000);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&text).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&text).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    raw.write_all(&text).unwrap();
    for (encoding, body) in [
        ("gzip", gzip.finish().unwrap()),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
        ("identity", text.clone()),
    ] {
        let headers = format!("content-encoding: {encoding}\r\n");
        let answer = server.exchange(post("/inflate", &headers, &body)).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{encoding}: {answer}");
        assert_eq!(answer.split("\r\n\r\n").nth(1).unwrap().as_bytes(), text, "{encoding}");
    }
}

#[tokio::test]
async fn streamed_answers_end_or_are_seen_to_be_cut() {
    let server = Running::start(Limits::default()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let whole = server.exchange(get("/stream")).await;
    assert!(whole.ends_with("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"), "{whole}");
    assert!(server.exchange(get("/stream-known")).await.ends_with("\r\n\r\nabc"));
    let cut = server.exchange(get("/stream-cut")).await;
    assert!(!cut.contains("0\r\n\r\n"), "{cut}");
    assert_eq!(*server.handler.ended.lock().unwrap(), [Ended::Whole, Ended::Whole, Ended::Cut]);
}

#[tokio::test]
async fn faults_cut_the_connection_before_or_midway() {
    let server = Running::start(Limits::default()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(server.exchange(get("/hang-up")).await, "");
    let cut = server.exchange(get("/cut")).await;
    assert!(cut.contains("content-length: 10\r\n") && cut.ends_with("\r\n\r\n0123"), "{cut}");
    server.assert_alive().await;
}
