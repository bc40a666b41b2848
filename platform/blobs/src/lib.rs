//! Bytes of large objects: files written once, encrypted, beside the store. Every read verifies what it touches.
//!
//! Not a store (what a blob means, who references it and under which key stands in rows), not a cache, and it knows
//! nothing of any service. Small byte strings need no file: [`MasterKey::seal`] and [`DataKey::seal`] make them fit for a row.
//!
//! # Concepts
//!
//! A **blob** is written whole ([`Blobs::create`], or [`Blobs::sink`] from async code), gets a random [`BlobId`], and never
//! changes. Its bytes are encrypted under a [`DataKey`] that the caller keeps in a row, wrapped by the [`MasterKey`] of the
//! data folder or by a key that a customer brings. A [`BlobReader`] gives any range of it, in pieces of at most 1 MiB.
//!
//! A blob lives while a row names it. The caller commits that row **after** `finish`, and asks for the file's removal
//! ([`Blobs::remove_if`]) **after** the commit that drops the last row. What a crash leaves between the two, a
//! [`Blobs::sweep`] at the next start removes.
//!
//! A [`Pin`] keeps a blob from being removed while no row names it yet: `finish` answers one, and whoever is about to
//! reference an existing blob once more takes one ([`Blobs::pin`]). Hold it until the row is committed. A removal asked for
//! meanwhile is decided when the last pin goes. A [`Hold`] is a pin on everything, for snapshots.
//!
//! # What is promised
//!
//! - **Whole or absent.** A blob is written under a temporary name and renamed when it is finished.
//! - **Durable as the store.** `Process`: the operating system has the bytes when `finish` returns. `Power`: they and the
//!   name are on the medium.
//! - **Nothing wrong is served.** Any byte that is flipped, missing, added or from elsewhere is found by the read that
//!   touches it: [`BlobError::Corrupt`].
//! - **Bounded memory**, whatever the size: one piece (1 MiB) a writer or reader, at most three a stream or sink.
//!
//! # What is not
//!
//! Rules for callbacks: [`Blobs::sweep`] and [`Blobs::remove_if`] ask their questions while a shelf (a 256th of all blobs) is
//! locked, so the answer must not come from a call into `Blobs`. All but streams, sinks and the scrub block on the disk:
//! call them where blocking is allowed.
//!
//! # Map
//!
//! `format`: the bytes of a file, pure. `group`: a writer's buffer. `key`, `seal`, `master`: keys, made of `random`. `home`, `folder`: names on disk; `reaper`: removal;
//! `fault`: failures that tests ask for.
//! `shelf`: pins, removal, counters. `writer`, `sink`, `reader`, `parts`, `stream`: bytes in and out. `sweep`, `scrub`, `copies`: upkeep.

mod blobs;
mod copies;
mod error;
mod fault;
mod folder;
mod format;
mod group;
mod home;
mod id;
mod key;
mod master;
mod parts;
mod pool;
mod random;
mod reader;
mod reaper;
mod scrub;
mod seal;
mod shelf;
mod sink;
mod stream;
mod sweep;
mod writer;

pub use blobs::{Blobs, Stats};
pub use copies::Copied;
pub use error::BlobError;
pub use format::{BLOCK_BYTES, PIECE_BYTES};
pub use id::{BlobId, BlobRef};
pub use key::DataKey;
pub use master::MasterKey;
pub use reader::{BlobReader, Pieces};
pub use scrub::{ScrubItem, Scrubbed};
pub use seal::CannotOpen;
pub use shelf::{Hold, Pin, Removal};
pub use sink::BlobSink;
pub use stream::BlobStream;
pub use sweep::Swept;
pub use writer::{BlobWriter, Finished};
