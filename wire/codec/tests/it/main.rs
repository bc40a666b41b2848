//! Tests of the codecs as a whole: wire bytes in and out, against recorded and documented facts.

mod faults;
mod hostile;
mod json;
mod query;
mod records;
mod round_trip;
mod support;
mod validation;
