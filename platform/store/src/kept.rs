//! Rows kept at hand: the newest version of rows that many calls read (a queue's settings, a bucket's), so that those calls
//! need neither search the tree nor decode. Only a shortcut: forgetting everything is always right.
//!
//! Why it is right: commits are numbered, and a commit puts its rows here before it becomes visible. An entry carries a commit
//! as of which it holds; while it stands here, no later commit wrote that row. So whoever certainly sees that commit may take
//! it, and everybody else asks the tree. A row read from the tree is put here only if no commit has begun since the
//! snapshot that it was read from.

use std::{any::Any, fmt, sync::Arc, sync::OnceLock};

use foldhash::HashMap;
use parking_lot::RwLock;

use crate::{engine::Bytes, gaps::View};

/// Larger values are not kept.
const MAX_VALUE_BYTES: usize = 32 << 10;
/// When a table's rows exceed this, they are forgotten and begun anew.
const MAX_TABLE_BYTES: usize = 1 << 20;
/// What an entry costs beside its key and value.
const OVERHEAD_BYTES: usize = 256;

/// The four bytes with which a table's stored keys begin.
type Prefix = [u8; 4];

/// A row as stored, and decoded once somebody has asked for that.
#[derive(Default)]
pub(crate) struct KeptRow {
    pub(crate) value: Option<Bytes>,
    pub(crate) decoded: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for KeptRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptRow").field("value", &self.value).finish_non_exhaustive()
    }
}

impl KeptRow {
    pub(crate) fn new(value: Option<Bytes>) -> Arc<KeptRow> {
        Arc::new(KeptRow { value, decoded: OnceLock::new() })
    }

    fn is_small(&self) -> bool {
        self.value.as_ref().is_none_or(|v| v.len() <= MAX_VALUE_BYTES)
    }
}

struct Entry {
    as_of: u64,
    row: Arc<KeptRow>,
}

/// The kept rows of one table.
struct Rows {
    keyspace: String,
    prefix: Prefix,
    rows: HashMap<Box<[u8]>, Entry>,
    bytes: usize,
}

/// The kept rows of an engine.
#[derive(Default)]
pub(crate) struct Kept {
    /// Few tables are kept, so a list.
    tables: RwLock<Vec<Rows>>,
}

fn prefix_of(key: &[u8]) -> Option<Prefix> {
    key.first_chunk().copied()
}

fn find(tables: &[Rows], keyspace: &str, prefix: Prefix) -> Option<usize> {
    tables.iter().position(|t| t.prefix == prefix && t.keyspace == keyspace)
}

impl Kept {
    /// The row as a snapshot sees it, if it is kept.
    pub(crate) fn get(&self, keyspace: &str, key: &[u8], view: View) -> Option<Arc<KeptRow>> {
        let tables = self.tables.read();
        let entry = tables[find(&tables, keyspace, prefix_of(key)?)?].rows.get(key)?;
        (entry.as_of <= view.low).then(|| entry.row.clone())
    }

    /// Keeps a row that a snapshot read. `newest` tells the newest commit that has begun.
    pub(crate) fn keep(
        &self,
        keyspace: &str,
        key: &[u8],
        view: View,
        row: &Arc<KeptRow>,
        newest: impl FnOnce() -> u64,
    ) {
        let Some(prefix) = prefix_of(key).filter(|_| row.is_small()) else { return };
        let mut tables = self.tables.write();
        // Asked under the lock: a commit that begins later will find this entry and replace it.
        if newest() != view.low {
            return;
        }
        let at = find(&tables, keyspace, prefix).unwrap_or_else(|| {
            tables.push(Rows { keyspace: keyspace.to_owned(), prefix, rows: HashMap::default(), bytes: 0 });
            tables.len() - 1
        });
        tables[at].put(key, Entry { as_of: view.low, row: row.clone() });
    }

    /// A commit is about to write. Called after its number was given and before it becomes visible.
    pub(crate) fn before_writes<'a>(
        &self,
        number: u64,
        writes: impl Iterator<Item = (&'a str, &'a Bytes, &'a Option<Bytes>)>,
    ) {
        let mut tables = self.tables.write();
        if tables.is_empty() {
            return;
        }
        for (keyspace, key, value) in writes {
            let found = prefix_of(key).and_then(|prefix| find(&tables, keyspace, prefix));
            if let Some(at) = found
                && tables[at].rows.contains_key(&key[..])
            {
                tables[at].put(key, Entry { as_of: number, row: KeptRow::new(value.clone()) });
            }
        }
    }
}

impl Rows {
    fn put(&mut self, key: &[u8], entry: Entry) {
        let size = |e: &Entry| OVERHEAD_BYTES + key.len() + e.row.value.as_ref().map_or(0, |v| v.len());
        if let Some(old) = self.rows.remove(key) {
            self.bytes -= size(&old);
        }
        if !entry.row.is_small() {
            return;
        }
        self.bytes += size(&entry);
        if self.bytes > MAX_TABLE_BYTES {
            self.rows.clear();
            self.bytes = size(&entry);
        }
        self.rows.insert(key.into(), entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_5: View = View { low: 5, high: 5 };
    const KEY: &[u8] = b"abcd-key";

    fn row(value: &str) -> Arc<KeptRow> {
        KeptRow::new(Some(Bytes::from(value.as_bytes())))
    }

    fn put(kept: &Kept, number: u64, key: &[u8], value: Option<&str>) {
        let (key, value) = (Bytes::from(key), value.map(|v| Bytes::from(v.as_bytes())));
        kept.before_writes(number, [("s", &key, &value)].into_iter());
    }

    /// What a snapshot that sees all commits up to `low` finds: nothing kept, or the row.
    fn get(kept: &Kept, low: u64) -> Option<Option<Vec<u8>>> {
        let row = kept.get("s", KEY, View { low, high: low })?;
        Some(row.value.as_ref().map(|v| v.to_vec()))
    }

    #[test]
    fn a_row_serves_those_who_see_the_commit_that_it_is_of() {
        let kept = Kept::default();
        kept.keep("s", KEY, AT_5, &row("five"), || 5);
        assert_eq!(get(&kept, 4), None, "it may have been written by commit 5");
        assert_eq!(get(&kept, 5), Some(Some(b"five".to_vec())));
        put(&kept, 6, KEY, Some("six"));
        assert_eq!(get(&kept, 5), None, "the tree knows what it was");
        assert_eq!(get(&kept, 6), Some(Some(b"six".to_vec())));
        put(&kept, 7, b"abcd-other", Some("seven"));
        put(&kept, 8, b"abce", Some("eight"));
        assert_eq!(get(&kept, 8), Some(Some(b"six".to_vec())));
        put(&kept, 9, KEY, None);
        assert_eq!(get(&kept, 9), Some(None), "that it is gone is known too");
        assert!(kept.get("t", KEY, View { low: 9, high: 9 }).is_none(), "another keyspace has its own");
    }

    #[test]
    fn what_was_read_while_a_commit_began_is_not_kept() {
        let kept = Kept::default();
        kept.keep("s", KEY, AT_5, &row("five"), || 6);
        assert_eq!(get(&kept, 9), None);
        // The commit that began would not have found it here.
        put(&kept, 6, KEY, Some("six"));
        assert_eq!(get(&kept, 9), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let kept = Kept::default();
        let big = "x".repeat(MAX_VALUE_BYTES + 1);
        kept.keep("s", KEY, AT_5, &row(&big), || 5);
        assert_eq!(get(&kept, 5), None);
        kept.keep("s", KEY, AT_5, &row("small"), || 5);
        put(&kept, 6, KEY, Some(&big));
        assert_eq!(get(&kept, 6), None);
        for n in 0..10_000u32 {
            let key = [b"abcd", &n.to_be_bytes()[..]].concat();
            kept.keep("s", &key, AT_5, &row("value"), || 5);
        }
        let tables = kept.tables.read();
        let total: usize = tables[0].rows.keys().map(|k| OVERHEAD_BYTES + k.len() + 5).sum();
        assert_eq!(tables[0].bytes, total);
        assert!(total <= MAX_TABLE_BYTES && !tables[0].rows.is_empty());
    }
}
