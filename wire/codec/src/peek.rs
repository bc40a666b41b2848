//! Fetches one scalar out of a record by a dotted path of model names, without building anything else: for IAM resource
//! templates, metering and fault matching.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Model, Shape};

use crate::record::{Document, R, Record, Timestamp, Wire, Writer};

/// The scalar at `path` as text: members by model name, list items by index from 0, map entries by key
/// (`Attributes.FifoQueue`, `Entries.0.Id`). None when absent, or when the path ends on a structure, list or map.
pub fn peek(model: &'static Model, shape: &'static Shape, record: &dyn Record, path: &str) -> Option<String> {
    let mut p = Peeker { model, shape, parent: shape, path, found: None };
    p.record(record).ok()?;
    p.found
}

struct Peeker<'p> {
    model: &'static Model,
    shape: &'static Shape,
    parent: &'static Shape,
    path: &'p str,
    found: Option<String>,
}

impl<'p> Peeker<'p> {
    fn put(&mut self, text: impl Into<String>) -> R {
        if self.path.is_empty() {
            self.found = Some(text.into());
        }
        Ok(())
    }

    /// First step of the path and the rest.
    fn step(&self) -> (&'p str, &'p str) {
        self.path.split_once('.').unwrap_or((self.path, ""))
    }

    fn within(&mut self, shape: &'static Shape, rest: &'p str, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = (self.shape, self.path);
        (self.shape, self.path) = (shape, rest);
        let done = f(self);
        (self.shape, self.path) = outer;
        done
    }
}

impl Writer for Peeker<'_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        let (name, rest) = self.step();
        match self.parent.members.get(usize::from(index)) {
            Some(m) if m.name == name && !value.absent() => {
                let target = self.model.shape(m.target);
                self.within(target, rest, |p| value.write(p))
            }
            _ => Ok(()),
        }
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let outer = std::mem::replace(&mut self.parent, self.shape);
        let done = r.write_members(self);
        self.parent = outer;
        done
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        let (step, rest) = self.step();
        match (step.parse::<usize>(), self.shape.members.first()) {
            (Ok(i), Some(m)) if i < n => {
                let target = self.model.shape(m.target);
                self.within(target, rest, |p| item(i, p))
            }
            _ => Ok(()),
        }
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        let Some(m) = self.shape.members.get(1) else { return Ok(()) };
        let target = self.model.shape(m.target);
        for i in 0..n {
            let key = key(i);
            // A key may hold dots itself.
            let rest = match self.path.strip_prefix(key.as_str()) {
                Some("") => "",
                Some(rest) if rest.starts_with('.') => &rest[1..],
                _ => continue,
            };
            self.within(target, rest, |p| value(i, p))?;
        }
        Ok(())
    }

    fn null(&mut self) -> R {
        Ok(())
    }
    fn string(&mut self, v: &str) -> R {
        self.put(v)
    }
    fn boolean(&mut self, v: bool) -> R {
        self.put(if v { "true" } else { "false" })
    }
    fn integer(&mut self, v: i64) -> R {
        self.put(v.to_string())
    }
    fn double(&mut self, v: f64) -> R {
        self.put(v.to_string())
    }
    fn blob(&mut self, v: &[u8]) -> R {
        self.put(STANDARD.encode(v))
    }
    fn timestamp(&mut self, v: Timestamp) -> R {
        self.put(v.iso8601(v.epoch_ms % 1000 != 0))
    }
    fn document(&mut self, v: &Document) -> R {
        self.put(crate::plain::document_json(v))
    }
}
