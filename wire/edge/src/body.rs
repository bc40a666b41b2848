//! A request as the handler gets it: the head, who sent it, and a body that is read on demand within bounds.
//! The body is given as sent; `inflate.rs` undoes its content encoding, since a signature covers what was sent.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use hyper::body::Body as _;
use tokio::time::{Instant, Sleep};

use crate::limits::Limits;

/// A request.
#[derive(Debug)]
pub struct Incoming {
    /// The head.
    pub parts: Parts,
    /// The body, not read yet: with `Expect: 100-continue` the client sends it once it is first polled.
    pub body: Body,
    /// The client's address.
    pub peer: SocketAddr,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// The server's address.
    pub local: SocketAddr,
}

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than the caller or the server allows.
    TooLarge,
    /// It stood still for too long.
    Timeout,
    /// The connection broke, or its framing is malformed.
    Broken,
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            BodyError::TooLarge => "the body is larger than allowed",
            BodyError::Timeout => "the body stood still for too long",
            BodyError::Broken => "the body ended early or is malformed",
        })
    }
}

impl std::error::Error for BodyError {}

/// A request body.
#[derive(Debug)]
pub struct Body {
    source: Source,
    idle: Duration,
    hard_cap_bytes: usize,
    timer: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
enum Source {
    Whole(Bytes),
    Wire(hyper::body::Incoming),
}

/// The first buffer of a body that comes in pieces, however long it claims to be.
const FIRST_BUFFER_BYTES: usize = 32 * 1024;

impl Body {
    pub(crate) fn new(body: hyper::body::Incoming, limits: &Limits) -> Body {
        Body {
            source: Source::Wire(body),
            idle: Duration::from_millis(limits.body_timeout_ms),
            hard_cap_bytes: limits.max_body_bytes,
            timer: None,
        }
    }

    /// The length that the client announced, if it did.
    pub fn length(&self) -> Option<u64> {
        match &self.source {
            Source::Whole(bytes) => Some(bytes.len() as u64),
            Source::Wire(body) => body.size_hint().exact(),
        }
    }

    /// Reads the next piece; `None` at the end.
    ///
    /// Errors: `Timeout`, `Broken`.
    pub async fn frame(&mut self) -> Option<Result<Bytes, BodyError>> {
        std::future::poll_fn(|cx| self.poll_data(cx)).await
    }

    /// Reads the whole body, unless it is larger than `cap_bytes` or the server's own cap.
    ///
    /// A body that announces too great a length is refused before any of it is read.
    pub async fn collect(mut self, cap_bytes: usize) -> Result<Bytes, BodyError> {
        let cap = cap_bytes.min(self.hard_cap_bytes);
        let announced = self.length().unwrap_or(0);
        if announced > cap as u64 {
            return Err(BodyError::TooLarge);
        }
        let Some(first) = self.frame().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() > cap {
            return Err(BodyError::TooLarge);
        }
        if self.is_done() {
            return Ok(first);
        }
        let mut all = BytesMut::with_capacity(
            (announced as usize).clamp(first.len(), FIRST_BUFFER_BYTES.max(first.len())),
        );
        all.extend_from_slice(&first);
        while let Some(piece) = self.frame().await.transpose()? {
            if all.len() + piece.len() > cap {
                return Err(BodyError::TooLarge);
            }
            if all.len() + piece.len() > all.capacity() {
                // Twice as large each time, but never larger than what may come.
                let size = (2 * all.capacity()).max(all.len() + piece.len()).min(cap);
                all.reserve(size - all.len());
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }

    fn is_done(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_empty(),
            Source::Wire(body) => body.is_end_stream(),
        }
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            let body = match &mut self.source {
                Source::Whole(bytes) if bytes.is_empty() => return Poll::Ready(None),
                Source::Whole(bytes) => return Poll::Ready(Some(Ok(std::mem::take(bytes)))),
                Source::Wire(body) => Pin::new(body),
            };
            match body.poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Err(BodyError::Broken))),
                Poll::Ready(Some(Ok(frame))) => {
                    self.progress();
                    // Trailer fields of HTTP itself carry nothing for AWS.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Poll::Pending => {
                    ready!(self.poll_idle(cx));
                    return Poll::Ready(Some(Err(BodyError::Timeout)));
                }
            }
        }
    }

    fn progress(&mut self) {
        if let Some(timer) = &mut self.timer {
            timer.as_mut().reset(Instant::now() + self.idle);
        }
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // A body that came with its head is there at the first poll, so that only real waiting arms a timer.
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.idle)));
        timer.as_mut().poll(cx)
    }
}

impl From<Bytes> for Body {
    /// A body that is there already, for handlers called without a connection.
    fn from(bytes: Bytes) -> Body {
        Body { source: Source::Whole(bytes), idle: Duration::MAX, hard_cap_bytes: usize::MAX, timer: None }
    }
}
