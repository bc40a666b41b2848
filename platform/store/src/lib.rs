//! Tabletop's store: ordered keyspaces, typed tables over them, atomic commits, read snapshots.
//!
//! Not a query engine, not a cache, and not where object bytes live (large ones are files beside it).
//!
//! # Concepts
//!
//! A [`Table`] names a keyspace (`"sqs"` in `"sqs.queue"`), an order-preserving [`Key`] and a [`Row`] of tagged fields. A
//! [`Tx`] is a stable snapshot of everything committed when it began, plus its own writes; [`Store::commit`] applies those
//! writes all or not at all. Two engines serve it, chosen at the door: [`Store::open`] (fjall, on disk) and
//! [`Store::memory`]. One conformance suite (`tests/it`) holds both to the same behaviour.
//!
//! # What is promised
//!
//! - **Atomic and ordered.** A commit is visible to later transactions whole, in the order the commits returned.
//! - **Durable as asked.** [`Durability::Process`]: handed to the operating system before `commit` returns. `Power`: on
//!   the medium once [`Store::wait`] (or the callback of [`Store::on_durable`]) says so; one fsync serves all who wait.
//! - **Honest after failure.** When a write or an fsync failed, what reached the medium is unknown: the store refuses
//!   every further commit with [`StoreError::Poisoned`] until it is opened again. The commit that failed may or may not
//!   be there after that.
//! - **One bad record is one bad record.** Every record carries a checksum over table, key and fields. `get` answers
//!   [`StoreError::Corrupt`]; a scan passes over it; both list it in [`Store::corrupt_records`].
//! - **A cut journal is reported.** Commits that were there and are not found at opening are told by [`Store::lost`], but
//!   for those of the last moment.
//!
//! # What is not checked
//!
//! Concurrent transactions are not checked for conflicts: the kernel serializes the writers of a lane, so two transactions
//! that write the same key never overlap. The seam still lets a commit answer [`StoreError::Conflict`] (today only when
//! the whole state was replaced under the transaction) or [`StoreError::Maybe`], as a distributed engine would.
//!
//! # Map
//!
//! `key`, `row`, `field`, `table`: bytes and types. `scan`, `tx`: reading and writing. `engine` is the seam; `disk` (with
//! `filling`, `gaps`, `journal`, `kept`, `mark`, `moment` and `relief`), `memory` (over `tree`) stand behind it. `home`: the data folder; `birth`: its first generation. `sync`: group commit. `dump`: saved snapshots.

mod birth;
mod disk;
mod dump;
mod engine;
mod error;
mod field;
mod filling;
mod gaps;
mod health;
mod home;
mod journal;
mod kept;
mod key;
mod mark;
mod memory;
mod moment;
mod relief;
mod row;
mod scan;
mod shared;
mod store;
mod sync;
mod table;
mod tree;
mod tx;

pub use error::{CorruptRecord, RowError, StoreError};
pub use field::Field;
pub use key::{Key, KeyReader, KeyWriter};
pub use row::{Row, RowReader, RowWriter};
pub use scan::{RawRows, RawScan, Rows, Scan};
pub use shared::Shared;
pub use store::{Commit, Durability, Store};
pub use table::Table;
pub use tx::{MAX_KEY_BYTES, MAX_VALUE_BYTES, Tx};
