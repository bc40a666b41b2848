//! How many bytes an item or a value takes: what limits, capacity and the bill count. Not the length of the stored row.
//!
//! Source: developer guide, "DynamoDB item sizes and formats": names and texts by their UTF-8, numbers "1 byte per two
//! significant digits" and one more, null and Boolean 1, lists and maps 3 and 1 for each element. Inferred: that pairs of
//! digits align at the decimal point, and that a negative number takes one byte more.

use crate::{Item, Number, Value};

/// Most bytes of an item.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// Bytes of an item: names and values.
pub fn item(item: &Item) -> usize {
    item.iter().map(|(name, v)| name.len() + value(v)).sum()
}

/// Bytes of a value without its name.
pub fn value(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(n) => number(n),
        Value::B(bytes) => bytes.len(),
        Value::Bool(_) | Value::Null => 1,
        Value::M(map) => 3 + map.iter().map(|(name, v)| name.len() + self::value(v) + 1).sum::<usize>(),
        Value::L(list) => 3 + list.iter().map(|v| self::value(v) + 1).sum::<usize>(),
        Value::Ss(set) => set.iter().map(String::len).sum(),
        Value::Ns(set) => set.iter().map(number).sum(),
        Value::Bs(set) => set.iter().map(Vec::len).sum(),
    }
}

/// Bytes of a number.
pub fn number(n: &Number) -> usize {
    if n.is_zero() {
        return 1;
    }
    // Digits of the first pair: one when the first digit's exponent is even (hundreds, ones, hundredths …), else two.
    let alone = n.first_exponent().rem_euclid(2) == 0;
    let padded = n.precision() as usize + usize::from(alone);
    1 + padded.div_ceil(2) + usize::from(n.is_negative())
}
