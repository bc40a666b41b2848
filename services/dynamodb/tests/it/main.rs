//! Tests of DynamoDB: the scenarios, a reference model with random operations, capacity, lanes.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod bank;
mod bill;
mod calls;
mod capacity;
mod coverage;
mod global;
mod model;
mod scenarios;
mod serial;
mod steps;
