//! Reads form parameters into records: walks only the names that were sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Kind, Member, Model, Shape};

use super::name::{entry_part, find};
use super::params::{Node, Param};
use crate::record::{Blob, Document, R, Reader, Record, Timestamp, WireError};
use crate::validate::{Checker, scalar};

/// Deeper structures than this are refused.
const MAX_DEPTH: usize = 64;

/// A cursor on one branch of the parameters.
pub(crate) struct QueryReader<'a, 'c> {
    params: Vec<Param<'a>>,
    node: Node,
    depth: usize,
    model: &'static Model,
    shape: &'static Shape,
    ec2: bool,
    checker: &'c mut Checker,
}

impl<'a, 'c> QueryReader<'a, 'c> {
    pub(crate) fn new(
        model: &'static Model,
        shape: &'static Shape,
        params: Vec<Param<'a>>,
        ec2: bool,
        checker: &'c mut Checker,
    ) -> QueryReader<'a, 'c> {
        let node = Node::root(&params);
        QueryReader { params, node, depth: 0, model, shape, ec2, checker }
    }

    fn target(&self, m: &Member) -> &'static Shape {
        let model: &'static Model = self.model;
        model.shape(m.target)
    }

    /// Name of the parameter at the cursor, for refusals.
    fn name(&self) -> &str {
        let name = self.params.get(self.node.lo).map_or("", |p| &*p.name);
        name.get(..self.node.off.saturating_sub(1)).unwrap_or(name)
    }

    fn within(&mut self, node: Node, shape: &'static Shape, f: impl FnOnce(&mut Self) -> R) -> R {
        if self.depth >= MAX_DEPTH {
            return Err(WireError("The request is nested too deeply".into()));
        }
        let outer = (self.node, self.shape);
        (self.node, self.shape, self.depth) = (node, shape, self.depth + 1);
        let done = f(self);
        (self.node, self.shape, self.depth) = (outer.0, outer.1, self.depth - 1);
        done
    }

    /// The text at the cursor, moved out.
    fn take(&mut self) -> R<String> {
        match self.node.leaf(&self.params) {
            Some(i) => Ok(std::mem::take(&mut self.params[i].value).into_owned()),
            None => Err(WireError(format!("Parameter {} has parts, but takes one value", self.name()))),
        }
    }

    fn misfit<T>(&self, text: &str, wanted: &str) -> R<T> {
        let name = self.name();
        Err(WireError(format!("Value {text} for parameter {name} is invalid. Reason: Must be {wanted}.")))
    }

    /// A list or map sent as one value: fine when empty (`Name=`), else an error.
    fn only_empty(&self, what: &str) -> R {
        match self.node.leaf(&self.params) {
            Some(i) if !self.params[i].value.is_empty() => self.misfit(&self.params[i].value, what),
            _ => Ok(()),
        }
    }
}

impl Reader for QueryReader<'_, '_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, out: &mut dyn Record) -> R {
        let (shape, node) = (self.shape, self.node);
        self.only_empty("a structure")?;
        let (mut from, mut seen) = (node.lo, 0u128);
        while let Some((name, child)) = node.child(&self.params, from) {
            from = child.hi;
            let Some(index) = find(self.model, shape, name, self.ec2) else { continue };
            let target = self.target(&shape.members[index]);
            self.within(child, target, |r| out.read_member(index as u16, r))?;
            if index < 128 {
                seen |= 1 << index;
            }
        }
        self.checker.required(shape, seen);
        Ok(())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let Some(m) = shape.members.first() else { return Ok(()) };
        self.only_empty("a list")?;
        let items = self.node.numbered(&self.params, &["member", m.wire()])?;
        let target = self.target(m);
        self.checker.length(shape, items.len());
        items.into_iter().try_for_each(|node| self.within(node, target, |r| each(r)))
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        let shape = self.shape;
        let [key, value] = &*shape.members else { return Ok(()) };
        self.only_empty("a map")?;
        let entries = self.node.numbered(&self.params, &["entry"])?;
        self.checker.length(shape, entries.len());
        let (key_shape, value_shape) = (self.target(key), self.target(value));
        for entry in entries {
            let (mut name, mut at) = (None, None);
            let mut from = entry.lo;
            while let Some((part, node)) = entry.child(&self.params, from) {
                from = node.hi;
                if part == entry_part(key) {
                    name = node.leaf(&self.params);
                } else if part == entry_part(value) {
                    at = Some(node);
                }
            }
            let Some(name) = name else {
                return Err(WireError(format!("Map entry without a {}", entry_part(key))));
            };
            let name = std::mem::take(&mut self.params[name].value).into_owned();
            self.checker.text(key_shape, &name);
            // A structure may be empty, and then no parameter speaks of it.
            let nothing = Node { lo: entry.hi, hi: entry.hi, off: entry.off };
            match at {
                Some(node) => self.within(node, value_shape, |r| each(name, r))?,
                None if !scalar(value_shape.kind) => self.within(nothing, value_shape, |r| each(name, r))?,
                None => return Err(WireError(format!("Map entry {name} without a {}", entry_part(value)))),
            }
        }
        Ok(())
    }

    fn string(&mut self) -> R<String> {
        let text = self.take()?;
        self.checker.text(self.shape, &text);
        Ok(text)
    }

    fn boolean(&mut self) -> R<bool> {
        let text = self.take()?;
        match text.trim() {
            t if t.eq_ignore_ascii_case("true") => Ok(true),
            t if t.eq_ignore_ascii_case("false") => Ok(false),
            t => self.misfit(t, "true or false"),
        }
    }

    fn integer(&mut self) -> R<i64> {
        let text = self.take()?;
        let fits = |n: &i64| self.shape.kind != Kind::Integer || i32::try_from(*n).is_ok();
        match text.trim().parse::<i64>().ok().filter(fits) {
            Some(n) => {
                self.checker.integer(self.shape, n);
                Ok(n)
            }
            None => self.misfit(&text, "an integer"),
        }
    }

    fn double(&mut self) -> R<f64> {
        let text = self.take()?;
        let v = match text.trim() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            t => match t.parse::<f64>() {
                Ok(v) if v.is_finite() => v,
                _ => return self.misfit(t, "a number"),
            },
        };
        self.checker.double(self.shape, v);
        Ok(v)
    }

    fn blob(&mut self) -> R<Blob> {
        let text = self.take()?;
        let Ok(bytes) = STANDARD.decode(text.as_bytes()) else {
            return self.misfit(&text, "valid Base64");
        };
        self.checker.length(self.shape, bytes.len());
        Ok(Blob(bytes))
    }

    fn timestamp(&mut self) -> R<Timestamp> {
        let text = self.take()?;
        match Timestamp::parse(&text) {
            Some(t) => Ok(t),
            None => self.misfit(&text, "a timestamp"),
        }
    }

    fn document(&mut self) -> R<Document> {
        Err(WireError("The query protocol carries no documents".into()))
    }

    fn skip(&mut self) -> R {
        Ok(())
    }
}
