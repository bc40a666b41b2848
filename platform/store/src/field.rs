//! The types that a row's field may have, and their bytes. Add none here that only one service needs: a service
//! implements [`Field`] for its own enums (usually through an integer or a string), or [`Row`] for nested records.

use std::collections::BTreeMap;

use crate::{Row, RowError, RowReader, RowWriter};

/// A value that a row can hold. Its bytes carry no tag and no length: the row frames them.
pub trait Field: Sized + Default {
    /// Writes the value.
    fn write(&self, w: &mut RowWriter);
    /// Reads the value from a reader that holds its bytes and nothing else.
    fn read(r: RowReader<'_>) -> Result<Self, RowError>;
    /// Whether the value is the default, and so need not be stored.
    fn may_omit(&self) -> bool {
        false
    }
    /// The number of bytes that `write` will write, where it is known at once.
    fn exact_len(&self) -> Option<usize> {
        None
    }
    /// Writes a list of such values. Bytes override it.
    fn write_list(list: &[Self], w: &mut RowWriter) {
        for item in list {
            w.framed(item);
        }
    }
    /// Reads a list of such values. Bytes override it.
    fn read_list(mut r: RowReader<'_>) -> Result<Vec<Self>, RowError> {
        let mut list = Vec::new();
        while let Some(item) = r.next_framed()? {
            list.push(item);
        }
        Ok(list)
    }
    /// The number of bytes that `write_list` will write, where it is known at once.
    fn exact_list_len(_: &[Self]) -> Option<usize> {
        None
    }
}

impl<R: Row + Default> Field for R {
    fn write(&self, w: &mut RowWriter) {
        w.nested(self);
    }
    fn read(mut r: RowReader<'_>) -> Result<R, RowError> {
        R::read(&mut r)
    }
}

impl Field for String {
    fn write(&self, w: &mut RowWriter) {
        w.raw(self.as_bytes());
    }
    fn read(mut r: RowReader<'_>) -> Result<String, RowError> {
        let text = std::str::from_utf8(r.raw()).map_err(|_| RowError::new("a string is not UTF-8"))?;
        Ok(text.to_owned())
    }
    fn may_omit(&self) -> bool {
        self.is_empty()
    }
    fn exact_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Field for bool {
    fn write(&self, w: &mut RowWriter) {
        w.raw(&[u8::from(*self)]);
    }
    fn read(mut r: RowReader<'_>) -> Result<bool, RowError> {
        match r.fixed()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(RowError::new(format!("{other} is not a boolean"))),
        }
    }
    fn may_omit(&self) -> bool {
        !self
    }
}

impl Field for u8 {
    fn write(&self, w: &mut RowWriter) {
        w.raw(&[*self]);
    }
    fn read(mut r: RowReader<'_>) -> Result<u8, RowError> {
        r.fixed().map(u8::from_le_bytes)
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
    fn write_list(list: &[u8], w: &mut RowWriter) {
        w.raw(list);
    }
    fn read_list(mut r: RowReader<'_>) -> Result<Vec<u8>, RowError> {
        Ok(r.raw().to_vec())
    }
    fn exact_list_len(list: &[u8]) -> Option<usize> {
        Some(list.len())
    }
}

impl Field for u16 {
    fn write(&self, w: &mut RowWriter) {
        w.varint(u64::from(*self));
    }
    fn read(mut r: RowReader<'_>) -> Result<u16, RowError> {
        narrow(r.varint()?)
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
}

impl Field for u32 {
    fn write(&self, w: &mut RowWriter) {
        w.varint(u64::from(*self));
    }
    fn read(mut r: RowReader<'_>) -> Result<u32, RowError> {
        narrow(r.varint()?)
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
}

impl Field for u64 {
    fn write(&self, w: &mut RowWriter) {
        w.varint(*self);
    }
    fn read(mut r: RowReader<'_>) -> Result<u64, RowError> {
        r.varint()
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
}

impl Field for i32 {
    fn write(&self, w: &mut RowWriter) {
        i64::from(*self).write(w);
    }
    fn read(r: RowReader<'_>) -> Result<i32, RowError> {
        narrow(i64::read(r)?)
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
}

/// Zigzag: small magnitudes take few bytes, whatever their sign.
impl Field for i64 {
    fn write(&self, w: &mut RowWriter) {
        w.varint(((self << 1) ^ (self >> 63)) as u64);
    }
    fn read(mut r: RowReader<'_>) -> Result<i64, RowError> {
        let folded = r.varint()?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }
    fn may_omit(&self) -> bool {
        *self == 0
    }
}

impl Field for f64 {
    fn write(&self, w: &mut RowWriter) {
        w.raw(&self.to_bits().to_le_bytes());
    }
    fn read(mut r: RowReader<'_>) -> Result<f64, RowError> {
        r.fixed().map(|b| f64::from_bits(u64::from_le_bytes(b)))
    }
    fn may_omit(&self) -> bool {
        self.to_bits() == 0
    }
}

fn narrow<W, N: TryFrom<W>>(value: W) -> Result<N, RowError> {
    N::try_from(value).map_err(|_| RowError::new("an integer is out of range"))
}

impl<T: Field> Field for Option<T> {
    fn write(&self, w: &mut RowWriter) {
        w.raw(&[u8::from(self.is_some())]);
        if let Some(value) = self {
            value.write(w);
        }
    }
    fn read(mut r: RowReader<'_>) -> Result<Option<T>, RowError> {
        match r.fixed()? {
            [0] => Ok(None),
            [1] => T::read(RowReader::new(r.raw())).map(Some),
            [other] => Err(RowError::new(format!("{other} does not mark an option"))),
        }
    }
    fn may_omit(&self) -> bool {
        self.is_none()
    }
    fn exact_len(&self) -> Option<usize> {
        match self {
            None => Some(1),
            Some(value) => Some(1 + value.exact_len()?),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn write(&self, w: &mut RowWriter) {
        T::write_list(self, w);
    }
    fn read(r: RowReader<'_>) -> Result<Vec<T>, RowError> {
        T::read_list(r)
    }
    fn may_omit(&self) -> bool {
        self.is_empty()
    }
    fn exact_len(&self) -> Option<usize> {
        T::exact_list_len(self)
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn write(&self, w: &mut RowWriter) {
        for (key, value) in self {
            w.framed(key);
            w.framed(value);
        }
    }
    fn read(mut r: RowReader<'_>) -> Result<BTreeMap<String, T>, RowError> {
        let mut map = BTreeMap::new();
        while let Some(key) = r.next_framed()? {
            let value = r.next_framed()?.ok_or_else(|| RowError::new("a key of a map has no value"))?;
            map.insert(key, value);
        }
        Ok(map)
    }
    fn may_omit(&self) -> bool {
        self.is_empty()
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn write(&self, w: &mut RowWriter) {
        w.framed(&self.0);
        w.framed(&self.1);
    }
    fn read(mut r: RowReader<'_>) -> Result<(A, B), RowError> {
        let missing = || RowError::new("a pair is incomplete");
        Ok((r.next_framed()?.ok_or_else(missing)?, r.next_framed()?.ok_or_else(missing)?))
    }
}
