//! Tests of EC2: the scenarios, and random operations on addresses against a reference model.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod addresses;
mod scenarios;
