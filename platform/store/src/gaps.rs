//! Which stretches of a keyspace are known to be empty. In a log-structured tree a deleted record leaves a mark that scans have to
//! step over until compaction takes it away; at the head of a queue or of a list of timers there can be a hundred thousand
//! of them. A scan that found its first record late notes the stretch here, and the next one begins behind it. Only a
//! shortcut: forgetting everything is always right.
//!
//! Why it is right: commits are numbered. A snapshot knows `low`, a commit that it certainly sees with all earlier ones, and
//! `high`, after which it certainly sees none. A stretch that a snapshot found empty is noted only if no commit later than
//! its `low` put a key there, every later put takes its key out before it becomes visible, and only snapshots whose `low`
//! has reached the finder's `high` use it: they see the deletions that the finder saw.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
};

use foldhash::HashMap;
use parking_lot::Mutex;

use crate::engine::{ByteRange, Bytes};

const MAX_GAPS: usize = 4096;
const MAX_RECENT_KEYS: usize = 8192;
/// A commit of more puts than this makes everything forgotten: cheaper than looking each up.
const MAX_PUTS: usize = 1024;

/// What a snapshot certainly sees (`low` and earlier) and certainly does not (later than `high`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) low: u64,
    pub(crate) high: u64,
}

struct Gap {
    to: Bytes,
    as_of: u64,
}

#[derive(Default)]
struct Inner {
    /// Per keyspace, disjoint stretches by their first key.
    spaces: HashMap<String, BTreeMap<Bytes, Gap>>,
    count: usize,
    /// Keys put by the commits later than `floor`, each with the place of its keyspace among `names`.
    recent: VecDeque<(u64, usize, Bytes)>,
    floor: u64,
    /// Keyspaces put to. There are few.
    names: Vec<String>,
}

/// The known gaps of one engine.
#[derive(Default)]
pub(crate) struct Gaps(Mutex<Inner>);

impl Gaps {
    /// A commit is about to put keys. Called before it becomes visible.
    pub(crate) fn before_puts<'a>(&self, number: u64, puts: impl Iterator<Item = (&'a str, &'a Bytes)>) {
        let mut inner = self.0.lock();
        for (n, (keyspace, key)) in puts.enumerate() {
            if n >= MAX_PUTS {
                *inner = Inner { floor: number, ..Inner::default() };
                return;
            }
            inner.cut(keyspace, key);
            let name = inner.name(keyspace);
            inner.recent.push_back((number, name, key.clone()));
        }
        while inner.recent.len() > MAX_RECENT_KEYS
            && let Some((number, ..)) = inner.recent.pop_front()
        {
            inner.floor = number;
        }
    }

    /// Where a forward scan of the range may begin.
    pub(crate) fn skip(&self, keyspace: &str, from: &[u8], view: View) -> Option<Bytes> {
        let inner = self.0.lock();
        let upto = (Bound::Unbounded, Bound::Included(from));
        let (_, gap) = inner.spaces.get(keyspace)?.range::<[u8], _>(upto).next_back()?;
        (*gap.to > *from && gap.as_of <= view.low).then(|| gap.to.clone())
    }

    /// A scan found nothing from the range's beginning to `to`.
    pub(crate) fn found_empty(&self, keyspace: &str, from: &[u8], to: &[u8], view: View) {
        let mut inner = self.0.lock();
        let inside = |key: &[u8]| from <= key && key < to;
        let newer = inner.recent.iter().rev().take_while(|(number, ..)| *number > view.low);
        if to <= from
            || view.low < inner.floor
            || newer.into_iter().any(|(_, name, key)| inner.names[*name] == keyspace && inside(key))
        {
            return;
        }
        if inner.count >= MAX_GAPS {
            inner.spaces.clear();
            inner.count = 0;
        }
        let gaps = inner.spaces.entry(keyspace.to_owned()).or_default();
        let before = gaps.len();
        let (mut start, mut as_of) = (Bytes::from(from), view.high);
        // One that ends here or later grows; those that begin inside give way.
        if let Some((left, gap)) =
            gaps.range::<[u8], _>((Bound::Unbounded, Bound::Excluded(from))).next_back()
            && *gap.to >= *from
        {
            (start, as_of) = (left.clone(), as_of.max(gap.as_of));
        }
        let inside = (Bound::Included(from), Bound::Excluded(to));
        let covered: Vec<Bytes> = gaps.range::<[u8], _>(inside).map(|(start, _)| start.clone()).collect();
        for start in covered {
            gaps.remove(&start);
        }
        gaps.insert(start, Gap { to: Bytes::from(to), as_of });
        let after = gaps.len();
        inner.count = inner.count + after - before;
    }
}

impl Inner {
    fn name(&mut self, keyspace: &str) -> usize {
        self.names.iter().position(|n| n == keyspace).unwrap_or_else(|| {
            self.names.push(keyspace.to_owned());
            self.names.len() - 1
        })
    }

    /// Takes a key out of the gap that holds it.
    fn cut(&mut self, keyspace: &str, key: &Bytes) {
        let Some(gaps) = self.spaces.get_mut(keyspace) else { return };
        let Some((start, gap)) =
            gaps.range_mut::<[u8], _>((Bound::Unbounded, Bound::Included(&**key))).next_back()
        else {
            return;
        };
        if *gap.to <= **key {
            return;
        }
        let (start, as_of) = (start.clone(), gap.as_of);
        let to = std::mem::replace(&mut gap.to, key.clone());
        if start == *key {
            gaps.remove(&start);
            self.count -= 1;
        }
        let behind = Bytes::from([&**key, &[0]].concat());
        if behind < to {
            gaps.insert(behind, Gap { to, as_of });
            self.count += 1;
        }
    }
}

/// What a scan must remember to note a gap.
pub(crate) struct Probe {
    pub(crate) range: ByteRange,
    pub(crate) view: View,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_5: View = View { low: 5, high: 5 };

    fn put(gaps: &Gaps, number: u64, key: &[u8]) {
        let key = Bytes::from(key);
        gaps.before_puts(number, [("s", &key)].into_iter());
    }

    fn skip(gaps: &Gaps, from: &[u8], low: u64) -> Option<Vec<u8>> {
        gaps.skip("s", from, View { low, high: low }).map(|key| key.to_vec())
    }

    #[test]
    fn a_gap_serves_those_who_see_what_its_finder_saw() {
        let gaps = Gaps::default();
        gaps.found_empty("s", b"b", b"m", View { low: 5, high: 7 });
        assert_eq!(skip(&gaps, b"b", 7), Some(b"m".to_vec()));
        assert_eq!(skip(&gaps, b"f", 9), Some(b"m".to_vec()));
        assert_eq!(skip(&gaps, b"b", 6), None, "it may not see the last deletions");
        assert_eq!(skip(&gaps, b"a", 9), None, "something may stand before the gap");
        assert_eq!(skip(&gaps, b"m", 9), None);
        gaps.found_empty("s", b"m", b"p", AT_5);
        assert_eq!(skip(&gaps, b"b", 9), Some(b"p".to_vec()), "neighbours become one");
    }

    #[test]
    fn a_put_is_never_skipped() {
        let gaps = Gaps::default();
        gaps.found_empty("s", b"b", b"m", AT_5);
        put(&gaps, 6, b"f");
        assert_eq!(skip(&gaps, b"b", 6), Some(b"f".to_vec()));
        assert_eq!(skip(&gaps, b"f", 6), None);
        assert_eq!(skip(&gaps, b"f\0", 6), Some(b"m".to_vec()));
        put(&gaps, 7, b"b");
        assert_eq!(skip(&gaps, b"b", 7), None);
        // A finder that did not see the puts notes nothing over them.
        gaps.found_empty("s", b"a", b"z", AT_5);
        assert_eq!(skip(&gaps, b"a", 9), None);
        // One that did (and found both deleted again) does.
        gaps.found_empty("s", b"a", b"z", View { low: 8, high: 8 });
        assert_eq!(skip(&gaps, b"a", 8), Some(b"z".to_vec()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let gaps = Gaps::default();
        for n in 0..20_000u32 {
            gaps.found_empty("s", &(2 * n).to_be_bytes(), &(2 * n + 1).to_be_bytes(), AT_5);
            put(&gaps, 6, &[0xFF]);
        }
        let inner = gaps.0.lock();
        assert!(inner.recent.len() <= MAX_RECENT_KEYS && inner.count <= MAX_GAPS);
        assert_eq!(inner.count, inner.spaces.values().map(BTreeMap::len).sum::<usize>());
        drop(inner);
        gaps.found_empty("s", b"\0", b"\xFE", AT_5);
        assert_eq!(skip(&gaps, b"\x02", 9), None, "its puts may have been forgotten");
    }
}
