//! Whole requests through the whole kernel: signatures, routes, authorization, decisions, pages, and the admin API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use edge::{Handler, Incoming};
use kernel::{ClockState, Config, Front, Kernel};
use store::Store;
use testkit::EPOCH_MS;

use super::{request, toy};

/// Words of requests to the kernel.
pub const WORDS: &[&str] = &[
    "Action=ListUsers&Version=2010-05-08",
    "Action=CreateUser&Version=2010-05-08&UserName=",
    "&Marker=",
    "AQAAAAAAAAAA",
    "POST /_tabletop/",
    "GET /_tabletop/",
    "clock",
    "clock/advance",
    "clock/freeze",
    "clock/scale",
    "clock/set",
    "faults",
    "throttles",
    "trail",
    "why",
    "meter",
    "reset",
    "health",
    "status",
    "coverage",
    "snapshots",
    "{\"by\":\"14d\"}",
    "{\"to\":\"2026-01-01\"}",
    "{\"scale\":2}",
    "\"service\":\"iam\"",
    "\"effect\":",
    "\"error\":",
    "\"latency_ms\":",
    "\"probability\":",
    "origin: http://x\n",
    "access-control-request-method: POST\n",
    "content-encoding: gzip\n",
    "expect: 100-continue\n",
];

fn peer() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4566)
}

/// One request to a new kernel with two users in it, after which it still answers.
pub fn run(data: &[u8]) {
    let Some((parts, body)) = request::parse(data) else { return };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let clock = ClockState { base_virtual_ms: EPOCH_MS, base_real_ms: 0, scale: 0.0 };
    let config = Config { guest: true, seed: Some([7; 32]), clock: Some(clock), ..Config::default() };
    let kernel = Kernel::open(config, Store::memory(), vec![toy::service()]).expect("the kernel opens");
    let front = Front(kernel);
    let send = |parts, body: Vec<u8>| {
        let body = Bytes::from(body).into();
        let incoming = Incoming { parts, body, peer: peer(), tls: false, local: peer() };
        // A fault may ask for latency, which is no hang.
        runtime
            .block_on(async { tokio::time::timeout(Duration::from_millis(20), front.handle(incoming)).await })
    };
    for user in ["a", "b"] {
        let text = format!(
            "POST /\nhost: iam.amazonaws.com\ncontent-type: application/x-www-form-urlencoded\n\nAction=CreateUser&Version=2010-05-08&UserName={user}"
        );
        let (parts, body) = request::parse(text.as_bytes()).expect("it is well-formed");
        let answer = send(parts, body).expect("nothing slows it");
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    if let Ok(answer) = send(parts, body) {
        assert_ne!(answer.status, 500, "{answer:?}");
    }
    let (parts, body) = request::parse(b"GET /_tabletop/health\n\n").expect("it is well-formed");
    assert_eq!(send(parts, body).map(|a| a.status.as_u16()), Ok(200), "it is well afterwards");
}

/// Lists, admin calls, and what any service is sent.
pub fn seeds() -> Vec<Vec<u8>> {
    let form = "host: iam.amazonaws.com\ncontent-type: application/x-www-form-urlencoded\n\n";
    let mut seeds: Vec<Vec<u8>> = [
        format!("POST /\n{form}Action=ListUsers&Version=2010-05-08&MaxItems=1"),
        format!("POST /\n{form}Action=ListUsers&Version=2010-05-08&Marker=AQAAAAAAAAAAYQ"),
        format!("POST /\n{form}Action=CreateUser&Version=2010-05-08&UserName=c&Path=/x/"),
        "GET /_tabletop/status\nhost: localhost\n\n".to_owned(),
        "POST /_tabletop/clock/advance\nhost: localhost\n\n{\"by\":\"14d\"}".to_owned(),
        "POST /_tabletop/clock\nhost: localhost\n\n{\"set\":\"2027-01-01T00:00:00Z\"}".to_owned(),
        "POST /_tabletop/faults\nhost: localhost\n\n{\"service\":\"iam\",\"operation\":\"ListUsers\",\"effect\":\"error\",\"code\":\"X\",\"status\":500}".to_owned(),
        "POST /_tabletop/reset\nhost: localhost\n\n{}".to_owned(),
        "GET /_tabletop/trail?limit=5\nhost: localhost\n\n".to_owned(),
        "OPTIONS /\norigin: http://x\naccess-control-request-method: POST\n\n".to_owned(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    seeds.extend(super::seeds::every_service());
    seeds
}
