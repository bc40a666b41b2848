//! Tests of EC2: the scenarios, random operations beside reference models, and that accounts and regions never meet.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod addresses;
mod estate;
mod filling;
mod filters;
mod isolation;
mod model;
mod scenarios;
mod transfers;
mod words;
