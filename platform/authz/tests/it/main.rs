//! The tests of `authz` through its public face: the conformance table, the property test against the reference
//! evaluator, and bounds on hostile input and cost.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

mod cases;
mod conformance;
mod cost;
mod hostile;
mod property;
mod reference;
mod simulate;
mod world;
