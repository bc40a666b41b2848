//! A persistent ordered map: a B+ tree of shared nodes. A clone is one reference; a write copies only the nodes on its
//! path that someone else still reads, and none when nobody does. Not a general collection: what the memory engine needs.

use std::{ops::Bound, sync::Arc};

use crate::engine::{ByteRange, Bytes};

const MAX_ENTRIES: usize = 64;

#[derive(Clone)]
enum Node {
    Leaf(Vec<(Bytes, Bytes)>),
    /// Children, each with a key that none of its own precedes. The first child's key is not looked at.
    Inner(Vec<(Bytes, Arc<Node>)>),
}

/// The map.
#[derive(Clone)]
pub(crate) struct Tree {
    root: Arc<Node>,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { root: Arc::new(Node::Leaf(Vec::new())) }
    }
}

impl Tree {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Bytes> {
        let mut node = &*self.root;
        loop {
            match node {
                Node::Inner(children) => node = &children[child_of(children, key)].1,
                Node::Leaf(entries) => {
                    let at = entries.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
                    return Some(&entries[at].1);
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, key: Bytes, value: Bytes) {
        if let Some(right) = insert(&mut self.root, key, value) {
            let left = std::mem::replace(&mut self.root, Arc::new(Node::Leaf(Vec::new())));
            self.root = Arc::new(Node::Inner(vec![(Bytes::from([0; 0]), left), right]));
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        if self.get(key).is_none() {
            return;
        }
        remove(&mut self.root, key);
        while let Node::Inner(children) = &*self.root {
            match &children[..] {
                [] => *self = Tree::default(),
                [(_, only)] => self.root = only.clone(),
                _ => return,
            }
        }
    }

    /// The entries in a range that is not empty, ascending or descending.
    pub(crate) fn scan(&self, range: &ByteRange, reverse: bool) -> TreeScan {
        TreeScan { tree: self.clone(), range: range.clone(), reverse, leaf: None, last: None }
    }
}

fn child_of(children: &[(Bytes, Arc<Node>)], key: &[u8]) -> usize {
    children[1..].partition_point(|(k, _)| **k <= *key)
}

/// Inserts below a node; the answer is its new right sibling when it had to split.
fn insert(node: &mut Arc<Node>, key: Bytes, value: Bytes) -> Option<(Bytes, Arc<Node>)> {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => {
            let at = match entries.binary_search_by(|(k, _)| k.cmp(&key)) {
                Ok(at) => {
                    entries[at].1 = value;
                    return None;
                }
                Err(at) => at,
            };
            entries.insert(at, (key, value));
            let right = split(entries, at)?;
            Some((right[0].0.clone(), Arc::new(Node::Leaf(right))))
        }
        Node::Inner(children) => {
            let at = child_of(children, &key);
            let sibling = insert(&mut children[at].1, key, value)?;
            children.insert(at + 1, sibling);
            let right = split(children, at + 1)?;
            Some((right[0].0.clone(), Arc::new(Node::Inner(right))))
        }
    }
}

/// Splits what has grown too long: in the middle, or, when the last place grew, right before it, so that ascending inserts
/// leave full nodes behind.
fn split<T>(list: &mut Vec<T>, grown: usize) -> Option<Vec<T>> {
    if list.len() <= MAX_ENTRIES {
        return None;
    }
    let at = if grown + 1 == list.len() { list.len() - 1 } else { list.len() / 2 };
    Some(list.split_off(at))
}

/// Removes a key that is there; the answer is whether the node has become empty.
fn remove(node: &mut Arc<Node>, key: &[u8]) -> bool {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => {
            if let Ok(at) = entries.binary_search_by(|(k, _)| (**k).cmp(key)) {
                entries.remove(at);
            }
            entries.is_empty()
        }
        Node::Inner(children) => {
            let at = child_of(children, key);
            if remove(&mut children[at].1, key) {
                children.remove(at);
            }
            children.is_empty()
        }
    }
}

/// The leaf and place of the first entry at or after a bound.
fn first(node: &Arc<Node>, from: Bound<&[u8]>) -> Option<(Arc<Node>, usize)> {
    let key = match from {
        Bound::Included(key) | Bound::Excluded(key) => key,
        Bound::Unbounded => &[],
    };
    match &**node {
        Node::Leaf(entries) => {
            let at = match from {
                Bound::Excluded(_) => entries.partition_point(|(k, _)| **k <= *key),
                _ => entries.partition_point(|(k, _)| **k < *key),
            };
            (at < entries.len()).then(|| (node.clone(), at))
        }
        Node::Inner(children) => {
            children[child_of(children, key)..].iter().find_map(|(_, child)| first(child, from))
        }
    }
}

/// The leaf and place of the last entry before a key; of the very last when there is none.
fn last(node: &Arc<Node>, before: Option<&[u8]>) -> Option<(Arc<Node>, usize)> {
    match &**node {
        Node::Leaf(entries) => {
            let end = before.map_or(entries.len(), |key| entries.partition_point(|(k, _)| **k < *key));
            (end > 0).then(|| (node.clone(), end - 1))
        }
        Node::Inner(children) => {
            let end = before.map_or(children.len(), |key| child_of(children, key) + 1);
            children[..end].iter().rev().find_map(|(_, child)| last(child, before))
        }
    }
}

/// A scan over a tree as it was when the scan began.
pub(crate) struct TreeScan {
    tree: Tree,
    range: ByteRange,
    reverse: bool,
    /// The leaf being read, and the place of the entry that comes next.
    leaf: Option<(Arc<Node>, usize)>,
    /// The key answered last, to find the next leaf by.
    last: Option<Bytes>,
}

impl TreeScan {
    fn seek(&self) -> Option<(Arc<Node>, usize)> {
        match (&self.last, self.reverse) {
            (None, false) => first(&self.tree.root, Bound::Included(&self.range.from)),
            (Some(key), false) => first(&self.tree.root, Bound::Excluded(key)),
            (None, true) => last(&self.tree.root, self.range.to.as_deref()),
            (Some(key), true) => last(&self.tree.root, Some(key)),
        }
    }

    fn holds(&self, key: &[u8]) -> bool {
        *key >= *self.range.from && self.range.to.as_ref().is_none_or(|to| *key < **to)
    }
}

impl Iterator for TreeScan {
    type Item = (Bytes, Bytes);

    fn next(&mut self) -> Option<(Bytes, Bytes)> {
        let (leaf, at) = match self.leaf.take() {
            Some(place) => place,
            None => self.seek()?,
        };
        let Node::Leaf(entries) = &*leaf else { return None };
        let (key, value) = entries.get(at)?.clone();
        if !self.holds(&key) {
            return None;
        }
        let next = if self.reverse { at.checked_sub(1) } else { Some(at + 1) };
        let next = next.filter(|at| *at < entries.len());
        match next {
            Some(next) => self.leaf = Some((leaf, next)),
            None => self.last = Some(key.clone()),
        }
        Some((key, value))
    }
}
