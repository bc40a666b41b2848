//! Tests of EC2: the scenarios, and typed calls against a kernel in memory.

mod scenarios;
