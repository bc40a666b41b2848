//! The load: connections that each send a request, wait for its answer and send the next, for a while.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::Server;

/// What a connection sends: the next request, given the last answer's body.
pub(crate) type Next<'a> = dyn Fn(&[u8]) -> Vec<u8> + 'a;

/// The head of the table whose rows are [`Beside::row`]s.
pub(crate) const HEAD: &str = "| operation | connections | Tabletop /s | bare hyper /s | ratio | p50 µs | p99 µs | Tabletop CPU µs | bare CPU µs |\n\
     | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

/// Tabletop and the bare server, measured in turns: the middle one of them.
pub(crate) struct Beside {
    ratio: f64,
    ours: Measured,
    bare: Measured,
}

impl Beside {
    /// As a row of the table.
    pub(crate) fn row(&self, name: &str, connections: usize) -> String {
        let Beside { ratio, ours, bare } = self;
        let errors = if ours.errors > 0 { format!(" ({} errors)", ours.errors) } else { String::new() };
        format!(
            "| {name}{errors} | {connections} | {:.0} | {:.0} | {ratio:.2} | {:.0} | {:.0} | {:.1} | {:.1} |\n",
            ours.per_second, bare.per_second, ours.p50_us, ours.p99_us, ours.cpu_us, bare.cpu_us
        )
    }
}

/// Loads Tabletop and the bare server in so many turns, each for a while; the bare one answers what `sample` gives.
pub(crate) fn beside<F: Fn(&[u8]) -> Vec<u8>>(
    (ours, bare): (&Server, &Server),
    connections: usize,
    (turns, lasting): (usize, Duration),
    sample: impl Fn() -> Vec<u8>,
    next: impl Fn(&str) -> F,
) -> Beside {
    let mut all: Vec<Beside> = (0..turns)
        .map(|_| {
            let a = watched(ours, connections, lasting, &next(&ours.addr));
            set_answer(&bare.addr, &sample());
            let b = watched(bare, connections, lasting, &next(&bare.addr));
            Beside { ratio: a.per_second / b.per_second, ours: a, bare: b }
        })
        .collect();
    all.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
    all.swap_remove(turns / 2)
}

/// Sets what the bare server answers.
pub(crate) fn set_answer(addr: &str, body: &[u8]) {
    let mut request =
        format!("PUT /answer HTTP/1.1\r\nhost: {addr}\r\ncontent-length: {}\r\n\r\n", body.len())
            .into_bytes();
    request.extend_from_slice(body);
    once(addr, &request);
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) errors: u64,
    /// Processor time of the server per request.
    pub(crate) cpu_us: f64,
}

/// Loads a server of ours for a while, and looks at its processor time too.
pub(crate) fn watched(server: &Server, connections: usize, lasting: Duration, next: &Next<'_>) -> Measured {
    let before = server.cpu_us();
    let m = run(&server.addr, connections, lasting, next);
    let requests = m.per_second * lasting.as_secs_f64();
    Measured { cpu_us: (server.cpu_us() - before) / requests, ..m }
}

/// Loads a server for a while over so many connections.
pub(crate) fn run(addr: &str, connections: usize, lasting: Duration, next: &Next<'_>) -> Measured {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let tasks = tokio::task::LocalSet::new();
    let began = Instant::now();
    let until = began + lasting;
    let all = tasks.block_on(&runtime, async {
        let each = (0..connections).map(|_| connection(addr, until, next));
        join_all(each.map(Box::pin).collect()).await
    });
    let seconds = began.elapsed().as_secs_f64();
    let errors = all.iter().map(|(_, e)| e).sum();
    let mut took: Vec<Duration> = all.into_iter().flat_map(|(t, _)| t).collect();
    took.sort_unstable();
    let at = |share: f64| took.get(((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1)));
    let us = |share| at(share).map_or(0.0, |d| d.as_secs_f64() * 1e6);
    Measured {
        per_second: took.len() as f64 / seconds,
        p50_us: us(0.5),
        p99_us: us(0.99),
        errors,
        cpu_us: 0.0,
    }
}

async fn join_all<F: Future>(mut futures: Vec<std::pin::Pin<Box<F>>>) -> Vec<F::Output> {
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        let mut all = true;
        for (f, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match f.as_mut().poll(cx) {
                    std::task::Poll::Ready(v) => *slot = Some(v),
                    std::task::Poll::Pending => all = false,
                }
            }
        }
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

async fn connection(addr: &str, until: Instant, next: &Next<'_>) -> (Vec<Duration>, u64) {
    let mut stream = TcpStream::connect(addr).await.expect("the server listens");
    stream.set_nodelay(true).ok();
    let (mut took, mut errors, mut buffer, mut last) =
        (Vec::new(), 0, Vec::with_capacity(16 * 1024), Vec::new());
    while Instant::now() < until {
        let request = next(&last);
        let sent = Instant::now();
        stream.write_all(&request).await.expect("the server reads");
        let status = answer(&mut stream, &mut buffer, &mut last).await;
        took.push(sent.elapsed());
        errors += u64::from(status != 200);
    }
    (took, errors)
}

/// Sends one request and gives the answer's status and body.
pub(crate) fn once(addr: &str, request: &[u8]) -> (u16, Vec<u8>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let mut stream = TcpStream::connect(addr).await.expect("the server listens");
        stream.write_all(request).await.expect("the server reads");
        let (mut buffer, mut body) = (Vec::new(), Vec::new());
        let status = answer(&mut stream, &mut buffer, &mut body).await;
        (status, body)
    })
}

/// Sends a request and takes its answer in without keeping it; how long that took, and the length of the body.
pub(crate) fn drained(addr: &str, request: &[u8]) -> (Duration, u64) {
    use std::io::{Read, Write};
    let began = Instant::now();
    let mut stream = std::net::TcpStream::connect(addr).expect("the server listens");
    stream.write_all(request).expect("the server reads");
    let mut buffer = vec![0; 1024 * 1024];
    let (mut head, mut body) = (Vec::new(), 0u64);
    loop {
        let n = stream.read(&mut buffer).expect("the server answers");
        assert!(n > 0, "the server hung up after {body} bytes");
        if body > 0 {
            body += n as u64;
        } else {
            head.extend_from_slice(&buffer[..n]);
            let end = head.windows(4).position(|w| w == b"\r\n\r\n");
            body = end.map_or(0, |end| (head.len() - end - 4) as u64);
        }
        if body > 0 && body >= length_in(&head) {
            return (began.elapsed(), body);
        }
    }
}

/// Sends a head and then a body, and gives the entity tag that came back.
pub(crate) fn put(addr: &str, head: &[u8], body: &[u8]) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(addr).expect("the server listens");
    stream.write_all(head).and_then(|()| stream.write_all(body)).expect("the server reads");
    let mut buffer = [0; 8 * 1024];
    let n = stream.read(&mut buffer).expect("the server answers");
    let text = String::from_utf8_lossy(&buffer[..n]).into_owned();
    let etag = text.lines().find_map(|l| l.strip_prefix("etag: "));
    etag.unwrap_or_else(|| panic!("no entity tag in {text}")).trim().to_owned()
}

fn length_in(head: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().find_map(|l| l.strip_prefix("content-length: "));
    line.and_then(|l| l.trim().parse().ok()).unwrap_or(0)
}

async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, body: &mut Vec<u8>) -> u16 {
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await.expect("the server answers") == 0 {
            panic!("the server hung up");
        }
        if let Some(i) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break i + 4;
        }
    };
    let text = std::str::from_utf8(&buffer[..head]).expect("heads are text");
    let status = text[9..12].parse().expect("a status is a number");
    let length = text.lines().find_map(|l| {
        let (name, value) = l.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if text.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return chunked(stream, buffer, body, head).await.map_or(0, |()| status);
    }
    let length = length.unwrap_or(0);
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await.expect("the server answers") == 0 {
            panic!("the server hung up");
        }
    }
    body.clear();
    body.extend_from_slice(&buffer[head..head + length]);
    status
}

/// Takes in a body of chunks; nothing if the server hung up midway.
async fn chunked(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    body: &mut Vec<u8>,
    head: usize,
) -> Option<()> {
    while !buffer[head..].ends_with(b"\r\n0\r\n\r\n") {
        if stream.read_buf(buffer).await.expect("the server answers") == 0 {
            return None;
        }
    }
    body.clear();
    let mut rest = &buffer[head..];
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(());
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 2 + size + 2..];
    }
}
