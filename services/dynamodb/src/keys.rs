//! The keys of items: what a request must give, and the bytes that they become. The order of the bytes is the language's.

use codec::Fault;
use dynamodb_language::{Item, Value, key};

use crate::err::{invalid, invalid_values, key_mismatch};
use crate::item::{EntryKey, ItemKey, spread};
use crate::schema::KeyPart;
use crate::state::{Index, TableRow};

const MAX_HASH_BYTES: usize = 2_048;
const MAX_RANGE_BYTES: usize = 1_024;

/// Partition and sort key as bytes; without a sort key the second is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyBytes {
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
}

impl KeyBytes {
    /// Where the item of that key lies.
    pub(crate) fn item_key(&self, table: u64) -> ItemKey {
        (table, spread(&self.hash), self.hash.clone(), self.range.clone())
    }

    /// Where the entry of an item lies in an index.
    pub(crate) fn entry_key(&self, index: u64, table_key: &KeyBytes) -> EntryKey {
        let base = (table_key.hash.clone(), table_key.range.clone());
        (index, spread(&self.hash), self.hash.clone(), self.range.clone(), base)
    }
}

/// The bytes of several parts of a key: one is itself, more are joined so that their order is kept.
pub(crate) fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    if let [one] = parts {
        return one.clone();
    }
    let mut out = Vec::new();
    for part in parts {
        out.extend(escaped(part));
        out.extend([0, 0]);
    }
    out
}

/// A part of a key among several: 0 becomes 0 255, so that 0 0 ends it.
pub(crate) fn escaped(part: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len() + 2);
    for b in part {
        out.push(*b);
        if *b == 0 {
            out.push(0xFF);
        }
    }
    out
}

/// The bytes of a value that is of the part's type.
fn part_bytes(part: &KeyPart, v: &Value) -> Option<Vec<u8>> {
    (v.kind().name() == part.kind).then(|| key::encode(v)).flatten()
}

/// The key of an item that has all parts, of the right types; `None` if not: then it isn't in the index.
pub(crate) fn of_item(parts: &[KeyPart], item: &Item) -> Option<KeyBytes> {
    let bytes = |hash: bool| -> Option<Vec<u8>> {
        let own: Vec<&KeyPart> = parts.iter().filter(|p| p.hash == hash).collect();
        if own.is_empty() {
            return Some(Vec::new());
        }
        let all: Option<Vec<Vec<u8>>> = own.iter().map(|p| part_bytes(p, item.get(&p.name)?)).collect();
        all.map(|all| joined(&all))
    };
    Some(KeyBytes { hash: bytes(true)?, range: bytes(false)? })
}

fn is_empty(v: &Value) -> Option<&'static str> {
    match v {
        Value::S(text) if text.is_empty() => Some("string"),
        Value::B(bytes) if bytes.is_empty() => Some("binary"),
        _ => None,
    }
}

fn checked(parts: &[KeyPart], item: &Item) -> Result<KeyBytes, Fault> {
    for part in parts {
        let v = item.get(&part.name).ok_or_else(key_mismatch)?;
        if let Some(kind) = is_empty(v) {
            return Err(invalid(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
                 {kind} value. Key: {}",
                part.name
            )));
        }
    }
    let k = of_item(parts, item).ok_or_else(key_mismatch)?;
    if k.hash.len() > MAX_HASH_BYTES {
        return Err(invalid_values(format!(
            "Size of hashkey has exceeded the maximum size limit of{MAX_HASH_BYTES} bytes"
        )));
    }
    if k.range.len() > MAX_RANGE_BYTES {
        return Err(invalid_values(format!(
            "Aggregated size of all range keys has exceeded the size limit of {MAX_RANGE_BYTES} bytes"
        )));
    }
    Ok(k)
}

/// The key that a request names an item by.
///
/// Errors: ValidationException: not exactly the table's key attributes, of their types, not empty, not too long.
pub(crate) fn given(t: &TableRow, key: &Item) -> Result<KeyBytes, Fault> {
    let fits = |p: &KeyPart| key.get(&p.name).is_some_and(|v| v.kind().name() == p.kind);
    if key.len() != t.keys.len() || !t.keys.iter().all(fits) {
        return Err(key_mismatch());
    }
    checked(&t.keys, key)
}

/// The key of a whole item that is to be put.
///
/// Errors: ValidationException: a key attribute is missing, of another type, empty or too long; of an index too.
pub(crate) fn of_new(t: &TableRow, item: &Item) -> Result<KeyBytes, Fault> {
    for part in &t.keys {
        let Some(v) = item.get(&part.name) else {
            return Err(invalid_values(format!("Missing the key {} in the item", part.name)));
        };
        if v.kind().name() != part.kind {
            return Err(invalid_values(format!(
                "Type mismatch for key {} expected: {} actual: {}",
                part.name,
                part.kind,
                v.kind().name()
            )));
        }
    }
    let k = checked(&t.keys, item)?;
    check_indexes(t, item)?;
    Ok(k)
}

/// Refuses an item whose attributes can't be the keys of the table's indexes.
pub(crate) fn check_indexes(t: &TableRow, item: &Item) -> Result<(), Fault> {
    for index in &t.indexes {
        let (mut hash, mut range) = (0, 0);
        for part in &index.keys {
            if let Some(v) = item.get(&part.name) {
                check_index_part(index, part, v)?;
                let bytes = key::encode(v).map_or(0, |b| b.len());
                *(if part.hash { &mut hash } else { &mut range }) += bytes;
            }
        }
        // Of keys of several attributes, all together (inferred).
        check_size("hashkey", hash, MAX_HASH_BYTES)?;
        check_size("rangekey", range, MAX_RANGE_BYTES)?;
    }
    Ok(())
}

fn check_index_part(index: &Index, part: &KeyPart, v: &Value) -> Result<(), Fault> {
    if v.kind().name() != part.kind {
        return Err(invalid_values(format!(
            "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
            part.name,
            part.kind,
            v.kind().name(),
            index.name
        )));
    }
    if let Some(kind) = is_empty(v) {
        return Err(invalid(format!(
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The \
             AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {}, IndexKey: {}",
            index.name, part.name
        )));
    }
    Ok(())
}

fn check_size(what: &str, bytes: usize, limit: usize) -> Result<(), Fault> {
    match bytes > limit {
        true => {
            Err(invalid_values(format!("Size of {what} has exceeded the maximum size limit of{limit} bytes")))
        }
        false => Ok(()),
    }
}

/// The key attributes of an item.
pub(crate) fn attributes(parts: &[KeyPart], item: &Item) -> Item {
    parts.iter().filter_map(|p| Some((p.name.clone(), item.get(&p.name)?.clone()))).collect()
}
