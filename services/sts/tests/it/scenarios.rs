//! `scenarios/sts`, with STS alone.

use std::path::Path;

#[test]
fn scenarios() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/sts");
    let outcomes = testkit::scenario::run_tree(Path::new(dir), "", || vec![service_sts::service()]);
    assert!(!outcomes.is_empty(), "there are scenarios");
    let failed: Vec<String> =
        outcomes.iter().filter(|o| !o.failures.is_empty()).map(|o| format!("{o:#?}")).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
