//! The HTTP server: connections, limits, TLS, and requests handed to one [`Handler`].
//!
//! What it is: HTTP/1.1 with keep-alive and pipelining, HTTP/2 by prior knowledge and by ALPN, and TLS, all on one port;
//! and the bounds that keep a hostile or slow client from costing more than its share. What it is not: it knows nothing
//! of AWS, reads no signature, routes nothing, and never decodes a body unasked.
//!
//! A connection is one task. HTTP/1 requests run inside it, so that a request costs no further task, no boxed future
//! and no timer; one lazily moved timer per connection watches for idle, slow and stalled clients (`pulse.rs`). HTTP/2
//! streams are tasks of their own, as that protocol needs.
//!
//! Time here is real time: it bounds I/O and is never shown to a client.
#![forbid(unsafe_code)]

mod body;
mod connection;
pub mod cors;
mod inflate;
mod limits;
mod outgoing;
mod pulse;
mod server;
mod sniff;
mod tls;

pub use body::{Body, BodyError, Incoming};
pub use inflate::{ContentEncoding, InflateError, inflate};
pub use limits::{Limits, Stats};
pub use outgoing::{BodySender, Ended, OutBody, Outgoing, Watch};
pub use server::{Handler, Server};
pub use tls::Tls;
