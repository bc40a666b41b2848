//! Limits of expressions, and expressions that try to exhaust a parser.
//!
//! Sources: developer guide, "Service quotas" (expression parameters); dynamodb-conformance (4,096 bytes as written); Alternator's
//! suite (which operators count, and the text).

use dynamodb_language::Item;
use dynamodb_language::expression::{Condition, Kind, Placeholders, Projection, Update};

/// Parses, and evaluates what parses: neither may take more of the stack than a thread has.
fn condition(text: &str) -> Result<(), String> {
    let mut placeholders = Placeholders::default();
    let condition =
        Condition::parse(Kind::Condition, text, &mut placeholders).map_err(|e| e.into_message())?;
    let _holds = condition.holds(&Item::new());
    Ok(())
}

fn refused(text: &str) -> String {
    condition(text).unwrap_err()
}

#[test]
fn an_expression_has_4096_bytes() {
    let of = |bytes: usize| format!("a = {}", "b".repeat(bytes - 4));
    assert_eq!(condition(&of(4096)), Ok(()));
    assert_eq!(
        refused(&of(4097)),
        "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097"
    );
    let empty = |kind| Condition::parse(kind, "", &mut Placeholders::default()).unwrap_err().into_message();
    assert_eq!(empty(Kind::Filter), "Invalid FilterExpression: The expression can not be empty;");
    assert_eq!(empty(Kind::KeyCondition), "Invalid KeyConditionExpression: The expression can not be empty;");
    assert_eq!(refused(" "), "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"\"");
    let update = Update::parse("", &mut Placeholders::default()).unwrap_err();
    assert_eq!(update.message(), "Invalid UpdateExpression: The expression can not be empty;");
    let projection = Projection::parse("", &mut Placeholders::default()).unwrap_err();
    assert_eq!(projection.message(), "Invalid ProjectionExpression: The expression can not be empty;");
}

#[test]
fn an_expression_has_300_operators() {
    let nested = |depth: usize| format!("a<b {}{}", "or (a<b ".repeat(depth), ")".repeat(depth));
    assert_eq!(condition(&nested(149)), Ok(()));
    let too_many =
        "Invalid ConditionExpression: The expression contains too many operators; operator count: 301";
    assert_eq!(refused(&nested(150)), too_many);
    assert_eq!(refused(&nested(454)), too_many);
    assert_eq!(condition(&format!("{}a<b", "not ".repeat(299))), Ok(()));
    assert_eq!(refused(&format!("{}a<b", "not ".repeat(1000))), too_many);
    assert_eq!(refused(&format!("a<b{}", " or a<b".repeat(500))), too_many);
}

#[test]
fn nests_of_parentheses_and_functions_are_refused_without_exhaustion() {
    let redundant = "Invalid ConditionExpression: The expression has redundant parentheses;";
    assert_eq!(refused(&format!("{}a<b{}", "(".repeat(2046), ")".repeat(2046))), redundant);
    let unknown = "Invalid ConditionExpression: Invalid function name; function: f";
    assert_eq!(refused(&format!("a < {}b{}", "f(".repeat(1355), ")".repeat(1355))), unknown);
    assert!(condition(&format!("a < {}b{}", "size(".repeat(680), ")".repeat(680))).is_err());
    assert!(condition(&"(".repeat(4096)).is_err());
    assert!(condition(&"f(".repeat(2000)).is_err());
    let update = |text: &str| Update::parse(text, &mut Placeholders::default()).is_err();
    assert!(update(&format!("SET a = {}b{}", "(".repeat(2000), ")".repeat(2000))));
    assert!(update(&format!("SET a = {}", "list_append(".repeat(300))));
    let deep = format!("SET a = {}b{}", "if_not_exists(c,".repeat(240), ")".repeat(240));
    let deep = Update::parse(&deep, &mut Placeholders::default()).unwrap();
    assert!(deep.apply(&Item::new(), true).unwrap_err().message().contains("does not exist"));
}

#[test]
fn in_takes_100_operands() {
    let of = |n: usize| format!("a IN ({})", (0..n).map(|i| format!("b{i}")).collect::<Vec<_>>().join(","));
    assert_eq!(condition(&of(100)), Ok(()));
    assert_eq!(
        refused(&of(101)),
        "Invalid ConditionExpression: The IN operator is provided with too many operands; number of operands: 101"
    );
}

#[test]
fn empty_and_needless_placeholders_are_refused() {
    let message = |r: Result<Placeholders, dynamodb_language::Invalid>| r.unwrap_err().into_message();
    assert_eq!(
        message(Placeholders::new(Some([].into()), Some([].into()))),
        "ExpressionAttributeNames must not be empty"
    );
    assert_eq!(
        message(Placeholders::new(None, Some([].into()))),
        "ExpressionAttributeValues must not be empty"
    );
    let needless =
        |names, values| Placeholders::check_needed(names, values, false).unwrap_err().into_message();
    assert_eq!(needless(true, true), "ExpressionAttributeNames can only be specified when using expressions");
    assert_eq!(
        needless(false, true),
        "ExpressionAttributeValues can only be specified when using expressions"
    );
    assert!(Placeholders::check_needed(true, true, true).is_ok());
}
