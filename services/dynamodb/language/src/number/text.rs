//! Numbers as text: what requests may write, and how DynamoDB prints: plainly, never with an exponent.

use std::fmt::{self, Write};

use super::{MAX_DIGITS, MAX_EXPONENT, MIN_EXPONENT, Number, overflow, too_many_digits, underflow};
use crate::Invalid;

/// Reads `[+-]digits[.digits][e[+-]digits]`; a digit must stand on one side of the point. The exponent is read in full (64
/// bits), and zero is within the range or not by the exponent that it is written with.
///
/// Source: dynamodb-conformance, captured October 2026.
pub(super) fn parse(text: &str) -> Result<Number, Invalid> {
    let parts = Parts::of(text).ok_or_else(|| {
        Invalid::new(format!("The parameter cannot be converted to a numeric value: {text}"))
    })?;
    parts.number()
}

/// A number's text, taken apart.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits_only = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let some = !whole.is_empty() || !fraction.is_empty();
        (some && digits_only(whole) && digits_only(fraction)).then_some(Parts {
            negative,
            whole,
            fraction,
            exponent,
        })
    }

    fn number(&self) -> Result<Number, Invalid> {
        let digits: Vec<u8> = self.whole.bytes().chain(self.fraction.bytes()).collect();
        let Some(from) = digits.iter().position(|d| *d != b'0') else {
            check_range(self.exponent.saturating_sub(self.fraction.len() as i64))?;
            return Ok(Number::ZERO);
        };
        let to = digits.iter().rposition(|d| *d != b'0').map_or(digits.len(), |at| at + 1);
        let first = self.exponent.saturating_add(self.whole.len() as i64 - 1 - from as i64);
        check_range(first)?;
        if to - from > MAX_DIGITS as usize {
            return Err(too_many_digits());
        }
        let coefficient = digits[from..to].iter().fold(0u128, |all, d| all * 10 + u128::from(d - b'0'));
        Number::checked(self.negative, coefficient, first as i32 + 1 - (to - from) as i32)
    }
}

fn check_range(exponent: i64) -> Result<(), Invalid> {
    if exponent > i64::from(MAX_EXPONENT) {
        Err(overflow())
    } else if exponent < i64::from(MIN_EXPONENT) {
        Err(underflow())
    } else {
        Ok(())
    }
}

/// An exponent of 64 bits.
fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.coefficient.to_string();
        let point = digits.len() as i32 + i32::from(self.exponent);
        if self.negative {
            f.write_char('-')?;
        }
        if self.exponent >= 0 {
            f.write_str(&digits)?;
            (0..self.exponent).try_for_each(|_| f.write_char('0'))
        } else if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            write!(f, "{whole}.{fraction}")
        } else {
            f.write_str("0.")?;
            (point..0).try_for_each(|_| f.write_char('0'))?;
            f.write_str(&digits)
        }
    }
}
