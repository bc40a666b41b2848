//! Between typed records and untyped values, without loss: a writer that builds a [`Value`] and a reader that walks one.

use model::{Model, Shape};

use crate::record::{Blob, Document, R, Reader, Record, Timestamp, Wire, WireError, Writer};
use crate::value::Value;

/// The untyped form of a record of that shape.
pub fn to_value(model: &'static Model, shape: &'static Shape, record: &dyn Record) -> R<Value> {
    let mut w = ValueWriter { model, shape, parent: shape, fields: Vec::new(), out: Value::Null };
    w.record(record)?;
    Ok(w.out)
}

/// Fills a record of that shape from its untyped form.
pub fn from_value(model: &'static Model, shape: &'static Shape, value: &Value, out: &mut dyn Record) -> R {
    ValueReader { model, shape, at: value }.record(out)
}

struct ValueWriter {
    model: &'static Model,
    shape: &'static Shape,
    parent: &'static Shape,
    fields: Vec<(u16, &'static str, Value)>,
    out: Value,
}

impl ValueWriter {
    fn put(&mut self, value: Value) -> R {
        self.out = value;
        Ok(())
    }
}

impl Writer for ValueWriter {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        if value.absent() {
            return Ok(());
        }
        let m = self.parent.members.get(usize::from(index)).ok_or_else(|| no_member(self.parent, index))?;
        self.shape = self.model.shape(m.target);
        value.write(self)?;
        let written = std::mem::take(&mut self.out);
        self.fields.push((index, m.name, written));
        Ok(())
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let outer = (std::mem::replace(&mut self.parent, self.shape), std::mem::take(&mut self.fields));
        r.write_members(self)?;
        let fields = std::mem::replace(&mut self.fields, outer.1);
        self.parent = outer.0;
        self.put(Value::Record(fields))
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        let m = self.shape.members.first().ok_or_else(|| no_member(self.shape, 0))?;
        let target = self.model.shape(m.target);
        let mut items = Vec::with_capacity(n.min(1024));
        for i in 0..n {
            self.shape = target;
            item(i, self)?;
            items.push(std::mem::take(&mut self.out));
        }
        self.put(Value::List(items))
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        let m = self.shape.members.get(1).ok_or_else(|| no_member(self.shape, 1))?;
        let target = self.model.shape(m.target);
        let mut entries = Vec::with_capacity(n.min(1024));
        for i in 0..n {
            self.shape = target;
            value(i, self)?;
            entries.push((key(i), std::mem::take(&mut self.out)));
        }
        self.put(Value::Map(entries))
    }

    fn null(&mut self) -> R {
        self.put(Value::Null)
    }
    fn string(&mut self, v: &str) -> R {
        self.put(Value::String(v.to_owned()))
    }
    fn boolean(&mut self, v: bool) -> R {
        self.put(Value::Bool(v))
    }
    fn integer(&mut self, v: i64) -> R {
        self.put(Value::Integer(v))
    }
    fn double(&mut self, v: f64) -> R {
        self.put(Value::Double(v))
    }
    fn blob(&mut self, v: &[u8]) -> R {
        self.put(Value::Blob(Blob(v.to_vec())))
    }
    fn timestamp(&mut self, v: Timestamp) -> R {
        self.put(Value::Timestamp(v))
    }
    fn document(&mut self, v: &Document) -> R {
        self.put(Value::Document(v.clone()))
    }
}

/// Reads a value that is already in memory.
pub(crate) struct ValueReader<'a> {
    pub(crate) model: &'static Model,
    pub(crate) shape: &'static Shape,
    pub(crate) at: &'a Value,
}

impl ValueReader<'_> {
    fn misfit<T>(&self) -> R<T> {
        Err(WireError(format!("a value of shape {} has the wrong type", self.shape.name)))
    }
}

impl Reader for ValueReader<'_> {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn record(&mut self, out: &mut dyn Record) -> R {
        let Value::Record(members) = self.at else { return self.misfit() };
        for (index, _, value) in members.iter().filter(|m| m.2 != Value::Null) {
            let m =
                self.shape.members.get(usize::from(*index)).ok_or_else(|| no_member(self.shape, *index))?;
            let mut inner = ValueReader { model: self.model, shape: self.model.shape(m.target), at: value };
            out.read_member(*index, &mut inner)?;
        }
        Ok(())
    }

    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R {
        let Value::List(items) = self.at else { return self.misfit() };
        let m = self.shape.members.first().ok_or_else(|| no_member(self.shape, 0))?;
        let shape = self.model.shape(m.target);
        items.iter().try_for_each(|at| each(&mut ValueReader { model: self.model, shape, at }))
    }

    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R {
        let Value::Map(entries) = self.at else { return self.misfit() };
        let m = self.shape.members.get(1).ok_or_else(|| no_member(self.shape, 1))?;
        let shape = self.model.shape(m.target);
        let mut entries = entries.iter();
        entries.try_for_each(|(k, at)| each(k.clone(), &mut ValueReader { model: self.model, shape, at }))
    }

    fn string(&mut self) -> R<String> {
        match self.at {
            Value::String(v) => Ok(v.clone()),
            _ => self.misfit(),
        }
    }
    fn boolean(&mut self) -> R<bool> {
        match self.at {
            Value::Bool(v) => Ok(*v),
            _ => self.misfit(),
        }
    }
    fn integer(&mut self) -> R<i64> {
        match self.at {
            Value::Integer(v) => Ok(*v),
            _ => self.misfit(),
        }
    }
    fn double(&mut self) -> R<f64> {
        match self.at {
            Value::Double(v) => Ok(*v),
            Value::Integer(v) => Ok(*v as f64),
            _ => self.misfit(),
        }
    }
    fn blob(&mut self) -> R<Blob> {
        match self.at {
            Value::Blob(v) => Ok(v.clone()),
            _ => self.misfit(),
        }
    }
    fn timestamp(&mut self) -> R<Timestamp> {
        match self.at {
            Value::Timestamp(v) => Ok(*v),
            _ => self.misfit(),
        }
    }
    fn document(&mut self) -> R<Document> {
        match self.at {
            Value::Document(v) => Ok(v.clone()),
            _ => self.misfit(),
        }
    }
    fn skip(&mut self) -> R {
        Ok(())
    }
    fn null(&mut self) -> R<bool> {
        Ok(*self.at == Value::Null)
    }
}

/// A record speaks of a member that its shape doesn't have: generated code and blob don't belong together.
pub(crate) fn no_member(shape: &Shape, index: u16) -> WireError {
    WireError(format!("shape {} has no member {index}", shape.name))
}
