//! The store's tests: one conformance suite for both engines, generated operations against a plain map, and what only the
//! engine on disk has (its folder, its lock, its failures).

mod conformance;
mod disk;
mod generated;
mod reading;
mod snapshots;
mod subject;
mod writing;
