//! Codecs: AWS's wire protocols over [`Record`]s and [`Value`]s, driven by the models' tables; validation in AWS's words;
//! faults as each protocol spells them; finding the service and the operation of a request. No HTTP server, no signatures,
//! no behaviour of services.

mod cbor;
mod describe;
mod fault;
mod java;
mod json;
mod pages;
mod pattern;
mod peek;
mod plain;
mod query;
mod record;
mod reply;
mod rest;
mod timestamp;
mod untouched;
mod uri;
mod validate;
mod value;
mod value_io;
mod wire;
mod words;
mod xml;
mod xml_writer;

pub mod client;
pub mod event_stream;
pub mod multipart;
pub mod route;

pub use fault::Fault;
pub use pages::{Page, Pages};
pub use peek::peek;
pub use plain::{Spelling, from_json, show, to_json};
pub use record::{Blob, Document, Empty, Op, R, Reader, Record, Timestamp, Wire, WireError, Writer};
pub use reply::{Reply, Request, Route, decode, encode, encode_fault};
pub use rest::{host_id, shown_request_id};
pub use uri::decode_path;
pub use validate::{Checker, Violations, validate};
pub use value::Value;
pub use value_io::{from_value, to_value};
