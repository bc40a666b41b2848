//! The order of keys' bytes is the order of their values, and they read back.

use dynamodb_language::key::{KeyType, decode, encode};
use dynamodb_language::{Number, Value};

use super::random::{Random, number, text};

#[test]
fn bytes_of_any_two_numbers_sort_as_the_numbers() {
    let mut r = Random::new(1);
    for _ in 0..50_000 {
        let a = number(&mut r);
        let b = match r.below(4) {
            0 => near(&mut r, &a),
            1 => a.negated(),
            _ => number(&mut r),
        };
        let (x, y) = (encode(&Value::N(a)).unwrap(), encode(&Value::N(b)).unwrap());
        assert_eq!(x.cmp(&y), a.cmp(&b), "{a} {b}");
        assert_eq!(decode(KeyType::N, &x), Some(Value::N(a)));
    }
}

/// A number that differs little: in one more or one fewer digit, or the exponent.
fn near(r: &mut Random, n: &Number) -> Number {
    let text = n.to_string();
    let changed = match r.below(3) {
        0 => text[..text.len() - 1].to_owned(),
        1 => format!("{text}1"),
        _ => format!("{text}e1"),
    };
    Number::parse(&changed).unwrap_or(*n)
}

#[test]
fn every_exponent_and_sign_sorts() {
    let mut all = Vec::new();
    for exponent in -130..=125 {
        for mantissa in ["1", "1.1", "9", "9.9"] {
            let n = Number::parse(&format!("{mantissa}e{exponent}")).unwrap();
            all.extend([n, n.negated()]);
        }
    }
    all.push(Number::ZERO);
    all.sort();
    let bytes: Vec<_> = all.iter().map(|n| encode(&Value::N(*n)).unwrap()).collect();
    assert!(bytes.windows(2).all(|w| w[0] < w[1]));
    assert_eq!(all.len(), 256 * 8 + 1);
}

#[test]
fn texts_and_bytes_sort_by_their_bytes_and_keep_prefixes() {
    let mut r = Random::new(2);
    for _ in 0..2_000 {
        let (a, b) = (text(&mut r), text(&mut r));
        let (x, y) = (encode(&Value::S(a.clone())).unwrap(), encode(&Value::S(b.clone())).unwrap());
        assert_eq!(x.cmp(&y), a.as_bytes().cmp(b.as_bytes()));
        assert_eq!(x.starts_with(&y), a.starts_with(&b));
        assert_eq!(decode(KeyType::S, &x), Some(Value::S(a)));
    }
    assert_eq!(decode(KeyType::B, &[0, 255]), Some(Value::B(vec![0, 255])));
    assert_eq!(encode(&Value::Null), None);
}

#[test]
fn bytes_that_no_number_gives_are_refused() {
    let hostile: [&[u8]; 9] = [
        &[],
        &[1, 0],
        &[2],
        &[2, 130],
        &[2, 130, 0],
        &[2, 130, 1],
        &[2, 130, 102],
        &[0, 125, 253],
        &[3, 130, 11],
    ];
    for bytes in hostile {
        assert_eq!(decode(KeyType::N, bytes), None, "{bytes:?}");
    }
    let mut r = Random::new(3);
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..r.below(24)).map(|_| r.next() as u8).collect();
        if let Some(value) = decode(KeyType::N, &bytes) {
            assert_eq!(encode(&value).unwrap(), bytes, "one encoding for each number");
        }
    }
}
