//! Bytes of keys that compare as DynamoDB sorts: text by UTF-8 bytes, numbers by value, bytes unsigned. Not a whole key of
//! the store: the type is not in it (an attribute definition fixes it), nor an end (the store writes one).
//!
//! Text and bytes are themselves, so a prefix stays a prefix (`begins_with`). A number is its sign, the exponent of its
//! first digit, and its digits in pairs, so that no two encodings of different numbers are equal:
//!
//! | bytes | meaning |
//! | --- | --- |
//! | `01` | zero |
//! | `02 exponent+130 pair+1 …` | positive; a last single digit is the first of its pair |
//! | `00` and the same bytes inverted, then `FF` | negative |

use crate::{Number, Value};

const NEGATIVE: u8 = 0;
const ZERO: u8 = 1;
const POSITIVE: u8 = 2;
const BIAS: i32 = 130;

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// Text.
    S,
    /// Number.
    N,
    /// Bytes.
    B,
}

impl KeyType {
    /// Whether the value is of this type.
    pub fn is_of(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (KeyType::S, Value::S(_)) | (KeyType::N, Value::N(_)) | (KeyType::B, Value::B(_))
        )
    }
}

/// The bytes of a value that can be a key; `None` for other types.
pub fn encode(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::S(text) => Some(text.as_bytes().to_vec()),
        Value::N(number) => Some(encode_number(number)),
        Value::B(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// The value again; `None` when the bytes are not such a key.
pub fn decode(key_type: KeyType, bytes: &[u8]) -> Option<Value> {
    match key_type {
        KeyType::S => String::from_utf8(bytes.to_vec()).ok().map(Value::S),
        KeyType::N => decode_number(bytes).map(Value::N),
        KeyType::B => Some(Value::B(bytes.to_vec())),
    }
}

/// The bytes of a number.
pub fn encode_number(number: &Number) -> Vec<u8> {
    if number.is_zero() {
        return vec![ZERO];
    }
    let digits = number.digits();
    let mut out = Vec::with_capacity(3 + digits.len().div_ceil(2));
    out.push(POSITIVE);
    out.push((number.first_exponent() + BIAS) as u8);
    out.extend(digits.chunks(2).map(|pair| pair[0] * 10 + pair.get(1).copied().unwrap_or(0) + 1));
    if number.is_negative() {
        out.iter_mut().for_each(|b| *b = !*b);
        out[0] = NEGATIVE;
        out.push(0xFF);
    }
    out
}

/// The number again; `None` when the bytes are not the encoding of one.
pub fn decode_number(bytes: &[u8]) -> Option<Number> {
    let (class, rest) = bytes.split_first()?;
    match *class {
        ZERO => rest.is_empty().then_some(Number::ZERO),
        POSITIVE => decode_magnitude(false, rest.iter().copied()),
        NEGATIVE => {
            let (end, inner) = rest.split_last()?;
            (*end == 0xFF).then(|| decode_magnitude(true, inner.iter().map(|b| !*b)))?
        }
        _ => None,
    }
}

fn decode_magnitude(negative: bool, mut bytes: impl Iterator<Item = u8>) -> Option<Number> {
    let exponent = i32::from(bytes.next()?) - BIAS;
    let mut digits = Vec::with_capacity(38);
    for byte in bytes {
        let pair = byte.checked_sub(1).filter(|p| *p < 100)?;
        if digits.len() > 38 {
            return None;
        }
        digits.extend([pair / 10, pair % 10]);
    }
    // A last pair that ends in zero stands for a single digit.
    digits.pop_if(|last| *last == 0);
    Number::from_digits(negative, &digits, exponent)
}
