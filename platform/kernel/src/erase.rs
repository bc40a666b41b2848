//! Erasing the whole state, in steps, so that it costs the same memory however much there is.
//!
//! The first step notes that an erasure is under way, the last one removes the note. A crash in between leaves a part of the
//! state, which nobody gets to see: the next start finds the note, and finishes before it does anything else.

use store::{Row, RowError, RowReader, RowWriter, Store, StoreError, Table};

use crate::meta::{self, RunMeta};

/// Keyspaces of the kernel itself. Its own comes last: it has the note.
const OWN: [&str; 3] = ["trail", "meter", KERNEL];
const KERNEL: &str = "kernel";
/// Records that go in one step.
const STEP: usize = 8_192;

/// An erasure that is under way.
struct Note;
impl Row for Note {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<Note, RowError> {
        Ok(Note)
    }
}

struct UnderWay;
impl Table for UnderWay {
    const NAME: &'static str = "kernel.erasure";
    const VERSION: u16 = 1;
    type Key = u8;
    type Row = Note;
}

/// Erases these keyspaces and the kernel's; what belongs to the run stays. Nobody else commits meanwhile.
pub(crate) fn erase(
    store: &Store,
    keyspaces: impl Iterator<Item = &'static str>,
    run: &RunMeta,
) -> Result<(), StoreError> {
    for keyspace in keyspaces.chain(OWN) {
        loop {
            let mut tx = store.tx();
            let more = tx.delete_prefix_some(keyspace, &[], STEP)? == STEP;
            if more || keyspace != KERNEL {
                tx.put::<UnderWay>(&0, &Note);
            }
            meta::keep_identity(&mut tx, run)?;
            let commit = store.commit(tx)?;
            if !more {
                if keyspace == KERNEL {
                    return store.wait(commit);
                }
                break;
            }
        }
    }
    Ok(())
}

/// Finishes an erasure that a crash interrupted. To be called before anything is derived from the state.
pub(crate) fn finish(store: &Store, keyspaces: impl Iterator<Item = &'static str>) -> Result<(), StoreError> {
    match store.tx().get::<UnderWay>(&0)? {
        Some(Note) => erase(store, keyspaces, &meta::identity(store)?),
        None => Ok(()),
    }
}
