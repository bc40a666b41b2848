//! Event streams: the frames (`frame.rs`), and events of a model's stream shapes as frames (`event.rs`).

mod event;
mod frame;

pub use event::EventWriter;
pub use frame::{Decoder, Frame, HeaderValue, MAX_HEADERS_BYTES, MAX_PAYLOAD_BYTES};
