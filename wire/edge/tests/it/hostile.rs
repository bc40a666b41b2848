//! What hostile, broken and slow clients get, and that they cost no one else anything.

use std::io::Write;

use edge::{Ended, Limits};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Running, bounded, post};

/// Limits at which slow clients are found out in a tenth of a second.
fn hasty() -> Limits {
    Limits { header_timeout_ms: 100, body_timeout_ms: 100, idle_timeout_ms: 100, ..Limits::default() }
}

#[tokio::test]
async fn malformed_requests_get_400_and_the_server_lives() {
    let server = Running::start(Limits::default()).await;
    for request in [
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1 extra\r\n\r\n",
        "G\u{e9}T / HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost x\r\n\r\n",
        "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nho st: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: \0\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
        "POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let answer = server.exchange(request).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{request:?} got {answer:?}");
    }
    server.assert_alive().await;
}

/// Source: RFC 9112 §3.2.
#[tokio::test]
async fn a_request_names_its_host_once() {
    let server = Running::start(Limits::default()).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\n", 400),
        ("GET http://x/ HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n", 400),
        ("GET / HTTP/1.0\r\nhost: x\r\nHost: y\r\n", 400),
        ("GET / HTTP/1.0\r\n", 200),
        ("GET / HTTP/1.1\r\nhost: x\r\n", 200),
        ("GET / HTTP/1.1\r\nhost:\r\n", 200),
    ] {
        let answer = server.exchange(format!("{head}connection: close\r\n\r\n")).await;
        assert!(answer[8..].starts_with(&format!(" {status} ")), "{head:?} got {answer:?}");
    }
    server.assert_alive().await;
}

#[tokio::test]
async fn oversized_heads_get_431() {
    let server = Running::start(Limits::default()).await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {}\r\n\r\n", "x".repeat(70_000));
    assert!(server.exchange(&long).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(101));
    assert!(server.exchange(&many).await.starts_with("HTTP/1.1 431 "));
    let unending = format!("GET /{}", "x".repeat(100_000));
    let answer = server.exchange(&unending).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    let allowed =
        format!("GET /fits HTTP/1.1\r\nhost: x\r\nconnection: close\r\nlong: {}\r\n\r\n", "x".repeat(60_000));
    assert!(server.exchange(&allowed).await.ends_with("/fits"));
    server.assert_alive().await;
}

#[tokio::test]
async fn oversized_bodies_are_refused_however_they_come() {
    let server = Running::start(Limits::default()).await;
    let announced = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n";
    assert!(server.exchange(announced).await.starts_with("HTTP/1.1 413 "));

    let chunk = format!("10000\r\n{}\r\n", "x".repeat(65_536));
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let mut client = server.connect().await;
    client.send(head + &chunk.repeat(16) + "1\r\nx\r\n").await;
    assert!(client.rest().await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn the_servers_own_cap_holds_whatever_the_handler_allows() {
    let server = Running::start(Limits { max_body_bytes: 10, ..Limits::default() }).await;
    assert!(server.exchange(post("/echo", "", b"0123456789")).await.starts_with("HTTP/1.1 200 "));
    assert!(server.exchange(post("/echo", "", b"0123456789a")).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_compression_bomb_is_refused() {
    let server = Running::start(Limits::default()).await;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        gzip.write_all(&vec![0; 1024 * 1024]).unwrap();
    }
    let bomb = gzip.finish().unwrap();
    assert!(bomb.len() < 100_000);
    for (headers, body, status) in [
        ("content-encoding: gzip\r\n", bomb.as_slice(), 413),
        ("content-encoding: gzip\r\n", b"not gzip", 400),
        ("content-encoding: gzip\r\n", &bomb[..20], 400),
        ("content-encoding: br\r\n", b"x", 415),
        ("content-encoding: gzip, gzip\r\n", &bomb, 415),
    ] {
        let answer = server.exchange(post("/inflate", headers, body)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers:?} got {answer:?}");
    }
}

#[tokio::test]
async fn a_request_cut_short_ends_its_connection_only() {
    let server = Running::start(Limits::default()).await;
    for part in ["GET / HT", "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf"] {
        let client = server.connect().await;
        let mut client = client;
        client.send(part).await;
        tokio::io::AsyncWriteExt::shutdown(&mut client.stream).await.unwrap();
        let answer = client.rest().await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    server.assert_alive().await;
}

#[tokio::test]
async fn slow_heads_and_silent_connections_are_closed() {
    let server = Running::start(hasty()).await;
    for start in ["", "GET", "PRI * HT", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        assert_eq!(server.exchange(start).await, "", "{start:?}");
    }
    // The second request on a connection has no more time than the first.
    let twice = "GET /one HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut client = server.connect().await;
    client.send(twice).await;
    client.read_until("/one").await;
    client.send("GET /two HTTP/1.1\r\nhos").await;
    assert_eq!(client.rest().await, "");
    // Idle after an answer.
    let mut client = server.connect().await;
    client.send(twice).await;
    client.read_until("/one").await;
    assert_eq!(client.rest().await, "");
    assert_eq!(server.stats.timed_out(), 6);
}

#[tokio::test]
async fn a_body_that_stands_still_is_told_to_the_handler() {
    let server = Running::start(Limits { idle_timeout_ms: 60_000, ..hasty() }).await;
    for start in ["", "half"] {
        let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n";
        let answer = server.exchange(format!("{head}{start}")).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut_off() {
    let server = Running::start(Limits { idle_timeout_ms: 60_000, ..hasty() }).await;
    let mut client = server.connect().await;
    client.send("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    bounded(server.handler.abandoned.notified()).await;
    assert_eq!(server.stats.timed_out(), 1);
    server.assert_alive().await;
}

#[tokio::test]
async fn a_client_that_hangs_up_midway_is_known_as_that() {
    let server = Running::start(Limits::default()).await;
    let mut client = server.connect().await;
    client.send("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.read_until("\0").await;
    drop(client);
    bounded(server.handler.abandoned.notified()).await;
    assert_eq!(*server.handler.ended.lock().unwrap(), [Ended::HungUp]);
    server.assert_alive().await;
}

#[tokio::test]
async fn a_slow_handler_is_no_slow_client() {
    let server = Running::start(hasty()).await;
    let mut parked = server.connect().await;
    parked.send("GET /park HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    bounded(server.handler.parked.notified()).await;
    // A silent connection opened later is closed first, so the limits have passed.
    assert_eq!(server.exchange("").await, "");
    assert_eq!(server.exchange("").await, "");
    server.handler.release.notify_one();
    assert!(parked.rest().await.ends_with("released"));
}

#[tokio::test]
async fn connections_over_the_cap_are_refused_and_counted() {
    let server = Running::start(Limits { connections: 2, ..Limits::default() }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client.send("GET /in HTTP/1.1\r\nhost: x\r\n\r\n").await;
        client.read_until("/in").await;
        held.push(client);
    }
    let mut third = server.connect().await;
    assert!(third.rest().await.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    assert_eq!((server.stats.accepted(), server.stats.refused(), server.stats.live()), (3, 1, 2));
    for client in &mut held {
        client.send("GET /still HTTP/1.1\r\nhost: x\r\n\r\n").await;
        client.read_until("/still").await;
    }
}

#[tokio::test]
async fn a_panic_is_answered_500_and_the_connection_goes_on() {
    let server = Running::start(Limits::default()).await;
    let mut client = server.connect().await;
    client.send("GET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let answer = client.read_until("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    client.send("GET /next HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.read_until("/next").await;
    assert_eq!(server.stats.panics(), 1);
}
