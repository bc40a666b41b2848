//! Tests of SQS: typed calls against a kernel in memory, the scenarios, and a reference model with random operations.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod bench;
mod errors;
mod lifecycle;
mod model;
mod scenarios;
mod waiting;
