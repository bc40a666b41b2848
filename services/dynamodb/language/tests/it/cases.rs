//! Expression cases as data: `tests/cases/*.txt`. A line is a case:
//!
//! `kind | expression | names | values | item | result | source`; columns may be empty
//!
//! Kinds: `condition`, `filter`, `update`, `project`, `key`. The source is R (AWS's answer, recorded by a public test suite that
//! runs against AWS), D (documented) or I (inferred). A result is `true` or `false`, an item, or `!` and the text of a refusal.
//! Key conditions are resolved with the partition key `p` (S) and the sort key `s` (N), unless the item column names others as
//! `p S, s S`; their result is the values and what is said of the sort key.

use std::fmt::Write;
use std::path::Path;

use dynamodb_language::expression::{
    Condition, KeyAttribute, KeyCondition, KeyQuery, Kind, Placeholders, Projection, Update,
};
use dynamodb_language::key::KeyType;
use dynamodb_language::{Invalid, Item};

use super::notation;

struct Case<'a> {
    kind: &'a str,
    expression: &'a str,
    names: &'a str,
    values: &'a str,
    item: &'a str,
    result: &'a str,
}

/// The cases of a file, with their lines.
fn cases(text: &str) -> Vec<(usize, Case<'_>)> {
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.starts_with("# "));
    lines
        .map(|(at, line)| {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            assert_eq!(columns.len(), 7, "line {}: {line}", at + 1);
            assert!(["R", "D", "I"].contains(&columns[6]), "line {}: no source", at + 1);
            let [kind, expression, names, values, item, result] = std::array::from_fn(|i| columns[i]);
            (at + 1, Case { kind, expression, names, values, item, result })
        })
        .collect()
}

#[test]
fn every_case_gives_its_result() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let texts = [
        ("conditions.txt", include_str!("../cases/conditions.txt")),
        ("key_conditions.txt", include_str!("../cases/key_conditions.txt")),
        ("projections.txt", include_str!("../cases/projections.txt")),
        ("updates.txt", include_str!("../cases/updates.txt")),
    ];
    let mut wrong = String::new();
    let mut count = 0;
    for (file, text) in texts {
        for (line, case) in cases(text) {
            count += 1;
            let given = run(&case);
            if !agrees(&case, &given) {
                let place = folder.join(file);
                writeln!(wrong, "{}:{line}\n  {}\n  {}\n", place.display(), case.expression, given.shown())
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count >= 300, "{count} cases");
}

/// What a case gives.
enum Given {
    Bool(bool),
    Item(Item),
    Text(String),
    Refused(String),
}

impl Given {
    fn shown(&self) -> String {
        match self {
            Given::Bool(holds) => holds.to_string(),
            Given::Item(item) => format!("{item:?}"),
            Given::Text(text) => text.clone(),
            Given::Refused(text) => format!("! {text}"),
        }
    }
}

fn agrees(case: &Case<'_>, given: &Given) -> bool {
    match given {
        Given::Item(item) => !case.result.starts_with('!') && *item == notation::map(case.result),
        other => other.shown() == case.result,
    }
}

fn run(case: &Case<'_>) -> Given {
    evaluate(case).unwrap_or_else(|refused| Given::Refused(refused.into_message()))
}

fn evaluate(case: &Case<'_>) -> Result<Given, Invalid> {
    let names = Some(notation::names(case.names)).filter(|n| !n.is_empty());
    let values = Some(notation::map(case.values)).filter(|v| !v.is_empty());
    let mut placeholders = Placeholders::new(names, values)?;
    let p = &mut placeholders;
    let text = case.expression;
    match case.kind {
        "condition" | "filter" => {
            let kind = if case.kind == "filter" { Kind::Filter } else { Kind::Condition };
            let condition = Condition::parse(kind, text, p)?;
            p.check_all_used()?;
            Ok(Given::Bool(condition.holds(&notation::map(case.item))))
        }
        "project" => {
            let projection = Projection::parse(text, p)?;
            p.check_all_used()?;
            Ok(Given::Item(projection.apply(&notation::map(case.item))))
        }
        "update" => {
            let update = Update::parse(text, p)?;
            p.check_all_used()?;
            update.check_keys(&["pk"])?;
            Ok(Given::Item(update.apply(&notation::map(case.item), !case.item.is_empty())?.item))
        }
        "key" => {
            let mut condition = KeyCondition::parse(text, p)?;
            p.check_all_used()?;
            condition.check()?;
            let schema = if case.item.is_empty() { "p S, s N" } else { case.item };
            let mut keys = schema.split(',').map(key_attribute);
            let partition: Vec<_> = keys.by_ref().take(1).collect();
            let query = condition.resolve(&partition, &keys.collect::<Vec<_>>())?;
            Ok(Given::Text(shown(&query)))
        }
        other => panic!("no kind {other}"),
    }
}

fn key_attribute(text: &str) -> KeyAttribute {
    let (name, kind) = text.trim().split_once(' ').expect("a key is `name S`");
    let key_type = match kind {
        "S" => KeyType::S,
        "N" => KeyType::N,
        _ => KeyType::B,
    };
    KeyAttribute { name: name.to_owned(), key_type }
}

fn shown(query: &KeyQuery) -> String {
    format!("{:?} {:?} {:?}", query.partition, query.sort_equal, query.sort)
        .replace("Number { negative: false, coefficient: ", "")
        .replace(", exponent: 0 }", "")
}
