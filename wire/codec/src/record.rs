//! The seam between protocols and typed records: generated structures implement [`Record`], every field type implements
//! [`Wire`], every protocol implements [`Reader`] and [`Writer`]. No protocol is known here.

use std::any::Any;
use std::collections::BTreeMap;

use model::Shape;

/// What a reader or writer could not do: malformed input, or a value that the protocol cannot carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError(pub String);

/// Outcome of one step of reading or writing.
pub type R<T = ()> = Result<T, WireError>;

/// A structure of a model. Implemented by generated code, by [`crate::Value`], and by answers that have their members written in
/// an order of their own.
pub trait Record: Any + Send + Sync {
    /// Reads the member of that index (its place in the model's shape).
    fn read_member(&mut self, index: u16, r: &mut dyn Reader) -> R;
    /// Hands every member to the writer, in the model's order; absent ones too.
    fn write_members(&self, w: &mut dyn Writer) -> R;
    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
    /// For downcasts.
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync>;
}

/// A value that can stand in a member: scalars, lists, maps, records, and options of them.
pub trait Wire {
    /// Reads itself from a cursor that stands on one present, non-null value.
    fn read(&mut self, r: &mut dyn Reader) -> R;
    /// Writes itself.
    fn write(&self, w: &mut dyn Writer) -> R;
    /// Whether a structure leaves it out.
    fn absent(&self) -> bool {
        false
    }
}

/// A cursor on one value whose shape it knows. One implementation per protocol.
pub trait Reader {
    /// Shape of the value under the cursor.
    fn shape(&self) -> &'static Shape;
    /// Reads a structure member by member, checking required members, constraints and nulls as it goes.
    fn record(&mut self, out: &mut dyn Record) -> R;
    /// Reads a list.
    fn list(&mut self, each: &mut dyn FnMut(&mut dyn Reader) -> R) -> R;
    /// Reads a map.
    fn map(&mut self, each: &mut dyn FnMut(String, &mut dyn Reader) -> R) -> R;
    /// Reads text.
    fn string(&mut self) -> R<String>;
    /// Reads a boolean.
    fn boolean(&mut self) -> R<bool>;
    /// Reads an integer or a long.
    fn integer(&mut self) -> R<i64>;
    /// Reads a float or a double.
    fn double(&mut self) -> R<f64>;
    /// Reads bytes.
    fn blob(&mut self) -> R<Blob>;
    /// Reads a timestamp.
    fn timestamp(&mut self) -> R<Timestamp>;
    /// Reads a document.
    fn document(&mut self) -> R<Document>;
    /// Passes over the value.
    fn skip(&mut self) -> R;
    /// Whether the value is a null (an item of a sparse list or map); if so, passes over it.
    fn null(&mut self) -> R<bool> {
        Ok(false)
    }
}

/// A sink for one value whose shape it knows. One implementation per protocol.
pub trait Writer {
    /// Shape of the value to be written.
    fn shape(&self) -> &'static Shape;
    /// Writes a member of the structure being written; leaves it out when absent.
    fn member(&mut self, index: u16, value: &dyn Wire) -> R;
    /// Writes a structure.
    fn record(&mut self, r: &dyn Record) -> R;
    /// Writes a list of `n` items.
    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R;
    /// Writes a map of `n` entries: `key(i)` names the entry, `value(i, w)` writes it.
    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R;
    /// Writes a null (an absent item of a sparse list or map).
    fn null(&mut self) -> R;
    /// Writes text.
    fn string(&mut self, v: &str) -> R;
    /// Writes a boolean.
    fn boolean(&mut self, v: bool) -> R;
    /// Writes an integer or a long.
    fn integer(&mut self, v: i64) -> R;
    /// Writes a float or a double.
    fn double(&mut self, v: f64) -> R;
    /// Writes bytes.
    fn blob(&mut self, v: &[u8]) -> R;
    /// Writes a timestamp.
    fn timestamp(&mut self, v: Timestamp) -> R;
    /// Writes a document.
    fn document(&mut self, v: &Document) -> R;
}

/// An operation as generated code names it: a marker type with its input and output.
pub trait Op: 'static {
    /// Input record; [`Empty`] where the model has none.
    type Input: Record + Default;
    /// Output record; [`Empty`] where the model has none.
    type Output: Record + Default;
    /// Service id: the model's folder name.
    const SERVICE: &'static str;
    /// AWS's name of the operation.
    const NAME: &'static str;
}

/// The record of an operation without input or output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Empty {}

impl Record for Empty {
    fn read_member(&mut self, _: u16, r: &mut dyn Reader) -> R {
        r.skip()
    }
    fn write_members(&self, _: &mut dyn Writer) -> R {
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        self
    }
}

/// Bytes of a blob member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Milliseconds since the epoch.
    pub epoch_ms: i64,
}

/// A JSON-like value of a `document` shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Document {
    /// null
    #[default]
    Null,
    /// true or false
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Double(f64),
    /// Text.
    String(String),
    /// An array.
    List(Vec<Document>),
    /// An object.
    Map(BTreeMap<String, Document>),
}

impl<T: Wire + Default> Wire for Option<T> {
    fn read(&mut self, r: &mut dyn Reader) -> R {
        if r.null()? {
            *self = None;
            return Ok(());
        }
        let mut v = T::default();
        v.read(r)?;
        *self = Some(v);
        Ok(())
    }
    fn write(&self, w: &mut dyn Writer) -> R {
        match self {
            Some(v) => v.write(w),
            None => w.null(),
        }
    }
    fn absent(&self) -> bool {
        self.as_ref().is_none_or(Wire::absent)
    }
}
