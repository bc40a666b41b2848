//! Inputs made from a model: the smallest valid one of a shape, and everything one step away from it: each required member
//! left out, each bound, enum and pattern met and missed, at every depth. What is expected of them is `oracle.rs`'s.

use std::cell::RefCell;
use std::collections::BTreeSet;

use codec::{Blob, Timestamp, Value};
use model::{Flags, Kind, Model, Shape};

use super::oracle;
use super::pattern::Pattern;
use crate::EPOCH_MS;

/// Structures deeper than this keep their smallest form.
const DEPTH: usize = 5;
/// Longest text that is made, and largest list or map. Texts beyond `LONG` are made once a shape, for they take their time.
const LONGEST: i64 = 2_200_000;
const LONG: i64 = 2_100;
const LARGEST: i64 = 1_100;

/// Characters that some pattern refuses, the plainest first.
const UNFIT: &str = "! é_a0€\u{1}";

/// An input and what is special about it.
pub(crate) struct Case {
    /// For people: `tags[].key too long`.
    pub(crate) what: String,
    /// The input.
    pub(crate) value: Value,
}

/// Makes inputs of one model.
pub(crate) struct Maker {
    model: &'static Model,
    /// Sizes beyond `LONG` that were made, by shape.
    long: RefCell<BTreeSet<(&'static str, i64)>>,
}

impl Maker {
    pub(crate) fn new(model: &'static Model) -> Maker {
        Maker { model, long: RefCell::default() }
    }

    /// All inputs of an operation, the smallest valid one first.
    pub(crate) fn cases(&self, shape: &'static Shape) -> Vec<Case> {
        let base = self.smallest(shape, 0);
        let variants = self.variants(shape, 0);
        let refused = |v: &&Value| !oracle::violations(self.model, shape, v).is_empty();
        let bad: Vec<Value> = variants.iter().map(|c| &c.value).filter(refused).cloned().collect();
        let first_two = merged(shape, &base, bad.get(..2).unwrap_or(&bad));
        let together = [("all at once", merged(shape, &base, &bad)), ("two at once", first_two)];
        let mut all = vec![case("smallest".to_owned(), base), case("empty".to_owned(), Value::record())];
        all.extend(variants);
        all.extend(together.map(|(what, value)| case(what.to_owned(), value)));
        all
    }

    /// The smallest valid value of a shape.
    pub(crate) fn smallest(&self, shape: &'static Shape, depth: usize) -> Value {
        match shape.kind {
            Kind::Structure => {
                let required = |m: &model::Member| m.flags.has(Flags::REQUIRED) && depth < 12;
                let members = shape.members.iter().zip(0u16..).filter(|(m, _)| required(m));
                let made =
                    members.map(|(m, i)| (i, m.name, self.smallest(self.model.shape(m.target), depth + 1)));
                Value::Record(made.collect())
            }
            Kind::List => self.list(shape, shape.min.unwrap_or(0).max(1), depth),
            Kind::Map => self.map(shape, shape.min.unwrap_or(0).max(1), depth),
            Kind::String => Value::String(match shape.enum_values.first() {
                Some(v) => (*v).to_owned(),
                None => text(shape, shape.min.unwrap_or(0).max(1)),
            }),
            Kind::Blob => Value::Blob(Blob(vec![b'a'; shape.min.unwrap_or(0).max(1) as usize])),
            Kind::Boolean => Value::Bool(false),
            Kind::Integer | Kind::Long => Value::Integer(within(shape)),
            Kind::Float | Kind::Double => Value::Double(within(shape) as f64),
            Kind::Timestamp => Value::Timestamp(Timestamp { epoch_ms: EPOCH_MS }),
            Kind::Document => Value::Null,
        }
    }

    fn list(&self, shape: &'static Shape, n: i64, depth: usize) -> Value {
        let item = self.smallest(self.model.shape(shape.members[0].target), depth + 1);
        Value::List(vec![item; n as usize])
    }

    fn map(&self, shape: &'static Shape, n: i64, depth: usize) -> Value {
        let [key, item] = &*shape.members else { return Value::Null };
        let (key, item) =
            (self.model.shape(key.target), self.smallest(self.model.shape(item.target), depth + 1));
        let first = text(key, key.min.unwrap_or(0).max(1));
        let name = |i: i64| match (key.enum_values.get(i as usize), i) {
            (Some(v), _) => (*v).to_owned(),
            (None, 0) => first.clone(),
            (None, _) => format!("{first}{i}"),
        };
        Value::Map((0..n).map(|i| (name(i), item.clone())).collect())
    }

    /// Values one step away from the smallest one.
    fn variants(&self, shape: &'static Shape, depth: usize) -> Vec<Case> {
        match shape.kind {
            Kind::Structure if depth <= DEPTH => self.structures(shape, depth),
            Kind::List => self.lists(shape, depth),
            Kind::Map => self.maps(shape, depth),
            Kind::String => self.texts(shape),
            Kind::Integer | Kind::Long => {
                let numbers = bounds(shape).into_iter();
                numbers.map(|(what, n)| case(format!("value {what}"), Value::Integer(n))).collect()
            }
            Kind::Float | Kind::Double => {
                let numbers = bounds(shape).into_iter();
                numbers.map(|(what, n)| case(format!("value {what}"), Value::Double(n as f64))).collect()
            }
            Kind::Blob => sizes(shape, LONG)
                .map(|(what, n)| case(format!("bytes {what}"), Value::Blob(Blob(vec![b'a'; n as usize]))))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn structures(&self, shape: &'static Shape, depth: usize) -> Vec<Case> {
        let Value::Record(base) = self.smallest(shape, depth) else { return Vec::new() };
        let mut all = Vec::new();
        for (m, i) in shape.members.iter().zip(0u16..) {
            let others: Vec<_> = base.iter().filter(|(j, ..)| *j != i).cloned().collect();
            let target = self.model.shape(m.target);
            let mut with = |what: String, v: Option<Value>| {
                let mut members = others.clone();
                members.extend(v.map(|v| (i, m.name, v)));
                members.sort_by_key(|m| m.0);
                all.push(case(format!("{}{what}", m.name), Value::Record(members)));
            };
            if m.flags.has(Flags::REQUIRED) {
                with(" missing".to_owned(), None);
            } else {
                with(" alone".to_owned(), Some(self.smallest(target, depth + 1)));
            }
            for c in self.variants(target, depth + 1) {
                with(format!(" {}", c.what), Some(c.value));
            }
        }
        all
    }

    fn lists(&self, shape: &'static Shape, depth: usize) -> Vec<Case> {
        let sized =
            sizes(shape, LARGEST).map(|(what, n)| case(format!("size {what}"), self.list(shape, n, depth)));
        let mut all: Vec<Case> = sized.collect();
        let item = self.model.shape(shape.members[0].target);
        let good = self.smallest(item, depth + 1);
        let pad = shape.min.unwrap_or(0).max(1) as usize - 1;
        let variants = self.variants(item, depth + 1);
        let in_second = variants.iter().find(|c| !oracle::item_ok(self.model, item, &c.value));
        if let Some(c) = in_second {
            all.push(case(format!("[1] {}", c.what), Value::List(vec![good.clone(), c.value.clone()])));
        }
        for c in variants {
            let mut items = vec![c.value];
            items.extend(vec![good.clone(); pad]);
            all.push(case(format!("[0] {}", c.what), Value::List(items)));
        }
        all
    }

    fn maps(&self, shape: &'static Shape, depth: usize) -> Vec<Case> {
        let [key, item] = &*shape.members else { return Vec::new() };
        let (key, item) = (self.model.shape(key.target), self.model.shape(item.target));
        let sized =
            sizes(shape, LARGEST).map(|(what, n)| case(format!("size {what}"), self.map(shape, n, depth)));
        let mut all: Vec<Case> = sized.collect();
        let good = self.smallest(item, depth + 1);
        for c in self.texts(key) {
            let Value::String(k) = c.value else { continue };
            all.push(case(format!("{{key}} {}", c.what), Value::Map(vec![(k, good.clone())])));
        }
        let name = match key.enum_values.first() {
            Some(v) => (*v).to_owned(),
            None => text(key, key.min.unwrap_or(0).max(1)),
        };
        for c in self.variants(item, depth + 1) {
            all.push(case(format!("{{value}} {}", c.what), Value::Map(vec![(name.clone(), c.value)])));
        }
        all
    }

    fn texts(&self, shape: &'static Shape) -> Vec<Case> {
        let mut all: Vec<Case> = Vec::new();
        if !shape.enum_values.is_empty() {
            let set = shape.enum_values.iter();
            all.extend(set.map(|v| case(format!("is {v}"), Value::String((*v).to_owned()))));
            all.push(case("outside the set".to_owned(), Value::String("Tabletop".to_owned())));
            return all;
        }
        let fresh = |n: i64| n <= LONG || self.long.borrow_mut().insert((shape.name, n));
        let sized = sizes(shape, LONGEST).filter(|(_, n)| fresh(*n));
        all.extend(sized.map(|(what, n)| case(format!("length {what}"), Value::String(exact(shape, n)))));
        let unfit = shape.pattern.and_then(Pattern::of).and_then(|p| unfit(shape, &p));
        all.extend(unfit.map(|v| case("pattern missed".to_owned(), Value::String(v))));
        all
    }
}

fn case(what: String, value: Value) -> Case {
    Case { what, value }
}

/// The base with every change that an input makes to it, the last one winning; a member that an input lacks is left out.
fn merged(shape: &'static Shape, base: &Value, inputs: &[Value]) -> Value {
    let mut members = Vec::new();
    for (m, i) in shape.members.iter().zip(0u16..) {
        let there = base.get(m.name);
        let changed = inputs.iter().rev().map(|v| v.get(m.name)).find(|v| *v != there);
        if let Some(v) = changed.unwrap_or(there) {
            members.push((i, m.name, v.clone()));
        }
    }
    Value::Record(members)
}

fn within(shape: &Shape) -> i64 {
    shape.min.unwrap_or(1).max(1).min(shape.max.unwrap_or(i64::MAX))
}

/// A text of that many characters; it matches the shape's pattern where one of that length can be made.
fn text(shape: &Shape, n: i64) -> String {
    let n = n as usize;
    let most = shape.max.map_or(usize::MAX, |m| m as usize).max(n);
    let plain = || "a".repeat(n);
    match shape.pattern.map(Pattern::of) {
        Some(Some(p)) => p.sample(n, n).or_else(|| p.sample(n, most)).unwrap_or_else(plain),
        _ => plain(),
    }
}

/// A text of exactly that many characters, matching if that can be.
fn exact(shape: &Shape, n: i64) -> String {
    let made = text(shape, n);
    if made.chars().count() == n as usize { made } else { "a".repeat(n as usize) }
}

/// A text that the pattern refuses, of a length that is allowed if there is one.
fn unfit(shape: &Shape, pattern: &Pattern) -> Option<String> {
    let good = text(shape, shape.min.unwrap_or(0).max(1));
    let most = shape.max.map_or(usize::MAX, |m| m as usize);
    let made = UNFIT.chars().flat_map(|c| {
        let mut replaced = good.clone();
        replaced.pop();
        replaced.push(c);
        [replaced, format!("{good}{c}"), format!("{c}{good}")]
    });
    let refused: Vec<String> = made.filter(|v| !pattern.matches(v)).collect();
    refused.iter().find(|v| v.chars().count() <= most).or(refused.first()).cloned()
}

/// Sizes at and just beyond the bounds, as far as such things are made.
fn sizes(shape: &Shape, most: i64) -> impl Iterator<Item = (&'static str, i64)> + use<> {
    bounds(shape).into_iter().filter(move |(_, n)| (0..=most).contains(n))
}

fn bounds(shape: &Shape) -> Vec<(&'static str, i64)> {
    let low = shape.min.into_iter().flat_map(|n| [("least", n), ("below the least", n.saturating_sub(1))]);
    let high = shape.max.into_iter().flat_map(|n| [("most", n), ("above the most", n.saturating_add(1))]);
    let limit = if shape.kind == Kind::Integer { i64::from(i32::MAX) } else { i64::MAX };
    low.chain(high).filter(|(_, n)| (-limit..=limit).contains(n)).collect()
}
