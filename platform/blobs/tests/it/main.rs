//! The tests of the blobs: one suite for folders that last (with and without fsync) and for temporary ones, damage of every
//! kind, failures and crashes, and who keeps what.

#![expect(clippy::unwrap_used, reason = "a test may panic where its premise fails")]

mod copies;
mod crash;
mod damage;
mod flow;
mod keeping;
mod keys;
mod scrub;
mod subject;
mod sweep;
mod whole;
