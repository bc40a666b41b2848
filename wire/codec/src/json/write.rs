//! Writes records as JSON, straight into bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Model, Shape, TimestampFormat};

use crate::record::{Document, R, Record, Timestamp, Wire, Writer};
use crate::rest::in_answer_body;
use crate::untouched::is_untouched;
use crate::value_io::no_member;

/// A writer of JSON values.
pub(crate) struct JsonWriter {
    out: Vec<u8>,
    model: &'static Model,
    shape: &'static Shape,
    parent: &'static Shape,
    /// Spelling that the member at hand asks for.
    format: Option<TimestampFormat>,
    default_format: TimestampFormat,
    body_only: bool,
}

impl JsonWriter {
    pub(crate) fn new(model: &'static Model, shape: &'static Shape) -> JsonWriter {
        JsonWriter {
            out: Vec::with_capacity(256),
            model,
            shape,
            parent: shape,
            format: None,
            default_format: TimestampFormat::UnixTimestamp,
            body_only: false,
        }
    }

    /// Writes only those members of the top structure that travel in the body.
    pub(crate) fn body_only(mut self) -> Self {
        self.body_only = true;
        self
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }
}

impl Writer for JsonWriter {
    fn shape(&self) -> &'static Shape {
        self.shape
    }

    fn member(&mut self, index: u16, value: &dyn Wire) -> R {
        if value.absent() {
            return Ok(());
        }
        let parent = self.parent;
        let m = parent.members.get(usize::from(index)).ok_or_else(|| no_member(parent, index))?;
        if self.body_only && !in_answer_body(m.location) {
            return Ok(());
        }
        let body_only = std::mem::take(&mut self.body_only);
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        put_string(&mut self.out, m.wire());
        self.out.push(b':');
        self.shape = self.model.shape(m.target);
        self.format = m.timestamp_format;
        value.write(self)?;
        self.body_only = body_only;
        Ok(())
    }

    fn record(&mut self, r: &dyn Record) -> R {
        let outer = std::mem::replace(&mut self.parent, self.shape);
        self.out.push(b'{');
        r.write_members(self)?;
        self.out.push(b'}');
        self.parent = outer;
        Ok(())
    }

    fn list(&mut self, n: usize, item: &mut dyn FnMut(usize, &mut dyn Writer) -> R) -> R {
        let m = self.shape.members.first().ok_or_else(|| no_member(self.shape, 0))?;
        let target = self.model.shape(m.target);
        self.out.push(b'[');
        for i in 0..n {
            if i > 0 {
                self.out.push(b',');
            }
            self.shape = target;
            self.format = m.timestamp_format;
            item(i, self)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn map(
        &mut self,
        n: usize,
        key: &mut dyn FnMut(usize) -> String,
        value: &mut dyn FnMut(usize, &mut dyn Writer) -> R,
    ) -> R {
        let m = self.shape.members.get(1).ok_or_else(|| no_member(self.shape, 1))?;
        let target = self.model.shape(m.target);
        self.out.push(b'{');
        for i in 0..n {
            if i > 0 {
                self.out.push(b',');
            }
            put_string(&mut self.out, &key(i));
            self.out.push(b':');
            self.shape = target;
            self.format = m.timestamp_format;
            value(i, self)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn null(&mut self) -> R {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn string(&mut self, v: &str) -> R {
        put_string(&mut self.out, v);
        Ok(())
    }

    fn boolean(&mut self, v: bool) -> R {
        self.out.extend_from_slice(if v { b"true" } else { b"false" });
        Ok(())
    }

    fn integer(&mut self, v: i64) -> R {
        put_integer(&mut self.out, v);
        Ok(())
    }

    fn double(&mut self, v: f64) -> R {
        put_double(&mut self.out, v);
        Ok(())
    }

    fn blob(&mut self, v: &[u8]) -> R {
        self.out.push(b'"');
        self.out.extend_from_slice(STANDARD.encode(v).as_bytes());
        self.out.push(b'"');
        Ok(())
    }

    fn timestamp(&mut self, v: Timestamp) -> R {
        let format = self.format.or(self.shape.timestamp_format).unwrap_or(self.default_format);
        let text = v.format(format);
        if format == TimestampFormat::UnixTimestamp {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            put_string(&mut self.out, &text);
        }
        Ok(())
    }

    fn document(&mut self, v: &Document) -> R {
        put_document(&mut self.out, v);
        Ok(())
    }
}

/// Text with JSON's escapes, between quotes.
pub(crate) fn put_string(out: &mut Vec<u8>, v: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = v.as_bytes();
    if is_untouched(bytes, |b| (b < 0x20) | (b == b'"') | (b == b'\\')) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut run = 0;
    for (i, &b) in bytes.iter().enumerate() {
        if b >= 0x20 && b != b'"' && b != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[run..i]);
        run = i + 1;
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.extend([HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
        }
    }
    out.extend_from_slice(&bytes[run..]);
    out.push(b'"');
}

pub(crate) fn put_integer(out: &mut Vec<u8>, v: i64) {
    use std::io::Write as _;
    let _ = write!(out, "{v}");
}

/// A number, or the strings `NaN`, `Infinity`, `-Infinity`.
pub(crate) fn put_double(out: &mut Vec<u8>, v: f64) {
    use std::io::Write as _;
    if v.is_finite() {
        let _ = write!(out, "{v:?}");
        return;
    }
    let name = if v.is_nan() {
        "\"NaN\""
    } else if v > 0.0 {
        "\"Infinity\""
    } else {
        "\"-Infinity\""
    };
    out.extend_from_slice(name.as_bytes());
}

pub(crate) fn put_document(out: &mut Vec<u8>, v: &Document) {
    match v {
        Document::Null => out.extend_from_slice(b"null"),
        Document::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Document::Integer(n) => put_integer(out, *n),
        Document::Double(n) => put_double(out, *n),
        Document::String(s) => put_string(out, s),
        Document::List(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                put_document(out, item);
            }
            out.push(b']');
        }
        Document::Map(entries) => {
            out.push(b'{');
            for (i, (key, value)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                put_string(out, key);
                out.push(b':');
                put_document(out, value);
            }
            out.push(b'}');
        }
    }
}
