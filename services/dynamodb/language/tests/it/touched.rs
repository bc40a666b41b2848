//! What an update says that it touched: `UPDATED_OLD` and `UPDATED_NEW`, and which attributes an expression names.
//!
//! Source: captured by dynamodb-conformance for PartiQL's MODIFIED OLD and NEW; API reference, UpdateItem, ReturnValues.

use dynamodb_language::expression::{Condition, Kind, Placeholders, Update};

use super::notation;

/// Update, item, what it answers of before and of after.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("SET a = :v", "k=1, a=2", "a=2", "a=9"),
    ("SET b = :v", "k=1", "", "b=9"),
    ("REMOVE a", "k=1, a=2", "a=2", ""),
    ("SET p.one = :v", "p={one:1, sib:2}", "p={one:1}", "p={one:9}"),
    ("SET t[0] = :v", "t=[1,2]", "t=[1]", "t=[9]"),
    ("SET t[2] = :v", "t=[1,2,3]", "t=[3]", "t=[9]"),
    ("SET t[2] = :v, t[0] = :v", "t=[1,2,3]", "t=[1,3]", "t=[9,9]"),
    ("SET t[7] = :v", "t=[1,2]", "", ""),
    ("SET t[2] = :v", "t=[1,2]", "", "t=[9]"),
    ("REMOVE t[0]", "t=[1,2]", "t=[1]", "t=[2]"),
    ("ADD n :v REMOVE x", "n=1, x=2, y=3", "n=1, x=2", "n=10"),
    ("SET a = b", "a=1, b=2", "a=1", "a=2"),
];

#[test]
fn an_update_answers_the_paths_that_it_named() {
    for (text, item, old, new) in CASES {
        let mut placeholders = Placeholders::new(None, Some(notation::map(":v=9"))).unwrap();
        let item = notation::map(item);
        let updated = Update::parse(text, &mut placeholders).unwrap().apply(&item, true).unwrap();
        assert_eq!(updated.updated_old(&item), notation::map(old), "{text}");
        assert_eq!(updated.updated_new(), notation::map(new), "{text}");
    }
}

#[test]
fn expressions_know_the_attributes_that_they_name() {
    let placeholders =
        || Placeholders::new(Some(notation::names("#n=x.y")), Some(notation::map(":v=1"))).unwrap();
    let text = "SET a.b = if_not_exists(c[0], d) + :v, e = #n REMOVE f ADD g :v";
    let update = Update::parse(text, &mut placeholders()).unwrap();
    let names: Vec<&str> = update.named().attributes.iter().map(String::as_str).collect();
    assert_eq!(names, ["a", "c", "d", "e", "f", "g", "x.y"]);
    let nested: Vec<&str> = update.named().nested.iter().map(String::as_str).collect();
    assert_eq!(nested, ["a", "c"]);
    let text = "size(a.b) > :v OR #n IN (c, :v) AND NOT attribute_exists(d)";
    let condition = Condition::parse(Kind::Filter, text, &mut placeholders()).unwrap();
    let names: Vec<&str> = condition.named().attributes.iter().map(String::as_str).collect();
    assert_eq!(names, ["a", "c", "d", "x.y"]);
    let refused = |keys: &[&str]| condition.check_filter(keys).unwrap_err().into_message();
    assert_eq!(
        refused(&["c"]),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: c"
    );
    assert!(condition.check_filter(&["pk"]).is_ok());
}

/// Source: texts as AWS answered them to Dynalite's suite.
#[test]
fn paths_below_key_attributes_are_refused() {
    let update = Update::parse("SET a.b = c[0]", &mut Placeholders::default()).unwrap();
    let refused = |table: &[&str], index: &[&str]| {
        update.named().check_scalar_keys(table, index).unwrap_err().into_message()
    };
    let text = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed:";
    assert_eq!(refused(&["a"], &["c"]), format!("{text} Key: a"));
    assert_eq!(refused(&["k"], &["c"]), format!("{text} IndexKey: c"));
    assert!(update.named().check_scalar_keys(&["k"], &[]).is_ok());
}
