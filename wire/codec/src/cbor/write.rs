//! Writes records as CBOR, straight into bytes.

use model::{Model, Shape};

use super::token::{put_float, put_head, put_integer, put_text};
use crate::fault::Fault;
use crate::record::{Document, R, Record, Timestamp, Wire, Writer};
use crate::value::Value;
use crate::value_io::no_member;

const BYTES: u8 = 2;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
/// Start of a map whose size isn't known, and its end.
const OPEN_MAP: u8 = 0xbf;
const BREAK: u8 = 0xff;
const NULL: u8 = 0xf6;

/// A writer of CBOR values. Structures are maps of indefinite length, since absent members are found as they come.
pub struct CborWriter {
    out: Vec<u8>,
    model: &'static Model,
    shape: &'static Shape,
    parent: &'static Shape,
}

impl CborWriter {
    pub fn new(model: &'static Model, shape: &'static Shape) -> CborWriter {
        CborWriter { out: Vec::with_capacity(256), model, shape, parent: shape }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn item_shape(&self, index: usize) -> R<&'static Shape> {
        let m = self.shape.members.get(index).ok_or_else(|| no_member(self.shape, index as u16))?;
        let model: &'static Model = self.model;
        Ok(model.shape(m.target))
    }
}

impl Writer for CborWriter {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        if value.absent() {
            return Ok(());
        }
        let parent = self.parent;
        let m = parent.members.get(usize::from(index)).ok_or_else(|| no_member(parent, index))?;
        put_text(&mut self.out, m.wire());
        self.shape = self.model.shape(m.target);
        value.write(self)
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let outer = std::mem::replace(&mut self.parent, self.shape);
        self.out.push(OPEN_MAP);
        r.write_members(self)?;
        self.out.push(BREAK);
        self.parent = outer;
        Ok(())
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        let target = self.item_shape(0)?;
        put_head(&mut self.out, ARRAY, n as u64);
        for i in 0..n {
            self.shape = target;
            item(i, self)?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        let target = self.item_shape(1)?;
        put_head(&mut self.out, MAP, n as u64);
        for i in 0..n {
            put_text(&mut self.out, &key(i));
            self.shape = target;
            value(i, self)?;
        }
        Ok(())
    }

    fn null(&mut self) -> R {
        self.out.push(NULL);
        Ok(())
    }

    fn string(&mut self, v: &str) -> R {
        put_text(&mut self.out, v);
        Ok(())
    }

    fn boolean(&mut self, v: bool) -> R {
        put_boolean(&mut self.out, v);
        Ok(())
    }

    fn integer(&mut self, v: i64) -> R {
        put_integer(&mut self.out, v);
        Ok(())
    }

    fn double(&mut self, v: f64) -> R {
        put_float(&mut self.out, v);
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> R {
        put_head(&mut self.out, BYTES, v.len() as u64);
        self.out.extend_from_slice(v);
        Ok(())
    }

    fn timestamp(&mut self, v: Timestamp) -> R {
        put_timestamp(&mut self.out, v);
        Ok(())
    }

    fn document(&mut self, v: &Document) -> R {
        put_document(&mut self.out, v);
        Ok(())
    }
}

/// A fault's body.
pub fn fault(model: Option<&'static Model>, fault: &Fault) -> Vec<u8> {
    let shape = crate::json::fault_shape(model, fault);
    let mut out = vec![OPEN_MAP];
    put_text(&mut out, "__type");
    put_text(&mut out, &type_name(model, fault));
    if !fault.message().is_empty() {
        put_text(&mut out, crate::json::message_name(shape, fault.code()));
        put_text(&mut out, fault.message());
    }
    for (name, value) in fault.fields() {
        let member = shape.and_then(|s| s.member(name));
        put_text(&mut out, member.map_or(name, |(_, m)| m.wire()));
        let written = model.zip(member).and_then(|(model, (_, m))| {
            let mut writer = CborWriter::new(model, model.shape(m.target));
            value.write(&mut writer).ok().map(|()| writer.finish())
        });
        match written {
            Some(bytes) => out.extend_from_slice(&bytes),
            None => put_untyped(&mut out, value),
        }
    }
    out.push(BREAK);
    out
}

/// The exception's whole shape id. Smithy's namespaces of AWS's services are `com.amazonaws.` and the service's name.
fn type_name(model: Option<&'static Model>, fault: &Fault) -> String {
    let name = fault.shape().unwrap_or(fault.code());
    match model {
        Some(Model { error_namespace: Some(namespace), .. }) => format!("{namespace}#{name}"),
        Some(Model { id, .. }) => format!("com.amazonaws.{}#{name}", id.replace('-', "")),
        None => name.to_owned(),
    }
}

fn put_boolean(out: &mut Vec<u8>, v: bool) {
    out.push(if v { 0xf5 } else { 0xf4 });
}

/// Seconds since 1970 behind tag 1: whole ones as an integer, others as a float.
fn put_timestamp(out: &mut Vec<u8>, v: Timestamp) {
    put_head(out, TAG, 1);
    if v.epoch_ms % 1000 == 0 {
        put_integer(out, v.epoch_ms / 1000);
    } else {
        put_float(out, v.epoch_ms as f64 / 1000.0);
    }
}

fn put_document(out: &mut Vec<u8>, v: &Document) {
    match v {
        Document::Null => out.push(NULL),
        Document::Bool(v) => put_boolean(out, *v),
        Document::Integer(v) => put_integer(out, *v),
        Document::Double(v) => put_float(out, *v),
        Document::String(v) => put_text(out, v),
        Document::List(items) => {
            put_head(out, ARRAY, items.len() as u64);
            items.iter().for_each(|item| put_document(out, item));
        }
        Document::Map(entries) => {
            put_head(out, MAP, entries.len() as u64);
            for (key, value) in entries {
                put_text(out, key);
                put_document(out, value);
            }
        }
    }
}

/// A value without a shape.
fn put_untyped(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(v) => put_boolean(out, *v),
        Value::Integer(v) => put_integer(out, *v),
        Value::Double(v) => put_float(out, *v),
        Value::String(v) => put_text(out, v),
        Value::Blob(v) => {
            put_head(out, BYTES, v.0.len() as u64);
            out.extend_from_slice(&v.0);
        }
        Value::Timestamp(v) => put_timestamp(out, *v),
        Value::Document(v) => put_document(out, v),
        Value::List(items) => {
            put_head(out, ARRAY, items.len() as u64);
            items.iter().for_each(|item| put_untyped(out, item));
        }
        Value::Map(entries) => {
            put_head(out, MAP, entries.len() as u64);
            for (key, value) in entries {
                put_text(out, key);
                put_untyped(out, value);
            }
        }
        Value::Record(members) => {
            put_head(out, MAP, members.len() as u64);
            for (_, key, value) in members {
                put_text(out, key);
                put_untyped(out, value);
            }
        }
    }
}
