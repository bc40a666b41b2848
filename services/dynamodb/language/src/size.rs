//! How many bytes an item or a value takes: what limits, capacity and the bill count. Not the length of the stored row.
//!
//! Source: developer guide, "DynamoDB item sizes and formats": names and texts by their UTF-8, null and Boolean 1, lists and
//! maps 3 and 1 for each element. Numbers: 1, and 1 for every two digits, those before and behind the point counted apart,
//! and 1 for a sign, as dynamodb-conformance measured at the limit of 400 KB (the guide's rule is coarser).

use crate::{Invalid, Item, Number, Value};

/// Most bytes of an item.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// Refuses an item that is too large to be put.
pub fn check_put(item: &Item) -> Result<(), Invalid> {
    check(item, "Item size has exceeded the maximum allowed size")
}

/// Refuses an item that an update made too large.
pub fn check_update(item: &Item) -> Result<(), Invalid> {
    check(item, "Item size to update has exceeded the maximum allowed size")
}

fn check(item: &Item, text: &str) -> Result<(), Invalid> {
    if self::item(item) > MAX_ITEM_BYTES { Err(Invalid::new(text)) } else { Ok(()) }
}

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
    // Digits before the point and behind it, without leading and trailing zeros of the number.
    let digits = n.precision() as i32;
    let whole = (n.first_exponent() + 1).clamp(0, digits) as usize;
    let fraction = digits as usize - whole;
    1 + whole.div_ceil(2) + fraction.div_ceil(2) + usize::from(n.is_negative())
}
