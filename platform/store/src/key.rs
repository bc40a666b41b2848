//! Order-preserving keys: the bytes of two keys compare as the keys do, and a leading part of a tuple is a prefix of the
//! whole. Not a general serializer: rows have their own ([`crate::Row`]).
//!
//! Integers are big-endian (signed ones with the sign bit flipped). Strings and byte strings write 0x00 as 00 FF and end
//! with 00 00, so no string is a prefix of another and `("ab",)` does not match `("abc", 1)`.

/// A key, or a leading part of one, with an order-preserving encoding.
pub trait Key: Sized {
    /// Appends the encoding.
    fn encode(&self, out: &mut KeyWriter);
    /// Reads it back; `None` when the bytes are not such a key.
    fn decode(r: &mut KeyReader<'_>) -> Option<Self>;
}

/// Where a key is written.
#[derive(Debug, Default)]
pub struct KeyWriter {
    bytes: Vec<u8>,
}

impl KeyWriter {
    /// A writer that begins with the given prefix.
    pub(crate) fn with_prefix(prefix: &[u8]) -> KeyWriter {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(prefix);
        KeyWriter { bytes }
    }

    /// What has been written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends bytes as they are: for parts of fixed length.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a byte string of any length, escaped and terminated.
    pub fn string(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|b| *b == 0) {
            self.bytes.extend_from_slice(&rest[..at]);
            self.bytes.extend_from_slice(&[0, 0xFF]);
            rest = &rest[at + 1..];
        }
        self.bytes.extend_from_slice(rest);
        self.bytes.extend_from_slice(&[0, 0]);
    }
}

/// Where a key is read from.
#[derive(Debug)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
}

impl<'a> KeyReader<'a> {
    /// Reads the given encoding.
    pub fn new(bytes: &'a [u8]) -> KeyReader<'a> {
        KeyReader { rest: bytes }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a part of fixed length.
    pub fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }

    /// Reads an escaped and terminated byte string.
    pub fn string(&mut self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            let at = self.rest.iter().position(|b| *b == 0)?;
            out.extend_from_slice(&self.rest[..at]);
            let mark = *self.rest.get(at + 1)?;
            self.rest = &self.rest[at + 2..];
            match mark {
                0 => return Some(out),
                0xFF => out.push(0),
                _ => return None,
            }
        }
    }
}

/// Decodes a whole key: nothing may be left over.
pub(crate) fn decode_whole<K: Key>(bytes: &[u8]) -> Option<K> {
    let mut r = KeyReader::new(bytes);
    let key = K::decode(&mut r)?;
    r.is_empty().then_some(key)
}

/// The smallest byte string greater than everything that begins with `prefix`; `None` when there is none.
pub(crate) fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|b| *b != 0xFF)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}

impl Key for String {
    fn encode(&self, out: &mut KeyWriter) {
        out.string(self.as_bytes());
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<String> {
        String::from_utf8(r.string()?).ok()
    }
}

/// Encodes as `String` does, for prefixes and bounds without a copy. Never decodes.
impl Key for &str {
    fn encode(&self, out: &mut KeyWriter) {
        out.string(self.as_bytes());
    }
    fn decode(_: &mut KeyReader<'_>) -> Option<Self> {
        None
    }
}

impl Key for Vec<u8> {
    fn encode(&self, out: &mut KeyWriter) {
        out.string(self);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<Vec<u8>> {
        r.string()
    }
}

/// Encodes as `Vec<u8>` does, for prefixes and bounds without a copy. Never decodes.
impl Key for &[u8] {
    fn encode(&self, out: &mut KeyWriter) {
        out.string(self);
    }
    fn decode(_: &mut KeyReader<'_>) -> Option<Self> {
        None
    }
}

/// Exactly N bytes as they are (ids, digests).
impl<const N: usize> Key for [u8; N] {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(self);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<[u8; N]> {
        r.fixed()
    }
}

impl Key for u8 {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&[*self]);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<u8> {
        r.fixed().map(u8::from_be_bytes)
    }
}

impl Key for u16 {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&self.to_be_bytes());
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<u16> {
        r.fixed().map(u16::from_be_bytes)
    }
}

impl Key for u32 {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&self.to_be_bytes());
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<u32> {
        r.fixed().map(u32::from_be_bytes)
    }
}

impl Key for u64 {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&self.to_be_bytes());
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<u64> {
        r.fixed().map(u64::from_be_bytes)
    }
}

impl Key for i64 {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&((*self as u64) ^ (1 << 63)).to_be_bytes());
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<i64> {
        r.fixed().map(|b| (u64::from_be_bytes(b) ^ (1 << 63)) as i64)
    }
}

impl Key for bool {
    fn encode(&self, out: &mut KeyWriter) {
        out.fixed(&[u8::from(*self)]);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<bool> {
        match r.fixed()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

/// `None` sorts before every `Some`.
impl<K: Key> Key for Option<K> {
    fn encode(&self, out: &mut KeyWriter) {
        self.is_some().encode(out);
        if let Some(key) = self {
            key.encode(out);
        }
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<Option<K>> {
        match bool::decode(r)? {
            false => Some(None),
            true => K::decode(r).map(Some),
        }
    }
}

/// The key of a table with one row.
impl Key for () {
    fn encode(&self, _: &mut KeyWriter) {}
    fn decode(_: &mut KeyReader<'_>) -> Option<()> {
        Some(())
    }
}

impl<A: Key> Key for (A,) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A,)> {
        Some((A::decode(r)?,))
    }
}

impl<A: Key, B: Key> Key for (A, B) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
        self.1.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A, B)> {
        Some((A::decode(r)?, B::decode(r)?))
    }
}

impl<A: Key, B: Key, C: Key> Key for (A, B, C) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A, B, C)> {
        Some((A::decode(r)?, B::decode(r)?, C::decode(r)?))
    }
}

impl<A: Key, B: Key, C: Key, D: Key> Key for (A, B, C, D) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
        self.3.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A, B, C, D)> {
        Some((A::decode(r)?, B::decode(r)?, C::decode(r)?, D::decode(r)?))
    }
}

impl<A: Key, B: Key, C: Key, D: Key, E: Key> Key for (A, B, C, D, E) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
        self.3.encode(out);
        self.4.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A, B, C, D, E)> {
        Some((A::decode(r)?, B::decode(r)?, C::decode(r)?, D::decode(r)?, E::decode(r)?))
    }
}

impl<A: Key, B: Key, C: Key, D: Key, E: Key, F: Key> Key for (A, B, C, D, E, F) {
    fn encode(&self, out: &mut KeyWriter) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
        self.3.encode(out);
        self.4.encode(out);
        self.5.encode(out);
    }
    fn decode(r: &mut KeyReader<'_>) -> Option<(A, B, C, D, E, F)> {
        Some((A::decode(r)?, B::decode(r)?, C::decode(r)?, D::decode(r)?, E::decode(r)?, F::decode(r)?))
    }
}
