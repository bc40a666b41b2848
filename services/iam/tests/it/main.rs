//! Tests of IAM: the scenarios under `scenarios/iam`, and what needs types or loops.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod certificates;
mod mfa;
mod quotas;
mod random;
mod report;
mod scenarios;
mod sight;
mod walk;
