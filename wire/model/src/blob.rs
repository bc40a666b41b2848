//! Reads a compacted model (`models/<service>.ttm`, written by `xtask gen models`) into [`Model`]. A blob that is cut short,
//! altered or foreign is a [`BlobError`], never a panic. Not here: where blobs come from, and which services there are.
//!
//! Layout: `TTM1`, eight bytes of [`checksum`] over the rest, string table (count, lengths, bytes; string 0 is empty), service
//! facts, shapes, operations. Numbers are LEB128 varints, signed ones zigzag. An optional string is 0 or its index plus one.

use std::collections::HashMap;
use std::fmt;

use crate::types::{
    ErrorInfo, Flags, HttpBinding, Kind, Location, Member, Model, Operation, Pagination, Protocol, Shape,
    ShapeId, TimestampFormat, ValidationStyle,
};

/// First bytes of every blob; the digit is the format's version.
pub const MAGIC: &[u8; 4] = b"TTM1";

/// What is wrong with a blob, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobError {
    /// What the reader expected.
    pub what: &'static str,
    /// Byte at which it stood.
    pub at: usize,
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "model blob: {} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for BlobError {}

type R<T> = Result<T, BlobError>;

/// FNV-1a over words of eight bytes: tells one generation of a model from another, and notices damage.
pub fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    let mut words = bytes.chunks_exact(8);
    for w in &mut words {
        h = (h ^ u64::from_le_bytes(w.try_into().expect("chunks_exact(8) yields 8 bytes")))
            .wrapping_mul(PRIME);
        h ^= h >> 29;
    }
    for b in words.remainder() {
        h = (h ^ u64::from(*b)).wrapping_mul(PRIME);
    }
    h
}

/// Reads a whole model.
pub fn load(blob: &'static [u8]) -> R<Model> {
    let err = |what, at| BlobError { what, at };
    if blob.get(..4) != Some(MAGIC) {
        return Err(err("not a model blob of this version", 0));
    }
    let stored = blob.get(4..12).ok_or(err("checksum cut short", 4))?;
    let hash = u64::from_le_bytes(stored.try_into().expect("a slice of 8 bytes"));
    if checksum(&blob[12..]) != hash {
        return Err(err("checksum does not match", 4));
    }
    let mut c = Cursor { data: blob, at: 12, strings: Vec::new() };
    c.string_table()?;
    let mut model = c.service(hash)?;
    let shapes = c.many(Cursor::shape)?;
    let operations = c.many(Cursor::operation)?;
    if c.at != blob.len() {
        return Err(err("bytes after the end", c.at));
    }
    if !references_hold(&shapes, &operations) {
        return Err(err("a reference to a shape that is not there", c.at));
    }
    model.shape_index = shapes.iter().zip(0..).map(|(s, i)| (s.name, i)).collect();
    model.operation_index = operations.iter().zip(0..).map(|(o, i)| (o.name, i)).collect();
    model.shapes = shapes;
    model.operations = operations;
    Ok(model)
}

fn references_hold(shapes: &[Shape], operations: &[Operation]) -> bool {
    let good = |id: ShapeId| usize::from(id) < shapes.len();
    shapes.iter().all(|s| s.members.iter().all(|m| good(m.target)) && members_fit(s))
        && operations
            .iter()
            .all(|o| o.input.into_iter().chain(o.output).chain(o.errors.iter().copied()).all(good))
}

fn members_fit(s: &Shape) -> bool {
    match s.kind {
        Kind::Structure => true,
        Kind::List => s.members.len() == 1,
        Kind::Map => s.members.len() == 2,
        _ => s.members.is_empty(),
    }
}

struct Cursor {
    data: &'static [u8],
    at: usize,
    strings: Vec<&'static str>,
}

impl Cursor {
    fn fail<T>(&self, what: &'static str) -> R<T> {
        Err(BlobError { what, at: self.at })
    }

    fn byte(&mut self) -> R<u8> {
        match self.data.get(self.at) {
            Some(b) => {
                self.at += 1;
                Ok(*b)
            }
            None => self.fail("cut short"),
        }
    }

    fn num(&mut self) -> R<u64> {
        let mut v = 0u64;
        for shift in (0..64).step_by(7) {
            let b = self.byte()?;
            v |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(v);
            }
        }
        self.fail("number too long")
    }

    fn signed(&mut self) -> R<i64> {
        let n = self.num()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// A count of things that take at least a byte each, so a forged count cannot make us allocate more than the blob.
    fn count(&mut self) -> R<usize> {
        let n = self.num()?;
        let left = self.data.len() - self.at;
        usize::try_from(n).ok().filter(|n| *n <= left).map_or_else(|| self.fail("count exceeds the blob"), Ok)
    }

    fn many<T>(&mut self, one: fn(&mut Cursor) -> R<T>) -> R<Box<[T]>> {
        let n = self.count()?;
        let mut all = Vec::with_capacity(n);
        for _ in 0..n {
            all.push(one(self)?);
        }
        Ok(all.into_boxed_slice())
    }

    fn string_table(&mut self) -> R<()> {
        let n = self.count()?;
        let mut lengths = Vec::with_capacity(n);
        for _ in 0..n {
            lengths.push(self.num()?);
        }
        let total = self.count()?;
        let bytes = &self.data[self.at..self.at + total];
        let Ok(text) = std::str::from_utf8(bytes) else { return self.fail("strings are not UTF-8") };
        let mut from = 0usize;
        self.strings.reserve_exact(n);
        for len in lengths {
            let to = usize::try_from(len).ok().and_then(|len| from.checked_add(len));
            match to.and_then(|to| Some((to, text.get(from..to)?))) {
                Some((to, s)) => {
                    self.strings.push(s);
                    from = to;
                }
                None => return self.fail("a string leaves the table"),
            }
        }
        self.at += total;
        Ok(())
    }

    fn pick(&self, index: u64) -> R<&'static str> {
        let s = usize::try_from(index).ok().and_then(|i| self.strings.get(i));
        s.copied().map_or_else(|| self.fail("no such string"), Ok)
    }

    fn text(&mut self) -> R<&'static str> {
        let n = self.num()?;
        self.pick(n)
    }

    fn opt_text(&mut self) -> R<Option<&'static str>> {
        match self.num()? {
            0 => Ok(None),
            n => self.pick(n - 1).map(Some),
        }
    }

    fn texts(&mut self) -> R<&'static [&'static str]> {
        let all = self.many(Cursor::text)?;
        Ok(if all.is_empty() { &[] } else { Box::leak(all) })
    }

    fn id(&mut self) -> R<ShapeId> {
        let n = self.num()?;
        ShapeId::try_from(n).map_or_else(|_| self.fail("shape index too large"), Ok)
    }

    fn opt_id(&mut self) -> R<Option<ShapeId>> {
        match self.num()? {
            0 => Ok(None),
            n => ShapeId::try_from(n - 1)
                .map_or_else(|_| self.fail("shape index too large"), |id| Ok(Some(id))),
        }
    }

    fn flags(&mut self) -> R<Flags> {
        let n = self.num()?;
        u32::try_from(n).map_or_else(|_| self.fail("unknown flag"), |f| Ok(Flags(f)))
    }

    fn status(&mut self) -> R<u16> {
        let n = self.num()?;
        u16::try_from(n).map_or_else(|_| self.fail("no HTTP status"), Ok)
    }

    fn namespace(&mut self) -> R<(&'static str, Option<&'static str>)> {
        Ok((self.text()?, self.opt_text()?))
    }

    fn protocol(&mut self) -> R<Protocol> {
        let all = [
            Protocol::Json10,
            Protocol::Json11,
            Protocol::Query,
            Protocol::Ec2,
            Protocol::RestJson,
            Protocol::RestXml,
            Protocol::Cbor,
        ];
        let n = usize::from(self.byte()?);
        all.get(n).copied().map_or_else(|| self.fail("unknown protocol"), Ok)
    }

    fn validation(&mut self) -> R<ValidationStyle> {
        let all = [
            ValidationStyle::Coral,
            ValidationStyle::QueryMissing,
            ValidationStyle::Own,
            ValidationStyle::None,
        ];
        let n = usize::from(self.byte()?);
        all.get(n).copied().map_or_else(|| self.fail("unknown validation style"), Ok)
    }

    fn kind(&mut self) -> R<Kind> {
        let all = [
            Kind::Structure,
            Kind::List,
            Kind::Map,
            Kind::String,
            Kind::Blob,
            Kind::Boolean,
            Kind::Integer,
            Kind::Long,
            Kind::Float,
            Kind::Double,
            Kind::Timestamp,
            Kind::Document,
        ];
        let n = usize::from(self.byte()?);
        all.get(n).copied().map_or_else(|| self.fail("unknown kind"), Ok)
    }

    fn location(&mut self) -> R<Location> {
        let all = [
            Location::Body,
            Location::Uri,
            Location::QueryString,
            Location::Header,
            Location::Headers,
            Location::StatusCode,
        ];
        let n = usize::from(self.byte()?);
        all.get(n).copied().map_or_else(|| self.fail("unknown location"), Ok)
    }

    fn timestamp_format(&mut self) -> R<TimestampFormat> {
        let all = [TimestampFormat::UnixTimestamp, TimestampFormat::Iso8601, TimestampFormat::Rfc822];
        let n = usize::from(self.byte()?);
        all.get(n).copied().map_or_else(|| self.fail("unknown timestamp format"), Ok)
    }

    fn service(&mut self, hash: u64) -> R<Model> {
        Ok(Model {
            id: self.text()?,
            full_name: self.text()?,
            service_id: self.text()?,
            api_version: self.text()?,
            signing_name: self.text()?,
            endpoint_prefix: self.text()?,
            target_prefix: self.opt_text()?,
            xml_namespace: self.opt_text()?,
            protocols: self.many(Cursor::protocol)?,
            query_compatible: self.byte()? != 0,
            validation: self.validation()?,
            validation_code: self.text()?,
            error_namespace: self.opt_text()?,
            hash,
            shapes: Box::default(),
            operations: Box::default(),
            operation_index: HashMap::new(),
            shape_index: HashMap::new(),
        })
    }

    /// A value that is there when `bit` of `has` is set.
    fn when<T>(&mut self, has: u64, bit: u32, read: fn(&mut Cursor) -> R<T>) -> R<Option<T>> {
        if has & (1 << bit) == 0 { Ok(None) } else { read(self).map(Some) }
    }

    fn shape(&mut self) -> R<Shape> {
        let kind = self.kind()?;
        let name = self.text()?;
        let flags = self.flags()?;
        let has = self.num()?;
        let mut shape = Shape {
            name,
            kind,
            flags,
            min: self.when(has, 0, Cursor::signed)?,
            max: self.when(has, 1, Cursor::signed)?,
            pattern: self.when(has, 2, Cursor::text)?,
            enum_values: self.when(has, 3, |c| c.many(Cursor::text))?.unwrap_or_default(),
            payload: self.when(has, 4, Cursor::text)?,
            wire_name: self.when(has, 5, Cursor::text)?,
            xml_namespace: self.when(has, 6, Cursor::namespace)?,
            timestamp_format: self.when(has, 7, Cursor::timestamp_format)?,
            error: self.when(has, 8, Cursor::error)?,
            members: self.when(has, 9, |c| c.many(Cursor::member))?.unwrap_or_default(),
            by_name: HashMap::new(),
        };
        if kind == Kind::Structure {
            shape.by_name = names(&shape.members);
        }
        Ok(shape)
    }

    fn error(&mut self) -> R<ErrorInfo> {
        let code = self.opt_text()?;
        let status = self.status()?;
        let sender = match self.byte()? {
            0 => None,
            1 => Some(false),
            _ => Some(true),
        };
        Ok(ErrorInfo { code, status, sender })
    }

    fn member(&mut self) -> R<Member> {
        let name = self.text()?;
        let target = self.id()?;
        let flags = self.flags()?;
        let has = self.num()?;
        Ok(Member {
            name,
            target,
            flags,
            location: self.when(has, 0, Cursor::location)?.unwrap_or_default(),
            wire_name: self.when(has, 1, Cursor::text)?,
            query_name: self.when(has, 2, Cursor::text)?,
            xml_namespace: self.when(has, 3, Cursor::namespace)?,
            timestamp_format: self.when(has, 4, Cursor::timestamp_format)?,
        })
    }

    fn operation(&mut self) -> R<Operation> {
        Ok(Operation {
            name: self.text()?,
            http: HttpBinding { method: self.text()?, uri: self.text()?, status: self.status()? },
            input: self.opt_id()?,
            output: self.opt_id()?,
            result_wrapper: self.opt_text()?,
            input_root: self.opt_text()?,
            input_namespace: self.opt_text()?,
            output_root: self.opt_text()?,
            host_prefix: self.opt_text()?,
            flags: self.flags()?,
            errors: self.many(Cursor::id)?,
            pagination: match self.byte()? {
                0 => None,
                _ => Some(self.pagination()?),
            },
        })
    }

    fn pagination(&mut self) -> R<Pagination> {
        Ok(Pagination {
            input_tokens: self.texts()?,
            output_tokens: self.texts()?,
            limit_key: self.opt_text()?,
            result_keys: self.texts()?,
            more_results: self.opt_text()?,
        })
    }
}

/// Wire names first, then model names where no wire name took the place.
fn names(members: &[Member]) -> HashMap<&'static str, u16> {
    let mut map = HashMap::with_capacity(members.len());
    for (m, i) in members.iter().zip(0u16..) {
        map.insert(m.wire(), i);
    }
    for (m, i) in members.iter().zip(0u16..) {
        if m.wire_name.is_some() {
            map.entry(m.name).or_insert(i);
        }
    }
    map
}
