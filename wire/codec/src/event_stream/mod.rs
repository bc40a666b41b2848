//! Event streams: the frames (`frame.rs`), and events of a model's stream shapes as frames.

mod frame;

pub use frame::{Decoder, Frame, HeaderValue, MAX_HEADERS_BYTES, MAX_PAYLOAD_BYTES};
