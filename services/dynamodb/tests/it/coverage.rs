//! What scenarios cover: every operation that is built, and every error of the models. What no scenario can show stands in
//! `tests/errors.tsv`, each with its reason; that list may only shrink.

use std::collections::BTreeSet;
use std::path::Path;

use crate::calls::services;

const UNREACHABLE: &str = include_str!("../errors.tsv");

/// Texts of AWS's that were recorded (2025), in the form in which scenarios have them.
const RECORDED: [(&str, &str); 3] = [
    ("ConditionalCheckFailedException", "The conditional request failed"),
    ("ResourceNotFoundException", "Requested resource not found: Table: t-1 not found"),
    (
        "ValidationException",
        "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater \
         than or equal to 1",
    ),
];

fn scenarios() -> Vec<String> {
    testkit::scenario::texts(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios")))
}

/// `GetItem` as `get-item`.
fn dashed(operation: &str) -> String {
    let mut out = String::new();
    for c in operation.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[test]
fn every_operation_has_a_scenario() {
    let texts = scenarios();
    let mut missing = Vec::new();
    for service in services() {
        for operation in &service.operations {
            let call = format!("\n> {} {} ", service.id, dashed(operation.name));
            let bare = format!("\n> {} {}\n", service.id, dashed(operation.name));
            if !texts.iter().any(|t| t.contains(&call) || t.contains(&bare)) {
                missing.push(format!("{}.{}", service.id, operation.name));
            }
        }
    }
    assert!(missing.is_empty(), "without a scenario: {missing:?}");
}

#[test]
fn every_error_has_a_scenario_or_a_reason() {
    let texts = scenarios();
    let shown = |error: &str| {
        let line = format!("\nexpect error {error}");
        texts.iter().any(|t| t.contains(&format!("{line}\n")) || t.contains(&format!("{line}:")))
    };
    let rows: Vec<Vec<&str>> =
        UNREACHABLE.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect();
    assert!(
        rows.iter().all(|r| r.len() == 3 && !r[2].is_empty()),
        "each has a code, a text or none, a reason"
    );
    let excused: BTreeSet<&str> = rows.iter().filter(|r| r[1].is_empty()).map(|r| r[0]).collect();
    let mut wrong = Vec::new();
    for service in services() {
        let model = model::service(service.id).unwrap();
        let errors = model.shapes.iter().filter(|s| s.error.is_some()).map(|s| s.name);
        for code in errors {
            match (shown(code), excused.contains(code)) {
                (false, false) => wrong.push(format!("{code} has no scenario")),
                (true, true) => wrong.push(format!("{code} has a scenario, and is excused")),
                _ => {}
            }
        }
    }
    wrong.extend(
        RECORDED
            .iter()
            .filter(|(code, text)| {
                !texts.iter().any(|t| t.contains(&format!("expect error {code}: {text}\n")))
            })
            .map(|(code, text)| format!("{code}: {text} has no scenario")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
