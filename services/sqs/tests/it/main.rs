//! Tests of SQS: typed calls against a kernel in memory, the scenarios, and a reference model with random operations.

mod bench;
mod errors;
mod lifecycle;
mod model;
mod scenarios;
mod waiting;
