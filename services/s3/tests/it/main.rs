//! S3's tests: scenarios, a reference model under random operations, and what needs code.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the answer")]

mod healing;
mod inventory;
mod logs;
mod model;
mod post;
mod recorded;
mod requester_pays;
mod scenarios;
mod walks;
mod web;
mod wire;
