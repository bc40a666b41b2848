//! The memory engine: for tests and `--ephemeral`. Keeps nothing beyond the process.
//!
//! Snapshots and forks are one reference; a commit costs O(log n) per record, whoever else is reading.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::RwLock;

use crate::{
    StoreError,
    engine::{ByteRange, Bytes, Engine, RawIter, Snapshot, Writes},
    tree::Tree,
};

type Spaces = Arc<BTreeMap<String, Tree>>;

/// Keyspaces in memory.
#[derive(Default)]
pub(crate) struct Memory {
    spaces: RwLock<Spaces>,
}

struct MemorySnapshot(Spaces);

impl Snapshot for MemorySnapshot {
    fn get(&self, keyspace: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.0.get(keyspace).and_then(|tree| tree.get(key)).cloned())
    }

    fn scan(&self, keyspace: &str, range: &ByteRange, reverse: bool) -> RawIter {
        match self.0.get(keyspace) {
            None => Box::new(std::iter::empty()),
            Some(tree) => Box::new(tree.scan(range, reverse).map(Ok)),
        }
    }

    fn keyspaces(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

impl Engine for Memory {
    fn snapshot(&self) -> Box<dyn Snapshot> {
        Box::new(MemorySnapshot(self.spaces.read().clone()))
    }

    fn apply(&self, writes: Writes) -> Result<(), StoreError> {
        let mut spaces = self.spaces.write();
        let spaces = Arc::make_mut(&mut spaces);
        for (name, records) in writes.spaces {
            if !spaces.contains_key(&*name) {
                spaces.insert(name.to_string(), Tree::default());
            }
            let tree = spaces.get_mut(&*name).expect("it was put there above");
            for (key, value) in records {
                match value {
                    Some(value) => tree.insert(Bytes::from(key), Bytes::from(value)),
                    None => tree.remove(&key),
                }
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn fill(
        &self,
        keyspace: &str,
        records: &mut dyn Iterator<Item = Result<(Bytes, Bytes), StoreError>>,
    ) -> Result<(), StoreError> {
        let mut tree = Tree::default();
        for record in records {
            let (key, value) = record?;
            tree.insert(key, value);
        }
        Arc::make_mut(&mut self.spaces.write()).insert(keyspace.to_owned(), tree);
        Ok(())
    }

    fn disk_bytes(&self) -> u64 {
        0
    }

    fn fork(&self) -> Option<Arc<dyn Engine>> {
        Some(Arc::new(Memory { spaces: RwLock::new(self.spaces.read().clone()) }))
    }

    fn retire(&self) {}
}
