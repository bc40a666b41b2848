//! The bytes of a stored item: compact, versioned, one encoding for each item. Decoding any bytes gives an item or an error,
//! never a panic, and takes memory in proportion to the bytes. Not a key: order is [`crate::key`]'s.
//!
//! A version, then a map. A map is a count and, in ascending order of names, name and value. A length or count is 7 bits a
//! byte, low first. A value is a tag and its payload; numbers are as keys write them, behind their length.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{Item, Number, Value, key};

const VERSION: u8 = 1;
/// Levels that a decoder follows: more than any item may have.
const MAX_DEPTH: usize = 64;

const S: u8 = 1;
const N: u8 = 2;
const B: u8 = 3;
const FALSE: u8 = 4;
const TRUE: u8 = 5;
const NULL: u8 = 6;
const M: u8 = 7;
const L: u8 = 8;
const SS: u8 = 9;
const NS: u8 = 10;
const BS: u8 = 11;

/// Why bytes are not an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowError {
    /// A version that this program does not know: it came with a newer one.
    Version(u8),
    /// The bytes end too soon, go on too long, or say something that no encoder says.
    Malformed(&'static str),
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowError::Version(v) => write!(f, "an item of version {v}, which this version does not know"),
            RowError::Malformed(what) => write!(f, "not an item: {what}"),
        }
    }
}

impl std::error::Error for RowError {}

/// The bytes of an item.
pub fn encode(item: &Item) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.push(VERSION);
    put_map(&mut out, item);
    out
}

/// The item again.
pub fn decode(bytes: &[u8]) -> Result<Item, RowError> {
    let mut r = Reader { rest: bytes };
    match r.byte()? {
        VERSION => {}
        other => return Err(RowError::Version(other)),
    }
    let item = r.map(0)?;
    if r.rest.is_empty() { Ok(item) } else { Err(RowError::Malformed("bytes are left over")) }
}

/// The bytes of one value, without a version: for parts of rows that have their own.
pub fn encode_value(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    put_value(&mut out, value);
    out
}

/// The value again.
pub fn decode_value(bytes: &[u8]) -> Result<Value, RowError> {
    let mut r = Reader { rest: bytes };
    let value = r.value(0)?;
    if r.rest.is_empty() { Ok(value) } else { Err(RowError::Malformed("bytes are left over")) }
}

fn put_count(out: &mut Vec<u8>, mut n: usize) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_map(out: &mut Vec<u8>, map: &BTreeMap<String, Value>) {
    put_count(out, map.len());
    for (name, value) in map {
        put_bytes(out, name.as_bytes());
        put_value(out, value);
    }
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::S(text) => {
            out.push(S);
            put_bytes(out, text.as_bytes());
        }
        Value::N(number) => {
            out.push(N);
            put_bytes(out, &key::encode_number(number));
        }
        Value::B(bytes) => {
            out.push(B);
            put_bytes(out, bytes);
        }
        Value::Bool(value) => out.push(if *value { TRUE } else { FALSE }),
        Value::Null => out.push(NULL),
        Value::M(map) => {
            out.push(M);
            put_map(out, map);
        }
        Value::L(list) => {
            out.push(L);
            put_count(out, list.len());
            list.iter().for_each(|v| put_value(out, v));
        }
        Value::Ss(set) => put_set(out, SS, set.iter().map(|s| s.as_bytes().to_vec())),
        Value::Ns(set) => put_set(out, NS, set.iter().map(key::encode_number)),
        Value::Bs(set) => put_set(out, BS, set.iter().cloned()),
    }
}

fn put_set(out: &mut Vec<u8>, tag: u8, elements: impl ExactSizeIterator<Item = Vec<u8>>) {
    out.push(tag);
    put_count(out, elements.len());
    elements.for_each(|e| put_bytes(out, &e));
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, RowError> {
        let (first, rest) = self.rest.split_first().ok_or(RowError::Malformed("the bytes end too soon"))?;
        self.rest = rest;
        Ok(*first)
    }

    /// A length or count, of which each counted thing takes at least one of the bytes that are left.
    fn count(&mut self) -> Result<usize, RowError> {
        let mut n = 0usize;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            n |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || shift == 0;
                let fits = n <= self.rest.len() && shortest;
                return if fits { Ok(n) } else { Err(RowError::Malformed("a length is beyond the end")) };
            }
        }
        Err(RowError::Malformed("a length is too long"))
    }

    fn bytes(&mut self) -> Result<&'a [u8], RowError> {
        let n = self.count()?;
        let (bytes, rest) = self.rest.split_at(n);
        self.rest = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, RowError> {
        let text = std::str::from_utf8(self.bytes()?);
        Ok(text.map_err(|_| RowError::Malformed("text is not UTF-8"))?.to_owned())
    }

    fn number(&mut self) -> Result<Number, RowError> {
        key::decode_number(self.bytes()?).ok_or(RowError::Malformed("a number is none"))
    }

    fn map(&mut self, depth: usize) -> Result<BTreeMap<String, Value>, RowError> {
        let mut map = BTreeMap::new();
        for _ in 0..self.count()? {
            let name = self.text()?;
            if map.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(RowError::Malformed("names do not ascend"));
            }
            map.insert(name, self.value(depth)?);
        }
        Ok(map)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value>, RowError> {
        (0..self.count()?).map(|_| self.value(depth)).collect()
    }

    fn set<T: Ord>(
        &mut self,
        read: impl Fn(&mut Reader<'a>) -> Result<T, RowError>,
    ) -> Result<BTreeSet<T>, RowError> {
        let mut set = BTreeSet::new();
        for _ in 0..self.count()? {
            let element = read(self)?;
            if set.last().is_some_and(|last| *last >= element) {
                return Err(RowError::Malformed("elements of a set do not ascend"));
            }
            set.insert(element);
        }
        if set.is_empty() { Err(RowError::Malformed("an empty set")) } else { Ok(set) }
    }

    fn value(&mut self, depth: usize) -> Result<Value, RowError> {
        if depth > MAX_DEPTH {
            return Err(RowError::Malformed("values nest too deeply"));
        }
        Ok(match self.byte()? {
            S => Value::S(self.text()?),
            N => Value::N(self.number()?),
            B => Value::B(self.bytes()?.to_vec()),
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            NULL => Value::Null,
            M => Value::M(self.map(depth + 1)?),
            L => Value::L(self.list(depth + 1)?),
            SS => Value::Ss(self.set(Reader::text)?),
            NS => Value::Ns(self.set(Reader::number)?),
            BS => Value::Bs(self.set(|r| r.bytes().map(<[u8]>::to_vec))?),
            _ => return Err(RowError::Malformed("a tag is unknown")),
        })
    }
}
