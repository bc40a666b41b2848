//! What one client, and all of them together, may cost; and how often a bound was met.

use std::sync::atomic::{AtomicU64, Ordering};

/// The server's bounds.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest request head, with its request line; beyond it the answer is 431.
    pub header_bytes: usize,
    /// The most header fields; beyond it the answer is 431 (HTTP/1). Other values than 100 cost an allocation per request.
    pub headers: usize,
    /// How long a connection may take to bring a whole request head, counted from its first byte, and to shake TLS hands.
    pub header_timeout_ms: u64,
    /// How long a request body, or a client reading an answer, may stand still.
    pub body_timeout_ms: u64,
    /// How long a connection may stay open without a request.
    pub idle_timeout_ms: u64,
    /// How many connections may be open; further ones are answered 503 and closed.
    pub connections: usize,
    /// The most that one collected body may hold, whatever the handler allows. Streamed bodies are not held, so not bounded.
    pub max_body_bytes: usize,
    /// How many HTTP/2 streams a connection may have open.
    pub h2_streams: u32,
    /// How long requests in flight may go on once the server stops.
    pub grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            header_bytes: 64 * 1024,
            headers: 100,
            header_timeout_ms: 10_000,
            body_timeout_ms: 30_000,
            idle_timeout_ms: 75_000,
            connections: 10_000,
            max_body_bytes: 64 * 1024 * 1024,
            h2_streams: 128,
            grace_ms: 5_000,
        }
    }
}

/// Counts since the server was bound.
#[derive(Debug, Default)]
pub struct Stats {
    pub(crate) accepted: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) timed_out: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) live: AtomicU64,
}

impl Stats {
    /// Connections accepted, the refused ones included.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Connections refused because too many were open.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Connections closed because they were idle, slow or stalled.
    pub fn timed_out(&self) -> u64 {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Handlers that panicked.
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    /// Connections open now.
    pub fn live(&self) -> u64 {
        self.live.load(Ordering::Relaxed)
    }
}
