//! Legacy parameters: what they mean and how they are refused.
//!
//! Sources: texts as AWS answered them to Dynalite's suite; semantics from Alternator's; developer guide, "Legacy conditional
//! parameters".

use std::collections::BTreeMap;

use dynamodb_language::expression::{KeyAttribute, KeyOp};
use dynamodb_language::key::KeyType;
use dynamodb_language::legacy::{
    self, AttributeUpdate, ComparisonOperator, ConditionalOperator, Expected, Filter, UpdateAction,
};
use dynamodb_language::{Invalid, Item, Value};

use super::notation;

fn values(text: &str) -> Vec<Value> {
    let Value::L(list) = notation::map(&format!("l=[{text}]")).remove("l").unwrap() else { panic!() };
    list
}

fn filters(text: &str) -> BTreeMap<String, Filter> {
    let one = |part: &str| {
        let mut words = part.trim().splitn(3, ' ');
        let name = words.next().unwrap().to_owned();
        let operator = ComparisonOperator::of_name(words.next().unwrap()).unwrap();
        (name, Filter { operator, values: values(words.next().unwrap_or("")) })
    };
    text.split(';').map(one).collect()
}

fn message<T: std::fmt::Debug>(result: Result<T, Invalid>) -> String {
    result.unwrap_err().into_message()
}

/// Filter, item, whether it holds.
const FILTERS: &[(&str, &str, bool)] = &[
    ("a EQ 1", "a=1", true),
    ("a EQ 1", "a=\"1\"", false),
    ("a EQ ss(\"x\",\"y\")", "a=ss(\"y\",\"x\")", true),
    ("a EQ true", "a=true", true),
    ("a NE 1", "a=2", true),
    ("a NE 1", "a=\"1\"", true),
    ("q NE 1", "a=1", true),
    ("a NE 1", "a=1", false),
    ("a LE 1", "a=1", true),
    ("a LT 1", "a=1", false),
    ("b GE \"cat\"", "b=\"dog\"", true),
    ("b GT b\"cat\"", "b=\"dog\"", false),
    ("a GT \"1\"", "a=2", false),
    ("a NULL", "b=1", true),
    ("a NULL", "a=null", false),
    ("a NOT_NULL", "a=null", true),
    ("a NOT_NULL", "b=1", false),
    ("a CONTAINS \"ell\"", "a=\"hello\"", true),
    ("b CONTAINS 4", "b=ns(2,4)", true),
    ("c CONTAINS 4", "c=[2,4]", true),
    ("q CONTAINS 4", "c=[2,4]", false),
    ("a NOT_CONTAINS \"dog\"", "a=\"hello\"", true),
    ("a NOT_CONTAINS 1", "a=\"hello\"", true),
    ("b NOT_CONTAINS 4", "b=ns(2,4)", false),
    ("q NOT_CONTAINS 1", "a=\"hello\"", false),
    ("a BEGINS_WITH \"hell\"", "a=\"hello\"", true),
    ("x BEGINS_WITH \"dog\"", "x=3", false),
    ("c IN 2,3,8", "c=3", true),
    ("c IN 1,2", "c=3", false),
    ("a IN 2", "a=ns(2)", false),
    ("a BETWEEN 1,3", "a=2", true),
    ("a BETWEEN \"cat\",\"dog\"", "a=2", false),
    ("q BETWEEN 0,100", "a=2", false),
    ("a.b EQ 1", "a.b=1", true),
    ("a.b EQ 1", "a={b:1}", false),
    ("a EQ 1; b EQ 2", "a=1, b=2", true),
    ("a EQ 1; b EQ 2", "a=1, b=3", false),
];

#[test]
fn filters_hold_as_documented() {
    for (text, item, holds) in FILTERS {
        let condition = legacy::filter(&filters(text), ConditionalOperator::And).unwrap();
        assert_eq!(condition.holds(&notation::map(item)), *holds, "{text} of {item}");
    }
    let either = legacy::filter(&filters("a EQ 1; b EQ 2"), ConditionalOperator::Or).unwrap();
    assert!(either.holds(&notation::map("a=1, b=3")));
    assert!(!either.holds(&notation::map("a=2, b=3")));
    let none = legacy::filter(&BTreeMap::new(), ConditionalOperator::Or).unwrap();
    assert!(none.holds(&Item::new()));
}

#[test]
fn filters_are_refused_in_the_words_of_legacy() {
    let of = |text: &str| message(legacy::filter(&filters(text), ConditionalOperator::And));
    let invalid = "One or more parameter values were invalid:";
    for text in
        ["a EQ", "a EQ 1,2", "a NULL 1", "a IN", "a BETWEEN 1", "a BETWEEN 1,2,3", "a CONTAINS \"a\",\"b\""]
    {
        let operator = text.split(' ').nth(1).unwrap();
        let wanted = format!("{invalid} Invalid number of argument(s) for the {operator} ComparisonOperator");
        assert_eq!(of(text), wanted);
    }
    for (text, kind) in
        [("a LT true", "BOOL"), ("a GE [1]", "L"), ("a IN ss(\"a\")", "SS"), ("a BEGINS_WITH 1", "N")]
    {
        let operator = text.split(' ').nth(1).unwrap();
        let wanted =
            format!("{invalid} ComparisonOperator {operator} is not valid for {kind} AttributeValue type");
        assert_eq!(of(text), wanted);
    }
    assert_eq!(
        of("a IN \"b\",1"),
        format!("{invalid} AttributeValues inside AttributeValueList must be of same type")
    );
    assert_eq!(
        of("a BETWEEN \"b\",\"a\""),
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    );
}

#[test]
fn expected_takes_existence_or_an_operator() {
    let one = |e: Expected| legacy::expected(&[("a".to_owned(), e)].into(), ConditionalOperator::And);
    let value = || values("1").pop();
    let item = notation::map("a=1");
    assert!(one(Expected { value: value(), ..Expected::default() }).unwrap().holds(&item));
    assert!(
        one(Expected { exists: Some(true), value: value(), ..Expected::default() }).unwrap().holds(&item)
    );
    assert!(!one(Expected { exists: Some(false), ..Expected::default() }).unwrap().holds(&item));
    assert!(one(Expected { exists: Some(false), ..Expected::default() }).unwrap().holds(&Item::new()));
    let eq = Some(ComparisonOperator::Eq);
    assert!(one(Expected { operator: eq, value: value(), ..Expected::default() }).unwrap().holds(&item));
    let refusals = [
        (Expected::default(), "Value must be provided when Exists is null"),
        (
            Expected { exists: Some(true), ..Expected::default() },
            "Value must be provided when Exists is true",
        ),
        (
            Expected { exists: Some(false), value: value(), ..Expected::default() },
            "Value cannot be used when Exists is false",
        ),
        (
            Expected { operator: eq, exists: Some(false), value: value(), ..Expected::default() },
            "Exists and ComparisonOperator cannot be used together",
        ),
        (
            Expected { value: value(), values: Some(vec![]), ..Expected::default() },
            "Value and AttributeValueList cannot be used together",
        ),
        (
            Expected { values: Some(values("1")), ..Expected::default() },
            "AttributeValueList can only be used with a ComparisonOperator",
        ),
        (
            Expected { operator: eq, ..Expected::default() },
            "Value or AttributeValueList must be used with ComparisonOperator: EQ",
        ),
    ];
    for (expected, text) in refusals {
        let wanted = format!("One or more parameter values were invalid: {text} for Attribute: a");
        assert_eq!(message(one(expected)), wanted);
    }
}

fn update(text: &str, item: &str) -> Result<Item, Invalid> {
    let one = |part: &str| {
        let mut words = part.trim().splitn(3, ' ');
        let name = words.next().unwrap().to_owned();
        let action = match words.next().unwrap() {
            "ADD" => UpdateAction::Add,
            "DELETE" => UpdateAction::Delete,
            _ => UpdateAction::Put,
        };
        (name, AttributeUpdate { action, value: words.next().map(|v| values(v).remove(0)) })
    };
    let update = legacy::attribute_updates(&text.split(';').map(one).collect())?;
    update.check_keys(&["pk"])?;
    Ok(update.apply(&notation::map(item), true)?.item)
}

#[test]
fn attribute_updates_put_add_and_delete() {
    let cases = [
        ("a PUT 1", "b=2", "a=1, b=2"),
        ("a.b PUT 3", "", "a.b=3"),
        ("a ADD 5", "a=10", "a=15"),
        ("a ADD 5", "", "a=5"),
        ("a ADD ss(\"c\")", "a=ss(\"b\")", "a=ss(\"b\",\"c\")"),
        ("a ADD [3]", "a=[1]", "a=[1,3]"),
        ("a ADD [3]", "", "a=[3]"),
        ("a DELETE", "a=1, b=2", "b=2"),
        ("a DELETE ss(\"b\")", "a=ss(\"a\",\"b\")", "a=ss(\"a\")"),
        ("a DELETE ss(\"b\")", "a=ss(\"b\")", ""),
        ("a DELETE ss(\"b\")", "c=1", "c=1"),
        ("a PUT 1; b ADD 9; c DELETE", "b=1, c=1", "a=1, b=10"),
    ];
    for (text, item, result) in cases {
        assert_eq!(update(text, item), Ok(notation::map(result)), "{text} of {item}");
    }
}

#[test]
fn attribute_updates_are_refused_in_the_words_of_legacy() {
    let invalid = "One or more parameter values were invalid:";
    let cases = [
        (
            "a PUT",
            "",
            format!("{invalid} Only DELETE action is allowed when no attribute value is specified"),
        ),
        ("a DELETE 1", "", format!("{invalid} DELETE action with value is not supported for the type N")),
        ("a ADD \"x\"", "", format!("{invalid} ADD action is not supported for the type S")),
        ("a ADD {}", "", format!("{invalid} ADD action is not supported for the type M")),
        ("b DELETE ns(1)", "b=ss(\"1\")", "Type mismatch for attribute to update".to_owned()),
        ("d ADD 1", "d=ns(1)", "Type mismatch for attribute to update".to_owned()),
        ("pk PUT 1", "", format!("{invalid} Cannot update attribute pk. This attribute is part of the key")),
    ];
    for (text, item, wanted) in cases {
        assert_eq!(message(update(text, item)), wanted, "{text}");
    }
}

#[test]
fn key_conditions_become_terms() {
    let key = |name: &str, key_type| KeyAttribute { name: name.to_owned(), key_type };
    let (p, s) = ([key("p", KeyType::S)], [key("s", KeyType::N)]);
    let of = |text: &str| {
        let all = filters(text);
        let condition = legacy::key_conditions(&all)?;
        legacy::check_indexable(&all)?;
        condition.resolve(&p, &s)
    };
    let query = of("p EQ \"x\"; s BETWEEN 1,2").unwrap();
    assert_eq!(query.partition, values("\"x\""));
    let bounds = values("1,2");
    assert_eq!(query.sort, Some(KeyOp::Between(bounds[0].clone(), bounds[1].clone())));
    assert_eq!(
        message(of("p EQ \"x\"; s NE 1")),
        "Attempted conditional constraint is not an indexable operation"
    );
    assert_eq!(message(of("p LT \"x\"")), "Query key condition not supported");
    assert_eq!(message(of("s EQ 1")), "Query condition missed key schema element: p");
    assert_eq!(message(of("a NULL; b NULL; c NULL")), "Conditions can be of length 1 or 2 only");
    assert_eq!(
        message(of("p EQ 1")),
        "One or more parameter values were invalid: Condition parameter type does not match schema type"
    );
}

#[test]
fn parameters_that_do_not_go_together_are_refused() {
    let mixed = legacy::check_not_mixed(
        &[("AttributeUpdates", true), ("Expected", false)],
        &[("UpdateExpression", true), ("ConditionExpression", false)],
    );
    assert_eq!(
        message(mixed),
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {AttributeUpdates} Expression parameters: {UpdateExpression}"
    );
    assert!(legacy::check_not_mixed(&[("Expected", true)], &[("UpdateExpression", false)]).is_ok());
    assert_eq!(
        message(legacy::check_conditional_operator(None)),
        "ConditionalOperator cannot be used without Filter or Expected"
    );
    assert_eq!(
        message(legacy::check_conditional_operator(Some(1))),
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    );
    let names = ["a".to_owned(), "b".to_owned(), "a".to_owned()];
    assert_eq!(
        message(legacy::attributes_to_get(&names)),
        "One or more parameter values were invalid: Duplicate value in attribute name: a"
    );
    let some = legacy::attributes_to_get(&names[..2]).unwrap();
    assert_eq!(some.apply(&notation::map("a=1, c=2")), notation::map("a=1"));
}
