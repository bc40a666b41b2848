//! Everything about DynamoDB's values and languages that is tested from outside.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod cases;
mod example;
mod generated;
mod keys;
mod legacy;
mod limits;
mod notation;
mod numbers;
mod oracle;
mod partiql;
mod random;
mod rows;
mod touched;
mod values;
