//! The server against raw clients: what HTTP promises, what limits promise, and what hostile clients get.

mod cors;
mod hostile;
mod http1;
mod http2;
mod lifecycle;
mod support;
mod tls;
