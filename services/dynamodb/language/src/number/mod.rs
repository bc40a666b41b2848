//! DynamoDB's number: a decimal of up to 38 significant digits whose magnitude lies between 1E-130 and
//! 9.9999999999999999999999999999999999999E+125, or zero. Exact; no binary floating point anywhere. Not a general decimal:
//! it adds, subtracts, compares and prints.
//!
//! Source: developer guide, "Supported data types and naming rules", Number; API reference, AttributeValue.

mod text;

use std::cmp::Ordering;

use crate::Invalid;

/// Significant digits that a number may have.
const MAX_DIGITS: u32 = 38;
/// Greatest exponent of the first digit.
const MAX_EXPONENT: i32 = 125;
/// Least exponent of the first digit.
const MIN_EXPONENT: i32 = -130;

/// A number: ±coefficient × 10^exponent, without trailing zeros in the coefficient; zero is never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    coefficient: u128,
    exponent: i16,
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number { negative: false, coefficient: 0, exponent: 0 };

    /// Reads a number as a request writes it.
    ///
    /// Errors: not numeric; magnitude beyond the range; more than 38 significant digits.
    pub fn parse(text: &str) -> Result<Number, Invalid> {
        text::parse(text)
    }

    /// Puts a number together, dropping trailing zeros; in the order in which AWS checks.
    fn checked(negative: bool, mut coefficient: u128, mut exponent: i32) -> Result<Number, Invalid> {
        if coefficient == 0 {
            return Ok(Number::ZERO);
        }
        while coefficient.is_multiple_of(10) {
            coefficient /= 10;
            exponent += 1;
        }
        let digits = coefficient.ilog10() + 1;
        let first = exponent + digits as i32 - 1;
        if first > MAX_EXPONENT {
            return Err(overflow());
        }
        if first < MIN_EXPONENT {
            return Err(underflow());
        }
        if digits > MAX_DIGITS {
            return Err(too_many_digits());
        }
        Ok(Number { negative, coefficient, exponent: exponent as i16 })
    }

    /// From digits (each 0–9, none of them leading or trailing zeros) and the exponent of the first.
    pub(crate) fn from_digits(negative: bool, digits: &[u8], first: i32) -> Option<Number> {
        if digits.is_empty() || digits.len() > MAX_DIGITS as usize || digits.iter().any(|d| *d > 9) {
            return None;
        }
        let coefficient = digits.iter().fold(0u128, |all, d| all * 10 + u128::from(*d));
        let canonical = digits[0] != 0 && !coefficient.is_multiple_of(10);
        let number = Number::checked(negative, coefficient, first + 1 - digits.len() as i32).ok()?;
        canonical.then_some(number)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.coefficient == 0
    }

    /// Whether it is less than zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Its significant digits, most significant first; none for zero.
    pub(crate) fn digits(&self) -> Vec<u8> {
        if self.is_zero() {
            return Vec::new();
        }
        self.coefficient.to_string().bytes().map(|b| b - b'0').collect()
    }

    /// Number of significant digits; 0 for zero.
    pub fn precision(&self) -> u32 {
        if self.is_zero() { 0 } else { self.coefficient.ilog10() + 1 }
    }

    /// The exponent of the first significant digit.
    pub(crate) fn first_exponent(&self) -> i32 {
        i32::from(self.exponent) + self.precision() as i32 - 1
    }

    /// Itself with the other sign.
    #[must_use]
    pub fn negated(&self) -> Number {
        Number { negative: !self.negative && !self.is_zero(), ..*self }
    }

    /// The exact sum.
    ///
    /// Errors: magnitude beyond the range. A sum that needs more than 38 digits is refused with the same text as one that is
    /// too large, as AWS does (observed by the authors of Alternator's test suite: 1e50 + 1).
    pub fn plus(&self, other: &Number) -> Result<Number, Invalid> {
        if self.is_zero() || other.is_zero() {
            return Ok(if self.is_zero() { *other } else { *self });
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        // When the shifted coefficient does not fit 128 bits, the sum keeps the last digit of `low` and has more than 38.
        let shift = (high.exponent - low.exponent) as u32;
        let shifted = 10u128.checked_pow(shift).and_then(|p| high.coefficient.checked_mul(p));
        let Some(shifted) = shifted else { return Err(overflow()) };
        let (negative, sum) = if high.negative == low.negative {
            (high.negative, shifted.checked_add(low.coefficient))
        } else if shifted >= low.coefficient {
            (high.negative, Some(shifted - low.coefficient))
        } else {
            (low.negative, Some(low.coefficient - shifted))
        };
        let sum = sum.ok_or_else(overflow)?;
        match Number::checked(negative, sum, i32::from(low.exponent)) {
            Err(e) if e == too_many_digits() => Err(overflow()),
            other => other,
        }
    }

    /// The exact difference. Errors: as those of [`Number::plus`].
    pub fn minus(&self, other: &Number) -> Result<Number, Invalid> {
        self.plus(&other.negated())
    }

    /// The number as an integer of 64 bits, when it is one.
    pub fn to_i64(&self) -> Option<i64> {
        let scale = 10u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        let magnitude = i128::try_from(self.coefficient.checked_mul(scale)?).ok()?;
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }

    fn compare_magnitude(&self, other: &Number) -> Ordering {
        let by_size = self.first_exponent().cmp(&other.first_exponent());
        by_size.then_with(|| {
            // Same first exponent: pad the shorter coefficient with zeros, at most to 38 digits.
            let pad = |n: &Number| n.coefficient * 10u128.pow(MAX_DIGITS - n.precision());
            pad(self).cmp(&pad(other))
        })
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number::checked(false, u128::from(value), 0).expect("20 digits are within 38")
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        let magnitude = Number::from(value.unsigned_abs());
        if value < 0 { magnitude.negated() } else { magnitude }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let sign = |n: &Number| if n.is_zero() { 0 } else { 1 - 2 * i32::from(n.negative) };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => self.compare_magnitude(other),
            _ => other.compare_magnitude(self),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn overflow() -> Invalid {
    Invalid::new("Number overflow. Attempting to store a number with magnitude larger than supported range")
}

pub(crate) fn underflow() -> Invalid {
    Invalid::new("Number underflow. Attempting to store a number with magnitude smaller than supported range")
}

fn too_many_digits() -> Invalid {
    Invalid::new("Attempting to store more than 38 significant digits in a Number")
}
