//! Tests of IAM: the scenarios under `scenarios/iam`, and what needs types or loops.

mod scenarios;
