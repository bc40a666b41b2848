//! The untyped value: any record without generated code. Keeps members by model name. Rendering is `plain.rs`'s,
//! conversion from and to typed records `value_io.rs`'s.

use std::any::Any;

use model::{Kind, Shape};

use crate::record::{Blob, Document, R, Reader, Record, Timestamp, Wire, WireError, Writer};

/// A value of any shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Absent, or null in a sparse collection.
    #[default]
    Null,
    /// Boolean.
    Bool(bool),
    /// Integer or long.
    Integer(i64),
    /// Float or double.
    Double(f64),
    /// Text.
    String(String),
    /// Bytes.
    Blob(Blob),
    /// Moment.
    Timestamp(Timestamp),
    /// List.
    List(Vec<Value>),
    /// Map, in the order of arrival.
    Map(Vec<(String, Value)>),
    /// Structure: member index in the model's shape, its name, value.
    Record(Vec<(u16, &'static str, Value)>),
    /// Document.
    Document(Document),
}

impl Value {
    /// An empty structure.
    pub fn record() -> Value {
        Value::Record(Vec::new())
    }

    /// A structure of that shape with those members; a name that the shape doesn't have is left out.
    pub fn of(shape: &'static Shape, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let known = members.into_iter().filter_map(|(name, v)| {
            let (index, member) = shape.member(name)?;
            Some((index, member.name, v))
        });
        Value::Record(known.collect())
    }

    /// The member of that name, when this is a structure that has it; the entry of that key, when a map.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Record(members) => members.iter().find(|m| m.1 == name).map(|m| &m.2),
            Value::Map(entries) => entries.iter().find(|e| e.0 == name).map(|e| &e.1),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Fills in the names of a structure's members and puts them into the model's order: a record read through the
    /// seam knows only their indices.
    pub(crate) fn settle(&mut self, shape: &'static Shape) {
        if let Value::Record(members) = self {
            members.sort_by_key(|m| m.0);
            for (index, name, _) in members {
                *name = shape.members.get(usize::from(*index)).map_or("", |m| m.name);
            }
        }
    }

    fn read_kind(&mut self, r: &mut dyn Reader) -> R {
        let shape = r.shape();
        *self = match shape.kind {
            Kind::Structure => {
                let mut inner = Value::record();
                r.record(&mut inner)?;
                inner.settle(shape);
                inner
            }
            Kind::List => {
                let mut items: Vec<Value> = Vec::new();
                r.list(&mut |r| {
                    items.push(Value::Null);
                    items.last_mut().expect("just pushed").read(r)
                })?;
                Value::List(items)
            }
            Kind::Map => {
                let mut entries: Vec<(String, Value)> = Vec::new();
                r.map(&mut |key, r| {
                    let mut value = Value::Null;
                    value.read(r)?;
                    entries.push((key, value));
                    Ok(())
                })?;
                Value::Map(last_of_each_key(entries))
            }
            Kind::String => Value::String(r.string()?),
            Kind::Blob => Value::Blob(r.blob()?),
            Kind::Boolean => Value::Bool(r.boolean()?),
            Kind::Integer | Kind::Long => Value::Integer(r.integer()?),
            Kind::Float | Kind::Double => Value::Double(r.double()?),
            Kind::Timestamp => Value::Timestamp(r.timestamp()?),
            Kind::Document => Value::Document(r.document()?),
        };
        Ok(())
    }
}

/// Keeps the last entry of every key, in the order of last arrival.
fn last_of_each_key(mut entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let mut seen = std::collections::HashSet::with_capacity(entries.len());
    let keep: Vec<bool> = entries.iter().rev().map(|(key, _)| seen.insert(key.clone())).collect();
    let mut keep = keep.into_iter().rev();
    entries.retain(|_| keep.next().unwrap_or(true));
    entries
}

impl Record for Value {
    fn read_member(&mut self, index: u16, r: &mut dyn Reader) -> R {
        let mut value = Value::Null;
        value.read(r)?;
        if !matches!(self, Value::Record(_)) {
            *self = Value::record();
        }
        if let Value::Record(members) = self {
            match members.iter_mut().find(|m| m.0 == index) {
                Some(there) => there.2 = value,
                None => members.push((index, "", value)),
            }
        }
        Ok(())
    }

    fn write_members(&self, w: &mut dyn Writer) -> R {
        match self {
            Value::Record(members) => members.iter().try_for_each(|(index, _, v)| w.member(*index, v)),
            Value::Null => Ok(()),
            _ => Err(WireError("a structure is needed here".into())),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        self
    }
}

impl Wire for Value {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        if r.null()? {
            *self = Value::Null;
            return Ok(());
        }
        self.read_kind(r)
    }

    fn write(&self, w: &mut dyn Writer) -> R {
        match self {
            Value::Null => w.null(),
            Value::Bool(v) => w.boolean(*v),
            Value::Integer(v) if matches!(w.shape().kind, Kind::Float | Kind::Double) => w.double(*v as f64),
            Value::Integer(v) => w.integer(*v),
            Value::Double(v) => w.double(*v),
            Value::String(v) => w.string(v),
            Value::Blob(v) => w.blob(&v.0),
            Value::Timestamp(v) => w.timestamp(*v),
            Value::List(items) => w.list(items.len(), &mut |i, w| items[i].write(w)),
            Value::Map(entries) => {
                w.map(entries.len(), &mut |i| entries[i].0.clone(), &mut |i, w| entries[i].1.write(w))
            }
            Value::Record(_) => w.record(self),
            Value::Document(v) => w.document(v),
        }
    }

    fn absent(&self) -> bool {
        *self == Value::Null
    }
}
