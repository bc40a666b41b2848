//! Finds the operation of a REST request: one tree per model, built from its URI templates on first use. Static
//! segments win over labels, labels over greedy ones; constant query parts and required query and header members
//! decide between operations that share a path. The tree never decodes or checks the values of labels.

use std::sync::{OnceLock, PoisonError, RwLock};

use foldhash::HashMap;
use model::{Flags, Location, Model, Operation};

use crate::reply::Request;
use crate::uri;

/// Labels by member name, raw.
pub type Labels = Vec<(&'static str, String)>;

/// An operation that answers to a path, and how well.
pub struct Match {
    pub operation: &'static Operation,
    pub labels: Labels,
    pub rank: Rank,
}

/// The better of two matches compares greater. Fields in order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Segments that the template spells out.
    static_segments: usize,
    /// A label's segment is worth more than a share of a greedy one.
    plain_labels: usize,
    /// Query parts that the template spells out.
    query_parts: usize,
    /// Required query and header members that are there; none when one is missing.
    required: Option<usize>,
    /// The `x-id` that some SDKs add to the query names it.
    named: bool,
    /// Path and template agree about a slash at the end.
    same_end: bool,
    current: bool,
}

/// A model's REST operations by path.
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    statics: HashMap<&'static str, usize>,
    label: Option<usize>,
    /// Templates whose greedy label starts here.
    greedy: Vec<Leaf>,
    /// Templates that end here.
    ends: Vec<Leaf>,
}

/// A template's end: operation, names of its labels in order, static segments behind a greedy label, query parts.
struct Leaf {
    operation: &'static Operation,
    labels: Vec<&'static str>,
    suffix: Vec<&'static str>,
    query: Vec<(&'static str, &'static str)>,
    ends_with_slash: bool,
    /// Wire names of required members in the query string and in headers.
    required_query: Vec<&'static str>,
    required_headers: Vec<&'static str>,
    /// S3: a missing required query member makes it another operation, or none.
    told_by_query: bool,
}

/// The best operation of `model` for that method and path, if any.
pub fn find(model: &'static Model, req: &Request, path: &str) -> Option<Match> {
    let path = Path::new(path);
    let mut search =
        Search { tree: tree(model), req, path: &path, taken: Vec::new(), statics: 0, best: None };
    search.visit(0, 0);
    search.best
}

/// The tree of that model; models live as long as the process, so their addresses name them.
fn tree(model: &'static Model) -> &'static Tree {
    static TREES: OnceLock<RwLock<HashMap<usize, &'static Tree>>> = OnceLock::new();
    let trees = TREES.get_or_init(RwLock::default);
    let key = std::ptr::from_ref(model).addr();
    if let Some(tree) = trees.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return tree;
    }
    let mut trees = trees.write().unwrap_or_else(PoisonError::into_inner);
    trees.entry(key).or_insert_with(|| Box::leak(Box::new(Tree::new(model))))
}

impl Tree {
    fn new(model: &'static Model) -> Tree {
        let mut tree = Tree { nodes: vec![Node::default()] };
        for operation in &model.operations {
            tree.add(model, operation);
        }
        tree
    }

    fn add(&mut self, model: &'static Model, operation: &'static Operation) {
        let (path, query) = operation.http.uri.split_once('?').unwrap_or((operation.http.uri, ""));
        let mut leaf = Leaf {
            operation,
            labels: Vec::new(),
            suffix: Vec::new(),
            query: uri::raw_pairs(query).collect(),
            ends_with_slash: path.ends_with('/'),
            required_query: required(model, operation, Location::QueryString),
            required_headers: required(model, operation, Location::Header),
            told_by_query: model.id == "s3" && query.is_empty(),
        };
        let mut at = 0;
        let mut segments =
            path.trim_start_matches('/').trim_end_matches('/').split('/').filter(|s| !s.is_empty());
        for segment in segments.by_ref() {
            let Some(label) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
                at = self.child(at, segment);
                continue;
            };
            if let Some(greedy) = label.strip_suffix('+') {
                leaf.labels.push(member_name(model, operation, greedy));
                leaf.suffix = segments.collect();
                self.nodes[at].greedy.push(leaf);
                return;
            }
            leaf.labels.push(member_name(model, operation, label));
            at = self.label_child(at);
        }
        self.nodes[at].ends.push(leaf);
    }

    fn child(&mut self, at: usize, segment: &'static str) -> usize {
        let next = self.nodes.len();
        let child = *self.nodes[at].statics.entry(segment).or_insert(next);
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }

    fn label_child(&mut self, at: usize) -> usize {
        let next = self.nodes.len();
        let child = *self.nodes[at].label.get_or_insert(next);
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }
}

/// Templates name labels by wire name; routes name them by member.
fn member_name(model: &'static Model, operation: &'static Operation, label: &'static str) -> &'static str {
    let members = operation.input.map_or(&[][..], |id| &model.shape(id).members);
    members.iter().find(|m| m.location == Location::Uri && m.wire() == label).map_or(label, |m| m.name)
}

fn required(model: &'static Model, operation: &'static Operation, location: Location) -> Vec<&'static str> {
    let members = operation.input.map_or(&[][..], |id| &model.shape(id).members);
    let wanted = members.iter().filter(|m| m.location == location && m.flags.has(Flags::REQUIRED));
    wanted.map(|m| m.wire()).collect()
}

/// A path cut into segments; one slash at the end doesn't count as an empty segment.
struct Path<'p> {
    raw: &'p str,
    /// Where each segment starts and ends.
    segments: Vec<(usize, usize)>,
    ends_with_slash: bool,
}

impl<'p> Path<'p> {
    fn new(raw: &'p str) -> Path<'p> {
        let start = usize::from(raw.starts_with('/'));
        let end = if raw.len() > start && raw.ends_with('/') { raw.len() - 1 } else { raw.len() };
        let mut segments = Vec::new();
        let mut from = start;
        if end > start {
            for segment in raw[start..end].split('/') {
                segments.push((from, from + segment.len()));
                from += segment.len() + 1;
            }
        }
        Path { raw, segments, ends_with_slash: raw.ends_with('/') }
    }

    fn segment(&self, i: usize) -> &'p str {
        let (from, to) = self.segments[i];
        &self.raw[from..to]
    }
}

/// A walk over the tree. Each node is reached by one way only, so the walk is bounded by the tree.
struct Search<'s> {
    tree: &'static Tree,
    req: &'s Request<'s>,
    path: &'s Path<'s>,
    taken: Vec<&'s str>,
    statics: usize,
    best: Option<Match>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize, depth: usize) {
        let node = &self.tree.nodes[node];
        if depth == self.path.segments.len() {
            for leaf in &node.ends {
                if self.fits(leaf) {
                    self.consider(leaf, None);
                }
            }
            return;
        }
        let segment = self.path.segment(depth);
        if !node.statics.is_empty()
            && let Some(child) = node.statics.get(uri::decode_path(segment).as_ref())
        {
            self.statics += 1;
            self.visit(*child, depth + 1);
            self.statics -= 1;
        }
        if let Some(child) = node.label.filter(|_| !segment.is_empty()) {
            self.taken.push(segment);
            self.visit(child, depth + 1);
            self.taken.pop();
        }
        for leaf in &node.greedy {
            if self.fits(leaf) {
                self.consider_greedy(leaf, depth);
            }
        }
    }

    fn consider_greedy(&mut self, leaf: &'static Leaf, depth: usize) {
        let path = self.path;
        let Some(end) = path.segments.len().checked_sub(leaf.suffix.len()).filter(|end| *end > depth) else {
            return;
        };
        if (0..leaf.suffix.len()).any(|i| path.segment(end + i) != leaf.suffix[i]) {
            return;
        }
        let from = path.segments[depth].0;
        let to = if leaf.suffix.is_empty() { path.raw.len() } else { path.segments[end - 1].1 };
        self.statics += leaf.suffix.len();
        self.consider(leaf, Some(&path.raw[from..to]));
        self.statics -= leaf.suffix.len();
    }

    /// Whether the method is a leaf's, and the query may be: without one, no template that spells a part of it out fits.
    fn fits(&self, leaf: &Leaf) -> bool {
        leaf.operation.http.method == self.req.method && (leaf.query.is_empty() || !self.req.query.is_empty())
    }

    fn consider(&mut self, leaf: &'static Leaf, greedy: Option<&str>) {
        let sent = |name: &str, value: Option<&str>| {
            uri::pairs(self.req.query).any(|(n, v)| n == name && value.is_none_or(|wanted| v == wanted))
        };
        if !leaf.query.iter().all(|(name, value)| sent(name, Some(*value).filter(|v| !v.is_empty()))) {
            return;
        }
        let query_there = leaf.required_query.iter().all(|name| sent(name, None));
        if leaf.told_by_query && !query_there {
            return;
        }
        let all_there =
            query_there && leaf.required_headers.iter().all(|name| self.req.headers.contains_key(*name));
        let rank = Rank {
            static_segments: self.statics,
            plain_labels: self.taken.len(),
            query_parts: leaf.query.len(),
            required: all_there.then_some(leaf.required_query.len() + leaf.required_headers.len()),
            named: sent("x-id", Some(leaf.operation.name)),
            same_end: greedy.is_some() || leaf.ends_with_slash == self.path.ends_with_slash,
            current: !leaf.operation.flags.has(Flags::DEPRECATED),
        };
        if self.best.as_ref().is_some_and(|best| best.rank >= rank) {
            return;
        }
        let values = self.taken.iter().copied().chain(greedy).map(str::to_owned);
        let labels = leaf.labels.iter().copied().zip(values).collect();
        self.best = Some(Match { operation: leaf.operation, labels, rank });
    }
}
