//! Rows as tagged fields: `tag, length, bytes`, tags ascending, so that a field can be added later without breaking what
//! is stored. Not self-describing: the reader knows the types.
//!
//! ```
//! # use store::{Row, RowReader, RowWriter, RowError};
//! #[derive(Default)]
//! struct Queue { name: String, created_ms: u64, tags: Vec<(String, String)> }
//!
//! impl Row for Queue {
//!     fn write(&self, w: &mut RowWriter) {
//!         w.put(1, &self.name);
//!         w.put(2, &self.created_ms);
//!         w.put(3, &self.tags);
//!     }
//!     fn read(r: &mut RowReader<'_>) -> Result<Queue, RowError> {
//!         Ok(Queue { name: r.get(1)?, created_ms: r.get(2)?, tags: r.get(3)? })
//!     }
//! }
//! ```

use crate::{Field, RowError};

/// A record of tagged fields. With `Default` it is a [`Field`] too, so rows nest.
pub trait Row: Sized {
    /// Puts every field, in ascending order of tags.
    fn write(&self, w: &mut RowWriter);
    /// Gets every field, in ascending order of tags; an absent one is its type's default.
    fn read(r: &mut RowReader<'_>) -> Result<Self, RowError>;
}

/// Where a row or a field is written.
#[derive(Debug, Default)]
pub struct RowWriter {
    bytes: Vec<u8>,
    last_tag: u16,
}

impl RowWriter {
    /// A writer that appends to `bytes`.
    pub(crate) fn over(bytes: Vec<u8>) -> RowWriter {
        RowWriter { bytes, last_tag: 0 }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes a field under its tag; a default value may be left out.
    ///
    /// # Panics
    ///
    /// When the tags of one row do not ascend from 1: the reader relies on it.
    pub fn put<F: Field>(&mut self, tag: u16, field: &F) {
        assert!(tag > self.last_tag, "the tags of a row ascend: {tag} after {}", self.last_tag);
        self.last_tag = tag;
        if field.may_omit() {
            return;
        }
        self.varint(u64::from(tag));
        self.framed(field);
    }

    /// Writes a field behind its length, as an element of a list.
    pub fn framed<F: Field>(&mut self, field: &F) {
        if let Some(len) = field.exact_len() {
            self.varint(len as u64);
            field.write(self);
            return;
        }
        let at = self.bytes.len();
        self.bytes.push(0);
        field.write(self);
        let len = self.bytes.len() - at - 1;
        if len < 0x80 {
            self.bytes[at] = len as u8;
            return;
        }
        let (prefix, used) = varint_bytes(len as u64);
        self.bytes.splice(at..=at, prefix[..used].iter().copied());
    }

    /// Writes a row's fields where a field is expected.
    pub(crate) fn nested<R: Row>(&mut self, row: &R) {
        let outer = std::mem::replace(&mut self.last_tag, 0);
        row.write(self);
        self.last_tag = outer;
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes an unsigned integer in as few bytes as it needs.
    pub fn varint(&mut self, value: u64) {
        if value < 0x80 {
            self.bytes.push(value as u8);
            return;
        }
        let (bytes, used) = varint_bytes(value);
        self.bytes.extend_from_slice(&bytes[..used]);
    }
}

fn varint_bytes(mut value: u64) -> ([u8; 10], usize) {
    let mut out = [0u8; 10];
    let mut used = 0;
    loop {
        out[used] = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            return (out, used + 1);
        }
        out[used] |= 0x80;
        used += 1;
    }
}

/// Where a row or a field is read from.
#[derive(Clone, Debug)]
pub struct RowReader<'a> {
    all: &'a [u8],
    rest: &'a [u8],
    passed: u16,
}

impl<'a> RowReader<'a> {
    /// Reads the given fields.
    pub fn new(bytes: &'a [u8]) -> RowReader<'a> {
        RowReader { all: bytes, rest: bytes, passed: 0 }
    }

    /// Reads the field of the given tag; an absent one is the type's default. Fields of other tags are passed over.
    /// Ascending order costs one look per field; another order starts over.
    pub fn get<F: Field>(&mut self, tag: u16) -> Result<F, RowError> {
        match self.seek(tag)? {
            None => Ok(F::default()),
            Some(bytes) => {
                F::read(RowReader::new(bytes)).map_err(|e| RowError::new(format!("field {tag}: {e}")))
            }
        }
    }

    /// Whether the field of the given tag is stored (a default value may have been left out).
    pub fn has(&mut self, tag: u16) -> Result<bool, RowError> {
        let mut probe = RowReader::new(self.all);
        Ok(probe.seek(tag)?.is_some())
    }

    fn seek(&mut self, tag: u16) -> Result<Option<&'a [u8]>, RowError> {
        if tag <= self.passed {
            self.rest = self.all;
        }
        self.passed = tag;
        while !self.rest.is_empty() {
            let before = self.rest;
            let found = self.varint()?;
            if found > u64::from(tag) {
                self.rest = before;
                return Ok(None);
            }
            let bytes = self.frame()?;
            if found == u64::from(tag) {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Reads the next element of a list; `None` at its end.
    pub fn next_framed<F: Field>(&mut self) -> Result<Option<F>, RowError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        F::read(RowReader::new(self.frame()?)).map(Some)
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a field that was written behind its length.
    pub fn framed<F: Field>(&mut self) -> Result<F, RowError> {
        F::read(RowReader::new(self.frame()?))
    }

    /// Takes everything that is left.
    pub fn raw(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Takes exactly N bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], RowError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    /// Reads an integer written by [`RowWriter::varint`].
    #[inline]
    pub fn varint(&mut self) -> Result<u64, RowError> {
        // Most are tags and lengths.
        match self.rest {
            [byte @ 0..0x80, rest @ ..] => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, RowError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or_else(truncated)?;
            self.rest = rest;
            let part = u64::from(byte & 0x7F);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(RowError::new("an integer exceeds 64 bits"))
    }

    fn frame(&mut self) -> Result<&'a [u8], RowError> {
        let len = usize::try_from(self.varint()?).map_err(|_| truncated())?;
        let (head, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(head)
    }
}

fn truncated() -> RowError {
    RowError::new("the bytes end early")
}
