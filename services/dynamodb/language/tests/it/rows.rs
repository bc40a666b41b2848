//! Stored items read back, and bytes that are none are refused without panic.

use dynamodb_language::row::{RowError, decode, decode_value, encode, encode_value};
use dynamodb_language::{Item, Value};

use super::random::{Random, item, value};

#[test]
fn items_and_values_read_back() {
    let mut r = Random::new(11);
    for _ in 0..3_000 {
        let item = item(&mut r);
        assert_eq!(decode(&encode(&item)), Ok(item));
        let value = value(&mut r, 4);
        assert_eq!(decode_value(&encode_value(&value)), Ok(value));
    }
}

#[test]
fn changed_and_cut_bytes_give_an_error_or_another_item() {
    let mut r = Random::new(12);
    for _ in 0..20_000 {
        let mut bytes = encode(&item(&mut r));
        for _ in 0..1 + r.below(3) {
            let at = r.below(bytes.len());
            match r.below(3) {
                0 => bytes.truncate(at + 1),
                1 => bytes[at] = r.next() as u8,
                _ => bytes.insert(at, r.next() as u8),
            }
        }
        if let Ok(item) = decode(&bytes) {
            assert_eq!(encode(&item), bytes, "one encoding for each item");
        }
    }
}

#[test]
fn hostile_lengths_depths_and_versions_are_refused() {
    assert_eq!(decode(&[]), Err(RowError::Malformed("the bytes end too soon")));
    assert_eq!(decode(&[9, 0]), Err(RowError::Version(9)));
    assert!(decode(&[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]).is_err());
    assert!(decode(&[1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]).is_err());
    let deep: Vec<u8> = [8, 1].repeat(100_000);
    assert_eq!(decode_value(&deep), Err(RowError::Malformed("values nest too deeply")));
}

#[test]
fn rows_are_compact() {
    let item =
        Item::from([("id".to_owned(), Value::S("ab".to_owned())), ("n".to_owned(), Value::N(5u64.into()))]);
    let bytes = encode(&item);
    assert_eq!(bytes, [1, 2, 2, b'i', b'd', 1, 2, b'a', b'b', 1, b'n', 2, 3, 2, 130, 51]);
}
