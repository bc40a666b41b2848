//! What the kernel remembers of itself between starts: its seed, the key of page tokens, how often it started, how the
//! clock stood.

use blobs::MasterKey;
use store::{Row, RowError, RowReader, RowWriter, Store, StoreError, Table, Tx};

use crate::clock::ClockState;

/// What a start needs.
pub(crate) struct Start {
    /// Another seed was asked for than the one that the state began with.
    pub(crate) other_seed: bool,
    pub(crate) seed: [u8; 32],
    pub(crate) page_key: [u8; 32],
    pub(crate) number: u64,
    pub(crate) clock: Option<ClockState>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Meta {
    seed: Vec<u8>,
    page_key: Vec<u8>,
    starts: u64,
}

impl Row for Meta {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.seed);
        w.put(2, &self.page_key);
        w.put(3, &self.starts);
    }
    fn read(r: &mut RowReader) -> Result<Meta, RowError> {
        Ok(Meta { seed: r.get(1)?, page_key: r.get(2)?, starts: r.get(3)? })
    }
}

struct Metas;
impl Table for Metas {
    const NAME: &'static str = "kernel.meta";
    const VERSION: u16 = 1;
    type Key = u8;
    type Row = Meta;
}

#[derive(Clone, Debug, Default, PartialEq)]
struct StoredClock {
    base_virtual_ms: i64,
    base_real_ms: i64,
    scale: f64,
}

impl Row for StoredClock {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.base_virtual_ms);
        w.put(2, &self.base_real_ms);
        w.put(3, &self.scale);
    }
    fn read(r: &mut RowReader) -> Result<StoredClock, RowError> {
        Ok(StoredClock { base_virtual_ms: r.get(1)?, base_real_ms: r.get(2)?, scale: r.get(3)? })
    }
}

struct Clocks;
impl Table for Clocks {
    const NAME: &'static str = "kernel.clock";
    const VERSION: u16 = 1;
    type Key = u8;
    type Row = StoredClock;
}

/// Counts a start and reads what there is; a fresh folder gets a seed and a key.
pub(crate) fn start(store: &Store, seed: Option<[u8; 32]>) -> Result<Start, StoreError> {
    let mut tx = store.tx();
    let mut m = tx.get::<Metas>(&0)?.unwrap_or_default();
    if m.seed.len() != 32 {
        m.seed = seed.unwrap_or_else(random).to_vec();
        m.page_key = seed.map_or_else(random, |s| s.map(|b| b ^ 0x5a)).to_vec();
    }
    let other_seed = seed.is_some_and(|s| m.seed != s);
    m.starts += 1;
    tx.put::<Metas>(&0, &m);
    let clock = clock(&tx)?;
    store.commit(tx)?;
    Ok(Start { other_seed, seed: array(&m.seed), page_key: array(&m.page_key), number: m.starts, clock })
}

/// The key that wraps data keys: belongs to the state, since rows hold what it wrapped.
struct KeyRow {
    bytes: Vec<u8>,
}

impl Row for KeyRow {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.bytes);
    }
    fn read(r: &mut RowReader) -> Result<KeyRow, RowError> {
        Ok(KeyRow { bytes: r.get(1)? })
    }
}

struct Keys;
impl Table for Keys {
    const NAME: &'static str = "kernel.master_key";
    const VERSION: u16 = 1;
    type Key = u8;
    type Row = KeyRow;
}

/// The state's master key, made if the state is new.
pub(crate) fn master_key(store: &Store) -> Result<MasterKey, StoreError> {
    let mut tx = store.tx();
    if let Some(row) = tx.get::<Keys>(&0)? {
        return Ok(MasterKey::from_bytes(array(&row.bytes)));
    }
    let bytes = random();
    tx.put::<Keys>(&0, &KeyRow { bytes: bytes.to_vec() });
    let commit = store.commit(tx)?;
    store.wait(commit)?;
    Ok(MasterKey::from_bytes(bytes))
}

/// What belongs to the run and not to the state: seed, key of pages, number of the start.
pub(crate) struct RunMeta(Meta);

/// As stored now.
pub(crate) fn identity(store: &Store) -> Result<RunMeta, StoreError> {
    Ok(RunMeta(store.tx().get::<Metas>(&0)?.unwrap_or_default()))
}

/// Puts it into a state that replaced another. Starts are counted on from the greater number, so that no start's ids come
/// twice.
pub(crate) fn keep_identity(tx: &mut Tx, run: &RunMeta) -> Result<(), StoreError> {
    let there = tx.get::<Metas>(&0)?.unwrap_or_default();
    let starts = run.0.starts.max(there.starts);
    tx.put::<Metas>(&0, &Meta { starts, ..run.0.clone() });
    Ok(())
}

/// How the stored clock stands, if it was ever touched.
pub(crate) fn clock(tx: &Tx) -> Result<Option<ClockState>, StoreError> {
    Ok(tx.get::<Clocks>(&0)?.map(|c| ClockState {
        base_virtual_ms: c.base_virtual_ms,
        base_real_ms: c.base_real_ms,
        scale: c.scale,
    }))
}

pub(crate) fn keep_clock(store: &Store, s: ClockState) -> Result<(), StoreError> {
    let mut tx = store.tx();
    let row =
        StoredClock { base_virtual_ms: s.base_virtual_ms, base_real_ms: s.base_real_ms, scale: s.scale };
    tx.put::<Clocks>(&0, &row);
    let commit = store.commit(tx)?;
    store.wait(commit)
}

fn random() -> [u8; 32] {
    let mut b = [0; 32];
    getrandom::fill(&mut b).expect("the operating system has random bytes");
    b
}

fn array(v: &[u8]) -> [u8; 32] {
    v.try_into().unwrap_or([0; 32])
}
