//! Items between the wire and the language: a request's `AttributeValue`s become [`Value`]s, and back. Also where items lie.

use std::collections::BTreeMap;

use codec::{Blob, Fault};
use dynamodb_language::{Item, Members, Value, Wording, check_depth, given_number, row};
use shapes_dynamodb::AttributeValue;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::err::{invalid, refused};

/// A map of attributes, as it stands in requests and answers.
pub(crate) type WireItem = BTreeMap<String, AttributeValue>;

/// The value that a request gives.
///
/// Errors: ValidationException: none, or no value of its type.
pub(crate) fn value(given: &AttributeValue) -> Result<Value, Fault> {
    worded(given, Wording::Current)
}

fn worded(given: &AttributeValue, words: Wording) -> Result<Value, Fault> {
    if let Some(v) = plain(given, words)? {
        return Ok(v);
    }
    let map = |m: &WireItem| {
        m.iter().map(|(k, v)| Ok((k.clone(), worded(v, words)?))).collect::<Result<_, Fault>>()
    };
    let members = Members {
        s: given.s.clone(),
        n: given.n.clone(),
        b: given.b.as_ref().map(|b| b.0.clone()),
        ss: given.ss.clone(),
        ns: given.ns.clone(),
        bs: given.bs.as_ref().map(|bs| bs.iter().map(|b| b.0.clone()).collect()),
        m: given.m.as_ref().map(map).transpose()?,
        l: given
            .l
            .as_ref()
            .map(|l| l.iter().map(|v| worded(v, words)).collect::<Result<_, Fault>>())
            .transpose()?,
        null: given.null,
        bool: given.bool,
    };
    members.into_value_or(words).map_err(refused)
}

/// A value of one member whose type asks for no check but a number's: nearly all are. `None`: look closer.
fn plain(given: &AttributeValue, words: Wording) -> Result<Option<Value>, Fault> {
    let AttributeValue { s, n, b, ss, ns, bs, m, l, null, bool } = given;
    let sets = ss.is_some() || ns.is_some() || bs.is_some();
    if sets || null.is_some() {
        return Ok(None);
    }
    Ok(match (s, n, b, m, l, bool) {
        (Some(text), None, None, None, None, None) => Some(Value::S(text.clone())),
        (None, Some(text), None, None, None, None) => {
            Some(Value::N(given_number(text, words).map_err(refused)?))
        }
        (None, None, Some(bytes), None, None, None) => Some(Value::B(bytes.0.clone())),
        (None, None, None, Some(map), None, None) => {
            let one = |(k, v): (&String, &AttributeValue)| Ok((k.clone(), worded(v, words)?));
            Some(Value::M(map.iter().map(one).collect::<Result<_, Fault>>()?))
        }
        (None, None, None, None, Some(list), None) => {
            Some(Value::L(list.iter().map(|v| worded(v, words)).collect::<Result<_, Fault>>()?))
        }
        (None, None, None, None, None, Some(b)) => Some(Value::Bool(*b)),
        _ => None,
    })
}

/// The attributes that a request gives.
pub(crate) fn read(given: &WireItem) -> Result<Item, Fault> {
    read_in(given, Wording::Current)
}

fn read_in(given: &WireItem, words: Wording) -> Result<Item, Fault> {
    let mut item = Item::new();
    for (name, v) in given {
        let v = worded(v, words)?;
        check_depth(&v).map_err(refused)?;
        item.insert(name.clone(), v);
    }
    Ok(item)
}

/// The attributes that a batch gives: AWS refuses what is wrong with them in older words.
pub(crate) fn read_older(given: &WireItem) -> Result<Item, Fault> {
    read_in(given, Wording::Older)
}

/// The attributes that a request which writes gives: AWS counts what is wrong with those.
pub(crate) fn read_counted(given: &WireItem) -> Result<Item, Fault> {
    read(given).map_err(|f| match f.message().starts_with("One or more parameter values were invalid") {
        true => invalid(format!("1 validation error detected: {}", f.message())),
        false => f,
    })
}

/// A value as answers show it.
pub(crate) fn shown(v: Value) -> AttributeValue {
    let mut a = AttributeValue::default();
    match v {
        Value::S(text) => a.s = Some(text),
        Value::N(n) => a.n = Some(n.to_string()),
        Value::B(bytes) => a.b = Some(Blob(bytes)),
        Value::Bool(b) => a.bool = Some(b),
        Value::Null => a.null = Some(true),
        Value::M(map) => a.m = Some(show(map)),
        Value::L(list) => a.l = Some(list.into_iter().map(shown).collect()),
        Value::Ss(set) => a.ss = Some(set.into_iter().collect()),
        Value::Ns(set) => a.ns = Some(set.iter().map(ToString::to_string).collect()),
        Value::Bs(set) => a.bs = Some(set.into_iter().map(Blob).collect()),
    }
    a
}

/// An item as answers show it.
pub(crate) fn show(item: Item) -> WireItem {
    item.into_iter().map(|(name, v)| (name, shown(v))).collect()
}

/// An item at rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stored {
    pub(crate) item: Item,
}

impl Row for Stored {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &row::encode(&self.item));
    }
    fn read(r: &mut RowReader) -> Result<Stored, RowError> {
        let bytes: Vec<u8> = r.get(1)?;
        let item = row::decode(&bytes).map_err(|e| RowError::new(e.to_string()))?;
        Ok(Stored { item })
    }
}

/// Number of the table, spread, partition key, sort key: a partition's items lie together, in the order of their sort keys;
/// partitions lie in the order of their spread.
pub(crate) type ItemKey = (u64, u64, Vec<u8>, Vec<u8>);

/// Items of all tables.
pub(crate) struct Items;
impl Table for Items {
    const NAME: &'static str = "dynamodb.item";
    const VERSION: u16 = 1;
    type Key = ItemKey;
    type Row = Stored;
}

/// Number of the index, spread, partition key and sort key in the index, then those of the table.
pub(crate) type EntryKey = (u64, u64, Vec<u8>, Vec<u8>, (Vec<u8>, Vec<u8>));

/// Entries of all secondary indexes: what is projected of the items that have the index's keys.
pub(crate) struct Entries;
impl Table for Entries {
    const NAME: &'static str = "dynamodb.entry";
    const VERSION: u16 = 1;
    type Key = EntryKey;
    type Row = Stored;
}

/// Where a partition lies among all: a number that spreads evenly and never changes (FNV-1a, then mixed).
pub(crate) fn spread(partition_key: &[u8]) -> u64 {
    let fnv = |h: u64, b: &u8| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    let mut h = partition_key.iter().fold(0xcbf2_9ce4_8422_2325, fnv);
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_spread_evenly() {
        let mut quarters = [0; 4];
        for i in 0..4_000 {
            quarters[(spread(format!("user#{i}").as_bytes()) >> 62) as usize] += 1;
        }
        assert!(quarters.iter().all(|n| (850..1_150).contains(n)), "{quarters:?}");
        assert_eq!(spread(b"a"), spread(b"a"));
    }

    #[test]
    fn every_type_goes_through_the_wire_and_back() {
        let list = vec![AttributeValue { null: Some(true), ..Default::default() }];
        let given = AttributeValue {
            m: Some(BTreeMap::from([(
                "l".to_owned(),
                AttributeValue { l: Some(list), ..Default::default() },
            )])),
            ..Default::default()
        };
        let back = shown(value(&given).unwrap());
        assert_eq!(back.m.unwrap()["l"].l.as_ref().unwrap()[0].null, Some(true));
    }
}
