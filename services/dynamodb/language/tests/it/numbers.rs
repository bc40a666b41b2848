//! Numbers: what is read, refused, printed, added. Against integers where those are exact.

use dynamodb_language::{Number, size};

use super::random::{Random, number};

fn parse(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

const OVERFLOW: &str =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";
const UNDERFLOW: &str =
    "Number underflow. Attempting to store a number with magnitude smaller than supported range";

/// Source: developer guide, "Number"; forms seen accepted by AWS in Alternator's test suite (`.123`, `+3`).
#[test]
fn numbers_are_printed_plainly_and_without_needless_zeros() {
    let cases = [
        ("3", "3"),
        ("-7.1234", "-7.1234"),
        ("-17e5", "-1700000"),
        ("-17.4E37", "-174000000000000000000000000000000000000"),
        ("+3", "3"),
        (".123", "0.123"),
        ("5.", "5"),
        ("0001.2300", "1.23"),
        ("1e+5", "100000"),
        ("0e125", "0"),
        ("-0.0", "0"),
        ("1e-3", "0.001"),
        ("100", "100"),
        ("0.10", "0.1"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("123456789012345678901234567890123456780000", "123456789012345678901234567890123456780000"),
    ];
    for (text, printed) in cases {
        assert_eq!(parse(text).to_string(), printed);
    }
    assert_eq!(parse("1e125").to_string().len(), 126);
    assert_eq!(parse("1e-130").to_string().len(), 132);
}

#[test]
fn what_is_not_numeric_too_large_too_small_or_too_long_is_refused() {
    let not_numeric =
        ["NaN", "Infinity", "-Infinity", "dog", "-", " 1", "1 ", ".", "1e", "e5", "1.2.3", "0x1"];
    for text in not_numeric {
        let message = Number::parse(text).unwrap_err().into_message();
        assert_eq!(message, format!("The parameter cannot be converted to a numeric value: {text}"));
    }
    for text in ["1e126", "-11e125", "1e99999999999", "10e125", "0e126", "10e9223372036854775807"] {
        assert_eq!(Number::parse(text).unwrap_err().message(), OVERFLOW, "{text}");
    }
    for text in ["1e-131", "-0.9e-130", "1e-99999999999", "0e-131"] {
        assert_eq!(Number::parse(text).unwrap_err().message(), UNDERFLOW, "{text}");
    }
    let long = Number::parse("3.14159265358979323846264338327950288419").unwrap_err();
    assert_eq!(long.message(), "Attempting to store more than 38 significant digits in a Number");
}

#[test]
fn sums_are_exact_or_refused() {
    let sum =
        |a: &str, b: &str| parse(a).plus(&parse(b)).map(|n| n.to_string()).map_err(|e| e.into_message());
    assert_eq!(sum("1", "10000000000000000000000").unwrap(), "10000000000000000000001");
    assert_eq!(sum("0.1", "0.2").unwrap(), "0.3");
    assert_eq!(sum("5", "-5").unwrap(), "0");
    assert_eq!(sum("1e100", "-1e100").unwrap(), "0");
    assert_eq!(sum("99999999999999999999999999999999999999", "1").unwrap().len(), 39);
    assert_eq!(sum("1e37", "0.1").unwrap_err(), OVERFLOW);
    assert_eq!(sum("1e50", "1").unwrap_err(), OVERFLOW);
    assert_eq!(sum("1e125", "1e-130").unwrap_err(), OVERFLOW);
    assert_eq!(sum("9e125", "9e125").unwrap_err(), OVERFLOW);
    assert_eq!(sum("1.1e-130", "-1e-130").unwrap_err(), UNDERFLOW);
    assert_eq!(parse("9e125").minus(&parse("-9e125")).unwrap_err().message(), OVERFLOW);
}

#[test]
fn sums_order_and_text_agree_with_integers() {
    let mut r = Random::new(7);
    for _ in 0..20_000 {
        let bits = 1 + r.below(62);
        let (a, b) = ((r.next() >> (64 - bits)) as i64, (r.next() >> (64 - bits)) as i64);
        let (a, b) = (if r.chance(50) { -a } else { a }, if r.chance(50) { -b } else { b });
        let (x, y) = (Number::from(a), Number::from(b));
        assert_eq!(x.cmp(&y), a.cmp(&b));
        assert_eq!(x.plus(&y).unwrap().to_string(), (a + b).to_string());
        assert_eq!(x.minus(&y).unwrap().to_i64(), Some(a - b));
    }
}

#[test]
fn what_is_printed_is_the_same_number() {
    let mut r = Random::new(8);
    for _ in 0..5_000 {
        let n = number(&mut r);
        assert_eq!(parse(&n.to_string()), n);
        assert_eq!(n.plus(&n.negated()).unwrap(), Number::ZERO);
    }
}

/// Source: measured against AWS at the limit of 400 KB by dynamodb-conformance (eu-west-2, August 2026).
#[test]
fn sizes_of_numbers() {
    let cases = [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("12345678901234567890123456789012345678", 20),
        ("0042", 2),
        ("100", 2),
        ("1010", 3),
        ("0.0000001", 2),
        ("1E125", 2),
        ("1E-100", 2),
        ("1.5", 3),
        ("15", 2),
        ("1.200", 3),
        ("1.234", 4),
        ("3.14159", 5),
        ("123456", 4),
        ("100.5", 4),
        ("0.15", 2),
        ("-42", 3),
        ("-0", 1),
    ];
    for (text, bytes) in cases {
        assert_eq!(size::number(&parse(text)), bytes, "{text}");
    }
}
