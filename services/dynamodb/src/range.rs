//! Ranges of rows: what a key condition or a segment means in the order of the store. Not what is done with the rows:
//! `read.rs`.

use codec::Fault;
use dynamodb_language::expression::{KeyOp, KeyQuery};
use dynamodb_language::{Item, Value, key};
use kernel::Cx;
use store::Scan;

use crate::item::{Entries, Items, spread};
use crate::keys::{self, KeyBytes, escaped, joined};
use crate::schema::KeyPart;
use crate::state::Index;
use crate::table::Open;

/// A range of a table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// A part of one partition: its key, and sort keys from (inclusive) to (exclusive; `None`: to the end).
    Partition { hash: Vec<u8>, from: Vec<u8>, to: Option<Vec<u8>> },
    /// All partitions whose spread lies there, both ends included.
    Spread { from: u64, to: u64 },
}

impl Range {
    /// The range of a segment of a scan.
    pub(crate) fn segment(segment: u64, total: u64) -> Range {
        let edge = |n: u64| ((u128::from(n) << 64) / u128::from(total)) as u64;
        let to = if segment + 1 == total { u64::MAX } else { edge(segment + 1) - 1 };
        Range::Spread { from: edge(segment), to }
    }

    /// Whether a key lies in it.
    pub(crate) fn holds(&self, k: &KeyBytes) -> bool {
        match self {
            Range::Partition { hash, from, to } => {
                k.hash == *hash && k.range >= *from && to.as_ref().is_none_or(|to| k.range < *to)
            }
            Range::Spread { from, to } => (*from..=*to).contains(&spread(&k.hash)),
        }
    }
}

fn bytes(v: &Value) -> Vec<u8> {
    key::encode(v).unwrap_or_default()
}

/// The least byte string greater than all that begin with this one; `None` when there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|b| *b != 0xFF)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}

/// The range of a query.
pub(crate) fn of_query(parts: &[KeyPart], q: &KeyQuery) -> Range {
    let hash = joined(&q.partition.iter().map(bytes).collect::<Vec<_>>());
    let sorts = parts.iter().filter(|p| !p.hash).count();
    let (from, to) = if sorts > 1 { several(q) } else { single(q) };
    Range::Partition { hash, from, to }
}

/// Bounds of a sort key of one attribute: its bytes are the whole.
fn single(q: &KeyQuery) -> (Vec<u8>, Option<Vec<u8>>) {
    let after = |v: &Value| {
        let mut b = bytes(v);
        b.push(0);
        b
    };
    if let Some(v) = q.sort_equal.first() {
        return (bytes(v), Some(after(v)));
    }
    match &q.sort {
        None => (Vec::new(), None),
        Some(KeyOp::Eq(v)) => (bytes(v), Some(after(v))),
        Some(KeyOp::Lt(v)) => (Vec::new(), Some(bytes(v))),
        Some(KeyOp::Le(v)) => (Vec::new(), Some(after(v))),
        Some(KeyOp::Gt(v)) => (after(v), None),
        Some(KeyOp::Ge(v)) => (bytes(v), None),
        Some(KeyOp::Between(a, b)) => (bytes(a), Some(after(b))),
        Some(KeyOp::BeginsWith(v)) => (bytes(v), successor(&bytes(v))),
    }
}

/// Bounds of a sort key of several attributes: each is escaped and ends with 0 0, so 0 1 lies behind whatever follows it.
fn several(q: &KeyQuery) -> (Vec<u8>, Option<Vec<u8>>) {
    let with = |prefix: &[u8], v: &Value, end: &[u8]| {
        let mut b = prefix.to_vec();
        b.extend(escaped(&bytes(v)));
        b.extend(end);
        b
    };
    let prefix = q.sort_equal.iter().fold(Vec::new(), |p, v| with(&p, v, &[0, 0]));
    let end = successor(&prefix);
    match &q.sort {
        None => (prefix, end),
        Some(KeyOp::Eq(v)) => (with(&prefix, v, &[0, 0]), Some(with(&prefix, v, &[0, 1]))),
        Some(KeyOp::Lt(v)) => (prefix.clone(), Some(with(&prefix, v, &[0, 0]))),
        Some(KeyOp::Le(v)) => (prefix.clone(), Some(with(&prefix, v, &[0, 1]))),
        Some(KeyOp::Gt(v)) => (with(&prefix, v, &[0, 1]), end),
        Some(KeyOp::Ge(v)) => (with(&prefix, v, &[0, 0]), end),
        Some(KeyOp::Between(a, b)) => (with(&prefix, a, &[0, 0]), Some(with(&prefix, b, &[0, 1]))),
        Some(KeyOp::BeginsWith(v)) => {
            let from = with(&prefix, v, &[]);
            let to = successor(&from);
            (from, to)
        }
    }
}

/// Where a read goes on: the key of the last item, of the index too.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) table: KeyBytes,
    pub(crate) index: Option<KeyBytes>,
}

impl Start {
    /// The start that `ExclusiveStartKey` gives; `None` if it isn't a key of the table (and index).
    pub(crate) fn of(open: &Open, index: Option<&Index>, given: &Item) -> Option<Start> {
        let table = keys::of_item(&open.t.keys, given)?;
        let mut names: Vec<&str> = open.t.keys.iter().map(|k| k.name.as_str()).collect();
        names.extend(index.iter().flat_map(|i| &i.keys).map(|k| k.name.as_str()));
        if given.keys().any(|name| !names.contains(&name.as_str())) {
            return None;
        }
        let index = match index {
            Some(i) => Some(keys::of_item(&i.keys, given)?),
            None => None,
        };
        Some(Start { table, index })
    }

    /// The key that orders the read.
    pub(crate) fn order(&self) -> &KeyBytes {
        self.index.as_ref().unwrap_or(&self.table)
    }
}

/// The items of a range in the order of their keys, lazily, behind the start.
pub(crate) fn items<'a>(
    cx: &'a Cx,
    open: &Open,
    index: Option<&Index>,
    range: &Range,
    start: Option<&Start>,
    reverse: bool,
) -> Result<Box<dyn Iterator<Item = Item> + 'a>, Fault> {
    Ok(match index {
        None => Box::new(cx.scan(of_table(open.t.number, range, start, reverse))?.map(|(_, s)| s.item)),
        Some(i) => Box::new(cx.scan(of_index(i.number, range, start, reverse))?.map(|(_, s)| s.item)),
    })
}

fn of_table(n: u64, range: &Range, start: Option<&Start>, reverse: bool) -> Scan<Items> {
    let mut scan = match range {
        Range::Partition { hash, from, to } => {
            let place = spread(hash);
            let scan =
                Scan::prefix(&(n, place, hash.as_slice())).from(&(n, place, hash.clone(), from.clone()));
            match to {
                Some(to) => scan.to(&(n, place, hash.clone(), to.clone())),
                None => scan,
            }
        }
        Range::Spread { from, to } => {
            let scan = Scan::prefix(&(n,)).from(&(n, *from, Vec::new(), Vec::new()));
            match to.checked_add(1) {
                Some(end) => scan.to(&(n, end, Vec::new(), Vec::new())),
                None => scan,
            }
        }
    };
    if let Some(s) = start {
        let key = s.table.item_key(n);
        scan = if reverse { scan.to(&key) } else { scan.after(&key) };
    }
    if reverse { scan.reverse() } else { scan }
}

fn of_index(n: u64, range: &Range, start: Option<&Start>, reverse: bool) -> Scan<Entries> {
    let none = || (Vec::new(), Vec::new());
    let mut scan = match range {
        Range::Partition { hash, from, to } => {
            let place = spread(hash);
            let scan = Scan::prefix(&(n, place, hash.as_slice())).from(&(
                n,
                place,
                hash.clone(),
                from.clone(),
                none(),
            ));
            match to {
                Some(to) => scan.to(&(n, place, hash.clone(), to.clone(), none())),
                None => scan,
            }
        }
        Range::Spread { from, to } => {
            let scan = Scan::prefix(&(n,)).from(&(n, *from, Vec::new(), Vec::new(), none()));
            match to.checked_add(1) {
                Some(end) => scan.to(&(n, end, Vec::new(), Vec::new(), none())),
                None => scan,
            }
        }
    };
    if let Some(Start { table, index: Some(index) }) = start {
        let key = index.entry_key(n, table);
        scan = if reverse { scan.to(&key) } else { scan.after(&key) };
    }
    if reverse { scan.reverse() } else { scan }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_disjoint_and_complete() {
        let edges = |s, total| match Range::segment(s, total) {
            Range::Spread { from, to } => (from, to),
            other => panic!("{other:?}"),
        };
        for total in [1u64, 2, 3, 7, 1_000] {
            let mut next = Some(0);
            for s in 0..total {
                let (from, to) = edges(s, total);
                assert_eq!(Some(from), next, "segment {s} of {total}");
                assert!(from <= to);
                next = to.checked_add(1);
            }
            assert_eq!(next, None);
        }
        assert_eq!(edges(999_999, 1_000_000).1, u64::MAX);
    }
}
