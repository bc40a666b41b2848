//! The store's tests: one conformance suite for both engines, generated operations against a plain map, and what only the
//! engine on disk has (its folder, its lock, its failures).

#![expect(clippy::unwrap_used, reason = "a test may panic where its premise fails")]

mod conformance;
mod damage;
mod disk;
mod generated;
mod kept;
mod reading;
mod snapshots;
mod subject;
mod writing;
