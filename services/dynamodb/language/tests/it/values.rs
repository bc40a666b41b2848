//! Values: what a request may supply, sizes, equality and order.

use std::cmp::Ordering;

use dynamodb_language::{Item, Members, Number, Value, Wording, check_depth, size};

fn number(text: &str) -> Value {
    Value::N(Number::parse(text).expect("a number"))
}

fn message(members: Members) -> String {
    members.into_value().expect_err("refused").into_message()
}

fn texts(all: &[&str]) -> Option<Vec<String>> {
    Some(all.iter().map(|s| (*s).to_owned()).collect())
}

/// Source: texts that AWS answered to Dynalite's recorded tests; the two spaces are AWS's.
#[test]
fn refusals_of_supplied_values() {
    let none = Members::default();
    assert_eq!(
        message(none.clone()),
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    );
    assert_eq!(
        message(Members { s: Some(String::new()), bool: Some(true), ..none.clone() }),
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
    );
    assert_eq!(
        message(Members { null: Some(false), ..none.clone() }),
        "One or more parameter values were invalid: Null attribute value types must have the value of true"
    );
    assert_eq!(
        message(Members { ss: texts(&[]), ..none.clone() }),
        "One or more parameter values were invalid: An string set  may not be empty"
    );
    assert_eq!(
        message(Members { ns: texts(&[]), ..none.clone() }),
        "One or more parameter values were invalid: An number set  may not be empty"
    );
    assert_eq!(
        message(Members { bs: Some(vec![]), ..none.clone() }),
        "One or more parameter values were invalid: Binary sets should not be empty"
    );
    assert_eq!(
        message(Members { n: Some("b".to_owned()), ..none }),
        "The parameter cannot be converted to a numeric value: b"
    );
}

/// Source: dynamodb-conformance, captured October 2026.
#[test]
fn duplicates_are_refused_in_two_wordings() {
    let sets = [
        Members { ss: texts(&["b", "a", "b"]), ..Members::default() },
        Members { bs: Some(vec![vec![255], vec![0], vec![0]]), ..Members::default() },
        Members { ns: texts(&["2", "1", "2.0"]), ..Members::default() },
        Members { n: texts(&[""]).map(|t| t.concat()), ..Members::default() },
    ];
    let refused = |wording| {
        let texts = sets.iter().map(|m| m.clone().into_value_or(wording).unwrap_err().into_message());
        texts.collect::<Vec<_>>()
    };
    let invalid = "One or more parameter values were invalid: Input collection";
    assert_eq!(
        refused(Wording::Current),
        [
            format!("{invalid} [\"a\", \"b\", \"b\"] contains duplicates."),
            format!("{invalid} [\"AA==\",\"/w==\",\"AA==\"]of type BS contains duplicates."),
            format!("{invalid} contains duplicates."),
            "The parameter cannot be converted to a numeric value: ".to_owned(),
        ]
    );
    assert_eq!(
        refused(Wording::Older),
        [
            format!("{invalid} [b, a, b] contains duplicates."),
            format!("{invalid} [/w==, AA==, AA==]of type BS contains duplicates."),
            "Input collection contains duplicates".to_owned(),
            "The parameter cannot be converted to a numeric value".to_owned(),
        ]
    );
}

/// Source: dynamodb-conformance, captured October 2026: the older wording reads numbers as Java's BigDecimal does.
#[test]
fn numbers_with_huge_exponents_are_refused_in_two_wordings() {
    let of = |text: &str, wording| {
        let members = Members { n: Some(text.to_owned()), ..Members::default() };
        members.into_value_or(wording).unwrap_err().into_message()
    };
    let overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    let underflow =
        "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    for (text, current, older) in [
        ("1e126", overflow, overflow),
        ("1e2147483647", overflow, underflow),
        ("1e2147483648", overflow, "The parameter cannot be converted to a numeric value: 1e2147483648"),
        ("1e-2147483649", underflow, "The parameter cannot be converted to a numeric value: 1e-2147483649"),
    ] {
        assert_eq!(of(text, Wording::Current), current);
        assert_eq!(of(text, Wording::Older), older);
    }
}

#[test]
fn sets_have_no_order_and_numbers_no_spelling() {
    let set = |all: &[&str]| Members { ns: texts(all), ..Members::default() }.into_value().unwrap();
    assert_eq!(set(&["1", "2.0", "3"]), set(&["3e0", "1.0", "2"]));
    assert_ne!(set(&["1"]), set(&["1", "2"]));
    assert_ne!(number("1"), Value::S("1".to_owned()));
}

#[test]
fn only_texts_numbers_and_bytes_of_one_type_have_an_order() {
    let text = |s: &str| Value::S(s.to_owned());
    assert_eq!(text("Z").compare(&text("a")), Some(Ordering::Less));
    assert_eq!(text("\u{FFFF}").compare(&text("😀")), Some(Ordering::Less));
    assert_eq!(number("10").compare(&number("9")), Some(Ordering::Greater));
    assert_eq!(Value::B(vec![127]).compare(&Value::B(vec![128])), Some(Ordering::Less));
    assert_eq!(number("1").compare(&text("1")), None);
    assert_eq!(Value::Bool(true).compare(&Value::Bool(true)), None);
}

/// Source: developer guide, "DynamoDB item sizes and formats".
#[test]
fn sizes_of_items() {
    let list = Value::L(vec![Value::Null, Value::S("ab".to_owned())]);
    assert_eq!(size::value(&list), 3 + (1 + 1) + (2 + 1));
    let map = Value::M([("k".to_owned(), list)].into());
    assert_eq!(size::value(&map), 3 + 1 + 8 + 1);
    let item = Item::from([("é".to_owned(), map), ("b".to_owned(), Value::Bool(true))]);
    assert_eq!(size::item(&item), 2 + 13 + 1 + 1);
    assert_eq!(size::value(&Value::L(vec![])), 3);
}

#[test]
fn documents_nest_32_levels() {
    let nested = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::L(vec![inner]));
    assert!(check_depth(&nested(31)).is_ok());
    let refused = check_depth(&nested(32)).unwrap_err();
    assert!(refused.message().starts_with("Nesting Levels have exceeded supported limits: "));
}
