//! PartiQL: statements as data over one item, and plans.

use std::fmt::Write;

use dynamodb_language::expression::{KeyAttribute, KeyOp};
use dynamodb_language::key::KeyType;
use dynamodb_language::partiql::{ReadPlan, Reads, Statement};
use dynamodb_language::{Invalid, Item, Value};

use super::notation;

#[test]
fn every_statement_gives_its_result() {
    let mut wrong = String::new();
    let mut count = 0;
    let lines = include_str!("../cases/partiql.txt").lines().zip(1..);
    for (line, at) in lines.filter(|(l, _)| !l.starts_with("# ") && !l.trim().is_empty()) {
        count += 1;
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [statement, parameters, item, wanted, source] = columns[..] else { panic!("line {at}: {line}") };
        assert!(["R", "D", "I"].contains(&source), "line {at}: no source");
        let given = match run(statement, parameters, &notation::map(item)) {
            Ok(Some(item))
                if !wanted.starts_with('!') && wanted != "nothing" && item == notation::map(wanted) =>
            {
                continue;
            }
            Ok(Some(item)) => format!("{item:?}"),
            Ok(None) => "nothing".to_owned(),
            Err(refused) => format!("! {refused}"),
        };
        if given.trim() != wanted {
            writeln!(wrong, "partiql.txt:{at}\n  {statement}\n  {given}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count > 100, "{count}");
}

/// What is answered or left of the one item that is there.
fn run(statement: &str, parameters: &str, item: &Item) -> Result<Option<Item>, Invalid> {
    let parameters = match notation::map(&format!("l=[{parameters}]")).remove("l") {
        Some(Value::L(list)) => list,
        other => panic!("{other:?}"),
    };
    match Statement::parse(statement, parameters)? {
        Statement::Select(s) | Statement::Exists(s) => {
            let holds = s.condition().is_none_or(|c| c.holds(item));
            Ok(holds.then(|| s.project(item)))
        }
        Statement::Insert(s) => Ok(Some(s.item)),
        Statement::Update(s) => {
            let (key, condition) = s.key(&["pk"])?;
            let found = item.get("pk") == key.get("pk") && condition.is_none_or(|c| c.holds(item));
            if found { s.update.apply(item, true).map(|updated| Some(updated.item)) } else { Ok(None) }
        }
        Statement::Delete(s) => s.key(&["pk"]).map(|_| None),
    }
}

fn plan(statement: &str) -> Result<ReadPlan, Invalid> {
    let key = |name: &str, key_type| KeyAttribute { name: name.to_owned(), key_type };
    match Statement::parse(statement, Vec::new())? {
        Statement::Select(s) => s.plan(&[key("p", KeyType::S)], &[key("s", KeyType::N)]),
        other => panic!("{other:?}"),
    }
}

/// The partitions that are read, and what is said of the sort key.
fn reads(statement: &str) -> String {
    match plan(statement).unwrap().reads {
        Reads::Scan => "scan".to_owned(),
        Reads::Queries(queries) => {
            let one = |q: &dynamodb_language::expression::KeyQuery| {
                let sort = match (&q.sort_equal[..], &q.sort) {
                    ([Value::N(n)], None) => format!(" = {n}"),
                    (_, Some(KeyOp::Gt(Value::N(n)))) => format!(" > {n}"),
                    (_, Some(KeyOp::Between(Value::N(a), Value::N(b)))) => format!(" in {a}..{b}"),
                    ([], None) => String::new(),
                    other => panic!("{other:?}"),
                };
                format!("{}{sort}", q.partition[0].as_text().unwrap())
            };
            queries.iter().map(one).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Source: developer guide, "PartiQL select statements": equality or IN on the partition key, else a scan.
#[test]
fn selects_read_the_partitions_that_their_clause_names() {
    let cases = [
        ("SELECT * FROM t", "scan"),
        ("SELECT * FROM t WHERE a = 1", "scan"),
        ("SELECT * FROM t WHERE p > 'x'", "scan"),
        ("SELECT * FROM t WHERE NOT p = 'x'", "scan"),
        ("SELECT * FROM t WHERE p = 'x' OR a = 1", "scan"),
        ("SELECT * FROM t WHERE p = 'x'", "x"),
        ("SELECT * FROM t WHERE 'x' = p", "x"),
        ("SELECT * FROM t WHERE p = 'x' AND a = 1", "x"),
        ("SELECT * FROM t WHERE p = 'x' AND s = 1", "x = 1"),
        ("SELECT * FROM t WHERE (p = 'x' AND (s > 1))", "x > 1"),
        ("SELECT * FROM t WHERE s BETWEEN 1 AND 2 AND p = 'x'", "x in 1..2"),
        ("SELECT * FROM t WHERE p = 'x' AND s = 'text'", "x"),
        ("SELECT * FROM t WHERE p IN ['x', 'y'] AND s > 1", "x > 1; y > 1"),
        ("SELECT * FROM t WHERE p = 'x' OR p = 'y' AND s > 1", "x; y > 1"),
        ("SELECT * FROM t WHERE p = 'x' AND s = 1 OR p = 'x' AND s = 2", "x = 1; x = 2"),
        ("SELECT * FROM t WHERE p = 'x' AND s > 1 OR p = 'x' AND s = 1", "x > 1; x = 1"),
        ("SELECT * FROM t WHERE p = 'x' AND NOT s = 1 OR p = 'x' AND s = 2", "x"),
        ("SELECT * FROM t WHERE p = 'x' AND s <> 1 OR p = 'x' AND s = 2", "x"),
        ("SELECT * FROM t WHERE p = 'x' OR p = 'x' AND NOT s = 1", "x"),
        ("SELECT * FROM t WHERE p = 'x' AND NOT s = 1 AND s > 1", "x > 1"),
        ("SELECT * FROM t WHERE p = 1", ""),
    ];
    for (statement, wanted) in cases {
        assert_eq!(reads(statement), wanted, "{statement}");
    }
    let overlapping = [
        "SELECT * FROM t WHERE p = 'x' AND a = 1 OR p = 'x' AND s = 2",
        "SELECT * FROM t WHERE p = 'x' AND a <> 1 OR p = 'x' AND s = 2",
        "SELECT * FROM t WHERE p = 'x' AND s > 1 OR p = 'x' AND s < 5",
        "SELECT * FROM t WHERE p = 'x' OR p = 'x'",
        "SELECT * FROM t WHERE p IN ['x', 'x']",
    ];
    for statement in overlapping {
        let refused = plan(statement).unwrap_err();
        let wanted = "Overlapping conditions with range keys are not supported in where clause";
        assert_eq!(refused.message(), wanted, "{statement}");
    }
    let many: Vec<String> = (0..51).map(|i| format!("'{i}'")).collect();
    let refused = plan(&format!("SELECT * FROM t WHERE p IN [{}]", many.join(","))).unwrap_err();
    assert_eq!(refused.message(), "Too many decomposed read operations for a given query.");
}

#[test]
fn order_by_needs_a_partition_and_a_key() {
    let text = |statement: &str| plan(statement).unwrap_err().into_message();
    assert!(plan("SELECT * FROM t WHERE p = 'x' ORDER BY s DESC").unwrap().descending);
    assert!(!plan("SELECT * FROM t WHERE p = 'x' ORDER BY s").unwrap().descending);
    assert_eq!(
        text("SELECT * FROM t ORDER BY s"),
        "Must have WHERE clause in the statement when using ORDER BY clause."
    );
    assert_eq!(
        text("SELECT * FROM t WHERE a = 1 ORDER BY s"),
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
    );
    assert_eq!(
        text("SELECT * FROM t WHERE p = 'x' ORDER BY a"),
        "Variable reference a in ORDER BY clause must be part of the primary key"
    );
}

#[test]
fn a_single_item_is_told_from_its_condition() {
    let single = |statement: &str| match Statement::parse(statement, Vec::new()).unwrap() {
        Statement::Select(s) | Statement::Exists(s) => s.single_item(&["p", "s"]),
        other => panic!("{other:?}"),
    };
    let (key, condition) = single("SELECT * FROM t WHERE s = 1 AND p = 'x'").unwrap();
    assert_eq!((key, condition.is_none()), (notation::map("p=\"x\", s=1"), true));
    let (_, condition) = single("EXISTS(SELECT * FROM t WHERE s = 1 AND p = 'x' AND a = 2)").unwrap();
    let condition = condition.unwrap();
    assert!(condition.holds(&notation::map("a=2")) && !condition.holds(&notation::map("a=3")));
    assert!(single("SELECT * FROM t WHERE p = 'x'").is_none());
    assert!(single("SELECT * FROM t").is_none());
    assert!(single("SELECT * FROM t WHERE p = 'x' OR s = 1").is_none());
}

#[test]
fn statements_do_not_exhaust_the_parser() {
    let hostile = [
        format!("SELECT * FROM t WHERE {}a = 1{}", "(".repeat(4000), ")".repeat(4000)),
        format!("SELECT * FROM t WHERE {}a = 1", "NOT ".repeat(2000)),
        format!("INSERT INTO t VALUE {}", "{'a':".repeat(1500)),
        format!("INSERT INTO t VALUE {{'a': {}", "[".repeat(8000)),
        format!("UPDATE t SET a = {}", "list_append(".repeat(600)),
        format!("SELECT * FROM t WHERE {}", "contains(".repeat(800)),
        format!("SELECT * FROM t WHERE a = {}", "<<".repeat(4000)),
        "SELECT * FROM t WHERE a IN [".to_owned(),
    ];
    for statement in hostile {
        let _answer = Statement::parse(&statement, Vec::new());
    }
    let nested = |levels: usize| {
        let text = format!("INSERT INTO t VALUE {{'a': {}1{}}}", "[".repeat(levels), "]".repeat(levels));
        Statement::parse(&text, Vec::new())
    };
    assert!(nested(31).is_ok());
    assert!(nested(32).unwrap_err().message().starts_with("Nesting Levels have exceeded supported limits"));
}
