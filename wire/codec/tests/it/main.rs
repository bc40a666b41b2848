//! Tests of the codecs as a whole: wire bytes in and out, against recorded and documented facts.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

mod faults;
mod hostile;
mod json;
mod query;
mod records;
mod rest;
mod round_trip;
mod support;
mod validation;
mod vectors;
