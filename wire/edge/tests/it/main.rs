//! The server against raw clients: what HTTP promises, what limits promise, and what hostile clients get.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cors;
mod hostile;
mod http1;
mod http2;
mod lifecycle;
mod support;
mod tls;
