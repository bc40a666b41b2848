//! One connection from accept to end: TLS or not, HTTP/1 or HTTP/2, and each request through the handler.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::header::{EXPECT, HOST};
use http::request::Parts;
use http::{Request, Response, StatusCode, Version};
use hyper::body::Body as _;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::body::{Body, Incoming};
use crate::outgoing::{Cut, Frames, InFlight, Outgoing};
use crate::pulse::{Manners, Pulse, watch};
use crate::server::{Handler, Shared};
use crate::sniff::{Opening, Rewound, sniff};
use crate::tls::Tls;

/// Where a connection comes from and to.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub peer: SocketAddr,
    pub local: SocketAddr,
}

/// Serves a connection until it ends.
pub(crate) async fn serve<H: Handler>(stream: TcpStream, ends: Ends, shared: Arc<Shared<H>>) {
    let patience = Duration::from_millis(shared.limits.header_timeout_ms);
    let opened = tokio::select! {
        opened = timeout(patience, open(stream, shared.tls.as_ref())) => opened,
        () = shared.control.stopping() => return,
    };
    match opened {
        Err(_) => drop(shared.stats.timed_out.fetch_add(1, Ordering::Relaxed)),
        Ok(None) => {}
        Ok(Some(Opened::Plain { first, stream, http2 })) => {
            speak(first, stream, http2, false, ends, &shared).await;
        }
        Ok(Some(Opened::Encrypted { stream, http2 })) => {
            speak(Bytes::new(), *stream, http2, true, ends, &shared).await;
        }
    }
}

/// A connection that is ready for HTTP.
enum Opened {
    Plain { first: Bytes, stream: TcpStream, http2: bool },
    Encrypted { stream: Box<TlsStream<Rewound<TcpStream>>>, http2: bool },
}

async fn open(mut stream: TcpStream, tls: Option<&Tls>) -> Option<Opened> {
    let (opening, first) = sniff(&mut stream).await.ok()?;
    match (opening, tls) {
        (Opening::Closed, _) => None,
        (Opening::Tls, Some(tls)) => {
            let stream = tls.acceptor().accept(Rewound::new(first, stream, None)).await.ok()?;
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Some(Opened::Encrypted { stream: Box::new(stream), http2 })
        }
        (opening, _) => Some(Opened::Plain { first, stream, http2: opening == Opening::Http2 }),
    }
}

async fn speak<H: Handler, S>(
    first: Bytes,
    stream: S,
    http2: bool,
    tls: bool,
    ends: Ends,
    shared: &Arc<Shared<H>>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let pulse = Arc::new(Pulse::new());
    let io = TokioIo::new(Rewound::new(first, stream, Some(pulse.clone())));
    let service = {
        let (pulse, shared) = (pulse.clone(), shared.clone());
        service_fn(move |request| answer(request, pulse.clone(), Arrival { ends, tls }, shared.clone()))
    };
    let (limits, control) = (&shared.limits, &shared.control);
    let too_slow = if http2 {
        let manners = Manners { heads_are_bytes: false, polite: true };
        let connection = shared.http2.serve_connection(io, service);
        watch(connection, |c| c.graceful_shutdown(), manners, &pulse, limits, control).await
    } else {
        let manners = Manners { heads_are_bytes: true, polite: false };
        let connection = shared.http1.serve_connection(io, service);
        watch(connection, |c| c.graceful_shutdown(), manners, &pulse, limits, control).await
    };
    if too_slow {
        shared.stats.timed_out.fetch_add(1, Ordering::Relaxed);
    }
}

struct Arrival {
    ends: Ends,
    tls: bool,
}

async fn answer<H: Handler>(
    request: Request<hyper::body::Incoming>,
    pulse: Arc<Pulse>,
    arrival: Arrival,
    shared: Arc<Shared<H>>,
) -> Result<Response<Frames>, Cut> {
    if waits_for_nothing(&request) {
        pulse.owe_leave();
    }
    let in_flight = InFlight::begin(pulse);
    let (parts, body) = request.into_parts();
    let mut out = if names_its_host(&parts) {
        let body = Body::new(body, &shared.limits);
        let Ends { peer, local } = arrival.ends;
        handled(&shared, Incoming { parts, body, peer, tls: arrival.tls, local }).await
    } else {
        Outgoing::new(StatusCode::BAD_REQUEST, "A request names its host, once.\n")
    };
    if out.hang_up {
        return Err(Cut);
    }
    let (status, headers) = (out.status, std::mem::take(&mut out.headers));
    let mut response = Response::new(Frames::new(out, in_flight));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Whether a client waits for leave to send a body without a byte. Nobody has to give it (RFC 9110 §10.1.1), and the HTTP library
/// doesn't; but clients that take what comes first for the leave (botocore does) read the next answer wrongly without it.
fn waits_for_nothing(request: &Request<hyper::body::Incoming>) -> bool {
    let Some(expected) = request.headers().get(EXPECT) else { return false };
    request.version() == Version::HTTP_11
        && expected.as_bytes().eq_ignore_ascii_case(b"100-continue")
        && request.body().is_end_stream()
}

async fn handled<H: Handler>(shared: &Shared<H>, incoming: Incoming) -> Outgoing {
    match caught(async { shared.handler.handle(incoming).await }).await {
        Some(out) => out,
        None => {
            shared.stats.panics.fetch_add(1, Ordering::Relaxed);
            Outgoing::new(StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
        }
    }
}

/// Whether the host is said, and nowhere twice. Source: RFC 9112 §3.2; older versions and HTTP/2 need no such field.
fn names_its_host(head: &Parts) -> bool {
    match head.headers.get_all(HOST).iter().count() {
        0 => head.version != Version::HTTP_11,
        1 => true,
        _ => false,
    }
}

/// Runs a future to its end; `None` if it panicked. The handler's state is its own to keep sound across a panic.
async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => std::task::Poll::Ready(None),
    })
    .await
}

/// HTTP/1 within limits. Its own head timer stays off: `pulse.rs` does that without a timer per request.
pub(crate) fn http1(limits: &crate::Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_header_size(limits.header_bytes);
    if limits.headers != 100 {
        builder.max_headers(limits.headers);
    }
    builder
}

/// HTTP/2 within limits: streams, header lists, resets (both the client's rapid ones and ours), windows.
pub(crate) fn http2(limits: &crate::Limits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.h2_streams)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(64)
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(2 * 1024 * 1024)
        .max_send_buf_size(256 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
