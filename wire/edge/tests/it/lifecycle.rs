//! How the server stops.

use edge::Limits;
use tokio::net::TcpStream;

use crate::support::{Running, bounded};

const PARK: &str = "GET /park HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn requests_in_flight_end_and_idle_connections_close() {
    let mut server = Running::start(Limits::default()).await;
    let addr = server.addr;
    let mut idle = server.connect().await;
    idle.send("GET /one HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.read_until("/one").await;
    let mut parked = server.connect().await;
    parked.send(PARK).await;
    bounded(server.handler.parked.notified()).await;

    server.begin_stop();
    assert_eq!(idle.rest().await, "");
    server.handler.release.notify_one();
    let answer = parked.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("released"), "{answer}");
    let stats = server.stats.clone();
    server.ended().await;
    assert_eq!(stats.live(), 0);
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn requests_that_outlast_the_grace_are_dropped() {
    let mut server = Running::start(Limits { grace_ms: 50, ..Limits::default() }).await;
    let mut parked = server.connect().await;
    parked.send(PARK).await;
    bounded(server.handler.parked.notified()).await;
    server.begin_stop();
    assert_eq!(parked.rest().await, "");
    server.ended().await;
}

#[tokio::test]
async fn connections_that_have_said_nothing_do_not_hold_the_server_up() {
    let patient = Limits { header_timeout_ms: 60_000, grace_ms: 60_000, ..Limits::default() };
    let mut server = Running::start(patient).await;
    let mut silent = server.connect().await;
    server.assert_alive().await;
    server.begin_stop();
    assert_eq!(silent.rest().await, "");
    server.ended().await;
}
